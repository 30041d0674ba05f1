//! A plain reader of four venues' books: a tree of JSON, maps, and the rules in prose.

use std::collections::BTreeMap;

use crossbook_core::batch::Side::{self, Ask, Bid};
use crossbook_core::book::BookState;
use crossbook_core::venue::Venue;
use serde_json::Value;

use crate::session::Seen;

/// Price and size at eight decimals; `None`: one of them does not fit.
type Row = Option<(Side, i64, i64)>;

/// What a frame says of one book.
struct Reading {
    native: String,
    is_snapshot: bool,
    /// First and last update id, where there are any.
    ids: Option<(i64, i64)>,
    depth: usize,
    rows: Vec<Row>,
}

/// Whether there is a model of how the venue writes this frame.
pub fn knows(venue: Venue, tree: &Value) -> bool {
    match venue {
        Venue::Binance | Venue::Bybit | Venue::Kraken => true,
        Venue::Coinbase => tree.get("channel").is_none(),
        _ => false,
    }
}

/// Bids and asks of the instrument `native` after a frame that was taken.
///
/// `None`: a base that changes kept for it may join, which the tests of the engine look at.
pub fn after(
    venue: Venue,
    asked: Option<&str>,
    tree: &Value,
    native: &str,
    seen: &Seen,
) -> Option<[Vec<(i64, i64)>; 2]> {
    let mut bids: BTreeMap<i64, i64> = seen.bids.iter().copied().collect();
    let mut asks: BTreeMap<i64, i64> = seen.asks.iter().copied().collect();
    let mut is_known = matches!(seen.state, BookState::Live | BookState::Suspect);
    let mut sequence = seen.sequence;
    let mut depth = seen.depth as usize;
    for reading in readings(venue, asked, tree) {
        if reading.native != native {
            continue;
        }
        if reading.is_snapshot && reading.ids.is_some() && seen.state != BookState::Live {
            return None;
        }
        if reading.rows.contains(&None) {
            is_known = false;
            continue;
        }
        if reading.is_snapshot {
            let is_behind = reading.ids.zip(sequence).is_some_and(|(ids, known)| ids.1 < known);
            if asked.is_some() && is_behind {
                continue;
            }
            bids.clear();
            asks.clear();
            is_known = true;
        } else {
            let (follows, is_old) = match (reading.ids, sequence) {
                (Some((first, last)), Some(known)) => (first - 1 <= known, last <= known),
                _ => (true, false),
            };
            if !is_known || is_old {
                continue;
            }
            if !follows {
                is_known = false;
                continue;
            }
        }
        sequence = reading.ids.map(|ids| ids.1);
        if reading.depth != 0 {
            depth = reading.depth;
        }
        for (side, price, size) in reading.rows.into_iter().flatten() {
            let levels = if side == Bid { &mut bids } else { &mut asks };
            match size {
                0 => levels.remove(&price),
                _ => levels.insert(price, size),
            };
        }
        while depth != 0 && bids.len() > depth {
            bids.pop_first();
        }
        while depth != 0 && asks.len() > depth {
            asks.pop_last();
        }
    }
    Some([bids.into_iter().rev().collect(), asks.into_iter().collect()])
}

fn readings(venue: Venue, asked: Option<&str>, tree: &Value) -> Vec<Reading> {
    match venue {
        Venue::Binance => binance(asked, tree).into_iter().collect(),
        Venue::Bybit => bybit(tree).into_iter().collect(),
        Venue::Coinbase => exchange(tree).into_iter().collect(),
        Venue::Kraken if tree.is_array() => kraken_v1(tree).into_iter().collect(),
        Venue::Kraken => kraken_v2(tree).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn binance(asked: Option<&str>, tree: &Value) -> Option<Reading> {
    // The members of the envelope and those of the message have different names.
    let get = |key: &str| tree.get("data").and_then(|data| data.get(key)).or(tree.get(key));
    let rows = [rows(get("b").or(get("bids")), Bid), rows(get("a").or(get("asks")), Ask)].concat();
    if get("e").and_then(Value::as_str) == Some("depthUpdate") {
        return Some(Reading {
            native: get("s")?.as_str()?.to_owned(),
            is_snapshot: false,
            ids: Some((integer(get("U")?)?, integer(get("u")?)?)),
            depth: 0,
            rows,
        });
    }
    let id = integer(get("lastUpdateId")?)?;
    let native = asked?.to_owned();
    Some(Reading { native, is_snapshot: true, ids: Some((id, id)), depth: 0, rows })
}

fn bybit(tree: &Value) -> Option<Reading> {
    let (depth, name) = tree.get("topic")?.as_str()?.strip_prefix("orderbook.")?.split_once('.')?;
    let data = tree.get("data")?;
    let id = integer(data.get("u")?)?;
    let native = data.get("s").or(data.get("symbol")).and_then(Value::as_str).unwrap_or(name);
    Some(Reading {
        native: native.to_owned(),
        is_snapshot: tree.get("type")?.as_str()? == "snapshot",
        ids: Some((id, id)),
        depth: depth.parse().ok()?,
        rows: [rows(data.get("b"), Bid), rows(data.get("a"), Ask)].concat(),
    })
}

fn exchange(tree: &Value) -> Option<Reading> {
    let kind = tree.get("type")?.as_str()?;
    let rows = match kind {
        "snapshot" => [rows(tree.get("bids"), Bid), rows(tree.get("asks"), Ask)].concat(),
        "l2update" => {
            let changes = tree.get("changes")?.as_array()?;
            let side = |row: &Value| if row[0] == "buy" { Bid } else { Ask };
            changes.iter().map(|row| self::row(side(row), row.get(1)?, row.get(2)?)).collect()
        }
        _ => return None,
    };
    Some(Reading {
        native: tree.get("product_id")?.as_str()?.to_owned(),
        is_snapshot: kind == "snapshot",
        ids: None,
        depth: 0,
        rows,
    })
}

fn kraken_v1(tree: &Value) -> Option<Reading> {
    let items = tree.as_array()?;
    // The channel's id stands first, in either spelling.
    let mut words = items.iter().filter_map(Value::as_str).filter(|w| w.parse::<i64>().is_err());
    let (channel, pair) = (words.next()?, words.next()?);
    let depth = channel.strip_prefix("book-")?.parse().ok()?;
    let (mut found, mut is_snapshot) = (Vec::new(), false);
    for object in items.iter().filter_map(Value::as_object) {
        for (key, side) in [("as", Ask), ("bs", Bid), ("a", Ask), ("b", Bid)] {
            found.extend(rows(object.get(key), side));
            is_snapshot |= key.len() == 2 && object.contains_key(key);
        }
    }
    Some(Reading { native: pair.to_owned(), is_snapshot, ids: None, depth, rows: found })
}

fn kraken_v2(tree: &Value) -> Option<Vec<Reading>> {
    if tree.get("channel")? != "book" {
        return None;
    }
    let is_snapshot = tree.get("type")? == "snapshot";
    let read = |item: &Value| {
        let side = |key: &str, side: Side| -> Vec<Row> {
            let levels = item.get(key).and_then(Value::as_array).into_iter().flatten();
            levels.map(|level| row(side, level.get("price")?, level.get("qty")?)).collect()
        };
        let (bids, asks) = (side("bids", Bid), side("asks", Ask));
        // A snapshot whose longer side has one of these lengths is as long as it may be.
        let longest = bids.len().max(asks.len());
        let is_full = is_snapshot && [10, 25, 100, 500, 1000].contains(&longest);
        Some(Reading {
            native: item.get("symbol")?.as_str()?.to_owned(),
            is_snapshot,
            ids: None,
            depth: if is_full { longest } else { 0 },
            rows: [bids, asks].concat(),
        })
    };
    Some(tree.get("data")?.as_array()?.iter().filter_map(read).collect())
}

/// `[[price, size, …], …]`.
fn rows(list: Option<&Value>, side: Side) -> Vec<Row> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.map(|item| row(side, item.get(0)?, item.get(1)?)).collect()
}

fn row(side: Side, price: &Value, size: &Value) -> Row {
    Some((side, scaled(price)?, scaled(size)?))
}

fn digits(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn integer(value: &Value) -> Option<i64> {
    i64::try_from(fixed(&digits(value)?, 0)?).ok()
}

/// A number at eight decimals.
fn scaled(value: &Value) -> Option<i64> {
    i64::try_from(fixed(&digits(value)?, 8)?).ok()
}

/// Decimal text at `decimals` decimals, if it fits exactly.
fn fixed(text: &str, decimals: i32) -> Option<i128> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let all: i128 = format!("{whole}{fraction}").parse().ok()?;
    let power = exponent.parse::<i32>().ok()? - fraction.len() as i32 + decimals;
    let unit = 10_i128.checked_pow(power.unsigned_abs())?;
    if power >= 0 {
        return all.checked_mul(unit);
    }
    (all % unit == 0).then_some(all / unit)
}
