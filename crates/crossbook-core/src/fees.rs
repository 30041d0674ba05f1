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
    /// Rate in parts per million; negative where the venue pays.
    pub rate_ppm: i64,
    /// How it depends on the price.
    pub curve: FeeCurve,
}

/// How a venue rounds the fee of an order, always against who pays it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// The fee is rounded up to the venue's step.
    #[default]
    Fee,
    /// The fee is whatever brings the account to a multiple of the step: what a
    /// buyer pays is rounded up with the fee in it, what a seller gets down.
    ///
    /// Source: Kalshi, fee rounding.
    Cash,
}

/// A price with the fee in it, in millionths of the price unit; `part` holds
/// what is left, in parts of `10^price_decimals`.
///
/// Only prices at one scale can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetPrice {
    millionths: i128,
    part: i64,
}

impl NetPrice {
    /// Above every price: what nobody offers costs more than any bid.
    pub const HIGHEST: Self = Self { millionths: i128::MAX, part: 0 };
    /// Below every price: where nobody bids, a unit brings less than any ask.
    pub const LOWEST: Self = Self { millionths: i128::MIN, part: 0 };
}

/// An exact amount of money: `whole + part / (10^price_decimals × PPM)` money
/// units, where `part` is never negative and its fraction below one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExactMoney {
    whole: i128,
    part: i128,
}

/// What a fee is a share of, summed over the fills of one order:
/// `whole + part / 10^price_decimals` money units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeeBase {
    whole: i128,
    part: i128,
}

impl Fee {
    /// Whether it is at most the price itself, either way.
    ///
    /// A larger one is no venue's. Up to here a worse price stays a worse price
    /// when the fee is added: the slope of `p + r·p` is at least `1 - |r|`, and
    /// so is that of `p + r·p·(1 - p)` and of their counterparts for a seller.
    #[inline]
    pub fn is_sane(self) -> bool {
        i128::from(self.rate_ppm).abs() <= PPM
    }

    /// What a buyer pays for one unit, fee included.
    #[inline]
    pub fn paid(self, price: i64, price_decimals: u8) -> NetPrice {
        self.net(i128::from(self.rate_ppm), price, price_decimals)
    }

    /// What a seller gets for one unit, fee taken off.
    #[inline]
    pub fn received(self, price: i64, price_decimals: u8) -> NetPrice {
        self.net(-i128::from(self.rate_ppm), price, price_decimals)
    }

    /// Add a fill to what the fee is a share of. Nothing is lost, and for sizes
    /// that sum to an `i64` nothing overflows.
    #[inline]
    pub fn add_fill(self, base: &mut FeeBase, price: i64, size: i64, price_decimals: u8) {
        let size = i128::from(size);
        match self.curve {
            FeeCurve::Proportional => base.whole += i128::from(price) * size,
            FeeCurve::Quadratic => {
                let (whole, part) = spread(price, price_decimals);
                base.whole += whole * size;
                base.part += part * size;
            }
        }
    }

    /// The exact fee on `base`; what does not fit becomes the largest there is.
    pub fn total(self, base: FeeBase, price_decimals: u8) -> ExactMoney {
        let one = one(price_decimals);
        let rate = i128::from(self.rate_ppm);
        let (carry, part) = divide(base.part, one);
        let (millions, rest) = divide(base.whole.saturating_add(carry), PPM);
        ExactMoney { whole: millions.saturating_mul(rate), part: 0 }
            .plus((rest * one + part).saturating_mul(rate), one * PPM)
    }

    #[inline]
    fn net(self, rate: i128, price: i64, price_decimals: u8) -> NetPrice {
        let price_ppm = i128::from(price) * PPM;
        match self.curve {
            FeeCurve::Proportional => {
                NetPrice { millionths: price_ppm + i128::from(price) * rate, part: 0 }
            }
            FeeCurve::Quadratic => {
                let one = one(price_decimals);
                let (whole, part) = spread(price, price_decimals);
                let (carry, part) = divide(part * rate, one);
                NetPrice { millionths: price_ppm + whole * rate + carry, part: part as i64 }
            }
        }
    }
}

impl ExactMoney {
    /// An amount of whole money units.
    pub fn new(whole: i128) -> Self {
        Self { whole, part: 0 }
    }

    /// Take off another amount at the same scale; it stops at the smallest amount.
    #[must_use]
    pub fn minus(self, other: Self, price_decimals: u8) -> Self {
        Self { whole: self.whole.saturating_sub(other.whole), part: self.part }
            .plus(-other.part, one(price_decimals) * PPM)
    }

    /// Money units, rounded up.
    #[inline]
    pub fn ceil(self) -> i128 {
        self.whole.saturating_add(i128::from(self.part > 0))
    }

    fn plus(self, part: i128, unit: i128) -> Self {
        let (carry, part) = divide(self.part.saturating_add(part), unit);
        Self { whole: self.whole.saturating_add(carry), part }
    }
}

impl Rounding {
    /// The fee that is charged: `exact` rounded up to `quantum` money units (0
    /// or 1: to whole ones). `cash` is what changes hands without the fee:
    /// positive for a buyer, who pays it, negative for a seller.
    #[inline]
    pub fn charged(self, exact: ExactMoney, quantum: i128, cash: i128) -> i128 {
        let quantum = quantum.max(1);
        let base = match self {
            Self::Fee => 0,
            Self::Cash => cash,
        };
        let total = base.saturating_add(exact.ceil());
        if quantum == 1 {
            return total.saturating_sub(base);
        }
        ceil_div(total, quantum).saturating_mul(quantum).saturating_sub(base)
    }
}

/// Divide and round up; the divisor is positive.
#[inline]
pub fn ceil_div(dividend: i128, divisor: i128) -> i128 {
    let (whole, rest) = divide(dividend, divisor);
    whole + i128::from(rest != 0)
}

/// One unit of quote currency at a scale.
#[inline]
fn one(price_decimals: u8) -> i128 {
    i128::from(POW10[usize::from(price_decimals.min(18))])
}

/// `price × (1 - price)` of a contract that pays 0 or 1, in price units, with
/// the rest of the division; nothing where the price is above 1.
#[inline]
fn spread(price: i64, price_decimals: u8) -> (i128, i128) {
    let one = one(price_decimals);
    let price = i128::from(price.max(0));
    divide(price * (one - price).max(0), one)
}

/// Quotient and rest, which is never negative; the divisor is positive. One
/// division, and in 64 bits where they suffice: in 128 it costs many times more.
#[inline]
fn divide(dividend: i128, divisor: i128) -> (i128, i128) {
    if let (Ok(small), Ok(by)) = (i64::try_from(dividend), i64::try_from(divisor)) {
        return (i128::from(small.div_euclid(by)), i128::from(small.rem_euclid(by)));
    }
    let whole = dividend / divisor;
    let rest = dividend - whole * divisor;
    if rest < 0 {
        (whole - 1, rest + divisor)
    } else {
        (whole, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CENT: i128 = 10_000 * 100;

    /// Prices in millionths, sizes in hundredths: money in 10⁻⁸.
    fn leg(rate_ppm: i64, price: i64, size: i64) -> (ExactMoney, i128) {
        let fee = Fee { rate_ppm, curve: FeeCurve::Quadratic };
        let mut base = FeeBase::default();
        fee.add_fill(&mut base, price, size, 6);
        (fee.total(base, 6), i128::from(price) * i128::from(size))
    }

    #[test]
    fn kalshi_fees_are_those_of_its_own_table() {
        // Columns: price, contracts, fee with a ledger of a cent and of 0.0001.
        for (price, size, cent, finer) in [
            (500_000, 100, 17_500, 17_500),
            (50_000, 100, 3_400, 3_325),
            (330_000, 10, 1_600, 1_548),
            (500_000, 1, 200, 175),
            (55_000, 1, 50, 37),
        ] {
            let (fee, cash) = leg(70_000, price, size * 100);
            assert_eq!(Rounding::Cash.charged(fee, CENT, cash), cent * 10_000, "{price} × {size}");
            let fine = Rounding::Cash.charged(fee, CENT / 100, cash);
            assert_eq!((fine + 9_999) / 10_000, finer, "{price} × {size}");
        }
    }

    #[test]
    fn polymarket_fees_are_those_of_its_own_examples() {
        for (price, size, fee) in
            [(460_000, 100, 99_360_000), (510_000, 100, 99_960_000), (120_000, 1000, 422_400_000)]
        {
            let (exact, cash) = leg(40_000, price, size * 100);
            assert_eq!(exact, ExactMoney::new(fee), "{price} × {size}");
            assert_eq!(Rounding::Fee.charged(exact, 1_000, cash), fee);
        }
    }

    #[test]
    fn a_seller_is_rounded_against_as_well() {
        // 0.055 - 0.003639 = 0.051361, of which the ledger pays 0.05.
        let (fee, cash) = leg(70_000, 55_000, 100);
        assert_eq!(Rounding::Cash.charged(fee, CENT, -cash), 50 * 10_000);
        assert_eq!(Rounding::Fee.charged(fee, CENT, -cash), 100 * 10_000);
    }

    proptest! {
        #[test]
        fn the_exact_fee_is_the_fraction(
            rate_ppm in -1_000_000_i64..=1_000_000,
            quadratic in any::<bool>(),
            fills in proptest::collection::vec((0_i64..=1_200, 0_i64..1_000_000), 0..6),
        ) {
            let curve = if quadratic { FeeCurve::Quadratic } else { FeeCurve::Proportional };
            let fee = Fee { rate_ppm, curve };
            let mut base = FeeBase::default();
            let mut numerator = 0;
            for (price, size) in fills {
                fee.add_fill(&mut base, price, size, 3);
                let share = if quadratic { (1_000 - price).max(0) } else { 1_000 };
                numerator += i128::from(rate_ppm) * i128::from(price * share) * i128::from(size);
            }
            let exact = fee.total(base, 3);
            prop_assert_eq!(exact.whole * 1_000 * PPM + exact.part, numerator);
            prop_assert!((0..1_000 * PPM).contains(&exact.part));
        }

        #[test]
        fn a_better_price_stays_better_after_the_fee(
            rate_ppm in -1_000_000_i64..=1_000_000,
            quadratic in any::<bool>(),
            decimals in 0_u8..=18,
            a in prop_oneof![0_i64.., 0_i64..2_000],
            b in prop_oneof![0_i64.., 0_i64..2_000],
        ) {
            let curve = if quadratic { FeeCurve::Quadratic } else { FeeCurve::Proportional };
            let fee = Fee { rate_ppm, curve };
            let (low, high) = (a.min(b), a.max(b));
            prop_assert!(fee.paid(low, decimals) <= fee.paid(high, decimals));
            prop_assert!(fee.received(low, decimals) <= fee.received(high, decimals));
        }

        #[test]
        fn absurd_numbers_never_panic(
            rate_ppm in any::<i64>(),
            quadratic in any::<bool>(),
            price in any::<i64>(),
            size in any::<i64>(),
            decimals in any::<u8>(),
            quantum in any::<i128>(),
        ) {
            let curve = if quadratic { FeeCurve::Quadratic } else { FeeCurve::Proportional };
            let fee = Fee { rate_ppm, curve };
            let _ = (fee.paid(price, decimals), fee.received(price, decimals));
            let mut base = FeeBase::default();
            fee.add_fill(&mut base, price, size, decimals);
            let exact = fee.total(base, decimals);
            let _ = Rounding::Cash.charged(exact, quantum, i128::MIN);
            let _ = Rounding::Fee.charged(exact, quantum, i128::MAX);
        }
    }
}
