//! The `crossbook._core` extension: conversions and error mapping, nothing else.

// Signatures are Python's; what a caller may rely on stands in `_core.pyi`.
#![allow(clippy::needless_pass_by_value, clippy::missing_errors_doc)]

use pyo3::prelude::*;

mod best;
mod book;
mod discovery;
mod engine;
mod errors;
mod frame;
mod histogram;
mod numbers;
mod orders;

/// The compiled core of crossbook.
#[pymodule]
mod _core {
    use crossbook_core::batch::Control;
    use crossbook_core::error::DecodeError;

    #[pymodule_export]
    use crate::book::Book;
    #[pymodule_export]
    use crate::discovery::Discovery;
    #[pymodule_export]
    use crate::engine::{Engine, Feed};
    #[pymodule_export]
    use crate::histogram::Histogram;
    #[pymodule_export]
    use crate::numbers::{format_decimal, parse_decimal};
    #[pymodule_export]
    use crate::orders::Orders;

    /// The kinds of control messages, in the order of their numbers.
    #[pymodule_export]
    const CONTROLS: [&str; Control::ALL.len()] = {
        let mut names = [""; Control::ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = Control::ALL[at].name();
            at += 1;
        }
        names
    };

    /// The kinds of decode errors, in the order of their numbers.
    #[pymodule_export]
    const DECODE_ERRORS: [&str; DecodeError::ALL.len()] = {
        let mut names = [""; DecodeError::ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = DecodeError::ALL[at].name();
            at += 1;
        }
        names
    };

    /// How the extension was compiled: `release` or `debug`.
    #[pymodule_export]
    const BUILD_PROFILE: &str = if cfg!(debug_assertions) { "debug" } else { "release" };
}
