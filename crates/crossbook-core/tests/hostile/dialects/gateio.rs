//! Gate.io: a base by REST, then ranges of update ids.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;

use super::{of_side, rows, Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTC_USDT", "ETH_USDC/X"];

#[derive(Default)]
pub struct Gateio {
    ids: [i64; 2],
    clock: Clock,
}

impl Gateio {
    fn frame(&mut self, channel: &str, result: Json) -> Step {
        let ms = self.clock.ms();
        Step::frame(Json::object([
            ("time", Json::Id(ms / 1_000)),
            ("time_ms", Json::Id(ms)),
            ("channel", Json::text(channel)),
            ("event", Json::text("update")),
            ("result", result),
        ]))
    }
}

impl Dialect for Gateio {
    fn venue(&self) -> Venue {
        Venue::Gateio
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.ids[at] += 100;
        let ms = self.clock.ms();
        let body = Json::object([
            ("id", Json::Id(self.ids[at])),
            ("current", Json::Id(ms)),
            ("update", Json::Id(ms - 1)),
            ("asks", rows(book.best_first(Ask))),
            ("bids", rows(book.best_first(Bid))),
        ]);
        Step::answer(NATIVES[at], body)
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let first = self.ids[at] + 1;
        self.ids[at] += changes.len() as i64;
        let ms = self.clock.ms();
        let result = Json::object([
            ("t", Json::Id(ms)),
            ("e", Json::text("depthUpdate")),
            ("E", Json::Id(ms / 1_000)),
            ("s", Json::text(NATIVES[at])),
            ("U", Json::Id(first)),
            ("u", Json::Id(self.ids[at])),
            ("b", rows(of_side(changes, Bid))),
            ("a", rows(of_side(changes, Ask))),
        ]);
        vec![self.frame("spot.order_book_update", result)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let ms = self.clock.ms();
        let result = Json::object([
            ("id", Json::Id(770_001)),
            ("create_time", Json::Id(ms / 1_000)),
            ("create_time_ms", Json::Amount(format!("{ms}.123"))),
            ("side", Json::text(if is_buy { "buy" } else { "sell" })),
            ("currency_pair", Json::text(NATIVES[at])),
            ("amount", Json::Amount(text(size))),
            ("price", Json::Amount(text(price))),
        ]);
        self.frame("spot.trades", result)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let result = Json::object([
            ("t", Json::Id(self.clock.ms())),
            ("u", Json::Id(self.ids[at])),
            ("s", Json::text(NATIVES[at])),
            ("b", Json::Amount(text(bid))),
            ("B", Json::Amount(text(bid_size))),
            ("a", Json::Amount(text(ask))),
            ("A", Json::Amount(text(ask_size))),
        ]);
        self.frame("spot.book_ticker", result)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([
            ("time", Json::Id(self.clock.ms() / 1_000)),
            ("channel", Json::text("spot.pong")),
            ("event", Json::text("")),
            ("result", Json::Null),
            ("error", Json::Null),
        ]))
    }
}
