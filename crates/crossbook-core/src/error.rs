//! What can go wrong in the core: one enum per kind of fault.

use thiserror::Error;

/// Why decimal text or an integer cannot be taken at a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NumberError {
    /// No decimal number stands there.
    #[error("not a decimal number")]
    Syntax,
    /// It does not fit 64 bits at this scale.
    #[error("out of range at this scale")]
    Range,
    /// It has digits finer than the scale.
    #[error("finer than the scale")]
    Inexact,
}

/// Why a frame cannot be decoded. Each kind is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[error("{}", self.name())]
#[non_exhaustive]
#[repr(u8)]
pub enum DecodeError {
    /// Not JSON, or not protobuf.
    Malformed,
    /// It ends in the middle.
    Truncated,
    /// Its text is not UTF-8.
    InvalidUtf8,
    /// Longer than a frame may be.
    TooLarge,
    /// Nested deeper than any venue nests.
    TooDeep,
    /// A field has a value of another type.
    WrongType,
    /// A field is missing.
    MissingField,
    /// A field that is read stands there twice.
    DuplicateKey,
    /// A number is not decimal text, or is negative where it may not be.
    BadNumber,
    /// A number does not fit 64 bits.
    NumberRange,
    /// A word, such as a side, is none of those the venue defines.
    UnknownWord,
    /// A message of a kind that this venue's decoder does not know.
    UnknownMessage,
}

impl DecodeError {
    /// Every kind, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Malformed,
        Self::Truncated,
        Self::InvalidUtf8,
        Self::TooLarge,
        Self::TooDeep,
        Self::WrongType,
        Self::MissingField,
        Self::DuplicateKey,
        Self::BadNumber,
        Self::NumberRange,
        Self::UnknownWord,
        Self::UnknownMessage,
    ];
}

impl DecodeError {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::WrongType => "wrong_type",
            Self::MissingField => "missing_field",
            Self::DuplicateKey => "duplicate_key",
            Self::BadNumber => "bad_number",
            Self::NumberRange => "number_range",
            Self::UnknownWord => "unknown_word",
            Self::UnknownMessage => "unknown_message",
        }
    }
}

impl From<NumberError> for DecodeError {
    fn from(error: NumberError) -> Self {
        match error {
            NumberError::Syntax => Self::BadNumber,
            NumberError::Range | NumberError::Inexact => Self::NumberRange,
        }
    }
}

/// Why an instrument cannot be registered.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// More decimals than an `i64` has.
    #[error("scale of {price_decimals} and {size_decimals} decimals cannot be held")]
    Scale {
        /// Decimals of prices.
        price_decimals: u8,
        /// Decimals of sizes.
        size_decimals: u8,
    },
    /// The venue's symbol means another instrument already.
    #[error("symbol {native} of {venue} is registered already")]
    DuplicateSymbol {
        /// The venue's id.
        venue: &'static str,
        /// The venue's symbol.
        native: String,
    },
    /// Instruments of one asset must share one scale, so that levels compare as integers.
    #[error("asset {asset} has {expected:?} decimals, not {received:?}")]
    AssetScale {
        /// The asset.
        asset: String,
        /// Decimals of prices and sizes of its instruments so far.
        expected: (u8, u8),
        /// Decimals of the new one.
        received: (u8, u8),
    },
}
