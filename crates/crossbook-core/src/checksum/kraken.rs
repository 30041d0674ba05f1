//! Kraken's checksum over the ten best levels of both sides.

use crate::decimal::POW10;
use crate::divisor::Divisor;
use crate::levels::Levels;

use super::digits::{print_digits, DIGITS};
use super::Level;

/// Levels of each side under the checksum.
const LEVELS: usize = 10;

/// Room for the digits of a level: a price and a size.
const ROOM: usize = 2 * DIGITS;

/// How many digits most levels have at most.
const SHORT: usize = 32;

/// Kraken's checksum of one book, taken again after each of its messages.
///
/// The digits of the ten best levels of both sides are kept: only levels that
/// are new among them are printed, and nothing is summed if there are none.
///
/// Source: docs.kraken.com, "Calculate Book Checksum v2", read 2026-11.
#[derive(Debug)]
pub struct KrakenChecksum {
    /// Decimals of prices and sizes as stored, and as printed.
    decimals: [(u8, u8); 2],
    divisors: Option<Divisors>,
    asks: Printed,
    bids: Printed,
    /// All digits, those of the asks first.
    text: [u8; 2 * LEVELS * ROOM],
    /// Where the digits of the asks end, once they are there.
    asks_end: Option<usize>,
    sum: Option<u32>,
}

/// Of prices and of sizes.
type Divisors = (Divisor, Divisor);

impl KrakenChecksum {
    /// For a book whose prices and sizes are stored with `scale` decimals and
    /// printed with `printed`.
    fn new(scale: (u8, u8), printed: (u8, u8)) -> Self {
        let divisor = |stored: u8, printed: u8| {
            POW10.get(usize::from(stored.checked_sub(printed)?)).copied().map(Divisor::new)
        };
        Self {
            decimals: [scale, printed],
            divisors: divisor(scale.0, printed.0).zip(divisor(scale.1, printed.1)),
            asks: Printed::default(),
            bids: Printed::default(),
            text: [0; 2 * LEVELS * ROOM],
            asks_end: None,
            sum: None,
        }
    }

    /// Return the checksum of a book whose prices and sizes are stored with
    /// `scale` decimals and printed with `printed`.
    ///
    /// How many decimals the venue prints is known from its messages: those of
    /// the prices and those of the sizes as sent, trailing zeros counted.
    ///
    /// `None` if a number cannot be printed: it is finer than the printed
    /// decimals, or negative, or not even the storage scale has so many.
    #[inline]
    pub fn compute(
        &mut self,
        asks: &Levels,
        bids: &Levels,
        scale: (u8, u8),
        printed: (u8, u8),
    ) -> Option<u32> {
        if self.decimals != [scale, printed] {
            *self = Self::new(scale, printed);
        }
        let divisors = self.divisors?;
        let new_asks = self.asks.follow(asks, divisors);
        let new_bids = self.bids.follow(bids, divisors);
        if new_asks {
            self.asks_end = None;
        }
        if new_asks || new_bids || self.sum.is_none() {
            self.sum = self.total();
        }
        self.sum
    }

    /// Sum the digits of both sides.
    fn total(&mut self) -> Option<u32> {
        if self.asks_end.is_none() {
            self.asks_end = self.asks.join(&mut self.text, 0);
        }
        let end = self.bids.join(&mut self.text, self.asks_end?)?;
        Some(crc32fast::hash(self.text.get(..end)?))
    }
}

impl Default for KrakenChecksum {
    fn default() -> Self {
        Self::new((0, 0), (0, 0))
    }
}

/// The best levels of a side and the digits of each.
#[derive(Debug)]
struct Printed {
    /// How often the side had been written to when it was last looked at.
    writes: Option<u64>,
    /// Keys and sizes, those of the best one last.
    levels: [Level; LEVELS],
    /// Where the digits of each stand.
    places: [u8; LEVELS],
    digits: [Digits; LEVELS],
}

/// The digits of a level.
#[derive(Clone, Copy, Debug)]
struct Digits {
    text: [u8; ROOM],
    /// `None`: they cannot be printed.
    length: Option<u8>,
}

impl Default for Printed {
    fn default() -> Self {
        Self {
            writes: None,
            levels: [(0, 0); LEVELS],
            places: std::array::from_fn(|place| place as u8),
            digits: [Digits { text: [0; ROOM], length: Some(0) }; LEVELS],
        }
    }
}

impl Printed {
    /// Print those of the best levels that are new; say whether the best levels changed.
    #[inline]
    fn follow(&mut self, side: &Levels, divisors: Divisors) -> bool {
        if self.writes == Some(side.writes()) {
            return false;
        }
        self.writes = Some(side.writes());
        self.look_at(side, divisors)
    }

    fn look_at(&mut self, side: &Levels, divisors: Divisors) -> bool {
        let mut scattered = [(0, 0); LEVELS];
        let now = side.top(&mut scattered);
        let changed = (0..LEVELS).rev().find(|at| now[*at] != self.levels[*at]);
        for at in (0..changed.map_or(0, |at| at + 1)).rev() {
            if self.levels[at] == now[at] || self.find_below(at, now[at]) {
                continue;
            }
            self.levels[at] = now[at];
            let (key, size) = now[at];
            let level = (side.price_of(key), size);
            self.digits[usize::from(self.places[at])].print(level, divisors);
        }
        changed.is_some()
    }

    /// Whether a level stood below and moved up to `at`, where its digits are brought
    /// then. Otherwise the worst level's place is brought there, for the new one's digits.
    fn find_below(&mut self, at: usize, level: Level) -> bool {
        if self.levels[at].0 == level.0 {
            // Another size is printed over the old one.
            return false;
        }
        let found = (0..at).rev().find(|below| self.levels[*below] == level);
        let from = found.unwrap_or(0);
        let place = self.places[from];
        for below in from..at {
            self.levels[below] = self.levels[below + 1];
            self.places[below] = self.places[below + 1];
        }
        (self.levels[at], self.places[at]) = (level, place);
        found.is_some()
    }

    /// Write the digits of all levels to `text` from `begin` on, the best level
    /// first; return where they end.
    #[inline]
    fn join(&self, text: &mut [u8], begin: usize) -> Option<usize> {
        let mut end = begin;
        for place in self.places.iter().rev() {
            let digits = self.digits.get(usize::from(*place))?;
            let length = usize::from(digits.length?);
            // Copied by the block: what is behind the digits is written over by the next ones.
            let to: &mut [u8; ROOM] = text.get_mut(end..)?.first_chunk_mut()?;
            if length <= SHORT {
                to[..SHORT].copy_from_slice(&digits.text[..SHORT]);
            } else {
                *to = digits.text;
            }
            end += length;
        }
        Some(end)
    }
}

impl Digits {
    /// Print a price and a size; nothing for a level that is not there.
    #[inline]
    fn print(&mut self, level: Level, divisors: Divisors) {
        self.length = self.try_print(level, divisors);
    }

    #[inline]
    fn try_print(&mut self, level: Level, divisors: Divisors) -> Option<u8> {
        let price = divisors.0.quotient(u64::try_from(level.0).ok()?)?;
        let size = divisors.1.quotient(u64::try_from(level.1).ok()?)?;
        let begin = print_digits(price, self.text.first_chunk_mut()?);
        let length = print_digits(size, self.text.get_mut(begin..)?.first_chunk_mut()?);
        Some((begin + length) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Side;
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

    /// The venue's description, word by word, for numbers with so many decimals too many.
    fn plain(sides: &Sides, decimals: (u8, u8)) -> Option<u32> {
        let divisors = [decimals.0, decimals.1].map(|decimals| POW10[usize::from(decimals)]);
        let mut text = String::new();
        for (price, size) in sides.0.iter().take(10).chain(sides.1.iter().take(10)) {
            for (value, divisor) in [*price, *size].into_iter().zip(divisors) {
                if value % divisor != 0 {
                    return None;
                }
                text += (value / divisor).to_string().trim_start_matches('0');
            }
        }
        Some(crc32fast::hash(text.as_bytes()))
    }

    fn levels(side: Side, all: &[Level]) -> Levels {
        let mut levels = Levels::new(side);
        for (price, size) in all {
            levels.push(*price, *size);
        }
        levels.settle(&mut Vec::new());
        levels
    }

    fn kraken(checksum: &mut KrakenChecksum, sides: &Sides, decimals: (u8, u8)) -> Option<u32> {
        let (asks, bids) = (levels(Side::Ask, &sides.0), levels(Side::Bid, &sides.1));
        // Other books than the last ones may have been written to as often.
        (checksum.asks.writes, checksum.bids.writes) = (None, None);
        checksum.compute(&asks, &bids, decimals, (0, 0))
    }

    #[test]
    fn the_documented_example_of_kraken_is_met() {
        let mut checksum = KrakenChecksum::default();
        let (mut asks, mut bids) = documented();
        for _ in 0..2 {
            let sides = (asks.clone(), bids.clone());
            assert_eq!(kraken(&mut checksum, &sides, (0, 0)), Some(3_310_070_434));
        }
        // The same levels at a finer storage scale, and more of them than count.
        for level in asks.iter_mut().chain(&mut bids) {
            *level = (level.0 * 10_000, level.1 * 100);
        }
        asks.push((5_000_000_000, 1));
        bids.push((4_000_000_000, 1));
        let mut sides = (asks, bids);
        assert_eq!(kraken(&mut checksum, &sides, (4, 2)), Some(3_310_070_434));
        // A size finer than the venue prints cannot be summed; then it is good again.
        for side in 0..2 {
            let level = if side == 0 { 3 } else { 7 };
            [&mut sides.0, &mut sides.1][side][level].1 += 1;
            assert_eq!(kraken(&mut checksum, &sides, (4, 2)), None);
            assert_eq!(kraken(&mut checksum, &sides, (4, 2)), None);
            [&mut sides.0, &mut sides.1][side][level].1 -= 1;
            assert_eq!(kraken(&mut checksum, &sides, (4, 2)), Some(3_310_070_434));
        }
    }

    #[test]
    fn what_cannot_be_printed_has_no_checksum() {
        for (level, scale, printed) in [
            ((-1, 1), (0, 0), (0, 0)),
            ((1, 1), (0, 0), (1, 0)),
            ((1, 1), (0, 0), (0, 1)),
            ((1, 1), (0, 1), (0, 0)),
            ((1, 1), (u8::MAX, 0), (0, 0)),
        ] {
            let (asks, bids) = (levels(Side::Ask, &[level]), levels(Side::Bid, &[]));
            let checksum = KrakenChecksum::default().compute(&asks, &bids, scale, printed);
            assert_eq!(checksum, None, "{level:?} {scale:?} {printed:?}");
        }
        let empty = (vec![], vec![]);
        assert_eq!(kraken(&mut KrakenChecksum::default(), &empty, (0, 0)), Some(0));
        let mut most = (vec![(i64::MAX, i64::MAX)], vec![(i64::MAX, i64::MAX)]);
        for less in 1..10 {
            most.0.insert(0, (i64::MAX - less, i64::MAX));
            most.1.push((i64::MAX - less, i64::MAX));
        }
        let checksum = kraken(&mut KrakenChecksum::default(), &most, (0, 0));
        assert_eq!(checksum, plain(&most, (0, 0)));
    }

    /// A book of a few prices, so that levels come, go and move.
    fn sides() -> impl Strategy<Value = Sides> {
        let side = || proptest::collection::btree_map(0_i64..24, 1_i64..4, 0..16);
        (side(), side())
            .prop_map(|(asks, bids)| (asks.into_iter().collect(), bids.into_iter().rev().collect()))
    }

    proptest! {
        #[test]
        fn what_is_kept_never_shows(
            books in proptest::collection::vec((sides(), 0_u8..2, 0_u8..2), 1..20),
        ) {
            let mut checksum = KrakenChecksum::default();
            for (sides, price_decimals, size_decimals) in books {
                let decimals = (price_decimals, size_decimals);
                prop_assert_eq!(kraken(&mut checksum, &sides, decimals), plain(&sides, decimals));
            }
        }

        #[test]
        fn a_book_is_followed_through_its_changes(
            depth in prop_oneof![Just(0_usize), Just(10_usize)],
            messages in proptest::collection::vec(
                proptest::collection::vec((any::<bool>(), 0_i64..24, 0_i64..9), 0..4), 1..60),
        ) {
            let mut checksum = KrakenChecksum::default();
            let (mut asks, mut bids) = (levels(Side::Ask, &[]), levels(Side::Bid, &[]));
            for message in messages {
                for (is_ask, price, size) in message {
                    let side = if is_ask { &mut asks } else { &mut bids };
                    side.set(price, size);
                }
                asks.cut(depth);
                bids.cut(depth);
                let sides = (asks.iter().collect(), bids.iter().collect());
                let sum = checksum.compute(&asks, &bids, (0, 0), (0, 0));
                prop_assert_eq!(sum, plain(&sides, (0, 0)));
            }
        }

        #[test]
        fn any_levels_can_be_summed(
            levels in proptest::collection::vec((0_i64.., any::<i64>()), 0..40),
        ) {
            let sides = (levels.clone(), levels);
            let _ = kraken(&mut KrakenChecksum::default(), &sides, (0, 0));
        }
    }
}
