//! Coinbase's frames, in the shapes of its documentation.

mod decoded;

use crossbook_core::batch::Batch;
use crossbook_core::error::DecodeError;
use crossbook_core::venue::Venue::{self, Coinbase};
use decoded::{damaged, decoded, expect, expect_errors, expect_no_prefix};
use proptest::prelude::*;

/// One valid frame of each kind.
const FRAMES: &[&str] = &[
    r#"{"channel":"l2_data","client_id":"","timestamp":"2026-03-01T00:00:00.5Z","sequence_num":0,"events":[{"type":"snapshot","product_id":"SOL-USD","updates":[{"side":"bid","event_time":"1970-01-01T00:00:00Z","price_level":"141.50","new_quantity":"2.00000000"},{"side":"offer","event_time":"1970-01-01T00:00:00Z","price_level":"141.52","new_quantity":"0.5"}]}]}"#,
    r#"{"channel":"l2_data","timestamp":"2026-03-01T00:00:01.000000009Z","sequence_num":1,"events":[{"type":"update","product_id":"SOL-USD","updates":[{"side":"offer","event_time":"2026-03-01T00:00:00.9Z","price_level":"141.52","new_quantity":"0"}]}]}"#,
    r#"{"channel":"l2_data","timestamp":"2026-03-01T00:00:01Z","sequence_num":2,"events":[{"type":"update","product_id":"SOL-USD","updates":[]}]}"#,
    r#"{"channel":"market_trades","client_id":"","timestamp":"2026-03-01T00:00:02Z","sequence_num":3,"events":[{"type":"update","trades":[{"trade_id":"000000077","product_id":"SOL-USD","price":"141.5","size":"3.25","side":"BUY","time":"2026-03-01T00:00:01.75Z"},{"trade_id":"a7","product_id":"SOL-USD","price":"141.6","size":"1","side":"SELL","time":"2026-03-01T00:00:01.8Z"}]}]}"#,
    r#"{"channel":"ticker","client_id":"","timestamp":"2026-03-01T00:00:03Z","sequence_num":4,"events":[{"type":"update","tickers":[{"type":"ticker","product_id":"SOL-USD","price":"141.5","best_bid":"141.50","best_bid_quantity":"2.0","best_ask":"141.52","best_ask_quantity":"1.5"}]}]}"#,
    r#"{"channel":"heartbeats","client_id":"","timestamp":"2026-03-01T00:00:04Z","sequence_num":5,"events":[{"current_time":"2026-03-01 00:00:04.000000000+00:00","heartbeat_counter":"42"}]}"#,
    r#"{"channel":"subscriptions","client_id":"","timestamp":"2026-03-01T00:00:05Z","sequence_num":6,"events":[{"subscriptions":{"level2":["SOL-USD"]}}]}"#,
    r#"{"channel":"candles","client_id":"","timestamp":"2026-03-01T00:00:06Z","sequence_num":7,"events":[{"type":"update","candles":[]}]}"#,
    r#"{"channel":"status","client_id":"","timestamp":"2026-03-01T00:00:07Z","sequence_num":8,"events":[{"type":"update","products":[]}]}"#,
    r#"{"type":"error","message":"authentication failure"}"#,
    r#"{"type":"snapshot","product_id":"SOL-EUR","asks":[["9.10","1.00"]],"bids":[["9.05","3.00"],["9.00","1.50"]],"time":"2026-03-01T00:00:00Z"}"#,
    r#"{"type":"l2update","product_id":"SOL-EUR","changes":[["buy","9.05","0.00"],["sell","9.20","4"]],"time":"2026-03-01T00:00:00.000250Z"}"#,
    r#"{"type":"ticker","sequence":9,"product_id":"SOL-EUR","price":"9.10","open_24h":"9","volume_24h":"10","low_24h":"8","high_24h":"10","volume_30d":"300","best_bid":"9.05","best_bid_size":"3.00","best_ask":"9.10","best_ask_size":"1.00","side":"buy","time":"2026-03-01T00:00:01Z","trade_id":5,"last_size":"0.04"}"#,
    r#"{"type":"match","trade_id":5,"maker_order_id":"m","taker_order_id":"t","side":"sell","size":"0.04","price":"9.10","product_id":"SOL-EUR","sequence":9,"time":"2026-03-01T00:00:01Z"}"#,
    r#"{"type":"last_match","trade_id":4,"maker_order_id":"m","taker_order_id":"t","side":"buy","size":"7","price":"9.05","product_id":"SOL-EUR","sequence":8,"time":"2026-03-01T00:00:00Z"}"#,
    r#"{"type":"heartbeat","sequence":9,"last_trade_id":5,"product_id":"SOL-EUR","time":"2026-03-01T00:00:02Z"}"#,
    r#"{"type":"subscriptions","channels":[{"name":"level2","product_ids":["SOL-EUR"]}]}"#,
    r#"{"type":"status","products":[{"id":"SOL-EUR"}],"currencies":[]}"#,
    r#"{"type":"error","message":"Failed to subscribe","reason":"XYZ-USD is not a valid product"}"#,
];

#[test]
fn books_of_advanced_trade_are_read() {
    expect(
        Coinbase,
        &[
            (FRAMES[0], &["#0 of 0 from 0", "SOL-USD @1772323200500000000 snapshot Unnumbered depth 0: bid 141.50x2.00000000 ask 141.52x0.5"]),
            (FRAMES[1], &["#1 of 0 from 0", "SOL-USD @1772323200900000000 delta Unnumbered depth 0: ask 141.52x0"]),
            (FRAMES[2], &["#2 of 0 from 0", "SOL-USD @1772323201000000000 delta Unnumbered depth 0:"]),
            // Another order and spacing, numbers for strings, new fields; the latest time counts.
            (
                r#" { "events" : [ { "updates" : [ { "new_quantity" : 1.50 , "x" : { } , "price_level" : 7 , "event_time" : "2026-03-01T00:00:00.25Z" , "side" : "bid" } , { "side" : "bid" , "price_level" : "6" , "new_quantity" : "1" , "event_time" : "2026-03-01T00:00:00.125Z" } ] , "product_id" : "A-B" , "type" : "update" } ] , "sequence_num" : "7" , "timestamp" : "2026-03-01T00:00:00.5Z" , "channel" : "l2_data" } "#,
                &["#7 of 0 from 0", "A-B @1772323200250000000 delta Unnumbered depth 0: bid 7x1.50 bid 6x1"],
            ),
            // Several events in a frame, levels without a time, a frame without one.
            (
                r#"{"channel":"l2_data","sequence_num":8,"events":[{"type":"snapshot","product_id":"A-B","updates":[{"side":"bid","price_level":"1","new_quantity":"2"}]},{"type":"update","product_id":"C-D","updates":[{"side":"offer","price_level":"3","new_quantity":"4"}]}]}"#,
                &["#8 of 0 from 0", "A-B @0 snapshot Unnumbered depth 0: bid 1x2", "C-D @0 delta Unnumbered depth 0: ask 3x4"],
            ),
        ],
    );
}

#[test]
fn the_taker_is_the_other_side_of_the_maker() {
    expect(
        Coinbase,
        &[
            (
                FRAMES[3],
                &[
                    "#3 of 0 from 0",
                    "SOL-USD @1772323201750000000 sell 141.5x3.25 id 77",
                    "SOL-USD @1772323201800000000 buy 141.6x1 id 620389573473944001",
                ],
            ),
            (FRAMES[13], &["SOL-EUR @1772323201000000000 buy 9.10x0.04 id 5"]),
            (FRAMES[14], &["SOL-EUR @1772323200000000000 sell 9.05x7 id 4"]),
        ],
    );
}

#[test]
fn quotes_and_control_of_advanced_trade_are_read() {
    expect(
        Coinbase,
        &[
            (
                FRAMES[4],
                &["#4 of 0 from 0", "SOL-USD @1772323203000000000 quote 141.50x2.0 141.52x1.5"],
            ),
            (
                r#"{"channel":"ticker","timestamp":"1970-01-01T00:00:00Z","sequence_num":0,"events":[{"type":"update","tickers":[{"product_id":"A-B","best_bid":"0","best_ask":""}]},{"type":"update","tickers":[{"product_id":"A-B","price":"1"}]}]}"#,
                &["#0 of 0 from 0", "A-B @0 quote -x- -x-", "A-B @0 Unused "],
            ),
            (FRAMES[5], &["#5 of 0 from 0", " @0 Heartbeat "]),
            (FRAMES[6], &["#6 of 0 from 0", " @0 Ack "]),
            (FRAMES[7], &["#7 of 0 from 0", " @0 Unused "]),
            (FRAMES[8], &["#8 of 0 from 0", " @0 Status "]),
            (
                r#"{"sequence_num":9,"events":[{"tickers":[]}],"channel":"ticker_batch"}"#,
                &["#9 of 0 from 0", " @0 Unused "],
            ),
            (FRAMES[9], &[" @0 Refused authentication failure"]),
        ],
    );
}

#[test]
fn the_exchange_feed_is_read() {
    expect(
        Coinbase,
        &[
            (FRAMES[10], &["SOL-EUR @1772323200000000000 snapshot Unnumbered depth 0: ask 9.10x1.00 bid 9.05x3.00 bid 9.00x1.50"]),
            (FRAMES[11], &["SOL-EUR @1772323200000250000 delta Unnumbered depth 0: bid 9.05x0.00 ask 9.20x4"]),
            (
                r#" { "time" : "2026-03-01T00:00:00Z" , "new" : 1 , "changes" : [ [ "sell" , 9.2 , 4 , "x" ] ] , "product_id" : "A-B" , "type" : "l2update" } "#,
                &["A-B @1772323200000000000 delta Unnumbered depth 0: ask 9.2x4"],
            ),
            (r#"{"type":"l2update","product_id":"A-B","changes":[]}"#, &["A-B @0 delta Unnumbered depth 0:"]),
            (FRAMES[12], &["SOL-EUR @1772323201000000000 quote 9.05x3.00 9.10x1.00 LastChange(1772323201000000000)"]),
            (r#"{"type":"ticker","product_id":"A-B","best_bid":"0","best_ask":"2"}"#, &["A-B @0 quote -x- 2x-"]),
            (FRAMES[15], &["SOL-EUR @1772323202000000000 Heartbeat "]),
            (FRAMES[16], &[" @0 Ack "]),
            (FRAMES[17], &[" @0 Status "]),
            (FRAMES[18], &[" @0 Refused XYZ-USD is not a valid product"]),
            (r#"{"type":"done","side":"sell","product_id":"A-B","price":"1","order_id":"x"}"#, &["A-B @0 Unused "]),
        ],
    );
}

#[test]
fn faults_of_advanced_trade_are_told_apart() {
    use DecodeError as E;
    let level = |fields: &str| {
        format!(
            r#"{{"channel":"l2_data","timestamp":"1970-01-01T00:00:00Z","sequence_num":0,"events":[{{"type":"update","product_id":"A-B","updates":[{{{fields}}}]}}]}}"#
        )
    };
    for (fields, error) in [
        (r#""side":"bid","price_level":"1""#, E::MissingField),
        (r#""side":"ask","price_level":"1","new_quantity":"1""#, E::UnknownWord),
        (r#""side":"bid","price_level":"-1","new_quantity":"1""#, E::BadNumber),
        (r#""side":"bid","price_level":"1e99","new_quantity":"1""#, E::NumberRange),
        (r#""side":"bid","price_level":null,"new_quantity":"1""#, E::WrongType),
        (r#""side":"bid","side":"bid","price_level":"1","new_quantity":"1""#, E::DuplicateKey),
        (r#""side":"bid","price_level":"1","new_quantity":"1","event_time":"now""#, E::BadNumber),
        (r#""side":"bid","price_level":"1" "new_quantity":"1""#, E::Malformed),
    ] {
        assert_eq!(decoded(Coinbase, &level(fields)), Err(error), "{fields}");
    }
    expect_errors(
        Coinbase,
        &[
            (r#"{"channel":"l2_data","timestamp":"","events":[]}"#, E::MissingField),
            (r#"{"channel":"l2_data","timestamp":"","sequence_num":-1,"events":[]}"#, E::BadNumber),
            (r#"{"channel":"l2_data","timestamp":"","sequence_num":1}"#, E::MissingField),
            (
                r#"{"channel":"l2_data","timestamp":"","sequence_num":1,"events":[],"events":[]}"#,
                E::DuplicateKey,
            ),
            (
                r#"{"channel":"l2_data","timestamp":"","sequence_num":1,"events":[{"type":"update","updates":[]}]}"#,
                E::MissingField,
            ),
            (
                r#"{"channel":"l2_data","timestamp":"","sequence_num":1,"events":[{"type":"new","product_id":"A-B","updates":[]}]}"#,
                E::UnknownWord,
            ),
            (
                r#"{"channel":"l2_data","timestamp":"","sequence_num":1,"events":[{"type":"update","product_id":"A-B","updates":[]}]}"#,
                E::BadNumber,
            ),
            (
                r#"{"channel":"news","timestamp":"","sequence_num":1,"events":[]}"#,
                E::UnknownMessage,
            ),
            (
                r#"{"channel":"market_trades","timestamp":"","sequence_num":1,"events":[{"type":"update"}]}"#,
                E::MissingField,
            ),
            (
                r#"{"channel":"market_trades","timestamp":"","sequence_num":1,"events":[{"trades":[{"trade_id":"1","product_id":"A-B","price":"1","size":"1","side":"bid","time":"1970-01-01T00:00:00Z"}]}]}"#,
                E::UnknownWord,
            ),
            (
                r#"{"channel":"ticker","timestamp":"","sequence_num":1,"events":[{"tickers":[{"best_bid":"1"}]}]}"#,
                E::MissingField,
            ),
            (r#"{"name":"x"}"#, E::UnknownMessage),
            ("[]", E::WrongType),
            ("", E::Truncated),
        ],
    );
}

#[test]
fn faults_of_the_exchange_feed_are_told_apart() {
    use DecodeError as E;
    expect_errors(
        Coinbase,
        &[
            (r#"{"type":"news"}"#, E::UnknownMessage),
            (r#"{"type":7}"#, E::WrongType),
            (r#"{"type":"l2update","changes":[]}"#, E::MissingField),
            (r#"{"type":"l2update","product_id":"A-B"}"#, E::MissingField),
            (
                r#"{"type":"l2update","product_id":"A-B","changes":[["bid","1","1"]]}"#,
                E::UnknownWord,
            ),
            (r#"{"type":"l2update","product_id":"A-B","changes":[["buy","1"]]}"#, E::MissingField),
            (
                r#"{"type":"l2update","product_id":"A-B","changes":[["buy","1","-1"]]}"#,
                E::BadNumber,
            ),
            (r#"{"type":"l2update","product_id":"A-B","changes":[],"time":"now"}"#, E::BadNumber),
            (
                r#"{"type":"l2update","product_id":"A-B","changes":[],"product_id":"A-B"}"#,
                E::DuplicateKey,
            ),
            (r#"{"type":"snapshot","product_id":"A-B","bids":[]}"#, E::MissingField),
            (r#"{"type":"ticker","product_id":"A-B","best_bid":"1"}"#, E::MissingField),
            (
                r#"{"type":"match","product_id":"A-B","price":"1","size":"1","side":"buy"}"#,
                E::MissingField,
            ),
            (
                r#"{"type":"match","product_id":"A-B","price":"1","size":"1","side":"up","trade_id":1}"#,
                E::UnknownWord,
            ),
            (r#"{"type":"heartbeat"}}"#, E::Malformed),
        ],
    );
}

#[test]
fn a_cut_frame_says_nothing() {
    expect_no_prefix(Coinbase, FRAMES);
}

proptest! {
    #[test]
    fn the_usual_spelling_says_what_any_other_says(
        levels in prop::collection::vec(
            (any::<bool>(), "[1-9][0-9]{0,4}\\.[0-9]{1,5}", "(0|[1-9][0-9]{0,4})(\\.[0-9]{1,8})?"),
            0..4,
        ),
        number in 0_i64..,
    ) {
        let objects = |colon: &str| {
            let row = |(bid, p, q): &(bool, String, String)| {
                let side = if *bid { "bid" } else { "offer" };
                format!(r#"{{"side"{colon}"{side}","event_time":"2026-03-01T00:00:00.25Z","price_level":"{p}","new_quantity":"{q}"}}"#)
            };
            levels.iter().map(row).collect::<Vec<_>>().join(",")
        };
        let advanced = |colon: &str| {
            let updates = objects(colon);
            format!(r#"{{"channel"{colon}"l2_data","timestamp":"2026-03-01T00:00:00.5Z","sequence_num":{number},"events":[{{"type":"update","product_id":"A-B","updates":[{updates}]}}]}}"#)
        };
        let usual = decoded(Coinbase, &advanced(":"));
        prop_assert!(usual.is_ok());
        prop_assert_eq!(&usual, &decoded(Coinbase, &advanced(" : ")));
        let exchange = |colon: &str| {
            let row = |(bid, p, q): &(bool, String, String)| {
                format!(r#"["{}","{p}","{q}"]"#, if *bid { "buy" } else { "sell" })
            };
            let changes = levels.iter().map(row).collect::<Vec<_>>().join(",");
            format!(r#"{{"type"{colon}"l2update","product_id":"A-B","changes":[{changes}],"time":"2026-03-01T00:00:00.5Z"}}"#)
        };
        let usual = decoded(Coinbase, &exchange(":"));
        prop_assert!(usual.is_ok());
        prop_assert_eq!(&usual, &decoded(Coinbase, &exchange(" : ")));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Venue::Coinbase.decode(&bytes, &mut Batch::default());
    }

    #[test]
    fn damaged_frames_never_panic(bytes in damaged(FRAMES)) {
        let _ = Venue::Coinbase.decode(&bytes, &mut Batch::default());
    }
}
