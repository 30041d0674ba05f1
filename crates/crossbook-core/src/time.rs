//! Venue timestamps to nanoseconds of Unix time.

use crate::decimal::{digits_value, last_digits, parse, POW10};
use crate::error::DecodeError;

const NS_PER_S: i64 = 1_000_000_000;

/// Milliseconds to nanoseconds; a time that does not fit is `NumberRange`.
///
/// # Errors
/// `NumberRange` outside the years that an `i64` of nanoseconds can hold.
#[inline]
pub fn from_ms(ms: i64) -> Result<i64, DecodeError> {
    ms.checked_mul(1_000_000).ok_or(DecodeError::NumberRange)
}

/// Seconds to nanoseconds; a time that does not fit is `NumberRange`.
///
/// # Errors
/// `NumberRange` outside the years that an `i64` of nanoseconds can hold.
#[inline]
pub fn from_s(seconds: i64) -> Result<i64, DecodeError> {
    seconds.checked_mul(NS_PER_S).ok_or(DecodeError::NumberRange)
}

/// Read seconds with six decimals, `1784483679.753901`, that a quote ends; return
/// nanoseconds and the length. `None` if the text begins otherwise.
#[inline]
pub(crate) fn from_unix_text(text: &[u8]) -> Option<(i64, usize)> {
    let (number, rest) = text.split_first_chunk::<17>()?;
    let (whole, fraction) = number.split_first_chunk::<10>()?;
    if fraction.first() != Some(&b'.') || rest.first() != Some(&b'"') {
        return None;
    }
    let hundreds = last_digits(whole.first_chunk::<8>()?, 8)?;
    let seconds = hundreds * 100 + last_digits(whole, 2)?;
    let micros = last_digits(number, 6)?;
    let ns = seconds.cast_signed().checked_mul(NS_PER_S)?;
    Some((ns.checked_add(micros.cast_signed() * 1_000)?, number.len()))
}

/// Read RFC 3339 text in UTC, `2026-07-19T17:54:39.753901Z`, with any number of
/// fractional digits up to eighteen; those past the ninth are dropped.
///
/// # Errors
/// `BadNumber` if it has another form.
#[inline]
pub fn from_rfc3339(text: &[u8]) -> Result<i64, DecodeError> {
    match text.try_into().ok().and_then(usual) {
        Some(ns) => Ok(ns),
        None => any_rfc3339(text),
    }
}

/// Read the commonest length, with microseconds; `None` sends the caller the general way.
#[inline]
fn usual(text: &[u8; 27]) -> Option<i64> {
    let (fields, others) = fields(text.first_chunk()?);
    let (micros, other_micros) = digits(*text.last_chunk()?, *b".000000Z");
    if others | other_micros != 0 {
        return None;
    }
    // The lanes of the point and of the zone are zeros around the six digits.
    let ns = digits_value(micros).cast_signed() * 100;
    seconds(fields)?.checked_mul(NS_PER_S)?.checked_add(ns)
}

#[cold]
fn any_rfc3339(text: &[u8]) -> Result<i64, DecodeError> {
    let (fixed, tail) = text.split_first_chunk().ok_or(DecodeError::BadNumber)?;
    let (fields, others) = fields(fixed);
    if others != 0 {
        return Err(DecodeError::BadNumber);
    }
    let seconds = seconds(fields).ok_or(DecodeError::BadNumber)?;
    from_s(seconds)?.checked_add(fraction_ns(text, tail)?).ok_or(DecodeError::NumberRange)
}

/// The digits of `2026-07-19T17:54:39` in three overlapping words, and zero if
/// they are digits and the marks between them are these.
#[inline]
fn fields(text: &[u8; 19]) -> ([u64; 3], u64) {
    let word = |at: usize, shape| {
        digits(text.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default(), shape)
    };
    let (date, other_date) = word(0, *b"0000-00-");
    let (middle, other_middle) = word(8, *b"00T00:00");
    let (clock, other_clock) = word(11, *b"00:00:00");
    ([date, middle, clock], other_date | other_middle | other_clock)
}

/// Seconds since 1970, if the fields are in their ranges.
#[inline]
fn seconds(fields: [u64; 3]) -> Option<i64> {
    // In each lane ten times its digit and the next one: what the two of them stand for.
    let [date, middle, clock] = fields.map(|lanes| lanes * 10 + (lanes >> 8));
    let pair = |lanes: u64, at: u32| (lanes >> (8 * at)) as u32 & 0xff;
    let year = pair(date, 0) * 100 + pair(date, 2);
    let (month, day) = (pair(date, 5), pair(middle, 0));
    let (hour, minute, second) = (pair(clock, 0), pair(clock, 3), pair(clock, 6));
    if !(1..=12).contains(&month) || day > 31 || hour > 23 {
        return None;
    }
    let days = i64::from(days_since_1970(year, month, day));
    Some(days * 86_400 + i64::from(hour * 3_600 + minute * 60 + second))
}

/// Eight bytes as the digits that they are, where `shape` has zeros; and the top
/// bits of lanes that are none, or that are not those of `shape` elsewhere.
#[inline]
fn digits(block: [u8; 8], shape: [u8; 8]) -> (u64, u64) {
    let lanes = u64::from_le_bytes(block) ^ u64::from_le_bytes(shape);
    // What makes a lane carry into its top bit: above nine, or anything but nothing.
    let limits = u64::from_le_bytes(shape.map(|byte| if byte == b'0' { 0x76 } else { 0x7f }));
    (lanes, (lanes | lanes.wrapping_add(limits)) & 0x8080_8080_8080_8080)
}

/// The fraction and the zone that end an RFC 3339 text; `tail` is what is behind the seconds.
#[inline]
fn fraction_ns(text: &[u8], tail: &[u8]) -> Result<i64, DecodeError> {
    let fraction = match tail {
        [fraction @ .., b'Z' | b'z'] => fraction,
        _ => tail.strip_suffix(b"+00:00").ok_or(DecodeError::BadNumber)?,
    };
    if fraction.is_empty() {
        return Ok(0);
    }
    let before = &text[..text.len() - (tail.len() - fraction.len())];
    let places = fraction.len() - 1;
    let read = match places {
        1..=8 => last_digits(before, places).map(|value| (value.cast_signed(), 0)),
        _ => parse(&fraction[1..]).ok().map(|value| (value.mantissa, value.decimals)),
    };
    match (fraction[0], read) {
        (b'.', Some((value, 0))) if places <= 9 => Ok(value * POW10[9 - places]),
        (b'.', Some((value, 0))) if places <= 18 => Ok(value / POW10[places - 9]),
        _ => Err(DecodeError::BadNumber),
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, years 0 to 9999.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// `days_from_civil`, without its eras.
#[inline]
fn days_since_1970(year: u32, month: u32, day: u32) -> i32 {
    // The year begins in March, so that the leap day ends it.
    let is_early = month <= 2;
    let year = year.saturating_sub(u32::from(is_early));
    let months = if is_early { month + 9 } else { month - 3 };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5 + day;
    days.cast_signed() - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_commonest_length_is_read_as_any_other(
            text in "[012][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9][.][0-9]{6}",
            at in 0_usize..27, byte in prop_oneof![Just(b'0'), 0x20_u8..0x7f],
        ) {
            let mut zoned = format!("{text}+00:00").into_bytes();
            let mut short = format!("{text}Z").into_bytes();
            prop_assert_eq!(from_rfc3339(&short), from_rfc3339(&zoned));
            if at < 26 {
                (zoned[at], short[at]) = (byte, byte);
                prop_assert_eq!(from_rfc3339(&short), from_rfc3339(&zoned));
            } else if byte != b'Z' && byte != b'z' {
                short[at] = byte;
                prop_assert!(from_rfc3339(&short).is_err());
            }
        }
    }

    proptest! {
        #[test]
        fn seconds_are_those_of_the_number(
            text in prop_oneof!["[0-9]{10}[.][0-9]{6}\"x", "[-+0-9.e]{17,18}\"", "[0-9.]{0,20}"],
        ) {
            if let Some((ns, length)) = from_unix_text(text.as_bytes()) {
                let number = parse(&text.as_bytes()[..length]).and_then(|value| value.at_scale(9));
                prop_assert_eq!((number, &text[length..=length]), (Ok(ns), "\""));
            } else if let Some(number) = text.strip_suffix("\"x") {
                prop_assert!(number.starts_with('9'), "only what does not fit");
            }
        }
    }

    #[test]
    fn rfc3339_becomes_nanoseconds() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-07-19T17:54:39.753901Z", 1_784_483_679_753_901_000),
            ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999_999),
            ("2023-02-09T20:32:50.7149648559Z", 1_675_974_770_714_964_855),
            ("1969-12-31T23:59:59.5Z", -500_000_000),
        ] {
            assert_eq!(from_rfc3339(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "2026-07-19",
            "2026-07-19T17:54:39",
            "2026-13-19T17:54:39Z",
            "20x6-07-19T17:54:39Z",
            "2026-07-19T17:54:39.Z",
            "2026-07-19T17:54:39.1.2Z",
            "2026-07-19T17:54:39,5Z",
            "2026-07-19T17:54:39.-5Z",
            "2026-07-19T17:54:3Z9Z",
        ] {
            assert_eq!(from_rfc3339(text.as_bytes()), Err(DecodeError::BadNumber), "{text}");
        }
    }
}
