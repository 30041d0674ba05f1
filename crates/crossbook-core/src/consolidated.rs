//! The consolidated book of one asset: a view over the books of its venues.
//!
//! Nothing is stored twice. A venue's snapshot therefore replaces its own sizes
//! and no other's, and a venue that is not live is left out by not being passed.
//! Bids of one venue at or above asks of another are normal here.

use crate::batch::Side;
use crate::book::Book;

/// One side of a consolidated book, walked from its best level on.
///
/// Made by [`levels`]. Finding the next level costs one look at each member.
#[derive(Clone, Debug)]
pub struct Levels<I> {
    side: Side,
    heads: Vec<Head<I>>,
}

/// Where the walk through one member stands.
#[derive(Clone, Debug)]
struct Head<I> {
    member: u32,
    price: i64,
    size: i64,
    rest: I,
}

/// One side over all `members`, each a member number and its book.
///
/// It allocates once, a few words a member.
pub fn levels<'a>(
    side: Side,
    members: impl IntoIterator<Item = (u32, &'a Book)>,
) -> Levels<impl Iterator<Item = (i64, i64)> + Clone + 'a> {
    let heads = members
        .into_iter()
        .filter_map(|(member, book)| {
            let mut rest = book.side(side).iter();
            rest.next().map(|(price, size)| Head { member, price, size, rest })
        })
        .collect();
    Levels { side, heads }
}

/// The best price of one side and the size at it over all members.
#[inline]
pub fn best<'a>(side: Side, members: impl IntoIterator<Item = &'a Book>) -> Option<(i64, i128)> {
    let mut best: Option<(i64, i128)> = None;
    for (price, size) in members.into_iter().filter_map(|book| book.side(side).best()) {
        match &mut best {
            Some((known, total)) if *known == price => *total += i128::from(size),
            Some((known, _)) if !is_better(side, price, *known) => {}
            _ => best = Some((price, i128::from(size))),
        }
    }
    best
}

/// The size at one price over all members; `sizes` is emptied and receives the
/// size of each member that has one there.
#[inline]
pub fn total_at<'a>(
    side: Side,
    price: i64,
    members: impl IntoIterator<Item = (u32, &'a Book)>,
    sizes: &mut Vec<(u32, i64)>,
) -> i128 {
    sizes.clear();
    let mut total = 0;
    for (member, book) in members {
        let size = book.side(side).size_at(price);
        if size != 0 {
            sizes.push((member, size));
            total += i128::from(size);
        }
    }
    total
}

impl<I: Iterator<Item = (i64, i64)>> Levels<I> {
    /// The next level: its price and the size over all members. `sizes` is
    /// emptied and receives the size of each member that stands there, in the
    /// order in which the members were passed.
    #[inline]
    pub fn next_level(&mut self, sizes: &mut Vec<(u32, i64)>) -> Option<(i64, i128)> {
        sizes.clear();
        let side = self.side;
        let mut prices = self.heads.iter().map(|head| head.price);
        let first = prices.next()?;
        let price = prices.fold(first, |best, price| match side {
            Side::Bid => best.max(price),
            Side::Ask => best.min(price),
        });
        let mut total = 0;
        let mut has_ended = false;
        for head in self.heads.iter_mut().filter(|head| head.price == price) {
            sizes.push((head.member, head.size));
            total += i128::from(head.size);
            let next = head.rest.next();
            has_ended |= next.is_none();
            // A level without size is never stored, so no size marks the end.
            (head.price, head.size) = next.unwrap_or_default();
        }
        if has_ended {
            self.heads.retain(|head| head.size != 0);
        }
        Some((price, total))
    }
}

#[inline]
fn is_better(side: Side, price: i64, other: i64) -> bool {
    match side {
        Side::Bid => price > other,
        Side::Ask => price < other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::BookKind;
    use crate::book::ScaledLevel;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const MEMBERS: u32 = 4;

    type Model = BTreeMap<i64, BTreeMap<u32, i64>>;
    type Row = (i64, i128, Vec<(u32, i64)>);

    #[derive(Clone, Debug)]
    enum Op {
        Apply { member: u32, is_snapshot: bool, levels: Vec<ScaledLevel> },
        Leave { member: u32 },
    }

    fn level() -> impl Strategy<Value = ScaledLevel> {
        (any::<bool>(), 0_i64..30, prop_oneof![0_i64..4, Just(i64::MAX)]).prop_map(
            |(is_bid, price, size)| {
                let side = if is_bid { Side::Bid } else { Side::Ask };
                ScaledLevel { side, price, size }
            },
        )
    }

    fn op() -> impl Strategy<Value = Op> {
        let levels = proptest::collection::vec(level(), 0..12);
        prop_oneof![
            8 => (0..MEMBERS, any::<bool>(), levels)
                .prop_map(|(member, is_snapshot, levels)| Op::Apply { member, is_snapshot, levels }),
            1 => (0..MEMBERS).prop_map(|member| Op::Leave { member }),
        ]
    }

    /// Both sides of the model, as the operations say.
    #[derive(Default)]
    struct Models([Model; 2]);

    impl Models {
        fn leave(&mut self, member: u32) {
            for model in &mut self.0 {
                for sizes in model.values_mut() {
                    sizes.remove(&member);
                }
                model.retain(|_, sizes| !sizes.is_empty());
            }
        }

        fn set(&mut self, member: u32, level: ScaledLevel) {
            let sizes = self.0[level.side as usize].entry(level.price).or_default();
            if level.size == 0 {
                sizes.remove(&member);
            } else {
                sizes.insert(member, level.size);
            }
            self.0[level.side as usize].retain(|_, sizes| !sizes.is_empty());
        }

        fn rows(&self, side: Side) -> Vec<Row> {
            let rows = self.0[side as usize].iter().map(|(price, sizes)| {
                let total = sizes.values().copied().map(i128::from).sum();
                (*price, total, sizes.iter().map(|(member, size)| (*member, *size)).collect())
            });
            match side {
                Side::Bid => rows.rev().collect(),
                Side::Ask => rows.collect(),
            }
        }
    }

    fn check(books: &[Option<Book>], models: &Models) -> Result<(), TestCaseError> {
        let live = || (0..).zip(books).filter_map(|(member, book)| Some((member, book.as_ref()?)));
        let mut sizes = Vec::new();
        for side in [Side::Bid, Side::Ask] {
            let expected = models.rows(side);
            let mut view = levels(side, live());
            let mut rows: Vec<Row> = Vec::new();
            while let Some((price, total)) = view.next_level(&mut sizes) {
                rows.push((price, total, sizes.clone()));
            }
            prop_assert_eq!(&rows, &expected);
            let top = expected.first().map(|(price, total, _)| (*price, *total));
            prop_assert_eq!(best(side, live().map(|(_, book)| book)), top);
            for price in 0..30 {
                let row = expected.iter().find(|row| row.0 == price);
                let total = total_at(side, price, live(), &mut sizes);
                prop_assert_eq!(total, row.map_or(0, |row| row.1));
                prop_assert_eq!(&sizes, &row.map(|row| row.2.clone()).unwrap_or_default());
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn the_view_agrees_with_a_map_of_maps(ops in proptest::collection::vec(op(), 1..40)) {
            let mut books: Vec<Option<Book>> = vec![None; MEMBERS as usize];
            let mut models = Models::default();
            for op in ops {
                match op {
                    Op::Leave { member } => {
                        books[member as usize] = None;
                        models.leave(member);
                    }
                    Op::Apply { member, is_snapshot, levels } => {
                        let kind = if is_snapshot { BookKind::Snapshot } else { BookKind::Delta };
                        let book = books[member as usize].get_or_insert_default();
                        prop_assert_eq!(book.apply(kind, &levels, 0, |_| {}), Ok(()));
                        if is_snapshot {
                            models.leave(member);
                        }
                        for level in levels {
                            models.set(member, level);
                        }
                    }
                }
                check(&books, &models)?;
            }
        }
    }
}
