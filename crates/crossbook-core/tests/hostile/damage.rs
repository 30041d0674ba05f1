//! Frames that nobody should send, made of ones that somebody does.

use crate::dice::Dice;
use crate::wire::Json;

/// Numbers that fit nothing, texts that are none, and numbers that fit but are absurd.
const ABSURD: [&str; 16] = [
    "1e999",
    "-1",
    "-0.01",
    "99999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "92233720368.54775807",
    "0.0000000000000000001",
    "1e-400",
    "600.000000001",
    "0",
    "-0",
    "00000000000000000000000001",
    "NaN",
    "1.2.3",
    "",
];

/// Damage a frame in one way.
pub fn damaged(step: Option<&Json>, bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    match step {
        Some(json) if dice.once_in(2) => {
            let mut json = json.clone();
            let target = dice.below(count(&json));
            spoil(&mut json, &mut { target }, dice);
            json.canonical().into_bytes()
        }
        _ => bytes_damaged(bytes, other, dice),
    }
}

fn bytes_damaged(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let at = dice.below(out.len());
    let end = (at + 1 + dice.below(12)).min(out.len());
    match dice.below(11) {
        0 => out.truncate(at),
        1 => out[at] ^= 1 << dice.below(8),
        2 => out[at] = dice.word() as u8,
        3 => drop(out.drain(at..end)),
        4 => drop(out.splice(at..at, dice.pick(&ABSURD).bytes())),
        5 => drop(out.splice(at..at, bytes[at..end].iter().copied())),
        // Bytes that no UTF-8 text holds, or an encoding that is longer than it may be.
        6 => drop(out.splice(at..at, dice.pick(&[[0xff, 0xfe], [0xc0, 0xaf], [0xed, 0xa0]]))),
        7 => drop(out.splice(at.., other[dice.below(other.len())..].iter().copied())),
        8 => out.extend_from_slice(other),
        9 => out = vec![dice.pick(b"[{\"\\0\x0a\x00"); 1 + dice.below(5_000)],
        _ => out = (0..dice.below(200)).map(|_| dice.word() as u8).collect(),
    }
    out
}

/// How many values a value holds, itself included.
fn count(json: &Json) -> usize {
    1 + match json {
        Json::Array(items) => items.iter().map(count).sum(),
        Json::Object(members) => members.iter().map(|(_, value)| count(value)).sum(),
        _ => 0,
    }
}

/// Spoil the value that `target` counts down to.
fn spoil(json: &mut Json, target: &mut usize, dice: &mut Dice) {
    if *target == 0 {
        spoil_here(json, dice);
    }
    *target = target.wrapping_sub(1);
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| spoil(item, target, dice)),
        Json::Object(members) => {
            for (_, value) in members {
                spoil(value, target, dice);
            }
        }
        _ => {}
    }
}

fn spoil_here(json: &mut Json, dice: &mut Dice) {
    let choice = dice.below(12);
    match json {
        Json::Object(members) if choice < 8 && !members.is_empty() => {
            let at = dice.below(members.len());
            match choice {
                0..=3 => drop(members.remove(at)),
                4 | 5 => members.push(members[at].clone()),
                6 => members.push((members[at].0.clone(), any_value(dice))),
                _ => members[at].0.push('x'),
            }
        }
        Json::Array(items) if choice < 8 && !items.is_empty() => {
            let at = dice.below(items.len());
            match choice {
                0..=3 => drop(items.remove(at)),
                _ => items.insert(at, items[at].clone()),
            }
        }
        Json::Text(text) if choice < 4 => text.push_str(dice.pick(&["X", " ", "", "é"])),
        _ => *json = any_value(dice),
    }
}

fn any_value(dice: &mut Dice) -> Json {
    match dice.below(10) {
        0 => Json::Null,
        1 => Json::Bool(true),
        2 => Json::text(dice.pick(&["", "snapshot", "BTCUSDT", "update"])),
        3 => Json::Array(Vec::new()),
        4 => Json::Object(Vec::new()),
        5 => nested(70),
        6 => Json::Id(dice.pick(&[0, -1, 1, i64::MAX, i64::MIN, 1 << 32, 1 << 53])),
        _ => Json::digits(dice.pick(&ABSURD)),
    }
}

fn nested(depth: usize) -> Json {
    (0..depth).fold(Json::Array(Vec::new()), |inner, _| Json::Array(vec![inner]))
}
