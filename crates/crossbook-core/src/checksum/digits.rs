//! Integers as decimal digits.

/// Room for the digits of any number: they are written in blocks of eight.
pub(super) const DIGITS: usize = 24;

/// Write the digits of a number, without leading zeros; return how many they
/// are: none of zero. What stands behind them in `out` may be overwritten.
#[inline]
pub(super) fn print_digits(value: u64, out: &mut [u8; DIGITS]) -> usize {
    if value < EIGHT {
        return print_leading(value, out);
    }
    let (above, last) = (value / EIGHT, value % EIGHT);
    let mut length = if above < EIGHT {
        print_leading(above, out)
    } else {
        let length = print_leading(above / EIGHT, out);
        print_block(above % EIGHT, length, out);
        length + 8
    };
    print_block(last, length, out);
    length += 8;
    length
}

const EIGHT: u64 = 100_000_000;
const ZEROS: u64 = u64::from_ne_bytes([b'0'; 8]);

/// Write the digits of a number below 10^8, without leading zeros; return how many they are.
#[inline]
fn print_leading(value: u64, out: &mut [u8; DIGITS]) -> usize {
    let digits = eight_digits(value);
    let zeros = digits.trailing_zeros() / 8;
    let text = (digits | ZEROS).wrapping_shr(8 * zeros);
    if let Some(block) = out.first_chunk_mut() {
        *block = text.to_le_bytes();
    }
    8 - zeros as usize
}

/// Write all eight digits of a number below 10^8.
#[inline]
fn print_block(value: u64, begin: usize, out: &mut [u8; DIGITS]) {
    if let Some(block) = out.get_mut(begin..).and_then(<[u8]>::first_chunk_mut) {
        *block = (eight_digits(value) | ZEROS).to_le_bytes();
    }
}

/// The eight digits of a number below 10^8, one a byte, the first one lowest.
///
/// The number is halved into four, two and single digits, all halves at once.
///
/// Source: Khuong, "How to print integers really fast (with open source code)" (2017).
#[inline]
fn eight_digits(value: u64) -> u64 {
    let fours = (value / 10_000) | ((value % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | (fours - 100 * hundreds) << 16;
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (twos - 10 * tens) << 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn digits_are_those_of_the_number(value: u64, digits in 0_u32..20) {
            for value in [value, value % 10_u64.pow(digits)] {
                let mut text = [b'x'; DIGITS];
                let length = print_digits(value, &mut text);
                let expected = value.to_string();
                prop_assert_eq!(&text[..length], expected.trim_start_matches('0').as_bytes());
            }
        }
    }
}
