//! OKX: each kind of frame, its errors, and damage.

mod frames;

use crossbook_core::batch::Batch;
use crossbook_core::error::DecodeError;
use crossbook_core::venues::okx::{decode, decode_snapshot};
use frames::{assert_cut_is_refused, assert_refused, assert_same, damaged, read};
use proptest::prelude::*;

const SNAPSHOT: &str = r#"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"snapshot","data":[{"asks":[["60001.5","0.25","0","3"],["60002","1","0","1"]],"bids":[["60001.4","2.50","0","7"]],"ts":"1767225600123","checksum":-855196043,"prevSeqId":-1,"seqId":700}]}"#;
const UPDATE: &str = r#"{"arg":{"channel":"books","instId":"BTC-USDT"},"action":"update","data":[{"asks":[["60001.5","0","0","0"]],"bids":[],"ts":"1767225600223","checksum":0,"prevSeqId":700,"seqId":705}]}"#;
const TRADE: &str = r#"{"arg":{"channel":"trades","instId":"BTC-USDT"},"data":[{"instId":"BTC-USDT","tradeId":"9001","px":"60001.5","sz":"0.25","side":"buy","ts":"1767225600300","count":"2","seqId":706}]}"#;
const TICKER: &str = r#"{"arg":{"channel":"tickers","instId":"BTC-USDT"},"data":[{"instType":"SPOT","instId":"BTC-USDT","last":"60001.5","lastSz":"0.25","askPx":"60001.5","askSz":"0.2","bidPx":"","bidSz":"","ts":"1767225600400"}]}"#;
const ACK: &str =
    r#"{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a1b2"}"#;
const REST: &str = r#"{"code":"0","msg":"","data":[{"asks":[["60001.5","0.25","0","3"]],"bids":[["60001.4","2.50","0","7"]],"ts":"1767225600123","seqId":700}]}"#;
const FRAMES: &[&str] = &[SNAPSHOT, UPDATE, TRADE, TICKER, ACK, "pong"];

#[test]
fn a_book_is_chained_by_its_numbers() {
    assert_same(
        decode,
        &[SNAPSHOT],
        &["BTC-USDT @1767225600123000000 snapshot of 400 Base(700) OkxChecksum(-855196043), \
           ask 60001.5 x 0.25, ask 60002 x 1, bid 60001.4 x 2.50"],
    );
    assert_same(
        decode,
        &[UPDATE],
        &["BTC-USDT @1767225600223000000 delta of 400 Link { previous: 700, id: 705 }, \
           ask 60001.5 x 0"],
    );
}

#[test]
fn order_of_keys_white_space_and_kind_of_numbers_do_not_matter() {
    assert_same(
        decode,
        &[
            r#"{"data":[{"seqId":"705","prevSeqId":"700","checksum":"0","ts":1767225600223,"bids":[],"asks":[[60001.5,0]]}],"action":"update","arg":{"instId":"BTC-USDT","channel":"books"}}"#,
            r#"{"action":"update","data":[{"bids":[],"asks":[["60001.5","0"]],"ts":"1767225600223","seqId":705,"prevSeqId":700}],"arg":{"instId":"BTC-USDT","channel":"books"},"new":{"a":[1,{}]}}"#,
            "{ \"arg\" : { \"channel\" : \"books\" , \"instId\" : \"BTC-USDT\" } ,\n\"data\" : [ { \
             \"asks\" : [ [ \"60001.5\" , \"0\" , \"0\" , \"0\" ] ] , \"bids\" : [ ] , \"ts\" : \
             \"1767225600223\" , \"prevSeqId\" : 700 , \"seqId\" : 705 } ] , \"action\" : \"update\" }",
        ],
        &["BTC-USDT @1767225600223000000 delta of 400 Link { previous: 700, id: 705 }, \
           ask 60001.5 x 0"],
    );
}

#[test]
fn books_without_numbers_are_unnumbered() {
    assert_same(
        decode,
        &[
            r#"{"arg":{"channel":"books","instId":"A-B"},"action":"update","data":[{"asks":[],"bids":[["1","2","0","1"]],"ts":"1","checksum":7}]}"#,
        ],
        &["A-B @1000000 delta of 400 OkxChecksum(7), bid 1 x 2"],
    );
    assert_same(
        decode,
        &[
            r#"{"arg":{"channel":"books50-l2-tbt","instId":"A-B"},"action":"snapshot","data":[{"asks":[],"bids":[],"ts":"1"}]}"#,
        ],
        &["A-B @1000000 snapshot of 50"],
    );
}

#[test]
fn a_number_may_stand_still_or_go_back() {
    for (id, previous) in [(700, 700), (3, 700)] {
        let frame = format!(
            r#"{{"arg":{{"channel":"books-l2-tbt","instId":"A-B"}},"action":"update","data":[{{"asks":[],"bids":[],"ts":"1","prevSeqId":{previous},"seqId":{id}}}]}}"#
        );
        let line = format!("A-B @1000000 delta of 400 Link {{ previous: {previous}, id: {id} }}");
        assert_eq!(read(decode, &frame), Ok(vec![line]));
    }
}

#[test]
fn the_best_levels_are_a_snapshot_each_time() {
    for (channel, depth) in [("books5", 5), ("bbo-tbt", 1)] {
        let frame = format!(
            r#"{{"arg":{{"channel":"{channel}","instId":"A-B"}},"data":[{{"asks":[["2","1","0","1"]],"bids":[["1","1","0","1"]],"ts":"1","seqId":5}},{{"asks":[],"bids":[],"ts":"2","seqId":6}}]}}"#
        );
        let lines = vec![
            format!("A-B @1000000 snapshot of {depth} Base(5), ask 2 x 1, bid 1 x 1"),
            format!("A-B @2000000 snapshot of {depth} Base(6)"),
        ];
        assert_eq!(read(decode, &frame), Ok(lines));
    }
}

#[test]
fn trades_name_their_taker() {
    assert_same(
        decode,
        &[
            TRADE,
            r#"{"data":[{"ts":1767225600300,"side":"buy","sz":0.25,"px":60001.5,"tradeId":9001}],"arg":{"instId":"BTC-USDT","channel":"trades-all"}}"#,
        ],
        &["BTC-USDT @1767225600300000000 trade Buy 60001.5 x 0.25 id 9001"],
    );
}

#[test]
fn a_ticker_is_a_quote_of_no_known_state() {
    assert_same(
        decode,
        &[TICKER],
        &["BTC-USDT @1767225600400000000 quote Unknown none x none / 60001.5 x 0.2"],
    );
}

#[test]
fn answers_and_notices_are_control_messages() {
    for (frame, line) in [
        (ACK, "BTC-USDT Ack books"),
        (
            r#"{"event":"unsubscribe","arg":{"channel":"tickers","instId":"A-B"}}"#,
            "A-B Ack tickers",
        ),
        (r#"{"event":"login","code":"0","msg":""}"#, " Ack "),
        (r#"{"event":"error","code":"60012","msg":"Invalid request"}"#, " Refused Invalid request"),
        (r#"{"code":"64008","msg":"Upgrade soon","event":"notice"}"#, " Closing Upgrade soon"),
        (r#"{"event":"notice","code":"1","msg":"Hello"}"#, " Status Hello"),
        (r#"{"event":"channel-conn-count","channel":"orders","connCount":"2"}"#, " Unused "),
        (r#"{"event":"channel-conn-count-error","channel":"orders"}"#, " Refused "),
        (r#"{"arg":{"channel":"candle1m","instId":"A-B"},"data":[["1","2"]]}"#, " Unused candle1m"),
        (r#"{"arg":{"channel":"mark-price","instId":"A-B"},"data":[{}]}"#, " Unused mark-price"),
        (r#"{"data":[{"state":"live"}],"arg":{"channel":"instruments"}}"#, " Status instruments"),
        ("pong", " Pong pong"),
        (" pong\n", " Pong pong"),
    ] {
        assert_same(decode, &[frame], &[line]);
    }
}

#[test]
fn a_rest_book_is_a_snapshot_without_a_symbol() {
    assert_same(
        decode_snapshot,
        &[
            REST,
            r#"{"data":[{"seqId":700,"ts":"1767225600123","asks":[["60001.5","0.25"]],"bids":[[60001.4,2.50]]}],"code":0}"#,
        ],
        &[" @1767225600123000000 snapshot of 400 Base(700), ask 60001.5 x 0.25, bid 60001.4 x 2.50"],
    );
    assert_refused(
        decode_snapshot,
        &[
            (
                r#"{"code":"51001","msg":"No such instrument","data":[]}"#,
                DecodeError::UnknownMessage,
            ),
            (r#"{"code":"0","msg":"","data":[]}"#, DecodeError::MissingField),
            (r#"{"code":"0","msg":""}"#, DecodeError::MissingField),
            (r#"{"data":[]}"#, DecodeError::MissingField),
            (SNAPSHOT, DecodeError::MissingField),
        ],
    );
}

#[test]
fn what_cannot_be_used_is_refused_by_its_kind() {
    assert_refused(
        decode,
        &[
            ("", DecodeError::Truncated),
            ("ping", DecodeError::WrongType),
            ("{} {}", DecodeError::Malformed),
            ("{}", DecodeError::UnknownMessage),
            (r#"{"id":"1","op":"order","data":[],"code":"0"}"#, DecodeError::UnknownMessage),
            (r#"{"event":"greeting"}"#, DecodeError::UnknownMessage),
            (r#"{"arg":{"channel":"orders"},"data":[]}"#, DecodeError::UnknownMessage),
            (r#"{"arg":{"channel":"trades"},"data":[]}"#, DecodeError::MissingField),
            (r#"{"arg":{"channel":"books","instId":"A"},"data":[{}]}"#, DecodeError::MissingField),
            (r#"{"arg":{},"arg":{}}"#, DecodeError::DuplicateKey),
            (r#"{"arg":{"instId":"A","instId":"A"}}"#, DecodeError::DuplicateKey),
            (r#"{"data":[],"data":[]}"#, DecodeError::DuplicateKey),
            (r#"{"action":"partial"}"#, DecodeError::UnknownWord),
            (r#"{"action":1}"#, DecodeError::WrongType),
        ],
    );
}

#[test]
fn a_book_message_lacks_nothing() {
    for (item, error) in [
        (r#"{"bids":[],"ts":"1"}"#, DecodeError::MissingField),
        (r#"{"asks":[],"ts":"1"}"#, DecodeError::MissingField),
        (r#"{"asks":[],"bids":[]}"#, DecodeError::MissingField),
        (r#"{"asks":[],"bids":[],"ts":"1","seqId":1}"#, DecodeError::MissingField),
        (r#"{"asks":[],"bids":[],"ts":"1","prevSeqId":1}"#, DecodeError::MissingField),
        (r#"{"asks":[],"asks":[],"bids":[],"ts":"1"}"#, DecodeError::DuplicateKey),
        (r#"{"asks":[["1"]],"bids":[],"ts":"1"}"#, DecodeError::MissingField),
        (r#"{"asks":[["1","-2"]],"bids":[],"ts":"1"}"#, DecodeError::BadNumber),
        (r#"{"asks":[["1","x"]],"bids":[],"ts":"1"}"#, DecodeError::BadNumber),
        (r#"{"asks":{},"bids":[],"ts":"1"}"#, DecodeError::WrongType),
        (r#"{"asks":[],"bids":[],"ts":"1.5"}"#, DecodeError::BadNumber),
        (r#"{"asks":[],"bids":[],"ts":"9223372036854775807"}"#, DecodeError::NumberRange),
        (r#"{"asks":[],"bids":[],"ts":"1","checksum":4294967295}"#, DecodeError::NumberRange),
    ] {
        let frame = format!(
            r#"{{"arg":{{"channel":"books","instId":"A"}},"action":"update","data":[{item}]}}"#
        );
        assert_eq!(read(decode, &frame), Err(error), "{item}");
    }
    assert_refused(
        decode,
        &[
            (&TRADE.replace("\"side\":\"buy\",", ""), DecodeError::MissingField),
            (&TRADE.replace("buy", "Buy"), DecodeError::UnknownWord),
            (&TICKER.replace("\"askPx\":\"60001.5\",", ""), DecodeError::MissingField),
        ],
    );
}

#[test]
fn a_frame_that_is_cut_says_nothing() {
    assert_cut_is_refused(decode, FRAMES);
    assert_cut_is_refused(decode_snapshot, &[REST]);
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
