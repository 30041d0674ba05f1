//! Gate.io Spot v4 public channels and the REST order book answer.
//!
//! Source: Gate "Spot WebSocket v4" and "API v4" documentation, read 2026-11.

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Message, Outcome, Proof, Quote, QuoteAt, Sequence,
    Side, Span, TakerSide, Trade,
};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;

use super::{amount, named, pairs, small_number, Stated};

/// `spot.order_book_update` says no level further down than this.
const UPDATE_DEPTH: u32 = 100;

/// Decode one frame.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let mut envelope = Envelope { levels_from: batch.mark(), ..Envelope::default() };
    envelope.read(frame, &mut cursor, batch)?;
    cursor.end()?;
    envelope.emit(frame, &cursor, batch)
}

/// Decode the body of `GET /api/v4/spot/order_book` asked for `with_id=true`.
/// It names no symbol.
///
/// # Errors
/// The reason why nothing of the body may be used; `UnknownMessage` if the
/// venue refused.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(body);
    let (mut id, mut changed, mut sent) = (None, None, None);
    let (mut bids, mut asks, mut label) = (None, None, None);
    let mark = batch.mark();
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"id" => once(&mut id, cursor.id()?)?,
            b"update" => once(&mut changed, cursor.amount()?)?,
            b"current" => once(&mut sent, cursor.amount()?)?,
            b"bids" => once(&mut bids, pairs(&mut cursor, Side::Bid, batch)?)?,
            b"asks" => once(&mut asks, pairs(&mut cursor, Side::Ask, batch)?)?,
            b"label" => once(&mut label, cursor.skip()?)?,
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    if label.is_some() {
        return Err(DecodeError::UnknownMessage);
    }
    need(bids)?;
    need(asks)?;
    let ts_event_ns = changed.or(sent).map_or(Ok(0), from_ms)?;
    let sequence = Sequence::Base(need(id)?);
    let body = book(BookKind::Snapshot, sequence, 0, mark, batch);
    batch.push(Message { symbol: Span::default(), outcome: Outcome::Whole, ts_event_ns, body });
    Ok(())
}

/// Where the payload of a channel is.
#[derive(Clone, Copy)]
enum Payload {
    /// Read on the way: an object, an array of trades, or nothing.
    Read,
    /// An array at this position, skipped since its channel was not known to be trades.
    Skipped(usize),
}

/// What is around every payload.
#[derive(Default)]
struct Envelope<'a> {
    channel: Option<&'a [u8]>,
    event: Option<&'a [u8]>,
    time_s: Option<Decimal>,
    time_ms: Option<Decimal>,
    error: Option<()>,
    /// The text of an error that is not `null`.
    fault: Option<&'a [u8]>,
    payload: Option<Payload>,
    result: Fields<'a>,
    levels_from: u32,
}

impl<'a> Envelope<'a> {
    #[inline]
    fn read(
        &mut self,
        frame: &[u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"channel" => once(&mut self.channel, cursor.string()?)?,
                b"event" => once(&mut self.event, cursor.string()?)?,
                b"time" => once(&mut self.time_s, cursor.amount()?)?,
                b"time_ms" => once(&mut self.time_ms, cursor.amount()?)?,
                b"error" => {
                    once(&mut self.error, ())?;
                    self.fault = error_text(cursor)?;
                }
                b"result" => self.payload(frame, cursor, batch)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    #[inline]
    fn payload(
        &mut self,
        frame: &[u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let payload = match cursor.next_kind()? {
            Next::Object => {
                self.result.read(cursor, batch)?;
                Payload::Read
            }
            Next::Array if self.channel == Some(b"spot.trades") => {
                trades(frame, cursor, batch)?;
                Payload::Read
            }
            _ => {
                let position = cursor.position();
                cursor.skip()?;
                Payload::Skipped(position)
            }
        };
        once(&mut self.payload, payload)
    }

    /// Turn what was read into the messages of its channel.
    #[inline]
    fn emit(
        &self,
        frame: &[u8],
        cursor: &Cursor<'_>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let channel = need(self.channel)?;
        if self.event != Some(b"update") || self.fault.is_some() {
            return self.answer(channel, frame, batch);
        }
        let fields = &self.result;
        let (name, body) = match channel {
            b"spot.order_book_update" => (fields.symbol, self.update(batch)?),
            b"spot.obu" => {
                let (name, depth) = obu_stream(need(fields.symbol)?)?;
                (Some(name), self.obu(depth, batch)?)
            }
            b"spot.order_book" => (fields.symbol, self.snapshot(batch)?),
            b"spot.book_ticker" => (fields.symbol, fields.book_ticker()?),
            b"spot.trades" => return self.trades(frame, cursor, batch),
            b"spot.tickers" => (fields.deal.pair, fields.ticker()),
            b"spot.candlesticks" => {
                batch.push_control(Control::Unused, Span::default());
                return Ok(());
            }
            _ => return Err(DecodeError::UnknownMessage),
        };
        batch.push(Message {
            symbol: named(frame, name)?,
            outcome: Outcome::Whole,
            ts_event_ns: self.time_ns()?,
            body,
        });
        Ok(())
    }

    /// A frame that carries no data: the answer to a command.
    fn answer(&self, channel: &[u8], frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let status = self.result.status;
        let (control, text) = match (self.fault, self.event) {
            (Some(text), _) => (Control::Refused, text),
            _ if channel == b"spot.pong" => (Control::Pong, &[][..]),
            (_, Some(b"subscribe" | b"unsubscribe")) => match status {
                None | Some(b"success") => (Control::Ack, channel),
                Some(other) => (Control::Refused, other),
            },
            _ => return Err(DecodeError::UnknownMessage),
        };
        let span = if text.is_empty() { Span::default() } else { Span::of(frame, text) };
        batch.push_control(control, span);
        Ok(())
    }

    /// Ids of `spot.order_book_update` run through; it may also send the whole book.
    #[inline]
    fn update(&self, batch: &Batch) -> Result<Body, DecodeError> {
        let fields = &self.result;
        fields.need_sides()?;
        let depth = fields.depth().unwrap_or(UPDATE_DEPTH);
        self.chained(depth, batch)
    }

    /// `spot.obu` leaves out a side that has not changed.
    #[inline]
    fn obu(&self, depth: u32, batch: &Batch) -> Result<Body, DecodeError> {
        let fields = &self.result;
        // A book without both sides is more likely a frame without its levels.
        if fields.is_full() && !fields.has_bids() && !fields.has_asks() {
            return Err(DecodeError::MissingField);
        }
        self.chained(depth, batch)
    }

    #[inline]
    fn chained(&self, depth: u32, batch: &Batch) -> Result<Body, DecodeError> {
        let fields = &self.result;
        let last = need(fields.last)?;
        if fields.is_full() {
            let sequence = Sequence::Base(last);
            return Ok(book(BookKind::Snapshot, sequence, depth, self.levels_from, batch));
        }
        let sequence = Sequence::Range { first: need(fields.first)?, last };
        Ok(book(BookKind::Delta, sequence, depth, self.levels_from, batch))
    }

    /// `spot.order_book`: the best levels, whole each time. How many were asked
    /// for it only says in newer versions.
    fn snapshot(&self, batch: &Batch) -> Result<Body, DecodeError> {
        let fields = &self.result;
        fields.need_sides()?;
        let sequence = Sequence::Base(need(fields.base)?);
        let depth = fields.depth().unwrap_or(0);
        Ok(book(BookKind::Snapshot, sequence, depth, self.levels_from, batch))
    }

    fn trades(
        &self,
        frame: &[u8],
        cursor: &Cursor<'_>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        match need(self.payload)? {
            Payload::Skipped(position) => trades(frame, &mut cursor.at(position), batch),
            Payload::Read if self.result.seen => self.result.deal.push(frame, batch),
            Payload::Read => Ok(()),
        }
    }

    /// The payload's time, or when the frame was sent.
    #[inline]
    fn time_ns(&self) -> Result<i64, DecodeError> {
        match (self.result.time_ms, self.time_ms, self.time_s) {
            (Some(ms), _, _) => time::from_ms(ms),
            (None, Some(ms), _) => from_ms(ms),
            (None, None, Some(seconds)) => from_s(seconds),
            (None, None, None) => Ok(0),
        }
    }
}

/// Everything that a payload may hold. They share no names that mean different
/// things, except where noted, so that one loop reads them before their channel
/// is known.
#[derive(Default)]
struct Fields<'a> {
    seen: bool,
    symbol: Option<&'a [u8]>,
    time_ms: Option<i64>,
    first: Option<i64>,
    last: Option<i64>,
    base: Option<i64>,
    full: Option<bool>,
    /// The depth of a book; the low of a candle.
    level: Option<Decimal>,
    bids: Option<()>,
    asks: Option<()>,
    bid: Option<Stated>,
    bid_size: Option<Stated>,
    /// The best ask of a book ticker; the volume of a candle.
    ask: Option<Stated>,
    ask_size: Option<Stated>,
    has_status: Option<()>,
    status: Option<&'a [u8]>,
    deal: Deal<'a>,
}

impl<'a> Fields<'a> {
    #[inline]
    fn read(&mut self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        self.seen = true;
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"t" => once(&mut self.time_ms, cursor.id()?)?,
                b"s" => once(&mut self.symbol, cursor.string()?)?,
                b"U" => once(&mut self.first, cursor.id()?)?,
                b"u" => once(&mut self.last, cursor.id()?)?,
                b"b" | b"bids" => self.bids_or_price(cursor, batch)?,
                b"a" | b"asks" => self.asks_or_price(cursor, batch)?,
                b"B" => once(&mut self.bid_size, Stated::read(cursor)?)?,
                b"A" => once(&mut self.ask_size, Stated::read(cursor)?)?,
                b"full" => once(&mut self.full, cursor.boolean()?)?,
                b"l" => once(&mut self.level, cursor.amount()?)?,
                b"lastUpdateId" => once(&mut self.base, cursor.id()?)?,
                b"highest_bid" => once(&mut self.bid, Stated::read(cursor)?)?,
                b"lowest_ask" => once(&mut self.ask, Stated::read(cursor)?)?,
                b"status" => self.status(cursor)?,
                _ => self.deal.read_member(key, cursor)?,
            }
        }
        Ok(())
    }

    /// `b` is a list of levels in a book, a price in a ticker; `null` is either.
    #[inline]
    fn bids_or_price(
        &mut self,
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        if self.bids.is_some() || self.bid.is_some() {
            return Err(DecodeError::DuplicateKey);
        }
        if cursor.next_kind()? == Next::Array {
            self.bids = Some(());
            return pairs(cursor, Side::Bid, batch);
        }
        self.bid = Some(Stated::read(cursor)?);
        Ok(())
    }

    /// `a`, as `b`.
    #[inline]
    fn asks_or_price(
        &mut self,
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        if self.asks.is_some() || self.ask.is_some() {
            return Err(DecodeError::DuplicateKey);
        }
        if cursor.next_kind()? == Next::Array {
            self.asks = Some(());
            return pairs(cursor, Side::Ask, batch);
        }
        self.ask = Some(Stated::read(cursor)?);
        Ok(())
    }

    /// How a command went; a number elsewhere.
    fn status(&mut self, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        once(&mut self.has_status, ())?;
        if cursor.next_kind()? == Next::String {
            self.status = Some(cursor.string()?);
            return Ok(());
        }
        cursor.skip()
    }

    fn is_full(&self) -> bool {
        self.full == Some(true)
    }

    /// Whether bids are there, if only as `null`.
    fn has_bids(&self) -> bool {
        self.bids.is_some() || self.bid == Some(Stated(None))
    }

    fn has_asks(&self) -> bool {
        self.asks.is_some() || self.ask == Some(Stated(None))
    }

    #[inline]
    fn need_sides(&self) -> Result<(), DecodeError> {
        if self.has_bids() && self.has_asks() {
            Ok(())
        } else {
            Err(DecodeError::MissingField)
        }
    }

    fn depth(&self) -> Option<u32> {
        self.level?.at_scale(0).ok()?.try_into().ok()
    }

    /// Best prices every 10 ms: they hold at their update id, and nothing is
    /// said of the ids up to the next one.
    fn book_ticker(&self) -> Result<Body, DecodeError> {
        Ok(Body::Quote(Quote {
            bid: need(self.bid)?.0,
            bid_size: need(self.bid_size)?.0,
            ask: need(self.ask)?.0,
            ask_size: need(self.ask_size)?.0,
            at: QuoteAt::Exactly(need(self.last)?),
        }))
    }

    /// The ticker of a second names no update id of the book.
    fn ticker(&self) -> Body {
        match (self.bid, self.ask) {
            (None, None) => Body::Control(Control::Unused, Span::default()),
            (bid, ask) => Body::Quote(Quote {
                bid: amount(bid),
                bid_size: None,
                ask: amount(ask),
                ask_size: None,
                at: QuoteAt::Unknown,
            }),
        }
    }
}

/// A trade of `spot.trades`.
#[derive(Default)]
struct Deal<'a> {
    id: Option<i64>,
    time_s: Option<Decimal>,
    time_ms: Option<Decimal>,
    side: Option<&'a [u8]>,
    /// The pair; of a ticker as well.
    pair: Option<&'a [u8]>,
    size: Option<Decimal>,
    price: Option<Decimal>,
}

impl<'a> Deal<'a> {
    fn read_member(&mut self, key: &[u8], cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        match key {
            b"id" => once(&mut self.id, cursor.id()?),
            b"create_time" => once(&mut self.time_s, cursor.amount()?),
            b"create_time_ms" => once(&mut self.time_ms, cursor.amount()?),
            b"side" => once(&mut self.side, cursor.string()?),
            b"currency_pair" => once(&mut self.pair, cursor.string()?),
            b"amount" => once(&mut self.size, cursor.amount()?),
            b"price" => once(&mut self.price, cursor.amount()?),
            _ => cursor.skip(),
        }
    }

    fn push(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let taker = match need(self.side)? {
            b"buy" => TakerSide::Buy,
            b"sell" => TakerSide::Sell,
            _ => return Err(DecodeError::UnknownWord),
        };
        let ts_event_ns = match self.time_ms {
            Some(ms) => from_ms(ms)?,
            None => from_s(need(self.time_s)?)?,
        };
        batch.push(Message {
            symbol: named(frame, self.pair)?,
            outcome: Outcome::Whole,
            ts_event_ns,
            body: Body::Trade(Trade {
                price: need(self.price)?,
                size: need(self.size)?,
                taker: Some(taker),
                id: need(self.id)?.cast_unsigned(),
            }),
        });
        Ok(())
    }
}

/// Read a payload that is an array of trades.
fn trades(frame: &[u8], cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<(), DecodeError> {
    let mut items = cursor.array()?;
    while items.item(cursor)? {
        let mut deal = Deal::default();
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            deal.read_member(key, cursor)?;
        }
        deal.push(frame, batch)?;
    }
    Ok(())
}

/// The value of `error`: `None` for `null`, else its message, if it has one.
fn error_text<'a>(cursor: &mut Cursor<'a>) -> Result<Option<&'a [u8]>, DecodeError> {
    match cursor.next_kind()? {
        Next::Object => {}
        Next::String => return cursor.string().map(Some),
        Next::Literal => return cursor.skip().map(|()| None),
        Next::Array | Next::Number => return cursor.skip().map(|()| Some(&[][..])),
    }
    let mut text = &[][..];
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"message" if cursor.next_kind()? == Next::String => text = cursor.string()?,
            _ => cursor.skip()?,
        }
    }
    Ok(Some(text))
}

/// The pair and the depth in the name of an `obu` stream, `ob.BTC_USDT.50`.
#[inline]
fn obu_stream(name: &[u8]) -> Result<(&[u8], u32), DecodeError> {
    let parts = name.strip_prefix(b"ob.").and_then(|rest| {
        let point = rest.iter().rposition(|byte| *byte == b'.')?;
        Some((rest.get(..point)?, small_number(rest.get(point + 1..)?)?))
    });
    parts.ok_or(DecodeError::UnknownWord)
}

/// Milliseconds with a fraction to nanoseconds.
fn from_ms(ms: Decimal) -> Result<i64, DecodeError> {
    Ok(ms.at_scale(6)?)
}

/// Seconds with a fraction to nanoseconds.
fn from_s(seconds: Decimal) -> Result<i64, DecodeError> {
    Ok(seconds.at_scale(9)?)
}

#[inline]
fn book(kind: BookKind, sequence: Sequence, depth: u32, mark: u32, batch: &Batch) -> Body {
    Body::Book(BookMessage { kind, levels: batch.since(mark), sequence, proof: Proof::None, depth })
}
