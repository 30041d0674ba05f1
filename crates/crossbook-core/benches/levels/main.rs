//! Which structure holds the price levels of one side?
//!
//! `cargo bench -p crossbook-core --bench levels`; the choice is recorded in
//! `docs/decisions/0008-levels-in-sorted-arrays.md`.

mod streams;
mod structures;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput};

use streams::{Stream, DIFF, NEAR_TOP, UNIFORM};
use structures::{BestFirst, BestLast, Sorted, Store, Tree, TwoArrays};

/// Apply a stream of messages to a copy of its book; read the best level after each.
fn updates<S: Store>(criterion: &mut Criterion, group: &str, stream: &Stream) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(stream.updates() as u64));
    let mut start = S::default();
    start.load(&stream.snapshot);
    assert_eq!(start.best(), stream.snapshot.first().copied(), "{} is out of order", S::NAME);
    group.bench_function(S::NAME, |bencher| {
        bencher.iter_batched_ref(
            || start.clone(),
            |store| {
                for message in stream.messages() {
                    let mut hint = usize::MAX;
                    for &(price, size) in message {
                        store.set(price, size, &mut hint);
                    }
                    black_box(store.best());
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// Load a snapshot, best level first, into a store that held one before.
fn snapshots<S: Store>(criterion: &mut Criterion, group: &str, snapshot: &[(i64, i64)]) {
    let mut group = criterion.benchmark_group(group);
    group.throughput(Throughput::Elements(snapshot.len() as u64));
    let mut store = S::default();
    group.bench_function(S::NAME, |bencher| {
        bencher.iter(|| {
            store.load(black_box(snapshot));
            store.best()
        });
    });
    group.finish();
}

/// The same group for each structure, after they were shown to agree.
macro_rules! each_structure {
    ($run:ident, $criterion:expr, $group:expr, $input:expr) => {
        $run::<Sorted>($criterion, $group, $input);
        $run::<TwoArrays>($criterion, $group, $input);
        $run::<BestLast>($criterion, $group, $input);
        $run::<BestFirst>($criterion, $group, $input);
        $run::<Tree>($criterion, $group, $input);
    };
}

fn agree(stream: &Stream) {
    let expected = stream.end::<Tree>();
    for (name, end) in [
        (Sorted::NAME, stream.end::<Sorted>()),
        (BestLast::NAME, stream.end::<BestLast>()),
        (BestFirst::NAME, stream.end::<BestFirst>()),
        (TwoArrays::NAME, stream.end::<TwoArrays>()),
    ] {
        assert!(end == expected, "{name} ends with another book");
    }
}

fn levels(criterion: &mut Criterion) {
    for (group, stream) in [
        ("recorded diffs, 1700 levels", Stream::new(1_700, 300, 34, &DIFF)),
        ("recorded diffs, 50000 levels", Stream::new(50_000, 300, 34, &DIFF)),
        ("one level near the top, 1000 levels", Stream::new(1_000, 5_000, 1, &NEAR_TOP)),
        ("one level near the top, 50 levels", Stream::new(50, 5_000, 1, &NEAR_TOP)),
        ("one level anywhere, 50000 levels", Stream::new(50_000, 2_000, 1, &UNIFORM)),
    ] {
        agree(&stream);
        each_structure!(updates, criterion, group, &stream);
    }
    for (group, levels) in [("snapshot, 1000 levels", 1_000), ("snapshot, 50000 levels", 50_000)] {
        let stream = Stream::new(levels, 0, 1, &NEAR_TOP);
        each_structure!(snapshots, criterion, group, &stream.snapshot);
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    levels(&mut criterion);
    criterion.final_summary();
}
