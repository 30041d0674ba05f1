//! Kraken's frames, in the shapes of its documentation.

mod altered;
mod decoded;

use altered::{altered, assert_usual};
use crossbook_core::batch::Batch;
use crossbook_core::error::DecodeError;
use crossbook_core::venue::Venue::{self, Kraken};
use crossbook_core::venues::kraken::decode_usual;
use decoded::{damaged, decoded, expect, expect_errors, expect_no_prefix};
use proptest::prelude::*;

/// One valid frame of each kind.
const FRAMES: &[&str] = &[
    r#"{"channel":"book","type":"snapshot","data":[{"symbol":"SOL/USD","bids":[{"price":141.50,"qty":2.00000000},{"price":141.49,"qty":0.5}],"asks":[{"price":141.52,"qty":1e-8}],"checksum":4294967295,"timestamp":"2026-03-01T00:00:01.000250Z"}]}"#,
    r#"{"channel":"book","type":"update","data":[{"symbol":"SOL/USD","bids":[],"asks":[{"price":141.52,"qty":0.00000000}],"checksum":17,"timestamp":"2026-03-01T00:00:02Z"}]}"#,
    r#"{"channel":"trade","type":"update","data":[{"symbol":"SOL/USD","side":"sell","price":141.5,"qty":3.25,"ord_type":"limit","trade_id":77,"timestamp":"2026-03-01T00:00:03Z"},{"symbol":"SOL/USD","side":"buy","price":141.6,"qty":1,"ord_type":"market","trade_id":78,"timestamp":"2026-03-01T00:00:03Z"}]}"#,
    r#"{"channel":"ticker","type":"snapshot","data":[{"symbol":"SOL/USD","bid":141.50,"bid_qty":2.0,"ask":141.52,"ask_qty":1.5,"last":141.51,"volume":10.5,"vwap":141.0,"low":140,"high":142,"change":-0.5,"change_pct":-0.35}]}"#,
    r#"{"channel":"status","type":"update","data":[{"system":"online","api_version":"v2","connection_id":9,"version":"2.0.0"}]}"#,
    r#"{"channel":"heartbeat"}"#,
    r#"{"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"SOL"}],"pairs":[]}}"#,
    r#"{"method":"subscribe","result":{"channel":"book","depth":25,"snapshot":true,"symbol":"SOL/USD"},"success":true,"time_in":"2026-03-01T00:00:00Z","time_out":"2026-03-01T00:00:00Z","req_id":4}"#,
    r#"{"error":"Currency pair not supported XYZ/USD","method":"subscribe","success":false,"symbol":"XYZ/USD"}"#,
    r#"{"method":"pong","req_id":5,"time_in":"2026-03-01T00:00:00Z","time_out":"2026-03-01T00:00:00Z"}"#,
    r#"[42,{"as":[["9.10","1.00","1700000000.250000"]],"bs":[["9.05","3.00","1700000000.125000"],["9.00","1.50","1699999999.000000"]]},"book-100","SOL/EUR"]"#,
    r#"[42,{"b":[["9.05","0.00","1700000001.000001"]],"c":"3310070434"},"book-100","SOL/EUR"]"#,
    r#"[42,{"a":[["9.10","0.00","1700000002.5"],["9.20","4.00","1700000001.5","r"]]},{"b":[["9.06","1.00","1700000002.75"]],"c":"17"},"book-100","SOL/EUR"]"#,
    r#"[43,[["9.07","2.00","1700000003.000500","b","m",""],["9.06","1.00","1700000003.000600","s","l",""]],"trade","SOL/EUR"]"#,
    r#"[44,{"a":["9.10",3,"3.500"],"b":["9.05",1,"1.250"],"c":["9.07","0.1"],"v":["1","2"],"p":["9","9"],"t":[1,2],"l":["8","8"],"h":["10","10"],"o":["9","9"]},"ticker","SOL/EUR"]"#,
    r#"[45,["9.05","9.10","1700000004.5","1.250","3.500"],"spread","SOL/EUR"]"#,
    r#"[46,["1700000000","1700000060","9","9","9","9","9","1",1],"ohlc-1","SOL/EUR"]"#,
    r#"{"event":"heartbeat"}"#,
    r#"{"event":"pong","reqid":3}"#,
    r#"{"connectionID":12345678901234567890,"event":"systemStatus","status":"online","version":"1.9.6"}"#,
    r#"{"channelID":42,"channelName":"book-100","event":"subscriptionStatus","pair":"SOL/EUR","status":"subscribed","subscription":{"depth":100,"name":"book"}}"#,
    r#"{"errorMessage":"Subscription depth not supported","event":"subscriptionStatus","pair":"SOL/EUR","status":"error","subscription":{"depth":42,"name":"book"}}"#,
];

#[test]
fn v2_books_are_read() {
    expect(
        Kraken,
        &[
            (FRAMES[0], &["SOL/USD @1772323201000250000 snapshot Unnumbered crc 4294967295 depth 0: bid 141.50x2.00000000 bid 141.49x0.5 ask 141.52x0.00000001"]),
            (FRAMES[1], &["SOL/USD @1772323202000000000 delta Unnumbered crc 17 depth 0: ask 141.52x0.00000000"]),
            // Another order and spacing, escapes, strings for numbers, new fields, no time.
            (
                r#" { "new" : { "a" : [ ] } , "data" : [ { "checksum" : "17" , "asks" : [ { "qty" : "1.0" , "x" : null , "price" : "2.50" } ] , "bids" : [ ] , "symbol" : "SOL\/USD" } ] , "type" : "update" , "channel" : "book" } "#,
                &["SOL/USD @0 delta Unnumbered crc 17 depth 0: ask 2.50x1.0"],
            ),
            // Two books in a frame; one side is enough for an update.
            (
                r#"{"channel":"book","type":"update","data":[{"symbol":"A/B","bids":[{"price":1,"qty":2}],"checksum":1},{"symbol":"C/D","asks":[{"price":3,"qty":4}],"checksum":2}]}"#,
                &["A/B @0 delta Unnumbered crc 1 depth 0: bid 1x2", "C/D @0 delta Unnumbered crc 2 depth 0: ask 3x4"],
            ),
            (r#"{"channel":"book","type":"update","data":[]}"#, &[]),
        ],
    );
}

#[test]
fn a_snapshot_of_an_offered_length_says_the_depth() {
    for (levels, depth) in [(9, 0), (10, 10), (11, 0), (25, 25), (26, 0)] {
        let rows = vec![r#"{"price":1,"qty":1}"#; levels].join(",");
        let frame = format!(
            r#"{{"channel":"book","type":"snapshot","data":[{{"symbol":"A/B","bids":[],"asks":[{rows}],"checksum":0}}]}}"#
        );
        let told = decoded(Kraken, &frame).unwrap_or_default().concat();
        assert!(told.contains(&format!("depth {depth}: ask")), "{levels}: {told}");
    }
}

#[test]
fn v2_trades_quotes_and_control_are_read() {
    expect(
        Kraken,
        &[
            (
                FRAMES[2],
                &[
                    "SOL/USD @1772323203000000000 sell 141.5x3.25 id 77",
                    "SOL/USD @1772323203000000000 buy 141.6x1 id 78",
                ],
            ),
            (FRAMES[3], &["SOL/USD @0 quote 141.50x2.0 141.52x1.5"]),
            (
                r#"{"channel":"ticker","type":"update","data":[{"symbol":"A/B","bid":null,"ask":2}]}"#,
                &["A/B @0 quote -x- 2x-"],
            ),
            (FRAMES[4], &[" @0 Status online"]),
            (FRAMES[5], &[" @0 Heartbeat "]),
            (FRAMES[6], &[" @0 Unused "]),
            (FRAMES[7], &["SOL/USD @0 Ack ", "SOL/USD @0 depth 25"]),
            (
                r#"{"success":true,"result":{"symbol":"A/B","depth":10,"channel":"book"},"method":"unsubscribe"}"#,
                &["A/B @0 Ack "],
            ),
            (r#"{"method":"batch_add","result":[{"order_id":"x"}],"success":true}"#, &[" @0 Ack "]),
            (FRAMES[8], &["XYZ/USD @0 Refused Currency pair not supported XYZ/USD"]),
            (r#"{"success":false,"method":"ping"}"#, &[" @0 Refused "]),
            (FRAMES[9], &[" @0 Pong "]),
        ],
    );
}

#[test]
fn v1_books_are_read() {
    expect(
        Kraken,
        &[
            (FRAMES[10], &["SOL/EUR @1700000000250000000 snapshot Unnumbered depth 100: ask 9.10x1.00 bid 9.05x3.00 bid 9.00x1.50"]),
            (FRAMES[11], &["SOL/EUR @1700000001000001000 delta Unnumbered crc 3310070434 depth 100: bid 9.05x0.00"]),
            (FRAMES[12], &["SOL/EUR @1700000002750000000 delta Unnumbered crc 17 depth 100: ask 9.10x0.00 ask 9.20x4.00 bid 9.06x1.00"]),
            // Spaces, numbers for strings, a new field, no checksum, no id.
            (
                r#" [ { "z" : 0 , "a" : [ [ 9.10 , 1 , 1700000000.5 ] ] } , "book-10" , "SOL/EUR" ] "#,
                &["SOL/EUR @1700000000500000000 delta Unnumbered depth 10: ask 9.10x1"],
            ),
        ],
    );
}

#[test]
fn v1_trades_quotes_and_control_are_read() {
    expect(
        Kraken,
        &[
            (
                FRAMES[13],
                &[
                    "SOL/EUR @1700000003000500000 buy 9.07x2.00 id 0",
                    "SOL/EUR @1700000003000600000 sell 9.06x1.00 id 0",
                ],
            ),
            (FRAMES[14], &["SOL/EUR @0 quote 9.05x1.250 9.10x3.500"]),
            (FRAMES[15], &["SOL/EUR @1700000004500000000 quote 9.05x1.250 9.10x3.500"]),
            (FRAMES[16], &["SOL/EUR @0 Unused "]),
            (r#"[[{"O1":{}}],"openOrders",{"sequence":1}]"#, &[" @0 Unused "]),
            (FRAMES[17], &[" @0 Heartbeat "]),
            (FRAMES[18], &[" @0 Pong "]),
            (FRAMES[19], &[" @0 Status online"]),
            (FRAMES[20], &["SOL/EUR @0 Ack ", "SOL/EUR @0 depth 100"]),
            (FRAMES[21], &["SOL/EUR @0 Refused Subscription depth not supported"]),
            (
                r#"{"event":"error","errorMessage":"Malformed request"}"#,
                &[" @0 Refused Malformed request"],
            ),
            (
                r#"{"event":"subscriptionStatus","status":"unsubscribed","pair":"A/B","channelName":"book-10"}"#,
                &["A/B @0 Ack "],
            ),
        ],
    );
}

#[test]
fn v2_faults_are_told_apart() {
    use DecodeError as E;
    let book = |fields: &str| {
        format!(r#"{{"channel":"book","type":"update","data":[{{"symbol":"A/B",{fields}}}]}}"#)
    };
    for (fields, error) in [
        (r#""asks":[],"bids":[]"#, E::MissingField),
        (r#""checksum":1"#, E::MissingField),
        (r#""asks":[{"price":1}],"checksum":1"#, E::MissingField),
        (r#""asks":[{"price":1,"price":1,"qty":1}],"checksum":1"#, E::DuplicateKey),
        (r#""asks":[],"asks":[],"checksum":1"#, E::DuplicateKey),
        (r#""asks":[],"checksum":4294967296"#, E::NumberRange),
        (r#""asks":[],"checksum":-1"#, E::BadNumber),
        (r#""asks":[{"price":-1,"qty":1}],"checksum":1"#, E::BadNumber),
        (r#""asks":[{"price":"1,5","qty":1}],"checksum":1"#, E::BadNumber),
        (r#""asks":[{"price":1e99,"qty":1}],"checksum":1"#, E::NumberRange),
        (r#""asks":[{"price":true,"qty":1}],"checksum":1"#, E::WrongType),
        (r#""asks":{},"checksum":1"#, E::WrongType),
        (r#""asks":[[1,2]],"checksum":1"#, E::WrongType),
        (r#""asks":[],"checksum":1,"timestamp":"yesterday"#, E::Truncated),
        (r#""asks":[],"checksum":1,"timestamp":"yesterday""#, E::BadNumber),
        (r#""asks":[],"checksum":1,"#, E::Malformed),
    ] {
        assert_eq!(decoded(Kraken, &book(fields)), Err(error), "{fields}");
    }
    expect_errors(
        Kraken,
        &[
            (r#"{"channel":"book","type":"new","data":[]}"#, E::UnknownWord),
            (r#"{"channel":"book","data":[]}"#, E::MissingField),
            (r#"{"channel":"book","type":"update"}"#, E::MissingField),
            (r#"{"channel":"book","type":"update","data":[],"data":[]}"#, E::DuplicateKey),
            (r#"{"channel":"book","type":"update","data":[]}]"#, E::Malformed),
            (
                r#"{"channel":"book","type":"snapshot","data":[{"symbol":"A/B","asks":[],"checksum":1}]}"#,
                E::MissingField,
            ),
            (r#"{"channel":"prices","type":"update","data":[]}"#, E::UnknownMessage),
            (
                r#"{"channel":"trade","type":"update","data":[{"symbol":"A/B","side":"up","price":1,"qty":1,"trade_id":1}]}"#,
                E::UnknownWord,
            ),
            (
                r#"{"channel":"trade","type":"update","data":[{"symbol":"A/B","side":"buy","price":1,"qty":1}]}"#,
                E::MissingField,
            ),
            (
                r#"{"channel":"ticker","type":"update","data":[{"symbol":"A/B","bid":1}]}"#,
                E::MissingField,
            ),
            (r#"{"channel":"status","type":"update","data":[{}]}"#, E::MissingField),
            (
                r#"{"method":"subscribe","success":true,"result":{"channel":"book"}}"#,
                E::MissingField,
            ),
            (r#"{"success":true}"#, E::MissingField),
            (r#"{"name":"x"}"#, E::UnknownMessage),
            ("{}", E::UnknownMessage),
            ("17", E::WrongType),
            ("pong", E::Malformed),
            ("", E::Truncated),
        ],
    );
}

#[test]
fn v1_faults_are_told_apart() {
    use DecodeError as E;
    expect_errors(
        Kraken,
        &[
            ("[]", E::MissingField),
            (r#"[1,{"a":[]},"book-10"]"#, E::MissingField),
            (r#"[1,{},"book-10","A/B"]"#, E::MissingField),
            (r#"[1,{"as":[]},"book-10","A/B"]"#, E::MissingField),
            (r#"[1,{"as":[],"bs":[],"a":[]},"book-10","A/B"]"#, E::Malformed),
            (r#"[1,{"a":[]},{"a":[]},"book-10","A/B"]"#, E::DuplicateKey),
            (r#"[1,{"a":[]},"book-10","A/B","C/D"]"#, E::DuplicateKey),
            (r#"[1,[],[],"trade","A/B"]"#, E::DuplicateKey),
            (r#"[1,{"a":[["1","2"]]},"book-10","A/B"]"#, E::MissingField),
            (r#"[1,{"a":[["x","2","3"]]},"book-10","A/B"]"#, E::BadNumber),
            (r#"[1,{"a":["1"]},"ticker","A/B"]"#, E::MissingField),
            (r#"[1,{"a":["1",1,"1"]},"ticker","A/B"]"#, E::MissingField),
            (r#"[1,{"a":[],"c":"-1"},"book-10","A/B"]"#, E::BadNumber),
            (r#"[1,{"a":[]},"book-","A/B"]"#, E::UnknownMessage),
            (r#"[1,{"a":[]},"book-x","A/B"]"#, E::UnknownMessage),
            (r#"[1,{"a":[]},"news","A/B"]"#, E::UnknownMessage),
            (r#"[1,{},"trade","A/B"]"#, E::MissingField),
            (r#"[1,[["1","2","3","b"]],"trade"]"#, E::MissingField),
            (r#"[1,[["1","2","3","x"]],"trade","A/B"]"#, E::UnknownWord),
            (r#"[1,["1","2","3","4"],"spread","A/B"]"#, E::MissingField),
            (r#"{"event":"news"}"#, E::UnknownMessage),
            (r#"{"event":"systemStatus"}"#, E::MissingField),
            (r#"{"event":"pong","event":"pong"}"#, E::DuplicateKey),
            (r#"{"event":7}"#, E::WrongType),
        ],
    );
}

#[test]
fn a_cut_frame_says_nothing() {
    expect_no_prefix(Kraken, FRAMES);
}

/// A level as `(price, size)` in text.
fn level() -> impl Strategy<Value = (String, String)> {
    ("[1-9][0-9]{0,4}\\.[0-9]{1,5}", "(0|[1-9][0-9]{0,4})\\.[0-9]{8}")
}

proptest! {
    #[test]
    fn the_usual_spelling_says_what_any_other_says(
        bids in prop::collection::vec(level(), 0..4),
        asks in prop::collection::vec(level(), 0..4),
        sum: u32,
    ) {
        let objects = |levels: &[(String, String)], colon: &str| {
            let row = |(p, q): &(String, String)| format!(r#"{{"price"{colon}{p},"qty"{colon}{q}}}"#);
            levels.iter().map(row).collect::<Vec<_>>().join(",")
        };
        let v2 = |colon: &str| {
            let (bids, asks) = (objects(&bids, colon), objects(&asks, colon));
            format!(r#"{{"channel"{colon}"book","type":"update","data":[{{"symbol":"A/B","bids":[{bids}],"asks":[{asks}],"checksum":{sum},"timestamp":"2026-03-01T00:00:02.5Z"}}]}}"#)
        };
        let usual = decoded(Kraken, &v2(":"));
        prop_assert!(usual.is_ok());
        prop_assert_eq!(&usual, &decoded(Kraken, &v2(" : ")));
        let arrays = |comma: &str| {
            let row = |(p, q): &(String, String)| format!(r#"["{p}"{comma}"{q}","1700000000.125"]"#);
            asks.iter().map(row).collect::<Vec<_>>().join(",")
        };
        let v1 = |comma: &str| {
            let asks = arrays(comma);
            format!(r#"[7{comma}{{"a":[{asks}],"c":"{sum}"}},"book-10","A/B"]"#)
        };
        let usual = decoded(Kraken, &v1(","));
        prop_assert!(usual.is_ok());
        prop_assert_eq!(&usual, &decoded(Kraken, &v1(" , ")));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Venue::Kraken.decode(&bytes, &mut Batch::default());
    }

    #[test]
    fn damaged_frames_never_panic(bytes in damaged(FRAMES)) {
        let _ = Venue::Kraken.decode(&bytes, &mut Batch::default());
    }
}

/// Frames in the spelling that is read in one piece, and nearly in it.
fn nearly_usual() -> impl Strategy<Value = String> {
    let number = || "[0-9]{1,5}[.]?[0-9]{0,8}";
    let level = || (number(), number());
    let v2 = (prop::collection::vec(level(), 0..3), prop::collection::vec(level(), 0..3)).prop_map(
        |(bids, asks)| {
            let [bids, asks] = [bids, asks].map(|levels| {
                let level = |(price, size)| format!(r#"{{"price":{price},"qty":{size}}}"#);
                levels.into_iter().map(level).collect::<Vec<_>>().join(",")
            });
            format!(
                r#"{{"channel":"book","type":"update","data":[{{"symbol":"SOL/USD","bids":[{bids}],"asks":[{asks}],"checksum":2878215795,"timestamp":"2026-03-01T00:00:02.000250Z"}}]}}"#
            )
        },
    );
    let depth = prop::sample::select(vec!["10", "25", "100", "500", "1000", "7"]);
    let time = prop_oneof!["16[0-9]{8}[.][0-9]{6}", number()];
    let v1 = (prop::bool::ANY, prop::collection::vec((number(), number(), time), 1..3), depth)
        .prop_map(|(is_ask, levels, depth)| {
            let level = |(price, size, time)| format!(r#"["{price}","{size}","{time}"]"#);
            let levels: Vec<_> = levels.into_iter().map(level).collect();
            let side = if is_ask { "a" } else { "b" };
            let levels = levels.join(",");
            format!(r#"[42,{{"{side}":[{levels}],"c":"3310070434"}},"book-{depth}","SOL/EUR"]"#)
        });
    altered(prop_oneof![v1, v2])
}

proptest! {
    #[test]
    fn the_usual_spelling_is_read_as_any_other(frame in nearly_usual()) {
        // A blank before it, and the frame has to be read in the general way.
        assert_usual(decode_usual, &frame);
        let general = decoded(Kraken, &format!(" {frame}"));
        prop_assert_eq!(decoded(Kraken, &frame), general, "{}", frame);
    }
}
