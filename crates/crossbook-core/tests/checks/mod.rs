//! What must hold for any bytes at all: shared by the replay of old findings and the fuzzers.

use crossbook_core::batch::{Batch, Body, BookKind, Message, Side};
use crossbook_core::decimal::{self, Decimal, DECIMALS_MAX};
use crossbook_core::error::{DecodeError, NumberError};
use crossbook_core::json::Cursor;
use crossbook_core::text;
use crossbook_core::venue::Venue;
use serde_json::Value;

pub mod books;

/// A decoder of frames or of REST answers.
type Decode = fn(Venue, &[u8], &mut Batch) -> Result<(), DecodeError>;

const DECODERS: [Decode; 2] = [Venue::decode, Venue::decode_snapshot];

/// Decode as a frame and as a REST answer. What comes out must be whole, and the
/// same for any other spelling of the same JSON.
pub fn decoder(venue: Venue, bytes: &[u8]) {
    let mut scratch = Vec::new();
    let is_text = !venue.is_binary(bytes);
    let frame = match text::prepare(bytes, &mut scratch) {
        Ok(frame) if is_text => frame,
        _ => bytes,
    };
    for decode in DECODERS {
        let mut batch = Batch::default();
        if decode(venue, frame, &mut batch).is_err() {
            continue;
        }
        whole(&batch, frame);
        if !is_text || frame.contains(&b'\\') {
            continue;
        }
        let Ok(tree) = serde_json::from_slice::<Value>(frame) else { continue };
        let expected = lines(&batch, frame);
        for other in [tree.to_string(), format!("{tree:#}")] {
            let mut batch = Batch::default();
            let decoded = decode(venue, other.as_bytes(), &mut batch);
            assert_eq!(decoded, Ok(()), "{}\n{other}", String::from_utf8_lossy(frame));
            let found = lines(&batch, other.as_bytes());
            assert_eq!(found, expected, "{}\n{other}", String::from_utf8_lossy(frame));
        }
    }
}

/// Everything that a batch refers to is there, and no number is one that no venue could mean.
fn whole(batch: &Batch, frame: &[u8]) {
    for message in batch.messages() {
        inside(message.symbol.bytes(frame), message.symbol.is_empty());
        match &message.body {
            Body::Book(book) => {
                let count = book.levels.end.checked_sub(book.levels.start);
                assert_eq!(count, Some(batch.levels_of(book).len() as u32));
                for level in batch.levels_of(book) {
                    amount(level.price);
                    if book.kind != BookKind::Change {
                        amount(level.size);
                    }
                }
            }
            Body::Trade(trade) => [trade.price, trade.size].into_iter().for_each(amount),
            Body::Quote(quote) => {
                let numbers = [quote.bid, quote.bid_size, quote.ask, quote.ask_size];
                numbers.into_iter().flatten().for_each(amount);
            }
            Body::Tick(tick) => amount(*tick),
            Body::Depth(_) => {}
            Body::Control(_, text) => inside(text.bytes(frame), text.is_empty()),
        }
    }
}

/// A span that does not fit its frame covers nothing.
fn inside(covered: &[u8], is_empty: bool) {
    assert_eq!(covered.is_empty(), is_empty);
}

fn amount(value: Decimal) {
    assert!(value.decimals <= DECIMALS_MAX, "{value:?}");
    assert!(value.mantissa >= 0, "{value:?}");
}

/// The messages without what depends on where things stand in the frame.
fn lines(batch: &Batch, frame: &[u8]) -> Vec<String> {
    let mut lines = vec![format!("{:?}", batch.stream())];
    lines.extend(batch.messages().iter().map(|message| line(message, batch, frame)));
    lines
}

fn line(message: &Message, batch: &Batch, frame: &[u8]) -> String {
    let symbol = String::from_utf8_lossy(message.symbol.bytes(frame));
    let body = match &message.body {
        Body::Book(book) => {
            // Either side may be written first.
            let mut levels = batch.levels_of(book).to_vec();
            levels.sort_by_key(|level| level.side as u8);
            format!(
                "{:?} {:?} {:?} {} {levels:?}",
                book.kind, book.sequence, book.proof, book.depth
            )
        }
        Body::Control(control, _) => format!("{control:?}"),
        other => format!("{other:?}"),
    };
    format!("{symbol} {:?} {} {body}", message.outcome, message.ts_event_ns)
}

/// Whatever a plain reader of JSON takes can be skipped, and read member by member.
pub fn json(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    let skipped = cursor.skip().and_then(|()| cursor.end());
    for read in [Cursor::decimal, Cursor::amount] {
        let _ = read(&mut Cursor::new(bytes));
    }
    for read in [Cursor::integer, Cursor::id] {
        let _ = read(&mut Cursor::new(bytes));
    }
    let _ = Cursor::new(bytes).optional_amount();
    let _ = Cursor::new(bytes).usual_row();
    let _ = Cursor::new(bytes).boolean();
    let _ = Cursor::new(bytes).string();
    let Ok(tree) = serde_json::from_slice::<Value>(bytes) else { return };
    if skipped == Err(DecodeError::TooDeep) {
        return;
    }
    assert_eq!(skipped, Ok(()), "{}", String::from_utf8_lossy(bytes));
    // Escapes stay as they are; the reader of plain JSON resolves them.
    if !bytes.contains(&b'\\') {
        let mut cursor = Cursor::new(bytes);
        assert_eq!(walk(&mut cursor, bytes), Ok(tree), "{}", String::from_utf8_lossy(bytes));
    }
}

fn walk(cursor: &mut Cursor<'_>, text: &[u8]) -> Result<Value, DecodeError> {
    use crossbook_core::json::Next;
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(match cursor.next_kind()? {
        Next::Object => {
            let mut object = serde_json::Map::new();
            let mut members = cursor.object()?;
            while let Some(key) = members.key(cursor)? {
                object.insert(string(key), walk(cursor, text)?);
            }
            object.into()
        }
        Next::Array => {
            let mut array = Vec::new();
            let mut items = cursor.array()?;
            while items.item(cursor)? {
                array.push(walk(cursor, text)?);
            }
            array.into()
        }
        Next::String => string(cursor.string()?).into(),
        Next::Number | Next::Literal => {
            let start = cursor.position();
            cursor.skip()?;
            let text = text.get(start..cursor.position()).unwrap_or_default();
            serde_json::from_slice(text).map_err(|_| DecodeError::Malformed)?
        }
    })
}

/// The number that text begins with, told digit by digit.
pub fn number(bytes: &[u8]) {
    if let Ok((value, length)) = decimal::parse_prefix(bytes) {
        assert!(length <= bytes.len());
        assert_eq!(decimal::parse(&bytes[..length]), Ok(value));
        assert!(same(value, &bytes[..length]), "{value:?} {bytes:?}");
        if value.mantissa != i64::MIN {
            let text = decimal::format(value.mantissa, value.decimals);
            let again = decimal::parse(text.as_bytes()).and_then(|v| v.at_scale(value.decimals));
            assert_eq!(again, Ok(value.mantissa), "{text}");
        }
        for scale in 0..=DECIMALS_MAX {
            rescaled(value, scale);
        }
    }
    for start in 0..bytes.len().min(40) {
        if let Some((value, length)) = decimal::parse_quoted(bytes, start) {
            assert_eq!(decimal::parse(&bytes[start..start + length]), Ok(value));
            assert_eq!(bytes.get(start + length), Some(&b'"'));
        }
    }
}

fn rescaled(value: Decimal, scale: u8) {
    let (up, down) = (10_i128.pow(u32::from(scale)), 10_i128.pow(u32::from(value.decimals)));
    let exact = i128::from(value.mantissa) * up;
    let expected = if exact % down != 0 {
        Err(NumberError::Inexact)
    } else {
        i64::try_from(exact / down).map_err(|_| NumberError::Range)
    };
    match (value.at_scale(scale), expected) {
        (found, expected) if found == expected => {}
        found => panic!("{value:?} at {scale}: {found:?}"),
    }
}

/// Whether the text stands for the value: compared digit by digit, zeros at both ends apart.
fn same(value: Decimal, text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    let (number, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let is_negative = number.starts_with('-');
    let number = number.trim_start_matches(['-', '+']);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    // An exponent past what `i64` holds is as good as one at its end.
    let end = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse().unwrap_or(end).clamp(-99_999, 99_999);
    let decimals = fraction.len() as i64 - exponent;
    let significant = digits.trim_start_matches('0');
    let cut = significant.trim_end_matches('0');
    if cut.is_empty() {
        return value.mantissa == 0;
    }
    let ours = value.mantissa.unsigned_abs().to_string();
    let ours_cut = ours.trim_end_matches('0');
    let zeros = (significant.len() - cut.len()) as i64;
    let zeros_ours = (ours.len() - ours_cut.len()) as i64;
    ours_cut == cut
        && i64::from(value.decimals) - zeros_ours == decimals - zeros
        && is_negative == (value.mantissa < 0)
}

/// Either side of a book.
pub const SIDES: [Side; 2] = [Side::Bid, Side::Ask];
