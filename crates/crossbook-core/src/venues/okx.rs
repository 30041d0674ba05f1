//! OKX v5 public market streams and the REST order book answer.
//!
//! The checksum of a book is the constant 0 since June 2026 and proves nothing
//! then. A ticker cannot be joined to the book: neither names the other's
//! number, and by venue time its prices are older than the book of that time
//! (in a recorded session they stood still for three seconds of a moving book).
//!
//! Source: OKX API v5 guide, "Order Book Trading / Market Data", its changelog,
//! and the notice of 2026-05-21 on the book checksum, read 2026-11.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Message, Outcome, Proof, Quote, QuoteAt,
    Sequence, Side, Span, TakerSide, Trade,
};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor};
use crate::time;

use super::{pairs, token};

/// Levels a side of the full book channels.
const DEPTH_FULL: u32 = 400;

/// Decode one frame of a public stream.
///
/// # Errors
/// The reason why nothing of the frame may be used.
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if frame.trim_ascii() == b"pong" {
        batch.push_control(Control::Pong, Span::of(frame, frame.trim_ascii()));
        return Ok(());
    }
    let mut cursor = Cursor::new(frame);
    let mut envelope = Envelope::default();
    envelope.read(&mut cursor, frame, batch)?;
    cursor.end()?;
    envelope.finish(frame, batch)
}

/// Decode the body of `GET /api/v5/market/books`. It names no symbol.
///
/// # Errors
/// The reason why nothing of the body may be used; `UnknownMessage` for an error answer.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(body);
    let (mut code, mut data) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"code" => once(&mut code, token(&mut cursor, body)?)?,
            b"data" => {
                once(&mut data, ())?;
                let mut items = cursor.array()?;
                while items.item(&mut cursor)? {
                    book(&mut cursor, batch, Span::default(), BookKind::Snapshot, DEPTH_FULL)?;
                }
            }
            _ => cursor.skip()?,
        }
    }
    cursor.end()?;
    if need(code)? != b"0" {
        return Err(DecodeError::UnknownMessage);
    }
    need(data)?;
    match batch.messages() {
        [_] => Ok(()),
        [] => Err(DecodeError::MissingField),
        _ => Err(DecodeError::UnknownMessage),
    }
}

/// What a channel carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    /// A book of so many levels a side: a snapshot, then updates.
    Book(u32),
    /// The best levels, whole in every message.
    Top(u32),
    Trades,
    Tickers,
    /// The state of the venue or of an instrument.
    Status,
    Unused,
    Unknown,
}

impl Channel {
    fn named(name: &[u8]) -> Self {
        match name {
            b"books" | b"books-l2-tbt" => Self::Book(DEPTH_FULL),
            b"books50-l2-tbt" => Self::Book(50),
            b"books5" => Self::Top(5),
            b"bbo-tbt" => Self::Top(1),
            b"trades" | b"trades-all" => Self::Trades,
            b"tickers" => Self::Tickers,
            b"status" | b"instruments" => Self::Status,
            b"price-limit"
            | b"open-interest"
            | b"funding-rate"
            | b"opt-summary"
            | b"estimated-price"
            | b"liquidation-orders"
            | b"adl-warning"
            | b"option-trades"
            | b"economic-calendar" => Self::Unused,
            _ if [&b"candle"[..], b"mark-price", b"index-"]
                .iter()
                .any(|family| name.starts_with(family)) =>
            {
                Self::Unused
            }
            _ => Self::Unknown,
        }
    }
}

/// Where the data of a frame is.
enum Data {
    /// Read into the batch.
    Read,
    /// Here; what says how to read it came later.
    At(usize),
}

/// The members of a frame.
#[derive(Default)]
struct Envelope<'a> {
    arg: Option<()>,
    channel: Option<Channel>,
    channel_name: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    action: Option<BookKind>,
    data: Option<Data>,
    event: Option<&'a [u8]>,
    code: Option<&'a [u8]>,
    text: Option<&'a [u8]>,
}

impl<'a> Envelope<'a> {
    fn read(
        &mut self,
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"arg" => self.argument(cursor)?,
                b"action" => once(&mut self.action, action(cursor.string()?)?)?,
                b"data" => self.data_or_its_place(cursor, frame, batch)?,
                b"event" => once(&mut self.event, cursor.string()?)?,
                b"code" => once(&mut self.code, token(cursor, frame)?)?,
                b"msg" => once(&mut self.text, cursor.string()?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    fn argument(&mut self, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        once(&mut self.arg, ())?;
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"channel" => {
                    let name = cursor.string()?;
                    once(&mut self.channel_name, name)?;
                    self.channel = Some(Channel::named(name));
                }
                b"instId" => once(&mut self.symbol, cursor.string()?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Read the data at once if everything that it depends on is known.
    fn data_or_its_place(
        &mut self,
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let ready = match self.channel {
            None => false,
            Some(Channel::Book(_)) => self.action.is_some(),
            Some(_) => true,
        };
        if ready {
            once(&mut self.data, Data::Read)?;
            return self.items(cursor, frame, batch);
        }
        once(&mut self.data, Data::At(cursor.position()))?;
        cursor.skip()
    }

    fn finish(self, frame: &'a [u8], batch: &mut Batch) -> Result<(), DecodeError> {
        if let Some(event) = self.event {
            return self.answer(event, frame, batch);
        }
        match self.data {
            None => Err(DecodeError::UnknownMessage),
            Some(Data::Read) => Ok(()),
            Some(Data::At(position)) => {
                self.items(&mut Cursor::new(frame).at(position), frame, batch)
            }
        }
    }

    /// A message that carries an `event` instead of data.
    fn answer(&self, event: &[u8], frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let control = match event {
            b"subscribe" | b"unsubscribe" | b"login" => Control::Ack,
            b"error" | b"channel-conn-count-error" => Control::Refused,
            // An upgrade of the server: it closes the connection within a minute.
            b"notice" if self.code == Some(b"64008") => Control::Closing,
            b"notice" => Control::Status,
            b"channel-conn-count" => Control::Unused,
            _ => return Err(DecodeError::UnknownMessage),
        };
        let text = self.text.or(self.channel_name);
        batch.push(Message {
            symbol: span(frame, self.symbol),
            outcome: Outcome::Whole,
            ts_event_ns: 0,
            body: Body::Control(control, span(frame, text)),
        });
        Ok(())
    }

    /// Read the array of data into one message an item.
    fn items(
        &self,
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let channel = self.channel.ok_or(DecodeError::UnknownMessage)?;
        let control = match channel {
            Channel::Unknown => return Err(DecodeError::UnknownMessage),
            Channel::Status => Control::Status,
            _ => Control::Unused,
        };
        if matches!(channel, Channel::Status | Channel::Unused) {
            batch.push_control(control, span(frame, self.channel_name));
            return cursor.skip();
        }
        let symbol = Span::of(frame, need(self.symbol)?);
        let mut items = cursor.array()?;
        while items.item(cursor)? {
            match channel {
                Channel::Book(depth) => book(cursor, batch, symbol, need(self.action)?, depth)?,
                Channel::Top(depth) => book(cursor, batch, symbol, BookKind::Snapshot, depth)?,
                Channel::Trades => trade(cursor, frame, batch, symbol)?,
                _ => ticker(cursor, batch, symbol)?,
            }
        }
        Ok(())
    }
}

fn span(frame: &[u8], part: Option<&[u8]>) -> Span {
    part.map_or_else(Span::default, |part| Span::of(frame, part))
}

fn action(word: &[u8]) -> Result<BookKind, DecodeError> {
    match word {
        b"snapshot" => Ok(BookKind::Snapshot),
        b"update" => Ok(BookKind::Delta),
        _ => Err(DecodeError::UnknownWord),
    }
}

fn book(
    cursor: &mut Cursor<'_>,
    batch: &mut Batch,
    symbol: Span,
    kind: BookKind,
    depth: u32,
) -> Result<(), DecodeError> {
    let levels_from = batch.mark();
    let (mut asks, mut bids) = (None, None);
    let (mut ms, mut checksum, mut previous, mut id) = (None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"asks" => {
                once(&mut asks, ())?;
                pairs(cursor, Side::Ask, batch)?;
            }
            b"bids" => {
                once(&mut bids, ())?;
                pairs(cursor, Side::Bid, batch)?;
            }
            b"ts" => once(&mut ms, cursor.id()?)?,
            b"checksum" => once(&mut checksum, cursor.integer()?)?,
            // -1 in a snapshot: nothing comes before it.
            b"prevSeqId" => once(&mut previous, cursor.integer()?)?,
            b"seqId" => once(&mut id, cursor.integer()?)?,
            _ => cursor.skip()?,
        }
    }
    need(asks)?;
    need(bids)?;
    let sequence = match (kind, previous, id) {
        (BookKind::Snapshot, _, Some(id)) => Sequence::Base(id),
        (BookKind::Snapshot, _, None) | (_, None, None) => Sequence::Unnumbered,
        (_, Some(previous), Some(id)) => Sequence::Link { previous, id },
        _ => return Err(DecodeError::MissingField),
    };
    let levels = batch.since(levels_from);
    batch.push(Message {
        symbol,
        outcome: Outcome::Whole,
        ts_event_ns: time::from_ms(need(ms)?)?,
        body: Body::Book(BookMessage { kind, levels, sequence, proof: proof(checksum)?, depth }),
    });
    Ok(())
}

fn proof(checksum: Option<i64>) -> Result<Proof, DecodeError> {
    match checksum {
        None | Some(0) => Ok(Proof::None),
        Some(value) => {
            i32::try_from(value).map(Proof::OkxChecksum).map_err(|_| DecodeError::NumberRange)
        }
    }
}

fn trade<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
    symbol: Span,
) -> Result<(), DecodeError> {
    let (mut id, mut price, mut size, mut taker, mut ms) = (None, None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"tradeId" => once(&mut id, token(cursor, frame)?)?,
            b"px" => once(&mut price, cursor.amount()?)?,
            b"sz" => once(&mut size, cursor.amount()?)?,
            b"side" => once(&mut taker, taker_side(cursor.string()?)?)?,
            b"ts" => once(&mut ms, cursor.id()?)?,
            _ => cursor.skip()?,
        }
    }
    batch.push(Message {
        symbol,
        outcome: Outcome::Whole,
        ts_event_ns: time::from_ms(need(ms)?)?,
        body: Body::Trade(Trade {
            price: need(price)?,
            size: need(size)?,
            taker: Some(need(taker)?),
            id: trade_id(need(id)?),
        }),
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

/// Best prices of a ticker; text without digits means that a side is empty.
fn ticker(cursor: &mut Cursor<'_>, batch: &mut Batch, symbol: Span) -> Result<(), DecodeError> {
    let (mut bid, mut bid_size, mut ask, mut ask_size) = (None, None, None, None);
    let mut ms = None;
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"bidPx" => once(&mut bid, cursor.optional_amount()?)?,
            b"bidSz" => once(&mut bid_size, cursor.optional_amount()?)?,
            b"askPx" => once(&mut ask, cursor.optional_amount()?)?,
            b"askSz" => once(&mut ask_size, cursor.optional_amount()?)?,
            b"ts" => once(&mut ms, cursor.id()?)?,
            _ => cursor.skip()?,
        }
    }
    batch.push(Message {
        symbol,
        outcome: Outcome::Whole,
        ts_event_ns: time::from_ms(need(ms)?)?,
        body: Body::Quote(Quote {
            bid: need(bid)?,
            bid_size: bid_size.flatten(),
            ask: need(ask)?,
            ask_size: ask_size.flatten(),
            at: QuoteAt::Unknown,
        }),
    });
    Ok(())
}
