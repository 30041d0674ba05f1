//! Binance: a base by REST, then ranges of update ids, raw and combined.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;

use super::{of_side, rows, Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTCUSDT", "ETH/USDC-X"];

#[derive(Default)]
pub struct Binance {
    ids: [i64; 2],
    frames: i64,
    clock: Clock,
}

impl Binance {
    /// Every second frame comes in the envelope of a combined stream.
    fn wrapped(&mut self, name: &str, message: Json) -> Step {
        self.frames += 1;
        if self.frames % 2 == 0 {
            return Step::frame(message);
        }
        Step::frame(Json::object([("stream", Json::text(name)), ("data", message)]))
    }
}

impl Dialect for Binance {
    fn venue(&self) -> Venue {
        Venue::Binance
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.ids[at] += 100;
        let body = Json::object([
            ("lastUpdateId", Json::Id(self.ids[at])),
            ("bids", rows(book.best_first(Bid))),
            ("asks", rows(book.best_first(Ask))),
        ]);
        Step::answer(NATIVES[at], body)
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let first = self.ids[at] + 1;
        self.ids[at] += changes.len() as i64 + 2;
        let message = Json::object([
            ("e", Json::text("depthUpdate")),
            ("E", Json::Id(self.clock.ms())),
            ("s", Json::text(NATIVES[at])),
            ("U", Json::Id(first)),
            ("u", Json::Id(self.ids[at])),
            ("b", rows(of_side(changes, Bid))),
            ("a", rows(of_side(changes, Ask))),
        ]);
        vec![self.wrapped("x@depth@100ms", message)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let ms = self.clock.ms();
        let is_aggregate = self.frames % 3 == 0;
        let (kind, id) = if is_aggregate { ("aggTrade", "a") } else { ("trade", "t") };
        let message = Json::object([
            ("e", Json::text(kind)),
            ("E", Json::Id(ms)),
            ("s", Json::text(NATIVES[at])),
            (id, Json::Id(ms % 1_000_000)),
            ("p", Json::Amount(text(price))),
            ("q", Json::Amount(text(size))),
            ("T", Json::Id(ms - 1)),
            ("m", Json::Bool(!is_buy)),
            ("M", Json::Bool(true)),
        ]);
        self.wrapped("x@trade", message)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let message = Json::object([
            ("u", Json::Id(self.ids[at])),
            ("s", Json::text(NATIVES[at])),
            ("b", Json::Amount(text(bid))),
            ("B", Json::Amount(text(bid_size))),
            ("a", Json::Amount(text(ask))),
            ("A", Json::Amount(text(ask_size))),
        ]);
        self.wrapped("x@bookTicker", message)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([("result", Json::Null), ("id", Json::Id(1))]))
    }
}
