//! A venue's matching engine: limit orders by price, then by time.
//!
//! The simulated venues' books are made of orders, as real ones are; what clients see of them is
//! the sum at each price.

use std::collections::{BTreeMap, HashMap};

use crate::batch::Side;

/// How long an order stands, and what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TimeInForce {
    /// What is not filled rests until it is cancelled.
    Gtc,
    /// What is not filled at once is cancelled.
    Ioc,
    /// All of it is filled at once, or nothing is.
    Fok,
    /// It rests, or it is refused where it would be filled at once.
    PostOnly,
}

impl TimeInForce {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 4] = [Self::Gtc, Self::Ioc, Self::Fok, Self::PostOnly];
}

/// An order that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewOrder {
    /// Whose it is.
    pub owner: u32,
    /// Side of the book on which it would rest: buyers bid.
    pub side: Side,
    /// Worst price that it takes, and at which it rests.
    pub price: i64,
    /// How much, above zero.
    pub size: i64,
    /// How long it stands.
    pub time_in_force: TimeInForce,
}

/// A resting order that an incoming one met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The resting order.
    pub maker: u64,
    /// Whose that is.
    pub maker_owner: u32,
    /// Its price: the one both trade at.
    pub price: i64,
    /// How much.
    pub size: i64,
}

/// What became of an order as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its id: orders are numbered from 1 as they come.
    pub id: u64,
    /// Whom it met, in order.
    pub fills: Vec<Fill>,
    /// How much of it rests now.
    pub resting: i64,
    /// It was refused whole: a post-only order that would have been filled, or a fill-or-kill
    /// order that could not be.
    pub is_refused: bool,
}

/// A resting order.
#[derive(Clone, Copy, Debug)]
struct Node {
    id: u64,
    owner: u32,
    size: i64,
    before: usize,
    after: usize,
}

/// The end of a queue.
const NONE: usize = usize::MAX;

/// The orders at one price, oldest first.
#[derive(Clone, Copy, Debug)]
struct Queue {
    first: usize,
    last: usize,
    total: i64,
}

/// Where a resting order stands.
#[derive(Clone, Copy, Debug)]
struct Place {
    side: Side,
    key: i64,
    node: usize,
}

/// One instrument's resting orders.
///
/// Levels stand under a key that grows away from the touch: the price of an ask, the negated
/// price of a bid.
#[derive(Debug, Default)]
pub struct Orders {
    sides: [BTreeMap<i64, Queue>; 2],
    nodes: Vec<Node>,
    free: Vec<usize>,
    places: HashMap<u64, Place>,
    ids: u64,
}

impl Orders {
    /// Take an order: fill it against the other side as far as its price allows, and let the rest
    /// stand if it may. `None`: its size is not above zero.
    pub fn submit(&mut self, order: NewOrder) -> Option<Receipt> {
        if order.size <= 0 {
            return None;
        }
        self.ids += 1;
        let mut receipt =
            Receipt { id: self.ids, fills: Vec::new(), resting: 0, is_refused: false };
        let takes = self.takeable(order);
        receipt.is_refused = match order.time_in_force {
            TimeInForce::PostOnly => takes > 0,
            TimeInForce::Fok => takes < order.size,
            TimeInForce::Gtc | TimeInForce::Ioc => false,
        };
        if receipt.is_refused {
            return Some(receipt);
        }
        let mut left = order.size;
        while left > 0 {
            let Some(fill) = self.meet(order.side.opposite(), order, left) else { break };
            left -= fill.size;
            receipt.fills.push(fill);
        }
        if left > 0 && matches!(order.time_in_force, TimeInForce::Gtc | TimeInForce::PostOnly) {
            receipt.resting = left;
            self.rest(receipt.id, order, left);
        }
        Some(receipt)
    }

    /// Remove a resting order; return how much of it stood.
    pub fn cancel(&mut self, id: u64) -> Option<i64> {
        let place = self.places.remove(&id)?;
        let size = self.nodes[place.node].size;
        self.unlink(place);
        Some(size)
    }

    /// Cancel the youngest orders at a price until no more than `size` stands there.
    pub fn shrink(&mut self, side: Side, price: i64, size: i64) {
        let key = key(side, price);
        while let Some(queue) = self.sides[side as usize].get_mut(&key) {
            let excess = queue.total - size.max(0);
            if excess <= 0 {
                return;
            }
            let node = queue.last;
            let youngest = &mut self.nodes[node];
            if youngest.size > excess {
                youngest.size -= excess;
                queue.total -= excess;
                return;
            }
            let id = youngest.id;
            self.cancel(id);
        }
    }

    /// How much stands at a price.
    pub fn size_at(&self, side: Side, price: i64) -> i64 {
        self.sides[side as usize].get(&key(side, price)).map_or(0, |queue| queue.total)
    }

    /// Price and size of the best level.
    pub fn best(&self, side: Side) -> Option<(i64, i64)> {
        let (key, queue) = self.sides[side as usize].first_key_value()?;
        Some((self::key(side, *key), queue.total))
    }

    /// Price and size of every level, best first.
    pub fn levels(&self, side: Side) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.sides[side as usize]
            .iter()
            .map(move |(key, queue)| (self::key(side, *key), queue.total))
    }

    /// How much of a resting order stands, and how much stands before it in its queue.
    pub fn standing(&self, id: u64) -> Option<(i64, i64)> {
        let place = self.places.get(&id)?;
        let mut ahead = 0;
        let mut node = self.nodes[place.node].before;
        while node != NONE {
            ahead += self.nodes[node].size;
            node = self.nodes[node].before;
        }
        Some((self.nodes[place.node].size, ahead))
    }

    /// How many orders rest.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether none rests.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How much of an order could be filled at once.
    fn takeable(&self, order: NewOrder) -> i64 {
        let other = order.side.opposite();
        let limit = key(other, order.price);
        let mut sum = 0_i64;
        for (_, queue) in self.sides[other as usize].range(..=limit) {
            sum = sum.saturating_add(queue.total);
            if sum >= order.size {
                break;
            }
        }
        sum
    }

    /// Fill an order against the oldest at the other side's best price.
    fn meet(&mut self, other: Side, order: NewOrder, left: i64) -> Option<Fill> {
        let mut best = self.sides[other as usize].first_entry()?;
        let price = key(other, *best.key());
        if *best.key() > key(other, order.price) {
            return None;
        }
        let queue = best.get_mut();
        let maker = &mut self.nodes[queue.first];
        let size = left.min(maker.size);
        let fill = Fill { maker: maker.id, maker_owner: maker.owner, price, size };
        maker.size -= size;
        queue.total -= size;
        if maker.size == 0 {
            let id = maker.id;
            self.cancel(id);
        }
        Some(fill)
    }

    fn rest(&mut self, id: u64, order: NewOrder, size: i64) {
        let key = key(order.side, order.price);
        let queue = self.sides[order.side as usize].entry(key).or_insert(Queue {
            first: NONE,
            last: NONE,
            total: 0,
        });
        let node = Node { id, owner: order.owner, size, before: queue.last, after: NONE };
        let at = self.free.pop().unwrap_or(self.nodes.len());
        if at == self.nodes.len() {
            self.nodes.push(node);
        } else {
            self.nodes[at] = node;
        }
        if queue.last == NONE {
            queue.first = at;
        } else {
            self.nodes[queue.last].after = at;
        }
        queue.last = at;
        queue.total += size;
        self.places.insert(id, Place { side: order.side, key, node: at });
    }

    fn unlink(&mut self, place: Place) {
        let Node { size, before, after, .. } = self.nodes[place.node];
        if before != NONE {
            self.nodes[before].after = after;
        }
        if after != NONE {
            self.nodes[after].before = before;
        }
        self.free.push(place.node);
        let side = &mut self.sides[place.side as usize];
        if before == NONE && after == NONE {
            side.remove(&place.key);
        } else if let Some(queue) = side.get_mut(&place.key) {
            queue.total -= size;
            if before == NONE {
                queue.first = after;
            }
            if after == NONE {
                queue.last = before;
            }
        }
    }
}

/// The key of a price, and the price of a key.
fn key(side: Side, price: i64) -> i64 {
    match side {
        Side::Bid => -price,
        Side::Ask => price,
    }
}

#[cfg(test)]
mod tests;
