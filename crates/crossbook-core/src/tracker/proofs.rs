//! How a book is proved against what the venue says of it.

use super::{Tracker, Update};
use crate::batch::{BookKind, Proof, Quote, QuoteAt};
use crate::book::BookState;
use crate::decimal::Decimal;
use crate::error::NumberError;
use crate::event::{Context, Event, EventKind, Events, ProofKind, Reason};
use crate::quotes::ScaledQuote;

impl Tracker {
    /// Compare the book with what the venue says of it.
    #[inline]
    pub(super) fn prove(&mut self, update: &Update<'_>, context: Context, events: &mut Events) {
        match update.message.proof {
            Proof::None => {}
            Proof::KrakenChecksum(_) | Proof::OkxChecksum(_) => {
                self.check_sum(update, context, events);
            }
            Proof::Best { bid, ask } => self.check_best(bid, ask, context, events),
            Proof::Hash { matches } => {
                self.count_checksum(matches, ProofKind::Hash, [0, 0], context, events);
            }
        }
        if !self.quotes.is_empty() && update.message.kind != BookKind::Snapshot {
            self.check_quotes_after(context, events);
        }
    }

    fn check_sum(&mut self, update: &Update<'_>, context: Context, events: &mut Events) {
        let (price_sent, size_sent) = update.decimals_sent;
        if self.instrument.checksum_decimals.is_none() {
            // A pair's precision is that of its longest number so far.
            let (price, size) = self.decimals_sent;
            self.decimals_sent = (price.max(price_sent), size.max(size_sent));
        }
        let scale = (self.instrument.price_decimals, self.instrument.size_decimals);
        let sums =
            self.checksums.compare(update.message.proof, &self.book, scale, self.decimals_sent);
        let matches = sums.0 == sums.1;
        self.count_checksum(matches, ProofKind::Checksum, [sums.0, sums.1], context, events);
    }

    #[inline]
    fn check_best(
        &mut self,
        bid: Option<Decimal>,
        ask: Option<Decimal>,
        context: Context,
        events: &mut Events,
    ) {
        let decimals = self.instrument.price_decimals;
        let scaled = |price: Option<Decimal>| price.map(|price| price.at_scale(decimals));
        match (scaled(bid).transpose(), scaled(ask).transpose()) {
            (Ok(bid), Ok(ask)) => {
                let at = QuoteAt::Unknown;
                let quote = ScaledQuote { at, bid, bid_size: None, ask, ask_size: None };
                self.compare(&quote, context, events);
            }
            _ => self.on_off_scale(context, events),
        }
    }

    fn count_checksum(
        &mut self,
        matches: bool,
        kind: ProofKind,
        values: [i64; 2],
        context: Context,
        events: &mut Events,
    ) {
        if matches {
            self.counts.checksums_ok += 1;
        } else {
            self.counts.checksums_failed += 1;
            self.fail_proof(kind, values, context, events);
        }
    }

    #[cold]
    fn fail_proof(
        &mut self,
        kind: ProofKind,
        values: [i64; 2],
        context: Context,
        events: &mut Events,
    ) {
        let event = context.event(EventKind::ProofFailed, self.sequence(), &values);
        events.push(Event { detail: kind as u8, ..event });
        if matches!(self.state, BookState::Live | BookState::Suspect) {
            self.enter(BookState::Suspect, Reason::ProofFailed, context, events);
        }
    }

    /// A quote at the instrument's scale.
    ///
    /// # Errors
    /// The first of its numbers that does not fit.
    pub fn scale_quote(&self, quote: &Quote) -> Result<ScaledQuote, NumberError> {
        let price = |value: Option<Decimal>| {
            value.map(|value| value.at_scale(self.instrument.price_decimals)).transpose()
        };
        let size = |value: Option<Decimal>| {
            value.map(|value| value.at_scale(self.instrument.size_decimals)).transpose()
        };
        Ok(ScaledQuote {
            at: quote.at,
            bid: price(quote.bid)?,
            bid_size: size(quote.bid_size)?,
            ask: price(quote.ask)?,
            ask_size: size(quote.ask_size)?,
        })
    }

    /// Take best prices that the venue reports beside the book.
    #[inline]
    pub fn on_quote(&mut self, quote: &ScaledQuote, context: Context, events: &mut Events) {
        self.counts.quotes += 1;
        if events.wants(EventKind::Quote) {
            let values = [quote.bid, quote.bid_size, quote.ask, quote.ask_size];
            let values = values.map(Option::unwrap_or_default);
            events.push(context.event(EventKind::Quote, None, &values));
        }
        match quote.at {
            QuoteAt::Unknown => {}
            QuoteAt::Since(id) | QuoteAt::Exactly(id) => match self.sequence() {
                Some(known) if id < known => {}
                Some(known) if id == known && self.has_live_content() => {
                    self.compare(quote, context, events);
                }
                _ => self.quotes.push(*quote),
            },
            QuoteAt::Time(_) => self.quotes.push(*quote),
            QuoteAt::LastChange(ts_event_ns) => {
                if ts_event_ns == self.ts_event_ns && self.has_live_content() {
                    self.compare(quote, context, events);
                }
            }
        }
    }

    /// Quotes by time are compared when a change of a later time comes.
    #[inline]
    pub(super) fn check_quotes_before(&mut self, context: Context, events: &mut Events) {
        if self.quotes.is_empty() || context.ts_event_ns <= self.ts_event_ns {
            return;
        }
        if let Some(quote) = self.quotes.at_time(self.ts_event_ns) {
            self.compare(&quote, context, events);
        }
    }

    /// Quotes by update id are compared when the book has reached it.
    #[inline]
    pub(super) fn check_quotes_after(&mut self, context: Context, events: &mut Events) {
        let Some(id) = self.sequence() else { return };
        if let Some(quote) = self.quotes.reached(id) {
            self.compare(&quote, context, events);
        }
    }

    #[inline]
    fn compare(&mut self, quote: &ScaledQuote, context: Context, events: &mut Events) {
        if quote.agrees(self.book.bbo()) {
            self.counts.bbo_ok += 1;
        } else {
            self.fail_best(quote, context, events);
        }
    }

    #[cold]
    fn fail_best(&mut self, quote: &ScaledQuote, context: Context, events: &mut Events) {
        let bbo = *self.book.bbo();
        self.counts.bbo_failed += 1;
        let bid_is_wrong = quote.bid != bbo.bid.map(|(price, _)| price);
        let (theirs, ours) = if bid_is_wrong { (quote.bid, bbo.bid) } else { (quote.ask, bbo.ask) };
        let values = [theirs.unwrap_or(0), ours.map_or(0, |(price, _)| price)];
        self.fail_proof(ProofKind::Best, values, context, events);
    }
}
