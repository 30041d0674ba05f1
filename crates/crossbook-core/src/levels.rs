//! One side of a book: price levels in short sorted arrays.

use crate::batch::Side;

/// How many of the best levels of a chunk are looked at together.
const NEAR: usize = 8;
const _: () = assert!(NEAR == 8, "`find` halves them three times");

/// Most levels of a chunk: what a change far from the best level moves at most.
///
/// Tests make it so small that small books have many chunks.
const CHUNK: usize = if cfg!(test) { 12 } else { 128 };

/// How full a snapshot fills a chunk: some levels may join before it splits.
const FILL: usize = CHUNK / 4 * 3;

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
/// happen and few levels have to move. Levels stand in chunks, sorted arrays of
/// at most [`CHUNK`], under one array of their lowest keys. A book of that many
/// levels is one array; of a larger one, a change moves no more than a chunk.
///
/// Chunks that empty are kept for later ones, so that a book which keeps its
/// size stops to allocate.
#[derive(Clone, Debug)]
pub struct Levels {
    side: Side,
    len: usize,
    /// How often it was written to.
    writes: u64,
    /// Nothing in a chunk is below its key here, except in the first chunk.
    lowest: Vec<i64>,
    /// None of them is empty.
    chunks: Vec<Chunk>,
    spare: Vec<Chunk>,
}

/// `(key, size)`, ascending.
type Chunk = Vec<(i64, i64)>;

impl Levels {
    /// An empty side.
    pub fn new(side: Side) -> Self {
        Self { side, len: 0, writes: 0, lowest: Vec::new(), chunks: Vec::new(), spare: Vec::new() }
    }

    /// Number of levels.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Best price and its size.
    #[inline]
    pub fn best(&self) -> Option<(i64, i64)> {
        let (key, size) = *self.chunks.last()?.last()?;
        Some((self.price_of(key), size))
    }

    /// The best levels as `(key, size)`, the best one last; [`Self::price_of`] is the
    /// price of a key. They are gathered in `scattered` unless they stand together; where
    /// there are fewer, levels of size zero, which no book has, stand before them.
    #[inline]
    pub fn top<'a, const N: usize>(
        &'a self,
        scattered: &'a mut [(i64, i64); N],
    ) -> &'a [(i64, i64); N] {
        match self.chunks.last().and_then(|chunk| chunk.last_chunk()) {
            Some(levels) => levels,
            None => self.gather(scattered),
        }
    }

    fn gather<'a, const N: usize>(
        &self,
        scattered: &'a mut [(i64, i64); N],
    ) -> &'a [(i64, i64); N] {
        *scattered = [(0, 0); N];
        let levels = self.chunks.iter().rev().flat_map(|chunk| chunk.iter().rev());
        for (place, level) in scattered.iter_mut().rev().zip(levels) {
            *place = *level;
        }
        scattered
    }

    /// How often the side was written to: it is as it was if this is what it was.
    #[inline]
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// All levels as `(price, size)`, best first.
    #[inline]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (i64, i64)> + Clone + '_ {
        let negated = self.side == Side::Ask;
        let levels = self.chunks.iter().rev().flat_map(|chunk| chunk.iter().rev());
        levels.map(move |&(key, size)| (if negated { -key } else { key }, size))
    }

    /// Size at a price; 0 if there is no such level.
    #[inline]
    pub fn size_at(&self, price: i64) -> i64 {
        let key = self.key_of(price);
        let Some(chunk) = self.chunks.get(self.chunk_of(key, usize::MAX)) else { return 0 };
        find(chunk, key).map_or(0, |at| chunk[at].1)
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
        let at = self.chunk_of(key, *hint);
        *hint = at;
        self.writes += 1;
        let Some(chunk) = self.chunks.get_mut(at) else {
            return self.set_first(key, size);
        };
        match find(chunk, key) {
            Ok(found) if size == 0 => {
                chunk.remove(found);
                self.len -= 1;
                let left = chunk.len();
                if left == 0 || (left < CHUNK / 4 && self.chunks.len() > 1) {
                    self.shrink(at);
                }
                Change::Removed
            }
            Ok(found) if chunk[found].1 == size => Change::Unchanged,
            Ok(found) => {
                chunk[found].1 = size;
                Change::Resized
            }
            Err(_) if size == 0 => Change::Unchanged,
            Err(place) => {
                chunk.insert(place, (key, size));
                self.len += 1;
                if chunk.len() == CHUNK {
                    self.split(at);
                    *hint = at + 1;
                }
                Change::Added
            }
        }
    }

    /// Forget all levels; the memory stays.
    pub fn clear(&mut self) {
        self.len = 0;
        self.writes += 1;
        self.lowest.clear();
        self.spare.append(&mut self.chunks);
    }

    /// Add a level of a snapshot, in any order; [`Self::settle`] must follow.
    #[inline]
    pub fn push(&mut self, price: i64, size: i64) {
        let level = (self.key_of(price), size);
        self.push_level(level);
    }

    /// Bring pushed levels into order; the last one of a price counts, and
    /// levels without size go. `scratch` is working memory of the caller's.
    pub fn settle(&mut self, scratch: &mut Vec<(i64, i64)>) {
        // Snapshots come best first on most venues: turned round, they are sorted.
        if self.levels().is_sorted_by(|one, next| one.0 > next.0) {
            self.chunks.reverse();
            self.chunks.iter_mut().for_each(|chunk| chunk.reverse());
        } else if !self.levels().is_sorted_by(|one, next| one.0 < next.0) {
            self.sort(scratch);
        }
        if self.levels().any(|level| level.1 == 0) {
            for mut chunk in std::mem::take(&mut self.chunks) {
                chunk.retain(|level| level.1 != 0);
                let kept = if chunk.is_empty() { &mut self.spare } else { &mut self.chunks };
                kept.push(chunk);
            }
        }
        self.len = self.chunks.iter().map(Vec::len).sum();
        self.writes += 1;
        self.lowest.clear();
        self.lowest.extend(self.chunks.iter().map(|chunk| chunk[0].0));
    }

    /// Keep only the `depth` best levels; 0 keeps all.
    #[inline]
    pub fn cut(&mut self, depth: usize) {
        while depth != 0 && self.len > depth {
            let excess = self.len - depth;
            self.writes += 1;
            let worst = &mut self.chunks[0];
            if worst.len() > excess {
                worst.drain(..excess);
                self.len -= excess;
            } else {
                self.len -= worst.len();
                self.remove_chunk(0);
            }
        }
    }

    /// Bytes that this side holds, free capacity included.
    pub fn memory_bytes(&self) -> usize {
        let levels: usize = self.chunks.iter().chain(&self.spare).map(Vec::capacity).sum();
        levels * size_of::<(i64, i64)>()
            + self.lowest.capacity() * size_of::<i64>()
            + (self.chunks.capacity() + self.spare.capacity()) * size_of::<Chunk>()
    }

    #[inline]
    fn key_of(&self, price: i64) -> i64 {
        match self.side {
            Side::Bid => price,
            Side::Ask => -price,
        }
    }

    /// The price that a key stands for.
    #[inline]
    pub fn price_of(&self, key: i64) -> i64 {
        self.key_of(key)
    }

    /// In which chunk a key stands, or would; looked for from `hint` down first.
    #[inline]
    fn chunk_of(&self, key: i64, hint: usize) -> usize {
        let lowest = &self.lowest[..];
        let last = lowest.len().saturating_sub(1);
        let mut end = hint.min(last);
        // The chunks above `end` are better: out of order only if the venue's were.
        if lowest.get(end + 1).is_some_and(|next| *next <= key) {
            end = last;
        }
        match lowest.get(..=end) {
            Some([.., here]) if *here <= key => end,
            Some([.., below, _]) if *below <= key => end - 1,
            Some(lowest) => lowest.partition_point(|low| *low <= key).saturating_sub(1),
            None => 0,
        }
    }

    #[cold]
    fn set_first(&mut self, key: i64, size: i64) -> Change {
        if size == 0 {
            return Change::Unchanged;
        }
        self.push_level((key, size));
        self.lowest.push(key);
        self.len = 1;
        Change::Added
    }

    #[inline]
    fn push_level(&mut self, level: (i64, i64)) {
        if self.chunks.last().is_none_or(|chunk| chunk.len() >= FILL) {
            let chunk = self.empty_chunk();
            self.chunks.push(chunk);
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push(level);
        }
    }

    /// A chunk to fill. The first one grows as it needs to: most books are small.
    fn empty_chunk(&mut self) -> Chunk {
        let mut chunk = self.spare.pop().unwrap_or_default();
        chunk.clear();
        if !self.chunks.is_empty() {
            chunk.reserve_exact(CHUNK);
        }
        chunk
    }

    /// Pushed levels, in the order in which they were.
    fn levels(&self) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.chunks.iter().flatten().copied()
    }

    #[cold]
    fn sort(&mut self, scratch: &mut Vec<(i64, i64)>) {
        scratch.clear();
        scratch.extend(self.levels());
        scratch.sort_by_key(|(key, _)| *key);
        self.clear();
        for (at, level) in scratch.iter().enumerate() {
            if scratch.get(at + 1).is_none_or(|next| next.0 != level.0) {
                self.push_level(*level);
            }
        }
    }

    /// Make two chunks of a full one.
    #[cold]
    fn split(&mut self, at: usize) {
        let mut upper = self.empty_chunk();
        upper.extend(self.chunks[at].drain(CHUNK / 2..));
        self.lowest.insert(at + 1, upper[0].0);
        self.chunks.insert(at + 1, upper);
    }

    /// Remove an empty chunk; join a small one with a neighbour where both are small.
    #[cold]
    fn shrink(&mut self, at: usize) {
        if self.chunks[at].is_empty() {
            self.remove_chunk(at);
            return;
        }
        for lower in [at.wrapping_sub(1), at] {
            let Some([one, two]) = self.chunks.get_mut(lower..).and_then(<[_]>::first_chunk_mut)
            else {
                continue;
            };
            if one.len() + two.len() <= CHUNK / 2 {
                one.append(two);
                self.remove_chunk(lower + 1);
                return;
            }
        }
    }

    fn remove_chunk(&mut self, at: usize) {
        self.lowest.remove(at);
        let chunk = self.chunks.remove(at);
        self.spare.push(chunk);
    }
}

/// Where a key stands in a chunk, or where it would.
///
/// Most changes touch the few best levels of a chunk: if the key is among them,
/// it is found by halving these alone, without a guess that may be wrong.
#[inline]
fn find(chunk: &[(i64, i64)], key: i64) -> Result<usize, usize> {
    let Some((rest, near)) = chunk.split_last_chunk::<NEAR>().filter(|(_, near)| near[0].0 <= key)
    else {
        return chunk.binary_search_by_key(&key, |level| level.0);
    };
    // The last level that is not above the key.
    let mut at = 0;
    for step in [NEAR / 2, NEAR / 4, NEAR / 8] {
        at += if near[at + step].0 <= key { step } else { 0 };
    }
    if near[at].0 == key {
        Ok(rest.len() + at)
    } else {
        Err(rest.len() + at + 1)
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

    /// What the search relies on.
    fn chunks_are_in_order(levels: &Levels) -> Result<(), TestCaseError> {
        prop_assert_eq!(levels.lowest.len(), levels.chunks.len());
        prop_assert_eq!(levels.chunks.iter().map(Vec::len).sum::<usize>(), levels.len());
        prop_assert!(levels.levels().is_sorted_by(|one, next| one.0 < next.0));
        for (at, chunk) in levels.chunks.iter().enumerate() {
            prop_assert!((1..CHUNK).contains(&chunk.len()));
            prop_assert!(at == 0 || levels.lowest[at] <= chunk[0].0);
            prop_assert!(at == 0 || levels.chunks[at - 1].last() < Some(&(levels.lowest[at], 0)));
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn levels_agree_with_a_plain_map(
            side in side(),
            depth in prop_oneof![Just(0_usize), 1_usize..20, 20_usize..90],
            snapshot in proptest::collection::vec(0_i64..150, 0..120),
            messages in proptest::collection::vec(
                (any::<bool>(), proptest::collection::vec((0_i64..150, 0_i64..4), 1..40)), 1..60),
        ) {
            let mut levels = Levels::new(side);
            let mut model = BTreeMap::new();
            for price in snapshot {
                levels.push(price, 9);
                model.insert(price, 9);
            }
            levels.settle(&mut Vec::new());
            let (mut writes, mut before) = (levels.writes(), best_first(side, &model));
            for (is_removal, message) in messages {
                let mut hint = usize::MAX;
                for (price, size) in message {
                    let size = if is_removal { 0 } else { size };
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
                let priced = |(key, size)| (levels.price_of(key), size);
                let mut scattered = [(7, 7); 10];
                let top: Vec<_> = levels.top(&mut scattered).map(priced).into_iter().rev().collect();
                let shown = expected.len().min(10);
                prop_assert_eq!(&top[..shown], &expected[..shown]);
                prop_assert!(top[shown..].iter().all(|level| *level == (0, 0)));
                prop_assert!(levels.writes() != writes || expected == before);
                (writes, before) = (levels.writes(), expected.clone());
                prop_assert_eq!(levels.len(), expected.len());
                prop_assert_eq!(levels.is_empty(), expected.is_empty());
                let worst_first: Vec<_> = expected.into_iter().rev().collect();
                prop_assert_eq!(levels.iter().rev().collect::<Vec<_>>(), worst_first);
                chunks_are_in_order(&levels)?;
            }
        }

        #[test]
        fn a_snapshot_in_any_order_settles(
            side in side(),
            order in 0..3,
            before in 0_i64..60,
            mut rows in proptest::collection::vec((0_i64..80, 0_i64..4), 0..100),
        ) {
            match order {
                0 => rows.sort_unstable(),
                1 => rows.sort_unstable_by(|one, next| next.cmp(one)),
                _ => {}
            }
            let mut levels = Levels::new(side);
            for price in 0..before {
                levels.set(price, 1);
            }
            levels.clear();
            let mut model = BTreeMap::new();
            for &(price, size) in &rows {
                levels.push(price, size);
                model.insert(price, size);
            }
            levels.settle(&mut Vec::new());
            model.retain(|_, size| *size != 0);
            prop_assert_eq!(levels.iter().collect::<Vec<_>>(), best_first(side, &model));
            chunks_are_in_order(&levels)?;
        }

        #[test]
        fn a_book_that_keeps_its_size_stops_to_allocate(
            changes in proptest::collection::vec((0_i64..200, 0_i64..2), 500),
        ) {
            let mut levels = Levels::new(Side::Bid);
            for _ in 0..3 {
                for &(price, size) in &changes {
                    levels.set(price, size);
                }
            }
            let held = levels.memory_bytes();
            for &(price, size) in &changes {
                levels.set(price, size);
                prop_assert_eq!(levels.memory_bytes(), held);
            }
        }
    }
}
