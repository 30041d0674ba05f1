//! The checksums that venues send beside their books.

use crate::batch::{Proof, Side};
use crate::book::Book;
use crate::checksum::{okx_checksum, KrakenChecksum};

/// Working state of the checksums of one book; nothing for venues without.
#[derive(Debug, Default)]
pub(super) struct Checksums {
    kraken: Option<Box<KrakenChecksum>>,
}

impl Checksums {
    /// The venue's checksum and ours; one that none has if the
    /// book cannot be printed as the venue does.
    ///
    /// `scale` and `printed` are the decimals of prices and sizes as stored and as sent.
    pub(super) fn compare(
        &mut self,
        proof: Proof,
        book: &Book,
        scale: (u8, u8),
        printed: (u8, u8),
    ) -> (i64, i64) {
        let (asks, bids) = (book.side(Side::Ask), book.side(Side::Bid));
        match proof {
            Proof::KrakenChecksum(theirs) => {
                let kraken = self.kraken.get_or_insert_default();
                let ours = kraken.compute(asks, bids, scale, printed).map_or(-1, i64::from);
                (i64::from(theirs), ours)
            }
            Proof::OkxChecksum(theirs) => {
                let ours = okx_checksum(bids.iter(), asks.iter(), scale.0, scale.1);
                (i64::from(theirs), ours.map_or(i64::MIN, i64::from))
            }
            Proof::None | Proof::Best { .. } | Proof::Hash { .. } => (0, 0),
        }
    }

    /// Bytes that it holds.
    pub(super) fn memory_bytes(&self) -> usize {
        self.kraken.as_ref().map_or(0, |_| size_of::<KrakenChecksum>())
    }
}
