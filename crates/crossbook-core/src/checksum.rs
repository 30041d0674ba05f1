//! Checksums that venues send over the best levels of a book.
//!
//! They are taken over printed digits, so a number must be printed as the venue
//! prints it. Both are CRC-32 as in IEEE 802.3, as zlib computes it.

use crc32fast::Hasher;

use crate::decimal::POW10;

/// Levels of each side under Kraken's checksum.
const KRAKEN_LEVELS: usize = 10;

/// Most digits of a level without points: two numbers of 64 bits.
const DIGITS_MAX: usize = 40;

/// Levels of each side under OKX's checksum.
const OKX_LEVELS: usize = 25;

/// Longest text of a level: two numbers of twenty digits and their points and colons.
const OKX_LEVEL_MAX: usize = 44;

/// A price and the size at it, at the book's storage scale.
type Level = (i64, i64);

/// Kraken's checksum of one book, taken again after each of its messages.
///
/// The digits of the ten best levels of both sides are kept, so that only
/// levels that are new among them are printed, and a side is only summed if
/// something in it or before it changed.
///
/// Source: docs.kraken.com, "Calculate Book Checksum v2", read 2026-11.
#[derive(Debug, Default)]
pub struct KrakenChecksum {
    price_divisor: i64,
    size_divisor: i64,
    asks: Printed,
    bids: Printed,
    /// The sum of the asks, then that of asks and bids.
    sums: Option<(u32, u32)>,
    scratch: Printed,
}

impl KrakenChecksum {
    /// Return the checksum of a book, given its sides from the best level on.
    ///
    /// A divisor is `10^(storage decimals − printed decimals)`. How many
    /// decimals the venue prints is known from its messages: those of the
    /// prices and those of the sizes as sent, trailing zeros counted.
    ///
    /// `None` if a number cannot be printed: it is finer than the printed
    /// decimals, or negative, or a divisor is not positive.
    #[inline]
    pub fn compute(
        &mut self,
        asks: impl Iterator<Item = Level>,
        bids: impl Iterator<Item = Level>,
        price_divisor: i64,
        size_divisor: i64,
    ) -> Option<u32> {
        if (price_divisor, size_divisor) != (self.price_divisor, self.size_divisor) {
            self.forget();
            (self.price_divisor, self.size_divisor) = (price_divisor, size_divisor);
        }
        let asks_from = self.asks.first_change(asks);
        let bids_from = self.bids.first_change(bids);
        if let (None, None, Some((_, sum))) = (&asks_from, &bids_from, self.sums) {
            return Some(sum);
        }
        let sums = self.print_and_sum(asks_from, bids_from);
        if sums.is_none() {
            self.forget();
        }
        self.sums = sums;
        sums.map(|(_, sum)| sum)
    }

    fn print_and_sum(&mut self, asks: Option<Top>, bids: Option<Top>) -> Option<(u32, u32)> {
        let divisors = (self.price_divisor, self.size_divisor);
        let known_asks = self.sums.map(|(asks, _)| asks).filter(|_| asks.is_none());
        for (side, top) in [(&mut self.asks, asks), (&mut self.bids, bids)] {
            if let Some(top) = top {
                side.print(&top, divisors, &mut self.scratch)?;
            }
        }
        let asks = known_asks.unwrap_or_else(|| crc32fast::hash(self.asks.text()));
        let mut hasher = Hasher::new_with_initial(asks);
        hasher.update(self.bids.text());
        Some((asks, hasher.finalize()))
    }

    fn forget(&mut self) {
        self.asks.count = 0;
        self.bids.count = 0;
        self.sums = None;
    }
}

/// The best levels of a side as they are now, and how many are as they were.
struct Top {
    levels: [Level; KRAKEN_LEVELS],
    count: usize,
    unchanged: usize,
}

/// The best levels of a side and their digits, one behind the other.
#[derive(Clone, Debug)]
struct Printed {
    levels: [Level; KRAKEN_LEVELS],
    count: usize,
    /// Where the digits of each level end.
    ends: [u16; KRAKEN_LEVELS],
    /// One place more, since digits are copied in blocks of a fixed length.
    digits: [u8; (KRAKEN_LEVELS + 1) * DIGITS_MAX],
}

impl Default for Printed {
    fn default() -> Self {
        Self {
            levels: [(0, 0); KRAKEN_LEVELS],
            count: 0,
            ends: [0; KRAKEN_LEVELS],
            digits: [0; (KRAKEN_LEVELS + 1) * DIGITS_MAX],
        }
    }
}

impl Printed {
    /// Compare with the levels as they are now; `None` if nothing changed.
    #[inline]
    fn first_change(&self, now: impl Iterator<Item = Level>) -> Option<Top> {
        let mut top = Top { levels: [(0, 0); KRAKEN_LEVELS], count: 0, unchanged: 0 };
        let mut differs = 0;
        for (place, level) in top.levels.iter_mut().zip(now) {
            *place = level;
            let known = self.levels.get(top.count).filter(|_| top.count < self.count);
            differs |= u32::from(known != Some(&level)) << top.count;
            top.count += 1;
        }
        top.unchanged = (differs.trailing_zeros() as usize).min(top.count);
        (differs != 0 || top.count != self.count).then_some(top)
    }

    /// Print the levels as they are now, copying digits that are there already.
    fn print(&mut self, top: &Top, divisors: (i64, i64), before: &mut Self) -> Option<()> {
        before.clone_from(self);
        self.levels = top.levels;
        self.count = top.count;
        let mut end = before.start(top.unchanged);
        let mut known = top.unchanged;
        for (place, level) in top.levels.get(..top.count)?.iter().enumerate().skip(top.unchanged) {
            let found = before.levels.get(known..before.count)?.iter().position(|old| old == level);
            if let Some(skipped) = found {
                known += skipped;
                let block: &[u8; DIGITS_MAX] =
                    before.digits.get(before.start(known)..)?.first_chunk()?;
                *self.digits.get_mut(end..)?.first_chunk_mut()? = *block;
                known += 1;
                end += before.start(known) - before.start(known - 1);
            } else {
                end += print_digits(level.0, divisors.0, self.digits.get_mut(end..)?)?;
                end += print_digits(level.1, divisors.1, self.digits.get_mut(end..)?)?;
            }
            *self.ends.get_mut(place)? = end as u16;
        }
        Some(())
    }

    /// Where the digits of a level begin.
    #[inline]
    fn start(&self, place: usize) -> usize {
        place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize)
    }

    #[inline]
    fn text(&self) -> &[u8] {
        self.digits.get(..self.start(self.count)).unwrap_or_default()
    }
}

/// Print `value / divisor` without leading zeros; return how many digits that are.
#[inline]
fn print_digits(value: i64, divisor: i64, out: &mut [u8]) -> Option<usize> {
    if value < 0 || divisor < 1 || value.checked_rem(divisor)? != 0 {
        return None;
    }
    let mut buffer = [0; 20];
    let digits = digits_of(value.checked_div(divisor)?.unsigned_abs(), &mut buffer);
    out.get_mut(..digits.len())?.copy_from_slice(digits);
    Some(digits.len())
}

/// The digits of a number at the end of `buffer`; none of zero.
#[inline]
fn digits_of(mut value: u64, buffer: &mut [u8; 20]) -> &[u8] {
    let mut start = buffer.len();
    while value > 0 {
        start -= 1;
        buffer[start] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    &buffer[start..]
}

/// OKX's checksum of a book, given its sides from the best level on.
///
/// Numbers are printed without trailing zeros, as the venue sends them. The
/// decimals are those of the storage scale, at most eighteen.
///
/// Source: OKX API guide v5, "Order book channel", "Checksum", as of 2022.
pub fn okx(
    bids: impl Iterator<Item = Level>,
    asks: impl Iterator<Item = Level>,
    price_decimals: u8,
    size_decimals: u8,
) -> i32 {
    let mut text = [0; OKX_LEVELS * 2 * OKX_LEVEL_MAX];
    let mut end = 0;
    let (mut bids, mut asks) = (bids.take(OKX_LEVELS), asks.take(OKX_LEVELS));
    loop {
        let pair = [bids.next(), asks.next()];
        if pair == [None, None] {
            break;
        }
        for (price, size) in pair.into_iter().flatten() {
            end += print_decimal(price, price_decimals, text.get_mut(end..).unwrap_or_default());
            end += print_decimal(size, size_decimals, text.get_mut(end..).unwrap_or_default());
        }
    }
    // Each number is followed by a colon, the last one too many.
    let text = text.get(..end.saturating_sub(1)).unwrap_or_default();
    crc32fast::hash(text).cast_signed()
}

/// Print `value × 10^-decimals` without trailing zeros, and a colon; return the length.
fn print_decimal(value: i64, decimals: u8, out: &mut [u8]) -> usize {
    let (value, decimals) = without_trailing_zeros(value.unsigned_abs(), decimals);
    let mut buffer = [b'0'; 20];
    let digits = digits_of(value, &mut buffer).len().max(usize::from(decimals) + 1);
    let digits = buffer.get(buffer.len().saturating_sub(digits)..).unwrap_or_default();
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(usize::from(decimals)));
    let point: &[u8] = if fraction.is_empty() { b"" } else { b"." };
    let mut length = 0;
    for part in [whole, point, fraction, b":"] {
        if let Some(place) = out.get_mut(length..length + part.len()) {
            place.copy_from_slice(part);
            length += part.len();
        }
    }
    length
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

    type Sides = (Vec<Level>, Vec<Level>);

    /// The example of the venue's documentation: one decimal in prices, eight in sizes.
    fn documented() -> Sides {
        let asks = vec![
            (452_852, 100_000),
            (452_864, 154_571_953),
            (452_866, 154_571_109),
            (452_896, 154_560_911),
            (452_902, 15_890_660),
            (452_918, 154_553_491),
            (452_947, 4_454_749),
            (452_961, 35_380_000),
            (452_975, 9_945_542),
            (452_995, 18_772_827),
        ];
        let bids = vec![
            (452_835, 10_000_000),
            (452_834, 154_582_015),
            (452_821, 10_000_000),
            (452_810, 10_000_000),
            (452_803, 154_592_586),
            (452_790, 7_990_000),
            (452_776, 3_310_103),
            (452_775, 30_000_000),
            (452_773, 154_602_737),
            (452_766, 15_445_238),
        ];
        (asks, bids)
    }

    /// The venue's description, word by word.
    fn plain(sides: &Sides, divisors: (i64, i64)) -> Option<u32> {
        let mut text = String::new();
        for (price, size) in sides.0.iter().take(10).chain(sides.1.iter().take(10)) {
            for (value, divisor) in [(*price, divisors.0), (*size, divisors.1)] {
                if value % divisor != 0 {
                    return None;
                }
                text += (value / divisor).to_string().trim_start_matches('0');
            }
        }
        Some(crc32fast::hash(text.as_bytes()))
    }

    fn kraken(checksum: &mut KrakenChecksum, sides: &Sides, divisors: (i64, i64)) -> Option<u32> {
        let (asks, bids) = (sides.0.iter().copied(), sides.1.iter().copied());
        checksum.compute(asks, bids, divisors.0, divisors.1)
    }

    #[test]
    fn the_documented_example_of_kraken_is_met() {
        let mut checksum = KrakenChecksum::default();
        let (mut asks, mut bids) = documented();
        for _ in 0..2 {
            let sides = (asks.clone(), bids.clone());
            assert_eq!(kraken(&mut checksum, &sides, (1, 1)), Some(3_310_070_434));
        }
        // The same levels at a finer storage scale, and more of them than count.
        for level in asks.iter_mut().chain(&mut bids) {
            *level = (level.0 * 10_000, level.1 * 100);
        }
        asks.push((5_000_000_000, 1));
        bids.push((4_000_000_000, 1));
        let mut sides = (asks, bids);
        assert_eq!(kraken(&mut checksum, &sides, (10_000, 100)), Some(3_310_070_434));
        // A size finer than the venue prints cannot be summed; then it is good again.
        sides.0[3].1 += 1;
        assert_eq!(kraken(&mut checksum, &sides, (10_000, 100)), None);
        sides.0[3].1 -= 1;
        assert_eq!(kraken(&mut checksum, &sides, (10_000, 100)), Some(3_310_070_434));
    }

    #[test]
    fn what_cannot_be_printed_has_no_checksum() {
        for (level, divisors) in
            [((-1, 1), (1, 1)), ((1, 1), (0, 1)), ((1, 1), (1, -1)), ((1, 1), (1, 2))]
        {
            let sides = (vec![level], vec![]);
            let checksum = kraken(&mut KrakenChecksum::default(), &sides, divisors);
            assert_eq!(checksum, None, "{level:?} {divisors:?}");
        }
        let empty = (vec![], vec![]);
        assert_eq!(kraken(&mut KrakenChecksum::default(), &empty, (1, 1)), Some(0));
        let most = (vec![(i64::MAX, i64::MAX); 10], vec![(i64::MAX, i64::MAX); 10]);
        let checksum = kraken(&mut KrakenChecksum::default(), &most, (1, 1));
        assert_eq!(checksum, plain(&most, (1, 1)));
    }

    #[test]
    fn the_constructed_example_of_okx_is_met() {
        // 3366.1:7:3366.8:9:3366:6:3368:8:3372:8
        let bids = [(33_661, 700), (33_660, 600)];
        let asks = [(33_668, 900), (33_680, 800), (33_720, 800)];
        let sum = okx(bids.into_iter(), asks.into_iter(), 1, 2);
        assert_eq!(sum, 1_362_239_393);
        assert_eq!(okx([].into_iter(), [].into_iter(), 1, 2), 0);
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
            let mut out = [0; OKX_LEVEL_MAX];
            let length = print_decimal(value, decimals, &mut out);
            assert_eq!(std::str::from_utf8(&out[..length]), Ok(expected));
        }
    }

    /// A book of a few prices, so that levels come, go and move.
    fn sides() -> impl Strategy<Value = Sides> {
        let side = || proptest::collection::btree_map(0_i64..24, 0_i64..4, 0..16);
        (side(), side())
            .prop_map(|(asks, bids)| (asks.into_iter().collect(), bids.into_iter().rev().collect()))
    }

    proptest! {
        #[test]
        fn what_is_kept_never_shows(
            books in proptest::collection::vec((sides(), 1_i64..3, 1_i64..3), 1..20),
        ) {
            let mut checksum = KrakenChecksum::default();
            for (sides, price_divisor, size_divisor) in books {
                let divisors = (price_divisor, size_divisor);
                prop_assert_eq!(kraken(&mut checksum, &sides, divisors), plain(&sides, divisors));
            }
        }

        #[test]
        fn any_levels_can_be_summed(
            levels in proptest::collection::vec(any::<(i64, i64)>(), 0..40), decimals in any::<u8>(),
        ) {
            let sides = (levels.clone(), levels.clone());
            let _ = kraken(&mut KrakenChecksum::default(), &sides, (1, 1));
            let _ = okx(levels.iter().copied(), levels.iter().copied(), decimals, decimals);
        }
    }
}
