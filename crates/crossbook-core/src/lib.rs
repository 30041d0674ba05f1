//! Order books, venue decoders, consolidation and scanning in scaled integers.
//!
//! Pure code: no Python, no I/O, no clock. What differs between live trading,
//! a test and a replay is passed in.

pub mod batch;
pub mod decimal;
pub mod error;
pub mod json;
pub mod protobuf;
pub mod text;
pub mod time;
pub mod venue;
pub mod venues;
