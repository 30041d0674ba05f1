//! Protobuf messages as trees, and the spellings that the format allows.

use crate::dice::Dice;

/// A field's value.
#[derive(Clone, Debug)]
pub enum Value {
    Varint(u64),
    Text(String),
    Message(Message),
}

/// Fields in the order in which the venue writes them.
#[derive(Clone, Debug, Default)]
pub struct Message(pub Vec<(u64, Value)>);

impl Message {
    /// The one spelling that everything else is compared with.
    pub fn canonical(&self) -> Vec<u8> {
        let fields = self.0.iter().map(|(number, value)| match value {
            Value::Varint(value) => varint_field(*number, *value, 0),
            Value::Text(text) => bytes_field(*number, text.as_bytes(), 0),
            Value::Message(message) => bytes_field(*number, &message.canonical(), 0),
        });
        fields.collect::<Vec<_>>().concat()
    }

    /// Fields in another order, unknown ones among them, and varints longer than needed.
    pub fn any(&self, dice: &mut Dice) -> Vec<u8> {
        let mut fields: Vec<(u64, Vec<u8>)> = Vec::new();
        for (number, value) in &self.0 {
            let pad = if dice.once_in(4) { dice.below(3) } else { 0 };
            let bytes = match value {
                Value::Varint(value) => varint_field(*number, *value, pad),
                Value::Text(text) => bytes_field(*number, text.as_bytes(), pad),
                Value::Message(message) => bytes_field(*number, &message.any(dice), pad),
            };
            fields.push((*number, bytes));
        }
        // Fields of one number are a list: they stay in order.
        for _ in 0..fields.len() {
            let at = dice.below(fields.len().saturating_sub(1));
            if fields.len() > 1 && fields[at].0 != fields[at + 1].0 {
                fields.swap(at, at + 1);
            }
        }
        while dice.once_in(2) {
            let at = dice.below(fields.len() + 1);
            fields.insert(at, (0, unknown(dice)));
        }
        fields.into_iter().flat_map(|(_, bytes)| bytes).collect()
    }
}

fn unknown(dice: &mut Dice) -> Vec<u8> {
    let number = dice.between(700, 90_000) as u64;
    match dice.below(5) {
        0 => varint_field(number, dice.word(), 0),
        1 => bytes_field(number, b"\xff{\"a\":[", 0),
        2 => [varint(number << 3 | 1, 0), vec![7; 8]].concat(),
        3 => [varint(number << 3 | 5, 0), vec![9; 4]].concat(),
        _ => {
            let inside = bytes_field(1, b"1.5", 0);
            [varint(number << 3 | 3, 0), inside, varint(number << 3 | 4, 0)].concat()
        }
    }
}

/// A varint in `pad` more bytes than it needs.
fn varint(mut value: u64, pad: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    for _ in 0..pad.min(10 - bytes.len()) {
        *bytes.last_mut().expect("one byte at least") |= 0x80;
        bytes.push(0);
    }
    bytes
}

fn varint_field(number: u64, value: u64, pad: usize) -> Vec<u8> {
    [varint(number << 3, 0), varint(value, pad)].concat()
}

fn bytes_field(number: u64, value: &[u8], pad: usize) -> Vec<u8> {
    [&varint(number << 3 | 2, 0)[..], &varint(value.len() as u64, pad), value].concat()
}
