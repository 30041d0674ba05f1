//! Buy on one venue, sell on another: the size that pays most.
//!
//! # What is maximised
//!
//! The exact profit of a size is what its units bring on the bids, best first,
//! less what they cost on the asks, best first, less both fees before any
//! rounding: a rational number. With every further unit the ask is no lower and
//! the bid no higher, and a fee of at most the price itself never turns a worse
//! price into a better one ([`Fee::is_sane`]), also on the quadratic curve,
//! where it is linear in the size within a level. So the exact profit is a
//! concave, piecewise linear function of the size, and three facts find its
//! maximum over the sizes that may be sent:
//!
//! - without rules it lies where the next unit stops to pay;
//! - with a common lot it lies on one of the two multiples around that size;
//! - below the smallest allowed size it lies on that smallest size, since from
//!   there on the profit only falls. Notionals grow with the size, hence minimum
//!   notionals are minimum sizes as well.
//!
//! Among sizes of equal profit the smallest counts: it needs the least capital.
//! Fees are rounded, per order and against us, once the size is chosen. Rounding
//! is worth less than one step of a venue's ledger a leg, and a search through
//! all roundings would chase that step through the whole depth.
//!
//! The money unit is `10^-(price_decimals + size_decimals)`.

use crate::fees::{ceil_div, ExactMoney, Fee, FeeBase, Rounding};

/// A venue's rules for an order that takes, at the asset's scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Sizes are multiples of it; 0 or 1: any size.
    pub lot: i64,
    /// Smallest size; 0: none.
    pub min_size: i64,
    /// Largest size, where there is one.
    pub max_size: Option<i64>,
    /// Smallest price × size, in money units; 0: none.
    pub min_notional: i128,
    /// The taker's fee.
    pub fee: Fee,
    /// The venue's step of money for fees, in money units; 0 or 1: one unit.
    pub fee_quantum: i128,
    /// What is rounded to that step.
    pub rounding: Rounding,
}

/// What buying and selling at once brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Size of both legs.
    pub size: i64,
    /// Highest price that is paid: the limit of the buying order.
    pub buy_limit: i64,
    /// Lowest price that is taken: the limit of the selling order.
    pub sell_limit: i64,
    /// What the bought units cost without fee, in money units.
    pub cost: i128,
    /// What the sold units bring without fee, in money units.
    pub proceeds: i128,
    /// The buyer's fee, rounded up.
    pub buy_fee: i128,
    /// The seller's fee, rounded up.
    pub sell_fee: i128,
    /// `proceeds - cost - buy_fee - sell_fee`.
    pub profit: i128,
}

/// One side of the trade: the levels it takes from, best first, and the rules.
#[derive(Clone, Copy, Debug)]
pub struct Leg<'a, I> {
    /// `(price, size)`, neither of them negative.
    pub levels: I,
    /// The venue's rules.
    pub terms: &'a Terms,
}

/// The most profitable size of buying from `buy` and selling to `sell`; `None`
/// unless it brings at least `min_profit` and more than nothing.
///
/// Both legs are at one scale. What does not fit the integers, such as a common
/// multiple of both lots past 63 bits, or a fee above the price, is no crossing.
///
/// Cost: a walk over the levels up to the size, a few times over; no allocation.
pub fn optimum<A, B>(
    buy: &Leg<'_, A>,
    sell: &Leg<'_, B>,
    price_decimals: u8,
    min_profit: i128,
) -> Option<Crossing>
where
    A: Iterator<Item = (i64, i64)> + Clone,
    B: Iterator<Item = (i64, i64)> + Clone,
{
    if !buy.terms.fee.is_sane() || !sell.terms.fee.is_sane() {
        return None;
    }
    let lot = common_lot(buy.terms.lot, sell.terms.lot)?;
    let most = buy.largest().min(sell.largest());
    let most = most - most % lot;
    let peak = peak(buy, sell, price_decimals, most);
    if peak == 0 {
        return None;
    }
    let least = next_multiple(buy.smallest()?.max(sell.smallest()?), lot)?;
    if least > most {
        return None;
    }
    let below = peak - peak % lot;
    let trade = if below < least {
        Trade::new(buy, sell, price_decimals, least)?
    } else {
        let lower = Trade::new(buy, sell, price_decimals, below)?;
        let above = (below != peak && most - below >= lot)
            .then(|| Trade::new(buy, sell, price_decimals, below + lot))
            .flatten();
        above.filter(|above| above.exact > lower.exact).unwrap_or(lower)
    };
    let crossing = trade.rounded(buy.terms, sell.terms);
    (crossing.profit >= min_profit.max(1)).then_some(crossing)
}

/// A size with what it takes and what it brings, nothing rounded yet.
struct Trade {
    size: i64,
    bought: Filled,
    sold: Filled,
    exact: ExactMoney,
}

/// What an order of some size takes from one side.
struct Filled {
    cash: i128,
    limit: i64,
    fee: ExactMoney,
}

impl Trade {
    /// `None` if the levels do not hold that size.
    fn new<A, B>(buy: &Leg<'_, A>, sell: &Leg<'_, B>, price_decimals: u8, size: i64) -> Option<Self>
    where
        A: Iterator<Item = (i64, i64)> + Clone,
        B: Iterator<Item = (i64, i64)> + Clone,
    {
        let bought = buy.fill(size, price_decimals)?;
        let sold = sell.fill(size, price_decimals)?;
        let exact = ExactMoney::new(sold.cash - bought.cash)
            .minus(bought.fee, price_decimals)
            .minus(sold.fee, price_decimals);
        Some(Self { size, bought, sold, exact })
    }

    fn rounded(&self, buyer: &Terms, seller: &Terms) -> Crossing {
        let (cost, proceeds) = (self.bought.cash, self.sold.cash);
        let buy_fee = buyer.charged(self.bought.fee, cost);
        let sell_fee = seller.charged(self.sold.fee, -proceeds);
        Crossing {
            size: self.size,
            buy_limit: self.bought.limit,
            sell_limit: self.sold.limit,
            cost,
            proceeds,
            buy_fee,
            sell_fee,
            profit: (proceeds - cost).saturating_sub(buy_fee).saturating_sub(sell_fee),
        }
    }
}

impl Terms {
    fn charged(&self, fee: ExactMoney, cash: i128) -> i128 {
        self.rounding.charged(fee, self.fee_quantum, cash)
    }
}

impl<I: Iterator<Item = (i64, i64)> + Clone> Leg<'_, I> {
    fn largest(&self) -> i64 {
        self.terms.max_size.unwrap_or(i64::MAX).max(0)
    }

    /// Smallest size that the venue takes; `None` if its levels are worth less
    /// than the minimum notional.
    fn smallest(&self) -> Option<i64> {
        let least = self.terms.min_size.max(1);
        let mut missing = self.terms.min_notional;
        if missing <= 0 {
            return Some(least);
        }
        let mut size = 0_i64;
        for (price, available) in self.levels.clone() {
            let notional = i128::from(price) * i128::from(available);
            if notional >= missing {
                let rest = i64::try_from(ceil_div(missing, i128::from(price))).ok()?;
                return Some(size.checked_add(rest)?.max(least));
            }
            missing -= notional;
            size = size.checked_add(available)?;
        }
        None
    }

    fn fill(&self, size: i64, price_decimals: u8) -> Option<Filled> {
        let fee = self.terms.fee;
        let mut base = FeeBase::default();
        let (mut cash, mut missing) = (0, size);
        for (price, available) in self.levels.clone() {
            let taken = available.min(missing);
            cash += i128::from(price) * i128::from(taken);
            fee.add_fill(&mut base, price, taken, price_decimals);
            missing -= taken;
            if missing == 0 {
                let fee = fee.total(base, price_decimals);
                return Some(Filled { cash, limit: price, fee });
            }
        }
        None
    }
}

/// The size from which on a further unit does not pay, `most` at the most: the
/// smallest of those with the largest exact profit.
fn peak<A, B>(buy: &Leg<'_, A>, sell: &Leg<'_, B>, price_decimals: u8, most: i64) -> i64
where
    A: Iterator<Item = (i64, i64)> + Clone,
    B: Iterator<Item = (i64, i64)> + Clone,
{
    let (buyer, seller) = (buy.terms.fee, sell.terms.fee);
    let mut asks = buy.levels.clone().map(|(p, size)| (buyer.paid(p, price_decimals), size));
    let mut bids = sell.levels.clone().map(|(p, size)| (seller.received(p, price_decimals), size));
    let (mut ask, mut bid) = (asks.next(), bids.next());
    let mut size = 0_i64;
    while let (Some((paid, offered)), Some((received, wanted))) = (&mut ask, &mut bid) {
        if *paid >= *received || size == most {
            break;
        }
        let step = (*offered).min(*wanted).min(most - size);
        size += step;
        *offered -= step;
        *wanted -= step;
        let (ask_is_used_up, bid_is_used_up) = (*offered == 0, *wanted == 0);
        if ask_is_used_up {
            ask = asks.next();
        }
        if bid_is_used_up {
            bid = bids.next();
        }
    }
    size
}

/// Smallest size that is a multiple of both lots.
fn common_lot(one: i64, other: i64) -> Option<i64> {
    let (one, other) = (one.max(1), other.max(1));
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    one.checked_mul(other / divisor)
}

/// The first multiple of `lot` at or above `size`, which is at least 1.
fn next_multiple(size: i64, lot: i64) -> Option<i64> {
    match size % lot {
        0 => Some(size),
        rest => size.checked_add(lot - rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fees::{FeeCurve, PPM};
    use proptest::prelude::*;

    const DECIMALS: u8 = 2;
    const ONE: i128 = 100;

    type Side = Vec<(i64, i64)>;

    fn find(asks: &Side, buyer: &Terms, bids: &Side, seller: &Terms) -> Option<Crossing> {
        let buy = Leg { levels: asks.iter().copied(), terms: buyer };
        let sell = Leg { levels: bids.iter().copied(), terms: seller };
        optimum(&buy, &sell, DECIMALS, 0)
    }

    /// Money, fee numerator over `PPM × ONE`, and the last price of taking `size`.
    fn take(levels: &Side, size: i64, fee: Fee) -> Option<(i128, i128, i64)> {
        let (mut cash, mut numerator, mut missing) = (0, 0, size);
        for &(price, available) in levels {
            let taken = i128::from(available.min(missing));
            let p = i128::from(price);
            cash += p * taken;
            numerator += i128::from(fee.rate_ppm)
                * p
                * taken
                * match fee.curve {
                    FeeCurve::Proportional => ONE,
                    FeeCurve::Quadratic => (ONE - p).max(0),
                };
            missing -= taken as i64;
            if missing == 0 {
                return Some((cash, numerator, price));
            }
        }
        None
    }

    fn rounded_up(numerator: i128, unit: i128) -> i128 {
        let mut steps = numerator / unit;
        while steps * unit < numerator {
            steps += 1;
        }
        while (steps - 1) * unit >= numerator {
            steps -= 1;
        }
        steps
    }

    fn model_fee(terms: &Terms, numerator: i128, cash: i128) -> i128 {
        let quantum = terms.fee_quantum.max(1);
        match terms.rounding {
            Rounding::Fee => rounded_up(numerator, quantum * PPM * ONE) * quantum,
            Rounding::Cash => {
                rounded_up(cash * PPM * ONE + numerator, quantum * PPM * ONE) * quantum - cash
            }
        }
    }

    fn allows(terms: &Terms, size: i64, cash: i128) -> bool {
        size % terms.lot.max(1) == 0
            && size >= terms.min_size
            && terms.max_size.is_none_or(|most| size <= most)
            && cash >= terms.min_notional
    }

    /// Every size that may be sent, each computed alone.
    fn brute_force(asks: &Side, buyer: &Terms, bids: &Side, seller: &Terms) -> Option<Crossing> {
        let mut best: Option<(i128, Crossing)> = None;
        for size in 1..=asks.iter().map(|(_, size)| size).sum() {
            let Some((cost, buy, buy_limit)) = take(asks, size, buyer.fee) else { break };
            let Some((proceeds, sell, sell_limit)) = take(bids, size, seller.fee) else { break };
            if !allows(buyer, size, cost) || !allows(seller, size, proceeds) {
                continue;
            }
            let exact = (proceeds - cost) * PPM * ONE - buy - sell;
            if best.is_some_and(|(known, _)| known >= exact) {
                continue;
            }
            let buy_fee = model_fee(buyer, buy, cost);
            let sell_fee = model_fee(seller, sell, -proceeds);
            let profit = proceeds - cost - buy_fee - sell_fee;
            let crossing =
                Crossing { size, buy_limit, sell_limit, cost, proceeds, buy_fee, sell_fee, profit };
            best = Some((exact, crossing));
        }
        best.map(|(_, crossing)| crossing).filter(|crossing| crossing.profit > 0)
    }

    fn side(is_ask: bool) -> impl Strategy<Value = Side> {
        proptest::collection::btree_map(30_i64..105, 0_i64..15, 0..6).prop_map(move |levels| {
            if is_ask {
                levels.into_iter().map(|(price, size)| (price - 25, size)).collect()
            } else {
                levels.into_iter().rev().collect()
            }
        })
    }

    fn terms() -> impl Strategy<Value = Terms> {
        let rate = prop_oneof![
            2 => Just(0_i64), 5 => 0_i64..200_000, 1 => -50_000_i64..0, 1 => 0_i64..=1_000_000,
        ];
        let max_size = prop_oneof![3 => Just(None), 1 => (0_i64..40).prop_map(Some)];
        let sizes = (0_i64..7, prop_oneof![Just(0_i64), 0_i64..20], max_size);
        let money = (prop_oneof![Just(0_i128), 0_i128..1_500], 0_i128..60);
        (sizes, money, rate, any::<bool>(), any::<bool>()).prop_map(
            |(
                (lot, min_size, max_size),
                (min_notional, fee_quantum),
                rate_ppm,
                curve,
                rounding,
            )| {
                let curve = if curve { FeeCurve::Quadratic } else { FeeCurve::Proportional };
                let rounding = if rounding { Rounding::Cash } else { Rounding::Fee };
                let fee = Fee { rate_ppm, curve };
                Terms { lot, min_size, max_size, min_notional, fee, fee_quantum, rounding }
            },
        )
    }

    fn absurd() -> impl Strategy<Value = i64> {
        prop_oneof![0_i64.., 0_i64..100, Just(i64::MAX), (i64::MAX - 100)..]
    }

    fn absurd_terms() -> impl Strategy<Value = Terms> {
        let sizes = (any::<i64>(), any::<i64>(), proptest::option::of(any::<i64>()));
        let small = (0_i64..5, 0_i64..5, Just(None));
        (prop_oneof![sizes, small], any::<i128>(), any::<i128>(), any::<i64>(), any::<u8>())
            .prop_map(|((lot, min_size, max_size), notional, quantum, rate, bits)| {
                let pick = |bit: u8| bits & (1 << bit) != 0;
                let rate_ppm = if pick(0) { rate } else { rate % 1_000_001 };
                let curve = if pick(1) { FeeCurve::Quadratic } else { FeeCurve::Proportional };
                let rounding = if pick(2) { Rounding::Cash } else { Rounding::Fee };
                let min_notional = if pick(3) { notional } else { notional % 100 };
                let fee_quantum = if pick(4) { quantum } else { quantum % 100 };
                let fee = Fee { rate_ppm, curve };
                Terms { lot, min_size, max_size, min_notional, fee, fee_quantum, rounding }
            })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn no_size_pays_more(
            asks in side(true), buyer in terms(), bids in side(false), seller in terms(),
        ) {
            prop_assert_eq!(
                find(&asks, &buyer, &bids, &seller),
                brute_force(&asks, &buyer, &bids, &seller)
            );
        }

        #[test]
        fn absurd_numbers_never_panic(
            mut asks in proptest::collection::vec((absurd(), absurd()), 0..5),
            buyer in absurd_terms(),
            mut bids in proptest::collection::vec((absurd(), absurd()), 0..5),
            seller in absurd_terms(),
            decimals in any::<u8>(),
        ) {
            asks.sort_unstable();
            bids.sort_unstable_by(|a, b| b.cmp(a));
            let buy = Leg { levels: asks.iter().copied(), terms: &buyer };
            let sell = Leg { levels: bids.iter().copied(), terms: &seller };
            if let Some(crossing) = optimum(&buy, &sell, decimals, 0) {
                prop_assert!(crossing.size > 0 && crossing.profit > 0);
            }
        }
    }

    #[test]
    fn two_prediction_venues_pay_what_is_left_after_both_fees() {
        // 250 contracts, YES bought at 0.46 and sold at 0.50; prices in 10⁻⁴, sizes in 10⁻².
        let fee = |rate_ppm| Fee { rate_ppm, curve: FeeCurve::Quadratic };
        let buyer = Terms { fee: fee(40_000), fee_quantum: 10, ..Terms::default() };
        let rounding = Rounding::Cash;
        let seller = Terms { fee: fee(70_000), fee_quantum: 10_000, rounding, ..Terms::default() };
        let buy = Leg { levels: [(4_600, 25_000)].into_iter(), terms: &buyer };
        let sell = Leg { levels: [(5_000, 25_000)].into_iter(), terms: &seller };
        let found = optimum(&buy, &sell, 4, 0);
        assert_eq!(
            found,
            Some(Crossing {
                size: 25_000,
                buy_limit: 4_600,
                sell_limit: 5_000,
                cost: 115_000_000,
                proceeds: 125_000_000,
                buy_fee: 2_484_000,
                sell_fee: 4_380_000,
                profit: 3_136_000,
            })
        );
        assert_eq!(optimum(&buy, &sell, 4, 3_136_000), found);
        assert_eq!(optimum(&buy, &sell, 4, 3_136_001), None);
    }

    #[test]
    fn a_walk_ends_before_the_unit_that_only_breaks_even() {
        let free = Terms::default();
        let asks = vec![(50, 3), (52, 4), (55, 9)];
        let bids = vec![(56, 5), (55, 9), (51, 9)];
        let found = find(&asks, &free, &bids, &free);
        let summary = found.map(|c| (c.size, c.buy_limit, c.sell_limit, c.profit));
        assert_eq!(summary, Some((7, 52, 55, 3 * 6 + 2 * 4 + 2 * 3)));
    }

    #[test]
    fn lots_that_do_not_divide_each_other_meet_in_their_common_multiple() {
        let lots = |lot| Terms { lot, ..Terms::default() };
        let found = find(&vec![(50, 29)], &lots(4), &vec![(51, 29)], &lots(6));
        assert_eq!(found.map(|crossing| crossing.size), Some(24));
        let prime = lots((1 << 61) - 1);
        assert_eq!(find(&vec![(50, 29)], &prime, &vec![(51, 29)], &lots(6)), None);
    }

    #[test]
    fn a_minimum_may_force_units_that_lose() {
        // Two units win 10 each, the third and fourth lose 1 each.
        let (asks, bids) = (vec![(40, 2), (51, 9)], vec![(50, 9)]);
        let least = |min_size| Terms { min_size, ..Terms::default() };
        let found = find(&asks, &least(4), &bids, &least(0));
        assert_eq!(found.map(|c| (c.size, c.profit)), Some((4, 18)));
        assert_eq!(find(&asks, &least(12), &bids, &least(0)), None);
    }
}
