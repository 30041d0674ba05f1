//! Which instruments a recording speaks of, and how fine their numbers are.

use std::collections::BTreeMap;

use crate::batch::{Batch, Body, Outcome, Proof};
use crate::decimal::Decimal;
use crate::engine::decode;
use crate::venue::Venue;

/// What was seen of one instrument.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Most decimals of a price; trailing zeros count where the venue's checksum prints them.
    pub price_decimals: u8,
    /// The same of a size.
    pub size_decimals: u8,
    /// Largest whole part of a price.
    pub price_max: i64,
    /// Largest whole part of a size.
    pub size_max: i64,
    /// Messages about it.
    pub messages: u64,
}

/// Reads frames with the very decoders of the engine, and only looks.
pub struct Discovery {
    venue: Venue,
    batch: Batch,
    scratch: Vec<u8>,
    seen: BTreeMap<(Vec<u8>, u8), Seen>,
}

impl Discovery {
    /// Nothing seen yet.
    pub fn new(venue: Venue) -> Self {
        Self { venue, batch: Batch::default(), scratch: Vec::new(), seen: BTreeMap::new() }
    }

    /// Look at a websocket frame; one that cannot be decoded tells nothing.
    pub fn on_frame(&mut self, frame: &[u8]) {
        self.look(frame, None);
    }

    /// Look at the body of a REST order book answer for the venue's symbol `native`.
    pub fn on_snapshot(&mut self, native: &[u8], body: &[u8]) {
        self.look(body, Some(native));
    }

    fn look(&mut self, bytes: &[u8], asked: Option<&[u8]>) {
        self.batch.clear();
        let is_rest = asked.is_some();
        let Ok(bytes) = decode(self.venue, bytes, &mut self.scratch, &mut self.batch, is_rest)
        else {
            return;
        };
        for message in self.batch.messages() {
            let native = asked.unwrap_or_else(|| message.symbol.bytes(bytes));
            if matches!(message.body, Body::Control(..)) {
                continue;
            }
            let key = (native.to_vec(), message.outcome as u8);
            let seen = self.seen.entry(key).or_default();
            seen.messages += 1;
            match &message.body {
                Body::Book(book) => {
                    // A checksum of printed digits is of trailing zeros too.
                    let is_printed = matches!(book.proof, Proof::KrakenChecksum(_));
                    for level in self.batch.levels_of(book) {
                        seen.price(level.price);
                        seen.size(level.size);
                        if is_printed {
                            seen.printed(level.price.decimals, level.size.decimals);
                        }
                    }
                }
                Body::Trade(trade) => {
                    seen.price(trade.price);
                    seen.size(trade.size);
                }
                Body::Quote(quote) => {
                    [quote.bid, quote.ask].into_iter().flatten().for_each(|p| seen.price(p));
                    [quote.bid_size, quote.ask_size]
                        .into_iter()
                        .flatten()
                        .for_each(|s| seen.size(s));
                }
                Body::Tick(tick) => seen.price(*tick),
                Body::Depth(_) | Body::Control(..) => {}
            }
        }
    }

    /// All instruments seen, by symbol; an empty one where the frame names none.
    pub fn seen(&self) -> impl Iterator<Item = (&[u8], Outcome, &Seen)> {
        self.seen.iter().map(|((native, outcome), seen)| {
            let outcome = match outcome {
                1 => Outcome::Yes,
                2 => Outcome::No,
                _ => Outcome::Whole,
            };
            (native.as_slice(), outcome, seen)
        })
    }
}

impl Seen {
    fn price(&mut self, value: Decimal) {
        let (decimals, whole) = extent(value);
        self.price_decimals = self.price_decimals.max(decimals);
        self.price_max = self.price_max.max(whole);
    }

    fn printed(&mut self, price_decimals: u8, size_decimals: u8) {
        self.price_decimals = self.price_decimals.max(price_decimals);
        self.size_decimals = self.size_decimals.max(size_decimals);
    }

    fn size(&mut self, value: Decimal) {
        let (decimals, whole) = extent(value);
        self.size_decimals = self.size_decimals.max(decimals);
        self.size_max = self.size_max.max(whole);
    }
}

/// Decimals that a number needs, and the whole number at or above its magnitude.
fn extent(value: Decimal) -> (u8, i64) {
    let Decimal { mut mantissa, mut decimals } = value;
    while decimals > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        decimals -= 1;
    }
    let unit = crate::decimal::POW10[usize::from(decimals)];
    (decimals, (mantissa / unit).saturating_abs().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_symbols_and_the_extent_of_their_numbers() {
        let mut discovery = Discovery::new(Venue::Binance);
        discovery.on_frame(
            br#"{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2,"b":[["61837.6300","0.10"]],"a":[["7","25000.125"]]}"#,
        );
        discovery.on_frame(b"{");
        discovery.on_frame(br#"{"lastUpdateId":1,"bids":[["0.25","4"]],"asks":[]}"#);
        discovery.on_snapshot(b"ETHBTC", br#"{"lastUpdateId":1,"bids":[],"asks":[["0.5","2"]]}"#);
        let seen: Vec<_> = discovery.seen().collect();
        assert_eq!(seen.len(), 3);
        // A snapshot between the frames does not say whose it is.
        assert_eq!((seen[0].0, seen[0].2.price_decimals), (&b""[..], 2));
        assert_eq!(seen[1].0, b"BTCUSDT");
        let expected = Seen {
            price_decimals: 2,
            size_decimals: 3,
            price_max: 61_838,
            size_max: 25_001,
            messages: 1,
        };
        assert_eq!(*seen[1].2, expected);
    }
    #[test]
    fn trailing_zeros_count_where_a_checksum_prints_them() {
        let frame = |zeros: &str| {
            format!(
                r#"[560,{{"a":[["0.00002290{zeros}","1.50000000","1618678132.500000"]],"c":"1"}},"book-1000","ADA/XBT"]"#
            )
        };
        let decimals = |frame: &str| {
            let mut discovery = Discovery::new(Venue::Kraken);
            discovery.on_frame(frame.as_bytes());
            let seen: Vec<_> = discovery.seen().map(|(_, _, seen)| *seen).collect();
            seen.iter().map(|seen| (seen.price_decimals, seen.size_decimals)).collect::<Vec<_>>()
        };
        assert_eq!(decimals(&frame("0")), [(9, 8)]);
        let unproved = frame("0").replace(r#","c":"1""#, "");
        assert_eq!(decimals(&unproved), [(7, 1)]);
    }
}
