//! A view of one instrument's book.

use crossbook_core::batch::Side;
use crossbook_core::engine;
use crossbook_core::tracker::Tracker;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::engine::{taken, Engine};

/// Price and size of one level.
type Level = (i64, i64);

/// One instrument's book, read from the engine at each call.
#[pyclass(module = "crossbook._core", frozen)]
pub struct Book {
    engine: Py<Engine>,
    number: u32,
}

impl Book {
    /// A view of the book of instrument `number`.
    pub fn new(engine: Py<Engine>, number: u32) -> Self {
        Self { engine, number }
    }

    #[inline]
    fn read<T>(&self, py: Python<'_>, read: impl FnOnce(&Tracker) -> T) -> PyResult<T> {
        let engine = self.engine.bind(py).borrow();
        self.tracker(&engine.core).map(read)
    }

    #[inline]
    fn tracker<'a>(&self, core: &'a engine::Engine) -> PyResult<&'a Tracker> {
        core.tracker(self.number).ok_or_else(|| {
            pyo3::exceptions::PyIndexError::new_err(format!("no instrument {}", self.number))
        })
    }
}

#[pymethods]
impl Book {
    #[getter]
    fn best_bid(&self, py: Python<'_>) -> PyResult<Option<Level>> {
        self.read(py, |tracker| tracker.bbo().bid)
    }

    #[getter]
    fn best_ask(&self, py: Python<'_>) -> PyResult<Option<Level>> {
        self.read(py, |tracker| tracker.bbo().ask)
    }

    /// Best prices and sizes in one call; `None` unless both sides have a level.
    fn best<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyTuple>>> {
        let engine = &mut *taken(self.engine.bind(py))?;
        let bbo = self.tracker(&engine.core)?.bbo();
        let (Some(bid), Some(ask)) = (bbo.bid, bbo.ask) else { return Ok(None) };
        engine.bests.tuple(py, self.number, [bid.0, bid.1, ask.0, ask.1]).map(Some)
    }

    /// At most `depth` levels of both sides, best first; 0: all.
    fn levels(&self, py: Python<'_>, depth: usize) -> PyResult<(Vec<Level>, Vec<Level>)> {
        let depth = if depth == 0 { usize::MAX } else { depth };
        self.read(py, |tracker| {
            let side = |side| tracker.book().side(side).iter().take(depth).collect();
            (side(Side::Bid), side(Side::Ask))
        })
    }

    fn size_at(&self, py: Python<'_>, is_ask: bool, price: i64) -> PyResult<i64> {
        let side = if is_ask { Side::Ask } else { Side::Bid };
        self.read(py, |tracker| tracker.book().side(side).size_at(price))
    }

    #[getter]
    fn level_counts(&self, py: Python<'_>) -> PyResult<(usize, usize)> {
        self.read(py, |tracker| {
            let book = tracker.book();
            (book.side(Side::Bid).len(), book.side(Side::Ask).len())
        })
    }

    #[getter]
    fn state(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.read(py, |tracker| tracker.state().name())
    }

    #[getter]
    fn reason(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.read(py, |tracker| tracker.reason().name())
    }

    #[getter]
    fn sequence(&self, py: Python<'_>) -> PyResult<Option<i64>> {
        self.read(py, Tracker::sequence)
    }

    #[getter]
    fn depth(&self, py: Python<'_>) -> PyResult<u32> {
        self.read(py, Tracker::depth)
    }

    #[getter]
    fn tick(&self, py: Python<'_>) -> PyResult<i64> {
        self.read(py, Tracker::tick)
    }

    /// Venue time and receive time of the last change.
    #[getter]
    fn times_ns(&self, py: Python<'_>) -> PyResult<(i64, i64)> {
        self.read(py, Tracker::times_ns)
    }

    #[getter]
    fn memory_bytes(&self, py: Python<'_>) -> PyResult<usize> {
        self.read(py, Tracker::memory_bytes)
    }

    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = self.read(py, |tracker| *tracker.counts())?;
        let dict = PyDict::new(py);
        for (name, count) in counts.named() {
            dict.set_item(name, count)?;
        }
        Ok(dict)
    }
}
