//! What the core must know of an instrument.

use crate::batch::Outcome;
use crate::decimal::{DECIMALS_MAX, POW10};
use crate::fees::{Fee, Rounding};
use crate::venue::Venue;

/// An instrument as it is registered. All integers are at its storage scale.
#[derive(Clone, Debug)]
pub struct Instrument {
    /// Where it trades.
    pub venue: Venue,
    /// The venue's own symbols for it; the first is the main one.
    pub natives: Vec<String>,
    /// Which leg, where the symbol names two.
    pub outcome: Outcome,
    /// Decimals of prices.
    pub price_decimals: u8,
    /// Decimals of sizes.
    pub size_decimals: u8,
    /// Prices of orders are multiples of it; 0: unknown.
    pub tick: i64,
    /// Sizes of orders are multiples of it; 0: unknown.
    pub lot: i64,
    /// Smallest size of an order; 0: none.
    pub min_size: i64,
    /// Largest size of an order; 0: none.
    pub max_size: i64,
    /// Smallest price × size of an order; 0: none.
    pub min_notional: i128,
    /// What the venue takes from a taker.
    pub fee: Fee,
    /// The venue rounds fees up to this many decimals of the quote currency; `None`: it does not.
    pub fee_decimals: Option<u8>,
    /// What is the same across venues: instruments of one asset are merged.
    pub asset: String,
    /// The venue keeps only so many levels a side; 0: not known, or all.
    pub depth: u32,
    /// Decimals of prices and sizes in the venue's checksum; `None`: as sent.
    pub checksum_decimals: Option<(u8, u8)>,
}

impl Instrument {
    /// Whether its scale can be held.
    pub fn has_valid_scale(&self) -> bool {
        self.price_decimals <= DECIMALS_MAX && self.size_decimals <= DECIMALS_MAX
    }

    /// What the venue rounds to that step.
    pub fn rounding(&self) -> Rounding {
        if self.venue == Venue::Kalshi {
            Rounding::Cash
        } else {
            Rounding::Fee
        }
    }

    /// The step that fees are rounded up to, in money units `10^-(price_decimals + size_decimals)`.
    pub fn fee_quantum(&self) -> i128 {
        let money = self.price_decimals + self.size_decimals;
        let steps = self.fee_decimals.map_or(0, |decimals| money.saturating_sub(decimals));
        let (high, low) = (steps / 18, steps % 18);
        let high = i128::from(POW10[18]).checked_pow(u32::from(high)).unwrap_or(1);
        high.saturating_mul(i128::from(POW10[usize::from(low)]))
    }
}
