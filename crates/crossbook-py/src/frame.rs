//! The bytes of a frame, from whatever object holds them.

use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Give the bytes of a `bytes` object, or of any object with a contiguous buffer, to `take`.
///
/// Only `bytes` are read where they are: the memory of other objects may change
/// under us, so it is copied once.
#[inline]
pub fn with_bytes<T>(frame: &Bound<'_, PyAny>, take: impl FnOnce(&[u8]) -> T) -> PyResult<T> {
    if let Ok(bytes) = frame.cast::<PyBytes>() {
        return Ok(take(bytes.as_bytes()));
    }
    let buffer: PyBuffer<u8> = PyBuffer::get(frame)?;
    Ok(take(&buffer.to_vec(frame.py())?))
}
