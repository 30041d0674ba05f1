//! A cursor over JSON that a decoder of a known schema drives.
//!
//! It reads what is asked for and skips the rest without building anything.
//! Key order and white space do not matter to it.

use crate::decimal::{self, Decimal};
use crate::error::DecodeError;
use crate::lanes;

mod ahead;
mod usual;

pub(crate) use ahead::shape;
pub use ahead::Ahead;

/// Containers may be nested this deep in a value that is skipped.
const DEPTH_MAX: usize = 64;

/// A position in a JSON text.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

/// Progress through the members of one object or the items of one array.
#[derive(Debug)]
pub struct Items {
    first: bool,
}

/// Which kind of value stands next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// `{`
    Object,
    /// `[`
    Array,
    /// `"`
    String,
    /// A digit or a minus sign.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

impl<'a> Cursor<'a> {
    /// Stand before the first byte of `text`.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Position in bytes from the start.
    pub fn position(&self) -> usize {
        self.at
    }

    /// A cursor on the same text at another position, as [`Self::position`] gave it.
    #[must_use]
    pub fn at(&self, position: usize) -> Self {
        Self { text: self.text, at: position }
    }

    /// Skip white space and return the byte that follows.
    #[inline]
    fn peek(&mut self) -> Result<u8, DecodeError> {
        match self.text.get(self.at) {
            Some(&byte) if byte > b' ' => Ok(byte),
            _ => self.peek_past_space(),
        }
    }

    fn peek_past_space(&mut self) -> Result<u8, DecodeError> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(DecodeError::Truncated),
            }
        }
    }

    /// Consume `byte`, white space before it allowed; anything else is `error`.
    #[inline]
    fn expect(&mut self, byte: u8, error: DecodeError) -> Result<(), DecodeError> {
        if self.peek()? == byte {
            self.at += 1;
            Ok(())
        } else {
            Err(error)
        }
    }

    /// Say what kind of value stands next, without consuming it.
    ///
    /// # Errors
    /// `Truncated` at the end, `Malformed` where no value can begin.
    pub fn next_kind(&mut self) -> Result<Next, DecodeError> {
        match self.peek()? {
            b'{' => Ok(Next::Object),
            b'[' => Ok(Next::Array),
            b'"' => Ok(Next::String),
            b'-' | b'0'..=b'9' => Ok(Next::Number),
            b't' | b'f' | b'n' => Ok(Next::Literal),
            _ => Err(DecodeError::Malformed),
        }
    }

    /// Enter an object.
    ///
    /// # Errors
    /// `WrongType` where another value stands.
    #[inline]
    pub fn object(&mut self) -> Result<Items, DecodeError> {
        self.expect(b'{', DecodeError::WrongType)?;
        Ok(Items { first: true })
    }

    /// Enter an array.
    ///
    /// # Errors
    /// `WrongType` where another value stands.
    #[inline]
    pub fn array(&mut self) -> Result<Items, DecodeError> {
        self.expect(b'[', DecodeError::WrongType)?;
        Ok(Items { first: true })
    }

    /// Read a string; what it returns stands between the quotes, escapes untouched.
    ///
    /// # Errors
    /// `WrongType` where another value stands, `Truncated` without a closing quote.
    #[inline]
    pub fn string(&mut self) -> Result<&'a [u8], DecodeError> {
        self.expect(b'"', DecodeError::WrongType)?;
        self.string_tail()
    }

    /// The rest of a string whose opening quote was consumed.
    #[inline]
    fn string_tail(&mut self) -> Result<&'a [u8], DecodeError> {
        let start = self.at;
        let mut end = start;
        loop {
            match lanes::mask_at(self.text, end, lanes::special) {
                Some(0) if end + 16 < self.text.len() => end += 16,
                Some(0) => return Err(DecodeError::Truncated),
                Some(mask) => end += mask.trailing_zeros() as usize,
                // A text shorter than a block.
                None => end += plain_bytes(self.text.get(end..).unwrap_or_default()),
            }
            match self.text.get(end) {
                Some(b'"') => {
                    self.at = end + 1;
                    return Ok(&self.text[start..end]);
                }
                Some(b'\\') => end += 2,
                Some(0..=0x1f) => return Err(DecodeError::Malformed),
                // The block had no end of the string in it.
                Some(_) => {}
                None => return Err(DecodeError::Truncated),
            }
        }
    }

    /// Read a number, written as a JSON number or as a string that holds one.
    ///
    /// # Errors
    /// `WrongType`, `BadNumber` or `NumberRange`.
    #[inline]
    pub fn decimal(&mut self) -> Result<Decimal, DecodeError> {
        let quoted = match self.peek()? {
            b'"' => {
                let is_negative = self.text.get(self.at + 1) == Some(&b'-');
                let start = self.at + 1 + usize::from(is_negative);
                if let Some((value, length)) = decimal::parse_quoted(self.text, start) {
                    self.at = start + length + 1;
                    return Ok(if is_negative { value.negated() } else { value });
                }
                true
            }
            b'-' | b'0'..=b'9' => false,
            _ => return Err(DecodeError::WrongType),
        };
        self.at += usize::from(quoted);
        let (value, length) = match decimal::parse_prefix(&self.text[self.at..]) {
            Ok(read) => read,
            // A cut frame is truncated, not a bad number.
            Err(_) if self.at >= self.text.len() => return Err(DecodeError::Truncated),
            Err(error) => return Err(error.into()),
        };
        self.at += length;
        if quoted {
            match self.text.get(self.at) {
                Some(b'"') => self.at += 1,
                Some(_) => return Err(DecodeError::BadNumber),
                None => return Err(DecodeError::Truncated),
            }
        }
        Ok(value)
    }

    /// Read a row `["price","size",…]` of strings, if one stands next as venues
    /// write it; else consume nothing. Strings behind the size are passed over.
    #[inline]
    pub fn usual_row(&mut self) -> Option<(Decimal, Decimal)> {
        let rest = self.text.get(self.at..)?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"[\"")?;
        let start = self.text.len() - rest.len();
        let (price, length) = decimal::parse_quoted(self.text, start)?;
        let start = self.next_string(start + length)?;
        let (size, length) = decimal::parse_quoted(self.text, start)?;
        let mut end = start + length;
        while self.text.get(end + 1) != Some(&b']') {
            let start = self.next_string(end)?;
            end = start + string_length(self.text, start)?;
        }
        self.at = end + 2;
        Some((price, size))
    }

    /// Where the string after `","` or `", "` begins, given where the one before ended.
    #[inline]
    fn next_string(&self, end: usize) -> Option<usize> {
        let rest = self.text.get(end..)?.strip_prefix(b"\",")?;
        let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"\"")?;
        Some(self.text.len() - rest.len())
    }

    /// Read a number that may not be negative: a price or a size.
    ///
    /// # Errors
    /// As [`Self::decimal`]; `BadNumber` below zero.
    #[inline]
    pub fn amount(&mut self) -> Result<Decimal, DecodeError> {
        let value = self.decimal()?;
        if value.mantissa < 0 {
            return Err(DecodeError::BadNumber);
        }
        Ok(value)
    }

    /// As [`Self::amount`], but `null` and `""` mean that there is none.
    ///
    /// # Errors
    /// As [`Self::amount`].
    pub fn optional_amount(&mut self) -> Result<Option<Decimal>, DecodeError> {
        if self.peek()? == b'n' {
            self.skip()?;
            return Ok(None);
        }
        if self.text[self.at..].starts_with(b"\"\"") {
            self.at += 2;
            return Ok(None);
        }
        self.amount().map(Some)
    }

    /// Read a whole number, written as a JSON number or as a string that holds one.
    ///
    /// # Errors
    /// As [`Self::decimal`]; `BadNumber` if it has a fraction.
    #[inline]
    pub fn integer(&mut self) -> Result<i64, DecodeError> {
        let value = self.decimal()?;
        if value.decimals == 0 {
            return Ok(value.mantissa);
        }
        value.at_scale(0).map_err(|_| DecodeError::BadNumber)
    }

    /// Read a sequence number: a whole number that is not negative.
    ///
    /// # Errors
    /// As [`Self::integer`].
    #[inline]
    pub fn id(&mut self) -> Result<i64, DecodeError> {
        let value = self.integer()?;
        if value < 0 {
            return Err(DecodeError::BadNumber);
        }
        Ok(value)
    }

    /// Read `true` or `false`.
    ///
    /// # Errors
    /// `WrongType` where another value stands.
    pub fn boolean(&mut self) -> Result<bool, DecodeError> {
        match self.peek()? {
            b't' => self.literal(b"true").map(|()| true),
            b'f' => self.literal(b"false").map(|()| false),
            _ => Err(DecodeError::WrongType),
        }
    }

    /// Skip one value, whatever it is.
    ///
    /// # Errors
    /// `Malformed`, `Truncated`, or `TooDeep` past 64 levels of nesting.
    pub fn skip(&mut self) -> Result<(), DecodeError> {
        let mut depth = 0_usize;
        // One bit a level, set inside an object: what may close it.
        let mut objects = 0_u64;
        loop {
            match self.peek()? {
                byte @ (b'{' | b'[') => {
                    if depth == DEPTH_MAX {
                        return Err(DecodeError::TooDeep);
                    }
                    self.at += 1;
                    depth += 1;
                    objects = objects << 1 | u64::from(byte == b'{');
                    if !matches!(self.peek()?, b'}' | b']') {
                        self.skip_key(objects)?;
                        continue;
                    }
                }
                b'"' => {
                    self.at += 1;
                    self.string_tail()?;
                }
                b'-' | b'0'..=b'9' => self.skip_number(),
                b't' => self.literal(b"true")?,
                b'f' => self.literal(b"false")?,
                b'n' => self.literal(b"null")?,
                _ => return Err(DecodeError::Malformed),
            }
            // A value has ended: close what ends with it, or go to the next one.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let closing = if objects & 1 == 1 { b'}' } else { b']' };
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        self.skip_key(objects)?;
                        break;
                    }
                    byte if byte == closing => {
                        self.at += 1;
                        depth -= 1;
                        objects >>= 1;
                    }
                    _ => return Err(DecodeError::Malformed),
                }
            }
        }
    }

    /// Skip `"key":` if the innermost container is an object.
    fn skip_key(&mut self, objects: u64) -> Result<(), DecodeError> {
        if objects & 1 == 1 {
            self.expect(b'"', DecodeError::Malformed)?;
            self.string_tail()?;
            self.expect(b':', DecodeError::Malformed)?;
        }
        Ok(())
    }

    fn skip_number(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .unwrap_or(rest.len());
        self.at += length;
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), DecodeError> {
        let rest = &self.text[self.at..];
        if rest.starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        if word.starts_with(rest) {
            return Err(DecodeError::Truncated);
        }
        Err(DecodeError::Malformed)
    }

    /// Demand that nothing but white space follows.
    ///
    /// # Errors
    /// `Malformed` if anything does.
    pub fn end(&mut self) -> Result<(), DecodeError> {
        match self.peek() {
            Err(DecodeError::Truncated) => Ok(()),
            _ => Err(DecodeError::Malformed),
        }
    }
}

impl Items {
    /// Go to the next member of an object; return its key, or `None` at the end.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`.
    #[inline]
    pub fn key<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Option<&'a [u8]>, DecodeError> {
        match self.usual_key(cursor) {
            Some(key) => Ok(Some(key)),
            None => self.any_key(cursor),
        }
    }

    /// A key as venues write it: short, the comma close before it, the colon close behind.
    #[inline]
    fn usual_key<'a>(&mut self, cursor: &mut Cursor<'a>) -> Option<&'a [u8]> {
        let mut rest = cursor.text.get(cursor.at..)?;
        if !self.first {
            rest = rest.strip_prefix(b",")?;
            rest = rest.strip_prefix(b" ").unwrap_or(rest);
        }
        let rest = rest.strip_prefix(b"\"")?;
        let start = cursor.text.len() - rest.len();
        let (key, rest) = rest.split_at_checked(string_length(cursor.text, start)?)?;
        rest.strip_prefix(b"\":")?;
        cursor.at = start + key.len() + 2;
        self.first = false;
        Some(key)
    }

    fn any_key<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Option<&'a [u8]>, DecodeError> {
        if !self.advance(cursor, b'}')? {
            return Ok(None);
        }
        cursor.expect(b'"', DecodeError::Malformed)?;
        let key = cursor.string_tail()?;
        cursor.expect(b':', DecodeError::Malformed)?;
        Ok(Some(key))
    }

    /// Go to the next item of an array; `false` at its end.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`.
    #[inline]
    pub fn item(&mut self, cursor: &mut Cursor<'_>) -> Result<bool, DecodeError> {
        self.advance(cursor, b']')
    }

    /// Skip what is left of an array and leave it.
    ///
    /// # Errors
    /// `Malformed` or `Truncated`.
    pub fn skip_rest(&mut self, cursor: &mut Cursor<'_>) -> Result<(), DecodeError> {
        while self.item(cursor)? {
            cursor.skip()?;
        }
        Ok(())
    }

    #[inline]
    fn advance(&mut self, cursor: &mut Cursor<'_>, closing: u8) -> Result<bool, DecodeError> {
        let byte = cursor.peek()?;
        if byte == closing {
            cursor.at += 1;
            return Ok(false);
        }
        if std::mem::take(&mut self.first) {
            return Ok(true);
        }
        if byte != b',' {
            return Err(DecodeError::Malformed);
        }
        cursor.at += 1;
        Ok(true)
    }
}

/// How long the string is that begins at `start`; `None` unless a quote ends it
/// within a block.
#[inline]
fn string_length(text: &[u8], start: usize) -> Option<usize> {
    let length = lanes::distance(text, start, lanes::special)?;
    (text.get(start + length) == Some(&b'"')).then_some(length)
}

/// How many bytes come before the first that ends or breaks a string.
fn plain_bytes(text: &[u8]) -> usize {
    let special = text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    special.unwrap_or(text.len())
}

/// Put a field into its slot; a second one of the same name is an error.
///
/// # Errors
/// `DuplicateKey` if the slot is taken.
#[inline]
pub fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), DecodeError> {
    if slot.is_some() {
        return Err(DecodeError::DuplicateKey);
    }
    *slot = Some(value);
    Ok(())
}

/// The value of a field that must be there.
///
/// # Errors
/// `MissingField` if it is not.
#[inline]
pub fn need<T>(slot: Option<T>) -> Result<T, DecodeError> {
    slot.ok_or(DecodeError::MissingField)
}

#[cfg(test)]
mod tests;
