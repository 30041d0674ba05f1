//! Bybit v5 frames, written here after the venue's shapes, become the messages they mean.

use crossbook_core::batch::{
    trade_id, Batch, Body, BookKind, BookMessage, Control, Level, Message, Quote, QuoteAt,
    Sequence, Side, TakerSide, Trade,
};
use crossbook_core::decimal::{parse, Decimal};
use crossbook_core::error::DecodeError;
use crossbook_core::venue::Venue;
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"topic":"orderbook.50.ABCUSDT","type":"snapshot","ts":1787000000100,"data":{"s":"ABCUSDT","b":[["10.20","1.5"],["10.1","2"]],"a":[["10.30","3"]],"u":70,"seq":900},"cts":1787000000099}"#;
const DELTA: &str = r#"{"topic":"orderbook.50.ABCUSDT","type":"delta","ts":1787000000120,"data":{"s":"ABCUSDT","b":[["10.20","0"]],"a":[],"u":71,"seq":905},"cts":1787000000119}"#;
const TRADES: &str = r#"{"topic":"publicTrade.ABCUSDT","type":"snapshot","ts":1787000000200,"data":[{"T":1787000000198,"s":"ABCUSDT","S":"Buy","v":"0.5","p":"10.30","L":"PlusTick","i":"2290000000012345","BT":false,"RPI":false,"seq":7},{"T":1787000000199,"s":"ABCUSDT","S":"Sell","v":"1","p":"10.20","i":"9dc75fca-4bdd-4773-9f78-6f5d7ab2a110","BT":false}]}"#;
const TICKER: &str = r#"{"topic":"tickers.ABCUSDT","type":"delta","data":{"symbol":"ABCUSDT","bid1Price":"10.20","bid1Size":"4","ask1Price":"","lastPrice":"10.25"},"cs":1,"ts":1787000000300}"#;
const ACK: &str =
    r#"{"success":true,"ret_msg":"subscribe","conn_id":"c-1","req_id":"x","op":"subscribe"}"#;
const REST: &str = r#"{"retCode":0,"retMsg":"OK","result":{"s":"ABCUSDT","b":[["10.20","1.5"]],"a":[["10.30","3"]],"ts":1787000000100,"u":70,"seq":900,"cts":1787000000099},"retExtInfo":{},"time":1787000000111}"#;

fn decode(frame: &str) -> Result<Batch, DecodeError> {
    let mut batch = Batch::default();
    Venue::Bybit.decode(frame.as_bytes(), &mut batch).map(|()| batch)
}

fn snapshot(body: &str) -> Result<Batch, DecodeError> {
    let mut batch = Batch::default();
    Venue::Bybit.decode_snapshot(body.as_bytes(), &mut batch).map(|()| batch)
}

fn error(frame: &str) -> DecodeError {
    decode(frame).expect_err("the frame is wrong")
}

fn d(text: &str) -> Decimal {
    parse(text.as_bytes()).expect("a number")
}

fn only(batch: &Batch) -> &Message {
    match batch.messages() {
        [message] => message,
        others => panic!("{} messages", others.len()),
    }
}

fn book(message: &Message) -> &BookMessage {
    match &message.body {
        Body::Book(book) => book,
        other => panic!("{other:?} is no book"),
    }
}

fn control(frame: &str) -> (Control, &str) {
    let batch = decode(frame).expect("a valid frame");
    match only(&batch).body {
        Body::Control(control, span) => {
            let text = span.bytes(frame.as_bytes());
            (control, std::str::from_utf8(text).expect("UTF-8"))
        }
        ref other => panic!("{other:?} is no control"),
    }
}

fn level(side: Side, price: &str, size: &str) -> Level {
    Level { side, price: d(price), size: d(size) }
}

#[test]
fn a_snapshot_is_a_base_of_the_topics_depth() {
    let batch = decode(SNAPSHOT).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(SNAPSHOT.as_bytes()), b"ABCUSDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_099_000_000);
    let book = book(message);
    assert_eq!((book.kind, book.depth), (BookKind::Snapshot, 50));
    assert_eq!(book.sequence, Sequence::Base(70));
    assert_eq!(
        batch.levels_of(book),
        [
            level(Side::Bid, "10.20", "1.5"),
            level(Side::Bid, "10.1", "2"),
            level(Side::Ask, "10.30", "3"),
        ]
    );
}

#[test]
fn a_delta_is_one_update() {
    let batch = decode(DELTA).expect("a valid frame");
    let book = book(only(&batch));
    assert_eq!((book.kind, book.depth), (BookKind::Delta, 50));
    assert_eq!(book.sequence, Sequence::Range { first: 71, last: 71 });
    assert_eq!(batch.levels_of(book), [level(Side::Bid, "10.20", "0")]);
}

#[test]
fn key_order_white_space_and_the_form_of_numbers_do_not_matter() {
    let frame = r#" { "data" : { "new" : {"x":[1,{}]}, "u" : "71" , "a":[ ], "b":[ [10.20, 0, "more"] ] },
        "cs": 1, "ts":"1787000000120", "type":"delta" , "topic":"orderbook.1000.ABCUSDT" } "#;
    let batch = decode(frame).expect("a valid frame");
    let message = only(&batch);
    // Neither `s` nor `cts` is there: the topic and `ts` say it.
    assert_eq!(message.symbol.bytes(frame.as_bytes()), b"ABCUSDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_120_000_000);
    let book = book(message);
    assert_eq!((book.kind, book.depth), (BookKind::Delta, 1000));
    assert_eq!(book.sequence, Sequence::Range { first: 71, last: 71 });
    assert_eq!(batch.levels_of(book), [level(Side::Bid, "10.20", "0")]);
}

#[test]
fn depth_one_repeats_its_snapshot() {
    let frame = SNAPSHOT.replace("orderbook.50", "orderbook.1");
    let batch = decode(&frame).expect("a valid frame");
    let book = book(only(&batch));
    assert_eq!((book.kind, book.depth), (BookKind::Snapshot, 1));
    assert_eq!(book.sequence, Sequence::Base(70));
}

#[test]
fn trades_name_their_taker_whether_the_topic_stands_first_or_last() {
    let last = TRADES.replacen(r#""topic":"publicTrade.ABCUSDT","#, "", 1);
    let last = format!(r#"{},"topic":"publicTrade.ABCUSDT"}}"#, &last[..last.len() - 1]);
    let trade = |price, size, taker, id| {
        Body::Trade(Trade { price: d(price), size: d(size), taker: Some(taker), id })
    };
    for frame in [TRADES, &last] {
        let batch = decode(frame).expect("a valid frame");
        let read: Vec<_> =
            batch.messages().iter().map(|m| (m.ts_event_ns, m.body.clone())).collect();
        assert_eq!(
            read,
            [
                (
                    1_787_000_000_198_000_000,
                    trade("10.30", "0.5", TakerSide::Buy, 2_290_000_000_012_345)
                ),
                (
                    1_787_000_000_199_000_000,
                    trade(
                        "10.20",
                        "1",
                        TakerSide::Sell,
                        trade_id(b"9dc75fca-4bdd-4773-9f78-6f5d7ab2a110")
                    )
                ),
            ]
        );
        assert!(batch.messages().iter().all(|m| m.symbol.bytes(frame.as_bytes()) == b"ABCUSDT"));
    }
    let numeric = TRADES.replace(r#""2290000000012345""#, "2290000000012345");
    assert_eq!(decode(&numeric).map(|b| b.messages().to_vec().len()), Ok(2));
}

#[test]
fn a_ticker_with_best_prices_is_a_quote() {
    let batch = decode(TICKER).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(TICKER.as_bytes()), b"ABCUSDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_300_000_000);
    let quote = Quote {
        bid: Some(d("10.20")),
        bid_size: Some(d("4")),
        ask: None,
        ask_size: None,
        at: QuoteAt::Unknown,
    };
    assert_eq!(message.body, Body::Quote(quote));
}

#[test]
fn what_is_known_but_not_used_is_unused() {
    for frame in [
        r#"{"topic":"tickers.ABCUSDT","type":"snapshot","ts":1,"data":{"symbol":"ABCUSDT","lastPrice":"10.25"}}"#,
        r#"{"topic":"kline.5.ABCUSDT","data":[{"start":1,"end":2,"open":"1"}],"ts":3,"type":"snapshot"}"#,
        r#"{"data":[{"T":1}],"topic":"allLiquidation.ABCUSDT"}"#,
    ] {
        assert_eq!(control(frame), (Control::Unused, ""), "{frame}");
    }
}

#[test]
fn topics_of_other_versions_are_unknown() {
    for frame in [
        r#"{"topic":"orderBookL2_25.ABCUSDT","type":"snapshot","data":{"order_book":[{"price":"10.2","side":"Buy","size":2.63}]},"cross_seq":"8"}"#,
        r#"{"topic":"orderBookL2_25.ABCUSDT","type":"delta","data":{"delete":[],"update":[],"insert":[]}}"#,
        r#"{"topic":"trade.ABCUSDT","data":[{"symbol":"ABCUSDT","price":"10.2","size":0.14,"side":"Buy"}]}"#,
        r#"{"success":true,"ret_msg":"","request":{"op":"subscribe","args":["trade.ABCUSDT"]}}"#,
        r#"{"topic":"orderbook.rpi.ABCUSDT","type":"snapshot","data":{"s":"ABCUSDT","b":[],"a":[],"u":1}}"#,
        r#"{"topic":"orderbook","type":"snapshot","data":{"b":[],"a":[],"u":1}}"#,
        r#"{"topic":"order","id":"1","data":[{}]}"#,
        r#"{"topic":""}"#,
        "{}",
    ] {
        assert_eq!(error(frame), DecodeError::UnknownMessage, "{frame}");
    }
}

#[test]
fn answers_are_told_apart() {
    for (frame, expected) in [
        (ACK, (Control::Ack, "subscribe")),
        (r#"{"op":"auth","success":true,"retCode":0,"retMsg":""}"#, (Control::Ack, "")),
        (r#"{"op":"order.create","retCode":0,"retMsg":"OK","data":{}}"#, (Control::Ack, "OK")),
        (r#"{"success":true,"ret_msg":"pong","op":"ping"}"#, (Control::Pong, "pong")),
        (r#"{"req_id":"x","op":"pong","args":["1675418560633"]}"#, (Control::Pong, "")),
        (
            r#"{"success":false,"ret_msg":"Invalid topic: x","conn_id":"c","op":"subscribe"}"#,
            (Control::Refused, "Invalid topic: x"),
        ),
        (
            r#"{"retCode":10003,"retMsg":"Invalid apikey","op":"auth"}"#,
            (Control::Refused, "Invalid apikey"),
        ),
        (r#"{"success":false,"op":"ping"}"#, (Control::Refused, "")),
    ] {
        assert_eq!(control(frame), expected, "{frame}");
    }
    assert_eq!(error(r#"{"op":"subscribe"}"#), DecodeError::UnknownMessage);
}

#[test]
fn a_frame_that_is_not_whole_is_refused() {
    for (from, part, to, expected) in [
        (DELTA, r#""u":71,"#, "", DecodeError::MissingField),
        (DELTA, r#""a":[],"#, "", DecodeError::MissingField),
        (DELTA, r#""b":[["10.20","0"]],"#, "", DecodeError::MissingField),
        (DELTA, r#""type":"delta","#, "", DecodeError::MissingField),
        (DELTA, r#""s":"ABCUSDT""#, r#""s":"""#, DecodeError::MissingField),
        (DELTA, r#"["10.20","0"]"#, r#"["10.20"]"#, DecodeError::MissingField),
        (DELTA, r#""u":71"#, r#""u":71,"u":71"#, DecodeError::DuplicateKey),
        (DELTA, r#""ts":"#, r#""ts":1,"ts":"#, DecodeError::DuplicateKey),
        (DELTA, r#""cts":"#, r#""data":{},"cts":"#, DecodeError::DuplicateKey),
        (DELTA, r#""delta""#, r#""patch""#, DecodeError::UnknownWord),
        (DELTA, r#""u":71"#, r#""u":-71"#, DecodeError::BadNumber),
        (DELTA, r#""u":71"#, r#""u":7.5"#, DecodeError::BadNumber),
        (DELTA, r#""10.20""#, r#""-10.20""#, DecodeError::BadNumber),
        (DELTA, r#""10.20""#, r#""ten""#, DecodeError::BadNumber),
        (DELTA, r#""10.20""#, r#""99999999999999999999""#, DecodeError::NumberRange),
        (DELTA, "1787000000119", "9223372036854775807", DecodeError::NumberRange),
        (DELTA, r#""u":71"#, r#""u":true"#, DecodeError::WrongType),
        (DELTA, r#""a":[]"#, r#""a":"10.3""#, DecodeError::WrongType),
        (DELTA, r#""a":[]"#, r#""a":[]]"#, DecodeError::Malformed),
        (TRADES, r#""S":"Buy""#, r#""S":"Both""#, DecodeError::UnknownWord),
        (TRADES, r#""p":"10.30","#, "", DecodeError::MissingField),
        (TRADES, r#""s":"ABCUSDT","#, "", DecodeError::MissingField),
        (TRADES, r#""S":"Buy""#, r#""S":"Buy","S":"Buy""#, DecodeError::DuplicateKey),
    ] {
        assert!(from.contains(part), "{part}");
        assert_eq!(error(&from.replacen(part, to, 1)), expected, "{part} -> {to}");
    }
    for (frame, expected) in [
        (r#"{"topic":"orderbook.50.ABCUSDT","type":"delta"}"#, DecodeError::MissingField),
        (r#"{"topic":"orderbook.50.ABCUSDT","type":"delta","data":[]}"#, DecodeError::WrongType),
        (r#"{"topic":"publicTrade.ABCUSDT"}"#, DecodeError::MissingField),
        (r#"{"topic":"publicTrade.ABCUSDT","data":{}}"#, DecodeError::WrongType),
        (r#"{"data":"x","topic":"publicTrade.ABCUSDT"}"#, DecodeError::WrongType),
        (r#"{"topic":"tickers.ABCUSDT","data":[]}"#, DecodeError::WrongType),
        (&"[".repeat(100), DecodeError::WrongType),
        (&format!(r#"{{"x":{}"#, "[".repeat(100)), DecodeError::TooDeep),
    ] {
        assert_eq!(error(frame), expected, "{frame}");
    }
}

#[test]
fn a_rest_answer_is_a_snapshot_that_names_its_symbol() {
    let batch = snapshot(REST).expect("a valid body");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(REST.as_bytes()), b"ABCUSDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_099_000_000);
    let book = book(message);
    assert_eq!((book.kind, book.depth), (BookKind::Snapshot, 0));
    assert_eq!(book.sequence, Sequence::Base(70));
    assert_eq!(batch.levels().len(), 2);
    for (body, expected) in [
        (r#"{"retCode":10001,"retMsg":"params error","result":{}}"#, DecodeError::UnknownMessage),
        (r#"{"retCode":10001,"retMsg":"params error","result":null}"#, DecodeError::UnknownMessage),
        (r#"{"retCode":0,"result":{}}"#, DecodeError::MissingField),
        (r#"{"result":{"s":"ABCUSDT","b":[],"a":[],"u":1}}"#, DecodeError::MissingField),
        (r#"{"retCode":0,"result":{"b":[],"a":[],"u":1}}"#, DecodeError::MissingField),
        (SNAPSHOT, DecodeError::MissingField),
    ] {
        assert_eq!(snapshot(body).err(), Some(expected), "{body}");
    }
}

#[test]
fn a_cut_frame_gives_nothing() {
    for frame in [SNAPSHOT, DELTA, TRADES, TICKER, ACK] {
        for end in 0..frame.len() {
            assert!(decode(&frame[..end]).is_err(), "{}", &frame[..end]);
        }
    }
    for end in 0..REST.len() {
        assert!(snapshot(&REST[..end]).is_err(), "{}", &REST[..end]);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
        let _ = Venue::Bybit.decode(&bytes, &mut Batch::default());
        let _ = Venue::Bybit.decode_snapshot(&bytes, &mut Batch::default());
    }

    #[test]
    fn damaged_frames_never_panic(
        frame in prop::sample::select(vec![SNAPSHOT, DELTA, TRADES, TICKER, ACK, REST]),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:.0n-".to_vec())],
        cut in 0..6_usize,
    ) {
        let mut bytes = frame.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.drain(at..bytes.len().min(at + cut));
        let _ = Venue::Bybit.decode(&bytes, &mut Batch::default());
        let _ = Venue::Bybit.decode_snapshot(&bytes, &mut Batch::default());
    }
}
