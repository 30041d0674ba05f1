//! The venues' own symbols to instrument numbers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::batch::Outcome;
use crate::venue::Venue;

/// A fast hash for short names. Only registered names are ever stored, so
/// nobody outside can fill the tables with names that collide.
#[derive(Default)]
struct NameHasher(u64);

/// The golden ratio in 64 bits, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl NameHasher {
    #[inline]
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(GOLDEN);
    }

    /// Two words in one multiplication.
    #[inline]
    fn mix_pair(&mut self, pair: u128) {
        let product = u128::from(self.0 ^ pair as u64) * u128::from(GOLDEN ^ (pair >> 64) as u64);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for NameHasher {
    /// Both ends of a long name are enough, as names that share them are rare:
    /// tokens of Polymarket have 78 digits, tickers of Kalshi differ in their last ones.
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        if let (Some(first), Some(last)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
            self.mix_pair(u128::from_le_bytes(*first));
            self.mix_pair(u128::from_le_bytes(*last));
        } else if let (Some(first), Some(last)) =
            (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
        {
            self.mix(u64::from_le_bytes(*first));
            self.mix(u64::from_le_bytes(*last));
        } else if let (Some(first), Some(last)) =
            (bytes.first_chunk::<4>(), bytes.last_chunk::<4>())
        {
            let [first, last] = [first, last].map(|four| u64::from(u32::from_le_bytes(*four)));
            self.mix(first << 32 | last);
        } else {
            for byte in bytes {
                self.mix(u64::from(*byte));
            }
        }
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

type Names = HashMap<Box<[u8]>, Legs, BuildHasherDefault<NameHasher>>;

/// The instruments of one symbol, by outcome.
#[derive(Default)]
struct Legs {
    /// As they were added.
    own: [Option<u32>; 3],
    /// The one that a message means.
    meant: [Option<u32>; 3],
}

/// Which instrument a venue's symbol means.
#[derive(Default)]
pub struct Symbols {
    venues: [Names; Venue::ALL.len()],
}

impl Symbols {
    /// The instrument of a symbol.
    ///
    /// A symbol that stands for one side of a question only, as a Polymarket token does, means
    /// that side where the message names no side.
    #[inline]
    pub fn find(&self, venue: Venue, native: &[u8], outcome: Outcome) -> Option<u32> {
        self.venues[venue as usize].get(native)?.meant[outcome as usize]
    }

    /// Give a symbol to an instrument; `false` if it has one already.
    #[must_use]
    pub fn add(&mut self, venue: Venue, native: &[u8], outcome: Outcome, id: u32) -> bool {
        let legs = self.venues[venue as usize].entry(native.into()).or_default();
        let slot = &mut legs.own[outcome as usize];
        let is_free = slot.is_none();
        slot.get_or_insert(id);
        legs.meant = legs.own;
        legs.meant[Outcome::Whole as usize] = match legs.own {
            [None, yes, None] => yes,
            [None, None, no] => no,
            [whole, ..] => whole,
        };
        is_free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_means_one_instrument_of_its_venue() {
        let mut symbols = Symbols::default();
        assert!(symbols.add(Venue::Binance, b"BTCUSDT", Outcome::Whole, 0));
        assert!(symbols.add(Venue::Kalshi, b"BTCUSDT", Outcome::Yes, 1));
        assert!(symbols.add(Venue::Kalshi, b"BTCUSDT", Outcome::No, 2));
        assert!(symbols.add(Venue::Polymarket, b"71", Outcome::Yes, 4));
        assert!(symbols.add(Venue::Polymarket, b"72", Outcome::No, 5));
        assert!(!symbols.add(Venue::Binance, b"BTCUSDT", Outcome::Whole, 3));
        for (venue, native, outcome, expected) in [
            (Venue::Binance, &b"BTCUSDT"[..], Outcome::Whole, Some(0)),
            (Venue::Kalshi, b"BTCUSDT", Outcome::No, Some(2)),
            (Venue::Kalshi, b"BTCUSDT", Outcome::Whole, None),
            (Venue::Polymarket, b"71", Outcome::Whole, Some(4)),
            (Venue::Polymarket, b"72", Outcome::Whole, Some(5)),
            (Venue::Polymarket, b"71", Outcome::No, None),
            (Venue::Binance, b"BTCUSD", Outcome::Whole, None),
            (Venue::Mexc, b"BTCUSDT", Outcome::Whole, None),
        ] {
            assert_eq!(symbols.find(venue, native, outcome), expected);
        }
    }
}
