//! A `price_change` event as the venue writes it, with or without a blank behind commas.

use super::levels::Entry;
use crate::batch::{Batch, Level, Side};
use crate::json::Cursor;
use crate::time;

/// Step over the end of a string, the comma, and the next key up to its value.
macro_rules! member {
    ($cursor:ident, $is_spaced:ident, $key:literal) => {
        $cursor.take(if $is_spaced {
            concat!("\", \"", $key, "\":\"").as_bytes()
        } else {
            concat!("\",\"", $key, "\":\"").as_bytes()
        })
    };
}

/// Read an event of price changes in its usual spelling; `None` if it has another,
/// in which case nothing was read.
#[inline]
pub(super) fn price_change<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Option<()> {
    let mut ahead = cursor.at(cursor.position());
    ahead.take(b"{\"market\":\"")?;
    ahead.plain()?;
    let (levels_from, messages_from) = (batch.mark(), batch.messages().len());
    let read = if ahead.take(b"\", \"price_changes\":[{\"asset_id\":\"").is_some() {
        entries::<true>(&mut ahead, frame, batch)
    } else {
        ahead.take(b"\",\"price_changes\":[{\"asset_id\":\"")?;
        entries::<false>(&mut ahead, frame, batch)
    };
    if let Some(ts_event_ns) = read {
        batch.stamp(messages_from, ts_event_ns);
        *cursor = ahead;
    } else {
        batch.forget_messages_since(messages_from);
        batch.forget_since(levels_from);
    }
    read.map(|_| ())
}

/// Read the entries and what stands behind them; return the time of the event.
#[inline]
fn entries<'a, const IS_SPACED: bool>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Option<i64> {
    let (next, last): (&[u8], &[u8]) = if IS_SPACED {
        (b"\"}, {\"asset_id\":\"", b"\"}], \"timestamp\":\"")
    } else {
        (b"\"},{\"asset_id\":\"", b"\"}],\"timestamp\":\"")
    };
    loop {
        entry::<IS_SPACED>(cursor)?.push(frame, batch).ok()?;
        if cursor.take(next).is_none() {
            cursor.take(last)?;
            break;
        }
    }
    let ts_event_ns = time::from_ms(cursor.plain_id()?).ok()?;
    member!(cursor, IS_SPACED, "event_type")?;
    cursor.take(b"price_change\"}")?;
    Some(ts_event_ns)
}

/// Read one entry, from its token up to the quote behind its best ask.
#[inline]
fn entry<'a, const IS_SPACED: bool>(cursor: &mut Cursor<'a>) -> Option<Entry<'a>> {
    let symbol = cursor.plain()?;
    member!(cursor, IS_SPACED, "price")?;
    let price = cursor.plain_amount()?;
    member!(cursor, IS_SPACED, "size")?;
    let size = cursor.plain_amount()?;
    member!(cursor, IS_SPACED, "side")?;
    let side = match cursor.take(b"BUY") {
        Some(()) => Side::Bid,
        None => cursor.take(b"SELL").map(|()| Side::Ask)?,
    };
    member!(cursor, IS_SPACED, "hash")?;
    cursor.plain()?;
    member!(cursor, IS_SPACED, "best_bid")?;
    let best_bid = Some(cursor.plain_amount()?);
    member!(cursor, IS_SPACED, "best_ask")?;
    let best_ask = Some(cursor.plain_amount()?);
    Some(Entry { symbol, level: Level { side, price, size }, best_bid, best_ask })
}
