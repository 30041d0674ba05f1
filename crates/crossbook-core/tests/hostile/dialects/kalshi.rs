//! Kalshi: bids of both legs, and changes that are added to a level.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;

use super::{Clock, Dialect, Step};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["KXBTC-26APR1817-B76125", "KXA/26-B"];

#[derive(Default)]
pub struct Kalshi {
    number: i64,
    clock: Clock,
}

/// A price of the YES leg in cents as dollars of either leg.
fn dollars(price: i64) -> Json {
    Json::Amount(format!("{}00", text(price)))
}

impl Kalshi {
    fn frame(&mut self, kind: &str, stream: i64, message: Json) -> Step {
        // Each subscription is numbered apart; only the books' frames are looked at here.
        let number = if stream == 4 {
            self.number += 1;
            self.number
        } else {
            1
        };
        let mut members = vec![
            ("type".to_owned(), Json::text(kind)),
            ("sid".to_owned(), Json::Id(stream)),
            ("msg".to_owned(), message),
        ];
        if stream == 4 {
            members.push(("seq".to_owned(), Json::Id(number)));
        }
        Step::frame(Json::Object(members))
    }

    fn rows(levels: impl Iterator<Item = (i64, i64)>) -> Json {
        let row = |(price, size)| Json::Array(vec![dollars(price), Json::Amount(text(size))]);
        Json::Array(levels.map(row).collect())
    }
}

impl Dialect for Kalshi {
    fn venue(&self) -> Venue {
        Venue::Kalshi
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn base(&self) -> i64 {
        0
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        let no = book.best_first(Ask).into_iter().map(|(price, size)| (100 - price, size));
        let message = Json::object([
            ("market_ticker", Json::text(NATIVES[at])),
            ("market_id", Json::text("9b0f6b43")),
            ("yes_dollars_fp", Self::rows(book.best_first(Bid).into_iter())),
            ("no_dollars_fp", Self::rows(no)),
        ]);
        self.frame("orderbook_snapshot", 4, message)
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let mut steps = Vec::new();
        for change in changes {
            let (side, price) = match change.side {
                Bid => ("yes", change.price),
                Ask => ("no", 100 - change.price),
            };
            let message = Json::object([
                ("market_ticker", Json::text(NATIVES[at])),
                ("market_id", Json::text("9b0f6b43")),
                ("price_dollars", dollars(price)),
                ("delta_fp", Json::Amount(text(change.size - change.size_before))),
                ("side", Json::text(side)),
                ("ts_ms", Json::Id(self.clock.ms())),
            ]);
            steps.push(self.frame("orderbook_delta", 4, message));
        }
        steps
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let message = Json::object([
            ("trade_id", Json::Id(770_001)),
            ("market_ticker", Json::text(NATIVES[at])),
            ("yes_price_dollars", dollars(price)),
            ("no_price_dollars", dollars(100 - price)),
            ("count_fp", Json::Amount(text(size))),
            ("taker_outcome_side", Json::text(if is_buy { "yes" } else { "no" })),
            ("ts_ms", Json::Id(self.clock.ms())),
        ]);
        self.frame("trade", 5, message)
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let message = Json::object([
            ("market_ticker", Json::text(NATIVES[at])),
            ("yes_bid_dollars", dollars(bid)),
            ("yes_ask_dollars", dollars(ask)),
            ("yes_bid_size_fp", Json::Amount(text(bid_size))),
            ("yes_ask_size_fp", Json::Amount(text(ask_size))),
            ("ts_ms", Json::Id(self.clock.ms())),
        ]);
        self.frame("ticker", 6, message)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([
            ("id", Json::Id(1)),
            ("type", Json::text("subscribed")),
            (
                "msg",
                Json::object([("channel", Json::text("orderbook_delta")), ("sid", Json::Id(4))]),
            ),
        ]))
    }
}
