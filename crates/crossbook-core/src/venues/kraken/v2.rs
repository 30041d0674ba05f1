//! Websocket v2: objects with a `channel`, and answers with a `method`.

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote, QuoteAt,
    Sequence, Side, Span, TakerSide, Trade,
};
use crate::decimal::{self, Decimal};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;
use crate::venues::each;

use super::{checksum, push_about, push_answer};

/// The depths on offer. Frames do not say theirs, but a snapshot whose longer
/// side has one of these lengths is as long as the channel allows.
const DEPTHS: [u32; 5] = [10, 25, 100, 500, 1000];

/// Decode one frame.
#[inline]
pub(super) fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let mut envelope = Envelope::default();
    envelope.read(frame, &mut cursor, batch)?;
    cursor.end()?;
    envelope.finish(frame, &cursor, batch)
}

/// Read a book message in its usual spelling; `None` if it has another.
#[inline]
pub(super) fn usual_book(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let mut cursor = Cursor::new(frame);
    let cursor = &mut cursor;
    let mut book = Book::new(batch);
    cursor.take(b"{\"channel\":\"book\",\"type\":\"")?;
    let kind = if cursor.take(b"update\",\"data\":[{\"symbol\":\"").is_some() {
        BookKind::Delta
    } else {
        cursor.take(b"snapshot\",\"data\":[{\"symbol\":\"")?;
        BookKind::Snapshot
    };
    book.symbol = Some(cursor.plain()?);
    cursor.take(b"\",\"bids\":[")?;
    book.bids = Some(usual_levels(frame, cursor, Side::Bid, batch)?);
    cursor.take(b",\"asks\":[")?;
    book.asks = Some(usual_levels(frame, cursor, Side::Ask, batch)?);
    cursor.take(b",\"checksum\":")?;
    let sum = usual_number(frame, cursor, b',').filter(|sum| sum.decimals == 0)?;
    book.proof = Some(Proof::KrakenChecksum(u32::try_from(sum.mantissa).ok()?));
    cursor.take(b",\"timestamp\":\"")?;
    book.timestamp = Some(cursor.plain()?);
    cursor.take(b"\"}]}")?;
    cursor.end().ok()?;
    book.push(kind, frame, batch).ok()
}

/// Read the levels of one side and the bracket behind them; return how many there are.
#[inline]
fn usual_levels(
    frame: &[u8],
    cursor: &mut Cursor<'_>,
    side: Side,
    batch: &mut Batch,
) -> Option<u32> {
    let mark = batch.mark();
    if cursor.take(b"]").is_some() {
        return Some(0);
    }
    loop {
        cursor.take(b"{\"price\":")?;
        let price = usual_number(frame, cursor, b',')?;
        cursor.take(b",\"qty\":")?;
        let size = usual_number(frame, cursor, b'}')?;
        batch.push_level(Level { side, price, size }).ok()?;
        if cursor.take(b"},").is_none() {
            return cursor.take(b"}]").map(|()| batch.mark() - mark);
        }
    }
}

/// Read the digits, with a point or without, that end before the next `closing`.
#[inline]
fn usual_number(frame: &[u8], cursor: &mut Cursor<'_>, closing: u8) -> Option<Decimal> {
    let begin = cursor.position();
    // No number begins with its point, unless it stands in a string.
    frame.get(begin).filter(|byte| byte.is_ascii_digit())?;
    let (value, length) = decimal::parse_before(frame, begin, closing)?;
    *cursor = cursor.at(begin + length);
    Some(value)
}

/// The members around the data.
#[derive(Default)]
struct Envelope<'a> {
    channel: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
    /// Where the data stands in the frame.
    data: Option<usize>,
    data_is_read: bool,
    method: Option<&'a [u8]>,
    success: Option<bool>,
    error: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    result: Option<Subscription<'a>>,
}

/// What the answer to a subscription says of it.
#[derive(Default)]
struct Subscription<'a> {
    channel: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    depth: Option<i64>,
}

impl<'a> Envelope<'a> {
    #[inline]
    fn read(
        &mut self,
        frame: &'a [u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"channel" => once(&mut self.channel, cursor.string()?)?,
                b"type" => once(&mut self.kind, cursor.string()?)?,
                b"data" => self.data(frame, cursor, batch)?,
                b"method" => once(&mut self.method, cursor.string()?)?,
                b"success" => once(&mut self.success, cursor.boolean()?)?,
                b"error" => once(&mut self.error, cursor.string()?)?,
                b"symbol" => once(&mut self.symbol, cursor.string()?)?,
                b"result" => once(&mut self.result, Subscription::read(cursor)?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Read the data at once if it is known what it is, else only step over it.
    #[inline]
    fn data(
        &mut self,
        frame: &'a [u8],
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        once(&mut self.data, cursor.position())?;
        match (self.channel, self.kind) {
            (Some(channel), Some(kind)) => {
                self.data_is_read = true;
                read_data(channel, Some(kind), frame, cursor, batch)
            }
            _ => cursor.skip(),
        }
    }

    /// Push what was not pushed while reading.
    #[inline]
    fn finish(
        self,
        frame: &'a [u8],
        cursor: &Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        if self.data_is_read {
            return Ok(());
        }
        match self.channel {
            Some(b"heartbeat") => {
                batch.push_control(Control::Heartbeat, Span::default());
                Ok(())
            }
            Some(channel) => {
                let mut cursor = cursor.at(need(self.data)?);
                read_data(channel, self.kind, frame, &mut cursor, batch)
            }
            None => self.answer(frame, batch),
        }
    }

    fn answer(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let result = self.result.unwrap_or_default();
        let symbol = result.symbol.or(self.symbol);
        if self.error.is_some() || self.success == Some(false) {
            push_answer(batch, frame, symbol, Control::Refused, self.error);
            return Ok(());
        }
        let method = need(self.method)?;
        let control = if method == b"pong" { Control::Pong } else { Control::Ack };
        push_answer(batch, frame, symbol, control, None);
        if method == b"subscribe" && result.channel == Some(b"book") {
            let depth = u32::try_from(need(result.depth)?).map_err(|_| DecodeError::NumberRange)?;
            push_about(batch, frame, symbol, Body::Depth(depth));
        }
        Ok(())
    }
}

impl<'a> Subscription<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Result<Self, DecodeError> {
        let mut fields = Self::default();
        // Orders in a batch are answered by an array.
        if cursor.next_kind()? != Next::Object {
            cursor.skip()?;
            return Ok(fields);
        }
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"channel" => once(&mut fields.channel, cursor.string()?)?,
                b"symbol" => once(&mut fields.symbol, cursor.string()?)?,
                b"depth" => once(&mut fields.depth, cursor.id()?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(fields)
    }
}

/// Read the data of a channel.
#[inline]
fn read_data<'a>(
    channel: &[u8],
    kind: Option<&[u8]>,
    frame: &'a [u8],
    cursor: &mut Cursor<'a>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    match channel {
        b"book" => {
            let kind = book_kind(need(kind)?)?;
            each(cursor, |cursor| read_book(kind, frame, cursor, batch))
        }
        b"trade" => each(cursor, |cursor| read_trade(frame, cursor, batch)),
        b"ticker" => each(cursor, |cursor| read_ticker(frame, cursor, batch)),
        b"status" => each(cursor, |cursor| read_status(frame, cursor, batch)),
        b"ohlc" | b"instrument" | b"level3" | b"executions" | b"balances" => {
            batch.push_control(Control::Unused, Span::default());
            cursor.skip()
        }
        _ => Err(DecodeError::UnknownMessage),
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

/// The members of a book message.
struct Book<'a> {
    symbol: Option<&'a [u8]>,
    /// How many levels each side has.
    bids: Option<u32>,
    asks: Option<u32>,
    proof: Option<Proof>,
    timestamp: Option<&'a [u8]>,
    levels_from: u32,
}

impl Book<'_> {
    #[inline]
    fn new(batch: &Batch) -> Self {
        let levels_from = batch.mark();
        Self { symbol: None, bids: None, asks: None, proof: None, timestamp: None, levels_from }
    }

    #[inline]
    fn push(self, kind: BookKind, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let symbol = Span::of(frame, need(self.symbol)?);
        let longest = match kind {
            BookKind::Snapshot => need(self.bids)?.max(need(self.asks)?),
            _ => need(self.bids.or(self.asks)).map(|_| 0)?,
        };
        let book = BookMessage {
            kind,
            levels: batch.since(self.levels_from),
            sequence: Sequence::Unnumbered,
            proof: need(self.proof)?,
            depth: if DEPTHS.contains(&longest) { longest } else { 0 },
        };
        let ts_event_ns = event_time(self.timestamp)?;
        let body = Body::Book(book);
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
        Ok(())
    }
}

fn read_book<'a>(
    kind: BookKind,
    frame: &'a [u8],
    cursor: &mut Cursor<'a>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut book = Book::new(batch);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"symbol" => once(&mut book.symbol, cursor.string()?)?,
            b"bids" => once(&mut book.bids, read_levels(cursor, Side::Bid, batch)?)?,
            b"asks" => once(&mut book.asks, read_levels(cursor, Side::Ask, batch)?)?,
            b"checksum" => once(&mut book.proof, checksum(cursor)?)?,
            b"timestamp" => once(&mut book.timestamp, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    book.push(kind, frame, batch)
}

/// Read the levels of one side; return how many there are.
#[inline]
fn read_levels(cursor: &mut Cursor<'_>, side: Side, batch: &mut Batch) -> Result<u32, DecodeError> {
    let mark = batch.mark();
    each(cursor, |cursor| {
        let (price, size) = read_level(cursor)?;
        batch.push_level(Level { side, price, size })
    })?;
    Ok(batch.mark() - mark)
}

fn read_level(cursor: &mut Cursor<'_>) -> Result<(Decimal, Decimal), DecodeError> {
    let (mut price, mut size) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"price" => once(&mut price, cursor.amount()?)?,
            b"qty" => once(&mut size, cursor.amount()?)?,
            _ => cursor.skip()?,
        }
    }
    Ok((need(price)?, need(size)?))
}

fn read_trade<'a>(
    frame: &'a [u8],
    cursor: &mut Cursor<'a>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut symbol, mut taker, mut price) = (None, None, None);
    let (mut size, mut id, mut timestamp) = (None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"symbol" => once(&mut symbol, cursor.string()?)?,
            b"side" => once(&mut taker, taker_side(cursor.string()?)?)?,
            b"price" => once(&mut price, cursor.amount()?)?,
            b"qty" => once(&mut size, cursor.amount()?)?,
            b"trade_id" => once(&mut id, cursor.id()?)?,
            b"timestamp" => once(&mut timestamp, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    let trade = Trade {
        price: need(price)?,
        size: need(size)?,
        taker: Some(need(taker)?),
        id: need(id)?.cast_unsigned(),
    };
    batch.push(Message {
        symbol: Span::of(frame, need(symbol)?),
        outcome: Outcome::Whole,
        ts_event_ns: event_time(timestamp)?,
        body: Body::Trade(trade),
    });
    Ok(())
}

fn taker_side(word: &[u8]) -> Result<TakerSide, DecodeError> {
    match word {
        b"buy" => Ok(TakerSide::Buy),
        b"sell" => Ok(TakerSide::Sell),
        _ => Err(DecodeError::UnknownWord),
    }
}

/// Best prices. Nothing in them can be joined to a state of the book.
fn read_ticker<'a>(
    frame: &'a [u8],
    cursor: &mut Cursor<'a>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    type Best = Option<Option<Decimal>>;
    let (mut symbol, mut timestamp) = (None, None);
    let (mut bid, mut bid_size): (Best, Best) = (None, None);
    let (mut ask, mut ask_size): (Best, Best) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"symbol" => once(&mut symbol, cursor.string()?)?,
            b"bid" => once(&mut bid, cursor.optional_amount()?)?,
            b"bid_qty" => once(&mut bid_size, cursor.optional_amount()?)?,
            b"ask" => once(&mut ask, cursor.optional_amount()?)?,
            b"ask_qty" => once(&mut ask_size, cursor.optional_amount()?)?,
            b"timestamp" => once(&mut timestamp, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    let quote = Quote {
        bid: need(bid)?,
        bid_size: bid_size.flatten(),
        ask: need(ask)?,
        ask_size: ask_size.flatten(),
        at: QuoteAt::Unknown,
    };
    batch.push(Message {
        symbol: Span::of(frame, need(symbol)?),
        outcome: Outcome::Whole,
        ts_event_ns: event_time(timestamp)?,
        body: Body::Quote(quote),
    });
    Ok(())
}

/// The state of the trading engine, by its own word.
fn read_status<'a>(
    frame: &'a [u8],
    cursor: &mut Cursor<'a>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut system = None;
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"system" => once(&mut system, cursor.string()?)?,
            _ => cursor.skip()?,
        }
    }
    batch.push_control(Control::Status, Span::of(frame, need(system)?));
    Ok(())
}

/// Some messages have no time, among them older snapshots.
#[inline]
fn event_time(timestamp: Option<&[u8]>) -> Result<i64, DecodeError> {
    timestamp.map_or(Ok(0), time::from_rfc3339)
}
