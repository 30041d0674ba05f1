//! Polymarket: books with their hash, and changes that carry the best prices after them.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;
use sha1_smol::Sha1;

use super::{Clock, Dialect, Step, Wire};
use crate::market::{text, Book, Change};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["71321045679252212594626385532706912750", "5211431950165207839"];
const MARKET: &str = "0xbd31dc8a20211944f6b70f31557f1001557b59905b7738480ca09bd4532f84af";

#[derive(Default)]
pub struct Polymarket {
    clock: Clock,
}

fn levels(levels: impl Iterator<Item = (i64, i64)>) -> Json {
    let level = |(price, size)| {
        Json::object([("price", Json::Digits(text(price))), ("size", Json::Digits(text(size)))])
    };
    Json::Array(levels.map(level).collect())
}

fn hash(at: usize, book: &Book, ms: i64) -> String {
    let side = |levels: Vec<(i64, i64)>| {
        let level = |(price, size): &(i64, i64)| {
            format!(r#"{{"price":"{}","size":"{}"}}"#, text(*price), text(*size))
        };
        levels.iter().map(level).collect::<Vec<_>>().join(",")
    };
    let (asset, bids, asks) = (NATIVES[at], book.best_first(Bid), book.best_first(Ask));
    let preimage = format!(
        r#"{{"market":"{MARKET}","asset_id":"{asset}","timestamp":"{ms}","hash":"","bids":[{}],"asks":[{}],"min_order_size":"5","tick_size":"0.01","neg_risk":false,"last_trade_price":"0.500"}}"#,
        side(bids),
        side(asks)
    );
    Sha1::from(preimage).digest().to_string()
}

impl Dialect for Polymarket {
    fn venue(&self) -> Venue {
        Venue::Polymarket
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn base(&self) -> i64 {
        0
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        let ms = self.clock.ms();
        let event = Json::object([
            ("event_type", Json::text("book")),
            ("market", Json::text(MARKET)),
            ("asset_id", Json::digits(NATIVES[at])),
            ("timestamp", Json::Id(ms)),
            ("hash", Json::Text(hash(at, book, ms))),
            ("bids", levels(book.best_first(Bid).into_iter())),
            ("asks", levels(book.best_first(Ask).into_iter())),
            ("min_order_size", Json::digits("5")),
            ("tick_size", Json::digits("0.01")),
            ("neg_risk", Json::Bool(false)),
            ("last_trade_price", Json::digits("0.500")),
        ]);
        Step::frame(Json::Array(vec![event]))
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let entry = |change: &Change| {
            Json::object([
                ("asset_id", Json::digits(NATIVES[at])),
                ("price", Json::Amount(text(change.price))),
                ("size", Json::Amount(text(change.size))),
                ("side", Json::text(if change.side == Bid { "BUY" } else { "SELL" })),
                ("hash", Json::text("56621a121a47ed9333273e21c83b660cff37ae50")),
                ("best_bid", Json::Amount(text(change.best.0))),
                ("best_ask", Json::Amount(text(change.best.1))),
            ])
        };
        vec![Step::frame(Json::object([
            ("market", Json::text(MARKET)),
            ("price_changes", Json::Array(changes.iter().map(entry).collect())),
            ("timestamp", Json::Id(self.clock.ms())),
            ("event_type", Json::text("price_change")),
        ]))]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        Step::frame(Json::object([
            ("asset_id", Json::digits(NATIVES[at])),
            ("event_type", Json::text("last_trade_price")),
            ("fee_rate_bps", Json::Id(0)),
            ("market", Json::text(MARKET)),
            ("price", Json::Amount(text(price))),
            ("side", Json::text(if is_buy { "BUY" } else { "SELL" })),
            ("size", Json::Amount(text(size))),
            ("timestamp", Json::Id(self.clock.ms())),
        ]))
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        Step::frame(Json::object([
            ("event_type", Json::text("best_bid_ask")),
            ("market", Json::text(MARKET)),
            ("asset_id", Json::digits(NATIVES[at])),
            ("best_bid", Json::Amount(text(bid))),
            ("best_ask", Json::Amount(text(ask))),
            ("timestamp", Json::Id(self.clock.ms())),
        ]))
    }

    fn control(&mut self) -> Step {
        Step { asked: None, wire: Wire::Word("PONG") }
    }
}
