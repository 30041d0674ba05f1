//! Sixteen bytes looked at in one step.
//!
//! On x86-64 with SSE2, which every such processor has; elsewhere with plain
//! arithmetic. Both give the same answers, which a test compares.
//!
//! An answer is a mask: bit n stands for byte n.

/// Sixteen bytes of text.
pub type Block = [u8; 16];

/// The bytes that end or break a JSON string: quotes, backslashes and control characters.
#[inline]
pub fn special(block: &Block) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: SSE2 is part of x86-64, so that every caller's processor has it.
    return unsafe { sse2::special(block) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::special(block);
}

/// As [`special`], and the bytes that are not ASCII.
#[inline]
pub fn unusual(block: &Block) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::unusual(block) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::special(block) | portable::rare(block);
}

/// The bytes that are `byte`.
#[inline]
pub fn equal(block: &Block, byte: u8) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::equal(block, byte) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::equal(block, byte);
}

/// Whether any byte is a backslash or not ASCII.
#[inline]
pub fn any_rare(blocks: &[Block]) -> bool {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::any_rare(blocks) };
    #[cfg(not(target_arch = "x86_64"))]
    return blocks.iter().any(|block| portable::rare(block) != 0);
}

/// The bytes that are a backslash or not ASCII.
#[inline]
pub fn rare(block: &Block) -> u32 {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::rare(block) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::rare(block);
}

/// Whether `text` may stand inside a JSON string as it is, judged strictly: all its
/// bytes are of ASCII and come after the quote there, and none is a backslash.
/// Neither blanks nor `!` do, which ids and hashes have none of.
#[inline]
pub fn is_word<const N: usize>(text: &[u8; N]) -> bool {
    const { assert!(N >= size_of::<Block>(), "a block at least") };
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::is_word(text) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::is_word(text);
}

/// Text of `N` bytes in which every `#`, `D` in all, stands for any digit.
#[derive(Clone, Copy, Debug)]
pub struct Shape<const N: usize, const D: usize> {
    text: [u8; N],
    /// How far each byte may be from its own in `text`, as bits that differ.
    slack: [u8; N],
    /// Where the digits stand.
    places: [usize; D],
}

impl<const N: usize, const D: usize> Shape<N, D> {
    /// The shape that `text`, of sixteen bytes or more, writes down.
    ///
    /// # Panics
    /// If its length is not `N`, or less than sixteen, or it has not `D` digits:
    /// as a constant it does not compile then.
    pub const fn new(text: &str) -> Self {
        assert!(text.len() == N && N >= size_of::<Block>() && digits_in(text) == D);
        let mut shape = Self { text: [0; N], slack: [0; N], places: [0; D] };
        let (mut at, mut digits) = (0, 0);
        while at < N {
            shape.text[at] = text.as_bytes()[at];
            if shape.text[at] == b'#' {
                (shape.text[at], shape.slack[at], shape.places[digits]) = (b'0', 9, at);
                digits += 1;
            }
            at += 1;
        }
        shape
    }

    /// The digits of `text`, if it has this shape.
    #[inline]
    pub fn digits(&self, text: &[u8; N]) -> Option<[u8; D]> {
        self.fits(text).then(|| self.places.map(|at| text[at] & 0xf))
    }

    #[inline]
    fn fits(&self, text: &[u8; N]) -> bool {
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code)]
        // SAFETY: as above.
        return unsafe { sse2::fits(text, self) };
        #[cfg(not(target_arch = "x86_64"))]
        return portable::fits(text, self);
    }
}

/// How many digits a shape has.
pub const fn digits_in(text: &str) -> usize {
    let (mut at, mut digits) = (0, 0);
    while at < text.len() {
        digits += (text.as_bytes()[at] == b'#') as usize;
        at += 1;
    }
    digits
}

/// The block that begins at `at`, as a mask of `look` sees it: bit 0 stands for
/// `text[at]`. Past the end of `text` there is nothing. `None` if the text is
/// shorter than a block, or ends before `at`.
#[inline]
pub fn mask_at(text: &[u8], at: usize, look: impl Fn(&Block) -> u32) -> Option<u32> {
    let rest = text.get(at..)?;
    if let Some(block) = rest.first_chunk() {
        return Some(look(block));
    }
    // Near the end: the last block, less what stands before `at`.
    Some(look(text.last_chunk()?) >> (16 - rest.len()))
}

/// How many bytes of `text` from `at` on come before the first that `look`
/// finds; `None` if the next sixteen have none.
#[inline]
pub fn distance(text: &[u8], at: usize, look: impl Fn(&Block) -> u32) -> Option<usize> {
    match mask_at(text, at, look)? {
        0 => None,
        mask => Some(mask.trailing_zeros() as usize),
    }
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::{Block, Shape};
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
        _mm_set_epi64x, _mm_subs_epu8, _mm_xor_si128,
    };

    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(block: &Block) -> __m128i {
        let all = u128::from_le_bytes(*block);
        _mm_set_epi64x((all >> 64) as i64, all as i64)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn mask(found: __m128i) -> u32 {
        _mm_movemask_epi8(found).cast_unsigned()
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn special(block: &Block) -> u32 {
        mask(special_lanes(load(block)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn unusual(block: &Block) -> u32 {
        let block = load(block);
        mask(_mm_or_si128(special_lanes(block), block))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn special_lanes(block: __m128i) -> __m128i {
        let quote = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x22));
        let backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x5c));
        let control = _mm_cmpeq_epi8(block, _mm_min_epu8(block, _mm_set1_epi8(0x1f)));
        _mm_or_si128(_mm_or_si128(quote, backslash), control)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn equal(block: &Block, byte: u8) -> u32 {
        mask(_mm_cmpeq_epi8(load(block), _mm_set1_epi8(byte.cast_signed())))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn rare(block: &Block) -> u32 {
        mask(rare_lanes(block))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn is_word<const N: usize>(text: &[u8; N]) -> bool {
        let Some(last) = text.last_chunk() else { return false };
        let (mut least, mut found) = (load(last), rare_lanes(last));
        for block in text.as_chunks().0 {
            least = _mm_min_epu8(least, load(block));
            found = _mm_or_si128(found, rare_lanes(block));
        }
        let below = _mm_cmpeq_epi8(least, _mm_min_epu8(least, _mm_set1_epi8(0x22)));
        mask(_mm_or_si128(found, below)) == 0
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn fits<const N: usize, const D: usize>(text: &[u8; N], shape: &Shape<N, D>) -> bool {
        let zero = _mm_set1_epi8(0);
        let beyond = |text: Option<&Block>, shape: Option<&Block>, slack: Option<&Block>| {
            let (Some(text), Some(shape), Some(slack)) = (text, shape, slack) else { return zero };
            _mm_subs_epu8(_mm_xor_si128(load(text), load(shape)), load(slack))
        };
        let mut found =
            beyond(text.last_chunk(), shape.text.last_chunk(), shape.slack.last_chunk());
        let (blocks, shapes, slacks) =
            (text.as_chunks().0, shape.text.as_chunks().0, shape.slack.as_chunks().0);
        for at in 0..N / 16 {
            found = _mm_or_si128(found, beyond(blocks.get(at), shapes.get(at), slacks.get(at)));
        }
        mask(_mm_cmpeq_epi8(found, zero)) == 0xffff
    }

    /// Lanes whose top bit is set: a backslash, or not ASCII.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn rare_lanes(block: &Block) -> __m128i {
        let block = load(block);
        _mm_or_si128(block, _mm_cmpeq_epi8(block, _mm_set1_epi8(0x5c)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn any_rare(blocks: &[Block]) -> bool {
        let (fours, rest) = blocks.as_chunks::<4>();
        let mut found = _mm_set1_epi8(0);
        for [first, second, third, fourth] in fours {
            let one = _mm_or_si128(rare_lanes(first), rare_lanes(second));
            let other = _mm_or_si128(rare_lanes(third), rare_lanes(fourth));
            found = _mm_or_si128(found, _mm_or_si128(one, other));
        }
        for block in rest {
            found = _mm_or_si128(found, rare_lanes(block));
        }
        mask(found) != 0
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::{Block, Shape};

    #[inline]
    fn mask(block: &Block, is: impl Fn(u8) -> bool) -> u32 {
        let bits = block.iter().enumerate().map(|(place, byte)| u32::from(is(*byte)) << place);
        bits.fold(0, |mask, bit| mask | bit)
    }

    #[inline]
    pub fn special(block: &Block) -> u32 {
        mask(block, |byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
    }

    #[inline]
    pub fn equal(block: &Block, byte: u8) -> u32 {
        mask(block, |other| other == byte)
    }

    #[inline]
    pub fn rare(block: &Block) -> u32 {
        mask(block, |byte| byte == b'\\' || !byte.is_ascii())
    }

    #[inline]
    pub fn fits<const N: usize, const D: usize>(text: &[u8; N], shape: &Shape<N, D>) -> bool {
        let mut lanes = text.iter().zip(&shape.text).zip(&shape.slack);
        lanes.all(|((byte, shape), slack)| byte ^ shape <= *slack)
    }

    #[inline]
    pub fn is_word<const N: usize>(text: &[u8; N]) -> bool {
        text.iter().all(|byte| *byte > b'"' && *byte != b'\\' && byte.is_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_agree(
            block in proptest::array::uniform16(prop_oneof![any::<u8>(), 0x1e_u8..0x24, Just(0x5c)]),
            byte in any::<u8>(),
        ) {
            prop_assert_eq!(special(&block), portable::special(&block));
            prop_assert_eq!(rare(&block), portable::rare(&block));
            prop_assert_eq!(unusual(&block), portable::special(&block) | portable::rare(&block));
            for byte in [byte, block[7]] {
                prop_assert_eq!(equal(&block, byte), portable::equal(&block, byte));
            }
        }

        #[test]
        fn both_ways_find_words_and_shapes(
            mut text in proptest::array::uniform29(b'a'..=b'z'), at in 0_usize..29, byte in any::<u8>(),
        ) {
            const TEXT: &str = "one # and ## and ### and more";
            const SHAPE: Shape<29, 6> = Shape::new(TEXT);
            prop_assert!(is_word(&text));
            text[at] = byte;
            let is_plain = byte > b'"' && byte != b'\\' && byte.is_ascii();
            prop_assert_eq!(is_word(&text), is_plain);
            prop_assert_eq!(portable::is_word(&text), is_plain);
            text = *TEXT.as_bytes().first_chunk().unwrap_or(&text);
            for (place, digit) in [(4, b'7'), (10, b'0'), (11, b'9'), (17, b'1'), (18, b'2'), (19, b'3')] {
                text[place] = digit;
            }
            prop_assert_eq!(SHAPE.digits(&text), Some([7, 0, 9, 1, 2, 3]));
            let before = std::mem::replace(&mut text[at], byte);
            let fits = before == byte || TEXT.as_bytes()[at] == b'#' && byte.is_ascii_digit();
            prop_assert_eq!(SHAPE.digits(&text).is_some(), fits);
            prop_assert_eq!(portable::fits(&text, &SHAPE), fits);
        }

        #[test]
        fn many_blocks_are_looked_at_at_once(
            blocks in proptest::collection::vec(proptest::array::uniform16(0_u8..0x5c), 0..12),
            at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut blocks = blocks;
            prop_assert!(!any_rare(&blocks));
            if !blocks.is_empty() {
                let at = at.index(blocks.len() * 16);
                blocks[at / 16][at % 16] = byte;
                prop_assert_eq!(any_rare(&blocks), byte == b'\\' || !byte.is_ascii());
            }
        }

        #[test]
        fn a_mask_near_the_end_sees_only_what_is_left(
            text in proptest::collection::vec(0x20_u8..0x24, 0..40), at in 0_usize..45,
        ) {
            let expected = (text.len() >= 16 && at <= text.len()).then(|| {
                let ahead = text[at..].iter().take(16).enumerate();
                ahead.map(|(place, byte)| u32::from(*byte == b'"') << place).sum::<u32>()
            });
            prop_assert_eq!(mask_at(&text, at, |block| equal(block, b'"')), expected);
            let found = expected.filter(|mask| *mask != 0).map(|mask| mask.trailing_zeros() as usize);
            prop_assert_eq!(distance(&text, at, |block| equal(block, b'"')), found);
        }
    }
}
