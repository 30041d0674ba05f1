//! Best prices that the venue reports, waiting for the book to reach them.

use crate::batch::QuoteAt;
use crate::book::Bbo;

/// How many quotes are kept; older ones are forgotten unproved.
const KEPT: usize = 256;

/// A quote at the instrument's storage scale.
#[derive(Clone, Copy, Debug)]
pub struct ScaledQuote {
    /// When it held.
    pub at: QuoteAt,
    /// Best bid and its size, if the venue says them.
    pub bid: Option<i64>,
    /// Size at the best bid.
    pub bid_size: Option<i64>,
    /// Best ask.
    pub ask: Option<i64>,
    /// Size at the best ask.
    pub ask_size: Option<i64>,
}

impl ScaledQuote {
    /// Whether a book's best prices are those of the quote.
    #[inline]
    pub fn agrees(&self, bbo: &Bbo) -> bool {
        side_agrees(self.bid, self.bid_size, bbo.bid)
            && side_agrees(self.ask, self.ask_size, bbo.ask)
    }
}

#[inline]
fn side_agrees(price: Option<i64>, size: Option<i64>, best: Option<(i64, i64)>) -> bool {
    match (price, best) {
        (None, None) => true,
        (Some(price), Some((best, best_size))) => {
            price == best && size.is_none_or(|size| size == best_size)
        }
        _ => false,
    }
}

/// A short ring of quotes, oldest first.
#[derive(Debug, Default)]
pub struct Quotes {
    waiting: std::collections::VecDeque<ScaledQuote>,
}

impl Quotes {
    /// Keep a quote until the book reaches it.
    #[inline]
    pub fn push(&mut self, quote: ScaledQuote) {
        if self.waiting.len() == KEPT {
            self.waiting.pop_front();
        }
        self.waiting.push_back(quote);
    }

    /// The quote to compare a book at update `id` with; those it passed are forgotten.
    ///
    /// A `Since` quote holds until the next one, an `Exactly` quote at its own id only.
    #[inline]
    pub fn reached(&mut self, id: i64) -> Option<ScaledQuote> {
        let mut last = None;
        while let Some(quote) = self.waiting.front() {
            let holds = match quote.at {
                QuoteAt::Since(from) if from <= id => true,
                QuoteAt::Exactly(at) if at <= id => at == id,
                _ => break,
            };
            last = holds.then_some(*quote);
            self.waiting.pop_front();
        }
        last
    }

    /// The quote of exactly the venue time `ts_event_ns`; older ones are forgotten.
    #[inline]
    pub fn at_time(&mut self, ts_event_ns: i64) -> Option<ScaledQuote> {
        let mut last = None;
        while let Some(quote) = self.waiting.front() {
            match quote.at {
                QuoteAt::Time(at) if at <= ts_event_ns => {
                    last = (at == ts_event_ns).then_some(*quote);
                }
                _ => break,
            }
            self.waiting.pop_front();
        }
        last
    }

    /// Whether none waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forget all.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }
}
