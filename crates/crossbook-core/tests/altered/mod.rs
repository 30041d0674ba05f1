//! Frames that are nearly in a venue's usual spelling.

use proptest::prelude::*;

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
