//! The levels of a book and the changes of single levels, as objects.

use crate::batch::{
    Batch, Body, BookKind, BookMessage, Level, Message, Outcome, Proof, Sequence, Side, Span,
};
use crate::decimal::{Decimal, POW10};
use crate::error::DecodeError;
use crate::json::{need, once, Cursor};
use crate::venues::{null, token};

/// Read `[{"price", "size"}, …]`; where no side is given, each level names its own.
pub(super) fn levels(
    cursor: &mut Cursor<'_>,
    given: Option<Side>,
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    if given.is_some() && null(cursor)? {
        return Ok(());
    }
    let mut rows = cursor.array()?;
    while rows.item(cursor)? {
        let (mut own, mut price, mut size) = (None, None, None);
        let mut members = cursor.object()?;
        while let Some(key) = members.key(cursor)? {
            match key {
                b"price" => once(&mut price, cursor.amount()?)?,
                b"size" => once(&mut size, cursor.amount()?)?,
                b"side" if given.is_none() => once(&mut own, side(cursor.string()?)?)?,
                _ => cursor.skip()?,
            }
        }
        let side = need(given.or(own))?;
        batch.push_level(Level { side, price: need(price)?, size: need(size)? })?;
    }
    Ok(())
}

/// Read the entries of a `price_change`: each changes one level of one token.
pub(super) fn price_changes<'a>(
    cursor: &mut Cursor<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Result<(), DecodeError> {
    let mut entries = cursor.array()?;
    while entries.item(cursor)? {
        any_entry(cursor, frame)?.push(frame, batch)?;
    }
    Ok(())
}

/// One entry of a `price_change`.
pub(super) struct Entry<'a> {
    pub symbol: &'a [u8],
    pub level: Level,
    /// Best bid and best ask after it, where both are said; `None` for an empty side.
    pub best: Option<[Option<Decimal>; 2]>,
}

impl Entry<'_> {
    #[inline]
    pub fn push(&self, frame: &[u8], batch: &mut Batch) -> Result<(), DecodeError> {
        let levels_from = batch.mark();
        batch.push_level(self.level)?;
        let proof = match self.best {
            Some([bid, ask]) => Proof::Best { bid, ask },
            None => Proof::None,
        };
        let body = delta(batch, levels_from, proof);
        let symbol = Span::of(frame, self.symbol);
        // The time stands behind the entries: the event's reader stamps them.
        batch.push(Message { symbol, outcome: Outcome::Whole, ts_event_ns: 0, body });
        Ok(())
    }
}

/// Read an entry in any spelling.
fn any_entry<'a>(cursor: &mut Cursor<'a>, frame: &'a [u8]) -> Result<Entry<'a>, DecodeError> {
    let (mut symbol, mut price, mut size, mut own) = (None, None, None, None);
    let (mut best_bid, mut best_ask) = (None, None);
    let mut members = cursor.object()?;
    while let Some(key) = members.key(cursor)? {
        match key {
            b"asset_id" => once(&mut symbol, token(cursor, frame)?)?,
            b"price" => once(&mut price, cursor.amount()?)?,
            b"size" => once(&mut size, cursor.amount()?)?,
            b"side" => once(&mut own, side(cursor.string()?)?)?,
            b"best_bid" => once(&mut best_bid, cursor.optional_amount()?)?,
            b"best_ask" => once(&mut best_ask, cursor.optional_amount()?)?,
            _ => cursor.skip()?,
        }
    }
    let level = Level { side: need(own)?, price: need(price)?, size: need(size)? };
    let best = match (best_bid.flatten(), best_ask.flatten()) {
        (Some(bid), Some(ask)) => Some([inside(bid), inside(ask)]),
        _ => None,
    };
    Ok(Entry { symbol: need(symbol)?, level, best })
}

#[inline]
pub(super) fn delta(batch: &Batch, levels_from: u32, proof: Proof) -> Body {
    Body::Book(BookMessage {
        kind: BookKind::Delta,
        levels: batch.since(levels_from),
        sequence: Sequence::Unnumbered,
        proof,
        depth: 0,
    })
}

#[inline]
pub(super) fn side(word: &[u8]) -> Result<Side, DecodeError> {
    match word {
        b"BUY" => Ok(Side::Bid),
        b"SELL" => Ok(Side::Ask),
        _ => Err(DecodeError::UnknownWord),
    }
}

/// A best price; one that is not strictly between 0 and 1 is that of an empty side.
#[inline]
pub(super) fn inside(price: Decimal) -> Option<Decimal> {
    let one = POW10.get(usize::from(price.decimals)).copied()?;
    (price.mantissa > 0 && price.mantissa < one).then_some(price)
}
