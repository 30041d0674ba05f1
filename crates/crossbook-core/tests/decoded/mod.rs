//! Decoded frames as text, and frames that went wrong on the way.

use crossbook_core::batch::{Batch, Body, BookKind, Message, Proof, QuoteAt, Side, TakerSide};
use crossbook_core::decimal::Decimal;
use crossbook_core::error::DecodeError;
use crossbook_core::text::prepare;
use crossbook_core::venue::Venue;
use proptest::prelude::*;

/// The messages of a frame, one text each, behind the number of its stream.
pub fn decoded(venue: Venue, frame: &str) -> Result<Vec<String>, DecodeError> {
    let mut scratch = Vec::new();
    let frame = prepare(frame.as_bytes(), &mut scratch)?;
    let mut batch = Batch::default();
    venue.decode(frame, &mut batch)?;
    let stream = batch.stream().map(|s| format!("#{} of {} from {}", s.number, s.stream, s.first));
    let messages = batch.messages().iter().map(|message| line(frame, &batch, message));
    Ok(stream.into_iter().chain(messages).collect())
}

/// Demand what each frame says.
pub fn expect(venue: Venue, cases: &[(&str, &[&str])]) {
    for (frame, expected) in cases {
        let told = decoded(venue, frame);
        let told = told.as_ref().map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(told, Ok(expected.to_vec()), "{frame}");
    }
}

/// Demand why each frame is refused.
pub fn expect_errors(venue: Venue, cases: &[(&str, DecodeError)]) {
    for (frame, expected) in cases {
        assert_eq!(decoded(venue, frame), Err(*expected), "{frame}");
    }
}

/// Demand that no frame says anything when its end is cut off.
pub fn expect_no_prefix(venue: Venue, frames: &[&str]) {
    for frame in frames {
        assert!(decoded(venue, frame).is_ok(), "{frame}");
        for (end, _) in frame.char_indices() {
            assert!(decoded(venue, &frame[..end]).is_err(), "{}", &frame[..end]);
        }
    }
}

/// Frames with bytes changed, added, cut out and repeated.
pub fn damaged(frames: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<prop::sample::Index>(), 0..4, any::<u8>(), 1..9_usize);
    (prop::sample::select(frames), prop::collection::vec(damage, 1..4)).prop_map(
        |(frame, damages)| {
            let mut bytes = frame.as_bytes().to_vec();
            for (at, kind, byte, length) in damages {
                let at = at.index(bytes.len().max(1)).min(bytes.len());
                let end = (at + length).min(bytes.len());
                match kind {
                    0 => bytes.iter_mut().skip(at).take(1).for_each(|old| *old = byte),
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.drain(at..end)),
                    _ => bytes.extend_from_within(at..end),
                }
            }
            bytes
        },
    )
}

/// The digits of a number as sent, trailing zeros included.
fn number(value: Decimal) -> String {
    let places = usize::from(value.decimals);
    let sign = if value.mantissa < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.mantissa.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{sign}{whole}{}{fraction}", if places == 0 { "" } else { "." })
}

fn optional(value: Option<Decimal>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

fn line(frame: &[u8], batch: &Batch, message: &Message) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let body = match &message.body {
        Body::Book(book) => {
            let kind = match book.kind {
                BookKind::Snapshot => "snapshot",
                BookKind::Delta => "delta",
                BookKind::Change => "change",
            };
            let proof = match book.proof {
                Proof::None => String::new(),
                Proof::KrakenChecksum(sum) => format!(" crc {sum}"),
                proof => format!(" {proof:?}"),
            };
            let levels = batch.levels_of(book).iter().map(|level| {
                let side = if level.side == Side::Bid { "bid" } else { "ask" };
                format!(" {side} {}x{}", number(level.price), number(level.size))
            });
            format!(
                "{kind} {:?}{proof} depth {}:{}",
                book.sequence,
                book.depth,
                levels.collect::<String>()
            )
        }
        Body::Trade(trade) => {
            let taker = match trade.taker {
                Some(TakerSide::Buy) => "buy",
                Some(TakerSide::Sell) => "sell",
                None => "trade",
            };
            format!("{taker} {}x{} id {}", number(trade.price), number(trade.size), trade.id)
        }
        Body::Quote(quote) => {
            let at = match quote.at {
                QuoteAt::Unknown => String::new(),
                at => format!(" {at:?}"),
            };
            let [bid, bid_size, ask, ask_size] =
                [quote.bid, quote.bid_size, quote.ask, quote.ask_size].map(optional);
            format!("quote {bid}x{bid_size} {ask}x{ask_size}{at}")
        }
        Body::Tick(tick) => format!("tick {}", number(*tick)),
        Body::Depth(depth) => format!("depth {depth}"),
        Body::Control(control, span) => format!("{control:?} {}", text(span.bytes(frame))),
    };
    format!("{} @{} {body}", text(message.symbol.bytes(frame)), message.ts_event_ns)
}
