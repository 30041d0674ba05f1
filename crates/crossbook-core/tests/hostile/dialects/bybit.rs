//! Bybit: the snapshot in the stream, then one update id a message.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;

use super::{of_side, rows, Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTCUSDT", "ETH-02JAN26/X"];

#[derive(Default)]
pub struct Bybit {
    ids: [i64; 2],
    clock: Clock,
}

impl Bybit {
    fn frame(&mut self, topic: &str, kind: &str, data: Json) -> Step {
        let ms = self.clock.ms();
        Step::frame(Json::object([
            ("topic", Json::text(topic)),
            ("type", Json::text(kind)),
            ("ts", Json::Id(ms)),
            ("data", data),
            ("cts", Json::Id(ms - 2)),
        ]))
    }

    fn book(&mut self, at: usize, kind: &str, bids: Json, asks: Json) -> Step {
        let data = Json::object([
            ("s", Json::text(NATIVES[at])),
            ("b", bids),
            ("a", asks),
            ("u", Json::Id(self.ids[at])),
            ("seq", Json::Id(9_000_000_001)),
        ]);
        self.frame(&format!("orderbook.50.{}", NATIVES[at]), kind, data)
    }
}

impl Dialect for Bybit {
    fn venue(&self) -> Venue {
        Venue::Bybit
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn extent(&self) -> (usize, usize) {
        (12, 50)
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.ids[at] += 100;
        self.book(at, "snapshot", rows(book.best_first(Bid)), rows(book.best_first(Ask)))
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        self.ids[at] += 1;
        vec![self.book(at, "delta", rows(of_side(changes, Bid)), rows(of_side(changes, Ask)))]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let trade = Json::object([
            ("T", Json::Id(self.clock.ms())),
            ("s", Json::text(NATIVES[at])),
            ("S", Json::text(if is_buy { "Buy" } else { "Sell" })),
            ("v", Json::Amount(text(size))),
            ("p", Json::Amount(text(price))),
            ("L", Json::text("PlusTick")),
            ("i", Json::text("20f43950-d8dd-5b31-9112-a178eb6023af")),
            ("BT", Json::Bool(false)),
        ]);
        let topic = format!("publicTrade.{}", NATIVES[at]);
        self.frame(&topic, "snapshot", Json::Array(vec![trade]))
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let data = Json::object([
            ("symbol", Json::text(NATIVES[at])),
            ("bid1Price", Json::Amount(text(bid))),
            ("bid1Size", Json::Amount(text(bid_size))),
            ("ask1Price", Json::Amount(text(ask))),
            ("ask1Size", Json::Amount(text(ask_size))),
        ]);
        self.frame(&format!("tickers.{}", NATIVES[at]), "snapshot", data)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([
            ("success", Json::Bool(true)),
            ("ret_msg", Json::text("pong")),
            ("conn_id", Json::text("0970-1")),
            ("op", Json::text("ping")),
        ]))
    }
}
