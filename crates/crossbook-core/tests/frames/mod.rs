//! What the tests of decoders share: a batch as lines of text, and damage to frames.

use crossbook_core::batch::{
    Batch, Body, BookKind, BookMessage, Message, Outcome, Proof, Quote, Sequence, Side, Trade,
};
use crossbook_core::decimal::Decimal;
use crossbook_core::error::DecodeError;
use proptest::prelude::*;

/// A decoder of frames or of REST answers.
pub type Decode = fn(&[u8], &mut Batch) -> Result<(), DecodeError>;

/// Decode a frame and write each message as a line.
pub fn read(decode: Decode, frame: &str) -> Result<Vec<String>, DecodeError> {
    let mut batch = Batch::default();
    decode(frame.as_bytes(), &mut batch)?;
    let mut lines: Vec<String> = batch
        .messages()
        .iter()
        .map(|message| {
            let symbol = String::from_utf8_lossy(message.symbol.bytes(frame.as_bytes()));
            let leg = match message.outcome {
                Outcome::Whole => "",
                Outcome::Yes => "-YES",
                Outcome::No => "-NO",
            };
            format!("{symbol}{leg} {}{}", time(message), body(message, frame, &batch))
        })
        .collect();
    if let Some(stream) = batch.stream() {
        lines.push(format!("stream {} number {}", stream.stream, stream.number));
    }
    Ok(lines)
}

/// All frames must say the same.
pub fn assert_same(decode: Decode, frames: &[&str], expected: &[&str]) {
    for frame in frames {
        assert_eq!(read(decode, frame), Ok(lines(expected)), "{frame}");
    }
}

/// Each frame must be refused for its reason.
pub fn assert_refused(decode: Decode, cases: &[(&str, DecodeError)]) {
    for (frame, error) in cases {
        assert_eq!(read(decode, frame), Err(*error), "{frame}");
    }
}

/// No strict prefix of a frame may yield anything.
pub fn assert_cut_is_refused(decode: Decode, frames: &[&str]) {
    for frame in frames {
        assert!(read(decode, frame).is_ok(), "{frame}");
        for end in 1..frame.len() {
            let cut = &frame.as_bytes()[..end];
            let mut batch = Batch::default();
            assert!(decode(cut, &mut batch).is_err(), "{}", String::from_utf8_lossy(cut));
        }
    }
}

/// A frame of which some bytes are others.
pub fn damaged(frames: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let places = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4);
    (prop::sample::select(frames), places).prop_map(|(frame, places)| {
        let mut bytes = frame.as_bytes().to_vec();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

fn lines(expected: &[&str]) -> Vec<String> {
    expected.iter().map(ToString::to_string).collect()
}

fn time(message: &Message) -> String {
    match message.ts_event_ns {
        0 => String::new(),
        ns => format!("@{ns} "),
    }
}

fn body(message: &Message, frame: &str, batch: &Batch) -> String {
    match &message.body {
        Body::Book(book) => self::book(book, batch),
        Body::Trade(trade) => self::trade(trade),
        Body::Quote(quote) => self::quote(quote),
        Body::Tick(tick) => format!("tick {}", number(*tick)),
        Body::Depth(depth) => format!("depth {depth}"),
        Body::Control(control, text) => {
            format!("{control:?} {}", String::from_utf8_lossy(text.bytes(frame.as_bytes())))
        }
    }
}

fn book(book: &BookMessage, batch: &Batch) -> String {
    let kind = match book.kind {
        BookKind::Snapshot => "snapshot",
        BookKind::Delta => "delta",
        BookKind::Change => "change",
    };
    let sequence = match book.sequence {
        Sequence::Unnumbered => String::new(),
        other => format!(" {other:?}"),
    };
    let proof = match book.proof {
        Proof::None => String::new(),
        Proof::Best { bid, ask } => format!(" best {}/{}", maybe(bid), maybe(ask)),
        other => format!(" {other:?}"),
    };
    let depth = if book.depth == 0 { String::new() } else { format!(" of {}", book.depth) };
    let levels: Vec<String> = batch
        .levels_of(book)
        .iter()
        .map(|level| {
            let side = if level.side == Side::Bid { "bid" } else { "ask" };
            format!(", {side} {} x {}", number(level.price), number(level.size))
        })
        .collect();
    format!("{kind}{depth}{sequence}{proof}{}", levels.concat())
}

fn trade(trade: &Trade) -> String {
    let taker = trade.taker.map_or(String::from("somebody"), |taker| format!("{taker:?}"));
    format!("trade {taker} {} x {} id {}", number(trade.price), number(trade.size), trade.id)
}

fn quote(quote: &Quote) -> String {
    format!(
        "quote {:?} {} x {} / {} x {}",
        quote.at,
        maybe(quote.bid),
        maybe(quote.bid_size),
        maybe(quote.ask),
        maybe(quote.ask_size)
    )
}

fn maybe(value: Option<Decimal>) -> String {
    value.map_or(String::from("none"), number)
}

/// The digits as sent, trailing zeros included.
fn number(value: Decimal) -> String {
    let decimals = usize::from(value.decimals);
    let sign = if value.mantissa < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.mantissa.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}
