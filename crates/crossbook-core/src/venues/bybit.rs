//! Bybit v5 public streams and the REST order book answer.
//!
//! Source: bybit-exchange/docs, `docs/v5/websocket/public/` and
//! `docs/v5/market/orderbook`, state of July 2026.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Message, Outcome, Proof, Quote, QuoteAt,
    Sequence, Side, Span, TakerSide, Trade,
};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;

use super::{amount, named, pairs, small_number, Stated};

/// Decode one frame of a public stream.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let mut fields = Fields { levels_from: batch.mark(), ..Fields::default() };
    fields.read(frame, &mut cursor, batch)?;
    cursor.end()?;
    match fields.topic {
        Some(topic) => fields.emit(topic, frame, &cursor, batch),
        None => fields.answer(frame, batch),
    }
}

/// Decode the body of `GET /v5/market/orderbook`.
///
/// # Errors
/// The reason why nothing of the body may be used; `UnknownMessage` if the
/// venue refused (`retCode` is not 0).
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(body);
    let mut fields = Fields { levels_from: batch.mark(), ..Fields::default() };
    let mut code = None;
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"retCode" => once(&mut code, cursor.integer()?)?,
            b"result" if cursor.next_kind()? == Next::Object => {
                once(&mut fields.data, Data::Object)?;
                fields.object(&mut cursor, batch)?;
            }
            b"result" => {
                once(&mut fields.data, Data::Skipped(cursor.position()))?;
                cursor.skip()?;
            }
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    if need(code)? != 0 {
        return Err(DecodeError::UnknownMessage);
    }
    let sequence = Sequence::Base(need(fields.update)?);
    let message = fields.book(BookKind::Snapshot, sequence, 0, batch)?;
    fields.push(named(body, fields.symbol)?, message, batch)
}

/// Where the payload of a topic is.
#[derive(Clone, Copy)]
enum Data {
    /// An object, read on the way.
    Object,
    /// An array of trades, read on the way.
    Trades,
    /// At this position; skipped, since its topic was not known to be trades.
    Skipped(usize),
}

/// Everything that a message may hold. The payloads that are objects share
/// no names, so that one loop reads them before their topic is known.
#[derive(Default)]
struct Fields<'a> {
    topic: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    sent_ms: Option<i64>,
    matched_ms: Option<i64>,
    data: Option<Data>,
    symbol: Option<&'a [u8]>,
    update: Option<i64>,
    bids: Option<()>,
    asks: Option<()>,
    /// REST has the times inside the payload.
    inner_sent_ms: Option<i64>,
    inner_matched_ms: Option<i64>,
    best_bid: Option<Stated>,
    best_bid_size: Option<Stated>,
    best_ask: Option<Stated>,
    best_ask_size: Option<Stated>,
    op: Option<&'a [u8]>,
    success: Option<bool>,
    code: Option<i64>,
    text: Option<&'a [u8]>,
    levels_from: u32,
}

impl<'a> Fields<'a> {
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
                b"topic" => once(&mut self.topic, cursor.string()?)?,
                b"type" => once(&mut self.kind, cursor.string()?)?,
                b"ts" => once(&mut self.sent_ms, cursor.id()?)?,
                b"cts" => once(&mut self.matched_ms, cursor.id()?)?,
                b"data" => self.payload(frame, cursor, batch)?,
                b"op" => once(&mut self.op, cursor.string()?)?,
                b"success" => once(&mut self.success, cursor.boolean()?)?,
                b"retCode" => once(&mut self.code, cursor.integer()?)?,
                b"ret_msg" | b"retMsg" => once(&mut self.text, cursor.string()?)?,
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
        match (cursor.next_kind()?, self.topic) {
            (Next::Object, _) => {
                once(&mut self.data, Data::Object)?;
                self.object(cursor, batch)
            }
            (Next::Array, Some(topic)) if topic.starts_with(b"publicTrade.") => {
                once(&mut self.data, Data::Trades)?;
                trades(frame, cursor, batch)
            }
            _ => {
                once(&mut self.data, Data::Skipped(cursor.position()))?;
                cursor.skip()
            }
        }
    }

    /// Read an order book or a ticker.
    #[inline]
    fn object(&mut self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"s" | b"symbol" => once(&mut self.symbol, cursor.string()?)?,
                b"b" => once(&mut self.bids, pairs(cursor, Side::Bid, batch)?)?,
                b"a" => once(&mut self.asks, pairs(cursor, Side::Ask, batch)?)?,
                b"u" => once(&mut self.update, cursor.id()?)?,
                b"ts" => once(&mut self.inner_sent_ms, cursor.id()?)?,
                b"cts" => once(&mut self.inner_matched_ms, cursor.id()?)?,
                b"bid1Price" => once(&mut self.best_bid, Stated::read(cursor)?)?,
                b"bid1Size" => once(&mut self.best_bid_size, Stated::read(cursor)?)?,
                b"ask1Price" => once(&mut self.best_ask, Stated::read(cursor)?)?,
                b"ask1Size" => once(&mut self.best_ask_size, Stated::read(cursor)?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Turn what was read into the messages of its topic.
    #[inline]
    fn emit(
        &self,
        topic: &[u8],
        frame: &[u8],
        cursor: &Cursor<'_>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let (name, rest) = part(topic);
        match name {
            b"orderbook" => self.order_book(rest, frame, batch),
            b"publicTrade" => match need(self.data)? {
                Data::Trades => Ok(()),
                Data::Skipped(position) => trades(frame, &mut cursor.at(position), batch),
                Data::Object => Err(DecodeError::WrongType),
            },
            b"tickers" => self.ticker(rest, frame, batch),
            b"kline" | b"liquidation" | b"allLiquidation" | b"priceLimit" => {
                batch.push_control(Control::Unused, Span::default());
                Ok(())
            }
            _ => Err(DecodeError::UnknownMessage),
        }
    }

    /// `rest` of the topic is `50.BTCUSDT`.
    #[inline]
    fn order_book(&self, rest: &[u8], frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let (depth, name) = part(rest);
        let depth = small_number(depth).ok_or(DecodeError::UnknownMessage)?;
        self.need_object()?;
        let update = need(self.update)?;
        let message = match need(self.kind)? {
            b"snapshot" => self.book(BookKind::Snapshot, Sequence::Base(update), depth, batch)?,
            b"delta" => {
                let sequence = Sequence::Range { first: update, last: update };
                self.book(BookKind::Delta, sequence, depth, batch)?
            }
            _ => return Err(DecodeError::UnknownWord),
        };
        self.push(named(frame, self.symbol.or(Some(name)))?, message, batch)
    }

    #[inline]
    fn need_object(&self) -> Result<(), DecodeError> {
        match need(self.data)? {
            Data::Object => Ok(()),
            Data::Trades | Data::Skipped(_) => Err(DecodeError::WrongType),
        }
    }

    #[inline]
    fn book(
        &self,
        kind: BookKind,
        sequence: Sequence,
        depth: u32,
        batch: &Batch,
    ) -> Result<Body, DecodeError> {
        need(self.bids)?;
        need(self.asks)?;
        Ok(Body::Book(BookMessage {
            kind,
            levels: batch.since(self.levels_from),
            sequence,
            proof: Proof::None,
            depth,
        }))
    }

    /// Tickers of spot have no best prices; those of derivatives do.
    fn ticker(&self, name: &[u8], frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        self.need_object()?;
        if self.best_bid.is_none() && self.best_ask.is_none() {
            batch.push_control(Control::Unused, Span::default());
            return Ok(());
        }
        let quote = Quote {
            bid: amount(self.best_bid),
            bid_size: amount(self.best_bid_size),
            ask: amount(self.best_ask),
            ask_size: amount(self.best_ask_size),
            // No update id of the book, and other times than the book's.
            at: QuoteAt::Unknown,
        };
        self.push(named(frame, self.symbol.or(Some(name)))?, Body::Quote(quote), batch)
    }

    /// `cts`, when the engine made it, rather than `ts`, when it was sent.
    #[inline]
    fn push(&self, symbol: Span, body: Body, batch: &mut Batch) -> Result<(), DecodeError> {
        let matched = self.matched_ms.or(self.inner_matched_ms);
        let ms = matched.or(self.sent_ms).or(self.inner_sent_ms).unwrap_or(0);
        batch.push(Message {
            symbol,
            outcome: Outcome::Whole,
            ts_event_ns: time::from_ms(ms)?,
            body,
        });
        Ok(())
    }

    /// A frame without topic answers a command.
    fn answer(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let failed = self.success == Some(false) || self.code.is_some_and(|code| code != 0);
        let succeeded = self.success.is_some() || self.code.is_some();
        let control = match self.op {
            _ if failed => Control::Refused,
            Some(b"pong") => Control::Pong,
            Some(b"ping") if self.text == Some(b"pong") => Control::Pong,
            Some(_) if succeeded => Control::Ack,
            _ => return Err(DecodeError::UnknownMessage),
        };
        batch.push_control(control, self.text.map_or_else(Span::default, |t| Span::of(frame, t)));
        Ok(())
    }
}

/// The part of a name before its first point, and what follows.
#[inline]
fn part(name: &[u8]) -> (&[u8], &[u8]) {
    match name.iter().position(|byte| *byte == b'.') {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => (name, &[]),
    }
}

/// Read the array of `publicTrade`.
fn trades(frame: &[u8], cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<(), DecodeError> {
    let mut items = cursor.array()?;
    while items.item(cursor)? {
        trade(frame, cursor, batch)?;
    }
    Ok(())
}

fn trade(frame: &[u8], cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<(), DecodeError> {
    let (mut ms, mut symbol, mut side, mut size, mut price, mut id) =
        (None, None, None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"T" => once(&mut ms, cursor.id()?)?,
            b"s" => once(&mut symbol, cursor.string()?)?,
            b"S" => once(&mut side, cursor.string()?)?,
            b"v" => once(&mut size, cursor.amount()?)?,
            b"p" => once(&mut price, cursor.amount()?)?,
            b"i" => once(&mut id, trade_number(cursor)?)?,
            _ => cursor.skip()?,
        }
    }
    let taker = match need(side)? {
        b"Buy" => TakerSide::Buy,
        b"Sell" => TakerSide::Sell,
        _ => return Err(DecodeError::UnknownWord),
    };
    batch.push(Message {
        symbol: named(frame, symbol)?,
        outcome: Outcome::Whole,
        ts_event_ns: time::from_ms(need(ms)?)?,
        body: Body::Trade(Trade {
            price: need(price)?,
            size: need(size)?,
            taker: Some(taker),
            id: need(id)?,
        }),
    });
    Ok(())
}

/// Ids are digits (spot) or UUIDs (derivatives).
fn trade_number(cursor: &mut Cursor<'_>) -> Result<u64, DecodeError> {
    if cursor.next_kind()? == Next::String {
        return Ok(trade_id(cursor.string()?));
    }
    cursor.id().map(i64::cast_unsigned)
}
