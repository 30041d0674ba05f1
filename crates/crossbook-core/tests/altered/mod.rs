//! Frames that are nearly in a venue's usual spelling.

use crossbook_core::batch::Batch;
use proptest::prelude::*;

/// What is decoded as usual needs no preparation, and what is not leaves nothing behind.
pub fn assert_usual(decode_usual: fn(&[u8], &mut Batch) -> bool, frame: &str) {
    let mut batch = Batch::default();
    if decode_usual(frame.as_bytes(), &mut batch) {
        assert!(frame.is_ascii() && !frame.contains('\\'), "{frame}");
        assert!(!batch.messages().is_empty(), "{frame}");
    } else {
        assert!(batch.messages().is_empty() && batch.levels().is_empty(), "{frame}");
        assert!(batch.stream().is_none(), "{frame}");
    }
}

/// Some bytes of a text replaced, put in or taken out; bytes that mean something mostly.
pub fn altered(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let byte =
        prop_oneof![prop::sample::select(b"\"\\{}[]:, .-e019\x1f\x7f!#/:".to_vec()), 0_u8..0x80,];
    let change = (any::<prop::sample::Index>(), 0_u8..3, byte);
    (text, proptest::collection::vec(change, 0..3)).prop_map(|(text, changes)| {
        let mut text: Vec<char> = text.chars().collect();
        for (place, act, byte) in changes {
            let at = place.index(text.len());
            match act {
                0 => text[at] = char::from(byte),
                1 => text.insert(at, char::from(byte)),
                _ => drop(text.remove(at)),
            }
        }
        text.into_iter().collect()
    })
}
