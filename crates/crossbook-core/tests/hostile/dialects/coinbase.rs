//! Coinbase: the numbered frames of Advanced Trade, and the Exchange feed.

use crossbook_core::batch::Side::{self, Ask, Bid};
use crossbook_core::venue::Venue;

use super::{rows, Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTC-USD", "ETH/USD-PERP"];

#[derive(Default)]
pub struct Advanced {
    frames: i64,
    clock: Clock,
}

impl Advanced {
    fn frame(&mut self, channel: &str, event: Json) -> Step {
        self.frames += 1;
        Step::frame(Json::object([
            ("channel", Json::text(channel)),
            ("client_id", Json::text("")),
            ("timestamp", Json::Text(self.clock.rfc3339())),
            ("sequence_num", Json::Id(self.frames - 1)),
            ("events", Json::Array(vec![event])),
        ]))
    }

    fn level(&mut self, side: Side, price: i64, size: i64) -> Json {
        let word = if side == Bid { "bid" } else { "offer" };
        Json::object([
            ("side", Json::text(word)),
            ("event_time", Json::Text(self.clock.rfc3339())),
            ("price_level", Json::Amount(text(price))),
            ("new_quantity", Json::Amount(text(size))),
        ])
    }

    fn levels(&mut self, kind: &str, at: usize, levels: Vec<Json>) -> Step {
        let event = Json::object([
            ("type", Json::text(kind)),
            ("product_id", Json::text(NATIVES[at])),
            ("updates", Json::Array(levels)),
        ]);
        self.frame("l2_data", event)
    }
}

impl Dialect for Advanced {
    fn venue(&self) -> Venue {
        Venue::Coinbase
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        let mut levels = Vec::new();
        for side in [Bid, Ask] {
            for (price, size) in book.best_first(side) {
                levels.push(self.level(side, price, size));
            }
        }
        self.levels("snapshot", at, levels)
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let levels = changes.iter().map(|c| self.level(c.side, c.price, c.size)).collect();
        vec![self.levels("update", at, levels)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let trade = Json::object([
            ("trade_id", Json::text("770001")),
            ("product_id", Json::text(NATIVES[at])),
            ("price", Json::Amount(text(price))),
            ("size", Json::Amount(text(size))),
            ("side", Json::text(if is_buy { "SELL" } else { "BUY" })),
            ("time", Json::Text(self.clock.rfc3339())),
        ]);
        let trades = Json::Array(vec![trade]);
        self.frame(
            "market_trades",
            Json::object([("type", Json::text("update")), ("trades", trades)]),
        )
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let ticker = Json::object([
            ("type", Json::text("ticker")),
            ("product_id", Json::text(NATIVES[at])),
            ("price", Json::Amount(text(bid))),
            ("best_bid", Json::Amount(text(bid))),
            ("best_bid_quantity", Json::Amount(text(bid_size))),
            ("best_ask", Json::Amount(text(ask))),
            ("best_ask_quantity", Json::Amount(text(ask_size))),
        ]);
        let tickers = Json::Array(vec![ticker]);
        self.frame("ticker", Json::object([("type", Json::text("update")), ("tickers", tickers)]))
    }

    fn control(&mut self) -> Step {
        let event = Json::object([("heartbeat_counter", Json::Id(5))]);
        self.frame("heartbeats", event)
    }
}

#[derive(Default)]
pub struct Exchange {
    clock: Clock,
    /// When each book changed last: a ticker of that time is about that book.
    changed: [String; 2],
}

impl Dialect for Exchange {
    fn venue(&self) -> Venue {
        Venue::Coinbase
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.changed[at] = self.clock.rfc3339();
        Step::frame(Json::object([
            ("type", Json::text("snapshot")),
            ("product_id", Json::text(NATIVES[at])),
            ("bids", rows(book.best_first(Bid))),
            ("asks", rows(book.best_first(Ask))),
            ("time", Json::text(&self.changed[at])),
        ]))
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let row = |change: &Change| {
            let word = if change.side == Bid { "buy" } else { "sell" };
            let (price, size) = (text(change.price), text(change.size));
            Json::Array(vec![Json::text(word), Json::Amount(price), Json::Amount(size)])
        };
        self.changed[at] = self.clock.rfc3339();
        vec![Step::frame(Json::object([
            ("type", Json::text("l2update")),
            ("product_id", Json::text(NATIVES[at])),
            ("changes", Json::Array(changes.iter().map(row).collect())),
            ("time", Json::text(&self.changed[at])),
        ]))]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        Step::frame(Json::object([
            ("type", Json::text("match")),
            ("trade_id", Json::Id(770_001)),
            ("maker_order_id", Json::text("a-b")),
            ("side", Json::text(if is_buy { "sell" } else { "buy" })),
            ("size", Json::Amount(text(size))),
            ("price", Json::Amount(text(price))),
            ("product_id", Json::text(NATIVES[at])),
            ("sequence", Json::Id(12)),
            ("time", Json::Text(self.clock.rfc3339())),
        ]))
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        Step::frame(Json::object([
            ("type", Json::text("ticker")),
            ("sequence", Json::Id(13)),
            ("product_id", Json::text(NATIVES[at])),
            ("price", Json::Amount(text(bid))),
            ("best_bid", Json::Amount(text(bid))),
            ("best_bid_size", Json::Amount(text(bid_size))),
            ("best_ask", Json::Amount(text(ask))),
            ("best_ask_size", Json::Amount(text(ask_size))),
            ("side", Json::text("buy")),
            ("time", Json::text(&self.changed[at])),
            ("trade_id", Json::Id(770_001)),
        ]))
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([
            ("type", Json::text("heartbeat")),
            ("sequence", Json::Id(14)),
            ("product_id", Json::text(NATIVES[0])),
            ("time", Json::Text(self.clock.rfc3339())),
        ]))
    }
}
