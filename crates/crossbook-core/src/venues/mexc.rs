//! MEXC Spot v3: protobuf pushes, JSON answers, and the REST depth answer.
//!
//! Source: mexcdevelop/websocket-proto and the "Spot V3" API documentation, read 2026-11.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote,
    QuoteAt, Sequence, Side, Span, TakerSide, Trade,
};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::protobuf::{Field, Reader};
use crate::time;

use super::{named, pairs, small_number};

/// Numbers of the bodies in `PushDataV3ApiWrapper`.
mod body {
    pub const FIRST: u32 = 301;
    pub const LIMIT_DEPTHS: u32 = 303;
    pub const BOOK_TICKER_BATCH: u32 = 311;
    pub const AGGRE_DEPTHS: u32 = 313;
    pub const AGGRE_DEALS: u32 = 314;
    pub const AGGRE_BOOK_TICKER: u32 = 315;
}

/// Whether a frame is protobuf rather than JSON text.
///
/// Text is an object: `{`, then a quote or `}`, white space allowed. No
/// protobuf push begins so: the `{` would be its length byte after a tag that
/// looks like a line feed, and the name of a channel begins with a letter.
#[inline]
pub fn is_protobuf(frame: &[u8]) -> bool {
    let (first, rest) = next_visible(frame);
    match first {
        Some(b'{') => !matches!(next_visible(rest).0, Some(b'"' | b'}') | None),
        Some(_) => true,
        None => false,
    }
}

/// The first byte that is no white space, and what follows it.
#[inline]
fn next_visible(text: &[u8]) -> (Option<u8>, &[u8]) {
    let blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
    let at = text.iter().take_while(blank).count();
    (text.get(at).copied(), text.get(at + 1..).unwrap_or_default())
}

/// Decode one frame: a push, or the answer to a command.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if is_protobuf(frame) {
        Push::read(frame)?.emit(frame, batch)
    } else {
        answer(frame, batch)
    }
}

/// Decode the body of `GET /api/v3/depth`. It names no symbol.
///
/// # Errors
/// The reason why nothing of the body may be used.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(body);
    let (mut bids, mut asks, mut base, mut ms, mut code) = (None, None, None, None, None);
    let mark = batch.mark();
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"lastUpdateId" => once(&mut base, cursor.id()?)?,
            b"bids" => once(&mut bids, pairs(&mut cursor, Side::Bid, batch)?)?,
            b"asks" => once(&mut asks, pairs(&mut cursor, Side::Ask, batch)?)?,
            b"timestamp" => once(&mut ms, cursor.id()?)?,
            b"code" => once(&mut code, cursor.skip()?)?,
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    if code.is_some() && base.is_none() {
        return Err(DecodeError::UnknownMessage);
    }
    need(bids)?;
    need(asks)?;
    let sequence = Sequence::Base(need(base)?);
    batch.push(Message {
        symbol: Span::default(),
        outcome: Outcome::Whole,
        ts_event_ns: time::from_ms(ms.unwrap_or(0))?,
        body: book(BookKind::Snapshot, sequence, 0, mark, batch),
    });
    Ok(())
}

/// The answer to a command. A refusal has code 0 as well: only the names of the
/// channels, given back, mean that they were subscribed.
fn answer(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let (mut code, mut text) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"code" => once(&mut code, cursor.integer()?)?,
            b"msg" => {
                let word = match cursor.next_kind()? {
                    Next::String => Some(cursor.string()?),
                    _ => cursor.skip().map(|()| None)?,
                };
                once(&mut text, word)?;
            }
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    let text = text.flatten();
    let control = match (code.ok_or(DecodeError::UnknownMessage)?, text) {
        (0, None) => return Err(DecodeError::MissingField),
        (0, Some(b"PONG")) => Control::Pong,
        (0, Some(names)) if are_channels(names) => Control::Ack,
        _ => Control::Refused,
    };
    batch.push_control(control, text.map_or_else(Span::default, |text| Span::of(frame, text)));
    Ok(())
}

fn are_channels(names: &[u8]) -> bool {
    names.split(|byte| *byte == b',').all(|name| name.trim_ascii().starts_with(b"spot@"))
}

/// The wrapper of every push. Its body is only entered once all of it was seen,
/// since the symbol may stand after it.
#[derive(Default)]
struct Push<'a> {
    channel: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    create_ms: Option<i64>,
    send_ms: Option<i64>,
    body: Option<(u32, Reader<'a>)>,
}

impl<'a> Push<'a> {
    #[inline]
    fn read(frame: &'a [u8]) -> Result<Self, DecodeError> {
        let mut push = Self::default();
        let mut reader = Reader::new(frame);
        while let Some(field) = reader.field()? {
            match field.number {
                1 => once(&mut push.channel, reader.bytes(field)?)?,
                3 => once(&mut push.symbol, reader.bytes(field)?)?,
                5 => once(&mut push.create_ms, reader.integer(field)?)?,
                6 => once(&mut push.send_ms, reader.integer(field)?)?,
                number @ body::FIRST..=body::AGGRE_BOOK_TICKER => {
                    once(&mut push.body, (number, reader.message(field)?))?;
                }
                _ => reader.skip(field)?,
            }
        }
        Ok(push)
    }

    #[inline]
    fn emit(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let channel = Channel::of(need(self.channel)?);
        let symbol = self.symbol.filter(|name| !name.is_empty()).unwrap_or(channel.symbol);
        if !symbol.is_ascii() && std::str::from_utf8(symbol).is_err() {
            return Err(DecodeError::InvalidUtf8);
        }
        let head = Message {
            symbol: named(frame, Some(symbol))?,
            outcome: Outcome::Whole,
            ts_event_ns: time_ns(self.send_ms.or(self.create_ms).unwrap_or(0))?,
            body: Body::Control(Control::Unused, Span::default()),
        };
        let (number, body) = self.body.ok_or(DecodeError::UnknownMessage)?;
        match number {
            body::AGGRE_DEPTHS => aggre_depths(body, &head, batch),
            body::LIMIT_DEPTHS => limit_depths(body, channel.depth, &head, batch),
            body::AGGRE_DEALS => each_item(body, |item| trade(item, &head, batch)),
            body::AGGRE_BOOK_TICKER => quote(body, &head, batch),
            body::BOOK_TICKER_BATCH => each_item(body, |item| quote(item, &head, batch)),
            _ => {
                batch.push_control(Control::Unused, Span::default());
                Ok(())
            }
        }
    }
}

/// What a channel's name says: `spot@public.limit.depth.v3.api.pb@BTCUSDT@5`.
struct Channel<'a> {
    symbol: &'a [u8],
    depth: u32,
}

impl<'a> Channel<'a> {
    #[inline]
    fn of(name: &'a [u8]) -> Self {
        let mut parts = name.rsplit(|byte| *byte == b'@');
        let last = parts.next().unwrap_or_default();
        match small_number(last) {
            Some(depth) => Self { symbol: parts.next().unwrap_or_default(), depth },
            None => Self { symbol: last, depth: 0 },
        }
    }
}

/// Diffs: `fromVersion..=toVersion`.
#[inline]
fn aggre_depths(
    mut body: Reader<'_>,
    head: &Message,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut first, mut last) = (None, None);
    let mark = batch.mark();
    while let Some(field) = body.field()? {
        match field.number {
            1 => level(&mut body, field, Side::Ask, batch)?,
            2 => level(&mut body, field, Side::Bid, batch)?,
            4 => once(&mut first, body.id(field)?)?,
            5 => once(&mut last, body.id(field)?)?,
            _ => body.skip(field)?,
        }
    }
    let sequence = Sequence::Range { first: need(first)?, last: need(last)? };
    let body = book(BookKind::Delta, sequence, 0, mark, batch);
    batch.push(Message { body, ..*head });
    Ok(())
}

/// The best levels, whole each time.
fn limit_depths(
    mut body: Reader<'_>,
    depth: u32,
    head: &Message,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut version = None;
    let mark = batch.mark();
    while let Some(field) = body.field()? {
        match field.number {
            1 => level(&mut body, field, Side::Ask, batch)?,
            2 => level(&mut body, field, Side::Bid, batch)?,
            4 => once(&mut version, body.id(field)?)?,
            _ => body.skip(field)?,
        }
    }
    let sequence = Sequence::Base(need(version)?);
    let body = book(BookKind::Snapshot, sequence, depth, mark, batch);
    batch.push(Message { body, ..*head });
    Ok(())
}

#[inline]
fn level(
    body: &mut Reader<'_>,
    field: Field,
    side: Side,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut item = body.message(field)?;
    if let Some((price, size)) = item.amounts_1_and_2() {
        return batch.push_level(Level { side, price, size });
    }
    let (mut price, mut size) = (None, None);
    while let Some(field) = item.field()? {
        match field.number {
            1 => once(&mut price, item.amount(field)?)?,
            2 => once(&mut size, item.amount(field)?)?,
            _ => item.skip(field)?,
        }
    }
    batch.push_level(Level { side, price: need(price)?, size: need(size)? })
}

/// Read the messages in field 1.
fn each_item(
    mut body: Reader<'_>,
    mut read: impl FnMut(Reader<'_>) -> Result<(), DecodeError>,
) -> Result<(), DecodeError> {
    while let Some(field) = body.field()? {
        match field.number {
            1 => read(body.message(field)?)?,
            _ => body.skip(field)?,
        }
    }
    Ok(())
}

fn trade(mut item: Reader<'_>, head: &Message, batch: &mut Batch) -> Result<(), DecodeError> {
    let (mut price, mut size, mut side, mut ms, mut id) = (None, None, None, None, None);
    while let Some(field) = item.field()? {
        match field.number {
            1 => once(&mut price, item.amount(field)?)?,
            2 => once(&mut size, item.amount(field)?)?,
            3 => once(&mut side, item.integer(field)?)?,
            4 => once(&mut ms, item.integer(field)?)?,
            5 => once(&mut id, trade_id(item.bytes(field)?))?,
            _ => item.skip(field)?,
        }
    }
    let taker = match need(side)? {
        1 => TakerSide::Buy,
        2 => TakerSide::Sell,
        _ => return Err(DecodeError::UnknownWord),
    };
    let trade = Trade {
        price: need(price)?,
        size: need(size)?,
        taker: Some(taker),
        // Older deals have no id.
        id: id.unwrap_or(0),
    };
    batch.push(Message {
        ts_event_ns: ms.map_or(Ok(head.ts_event_ns), time_ns)?,
        body: Body::Trade(trade),
        ..*head
    });
    Ok(())
}

/// Best prices, sampled every 10 or 100 ms: they hold at their version, and
/// nothing is said of the versions up to the next one.
fn quote(mut item: Reader<'_>, head: &Message, batch: &mut Batch) -> Result<(), DecodeError> {
    let (mut bid, mut bid_size, mut ask, mut ask_size) = (None, None, None, None);
    let mut version = None;
    while let Some(field) = item.field()? {
        match field.number {
            1 => once(&mut bid, item.optional_amount(field)?)?,
            2 => once(&mut bid_size, item.optional_amount(field)?)?,
            3 => once(&mut ask, item.optional_amount(field)?)?,
            4 => once(&mut ask_size, item.optional_amount(field)?)?,
            5 => once(&mut version, item.id(field)?)?,
            _ => item.skip(field)?,
        }
    }
    if bid.is_none() && ask.is_none() {
        return Err(DecodeError::MissingField);
    }
    let quote = Quote {
        bid: bid.flatten(),
        bid_size: bid_size.flatten(),
        ask: ask.flatten(),
        ask_size: ask_size.flatten(),
        at: version.map_or(QuoteAt::Unknown, QuoteAt::Exactly),
    };
    batch.push(Message { body: Body::Quote(quote), ..*head });
    Ok(())
}

fn time_ns(ms: i64) -> Result<i64, DecodeError> {
    if ms < 0 {
        return Err(DecodeError::BadNumber);
    }
    time::from_ms(ms)
}

#[inline]
fn book(kind: BookKind, sequence: Sequence, depth: u32, mark: u32, batch: &Batch) -> Body {
    Body::Book(BookMessage { kind, levels: batch.since(mark), sequence, proof: Proof::None, depth })
}
