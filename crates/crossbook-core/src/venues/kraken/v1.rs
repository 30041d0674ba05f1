//! Websocket v1: arrays `[id, payload…, channel, pair]`, and objects with an `event`.
//!
//! The names stand behind the payload. An object is read by the shape of what
//! it holds; an array is stepped over and read when the channel is known.

use std::ops::Range;

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote, QuoteAt,
    Sequence, Side, Span, TakerSide, Trade,
};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;
use crate::venues::{each, field};

use super::{checksum, push_about, push_answer};

/// Decode an array.
#[inline]
pub(super) fn decode_data(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mark = batch.mark();
    let mut cursor = Cursor::new(frame);
    let mut payload = Payload::default();
    let (mut rows, mut channel, mut pair) = (None, None, None);
    let mut items = cursor.array()?;
    let mut is_first = true;
    while items.item(&mut cursor)? {
        // The channel's id, which the venue advises against: a number in any spelling.
        if std::mem::take(&mut is_first) && cursor.clone().id().is_ok() {
            cursor.skip()?;
            continue;
        }
        match cursor.next_kind()? {
            Next::Object => payload.read(&mut cursor, batch)?,
            Next::Array => {
                once(&mut rows, cursor.position())?;
                cursor.skip()?;
            }
            Next::String if channel.is_none() => channel = Some(cursor.string()?),
            Next::String => once(&mut pair, cursor.string()?)?,
            Next::Number | Next::Literal => cursor.skip()?,
        }
    }
    cursor.end()?;
    let channel = need(channel)?;
    let symbol = pair.map_or_else(Span::default, |name| Span::of(frame, name));
    let (ts_event_ns, body) = match channel {
        b"ticker" => (0, payload.quote()?),
        b"trade" => return read_trades(&mut cursor.at(need(rows)?), symbol, batch),
        b"spread" => read_spread(&mut cursor.at(need(rows)?))?,
        b"openOrders" | b"ownTrades" => {
            batch.push_control(Control::Unused, Span::default());
            return Ok(());
        }
        _ if channel.starts_with(b"ohlc") => (0, Body::Control(Control::Unused, Span::default())),
        _ => {
            let depth = book_depth(channel).ok_or(DecodeError::UnknownMessage)?;
            (payload.latest_ns, payload.book(mark, depth, batch)?)
        }
    };
    need(pair)?;
    batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
    Ok(())
}

/// Read changes of one side in their usual spelling; `None` if they have another.
#[inline]
pub(super) fn usual_update(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let mark = batch.mark();
    let mut cursor = Cursor::new(frame);
    cursor.take(b"[")?;
    cursor.pass_digits()?;
    let side = match cursor.take(b",{\"b\":[[\"") {
        Some(()) => Side::Bid,
        None => cursor.take(b",{\"a\":[[\"").map(|()| Side::Ask)?,
    };
    let ts_event_ns = usual_rows(frame, &mut cursor, side, batch)?;
    let sum = u32::try_from(cursor.plain_id()?).ok()?;
    cursor.take(b"\"},\"book-")?;
    let depth = DEPTHS.iter().find_map(|(text, depth)| cursor.take(text).map(|()| *depth))?;
    let symbol = Span::of(frame, cursor.plain()?);
    cursor.take(b"\"]")?;
    cursor.end().ok()?;
    let body = book(BookKind::Delta, batch.since(mark), Proof::KrakenChecksum(sum), depth);
    batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
    Some(())
}

/// The depths on offer as they end a channel's name, before the pair.
const DEPTHS: [(&[u8], u32); 5] = [
    (b"1000\",\"", 1000),
    (b"100\",\"", 100),
    (b"10\",\"", 10),
    (b"25\",\"", 25),
    (b"500\",\"", 500),
];

/// Read rows `["price","size","time"]` up to the checksum; return the latest time.
#[inline]
fn usual_rows(frame: &[u8], cursor: &mut Cursor<'_>, side: Side, batch: &mut Batch) -> Option<i64> {
    let mut latest_ns = 0;
    loop {
        let price = cursor.plain_amount()?;
        cursor.take(b"\",\"")?;
        let size = cursor.plain_amount()?;
        cursor.take(b"\",\"")?;
        let begin = cursor.position();
        let at_ns = match frame.get(begin..).and_then(time::from_unix_text) {
            Some((at_ns, length)) => {
                *cursor = cursor.at(begin + length);
                at_ns
            }
            None => cursor.plain_seconds()?,
        };
        latest_ns = at_ns.max(latest_ns);
        batch.push_level(Level { side, price, size }).ok()?;
        if cursor.take(b"\"]],\"c\":\"").is_some() {
            return Some(latest_ns);
        }
        // A level that comes back into the channel's depth is marked.
        let _ = cursor.take(b"\",\"r");
        if cursor.take(b"\"],[\"").is_none() {
            return cursor.take(b"\"]],\"c\":\"").map(|()| latest_ns);
        }
    }
}

/// The depth in a name such as `book-1000`.
#[inline]
fn book_depth(channel: &[u8]) -> Option<u32> {
    let digits = channel.strip_prefix(b"book-")?;
    if digits.is_empty() || digits.len() > 6 {
        return None;
    }
    digits.iter().try_fold(0, |depth, byte| {
        byte.is_ascii_digit().then(|| depth * 10 + u32::from(byte - b'0'))
    })
}

/// What the payload objects of one message hold together.
#[derive(Default)]
struct Payload {
    /// `as` and `bs`: all levels of a side.
    all_asks: Option<()>,
    all_bids: Option<()>,
    /// `a` and `b` of a book: changed levels.
    asks: Option<()>,
    bids: Option<()>,
    /// `a` and `b` of a ticker.
    ask: Option<Best>,
    bid: Option<Best>,
    c: Option<()>,
    proof: Option<Proof>,
    /// The time of the latest of the levels.
    latest_ns: i64,
}

/// A price of a ticker and the size at it.
type Best = (Decimal, Decimal);

impl Payload {
    #[inline]
    fn read(&mut self, cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"a" => {
                    let best = self.levels_or_best(cursor, Side::Ask, batch)?;
                    set_side(best, &mut self.asks, &mut self.ask)?;
                }
                b"b" => {
                    let best = self.levels_or_best(cursor, Side::Bid, batch)?;
                    set_side(best, &mut self.bids, &mut self.bid)?;
                }
                b"as" => {
                    once(&mut self.all_asks, ())?;
                    self.levels_or_best(cursor, Side::Ask, batch)?;
                }
                b"bs" => {
                    once(&mut self.all_bids, ())?;
                    self.levels_or_best(cursor, Side::Bid, batch)?;
                }
                // In a ticker it is the last trade.
                b"c" => {
                    let is_trade = cursor.next_kind()? == Next::Array;
                    once(&mut self.c, ())?;
                    if is_trade {
                        cursor.skip()?;
                    } else {
                        self.proof = Some(checksum(cursor)?);
                    }
                }
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Read `[["price","size","time"], …]` into the batch, or `["price",lots,"size"]`.
    #[inline]
    fn levels_or_best(
        &mut self,
        cursor: &mut Cursor<'_>,
        side: Side,
        batch: &mut Batch,
    ) -> Result<Option<Best>, DecodeError> {
        let mut rows = cursor.array()?;
        while rows.item(cursor)? {
            if cursor.next_kind()? != Next::Array {
                let price = cursor.amount()?;
                field(&mut rows, cursor)?;
                cursor.skip()?;
                field(&mut rows, cursor)?;
                let size = cursor.amount()?;
                rows.skip_rest(cursor)?;
                return Ok(Some((price, size)));
            }
            read_level(cursor, side, &mut self.latest_ns, batch)?;
        }
        Ok(None)
    }

    #[inline]
    fn book(&self, mark: u32, depth: u32, batch: &Batch) -> Result<Body, DecodeError> {
        if self.ask.or(self.bid).is_some() {
            return Err(DecodeError::WrongType);
        }
        let is_update = self.asks.or(self.bids).is_some();
        let kind = if self.all_asks.or(self.all_bids).is_none() {
            need(is_update.then_some(BookKind::Delta))?
        } else if is_update {
            return Err(DecodeError::Malformed);
        } else {
            need(self.all_asks.and(self.all_bids))?;
            BookKind::Snapshot
        };
        Ok(book(kind, batch.since(mark), self.proof.unwrap_or(Proof::None), depth))
    }

    fn quote(&self) -> Result<Body, DecodeError> {
        let (bid, bid_size) = need(self.bid)?;
        let (ask, ask_size) = need(self.ask)?;
        Ok(quote(bid, bid_size, ask, ask_size))
    }
}

#[inline]
fn book(kind: BookKind, levels: Range<u32>, proof: Proof, depth: u32) -> Body {
    Body::Book(BookMessage { kind, levels, sequence: Sequence::Unnumbered, proof, depth })
}

/// Read `["price","size","time"]`; the latest time is kept.
#[inline]
fn read_level(
    cursor: &mut Cursor<'_>,
    side: Side,
    latest_ns: &mut i64,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut row = cursor.array()?;
    field(&mut row, cursor)?;
    let price = cursor.amount()?;
    field(&mut row, cursor)?;
    let size = cursor.amount()?;
    field(&mut row, cursor)?;
    *latest_ns = seconds(cursor)?.max(*latest_ns);
    // A level that comes back into the channel's depth is marked by "r".
    row.skip_rest(cursor)?;
    batch.push_level(Level { side, price, size })
}

/// Note which of the two a side was.
#[inline]
fn set_side(
    best: Option<Best>,
    levels: &mut Option<()>,
    ticker: &mut Option<Best>,
) -> Result<(), DecodeError> {
    if levels.is_some() || ticker.is_some() {
        return Err(DecodeError::DuplicateKey);
    }
    match best {
        Some(best) => *ticker = Some(best),
        None => *levels = Some(()),
    }
    Ok(())
}

/// Best prices. Nothing in them can be joined to a state of the book.
fn quote(bid: Decimal, bid_size: Decimal, ask: Decimal, ask_size: Decimal) -> Body {
    Body::Quote(Quote {
        bid: Some(bid),
        bid_size: Some(bid_size),
        ask: Some(ask),
        ask_size: Some(ask_size),
        at: QuoteAt::Unknown,
    })
}

/// A time in seconds with a fraction, in nanoseconds.
#[inline]
fn seconds(cursor: &mut Cursor<'_>) -> Result<i64, DecodeError> {
    Ok(cursor.amount()?.at_scale(9)?)
}

/// Read `[["price","size","time",side,kind,misc], …]`. The venue gives no ids.
fn read_trades(
    cursor: &mut Cursor<'_>,
    symbol: Span,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    need((!symbol.is_empty()).then_some(()))?;
    each(cursor, |cursor| {
        let mut row = cursor.array()?;
        field(&mut row, cursor)?;
        let price = cursor.amount()?;
        field(&mut row, cursor)?;
        let size = cursor.amount()?;
        field(&mut row, cursor)?;
        let ts_event_ns = seconds(cursor)?;
        field(&mut row, cursor)?;
        let taker = match cursor.string()? {
            b"b" => TakerSide::Buy,
            b"s" => TakerSide::Sell,
            _ => return Err(DecodeError::UnknownWord),
        };
        row.skip_rest(cursor)?;
        let body = Body::Trade(Trade { price, size, taker: Some(taker), id: 0 });
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
        Ok(())
    })
}

/// Read `["bid","ask","time","bid size","ask size"]`.
fn read_spread(cursor: &mut Cursor<'_>) -> Result<(i64, Body), DecodeError> {
    let mut numbers = [Decimal::default(); 5];
    let mut items = cursor.array()?;
    for number in &mut numbers {
        field(&mut items, cursor)?;
        *number = cursor.amount()?;
    }
    items.skip_rest(cursor)?;
    let [bid, ask, time, bid_size, ask_size] = numbers;
    Ok((time.at_scale(9)?, quote(bid, bid_size, ask, ask_size)))
}

/// Decode an object with an `event`.
pub(super) fn decode_event(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let (mut event, mut status, mut pair) = (None, None, None);
    let (mut channel, mut error) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"event" => once(&mut event, cursor.string()?)?,
            // Whichever of these stands first, version 2 it is.
            b"channel" | b"method" | b"error" | b"success" => {
                return super::v2::decode(frame, batch)
            }
            b"status" => once(&mut status, cursor.string()?)?,
            b"pair" => once(&mut pair, cursor.string()?)?,
            b"channelName" => once(&mut channel, cursor.string()?)?,
            b"errorMessage" => once(&mut error, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    let (control, text) = match need(event)? {
        b"heartbeat" => (Control::Heartbeat, None),
        b"pong" => (Control::Pong, None),
        b"systemStatus" => (Control::Status, Some(need(status)?)),
        b"error" => (Control::Refused, error),
        b"subscriptionStatus" if need(status)? == b"error" => (Control::Refused, error),
        b"subscriptionStatus" => (Control::Ack, None),
        _ => return Err(DecodeError::UnknownMessage),
    };
    push_answer(batch, frame, pair, control, text);
    if control == Control::Ack && status == Some(b"subscribed") {
        if let Some(depth) = channel.and_then(book_depth) {
            push_about(batch, frame, pair, Body::Depth(depth));
        }
    }
    Ok(())
}
