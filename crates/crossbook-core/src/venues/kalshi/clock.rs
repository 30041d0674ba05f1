//! When an event happened, in any of the forms that the venue has used.

use crate::decimal;
use crate::error::DecodeError;
use crate::json::{once, Cursor};
use crate::time;
use crate::venues::{null, token};

/// The time of an event: `ts_ms`, or the older `ts`.
#[derive(Default)]
pub(super) struct Clock {
    has_ms: Option<()>,
    ms: Option<i64>,
    has_older: Option<()>,
    older_ns: Option<i64>,
}

impl Clock {
    /// Read the member if it is a time; say whether it was.
    #[inline]
    pub fn read<'a>(
        &mut self,
        key: &[u8],
        cursor: &mut Cursor<'a>,
        frame: &'a [u8],
    ) -> Result<bool, DecodeError> {
        match key {
            b"ts_ms" => {
                once(&mut self.has_ms, ())?;
                if !null(cursor)? {
                    self.ms = Some(cursor.id()?);
                }
            }
            b"ts" => {
                once(&mut self.has_older, ())?;
                if !null(cursor)? {
                    self.older_ns = Some(older_time(token(cursor, frame)?)?);
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    #[inline]
    pub fn ns(&self) -> Result<i64, DecodeError> {
        self.ms.map_or(Ok(self.older_ns.unwrap_or(0)), time::from_ms)
    }
}

/// RFC 3339 in the books of 2026-04, seconds elsewhere.
fn older_time(text: &[u8]) -> Result<i64, DecodeError> {
    if text.get(4) == Some(&b'-') {
        return time::from_rfc3339(text);
    }
    time::from_s(decimal::parse(text)?.at_scale(0).map_err(|_| DecodeError::BadNumber)?)
}
