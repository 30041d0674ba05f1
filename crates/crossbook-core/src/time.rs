//! Venue timestamps to nanoseconds of Unix time.

use crate::decimal::{last_digits, parse, POW10};
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

/// Read RFC 3339 text in UTC, `2026-07-19T17:54:39.753901Z`, with any number of
/// fractional digits up to eighteen; those past the ninth are dropped.
///
/// # Errors
/// `BadNumber` if it has another form.
#[inline]
pub fn from_rfc3339(text: &[u8]) -> Result<i64, DecodeError> {
    let (fixed, tail) = text.split_at_checked(19).ok_or(DecodeError::BadNumber)?;
    let date = digits(fixed, 0, *b"0000-00-")?;
    let middle = digits(fixed, 8, *b"00T00:00")?;
    let clock = digits(fixed, 11, *b"00:00:00")?;
    // In each lane ten times its digit and the next one: what the two of them stand for.
    let [date, middle, clock] = [date, middle, clock].map(|lanes| lanes * 10 + (lanes >> 8));
    let pair = |lanes: u64, at: u32| ((lanes >> (8 * at)) & 0xff).cast_signed();
    let year = pair(date, 0) * 100 + pair(date, 2);
    let (month, day) = (pair(date, 5), pair(middle, 0));
    let (hour, minute, second) = (pair(clock, 0), pair(clock, 3), pair(clock, 6));
    if !(1..=12).contains(&month) || day > 31 || hour > 23 {
        return Err(DecodeError::BadNumber);
    }
    let days = days_since_1970(year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    from_s(seconds)?.checked_add(fraction_ns(text, tail)?).ok_or(DecodeError::NumberRange)
}

/// Eight bytes of `fixed` as the digits that they are, where `shape` has zeros.
///
/// # Errors
/// `BadNumber` unless they are digits there and those of `shape` elsewhere.
#[inline]
fn digits(fixed: &[u8], at: usize, shape: [u8; 8]) -> Result<u64, DecodeError> {
    let block: &[u8; 8] =
        fixed.get(at..).and_then(<[u8]>::first_chunk).ok_or(DecodeError::BadNumber)?;
    let lanes = u64::from_le_bytes(*block) ^ u64::from_le_bytes(shape);
    // What makes a lane carry into its top bit: above nine, or anything but nothing.
    let limits = u64::from_le_bytes(shape.map(|byte| if byte == b'0' { 0x76 } else { 0x7f }));
    if (lanes | lanes.wrapping_add(limits)) & 0x8080_8080_8080_8080 == 0 {
        Ok(lanes)
    } else {
        Err(DecodeError::BadNumber)
    }
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
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day ends it.
    let is_early = month <= 2;
    let year = (year - i64::from(is_early)).max(0).unsigned_abs();
    let months = (month + if is_early { 9 } else { -3 }).unsigned_abs();
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * months + 2) / 5;
    days.cast_signed() + day - 719_469
}

#[cfg(test)]
mod tests {
    use super::*;

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
