//! Kraken: both versions, with the checksum over the digits as sent.

use crossbook_core::batch::Side::{self, Ask, Bid};
use crossbook_core::venue::Venue;

use super::{Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["XBT/USD", "ETH/EUR"];

/// CRC32 as its definition says, bit by bit.
pub fn crc32(text: &[u8]) -> u32 {
    !text.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// Ten asks, then ten bids: digits without point and leading zeros.
fn checksum(book: &Book) -> Json {
    let mut digits = String::new();
    for side in [Ask, Bid] {
        for (price, size) in book.best_first(side).into_iter().take(10) {
            for number in [price, size] {
                digits.push_str(text(number).replace('.', "").trim_start_matches('0'));
            }
        }
    }
    Json::Id(i64::from(crc32(digits.as_bytes())))
}

#[derive(Default)]
pub struct V1 {
    clock: Clock,
}

impl V1 {
    fn rows(&mut self, levels: impl Iterator<Item = (i64, i64)>) -> Json {
        let row = |(price, size): (i64, i64)| {
            Json::Array(vec![
                Json::Digits(text(price)),
                Json::Digits(text(size)),
                Json::Amount(self.clock.seconds()),
            ])
        };
        Json::Array(levels.map(row).collect())
    }

    fn data(payload: Vec<Json>, channel: &str, at: usize) -> Step {
        let mut items = vec![Json::Id(336)];
        items.extend(payload);
        items.extend([Json::text(channel), Json::text(NATIVES[at])]);
        Step::frame(Json::Array(items))
    }
}

impl Dialect for V1 {
    fn venue(&self) -> Venue {
        Venue::Kraken
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn extent(&self) -> (usize, usize) {
        (10, 10)
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        let asks = self.rows(book.best_first(Ask).into_iter());
        let bids = self.rows(book.best_first(Bid).into_iter());
        Self::data(vec![Json::object([("as", asks), ("bs", bids)])], "book-10", at)
    }

    fn change(&mut self, at: usize, book: &Book, changes: &[Change]) -> Vec<Step> {
        let asks = self.rows(super::of_side(changes, Ask));
        let bids = self.rows(super::of_side(changes, Bid));
        let sum = ("c", checksum(book));
        let has = |side: Side| changes.iter().any(|change| change.side == side);
        let payload = match (has(Ask), has(Bid)) {
            (true, true) => vec![Json::object([("a", asks)]), Json::object([("b", bids), sum])],
            (true, false) => vec![Json::object([("a", asks), sum])],
            _ => vec![Json::object([("b", bids), sum])],
        };
        vec![Self::data(payload, "book-10", at)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let row = Json::Array(vec![
            Json::Digits(text(price)),
            Json::Digits(text(size)),
            Json::Amount(self.clock.seconds()),
            Json::text(if is_buy { "b" } else { "s" }),
            Json::text("l"),
            Json::text(""),
        ]);
        Self::data(vec![Json::Array(vec![row])], "trade", at)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let best = |price, size| {
            Json::Array(vec![Json::Digits(text(price)), Json::Id(1), Json::Digits(text(size))])
        };
        let last = Json::Array(vec![Json::Digits(text(bid)), Json::Digits(text(bid_size))]);
        let ticker =
            Json::object([("a", best(ask, ask_size)), ("b", best(bid, bid_size)), ("c", last)]);
        Self::data(vec![ticker], "ticker", at)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([("event", Json::text("heartbeat"))]))
    }
}

#[derive(Default)]
pub struct V2 {
    clock: Clock,
}

impl V2 {
    fn levels(levels: impl Iterator<Item = (i64, i64)>) -> Json {
        let level = |(price, size)| {
            Json::object([("price", Json::Digits(text(price))), ("qty", Json::Digits(text(size)))])
        };
        Json::Array(levels.map(level).collect())
    }

    fn data(channel: &str, kind: &str, item: Json) -> Step {
        Step::frame(Json::object([
            ("channel", Json::text(channel)),
            ("type", Json::text(kind)),
            ("data", Json::Array(vec![item])),
        ]))
    }
}

impl Dialect for V2 {
    fn venue(&self) -> Venue {
        Venue::Kraken
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn extent(&self) -> (usize, usize) {
        (25, 25)
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        let item = Json::object([
            ("symbol", Json::text(NATIVES[at])),
            ("bids", Self::levels(book.best_first(Bid).into_iter())),
            ("asks", Self::levels(book.best_first(Ask).into_iter())),
            ("checksum", checksum(book)),
        ]);
        Self::data("book", "snapshot", item)
    }

    fn change(&mut self, at: usize, book: &Book, changes: &[Change]) -> Vec<Step> {
        let item = Json::object([
            ("symbol", Json::text(NATIVES[at])),
            ("bids", Self::levels(super::of_side(changes, Bid))),
            ("asks", Self::levels(super::of_side(changes, Ask))),
            ("checksum", checksum(book)),
            ("timestamp", Json::Text(self.clock.rfc3339())),
        ]);
        vec![Self::data("book", "update", item)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let item = Json::object([
            ("symbol", Json::text(NATIVES[at])),
            ("side", Json::text(if is_buy { "buy" } else { "sell" })),
            ("price", Json::Digits(text(price))),
            ("qty", Json::Digits(text(size))),
            ("ord_type", Json::text("limit")),
            ("trade_id", Json::Id(770_001)),
            ("timestamp", Json::Text(self.clock.rfc3339())),
        ]);
        Self::data("trade", "update", item)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let item = Json::object([
            ("symbol", Json::text(NATIVES[at])),
            ("bid", Json::Digits(text(bid))),
            ("bid_qty", Json::Digits(text(bid_size))),
            ("ask", Json::Digits(text(ask))),
            ("ask_qty", Json::Digits(text(ask_size))),
            ("timestamp", Json::Text(self.clock.rfc3339())),
        ]);
        Self::data("ticker", "update", item)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([("channel", Json::text("heartbeat"))]))
    }
}
