//! Integers as decimal digits.

/// The digits of a number, without leading zeros, and how many they are; none of zero.
#[inline]
pub(super) fn digits_of(value: u64) -> ([u8; 24], usize) {
    let mut out = [0; 24];
    let (top, rest) = (value / SIXTEEN, value % SIXTEEN);
    let digits =
        u128::from(eight_digits(rest / EIGHT)) | u128::from(eight_digits(rest % EIGHT)) << 64;
    let ascii = digits | u128::from_ne_bytes([b'0'; 16]);
    if top == 0 {
        let zeros = digits.trailing_zeros() / 8;
        let shown = ascii.checked_shr(8 * zeros).unwrap_or_default();
        out[..16].copy_from_slice(&shown.to_le_bytes());
        return (out, 16 - zeros as usize);
    }
    let digits = eight_digits(top);
    let zeros = digits.trailing_zeros() / 8;
    let shown = (digits | u64::from_ne_bytes([b'0'; 8])) >> (8 * zeros);
    let length = 8 - zeros as usize;
    out[..8].copy_from_slice(&shown.to_le_bytes());
    out[length..length + 16].copy_from_slice(&ascii.to_le_bytes());
    (out, length + 16)
}

const EIGHT: u64 = 100_000_000;
const SIXTEEN: u64 = EIGHT * EIGHT;

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
                let (text, length) = digits_of(value);
                let expected = value.to_string();
                prop_assert_eq!(&text[..length], expected.trim_start_matches('0').as_bytes());
            }
        }
    }
}
