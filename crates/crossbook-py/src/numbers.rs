//! Decimal text and scaled integers.

use crossbook_core::decimal;
use pyo3::prelude::*;

use crate::errors;

/// Read decimal text as an integer at a scale, exactly.
#[pyfunction]
pub fn parse_decimal(text: &str, decimals: u8) -> PyResult<i64> {
    decimal::parse(text.as_bytes())
        .and_then(|value| value.at_scale(decimals))
        .map_err(|error| errors::number(error, text, decimals))
}

/// Write a scaled integer as decimal text without trailing zeros.
#[pyfunction]
pub fn format_decimal(value: i64, decimals: u8) -> PyResult<String> {
    if decimals > decimal::DECIMALS_MAX {
        return Err(errors::NumberRangeError::new_err((value.to_string(), decimals)));
    }
    Ok(decimal::format(value, decimals))
}
