//! Binance Spot market streams, raw and combined, and the REST depth answer.
//!
//! Source: binance-spot-api-docs, `web-socket-streams.md` and `rest-api.md`, read 2026-11.

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Control, Message, Outcome, Proof, Quote, QuoteAt, Sequence,
    Side, Span, TakerSide, Trade,
};
use crate::decimal::Decimal;
use crate::error::DecodeError;
use crate::json::{need, once, Cursor, Next};
use crate::time;

use super::pairs;

/// Decode one frame of a market stream.
///
/// # Errors
/// The reason why nothing of the frame may be used.
pub fn decode(frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame);
    let mut fields = Fields { levels_from: batch.mark(), ..Fields::default() };
    fields.read(&mut cursor, batch)?;
    cursor.end()?;
    fields.emit(frame, batch)
}

/// Decode the body of `GET /api/v3/depth`. It names no symbol.
///
/// # Errors
/// The reason why nothing of the body may be used.
pub fn decode_snapshot(body: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
    decode(body, batch)?;
    match batch.messages() {
        [Message { body: Body::Book(book), .. }] if book.kind == BookKind::Snapshot => Ok(()),
        _ => Err(DecodeError::UnknownMessage),
    }
}

/// Everything that any of the messages may hold, by the venue's letters.
#[derive(Default)]
struct Fields<'a> {
    event: Option<&'a [u8]>,
    stream: Option<&'a [u8]>,
    symbol: Option<&'a [u8]>,
    event_ms: Option<i64>,
    trade_ms: Option<i64>,
    first: Option<i64>,
    last: Option<i64>,
    base: Option<i64>,
    trade: Option<i64>,
    price: Option<Decimal>,
    size: Option<Decimal>,
    bid: Option<Decimal>,
    bid_size: Option<Decimal>,
    /// The best ask of a bookTicker; the aggregate id of an aggTrade.
    a: Option<Decimal>,
    ask_size: Option<Decimal>,
    buyer_is_maker: Option<bool>,
    bids: Option<()>,
    asks: Option<()>,
    data: Option<()>,
    answer: Option<Control>,
    text: Span,
    levels_from: u32,
}

impl<'a> Fields<'a> {
    /// Read the members of one object: the message, or the envelope around it.
    fn read(&mut self, cursor: &mut Cursor<'a>, batch: &mut Batch) -> Result<(), DecodeError> {
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"data" => {
                    once(&mut self.data, ())?;
                    self.read(cursor, batch)?;
                }
                b"e" => once(&mut self.event, cursor.string()?)?,
                b"E" => once(&mut self.event_ms, cursor.id()?)?,
                b"s" => once(&mut self.symbol, cursor.string()?)?,
                b"U" => once(&mut self.first, cursor.id()?)?,
                b"u" => once(&mut self.last, cursor.id()?)?,
                b"b" | b"bids" => self.bids_or_price(cursor, batch)?,
                b"a" | b"asks" => self.asks_or_number(cursor, batch)?,
                b"B" => once(&mut self.bid_size, cursor.amount()?)?,
                b"A" => once(&mut self.ask_size, cursor.amount()?)?,
                b"p" => once(&mut self.price, cursor.decimal()?)?,
                b"q" => once(&mut self.size, cursor.amount()?)?,
                b"T" => once(&mut self.trade_ms, cursor.id()?)?,
                b"t" => once(&mut self.trade, cursor.id()?)?,
                b"m" => once(&mut self.buyer_is_maker, cursor.boolean()?)?,
                b"lastUpdateId" => once(&mut self.base, cursor.id()?)?,
                b"stream" => once(&mut self.stream, cursor.string()?)?,
                b"result" => self.answered(Control::Ack, cursor)?,
                b"error" | b"code" | b"msg" => self.answered(Control::Refused, cursor)?,
                _ => cursor.skip()?,
            }
        }
        Ok(())
    }

    /// `b` is a list of levels in a depth message, a price in a bookTicker.
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
        self.bid = Some(cursor.amount()?);
        Ok(())
    }

    /// `a` is a list of levels, a price, or the id of an aggregate trade.
    #[inline]
    fn asks_or_number(
        &mut self,
        cursor: &mut Cursor<'a>,
        batch: &mut Batch,
    ) -> Result<(), DecodeError> {
        if self.asks.is_some() || self.a.is_some() {
            return Err(DecodeError::DuplicateKey);
        }
        if cursor.next_kind()? == Next::Array {
            self.asks = Some(());
            return pairs(cursor, Side::Ask, batch);
        }
        self.a = Some(cursor.amount()?);
        Ok(())
    }

    /// An answer to a command; an error without text is still one.
    fn answered(&mut self, control: Control, cursor: &mut Cursor<'a>) -> Result<(), DecodeError> {
        if self.answer != Some(Control::Refused) {
            self.answer = Some(control);
        }
        cursor.skip()
    }

    /// Turn what was read into one message.
    fn emit(self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let body = match self.event {
            Some(b"depthUpdate") => self.depth_update(batch)?,
            Some(b"trade") => self.trade(need(self.trade)?)?,
            Some(b"aggTrade") => {
                let id = need(self.a)?;
                self.trade(id.at_scale(0).map_err(|_| DecodeError::BadNumber)?)?
            }
            Some(b"bookTicker") => self.quote()?,
            Some(b"serverShutdown") => Body::Control(Control::Closing, self.text),
            Some(
                b"kline" | b"24hrTicker" | b"24hrMiniTicker" | b"avgPrice" | b"blockTrade"
                | b"referencePrice",
            ) => Body::Control(Control::Unused, self.text),
            Some(_) => return Err(DecodeError::UnknownMessage),
            None if self.base.is_some() => self.snapshot(batch)?,
            // The spot bookTicker names no event.
            None if self.bid_size.is_some() && self.last.is_some() => self.quote()?,
            None => match self.answer {
                Some(control) => Body::Control(control, self.text),
                None => return Err(DecodeError::UnknownMessage),
            },
        };
        let ms = self.trade_ms.or(self.event_ms).unwrap_or(0);
        batch.push(Message {
            symbol: self.symbol_span(frame),
            outcome: Outcome::Whole,
            ts_event_ns: time::from_ms(ms)?,
            body,
        });
        Ok(())
    }

    /// The symbol, or the lower-case one in the stream's name.
    fn symbol_span(&self, frame: &[u8]) -> Span {
        let name = self.symbol.or_else(|| self.stream?.split(|byte| *byte == b'@').next());
        name.map_or_else(Span::default, |name| Span::of(frame, name))
    }

    fn depth_update(&self, batch: &Batch) -> Result<Body, DecodeError> {
        need(self.symbol)?;
        need(self.bids)?;
        need(self.asks)?;
        let sequence = Sequence::Range { first: need(self.first)?, last: need(self.last)? };
        Ok(self.book(BookKind::Delta, sequence, batch))
    }

    fn snapshot(&self, batch: &Batch) -> Result<Body, DecodeError> {
        need(self.bids)?;
        need(self.asks)?;
        Ok(self.book(BookKind::Snapshot, Sequence::Base(need(self.base)?), batch))
    }

    fn book(&self, kind: BookKind, sequence: Sequence, batch: &Batch) -> Body {
        Body::Book(BookMessage {
            kind,
            levels: batch.since(self.levels_from),
            sequence,
            proof: Proof::None,
            depth: 0,
        })
    }

    fn trade(&self, id: i64) -> Result<Body, DecodeError> {
        need(self.symbol)?;
        let taker = if need(self.buyer_is_maker)? { TakerSide::Sell } else { TakerSide::Buy };
        Ok(Body::Trade(Trade {
            price: need(self.price)?,
            size: need(self.size)?,
            taker: Some(taker),
            id: id.cast_unsigned(),
        }))
    }

    fn quote(&self) -> Result<Body, DecodeError> {
        need(self.symbol)?;
        Ok(Body::Quote(Quote {
            bid: Some(need(self.bid)?),
            bid_size: Some(need(self.bid_size)?),
            ask: Some(need(self.a)?),
            ask_size: Some(need(self.ask_size)?),
            at: QuoteAt::Since(need(self.last)?),
        }))
    }
}
