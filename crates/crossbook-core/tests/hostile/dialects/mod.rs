//! How each venue writes its market: valid frames of every kind that moves a book.

use crossbook_core::venue::Venue;

use crate::market::{Book, Change};
use crate::protobuf::Message;
use crate::wire::Json;

mod binance;
mod bybit;
mod coinbase;
mod gateio;
mod kalshi;
mod kraken;
mod mexc;
mod okx;
mod polymarket;

/// What is sent.
#[derive(Clone, Debug)]
pub enum Wire {
    Json(Json),
    Protobuf(Message),
    /// A word that is no JSON.
    Word(&'static str),
}

/// A frame, or the answer to a request for the book of a symbol.
#[derive(Clone, Debug)]
pub struct Step {
    pub asked: Option<&'static str>,
    pub wire: Wire,
}

impl Step {
    pub fn frame(json: Json) -> Self {
        Self { asked: None, wire: Wire::Json(json) }
    }

    pub fn answer(native: &'static str, json: Json) -> Self {
        Self { asked: Some(native), wire: Wire::Json(json) }
    }

    pub fn canonical(&self) -> Vec<u8> {
        match &self.wire {
            Wire::Json(json) => json.canonical().into_bytes(),
            Wire::Protobuf(message) => message.canonical(),
            Wire::Word(word) => word.as_bytes().to_vec(),
        }
    }
}

/// One venue's way to write, for two instruments.
pub trait Dialect {
    fn venue(&self) -> Venue;

    fn natives(&self) -> [&'static str; 2];

    /// What is added to a price of 1 to 99 cents.
    fn base(&self) -> i64 {
        60_000
    }

    /// Levels a side of the first snapshot, and what the venue cuts its books to.
    fn extent(&self) -> (usize, usize) {
        (12, 0)
    }

    fn snapshot(&mut self, at: usize, book: &Book) -> Step;

    fn change(&mut self, at: usize, book: &Book, changes: &[Change]) -> Vec<Step>;

    fn trade(&mut self, at: usize, price: i64, size: i64, is_buy: bool) -> Step;

    fn quote(&mut self, at: usize, book: &Book) -> Step;

    fn control(&mut self) -> Step;
}

/// Makes a venue whose numbering begins anew.
pub type Make = fn() -> Box<dyn Dialect>;

/// Every dialect, by a name for messages.
pub const ALL: [(&str, Make); 12] = [
    ("binance", || Box::new(binance::Binance::default())),
    ("coinbase advanced", || Box::new(coinbase::Advanced::default())),
    ("coinbase exchange", || Box::new(coinbase::Exchange::default())),
    ("kraken v1", || Box::new(kraken::V1::default())),
    ("kraken v2", || Box::new(kraken::V2::default())),
    ("mexc", || Box::new(mexc::Mexc::default())),
    ("gateio", || Box::new(gateio::Gateio::default())),
    ("bybit", || Box::new(bybit::Bybit::default())),
    ("okx", || Box::new(okx::Okx::new(true))),
    ("okx without checksum", || Box::new(okx::Okx::new(false))),
    ("polymarket", || Box::new(polymarket::Polymarket::default())),
    ("kalshi", || Box::new(kalshi::Kalshi::default())),
];

/// A venue's clock: a little later each time it is looked at.
#[derive(Default)]
pub struct Clock(i64);

impl Clock {
    /// Milliseconds of Unix time.
    pub fn ms(&mut self) -> i64 {
        self.0 += 7;
        1_767_225_600_000 + self.0
    }

    /// The same as RFC 3339 text.
    pub fn rfc3339(&mut self) -> String {
        let ms = self.ms() - 1_767_225_600_000;
        let (minutes, seconds) = (ms / 60_000, ms / 1_000 % 60);
        format!("2026-01-01T00:{minutes:02}:{seconds:02}.{:03}456Z", ms % 1_000)
    }

    /// The same as text in seconds.
    pub fn seconds(&mut self) -> String {
        let ms = self.ms();
        format!("{}.{:03}456", ms / 1_000, ms % 1_000)
    }
}

/// `[[price, size], …]` of one side.
pub fn rows(levels: impl IntoIterator<Item = (i64, i64)>) -> Json {
    let row = |(price, size)| {
        Json::Array(vec![
            Json::Amount(crate::market::text(price)),
            Json::Amount(crate::market::text(size)),
        ])
    };
    Json::Array(levels.into_iter().map(row).collect())
}

/// Price and size of the changes of one side.
pub fn of_side(
    changes: &[Change],
    side: crossbook_core::batch::Side,
) -> impl Iterator<Item = (i64, i64)> + '_ {
    changes.iter().filter(move |change| change.side == side).map(|c| (c.price, c.size))
}
