//! Placeholder until the decoder lands.

use crate::batch::Batch;
use crate::error::DecodeError;

/// Decode one frame.
///
/// # Errors
/// The reason why nothing of the frame may be used.
pub fn decode(_frame: &[u8], _batch: &mut Batch) -> Result<(), DecodeError> {
    Err(DecodeError::UnknownMessage)
}

/// Decode a REST book.
///
/// # Errors
/// The reason why nothing of the body may be used.
pub fn decode_snapshot(_body: &[u8], _batch: &mut Batch) -> Result<(), DecodeError> {
    Err(DecodeError::UnknownMessage)
}
