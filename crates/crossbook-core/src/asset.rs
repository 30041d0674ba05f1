//! What is the same across venues: instruments whose books are merged and scanned.

use crate::batch::Side;
use crate::book::{Book, BookState};
use crate::consolidated;
use crate::crossing::{Crossing, Terms};
use crate::event::{Context, Event, EventKind, Events};
use crate::instrument::Instrument;
use crate::scanner::{Report, Scanner};
use crate::tracker::Tracker;

/// One asset over all its venues.
#[derive(Debug)]
pub struct Asset {
    name: String,
    scale: (u8, u8),
    /// Instrument numbers, by member number.
    members: Vec<u32>,
    scanner: Scanner,
}

/// A level of a consolidated book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsolidatedLevel {
    /// Price.
    pub price: i64,
    /// Size over all instruments.
    pub total: i128,
    /// Size of each instrument that stands there.
    pub sizes: Vec<(u32, i64)>,
}

impl Asset {
    /// The asset of its first instrument; it has no members yet.
    pub fn new(instrument: &Instrument) -> Self {
        Self {
            name: instrument.asset.clone(),
            scale: (instrument.price_decimals, instrument.size_decimals),
            members: Vec::new(),
            scanner: Scanner::new(instrument.price_decimals, 1),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Decimals of prices and sizes that all its instruments share.
    pub fn scale(&self) -> (u8, u8) {
        self.scale
    }

    /// Its instruments, by member number.
    pub fn members(&self) -> &[u32] {
        &self.members
    }

    /// Add an instrument; return its member number.
    pub fn add(&mut self, number: u32, instrument: &Instrument) -> u32 {
        self.members.push(number);
        self.scanner.add(instrument.venue, terms(instrument))
    }

    /// Look for prices that cross after a member's book changed in any way.
    #[inline]
    pub fn on_change(
        &mut self,
        member: u32,
        trackers: &[Tracker],
        context: Context,
        events: &mut Events,
    ) {
        if self.is_alone() {
            return;
        }
        self.scan(member, trackers, context, events);
    }

    /// Whether it has one instrument only, with nothing to compare it with.
    #[inline]
    pub fn is_alone(&self) -> bool {
        self.members.len() < 2
    }

    fn scan(&mut self, member: u32, trackers: &[Tracker], context: Context, events: &mut Events) {
        let members = &self.members;
        let live = |member: u32| live_book(trackers, *members.get(member as usize)?);
        self.scanner.on_change(member, live, |report| {
            if events.wants(EventKind::Opportunity) {
                events.push(opportunity(&report, members, context));
            }
        });
    }

    /// Open opportunities: instrument to buy, instrument to sell, size and money.
    pub fn open(&self) -> impl Iterator<Item = (u32, u32, &Crossing)> + '_ {
        let numbers = self.scanner.open();
        numbers.filter_map(|(buy, sell, crossing)| {
            let buy = *self.members.get(buy as usize)?;
            let sell = *self.members.get(sell as usize)?;
            Some((buy, sell, crossing))
        })
    }

    /// At most `depth` levels of one side over all live books, best first.
    pub fn levels(&self, side: Side, depth: usize, trackers: &[Tracker]) -> Vec<ConsolidatedLevel> {
        let live =
            self.members.iter().filter_map(|number| Some((*number, live_book(trackers, *number)?)));
        let mut merged = consolidated::levels(side, live);
        let mut levels = Vec::new();
        let mut sizes = Vec::new();
        while levels.len() < depth {
            let Some((price, total)) = merged.next_level(&mut sizes) else { break };
            levels.push(ConsolidatedLevel { price, total, sizes: sizes.clone() });
        }
        levels
    }

    /// Bytes that it holds; the books are counted with their instruments.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + self.name.capacity()
            + self.members.capacity() * size_of::<u32>()
            + self.scanner.memory_bytes()
            - size_of::<Scanner>()
    }
}

/// The rules of an order on that instrument.
fn terms(instrument: &Instrument) -> Terms {
    Terms {
        lot: instrument.lot,
        min_size: instrument.min_size,
        max_size: (instrument.max_size != 0).then_some(instrument.max_size),
        min_notional: instrument.min_notional,
        fee: instrument.fee,
        fee_quantum: instrument.fee_quantum(),
        rounding: instrument.rounding(),
    }
}

/// The book of an instrument, if it may be traded on.
#[inline]
fn live_book(trackers: &[Tracker], number: u32) -> Option<&Book> {
    let tracker = trackers.get(number as usize)?;
    (tracker.state() == BookState::Live).then_some(tracker.book())
}

fn opportunity(report: &Report, members: &[u32], context: Context) -> Event {
    let number = |member: u32| members.get(member as usize).copied().unwrap_or_default();
    let crossing = &report.crossing;
    let values = [
        i64::from(number(report.sell)),
        crossing.size,
        crossing.buy_limit,
        crossing.sell_limit,
        crossing.profit as i64,
        (crossing.profit >> 64) as i64,
    ];
    let context = Context { instrument: number(report.buy), ..context };
    let event = context.event(EventKind::Opportunity, None, &values);
    Event { detail: report.transition as u8, ..event }
}
