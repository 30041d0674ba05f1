//! The tuples that `Book.best` hands out, kept for as long as they hold.

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyTuple};

/// Bid, its size, ask, its size.
pub type Numbers = [i64; 4];

/// By instrument number: the best prices that were last asked for.
///
/// A book is asked after each of its frames, most of which change nothing at the
/// top: making a tuple and four numbers anew costs more than applying the frame.
#[derive(Default)]
pub struct Bests(Vec<Option<(Numbers, Py<PyTuple>)>>);

impl Bests {
    /// The tuple of `numbers`: the last one given for this instrument, if it holds them.
    #[inline]
    pub fn tuple<'py>(
        &mut self,
        py: Python<'py>,
        instrument: u32,
        numbers: Numbers,
    ) -> PyResult<Bound<'py, PyTuple>> {
        match self.0.get(instrument as usize) {
            Some(Some((kept, tuple))) if are_same(kept, numbers) => Ok(tuple.bind(py).clone()),
            _ => self.renew(py, instrument, numbers),
        }
    }

    /// Make the tuple, with those numbers of the last one that did not change.
    fn renew<'py>(
        &mut self,
        py: Python<'py>,
        instrument: u32,
        numbers: Numbers,
    ) -> PyResult<Bound<'py, PyTuple>> {
        let at = instrument as usize;
        if at >= self.0.len() {
            self.0.resize_with(at + 1, || None);
        }
        let tuple = match &self.0[at] {
            None => PyTuple::new(py, numbers)?,
            Some((kept, last)) => {
                let last = last.bind(py);
                let item = |place: usize| {
                    if numbers[place] == kept[place] {
                        last.get_item(place)
                    } else {
                        Ok(PyInt::new(py, numbers[place]).into_any())
                    }
                };
                PyTuple::new(py, [item(0)?, item(1)?, item(2)?, item(3)?])?
            }
        };
        self.0[at] = Some((numbers, tuple.clone().unbind()));
        Ok(tuple)
    }
}

/// Compared one by one: two at once would have to wait for them to be in memory together.
#[inline]
fn are_same(kept: &Numbers, [bid, bid_size, ask, ask_size]: Numbers) -> bool {
    kept[0] == bid && kept[1] == bid_size && kept[2] == ask && kept[3] == ask_size
}
