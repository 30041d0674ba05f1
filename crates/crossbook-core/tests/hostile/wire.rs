//! JSON as a tree that remembers what may be spelled otherwise, and its spellings.

use crate::dice::Dice;

/// A value of a frame.
#[derive(Clone, Debug)]
pub enum Json {
    Null,
    Bool(bool),
    /// A string in every spelling.
    Text(String),
    /// A whole number: a JSON number, or a string that holds it.
    Id(i64),
    /// A price, size or time: as `Id`, and its digits may change as long as its value does not.
    Amount(String),
    /// As `Id`, with the digits that a checksum is taken over.
    Digits(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub fn digits(text: &str) -> Self {
        Self::Digits(text.to_owned())
    }

    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Self {
        Self::Object(members.map(|(key, value)| (key.to_owned(), value)).into())
    }

    /// The one spelling that everything else is compared with.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        Spelling::canonical().write(self, &mut out);
        out
    }
}

/// What a writer of JSON may do as it likes.
#[derive(Clone, Copy)]
enum Freedom {
    Order = 1,
    Blanks = 2,
    Extras = 4,
    Numbers = 8,
    Escapes = 16,
    /// One blank behind each comma and colon.
    Wide = 32,
}

/// A writer, and the freedoms that it takes.
pub struct Spelling<'a> {
    dice: Option<&'a mut Dice>,
    freedoms: usize,
}

const BLANKS: [&str; 6] = ["", "", " ", "\n", "\t  ", "\r\n"];

/// Unknown members: names that begin or end like known ones, values of any kind.
const EXTRAS: [(&str, &str); 18] = [
    ("_", "null"),
    ("b_x", r#"[["1","2"],["3"]]"#),
    ("a_x", r#"{"a":[["1","2"]],"u":5,"channel":"book","type":"snapshot"}"#),
    ("ee", "-1.5e+30"),
    ("typ", r#""snapshot""#),
    ("types", "true"),
    ("channel_x", r#""book""#),
    ("data_x", r#"[{"data":[[[[[[1,"]"],"}"]]]]],"seq":-0}]"#),
    ("sequence_num_x", "12345678901234567890123"),
    ("price_x", r#""not a number""#),
    ("text", r#""a \"quoted\" \\ word\n\u00e9\ud83d\ude00 \\u0041 {[,:]}""#),
    // Names and texts about as long as the sixteen bytes that are looked at in one step.
    ("fifteen_bytes_x", r#""fifteen bytes x""#),
    ("sixteen_bytes__x", r#""sixteen bytes  x""#),
    ("seventeen_bytes_x", r#"["seventeen bytes x","0123456789"]"#),
    ("a_name_of_thirty_one_bytes_in_it", r#""0123456789012345678901234567890\\""#),
    ("Ünïcode €", r#""日本語 \/""#),
    ("", r#"{"":{"":""}}"#),
    ("x\\\"y", "[ ]"),
];

impl<'a> Spelling<'a> {
    fn canonical() -> Self {
        Self { dice: None, freedoms: 0 }
    }

    /// Any mixture of the freedoms.
    pub fn any(dice: &'a mut Dice) -> Self {
        let freedoms = dice.below(64);
        Self { dice: Some(dice), freedoms }
    }

    fn has(&self, freedom: Freedom) -> bool {
        self.freedoms & freedom as usize != 0
    }

    /// Write a frame.
    pub fn frame(mut self, json: &Json) -> String {
        let mut out = String::new();
        self.blank(&mut out);
        self.write(json, &mut out);
        self.blank(&mut out);
        out
    }

    /// Use a freedom, if it is there, once in `times`.
    fn once_in(&mut self, times: usize, freedom: Freedom) -> bool {
        self.has(freedom) && self.dice.as_mut().is_some_and(|dice| dice.once_in(times))
    }

    fn blank(&mut self, out: &mut String) {
        if let (true, Some(dice)) = (self.has(Freedom::Blanks), &mut self.dice) {
            out.push_str(dice.pick(&BLANKS));
        }
    }

    fn write(&mut self, json: &Json, out: &mut String) {
        match json {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Text(text) => self.text(text, out),
            Json::Id(value) => self.number(&value.to_string(), false, out),
            Json::Amount(digits) => {
                let digits = self.respelled(digits);
                self.number(&digits, true, out);
            }
            Json::Digits(digits) => self.number(digits, true, out),
            Json::Array(items) => self.array(items, out),
            Json::Object(members) => self.object(members, out),
        }
    }

    fn array(&mut self, items: &[Json], out: &mut String) {
        out.push('[');
        self.blank(out);
        for (at, item) in items.iter().enumerate() {
            self.separator(at, out);
            self.write(item, out);
            self.blank(out);
        }
        out.push(']');
    }

    fn object(&mut self, members: &[(String, Json)], out: &mut String) {
        let mut order: Vec<Option<&(String, Json)>> = members.iter().map(Some).collect();
        while self.once_in(3, Freedom::Extras) {
            order.push(None);
        }
        let is_free = self.has(Freedom::Order);
        if let Some(dice) = &mut self.dice {
            // Unknown members stand anywhere; known ones keep their order unless it is free.
            dice.shuffle(&mut order);
            if !is_free {
                let mut known = members.iter();
                order.iter_mut().flatten().for_each(|slot| *slot = known.next().expect("as many"));
            }
        }
        out.push('{');
        self.blank(out);
        for (at, member) in order.into_iter().enumerate() {
            self.separator(at, out);
            match member {
                Some((key, value)) => {
                    self.text(key, out);
                    self.colon(out);
                    self.write(value, out);
                }
                None => self.extra(out),
            }
            self.blank(out);
        }
        out.push('}');
    }

    fn separator(&mut self, at: usize, out: &mut String) {
        if at > 0 {
            out.push(',');
            self.gap(out);
        }
    }

    /// What stands behind a comma or a colon.
    fn gap(&mut self, out: &mut String) {
        if self.has(Freedom::Wide) {
            out.push(' ');
        } else {
            self.blank(out);
        }
    }

    fn colon(&mut self, out: &mut String) {
        self.blank(out);
        out.push(':');
        self.gap(out);
    }

    fn extra(&mut self, out: &mut String) {
        if let Some(dice) = &mut self.dice {
            let (key, value) = dice.pick(&EXTRAS);
            out.push('"');
            out.push_str(key);
            out.push('"');
            self.colon(out);
            out.push_str(value);
        }
    }

    fn text(&mut self, text: &str, out: &mut String) {
        out.push('"');
        for letter in text.chars() {
            let is_plain = matches!(letter, ' '..='~') && letter != '"' && letter != '\\';
            if is_plain && self.once_in(4, Freedom::Escapes) {
                let code = letter as u32;
                let escape = match letter {
                    '/' if self.once_in(2, Freedom::Escapes) => "\\/".to_owned(),
                    _ if self.once_in(2, Freedom::Escapes) => format!("\\u{code:04x}"),
                    _ => format!("\\u{code:04X}"),
                };
                out.push_str(&escape);
            } else {
                out.push(letter);
            }
        }
        out.push('"');
    }

    /// A number as a string or bare; `quoted` is what it is without freedom.
    fn number(&mut self, digits: &str, quoted: bool, out: &mut String) {
        let is_quoted = quoted ^ self.once_in(2, Freedom::Numbers);
        if is_quoted {
            self.text(digits, out);
        } else {
            out.push_str(digits);
        }
    }

    /// The same value in other digits: more zeros, or an exponent.
    fn respelled(&mut self, digits: &str) -> String {
        let Some((whole, fraction)) = digits.split_once('.') else { return digits.to_owned() };
        if !self.once_in(2, Freedom::Numbers) {
            return digits.to_owned();
        }
        let form = self.dice.as_mut().map_or(0, |dice| dice.below(5));
        match form {
            0 => format!("{digits}000"),
            1 if fraction.ends_with('0') => digits[..digits.len() - 1].to_owned(),
            2 => format!("{digits}e0"),
            3 if !whole.starts_with(['0', '-']) => {
                format!("{whole}{fraction}E-{}", fraction.len())
            }
            // A whole part of many digits gives the last one to the fraction.
            4 if whole.len() > 2 => {
                format!("{}.{}{fraction}e+1", &whole[..whole.len() - 1], &whole[whole.len() - 1..])
            }
            _ => digits.to_owned(),
        }
    }
}
