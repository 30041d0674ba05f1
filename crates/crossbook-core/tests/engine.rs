//! The engine through its public face: states, joins, gaps, proofs, bad input.

use crossbook_core::batch::{Outcome, Side};
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::event::{Event, EventKind, Reason};
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::tracker::Tracker;
use crossbook_core::venue::Venue;

const S: i64 = 100_000_000;

fn instrument(venue: Venue, native: &str, asset: &str) -> Instrument {
    Instrument {
        venue,
        natives: vec![native.to_owned()],
        outcome: Outcome::Whole,
        price_decimals: 8,
        size_decimals: 8,
        tick: S / 100,
        lot: S / 1000,
        min_size: 0,
        max_size: 0,
        min_notional: 0,
        fee: Fee { rate_ppm: 1_000, curve: FeeCurve::Proportional },
        fee_decimals: None,
        asset: asset.to_owned(),
        depth: 0,
        checksum_decimals: None,
    }
}

struct Bench {
    engine: Engine,
    feed: u32,
    now_ns: i64,
}

impl Bench {
    fn new(venue: Venue, natives: &[&str]) -> Self {
        let mut engine = Engine::new(1_000);
        for native in natives {
            engine.add_instrument(instrument(venue, native, native)).expect("they differ");
        }
        let feed = engine.open_feed(venue);
        engine.events_mut().subscribe(&EventKind::ALL);
        Self { engine, feed, now_ns: 0 }
    }

    fn frame(&mut self, frame: &str) -> &mut Self {
        self.now_ns += 1;
        self.engine.on_frame(self.feed, frame.as_bytes(), self.now_ns);
        self
    }

    fn rest(&mut self, native: &str, body: &str) -> &mut Self {
        self.now_ns += 1;
        self.engine.on_snapshot(self.feed, native.as_bytes(), body.as_bytes(), self.now_ns);
        self
    }

    /// A Binance change of one bid.
    fn diff(&mut self, first: i64, last: i64, price: &str, size: &str) -> &mut Self {
        let frame = format!(
            r#"{{"e":"depthUpdate","E":1,"s":"A","U":{first},"u":{last},"b":[["{price}","{size}"]],"a":[]}}"#
        );
        self.frame(&frame)
    }

    fn base(&mut self, id: i64) -> &mut Self {
        let body = format!(r#"{{"lastUpdateId":{id},"bids":[["10","1"]],"asks":[["20","1"]]}}"#);
        self.rest("A", &body)
    }

    fn state(&self) -> (BookState, Reason) {
        let tracker = &self.engine.trackers()[0];
        (tracker.state(), tracker.reason())
    }

    fn bids(&self) -> Vec<(i64, i64)> {
        self.engine.trackers()[0].book().side(Side::Bid).iter().collect()
    }

    fn events(&mut self, kind: EventKind) -> Vec<Event> {
        let mut events = Vec::new();
        self.engine.events_mut().drain(|event| {
            if event.kind == kind {
                events.push(*event);
            }
        });
        events
    }
}

#[test]
fn changes_wait_for_their_base_and_join_it() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.diff(1, 5, "9", "1").diff(6, 8, "9.5", "2").diff(9, 9, "9.7", "3");
    assert_eq!(bench.state(), (BookState::Syncing, Reason::AwaitingBase));
    bench.base(7);
    assert_eq!(bench.state(), (BookState::Live, Reason::Joined));
    let tracker = &bench.engine.trackers()[0];
    assert_eq!((tracker.counts().applied, tracker.counts().old), (2, 1));
    assert_eq!(tracker.sequence(), Some(9));
    assert_eq!(bench.bids(), [(10 * S, S), (97 * S / 10, 3 * S), (95 * S / 10, 2 * S)]);
}

#[test]
fn a_base_older_than_what_waits_for_it_is_refused_and_a_newer_one_taken() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.diff(10, 12, "9", "1").base(5);
    assert_eq!(bench.state().0, BookState::Syncing);
    assert_eq!(bench.engine.trackers()[0].counts().snapshots_too_old, 1);
    bench.base(11);
    assert_eq!(bench.state().0, BookState::Live);
    assert_eq!(bench.bids().len(), 2);
}

#[test]
fn a_gap_makes_the_book_stale_until_a_new_base() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "9", "1").diff(8, 9, "8", "1");
    assert_eq!(bench.state(), (BookState::Stale, Reason::Gap));
    let gaps = bench.events(EventKind::Gap);
    assert_eq!((gaps.len(), &gaps[0].values[..2]), (1, &[7, 8][..]));
    // The book is not touched while it is stale; what comes waits for the base.
    bench.diff(10, 10, "7", "1");
    assert_eq!(bench.bids(), [(10 * S, S), (9 * S, S)]);
    bench.base(9);
    assert_eq!(bench.state(), (BookState::Live, Reason::Joined));
    assert_eq!(bench.bids(), [(10 * S, S), (7 * S, S)]);
}

#[test]
fn a_reconnection_without_a_gap_goes_on_and_one_with_a_gap_does_not() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "9", "1");
    bench.engine.on_close(bench.feed, 100);
    assert_eq!(bench.state(), (BookState::Stale, Reason::Reconnected));
    bench.engine.on_open(bench.feed, 101);
    bench.diff(5, 8, "8", "1");
    assert_eq!(bench.state(), (BookState::Live, Reason::Continued));
    bench.engine.on_open(bench.feed, 102);
    bench.diff(10, 11, "7", "1");
    assert_eq!(bench.state(), (BookState::Stale, Reason::Gap));
}

#[test]
fn crossed_sides_are_suspect_while_they_cross() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "20", "1");
    assert_eq!(bench.state(), (BookState::Suspect, Reason::Crossed));
    bench.diff(7, 7, "20", "0");
    assert_eq!(bench.state(), (BookState::Live, Reason::Uncrossed));
}

#[test]
fn a_number_off_the_scale_breaks_the_book_until_its_next_snapshot() {
    for (price, size) in [("9.000000001", "1"), ("9", "0.000000001"), ("9", "99999999999999")] {
        let mut bench = Bench::new(Venue::Binance, &["A"]);
        bench.base(5).diff(6, 6, price, size);
        assert_eq!(bench.state(), (BookState::Broken, Reason::OffScale), "{price} {size}");
        assert_eq!(bench.engine.trackers()[0].counts().off_scale, 1);
        bench.diff(7, 7, "9", "1").base(7);
        assert_eq!(bench.state(), (BookState::Live, Reason::Joined));
    }
}

#[test]
fn a_level_off_the_grid_is_kept_and_counted() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "9.005", "0.00001");
    let counts = bench.engine.trackers()[0].counts();
    assert_eq!((counts.off_tick, counts.off_lot), (1, 1));
    assert_eq!(bench.bids()[1], (9 * S + S / 200, S / 100_000));
}

#[test]
fn best_prices_beside_the_book_prove_it_or_make_it_suspect() {
    let quote = |id: i64, bid: &str| {
        format!(r#"{{"u":{id},"s":"A","b":"{bid}","B":"1","a":"20","A":"1"}}"#)
    };
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).frame(&quote(7, "11")).diff(6, 8, "11", "1");
    assert_eq!(bench.engine.trackers()[0].counts().bbo_ok, 1);
    bench.frame(&quote(9, "12")).diff(9, 9, "11", "2");
    assert_eq!(bench.engine.trackers()[0].counts().bbo_failed, 1);
    assert_eq!(bench.state(), (BookState::Suspect, Reason::ProofFailed));
    let failed = bench.events(EventKind::ProofFailed);
    assert_eq!(failed[0].values[..2], [12 * S, 11 * S]);
    // Only a new base makes it live again.
    bench.diff(10, 10, "11", "3");
    assert_eq!(bench.state().0, BookState::Suspect);
    bench.base(11);
    assert_eq!(bench.state().0, BookState::Live);
}

/// A book that Binance's best prices contradict at update 9.
fn suspect() -> Bench {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).frame(r#"{"u":9,"s":"A","b":"12","B":"1","a":"20","A":"1"}"#);
    bench.diff(6, 9, "11", "1");
    assert_eq!(bench.state(), (BookState::Suspect, Reason::ProofFailed));
    bench
}

#[test]
fn a_base_that_is_older_than_a_suspect_book_is_joined_to_what_came_since() {
    let mut bench = suspect();
    bench.diff(10, 12, "9", "1").base(7);
    assert_eq!(bench.state(), (BookState::Live, Reason::Joined));
    assert_eq!(bench.engine.trackers()[0].sequence(), Some(12));
    assert_eq!(bench.bids(), [(11 * S, S), (10 * S, S), (9 * S, S)]);
    bench.diff(13, 13, "9", "0");
    assert_eq!(bench.state().0, BookState::Live);
}

#[test]
fn a_base_that_cannot_be_joined_to_a_suspect_book_does_not_replace_it() {
    let mut bench = suspect();
    bench.base(4);
    assert_eq!(bench.state().0, BookState::Suspect);
    assert_eq!(bench.engine.trackers()[0].counts().snapshots_too_old, 1);
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    // The quote comes last: no change was kept since.
    bench
        .base(5)
        .diff(6, 9, "11", "1")
        .frame(r#"{"u":9,"s":"A","b":"12","B":"1","a":"20","A":"1"}"#);
    bench.base(7);
    assert_eq!(bench.state().0, BookState::Suspect);
    bench.base(9);
    assert_eq!(bench.state().0, BookState::Live);
}

#[test]
fn a_book_that_uncrosses_keeps_nothing_for_a_base() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "20", "1").diff(7, 7, "20", "0").base(5);
    assert_eq!(bench.state(), (BookState::Live, Reason::Uncrossed));
    assert_eq!(bench.engine.trackers()[0].counts().old, 1);
    assert_eq!(bench.engine.trackers()[0].sequence(), Some(7));
}

#[test]
fn a_gap_in_a_suspect_book_makes_it_stale_until_a_base_after_the_gap() {
    let mut bench = suspect();
    bench.diff(12, 13, "9", "1").base(9);
    assert_eq!(bench.state(), (BookState::Stale, Reason::Gap));
    bench.base(11);
    assert_eq!(bench.state(), (BookState::Live, Reason::Joined));
    assert_eq!(bench.bids(), [(10 * S, S), (9 * S, S)]);
}

#[test]
fn a_reconnection_does_not_make_a_suspect_book_live() {
    for is_silent in [false, true] {
        let mut bench = suspect();
        if is_silent {
            bench.engine.expire(10_000, 5_000);
        }
        bench.engine.on_open(bench.feed, 10_001);
        assert_eq!(bench.state(), (BookState::Stale, Reason::Reconnected));
        bench.diff(10, 10, "9", "1");
        assert_eq!(bench.state().0, BookState::Stale);
        bench.base(10);
        assert_eq!(bench.state().0, BookState::Live);
    }
}

#[test]
fn a_reconnection_ends_a_silence_without_making_the_book_live() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5);
    bench.engine.expire(10_000, 5_000);
    bench.engine.on_open(bench.feed, 10_001);
    assert_eq!(bench.state(), (BookState::Stale, Reason::Reconnected));
    bench.diff(8, 9, "9", "1");
    assert_eq!(bench.state(), (BookState::Stale, Reason::Gap));
}

#[test]
fn a_missing_frame_of_a_numbered_connection_makes_all_its_books_stale() {
    let snapshot = |number: i64, product: &str| {
        format!(
            r#"{{"channel":"l2_data","timestamp":"2026-01-01T00:00:00Z","sequence_num":{number},"events":[{{"type":"snapshot","product_id":"{product}","updates":[{{"side":"bid","event_time":"2026-01-01T00:00:00Z","price_level":"10","new_quantity":"1"}}]}}]}}"#
        )
    };
    let mut bench = Bench::new(Venue::Coinbase, &["A-B", "C-D"]);
    bench.engine.on_open(bench.feed, 0);
    bench.frame(&snapshot(0, "A-B")).frame(&snapshot(1, "C-D"));
    assert!(bench.engine.trackers().iter().all(|tracker| tracker.state() == BookState::Live));
    bench.frame(&snapshot(3, "C-D"));
    let states: Vec<_> = bench.engine.trackers().iter().map(Tracker::state).collect();
    // The frame that came after the gap is a snapshot: its own book is known again.
    assert_eq!(states, [BookState::Stale, BookState::Live]);
    // A frame that comes twice changes nothing.
    bench.frame(&snapshot(3, "A-B"));
    assert_eq!(bench.engine.feeds()[0].counts().stream_old, 1);
    assert_eq!(bench.state().0, BookState::Stale);
}

#[test]
fn silence_makes_a_book_stale_and_ends() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5);
    bench.engine.expire(1_000, 5_000);
    assert_eq!(bench.state().0, BookState::Live);
    bench.engine.expire(10_000, 5_000);
    assert_eq!(bench.state(), (BookState::Stale, Reason::Silent));
    bench.diff(6, 6, "9", "1");
    assert_eq!(bench.state(), (BookState::Live, Reason::Resumed));
}

#[test]
fn a_tick_change_begins_a_new_epoch_of_the_book() {
    let mut bench = Bench::new(Venue::Polymarket, &["111"]);
    let book = r#"{"event_type":"book","asset_id":"111","market":"0x1","timestamp":"1","bids":[{"price":"0.4","size":"5"}],"asks":[{"price":"0.6","size":"5"}]}"#;
    bench.frame(book);
    assert_eq!(bench.state().0, BookState::Live);
    bench.frame(r#"{"event_type":"tick_size_change","asset_id":"111","market":"0x1","old_tick_size":"0.01","new_tick_size":"0.001","timestamp":"2"}"#);
    assert_eq!(bench.state(), (BookState::Syncing, Reason::TickChanged));
    assert!(bench.bids().is_empty());
    assert_eq!(bench.engine.trackers()[0].tick(), S / 1000);
    bench.frame(book);
    assert_eq!(bench.state().0, BookState::Live);
}

#[test]
fn damaged_frames_are_counted_and_change_nothing() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.base(5).diff(6, 6, "9", "1");
    let before = bench.bids();
    let whole = r#"{"e":"depthUpdate","E":1,"s":"A","U":7,"u":7,"b":[["8","1"]],"a":[]}"#;
    for end in 0..whole.len() {
        bench.frame(&whole[..end]);
    }
    for frame in [
        "[]",
        "null",
        r#"{"e":"nobody knows"}"#,
        r#"{"e":"depthUpdate","E":1,"s":"A","U":7,"u":7,"b":[["8","-1"]],"a":[]}"#,
        r#"{"e":"depthUpdate","E":1,"s":"A","U":7,"U":7,"u":7,"b":[["8","1"]],"a":[]}"#,
        r#"{"e":"depthUpdate","E":1,"s":"A","U":7,"u":7,"b":[["8","1e999"]],"a":[]}"#,
        r#"{"e":"depthUpdate","E":1,"s":"A","U":7,"u":7,"b":{"8":"1"},"a":[]}"#,
    ] {
        bench.frame(frame);
    }
    bench.engine.on_frame(bench.feed, b"{\"e\":\"\xff\"}", 1);
    let large = format!(r#"{{"e":"depthUpdate","junk":"{}"}}"#, "x".repeat(10 << 20));
    bench.frame(&large);
    assert_eq!(bench.bids(), before);
    assert_eq!(bench.state().0, BookState::Live);
    let counts = bench.engine.feeds()[0].counts();
    let refused: u64 = counts.decode_errors.iter().sum();
    assert_eq!(refused, whole.len() as u64 + 9);
    // And the frame that was cut so often is taken when it is whole.
    bench.frame(whole);
    assert_eq!(bench.bids().len(), before.len() + 1);
}

#[test]
fn a_snapshot_of_ten_megabytes_is_taken() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    let rows: Vec<_> =
        (1..=350_000).map(|price| format!(r#"["{price}.50000000","1.00000000"]"#)).collect();
    let body = format!(r#"{{"lastUpdateId":1,"bids":[{}],"asks":[]}}"#, rows.join(","));
    assert!(body.len() > 10 << 20);
    bench.rest("A", &body);
    assert_eq!(bench.state().0, BookState::Live);
    assert_eq!(bench.bids().len(), 350_000);
}

#[test]
fn unknown_symbols_are_counted() {
    let mut bench = Bench::new(Venue::Binance, &["A"]);
    bench.frame(r#"{"e":"depthUpdate","E":1,"s":"Z","U":1,"u":1,"b":[],"a":[]}"#);
    bench.rest("Z", r#"{"lastUpdateId":1,"bids":[],"asks":[]}"#);
    assert_eq!(bench.engine.feeds()[0].counts().unknown_symbols, 2);
}

#[test]
fn two_live_venues_that_cross_make_an_opportunity_and_one_that_leaves_ends_it() {
    let mut engine = Engine::new(100);
    for venue in [Venue::Binance, Venue::Mexc] {
        engine.add_instrument(instrument(venue, "A", "A/A/A")).expect("they differ");
    }
    let (binance, mexc) = (engine.open_feed(Venue::Binance), engine.open_feed(Venue::Mexc));
    engine.events_mut().subscribe(&[EventKind::Opportunity]);
    let body = |bid: &str, ask: &str| {
        format!(r#"{{"lastUpdateId":1,"bids":[["{bid}","2"]],"asks":[["{ask}","3"]]}}"#)
    };
    engine.on_snapshot(binance, b"A", body("99", "100").as_bytes(), 1);
    engine.on_snapshot(mexc, b"A", body("101", "102").as_bytes(), 2);
    let open: Vec<_> =
        engine.assets()[0].open().map(|(buy, sell, c)| (buy, sell, c.size)).collect();
    // Bought at 100 and sold at 101: 2 × (1 - 0.1 - 0.101) = 1.598.
    assert_eq!(open, [(0, 1, 2 * S)]);
    let profit = engine.assets()[0].open().map(|(_, _, c)| c.profit).next();
    assert_eq!(profit, Some(1_598 * 10_i128.pow(13)));
    let merged = engine.assets()[0].levels(Side::Bid, 10, engine.trackers());
    assert_eq!(merged[0].sizes, [(1, 2 * S)]);
    engine.on_close(mexc, 3);
    assert_eq!(engine.assets()[0].open().count(), 0);
    assert_eq!(engine.assets()[0].levels(Side::Bid, 10, engine.trackers()).len(), 1);
    let mut phases = Vec::new();
    engine.events_mut().drain(|event| phases.push(event.detail));
    assert_eq!(phases, [0, 2]);
}

#[test]
fn a_venue_that_joins_a_live_asset_is_compared_at_once() {
    let mut engine = Engine::new(100);
    let body = |bid: &str, ask: &str| {
        format!(r#"{{"lastUpdateId":1,"bids":[["{bid}","2"]],"asks":[["{ask}","3"]]}}"#)
    };
    engine.add_instrument(instrument(Venue::Binance, "A", "A/A/A")).expect("the first");
    let binance = engine.open_feed(Venue::Binance);
    engine.on_snapshot(binance, b"A", body("99", "100").as_bytes(), 1);
    engine.add_instrument(instrument(Venue::Mexc, "A", "A/A/A")).expect("of another venue");
    let mexc = engine.open_feed(Venue::Mexc);
    engine.on_snapshot(mexc, b"A", body("101", "102").as_bytes(), 2);
    assert_eq!(engine.assets()[0].open().count(), 1);
}
