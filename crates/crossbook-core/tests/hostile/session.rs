//! A venue's session: books that change, and the frames that say so.

use crossbook_core::batch::{Outcome, Side};
use crossbook_core::book::BookState;
use crossbook_core::engine::Engine;
use crossbook_core::event::{EventKind, EVENT_BYTES};
use crossbook_core::feed::FeedCounts;
use crossbook_core::fees::{Fee, FeeCurve};
use crossbook_core::instrument::Instrument;
use crossbook_core::tracker::{Counts, Tracker};
use crossbook_core::venue::Venue;

use crate::dialects::{Dialect, Step};
use crate::dice::Dice;
use crate::market::{Book, UNIT};

/// Frames of a venue, and its books after the last of them.
pub struct Session {
    pub venue: Venue,
    pub natives: [&'static str; 2],
    pub steps: Vec<Step>,
    pub books: [Book; 2],
    dialect: Box<dyn Dialect>,
}

impl Session {
    /// Two books at first, then `length` events at chance.
    pub fn new(mut dialect: Box<dyn Dialect>, length: usize, dice: &mut Dice) -> Self {
        let (per_side, depth) = dialect.extent();
        let base = dialect.base();
        let mut books = [(); 2].map(|()| Book::new(base, per_side, depth, dice));
        let mut steps: Vec<Step> = (0..2).map(|at| dialect.snapshot(at, &books[at])).collect();
        for _ in 0..length {
            let at = dice.below(2);
            match dice.below(12) {
                0 => {
                    let price = base + dice.between(1, 99);
                    let (size, is_buy) = (dice.between(1, 99_999), dice.once_in(2));
                    steps.push(dialect.trade(at, price, size, is_buy));
                }
                1 | 2 => steps.push(dialect.quote(at, &books[at])),
                3 => steps.push(dialect.control()),
                _ => {
                    let changes = books[at].change(4, dice);
                    if !changes.is_empty() {
                        steps.extend(dialect.change(at, &books[at], &changes));
                    }
                }
            }
        }
        Self { venue: dialect.venue(), natives: dialect.natives(), steps, books, dialect }
    }

    /// What a venue sends on a new connection: both books again, and a change of each.
    pub fn begin_anew(&mut self, mut dialect: Box<dyn Dialect>, dice: &mut Dice) -> Vec<Step> {
        // Connections that are numbered begin at the first number; books go on with theirs.
        if matches!(self.venue, Venue::Coinbase | Venue::Kalshi) {
            std::mem::swap(&mut self.dialect, &mut dialect);
        }
        let mut steps = Vec::new();
        for at in 0..2 {
            let mut base = self.dialect.snapshot(at, &self.books[at]);
            if base.asked.is_some() {
                // It is asked for when changes come, and newer than the first of them.
                steps.extend(self.change(at, dice));
                base = self.dialect.snapshot(at, &self.books[at]);
            }
            steps.push(base);
            steps.extend(self.change(at, dice));
        }
        steps
    }

    fn change(&mut self, at: usize, dice: &mut Dice) -> Vec<Step> {
        // There may be nothing to change in the levels that were drawn.
        let changes = (0..10).map(|_| self.books[at].change(3, dice)).find(|c| !c.is_empty());
        changes.map_or_else(Vec::new, |c| self.dialect.change(at, &self.books[at], &c))
    }
}

fn instrument(venue: Venue, native: &str, outcome: Outcome, asset: String) -> Instrument {
    Instrument {
        venue,
        natives: vec![native.to_owned()],
        outcome,
        price_decimals: 8,
        size_decimals: 8,
        tick: UNIT,
        lot: UNIT,
        min_size: 0,
        max_size: 0,
        min_notional: 0,
        fee: Fee { rate_ppm: 1_000, curve: FeeCurve::Proportional },
        fee_decimals: Some(4),
        asset,
        depth: 0,
        checksum_decimals: None,
    }
}

/// An engine with one connection to a venue.
pub struct Bench {
    pub engine: Engine,
    pub feed: u32,
    now_ns: i64,
}

/// Everything that can be seen of one instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    pub state: BookState,
    pub sequence: Option<i64>,
    pub bids: Vec<(i64, i64)>,
    pub asks: Vec<(i64, i64)>,
    pub depth: u32,
    pub tick: i64,
    pub counts: Counts,
}

impl Seen {
    pub fn of(tracker: &Tracker) -> Self {
        let side = |side| tracker.book().side(side).iter().collect();
        Self {
            state: tracker.state(),
            sequence: tracker.sequence(),
            bids: side(Side::Bid),
            asks: side(Side::Ask),
            depth: tracker.depth(),
            tick: tracker.tick(),
            counts: *tracker.counts(),
        }
    }
}

impl Bench {
    /// Only the session's instruments.
    pub fn new(venue: Venue, natives: [&str; 2]) -> Self {
        let mut engine = Engine::new(100_000);
        for (at, native) in natives.iter().enumerate() {
            let legs: &[Outcome] = match venue {
                Venue::Kalshi => &[Outcome::Yes, Outcome::No],
                _ => &[Outcome::Whole],
            };
            for leg in legs {
                let asset = format!("asset {at} {leg:?}");
                let added = engine.add_instrument(instrument(venue, native, *leg, asset));
                added.expect("the symbols differ");
            }
        }
        let feed = engine.open_feed(venue);
        engine.on_open(feed, 0);
        engine.events_mut().subscribe(&EventKind::ALL);
        Self { engine, feed, now_ns: 0 }
    }

    /// The connection broke, and there is a new one.
    pub fn reconnect(&mut self) {
        self.now_ns += 1;
        self.engine.on_close(self.feed, self.now_ns);
        self.engine.on_open(self.feed, self.now_ns);
        self.engine.events_mut().drain(|_| {});
    }

    /// Give bytes to the engine; return the events that follow, in no order that means anything.
    pub fn take(&mut self, asked: Option<&str>, bytes: &[u8]) -> Vec<[u8; EVENT_BYTES]> {
        self.now_ns += 1;
        match asked {
            Some(native) => {
                self.engine.on_snapshot(self.feed, native.as_bytes(), bytes, self.now_ns);
            }
            None => self.engine.on_frame(self.feed, bytes, self.now_ns),
        }
        let mut events = Vec::new();
        self.engine.events_mut().drain(|event| {
            let mut record = Vec::new();
            event.encode(&mut record);
            events.push(record.try_into().expect("records have one size"));
        });
        // The sides of a message may be spelled in either order, and their levels with them.
        events.sort_unstable();
        events
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.engine.trackers().iter().map(Seen::of).collect()
    }

    pub fn counts(&self) -> FeedCounts {
        *self.engine.feeds()[self.feed as usize].counts()
    }

    pub fn refused(&self) -> u64 {
        self.counts().decode_errors.iter().sum()
    }

    /// The engine's books must be the venue's, and live.
    pub fn assert_live(&self, session: &Session, label: &str) {
        let legs = self.engine.trackers().len() / 2;
        for (at, book) in session.books.iter().enumerate() {
            let seen = Seen::of(&self.engine.trackers()[at * legs]);
            let scaled = |side| {
                let levels = book.best_first(side).into_iter();
                levels.map(|(price, size)| (price * UNIT, size * UNIT)).collect::<Vec<_>>()
            };
            assert_eq!(seen.bids, scaled(Side::Bid), "{label}: bids of {at}");
            assert_eq!(seen.asks, scaled(Side::Ask), "{label}: asks of {at}");
        }
        for tracker in self.engine.trackers() {
            let why = (tracker.reason(), tracker.counts());
            assert_eq!(tracker.state(), BookState::Live, "{label}: {why:?}");
        }
    }

    /// As [`Self::assert_live`], and nothing may have gone wrong on the way.
    pub fn assert_true(&self, session: &Session, label: &str) {
        self.assert_live(session, label);
        for tracker in self.engine.trackers() {
            let counts = tracker.counts();
            let failed =
                [counts.checksums_failed, counts.bbo_failed, counts.gaps, counts.off_scale];
            assert_eq!(failed, [0; 4], "{label}: {counts:?}");
        }
        assert_eq!(self.refused(), 0, "{label}: {:?}", self.counts());
    }
}
