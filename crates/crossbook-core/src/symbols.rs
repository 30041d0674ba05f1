//! The venues' own symbols to instrument numbers.

use crate::batch::Outcome;
use crate::venue::Venue;

/// Which instrument a venue's symbol means.
///
/// Asked once a message, so that the names stand in a table of their own kind:
/// open addressing, with what short names are compared by beside their hash.
/// Only registered names are ever stored, so nobody outside can fill it with
/// names that collide.
#[derive(Default)]
pub struct Symbols {
    /// By hash, else in the next free place; a power of two, at most a quarter of them taken.
    places: Vec<Option<Name>>,
    count: usize,
}

/// A symbol and the instruments that it names.
struct Name {
    key: Key,
    text: Box<[u8]>,
    /// By outcome: as registered, and as asked for.
    registered: [Option<u32>; 3],
    means: [Option<u32>; 3],
}

impl Symbols {
    /// The instrument of a symbol.
    ///
    /// A symbol that stands for one side of a question only, as a Polymarket token does, means
    /// that side where the message names no side.
    #[inline]
    pub fn find(&self, venue: Venue, native: &[u8], outcome: Outcome) -> Option<u32> {
        let key = Key::new(venue, native);
        let mut at = key.hash as usize;
        loop {
            let name = self.places.get(at & self.places.len().wrapping_sub(1))?.as_ref()?;
            if name.is(key, native) {
                return name.means[outcome as usize];
            }
            at = at.wrapping_add(1);
        }
    }

    /// Give a symbol to an instrument; `false` if it has one already.
    #[must_use]
    pub fn add(&mut self, venue: Venue, native: &[u8], outcome: Outcome, id: u32) -> bool {
        if self.count * 4 >= self.places.len() {
            self.grow();
        }
        let key = Key::new(venue, native);
        let at = self.place_of(key, native);
        let name = self.places[at].get_or_insert_with(|| {
            self.count += 1;
            Name { key, text: native.into(), registered: [None; 3], means: [None; 3] }
        });
        let slot = &mut name.registered[outcome as usize];
        let is_free = slot.is_none();
        slot.get_or_insert(id);
        name.means = name.registered;
        name.means[Outcome::Whole as usize] = match name.registered {
            [None, yes, None] => yes,
            [None, None, no] => no,
            [whole, _, _] => whole,
        };
        is_free
    }

    /// Where a symbol stands, or would.
    fn place_of(&self, key: Key, native: &[u8]) -> usize {
        let mask = self.places.len() - 1;
        let places = (key.hash as usize..).map(|at| at & mask);
        let mut free = places
            .skip_while(|at| self.places[*at].as_ref().is_some_and(|name| !name.is(key, native)));
        free.next().unwrap_or_default()
    }

    /// Twice as many places.
    fn grow(&mut self) {
        let length = (self.places.len() * 2).max(8);
        let names = std::mem::take(&mut self.places);
        self.places.resize_with(length, || None);
        for name in names.into_iter().flatten() {
            let at = self.place_of(name.key, &name.text);
            self.places[at] = Some(name);
        }
    }
}

impl Name {
    #[inline]
    fn is(&self, key: Key, native: &[u8]) -> bool {
        // The key of a short name holds all of it, that of a longer one its last piece.
        self.key == key && (native.len() <= PIECE || self.begins_like(native))
    }

    /// Whether the whole pieces of two names of the same length are the same, one by one:
    /// names are too short for a comparison by call to be worth it.
    #[inline]
    fn begins_like(&self, native: &[u8]) -> bool {
        let (ours, _) = self.text.as_chunks::<PIECE>();
        let (theirs, _) = native.as_chunks::<PIECE>();
        let mut pieces = ours.iter().zip(theirs);
        pieces.all(|(one, other)| u128::from_le_bytes(*one) == u128::from_le_bytes(*other))
    }
}

/// What a symbol is found by.
#[derive(Clone, Copy)]
struct Key {
    hash: u64,
    venue: Venue,
    length: usize,
    /// The last piece of the name.
    last: u128,
}

/// Bytes that are looked at in one step.
const PIECE: usize = 16;

/// The golden ratio in 64 bits, as in Fibonacci hashing (Knuth, TAOCP 3, 6.4).
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl Key {
    /// Both ends of a long name are enough, as names that share them are rare:
    /// tokens of Polymarket have 78 digits, tickers of Kalshi differ in their last ones.
    #[inline]
    fn new(venue: Venue, native: &[u8]) -> Self {
        let (first, last) = match (native.first_chunk(), native.last_chunk()) {
            (Some(first), Some(last)) => (u128::from_le_bytes(*first), u128::from_le_bytes(*last)),
            _ => (0, ends(native)),
        };
        Self { hash: mixed(mixed(venue as u64, first), last), venue, length: native.len(), last }
    }
}

impl PartialEq for Key {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.last == other.last && self.length == other.length && self.venue == other.venue
    }
}

/// A hash and a piece of a name, mixed by one multiplication.
#[inline]
fn mixed(hash: u64, piece: u128) -> u64 {
    let product = u128::from(hash ^ piece as u64) * u128::from(GOLDEN ^ (piece >> 64) as u64);
    product as u64 ^ (product >> 64) as u64
}

/// Less than sixteen bytes, read by their ends, which overlap.
#[inline]
fn ends(text: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u64::from_le_bytes(*first))
            | u128::from(u64::from_le_bytes(*last)) << 64;
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return u128::from(u32::from_le_bytes(*first))
            | u128::from(u32::from_le_bytes(*last)) << 64;
    }
    text.iter().fold(0, |word, byte| word << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn the_table_agrees_with_a_plain_map(
            names in proptest::collection::vec("[ab]{0,3}|[ab]{7,9}|[ab]{15,18}|[ab]{30,35}", 1..60),
            asked in proptest::collection::vec("[ab]{0,3}|[ab]{7,9}|[ab]{15,18}|[ab]{30,35}", 1..60),
        ) {
            let mut symbols = Symbols::default();
            let mut model = HashMap::new();
            for (id, name) in (0..).zip(&names) {
                let is_new = !model.contains_key(name);
                model.entry(name).or_insert(id);
                prop_assert_eq!(symbols.add(Venue::Okx, name.as_bytes(), Outcome::Whole, id), is_new);
            }
            for name in names.iter().chain(&asked) {
                let found = symbols.find(Venue::Okx, name.as_bytes(), Outcome::Whole);
                prop_assert_eq!(found, model.get(name).copied());
                prop_assert_eq!(symbols.find(Venue::Mexc, name.as_bytes(), Outcome::Whole), None);
            }
        }
    }

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
