//! What the engine reports, as records of one fixed size in a bounded ring.

use crate::batch::Side;

/// Bytes of one encoded event.
pub const EVENT_BYTES: usize = 80;

/// What an event is about. The numbers are part of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// A book was replaced. values: number of bids, number of asks.
    Snapshot = 0,
    /// A level has a new size; `side` says where. values: price, size (0: gone).
    Level = 1,
    /// Best prices changed. values: bid, bid size, ask, ask size (size 0: side empty).
    Top = 2,
    /// A trade; `side` is the taker's, 255 unknown. values: price, size, id (bits of a `u64`).
    Trade = 3,
    /// Best prices as the venue reports them. values: as `Top`.
    Quote = 4,
    /// A book changed its state; `detail` is the [`Reason`]. values: new state, old state.
    State = 5,
    /// A message is missing. values: expected number, received number.
    Gap = 6,
    /// A book is not what the venue says; `detail` is the [`ProofKind`]. values: theirs, ours.
    ProofFailed = 7,
    /// The tick changed. values: new tick at the storage scale.
    Tick = 8,
    /// A message about the connection; `detail` is its kind. values: feed.
    Control = 9,
    /// A frame could not be decoded; `detail` is the error's number. values: feed, frame length.
    DecodeFailed = 10,
    /// Prices cross after fees; `detail`: 0 opened, 1 updated, 2 closed. `instrument` is bought.
    /// values: instrument sold, size, highest price to buy at, lowest price to sell at,
    /// profit in money units (low 64 bits, high 64 bits).
    Opportunity = 11,
}

impl EventKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 12] = [
        Self::Snapshot,
        Self::Level,
        Self::Top,
        Self::Trade,
        Self::Quote,
        Self::State,
        Self::Gap,
        Self::ProofFailed,
        Self::Tick,
        Self::Control,
        Self::DecodeFailed,
        Self::Opportunity,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Level => "level",
            Self::Top => "top",
            Self::Trade => "trade",
            Self::Quote => "quote",
            Self::State => "state",
            Self::Gap => "gap",
            Self::ProofFailed => "proof_failed",
            Self::Tick => "tick",
            Self::Control => "control",
            Self::DecodeFailed => "decode_failed",
            Self::Opportunity => "opportunity",
        }
    }

    #[inline]
    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Why a book changed its state. The numbers are part of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Reason {
    /// A snapshot came, and the changes kept for it joined.
    Joined = 0,
    /// The first change came; its base did not yet.
    AwaitingBase = 1,
    /// A message is missing.
    Gap = 2,
    /// A frame of the connection is missing: it could have been anybody's.
    StreamGap = 3,
    /// The venue's checksum, hash or best prices are not ours.
    ProofFailed = 4,
    /// The best bid is at or above the best ask.
    Crossed = 5,
    /// The sides do not cross any more.
    Uncrossed = 6,
    /// A price or size does not fit the storage scale.
    OffScale = 7,
    /// A size became negative.
    Corrupt = 8,
    /// The connection closed or opened anew.
    Reconnected = 9,
    /// The first change after a reconnection follows the last one before it.
    Continued = 10,
    /// The tick changed: a new epoch of the book.
    TickChanged = 11,
    /// Nothing came for longer than the caller allows.
    Silent = 12,
    /// Something came after a silence.
    Resumed = 13,
    /// The book of another connection took its place.
    TookOver = 14,
    /// A book fetched for comparison was another one.
    AuditFailed = 15,
}

impl Reason {
    /// All reasons, in the order of their numbers.
    pub const ALL: [Self; 16] = [
        Self::Joined,
        Self::AwaitingBase,
        Self::Gap,
        Self::StreamGap,
        Self::ProofFailed,
        Self::Crossed,
        Self::Uncrossed,
        Self::OffScale,
        Self::Corrupt,
        Self::Reconnected,
        Self::Continued,
        Self::TickChanged,
        Self::Silent,
        Self::Resumed,
        Self::TookOver,
        Self::AuditFailed,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::AwaitingBase => "awaiting_base",
            Self::Gap => "gap",
            Self::StreamGap => "stream_gap",
            Self::ProofFailed => "proof_failed",
            Self::Crossed => "crossed",
            Self::Uncrossed => "uncrossed",
            Self::OffScale => "off_scale",
            Self::Corrupt => "corrupt",
            Self::Reconnected => "reconnected",
            Self::Continued => "continued",
            Self::TickChanged => "tick_changed",
            Self::Silent => "silent",
            Self::Resumed => "resumed",
            Self::TookOver => "took_over",
            Self::AuditFailed => "audit_failed",
        }
    }
}

/// By which means a book was proved. The numbers are part of the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ProofKind {
    /// A checksum over the best levels.
    Checksum = 0,
    /// Best prices beside the book.
    Best = 1,
    /// A hash over the message.
    Hash = 2,
}

/// One event. What its values mean stands at its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is about.
    pub kind: EventKind,
    /// Side, where there is one: 0 bid or buy, 1 ask or sell, 255 none.
    pub side: u8,
    /// A further number, see the kind.
    pub detail: u8,
    /// The instrument's number; `u32::MAX` where it concerns none.
    pub instrument: u32,
    /// When the frame was received, in nanoseconds of Unix time.
    pub ts_recv_ns: i64,
    /// The venue's time, in nanoseconds of Unix time; 0 where it says none.
    pub ts_event_ns: i64,
    /// The book's update id; -1 where the venue numbers nothing.
    pub sequence: i64,
    /// See the kind.
    pub values: [i64; 6],
}

/// No side.
pub const NO_SIDE: u8 = u8::MAX;
/// No instrument.
pub const NO_INSTRUMENT: u32 = u32::MAX;

impl Event {
    /// Append the event to `out`: [`EVENT_BYTES`] bytes, little-endian, in the
    /// order `kind side detail 0 instrument ts_recv_ns ts_event_ns sequence values`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.kind as u8, self.side, self.detail, 0]);
        out.extend_from_slice(&self.instrument.to_le_bytes());
        for word in [self.ts_recv_ns, self.ts_event_ns, self.sequence] {
            out.extend_from_slice(&word.to_le_bytes());
        }
        for word in self.values {
            out.extend_from_slice(&word.to_le_bytes());
        }
    }
}

/// What all events of one message have in common.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The instrument's number.
    pub instrument: u32,
    /// When the frame was received.
    pub ts_recv_ns: i64,
    /// The venue's time.
    pub ts_event_ns: i64,
}

impl Context {
    /// An event in this context.
    #[inline]
    pub fn event(self, kind: EventKind, sequence: Option<i64>, values: &[i64]) -> Event {
        let mut all = [0; 6];
        all[..values.len()].copy_from_slice(values);
        Event {
            kind,
            side: NO_SIDE,
            detail: 0,
            instrument: self.instrument,
            ts_recv_ns: self.ts_recv_ns,
            ts_event_ns: self.ts_event_ns,
            sequence: sequence.unwrap_or(-1),
            values: all,
        }
    }
}

/// The events that wait to be drained: a ring that drops the oldest when full.
#[derive(Debug)]
pub struct Events {
    mask: u32,
    ring: Vec<Event>,
    capacity: usize,
    /// Where the oldest event stands once the ring is full.
    oldest: usize,
    dropped: u64,
}

impl Events {
    /// A ring for `capacity` events (at least one); nobody has subscribed yet.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.max(1);
        Self { mask: 0, ring: Vec::new(), capacity, oldest: 0, dropped: 0 }
    }

    /// Keep exactly these kinds from now on.
    pub fn subscribe(&mut self, kinds: &[EventKind]) {
        self.mask = kinds.iter().fold(0, |mask, kind| mask | kind.bit());
        if self.mask != 0 && self.ring.capacity() < self.capacity {
            self.ring.reserve_exact(self.capacity - self.ring.len());
        }
    }

    /// Whether anybody wants this kind.
    #[inline]
    pub fn wants(&self, kind: EventKind) -> bool {
        self.mask & kind.bit() != 0
    }

    /// Keep an event if its kind is wanted.
    #[inline]
    pub fn push(&mut self, event: Event) {
        if !self.wants(event.kind) {
            return;
        }
        if self.ring.len() < self.capacity {
            self.ring.push(event);
            return;
        }
        self.ring[self.oldest] = event;
        self.oldest = (self.oldest + 1) % self.capacity;
        self.dropped += 1;
    }

    /// Give each waiting event to `take`, oldest first, and forget them.
    pub fn drain(&mut self, mut take: impl FnMut(&Event)) {
        let (newer, older) = self.ring.split_at(self.oldest);
        older.iter().chain(newer).for_each(&mut take);
        self.ring.clear();
        self.oldest = 0;
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// How many were dropped because nobody drained in time.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// The number of a side in an event.
#[inline]
pub fn side_number(side: Side) -> u8 {
    side as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(number: i64) -> Event {
        Context { instrument: 7, ts_recv_ns: 1, ts_event_ns: 2 }.event(
            EventKind::Gap,
            Some(number),
            &[3, 4],
        )
    }

    fn drained(events: &mut Events) -> Vec<i64> {
        let mut numbers = Vec::new();
        events.drain(|event| numbers.push(event.sequence));
        numbers
    }

    #[test]
    fn a_full_ring_drops_the_oldest_and_counts() {
        let mut events = Events::new(3);
        events.subscribe(&[EventKind::Gap]);
        (0..5).for_each(|number| events.push(event(number)));
        assert_eq!(events.dropped(), 2);
        assert_eq!(drained(&mut events), [2, 3, 4]);
        events.push(event(9));
        assert_eq!(drained(&mut events), [9]);
    }

    #[test]
    fn only_wanted_kinds_are_kept() {
        let mut events = Events::new(3);
        events.push(event(1));
        events.subscribe(&[EventKind::Trade]);
        events.push(event(2));
        assert!(events.is_empty());
    }

    #[test]
    fn the_encoding_has_a_fixed_size_and_order() {
        let mut bytes = Vec::new();
        event(5).encode(&mut bytes);
        assert_eq!(bytes.len(), EVENT_BYTES);
        assert_eq!(bytes[..8], [6, 255, 0, 0, 7, 0, 0, 0]);
        assert_eq!(
            bytes[24..48],
            [[5, 0, 0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 0, 0, 0, 0]].concat()
        );
    }
}
