//! Coinbase: Advanced Trade, and the Exchange feed beside it.
//!
//! Source: docs.cdp.coinbase.com, "Advanced Trade WebSocket" and "Exchange WebSocket
//! Channels", read 2026-11.

use crate::batch::{Batch, TakerSide};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::Cursor;

mod advanced;
mod exchange;

/// Decode an `l2update` as the Exchange feed always spells it; `false`, and
/// nothing is read, if the frame is any other.
#[inline]
pub fn decode_usual(frame: &[u8], batch: &mut Batch) -> bool {
    exchange::decode_usual(frame, batch)
}

/// Decode one frame of either feed.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if frame.starts_with(b"{\"type\":") {
        return exchange::decode(frame, batch);
    }
    let mut cursor = Cursor::new(frame);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"channel" => return advanced::decode(frame, batch),
            // Refusals of Advanced Trade have a type as well.
            b"type" => return exchange::decode(frame, batch),
            _ => cursor.skip()?,
        }
    }
    Err(DecodeError::UnknownMessage)
}

/// Who took, from the side that the venue reports: the maker's.
fn taker(maker: &[u8]) -> Result<TakerSide, DecodeError> {
    match maker {
        b"buy" | b"BUY" => Ok(TakerSide::Sell),
        b"sell" | b"SELL" => Ok(TakerSide::Buy),
        _ => Err(DecodeError::UnknownWord),
    }
}

/// A best price as reported; a side without orders is reported as zero.
#[derive(Clone, Copy)]
struct Best(Option<Decimal>);

impl Best {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        Ok(Self(cursor.optional_amount()?.filter(|price| price.mantissa != 0)))
    }
}
