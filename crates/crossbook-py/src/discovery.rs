//! Which instruments a recording speaks of.

use crossbook_core::discovery;
use pyo3::prelude::*;

use crate::engine::venue;
use crate::frame::with_bytes;

/// `(native, outcome, price_decimals, size_decimals, price_max, size_max, messages)`.
type Row = (String, u8, u8, u8, i64, i64, u64);

/// Reads frames of one venue and only looks.
#[pyclass(module = "crossbook._core")]
pub struct Discovery {
    core: discovery::Discovery,
}

#[pymethods]
impl Discovery {
    #[new]
    fn new(venue: &str) -> PyResult<Self> {
        Ok(Self { core: discovery::Discovery::new(self::venue(venue)?) })
    }

    fn on_frame(&mut self, frame: &Bound<'_, PyAny>) -> PyResult<()> {
        with_bytes(frame, |bytes| self.core.on_frame(bytes))
    }

    fn on_snapshot(&mut self, native: &str, body: &Bound<'_, PyAny>) -> PyResult<()> {
        with_bytes(body, |bytes| self.core.on_snapshot(native.as_bytes(), bytes))
    }

    fn seen(&self) -> Vec<Row> {
        self.core
            .seen()
            .map(|(native, outcome, seen)| {
                (
                    String::from_utf8_lossy(native).into_owned(),
                    outcome as u8,
                    seen.price_decimals,
                    seen.size_decimals,
                    seen.price_max,
                    seen.size_max,
                    seen.messages,
                )
            })
            .collect()
    }
}
