//! A cursor over protobuf wire bytes that a decoder of a known schema drives.
//!
//! It reads the fields it is asked for and skips the rest, in any order. All
//! lengths are checked against the message around them; nothing is copied.
//!
//! Source: Protocol Buffers documentation, "Encoding", read 2026-11.

use crate::decimal::{self, Decimal};
use crate::error::DecodeError;

/// Groups may be nested this deep in a field that is skipped.
const GROUPS_MAX: usize = 32;

/// How the value of a field is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// A number in groups of seven bits.
    Varint,
    /// Eight bytes.
    Fixed64,
    /// A length and so many bytes: text, or a message.
    Bytes,
    /// Fields up to the end mark of the same number (retired, still to be skipped).
    Group,
    /// Four bytes.
    Fixed32,
}

/// What stands before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The number that the schema gives it.
    pub number: u32,
    /// How the value is written.
    pub wire: Wire,
}

/// A position in a message, which may be a part of another one.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    frame: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    /// Stand before the first field of the message that `frame` is.
    #[inline]
    pub fn new(frame: &'a [u8]) -> Self {
        Self { frame, at: 0, end: frame.len() }
    }

    /// Go to the next field; `None` at the end of the message.
    ///
    /// # Errors
    /// `Truncated`, or `Malformed` where no field can begin.
    #[inline]
    pub fn field(&mut self) -> Result<Option<Field>, DecodeError> {
        if self.at >= self.end {
            return Ok(None);
        }
        let (number, kind) = self.tag()?;
        let wire = match kind {
            0 => Wire::Varint,
            1 => Wire::Fixed64,
            2 => Wire::Bytes,
            3 => Wire::Group,
            5 => Wire::Fixed32,
            _ => return Err(DecodeError::Malformed),
        };
        Ok(Some(Field { number, wire }))
    }

    /// Read a whole number.
    ///
    /// # Errors
    /// `WrongType` where another kind of value stands; `Malformed`, `Truncated`.
    #[inline]
    pub fn integer(&mut self, field: Field) -> Result<i64, DecodeError> {
        expect(field, Wire::Varint)?;
        self.varint().map(u64::cast_signed)
    }

    /// Read text or other bytes.
    ///
    /// # Errors
    /// As [`Self::message`].
    #[inline]
    pub fn bytes(&mut self, field: Field) -> Result<&'a [u8], DecodeError> {
        let inner = self.message(field)?;
        Ok(inner.frame.get(inner.at..inner.end).unwrap_or_default())
    }

    /// Enter a message.
    ///
    /// # Errors
    /// `WrongType` where another kind of value stands; `Malformed`, `Truncated`.
    #[inline]
    pub fn message(&mut self, field: Field) -> Result<Self, DecodeError> {
        expect(field, Wire::Bytes)?;
        let length = usize::try_from(self.varint()?).map_err(|_| DecodeError::Malformed)?;
        let start = self.at;
        self.advance(length)?;
        Ok(Self { frame: self.frame, at: start, end: self.at })
    }

    /// Read text that holds a number which may not be negative: a price or a size.
    ///
    /// # Errors
    /// As [`Self::message`]; `BadNumber`, `NumberRange`.
    #[inline]
    pub fn amount(&mut self, field: Field) -> Result<Decimal, DecodeError> {
        let inner = self.message(field)?;
        let value = inner.decimal()?;
        if value.mantissa < 0 {
            return Err(DecodeError::BadNumber);
        }
        Ok(value)
    }

    /// The decimal texts of fields 1 and 2, if the message is these two and
    /// nothing else: how every known encoder writes a price level.
    ///
    /// `None` says only that it must be read field by field.
    #[inline]
    pub fn amounts_1_and_2(&self) -> Option<(Decimal, Decimal)> {
        let rest = self.frame.get(self.at..)?;
        let (first, first_length) = short_amount(0x0a, rest)?;
        let (second, second_length) = short_amount(0x12, rest.get(first_length..)?)?;
        (first_length + second_length == self.end - self.at).then_some((first, second))
    }

    /// As [`Self::amount`], but empty text means that there is none.
    ///
    /// # Errors
    /// As [`Self::amount`].
    pub fn optional_amount(&mut self, field: Field) -> Result<Option<Decimal>, DecodeError> {
        if self.clone().bytes(field)?.is_empty() {
            self.skip(field)?;
            return Ok(None);
        }
        self.amount(field).map(Some)
    }

    /// Read text that holds a sequence number: whole and not negative.
    ///
    /// # Errors
    /// As [`Self::amount`]; `BadNumber` if it has a fraction.
    #[inline]
    pub fn id(&mut self, field: Field) -> Result<i64, DecodeError> {
        let value = self.amount(field)?;
        value.at_scale(0).map_err(|_| DecodeError::BadNumber)
    }

    /// Skip the value of a field, whatever it is.
    ///
    /// # Errors
    /// `Malformed`, `Truncated`, or `TooDeep` past 32 nested groups.
    pub fn skip(&mut self, field: Field) -> Result<(), DecodeError> {
        match field.wire {
            Wire::Varint => self.varint().map(|_| ()),
            Wire::Fixed64 => self.advance(8),
            Wire::Bytes => self.message(field).map(|_| ()),
            Wire::Group => self.skip_group(field.number),
            Wire::Fixed32 => self.advance(4),
        }
    }

    /// Skip the fields of an open group and its end mark.
    #[cold]
    fn skip_group(&mut self, number: u32) -> Result<(), DecodeError> {
        let mut open = [0_u32; GROUPS_MAX];
        let mut depth = 1;
        open[0] = number;
        while depth > 0 {
            match self.tag()? {
                (number, 3) => {
                    *open.get_mut(depth).ok_or(DecodeError::TooDeep)? = number;
                    depth += 1;
                }
                (number, 4) if open.get(depth - 1) == Some(&number) => depth -= 1,
                (_, 0) => self.varint().map(|_| ())?,
                (_, 1) => self.advance(8)?,
                (number, 2) => self.message(Field { number, wire: Wire::Bytes }).map(|_| ())?,
                (_, 5) => self.advance(4)?,
                _ => return Err(DecodeError::Malformed),
            }
        }
        Ok(())
    }

    /// All that is left, as one decimal number.
    #[inline]
    fn decimal(&self) -> Result<Decimal, DecodeError> {
        // With some bytes after the text the parser can read eight at a time;
        // what it made of them only counts if it stopped where the text does.
        let reach = self.frame.len().min(self.end + 8);
        let text = self.frame.get(self.at..reach).unwrap_or_default();
        let length = self.end - self.at;
        match decimal::parse_prefix(text) {
            Ok((value, read)) if read == length => Ok(value),
            _ => Ok(decimal::parse(text.get(..length).unwrap_or_default())?),
        }
    }

    /// Read the number of a field and the three bits that say how it is written.
    #[inline]
    fn tag(&mut self) -> Result<(u32, u8), DecodeError> {
        let tag = u32::try_from(self.varint()?).map_err(|_| DecodeError::Malformed)?;
        if tag < 8 {
            return Err(DecodeError::Malformed);
        }
        Ok((tag >> 3, (tag & 7) as u8))
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, DecodeError> {
        match self.frame.get(self.at) {
            Some(&byte) if byte < 0x80 && self.at < self.end => {
                self.at += 1;
                Ok(u64::from(byte))
            }
            _ => self.varint_of_bytes(),
        }
    }

    /// A varint of any length.
    #[inline(never)]
    fn varint_of_bytes(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let start = self.at;
            self.advance(1)?;
            let byte = self.frame.get(start).copied().unwrap_or_default();
            // The tenth byte has room for the last of 64 bits alone.
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(DecodeError::Malformed)
    }

    #[inline]
    fn advance(&mut self, length: usize) -> Result<(), DecodeError> {
        if length > self.end - self.at {
            return Err(self.cut(length));
        }
        self.at += length;
        Ok(())
    }

    /// Why the next `length` bytes cannot be had: the frame ends, or only the
    /// message inside it does.
    #[cold]
    fn cut(&self, length: usize) -> DecodeError {
        if length > self.frame.len() - self.at {
            DecodeError::Truncated
        } else {
            DecodeError::Malformed
        }
    }
}

/// The decimal text that follows `tag` and a length of one byte, and the length
/// of all three; `None` if it is anything else.
#[inline]
fn short_amount(tag: u8, text: &[u8]) -> Option<(Decimal, usize)> {
    let ([found, length], text) = text.split_first_chunk::<2>()?;
    let (value, read) = decimal::parse_prefix(text).ok()?;
    let is_whole = *found == tag && read == usize::from(*length) && read < 0x80;
    (is_whole && value.mantissa >= 0).then_some((value, 2 + read))
}

#[inline]
fn expect(field: Field, wire: Wire) -> Result<(), DecodeError> {
    if field.wire == wire {
        Ok(())
    } else {
        Err(DecodeError::WrongType)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Skip every field; return their numbers.
    fn numbers(frame: &[u8]) -> Result<Vec<u32>, DecodeError> {
        let mut reader = Reader::new(frame);
        let mut found = Vec::new();
        while let Some(field) = reader.field()? {
            reader.skip(field)?;
            found.push(field.number);
        }
        Ok(found)
    }

    #[test]
    fn every_kind_of_field_can_be_skipped() {
        let frame = [
            &[0x08, 0x96, 0x01][..],
            &[0x11, 1, 2, 3, 4, 5, 6, 7, 8],
            &[0x1a, 2, 0xff, 0xff],
            &[0x25, 1, 2, 3, 4],
            // Group 5 holds a varint, fixed types, bytes and group 6.
            &[0x2b, 0x08, 1, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0x0d, 0, 0, 0, 0, 0x12, 1, 0],
            &[0x33, 0x34, 0x2c],
            &[0xca, 0x13, 0],
        ]
        .concat();
        assert_eq!(numbers(&frame), Ok(vec![1, 2, 3, 4, 5, 313]));
        assert_eq!(numbers(&[]), Ok(vec![]));
    }

    #[test]
    fn what_is_no_message_is_malformed_or_truncated() {
        for (frame, error) in [
            (&[0x00, 0][..], DecodeError::Malformed),
            (&[0x0c], DecodeError::Malformed),
            (&[0x0e], DecodeError::Malformed),
            (&[0x0f], DecodeError::Malformed),
            (&[0x80], DecodeError::Truncated),
            (&[0x08], DecodeError::Truncated),
            (&[0x09, 1, 2, 3], DecodeError::Truncated),
            (&[0x0a, 5, 1], DecodeError::Truncated),
            (
                &[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
                DecodeError::Truncated,
            ),
            (&[0x0d, 1], DecodeError::Truncated),
            (&[0x0b, 0x08, 1], DecodeError::Truncated),
            // The end mark of another group.
            (&[0x0b, 0x14], DecodeError::Malformed),
            // A field number past 29 bits; a number past 64 bits.
            (&[0xf8, 0xff, 0xff, 0xff, 0x1f, 0], DecodeError::Malformed),
            (
                &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
                DecodeError::Malformed,
            ),
        ] {
            assert_eq!(numbers(frame), Err(error), "{frame:x?}");
        }
        assert_eq!(numbers(&[0x0b; 100]), Err(DecodeError::TooDeep));
    }

    #[test]
    fn numbers_are_varints_or_decimal_text() {
        let frame = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let mut reader = Reader::new(&frame);
        let field = reader.field().ok().flatten().expect("a field stands there");
        assert_eq!(reader.integer(field), Ok(-1));

        // What follows the text could be read as more digits: field 6, a varint.
        for (text, expected) in [
            ("1.50", Ok(Decimal { mantissa: 150, decimals: 2 })),
            ("78855", Ok(Decimal { mantissa: 78_855, decimals: 0 })),
            ("", Err(DecodeError::BadNumber)),
            ("1.5x", Err(DecodeError::BadNumber)),
            ("-1", Err(DecodeError::BadNumber)),
            ("99999999999999999999", Err(DecodeError::NumberRange)),
        ] {
            let frame = [&[0x0a, text.len() as u8], text.as_bytes(), b"0123456789"].concat();
            let mut reader = Reader::new(&frame);
            let field = reader.field().ok().flatten().expect("a field stands there");
            assert_eq!(reader.amount(field), expected, "{text}");
            assert_eq!(reader.integer(field), Err(DecodeError::WrongType));
        }
    }

    #[test]
    fn an_inner_message_ends_where_its_length_says() {
        // The inner text claims more than the message around it has.
        let frame = [0x0a, 3, 0x0a, 5, b'1', 0x10, 0, 0, 0, 0];
        let mut reader = Reader::new(&frame);
        let field = reader.field().ok().flatten().expect("a field stands there");
        let mut inner = reader.message(field).expect("its length fits");
        let field = inner.field().ok().flatten().expect("a field stands there");
        assert_eq!(inner.bytes(field), Err(DecodeError::Malformed));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..96)) {
            let _ = numbers(&bytes);
            let mut reader = Reader::new(&bytes);
            while let Ok(Some(field)) = reader.field() {
                let mut inner = reader.clone();
                let _ = inner.amount(field);
                if reader.message(field).is_err() {
                    break;
                }
            }
        }
    }
}
