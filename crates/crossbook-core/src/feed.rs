//! One connection to a venue: what numbers its frames, what came over it.

use crate::batch::{Control, StreamNumber};
use crate::error::DecodeError;
use crate::venue::Venue;

/// What was counted of one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedCounts {
    /// Frames received.
    pub frames: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages in them.
    pub messages: u64,
    /// Frames that could not be decoded, by the number of the error.
    pub decode_errors: [u64; DecodeError::ALL.len()],
    /// Messages for a symbol that nobody registered.
    pub unknown_symbols: u64,
    /// Messages about the connection, by their kind.
    pub controls: [u64; Control::ALL.len()],
    /// Times that frames of the connection were missing.
    pub stream_gaps: u64,
    /// Frames that came again, or too late.
    pub stream_old: u64,
}

/// What a frame's number says of the frames before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamVerdict {
    /// It follows the last one.
    Next,
    /// It was there already, or a later one was.
    Old,
    /// Frames are missing.
    Gap {
        /// The number that would have followed.
        expected: i64,
        /// The number that came.
        received: i64,
    },
}

/// One connection.
#[derive(Debug)]
pub struct Feed {
    venue: Venue,
    /// Whether the connection was seen to open: its first frame has a known number.
    is_fresh: bool,
    /// The next number of each numbered stream.
    streams: Vec<(u32, i64)>,
    /// By instrument number: which stream brings its book, if this connection does.
    books: Vec<Option<u32>>,
    counts: FeedCounts,
}

impl Feed {
    /// A connection that may have been open for a while.
    pub fn new(venue: Venue) -> Self {
        Self {
            venue,
            is_fresh: false,
            streams: Vec::new(),
            books: Vec::new(),
            counts: FeedCounts::default(),
        }
    }

    /// Where it leads.
    #[inline]
    pub fn venue(&self) -> Venue {
        self.venue
    }

    /// What was counted.
    pub fn counts(&self) -> &FeedCounts {
        &self.counts
    }

    /// What was counted, to be added to.
    #[inline]
    pub fn counts_mut(&mut self) -> &mut FeedCounts {
        &mut self.counts
    }

    /// The connection opened: numbering begins anew.
    pub fn open(&mut self) {
        self.is_fresh = true;
        self.streams.clear();
    }

    /// Instruments whose books come over it, with the stream that brings each.
    pub fn books(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let numbered = self.books.iter().enumerate();
        numbered.filter_map(|(instrument, stream)| Some((instrument as u32, (*stream)?)))
    }

    /// The only instrument whose book comes over it, if there is only one.
    pub fn only_book(&self) -> Option<u32> {
        let mut books = self.books();
        let (instrument, _) = books.next()?;
        books.next().is_none().then_some(instrument)
    }

    /// Remember that an instrument's book comes over this connection.
    #[inline]
    pub fn brings(&mut self, instrument: u32, stream: u32) {
        if self.books.get(instrument as usize) != Some(&Some(stream)) {
            self.note(instrument as usize, stream);
        }
    }

    #[cold]
    fn note(&mut self, at: usize, stream: u32) {
        if at >= self.books.len() {
            self.books.resize(at + 1, None);
        }
        self.books[at] = Some(stream);
    }

    /// Judge a frame by its number, and expect the one after it.
    #[inline]
    pub fn judge(&mut self, frame: StreamNumber) -> StreamVerdict {
        let StreamNumber { stream, number, first } = frame;
        let Some((_, next)) = self.streams.iter_mut().find(|(known, _)| *known == stream) else {
            self.streams.push((stream, number.saturating_add(1)));
            if self.is_fresh && number > first {
                return StreamVerdict::Gap { expected: first, received: number };
            }
            return StreamVerdict::Next;
        };
        let expected = *next;
        if number < expected {
            return StreamVerdict::Old;
        }
        *next = number.saturating_add(1);
        if number == expected {
            StreamVerdict::Next
        } else {
            StreamVerdict::Gap { expected, received: number }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(stream: u32, number: i64) -> StreamNumber {
        StreamNumber { stream, number, first: 1 }
    }

    #[test]
    fn each_stream_of_a_connection_is_numbered_apart() {
        let mut feed = Feed::new(Venue::Kalshi);
        feed.open();
        for (frame, verdict) in [
            (number(1, 1), StreamVerdict::Next),
            (number(2, 1), StreamVerdict::Next),
            (number(1, 2), StreamVerdict::Next),
            (number(1, 2), StreamVerdict::Old),
            (number(1, 4), StreamVerdict::Gap { expected: 3, received: 4 }),
            (number(1, 5), StreamVerdict::Next),
            (number(2, 2), StreamVerdict::Next),
            (number(3, 2), StreamVerdict::Gap { expected: 1, received: 2 }),
        ] {
            assert_eq!(feed.judge(frame), verdict, "{frame:?}");
        }
    }

    #[test]
    fn a_recording_may_begin_in_the_middle_of_a_connection() {
        let mut feed = Feed::new(Venue::Coinbase);
        assert_eq!(feed.judge(number(0, 17)), StreamVerdict::Next);
        assert_eq!(feed.judge(number(0, 18)), StreamVerdict::Next);
    }
}
