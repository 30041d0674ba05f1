//! Changes that came before the base they belong to.

use crate::batch::{BookKind, Sequence};
use crate::book::ScaledLevel;

/// Most messages held back for one book: five minutes at ten a second.
const MESSAGES_MAX: usize = 3_000;
/// Most levels held back for one book.
const LEVELS_MAX: usize = 200_000;

/// A change that waits for its base.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// How it is chained.
    pub sequence: Sequence,
    /// What its levels mean.
    pub kind: BookKind,
    /// The venue's time.
    pub ts_event_ns: i64,
    end: usize,
}

/// Changes in the order in which they came.
#[derive(Debug, Default)]
pub struct Pending {
    held: Vec<Held>,
    levels: Vec<ScaledLevel>,
}

impl Pending {
    /// Hold a change back.
    ///
    /// When there are too many, all older ones are given up: whatever base comes
    /// must be newer than they are, or it will be found too old.
    pub fn hold(
        &mut self,
        sequence: Sequence,
        kind: BookKind,
        ts_event_ns: i64,
        levels: &[ScaledLevel],
    ) {
        if self.held.len() >= MESSAGES_MAX || self.levels.len() + levels.len() > LEVELS_MAX {
            self.clear();
        }
        self.levels.extend_from_slice(levels);
        self.held.push(Held { sequence, kind, ts_event_ns, end: self.levels.len() });
    }

    /// The changes and their levels, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (Held, &[ScaledLevel])> {
        let mut start = 0;
        self.held.iter().map(move |held| {
            let levels = &self.levels[start..held.end];
            start = held.end;
            (*held, levels)
        })
    }

    /// Whether nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Forget all.
    pub fn clear(&mut self) {
        self.held.clear();
        self.levels.clear();
    }

    /// Forget all and give the memory back.
    pub fn release(&mut self) {
        *self = Self::default();
    }

    /// Bytes that it holds.
    pub fn memory_bytes(&self) -> usize {
        self.held.capacity() * size_of::<Held>() + self.levels.capacity() * size_of::<ScaledLevel>()
    }
}
