//! What the fuzzers found once, replayed: one file a case, in the folder of its target.

mod checks;

use std::fs;
use std::path::Path;

use crossbook_core::venue::Venue;

/// Read the cases of a target; there is no folder where nothing was found.
fn cases(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions").join(target);
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let mut cases: Vec<_> = entries
        .map(|entry| {
            let bytes = fs::read(entry.path()).expect("a case is a file");
            (entry.file_name().to_string_lossy().into_owned(), bytes)
        })
        .collect();
    cases.sort();
    cases
}

fn replay(target: &str, check: impl Fn(&[u8])) {
    for (name, bytes) in cases(target) {
        // A test that fails prints the last line.
        println!("{target}/{name}");
        check(&bytes);
    }
}

#[test]
fn decoders_keep_their_promises_on_what_broke_one() {
    for venue in Venue::ALL {
        replay(venue.name(), |bytes| {
            for venue in Venue::ALL {
                checks::decoder(venue, bytes);
            }
        });
    }
}

#[test]
fn numbers_and_json_keep_theirs() {
    replay("decimal", checks::number);
    replay("json", checks::json);
}

#[test]
fn books_keep_theirs() {
    replay("engine", checks::books::script);
}

#[test]
fn every_folder_is_that_of_a_target() {
    let targets = ["decimal", "json", "engine"].into_iter().chain(Venue::ALL.map(Venue::name));
    let targets: Vec<_> = targets.collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions");
    let entries = fs::read_dir(folder).expect("the folder is in the repository");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let unknown: Vec<_> =
        names.filter(|name| !targets.iter().any(|target| name == target)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
