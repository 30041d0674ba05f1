//! One side of a book: price levels in a contiguous sorted array.

use crate::batch::Side;

/// How far from the best level a change is looked for one by one.
///
/// Most changes touch the few best levels; past them a binary search is cheaper.
const NEAR: usize = 8;

/// What a write did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The level is new.
    Added,
    /// The level has another size now.
    Resized,
    /// The level is gone.
    Removed,
    /// Nothing: that size was there, or there was nothing to remove.
    Unchanged,
}

/// The price levels of one side, the best one last.
///
/// Keys are prices for bids and negated prices for asks, so that on both sides
/// the best level has the largest key and stands at the end, where most changes
/// happen and few elements have to move. Prices and sizes stand in two arrays:
/// a search touches prices only. `first` skips levels cut off at the far end.
#[derive(Clone, Debug)]
pub struct Levels {
    side: Side,
    first: usize,
    keys: Vec<i64>,
    sizes: Vec<i64>,
}

impl Levels {
    /// An empty side.
    pub fn new(side: Side) -> Self {
        Self { side, first: 0, keys: Vec::new(), sizes: Vec::new() }
    }

    /// Number of levels.
    #[inline]
    pub fn len(&self) -> usize {
        self.keys.len() - self.first
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Best price and its size.
    #[inline]
    pub fn best(&self) -> Option<(i64, i64)> {
        if self.is_empty() {
            return None;
        }
        Some((self.price_of(*self.keys.last()?), *self.sizes.last()?))
    }

    /// All levels as `(price, size)`, best first.
    #[inline]
    pub fn iter(
        &self,
    ) -> impl DoubleEndedIterator<Item = (i64, i64)> + ExactSizeIterator + Clone + '_ {
        let keys = self.keys[self.first..].iter().rev();
        let sizes = self.sizes[self.first..].iter().rev();
        let negated = self.side == Side::Ask;
        keys.zip(sizes).map(move |(&key, &size)| (if negated { -key } else { key }, size))
    }

    /// Size at a price; 0 if there is no such level.
    #[inline]
    pub fn size_at(&self, price: i64) -> i64 {
        match self.find(self.key_of(price), self.keys.len()) {
            Ok(at) => self.sizes[at],
            Err(_) => 0,
        }
    }

    /// Set the size at a price; 0 removes the level.
    #[inline]
    pub fn set(&mut self, price: i64, size: i64) -> Change {
        let mut hint = usize::MAX;
        self.set_from(price, size, &mut hint)
    }

    /// As [`Self::set`], beginning the search where the last one of this message
    /// ended: venues send the levels of a message from the best to the worst.
    #[inline]
    pub fn set_from(&mut self, price: i64, size: i64, hint: &mut usize) -> Change {
        let key = self.key_of(price);
        match self.find(key, (*hint).min(self.keys.len())) {
            Ok(at) if size == 0 => {
                self.keys.remove(at);
                self.sizes.remove(at);
                *hint = at;
                self.reclaim();
                Change::Removed
            }
            Ok(at) => {
                *hint = at + 1;
                if std::mem::replace(&mut self.sizes[at], size) == size {
                    Change::Unchanged
                } else {
                    Change::Resized
                }
            }
            Err(at) => {
                *hint = at;
                if size == 0 {
                    return Change::Unchanged;
                }
                self.keys.insert(at, key);
                self.sizes.insert(at, size);
                Change::Added
            }
        }
    }

    /// Forget all levels; the memory stays.
    pub fn clear(&mut self) {
        self.first = 0;
        self.keys.clear();
        self.sizes.clear();
    }

    /// Add a level of a snapshot, in any order; [`Self::settle`] must follow.
    #[inline]
    pub fn push(&mut self, price: i64, size: i64) {
        self.keys.push(self.key_of(price));
        self.sizes.push(size);
    }

    /// Bring pushed levels into order; the last one of a price counts, and
    /// levels without size go. `scratch` is working memory of the caller's.
    pub fn settle(&mut self, scratch: &mut Vec<(i64, i64)>) {
        let sorted = self.keys.windows(2).all(|pair| pair[0] < pair[1]);
        if !sorted {
            // Snapshots come best first on most venues: turned round, they are sorted.
            self.keys.reverse();
            self.sizes.reverse();
        }
        if !sorted && !self.keys.windows(2).all(|pair| pair[0] < pair[1]) {
            self.keys.reverse();
            self.sizes.reverse();
            self.sort(scratch);
        }
        if self.sizes.contains(&0) {
            let mut sizes = self.sizes.iter();
            self.keys.retain(|_| sizes.next() != Some(&0));
            self.sizes.retain(|size| *size != 0);
        }
    }

    fn sort(&mut self, scratch: &mut Vec<(i64, i64)>) {
        scratch.clear();
        scratch.extend(self.keys.iter().copied().zip(self.sizes.iter().copied()));
        scratch.sort_by_key(|(key, _)| *key);
        self.clear();
        for &(key, size) in scratch.iter() {
            if self.keys.last() == Some(&key) {
                self.sizes.pop();
            } else {
                self.keys.push(key);
            }
            self.sizes.push(size);
        }
    }

    /// Keep only the `depth` best levels; 0 keeps all.
    #[inline]
    pub fn cut(&mut self, depth: usize) {
        if depth != 0 && self.len() > depth {
            self.first = self.keys.len() - depth;
            self.reclaim();
        }
    }

    /// Bytes that this side holds, free capacity included.
    pub fn memory_bytes(&self) -> usize {
        (self.keys.capacity() + self.sizes.capacity()) * size_of::<i64>()
    }

    /// Drop the cut levels once they are as many as the kept ones.
    #[inline]
    fn reclaim(&mut self) {
        if self.first > self.len() {
            self.keys.drain(..self.first);
            self.sizes.drain(..self.first);
            self.first = 0;
        }
    }

    #[inline]
    fn key_of(&self, price: i64) -> i64 {
        match self.side {
            Side::Bid => price,
            Side::Ask => -price,
        }
    }

    #[inline]
    fn price_of(&self, key: i64) -> i64 {
        self.key_of(key)
    }

    /// Where a key stands, or where it would; looked for below `end` first.
    #[inline]
    fn find(&self, key: i64, end: usize) -> Result<usize, usize> {
        let keys = &self.keys[..];
        let mut end = end.max(self.first);
        // The levels at and above `end` are better: out of order only if the venue's were.
        if keys.get(end).is_some_and(|next| *next <= key) {
            end = keys.len();
        }
        let near = end.saturating_sub(NEAR).max(self.first);
        let mut at = end;
        while at > near {
            let here = keys[at - 1];
            if here <= key {
                return if here == key { Ok(at - 1) } else { Err(at) };
            }
            at -= 1;
        }
        match keys[self.first..at].binary_search(&key) {
            Ok(found) => Ok(self.first + found),
            Err(place) => Err(self.first + place),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn side() -> impl Strategy<Value = Side> {
        prop_oneof![Just(Side::Bid), Just(Side::Ask)]
    }

    fn best_first(side: Side, model: &BTreeMap<i64, i64>) -> Vec<(i64, i64)> {
        let ascending = model.iter().map(|(price, size)| (*price, *size));
        match side {
            Side::Bid => ascending.rev().collect(),
            Side::Ask => ascending.collect(),
        }
    }

    proptest! {
        #[test]
        fn levels_agree_with_a_plain_map(
            side in side(),
            depth in prop_oneof![Just(0_usize), 1_usize..20],
            messages in proptest::collection::vec(
                proptest::collection::vec((0_i64..60, 0_i64..4), 1..12), 1..40),
        ) {
            let mut levels = Levels::new(side);
            let mut model = BTreeMap::new();
            for message in messages {
                let mut hint = usize::MAX;
                for (price, size) in message {
                    let before = model.get(&price).copied().unwrap_or(0);
                    let expected = match (before, size) {
                        (0, 0) => Change::Unchanged,
                        (0, _) => Change::Added,
                        (_, 0) => Change::Removed,
                        (old, new) if old == new => Change::Unchanged,
                        _ => Change::Resized,
                    };
                    prop_assert_eq!(levels.set_from(price, size, &mut hint), expected);
                    if size == 0 { model.remove(&price); } else { model.insert(price, size); }
                    prop_assert_eq!(levels.size_at(price), size);
                }
                levels.cut(depth);
                while depth != 0 && model.len() > depth {
                    let worst = match side {
                        Side::Bid => model.pop_first(),
                        Side::Ask => model.pop_last(),
                    };
                    prop_assert!(worst.is_some());
                }
                let expected = best_first(side, &model);
                prop_assert_eq!(levels.iter().collect::<Vec<_>>(), expected.clone());
                prop_assert_eq!(levels.best(), expected.first().copied());
                prop_assert_eq!(levels.len(), expected.len());
            }
        }

        #[test]
        fn a_snapshot_in_any_order_settles(
            side in side(), rows in proptest::collection::vec((0_i64..40, 0_i64..4), 0..60),
        ) {
            let mut levels = Levels::new(side);
            let mut model = BTreeMap::new();
            for &(price, size) in &rows {
                levels.push(price, size);
                model.insert(price, size);
            }
            levels.settle(&mut Vec::new());
            model.retain(|_, size| *size != 0);
            prop_assert_eq!(levels.iter().collect::<Vec<_>>(), best_first(side, &model));
        }
    }
}
