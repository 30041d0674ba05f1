//! OKX's checksum over the 25 best levels of both sides.

use crate::decimal::{DECIMALS_MAX, POW10};

use super::digits::{print_digits, DIGITS};
use super::Level;

/// Levels of each side under the checksum.
const LEVELS: usize = 25;

/// Room for the text of a level: two numbers, each written in blocks of 24.
const ROOM: usize = 96;

/// OKX's checksum of a book, given its sides from the best level on.
///
/// Numbers are printed without trailing zeros, as the venue sends them. The
/// decimals are those of the storage scale; `None` if they are more than eighteen.
///
/// Source: OKX API guide v5, "Order book channel", "Checksum", as of 2022.
pub fn okx_checksum(
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
    price_decimals: u8,
    size_decimals: u8,
) -> Option<i32> {
    if price_decimals.max(size_decimals) > DECIMALS_MAX {
        return None;
    }
    let mut text = [0; LEVELS * 2 * ROOM];
    let mut end = 0;
    let (mut bids, mut asks) = (bids.take(LEVELS), asks.take(LEVELS));
    loop {
        let pair = [bids.next(), asks.next()];
        if pair == [None, None] {
            break;
        }
        for (price, size) in pair.into_iter().flatten() {
            end += print_decimal(price, price_decimals, text.get_mut(end..)?)?;
            end += print_decimal(size, size_decimals, text.get_mut(end..)?)?;
        }
    }
    // Each number is followed by a colon, the last one too many.
    let text = text.get(..end.saturating_sub(1))?;
    Some(crc32fast::hash(text).cast_signed())
}

/// Print `value × 10^-decimals` without trailing zeros, and a colon; return the length.
#[inline]
fn print_decimal(value: i64, decimals: u8, out: &mut [u8]) -> Option<usize> {
    let (value, decimals) = without_trailing_zeros(value.unsigned_abs(), decimals);
    let mut digits = [0; DIGITS];
    let length = print_digits(value, &mut digits);
    let decimals = usize::from(decimals);
    let whole = length.saturating_sub(decimals);
    let mut end = whole;
    if whole == 0 {
        *out.first_chunk_mut()? = *b"0.0000000000000000000000";
        *out.get_mut(2 + decimals - length..)?.first_chunk_mut()? = digits;
        end = if decimals == 0 { 1 } else { 2 + decimals };
    } else {
        *out.first_chunk_mut()? = digits;
        if decimals > 0 {
            *out.get_mut(whole)? = b'.';
            end = length + 1;
            out.get_mut(whole + 1..end)?.copy_from_slice(digits.get(whole..length)?);
        }
    }
    *out.get_mut(end)? = b':';
    Some(end + 1)
}

/// The same number with as few decimals as it needs.
fn without_trailing_zeros(mut value: u64, mut decimals: u8) -> (u64, u8) {
    if value == 0 {
        return (0, 0);
    }
    for zeros in [8, 8, 4, 2, 1] {
        let factor = POW10[usize::from(zeros)].unsigned_abs();
        if decimals >= zeros && value.is_multiple_of(factor) {
            value /= factor;
            decimals -= zeros;
        }
    }
    (value, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_constructed_example_of_okx_is_met() {
        // 3366.1:7:3366.8:9:3366:6:3368:8:3372:8
        let bids = [(33_661, 700), (33_660, 600)];
        let asks = [(33_668, 900), (33_680, 800), (33_720, 800)];
        let sum = okx_checksum(bids.into_iter(), asks.into_iter(), 1, 2);
        assert_eq!(sum, Some(1_362_239_393));
        assert_eq!(okx_checksum([].into_iter(), [].into_iter(), 1, 2), Some(0));
    }

    #[test]
    fn okx_prints_no_trailing_zeros() {
        for (value, decimals, expected) in [
            (0, 8, "0:"),
            (100_000_000, 8, "1:"),
            (1, 8, "0.00000001:"),
            (10, 1, "1:"),
            (1_200, 0, "1200:"),
            (30_236_100_000_000, 9, "30236.1:"),
            (i64::MAX, 18, "9.223372036854775807:"),
            (1_000_000_000_000_000_000, 18, "1:"),
        ] {
            let mut out = [0; ROOM];
            let length = print_decimal(value, decimals, &mut out).unwrap_or_default();
            assert_eq!(std::str::from_utf8(&out[..length]), Ok(expected));
        }
    }

    proptest! {
        #[test]
        fn any_levels_can_be_summed(
            levels in proptest::collection::vec(any::<Level>(), 0..40), decimals: u8,
        ) {
            let (bids, asks) = (levels.iter().copied(), levels.iter().copied());
            let sum = okx_checksum(bids, asks, decimals, decimals);
            prop_assert_eq!(sum.is_some(), decimals <= DECIMALS_MAX);
        }
    }
}
