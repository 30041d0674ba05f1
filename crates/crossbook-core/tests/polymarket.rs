//! Polymarket: each event in each of its shapes, its errors, and damage.

mod altered;
mod frames;

use altered::{altered, assert_usual};
use crossbook_core::batch::Batch;
use crossbook_core::error::DecodeError;
use crossbook_core::venues::polymarket::{decode, decode_snapshot, decode_usual};
use frames::{assert_cut_is_refused, assert_refused, assert_same, damaged, read};
use proptest::prelude::*;

const BOOK: &str = r#"{"event_type":"book","asset_id":"111","market":"0xabc","timestamp":"1767225600000","hash":"3f","bids":[{"price":"0.01","size":"900"},{"price":".45","size":"120.50"}],"asks":[{"price":"0.99","size":"900"}],"tick_size":"0.01","last_trade_price":"0.46"}"#;
const CHANGE: &str = r#"{"market":"0xabc", "price_changes":[{"asset_id":"111", "price":"0.46", "size":"50", "side":"BUY", "hash":"9a", "best_bid":"0.46", "best_ask":"0.47"}, {"asset_id":"222", "price":"0.54", "size":"0", "side":"SELL", "hash":"9b", "best_bid":"0.53", "best_ask":"0.54"}], "timestamp":"1767225600412", "event_type":"price_change"}"#;
const CHANGE_OLD: &str = r#"{"event_type":"price_change","asset_id":"111","market":"0xabc","hash":"9a","timestamp":"1740000000000","changes":[{"price":"0.46","side":"BUY","size":"50"},{"price":"0.47","side":"SELL","size":"0"}]}"#;
const CHANGE_OLDEST: &str = r#"{"event_type":"price_change","asset_id":"111","market":"0xabc","price":"0.46","side":"SELL","size":"7.5","hash":"9a","timestamp":"1720000000000"}"#;
const TRADE: &str = r#"{"event_type":"last_trade_price","asset_id":"111","market":"0xabc","price":"0.47","size":"20","side":"BUY","fee_rate_bps":"0","timestamp":"1767225600500","transaction_hash":"0xfeed"}"#;
const TICK: &str = r#"{"event_type":"tick_size_change","asset_id":"111","market":"0xabc","old_tick_size":"0.01","new_tick_size":"0.001","timestamp":"1767225601000"}"#;
const BEST: &str = r#"{"event_type":"best_bid_ask","market":"0xabc","asset_id":"111","best_bid":"0.46","best_ask":"0.47","spread":"0.01","timestamp":"1767225602000"}"#;
const RESOLVED: &str = r#"{"event_type":"market_resolved","id":"7","market":"0xabc","assets_ids":["111","222"],"winning_asset_id":"111","winning_outcome":"Yes","timestamp":"1767225603000","tags":[]}"#;
const FULL: &str = r#"{"market":"0xaabbcc","asset_id":"100","timestamp":"123456789","hash":"0458ea5755c9f73d64a14636fa5c36ed460ec394","bids":[{"price":"0.3","size":"100"},{"price":"0.4","size":"100"}],"asks":[{"price":"0.6","size":"100"},{"price":"0.7","size":"100"}],"min_order_size":"100","tick_size":"0.01","neg_risk":false,"last_trade_price":"0.5"}"#;
const EMPTY: &str = r#"{"market":"0xaabbcc","asset_id":"100","timestamp":"","hash":"74c6a7c81c1d572f1c877b7d3e25b80c336d8a6e","bids":[],"asks":[],"min_order_size":"100","tick_size":"0.01","neg_risk":false,"last_trade_price":"0.5"}"#;
const FRAMES: &[&str] =
    &[BOOK, CHANGE, CHANGE_OLD, CHANGE_OLDEST, TRADE, TICK, BEST, RESOLVED, FULL, EMPTY];

const FULL_LINE: &str = "100 @123456789000000 snapshot Hash { matches: true }, \
                         bid 0.3 x 100, bid 0.4 x 100, ask 0.6 x 100, ask 0.7 x 100";

#[test]
fn a_book_replaces_all() {
    assert_same(
        decode,
        &[BOOK],
        &["111 @1767225600000000000 snapshot, bid 0.01 x 900, bid 0.45 x 120.50, ask 0.99 x 900"],
    );
    assert_same(
        decode,
        &[
            r#"{"sells":[{"size":900,"price":0.99,"x":{}}],"buys":[],"asset_id":"111"}"#,
            r#"{"asset_id":111,"asks":[{"price":"0.99","size":"900"}],"bids":null,"timestamp":null}"#,
            r#"{"event_type":"book","bids":[],"asks":[{"price":"0.99","size":"900"}],"timestamp":"","asset_id":"111"}"#,
        ],
        &["111 snapshot, ask 0.99 x 900"],
    );
}

#[test]
fn the_hash_of_a_whole_book_is_compared() {
    assert_same(decode, &[FULL], &[FULL_LINE]);
    assert_same(decode, &[EMPTY], &["100 snapshot Hash { matches: true }"]);
    let pretty = FULL.replace(',', " ,\n ").replace(':', " : ");
    assert_same(decode, &[&pretty], &[FULL_LINE]);
    let numbers = FULL.replace("\"0.3\"", "0.3").replace("\"123456789\"", "123456789");
    assert_same(decode, &[&numbers], &[FULL_LINE]);
}

#[test]
fn any_other_book_has_another_hash() {
    for (from, to) in [
        ("0xaabbcc", "0xaabbcd"),
        ("\"100\",\"timestamp\"", "\"101\",\"timestamp\""),
        ("123456789", "123456788"),
        ("\"0.4\",\"size\":\"100\"", "\"0.4\",\"size\":\"100.0\""),
        ("\"min_order_size\":\"100\"", "\"min_order_size\":\"5\""),
        ("0.01", "0.001"),
        ("false", "true"),
        ("\"0.5\"", "\"\""),
        ("0458ea", "0458eb"),
        ("460ec394", "460ec39"),
    ] {
        let frame = FULL.replace(from, to);
        let lines = read(decode, &frame).unwrap_or_default();
        assert!(lines.iter().all(|line| line.contains("matches: false")), "{frame}: {lines:?}");
        assert_eq!(lines.len(), 1, "{frame}");
    }
}

#[test]
fn a_book_without_all_fields_of_its_hash_proves_nothing() {
    for field in ["\"min_order_size\":\"100\",", "\"tick_size\":\"0.01\",", "\"neg_risk\":false,"] {
        let frame = FULL.replace(field, "");
        assert_same(decode, &[&frame], &[&FULL_LINE.replace(" Hash { matches: true }", "")]);
    }
    let frame = FULL.replace("\"neg_risk\":false", "\"neg_risk\":null");
    assert_same(decode, &[&frame], &[&FULL_LINE.replace(" Hash { matches: true }", "")]);
}

#[test]
fn each_entry_of_a_price_change_is_a_message_with_the_best_prices_after_it() {
    let named_first = CHANGE.replace(", \"event_type\":\"price_change\"", "").replacen(
        '{',
        "{\"event_type\":\"price_change\",",
        1,
    );
    let unnamed = CHANGE.replace(", \"event_type\":\"price_change\"", "");
    assert_same(
        decode,
        &[CHANGE, &named_first, &unnamed, &format!("[{CHANGE}]")],
        &[
            "111 @1767225600412000000 delta best 0.46/0.47, bid 0.46 x 50",
            "222 @1767225600412000000 delta best 0.53/0.54, ask 0.54 x 0",
        ],
    );
}

#[test]
fn zero_and_one_are_the_best_prices_of_an_empty_side() {
    for (best, proof) in [
        (r#""best_bid":"0","best_ask":"1""#, " best none/none"),
        (r#""best_bid":"0.000","best_ask":"0.001""#, " best none/0.001"),
        (r#""best_bid":0.999,"best_ask":1.000"#, " best 0.999/none"),
        (r#""best_bid":"","best_ask":"0.4""#, ""),
        (r#""best_bid":null,"best_ask":null"#, ""),
        (r#""best_ask":"0.4""#, ""),
    ] {
        let frame = format!(
            r#"{{"price_changes":[{{"asset_id":"1","price":"0.4","size":"0","side":"SELL",{best}}}]}}"#
        );
        assert_eq!(
            read(decode, &frame),
            Ok(vec![format!("1 delta{proof}, ask 0.4 x 0")]),
            "{best}"
        );
    }
}

#[test]
fn the_older_price_changes_are_read_too() {
    assert_same(
        decode,
        &[
            CHANGE_OLD,
            r#"{"changes":[{"size":50,"price":0.46,"side":"BUY"},{"side":"SELL","price":"0.47","size":"0"}],"timestamp":1740000000000,"asset_id":"111"}"#,
        ],
        &["111 @1740000000000000000 delta, bid 0.46 x 50, ask 0.47 x 0"],
    );
    assert_same(decode, &[CHANGE_OLDEST], &["111 @1720000000000000000 delta, ask 0.46 x 7.5"]);
}

#[test]
fn a_trade_is_known_by_its_transaction() {
    let line = "111 @1767225600500000000 trade Buy 0.47 x 20 id";
    assert_same(decode, &[TRADE], &[&format!("{line} 18020417597309293205")]);
    let unnamed = TRADE.replace("\"event_type\":\"last_trade_price\",", "");
    let without = unnamed.replace(",\"transaction_hash\":\"0xfeed\"", "");
    assert_same(decode, &[&without], &[&format!("{line} 0")]);
    let null = TRADE.replace("\"0xfeed\"", "null");
    assert_same(decode, &[&null], &[&format!("{line} 0")]);
}

#[test]
fn a_tick_a_quote_and_a_status_are_read() {
    assert_same(decode, &[TICK], &["111 @1767225601000000000 tick 0.001"]);
    let unnamed = TICK.replace("\"event_type\":\"tick_size_change\",", "");
    assert_same(decode, &[&unnamed], &["111 @1767225601000000000 tick 0.001"]);
    let line = "111 @1767225602000000000 quote Unknown";
    assert_same(decode, &[BEST], &[&format!("{line} 0.46 x none / 0.47 x none")]);
    let empty = BEST.replace("\"0.46\"", "\"\"").replace("\"0.47\"", "\"1\"");
    assert_same(decode, &[&empty], &[&format!("{line} none x none / none x none")]);
    assert_same(decode, &[RESOLVED], &[" @1767225603000000000 Status 0xabc"]);
    let opened = RESOLVED.replace("market_resolved", "new_market");
    assert_same(decode, &[&opened], &[" @1767225603000000000 Status 0xabc"]);
}

#[test]
fn texts_and_empty_frames_are_no_fault() {
    for (frame, line) in [
        ("PONG", " Pong PONG"),
        ("NO NEW ASSETS", " Ack NO NEW ASSETS"),
        (" INVALID OPERATION\n", " Refused INVALID OPERATION"),
        (r#"{"error":"No orderbook exists"}"#, " Refused No orderbook exists"),
    ] {
        assert_same(decode, &[frame], &[line]);
    }
    assert_same(decode, &["", " \n", "[]", " [ ] "], &[]);
}

#[test]
fn an_array_holds_any_events() {
    let long = "9".repeat(78);
    let other = BOOK.replace("\"111\"", &format!("\"{long}\""));
    let frame = format!("[{BOOK} , {CHANGE},{TICK},{other}]");
    let line = "@1767225600000000000 snapshot, bid 0.01 x 900, bid 0.45 x 120.50, ask 0.99 x 900";
    assert_same(
        decode,
        &[&frame],
        &[
            &format!("111 {line}"),
            "111 @1767225600412000000 delta best 0.46/0.47, bid 0.46 x 50",
            "222 @1767225600412000000 delta best 0.53/0.54, ask 0.54 x 0",
            "111 @1767225601000000000 tick 0.001",
            &format!("{long} {line}"),
        ],
    );
}

#[test]
fn a_rest_book_names_its_token() {
    assert_same(decode_snapshot, &[FULL], &[FULL_LINE]);
    assert_refused(
        decode_snapshot,
        &[
            (r#"{"error":"No orderbook exists"}"#, DecodeError::UnknownMessage),
            ("[]", DecodeError::UnknownMessage),
            (CHANGE, DecodeError::UnknownMessage),
        ],
    );
}

#[test]
fn what_cannot_be_used_is_refused_by_its_kind() {
    let entry = |member: &str| format!(r#"{{"price_changes":[{{{member}}}]}}"#);
    assert_refused(
        decode,
        &[
            ("PON", DecodeError::Malformed),
            ("{", DecodeError::Truncated),
            ("[1]", DecodeError::WrongType),
            ("[{},]", DecodeError::UnknownMessage),
            ("{}", DecodeError::UnknownMessage),
            (r#"{"event_type":"order","price":"0.4"}"#, DecodeError::UnknownMessage),
            (r#"{"owner":"me","price":"0.4","fee_rate_bps":"0"}"#, DecodeError::UnknownMessage),
            (r#"{"event_type":"book","asset_id":"1","bids":[]}"#, DecodeError::MissingField),
            (r#"{"bids":[],"asks":[]}"#, DecodeError::MissingField),
            (r#"{"bids":[],"buys":[]}"#, DecodeError::DuplicateKey),
            (r#"{"bids":[{"price":"0.4"}]}"#, DecodeError::MissingField),
            (r#"{"bids":[{"price":"0.4","size":"-1"}]}"#, DecodeError::BadNumber),
            (r#"{"bids":false}"#, DecodeError::WrongType),
            (r#"{"changes":[{"price":"0.4","size":"1"}]}"#, DecodeError::MissingField),
            (r#"{"changes":[],"timestamp":"1"}"#, DecodeError::MissingField),
            (r#"{"changes":[],"bids":[]}"#, DecodeError::UnknownMessage),
            (r#"{"changes":[],"price_changes":[]}"#, DecodeError::UnknownMessage),
            (r#"{"event_type":"book","price_changes":[]}"#, DecodeError::UnknownMessage),
            (r#"{"price_changes":{}}"#, DecodeError::WrongType),
            (&entry(r#""price":"0.4","size":"1","side":"BUY""#), DecodeError::MissingField),
            (&entry(r#""asset_id":"1","price":"0.4","size":"1""#), DecodeError::MissingField),
            (&entry(r#""side":"buy""#), DecodeError::UnknownWord),
            (&entry(r#""price":"x""#), DecodeError::BadNumber),
            (&entry(r#""price":"1","price":"1""#), DecodeError::DuplicateKey),
            (&CHANGE.replace("1767225600412", "soon"), DecodeError::BadNumber),
            (&CHANGE.replace("1767225600412", "-1"), DecodeError::BadNumber),
            (&TRADE.replace("BUY", "MINT"), DecodeError::UnknownWord),
            (&BEST.replace("0.46", "low"), DecodeError::BadNumber),
            (&BEST.replace("best_bid\"", "best\""), DecodeError::MissingField),
        ],
    );
}

#[test]
fn a_frame_that_is_cut_says_nothing() {
    assert_cut_is_refused(decode, FRAMES);
    assert_cut_is_refused(decode, &["[{\"bids\":[],\"asks\":[],\"asset_id\":\"1\"}]", "PONG"]);
}

/// Entries as the venue writes them, with `", "` or `","` between their members.
fn entry() -> impl Strategy<Value = String> {
    let price = || {
        prop_oneof![
            4 => "0[.][0-9]{2}",
            2 => "0[.][0-9]{1,4}",
            1 => "[01]([.]0{1,3})?",
            1 => "[.0-9]{0,12}",
        ]
    };
    let size =
        prop_oneof![4 => "[1-9][0-9]{0,6}([.][0-9]{1,6})?", 1 => "0", 1 => "[.0-9e+-]{0,20}"];
    let names = ("[0-9]{76,78}", "[0-9]{1,80}", prop_oneof![Just("BUY"), Just("SELL")]);
    let hash = prop_oneof![4 => "[0-9a-f]{40}", 1 => "[0-9a-f]{0,44}"];
    (names, price(), size, hash, price(), price(), any::<u8>()).prop_map(
        |((long, short, side), price, size, hash, bid, ask, dice)| {
            let token = if dice < 32 { short } else { long };
            format!(
                r#"{{"asset_id":"{token}", "price":"{price}", "size":"{size}", "side":"{side}", "hash":"{hash}", "best_bid":"{bid}", "best_ask":"{ask}"}}"#
            )
        },
    )
}

/// A price change as the venue writes it, spaced or dense, alone or in an array.
fn price_change() -> impl Strategy<Value = String> {
    let market = prop_oneof![8 => "0x[0-9a-f]{64}", 1 => "0x[0-9a-f]{0,70}"];
    let ms = prop_oneof![8 => "17[0-9]{11}", 1 => "[0-9]{0,16}"];
    let entries = proptest::collection::vec(entry(), 1..4);
    (market, entries, ms, any::<bool>(), any::<bool>()).prop_map(
        |(market, entries, ms, is_dense, is_array)| {
            let event = format!(
                r#"{{"market":"{market}", "price_changes":[{}], "timestamp":"{ms}", "event_type":"price_change"}}"#,
                entries.join(", ")
            );
            let event = if is_dense { event.replace(", ", ",") } else { event };
            if is_array { format!("[{event}, {CHANGE}]") } else { event }
        },
    )
}

#[test]
fn what_the_venue_sends_most_is_usual() {
    let (market, token, hash) = ("3f".repeat(32), "7".repeat(77), "9a".repeat(20));
    for (price, size, bid, ask) in [
        ("0.46", "50", "0.46", "0.47"),
        ("0.5", "589.78", "0.5", "0.51"),
        ("0.004", "57284.15", "0.003", "0.004"),
        ("0.01", "0", "0", "0.99"),
        ("0.99", "109991.25", "0.98", "1"),
    ] {
        let entry = |side: &str| {
            format!(
                r#"{{"asset_id":"{token}", "price":"{price}", "size":"{size}", "side":"{side}", "hash":"{hash}", "best_bid":"{bid}", "best_ask":"{ask}"}}"#
            )
        };
        let frame = format!(
            r#"{{"market":"0x{market}", "price_changes":[{}, {}], "timestamp":"1767225600412", "event_type":"price_change"}}"#,
            entry("BUY"),
            entry("SELL")
        );
        for frame in [frame.replace(", ", ","), frame] {
            assert!(decode_usual(frame.as_bytes(), &mut Batch::default()), "{frame}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A blank behind the first brace is a spelling that only the general way reads.
    #[test]
    fn the_usual_spelling_says_what_any_other_does(frame in altered(price_change())) {
        let respelled = frame.replacen('{', "{ ", 1);
        prop_assert_eq!(read(decode, &frame), read(decode, &respelled));
        assert_usual(decode_usual, &frame);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
        let _ = decode(&bytes, &mut Batch::default());
        let _ = decode_snapshot(&bytes, &mut Batch::default());
    }

    #[test]
    fn damaged_frames_never_panic(frame in damaged(FRAMES)) {
        let _ = decode(&frame, &mut Batch::default());
        let _ = decode_snapshot(&frame, &mut Batch::default());
    }
}
