//! Gate.io frames, written here after the venue's shapes, become the messages they mean.

use crossbook_core::batch::{
    Batch, Body, BookKind, BookMessage, Control, Level, Message, Quote, QuoteAt, Sequence, Side,
    TakerSide, Trade,
};
use crossbook_core::decimal::{parse, Decimal};
use crossbook_core::error::DecodeError;
use crossbook_core::venue::Venue;
use proptest::prelude::*;

const UPDATE: &str = r#"{"time":1787000000,"time_ms":1787000000125,"channel":"spot.order_book_update","event":"update","result":{"t":1787000000123,"e":"depthUpdate","E":1787000000,"s":"ABC_USDT","U":70,"u":75,"b":[["10.20","1.5"],["10.10","0"]],"a":[["10.30","3"]]}}"#;
const OBU_FULL: &str = r#"{"channel":"spot.obu","result":{"t":1787000000123,"full":true,"s":"ob.ABC_USDT.50","u":75,"b":[["10.20","1.5"]],"a":[["10.30","3"]]},"time_ms":1787000000125,"event":"update"}"#;
const OBU: &str = r#"{"channel":"spot.obu","result":{"t":1787000000143,"s":"ob.ABC_USDT.50","U":76,"u":78,"a":[["10.30","0"]]},"time_ms":1787000000145,"event":"update"}"#;
const BOOK: &str = r#"{"time":1787000000,"channel":"spot.order_book","event":"update","result":{"t":1787000000123,"lastUpdateId":75,"s":"ABC_USDT","bids":[["10.20","1.5"]],"asks":[["10.30","3"]]}}"#;
const BEST: &str = r#"{"time":1787000000,"time_ms":1787000000125,"channel":"spot.book_ticker","event":"update","result":{"t":1787000000123,"u":75,"s":"ABC_USDT","b":"10.20","B":"1.5","a":"","A":""}}"#;
const TRADE: &str = r#"{"time":1787000000,"time_ms":1787000000125,"channel":"spot.trades","event":"update","result":{"id":309143071,"id_market":5,"create_time":1787000000,"create_time_ms":"1787000000123.456789","side":"sell","currency_pair":"ABC_USDT","amount":"0.5","price":"10.20","range":"5-5"}}"#;
const TRADES: &str = r#"{"time":1787000000,"channel":"spot.trades","event":"update","result":[{"id":"1","create_time":1787000000,"side":"buy","currency_pair":"ABC_USDT","amount":"0.5","price":"10.20"},{"id":2,"create_time":"1787000001","side":"sell","currency_pair":"XYZ_USDT","amount":"1","price":"7"}]}"#;
const TICKER: &str = r#"{"time":1787000000,"channel":"spot.tickers","event":"update","result":{"currency_pair":"ABC_USDT","last":"10.25","lowest_ask":"10.30","highest_bid":"10.20","change_percentage":"-2.9","high_24h":"11"}}"#;
const CANDLE: &str = r#"{"time":1787000000,"channel":"spot.candlesticks","event":"update","result":{"t":"1787000000","v":"2.5","c":"10.2","h":"10.3","l":"10.123","o":"10.2","n":"1m_ABC_USDT","a":"0.25","w":true}}"#;
const ACK: &str = r#"{"time":1787000000,"time_ms":1787000000125,"id":1,"conn_id":"c","channel":"spot.obu","event":"subscribe","payload":["ob.ABC_USDT.50"],"error":null,"result":{"status":"success"}}"#;
const REST: &str = r#"{"id":70,"current":1787000000123,"update":1787000000121,"asks":[["10.30","3"]],"bids":[["10.20","1.5"]]}"#;

fn decode(frame: &str) -> Result<Batch, DecodeError> {
    let mut batch = Batch::default();
    Venue::Gateio.decode(frame.as_bytes(), &mut batch).map(|()| batch)
}

fn snapshot(body: &str) -> Result<Batch, DecodeError> {
    let mut batch = Batch::default();
    Venue::Gateio.decode_snapshot(body.as_bytes(), &mut batch).map(|()| batch)
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

/// The same frame with the members of its envelope in the opposite order.
fn reversed(frame: &str) -> String {
    let result = frame.find(r#""result":"#).expect("a result");
    let (head, result) = (&frame[1..result - 1], &frame[result..frame.len() - 1]);
    let head: Vec<_> = head.split(',').rev().collect();
    format!(" {{ {} , {} }} ", result, head.join(" , "))
}

#[test]
fn an_update_is_a_delta_over_a_range_of_ids() {
    for frame in [UPDATE.to_string(), reversed(UPDATE)] {
        let batch = decode(&frame).expect("a valid frame");
        let message = only(&batch);
        assert_eq!(message.symbol.bytes(frame.as_bytes()), b"ABC_USDT");
        assert_eq!(message.ts_event_ns, 1_787_000_000_123_000_000);
        let book = book(message);
        assert_eq!((book.kind, book.depth), (BookKind::Delta, 100));
        assert_eq!(book.sequence, Sequence::Range { first: 70, last: 75 });
        assert_eq!(
            batch.levels_of(book),
            [
                level(Side::Bid, "10.20", "1.5"),
                level(Side::Bid, "10.10", "0"),
                level(Side::Ask, "10.30", "3"),
            ]
        );
    }
}

#[test]
fn newer_updates_name_their_depth_and_may_be_whole() {
    let frame = UPDATE.replace(r#""U":70"#, r#""l":"20","full":true"#);
    let batch = decode(&frame).expect("a valid frame");
    let whole = book(only(&batch));
    assert_eq!((whole.kind, whole.depth), (BookKind::Snapshot, 20));
    assert_eq!(whole.sequence, Sequence::Base(75));

    let frame = UPDATE.replace(r#""U":70"#, r#""U":70,"l":100,"full":false"#);
    let batch = decode(&frame).expect("a valid frame");
    assert_eq!(book(only(&batch)).kind, BookKind::Delta);
}

#[test]
fn obu_begins_with_the_whole_book_and_leaves_out_what_did_not_change() {
    for frame in [OBU_FULL.to_string(), reversed(OBU_FULL)] {
        let batch = decode(&frame).expect("a valid frame");
        let message = only(&batch);
        assert_eq!(message.symbol.bytes(frame.as_bytes()), b"ABC_USDT");
        assert_eq!(message.ts_event_ns, 1_787_000_000_123_000_000);
        let book = book(message);
        assert_eq!((book.kind, book.depth), (BookKind::Snapshot, 50));
        assert_eq!(book.sequence, Sequence::Base(75));
        assert_eq!(batch.levels().len(), 2);
    }
    let frame = OBU.replace(".50", ".400");
    let batch = decode(&frame).expect("a valid frame");
    let book = book(only(&batch));
    assert_eq!((book.kind, book.depth), (BookKind::Delta, 400));
    assert_eq!(book.sequence, Sequence::Range { first: 76, last: 78 });
    assert_eq!(batch.levels_of(book), [level(Side::Ask, "10.30", "0")]);

    for name in ["ABC_USDT.50", "ob.ABC_USDT", "ob.ABC_USDT.x", "ob.", "ob.ABC_USDT.-1"] {
        let frame = OBU.replace("ob.ABC_USDT.50", name);
        assert_eq!(error(&frame), DecodeError::UnknownWord, "{name}");
    }
    let unnamed = OBU.replace("ob.ABC_USDT.50", "ob..50");
    assert_eq!(error(&unnamed), DecodeError::MissingField);
}

#[test]
fn the_partial_book_is_a_snapshot_each_time() {
    let batch = decode(BOOK).expect("a valid frame");
    let partial = book(only(&batch));
    assert_eq!((partial.kind, partial.depth), (BookKind::Snapshot, 0));
    assert_eq!(partial.sequence, Sequence::Base(75));
    let frame = BOOK.replace(r#""bids":[["10.20","1.5"]]"#, r#""l":"5","bids":null"#);
    let batch = decode(&frame).expect("no bids at all");
    assert_eq!(book(only(&batch)).depth, 5);
    assert_eq!(batch.levels(), [level(Side::Ask, "10.30", "3")]);
}

#[test]
fn a_book_ticker_holds_at_its_update_id() {
    let batch = decode(BEST).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(BEST.as_bytes()), b"ABC_USDT");
    let quote = Quote {
        bid: Some(d("10.20")),
        bid_size: Some(d("1.5")),
        ask: None,
        ask_size: None,
        at: QuoteAt::Exactly(75),
    };
    assert_eq!(message.body, Body::Quote(quote));
}

#[test]
fn trades_come_alone_or_in_an_array() {
    let trade = |price, size, taker, id| {
        Body::Trade(Trade { price: d(price), size: d(size), taker: Some(taker), id })
    };
    for frame in [TRADE.to_string(), reversed(TRADE)] {
        let batch = decode(&frame).expect("a valid frame");
        let message = only(&batch);
        assert_eq!(message.symbol.bytes(frame.as_bytes()), b"ABC_USDT");
        assert_eq!(message.ts_event_ns, 1_787_000_000_123_456_789);
        assert_eq!(message.body, trade("10.20", "0.5", TakerSide::Sell, 309_143_071));
    }
    for frame in [TRADES.to_string(), reversed(TRADES)] {
        let batch = decode(&frame).expect("a valid frame");
        let read: Vec<_> = batch
            .messages()
            .iter()
            .map(|m| (m.symbol.bytes(frame.as_bytes()), m.ts_event_ns, m.body.clone()))
            .collect();
        assert_eq!(
            read,
            [
                (
                    &b"ABC_USDT"[..],
                    1_787_000_000_000_000_000,
                    trade("10.20", "0.5", TakerSide::Buy, 1)
                ),
                (&b"XYZ_USDT"[..], 1_787_000_001_000_000_000, trade("7", "1", TakerSide::Sell, 2)),
            ]
        );
    }
}

#[test]
fn times_may_have_a_fraction() {
    for (ms, ns) in [
        ("1787000000123.456700000000", 1_787_000_000_123_456_700),
        ("1787000000123.4", 1_787_000_000_123_400_000),
        ("1787000000123", 1_787_000_000_123_000_000),
    ] {
        let frame = TRADE.replace("1787000000123.456789", ms);
        assert_eq!(decode(&frame).map(|b| only(&b).ts_event_ns), Ok(ns), "{ms}");
    }
}

#[test]
fn a_ticker_is_a_quote_of_an_unknown_moment() {
    let batch = decode(TICKER).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(TICKER.as_bytes()), b"ABC_USDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_000_000_000);
    let quote = Quote { bid: Some(d("10.20")), ask: Some(d("10.30")), ..Quote::default() };
    assert_eq!(message.body, Body::Quote(quote));

    let without = TICKER.replace("lowest_ask", "x").replace("highest_bid", "y");
    let batch = decode(&without).expect("a valid frame");
    assert!(matches!(only(&batch).body, Body::Control(Control::Unused, _)));
}

#[test]
fn answers_are_told_apart() {
    for (frame, expected) in [
        (CANDLE, (Control::Unused, "")),
        (ACK, (Control::Ack, "spot.obu")),
        (
            r#"{"time":1,"channel":"spot.trades","event":"unsubscribe","result":{"status":"success"}}"#,
            (Control::Ack, "spot.trades"),
        ),
        (
            r#"{"time":1,"channel":"spot.trades","event":"subscribe","result":{"status":"fail"}}"#,
            (Control::Refused, "fail"),
        ),
        (
            r#"{"time":1,"channel":"spot.obu","event":"subscribe","error":{"code":2,"message":"Alert sub ob"},"result":{"status":"fail"}}"#,
            (Control::Refused, "Alert sub ob"),
        ),
        (
            r#"{"error":{"code":1},"time":1,"channel":"","event":"","result":null}"#,
            (Control::Refused, ""),
        ),
        (r#"{"error":"busy","channel":"spot.x","event":"update"}"#, (Control::Refused, "busy")),
        (r#"{"error":[1],"channel":"spot.x"}"#, (Control::Refused, "")),
        (
            r#"{"time":1,"channel":"spot.pong","event":"","error":null,"result":null}"#,
            (Control::Pong, ""),
        ),
        (r#"{"result":null,"channel":"spot.pong"}"#, (Control::Pong, "")),
    ] {
        assert_eq!(control(frame), expected, "{frame}");
    }
    for (frame, expected) in [
        (r#"{"channel":"spot.x","event":"update","result":{}}"#, DecodeError::UnknownMessage),
        (r#"{"channel":"spot.x","event":"update","result":[1]}"#, DecodeError::UnknownMessage),
        (r#"{"channel":"spot.trades","event":"all","result":{}}"#, DecodeError::UnknownMessage),
        (r#"{"channel":"spot.trades"}"#, DecodeError::UnknownMessage),
        ("{}", DecodeError::MissingField),
    ] {
        assert_eq!(error(frame), expected, "{frame}");
    }
}

#[test]
fn a_frame_that_is_not_whole_is_refused() {
    let removed = [
        (UPDATE, r#""U":70,"#),
        (UPDATE, r#""u":75,"#),
        (UPDATE, r#""s":"ABC_USDT","#),
        (UPDATE, r#","a":[["10.30","3"]]"#),
        (UPDATE, r#""b":[["10.20","1.5"],["10.10","0"]],"#),
        (OBU_FULL, r#","b":[["10.20","1.5"]],"a":[["10.30","3"]]"#),
        (OBU_FULL, r#""s":"ob.ABC_USDT.50","#),
        (OBU, r#""U":76,"#),
        (BOOK, r#""lastUpdateId":75,"#),
        (BOOK, r#","asks":[["10.30","3"]]"#),
        (BEST, r#""u":75,"#),
        (BEST, r#","A":"""#),
        (TRADE, r#""id":309143071,"#),
        (TRADE, r#""side":"sell","#),
        (TRADE, r#""currency_pair":"ABC_USDT","#),
        (TRADES, r#""create_time":1787000000,"#),
        (TICKER, r#""currency_pair":"ABC_USDT","#),
        (UPDATE, r#""channel":"spot.order_book_update","#),
    ];
    for (frame, part) in removed {
        assert!(frame.contains(part), "{part}");
        assert_eq!(error(&frame.replacen(part, "", 1)), DecodeError::MissingField, "{part}");
    }
    for (from, part, to, expected) in [
        (UPDATE, r#""u":75"#, r#""u":75,"u":75"#, DecodeError::DuplicateKey),
        (UPDATE, r#""event":"#, r#""result":{},"event":"#, DecodeError::DuplicateKey),
        (UPDATE, r#""a":[["#, r#""asks":[],"a":[["#, DecodeError::DuplicateKey),
        (TRADES, r#""id":"1""#, r#""id":"1","id":"1""#, DecodeError::DuplicateKey),
        (TRADES, r#""side":"buy""#, r#""side":"both""#, DecodeError::UnknownWord),
        (UPDATE, r#""10.20""#, r#""-10.20""#, DecodeError::BadNumber),
        (UPDATE, r#""U":70"#, r#""U":"x""#, DecodeError::BadNumber),
        (UPDATE, r#""t":1787000000123"#, r#""t":9223372036854775807"#, DecodeError::NumberRange),
        (TRADE, "1787000000123.456789", "9223372036854775807", DecodeError::NumberRange),
        (UPDATE, r#""U":70"#, r#""U":[]"#, DecodeError::WrongType),
        (UPDATE, r#"["10.30","3"]"#, r#"{"p":"10.30"}"#, DecodeError::WrongType),
        (TRADES, r#"{"id":"1""#, r#"1,{"id":"1""#, DecodeError::WrongType),
        (UPDATE, r#"["10.30","3"]"#, r#"["10.30"]"#, DecodeError::MissingField),
        (UPDATE, "}}", "}}}", DecodeError::Malformed),
    ] {
        assert!(from.contains(part), "{part}");
        assert_eq!(error(&from.replacen(part, to, 1)), expected, "{part} -> {to}");
    }
    assert_eq!(
        error(r#"{"result":null,"channel":"spot.trades","event":"update"}"#),
        DecodeError::WrongType
    );
}

#[test]
fn a_rest_answer_is_a_snapshot_without_a_symbol() {
    let batch = snapshot(REST).expect("a valid body");
    let message = only(&batch);
    assert!(message.symbol.is_empty());
    assert_eq!(message.ts_event_ns, 1_787_000_000_121_000_000);
    assert_eq!(book(message).sequence, Sequence::Base(70));
    assert_eq!(batch.levels().len(), 2);
    for (body, expected) in [
        (r#"{"label":"INVALID_CURRENCY_PAIR","message":"x"}"#, DecodeError::UnknownMessage),
        // Asked without `with_id`: it cannot be joined to the stream.
        (r#"{"asks":[],"bids":[]}"#, DecodeError::MissingField),
        (r#"{"id":1,"asks":[]}"#, DecodeError::MissingField),
        (r#"{"id":1,"id":1,"asks":[],"bids":[]}"#, DecodeError::DuplicateKey),
    ] {
        assert_eq!(snapshot(body).err(), Some(expected), "{body}");
    }
}

#[test]
fn a_cut_frame_gives_nothing() {
    for frame in [UPDATE, OBU_FULL, OBU, BOOK, BEST, TRADE, TRADES, TICKER, CANDLE, ACK] {
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
        let _ = Venue::Gateio.decode(&bytes, &mut Batch::default());
        let _ = Venue::Gateio.decode_snapshot(&bytes, &mut Batch::default());
    }

    #[test]
    fn damaged_frames_never_panic(
        frame in prop::sample::select(vec![
            UPDATE, OBU_FULL, OBU, BOOK, BEST, TRADE, TRADES, TICKER, CANDLE, ACK, REST,
        ]),
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![any::<u8>(), prop::sample::select(b"{}[]\",:.0n-".to_vec())],
        cut in 0..6_usize,
    ) {
        let mut bytes = frame.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        bytes.drain(at..bytes.len().min(at + cut));
        let _ = Venue::Gateio.decode(&bytes, &mut Batch::default());
        let _ = Venue::Gateio.decode_snapshot(&bytes, &mut Batch::default());
    }
}
