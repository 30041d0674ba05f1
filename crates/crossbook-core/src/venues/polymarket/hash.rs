//! The hash of a book: SHA-1 over the venue's own way to write it.
//!
//! Source: py-clob-client `utilities.py`, `generate_orderbook_summary_hash`.

use sha1_smol::Sha1;

use crate::error::DecodeError;
use crate::json::Cursor;
use crate::venues::{null, source};

use super::unquoted;

/// The fields that the hash is over, as sent, and where the levels stand.
pub(super) struct Preimage<'a> {
    pub market: &'a [u8],
    pub asset_id: &'a [u8],
    pub timestamp: &'a [u8],
    pub bids: usize,
    pub asks: usize,
    pub order_size_min: &'a [u8],
    pub tick_size: &'a [u8],
    pub neg_risk: &'a [u8],
    pub last_trade_price: &'a [u8],
}

impl Preimage<'_> {
    /// Whether `hash`, in hexadecimal, is the hash of these fields of `frame`.
    pub fn matches(&self, frame: &[u8], hash: &[u8]) -> Result<bool, DecodeError> {
        let mut sha1 = Sha1::new();
        for part in [
            &b"{\"market\":\""[..],
            self.market,
            b"\",\"asset_id\":\"",
            self.asset_id,
            b"\",\"timestamp\":\"",
            self.timestamp,
            b"\",\"hash\":\"\",\"bids\":[",
        ] {
            sha1.update(part);
        }
        levels(frame, self.bids, &mut sha1)?;
        sha1.update(b"],\"asks\":[");
        levels(frame, self.asks, &mut sha1)?;
        for part in [
            &b"],\"min_order_size\":\""[..],
            self.order_size_min,
            b"\",\"tick_size\":\"",
            self.tick_size,
            b"\",\"neg_risk\":",
            self.neg_risk,
            b",\"last_trade_price\":\"",
            self.last_trade_price,
            b"\"}",
        ] {
            sha1.update(part);
        }
        Ok(is_hex_of(hash, &sha1.digest().bytes()))
    }
}

/// Add the levels of the array at `position`, without white space.
fn levels(frame: &[u8], position: usize, sha1: &mut Sha1) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(frame).at(position);
    if null(&mut cursor)? {
        return Ok(());
    }
    let mut separator = &b"{\"price\":\""[..];
    let mut rows = cursor.array()?;
    while rows.item(&mut cursor)? {
        let (mut price, mut size) = (&b""[..], &b""[..]);
        let mut members = cursor.object()?;
        while let Some(key) = members.key(&mut cursor)? {
            match key {
                b"price" => price = unquoted(source(&mut cursor, frame)?),
                b"size" => size = unquoted(source(&mut cursor, frame)?),
                _ => cursor.skip()?,
            }
        }
        for part in [separator, price, b"\",\"size\":\"", size, b"\"}"] {
            sha1.update(part);
        }
        separator = b",{\"price\":\"";
    }
    Ok(())
}

fn is_hex_of(text: &[u8], digest: &[u8; 20]) -> bool {
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.len() == 40
        && text
            .iter()
            .zip(digits)
            .all(|(&digit, value)| char::from(digit).to_digit(16) == Some(u32::from(value)))
}
