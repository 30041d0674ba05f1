//! MEXC: a base by REST, then protobuf pushes over ranges of versions.

use crossbook_core::batch::Side::{Ask, Bid};
use crossbook_core::venue::Venue;

use super::{of_side, rows, Clock, Dialect, Step, Wire};
use crate::market::{text, Book, Change};
use crate::protobuf::{Message, Value};
use crate::wire::Json;

const NATIVES: [&str; 2] = ["BTCUSDT", "ETHUSDC"];

#[derive(Default)]
pub struct Mexc {
    versions: [i64; 2],
    clock: Clock,
}

fn level(field: u64, price: i64, size: i64) -> (u64, Value) {
    let fields = vec![(1, Value::Text(text(price))), (2, Value::Text(text(size)))];
    (field, Value::Message(Message(fields)))
}

impl Mexc {
    fn push(&mut self, at: usize, channel: &str, number: u64, body: Vec<(u64, Value)>) -> Step {
        let native = NATIVES[at];
        let message = Message(vec![
            (1, Value::Text(format!("spot@public.{channel}.v3.api.pb@100ms@{native}"))),
            (3, Value::Text(native.to_owned())),
            (6, Value::Varint(self.clock.ms() as u64)),
            (number, Value::Message(Message(body))),
        ]);
        Step { asked: None, wire: Wire::Protobuf(message) }
    }
}

impl Dialect for Mexc {
    fn venue(&self) -> Venue {
        Venue::Mexc
    }

    fn natives(&self) -> [&'static str; 2] {
        NATIVES
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step {
        self.versions[at] += 100;
        let body = Json::object([
            ("lastUpdateId", Json::Id(self.versions[at])),
            ("bids", rows(book.best_first(Bid))),
            ("asks", rows(book.best_first(Ask))),
            ("timestamp", Json::Id(self.clock.ms())),
        ]);
        Step::answer(NATIVES[at], body)
    }

    fn change(&mut self, at: usize, _: &Book, changes: &[Change]) -> Vec<Step> {
        let first = self.versions[at] + 1;
        self.versions[at] += changes.len() as i64;
        let mut body: Vec<(u64, Value)> = Vec::new();
        body.extend(of_side(changes, Ask).map(|(price, size)| level(1, price, size)));
        body.extend(of_side(changes, Bid).map(|(price, size)| level(2, price, size)));
        body.extend([
            (3, Value::Text("spot@public.aggre.depth.v3.api.pb@100ms".to_owned())),
            (4, Value::Text(first.to_string())),
            (5, Value::Text(self.versions[at].to_string())),
        ]);
        vec![self.push(at, "aggre.depth", 313, body)]
    }

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step {
        let deal = Message(vec![
            (1, Value::Text(text(price))),
            (2, Value::Text(text(size))),
            (3, Value::Varint(if is_buy { 1 } else { 2 })),
            (4, Value::Varint(self.clock.ms() as u64)),
        ]);
        self.push(at, "aggre.deals", 314, vec![(1, Value::Message(deal))])
    }

    fn quote(&mut self, at: usize, book: &Book) -> Step {
        let (bid, ask) = book.best();
        let (bid_size, ask_size) = book.best_sizes();
        let numbers = [bid, bid_size, ask, ask_size];
        let mut body: Vec<(u64, Value)> =
            (1..).zip(numbers.map(|number| Value::Text(text(number)))).collect();
        body.push((5, Value::Text(self.versions[at].to_string())));
        self.push(at, "aggre.bookTicker", 315, body)
    }

    fn control(&mut self) -> Step {
        Step::frame(Json::object([
            ("id", Json::Id(0)),
            ("code", Json::Id(0)),
            ("msg", Json::text("PONG")),
        ]))
    }
}
