//! MEXC frames, built here after the schema, become the messages they mean.

use crossbook_core::batch::{
    Batch, Body, BookKind, BookMessage, Control, Level, Message, Quote, QuoteAt, Sequence, Side,
    TakerSide, Trade,
};
use crossbook_core::decimal::{parse, Decimal};
use crossbook_core::error::DecodeError;
use crossbook_core::venue::Venue;
use crossbook_core::venues::mexc::is_protobuf;
use proptest::prelude::*;

const DEPTH: &str = "spot@public.aggre.depth.v3.api.pb@100ms@ABCUSDT";
const LIMIT: &str = "spot@public.limit.depth.v3.api.pb@ABCUSDT@5";

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [&varint(field << 3 | 2)[..], &varint(value.len() as u64), value].concat()
}

fn text(field: u64, value: &str) -> Vec<u8> {
    bytes(field, value.as_bytes())
}

fn level(field: u64, price: &str, size: &str) -> Vec<u8> {
    bytes(field, &[text(1, price), text(2, size)].concat())
}

/// A push as the venue writes it: the body last.
fn push(channel: &str, number_of_body: u64, body: &[u8]) -> Vec<u8> {
    [
        text(1, channel),
        text(3, "ABCUSDT"),
        number(6, 1_787_000_000_123),
        bytes(number_of_body, body),
    ]
    .concat()
}

fn depth_body() -> Vec<u8> {
    [
        level(1, "10.30", "0"),
        level(1, "10.4", "25"),
        level(2, "10.20", "1.50"),
        text(3, "spot@public.aggre.depth.v3.api.pb@100ms"),
        text(4, "7000000001"),
        text(5, "7000000005"),
        number(6, 1_787_000_000_100),
    ]
    .concat()
}

fn decode(frame: &[u8]) -> Result<Batch, DecodeError> {
    let mut batch = Batch::default();
    Venue::Mexc.decode(frame, &mut batch).map(|()| batch)
}

fn error(frame: &[u8]) -> DecodeError {
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
    let batch = decode(frame.as_bytes()).expect("a valid frame");
    match only(&batch).body {
        Body::Control(control, span) => {
            let text = span.bytes(frame.as_bytes());
            (control, std::str::from_utf8(text).expect("UTF-8"))
        }
        ref other => panic!("{other:?} is no control"),
    }
}

#[test]
fn aggre_depth_is_a_delta_over_a_range_of_versions() {
    let frame = push(DEPTH, 313, &depth_body());
    let batch = decode(&frame).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(&frame), b"ABCUSDT");
    assert_eq!(message.ts_event_ns, 1_787_000_000_123_000_000);
    let book = book(message);
    assert_eq!((book.kind, book.depth), (BookKind::Delta, 0));
    assert_eq!(book.sequence, Sequence::Range { first: 7_000_000_001, last: 7_000_000_005 });
    let level = |side, price, size| Level { side, price: d(price), size: d(size) };
    assert_eq!(
        batch.levels_of(book),
        [
            level(Side::Ask, "10.30", "0"),
            level(Side::Ask, "10.4", "25"),
            level(Side::Bid, "10.20", "1.50"),
        ]
    );
}

#[test]
fn fields_may_come_in_any_order_and_unknown_ones_are_skipped() {
    let level = bytes(2, &[text(2, "1.50"), text(9, "new"), text(1, "10.20")].concat());
    let body = [text(5, "5"), number(77, 1), level, text(4, "4")].concat();
    let group = [&[0x7b][..], &number(1, 5), &[0x7c]].concat();
    let fixed = [&[0x79][..], &[0; 8], &[0x7d], &[0; 4]].concat();
    let frame = [
        group,
        bytes(313, &body),
        fixed,
        number(5, 1_700_000_000_000),
        text(3, "XYZUSDT"),
        text(4, "some id"),
        text(1, DEPTH),
    ]
    .concat();
    // The mark that opens group 15 is the byte `{`; what follows is no JSON.
    assert!(is_protobuf(&frame));
    let batch = decode(&frame).expect("a valid frame");
    let message = only(&batch);
    assert_eq!(message.symbol.bytes(&frame), b"XYZUSDT");
    assert_eq!(message.ts_event_ns, 1_700_000_000_000_000_000);
    assert_eq!(book(message).sequence, Sequence::Range { first: 4, last: 5 });
    assert_eq!(batch.levels(), [Level { side: Side::Bid, price: d("10.20"), size: d("1.50") }]);
}

#[test]
fn limit_depth_is_a_snapshot_of_as_many_levels_as_its_channel_says() {
    let body = [level(1, "10.3", "1"), level(2, "10.2", "2"), text(4, "36913565463")].concat();
    let frame = push(LIMIT, 303, &body);
    let batch = decode(&frame).expect("a valid frame");
    let book = book(only(&batch));
    assert_eq!((book.kind, book.depth), (BookKind::Snapshot, 5));
    assert_eq!(book.sequence, Sequence::Base(36_913_565_463));
    assert_eq!(batch.levels_of(book).len(), 2);
}

#[test]
fn without_a_symbol_the_channel_names_it() {
    for (channel, number_of_body) in [(DEPTH, 313), (LIMIT, 303)] {
        let frame = [text(1, channel), text(3, ""), bytes(number_of_body, &depth_body())].concat();
        let batch = decode(&frame).expect("a valid frame");
        assert_eq!(only(&batch).symbol.bytes(&frame), b"ABCUSDT");
        assert_eq!(only(&batch).ts_event_ns, 0);
    }
}

#[test]
fn deals_are_trades_with_their_own_times() {
    let deal = |side, time, id: &[u8]| {
        let fields = [text(1, "10.3"), text(2, "0.5"), number(3, side), number(4, time)];
        bytes(1, &[fields.concat(), id.to_vec()].concat())
    };
    let body = [
        deal(1, 1_787_000_000_001, &text(5, "123")),
        deal(2, 1_787_000_000_002, &[]),
        text(2, "spot@public.aggre.deals.v3.api.pb@100ms"),
    ]
    .concat();
    let frame = push("spot@public.aggre.deals.v3.api.pb@100ms@ABCUSDT", 314, &body);
    let batch = decode(&frame).expect("a valid frame");
    let trades: Vec<_> = batch.messages().iter().map(|m| (m.ts_event_ns, m.body.clone())).collect();
    let trade =
        |taker, id| Body::Trade(Trade { price: d("10.3"), size: d("0.5"), taker: Some(taker), id });
    assert_eq!(
        trades,
        [
            (1_787_000_000_001_000_000, trade(TakerSide::Buy, 123)),
            (1_787_000_000_002_000_000, trade(TakerSide::Sell, 0)),
        ]
    );
    let wrong = push(DEPTH, 314, &deal(3, 1, &[]));
    assert_eq!(error(&wrong), DecodeError::UnknownWord);
}

#[test]
fn a_book_ticker_holds_at_its_version_if_it_has_one() {
    let prices = [text(1, "10.2"), text(2, "3"), text(3, "10.3"), text(4, "4")].concat();
    let quote = |at| Quote {
        bid: Some(d("10.2")),
        bid_size: Some(d("3")),
        ask: Some(d("10.3")),
        ask_size: Some(d("4")),
        at,
    };
    let with_version = [&prices[..], &text(5, "7000000005"), &number(6, 1)].concat();
    for (body, at) in
        [(with_version, QuoteAt::Exactly(7_000_000_005)), (prices.clone(), QuoteAt::Unknown)]
    {
        let frame = push("spot@public.aggre.bookTicker.v3.api.pb@100ms@ABCUSDT", 315, &body);
        let batch = decode(&frame).expect("a valid frame");
        assert_eq!(only(&batch).body, Body::Quote(quote(at)));
    }

    let one_sided = [bytes(1, &prices), bytes(1, &[text(1, ""), text(3, "10.3")].concat())];
    let frame = push("spot@public.bookTicker.batch.v3.api.pb@ABCUSDT", 311, &one_sided.concat());
    let batch = decode(&frame).expect("a valid frame");
    let bodies: Vec<_> = batch.messages().iter().map(|message| message.body.clone()).collect();
    let ask_only = Quote { ask: Some(d("10.3")), ..Quote::default() };
    assert_eq!(bodies, [Body::Quote(quote(QuoteAt::Unknown)), Body::Quote(ask_only)]);

    assert_eq!(error(&push(DEPTH, 315, &text(2, "3"))), DecodeError::MissingField);
}

#[test]
fn bodies_of_other_channels_are_unused_or_unknown() {
    for known in [301, 302, 305, 308, 309, 310, 312] {
        let frame = push("spot@public.kline.v3.api.pb@ABCUSDT@Min1", known, b"\x0a\x01x");
        let batch = decode(&frame).expect("a valid frame");
        assert!(matches!(only(&batch).body, Body::Control(Control::Unused, _)), "{known}");
    }
    assert_eq!(error(&push(DEPTH, 399, b"")), DecodeError::UnknownMessage);
}

#[test]
fn a_push_that_is_not_whole_is_refused() {
    let without = |field: &[u8]| {
        let body = depth_body();
        let at = body.windows(field.len()).position(|window| window == field).expect("it is there");
        [&body[..at], &body[at + field.len()..]].concat()
    };
    let body = |extra: Vec<u8>| push(DEPTH, 313, &[depth_body(), extra].concat());
    for (frame, expected) in [
        (push(DEPTH, 313, &without(&text(4, "7000000001"))), DecodeError::MissingField),
        (push(DEPTH, 313, &without(&text(5, "7000000005"))), DecodeError::MissingField),
        (bytes(313, &depth_body()), DecodeError::MissingField),
        ([text(1, ""), bytes(313, &depth_body())].concat(), DecodeError::MissingField),
        (text(1, DEPTH), DecodeError::UnknownMessage),
        (body(text(4, "7000000001")), DecodeError::DuplicateKey),
        (body(bytes(1, &text(1, "1"))), DecodeError::MissingField),
        (body(bytes(1, &text(2, "1"))), DecodeError::MissingField),
        (body(level(1, "x", "1")), DecodeError::BadNumber),
        (body(level(1, "1", "-1")), DecodeError::BadNumber),
        (body(level(1, "99999999999999999999", "1")), DecodeError::NumberRange),
        (body(bytes(1, &number(1, 5))), DecodeError::WrongType),
        (body(number(1, 5)), DecodeError::WrongType),
        (push(DEPTH, 313, &[&depth_body()[..], &[0x0a, 9]].concat()), DecodeError::Truncated),
        ([push(DEPTH, 313, &[0x0a, 1]), number(9, 1)].concat(), DecodeError::Malformed),
        ([push(DEPTH, 313, &depth_body()), text(1, DEPTH)].concat(), DecodeError::DuplicateKey),
        ([bytes(3, b"\xff\xfe"), push(DEPTH, 313, b"")].concat(), DecodeError::DuplicateKey),
        (
            [text(1, DEPTH), bytes(3, b"\xff\xfe"), bytes(313, &depth_body())].concat(),
            DecodeError::InvalidUtf8,
        ),
        (
            [text(1, DEPTH), number(6, u64::MAX), bytes(313, &depth_body())].concat(),
            DecodeError::BadNumber,
        ),
        (b"\x06".to_vec(), DecodeError::Malformed),
        (Vec::new(), DecodeError::Truncated),
    ] {
        assert_eq!(error(&frame), expected, "{frame:x?}");
    }
}

#[test]
fn text_and_protobuf_are_told_apart() {
    for frame in ["{\"id\":0}", " \n{ \"id\":0}", "{}", "{", "\n{\n}", ""] {
        assert!(!is_protobuf(frame.as_bytes()), "{frame:?}");
    }
    // A channel of 123 bytes has `{` for its length.
    let long = push(&format!("spot@{}", "x".repeat(118)), 313, &depth_body());
    assert_eq!(long.get(..2), Some(&b"\x0a{"[..]));
    let ten = push("spot@12345", 313, &depth_body());
    assert_eq!(ten.get(..2), Some(&b"\x0a\x0a"[..]));
    for frame in [long, ten, push(DEPTH, 313, &depth_body()), text(4, "id"), b"\xff".to_vec()] {
        assert!(is_protobuf(&frame), "{frame:x?}");
    }
}

#[test]
fn only_the_names_of_channels_acknowledge_a_subscription() {
    let both = format!(r#"{{"msg":"{DEPTH},{LIMIT}" , "id":3,"code":0}}"#);
    assert_eq!(control(&both), (Control::Ack, &*format!("{DEPTH},{LIMIT}")));
    let refused = "Not Subscribed successfully! [spot@public.x]. Reason\u{ff1a} Blocked!";
    for (frame, expected) in [
        (r#"{"id":0,"code":0,"msg":"PONG"}"#.to_string(), (Control::Pong, "PONG")),
        (format!(r#"{{"id":0,"code":0,"msg":"{refused}"}}"#), (Control::Refused, refused)),
        (r#"{"id":0,"code":0,"msg":""}"#.to_string(), (Control::Refused, "")),
        (
            format!(r#"{{"id":0,"code":0,"msg":"{DEPTH},param error"}}"#),
            (Control::Refused, &*format!("{DEPTH},param error")),
        ),
        (r#"{"code":5,"msg":"PONG"}"#.to_string(), (Control::Refused, "PONG")),
        (r#"{"code":5,"msg":null}"#.to_string(), (Control::Refused, "")),
    ] {
        assert_eq!(control(&frame), expected, "{frame}");
    }
    for (frame, expected) in [
        (r#"{"id":0,"code":0}"#, DecodeError::MissingField),
        (r#"{"id":0}"#, DecodeError::UnknownMessage),
        (r#"{"code":0,"code":0,"msg":"PONG"}"#, DecodeError::DuplicateKey),
        (r#"{"code":true,"msg":"PONG"}"#, DecodeError::WrongType),
        (r#"{"code":0,"msg":"PONG"} x"#, DecodeError::Malformed),
    ] {
        assert_eq!(error(frame.as_bytes()), expected, "{frame}");
    }
}

#[test]
fn a_rest_answer_is_a_snapshot_without_a_symbol() {
    let snapshot = |body: &str| {
        let mut batch = Batch::default();
        Venue::Mexc.decode_snapshot(body.as_bytes(), &mut batch).map(|()| batch)
    };
    let batch = snapshot(
        r#"{"asks":[["10.3","1"]], "timestamp":1787000000000,"lastUpdateId":42,"bids":[[10.2,2]]}"#,
    )
    .expect("a valid body");
    let message = only(&batch);
    assert!(message.symbol.is_empty());
    assert_eq!(message.ts_event_ns, 1_787_000_000_000_000_000);
    assert_eq!(book(message).sequence, Sequence::Base(42));
    assert_eq!(batch.levels().len(), 2);
    for (body, expected) in [
        (r#"{"code":10007,"msg":"bad symbol"}"#, DecodeError::UnknownMessage),
        (r#"{"bids":[],"asks":[]}"#, DecodeError::MissingField),
        (r#"{"lastUpdateId":1,"asks":[]}"#, DecodeError::MissingField),
        (r#"{"lastUpdateId":1,"bids":[["1"]],"asks":[]}"#, DecodeError::MissingField),
        (r#"{"lastUpdateId":1,"bids":[],"asks":[]"#, DecodeError::Truncated),
    ] {
        assert_eq!(snapshot(body).err(), Some(expected), "{body}");
    }
}

/// Valid frames whose last byte belongs to the body.
fn frames() -> Vec<Vec<u8>> {
    let prices = [text(1, "10.2"), text(2, "3"), text(3, "10.3"), text(4, "4")].concat();
    let deal = [text(1, "10.3"), text(2, "5"), number(3, 1), number(4, 1)].concat();
    vec![
        push(DEPTH, 313, &depth_body()),
        push(LIMIT, 303, &depth_body()),
        push(DEPTH, 314, &bytes(1, &deal)),
        push(DEPTH, 315, &prices),
        push(DEPTH, 311, &bytes(1, &prices)),
        br#"{"id":0,"code":0,"msg":"spot@public.x"}"#.to_vec(),
    ]
}

#[test]
fn a_cut_frame_gives_nothing() {
    for frame in frames() {
        assert!(decode(&frame).is_ok());
        for end in 0..frame.len() {
            assert!(decode(&frame[..end]).is_err(), "{:x?}", &frame[..end]);
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
        let _ = decode(&bytes);
        let _ = Venue::Mexc.decode_snapshot(&bytes, &mut Batch::default());
    }

    #[test]
    fn arbitrary_bodies_never_panic(
        number in prop::sample::select(vec![303_u64, 311, 313, 314, 315]),
        body in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        let _ = decode(&push(DEPTH, number, &body));
    }

    #[test]
    fn damaged_frames_never_panic(
        which in 0..6_usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in 0..4_usize,
    ) {
        let mut frame = frames().swap_remove(which);
        let at = at.index(frame.len());
        frame[at] = byte;
        frame.drain(at..frame.len().min(at + cut));
        let _ = decode(&frame);
    }

    #[test]
    fn every_level_is_read(
        levels in proptest::collection::vec((any::<bool>(), 0_i64..1_000_000, 0_u8..9), 0..40),
    ) {
        let decimal = |mantissa, decimals| crossbook_core::decimal::format(mantissa, decimals);
        let mut body = Vec::new();
        for (is_bid, mantissa, decimals) in &levels {
            let price = decimal(*mantissa, *decimals);
            body.extend(level(if *is_bid { 2 } else { 1 }, &price, &price));
        }
        body.extend([text(4, "1"), text(5, "2")].concat());
        let batch = decode(&push(DEPTH, 313, &body)).expect("a valid frame");
        let read: Vec<_> = batch.levels().iter().map(|l| (l.side == Side::Bid, l.price)).collect();
        let sent: Vec<_> =
            levels.iter().map(|(is_bid, m, decimals)| (*is_bid, d(&decimal(*m, *decimals)))).collect();
        prop_assert_eq!(read, sent);
    }
}
