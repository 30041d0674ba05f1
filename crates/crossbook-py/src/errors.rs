//! Errors of the core as the package's own exceptions.

use crossbook_core::error::{EngineError, NumberError};
use pyo3::import_exception;
use pyo3::prelude::*;

import_exception!(crossbook.errors, DuplicateInstrumentError);
import_exception!(crossbook.errors, NumberRangeError);
import_exception!(crossbook.errors, NumberSyntaxError);
import_exception!(crossbook.errors, PrecisionError);
import_exception!(crossbook.errors, ScaleMismatchError);
import_exception!(crossbook.errors, UnknownVenueError);

/// A number that could not be taken at `decimals` decimals.
pub fn number(error: NumberError, text: &str, decimals: u8) -> PyErr {
    match error {
        NumberError::Syntax => NumberSyntaxError::new_err(text.to_owned()),
        NumberError::Inexact => PrecisionError::new_err((text.to_owned(), decimals)),
        _ => NumberRangeError::new_err((text.to_owned(), decimals)),
    }
}

/// An instrument that could not be registered.
pub fn engine(error: EngineError, instrument_id: &str) -> PyErr {
    let id = instrument_id.to_owned();
    match error {
        EngineError::DuplicateSymbol { native, .. } => {
            DuplicateInstrumentError::new_err((id, native))
        }
        EngineError::AssetScale { asset, expected, received } => {
            ScaleMismatchError::new_err((id, asset, expected, received))
        }
        EngineError::Scale { price_decimals, size_decimals } => {
            NumberRangeError::new_err((id, price_decimals.max(size_decimals)))
        }
        _ => pyo3::exceptions::PyRuntimeError::new_err(error.to_string()),
    }
}
