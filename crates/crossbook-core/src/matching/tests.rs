//! The engine against a list of orders that is searched from end to end.

use proptest::prelude::*;

use super::{Fill, NewOrder, Orders, Receipt, TimeInForce};
use crate::batch::Side::{self, Ask, Bid};

fn order(side: Side, price: i64, size: i64, time_in_force: TimeInForce) -> NewOrder {
    NewOrder { owner: 7, side, price, size, time_in_force }
}

/// Resting orders in the order of their arrival.
#[derive(Default)]
struct Model {
    resting: Vec<(u64, NewOrder)>,
    ids: u64,
}

impl Model {
    /// The best order that meets a price: the oldest at the best price.
    fn best(&self, taker: NewOrder) -> Option<usize> {
        let meets = |maker: &NewOrder| match taker.side {
            Bid => maker.side == Ask && maker.price <= taker.price,
            Ask => maker.side == Bid && maker.price >= taker.price,
        };
        let worse = |price: i64| if taker.side == Bid { price } else { -price };
        (0..self.resting.len())
            .filter(|at| meets(&self.resting[*at].1))
            .min_by_key(|at| (worse(self.resting[*at].1.price), *at))
    }

    fn fill(&mut self, taker: NewOrder) -> (Vec<Fill>, i64) {
        let (mut fills, mut left) = (Vec::new(), taker.size);
        while let (true, Some(at)) = (left > 0, self.best(taker)) {
            let (maker, standing) = &mut self.resting[at];
            let size = left.min(standing.size);
            fills.push(Fill {
                maker: *maker,
                maker_owner: standing.owner,
                price: standing.price,
                size,
            });
            standing.size -= size;
            left -= size;
            self.resting.retain(|(_, standing)| standing.size > 0);
        }
        (fills, left)
    }

    fn submit(&mut self, taker: NewOrder) -> Receipt {
        self.ids += 1;
        let before = self.resting.clone();
        let (fills, left) = self.fill(taker);
        let is_refused = match taker.time_in_force {
            TimeInForce::PostOnly => !fills.is_empty(),
            TimeInForce::Fok => left > 0,
            TimeInForce::Gtc | TimeInForce::Ioc => false,
        };
        if is_refused {
            self.resting = before;
            return Receipt { id: self.ids, fills: Vec::new(), resting: 0, is_refused };
        }
        let rests = matches!(taker.time_in_force, TimeInForce::Gtc | TimeInForce::PostOnly);
        let resting = if rests { left } else { 0 };
        if resting > 0 {
            self.resting.push((self.ids, NewOrder { size: resting, ..taker }));
        }
        Receipt { id: self.ids, fills, resting, is_refused }
    }

    fn shrink(&mut self, side: Side, price: i64, size: i64) {
        let mut excess = self.size_at(side, price) - size;
        for (_, standing) in self.resting.iter_mut().rev() {
            if (standing.side, standing.price) == (side, price) && excess > 0 {
                let cut = excess.min(standing.size);
                standing.size -= cut;
                excess -= cut;
            }
        }
        self.resting.retain(|(_, standing)| standing.size > 0);
    }

    fn size_at(&self, side: Side, price: i64) -> i64 {
        let at = self.resting.iter().filter(|(_, o)| (o.side, o.price) == (side, price));
        at.map(|(_, standing)| standing.size).sum()
    }

    fn levels(&self, side: Side) -> Vec<(i64, i64)> {
        let mut prices: Vec<i64> =
            self.resting.iter().filter(|(_, o)| o.side == side).map(|(_, o)| o.price).collect();
        prices.sort_unstable_by_key(|price| if side == Bid { -price } else { *price });
        prices.dedup();
        prices.into_iter().map(|price| (price, self.size_at(side, price))).collect()
    }
}

#[derive(Clone, Debug)]
enum Act {
    Submit(NewOrder),
    Cancel(u64),
    Shrink(Side, i64, i64),
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Bid), Just(Ask)]
}

fn act() -> impl Strategy<Value = Act> {
    let submit = (side(), 1_i64..12, 1_i64..9, 0_usize..4, 0_u32..3).prop_map(
        |(side, price, size, force, owner)| {
            let time_in_force = TimeInForce::ALL[force];
            Act::Submit(NewOrder { owner, side, price, size, time_in_force })
        },
    );
    prop_oneof![
        6 => submit,
        2 => (1_u64..60).prop_map(Act::Cancel),
        1 => (side(), 1_i64..12, 0_i64..9).prop_map(|(side, price, size)| Act::Shrink(side, price, size)),
    ]
}

proptest! {
    #[test]
    fn it_does_what_a_search_through_all_orders_would(acts in prop::collection::vec(act(), 1..80)) {
        let (mut orders, mut model) = (Orders::default(), Model::default());
        for act in acts {
            match act {
                Act::Submit(order) => {
                    prop_assert_eq!(orders.submit(order), Some(model.submit(order)));
                }
                Act::Cancel(id) => {
                    let known = model.resting.iter().position(|(standing, _)| *standing == id);
                    let size = known.map(|at| model.resting.remove(at).1.size);
                    prop_assert_eq!(orders.cancel(id), size);
                }
                Act::Shrink(side, price, size) => {
                    orders.shrink(side, price, size);
                    model.shrink(side, price, size);
                }
            }
            for side in [Bid, Ask] {
                prop_assert_eq!(orders.levels(side).collect::<Vec<_>>(), model.levels(side));
                prop_assert_eq!(orders.best(side), model.levels(side).first().copied());
            }
            prop_assert_eq!(orders.len(), model.resting.len());
            let crosses = orders.best(Bid).zip(orders.best(Ask)).is_some_and(|(b, a)| b.0 >= a.0);
            prop_assert!(!crosses);
            for (id, standing) in &model.resting {
                let ahead = model
                    .resting
                    .iter()
                    .take_while(|(other, _)| other != id)
                    .filter(|(_, o)| (o.side, o.price) == (standing.side, standing.price))
                    .map(|(_, o)| o.size)
                    .sum();
                prop_assert_eq!(orders.standing(*id), Some((standing.size, ahead)));
            }
        }
    }
}

#[test]
fn the_older_order_at_a_price_is_filled_first() {
    let mut orders = Orders::default();
    for size in [2, 3] {
        orders.submit(order(Ask, 10, size, TimeInForce::Gtc));
    }
    let receipt = orders.submit(order(Bid, 11, 4, TimeInForce::Ioc)).expect("it has a size");
    let fills: Vec<_> =
        receipt.fills.iter().map(|fill| (fill.maker, fill.price, fill.size)).collect();
    assert_eq!(fills, [(1, 10, 2), (2, 10, 2)]);
    assert_eq!(orders.size_at(Ask, 10), 1);
}

#[test]
fn an_order_without_a_size_is_none() {
    for size in [0, -1] {
        assert_eq!(Orders::default().submit(order(Bid, 1, size, TimeInForce::Gtc)), None);
    }
}
