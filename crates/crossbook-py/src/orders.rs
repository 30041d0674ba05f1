//! A simulated venue's resting orders.

use crossbook_core::batch::Side;
use crossbook_core::matching::{self, NewOrder, TimeInForce};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// `(order id, resting, refused, [(maker id, maker's owner, price, size)])`.
type Receipt = (u64, i64, bool, Vec<(u64, u32, i64, i64)>);

/// One instrument's resting orders.
#[pyclass(module = "crossbook._core")]
#[derive(Default)]
pub struct Orders {
    core: matching::Orders,
}

#[pymethods]
impl Orders {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn submit(
        &mut self,
        is_ask: bool,
        price: i64,
        size: i64,
        time_in_force: usize,
        owner: u32,
    ) -> PyResult<Receipt> {
        let known = TimeInForce::ALL.get(time_in_force).copied();
        let time_in_force =
            known.ok_or_else(|| PyValueError::new_err(format!("time in force {time_in_force}")))?;
        let order = NewOrder { owner, side: side(is_ask), price, size, time_in_force };
        let receipt = self.core.submit(order);
        let receipt = receipt.ok_or_else(|| PyValueError::new_err(format!("size {size}")))?;
        let fills = receipt.fills.iter();
        let fills = fills.map(|fill| (fill.maker, fill.maker_owner, fill.price, fill.size));
        Ok((receipt.id, receipt.resting, receipt.is_refused, fills.collect()))
    }

    fn cancel(&mut self, order_id: u64) -> Option<i64> {
        self.core.cancel(order_id)
    }

    fn shrink(&mut self, is_ask: bool, price: i64, size: i64) {
        self.core.shrink(side(is_ask), price, size);
    }

    fn size_at(&self, is_ask: bool, price: i64) -> i64 {
        self.core.size_at(side(is_ask), price)
    }

    fn levels(&self, is_ask: bool) -> Vec<(i64, i64)> {
        self.core.levels(side(is_ask)).collect()
    }

    fn standing(&self, order_id: u64) -> Option<(i64, i64)> {
        self.core.standing(order_id)
    }

    fn __len__(&self) -> usize {
        self.core.len()
    }
}

fn side(is_ask: bool) -> Side {
    if is_ask {
        Side::Ask
    } else {
        Side::Bid
    }
}
