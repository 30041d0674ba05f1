//! What a venue takes for a fill.

use crate::decimal::POW10;

/// Parts in one million: the unit of fee rates.
pub const PPM: i128 = 1_000_000;

/// How a fee depends on the price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeeCurve {
    /// `rate × price × size`: exchanges.
    #[default]
    Proportional,
    /// `rate × price × (1 - price) × size`: contracts that pay 0 or 1.
    ///
    /// Source: Kalshi fee schedule; Polymarket fees, exponent 1.
    Quadratic,
}

/// A taker's fee, charged in quote currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fee {
    /// Rate in parts per million.
    pub rate_ppm: i64,
    /// How it depends on the price.
    pub curve: FeeCurve,
}

impl Fee {
    /// Fee on filling `size` at `price`, in millionths of the money unit
    /// `10^-(price_decimals + size_decimals)`, exact for a proportional fee.
    ///
    /// A quadratic fee is rounded up to the next millionth: its exact value has
    /// more digits than money at this scale. What does not fit becomes the
    /// largest fee there is: an absurd size never looks cheap.
    #[inline]
    pub fn on_fill_ppm(self, price: i64, size: i64, price_decimals: u8) -> i128 {
        let notional = i128::from(price) * i128::from(size);
        let rate = i128::from(self.rate_ppm);
        match self.curve {
            FeeCurve::Proportional => notional.saturating_mul(rate),
            FeeCurve::Quadratic => {
                let one = i128::from(POW10[usize::from(price_decimals.min(18))]);
                let rest = (one - i128::from(price)).max(0);
                ceil_div(notional.saturating_mul(rate).saturating_mul(rest), one)
            }
        }
    }
}

/// Divide and round up; the divisor is positive.
#[inline]
pub fn ceil_div(dividend: i128, divisor: i128) -> i128 {
    dividend.div_euclid(divisor) + i128::from(dividend.rem_euclid(divisor) != 0)
}
