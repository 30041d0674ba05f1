//! What a venue always writes in the same way, read without looking for anything else.
//!
//! Each function reads its one spelling and says `None` to all others; where the
//! cursor stands then does not matter, as the caller begins again in the general
//! way. Values are read between their quotes: the cursor stops before the closing
//! one, so that [`Cursor::take`] can compare it together with what follows.

use super::Cursor;
use crate::decimal::{self, Decimal, POW10};
use crate::lanes::{self, Block};

impl<'a> Cursor<'a> {
    /// Step over `text` if exactly that comes next; `None` if it does not.
    ///
    /// Venues spell their messages always in the same way. A decoder may compare
    /// with that spelling, which costs less than reading it, and read in any
    /// order and spacing only where it differs.
    #[inline]
    pub fn take(&mut self, text: &[u8]) -> Option<()> {
        if !self.text.get(self.at..)?.starts_with(text) {
            return None;
        }
        self.at += text.len();
        Some(())
    }

    /// The text before the next quote, if all of it is ASCII that a string holds without escapes.
    #[inline]
    pub fn plain(&mut self) -> Option<&'a [u8]> {
        let mut end = self.at;
        loop {
            let mask = lanes::mask_at(self.text, end, lanes::unusual)?;
            if mask != 0 {
                end += mask.trailing_zeros() as usize;
                break;
            }
            end += size_of::<Block>();
        }
        if self.text.get(end) != Some(&b'"') {
            return None;
        }
        let plain = self.text.get(self.at..end)?;
        self.at = end;
        Some(plain)
    }

    /// A price or a size before the next quote.
    #[inline]
    pub fn plain_amount(&mut self) -> Option<Decimal> {
        let (value, length) = decimal::parse_quoted(self.text, self.at)?;
        self.at += length;
        Some(value)
    }

    /// A whole number that is not negative, before the next quote.
    #[inline]
    pub fn plain_id(&mut self) -> Option<i64> {
        let value = self.plain_amount()?;
        (value.decimals == 0).then_some(value.mantissa)
    }

    /// Seconds with a fraction before the next quote, in nanoseconds.
    #[inline]
    pub fn plain_seconds(&mut self) -> Option<i64> {
        let (whole, length) = decimal::parse_before(self.text, self.at, b'.')?;
        let start = self.at + length + 1;
        let (fraction, length) = decimal::parse_quoted(self.text, start)?;
        let end = start + length;
        // A second point would have been read as part of the fraction.
        if fraction.decimals != 0 || self.text.get(end - 1) == Some(&b'.') {
            return None;
        }
        let unit = POW10.get(9_usize.checked_sub(length)?)?;
        let whole_ns = whole.mantissa.checked_mul(POW10[9])?;
        self.at = end;
        whole_ns.checked_add(fraction.mantissa * unit)
    }

    /// Step over one digit or more.
    #[inline]
    pub fn pass_digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plain_string_is_what_the_general_way_reads(text in "[a-z\\\\\"\u{1}]{0,40}") {
            let quoted = format!("\"{text}");
            let mut general = Cursor::new(quoted.as_bytes());
            let mut usual = general.at(1);
            if let Some(plain) = usual.plain() {
                prop_assert_eq!(general.string(), Ok(plain));
                prop_assert_eq!(usual.position() + 1, general.position());
            } else if quoted.len() >= 16 && !text.contains(['\\', '\u{1}']) {
                prop_assert!(!text.contains('"'));
            }
        }

        #[test]
        fn plain_seconds_are_those_of_the_general_way(
            text in prop_oneof!["[0-9]{0,11}[.][0-9]{0,11}", "[-0-9.e]{0,20}"],
        ) {
            let frame = format!("some text before \"{text}\" and enough behind");
            let start = frame.find('"').unwrap_or_default();
            let mut general = Cursor::new(frame.as_bytes()).at(start);
            let mut usual = general.at(start + 1);
            if let Some(ns) = usual.plain_seconds() {
                let expected = general.amount().map(|seconds| seconds.at_scale(9));
                prop_assert_eq!(expected, Ok(Ok(ns)));
                prop_assert_eq!(usual.position() + 1, general.position());
            }
        }

        #[test]
        fn the_usual_time_is_taken(whole in "[0-8][0-9]{0,9}", fraction in "[0-9]{1,9}") {
            let frame = format!("some text before \"{whole}.{fraction}\" and enough behind");
            prop_assert!(Cursor::new(frame.as_bytes()).at(18).plain_seconds().is_some());
        }
    }
}
