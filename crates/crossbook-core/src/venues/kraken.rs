//! Kraken Spot: websocket v2, and v1 beside it.
//!
//! Nothing is numbered: a book proves itself by the checksum that comes with
//! each of its messages, once it is cut to the depth of the channel.
//!
//! Source: docs.kraken.com, "Spot `WebSockets` v2" and "`WebSockets` v1", read 2026-11.

use crate::batch::{Batch, Body, Control, Message, Outcome, Proof, Span};
use crate::error::DecodeError;
use crate::json::{Cursor, Next};

mod v1;
mod v2;

/// Decode a book's message of either version as the venue always spells it;
/// `false`, and nothing is read, if the frame is any other.
#[inline]
pub fn decode_usual(frame: &[u8], batch: &mut Batch) -> bool {
    let mark = batch.mark();
    let read = match frame.first() {
        Some(b'[') => v1::usual_update(frame, batch),
        Some(b'{') => v2::usual_book(frame, batch),
        _ => None,
    };
    if read.is_none() {
        batch.forget_since(mark);
    }
    read.is_some()
}

/// Decode one frame of either version.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if decode_usual(frame, batch) {
        return Ok(());
    }
    let mut cursor = Cursor::new(frame);
    if frame.starts_with(b"{\"channel\":") {
        return v2::decode(frame, batch);
    }
    if cursor.next_kind()? == Next::Array {
        return v1::decode_data(frame, batch);
    }
    // The first telling key says which version it is.
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"channel" | b"method" | b"error" | b"success" => return v2::decode(frame, batch),
            b"event" => return v1::decode_event(frame, batch),
            _ => cursor.skip()?,
        }
    }
    Err(DecodeError::UnknownMessage)
}

/// The proof in a checksum that was sent as a number or in a string.
#[inline]
fn checksum(cursor: &mut Cursor<'_>) -> Result<Proof, DecodeError> {
    let value = u32::try_from(cursor.id()?).map_err(|_| DecodeError::NumberRange)?;
    Ok(Proof::KrakenChecksum(value))
}

/// A message about the subscription of one symbol.
fn push_about(batch: &mut Batch, frame: &[u8], symbol: Option<&[u8]>, body: Body) {
    let symbol = symbol.map_or_else(Span::default, |name| Span::of(frame, name));
    batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns: 0, body });
}

/// An answer to a command; its text is the venue's, where there is one.
fn push_answer(
    batch: &mut Batch,
    frame: &[u8],
    symbol: Option<&[u8]>,
    control: Control,
    text: Option<&[u8]>,
) {
    let text = text.map_or_else(Span::default, |text| Span::of(frame, text));
    push_about(batch, frame, symbol, Body::Control(control, text));
}
