//! OKX: ids that link each message to the one before, and the checksum of before June 2026.

use crossbook_core::batch::Side::{self, Ask, Bid};
use crossbook_core::venue::Venue;

use super::kraken::crc32;
use super::{of_side, Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTC-USDT", "ETH/USD-X"];
const LEVELS: usize = 25;

pub struct Okx {
    ids: [i64; 2],
    clock: Clock,
    has_checksum: bool,
}

/// Digits without trailing zeros, as the venue writes them.
fn short(cents: i64) -> String {
    text(cents).trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Bid and ask in turns, 25 of each at most.
fn checksum(book: &Book) -> i64 {
    let mut parts = Vec::new();
    let (bids, asks) = (book.best_first(Bid), book.best_first(Ask));
    for at in 0..LEVELS {
        for side in [&bids, &asks] {
            if let Some((price, size)) = side.get(at) {
                parts.extend([short(*price), short(*size)]);
            }
        }
    }
    i64::from(crc32(parts.join(":").as_bytes()).cast_signed())
}

impl Okx {
    pub fn new(has_checksum: bool) -> Self {
        Self { ids: [0; 2], clock: Clock::default(), has_checksum }
    }

    fn frame(channel: &str, at: usize, action: Option<&str>, item: Json) -> Step {
        let arg = [("channel", Json::text(channel)), ("instId", Json::text(NATIVES[at]))];
        let mut members = vec![("arg".to_owned(), Json::object(arg))];
        members.extend(action.map(|word| ("action".to_owned(), Json::text(word))));
        members.push(("data".to_owned(), Json::Array(vec![item])));
        Step::frame(Json::Object(members))
    }

    fn rows(levels: impl Iterator<Item = (i64, i64)>) -> Json {
        let row = |(price, size)| {
            let numbers = [Json::Amount(short(price)), Json::Amount(short(size))];
            Json::Array(numbers.into_iter().chain([Json::text("0"), Json::text("3")]).collect())
        };
        Json::Array(levels.map(row).collect())
    }

    fn book(&mut self, at: usize, book: &Book, changes: Option<&[Change]>) -> Step {
        let previous = self.ids[at];
        self.ids[at] += 5;
        let side = |side: Side| match changes {
            Some(changes) => Self::rows(of_side(changes, side)),
            None => Self::rows(book.best_first(side).into_iter()),
        };
        let sum = if self.has_checksum { checksum(book) } else { 0 };
        let item = Json::object([
            ("asks", side(Ask)),
            ("bids", side(Bid)),
            ("ts", Json::Id(self.clock.ms())),
            ("checksum", Json::Id(sum)),
            ("prevSeqId", Json::Id(if changes.is_some() { previous } else { -1 })),
            ("seqId", Json::Id(self.ids[at])),
        ]);
        let action = if changes.is_some() { "update" } else { "snapshot" };
        Self::frame("books", at, Some(action), item)
    }
}

impl Dialect for Okx {
    fn venue(&self) -> Venue {
        Venue::Okx
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.book(at, book, None)
    }

    fn change(&mut self, at: usize, book: &Book, changes: &[Change]) -> Vec<Step> {
        vec![self.book(at, book, Some(changes))]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let item = Json::object([
            ("instId", Json::text(NATIVES[at])),
            ("tradeId", Json::Id(770_001)),
            ("px", Json::Amount(text(price))),
            ("sz", Json::Amount(text(size))),
            ("side", Json::text(if is_buy { "buy" } else { "sell" })),
            ("ts", Json::Id(self.clock.ms())),
        ]);
        Self::frame("trades", at, None, item)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let item = Json::object([
            ("instId", Json::text(NATIVES[at])),
            ("bidPx", Json::Amount(text(bid))),
            ("bidSz", Json::Amount(text(bid_size))),
            ("askPx", Json::Amount(text(ask))),
            ("askSz", Json::Amount(text(ask_size))),
            ("ts", Json::Id(self.clock.ms())),
        ]);
        Self::frame("tickers", at, None, item)
    }

    fn control(&mut self) -> Step {
        let arg = [("channel", Json::text("books")), ("instId", Json::text(NATIVES[0]))];
        Step::frame(Json::object([
            ("event", Json::text("subscribe")),
            ("arg", Json::object(arg)),
            ("connId", Json::text("a4d3ae55")),
        ]))
    }
}
