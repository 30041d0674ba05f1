//! The venues' own rules for "nothing is missing between these two messages".

use crate::batch::Sequence;

/// What a message's number means for a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It follows what the book knows.
    Next,
    /// The book knows it already.
    Old,
    /// At least one message is missing.
    Gap {
        /// The number that would have followed.
        expected: i64,
        /// The number that came.
        received: i64,
    },
}

/// Where a book stands in its venue's numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Last update id that the book contains.
    pub id: i64,
    /// Whether `id` is the end of a message of the stream. A REST answer may be
    /// as of an id in the middle of one.
    pub on_stream: bool,
}

/// Judge a change by the rule that its own numbers name.
///
/// - `Range` (Binance, MEXC, Gate.io, Bybit): old if it ends at or before the
///   last known id; next if it begins at or before the id after it.
/// - `Link` (OKX): next if its `previous` is the last known id; the first one
///   after a REST base may straddle it.
/// - `Unnumbered`: always next; the venue proves its books otherwise.
#[inline]
pub fn judge(position: Position, sequence: Sequence) -> Verdict {
    let Position { id: known, on_stream } = position;
    match sequence {
        Sequence::Unnumbered | Sequence::Base(_) => Verdict::Next,
        Sequence::Range { last, .. } if last <= known => Verdict::Old,
        Sequence::Range { first, .. } if first - 1 <= known => Verdict::Next,
        Sequence::Range { first, .. } => {
            Verdict::Gap { expected: known.saturating_add(1), received: first }
        }
        Sequence::Link { previous, .. } if previous == known => Verdict::Next,
        // The same message once more: a repeat is not a gap.
        Sequence::Link { id, .. } if id == known => Verdict::Old,
        Sequence::Link { id, .. } if !on_stream && id < known => Verdict::Old,
        Sequence::Link { previous, .. } if !on_stream && previous < known => Verdict::Next,
        Sequence::Link { previous, .. } => Verdict::Gap { expected: known, received: previous },
    }
}

/// The last id that a message brings a book to, if the venue numbers it.
#[inline]
pub fn reached(sequence: Sequence) -> Option<i64> {
    match sequence {
        Sequence::Unnumbered => None,
        Sequence::Base(id) | Sequence::Link { id, .. } => Some(id),
        Sequence::Range { last, .. } => Some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: Position = Position { id: 100, on_stream: true };
    const REST: Position = Position { id: 100, on_stream: false };

    fn range(first: i64, last: i64) -> Sequence {
        Sequence::Range { first, last }
    }

    fn link(previous: i64, id: i64) -> Sequence {
        Sequence::Link { previous, id }
    }

    #[test]
    fn a_range_is_old_next_or_a_gap() {
        for (sequence, verdict) in [
            (range(90, 100), Verdict::Old),
            (range(101, 101), Verdict::Next),
            (range(101, 110), Verdict::Next),
            (range(95, 110), Verdict::Next),
            (range(102, 110), Verdict::Gap { expected: 101, received: 102 }),
        ] {
            assert_eq!(judge(STREAM, sequence), verdict, "{sequence:?}");
            assert_eq!(judge(REST, sequence), verdict, "{sequence:?}");
        }
    }

    #[test]
    fn a_link_must_name_the_last_id() {
        for (sequence, verdict) in [
            (link(100, 107), Verdict::Next),
            // The minute's heartbeat, and the smaller id after a maintenance.
            (link(100, 100), Verdict::Next),
            (link(100, 3), Verdict::Next),
            (link(93, 100), Verdict::Old),
            (link(99, 107), Verdict::Gap { expected: 100, received: 99 }),
            (link(105, 107), Verdict::Gap { expected: 100, received: 105 }),
        ] {
            assert_eq!(judge(STREAM, sequence), verdict, "{sequence:?}");
        }
    }

    #[test]
    fn the_first_link_after_a_rest_base_may_straddle_it() {
        for (sequence, verdict) in [
            (link(80, 90), Verdict::Old),
            (link(90, 100), Verdict::Old),
            (link(95, 107), Verdict::Next),
            (link(100, 107), Verdict::Next),
            (link(103, 107), Verdict::Gap { expected: 100, received: 103 }),
        ] {
            assert_eq!(judge(REST, sequence), verdict, "{sequence:?}");
        }
    }
}
