//! Advanced Trade: a `channel`, and a number that counts all frames of the connection.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote,
    QuoteAt, Sequence, Side, Span, StreamNumber, Trade,
};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor};
use crate::time;
use crate::venues::each;

use super::{taker, Best};

/// Decode one frame.
#[inline]
pub(super) fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mark = batch.mark();
    if usual_book(frame, batch).is_some() {
        return Ok(());
    }
    batch.forget_since(mark);
    let mut cursor = Cursor::new(frame);
    let (mut channel, mut timestamp, mut number) = (None, None, None);
    let (mut events, mut events_are_read) = (None, false);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"channel" => once(&mut channel, cursor.string()?)?,
            b"timestamp" => once(&mut timestamp, cursor.string()?)?,
            b"sequence_num" => once(&mut number, cursor.id()?)?,
            b"events" => {
                once(&mut events, cursor.position())?;
                // At once if all that is needed stands before them, else later.
                match (channel, timestamp) {
                    (Some(channel), Some(_)) => {
                        events_are_read = true;
                        Events { frame, timestamp }.read(channel, &mut cursor, batch)?;
                    }
                    _ => cursor.skip()?,
                }
            }
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    batch.set_stream(stream(need(number)?));
    if events_are_read {
        return Ok(());
    }
    let mut cursor = cursor.at(need(events)?);
    Events { frame, timestamp }.read(need(channel)?, &mut cursor, batch)
}

/// Read one event of `l2_data` in its usual spelling; `None` if it has another.
#[inline]
fn usual_book(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let mark = batch.mark();
    let mut cursor = Cursor::new(frame);
    let cursor = &mut cursor;
    cursor.take(b"{\"channel\":\"l2_data\",")?;
    // Some frames have an empty client id.
    let _ = cursor.take(b"\"client_id\":\"\",");
    cursor.take(b"\"timestamp\":")?;
    let timestamp = Some(cursor.string().ok()?);
    cursor.take(b",\"sequence_num\":")?;
    let number = cursor.id().ok()?;
    cursor.take(b",\"events\":[{\"type\":")?;
    let kind = book_kind(cursor.string().ok()?).ok()?;
    cursor.take(b",\"product_id\":")?;
    let symbol = cursor.string().ok()?;
    cursor.take(b",\"updates\":")?;
    let latest_ns = read_levels(cursor, batch).ok()?;
    cursor.take(b"}]}")?;
    cursor.end().ok()?;
    Events { frame, timestamp }.push_book(kind, symbol, mark, latest_ns, batch).ok()?;
    batch.set_stream(stream(number));
    Some(())
}

fn stream(number: i64) -> StreamNumber {
    StreamNumber { stream: 0, number, first: 0 }
}

/// What all events of a frame share.
#[derive(Clone, Copy)]
struct Events<'a> {
    frame: &'a [u8],
    /// When the frame was sent.
    timestamp: Option<&'a [u8]>,
}

impl<'a> Events<'a> {
    #[inline]
    fn read(
        self,
        channel: &[u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let control = match channel {
            b"l2_data" => return each(cursor, |cursor| self.book(cursor, batch)),
            b"market_trades" => {
                return each(cursor, |cursor| self.list(b"trades", cursor, batch, Self::trade))
            }
            b"ticker" => {
                return each(cursor, |cursor| self.list(b"tickers", cursor, batch, Self::ticker))
            }
            b"heartbeats" => Control::Heartbeat,
            b"subscriptions" => Control::Ack,
            b"status" => Control::Status,
            // ticker_batch has no best prices.
            b"ticker_batch" | b"candles" | b"user" | b"futures_balance_summary" => Control::Unused,
            _ => return Err(DecodeError::UnknownMessage),
        };
        batch.push_control(control, Span::default());
        cursor.skip()
    }

    /// When the frame was sent, in nanoseconds; 0 where it does not say.
    fn sent_ns(self) -> Result<i64, DecodeError> {
        self.timestamp.map_or(Ok(0), time::from_rfc3339)
    }

    fn push(self, batch: &mut Batch, symbol: &[u8], ts_event_ns: i64, body: Body) {
        let symbol = Span::of(self.frame, symbol);
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
    }

    /// One event of `l2_data`; its list may be empty.
    #[inline]
    fn book(self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let mark = batch.mark();
        let (mut kind, mut symbol, mut latest_ns) = (None, None, None);
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"type" => once(&mut kind, book_kind(cursor.string()?)?)?,
                b"product_id" => once(&mut symbol, cursor.string()?)?,
                b"updates" => once(&mut latest_ns, read_levels(cursor, batch)?)?,
                _ => cursor.skip()?,
            }
        }
        self.push_book(need(kind)?, need(symbol)?, mark, need(latest_ns)?, batch)
    }

    #[inline]
    fn push_book(
        self,
        kind: BookKind,
        symbol: &[u8],
        levels_from: u32,
        latest_ns: i64,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let book = BookMessage {
            kind,
            levels: batch.since(levels_from),
            sequence: Sequence::Unnumbered,
            proof: Proof::None,
            depth: 0,
        };
        // The levels of a snapshot may be dated to the epoch.
        let ts_event_ns = if latest_ns == 0 { self.sent_ns()? } else { latest_ns };
        self.push(batch, symbol, ts_event_ns, Body::Book(book));
        Ok(())
    }

    /// One trade; the snapshot of the channel repeats recent ones.
    fn trade(self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let (mut symbol, mut price, mut size) = (None, None, None);
        let (mut side, mut id, mut at) = (None, None, None);
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"product_id" => once(&mut symbol, cursor.string()?)?,
                b"price" => once(&mut price, cursor.amount()?)?,
                b"size" => once(&mut size, cursor.amount()?)?,
                b"side" => once(&mut side, cursor.string()?)?,
                b"trade_id" => once(&mut id, cursor.string()?)?,
                b"time" => once(&mut at, cursor.string()?)?,
                _ => cursor.skip()?,
            }
        }
        let trade = Trade {
            price: need(price)?,
            size: need(size)?,
            taker: Some(taker(need(side)?)?),
            id: trade_id(need(id)?),
        };
        let ts_event_ns = time::from_rfc3339(need(at)?)?;
        self.push(batch, need(symbol)?, ts_event_ns, Body::Trade(trade));
        Ok(())
    }

    /// Best prices. They come with trades, and nothing joins them to the book.
    fn ticker(self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let (mut symbol, mut bid, mut bid_size) = (None, None, None);
        let (mut ask, mut ask_size) = (None, None);
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"product_id" => once(&mut symbol, cursor.string()?)?,
                b"best_bid" => once(&mut bid, Best::read(cursor)?)?,
                b"best_bid_quantity" => once(&mut bid_size, cursor.optional_amount()?)?,
                b"best_ask" => once(&mut ask, Best::read(cursor)?)?,
                b"best_ask_quantity" => once(&mut ask_size, cursor.optional_amount()?)?,
                _ => cursor.skip()?,
            }
        }
        let symbol = need(symbol)?;
        let body = if bid.or(ask).is_none() {
            Body::Control(Control::Unused, Span::default())
        } else {
            Body::Quote(Quote {
                bid: bid.and_then(|best| best.0),
                bid_size: bid_size.flatten(),
                ask: ask.and_then(|best| best.0),
                ask_size: ask_size.flatten(),
                at: QuoteAt::Unknown,
            })
        };
        self.push(batch, symbol, self.sent_ns()?, body);
        Ok(())
    }

    /// Read the objects in the list `name` of one event.
    fn list(
        self,
        name: &[u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
        read: impl Fn(Self, &mut Cursor<'a>, &mut Batch) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut list = None;
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            if key == name {
                once(&mut list, ())?;
                each(cursor, |cursor| read(self, cursor, batch))?;
            } else {
                cursor.skip()?;
            }
        }
        need(list)
    }
}

#[inline]
fn book_kind(word: &[u8]) -> Result<BookKind, DecodeError> {
    match word {
        b"snapshot" => Ok(BookKind::Snapshot),
        b"update" => Ok(BookKind::Delta),
        _ => Err(DecodeError::UnknownWord),
    }
}

/// Read the levels into the batch; return the latest time among them.
#[inline]
fn read_levels(cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<i64, DecodeError> {
    let mut latest_ns = 0;
    let mut last_time: &[u8] = b"";
    each(cursor, |cursor| {
        let begin = cursor.position();
        let (level, at) = if let Some(read) = usual_level(cursor) {
            read
        } else {
            *cursor = cursor.at(begin);
            read_level(cursor)?
        };
        // The levels of an event mostly share one time.
        if at != last_time && !at.is_empty() {
            latest_ns = time::from_rfc3339(at)?.max(latest_ns);
            last_time = at;
        }
        batch.push_level(level)
    })?;
    Ok(latest_ns)
}

/// Read a level and its time in their usual spelling; `None` if they have another.
#[inline]
fn usual_level<'a>(cursor: &mut Cursor<'a>) -> Option<(Level, &'a [u8])> {
    cursor.take(b"{\"side\":")?;
    let side = book_side(cursor.string().ok()?).ok()?;
    cursor.take(b",\"event_time\":")?;
    let at = cursor.string().ok()?;
    cursor.take(b",\"price_level\":")?;
    let price = cursor.amount().ok()?;
    cursor.take(b",\"new_quantity\":")?;
    let size = cursor.amount().ok()?;
    cursor.take(b"}")?;
    Some((Level { side, price, size }, at))
}

/// Read a level and its time, which may be missing.
fn read_level<'a>(cursor: &mut Cursor<'a>) -> Result<(Level, &'a [u8]), DecodeError> {
    let (mut side, mut price, mut size, mut at) = (None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"side" => once(&mut side, book_side(cursor.string()?)?)?,
            b"price_level" => once(&mut price, cursor.amount()?)?,
            b"new_quantity" => once(&mut size, cursor.amount()?)?,
            b"event_time" => once(&mut at, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    let level = Level { side: need(side)?, price: need(price)?, size: need(size)? };
    Ok((level, at.unwrap_or_default()))
}

#[inline]
fn book_side(word: &[u8]) -> Result<Side, DecodeError> {
    match word {
        b"bid" => Ok(Side::Bid),
        b"offer" => Ok(Side::Ask),
        _ => Err(DecodeError::UnknownWord),
    }
}
