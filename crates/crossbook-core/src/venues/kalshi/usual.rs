//! An `orderbook_delta` as the venue writes it.

use super::{outcome, push_delta};
use crate::batch::{Batch, Span, StreamNumber};
use crate::decimal::Decimal;
use crate::json::{shape, Ahead};
use crate::time;

/// Bytes of a market's id, a UUID.
const MARKET: usize = 36;

/// Read a frame that is a delta in its usual spelling; `None` if it is anything
/// else, in which case nothing was read.
#[inline]
pub(super) fn delta(frame: &[u8], batch: &mut Batch) -> Option<()> {
    let mut ahead = Ahead::new(frame);
    ahead.shaped(shape!("{\"type\":\"orderbook_delta\",\"sid\":"))?;
    let stream = u32::try_from(ahead.id(b',')?).ok()?;
    ahead.take("\"seq\":")?;
    let number = ahead.id(b',')?;
    ahead.shaped(shape!("\"msg\":{\"market_ticker\":\""))?;
    let symbol = Span::of(frame, ahead.text()?);
    ahead.take("\",\"market_id\":\"")?;
    ahead.word::<MARKET>()?;
    let price = price(&mut ahead)?;
    let is_negative = ahead.take("-").is_some();
    let amount = ahead.amount()?;
    let change = if is_negative { amount.negated() } else { amount };
    ahead.take("\",\"side\":\"")?;
    let leg = outcome(ahead.text()?).ok()?;
    let ts_event_ns = clock(&mut ahead)?;
    if !ahead.is_at_end() {
        return None;
    }
    push_delta(batch, symbol, ts_event_ns, leg, price, change).ok()?;
    batch.set_stream(StreamNumber { stream, number, first: 1 });
    Some(())
}

/// Read the price and the keys around it.
#[inline]
fn price(ahead: &mut Ahead<'_>) -> Option<Decimal> {
    if let Some(digits) = ahead.shaped(shape!("\",\"price_dollars\":\"0.####\",\"delta_fp\":\"")) {
        let mantissa = digits.iter().fold(0, |value, digit| value * 10 + i64::from(*digit));
        return Some(Decimal { mantissa, decimals: 4 });
    }
    ahead.shaped(shape!("\",\"price_dollars\":\""))?;
    let price = ahead.amount()?;
    ahead.take("\",\"delta_fp\":\"")?;
    Some(price)
}

/// Read the time, in either form or in both, and the end of the frame.
#[inline]
fn clock(ahead: &mut Ahead<'_>) -> Option<i64> {
    if ahead.take("\",\"ts_ms\":").is_none() {
        ahead.take("\",\"ts\":\"")?;
        let older_ns = time::from_rfc3339(ahead.text()?).ok()?;
        if ahead.take("\"}}").is_some() {
            return Some(older_ns);
        }
        ahead.take("\",\"ts_ms\":")?;
    }
    let ms = ahead.id(b'}')?;
    ahead.take("}")?;
    time::from_ms(ms).ok()
}
