//! A `price_change` event as the venue writes it, with or without a blank behind commas.

use super::levels::{inside, Entry};
use crate::batch::{Batch, Level, Side};
use crate::decimal::Decimal;
use crate::json::{shape, Ahead, Cursor};
use crate::time;

/// Bytes of a market's id: `0x` and 64 hexadecimal digits.
const MARKET: usize = 66;
/// Digits that a token has at least: a number of 256 bits has 78, seldom less than 75.
const TOKEN: usize = 64;
/// Hexadecimal digits of an entry's hash.
const HASH: usize = 40;

/// Blanks behind a comma: the venue has sent either.
const SPACED: usize = 1;
const DENSE: usize = 0;

/// Step over pieces of text, with a blank between them if `$blanks` is `SPACED`.
macro_rules! take {
    ($ahead:ident, $blanks:ident, $first:literal $(, $next:literal)*) => {
        if $blanks == SPACED {
            $ahead.take(concat!($first $(, " ", $next)*))
        } else {
            $ahead.take(concat!($first $(, $next)*))
        }
    };
}

/// As `take`, but each `#` stands for any digit; return them.
macro_rules! shaped {
    ($ahead:ident, $blanks:ident, $first:literal $(, $next:literal)*) => {
        if $blanks == SPACED {
            $ahead.shaped(shape!(concat!($first $(, " ", $next)*)))
        } else {
            $ahead.shaped(shape!(concat!($first $(, $next)*)))
        }
    };
}

/// Read a frame that is one event of price changes in its usual spelling; `None`
/// if it is anything else, in which case nothing was read.
#[inline]
pub(super) fn frame(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let (levels_from, messages_from) = (batch.mark(), batch.messages().len());
    let read = price_change(Ahead::new(frame), frame, batch);
    let read = read.filter(|(after, _)| after.is_at_end());
    finish(read.map(|(_, time)| time), levels_from, messages_from, batch)
}

/// As [`frame`], of one event in an array of them.
pub(super) fn event<'a>(cursor: &mut Cursor<'a>, frame: &'a [u8], batch: &mut Batch) -> Option<()> {
    let (levels_from, messages_from) = (batch.mark(), batch.messages().len());
    let read = price_change(cursor.ahead(), frame, batch);
    finish(read.map(|(_, time)| time), levels_from, messages_from, batch)?;
    cursor.accept(read?.0);
    Some(())
}

/// Stamp the messages with the time that was read, or forget them.
#[inline]
fn finish(
    ts_event_ns: Option<i64>,
    levels_from: u32,
    messages_from: usize,
    batch: &mut Batch,
) -> Option<()> {
    if let Some(ts_event_ns) = ts_event_ns {
        batch.stamp(messages_from, ts_event_ns);
        return Some(());
    }
    batch.forget_messages_since(messages_from);
    batch.forget_since(levels_from);
    None
}

/// Read an event; return what follows it, and its time.
fn price_change<'a>(
    mut ahead: Ahead<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Option<(Ahead<'a>, i64)> {
    ahead.take("{\"market\":\"")?;
    ahead.word::<MARKET>()?;
    if shaped!(ahead, SPACED, "\",", "\"price_changes\":[{\"asset_id\":\"").is_some() {
        return entries::<SPACED>(ahead, frame, batch);
    }
    shaped!(ahead, DENSE, "\",", "\"price_changes\":[{\"asset_id\":\"")?;
    entries::<DENSE>(ahead, frame, batch)
}

/// Read the entries and what stands behind them; return what follows, and the time of the event.
#[inline]
fn entries<'a, const BLANKS: usize>(
    mut ahead: Ahead<'a>,
    frame: &'a [u8],
    batch: &mut Batch,
) -> Option<(Ahead<'a>, i64)> {
    loop {
        entry::<BLANKS>(&mut ahead)?.push(frame, batch).ok()?;
        if take!(ahead, BLANKS, "},", "{\"asset_id\":\"").is_none() {
            break;
        }
    }
    take!(ahead, BLANKS, "}],", "\"timestamp\":\"")?;
    let ts_event_ns = time::from_ms(ahead.milliseconds()?).ok()?;
    shaped!(ahead, BLANKS, "\",", "\"event_type\":\"price_change\"}")?;
    Some((ahead, ts_event_ns))
}

/// Read one entry, from its token on, but for the brace that ends it.
#[inline]
fn entry<'a, const BLANKS: usize>(ahead: &mut Ahead<'a>) -> Option<Entry<'a>> {
    let symbol = ahead.long_word::<TOKEN>()?;
    let price = price::<BLANKS>(ahead)?;
    let size = ahead.amount()?;
    let side = side::<BLANKS>(ahead)?;
    ahead.word::<HASH>()?;
    let best = best::<BLANKS>(ahead)?;
    Some(Entry { symbol, level: Level { side, price, size }, best: Some(best) })
}

/// Read the price and the keys around it.
#[inline]
fn price<const BLANKS: usize>(ahead: &mut Ahead<'_>) -> Option<Decimal> {
    if let Some(digits) = shaped!(ahead, BLANKS, "\",", "\"price\":\"0.##\",", "\"size\":\"") {
        return Some(cents(digits));
    }
    take!(ahead, BLANKS, "\",", "\"price\":\"")?;
    let price = ahead.amount()?;
    take!(ahead, BLANKS, "\",", "\"size\":\"")?;
    Some(price)
}

/// Read the best prices and the keys before them; `None` for an empty side.
#[inline]
fn best<const BLANKS: usize>(ahead: &mut Ahead<'_>) -> Option<[Option<Decimal>; 2]> {
    let both = shaped!(ahead, BLANKS, "\",", "\"best_bid\":\"0.##\",", "\"best_ask\":\"0.##\"");
    if let Some([bid, bid_ones, ask, ask_ones]) = both {
        let best = [cents([bid, bid_ones]), cents([ask, ask_ones])];
        return Some(best.map(|price| (price.mantissa > 0).then_some(price)));
    }
    take!(ahead, BLANKS, "\",", "\"best_bid\":\"")?;
    let bid = ahead.amount()?;
    take!(ahead, BLANKS, "\",", "\"best_ask\":\"")?;
    let ask = ahead.amount()?;
    ahead.take("\"")?;
    Some([inside(bid), inside(ask)])
}

/// The price of which these are the two decimals.
#[inline]
fn cents([tens, ones]: [u8; 2]) -> Decimal {
    Decimal { mantissa: i64::from(tens) * 10 + i64::from(ones), decimals: 2 }
}

/// Read the side and the key of the hash behind it.
#[inline]
fn side<const BLANKS: usize>(ahead: &mut Ahead<'_>) -> Option<Side> {
    if shaped!(ahead, BLANKS, "\",", "\"side\":\"BUY\",", "\"hash\":\"").is_some() {
        return Some(Side::Bid);
    }
    shaped!(ahead, BLANKS, "\",", "\"side\":\"SELL\",", "\"hash\":\"").map(|_| Side::Ask)
}
