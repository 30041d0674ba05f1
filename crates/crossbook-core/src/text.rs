//! What every text frame goes through before its venue's decoder sees it.

use crate::error::DecodeError;
use crate::lanes;

/// Check that a frame is UTF-8 and resolve the escapes that may stand in names.
///
/// Some encoders write `/` as `\/` and ASCII as `\u00XX`. Both are rewritten
/// here, so that decoders can compare names byte for byte; escapes that stand
/// for quotes, backslashes and control characters stay as they are. `scratch`
/// is only written where the frame has a backslash.
///
/// # Errors
/// `InvalidUtf8` if it is not UTF-8.
pub fn prepare<'a>(frame: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<&'a [u8], DecodeError> {
    if !has_rare(frame) {
        return Ok(frame);
    }
    if std::str::from_utf8(frame).is_err() {
        return Err(DecodeError::InvalidUtf8);
    }
    if !frame.contains(&b'\\') {
        return Ok(frame);
    }
    scratch.clear();
    unescape(frame, scratch);
    Ok(scratch)
}

/// Whether any byte is a backslash or not ASCII.
#[inline]
fn has_rare(frame: &[u8]) -> bool {
    let (blocks, _) = frame.as_chunks::<16>();
    match frame.last_chunk() {
        Some(last) => lanes::any_rare(blocks) || lanes::rare(last) != 0,
        None => frame.iter().any(|byte| *byte == b'\\' || !byte.is_ascii()),
    }
}

fn unescape(frame: &[u8], out: &mut Vec<u8>) {
    let mut rest = frame;
    while let Some(at) = rest.iter().position(|&byte| byte == b'\\') {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let (plain, length) = escape(rest);
        match plain {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(&rest[..length]),
        }
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
}

/// The byte that an escape stands for, if it may be put in its place, and its length.
fn escape(text: &[u8]) -> (Option<u8>, usize) {
    match text.get(1) {
        Some(b'/') => (Some(b'/'), 2),
        Some(b'u') => {
            let code = text
                .get(2..6)
                .and_then(|hex| std::str::from_utf8(hex).ok())
                .and_then(|hex| u32::from_str_radix(hex, 16).ok());
            match code {
                Some(code @ 0x20..=0x7e) if code != 0x22 && code != 0x5c => (Some(code as u8), 6),
                _ => (None, 2),
            }
        }
        _ => (None, text.len().min(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unescaped_and_structure_is_kept() {
        for (frame, expected) in [
            (r#"{"s":"BTC\/USD"}"#, r#"{"s":"BTC/USD"}"#),
            (r#"{"s":"\u0042TC"}"#, r#"{"s":"BTC"}"#),
            (r#"{"s":"a\"b\\"}"#, r#"{"s":"a\"b\\"}"#),
            (r#"{"s":"\u0022"}"#, r#"{"s":"\u0022"}"#),
            (r#"{"s":"\\/"}"#, r#"{"s":"\\/"}"#),
            ("tail\\", "tail\\"),
        ] {
            let mut scratch = Vec::new();
            assert_eq!(prepare(frame.as_bytes(), &mut scratch), Ok(expected.as_bytes()));
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        assert_eq!(prepare(b"\"\xff\"", &mut Vec::new()), Err(DecodeError::InvalidUtf8));
        assert!(prepare("\"é\"".as_bytes(), &mut Vec::new()).is_ok());
    }
}
