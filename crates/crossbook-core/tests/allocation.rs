//! In the steady state the core allocates nothing.
#![allow(unsafe_code)] // A global allocator cannot be had without it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crossbook_core::batch::Outcome;
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::event::EventKind;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::venue::Venue;

/// The system's allocator, and how often each thread asked it for memory.
struct Counting;

thread_local! {
    // Of this thread alone: the test's harness allocates on its own.
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends may allocate when its counter is gone.
    let _ = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn instrument(venue: Venue, native: &str) -> Instrument {
    Instrument {
        venue,
        natives: vec![native.to_owned()],
        outcome: Outcome::Whole,
        price_decimals: 8,
        size_decimals: 8,
        tick: 1,
        lot: 1,
        min_size: 0,
        max_size: 0,
        min_notional: 0,
        fee: Fee { rate_ppm: 100, curve: FeeCurve::Proportional },
        fee_decimals: Some(2),
        asset: "A/A/A".to_owned(),
        depth: 0,
        checksum_decimals: None,
    }
}

/// One round of frames: many levels, one level, a quote, a trade, a crossing that
/// opens and closes, and frames that are refused.
fn frames(round: i64) -> Vec<(u32, String)> {
    let id = round * 10;
    let rows: Vec<_> =
        (0..60).map(|n| format!(r#"["{}.5","{}"]"#, 900 - n * 3, (n + round) % 3)).collect();
    let rows = rows.join(",");
    let (bid, bid_size) = if round % 3 == 0 { ("900", 1) } else { ("900.5", round % 3) };
    let ask = if round % 2 == 0 { "1002" } else { "1001" };
    // The ask 1015.0 × 5.0, then the bids as Kraken prints them.
    let bids: &[u8] = if round % 2 == 0 { b"995050" } else { b"1010010995050" };
    let sum = crc32fast::hash(&[b"1015050", bids].concat());
    vec![
        (
            0,
            format!(
                r#"{{"e":"depthUpdate","E":1,"s":"A","U":{},"u":{},"b":[{rows}],"a":[]}}"#,
                id + 1,
                id + 5
            ),
        ),
        (
            0,
            format!(
                r#"{{"e":"depthUpdate","E":1,"s":"A","U":{},"u":{},"b":[],"a":[["1001","{}"]]}}"#,
                id + 6,
                id + 10,
                round % 2
            ),
        ),
        (
            0,
            format!(
                r#"{{"u":{},"s":"A","b":"{bid}","B":"{bid_size}","a":"{ask}","A":"1"}}"#,
                id + 10
            ),
        ),
        (0, format!(r#"{{"e":"trade","E":1,"s":"A","t":{id},"p":"950","q":"1","T":1,"m":true}}"#)),
        (
            1,
            format!(
                r#"{{"channel":"book","type":"update","data":[{{"symbol":"A","bids":[{{"price":1010.0,"qty":{}.0}}],"asks":[],"checksum":{sum}}}]}}"#,
                round % 2
            ),
        ),
        (1, r#"{"channel":"book","type":"update","data":[{"symbol":"A""#.to_owned()),
    ]
}

#[test]
fn the_steady_state_allocates_nothing() {
    let mut engine = Engine::new(1_000);
    engine.add_instrument(instrument(Venue::Binance, "A")).expect("the first");
    engine.add_instrument(instrument(Venue::Kraken, "A")).expect("of another venue");
    let feeds = [engine.open_feed(Venue::Binance), engine.open_feed(Venue::Kraken)];
    engine.events_mut().subscribe(&EventKind::ALL);
    let base = br#"{"lastUpdateId":10,"bids":[["900","1"]],"asks":[["1002","1"]]}"#;
    engine.on_snapshot(feeds[0], b"A", base, 0);
    let snapshot = br#"{"channel":"book","type":"snapshot","data":[{"symbol":"A","bids":[{"price":995.0,"qty":5.0}],"asks":[{"price":1015.0,"qty":5.0}],"checksum":96547486}]}"#;
    engine.on_frame(feeds[1], snapshot, 0);

    let rounds: Vec<_> = (1..200).map(frames).collect();
    let mut drained = 0_u64;
    let mut opportunities = 0_u64;
    let mut allocations = 0;
    for (number, round) in rounds.iter().enumerate() {
        if number == 100 {
            allocations = ALLOCATIONS.get();
        }
        for (feed, frame) in round {
            engine.on_frame(feeds[*feed as usize], frame.as_bytes(), 1);
            engine.events_mut().drain(|event| {
                drained += 1;
                opportunities += u64::from(event.kind == EventKind::Opportunity);
            });
        }
    }
    assert_eq!(ALLOCATIONS.get() - allocations, 0);

    // It was no idle run.
    for tracker in engine.trackers() {
        assert_eq!(tracker.state(), BookState::Live, "{:?}", tracker.counts());
    }
    assert!(drained > 5_000, "{drained} events");
    assert!(opportunities > 100, "{opportunities} opportunities");
    assert_eq!(engine.trackers()[0].counts().applied, 398);
}
