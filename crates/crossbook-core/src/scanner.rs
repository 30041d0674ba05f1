//! Finds prices that cross between two venues of one asset.
//!
//! The usual change crosses nothing. It costs one comparison of fee-adjusted
//! best prices per other member and direction; one that leaves the best prices of
//! its member as they were costs a single comparison while none of the asset cross.
//! Only where they do, the levels are walked ([`crossing::optimum`]).

use crate::batch::Side;
use crate::book::Book;
use crate::crossing::{optimum, Crossing, Leg, Terms};
use crate::fees::NetPrice;
use crate::venue::Venue;

/// What became of the opportunity between two members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Transition {
    /// It pays now.
    Opened,
    /// It still pays, with another size, limit or amount of money.
    Updated,
    /// It pays no more; the crossing is the last one that did.
    Closed,
}

/// A transition, and between whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened.
    pub transition: Transition,
    /// The member whose asks are bought.
    pub buy: u32,
    /// The member on whose bids they are sold.
    pub sell: u32,
    /// Size, limits and money.
    pub crossing: Crossing,
}

/// The scanner of one asset. It allocates when a member is added, never later.
#[derive(Clone, Debug)]
pub struct Scanner {
    price_decimals: u8,
    min_profit: i128,
    members: Vec<Member>,
    pairs: Vec<Pair>,
    /// How many pairs have best prices that cross.
    crossed: usize,
}

/// One instrument of the asset.
#[derive(Clone, Debug)]
struct Member {
    venue: Venue,
    terms: Terms,
    /// Best bid and ask price; none while its book is not live.
    best: Prices,
    /// What a unit costs at its best ask, fee included; the highest price if none is offered.
    paid: NetPrice,
    /// What a unit brings at its best bid, fee taken off; the lowest price if none is wanted.
    received: NetPrice,
}

/// Best bid and ask price, where there is one.
type Prices = (Option<i64>, Option<i64>);

/// What is known of buying on one member and selling on another.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    is_crossed: bool,
    open: Option<Crossing>,
}

impl Scanner {
    /// A scanner without members. Opportunities below `min_profit` money units,
    /// or below one, are not reported.
    pub fn new(price_decimals: u8, min_profit: i128) -> Self {
        Self { price_decimals, min_profit, members: Vec::new(), pairs: Vec::new(), crossed: 0 }
    }

    /// Add an instrument whose book is not live yet; return its member number.
    pub fn add(&mut self, venue: Venue, terms: Terms) -> u32 {
        let member = self.members.len() as u32;
        self.members.push(Member::new(venue, terms));
        self.pairs.resize(self.members.len() * self.members.len(), Pair::default());
        member
    }

    /// Number of members.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Change a member's terms and judge its pairs anew, as [`Self::on_change`].
    pub fn set_terms<'a>(
        &mut self,
        member: u32,
        terms: Terms,
        books: impl Fn(u32) -> Option<&'a Book>,
        report: impl FnMut(Report),
    ) {
        if let Some(known) = self.members.get_mut(member as usize) {
            // As a new one it has no prices: they are made anew with these terms.
            *known = Member::new(known.venue, terms);
            self.scan(member as usize, &books, report);
        }
    }

    /// Judge the pairs of a member whose book changed: in any level, or in its state.
    ///
    /// `books` gives the book of a member, `None` unless it is live. Transitions
    /// are reported in the order of the other member's number, buying on
    /// `member` before selling on it. The cost is O(members) unless prices cross.
    #[inline]
    pub fn on_change<'a>(
        &mut self,
        member: u32,
        books: impl Fn(u32) -> Option<&'a Book>,
        report: impl FnMut(Report),
    ) {
        let at = member as usize;
        let Some(known) = self.members.get(at) else { return };
        if self.crossed == 0 && known.best == best(books(member)) {
            return;
        }
        self.scan(at, &books, report);
    }

    /// The open opportunities as `(buy, sell, crossing)`.
    pub fn open(&self) -> impl Iterator<Item = (u32, u32, &Crossing)> + '_ {
        let members = 0..self.members.len();
        members.clone().flat_map(move |buy| {
            members.clone().filter_map(move |sell| {
                let crossing = self.pairs[place(buy, sell)].open.as_ref()?;
                Some((buy as u32, sell as u32, crossing))
            })
        })
    }

    /// Bytes that the scanner holds, free capacity included.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.members.capacity() * size_of::<Member>()
            + self.pairs.capacity() * size_of::<Pair>()
    }

    #[inline]
    fn scan<'a>(
        &mut self,
        at: usize,
        books: &impl Fn(u32) -> Option<&'a Book>,
        mut report: impl FnMut(Report),
    ) {
        let members = &mut self.members[..];
        members[at].refresh(books(at as u32), self.price_decimals);
        let Member { venue, paid, received, .. } = members[at];
        let crosses = |other: &Member| paid < other.received || other.paid < received;
        if self.crossed == 0 && !members.iter().any(|other| other.venue != venue && crosses(other))
        {
            return;
        }
        for other in 0..self.members.len() {
            if self.members[other].venue == venue {
                continue;
            }
            for (buy, sell) in [(at, other), (other, at)] {
                let is_crossed = self.members[buy].paid < self.members[sell].received;
                if is_crossed || self.pairs[place(buy, sell)].is_crossed {
                    self.judge(buy, sell, is_crossed, books, &mut report);
                }
            }
        }
    }

    /// Compare the opportunity of a pair with what was known of it.
    fn judge<'a>(
        &mut self,
        buy: usize,
        sell: usize,
        is_crossed: bool,
        books: &impl Fn(u32) -> Option<&'a Book>,
        report: &mut impl FnMut(Report),
    ) {
        let found = if is_crossed { self.walk(buy, sell, books) } else { None };
        let pair = &mut self.pairs[place(buy, sell)];
        self.crossed = self.crossed + usize::from(is_crossed) - usize::from(pair.is_crossed);
        pair.is_crossed = is_crossed;
        let known = std::mem::replace(&mut pair.open, found);
        let (transition, crossing) = match (known, found) {
            (None, Some(crossing)) => (Transition::Opened, crossing),
            (Some(known), Some(crossing)) if known != crossing => (Transition::Updated, crossing),
            (Some(known), None) => (Transition::Closed, known),
            _ => return,
        };
        report(Report { transition, buy: buy as u32, sell: sell as u32, crossing });
    }

    fn walk<'a>(
        &self,
        buy: usize,
        sell: usize,
        books: &impl Fn(u32) -> Option<&'a Book>,
    ) -> Option<Crossing> {
        let asks = books(buy as u32)?.side(Side::Ask).iter();
        let bids = books(sell as u32)?.side(Side::Bid).iter();
        let buy = Leg { levels: asks, terms: &self.members[buy].terms };
        let sell = Leg { levels: bids, terms: &self.members[sell].terms };
        optimum(&buy, &sell, self.price_decimals, self.min_profit)
    }
}

impl Member {
    fn new(venue: Venue, terms: Terms) -> Self {
        let (paid, received) = (NetPrice::HIGHEST, NetPrice::LOWEST);
        Self { venue, terms, best: (None, None), paid, received }
    }

    /// Take over the best prices of its book, and what they are after the fee.
    #[inline]
    fn refresh(&mut self, book: Option<&Book>, price_decimals: u8) {
        let prices = best(book);
        if self.best == prices {
            return;
        }
        let fee = self.terms.fee;
        self.best = prices;
        let paid = prices.1.map(|price| fee.paid(price, price_decimals));
        let received = prices.0.map(|price| fee.received(price, price_decimals));
        self.paid = paid.unwrap_or(NetPrice::HIGHEST);
        self.received = received.unwrap_or(NetPrice::LOWEST);
    }
}

#[inline]
fn best(book: Option<&Book>) -> Prices {
    let bbo = book.map(|book| *book.bbo()).unwrap_or_default();
    (bbo.bid.map(|(price, _)| price), bbo.ask.map(|(price, _)| price))
}

/// Where a pair stands: shell `n` holds the pairs of member `n` with those
/// before it, so that a new member moves none.
///
/// Source: Szudzik (2006), "An Elegant Pairing Function".
#[inline]
fn place(buy: usize, sell: usize) -> usize {
    if buy >= sell {
        buy * buy + sell
    } else {
        sell * sell + sell + 1 + buy
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::BookKind;
    use crate::book::ScaledLevel;
    use crate::fees::{Fee, FeeCurve};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const VENUES: [Venue; 4] = [Venue::Kalshi, Venue::Polymarket, Venue::Kraken, Venue::Kalshi];

    type Open = BTreeMap<(u32, u32), Crossing>;

    #[derive(Clone, Debug)]
    enum Op {
        Apply { member: u32, is_snapshot: bool, levels: Vec<ScaledLevel> },
        Leave { member: u32 },
        Terms { member: u32, terms: Terms },
    }

    fn level() -> impl Strategy<Value = ScaledLevel> {
        (any::<bool>(), 0_i64..12, 0_i64..6).prop_map(|(is_bid, offset, size)| {
            // Every venue's own book is in order; between venues they overlap.
            let (side, price) =
                if is_bid { (Side::Bid, 42 + offset) } else { (Side::Ask, 50 + offset) };
            ScaledLevel { side, price, size }
        })
    }

    fn terms() -> impl Strategy<Value = Terms> {
        (0_i64..4, 0_i64..4, prop_oneof![Just(0_i64), 0_i64..70_000], any::<bool>()).prop_map(
            |(lot, min_size, rate_ppm, is_quadratic)| {
                let curve = if is_quadratic { FeeCurve::Quadratic } else { FeeCurve::Proportional };
                Terms { lot, min_size, fee: Fee { rate_ppm, curve }, ..Terms::default() }
            },
        )
    }

    fn op() -> impl Strategy<Value = Op> {
        let member = || 0..VENUES.len() as u32;
        prop_oneof![
            12 => (member(), prop_oneof![1 => Just(true), 3 => Just(false)],
                   -15_i64..15, proptest::collection::vec(level(), 0..6))
                .prop_map(|(member, is_snapshot, shift, mut levels)| {
                    if is_snapshot {
                        for level in &mut levels {
                            level.price += shift;
                        }
                    }
                    Op::Apply { member, is_snapshot, levels }
                }),
            1 => member().prop_map(|member| Op::Leave { member }),
            1 => (member(), terms()).prop_map(|(member, terms)| Op::Terms { member, terms }),
        ]
    }

    /// All pairs of different venues, walked without any memory.
    fn from_scratch(books: &[Option<Book>], terms: &[Terms]) -> Open {
        let mut open = Open::new();
        for (buy, asks) in books.iter().enumerate() {
            for (sell, bids) in books.iter().enumerate() {
                let (Some(asks), Some(bids)) = (asks, bids) else { continue };
                if VENUES[buy] == VENUES[sell] {
                    continue;
                }
                let asks = Leg { levels: asks.side(Side::Ask).iter(), terms: &terms[buy] };
                let bids = Leg { levels: bids.side(Side::Bid).iter(), terms: &terms[sell] };
                if let Some(crossing) = optimum(&asks, &bids, 2, 1) {
                    open.insert((buy as u32, sell as u32), crossing);
                }
            }
        }
        open
    }

    /// Follow the reports as a subscriber would.
    fn follow(open: &mut Open, report: Report) -> Result<(), TestCaseError> {
        let pair = (report.buy, report.sell);
        let known = match report.transition {
            Transition::Closed => open.remove(&pair),
            _ => open.insert(pair, report.crossing),
        };
        match report.transition {
            Transition::Opened => prop_assert_eq!(known, None),
            Transition::Updated => {
                prop_assert!(known.is_some_and(|known| known != report.crossing));
            }
            Transition::Closed => prop_assert_eq!(known, Some(report.crossing)),
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_open_pairs_are_those_found_from_scratch(
            start in proptest::collection::vec(terms(), VENUES.len()),
            ops in proptest::collection::vec(op(), 1..50),
        ) {
            let mut scanner = Scanner::new(2, 0);
            let mut terms = start;
            let mut books: Vec<Option<Book>> = vec![None; VENUES.len()];
            for (venue, terms) in VENUES.iter().zip(&terms) {
                scanner.add(*venue, *terms);
            }
            let mut open = Open::new();
            for op in ops {
                let mut reports = Vec::new();
                match op {
                    Op::Terms { member, terms: new } => {
                        terms[member as usize] = new;
                        let books = |at: u32| books[at as usize].as_ref();
                        scanner.set_terms(member, new, books, |report| reports.push(report));
                    }
                    Op::Leave { member } => {
                        books[member as usize] = None;
                        let books = |at: u32| books[at as usize].as_ref();
                        scanner.on_change(member, books, |report| reports.push(report));
                    }
                    Op::Apply { member, is_snapshot, levels } => {
                        let kind = if is_snapshot { BookKind::Snapshot } else { BookKind::Delta };
                        let book = books[member as usize].get_or_insert_default();
                        prop_assert_eq!(book.apply(kind, &levels, 0, |_| {}), Ok(()));
                        let books = |at: u32| books[at as usize].as_ref();
                        scanner.on_change(member, books, |report| reports.push(report));
                    }
                }
                for report in reports {
                    follow(&mut open, report)?;
                }
                let expected = from_scratch(&books, &terms);
                let held: Open = scanner.open().map(|(buy, sell, c)| ((buy, sell), *c)).collect();
                prop_assert_eq!(&held, &expected);
                prop_assert_eq!(&open, &expected);
                let crossed = scanner.pairs.iter().filter(|pair| pair.is_crossed).count();
                prop_assert_eq!(scanner.crossed, crossed);
            }
        }
    }

    #[test]
    fn every_pair_has_its_own_place() {
        let mut places: Vec<usize> =
            (0..20).flat_map(|buy| (0..20).map(move |sell| place(buy, sell))).collect();
        places.sort_unstable();
        assert_eq!(places, (0..400).collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_member_is_no_change() {
        let mut scanner = Scanner::new(2, 0);
        assert!(scanner.is_empty());
        let book = Book::default();
        scanner.on_change(7, |_| Some(&book), |_| unreachable!("nothing can be reported"));
        scanner.set_terms(7, Terms::default(), |_| None, |_| unreachable!("as above"));
    }
}
