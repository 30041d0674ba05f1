//! One file a venue: its public stream's bytes to messages. No socket, no
//! clock, no state; the rules that chain messages are in [`crate::sequence`].

use crate::batch::{Batch, Level, Side};
use crate::error::DecodeError;
use crate::json::{Cursor, Items};

pub mod binance;
pub mod bybit;
pub mod coinbase;
pub mod gateio;
pub mod kalshi;
pub mod kraken;
pub mod mexc;
pub mod okx;
pub mod polymarket;

/// Read `[["price","size", …], …]`, the commonest form of levels, into the batch.
///
/// Items after the size (Kraken v1's time, OKX's order count) are skipped.
///
/// # Errors
/// As the cursor's; `MissingField` where a level has no size.
#[inline]
pub(crate) fn pairs(
    cursor: &mut Cursor<'_>,
    side: Side,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut rows = cursor.array()?;
    while rows.item(cursor)? {
        let mut row = cursor.array()?;
        if !row.item(cursor)? {
            return Err(DecodeError::MissingField);
        }
        let price = cursor.amount()?;
        if !row.item(cursor)? {
            return Err(DecodeError::MissingField);
        }
        let size = cursor.amount()?;
        row.skip_rest(cursor)?;
        batch.push_level(Level { side, price, size })?;
    }
    Ok(())
}

/// Go to the next item of a row, which must have one.
///
/// # Errors
/// `MissingField` at the end of the row, else as the cursor's.
#[inline]
pub(crate) fn field(row: &mut Items, cursor: &mut Cursor<'_>) -> Result<(), DecodeError> {
    if row.item(cursor)? {
        Ok(())
    } else {
        Err(DecodeError::MissingField)
    }
}

/// Read an array item by item.
///
/// # Errors
/// As the cursor's and those of `read`.
#[inline]
pub(crate) fn each<'a>(
    cursor: &mut Cursor<'a>,
    mut read: impl FnMut(&mut Cursor<'a>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    let mut items = cursor.array()?;
    while items.item(cursor)? {
        read(cursor)?;
    }
    Ok(())
}

/// Step over `text` if exactly that comes next; `None` if it does not.
///
/// Venues spell their messages always in the same way. A decoder may compare
/// with that spelling, which costs less than reading it, and read in any order
/// and spacing only where it differs.
#[inline]
pub(crate) fn take(frame: &[u8], cursor: &mut Cursor<'_>, text: &[u8]) -> Option<()> {
    let at = cursor.position();
    let rest = frame.get(at..)?;
    if !rest.starts_with(text) {
        return None;
    }
    *cursor = cursor.at(at + text.len());
    Some(())
}
