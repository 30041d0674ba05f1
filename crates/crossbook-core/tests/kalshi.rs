//! Kalshi: each kind of frame in its new and older shapes, its errors, and damage.

mod altered;
mod frames;

use altered::{altered, assert_usual};
use crossbook_core::batch::Batch;
use crossbook_core::error::DecodeError;
use crossbook_core::venues::kalshi::{decode, decode_snapshot, decode_usual};
use frames::{assert_cut_is_refused, assert_refused, assert_same, damaged, read};
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{"market_ticker":"KXA-26-B","market_id":"9b0f","yes_dollars_fp":[["0.0800","300.00"],["0.2200","333.00"]],"no_dollars_fp":[["0.5400","20.00"]]}}"#;
const DELTA: &str = r#"{"type":"orderbook_delta","sid":4,"seq":2,"msg":{"market_ticker":"KXA-26-B","market_id":"9b0f","price_dollars":"0.5600","delta_fp":"-54.00","side":"no","ts_ms":1767225600123}}"#;
const TICKER: &str = r#"{"type":"ticker","sid":6,"msg":{"market_ticker":"KXA-26-B","price_dollars":"0.4400","yes_bid_dollars":"0.2200","yes_ask_dollars":"0.4400","yes_bid_size_fp":"333.00","yes_ask_size_fp":"92.00","volume_fp":"1.00","ts":1767225600,"ts_ms":1767225600123,"time":"2026-01-01T00:00:00.123Z"}}"#;
const TRADE: &str = r#"{"type":"trade","sid":5,"seq":1,"msg":{"trade_id":"77","market_ticker":"KXA-26-B","yes_price_dollars":"0.4400","no_price_dollars":"0.5600","count_fp":"54.00","taker_outcome_side":"yes","taker_book_side":"bid","ts_ms":1767225600123}}"#;
const OK: &str = r#"{"type":"ok","id":2,"sid":4,"seq":3,"msg":{"market_tickers":["KXA-26-B"]}}"#;
const LIFECYCLE: &str = r#"{"type":"market_lifecycle_v2","sid":7,"seq":9,"msg":{"market_ticker":"KXA-26-B","event_type":"determined","result":"yes","determination_ts":1767225600}}"#;
const REST: &str =
    r#"{"orderbook_fp":{"yes_dollars":[["0.1500","100.00"]],"no_dollars":[["0.8000","5.00"]]}}"#;
const FRAMES: &[&str] = &[SNAPSHOT, DELTA, TICKER, TRADE, OK, LIFECYCLE];

const SNAPSHOT_LINES: [&str; 3] = [
    "KXA-26-B-YES snapshot, bid 0.0800 x 300.00, bid 0.2200 x 333.00, ask 0.4600 x 20.00",
    "KXA-26-B-NO snapshot, ask 0.9200 x 300.00, ask 0.7800 x 333.00, bid 0.5400 x 20.00",
    "stream 4 number 1",
];
const DELTA_LINES: [&str; 3] = [
    "KXA-26-B-YES @1767225600123000000 change, ask 0.4400 x -54.00",
    "KXA-26-B-NO @1767225600123000000 change, bid 0.5600 x -54.00",
    "stream 4 number 2",
];

#[test]
fn bids_of_both_legs_become_two_books() {
    assert_same(decode, &[SNAPSHOT], &SNAPSHOT_LINES);
    assert_same(decode, &[DELTA], &DELTA_LINES);
    let yes = DELTA.replace("\"no\"", "\"yes\"").replace("-54.00", "54.00");
    assert_same(
        decode,
        &[&yes],
        &[
            "KXA-26-B-YES @1767225600123000000 change, bid 0.5600 x 54.00",
            "KXA-26-B-NO @1767225600123000000 change, ask 0.4400 x 54.00",
            "stream 4 number 2",
        ],
    );
}

#[test]
fn order_of_keys_white_space_and_kind_of_numbers_do_not_matter() {
    assert_same(
        decode,
        &[
            r#"{"msg":{"ts_ms":"1767225600123","side":"no","delta_fp":-54.00,"price_dollars":0.5600,"market_ticker":"KXA-26-B"},"seq":"2","sid":"4","type":"orderbook_delta","new":[]}"#,
            r#"{"seq":2,"msg":{"side":"no","client_order_id":"x","delta_fp":"-54.00","price_dollars":"0.5600","market_ticker":"KXA-26-B","ts":"2026-01-01T00:00:00.123Z"},"type":"orderbook_delta","sid":4}"#,
            &DELTA.replace(',', " ,\n\t").replace(':', " : "),
        ],
        &DELTA_LINES,
    );
    assert_same(
        decode,
        &[
            r#"{"msg":{"no_dollars_fp":[["0.5400","20.00"]],"yes_dollars_fp":[[0.0800,300.00],["0.2200","333.00"]],"market_ticker":"KXA-26-B"},"type":"orderbook_snapshot","seq":1,"sid":4}"#,
        ],
        &SNAPSHOT_LINES,
    );
}

#[test]
fn a_side_that_is_missing_or_null_is_empty() {
    for sides in [
        r#""yes_dollars_fp":[["0.0800","3.00"]]"#,
        r#""yes_dollars_fp":[["0.0800","3.00"]],"no_dollars_fp":null"#,
        r#""yes_dollars_fp":[["0.0800","3.00"]],"no_dollars_fp":[]"#,
    ] {
        let frame = format!(
            r#"{{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{{"market_ticker":"KXA",{sides}}}}}"#
        );
        let lines = [
            "KXA-YES snapshot, bid 0.0800 x 3.00",
            "KXA-NO snapshot, ask 0.9200 x 3.00",
            "stream 4 number 1",
        ];
        assert_same(decode, &[&frame], &lines);
    }
    assert_same(
        decode,
        &[r#"{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{"market_ticker":"KXA"}}"#],
        &["KXA-YES snapshot", "KXA-NO snapshot", "stream 4 number 1"],
    );
}

#[test]
fn cents_and_whole_counts_are_read_where_nothing_newer_stands() {
    let frame = |sides: &str| {
        format!(
            r#"{{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{{"market_ticker":"KXA",{sides}}}}}"#
        )
    };
    let lines = [
        "KXA-YES snapshot, bid 0.08 x 300, ask 0.46 x 20",
        "KXA-NO snapshot, ask 0.92 x 300, bid 0.54 x 20",
        "stream 4 number 1",
    ];
    assert_same(
        decode,
        &[
            &frame(r#""yes":[[8,300]],"no":[[54,20]]"#),
            &frame(
                r#""yes":[[0,0]],"yes_dollars":[["0.08",300]],"no_dollars":[["0.54",20]],"no":[[1,1]]"#,
            ),
            &frame(r#""yes_dollars":[[1,1]],"no":[[54,20]],"yes_dollars_fp":[["0.08","300"]]"#),
        ],
        &lines,
    );
    assert_same(
        decode,
        &[
            r#"{"type":"orderbook_delta","sid":4,"seq":1,"msg":{"market_ticker":"KXA","price":8,"delta":-3,"side":"yes"}}"#,
            r#"{"type":"orderbook_delta","sid":4,"seq":1,"msg":{"market_ticker":"KXA","price":0,"price_dollars":"0.08","delta":0,"delta_fp":"-3","side":"yes"}}"#,
        ],
        &["KXA-YES change, bid 0.08 x -3", "KXA-NO change, ask 0.92 x -3", "stream 4 number 1"],
    );
}

#[test]
fn a_ticker_is_a_quote_of_either_leg() {
    let time = "@1767225600123000000 quote Unknown";
    let yes = format!("KXA-26-B-YES {time} 0.2200 x 333.00 / 0.4400 x 92.00");
    let no = format!("KXA-26-B-NO {time} 0.5600 x 92.00 / 0.7800 x 333.00");
    assert_same(decode, &[TICKER], &[&yes, &no]);
    let empty = TICKER
        .replace("\"0.2200\"", "\"0.0000\"")
        .replace("_ask_dollars\":\"0.4400\"", "_ask_dollars\":\"1.0000\"");
    assert_same(
        decode,
        &[&empty],
        &[
            &format!("KXA-26-B-YES {time} none x 333.00 / none x 92.00"),
            &format!("KXA-26-B-NO {time} none x 92.00 / none x 333.00"),
        ],
    );
    assert_same(
        decode,
        &[
            r#"{"msg":{"market_ticker":"KXA","yes_bid":22,"yes_ask":null,"ts":1767225600},"type":"ticker","sid":1}"#,
        ],
        &[
            "KXA-YES @1767225600000000000 quote Unknown 0.22 x none / none x none",
            "KXA-NO @1767225600000000000 quote Unknown none x none / 0.78 x none",
        ],
    );
    assert_same(
        decode,
        &[r#"{"type":"ticker","sid":1,"msg":{"market_ticker":"KXA","volume_fp":"1.00"}}"#],
        &[" Unused "],
    );
}

#[test]
fn who_takes_one_leg_gives_the_other() {
    let yes = "KXA-26-B-YES @1767225600123000000 trade";
    let no = "KXA-26-B-NO @1767225600123000000 trade";
    assert_same(
        decode,
        &[
            TRADE,
            r#"{"msg":{"ts":"2026-01-01T00:00:00.123Z","taker_side":"yes","count_fp":"54.00","yes_price_dollars":"0.4400","trade_id":77,"market_ticker":"KXA-26-B"},"seq":1,"sid":5,"type":"trade"}"#,
        ],
        &[
            &format!("{yes} Buy 0.4400 x 54.00 id 77"),
            &format!("{no} Sell 0.5600 x 54.00 id 77"),
            "stream 5 number 1",
        ],
    );
    let other = TRADE.replace("side\":\"yes\"", "side\":\"no\"");
    assert_same(
        decode,
        &[&other],
        &[
            &format!("{yes} Sell 0.4400 x 54.00 id 77"),
            &format!("{no} Buy 0.5600 x 54.00 id 77"),
            "stream 5 number 1",
        ],
    );
    assert_same(
        decode,
        &[
            r#"{"type":"trade","sid":5,"seq":1,"msg":{"market_ticker":"KXA","yes_price":44,"no_price":56,"count":54,"ts":1767225600}}"#,
        ],
        &[
            "KXA-YES @1767225600000000000 trade somebody 0.44 x 54 id 0",
            "KXA-NO @1767225600000000000 trade somebody 0.56 x 54 id 0",
            "stream 5 number 1",
        ],
    );
}

#[test]
fn answers_take_their_number_of_the_stream() {
    for (frame, lines) in [
        (
            r#"{"id":1,"type":"subscribed","msg":{"channel":"trade","sid":4}}"#,
            &[r#" Ack {"channel":"trade","sid":4}"#][..],
        ),
        (OK, &[r#" Ack {"market_tickers":["KXA-26-B"]}"#, "stream 4 number 3"]),
        (
            r#"{"id":3,"type":"ok","msg":[{"channel":"trade","sid":4}]}"#,
            &[r#" Ack [{"channel":"trade","sid":4}]"#],
        ),
        (r#"{"id":4,"type":"unsubscribed","sid":4,"seq":8}"#, &[" Ack ", "stream 4 number 8"]),
        (
            r#"{"type":"error","id":3,"msg":{"code":8,"msg":"Unknown channel name"}}"#,
            &[r#" Refused {"code":8,"msg":"Unknown channel name"}"#],
        ),
        (
            r#"{"sid":4,"seq":5,"msg":{"code":25,"msg":"overflow"},"type":"error"}"#,
            &[r#" Refused {"code":25,"msg":"overflow"}"#, "stream 4 number 5"],
        ),
    ] {
        assert_same(decode, &[frame], lines);
    }
}

#[test]
fn changes_of_state_are_told_and_other_channels_passed_over() {
    assert_same(decode, &[LIFECYCLE], &["KXA-26-B Status determined", "stream 7 number 9"]);
    assert_same(
        decode,
        &[
            r#"{"type":"event_lifecycle","sid":7,"seq":1,"msg":{"event_ticker":"KXA-26","title":"A"}}"#,
        ],
        &["KXA-26 Status ", "stream 7 number 1"],
    );
    for kind in ["fill", "user_order", "market_position", "pyth_value"] {
        let frame = format!(r#"{{"type":"{kind}","sid":8,"msg":{{"side":1,"ts":{{}}}}}}"#);
        assert_same(decode, &[&frame], &[" Unused "]);
    }
}

#[test]
fn a_rest_book_is_two_snapshots_without_a_ticker() {
    assert_same(
        decode_snapshot,
        &[
            REST,
            &REST.replace("{\"orderbook_fp\"", "{\"orderbook\":{\"yes\":[[1,1]]},\"orderbook_fp\""),
        ],
        &[
            "-YES snapshot, bid 0.1500 x 100.00, ask 0.2000 x 5.00",
            "-NO snapshot, ask 0.8500 x 100.00, bid 0.8000 x 5.00",
        ],
    );
    assert_same(
        decode_snapshot,
        &[r#"{"orderbook":{"yes":[[15,100]],"no":null}}"#],
        &["-YES snapshot, bid 0.15 x 100", "-NO snapshot, ask 0.85 x 100"],
    );
    assert_refused(
        decode_snapshot,
        &[
            (r#"{"error":{"code":"not_found"}}"#, DecodeError::UnknownMessage),
            (r#"{"orderbook_fp":{},"orderbook_fp":{}}"#, DecodeError::DuplicateKey),
            (r#"{"orderbook":[]}"#, DecodeError::WrongType),
        ],
    );
}

#[test]
fn what_cannot_be_used_is_refused_by_its_kind() {
    let change = |from: &str, to: &str| DELTA.replace(from, to);
    assert_refused(
        decode,
        &[
            ("", DecodeError::Truncated),
            ("heartbeat", DecodeError::WrongType),
            ("{}", DecodeError::UnknownMessage),
            (r#"{"msg":{}}"#, DecodeError::UnknownMessage),
            (r#"{"type":"weather","msg":{}}"#, DecodeError::UnknownMessage),
            (r#"{"type":"trade","sid":1}"#, DecodeError::MissingField),
            (r#"{"type":"trade","sid":1,"msg":[]}"#, DecodeError::WrongType),
            (r#"{"type":"ok","type":"ok"}"#, DecodeError::DuplicateKey),
            (r#"{"type":"ok","sid":4294967296}"#, DecodeError::NumberRange),
            (r#"{"type":"ok","seq":-1}"#, DecodeError::BadNumber),
            (&change("\"sid\":4,", ""), DecodeError::MissingField),
            (&change("\"seq\":2,", ""), DecodeError::MissingField),
            (&change("market_ticker", "ticker"), DecodeError::MissingField),
            (&change("price_dollars", "px"), DecodeError::MissingField),
            (&change("delta_fp", "d"), DecodeError::MissingField),
            (&change("\"side\"", "\"leg\""), DecodeError::MissingField),
            (&change("\"no\"", "\"maybe\""), DecodeError::UnknownWord),
            (&change("0.5600", "1.5600"), DecodeError::NumberRange),
            (&change("0.5600", "-0.5600"), DecodeError::BadNumber),
            (&change("-54.00", "few"), DecodeError::BadNumber),
            (&change("market_id", "market_ticker"), DecodeError::DuplicateKey),
            (&change("1767225600123", "\"now\""), DecodeError::BadNumber),
            (&SNAPSHOT.replace("0.5400", "1.5400"), DecodeError::NumberRange),
            (&SNAPSHOT.replace("300.00", "-300.00"), DecodeError::BadNumber),
            (&SNAPSHOT.replace("no_dollars_fp", "yes_dollars_fp"), DecodeError::DuplicateKey),
            (&SNAPSHOT.replace("[[\"0.5400\",\"20.00\"]]", "true"), DecodeError::WrongType),
            (
                &TRADE.replace("0.4400", "1.4400").replace("no_price_dollars", "x"),
                DecodeError::NumberRange,
            ),
            (&TRADE.replace("count_fp", "x"), DecodeError::MissingField),
        ],
    );
}

#[test]
fn a_frame_that_is_cut_says_nothing() {
    assert_cut_is_refused(decode, FRAMES);
    assert_cut_is_refused(decode_snapshot, &[REST]);
}

#[test]
fn the_levels_of_one_leg_mirror_those_of_the_other() {
    let levels: Vec<String> =
        (1..=99).map(|cents| format!("[\"0.{cents:02}\",\"{cents}.00\"]")).collect();
    let frame = format!(
        r#"{{"type":"orderbook_snapshot","sid":1,"seq":1,"msg":{{"market_ticker":"KXA","yes_dollars_fp":[{}]}}}}"#,
        levels.join(",")
    );
    let lines = read(decode, &frame).unwrap_or_default();
    let prices = |line: &str| -> Vec<i64> {
        line.split(", ")
            .skip(1)
            .filter_map(|level| level.split([' ', '.']).nth(2)?.parse().ok())
            .collect()
    };
    let (yes, no) = (prices(&lines[0]), prices(&lines[1]));
    assert_eq!(yes.len(), 99);
    assert!(yes.iter().zip(&no).all(|(yes, no)| yes + no == 100), "{lines:?}");
}

/// A delta as the venue writes it, or nearly so.
fn delta() -> impl Strategy<Value = String> {
    let price = prop_oneof![6 => "0[.][0-9]{4}", 1 => "[01]([.][0-9]{1,6})?", 1 => "[.0-9]{0,12}"];
    let change = prop_oneof![6 => "-?[1-9][0-9]{0,8}[.][0-9]{2}", 1 => "[-.0-9e+]{0,20}"];
    let market =
        prop_oneof![6 => "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", 1 => "[0-9a-f]{0,40}"];
    let older =
        "\"ts\":\"2026-0[1-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?Z\"";
    let clock = prop_oneof![
        older,
        (older, "1[0-9]{12}").prop_map(|(older, ms)| format!("{older},\"ts_ms\":{ms}")),
        "[0-9]{0,16}".prop_map(|ms| format!("\"ts_ms\":{ms}")),
    ];
    let side = prop_oneof![6 => prop::sample::select(vec!["yes", "no"]), 1 => Just("maybe")];
    ("[1-9][0-9]{0,10}", "[0-9]{1,19}", "[A-Z0-9-]{0,40}", market, price, change, side, clock)
        .prop_map(|(stream, number, ticker, market, price, change, side, clock)| {
            format!(
                r#"{{"type":"orderbook_delta","sid":{stream},"seq":{number},"msg":{{"market_ticker":"{ticker}","market_id":"{market}","price_dollars":"{price}","delta_fp":"{change}","side":"{side}",{clock}}}}}"#
            )
        })
}

#[test]
fn what_the_venue_sends_most_is_usual() {
    for (price, change, clock) in [
        ("0.5600", "-54.00", r#""ts":"2026-01-01T00:00:00.123456Z""#),
        ("0.56", "5000.00", r#""ts":"2026-01-01T00:00:00.12Z","ts_ms":1767225600123"#),
        ("1.0000", "123456789.00", r#""ts_ms":1767225600123"#),
    ] {
        let frame = format!(
            r#"{{"type":"orderbook_delta","sid":4,"seq":1234567890,"msg":{{"market_ticker":"KXA-26-B","market_id":"9b0f5e57-d4f2-4f3f-956c-f7011063d20f","price_dollars":"{price}","delta_fp":"{change}","side":"no",{clock}}}}}"#
        );
        assert!(decode_usual(frame.as_bytes(), &mut Batch::default()), "{frame}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// A blank behind the first brace is a spelling that only the general way reads.
    #[test]
    fn the_usual_spelling_says_what_any_other_does(frame in altered(delta())) {
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
    fn damaged_frames_never_panic(frame in damaged(FRAMES), answer in damaged(&[REST])) {
        let _ = decode(&frame, &mut Batch::default());
        let _ = decode_snapshot(&answer, &mut Batch::default());
    }
}
