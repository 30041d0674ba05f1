//! Several connections that bring one book: which of them it follows.
//!
//! Where a venue's update ids continue from one connection to the next, whoever brings a change
//! first brings it, and the other's copy is old. Where they do not, each further connection keeps
//! a book of its own, a *shadow*, which takes over when the one in front closes, loses its way or
//! falls behind.

use crate::book::BookState;
use crate::event::Events;
use crate::tracker::Tracker;

/// The number of no connection.
pub const NOBODY: u32 = u32::MAX;

/// A book whose connection is silent for this long while another one brings changes falls behind.
/// Two healthy connections differ by some milliseconds.
pub const LAG_NS_MAX: i64 = 250_000_000;

/// A further connection's own copy of a book.
#[derive(Debug)]
pub struct Shadow {
    /// Who brings it.
    pub feed: u32,
    /// The copy.
    pub tracker: Tracker,
    /// When it first had a change that the book in front still lacks.
    ahead_since_ns: Option<i64>,
}

impl Shadow {
    /// A base says nothing of what the book in front lacks.
    pub fn on_base(&mut self) {
        self.ahead_since_ns = None;
    }

    /// Note a change of the copy; return whether the book in front has fallen behind.
    pub fn leads(&mut self, front_recv_ns: i64, now_ns: i64) -> bool {
        let since_ns = match self.ahead_since_ns {
            Some(since_ns) if front_recv_ns < since_ns => since_ns,
            _ => *self.ahead_since_ns.insert(now_ns),
        };
        now_ns.saturating_sub(since_ns) > LAG_NS_MAX
    }
}

/// Who brings which book, and the copies of those who come second.
#[derive(Debug)]
pub struct Standby {
    /// By instrument: whose changes the book takes.
    owners: Vec<u32>,
    /// By instrument: whose trades are taken.
    tapes: Vec<u32>,
    /// By instrument: whose quotes are taken.
    quotes: Vec<u32>,
    /// By instrument: the further copies.
    shadows: Vec<Vec<Shadow>>,
    /// Where the events of copies go: nobody wants them.
    mute: Events,
}

impl Default for Standby {
    fn default() -> Self {
        Self {
            owners: Vec::new(),
            tapes: Vec::new(),
            quotes: Vec::new(),
            shadows: Vec::new(),
            mute: Events::new(1),
        }
    }
}

impl Standby {
    /// Make room for the next instrument.
    pub fn add(&mut self) {
        self.owners.push(NOBODY);
        self.tapes.push(NOBODY);
        self.quotes.push(NOBODY);
        self.shadows.push(Vec::new());
    }

    /// Whether an instrument's book takes the changes of this connection; a book that nobody
    /// brings is the first one's.
    #[inline]
    pub fn owns(&mut self, at: usize, feed: u32) -> bool {
        claim(&mut self.owners, at, feed)
    }

    /// The same of trades: the same trade over two connections is one trade.
    #[inline]
    pub fn owns_tape(&mut self, at: usize, feed: u32) -> bool {
        claim(&mut self.tapes, at, feed)
    }

    /// The same of quotes.
    #[inline]
    pub fn owns_quotes(&mut self, at: usize, feed: u32) -> bool {
        claim(&mut self.quotes, at, feed)
    }

    /// Whose changes a book takes.
    pub fn owner(&self, at: usize) -> u32 {
        self.owners.get(at).copied().unwrap_or(NOBODY)
    }

    /// Let a book take the changes of another connection.
    pub fn hand_to(&mut self, at: usize, feed: u32) {
        self.owners[at] = feed;
        (self.tapes[at], self.quotes[at]) = (NOBODY, NOBODY);
    }

    /// Whether there are copies of a book.
    #[inline]
    pub fn has_shadows(&self, at: usize) -> bool {
        self.shadows.get(at).is_some_and(|shadows| !shadows.is_empty())
    }

    /// The copy of a connection, new if it has none, and where its events go.
    pub fn shadow(&mut self, at: usize, feed: u32, front: &Tracker) -> (&mut Shadow, &mut Events) {
        let shadows = &mut self.shadows[at];
        let place = shadows.iter().position(|shadow| shadow.feed == feed).unwrap_or_else(|| {
            let tracker = Tracker::new(front.instrument().clone());
            shadows.push(Shadow { feed, tracker, ahead_since_ns: None });
            shadows.len() - 1
        });
        (&mut shadows[place], &mut self.mute)
    }

    /// The copy that may take over: a live one, or with `any` whichever there is.
    pub fn successor(&mut self, at: usize, any: bool) -> Option<&mut Shadow> {
        let shadows = self.shadows.get_mut(at)?;
        let live = shadows.iter().position(|shadow| shadow.tracker.state() == BookState::Live);
        let place = live.or_else(|| (any && !shadows.is_empty()).then_some(0))?;
        shadows.get_mut(place)
    }

    /// Let a copy's connection and the one in front change places.
    pub fn trade_places(&mut self, at: usize, feed: u32) {
        let owner = self.owners[at];
        if let Some(shadow) = self.shadows[at].iter_mut().find(|shadow| shadow.feed == feed) {
            shadow.feed = owner;
            shadow.ahead_since_ns = None;
        }
        self.hand_to(at, feed);
    }

    /// Forget a connection's copy of a book.
    pub fn drop_shadow(&mut self, at: usize, feed: u32) {
        self.shadows[at].retain(|shadow| shadow.feed != feed);
    }

    /// A connection ended: whoever speaks next of a trade or a quote is heard.
    pub fn silence(&mut self, feed: u32) {
        for holder in self.tapes.iter_mut().chain(&mut self.quotes) {
            if *holder == feed {
                *holder = NOBODY;
            }
        }
    }

    /// Forget who brings a book.
    pub fn clear(&mut self, at: usize) {
        self.shadows[at].clear();
        self.hand_to(at, NOBODY);
    }

    /// The copies of a connection that cannot take over, by instrument.
    pub fn unsynced(&self, feed: u32) -> impl Iterator<Item = u32> + '_ {
        let numbered = self.shadows.iter().enumerate();
        numbered.filter_map(move |(at, shadows)| {
            let copy = shadows.iter().find(|shadow| shadow.feed == feed)?;
            (copy.tracker.state() != BookState::Live).then_some(at as u32)
        })
    }

    /// Bytes that the copies hold.
    pub fn memory_bytes(&self) -> usize {
        self.shadows.iter().flatten().map(|shadow| shadow.tracker.memory_bytes()).sum()
    }
}

#[inline]
fn claim(holders: &mut [u32], at: usize, feed: u32) -> bool {
    let Some(holder) = holders.get_mut(at) else { return false };
    if *holder == NOBODY {
        *holder = feed;
    }
    *holder == feed
}
