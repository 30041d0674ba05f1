//! An engine of all venues, and what no sequence of calls may do to its books.

use crossbook_core::batch::{Outcome, Side};
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::event::EventKind;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::tracker::Tracker;
use crossbook_core::venue::Venue;

use super::SIDES;

/// The symbols that frames name, by venue: the first of each venue share an asset.
pub const NATIVES: [(Venue, [&str; 2]); 9] = [
    (Venue::Binance, ["BTCUSDT", "ETHUSDT"]),
    (Venue::Coinbase, ["BTC-USD", "ETH-USD"]),
    (Venue::Kraken, ["BTC/USD", "XBT/USD"]),
    (Venue::Mexc, ["BTCUSDT", "ETHUSDT"]),
    (Venue::Gateio, ["BTC_USDT", "ETH_USDT"]),
    (Venue::Bybit, ["BTCUSDT", "ETHUSDT"]),
    (Venue::Okx, ["BTC-USDT", "ETH-USDT"]),
    (Venue::Polymarket, ["1", "2"]),
    (Venue::Kalshi, ["KXA", "KXB"]),
];

fn instrument(venue: Venue, native: &str, outcome: Outcome, asset: &str) -> Instrument {
    let is_event = matches!(venue, Venue::Polymarket | Venue::Kalshi);
    Instrument {
        venue,
        natives: vec![native.to_owned()],
        outcome,
        price_decimals: 8,
        size_decimals: 8,
        tick: 1_000_000,
        lot: 1_000,
        min_size: 0,
        max_size: 0,
        min_notional: 1,
        fee: Fee {
            rate_ppm: 1_000,
            curve: if is_event { FeeCurve::Quadratic } else { FeeCurve::Proportional },
        },
        fee_decimals: is_event.then_some(4),
        asset: format!("{asset} {is_event}"),
        depth: 0,
        checksum_decimals: None,
    }
}

/// One connection to each venue, by the venue's number.
pub fn engine() -> Engine {
    let mut engine = Engine::new(64);
    for (venue, natives) in NATIVES {
        for (native, asset) in natives.into_iter().zip(["first", "second"]) {
            let legs: &[Outcome] = match venue {
                Venue::Kalshi => &[Outcome::Yes, Outcome::No],
                _ => &[Outcome::Whole],
            };
            for leg in legs {
                let added = engine.add_instrument(instrument(venue, native, *leg, asset));
                added.expect("the symbols differ");
            }
        }
        engine.open_feed(venue);
    }
    engine.events_mut().subscribe(&EventKind::ALL);
    engine
}

/// Take each line of `script` as a call; look at the books after each.
///
/// The first byte of a line names the venue and the call, the rest is the frame.
pub fn script(script: &[u8]) {
    let mut engine = engine();
    for (now_ns, line) in (1..).zip(script.split(|byte| *byte == b'\n')) {
        let Some((head, bytes)) = line.split_first() else { continue };
        call(&mut engine, *head, bytes, now_ns);
        engine.trackers().iter().for_each(sound);
        for asset in engine.assets() {
            for side in SIDES {
                asset.levels(side, 5, engine.trackers());
            }
        }
    }
}

fn call(engine: &mut Engine, head: u8, bytes: &[u8], now_ns: i64) {
    let feed = u32::from(head) % 9;
    let (_, natives) = NATIVES[feed as usize];
    match head / 9 % 8 {
        0 => engine.on_open(feed, now_ns),
        1 => engine.on_close(feed, now_ns),
        2 => engine.expire(now_ns, 3),
        3 => refusal(engine, feed, Some(natives[0]), bytes, now_ns),
        4 => refusal(engine, feed, Some(natives[1]), bytes, now_ns),
        _ => refusal(engine, feed, None, bytes, now_ns),
    }
}

/// Give bytes to the engine; if they are refused, no book may have changed.
fn refusal(engine: &mut Engine, feed: u32, asked: Option<&str>, bytes: &[u8], now_ns: i64) {
    let before = contents(engine);
    let refused_before = refused(engine, feed);
    match asked {
        Some(native) => engine.on_snapshot(feed, native.as_bytes(), bytes, now_ns),
        None => engine.on_frame(feed, bytes, now_ns),
    }
    if refused(engine, feed) > refused_before {
        assert_eq!(contents(engine), before);
    }
    engine.events_mut().drain(|_| {});
}

fn refused(engine: &Engine, feed: u32) -> u64 {
    engine.feeds()[feed as usize].counts().decode_errors.iter().sum()
}

type Content = (BookState, Option<i64>, Vec<(i64, i64)>, Vec<(i64, i64)>);

fn contents(engine: &Engine) -> Vec<Content> {
    let content = |tracker: &Tracker| {
        let [bids, asks] = SIDES.map(|side| tracker.book().side(side).iter().collect());
        (tracker.state(), tracker.sequence(), bids, asks)
    };
    engine.trackers().iter().map(content).collect()
}

/// Levels in order, none without size; a live book is not crossed.
fn sound(tracker: &Tracker) {
    for side in SIDES {
        let levels: Vec<_> = tracker.book().side(side).iter().collect();
        let is_sorted = levels.windows(2).all(|pair| match side {
            Side::Bid => pair[0].0 > pair[1].0,
            Side::Ask => pair[0].0 < pair[1].0,
        });
        assert!(is_sorted, "{levels:?}");
        assert!(levels.iter().all(|(price, size)| *price >= 0 && *size > 0), "{levels:?}");
    }
    let best = SIDES.map(|side| tracker.book().side(side).best());
    assert_eq!([tracker.bbo().bid, tracker.bbo().ask], best, "best prices are kept");
    assert!(tracker.state() != BookState::Live || !tracker.bbo().is_crossed());
}
