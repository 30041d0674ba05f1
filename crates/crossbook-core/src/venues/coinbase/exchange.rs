//! The Exchange feed: flat objects with a `type`. The book's messages have no number.

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Level, Message, Outcome, Proof, Quote, QuoteAt,
    Sequence, Side, Span, Trade,
};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::{need, once, Cursor};
use crate::time;
use crate::venues::{each, field, pairs};

use super::{advanced, taker, Best};

/// Decode one frame.
#[inline]
pub(super) fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    if decode_usual(frame, batch) {
        return Ok(());
    }
    let mark = batch.mark();
    let mut cursor = Cursor::new(frame);
    let mut fields = Fields { levels_from: mark, ..Fields::default() };
    fields.read(&mut cursor, batch)?;
    cursor.end()?;
    if fields.channel.is_some() {
        batch.forget_since(mark);
        return advanced::decode(frame, batch);
    }
    fields.emit(frame, batch)
}

/// Decode an `l2update` in its usual spelling; `false`, and nothing is read, if it has another.
#[inline]
pub(super) fn decode_usual(frame: &[u8], batch: &mut Batch) -> bool {
    let mark = batch.mark();
    let is_read = usual_update(frame, batch).is_some();
    if !is_read {
        batch.forget_since(mark);
    }
    is_read
}

/// Read an `l2update` in its usual spelling; `None` if it has another.
#[inline]
fn usual_update(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let mark = batch.mark();
    let mut cursor = Cursor::new(frame);
    cursor.take(b"{\"type\":\"l2update\",\"product_id\":\"")?;
    let symbol = Span::of(frame, cursor.plain()?);
    cursor.take(b"\",\"changes\":[[\"")?;
    loop {
        let side = match cursor.take(b"buy\",\"") {
            Some(()) => Side::Bid,
            None => cursor.take(b"sell\",\"").map(|()| Side::Ask)?,
        };
        let price = cursor.plain_amount()?;
        cursor.take(b"\",\"")?;
        let size = cursor.plain_amount()?;
        batch.push_level(Level { side, price, size }).ok()?;
        if cursor.take(b"\"]],\"time\":\"").is_some() {
            break;
        }
        cursor.take(b"\"],[\"")?;
    }
    let ts_event_ns = time::from_rfc3339(cursor.plain()?).ok()?;
    cursor.take(b"\"}")?;
    cursor.end().ok()?;
    let body = book(BookKind::Delta, mark, batch);
    batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
    Some(())
}

#[inline]
fn book(kind: BookKind, levels_from: u32, batch: &Batch) -> Body {
    Body::Book(BookMessage {
        kind,
        levels: batch.since(levels_from),
        sequence: Sequence::Unnumbered,
        proof: Proof::None,
        depth: 0,
    })
}

/// Everything that any of the messages may hold.
#[derive(Default)]
struct Fields<'a> {
    channel: Option<()>,
    kind: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    time: Option<&'a [u8]>,
    changes: Option<()>,
    bids: Option<()>,
    asks: Option<()>,
    side: Option<&'a [u8]>,
    price: Option<Decimal>,
    size: Option<Decimal>,
    trade: Option<i64>,
    bid: Option<Best>,
    bid_size: Option<Decimal>,
    ask: Option<Best>,
    ask_size: Option<Decimal>,
    message: Option<&'a [u8]>,
    reason: Option<&'a [u8]>,
    levels_from: u32,
}

impl<'a> Fields<'a> {
    #[inline]
    fn read(&mut self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"type" => once(&mut self.kind, cursor.string()?)?,
                // Wherever it stands, the frame is of Advanced Trade.
                b"channel" => once(&mut self.channel, cursor.skip()?)?,
                b"product_id" => once(&mut self.symbol, cursor.string()?)?,
                b"time" => once(&mut self.time, cursor.string()?)?,
                b"changes" => once(&mut self.changes, read_changes(cursor, batch)?)?,
                b"bids" => once(&mut self.bids, pairs(cursor, Side::Bid, batch)?)?,
                b"asks" => once(&mut self.asks, pairs(cursor, Side::Ask, batch)?)?,
                b"side" => once(&mut self.side, cursor.string()?)?,
                b"price" => once(&mut self.price, cursor.amount()?)?,
                b"size" => once(&mut self.size, cursor.amount()?)?,
                b"trade_id" => once(&mut self.trade, cursor.id()?)?,
                b"best_bid" => once(&mut self.bid, Best::read(cursor)?)?,
                b"best_bid_size" => once(&mut self.bid_size, cursor.amount()?)?,
                b"best_ask" => once(&mut self.ask, Best::read(cursor)?)?,
                b"best_ask_size" => once(&mut self.ask_size, cursor.amount()?)?,
                b"message" => once(&mut self.message, cursor.string()?)?,
                b"reason" => once(&mut self.reason, cursor.string()?)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// Turn what was read into one message.
    #[inline]
    fn emit(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let ts_event_ns = self.time.map_or(Ok(0), time::from_rfc3339)?;
        let body = match need(self.kind)? {
            b"l2update" => {
                need(self.symbol)?;
                need(self.changes)?;
                book(BookKind::Delta, self.levels_from, batch)
            }
            b"snapshot" => {
                need(self.symbol)?;
                need(self.bids)?;
                need(self.asks)?;
                book(BookKind::Snapshot, self.levels_from, batch)
            }
            b"ticker" => self.ticker(ts_event_ns)?,
            b"match" | b"last_match" => self.trade()?,
            b"heartbeat" => Body::Control(Control::Heartbeat, Span::default()),
            b"subscriptions" => Body::Control(Control::Ack, Span::default()),
            b"status" => Body::Control(Control::Status, Span::default()),
            b"error" => {
                // The message says that it failed, the reason why.
                let text = self.reason.or(self.message);
                let text = text.map_or_else(Span::default, |text| Span::of(frame, text));
                Body::Control(Control::Refused, text)
            }
            // Single orders of the full channel, auctions, and private ones.
            b"received" | b"open" | b"done" | b"change" | b"activate" | b"auction"
            | b"rfq_match" | b"balance" => Body::Control(Control::Unused, Span::default()),
            _ => return Err(DecodeError::UnknownMessage),
        };
        let symbol = self.symbol.map_or_else(Span::default, |name| Span::of(frame, name));
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns, body });
        Ok(())
    }

    fn trade(&self) -> Result<Body, DecodeError> {
        need(self.symbol)?;
        Ok(Body::Trade(Trade {
            price: need(self.price)?,
            size: need(self.size)?,
            taker: Some(taker(need(self.side)?)?),
            id: need(self.trade)?.cast_unsigned(),
        }))
    }

    /// The best prices after a trade.
    ///
    /// An order that takes from several makers sends, for each of them, the
    /// changed level and then a ticker, all of one time. So a ticker holds for
    /// the book as it stands if that book's last change is of the ticker's
    /// time, and not for the book after the last change of that time. The
    /// ticker that opens a subscription is older than the snapshot.
    fn ticker(&self, ts_event_ns: i64) -> Result<Body, DecodeError> {
        need(self.symbol)?;
        let at = match self.time {
            Some(_) => QuoteAt::LastChange(ts_event_ns),
            None => QuoteAt::Unknown,
        };
        Ok(Body::Quote(Quote {
            bid: need(self.bid)?.0,
            bid_size: self.bid_size,
            ask: need(self.ask)?.0,
            ask_size: self.ask_size,
            at,
        }))
    }
}

/// Read `[["buy","price","size"], …]` into the batch.
#[inline]
fn read_changes(cursor: &mut Cursor<'_>, batch: &mut Batch) -> Result<(), DecodeError> {
    each(cursor, |cursor| {
        let mut row = cursor.array()?;
        field(&mut row, cursor)?;
        let side = match cursor.string()? {
            b"buy" => Side::Bid,
            b"sell" => Side::Ask,
            _ => return Err(DecodeError::UnknownWord),
        };
        field(&mut row, cursor)?;
        let price = cursor.amount()?;
        field(&mut row, cursor)?;
        let size = cursor.amount()?;
        row.skip_rest(cursor)?;
        batch.push_level(Level { side, price, size })
    })
}
