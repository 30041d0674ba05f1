//! Venue timestamps to nanoseconds of Unix time.

use crate::decimal::{leading_digits, POW10};
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
/// fractional digits; those past the ninth are dropped.
///
/// # Errors
/// `BadNumber` if it has another form.
#[inline]
pub fn from_rfc3339(text: &[u8]) -> Result<i64, DecodeError> {
    let fixed: &[u8; 19] = text.first_chunk().ok_or(DecodeError::BadNumber)?;
    let shape = [fixed[4], fixed[7], fixed[10] | 0x20, fixed[13], fixed[16]];
    let is_shaped = shape == *b"--t::" || shape == *b"-- ::";
    let pair = |at: usize| two_digits(fixed[at], fixed[at + 1]);
    let (century, year) = (pair(0), pair(2));
    let (month, day) = (pair(5), pair(8));
    let (hour, minute, second) = (pair(11), pair(14), pair(17));
    let largest = century.max(year).max(minute).max(second);
    // A leap second is second 60; the days of a month are not counted here.
    if !is_shaped || largest > 99 || hour > 23 || !(1..=12).contains(&month) || day > 31 {
        return Err(DecodeError::BadNumber);
    }
    let days = days_since_1970(century * 100 + year, month, day);
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second;
    let ns = fraction_ns(&text[19..])?;
    from_s(seconds)?.checked_add(ns).ok_or(DecodeError::NumberRange)
}

/// The number that two digits stand for; above 99 if they are none.
#[inline]
fn two_digits(tens: u8, units: u8) -> i64 {
    let (tens, units) = (tens.wrapping_sub(b'0'), units.wrapping_sub(b'0'));
    let others = i64::from(tens > 9 || units > 9) * 1_000;
    i64::from(tens) * 10 + i64::from(units) + others
}

/// The fraction and the zone that end an RFC 3339 text.
#[inline]
fn fraction_ns(tail: &[u8]) -> Result<i64, DecodeError> {
    let (ns, zone) = match tail.strip_prefix(b".") {
        None => (0, tail),
        Some(fraction) => {
            let (value, digits) = leading_digits(fraction);
            let value = value.cast_signed();
            let ns = match digits {
                0..=9 => value * POW10[9 - digits],
                10..=18 => value / POW10[digits - 9],
                _ => return Err(DecodeError::BadNumber),
            };
            (ns, &fraction[digits..])
        }
    };
    if matches!(zone, b"Z" | b"z" | b"+00:00") {
        Ok(ns)
    } else {
        Err(DecodeError::BadNumber)
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
        ] {
            assert_eq!(from_rfc3339(text.as_bytes()), Err(DecodeError::BadNumber), "{text}");
        }
    }
}
