//! The engine and its connections.

use crossbook_core::asset;
use crossbook_core::batch::{Control, Outcome, Side};
use crossbook_core::engine;
use crossbook_core::error::DecodeError;
use crossbook_core::event::EventKind;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::venue::Venue;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::PyClassGuardMut;

use crate::best::Bests;
use crate::book::Book;
use crate::errors;
use crate::frame::with_bytes;

/// Price, size over all instruments, size of each instrument by its number.
type Merged = (i64, i128, Vec<(u32, i64)>);

/// Instrument to buy, instrument to sell, size, limits, money.
type Opportunity = (u32, u32, i64, (i64, i64), (i128, i128, i128, i128, i128));

/// The venue of an id, or the package's error.
pub fn venue(name: &str) -> PyResult<Venue> {
    Venue::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Venue::ALL.iter().map(|venue| venue.name()).collect();
        let known = Python::attach(|py| pyo3::types::PyTuple::new(py, known).map(Bound::unbind));
        match known {
            Ok(known) => errors::UnknownVenueError::new_err((name.to_owned(), known)),
            Err(error) => error,
        }
    })
}

/// The leg of a binary contract by its number.
pub fn outcome(number: u8) -> PyResult<Outcome> {
    match number {
        0 => Ok(Outcome::Whole),
        1 => Ok(Outcome::Yes),
        2 => Ok(Outcome::No),
        _ => Err(PyValueError::new_err(format!("outcome {number} is none of 0, 1, 2"))),
    }
}

/// All books of a process.
#[pyclass(module = "crossbook._core")]
pub struct Engine {
    pub(crate) core: engine::Engine,
    pub(crate) bests: Bests,
}

#[pymethods]
impl Engine {
    #[new]
    fn new(events_max: usize) -> Self {
        Self { core: engine::Engine::new(events_max), bests: Bests::default() }
    }

    #[allow(clippy::too_many_arguments)] // Defaults and checks are the package's.
    fn add_instrument(
        &mut self,
        instrument_id: &str,
        venue: &str,
        natives: Vec<String>,
        outcome: u8,
        scale: (u8, u8),
        grid: (i64, i64),
        limits: (i64, i64, i128),
        fee: (i64, bool, Option<u8>),
        asset: String,
        depth: u32,
        checksum_decimals: Option<(u8, u8)>,
    ) -> PyResult<u32> {
        let curve = if fee.1 { FeeCurve::Quadratic } else { FeeCurve::Proportional };
        let instrument = Instrument {
            venue: self::venue(venue)?,
            natives,
            outcome: self::outcome(outcome)?,
            price_decimals: scale.0,
            size_decimals: scale.1,
            tick: grid.0,
            lot: grid.1,
            min_size: limits.0,
            max_size: limits.1,
            min_notional: limits.2,
            fee: Fee { rate_ppm: fee.0, curve },
            fee_decimals: fee.2,
            asset,
            depth,
            checksum_decimals,
        };
        self.core.add_instrument(instrument).map_err(|error| errors::engine(error, instrument_id))
    }

    fn open_feed(slf: Bound<'_, Self>, venue: &str) -> PyResult<Feed> {
        let venue = self::venue(venue)?;
        let number = slf.borrow_mut().core.open_feed(venue);
        Ok(Feed { engine: slf.unbind(), number })
    }

    fn book(slf: Bound<'_, Self>, number: u32) -> Book {
        Book::new(slf.unbind(), number)
    }

    /// Both sides of an asset over all live books; `None`: no such asset.
    fn consolidated(&self, asset: &str, depth: usize) -> Option<(Vec<Merged>, Vec<Merged>)> {
        let asset = self.core.asset(asset)?;
        let depth = if depth == 0 { usize::MAX } else { depth };
        let side = |side| {
            let levels = asset.levels(side, depth, self.core.trackers());
            levels.into_iter().map(|level| (level.price, level.total, level.sizes)).collect()
        };
        Some((side(Side::Bid), side(Side::Ask)))
    }

    /// The opportunities that are open now, over all assets.
    fn opportunities(&self) -> Vec<Opportunity> {
        let open = self.core.assets().iter().flat_map(asset::Asset::open);
        open.map(|(buy, sell, found)| {
            let limits = (found.buy_limit, found.sell_limit);
            let money = (found.cost, found.proceeds, found.buy_fee, found.sell_fee, found.profit);
            (buy, sell, found.size, limits, money)
        })
        .collect()
    }

    fn subscribe(&mut self, kinds: Vec<String>) -> PyResult<()> {
        let kinds: PyResult<Vec<EventKind>> = kinds
            .iter()
            .map(|name| {
                let kind = EventKind::ALL.into_iter().find(|kind| kind.name() == name);
                kind.ok_or_else(|| PyValueError::new_err(format!("no kind of event is {name:?}")))
            })
            .collect();
        self.core.events_mut().subscribe(&kinds?);
        Ok(())
    }

    fn drain<'py>(&mut self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let events = self.core.events_mut();
        let mut bytes = Vec::with_capacity(events.len() * crossbook_core::event::EVENT_BYTES);
        events.drain(|event| event.encode(&mut bytes));
        PyBytes::new(py, &bytes)
    }

    #[getter]
    fn events_waiting(&self) -> usize {
        self.core.events().len()
    }

    #[getter]
    fn events_dropped(&self) -> u64 {
        self.core.events().dropped()
    }

    fn expire(&mut self, now_ns: i64, silence_ns: i64) {
        self.core.expire(now_ns, silence_ns);
    }

    fn silence(&mut self, number: u32, ts_recv_ns: i64) {
        self.core.silence(number, ts_recv_ns);
    }

    fn distrust(&mut self, number: u32, ts_recv_ns: i64) {
        self.core.distrust(number, ts_recv_ns);
    }

    fn reset(&mut self, number: u32, ts_recv_ns: i64) {
        self.core.reset(number, ts_recv_ns);
    }

    #[getter]
    fn memory_bytes(&self) -> usize {
        self.core.memory_bytes()
    }
}

/// The engine, to be changed. It costs less than `borrow_mut`, which counts a reference.
#[inline]
pub fn taken<'a>(engine: &'a Bound<'_, Engine>) -> PyResult<PyClassGuardMut<'a, Engine>> {
    Ok(PyClassGuardMut::try_from(engine)?)
}

/// One connection of an engine.
#[pyclass(module = "crossbook._core", frozen)]
pub struct Feed {
    engine: Py<Engine>,
    number: u32,
}

#[pymethods]
impl Feed {
    fn on_frame(
        &self,
        py: Python<'_>,
        frame: &Bound<'_, PyAny>,
        ts_recv_ns: i64,
    ) -> PyResult<usize> {
        let core = &mut taken(self.engine.bind(py))?.core;
        with_bytes(frame, |bytes| core.on_frame(self.number, bytes, ts_recv_ns))?;
        Ok(core.events().len())
    }

    fn on_snapshot(
        &self,
        py: Python<'_>,
        native: &str,
        body: &Bound<'_, PyAny>,
        ts_recv_ns: i64,
    ) -> PyResult<usize> {
        let core = &mut taken(self.engine.bind(py))?.core;
        with_bytes(body, |bytes| {
            core.on_snapshot(self.number, native.as_bytes(), bytes, ts_recv_ns);
        })?;
        Ok(core.events().len())
    }

    fn on_open(&self, py: Python<'_>, ts_recv_ns: i64) {
        self.engine.bind(py).borrow_mut().core.on_open(self.number, ts_recv_ns);
    }

    fn on_close(&self, py: Python<'_>, ts_recv_ns: i64) {
        self.engine.bind(py).borrow_mut().core.on_close(self.number, ts_recv_ns);
    }

    fn take_controls<'py>(&self, py: Python<'py>) -> Vec<(&'static str, Bound<'py, PyBytes>)> {
        let controls = self.engine.bind(py).borrow_mut().core.take_controls(self.number);
        let named = controls.into_iter().map(|(kind, frame)| (kind, PyBytes::new(py, &frame)));
        named.map(|(kind, frame)| (kind.name(), frame)).collect()
    }

    fn unsynced(&self, py: Python<'_>) -> Vec<u32> {
        self.engine.bind(py).borrow().core.unsynced(self.number)
    }

    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let engine = self.engine.bind(py).borrow();
        let dict = PyDict::new(py);
        let Some(feed) = engine.core.feeds().get(self.number as usize) else { return Ok(dict) };
        let counts = feed.counts();
        let errors = PyDict::new(py);
        for (error, count) in DecodeError::ALL.iter().zip(counts.decode_errors) {
            if count != 0 {
                errors.set_item(error.name(), count)?;
            }
        }
        let controls = PyDict::new(py);
        for (control, count) in Control::ALL.iter().zip(counts.controls) {
            if count != 0 {
                controls.set_item(control.name(), count)?;
            }
        }
        dict.set_item("frames", counts.frames)?;
        dict.set_item("bytes", counts.bytes)?;
        dict.set_item("messages", counts.messages)?;
        dict.set_item("decode_errors", errors)?;
        dict.set_item("unknown_symbols", counts.unknown_symbols)?;
        dict.set_item("controls", controls)?;
        dict.set_item("stream_gaps", counts.stream_gaps)?;
        dict.set_item("stream_old", counts.stream_old)?;
        Ok(dict)
    }
}
