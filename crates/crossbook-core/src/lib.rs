//! Order books, venue decoders, consolidation and scanning in scaled integers.
//!
//! Pure code: no Python, no I/O, no clock. What differs between live trading,
//! a test and a replay is passed in.

pub mod asset;
pub mod batch;
pub mod book;
pub mod checksum;
pub mod consolidated;
pub mod crossing;
pub mod decimal;
pub mod discovery;
pub mod divisor;
pub mod engine;
pub mod error;
pub mod event;
pub mod feed;
pub mod fees;
pub mod histogram;
pub mod instrument;
pub mod json;
pub mod lanes;
pub mod levels;
pub mod matching;
pub mod pending;
pub mod protobuf;
pub mod quotes;
pub mod scanner;
pub mod sequence;
pub mod standby;
pub mod symbols;
pub mod text;
pub mod time;
pub mod tracker;
pub mod venue;
pub mod venues;
