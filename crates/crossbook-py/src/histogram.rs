//! Durations counted for percentiles.

use crossbook_core::histogram;
use pyo3::prelude::*;

/// Durations in nanoseconds.
#[pyclass(module = "crossbook._core")]
#[derive(Default)]
pub struct Histogram {
    core: histogram::Histogram,
}

#[pymethods]
impl Histogram {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn record(&mut self, value: i64) {
        self.core.record(value);
    }

    fn merge(&mut self, other: PyRef<'_, Self>) {
        self.core.merge(&other.core);
    }

    fn clear(&mut self) {
        self.core.clear();
    }

    fn quantile(&self, ppm: u32) -> Option<u64> {
        self.core.quantile(ppm)
    }

    #[getter]
    fn count(&self) -> u64 {
        self.core.count()
    }

    #[getter]
    fn sum(&self) -> u128 {
        self.core.sum()
    }

    #[getter]
    fn largest(&self) -> u64 {
        self.core.largest()
    }
}
