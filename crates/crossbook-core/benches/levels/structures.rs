//! The structures that are compared, each a bid side.

use std::collections::BTreeMap;

use crossbook_core::batch::Side;
use crossbook_core::levels::Levels;

/// One side of a book, as far as the comparison needs it.
pub trait Store: Clone + Default {
    /// What it is called in the results.
    const NAME: &'static str;
    /// Replace all levels by `snapshot`, best first.
    fn load(&mut self, snapshot: &[(i64, i64)]);
    /// Set the size at a price; 0 removes. `hint` is carried through a message.
    fn set(&mut self, price: i64, size: i64, hint: &mut usize);
    /// Best price and its size.
    fn best(&self) -> Option<(i64, i64)>;
    /// All levels, best first.
    fn levels(&self) -> Vec<(i64, i64)>;
}

/// crossbook's own: chunks of sorted pairs, the best level last.
#[derive(Clone)]
pub struct Sorted(Levels, Vec<(i64, i64)>);

impl Default for Sorted {
    fn default() -> Self {
        Self(Levels::new(Side::Bid), Vec::new())
    }
}

impl Store for Sorted {
    const NAME: &'static str = "Levels";

    fn load(&mut self, snapshot: &[(i64, i64)]) {
        self.0.clear();
        for &(price, size) in snapshot {
            self.0.push(price, size);
        }
        self.0.settle(&mut self.1);
    }

    #[inline]
    fn set(&mut self, price: i64, size: i64, hint: &mut usize) {
        self.0.set_from(price, size, hint);
    }

    #[inline]
    fn best(&self) -> Option<(i64, i64)> {
        self.0.best()
    }

    fn levels(&self) -> Vec<(i64, i64)> {
        self.0.iter().collect()
    }
}

/// One sorted array of prices beside one of sizes, the best level last.
#[derive(Clone, Default)]
pub struct TwoArrays {
    prices: Vec<i64>,
    sizes: Vec<i64>,
}

impl Store for TwoArrays {
    const NAME: &'static str = "two arrays, best last";

    fn load(&mut self, snapshot: &[(i64, i64)]) {
        self.prices.clear();
        self.sizes.clear();
        self.prices.extend(snapshot.iter().rev().map(|level| level.0));
        self.sizes.extend(snapshot.iter().rev().map(|level| level.1));
    }

    #[inline]
    fn set(&mut self, price: i64, size: i64, hint: &mut usize) {
        let end = (*hint).min(self.prices.len());
        // The eight levels next to the last update are looked at one by one.
        let near = end.saturating_sub(8);
        let place = self.prices[near..end].iter().rposition(|here| *here <= price);
        let found = match place {
            Some(place) if self.prices[near + place] == price => Ok(near + place),
            Some(place) => Err(near + place + 1),
            None => self.prices[..near].binary_search(&price),
        };
        *hint = found.unwrap_or_else(|at| at);
        match found {
            Ok(at) if size == 0 => {
                self.prices.remove(at);
                self.sizes.remove(at);
            }
            Ok(at) => self.sizes[at] = size,
            Err(at) if size != 0 => {
                self.prices.insert(at, price);
                self.sizes.insert(at, size);
            }
            Err(_) => {}
        }
    }

    #[inline]
    fn best(&self) -> Option<(i64, i64)> {
        Some((*self.prices.last()?, *self.sizes.last()?))
    }

    fn levels(&self) -> Vec<(i64, i64)> {
        self.prices.iter().rev().copied().zip(self.sizes.iter().rev().copied()).collect()
    }
}

/// One sorted array of pairs, the best level last.
#[derive(Clone, Default)]
pub struct BestLast(Vec<(i64, i64)>);

impl Store for BestLast {
    const NAME: &'static str = "pairs, best last";

    fn load(&mut self, snapshot: &[(i64, i64)]) {
        self.0.clear();
        self.0.extend(snapshot.iter().rev());
    }

    #[inline]
    fn set(&mut self, price: i64, size: i64, hint: &mut usize) {
        // Everything above the hint is better: what came before it in the message.
        let end = (*hint).min(self.0.len());
        let found = self.0[..end].binary_search_by_key(&price, |level| level.0);
        *hint = found.unwrap_or_else(|at| at);
        put(&mut self.0, found, price, size);
    }

    #[inline]
    fn best(&self) -> Option<(i64, i64)> {
        self.0.last().copied()
    }

    fn levels(&self) -> Vec<(i64, i64)> {
        self.0.iter().rev().copied().collect()
    }
}

/// One sorted array of pairs, the best level first: the usual first idea.
#[derive(Clone, Default)]
pub struct BestFirst(Vec<(i64, i64)>);

impl Store for BestFirst {
    const NAME: &'static str = "pairs, best first";

    fn load(&mut self, snapshot: &[(i64, i64)]) {
        self.0.clear();
        self.0.extend(snapshot);
    }

    #[inline]
    fn set(&mut self, price: i64, size: i64, hint: &mut usize) {
        let start = if *hint > self.0.len() { 0 } else { *hint };
        let found = self.0[start..]
            .binary_search_by(|level| price.cmp(&level.0))
            .map(|at| start + at)
            .map_err(|at| start + at);
        *hint = found.unwrap_or_else(|at| at);
        put(&mut self.0, found, price, size);
    }

    #[inline]
    fn best(&self) -> Option<(i64, i64)> {
        self.0.first().copied()
    }

    fn levels(&self) -> Vec<(i64, i64)> {
        self.0.clone()
    }
}

#[inline]
fn put(levels: &mut Vec<(i64, i64)>, found: Result<usize, usize>, price: i64, size: i64) {
    match found {
        Ok(at) if size == 0 => {
            levels.remove(at);
        }
        Ok(at) => levels[at].1 = size,
        Err(at) if size != 0 => levels.insert(at, (price, size)),
        Err(_) => {}
    }
}

/// The standard library's B-tree.
#[derive(Clone, Default)]
pub struct Tree(BTreeMap<i64, i64>);

impl Store for Tree {
    const NAME: &'static str = "BTreeMap";

    fn load(&mut self, snapshot: &[(i64, i64)]) {
        self.0 = snapshot.iter().copied().collect();
    }

    #[inline]
    fn set(&mut self, price: i64, size: i64, _: &mut usize) {
        if size == 0 {
            self.0.remove(&price);
        } else {
            self.0.insert(price, size);
        }
    }

    #[inline]
    fn best(&self) -> Option<(i64, i64)> {
        self.0.last_key_value().map(|(price, size)| (*price, *size))
    }

    fn levels(&self) -> Vec<(i64, i64)> {
        self.0.iter().rev().map(|(price, size)| (*price, *size)).collect()
    }
}
