//! One instrument's order book.

use crate::batch::{BookKind, Side};
use crate::levels::{Change, Levels};

/// How far a book can be trusted. Only a live one is traded on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum BookState {
    /// Nothing has come yet.
    #[default]
    Empty,
    /// Changes come, the base they belong to does not yet.
    Syncing,
    /// It is what the venue's book is, as far as anything can tell.
    Live,
    /// The venue says something else of it, or its sides cross.
    Suspect,
    /// It is of the past: changes are missing.
    Stale,
    /// It cannot be held at this scale.
    Broken,
}

impl BookState {
    /// All states, in the order of their numbers.
    pub const ALL: [Self; 6] =
        [Self::Empty, Self::Syncing, Self::Live, Self::Suspect, Self::Stale, Self::Broken];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Syncing => "syncing",
            Self::Live => "live",
            Self::Suspect => "suspect",
            Self::Stale => "stale",
            Self::Broken => "broken",
        }
    }
}

/// A level at the instrument's storage scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaledLevel {
    /// Side of the book.
    pub side: Side,
    /// Price.
    pub price: i64,
    /// Size, or change of size.
    pub size: i64,
}

/// Best bid and offer: price and size of each, where there is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bbo {
    /// Highest price that is bid, and its size.
    pub bid: Option<(i64, i64)>,
    /// Lowest price that is asked, and its size.
    pub ask: Option<(i64, i64)>,
}

impl Bbo {
    /// Whether the bid is at or above the ask, which one venue never allows.
    #[inline]
    pub fn is_crossed(&self) -> bool {
        matches!((self.bid, self.ask), (Some((bid, _)), Some((ask, _))) if bid >= ask)
    }
}

/// A change would make a level's size negative or too large: the book is not the venue's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt;

/// Price levels of both sides.
#[derive(Clone, Debug)]
pub struct Book {
    bids: Levels,
    asks: Levels,
    /// Kept, since it is read several times between two changes.
    bbo: Bbo,
}

impl Default for Book {
    fn default() -> Self {
        Self { bids: Levels::new(Side::Bid), asks: Levels::new(Side::Ask), bbo: Bbo::default() }
    }
}

impl Book {
    /// The levels of one side.
    #[inline]
    pub fn side(&self, side: Side) -> &Levels {
        match side {
            Side::Bid => &self.bids,
            Side::Ask => &self.asks,
        }
    }

    #[inline]
    fn side_mut(&mut self, side: Side) -> &mut Levels {
        match side {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        }
    }

    /// Best bid and offer.
    #[inline]
    pub fn bbo(&self) -> &Bbo {
        &self.bbo
    }

    /// Apply the levels of one message, then cut both sides to `depth` levels
    /// (0: none). `changed` is called with the new size of each level that changed.
    ///
    /// # Errors
    /// [`Corrupt`] if an added size does not fit; levels before it are applied.
    #[inline]
    pub fn apply(
        &mut self,
        kind: BookKind,
        levels: &[ScaledLevel],
        depth: usize,
        changed: impl FnMut(ScaledLevel),
    ) -> Result<(), Corrupt> {
        let applied = match kind {
            BookKind::Snapshot => {
                self.replace(levels);
                Ok(())
            }
            BookKind::Delta => {
                self.set(levels, changed);
                Ok(())
            }
            BookKind::Change => self.add(levels, changed),
        };
        // What is cut is never the best.
        if depth != 0 {
            self.bids.cut(depth);
            self.asks.cut(depth);
        }
        applied
    }

    fn replace(&mut self, levels: &[ScaledLevel]) {
        self.clear();
        for level in levels {
            self.side_mut(level.side).push(level.price, level.size);
        }
        let mut scratch = Vec::new();
        self.bids.settle(&mut scratch);
        self.asks.settle(&mut scratch);
        self.bbo = Bbo { bid: self.bids.best(), ask: self.asks.best() };
    }

    #[inline]
    fn set(&mut self, levels: &[ScaledLevel], mut changed: impl FnMut(ScaledLevel)) {
        let mut hints = [usize::MAX; 2];
        for level in levels {
            let hint = &mut hints[level.side as usize];
            let change = self.side_mut(level.side).set_from(level.price, level.size, hint);
            if change != Change::Unchanged {
                changed(*level);
            }
        }
        // A side is only looked at if a level of it was.
        if hints[Side::Bid as usize] != usize::MAX {
            self.bbo.bid = self.bids.best();
        }
        if hints[Side::Ask as usize] != usize::MAX {
            self.bbo.ask = self.asks.best();
        }
    }

    fn add(
        &mut self,
        levels: &[ScaledLevel],
        mut changed: impl FnMut(ScaledLevel),
    ) -> Result<(), Corrupt> {
        for level in levels {
            let side = self.side_mut(level.side);
            let size = side.size_at(level.price).checked_add(level.size).ok_or(Corrupt)?;
            if size < 0 {
                return Err(Corrupt);
            }
            let change = side.set(level.price, size);
            match level.side {
                Side::Bid => self.bbo.bid = self.bids.best(),
                Side::Ask => self.bbo.ask = self.asks.best(),
            }
            if change != Change::Unchanged {
                changed(ScaledLevel { size, ..*level });
            }
        }
        Ok(())
    }

    /// Forget all levels; the memory stays.
    pub fn clear(&mut self) {
        self.bids.clear();
        self.asks.clear();
        self.bbo = Bbo::default();
    }

    /// Bytes that the book holds, free capacity included.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.bids.memory_bytes() + self.asks.memory_bytes()
    }
}
