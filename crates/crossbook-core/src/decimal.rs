//! Exact decimal text to integers and back.

use crate::error::NumberError;
use crate::lanes::{self, Block};

/// Powers of ten that fit an `i64`.
pub const POW10: [i64; 19] = {
    let mut table = [1_i64; 19];
    let mut exponent = 1;
    while exponent < 19 {
        table[exponent] = table[exponent - 1] * 10;
        exponent += 1;
    }
    table
};

/// Most decimals that a number may carry.
pub const DECIMALS_MAX: u8 = 18;

/// A number as the venue wrote it: `mantissa × 10^-decimals`.
///
/// Trailing zeros are kept, since a checksum may be taken over the digits as
/// sent; they are given up only where the mantissa would not fit otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decimal {
    /// All digits, without the point.
    pub mantissa: i64,
    /// How many of the digits stand behind the point.
    pub decimals: u8,
}

impl Decimal {
    /// Return the number as an integer at the scale of `decimals` decimals.
    ///
    /// # Errors
    /// `Inexact` if digits would be lost, `Range` if it does not fit.
    #[inline]
    pub fn at_scale(self, decimals: u8) -> Result<i64, NumberError> {
        // A venue writes no more decimals than its instruments' scales have.
        let factor = decimals.checked_sub(self.decimals).and_then(|more| POW10.get(more as usize));
        match factor.and_then(|factor| self.mantissa.checked_mul(*factor)) {
            Some(scaled) => Ok(scaled),
            None => rescale(self.mantissa, self.decimals, decimals),
        }
    }

    /// Return the number with the other sign.
    #[inline]
    #[must_use]
    pub fn negated(self) -> Self {
        Self { mantissa: self.mantissa.wrapping_neg(), ..self }
    }

    /// Return `1 - self`: what the other side of a binary contract is worth.
    ///
    /// # Errors
    /// `Range` where the result would be negative.
    pub fn complement(self) -> Result<Self, NumberError> {
        let one = POW10[usize::from(self.decimals)];
        if self.mantissa > one {
            return Err(NumberError::Range);
        }
        Ok(Self { mantissa: one - self.mantissa, ..self })
    }
}

/// Move an integer from one scale to another, exactly.
///
/// # Errors
/// `Inexact` if digits would be lost, `Range` if it does not fit.
pub fn rescale(mantissa: i64, from: u8, to: u8) -> Result<i64, NumberError> {
    if mantissa == 0 {
        return Ok(0);
    }
    let factor = *POW10.get(usize::from(from.abs_diff(to))).ok_or(if from < to {
        NumberError::Range
    } else {
        NumberError::Inexact
    })?;
    if from <= to {
        return mantissa.checked_mul(factor).ok_or(NumberError::Range);
    }
    if mantissa % factor != 0 {
        return Err(NumberError::Inexact);
    }
    Ok(mantissa / factor)
}

/// Read the whole of `text` as a decimal number.
///
/// # Errors
/// `Syntax` unless all of it is one number; `Range` and `Inexact` as in [`parse_prefix`].
pub fn parse(text: &[u8]) -> Result<Decimal, NumberError> {
    let (value, length) = parse_prefix(text)?;
    if length == text.len() {
        Ok(value)
    } else {
        Err(NumberError::Syntax)
    }
}

/// Read the decimal number that `text` begins with; return it and its length in bytes.
///
/// Accepts a sign, digits, a point with digits on at least one side of it, and
/// an exponent. It stops at the first byte that cannot belong to the number.
///
/// # Errors
/// `Syntax` where no number stands, `Range` where it needs more than an `i64`,
/// `Inexact` where it has significant digits past the eighteenth decimal.
#[inline]
pub fn parse_prefix(text: &[u8]) -> Result<(Decimal, usize), NumberError> {
    // The usual number: no sign, no exponent, at most eighteen digits.
    let (whole, whole_digits) = leading_digits(text);
    let mut end = whole_digits;
    let mut mantissa = whole;
    let mut decimals = 0;
    if text.get(end) == Some(&b'.') {
        let (fraction, fraction_digits) = leading_digits(&text[end + 1..]);
        if whole_digits + fraction_digits > 18 {
            return parse_slowly(text);
        }
        mantissa = whole * POW10[fraction_digits].unsigned_abs() + fraction;
        decimals = fraction_digits;
        end += 1 + fraction_digits;
    } else if whole_digits > 18 {
        return parse_slowly(text);
    }
    if whole_digits + decimals == 0 || matches!(text.get(end), Some(b'e' | b'E')) {
        return parse_slowly(text);
    }
    let value = Decimal { mantissa: mantissa.cast_signed(), decimals: decimals as u8 };
    Ok((value, end))
}

/// Value and number of the digits at the start of `text`; the value is only
/// meaningful for at most eighteen of them.
#[inline]
fn leading_digits(text: &[u8]) -> (u64, usize) {
    let mut value = 0_u64;
    let mut count = 0;
    while let Some(chunk) = text.get(count..count + 8) {
        let (part, digits) = eight(chunk);
        value = value.wrapping_mul(POW10[digits].unsigned_abs()).wrapping_add(part);
        count += digits;
        if digits < 8 {
            return (value, count);
        }
    }
    while let Some(byte) = text.get(count).filter(|byte| byte.is_ascii_digit()) {
        value = value.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        count += 1;
    }
    (value, count)
}

/// Value and number of the digits at the start of eight bytes, all at once.
#[inline]
fn eight(chunk: &[u8]) -> (u64, usize) {
    let bytes: [u8; 8] = chunk.try_into().unwrap_or_default();
    let lanes = u64::from_le_bytes(bytes) ^ 0x3030_3030_3030_3030;
    // A lane above nine carries into its top bit.
    let others = (lanes | lanes.wrapping_add(0x7676_7676_7676_7676)) & 0x8080_8080_8080_8080;
    let digits = (others.trailing_zeros() / 8) as usize;
    if digits == 0 {
        return (0, 0);
    }
    (digits_value(lanes << (8 * (8 - digits))), digits)
}

/// The number that eight lanes, a digit each, the first in the lowest, stand for.
///
/// Digits are summed pairwise by three multiplications.
///
/// Source: Langdale and Lemire, "Parsing Gigabytes of JSON per Second" (2019), section 3.1.3.
#[inline]
pub(crate) fn digits_value(lanes: u64) -> u64 {
    let pairs = (lanes.wrapping_mul(10).wrapping_add(lanes >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    (fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff
}

/// By a number of lanes: that many of a block, from the lowest.
const LOWEST: [u128; 17] = {
    let mut masks = [u128::MAX; 17];
    let mut lanes = 0;
    while lanes < 16 {
        masks[lanes] = (1 << (8 * lanes)) - 1;
        lanes += 1;
    }
    masks
};

/// Read the number that begins at `start` and ends before the next quote.
///
/// This is the usual form of a number in a frame and by far the most frequent
/// thing to read, so it is done without a loop. `None` asks the caller to read
/// it in the general way: it is longer than fifteen bytes, or no plain number.
#[inline]
pub fn parse_quoted(text: &[u8], start: usize) -> Option<(Decimal, usize)> {
    parse_before(text, start, b'"')
}

/// As [`parse_quoted`], but the number ends before the next `closing`.
#[inline]
pub fn parse_before(text: &[u8], start: usize, closing: u8) -> Option<(Decimal, usize)> {
    let rest = text.get(start..)?;
    match rest.first_chunk() {
        Some(block) => parse_block(block, closing),
        None => parse_block(&padded(rest), closing),
    }
}

/// What is left of a text at its very edge, and blanks behind it.
#[cold]
fn padded(rest: &[u8]) -> Block {
    let mut block = [b' '; 16];
    for (lane, byte) in block.iter_mut().zip(rest) {
        *lane = *byte;
    }
    block
}

/// Read the number that a block begins with, and its length.
#[inline]
fn parse_block(block: &Block, closing: u8) -> Option<(Decimal, usize)> {
    let places = Places::find(block, closing)?;
    let read = if places.length <= 8 { places.short(block) } else { places.long(block) };
    Some((read?, places.length))
}

/// Read the number of at most eight bytes that a block begins with, before the
/// next `closing`, and its length.
#[inline]
pub(crate) fn parse_short(block: &Block, closing: u8) -> Option<(Decimal, usize)> {
    let places = Places::find(block, closing).filter(|places| places.length <= 8)?;
    Some((places.short(block)?, places.length))
}

/// Where the parts of a number stand that begins a block.
struct Places {
    /// Bytes of the number.
    length: usize,
    /// Bytes before the point.
    point: usize,
    /// Bytes but for the point; never zero.
    count: usize,
}

impl Places {
    #[inline]
    fn find(block: &Block, closing: u8) -> Option<Self> {
        let ends = lanes::equal(block, closing);
        if ends == 0 {
            return None;
        }
        let length = ends.trailing_zeros() as usize;
        // The end stands for a point where there is none: then nothing is behind it.
        let point = (ends | lanes::equal(block, b'.')).trailing_zeros() as usize;
        let count = length - usize::from(point < length);
        (count != 0).then_some(Self { length, point, count })
    }

    /// The number, if it has at most eight bytes.
    #[inline]
    fn short(&self, block: &Block) -> Option<Decimal> {
        let digits = u64::from_le_bytes(*block.first_chunk()?) ^ ZEROS as u64;
        // The digits behind the point move down by one lane, over it.
        let behind = digits >> 8;
        let joined = behind ^ ((digits ^ behind) & *LOWEST.get(self.point)? as u64);
        // The last digit in the highest lane; what followed the number is gone.
        Some(self.decimal(lanes_value(joined << (64 - 8 * self.count))?))
    }

    /// The number, if it has at most fifteen bytes.
    #[inline]
    fn long(&self, block: &Block) -> Option<Decimal> {
        let digits = u128::from_le_bytes(*block) ^ ZEROS;
        let behind = digits >> 8;
        let joined = behind ^ ((digits ^ behind) & LOWEST.get(self.point)?);
        let lanes = joined << (128 - 8 * self.count);
        let (high, low) = (lanes_value(lanes as u64)?, lanes_value((lanes >> 64) as u64)?);
        Some(self.decimal(high * 100_000_000 + low))
    }

    #[inline]
    fn decimal(&self, mantissa: u64) -> Decimal {
        let decimals = (self.count - self.point) as u8;
        Decimal { mantissa: mantissa.cast_signed(), decimals }
    }
}

/// The number that the last bytes of `text` write, one to eight digits of them.
#[inline]
pub(crate) fn last_digits(text: &[u8], count: usize) -> Option<u64> {
    let word = u64::from_le_bytes(*text.last_chunk()?) ^ ZEROS as u64;
    let others = 64_usize.checked_sub(8 * count).filter(|others| *others < 64)?;
    lanes_value(word >> others << others)
}

/// The number that eight lanes write, the last digit in the highest; `None`
/// unless all are digits. Empty lanes are zeros.
#[inline]
fn lanes_value(lanes: u64) -> Option<u64> {
    let others = (lanes | lanes.wrapping_add(ABOVE_NINE as u64)) & TOP_BITS as u64;
    (others == 0).then(|| digits_value(lanes))
}

/// The digit zero in each lane.
const ZEROS: u128 = u128::MAX / 0xff * 0x30;
/// What makes a lane above nine carry into its top bit.
const ABOVE_NINE: u128 = u128::MAX / 0xff * 0x76;
/// The top bit of each lane.
const TOP_BITS: u128 = u128::MAX / 0xff * 0x80;

/// The general form of [`parse_prefix`]: signs, exponents, many digits.
#[cold]
fn parse_slowly(text: &[u8]) -> Result<(Decimal, usize), NumberError> {
    let negative = text.first() == Some(&b'-');
    let mut at = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let mut digits = Digits::default();
    while let Some(&byte) = text.get(at) {
        match byte {
            b'0'..=b'9' => digits.push(byte - b'0')?,
            b'.' if !digits.in_fraction => digits.in_fraction = true,
            _ => break,
        }
        at += 1;
    }
    if digits.count == 0 {
        return Err(NumberError::Syntax);
    }
    let mut exponent = 0;
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let (value, length) = exponent_prefix(&text[at + 1..])?;
        exponent = value;
        at += 1 + length;
    }
    Ok((digits.finish(negative, exponent)?, at))
}

/// Digits of a number being read, zeros held back until they matter.
#[derive(Default)]
struct Digits {
    mantissa: i64,
    decimals: i32,
    /// Zeros read but not yet multiplied in: trailing ones may be dropped.
    zeros: i32,
    count: u32,
    in_fraction: bool,
}

impl Digits {
    fn push(&mut self, digit: u8) -> Result<(), NumberError> {
        self.count += 1;
        if self.count > 4096 {
            return Err(NumberError::Range);
        }
        self.decimals += i32::from(self.in_fraction);
        if digit == 0 {
            self.zeros += 1;
            return Ok(());
        }
        let zeros = std::mem::take(&mut self.zeros);
        self.mantissa = scaled_up(self.mantissa, zeros + 1)?
            .checked_add(i64::from(digit))
            .ok_or(NumberError::Range)?;
        Ok(())
    }

    fn finish(self, negative: bool, exponent: i32) -> Result<Decimal, NumberError> {
        if self.mantissa == 0 {
            let decimals = (self.decimals - exponent).clamp(0, i32::from(DECIMALS_MAX));
            return Ok(Decimal { mantissa: 0, decimals: decimals as u8 });
        }
        // Keep the trailing zeros if they fit, as the digits were sent.
        let mut mantissa = self.mantissa;
        let mut decimals = self.decimals - exponent - self.zeros;
        let wanted = (self.decimals - exponent).clamp(0, i32::from(DECIMALS_MAX));
        if decimals < wanted {
            let least = decimals.max(0);
            mantissa = scaled_up(mantissa, least - decimals)?;
            decimals = least;
            if let Ok(kept) = scaled_up(mantissa, wanted - decimals) {
                (mantissa, decimals) = (kept, wanted);
            }
        }
        if decimals > i32::from(DECIMALS_MAX) {
            return Err(NumberError::Inexact);
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        Ok(Decimal { mantissa, decimals: decimals as u8 })
    }
}

/// Multiply by a power of ten, or `Range`.
fn scaled_up(mantissa: i64, power: i32) -> Result<i64, NumberError> {
    if mantissa == 0 {
        return Ok(0);
    }
    usize::try_from(power)
        .ok()
        .and_then(|power| POW10.get(power))
        .and_then(|factor| mantissa.checked_mul(*factor))
        .ok_or(NumberError::Range)
}

/// Read a decimal exponent; its value is bounded, its length is not.
fn exponent_prefix(text: &[u8]) -> Result<(i32, usize), NumberError> {
    let negative = text.first() == Some(&b'-');
    let mut at = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let start = at;
    let mut value = 0_i32;
    while let Some(byte) = text.get(at).filter(|byte| byte.is_ascii_digit()) {
        value = (value * 10 + i32::from(byte - b'0')).min(10_000);
        at += 1;
    }
    if at == start {
        return Err(NumberError::Syntax);
    }
    Ok((if negative { -value } else { value }, at))
}

/// Write `value × 10^-decimals` as plain decimal text without trailing zeros.
pub fn format(value: i64, decimals: u8) -> String {
    let decimals = usize::from(decimals);
    let digits = value.unsigned_abs().to_string();
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = padded.split_at(padded.len() - decimals);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(mantissa: i64, decimals: u8) -> Decimal {
        Decimal { mantissa, decimals }
    }

    #[test]
    fn text_becomes_digits_and_decimals_as_sent() {
        for (text, expected) in [
            ("61837.63000000", d(6_183_763_000_000, 8)),
            ("0.000022900", d(22_900, 9)),
            (".48", d(48, 2)),
            ("5.", d(5, 0)),
            ("0", d(0, 0)),
            ("0.00000000", d(0, 8)),
            ("-54.00", d(-5_400, 2)),
            ("1e-8", d(1, 8)),
            ("1.50E-3", d(150, 5)),
            ("1e3", d(1_000, 0)),
            ("12.5e1", d(125, 0)),
            ("9223372036854775807", d(i64::MAX, 0)),
            // Trailing zeros are given up where the digits would not fit.
            ("10000000000000.00000000", d(10_000_000_000_000, 0)),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_does_not_fit_is_an_error() {
        for (text, expected) in [
            ("", NumberError::Syntax),
            (".", NumberError::Syntax),
            ("-", NumberError::Syntax),
            ("abc", NumberError::Syntax),
            ("1e", NumberError::Syntax),
            ("1 ", NumberError::Syntax),
            ("1.2.3", NumberError::Syntax),
            ("NaN", NumberError::Syntax),
            ("9223372036854775808", NumberError::Range),
            ("1e400", NumberError::Range),
            ("1e-19", NumberError::Inexact),
            ("0.0000000000000000001", NumberError::Inexact),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_change_of_scale_loses_nothing() {
        assert_eq!(rescale(15, 1, 3), Ok(1_500));
        assert_eq!(rescale(1_500, 3, 1), Ok(15));
        assert_eq!(rescale(1_501, 3, 1), Err(NumberError::Inexact));
        assert_eq!(rescale(i64::MAX, 0, 1), Err(NumberError::Range));
        assert_eq!(rescale(0, 0, 255), Ok(0));
    }

    proptest! {
        #[test]
        fn parsing_agrees_with_big_arithmetic(
            whole in "[0-9]{0,10}", fraction in "[0-9]{0,8}", tail in "([^0-9.eE].{0,10})?",
        ) {
            prop_assume!(whole.len() + fraction.len() > 0);
            let number = format!("{whole}.{fraction}");
            let text = format!("{number}{tail}");
            let (value, length) = parse_prefix(text.as_bytes()).map_err(|e| {
                TestCaseError::fail(format!("{text}: {e:?}"))
            })?;
            prop_assert_eq!(length, number.len());
            // value × 10^-decimals == digits × 10^-fraction.len(), in i128.
            let digits: i128 = format!("0{whole}{fraction}").parse().unwrap_or(-1);
            let left = i128::from(value.mantissa) * 10_i128.pow(fraction.len() as u32);
            let right = digits * 10_i128.pow(u32::from(value.decimals));
            prop_assert_eq!(left, right);
        }

        #[test]
        fn the_quick_way_agrees_with_the_general_one(
            before in "[0-9.\\PC]{0,20}",
            number in prop_oneof!["[0-9]{0,9}[.]?[0-9]{0,9}", "[-+0-9.eE ]{0,12}", "\\PC{0,12}"],
            after in "\\PC{0,20}",
        ) {
            let text = format!("{before}{number}\"{after}");
            if let Some((value, length)) = parse_quoted(text.as_bytes(), before.len()) {
                prop_assert_eq!(length, number.len().min(length));
                let quoted = number.split('"').next().unwrap_or_default();
                prop_assert_eq!(parse(quoted.as_bytes()), Ok(value), "{}", quoted);
            }
        }

        #[test]
        fn the_quick_way_takes_every_usual_number(whole in "[0-9]{1,7}", fraction in "[0-9]{0,7}") {
            let number = if fraction.is_empty() { whole } else { format!("{whole}.{fraction}") };
            let text = format!("some text before {number}\", and more than enough behind");
            let read = parse_quoted(text.as_bytes(), 17);
            let expected = parse(number.as_bytes()).ok().map(|value| (value, number.len()));
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn formatted_text_reads_back(value in any::<i64>(), decimals in 0_u8..=18) {
            prop_assume!(value != i64::MIN);
            let text = format(value, decimals);
            prop_assert_eq!(parse(text.as_bytes()).and_then(|v| v.at_scale(decimals)), Ok(value));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse_prefix(&bytes);
        }
    }
}
