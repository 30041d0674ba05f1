//! Polymarket's market channel and the REST `/book` answer.
//!
//! Nothing is numbered. A `price_changes` entry names the best prices after it,
//! and a `book` that carries all ten fields of its hash can be checked on its
//! own. The hash inside an entry is over fields that the frame does not carry.
//!
//! An empty side: `best_bid` is `"0"` and `best_ask` is `"1"`, as prices that
//! stand strictly between 0 and 1 cannot be. `""` says nothing.
//!
//! Source: docs.polymarket.com, "Market Channel" and its migration guide of
//! 2025-09-15; py-clob-client `utilities.py` for the hash; read 2026-11.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote,
    QuoteAt, Sequence, Side, Span, TakerSide, Trade,
};
use crate::decimal::{self, Decimal};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;

use super::{source, token};

mod hash;
mod levels;
mod usual;

use levels::{delta, inside, levels, price_changes, side};

/// Decode one frame of the market channel: an event, or an array of events.
///
/// # Errors
/// The reason why nothing of the frame may be used.
#[inline]
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if decode_usual(frame, batch) {
        return Ok(());
    }
    any_frame(frame, batch)
}

/// Decode a price change as the venue spells it; `false`, and nothing is read, if
/// the frame is any other. It is ASCII without escapes where it is decoded.
#[inline]
pub fn decode_usual(frame: &[u8], batch: &mut Batch) -> bool {
    usual::frame(frame, batch).is_some()
}

/// As [`decode`], of any frame.
#[inline(never)]
fn any_frame(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let words = frame.trim_ascii();
    let control = match words {
        b"" => return Ok(()),
        b"PONG" => Some(Control::Pong),
        b"NO NEW ASSETS" => Some(Control::Ack),
        b"INVALID OPERATION" => Some(Control::Refused),
        _ => None,
    };
    if let Some(control) = control {
        batch.push_control(control, Span::of(frame, words));
        return Ok(());
    }
    let mut cursor = Cursor::new(frame);
    if cursor.next_kind()? == Next::Array {
        let mut events = cursor.array()?;
        while events.item(&mut cursor)? {
            event(&mut cursor, frame, batch)?;
        }
    } else {
        event(&mut cursor, frame, batch)?;
    }
    cursor.end()
}

/// Decode the body of `GET /book`.
///
/// # Errors
/// The reason why nothing of the body may be used; `UnknownMessage` for an error answer.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    decode(body, batch)?;
    match batch.messages() {
        [Message { body: Body::Book(book), .. }] if book.kind == BookKind::Snapshot => Ok(()),
        _ => Err(DecodeError::UnknownMessage),
    }
}

/// Read one event and put its messages into the batch.
fn event<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    match usual::event(cursor, frame, batch) {
        Some(()) => Ok(()),
        None => any_event(cursor, frame, batch),
    }
}

/// As [`event`], in any spelling.
#[inline(never)]
fn any_event<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut fields = Fields {
        messages_from: batch.messages().len(),
        levels_from: batch.mark(),
        ..Fields::default()
    };
    fields.read(cursor, frame, batch)?;
    fields.emit(frame, batch)
}

/// Which event it is; the venue's files leave `event_type` out at times.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Event {
    Book,
    PriceChange,
    LastTradePrice,
    TickSizeChange,
    BestBidAsk,
    /// A market was opened or resolved.
    Market,
    Error,
}

/// Everything that any of the events may hold.
#[derive(Default)]
struct Fields<'a> {
    event: Option<Event>,
    market: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    /// As it stands in the frame, quotes included; so the other fields of the hash.
    timestamp: Option<&'a [u8]>,
    hash: Option<&'a [u8]>,
    tick_size: Option<&'a [u8]>,
    order_size_min: Option<&'a [u8]>,
    neg_risk: Option<&'a [u8]>,
    last_trade_price: Option<&'a [u8]>,
    /// Where the arrays stand.
    bids: Option<usize>,
    asks: Option<usize>,
    price_changes: Option<()>,
    changes: Option<()>,
    price: Option<Decimal>,
    size: Option<Decimal>,
    side: Option<Side>,
    best_bid: Option<&'a [u8]>,
    best_ask: Option<&'a [u8]>,
    tick_size_new: Option<Decimal>,
    fee_rate: Option<()>,
    /// Somebody's own order or trade, of the user channel.
    owner: Option<()>,
    transaction: Option<&'a [u8]>,
    error: Option<&'a [u8]>,
    messages_from: usize,
    levels_from: u32,
}

impl<'a> Fields<'a> {
    fn read(
        &mut self,
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"event_type" => once(&mut self.event, event_type(cursor.string()?)?)?,
                b"market" => once(&mut self.market, token(cursor, frame)?)?,
                b"asset_id" => once(&mut self.symbol, token(cursor, frame)?)?,
                b"timestamp" => once(&mut self.timestamp, source(cursor, frame)?)?,
                b"price_changes" => {
                    once(&mut self.price_changes, ())?;
                    price_changes(cursor, frame, batch)?;
                }
                b"changes" => {
                    once(&mut self.changes, ())?;
                    levels(cursor, None, batch)?;
                }
                // The older captures name the sides by what the orders do.
                b"bids" | b"buys" => {
                    once(&mut self.bids, cursor.position())?;
                    levels(cursor, Some(Side::Bid), batch)?;
                }
                b"asks" | b"sells" => {
                    once(&mut self.asks, cursor.position())?;
                    levels(cursor, Some(Side::Ask), batch)?;
                }
                b"price" => once(&mut self.price, cursor.amount()?)?,
                b"size" => once(&mut self.size, cursor.amount()?)?,
                b"side" => once(&mut self.side, side(cursor.string()?)?)?,
                _ => self.read_rare(key, cursor, frame)?,
            }
        }
        Ok(())
    }

    /// Members that do not come in every frame of a busy market.
    fn read_rare(
        &mut self,
        key: &[u8],
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
    ) -> Result<(), DecodeError> {
        match key {
            b"hash" => once(&mut self.hash, source(cursor, frame)?),
            b"tick_size" => once(&mut self.tick_size, source(cursor, frame)?),
            b"min_order_size" => once(&mut self.order_size_min, source(cursor, frame)?),
            b"neg_risk" => once(&mut self.neg_risk, source(cursor, frame)?),
            b"last_trade_price" => once(&mut self.last_trade_price, source(cursor, frame)?),
            b"best_bid" => once(&mut self.best_bid, source(cursor, frame)?),
            b"best_ask" => once(&mut self.best_ask, source(cursor, frame)?),
            b"new_tick_size" => once(&mut self.tick_size_new, cursor.amount()?),
            b"transaction_hash" => once(&mut self.transaction, source(cursor, frame)?),
            b"error" => once(&mut self.error, source(cursor, frame)?),
            b"fee_rate_bps" => {
                once(&mut self.fee_rate, ())?;
                cursor.skip()
            }
            b"owner" => {
                once(&mut self.owner, ())?;
                cursor.skip()
            }
            _ => cursor.skip(),
        }
    }

    /// The event as it is named, else as its members tell.
    fn event(&self) -> Result<Event, DecodeError> {
        let is_book = self.bids.is_some() || self.asks.is_some();
        let is_change = self.price_changes.is_some() || self.changes.is_some();
        let event = match self.event {
            Some(event) => event,
            None if self.owner.is_some() => return Err(DecodeError::UnknownMessage),
            None if is_change => Event::PriceChange,
            None if is_book => Event::Book,
            None if self.tick_size_new.is_some() => Event::TickSizeChange,
            None if self.price.is_some() && self.fee_rate.is_some() => Event::LastTradePrice,
            None if self.error.is_some() => Event::Error,
            None => return Err(DecodeError::UnknownMessage),
        };
        // Levels that belong to another event would be lost in silence.
        let both = self.price_changes.is_some() && self.changes.is_some();
        if both || is_book != (event == Event::Book) || is_change && event != Event::PriceChange {
            return Err(DecodeError::UnknownMessage);
        }
        Ok(event)
    }

    fn emit(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let ts_event_ns = present(self.timestamp).map_or(Ok(0), time_of)?;
        let body = match self.event()? {
            Event::PriceChange if self.price_changes.is_some() => {
                batch.stamp(self.messages_from, ts_event_ns);
                return Ok(());
            }
            Event::PriceChange => self.change(batch)?,
            Event::Book => self.book(frame, batch)?,
            Event::LastTradePrice => self.trade()?,
            Event::TickSizeChange => Body::Tick(need(self.tick_size_new)?),
            Event::BestBidAsk => self.quote()?,
            Event::Market => Body::Control(Control::Status, span(frame, self.market)),
            Event::Error => Body::Control(Control::Refused, span(frame, self.error.map(unquoted))),
        };
        if !matches!(body, Body::Control(..)) {
            need(self.symbol)?;
        }
        let symbol = span(frame, self.symbol);
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
        Ok(())
    }

    fn book(&self, frame: &[u8], batch: &Batch) -> Result<Body, DecodeError> {
        need(self.bids)?;
        need(self.asks)?;
        let levels = batch.since(self.levels_from);
        let proof = match self.preimage() {
            Some((preimage, hash)) => Proof::Hash { matches: preimage.matches(frame, hash)? },
            None => Proof::None,
        };
        Ok(Body::Book(BookMessage {
            kind: BookKind::Snapshot,
            levels,
            sequence: Sequence::Unnumbered,
            proof,
            depth: 0,
        }))
    }

    /// What the hash is over, if the frame carries all of it, and the hash.
    fn preimage(&self) -> Option<(hash::Preimage<'a>, &'a [u8])> {
        let preimage = hash::Preimage {
            market: self.market?,
            asset_id: self.symbol?,
            timestamp: present(self.timestamp)?,
            bids: self.bids?,
            asks: self.asks?,
            order_size_min: present(self.order_size_min)?,
            tick_size: present(self.tick_size)?,
            neg_risk: present(self.neg_risk)?,
            last_trade_price: present(self.last_trade_price)?,
        };
        Some((preimage, present(self.hash)?))
    }

    /// A change in one of the two forms before 2025-09-15.
    fn change(&self, batch: &mut Batch) -> Result<Body, DecodeError> {
        if self.changes.is_none() {
            batch.push_level(Level {
                side: need(self.side)?,
                price: need(self.price)?,
                size: need(self.size)?,
            })?;
        }
        Ok(delta(batch, self.levels_from, Proof::None))
    }

    fn trade(&self) -> Result<Body, DecodeError> {
        let taker = match need(self.side)? {
            Side::Bid => TakerSide::Buy,
            Side::Ask => TakerSide::Sell,
        };
        // The trade has no id of its own; several may share a transaction.
        let id = present(self.transaction).map_or(0, trade_id);
        Ok(Body::Trade(Trade {
            price: need(self.price)?,
            size: need(self.size)?,
            taker: Some(taker),
            id,
        }))
    }

    fn quote(&self) -> Result<Body, DecodeError> {
        Ok(Body::Quote(Quote {
            bid: best(need(self.best_bid)?)?,
            bid_size: None,
            ask: best(need(self.best_ask)?)?,
            ask_size: None,
            at: QuoteAt::Unknown,
        }))
    }
}

fn event_type(word: &[u8]) -> Result<Event, DecodeError> {
    match word {
        b"price_change" => Ok(Event::PriceChange),
        b"book" => Ok(Event::Book),
        b"last_trade_price" => Ok(Event::LastTradePrice),
        b"tick_size_change" => Ok(Event::TickSizeChange),
        b"best_bid_ask" => Ok(Event::BestBidAsk),
        b"new_market" | b"market_resolved" => Ok(Event::Market),
        _ => Err(DecodeError::UnknownMessage),
    }
}

/// Milliseconds, as the digits of text or of a number; `""` is no time.
#[inline]
fn time_of(text: &[u8]) -> Result<i64, DecodeError> {
    if text.is_empty() {
        return Ok(0);
    }
    let ms = decimal::parse(text)?.at_scale(0).map_err(|_| DecodeError::BadNumber)?;
    if ms < 0 {
        return Err(DecodeError::BadNumber);
    }
    time::from_ms(ms)
}

/// The text of a field that is there and is not `null`.
#[inline]
fn present(field: Option<&[u8]>) -> Option<&[u8]> {
    field.filter(|text| *text != b"null").map(unquoted)
}

/// A scalar without the quotes around it.
#[inline]
fn unquoted(source: &[u8]) -> &[u8] {
    source.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(source)
}

/// A best price beside the book; `""` and `null` say nothing.
fn best(source: &[u8]) -> Result<Option<Decimal>, DecodeError> {
    match present(Some(source)) {
        None | Some(b"") => Ok(None),
        Some(text) => Ok(inside(decimal::parse(text)?)),
    }
}

fn span(frame: &[u8], part: Option<&[u8]>) -> Span {
    part.map_or_else(Span::default, |part| Span::of(frame, part))
}
