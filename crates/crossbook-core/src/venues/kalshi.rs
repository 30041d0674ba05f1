//! Kalshi's websocket and the REST order book answer.
//!
//! The venue sends bids only, of YES and of NO. A bid for one leg at p is an
//! offer of the other at 1 - p, so each message becomes one for either leg.
//!
//! With `use_yes_price` the NO levels would be quoted as YES prices, and no
//! frame says so. Subscriptions must ask for `false`, which is read here.
//!
//! Source: docs.kalshi.com, `AsyncAPI` 2.0.0 and "Fixed-Point Migration", read 2026-11.

use crate::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote,
    QuoteAt, Sequence, Side, Span, StreamNumber, TakerSide, Trade,
};
use crate::decimal::{Decimal, DECIMALS_MAX};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor};

use super::{source, token};

mod clock;
mod levels;
mod usual;

use clock::Clock;
use levels::Sides;

/// Decode one frame of the websocket.
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

/// Decode a delta as the venue spells it; `false`, and nothing is read, if the
/// frame is any other. It is ASCII without escapes where it is decoded.
#[inline]
pub fn decode_usual(frame: &[u8], batch: &mut Batch) -> bool {
    usual::delta(frame, batch).is_some()
}

/// As [`decode`], of any frame.
#[inline(never)]
fn any_frame(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let mut envelope = Envelope::default();
    envelope.read(&mut cursor, frame, batch)?;
    cursor.end()?;
    envelope.finish(frame, batch)
}

/// Decode the body of `GET /markets/{ticker}/orderbook`. It names no ticker.
///
/// # Errors
/// The reason why nothing of the body may be used; `UnknownMessage` for an error answer.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(body);
    let (mut fixed_point, mut legacy) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        match key {
            b"orderbook_fp" => once(&mut fixed_point, cursor.position())?,
            b"orderbook" => once(&mut legacy, cursor.position())?,
            _ => {}
        }
        cursor.skip()?;
    }
    cursor.end()?;
    let position = fixed_point.or(legacy).ok_or(DecodeError::UnknownMessage)?;
    let mut cursor = cursor.at(position);
    let mut sides = Sides::default();
    let mut members = cursor.object()?;
    while let Some(key) = members.key(&mut cursor)? {
        if !sides.read(key, &mut cursor)? {
            cursor.skip()?;
        }
    }
    snapshot(&sides, Span::default(), 0, body, batch)
}

/// What a frame's `type` says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Snapshot,
    Delta,
    Ticker,
    Trade,
    Ack,
    Refused,
    /// The state of a market or of an event changed.
    Lifecycle,
    Unused,
}

impl Kind {
    fn named(word: &[u8]) -> Result<Self, DecodeError> {
        Ok(match word {
            b"orderbook_delta" => Self::Delta,
            b"orderbook_snapshot" => Self::Snapshot,
            b"ticker" | b"ticker_v2" => Self::Ticker,
            b"trade" => Self::Trade,
            b"subscribed" | b"unsubscribed" | b"ok" => Self::Ack,
            b"error" => Self::Refused,
            b"market_lifecycle_v2"
            | b"market_lifecycle"
            | b"event_lifecycle"
            | b"event_fee_update"
            | b"multivariate_market_lifecycle" => Self::Lifecycle,
            b"fill"
            | b"user_order"
            | b"market_position"
            | b"order_group_updates"
            | b"communications"
            | b"multivariate_lookup"
            | b"rfq_created"
            | b"rfq_deleted"
            | b"quote_created"
            | b"quote_accepted"
            | b"quote_executed"
            | b"cfbenchmarks_value"
            | b"cfbenchmarks_value_5hz"
            | b"pyth_value" => Self::Unused,
            _ => return Err(DecodeError::UnknownMessage),
        })
    }
}

/// Where the `msg` of a frame is.
enum Content {
    /// Read into the batch.
    Read,
    /// Here; its type came later.
    At(usize),
}

/// The members of a frame.
#[derive(Default)]
struct Envelope {
    kind: Option<Kind>,
    content: Option<Content>,
    stream: Option<u32>,
    number: Option<i64>,
}

impl Envelope {
    fn read<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match (key, self.kind) {
                (b"type", _) => once(&mut self.kind, Kind::named(cursor.string()?)?)?,
                (b"sid", _) => {
                    let id = u32::try_from(cursor.id()?).map_err(|_| DecodeError::NumberRange)?;
                    once(&mut self.stream, id)?;
                }
                (b"seq", _) => once(&mut self.number, cursor.id()?)?,
                (b"msg", Some(kind)) => {
                    once(&mut self.content, Content::Read)?;
                    content(kind, cursor, frame, batch)?;
                }
                (b"msg", None) => {
                    once(&mut self.content, Content::At(cursor.position()))?;
                    cursor.skip()?;
                }
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    fn finish(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let kind = self.kind.ok_or(DecodeError::UnknownMessage)?;
        if matches!(kind, Kind::Snapshot | Kind::Delta) {
            need(self.stream)?;
            need(self.number)?;
        }
        if let (Some(stream), Some(number)) = (self.stream, self.number) {
            batch.set_stream(StreamNumber { stream, number, first: 1 });
        }
        match (self.content, kind) {
            (Some(Content::Read), _) => Ok(()),
            (Some(Content::At(position)), _) => {
                content(kind, &mut Cursor::new(frame).at(position), frame, batch)
            }
            // `unsubscribed` says all in its envelope.
            (None, Kind::Ack) => {
                batch.push_control(Control::Ack, Span::default());
                Ok(())
            }
            (None, _) => Err(DecodeError::MissingField),
        }
    }
}

fn content<'a>(
    kind: Kind,
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    match kind {
        Kind::Delta => delta(cursor, frame, batch),
        Kind::Snapshot => snapshot_message(cursor, frame, batch),
        Kind::Ticker => ticker(cursor, frame, batch),
        Kind::Trade => trade(cursor, frame, batch),
        Kind::Ack => answer(Control::Ack, cursor, frame, batch),
        Kind::Refused => answer(Control::Refused, cursor, frame, batch),
        Kind::Lifecycle => lifecycle(cursor, frame, batch),
        Kind::Unused => {
            batch.push_control(Control::Unused, Span::default());
            cursor.skip()
        }
    }
}

/// Push the two messages of one event: that of the YES leg, then that of the NO leg.
#[inline]
fn push_legs(batch: &mut Batch, symbol: Span, ts_event_ns: i64, yes: Body, no: Body) {
    batch.push(Message { symbol, outcome: Outcome::Yes, ts_event_ns, body: yes });
    batch.push(Message { symbol, outcome: Outcome::No, ts_event_ns, body: no });
}

fn snapshot_message<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut sides = Sides::default();
    let (mut ticker, mut clock) = (None, Clock::default());
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"market_ticker" => once(&mut ticker, cursor.string()?)?,
            _ if sides.read(key, cursor)? || clock.read(key, cursor, frame)? => {}
            _ => cursor.skip()?,
        }
    }
    let symbol = Span::of(frame, need(ticker)?);
    snapshot(&sides, symbol, clock.ns()?, frame, batch)
}

fn snapshot(
    sides: &Sides,
    symbol: Span,
    ts_event_ns: i64,
    frame: &[u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let start = batch.mark();
    sides.push(frame, batch)?;
    let middle = batch.mark();
    levels::mirror(start..middle, batch)?;
    let [yes, no] = [start..middle, batch.since(middle)].map(|levels| {
        Body::Book(BookMessage {
            kind: BookKind::Snapshot,
            levels,
            sequence: Sequence::Unnumbered,
            proof: Proof::None,
            depth: 0,
        })
    });
    push_legs(batch, symbol, ts_event_ns, yes, no);
    Ok(())
}

fn delta<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut ticker, mut leg, mut clock) = (None, None, Clock::default());
    let (mut dollars, mut cents, mut change, mut whole) = (None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"market_ticker" => once(&mut ticker, cursor.string()?)?,
            b"price_dollars" => once(&mut dollars, cursor.amount()?)?,
            b"delta_fp" => once(&mut change, cursor.decimal()?)?,
            b"side" => once(&mut leg, outcome(cursor.string()?)?)?,
            b"price" => once(&mut cents, from_cents(cursor.amount()?)?)?,
            b"delta" => once(&mut whole, cursor.decimal()?)?,
            _ if clock.read(key, cursor, frame)? => {}
            _ => cursor.skip()?,
        }
    }
    let price = need(dollars.or(cents))?;
    let size = need(change.or(whole))?;
    let symbol = Span::of(frame, need(ticker)?);
    push_delta(batch, symbol, clock.ns()?, need(leg)?, price, size)
}

/// Push what a change of the bids of one leg is for the books of both.
#[inline]
fn push_delta(
    batch: &mut Batch,
    symbol: Span,
    ts_event_ns: i64,
    leg: Outcome,
    price: Decimal,
    size: Decimal,
) -> Result<(), DecodeError> {
    let bid = Level { side: Side::Bid, price, size };
    let ask = Level { side: Side::Ask, price: price.complement()?, size };
    let (yes, no) = if leg == Outcome::Yes { (bid, ask) } else { (ask, bid) };
    let start = batch.mark();
    batch.push_level(yes)?;
    batch.push_level(no)?;
    let [yes, no] = [start..start + 1, start + 1..start + 2].map(|levels| {
        Body::Book(BookMessage {
            kind: BookKind::Change,
            levels,
            sequence: Sequence::Unnumbered,
            proof: Proof::None,
            depth: 0,
        })
    });
    push_legs(batch, symbol, ts_event_ns, yes, no);
    Ok(())
}

fn outcome(word: &[u8]) -> Result<Outcome, DecodeError> {
    match word {
        b"yes" => Ok(Outcome::Yes),
        b"no" => Ok(Outcome::No),
        _ => Err(DecodeError::UnknownWord),
    }
}

/// Best prices of the YES leg; those of the NO leg are their complements.
fn ticker<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut ticker, mut clock) = (None, Clock::default());
    let (mut bid, mut bid_size, mut ask, mut ask_size) = (None, None, None, None);
    let (mut bid_cents, mut ask_cents) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"market_ticker" => once(&mut ticker, cursor.string()?)?,
            b"yes_bid_dollars" => once(&mut bid, cursor.optional_amount()?)?,
            b"yes_ask_dollars" => once(&mut ask, cursor.optional_amount()?)?,
            b"yes_bid_size_fp" => once(&mut bid_size, cursor.optional_amount()?)?,
            b"yes_ask_size_fp" => once(&mut ask_size, cursor.optional_amount()?)?,
            b"yes_bid" => once(&mut bid_cents, optional_cents(cursor)?)?,
            b"yes_ask" => once(&mut ask_cents, optional_cents(cursor)?)?,
            _ if clock.read(key, cursor, frame)? => {}
            _ => cursor.skip()?,
        }
    }
    let symbol = Span::of(frame, need(ticker)?);
    let (bid, ask) = (bid.or(bid_cents), ask.or(ask_cents));
    if bid.is_none() && ask.is_none() {
        batch.push_control(Control::Unused, Span::default());
        return Ok(());
    }
    let yes = Quote {
        bid: bid.flatten().filter(|price| inside(*price)),
        bid_size: bid_size.flatten(),
        ask: ask.flatten().filter(|price| inside(*price)),
        ask_size: ask_size.flatten(),
        at: QuoteAt::Unknown,
    };
    let no = Quote {
        bid: yes.ask.map(Decimal::complement).transpose()?,
        bid_size: yes.ask_size,
        ask: yes.bid.map(Decimal::complement).transpose()?,
        ask_size: yes.bid_size,
        at: QuoteAt::Unknown,
    };
    push_legs(batch, symbol, clock.ns()?, Body::Quote(yes), Body::Quote(no));
    Ok(())
}

/// Whether a best price can be one: the venue writes 0 and 1 for an empty side.
fn inside(price: Decimal) -> bool {
    price.mantissa > 0 && price.complement().is_ok_and(|rest| rest.mantissa > 0)
}

/// A trade of both legs: who bought one has sold the other to the venue's pair.
fn trade<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut ticker, mut id, mut clock) = (None, None, Clock::default());
    let (mut yes, mut no, mut yes_cents, mut no_cents) = (None, None, None, None);
    let (mut size, mut whole, mut bought, mut bought_before) = (None, None, None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"market_ticker" => once(&mut ticker, cursor.string()?)?,
            b"trade_id" => once(&mut id, token(cursor, frame)?)?,
            b"yes_price_dollars" => once(&mut yes, cursor.amount()?)?,
            b"no_price_dollars" => once(&mut no, cursor.amount()?)?,
            b"count_fp" => once(&mut size, cursor.amount()?)?,
            b"taker_outcome_side" => once(&mut bought, outcome(cursor.string()?)?)?,
            b"taker_side" => once(&mut bought_before, outcome(cursor.string()?)?)?,
            b"yes_price" => once(&mut yes_cents, from_cents(cursor.amount()?)?)?,
            b"no_price" => once(&mut no_cents, from_cents(cursor.amount()?)?)?,
            b"count" => once(&mut whole, cursor.amount()?)?,
            _ if clock.read(key, cursor, frame)? => {}
            _ => cursor.skip()?,
        }
    }
    let yes_price = need(yes.or(yes_cents))?;
    let no_price = no.or(no_cents).map_or_else(|| yes_price.complement(), Ok)?;
    let size = need(size.or(whole))?;
    let id = id.map_or(0, trade_id);
    let taker = |leg| {
        bought.or(bought_before).map(|b| if b == leg { TakerSide::Buy } else { TakerSide::Sell })
    };
    let yes = Trade { price: yes_price, size, taker: taker(Outcome::Yes), id };
    let no = Trade { price: no_price, size, taker: taker(Outcome::No), id };
    let symbol = Span::of(frame, need(ticker)?);
    push_legs(batch, symbol, clock.ns()?, Body::Trade(yes), Body::Trade(no));
    Ok(())
}

/// An answer to a command: its content is its text.
fn answer<'a>(
    control: Control,
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let text = source(cursor, frame)?;
    batch.push_control(control, Span::of(frame, text));
    Ok(())
}

/// A change of state of a market, or of an event: what happened is the text.
fn lifecycle<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let (mut market, mut event) = (None, None);
    let (mut change, mut clock) = (None, Clock::default());
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"market_ticker" => once(&mut market, cursor.string()?)?,
            b"event_ticker" => once(&mut event, cursor.string()?)?,
            b"event_type" => once(&mut change, cursor.string()?)?,
            _ if clock.read(key, cursor, frame)? => {}
            _ => cursor.skip()?,
        }
    }
    let span = |part: Option<&[u8]>| part.map_or_else(Span::default, |part| Span::of(frame, part));
    batch.push(Message {
        symbol: span(market.or(event)),
        outcome: Outcome::Whole,
        ts_event_ns: clock.ns()?,
        body: Body::Control(Control::Status, span(change)),
    });
    Ok(())
}

fn optional_cents(cursor: &mut Cursor<'_>) -> Result<Option<Decimal>, DecodeError> {
    cursor.optional_amount()?.map(from_cents).transpose()
}

/// A price in cents as one in dollars.
fn from_cents(cents: Decimal) -> Result<Decimal, DecodeError> {
    let decimals = cents.decimals + 2;
    if decimals > DECIMALS_MAX {
        return Err(DecodeError::NumberRange);
    }
    Ok(Decimal { mantissa: cents.mantissa, decimals })
}
