//! Books come back when a venue numbers its updates anew, or numbered one absurdly.

use crossbook_core::batch::Outcome;
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::venue::Venue;

fn engine(venue: Venue) -> Engine {
    let mut engine = Engine::new(10);
    let added = engine.add_instrument(Instrument {
        venue,
        natives: vec!["A".to_owned()],
        outcome: Outcome::Whole,
        price_decimals: 2,
        size_decimals: 2,
        tick: 1,
        lot: 1,
        min_size: 0,
        max_size: 0,
        min_notional: 0,
        fee: Fee { rate_ppm: 0, curve: FeeCurve::Proportional },
        fee_decimals: None,
        asset: "A".to_owned(),
        depth: 0,
        checksum_decimals: None,
    });
    added.expect("it is the only one");
    engine.open_feed(venue);
    engine
}

fn state(engine: &Engine) -> (BookState, Option<i64>) {
    (engine.trackers()[0].state(), engine.trackers()[0].sequence())
}

#[test]
fn a_snapshot_of_the_stream_is_taken_whatever_was_kept_before_it() {
    let bybit = |kind: &str, id: i64| {
        format!(
            r#"{{"topic":"orderbook.50.A","type":"{kind}","ts":1,"data":{{"s":"A","b":[],"a":[],"u":{id}}}}}"#
        )
    };
    let okx = |kind: &str, id: i64| {
        let action = if kind == "delta" { "update" } else { kind };
        let previous = id - 1;
        format!(
            r#"{{"arg":{{"channel":"books","instId":"A"}},"action":"{action}","data":[{{"asks":[],"bids":[],"ts":"1","prevSeqId":{previous},"seqId":{id}}}]}}"#
        )
    };
    for venue in [Venue::Bybit, Venue::Okx] {
        let frame = |kind: &str, id: i64| match venue {
            Venue::Bybit => bybit(kind, id),
            _ => okx(kind, id),
        };
        let mut engine = engine(venue);
        let frames = [("snapshot", 700), ("delta", 701), ("delta", 703), ("delta", 704)];
        for (kind, id) in frames {
            engine.on_frame(0, frame(kind, id).as_bytes(), 1);
        }
        assert_eq!(state(&engine), (BookState::Stale, None), "{venue:?}");
        // The venue restarted and begins at 1 again, in the same connection.
        for (kind, id) in [("snapshot", 1), ("delta", 2)] {
            engine.on_frame(0, frame(kind, id).as_bytes(), 2);
        }
        assert_eq!(state(&engine), (BookState::Live, Some(2)), "{venue:?}");
    }
}

fn change(first: i64, last: i64) -> String {
    format!(r#"{{"e":"depthUpdate","E":1,"s":"A","U":{first},"u":{last},"b":[],"a":[]}}"#)
}

fn base(id: i64) -> String {
    format!(r#"{{"lastUpdateId":{id},"bids":[["1","1"]],"asks":[["2","1"]]}}"#)
}

#[test]
fn a_venue_that_comes_back_with_smaller_numbers_is_followed() {
    let mut engine = engine(Venue::Binance);
    engine.on_snapshot(0, b"A", base(700).as_bytes(), 1);
    engine.on_frame(0, change(701, 702).as_bytes(), 2);
    engine.on_close(0, 3);
    engine.on_open(0, 4);
    engine.on_frame(0, change(5, 6).as_bytes(), 5);
    assert_eq!(state(&engine), (BookState::Stale, Some(702)));
    engine.on_snapshot(0, b"A", base(5).as_bytes(), 6);
    assert_eq!(state(&engine), (BookState::Live, Some(6)));
}

#[test]
fn a_new_connection_that_repeats_what_the_old_one_brought_goes_on() {
    let mut engine = engine(Venue::Binance);
    engine.on_snapshot(0, b"A", base(700).as_bytes(), 1);
    engine.on_frame(0, change(701, 702).as_bytes(), 2);
    engine.on_open(0, 3);
    for (first, last) in [(701, 702), (703, 704)] {
        engine.on_frame(0, change(first, last).as_bytes(), 4);
    }
    assert_eq!(state(&engine), (BookState::Live, Some(704)));
}

#[test]
fn a_new_connection_forgets_what_the_old_one_kept_for_a_base() {
    let mut engine = engine(Venue::Binance);
    engine.on_snapshot(0, b"A", base(5).as_bytes(), 1);
    engine.on_frame(0, change(i64::MAX - 1, i64::MAX).as_bytes(), 2);
    engine.on_snapshot(0, b"A", base(9).as_bytes(), 3);
    // No base can be as new as that change; the connection is given up.
    assert_eq!(state(&engine), (BookState::Stale, None));
    engine.on_close(0, 4);
    engine.on_open(0, 5);
    engine.on_frame(0, change(10, 12).as_bytes(), 6);
    engine.on_snapshot(0, b"A", base(11).as_bytes(), 7);
    assert_eq!(state(&engine), (BookState::Live, Some(12)));
}
