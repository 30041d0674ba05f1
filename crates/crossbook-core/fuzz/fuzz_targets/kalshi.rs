//! Bytes as a frame and as a REST answer of Kalshi.
#![no_main]

#[path = "../../tests/checks/mod.rs"]
#[allow(dead_code)] // Each target uses one of the checks.
mod checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::decoder(
    crossbook_core::venue::Venue::Kalshi,
    bytes
));
