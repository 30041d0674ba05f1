//! Update streams with the shape of recorded ones.

use crate::structures::Store;

/// How updates of a message are made.
pub struct Shape {
    /// How many levels are better than the updated one, at quantiles in
    /// permille: `(quantile, rank)`. Between them, ranks are drawn evenly.
    ranks: &'static [(u64, u64)],
    /// Of a thousand updates: new levels, removed ones, and removals of a level
    /// that is not there; all others change a size.
    added: u64,
    removed: u64,
    vain: u64,
}

/// Depth diffs of `BTCUSDT` on Binance Spot, 8 August 2024: 3,448 diffs of 100 ms
/// with 36 levels each in the mean, 124,000 updates, books of 1,000 to 2,200
/// levels a side. Every message had its levels from the best to the worst.
pub const DIFF: Shape = Shape {
    ranks: &[
        (0, 0),
        (50, 1),
        (100, 3),
        (250, 16),
        (500, 85),
        (750, 302),
        (900, 648),
        (950, 1_020),
        (990, 1_823),
        (1_000, 2_395),
    ],
    added: 398,
    removed: 386,
    vain: 91,
};

/// Venues that send each change alone: it mostly touches the very best levels.
pub const NEAR_TOP: Shape = Shape {
    ranks: &[(0, 0), (400, 1), (700, 4), (900, 12), (1_000, 40)],
    added: 300,
    removed: 300,
    vain: 0,
};

/// Every level is as likely as any other: no venue does this, but nothing
/// forbids it.
pub const UNIFORM: Shape =
    Shape { ranks: &[(0, 0), (1_000, 50_000)], added: 300, removed: 300, vain: 0 };

/// A bid side and the messages that change it.
pub struct Stream {
    /// `(price, size)`, best first.
    pub snapshot: Vec<(i64, i64)>,
    updates: Vec<(i64, i64)>,
    per_message: usize,
}

impl Stream {
    /// A side of `levels` levels and `messages` messages of at most `per_message` updates.
    pub fn new(levels: usize, messages: usize, per_message: usize, shape: &Shape) -> Self {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        // Ascending, so the best bid stands last; gaps leave room for new levels.
        let mut price = 1_000_000;
        let mut prices: Vec<i64> = Vec::new();
        for _ in 0..levels {
            price += 1 + random.below(40) as i64;
            prices.push(price);
        }
        let size = |random: &mut Random| 1 + random.below(1_000_000) as i64;
        let snapshot = prices.iter().rev().map(|price| (*price, size(&mut random))).collect();
        let mut updates = Vec::new();
        for _ in 0..messages {
            let mut message: Vec<(i64, i64)> = Vec::new();
            while message.len() < per_message {
                let update = shape.update(&mut prices, &mut random);
                let size = if update.1 { size(&mut random) } else { 0 };
                // A message names a price once.
                if message.iter().all(|(price, _)| *price != update.0) {
                    message.push((update.0, size));
                }
            }
            message.sort_unstable_by(|a, b| b.cmp(a));
            updates.extend(message);
        }
        Self { snapshot, updates, per_message }
    }

    /// Number of updates in all messages.
    pub fn updates(&self) -> usize {
        self.updates.len()
    }

    /// The messages, each `(price, size)` from the best to the worst.
    pub fn messages(&self) -> impl Iterator<Item = &[(i64, i64)]> {
        self.updates.chunks(self.per_message)
    }

    /// All levels after the last message.
    pub fn end<S: Store>(&self) -> Vec<(i64, i64)> {
        let mut store = S::default();
        store.load(&self.snapshot);
        for message in self.messages() {
            let mut hint = usize::MAX;
            for &(price, size) in message {
                store.set(price, size, &mut hint);
            }
        }
        store.levels()
    }
}

impl Shape {
    /// A price, and whether there is a level at it afterwards.
    fn update(&self, prices: &mut Vec<i64>, random: &mut Random) -> (i64, bool) {
        let rank = self.rank(random).min(prices.len() as u64 - 1) as usize;
        let at = prices.len() - 1 - rank;
        let price = prices[at];
        let below = if at == 0 { price - 20 } else { prices[at - 1] };
        let kind = random.below(1_000);
        let is_change = kind >= self.added + self.removed + self.vain;
        if is_change || price - below < 2 {
            return (price, true);
        }
        let between = below + 1 + random.below((price - below - 1) as u64) as i64;
        if kind < self.added {
            prices.insert(at, between);
            (between, true)
        } else if kind < self.added + self.removed && prices.len() > 10 {
            prices.remove(at);
            (price, false)
        } else {
            (between, false)
        }
    }

    fn rank(&self, random: &mut Random) -> u64 {
        let permille = random.below(1_000);
        let upper = self.ranks.iter().position(|(quantile, _)| *quantile > permille).unwrap_or(1);
        let (from, low) = self.ranks[upper - 1];
        let (to, high) = self.ranks[upper];
        debug_assert!((from..to).contains(&permille));
        low + random.below((high - low).max(1))
    }
}

/// xorshift64*: the same stream in every run.
///
/// Source: Vigna (2016), "An experimental exploration of Marsaglia's xorshift generators".
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        ((u128::from(number) * u128::from(limit)) >> 64) as u64
    }
}
