//! Frames in every spelling, and frames that nobody should send.

mod damage;
mod dialects;
mod dice;
mod market;
mod model;
mod protobuf;
mod session;
mod wire;

use crossbook_core::batch::Batch;
use crossbook_core::event::EventKind;
use dialects::{Step, Wire};
use dice::Dice;
use proptest::prelude::*;
use serde_json::Value;
use session::{Bench, Seen, Session};
use wire::Spelling;

fn any_spelling(step: &Step, dice: &mut Dice) -> Vec<u8> {
    match &step.wire {
        Wire::Json(json) => Spelling::any(dice).frame(json).into_bytes(),
        Wire::Protobuf(message) => message.any(dice),
        Wire::Word(word) => word.as_bytes().to_vec(),
    }
}

#[test]
fn the_sessions_are_valid_and_prove_themselves() {
    for (name, dialect) in dialects::ALL {
        let session = Session::new(dialect(), 200, &mut Dice::new(1));
        let mut bench = Bench::new(session.venue, session.natives);
        for step in &session.steps {
            bench.take(step.asked, &step.canonical());
        }
        bench.assert_true(&session, name);
    }
}

/// What every frame must leave in order, whatever it holds.
fn look(bench: &mut Bench, session: &Session, step: &Step, bytes: &[u8], name: &str) {
    let label = format!("{name}: {}", String::from_utf8_lossy(bytes));
    let (seen_before, counts_before) = (bench.seen(), bench.counts());
    let refused_before = bench.refused();
    let events = bench.take(step.asked, bytes);
    let (seen, counts) = (bench.seen(), bench.counts());
    assert_eq!(counts.frames, counts_before.frames + 1, "{label}");
    assert_eq!(counts.bytes, counts_before.bytes + bytes.len() as u64, "{label}");
    if bench.refused() > refused_before {
        assert_eq!(bench.refused(), refused_before + 1, "{label}");
        assert_eq!(counts.messages, counts_before.messages, "{label}");
        assert_eq!(seen, seen_before, "{label}");
        let kinds: Vec<u8> = events.iter().map(|event| event[0]).collect();
        assert_eq!(kinds, [EventKind::DecodeFailed as u8], "{label}");
        return;
    }
    let named = natives_of(session, step, bytes);
    let legs = seen.len() / 2;
    for (at, (seen, before)) in seen.iter().zip(&seen_before).enumerate() {
        if !named.iter().any(|native| native == session.natives[at / legs]) {
            untouched(seen, before, counts.stream_gaps > counts_before.stream_gaps, &label);
        }
    }
    compare(session, step, bytes, &seen_before, &seen, &label);
}

/// The instruments that a frame means by the engine's own decoder.
fn natives_of(session: &Session, step: &Step, bytes: &[u8]) -> Vec<String> {
    let (mut batch, mut scratch) = (Batch::default(), Vec::new());
    let venue = session.venue;
    let bytes = match crossbook_core::text::prepare(bytes, &mut scratch) {
        Ok(text) if !venue.is_binary(bytes) => text,
        _ => bytes,
    };
    let decoded = match step.asked {
        Some(_) => venue.decode_snapshot(bytes, &mut batch),
        None => venue.decode(bytes, &mut batch),
    };
    assert_eq!(decoded, Ok(()), "the engine took it");
    if let Some(native) = step.asked {
        return vec![native.to_owned()];
    }
    let symbol = |message: &crossbook_core::batch::Message| {
        String::from_utf8_lossy(message.symbol.bytes(bytes)).into_owned()
    };
    batch.messages().iter().map(symbol).collect()
}

/// An instrument that the frame does not name; a gap in a numbered connection makes it stale.
fn untouched(seen: &Seen, before: &Seen, gap: bool, label: &str) {
    assert_eq!((&seen.bids, &seen.asks), (&before.bids, &before.asks), "{label}");
    assert_eq!(seen.counts, before.counts, "{label}");
    assert!(gap || seen.state == before.state, "{label}");
}

/// The books must be what a plain reader makes of the frame.
fn compare(
    session: &Session,
    step: &Step,
    bytes: &[u8],
    before: &[Seen],
    seen: &[Seen],
    label: &str,
) {
    let Ok(tree) = serde_json::from_slice::<Value>(bytes) else { return };
    if !model::knows(session.venue, &tree) {
        return;
    }
    for (at, native) in session.natives.iter().enumerate() {
        let expected = model::after(session.venue, step.asked, &tree, native, &before[at]);
        if let Some([bids, asks]) = expected {
            assert_eq!((&seen[at].bids, &seen[at].asks), (&bids, &asks), "{label}");
        }
    }
}

fn json_of(step: &Step) -> Option<&wire::Json> {
    match &step.wire {
        Wire::Json(json) => Some(json),
        _ => None,
    }
}

/// A session with damaged frames between its own; then a new connection without any.
/// Return how many frames were refused, and how many damaged ones were taken.
fn ill_treated(name: &str, dialect: dialects::Make, seed: u64) -> (u64, u64) {
    let mut dice = Dice::new(seed);
    let mut session = Session::new(dialect(), 30, &mut dice);
    let mut bench = Bench::new(session.venue, session.natives);
    let mut damaged = 0;
    for step in &session.steps {
        while dice.once_in(2) {
            let mut any = || &session.steps[dice.below(session.steps.len())];
            let (one, other) = (any(), any());
            let one = if dice.once_in(2) { one } else { step };
            let bytes =
                damage::damaged(json_of(one), &one.canonical(), &other.canonical(), &mut dice);
            look(&mut bench, &session, one, &bytes, name);
            damaged += 1;
        }
        look(&mut bench, &session, step, &step.canonical(), name);
    }
    let refused = bench.refused();
    bench.reconnect();
    for step in session.begin_anew(dialect(), &mut dice) {
        bench.take(step.asked, &step.canonical());
    }
    bench.assert_live(&session, name);
    (refused, damaged - refused)
}

#[test]
fn some_damage_is_refused_and_some_is_taken() {
    for (name, dialect) in dialects::ALL {
        let (refused, taken) = (0..10)
            .map(|seed| ill_treated(name, dialect, seed))
            .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        assert!(refused > 50 && taken > 20, "{name}: {refused} refused, {taken} taken");
    }
}

/// So many cases that CI takes seconds; `PROPTEST_CASES` asks for more.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(48),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_spelling_of_a_frame_means_the_same(seed in any::<u64>()) {
        for (name, dialect) in dialects::ALL {
            let mut dice = Dice::new(seed);
            let session = Session::new(dialect(), 40, &mut dice);
            let mut plain = Bench::new(session.venue, session.natives);
            let mut free = Bench::new(session.venue, session.natives);
            for step in &session.steps {
                let spelled = any_spelling(step, &mut dice);
                let label = || format!("{name}: {}", String::from_utf8_lossy(&spelled));
                let expected = plain.take(step.asked, &step.canonical());
                prop_assert_eq!(free.take(step.asked, &spelled), expected, "{}", label());
                prop_assert_eq!(free.seen(), plain.seen(), "{}", label());
            }
            let counts = [free.counts(), plain.counts()].map(|mut counts| {
                counts.bytes = 0;
                counts
            });
            prop_assert_eq!(counts[0], counts[1]);
            free.assert_true(&session, name);
        }
    }

    #[test]
    fn damage_is_refused_or_means_what_it_says(seed in any::<u64>()) {
        for (name, dialect) in dialects::ALL {
            ill_treated(name, dialect, seed);
        }
    }
}
