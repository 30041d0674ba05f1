//! Frames in every spelling, and frames that nobody should send.

mod dialects;
mod dice;
mod market;
mod protobuf;
mod session;
mod wire;

use dialects::{Step, Wire};
use dice::Dice;
use proptest::prelude::*;
use session::{Bench, Session};
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

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
}
