//! Checksums that venues send over the best levels of a book.
//!
//! They are taken over printed digits, so a number must be printed as the venue
//! prints it. Both are CRC-32 as in IEEE 802.3, as zlib computes it.

mod digits;
mod kraken;
mod okx;

pub use kraken::KrakenChecksum;
pub use okx::okx_checksum;

/// A price and the size at it, at the book's storage scale.
type Level = (i64, i64);
