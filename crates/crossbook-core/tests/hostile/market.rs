//! The books as they are at the venue, in plain maps: what a correct reader must end with.

use std::collections::BTreeMap;

use crossbook_core::batch::Side;

use crate::dice::Dice;

/// Cents to the engine's scale of eight decimals.
pub const UNIT: i64 = 1_000_000;
/// Prices stand between 1 and 99 cents above the base; bids below the middle, asks above it.
const MIDDLE: i64 = 50;
const END: i64 = 100;

/// Price and size in cents by price.
pub type Levels = BTreeMap<i64, i64>;

/// One level that changed, and the best prices after it.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    pub side: Side,
    pub price: i64,
    pub size: i64,
    pub size_before: i64,
    pub best: (i64, i64),
}

/// One instrument's book at the venue.
#[derive(Clone, Debug)]
pub struct Book {
    pub bids: Levels,
    pub asks: Levels,
    base: i64,
    depth: usize,
}

impl Book {
    /// A book of `per_side` levels a side, which the venue cuts to `depth` (0: never).
    pub fn new(base: i64, per_side: usize, depth: usize, dice: &mut Dice) -> Self {
        let mut book = Self { bids: Levels::new(), asks: Levels::new(), base, depth };
        while book.bids.len() < per_side {
            book.bids.insert(base + dice.between(1, MIDDLE - 1), dice.between(1, 99_999));
        }
        while book.asks.len() < per_side {
            book.asks.insert(base + dice.between(MIDDLE + 1, END - 1), dice.between(1, 99_999));
        }
        book
    }

    pub fn best(&self) -> (i64, i64) {
        let bid = self.bids.last_key_value().map_or(0, |(price, _)| *price);
        (bid, self.asks.first_key_value().map_or(0, |(price, _)| *price))
    }

    /// Sizes at the best prices.
    pub fn best_sizes(&self) -> (i64, i64) {
        let bid = self.bids.last_key_value().map_or(0, |(_, size)| *size);
        (bid, self.asks.first_key_value().map_or(0, |(_, size)| *size))
    }

    /// Bids or asks, best first.
    pub fn best_first(&self, side: Side) -> Vec<(i64, i64)> {
        match side {
            Side::Bid => self.bids.iter().rev().map(|(p, s)| (*p, *s)).collect(),
            Side::Ask => self.asks.iter().map(|(p, s)| (*p, *s)).collect(),
        }
    }

    /// Change up to `most` levels of different prices.
    pub fn change(&mut self, most: usize, dice: &mut Dice) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for _ in 0..=dice.below(most) {
            let side = dice.pick(&[Side::Bid, Side::Ask]);
            let price = self.base
                + match side {
                    Side::Bid => dice.between(1, MIDDLE - 1),
                    Side::Ask => dice.between(MIDDLE + 1, END - 1),
                };
            if changes.iter().all(|change| change.price != price) {
                changes.extend(self.set(side, price, dice));
            }
        }
        if self.depth != 0 {
            while self.bids.len() > self.depth {
                self.bids.pop_first();
            }
            while self.asks.len() > self.depth {
                self.asks.pop_last();
            }
        }
        changes
    }

    fn set(&mut self, side: Side, price: i64, dice: &mut Dice) -> Option<Change> {
        let levels = match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        let before = levels.get(&price).copied();
        // No side ever gets empty: venues differ in how they write that.
        let size = match before {
            Some(_) if levels.len() > 2 && dice.once_in(2) => 0,
            _ => dice.between(1, 99_999),
        };
        match size {
            0 => levels.remove(&price),
            _ => levels.insert(price, size),
        };
        let size_before = before.unwrap_or(0);
        (size != size_before).then(|| Change { side, price, size, size_before, best: self.best() })
    }
}

/// Cents as text with two decimals.
pub fn text(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}
