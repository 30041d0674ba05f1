//! Several connections bring one book: each change counts once, and no fault of one is seen.

use crossbook_core::batch::{Outcome, Side};
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::event::EventKind;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::venue::Venue;

const SECOND_NS: i64 = 1_000_000_000;

/// An engine with one instrument and two open connections.
fn engine(venue: Venue) -> Engine {
    let mut engine = Engine::new(1_000);
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
    engine.events_mut().subscribe(&[EventKind::State, EventKind::Trade]);
    for feed in 0..2 {
        assert_eq!(engine.open_feed(venue), feed);
        engine.on_open(feed, 0);
    }
    engine
}

fn best_bid(engine: &Engine) -> Option<(i64, i64)> {
    engine.trackers()[0].book().side(Side::Bid).best()
}

fn state(engine: &Engine) -> BookState {
    engine.trackers()[0].state()
}

fn states_seen(engine: &mut Engine) -> Vec<i64> {
    let mut seen = Vec::new();
    engine.events_mut().drain(|event| {
        if event.kind == EventKind::State {
            seen.push(event.values[0]);
        }
    });
    seen
}

mod joined_by_numbers {
    use super::*;

    fn diff(id: i64, size: i64) -> Vec<u8> {
        let head = r#"{"e":"depthUpdate","E":1,"s":"A""#;
        format!(r#"{head},"U":{id},"u":{id},"b":[["1.00","{size}"]],"a":[]}}"#).into_bytes()
    }

    fn base(id: i64) -> Vec<u8> {
        format!(r#"{{"lastUpdateId":{id},"bids":[["1.00","5"]],"asks":[["2.00","1"]]}}"#).into()
    }

    fn live() -> Engine {
        let mut engine = engine(Venue::Binance);
        engine.on_frame(0, &diff(10, 1), 1);
        engine.on_snapshot(0, b"A", &base(10), 2);
        assert_eq!(state(&engine), BookState::Live);
        states_seen(&mut engine);
        engine
    }

    #[test]
    fn whoever_brings_a_change_first_brings_it() {
        let mut engine = live();
        for (feed, id) in [(1, 11), (0, 11), (0, 12), (1, 12), (1, 13), (1, 14), (0, 13), (0, 14)] {
            engine.on_frame(feed, &diff(id, id), 3);
        }
        assert_eq!(engine.trackers()[0].sequence(), Some(14));
        assert_eq!(best_bid(&engine), Some((100, 1400)));
        assert_eq!(engine.trackers()[0].counts().applied, 4);
        assert_eq!(engine.trackers()[0].counts().gaps, 0);
    }

    #[test]
    fn a_second_connection_that_is_ahead_tears_no_hole() {
        let mut engine = live();
        engine.on_frame(1, &diff(14, 1), 3);
        assert_eq!(state(&engine), BookState::Live);
        for id in 11..=14 {
            engine.on_frame(0, &diff(id, id), 4);
        }
        assert_eq!(best_bid(&engine), Some((100, 1400)));
        assert_eq!(engine.trackers()[0].counts().gaps, 0);
    }

    #[test]
    fn a_freeze_or_a_loss_of_one_is_not_seen() {
        let mut engine = live();
        engine.on_frame(0, &diff(11, 1), 3);
        engine.on_frame(1, &diff(11, 1), 3);
        // The first one brings nothing any more; then it closes.
        for id in 12..20 {
            engine.on_frame(1, &diff(id, id), 4);
        }
        engine.on_close(0, 5);
        engine.on_frame(1, &diff(20, 20), 6);
        assert_eq!(best_bid(&engine), Some((100, 2000)));
        assert_eq!(states_seen(&mut engine), Vec::<i64>::new());
    }

    #[test]
    fn a_hole_in_both_is_a_gap() {
        let mut engine = live();
        for feed in [1, 0] {
            engine.on_frame(feed, &diff(12, 1), 3);
        }
        assert_eq!(state(&engine), BookState::Stale);
    }

    #[test]
    fn when_both_close_the_book_waits() {
        let mut engine = live();
        engine.on_frame(1, &diff(11, 1), 3);
        engine.on_close(1, 4);
        assert_eq!(state(&engine), BookState::Live);
        engine.on_close(0, 5);
        assert_eq!(state(&engine), BookState::Stale);
    }

    #[test]
    fn a_trade_over_both_is_one_trade() {
        let mut engine = live();
        let trade = br#"{"e":"trade","E":1,"s":"A","t":7,"p":"1.00","q":"2","T":1,"m":true}"#;
        engine.on_frame(0, trade, 3);
        engine.on_frame(1, trade, 4);
        assert_eq!(engine.trackers()[0].counts().trades, 1);
    }
}

mod with_books_of_their_own {
    use super::*;

    const BASE: &[u8] = br#"{"event_type":"book","asset_id":"A","market":"0x1","timestamp":"1","hash":"","bids":[{"price":"0.40","size":"5"}],"asks":[{"price":"0.60","size":"1"}]}"#;

    fn change(size: i64) -> Vec<u8> {
        let head = r#"{"event_type":"price_change","market":"0x1","timestamp":"1""#;
        let side = r#""side":"BUY","hash":"","best_bid":"0.4","best_ask":"0.6""#;
        format!(
            r#"{head},"price_changes":[{{"asset_id":"A","price":"0.40","size":"{size}",{side}}}]}}"#
        )
        .into_bytes()
    }

    /// Both connections got their base.
    fn live() -> Engine {
        let mut engine = engine(Venue::Polymarket);
        engine.on_frame(0, BASE, 1);
        engine.on_frame(1, BASE, 2);
        assert_eq!(state(&engine), BookState::Live);
        states_seen(&mut engine);
        engine
    }

    #[test]
    fn a_change_over_both_is_applied_once() {
        let mut engine = live();
        for (feed, size) in [(1, 6), (0, 6), (0, 7), (1, 7)] {
            engine.on_frame(feed, &change(size), 3);
        }
        assert_eq!(best_bid(&engine), Some((40, 700)));
        assert_eq!(engine.trackers()[0].counts().applied, 2);
        assert_eq!(engine.trackers()[0].counts().takeovers, 0);
    }

    #[test]
    fn the_copy_takes_over_when_the_first_closes() {
        let mut engine = live();
        engine.on_frame(1, &change(6), 3);
        engine.on_close(0, 4);
        assert_eq!(best_bid(&engine), Some((40, 600)), "the last change was only in the copy");
        engine.on_frame(1, &change(8), 5);
        assert_eq!(best_bid(&engine), Some((40, 800)));
        assert_eq!(states_seen(&mut engine), Vec::<i64>::new());
        assert_eq!(engine.trackers()[0].counts().takeovers, 1);
    }

    #[test]
    fn the_copy_takes_over_when_the_first_falls_behind() {
        let mut engine = live();
        engine.on_frame(1, &change(6), SECOND_NS);
        assert_eq!(best_bid(&engine), Some((40, 500)), "a moment is no freeze");
        engine.on_frame(1, &change(7), 2 * SECOND_NS);
        assert_eq!(best_bid(&engine), Some((40, 700)));
        // The first one thaws: it is the second one now, and stays so.
        engine.on_frame(0, &change(6), 2 * SECOND_NS);
        engine.on_frame(1, &change(9), 2 * SECOND_NS);
        engine.on_frame(0, &change(7), 2 * SECOND_NS);
        assert_eq!(best_bid(&engine), Some((40, 900)));
        assert_eq!(states_seen(&mut engine), Vec::<i64>::new());
    }

    #[test]
    fn two_healthy_connections_never_change_places() {
        let mut engine = live();
        for round in 1..50 {
            let now_ns = round * SECOND_NS;
            for feed in [1, 0] {
                engine.on_frame(feed, &change(round), now_ns + i64::from(1 - feed as i32));
            }
        }
        assert_eq!(engine.trackers()[0].counts().takeovers, 0);
        assert_eq!(best_bid(&engine), Some((40, 4900)));
    }

    #[test]
    fn a_book_that_fails_its_proof_is_replaced_by_the_copy() {
        let mut engine = live();
        let wrong = String::from_utf8(change(6)).expect("it is text");
        engine.on_frame(
            0,
            wrong.replace(r#""best_bid":"0.4""#, r#""best_bid":"0.5""#).as_bytes(),
            3,
        );
        assert_eq!(state(&engine), BookState::Live);
        assert_eq!(best_bid(&engine), Some((40, 500)), "the copy's book, before the change");
        assert_eq!(engine.unsynced(0), [0], "the first one's own needs a base");
        engine.on_frame(0, BASE, 4);
        assert_eq!(engine.unsynced(0), Vec::<u32>::new());
    }

    #[test]
    fn a_copy_without_a_base_does_not_take_over_until_it_has_one() {
        let mut engine = engine(Venue::Polymarket);
        engine.on_frame(0, BASE, 1);
        engine.on_frame(1, &change(6), 2);
        engine.on_close(0, 3);
        assert_ne!(state(&engine), BookState::Live);
        engine.on_frame(1, BASE, 4);
        assert_eq!(state(&engine), BookState::Live);
    }
}

#[test]
fn one_book_is_silenced_distrusted_and_reset_alone() {
    let mut engine = engine(Venue::Bybit);
    let base = br#"{"topic":"orderbook.50.A","type":"snapshot","ts":1,"data":{"s":"A","b":[["1","1"]],"a":[["2","1"]],"u":5}}"#;
    let delta =
        br#"{"topic":"orderbook.50.A","type":"delta","ts":1,"data":{"s":"A","b":[],"a":[],"u":6}}"#;
    engine.on_frame(0, base, 1);
    engine.silence(0, 2);
    assert_eq!(state(&engine), BookState::Stale);
    engine.on_frame(0, delta, 3);
    assert_eq!(state(&engine), BookState::Live, "what comes next ends a silence");
    engine.distrust(0, 4);
    assert_eq!(state(&engine), BookState::Suspect);
    engine.on_frame(0, base, 5);
    assert_eq!(state(&engine), BookState::Live, "a base mends it");
    engine.reset(0, 6);
    assert_eq!(state(&engine), BookState::Empty);
    assert_eq!(best_bid(&engine), None);
    for instrument in [1, u32::MAX] {
        engine.silence(instrument, 7);
        engine.distrust(instrument, 7);
        engine.reset(instrument, 7);
    }
}

#[test]
fn answers_of_the_venue_are_kept_until_they_are_read_and_chatter_is_not() {
    let mut engine = engine(Venue::Kraken);
    let refused = br#"{"error":"Currency pair not supported X/Y","method":"subscribe","success":false,"symbol":"X/Y","time_in":"2025-01-01T00:00:00.000000Z","time_out":"2025-01-01T00:00:00.000001Z"}"#;
    engine.on_frame(0, br#"{"channel":"heartbeat"}"#, 1);
    for ts in 0..100 {
        engine.on_frame(0, refused, ts);
    }
    let kept = engine.take_controls(0);
    assert_eq!(kept.len(), 64);
    assert!(kept.iter().all(|(kind, frame)| kind.name() == "refused" && frame == refused));
    assert_eq!(engine.take_controls(0), []);
    assert_eq!(engine.take_controls(1), []);
}
