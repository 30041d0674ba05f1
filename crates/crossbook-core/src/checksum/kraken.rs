//! Kraken's checksum over the ten best levels of both sides.

use std::ops::ControlFlow;

use crc32fast::Hasher;

use crate::batch::Side;

use super::digits::digits_of;
use super::Level;

/// Levels of each side under the checksum.
const LEVELS: usize = 10;

/// Room for the digits of a level: two numbers, each written in a block of 24.
const ROOM: usize = 48;

/// Kraken's checksum of one book, taken again after each of its messages.
///
/// The digits of the ten best levels of both sides are kept, so that only
/// levels that are new among them are printed, and a side is only summed if
/// something in it or before it changed.
///
/// Source: docs.kraken.com, "Calculate Book Checksum v2", read 2026-11.
#[derive(Debug, Default)]
pub struct KrakenChecksum {
    /// Of prices and of sizes.
    divisors: (i64, i64),
    asks: Printed,
    bids: Printed,
    /// The sum of the asks, then that of asks and bids.
    sums: Option<(u32, u32)>,
    /// Working memory.
    now: Top,
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
        if self.divisors != (price_divisor, size_divisor) {
            self.forget();
            self.divisors = (price_divisor, size_divisor);
        }
        let known_asks = self.asks.compare(asks, &mut self.now);
        if !known_asks {
            self.sums = None;
            self.print(Side::Ask)?;
        }
        let known_bids = self.bids.compare(bids, &mut self.now);
        if !known_bids {
            self.print(Side::Bid)?;
        }
        match self.sums {
            Some((_, sum)) if known_bids => Some(sum),
            sums => Some(self.sum(sums.map(|(asks, _)| asks))),
        }
    }

    /// Print the levels of a side that are not printed yet.
    fn print(&mut self, side: Side) -> Option<()> {
        let printed = match side {
            Side::Ask => &mut self.asks,
            Side::Bid => &mut self.bids,
        };
        let done = printed.print(&self.now, self.divisors);
        if done.is_none() {
            self.forget();
        }
        done
    }

    /// Sum the digits of both sides, or of the bids alone behind the asks.
    fn sum(&mut self, asks: Option<u32>) -> u32 {
        let asks = asks.unwrap_or_else(|| crc32fast::hash(self.asks.text()));
        let mut hasher = Hasher::new_with_initial(asks);
        hasher.update(self.bids.text());
        let sum = hasher.finalize();
        self.sums = Some((asks, sum));
        sum
    }

    fn forget(&mut self) {
        self.asks.count = 0;
        self.bids.count = 0;
        self.sums = None;
    }
}

/// The best levels of a side as they are now, and how many are as they were.
#[derive(Debug, Default)]
struct Top {
    levels: [Level; LEVELS],
    count: usize,
    unchanged: usize,
}

/// The best levels of a side and their digits, one behind the other.
#[derive(Clone, Debug)]
struct Printed {
    levels: [Level; LEVELS],
    count: usize,
    /// Where the digits of each level end.
    ends: [u16; LEVELS],
    digits: [u8; LEVELS * ROOM],
}

impl Default for Printed {
    fn default() -> Self {
        Self { levels: [(0, 0); LEVELS], count: 0, ends: [0; LEVELS], digits: [0; LEVELS * ROOM] }
    }
}

impl Printed {
    /// Whether the levels are these; if not, note what they are.
    #[inline]
    fn compare(&self, now: impl Iterator<Item = Level>, top: &mut Top) -> bool {
        let mut now = now.take(LEVELS);
        let known = self.levels.get(..self.count).unwrap_or_default();
        let mut unchanged = 0;
        // The iterator drives the loop: one over chunks is slow when asked level by level.
        let seen = now.try_for_each(|level| match known.get(unchanged) {
            Some(old) if *old == level => {
                unchanged += 1;
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Break(level),
        });
        if seen.is_continue() && unchanged == self.count {
            return true;
        }
        top.levels = self.levels;
        top.unchanged = unchanged;
        top.count = unchanged;
        let mut keep = |level| {
            if let Some(place) = top.levels.get_mut(top.count) {
                *place = level;
                top.count += 1;
            }
        };
        if let ControlFlow::Break(level) = seen {
            keep(level);
            now.for_each(keep);
        }
        false
    }

    /// Print the levels as they are now, moving digits that are there already.
    fn print(&mut self, top: &Top, divisors: (i64, i64)) -> Option<()> {
        let run = self.run(top);
        let begin = self.start(top.unchanged);
        // Printed aside, since digits that stay may stand in its place.
        let mut came = [0; ROOM];
        let came_length = if run.new > top.unchanged {
            print_level(top.levels.get(top.unchanged)?, divisors, &mut came)?
        } else {
            0
        };
        let mut end = begin + came_length;
        let stays = self.start(run.old)..self.start(run.old + run.count);
        let ends = self.ends;
        let moved = self.ends.iter_mut().skip(run.new).zip(ends.iter().skip(run.old));
        for (place, old) in moved.take(run.count) {
            *place = (end + usize::from(*old) - stays.start) as u16;
        }
        if let Some(place) = self.ends.get_mut(top.unchanged).filter(|_| came_length > 0) {
            *place = end as u16;
        }
        let stays_length = stays.len();
        self.digits.copy_within(stays, end);
        self.digits.get_mut(begin..end)?.copy_from_slice(came.get(..came_length)?);
        end += stays_length;
        for place in run.new + run.count..top.count {
            end += print_level(top.levels.get(place)?, divisors, self.digits.get_mut(end..)?)?;
            *self.ends.get_mut(place)? = end as u16;
        }
        self.levels = top.levels;
        self.count = top.count;
        Some(())
    }

    /// Which levels behind the first change are as they were: those behind a
    /// level that changed, came or went; none if more than that happened.
    fn run(&self, top: &Top) -> Run {
        let at = top.unchanged;
        for (new, old) in [(at + 1, at + 1), (at + 1, at), (at, at + 1)] {
            let now = top.levels.get(new..top.count).unwrap_or_default();
            let before = self.levels.get(old..self.count).unwrap_or_default();
            let count = now.len().min(before.len());
            if count > 0 && now.iter().zip(before).all(|(now, before)| now == before) {
                return Run { new, old, count };
            }
        }
        Run { new: at, old: at, count: 0 }
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

/// Levels that moved together.
struct Run {
    /// Place of the first of them now.
    new: usize,
    /// Its place before.
    old: usize,
    count: usize,
}

/// Print the digits of a price and a size; return how many they are.
#[inline]
fn print_level(level: &Level, divisors: (i64, i64), out: &mut [u8]) -> Option<usize> {
    let price = print_digits(level.0, divisors.0, out)?;
    Some(price + print_digits(level.1, divisors.1, out.get_mut(price..)?)?)
}

/// Print `value / divisor` without leading zeros; return how many digits that are.
#[inline]
fn print_digits(value: i64, divisor: i64, out: &mut [u8]) -> Option<usize> {
    let (value, divisor) = (u64::try_from(value).ok()?, u64::try_from(divisor).ok()?);
    let quotient = value.checked_div(divisor)?;
    if quotient * divisor != value {
        return None;
    }
    let (digits, length) = digits_of(quotient);
    *out.first_chunk_mut()? = digits;
    Some(length)
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
        fn any_levels_can_be_summed(levels in proptest::collection::vec(any::<Level>(), 0..40)) {
            let sides = (levels.clone(), levels);
            let _ = kraken(&mut KrakenChecksum::default(), &sides, (1, 1));
        }
    }
}
