//! One file a venue: its public stream's bytes to messages. No socket, no
//! clock, no state; the rules that chain messages are in [`crate::sequence`].

use crate::batch::{Batch, Level, Side, Span};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::{Cursor, Items, Next};

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
        if let Some((price, size)) = cursor.usual_row() {
            batch.push_level(Level { side, price, size })?;
            continue;
        }
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

/// Read the text of a string, or the digits of a JSON number: ids come as either.
///
/// `frame` is the text that the cursor stands in.
///
/// # Errors
/// As the cursor's; `WrongType` where another value stands.
#[inline]
pub(crate) fn token<'a>(cursor: &mut Cursor<'a>, frame: &'a [u8]) -> Result<&'a [u8], DecodeError> {
    match cursor.next_kind()? {
        Next::String => cursor.string(),
        Next::Number => source(cursor, frame),
        _ => Err(DecodeError::WrongType),
    }
}

/// Skip one value and return it as it stands in `frame`, quotes included.
///
/// # Errors
/// As the cursor's.
#[inline]
pub(crate) fn source<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
) -> Result<&'a [u8], DecodeError> {
    // White space before the value is passed over.
    cursor.next_kind()?;
    let start = cursor.position();
    cursor.skip()?;
    Ok(frame.get(start..cursor.position()).unwrap_or_default())
}

/// Pass over a `null`, if one stands next; say whether it did.
///
/// # Errors
/// As the cursor's; `WrongType` for `true` and `false`.
#[inline]
pub(crate) fn null(cursor: &mut Cursor<'_>) -> Result<bool, DecodeError> {
    if cursor.next_kind()? != Next::Literal {
        return Ok(false);
    }
    // An amount may be null, but neither true nor false.
    cursor.optional_amount().map(|_| true)
}

/// Read the plain digits of a small number inside a name, such as a depth.
#[inline]
pub(crate) fn small_number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0'))
    })
}

/// Where the name of an instrument stands in the frame.
///
/// # Errors
/// `MissingField` if there is none or it is empty.
#[inline]
pub(crate) fn named(frame: &[u8], name: Option<&[u8]>) -> Result<Span, DecodeError> {
    match name {
        Some(name) if !name.is_empty() => Ok(Span::of(frame, name)),
        _ => Err(DecodeError::MissingField),
    }
}

/// A price or size that the frame states, if only as none: `null` or `""`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stated(pub Option<Decimal>);

impl Stated {
    /// Read it.
    ///
    /// # Errors
    /// As the cursor's.
    #[inline]
    pub fn read(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.optional_amount().map(Self)
    }
}

/// The amount that was stated, if one was.
#[inline]
pub(crate) fn amount(stated: Option<Stated>) -> Option<Decimal> {
    stated.and_then(|Stated(amount)| amount)
}
