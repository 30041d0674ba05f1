//! What a decoder makes of a frame, before anything touches a book.
//!
//! A frame is decoded whole into a [`Batch`]; only then are its messages
//! applied. So a frame that turns out to be damaged changes nothing. The batch
//! is reused and allocates nothing once it has grown to its largest frame.

use std::ops::Range;

use crate::decimal::Decimal;
use crate::error::DecodeError;

/// Most levels that one frame may carry: above any venue's full book.
pub const LEVELS_MAX: usize = 2_000_000;

/// Side of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Side {
    /// Those who buy.
    Bid,
    /// Those who sell.
    Ask,
}

impl Side {
    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Bid => Self::Ask,
            Self::Ask => Self::Bid,
        }
    }
}

/// Which leg of a binary contract an instrument is, where its symbol names both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Outcome {
    /// The symbol alone names the instrument.
    #[default]
    Whole,
    /// The YES leg.
    Yes,
    /// The NO leg.
    No,
}

/// A piece of the frame: where a name stands in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// The span of `part`, which must be a subslice of `frame`.
    #[inline]
    pub fn of(frame: &[u8], part: &[u8]) -> Self {
        let start = (part.as_ptr() as usize).wrapping_sub(frame.as_ptr() as usize);
        Self { start: start as u32, len: part.len() as u32 }
    }

    /// The bytes it covers in `frame`; none if it does not fit.
    #[inline]
    pub fn bytes(self, frame: &[u8]) -> &[u8] {
        let start = self.start as usize;
        frame.get(start..start + self.len as usize).unwrap_or_default()
    }

    /// Whether it covers nothing.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// One price level as sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// Side of the book.
    pub side: Side,
    /// Price, never negative.
    pub price: Decimal,
    /// Size; negative only in a [`BookKind::Change`].
    pub size: Decimal,
}

/// What the levels of a book message mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BookKind {
    /// They are the whole book.
    Snapshot,
    /// Each is the new size of its level; zero removes it.
    Delta,
    /// Each is added to the size of its level (Kalshi).
    Change,
}

/// How a book message is chained to the one before it, by the venue's own rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// The venue numbers nothing here.
    Unnumbered,
    /// A snapshot as of this update id.
    Base(i64),
    /// Updates `first..=last`: `first` may be at most one past the last known one.
    Range {
        /// First update id in the message.
        first: i64,
        /// Last update id in the message.
        last: i64,
    },
    /// `previous` must be the last known id (OKX); `id` need not be larger.
    Link {
        /// Id of the message before.
        previous: i64,
        /// Id of this message.
        id: i64,
    },
}

/// What a book message says of the book that results from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing.
    None,
    /// Kraken: CRC32 over the ten best levels of both sides.
    KrakenChecksum(u32),
    /// OKX before June 2026: CRC32 over the 25 best levels, as `i32`.
    OkxChecksum(i32),
    /// Best prices after the message; `None`: that side is empty.
    Best {
        /// Best bid.
        bid: Option<Decimal>,
        /// Best ask.
        ask: Option<Decimal>,
    },
    /// A hash over the message itself, already compared by the decoder.
    Hash {
        /// Whether it was the hash of what was sent.
        matches: bool,
    },
}

/// A change of a book, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookMessage {
    /// What the levels mean.
    pub kind: BookKind,
    /// Which levels of [`Batch::levels`] belong to it.
    pub levels: Range<u32>,
    /// How it is chained.
    pub sequence: Sequence,
    /// What it says of the result.
    pub proof: Proof,
    /// The venue keeps only so many levels a side on this channel; 0: all.
    pub depth: u32,
}

/// A trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Price.
    pub price: Decimal,
    /// Size.
    pub size: Decimal,
    /// The side that took: a buyer takes from the asks. `None`: the venue does not say.
    pub taker: Option<TakerSide>,
    /// The venue's id if it is a number, else a 64-bit FNV-1a hash of it.
    pub id: u64,
}

/// Who took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum TakerSide {
    /// The taker bought.
    Buy,
    /// The taker sold.
    Sell,
}

/// Best prices as the venue reports them beside its book.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quote {
    /// Best bid price; `None`: no bid, or not said.
    pub bid: Option<Decimal>,
    /// Size at the best bid, where said.
    pub bid_size: Option<Decimal>,
    /// Best ask price; `None`: no ask, or not said.
    pub ask: Option<Decimal>,
    /// Size at the best ask, where said.
    pub ask_size: Option<Decimal>,
    /// When it held, in the terms of the book's own updates.
    pub at: QuoteAt,
}

/// To which state of the book a quote can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuoteAt {
    /// To none: it says nothing that could be joined to the book.
    #[default]
    Unknown,
    /// The channel sends every change of the best prices: the quote holds from
    /// this update id to the id of the next quote.
    Since(i64),
    /// To the book at exactly this update id.
    Exactly(i64),
    /// To the book after all changes of exactly this venue time.
    Time(i64),
    /// To the book as it stands when the quote comes, provided that the last
    /// change applied to it is of exactly this venue time; else to none.
    LastChange(i64),
}

/// A message about the connection rather than a market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Control {
    /// A subscription was accepted or ended, or another command was answered.
    Ack,
    /// The connection is alive.
    Heartbeat,
    /// The answer to a ping.
    Pong,
    /// The venue or a market changed its state.
    Status,
    /// The venue refused something; the text is its own.
    Refused,
    /// The venue is about to close the connection.
    Closing,
    /// A known kind of message that crossbook does not use (klines and the like).
    Unused,
}

impl Control {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Ack,
        Self::Heartbeat,
        Self::Pong,
        Self::Status,
        Self::Refused,
        Self::Closing,
        Self::Unused,
    ];

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ack => "ack",
            Self::Heartbeat => "heartbeat",
            Self::Pong => "pong",
            Self::Status => "status",
            Self::Refused => "refused",
            Self::Closing => "closing",
            Self::Unused => "unused",
        }
    }
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Levels of a book.
    Book(BookMessage),
    /// A trade.
    Trade(Trade),
    /// Best prices.
    Quote(Quote),
    /// The tick changed: a new epoch of the book, which is unknown until its next snapshot.
    Tick(Decimal),
    /// The channel's depth became known from the answer to a subscription.
    Depth(u32),
    /// About the connection; the span is the venue's text, where there is one.
    Control(Control, Span),
}

/// One message of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The venue's own symbol; empty where the frame does not name it.
    pub symbol: Span,
    /// Which leg, where the symbol names two.
    pub outcome: Outcome,
    /// The venue's time of the event in nanoseconds; 0 where it says none.
    pub ts_event_ns: i64,
    /// What it says.
    pub body: Body,
}

/// A number that counts the frames of a connection, or of one subscription on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamNumber {
    /// Which subscription; 0 where the whole connection is numbered.
    pub stream: u32,
    /// The frame's number.
    pub number: i64,
    /// The number of the first frame after the stream opens.
    pub first: i64,
}

/// All messages of one frame.
#[derive(Debug, Default)]
pub struct Batch {
    messages: Vec<Message>,
    levels: Vec<Level>,
    stream: Option<StreamNumber>,
}

impl Batch {
    /// Make it empty for the next frame.
    #[inline]
    pub fn clear(&mut self) {
        self.messages.clear();
        self.levels.clear();
        self.stream = None;
    }

    /// The messages, in the order of the frame.
    #[inline]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The levels that messages refer to.
    #[inline]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The levels of one book message.
    #[inline]
    pub fn levels_of(&self, message: &BookMessage) -> &[Level] {
        let range = message.levels.start as usize..message.levels.end as usize;
        self.levels.get(range).unwrap_or_default()
    }

    /// The frame's place in its connection, where the venue numbers frames.
    #[inline]
    pub fn stream(&self) -> Option<StreamNumber> {
        self.stream
    }

    /// Say the frame's place in its connection.
    #[inline]
    pub fn set_stream(&mut self, stream: StreamNumber) {
        self.stream = Some(stream);
    }

    /// Add a message.
    #[inline]
    pub fn push(&mut self, message: Message) {
        self.messages.push(message);
    }

    /// Give the messages from the `first` on the time of their event: a venue
    /// may write it behind them.
    #[inline]
    pub fn stamp(&mut self, first: usize, ts_event_ns: i64) {
        for message in self.messages.iter_mut().skip(first) {
            message.ts_event_ns = ts_event_ns;
        }
    }

    /// Add a message about the connection.
    #[inline]
    pub fn push_control(&mut self, control: Control, text: Span) {
        self.push(Message {
            symbol: Span::default(),
            outcome: Outcome::Whole,
            ts_event_ns: 0,
            body: Body::Control(control, text),
        });
    }

    /// Where the next level will stand.
    #[inline]
    pub fn mark(&self) -> u32 {
        self.levels.len() as u32
    }

    /// Add a level.
    ///
    /// # Errors
    /// `TooLarge` past [`LEVELS_MAX`] levels in one frame.
    #[inline]
    pub fn push_level(&mut self, level: Level) -> Result<(), DecodeError> {
        if self.levels.len() >= LEVELS_MAX {
            return Err(DecodeError::TooLarge);
        }
        self.levels.push(level);
        Ok(())
    }

    /// All levels since `mark`.
    #[inline]
    pub fn since(&self, mark: u32) -> Range<u32> {
        mark..self.mark()
    }

    /// Forget the levels since `mark`, which no message refers to.
    #[inline]
    pub fn forget_since(&mut self, mark: u32) {
        self.levels.truncate(mark as usize);
    }

    /// Forget the messages from the `first` on.
    #[inline]
    pub fn forget_messages_since(&mut self, first: usize) {
        self.messages.truncate(first);
    }

    /// Levels that can change their side or price in place since `mark`.
    pub fn levels_mut(&mut self, range: Range<u32>) -> &mut [Level] {
        self.levels.get_mut(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

/// A trade id as a number: itself if it is one, else its 64-bit FNV-1a hash.
///
/// Source: Fowler, Noll, Vo, RFC 9923 (FNV-1a, 64 bits).
#[inline]
pub fn trade_id(text: &[u8]) -> u64 {
    let mut number = 0_u64;
    let is_number = !text.is_empty()
        && text.len() <= 19
        && text.iter().all(|byte| {
            number = number.wrapping_mul(10).wrapping_add(u64::from(byte.wrapping_sub(b'0')));
            byte.is_ascii_digit()
        });
    if is_number {
        return number;
    }
    text.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
