//! A whole message of fixed spelling, compared rather than read.
//!
//! Venues write each kind of message in one way. What stands ahead of a cursor
//! is compared with it piece by piece, and only what varies is read. Each
//! function says `None` to any other spelling; the caller then lets the cursor
//! read it in the general way, from where it stood.
//!
//! All that is stepped over is ASCII without a backslash. A frame that is wholly
//! of the usual spelling has nothing in it that [`crate::text::prepare`] would
//! refuse or rewrite.

use super::Cursor;
use crate::decimal::{self, Decimal};
use crate::lanes::{self, Block, Shape};

/// The shape that a text writes down, as a constant.
macro_rules! shape {
    ($text:expr) => {{
        const TEXT: &str = $text;
        const SHAPE: $crate::lanes::Shape<{ TEXT.len() }, { $crate::lanes::digits_in(TEXT) }> =
            $crate::lanes::Shape::new(TEXT);
        &SHAPE
    }};
}

pub(crate) use shape;

/// The part of a text that is still to be compared.
#[derive(Clone, Copy, Debug)]
pub struct Ahead<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// What stands ahead of the cursor.
    #[inline]
    pub fn ahead(&self) -> Ahead<'a> {
        Ahead { rest: self.text.get(self.at..).unwrap_or_default() }
    }

    /// Step over all that was found in the spelling that was expected.
    #[inline]
    pub fn accept(&mut self, ahead: Ahead<'a>) {
        self.at = self.text.len() - ahead.rest.len();
    }
}

impl<'a> Ahead<'a> {
    /// All of `text`.
    #[inline]
    pub fn new(text: &'a [u8]) -> Self {
        Self { rest: text }
    }

    /// Whether nothing is left.
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Step over `text` if exactly that comes next.
    #[inline]
    pub fn take(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text.as_bytes())?;
        Some(())
    }

    /// Step over what comes next if it has this shape; return its digits.
    #[inline]
    pub fn shaped<const N: usize, const D: usize>(
        &mut self,
        shape: &Shape<N, D>,
    ) -> Option<[u8; D]> {
        let (head, rest) = self.rest.split_first_chunk()?;
        let digits = shape.digits(head)?;
        self.rest = rest;
        Some(digits)
    }

    /// The next `N` bytes, if they may stand inside a string as they are.
    #[inline]
    pub fn word<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        lanes::is_word(head).then_some(head)
    }

    /// The text before the next byte that ends a string or is not usual in one:
    /// `N` bytes or more, but less than a block more.
    #[inline]
    pub fn long_word<const N: usize>(&mut self) -> Option<&'a [u8]> {
        let all = self.rest;
        self.word::<N>()?;
        let length = lanes::distance(self.rest, 0, lanes::unusual)?;
        let (word, rest) = all.split_at_checked(N + length)?;
        self.rest = rest;
        Some(word)
    }

    /// The text before the next quote, if it is ASCII and a string may hold all of it as it is.
    #[inline]
    pub fn text(&mut self) -> Option<&'a [u8]> {
        let mut length = 0;
        let found = loop {
            match lanes::mask_at(self.rest, length, lanes::unusual)? {
                0 => length += size_of::<Block>(),
                mask => break length + mask.trailing_zeros() as usize,
            }
        };
        let (text, rest) = self.rest.split_at_checked(found)?;
        self.rest = rest;
        rest.starts_with(b"\"").then_some(text)
    }

    /// A whole number that is not negative, and the `closing` byte behind it.
    #[inline]
    pub fn id(&mut self, closing: u8) -> Option<i64> {
        let value = self.number(closing)?;
        self.rest = self.rest.get(1..)?;
        (value.decimals == 0).then_some(value.mantissa)
    }

    /// A price or a size before the next quote.
    #[inline]
    pub fn amount(&mut self) -> Option<Decimal> {
        self.number(b'"')
    }

    /// The number before the next `closing`.
    #[inline]
    fn number(&mut self, closing: u8) -> Option<Decimal> {
        let block = self.rest.first_chunk();
        if let Some((value, length)) = block.and_then(|block| decimal::parse_short(block, closing))
        {
            self.rest = self.rest.get(length..)?;
            return Some(value);
        }
        let (value, after) = self.long_number(closing)?;
        *self = after;
        Some(value)
    }

    /// As [`Self::number`], of more digits, or near the end.
    #[inline(never)]
    fn long_number(self, closing: u8) -> Option<(Decimal, Self)> {
        let (value, length) = decimal::parse_before(self.rest, 0, closing)?;
        Some((value, Self { rest: self.rest.get(length..)? }))
    }

    /// A whole number of thirteen digits: milliseconds since 1970, from 2001 to 2286.
    #[inline]
    pub fn milliseconds(&mut self) -> Option<i64> {
        let (head, rest) = self.rest.split_first_chunk::<13>()?;
        let high = decimal::last_digits(&head[..8], 8)?;
        let low = decimal::last_digits(head, 5)?;
        self.rest = rest;
        Some((high * 100_000 + low).cast_signed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_shape_is_text_with_digits_in_their_places() {
        for (text, expected) in [
            ("{\"at\":\"12.34\",\"n\":\"", Some([1, 2, 3, 4])),
            ("{\"at\":\"00.09\",\"n\":\"5\"}", Some([0, 0, 0, 9])),
            ("{\"at\":\"1:.34\",\"n\":\"", None),
            ("{\"at\":\"1/.34\",\"n\":\"", None),
            ("{\"at\":\"##.##\",\"n\":\"", None),
            ("{\"at\":\"12.34\",\"m\":\"", None),
            ("{\"at\":\"12.34\",\"n\":", None),
            ("{\"at\":\"\u{b1}2.34\",\"n\":\"", None),
        ] {
            let mut ahead = Ahead::new(text.as_bytes());
            assert_eq!(ahead.shaped(shape!("{\"at\":\"##.##\",\"n\":\"")), expected, "{text}");
            assert_eq!(ahead.rest.len(), text.len() - expected.map_or(0, |_| 19), "{text}");
        }
    }

    #[test]
    fn milliseconds_have_thirteen_digits() {
        for (text, expected) in [
            ("1781254836832\"", Some(1_781_254_836_832)),
            ("0000000000001", Some(1)),
            ("178125483683\"", None),
            ("17812548.6832\"", None),
            ("-781254836832\"", None),
            ("178125483683", None),
        ] {
            assert_eq!(Ahead::new(text.as_bytes()).milliseconds(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_a_string_as_the_cursor_reads_it(
            text in "[a-z0-9\\\\\"!\u{1}é]{14,24}", word in "[!#-\\[\\]-~]{16,31}",
        ) {
            for text in [text, word] {
                let quoted = format!("\"{text}\", and more than enough behind");
                let mut cursor = Cursor::new(quoted.as_bytes());
                let string = cursor.string();
                let ahead = Ahead::new(&quoted.as_bytes()[1..]);
                let (mut long, mut exact) = (ahead, ahead);
                if let Some(word) = long.long_word::<16>().filter(|_| long.take("\"").is_some()) {
                    prop_assert_eq!(string, Ok(word));
                    prop_assert_eq!(long.rest.len(), quoted.len() - cursor.position());
                }
                if let Some(word) = exact.word::<20>().filter(|_| exact.take("\"").is_some()) {
                    prop_assert_eq!(string, Ok(word));
                    prop_assert_eq!(exact.rest.len(), quoted.len() - cursor.position());
                }
            }
        }

        #[test]
        fn a_text_is_a_string_as_the_cursor_reads_it(text in "[a-z\\\\\"\u{1}]{0,40}") {
            let quoted = format!("\"{text}\", and more than enough behind");
            let mut ahead = Ahead::new(&quoted.as_bytes()[1..]);
            let mut cursor = Cursor::new(quoted.as_bytes());
            let is_plain = !text.contains(['\\', '\u{1}']);
            let read = ahead.text();
            prop_assert!(read.is_some() || !is_plain);
            if let Some(read) = read {
                prop_assert_eq!(cursor.string(), Ok(read));
                prop_assert_eq!(ahead.rest.len() - 1, quoted.len() - cursor.position());
            }
        }

        #[test]
        fn an_id_is_what_the_cursor_reads(
            id in prop_oneof!["[0-9]{0,19}", "[-0-9.e ]{0,12}"], after in "\\PC{0,20}",
        ) {
            let list = format!("{id},{after}");
            let mut ahead = Ahead::new(list.as_bytes());
            if let Some(read) = ahead.id(b',') {
                let mut cursor = Cursor::new(list.as_bytes());
                prop_assert_eq!(cursor.id(), Ok(read));
                prop_assert_eq!(ahead.rest.len() + 1, list.len() - cursor.position());
            }
        }

        #[test]
        fn a_plain_word_is_taken(word in "[#-\\[\\]-~]{16,31}") {
            let quoted = format!("{word}\", and more than enough behind");
            let mut ahead = Ahead::new(quoted.as_bytes());
            prop_assert_eq!(ahead.long_word::<16>(), Some(word.as_bytes()));
            prop_assert_eq!(ahead.take("\", and"), Some(()));
        }

        #[test]
        fn an_amount_is_what_the_cursor_reads(
            number in prop_oneof!["[0-9]{0,9}[.]?[0-9]{0,9}", "[-+0-9.eE ]{0,12}", "\\PC{0,12}"],
            after in "\\PC{0,20}",
        ) {
            let quoted = format!("\"{number}\"{after}");
            let mut ahead = Ahead::new(&quoted.as_bytes()[1..]);
            if let Some(value) = ahead.amount() {
                let mut cursor = Cursor::new(quoted.as_bytes());
                prop_assert_eq!(cursor.amount(), Ok(value));
                prop_assert_eq!(ahead.take("\""), Some(()));
                prop_assert_eq!(ahead.rest.len(), quoted.len() - cursor.position());
            }
        }
    }
}
