//! The `crossbook._core` extension: conversions and error mapping, nothing else.

use pyo3::prelude::*;

/// The compiled core of crossbook.
#[pymodule]
mod _core {
    /// How the extension was compiled: `release` or `debug`.
    #[pymodule_export]
    const BUILD_PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };
}
