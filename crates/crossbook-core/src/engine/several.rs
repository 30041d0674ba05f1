//! What happens when several connections bring one book.

use super::{report_top, scale, Markets};
use crate::batch::{Batch, BookKind, BookMessage, Sequence};
use crate::book::BookState;
use crate::event::{Context, EventKind, Events};
use crate::standby::{Standby, NOBODY};
use crate::tracker::{Tracker, Update};

impl Markets {
    /// Take a book message over a connection that is not the one the book follows.
    #[cold]
    pub(super) fn on_second(
        &mut self,
        book: &BookMessage,
        batch: &Batch,
        context: Context,
        feed: u32,
    ) {
        let at = context.instrument as usize;
        if book.sequence != Sequence::Unnumbered {
            // Ids join over connections: whoever brings a change first brings it.
            if self.trackers.get(at).is_some_and(|tracker| !tracker.is_out_of_turn(book)) {
                self.on_book(book, batch, context, false);
            }
            return;
        }
        let Some(front) = self.trackers.get(at) else { return };
        let (shadow, mute) = self.standby.shadow(at, feed, front);
        match scale(&mut shadow.tracker, batch, book, &mut self.levels) {
            Ok(decimals_sent) => {
                let levels = &self.levels;
                let update = Update { message: book, levels, decimals_sent, is_rest: false };
                shadow.tracker.on_update(&update, context, mute);
            }
            Err(_) => shadow.tracker.on_off_scale(context, mute),
        }
        let lags = if book.kind == BookKind::Snapshot {
            shadow.on_base();
            false
        } else {
            shadow.leads(front.times_ns().1, context.ts_recv_ns)
        };
        let is_needed = lags || front.state() != BookState::Live;
        if is_needed && shadow.tracker.state() == BookState::Live {
            self.take_over(at, feed, context);
        }
    }

    /// Let `act` change the copy of a book that a connection brings: the one in front or its own.
    pub(super) fn with_copy(
        &mut self,
        context: Context,
        feed: u32,
        act: impl FnOnce(&mut Tracker, &mut Events),
    ) {
        let at = context.instrument as usize;
        let owner = self.standby.owner(at);
        if owner == feed || owner == NOBODY {
            self.with(context, act);
        } else if let Some(front) = self.trackers.get(at) {
            let (shadow, mute) = self.standby.shadow(at, feed, front);
            act(&mut shadow.tracker, mute);
        }
    }

    /// If the book in front is not to be trusted and a copy is, let the copy take over.
    #[cold]
    pub(super) fn rescue(&mut self, at: usize, context: Context) {
        let is_lost = self.trackers.get(at).is_some_and(|front| front.state() != BookState::Live);
        let ready = self.standby.successor(at, false).map(|shadow| shadow.feed);
        if let (true, Some(feed)) = (is_lost, ready) {
            self.take_over(at, feed, context);
        }
    }

    /// A connection ended: hand its book to another that brings it, or let it wait.
    pub(super) fn leave(&mut self, instrument: u32, feed: u32, next: Option<u32>, ts_recv_ns: i64) {
        let at = instrument as usize;
        let context = Context { instrument, ts_recv_ns, ts_event_ns: 0 };
        let owner = self.standby.owner(at);
        if owner != feed && owner != NOBODY {
            self.standby.drop_shadow(at, feed);
        } else if let Some(shadow) = self.standby.successor(at, true) {
            let by = shadow.feed;
            self.take_over(at, by, context);
            self.standby.drop_shadow(at, feed);
        } else if let Some(next) = next {
            self.standby.hand_to(at, next);
        } else {
            self.standby.hand_to(at, NOBODY);
            self.with(context, |tracker, events| tracker.on_reconnect(context, events));
        }
    }

    /// Forget a book: nobody brings it any more.
    pub(super) fn reset(&mut self, instrument: u32, ts_recv_ns: i64) {
        let context = Context { instrument, ts_recv_ns, ts_event_ns: 0 };
        if (instrument as usize) < self.trackers.len() {
            self.standby.clear(instrument as usize);
            self.with(context, |tracker, events| tracker.on_reset(context, events));
        }
    }

    fn take_over(&mut self, at: usize, feed: u32, context: Context) {
        let Self { standby, trackers, events, .. } = self;
        let Some(front) = trackers.get_mut(at) else { return };
        let before = events.wants(EventKind::Top).then(|| *front.bbo());
        swap(standby, at, feed, front, context, events);
        if let Some(before) = before {
            report_top(front, before, context, events);
        }
        self.look_at(at, context);
    }
}

fn swap(
    standby: &mut Standby,
    at: usize,
    feed: u32,
    front: &mut Tracker,
    context: Context,
    events: &mut Events,
) {
    let (shadow, _) = standby.shadow(at, feed, front);
    shadow.tracker.take_over(front, context, events);
    standby.trade_places(at, feed);
}
