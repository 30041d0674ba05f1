//! One instrument: its book, what it is proved by, and how far it can be trusted.

use crate::batch::{BookKind, BookMessage, Sequence};
use crate::book::{Bbo, Book, BookState, ScaledLevel};
use crate::divisor::Divisor;
use crate::event::{side_number, Context, Event, EventKind, Events, Reason};
use crate::instrument::Instrument;
use crate::pending::Pending;
use crate::quotes::Quotes;
use crate::sequence::{judge, reached, Position, Verdict};

mod checksums;
mod counts;
mod proofs;

use checksums::Checksums;
pub use counts::Counts;

/// A book message at the instrument's scale.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// As it was sent.
    pub message: &'a BookMessage,
    /// Its levels.
    pub levels: &'a [ScaledLevel],
    /// Most decimals of a price and of a size as sent.
    pub decimals_sent: (u8, u8),
    /// It answers a REST request rather than being part of the stream.
    pub is_rest: bool,
}

/// One instrument's book with all that is known of it.
#[derive(Debug)]
pub struct Tracker {
    instrument: Instrument,
    tick: Divisor,
    lot: Divisor,
    book: Book,
    state: BookState,
    reason: Reason,
    /// State to return to when a silence ends.
    before_silence: BookState,
    position: Option<Position>,
    depth: u32,
    checksums: Checksums,
    decimals_sent: (u8, u8),
    pending: Pending,
    quotes: Quotes,
    counts: Counts,
    ts_event_ns: i64,
    ts_recv_ns: i64,
}

impl Tracker {
    /// Begin to track an instrument.
    pub fn new(instrument: Instrument) -> Self {
        Self {
            tick: Divisor::new(instrument.tick),
            lot: Divisor::new(instrument.lot),
            depth: instrument.depth,
            decimals_sent: instrument.checksum_decimals.unwrap_or_default(),
            instrument,
            book: Book::default(),
            state: BookState::Empty,
            reason: Reason::AwaitingBase,
            before_silence: BookState::Empty,
            position: None,
            checksums: Checksums::default(),
            pending: Pending::default(),
            quotes: Quotes::default(),
            counts: Counts::default(),
            ts_event_ns: 0,
            ts_recv_ns: 0,
        }
    }

    /// The instrument.
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// The book.
    #[inline]
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// How far the book can be trusted.
    #[inline]
    pub fn state(&self) -> BookState {
        self.state
    }

    /// Why it is in its state.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The last update id that the book contains, where the venue numbers updates.
    #[inline]
    pub fn sequence(&self) -> Option<i64> {
        self.position.map(|position| position.id)
    }

    /// Levels a side that the venue keeps; 0: all.
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// The venue said how many levels a side it keeps.
    pub fn set_depth(&mut self, depth: u32) {
        self.depth = depth;
    }

    /// The tick, at the storage scale; 0 if it is not known.
    pub fn tick(&self) -> i64 {
        self.instrument.tick
    }

    /// What was counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What was counted, to be added to.
    pub fn counts_mut(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// Venue time and receive time of the last change.
    pub fn times_ns(&self) -> (i64, i64) {
        (self.ts_event_ns, self.ts_recv_ns)
    }

    /// Bytes that the instrument holds.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() - size_of::<Book>()
            + self.book.memory_bytes()
            + self.pending.memory_bytes()
            + self.checksums.memory_bytes()
    }

    /// Take a book message.
    #[inline]
    pub fn on_update(&mut self, update: &Update<'_>, context: Context, events: &mut Events) {
        self.ts_recv_ns = context.ts_recv_ns;
        self.end_silence(context, events);
        if update.message.depth != 0 {
            self.depth = update.message.depth;
        }
        if update.message.kind == BookKind::Snapshot {
            self.on_snapshot(update, context, events);
            return;
        }
        match self.verdict(update.message.sequence) {
            None => self.hold(update, context, events),
            Some(Verdict::Next) => {
                if self.state == BookState::Stale {
                    self.pending.clear();
                    self.enter(BookState::Live, Reason::Continued, context, events);
                }
                self.check_quotes_before(context, events);
                if self.change(
                    update.message.kind,
                    update.levels,
                    update.message.sequence,
                    context,
                    events,
                ) {
                    self.prove(update, context, events);
                }
                if self.state == BookState::Suspect {
                    self.keep(update, context);
                }
            }
            Some(Verdict::Old) => {
                self.counts.old += 1;
                if self.state == BookState::Stale {
                    // The venue may number anew since it came back: a base will tell.
                    self.keep(update, context);
                }
            }
            Some(Verdict::Gap { expected, received }) => {
                self.report_gap(expected, received, context, events);
                self.lose(BookState::Stale, Reason::Gap, context, events);
                self.pending.clear();
                self.hold(update, context, events);
            }
        }
    }

    /// What a change means for the book; `None`: there is no base to judge it by.
    #[inline]
    fn verdict(&self, sequence: Sequence) -> Option<Verdict> {
        match (self.state, self.position) {
            (BookState::Empty | BookState::Syncing | BookState::Broken, _) => None,
            // Numbers tell whether anything is missing, also after a reconnection.
            (_, Some(position)) if sequence != Sequence::Unnumbered => {
                Some(judge(position, sequence))
            }
            (BookState::Stale, _) => None,
            (BookState::Live | BookState::Suspect, _) => Some(Verdict::Next),
        }
    }

    /// Keep a change for the base that will come, if numbers can join the two.
    #[cold]
    fn hold(&mut self, update: &Update<'_>, context: Context, events: &mut Events) {
        self.counts.unsynced += u64::from(update.message.sequence == Sequence::Unnumbered);
        self.keep(update, context);
        if self.state == BookState::Empty {
            self.enter(BookState::Syncing, Reason::AwaitingBase, context, events);
        }
    }

    /// A suspect book keeps what it applies, too: the base that mends it is
    /// older than the last change most of the time.
    #[cold]
    fn keep(&mut self, update: &Update<'_>, context: Context) {
        if update.message.sequence != Sequence::Unnumbered {
            self.pending.hold(
                update.message.sequence,
                update.message.kind,
                context.ts_event_ns,
                update.levels,
            );
        }
    }

    #[cold]
    fn on_snapshot(&mut self, update: &Update<'_>, context: Context, events: &mut Events) {
        let position =
            reached(update.message.sequence).map(|id| Position { id, on_stream: !update.is_rest });
        if self.state == BookState::Suspect && !update.is_rest {
            // On its own stream a snapshot is newer than all that came before.
            self.pending.clear();
        }
        if let Some(position) = position {
            if update.is_rest && self.is_behind(position) {
                self.counts.old += 1;
                return;
            }
            if let Some((expected, received)) = self.gap_after(position) {
                if update.is_rest {
                    self.counts.snapshots_too_old += 1;
                    self.report_gap(expected, received, context, events);
                    return;
                }
                // What came before a snapshot of the stream and does not join it is of
                // the past, with numbers from before a gap or before the venue restarted.
                self.pending.clear();
            }
        }
        self.replace(update, position, context, events);
        self.join(context, events);
    }

    /// Whether a REST answer is older than the book, and nothing is kept that joins the two.
    fn is_behind(&self, base: Position) -> bool {
        self.pending.is_empty() && self.sequence().is_some_and(|known| base.id < known)
    }

    /// The gap, if any, between a base and the first kept change that is newer.
    fn gap_after(&self, base: Position) -> Option<(i64, i64)> {
        self.pending.iter().map(|(held, _)| judge(base, held.sequence)).find_map(|verdict| {
            match verdict {
                Verdict::Old => None,
                Verdict::Next => Some(None),
                Verdict::Gap { expected, received } => Some(Some((expected, received))),
            }
        })?
    }

    fn replace(
        &mut self,
        update: &Update<'_>,
        position: Option<Position>,
        context: Context,
        events: &mut Events,
    ) {
        let applied =
            self.book.apply(BookKind::Snapshot, update.levels, self.depth as usize, |_| {});
        debug_assert!(applied.is_ok(), "a snapshot adds nothing up");
        self.position = position;
        self.counts.snapshots += 1;
        self.ts_event_ns = context.ts_event_ns;
        if self.instrument.checksum_decimals.is_none() {
            self.decimals_sent = update.decimals_sent;
        }
        self.report_snapshot(context, events);
        self.enter(BookState::Live, Reason::Joined, context, events);
        self.prove(update, context, events);
        self.check_crossed(context, events);
    }

    /// Apply the kept changes that are newer than the book.
    fn join(&mut self, context: Context, events: &mut Events) {
        let pending = std::mem::take(&mut self.pending);
        for (held, levels) in pending.iter() {
            let Some(position) = self.position else { break };
            let context = Context { ts_event_ns: held.ts_event_ns, ..context };
            match judge(position, held.sequence) {
                Verdict::Next => {
                    self.change(held.kind, levels, held.sequence, context, events);
                    self.check_quotes_after(context, events);
                }
                Verdict::Old => self.counts.old += 1,
                Verdict::Gap { expected, received } => {
                    self.report_gap(expected, received, context, events);
                    self.lose(BookState::Stale, Reason::Gap, context, events);
                    return;
                }
            }
        }
        self.pending.release();
    }

    /// Apply a change that follows; false if it broke the book.
    #[inline]
    fn change(
        &mut self,
        kind: BookKind,
        levels: &[ScaledLevel],
        sequence: Sequence,
        context: Context,
        events: &mut Events,
    ) -> bool {
        let id = reached(sequence);
        let depth = self.depth as usize;
        let applied = if events.wants(EventKind::Level) {
            self.book.apply(kind, levels, depth, |level| {
                let values = [level.price, level.size];
                let event = context.event(EventKind::Level, id, &values);
                events.push(Event { side: side_number(level.side), ..event });
            })
        } else {
            self.book.apply(kind, levels, depth, |_| {})
        };
        if applied.is_err() {
            self.lose(BookState::Broken, Reason::Corrupt, context, events);
            return false;
        }
        if let Some(id) = id {
            self.position = Some(Position { id, on_stream: true });
        }
        self.counts.applied += 1;
        self.ts_event_ns = context.ts_event_ns;
        self.check_crossed(context, events);
        true
    }

    #[inline]
    fn has_live_content(&self) -> bool {
        matches!(self.state, BookState::Live | BookState::Suspect)
    }

    /// Crossed sides make a book suspect for as long as they cross.
    #[inline]
    fn check_crossed(&mut self, context: Context, events: &mut Events) {
        match (self.state, self.book.bbo().is_crossed()) {
            (BookState::Live, true) => {
                self.enter(BookState::Suspect, Reason::Crossed, context, events);
            }
            (BookState::Suspect, false) if self.reason == Reason::Crossed => {
                self.pending.release();
                self.enter(BookState::Live, Reason::Uncrossed, context, events);
            }
            _ => {}
        }
    }

    /// A number of a message for this instrument does not fit its scale.
    #[cold]
    pub fn on_off_scale(&mut self, context: Context, events: &mut Events) {
        self.counts.off_scale += 1;
        self.pending.clear();
        self.lose(BookState::Broken, Reason::OffScale, context, events);
    }

    /// Count levels that orders could not have: kept, but worth knowing.
    #[inline]
    pub fn count_off_grid(&mut self, levels: &[ScaledLevel]) {
        if self.instrument.tick <= 1 && self.instrument.lot <= 1 {
            return;
        }
        for level in levels {
            self.counts.off_tick += u64::from(!self.tick.divides(level.price));
            self.counts.off_lot += u64::from(!self.lot.divides(level.size.abs()));
        }
    }

    /// The tick changed: the book is of another epoch until its next snapshot.
    #[cold]
    pub fn on_tick(&mut self, tick: i64, context: Context, events: &mut Events) {
        self.tick = Divisor::new(tick);
        self.instrument.tick = tick;
        events.push(context.event(EventKind::Tick, self.sequence(), &[tick]));
        self.book.clear();
        self.lose(BookState::Syncing, Reason::TickChanged, context, events);
    }

    /// A frame of the connection is missing: the book may be wrong.
    #[cold]
    pub fn on_stream_gap(&mut self, context: Context, events: &mut Events) {
        if self.state != BookState::Empty {
            self.lose(BookState::Stale, Reason::StreamGap, context, events);
        }
    }

    /// The connection that fed the book closed or opened anew.
    pub fn on_reconnect(&mut self, context: Context, events: &mut Events) {
        self.quotes.clear();
        let is_silent = self.state == BookState::Stale && self.reason == Reason::Silent;
        match if is_silent { self.before_silence } else { self.state } {
            // Numbers tell whether anything is missing.
            BookState::Live => self.enter(BookState::Stale, Reason::Reconnected, context, events),
            // What was wrong with the book is so on a new connection, too.
            BookState::Suspect => {
                self.pending.clear();
                self.lose(BookState::Stale, Reason::Reconnected, context, events);
            }
            BookState::Empty | BookState::Syncing | BookState::Stale | BookState::Broken => {
                // Without a position, what is kept cannot be joined to the new connection.
                if self.position.is_none() {
                    self.pending.clear();
                }
            }
        }
    }

    /// Nothing came for too long.
    pub fn on_silence(&mut self, context: Context, events: &mut Events) {
        if self.has_live_content() {
            self.before_silence = self.state;
            self.enter(BookState::Stale, Reason::Silent, context, events);
        }
    }

    /// Somebody compared the book with another source, and they differ.
    pub fn on_distrust(&mut self, context: Context, events: &mut Events) {
        if self.state == BookState::Live {
            self.enter(BookState::Suspect, Reason::AuditFailed, context, events);
        }
    }

    /// Nobody brings the book any more.
    pub fn on_reset(&mut self, context: Context, events: &mut Events) {
        self.book.clear();
        self.pending.release();
        self.lose(BookState::Empty, Reason::AwaitingBase, context, events);
    }

    /// Whether a message that came over another connection than the book's own would set it back
    /// or tear a hole: the book's own connection brings what lies between.
    pub fn is_out_of_turn(&self, message: &BookMessage) -> bool {
        let Some(position) = self.position else { return false };
        match message.kind {
            BookKind::Snapshot => {
                let base = reached(message.sequence);
                self.state == BookState::Live && base.is_some_and(|base| base <= position.id)
            }
            BookKind::Delta | BookKind::Change => {
                matches!(judge(position, message.sequence), Verdict::Gap { .. })
            }
        }
    }

    /// Take the place of the book in front: what it was becomes `self`'s past in `front`.
    pub fn take_over(&mut self, front: &mut Self, context: Context, events: &mut Events) {
        std::mem::swap(self, front);
        std::mem::swap(&mut self.counts, &mut front.counts);
        front.counts.takeovers += 1;
        front.report_snapshot(context, events);
        let (state, before) = (front.state, self.state);
        front.state = before;
        front.enter(state, Reason::TookOver, context, events);
    }

    #[inline]
    fn end_silence(&mut self, context: Context, events: &mut Events) {
        if self.state == BookState::Stale && self.reason == Reason::Silent {
            self.enter(self.before_silence, Reason::Resumed, context, events);
        }
    }

    /// Leave `live` for a state from which only a new base leads back.
    #[cold]
    fn lose(&mut self, state: BookState, reason: Reason, context: Context, events: &mut Events) {
        self.position = None;
        self.quotes.clear();
        self.enter(state, reason, context, events);
    }

    #[cold]
    fn enter(&mut self, state: BookState, reason: Reason, context: Context, events: &mut Events) {
        let before = std::mem::replace(&mut self.state, state);
        self.reason = reason;
        if before != state {
            let values = [state as i64, before as i64];
            let event = context.event(EventKind::State, self.sequence(), &values);
            events.push(Event { detail: reason as u8, ..event });
        }
    }

    #[cold]
    fn report_gap(&mut self, expected: i64, received: i64, context: Context, events: &mut Events) {
        self.counts.gaps += 1;
        events.push(context.event(EventKind::Gap, self.sequence(), &[expected, received]));
    }

    fn report_snapshot(&self, context: Context, events: &mut Events) {
        use crate::batch::Side::{Ask, Bid};
        let sizes = [Bid, Ask].map(|side| self.book.side(side).len() as i64);
        events.push(context.event(EventKind::Snapshot, self.sequence(), &sizes));
        if !events.wants(EventKind::Level) {
            return;
        }
        for side in [Bid, Ask] {
            for (price, size) in self.book.side(side).iter() {
                let event = context.event(EventKind::Level, self.sequence(), &[price, size]);
                events.push(Event { side: side_number(side), ..event });
            }
        }
    }

    /// Best bid and offer.
    #[inline]
    pub fn bbo(&self) -> &Bbo {
        self.book.bbo()
    }
}
