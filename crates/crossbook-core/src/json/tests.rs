//! The cursor on text that is JSON, and on text that is not.

use super::*;
use proptest::prelude::*;

fn skipped(text: &str) -> Result<(), DecodeError> {
    let mut cursor = Cursor::new(text.as_bytes());
    cursor.skip()?;
    cursor.end()
}

#[test]
fn any_value_can_be_skipped() {
    for text in [
        r#"{"a":[1,2.5e3,{"b":null}],"c":"x\"y","d":true}"#,
        " [ ] ",
        "{ }",
        r#"["a" , "b"]"#,
        "-1",
    ] {
        assert_eq!(skipped(text), Ok(()), "{text}");
    }
}

#[test]
fn what_is_not_json_is_malformed_or_truncated() {
    for (text, error) in [
        ("", DecodeError::Truncated),
        ("{", DecodeError::Truncated),
        (r#"{"a""#, DecodeError::Truncated),
        (r#"{"a":1,}"#, DecodeError::Malformed),
        ("[1,]", DecodeError::Malformed),
        ("[1}", DecodeError::Malformed),
        (r#"{"a":1]"#, DecodeError::Malformed),
        ("[1 2]", DecodeError::Malformed),
        ("tru", DecodeError::Truncated),
        ("nope", DecodeError::Malformed),
        ("1 1", DecodeError::Malformed),
        ("[[[[", DecodeError::Truncated),
    ] {
        assert_eq!(skipped(text), Err(error), "{text}");
    }
    assert_eq!(skipped(&"[".repeat(100)), Err(DecodeError::TooDeep));
}

#[test]
fn a_key_longer_than_a_block_ends_at_its_own_quote() {
    // Behind the key, 32 bytes from its start, another one ends.
    let text = r#"{"taker_outcome_side":"yes","ts_ms":7,"x":0,"y":0,"z":0}"#;
    let mut cursor = Cursor::new(text.as_bytes());
    let mut members = cursor.object().expect("an object");
    let mut keys = Vec::new();
    while let Ok(Some(key)) = members.key(&mut cursor) {
        keys.push(key);
        cursor.skip().expect("a value");
    }
    assert_eq!(keys, [&b"taker_outcome_side"[..], b"ts_ms", b"x", b"y", b"z"]);
}

#[test]
fn a_string_longer_than_a_block_ends_its_row_at_its_own_quote() {
    // Behind it, 32 bytes from its start, the next row ends.
    let text = r#"{"a sufficiently long key":[["1.5","2.5","0123456789abcdef"],["3","4000.25"]]}"#;
    let rows = text.find(r#"["1.5""#).expect("it stands there");
    let mut cursor = Cursor::new(text.as_bytes()).at(rows);
    let row = cursor.usual_row();
    assert_eq!(cursor.position(), rows + if row.is_some() { 32 } else { 0 });
}

#[test]
fn numbers_come_as_strings_or_as_numbers() {
    for text in [r#""1.50""#, "1.50", "  1.50"] {
        let value = Cursor::new(text.as_bytes()).decimal();
        assert_eq!(value, Ok(Decimal { mantissa: 150, decimals: 2 }), "{text}");
    }
    assert_eq!(Cursor::new(b"\"1.5x\"").decimal(), Err(DecodeError::BadNumber));
    assert_eq!(Cursor::new(b"\"1.5").decimal(), Err(DecodeError::Truncated));
    assert_eq!(Cursor::new(b"null").decimal(), Err(DecodeError::WrongType));
    assert_eq!(Cursor::new(b"-1").amount(), Err(DecodeError::BadNumber));
    assert_eq!(Cursor::new(b"\"\"").optional_amount(), Ok(None));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let mut cursor = Cursor::new(&bytes);
        let _ = cursor.skip();
        let _ = Cursor::new(&bytes).decimal();
        let _ = Cursor::new(&bytes).string();
    }
}
