//! The levels of a snapshot in any of the forms that the venue has used.

use std::ops::Range;

use crate::batch::{Batch, Level, Side};
use crate::error::DecodeError;
use crate::json::{once, Cursor};
use crate::venues::{null, pairs};

use super::from_cents;

/// Where the bids of one leg stand, the form to prefer first.
#[derive(Default)]
struct Leg {
    /// `[["0.0800", "300.00"], …]`, since 2026.
    fixed_point: Option<usize>,
    /// `[["0.08", 300], …]`, before.
    dollars: Option<usize>,
    /// `[[8, 300], …]`, the oldest.
    cents: Option<usize>,
}

/// Where the bids of both legs stand; a side that is not there is empty.
#[derive(Default)]
pub(super) struct Sides {
    yes: Leg,
    no: Leg,
}

impl Sides {
    /// Note the member if it holds levels, and pass over it; say whether it did.
    pub fn read(&mut self, key: &[u8], cursor: &mut Cursor<'_>) -> Result<bool, DecodeError> {
        let slot = match key {
            b"yes_dollars_fp" => &mut self.yes.fixed_point,
            b"no_dollars_fp" => &mut self.no.fixed_point,
            b"yes_dollars" => &mut self.yes.dollars,
            b"no_dollars" => &mut self.no.dollars,
            b"yes" => &mut self.yes.cents,
            b"no" => &mut self.no.cents,
            _ => return Ok(false),
        };
        once(slot, cursor.position())?;
        cursor.skip()?;
        Ok(true)
    }

    /// Add the levels of the YES leg's book: its bids, and the NO bids as asks.
    pub fn push(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        self.yes.push(frame, batch)?;
        let bids_end = batch.mark();
        self.no.push(frame, batch)?;
        for level in batch.levels_mut(bids_end..batch.mark()) {
            *level = opposite(*level)?;
        }
        Ok(())
    }
}

impl Leg {
    fn push(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let Some(position) = self.fixed_point.or(self.dollars).or(self.cents) else {
            return Ok(());
        };
        let mut cursor = Cursor::new(frame).at(position);
        if null(&mut cursor)? {
            return Ok(());
        }
        let start = batch.mark();
        pairs(&mut cursor, Side::Bid, batch)?;
        if self.fixed_point.or(self.dollars).is_none() {
            for level in batch.levels_mut(start..batch.mark()) {
                level.price = from_cents(level.price)?;
            }
        }
        Ok(())
    }
}

/// Add the levels of `range` once more as the other leg's book shows them.
pub(super) fn mirror(range: Range<u32>, batch: &mut Batch) -> Result<(), DecodeError> {
    for index in range {
        if let Some(level) = batch.levels().get(index as usize).copied() {
            batch.push_level(opposite(level)?)?;
        }
    }
    Ok(())
}

/// A bid for one leg at p is an ask of the other at 1 - p.
fn opposite(level: Level) -> Result<Level, DecodeError> {
    Ok(Level { side: level.side.opposite(), price: level.price.complement()?, size: level.size })
}
