//! Sixteen bytes looked at in one step.
//!
//! On x86-64 with SSE2, which every such processor has; elsewhere with plain
//! 64-bit arithmetic. Both give the same answers, which a test compares.

/// Sixteen bytes of text.
pub type Block = [u8; 16];

/// Position of the first byte that ends or breaks a JSON string: a quote, a
/// backslash or a control character; 16 if there is none.
#[inline]
pub fn string_end(block: &Block) -> usize {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: SSE2 is part of x86-64, so that every caller's processor has it.
    return unsafe { sse2::string_end(block) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::string_end(block);
}

/// Position of the first such byte; 16 if there is none.
#[inline]
pub fn first(block: &Block, byte: u8) -> usize {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code)]
    // SAFETY: as above.
    return unsafe { sse2::first(block, byte) };
    #[cfg(not(target_arch = "x86_64"))]
    return portable::first(block, byte);
}

#[cfg(target_arch = "x86_64")]
mod sse2 {
    use super::Block;
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set1_epi8,
        _mm_set_epi64x,
    };

    #[inline]
    #[target_feature(enable = "sse2")]
    fn load(block: &Block) -> __m128i {
        let all = u128::from_le_bytes(*block);
        _mm_set_epi64x((all >> 64) as i64, all as i64)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn position(found: __m128i) -> usize {
        // The bit above the sixteen stands for "nowhere".
        (_mm_movemask_epi8(found) | 0x1_0000).trailing_zeros() as usize
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn string_end(block: &Block) -> usize {
        let block = load(block);
        let quote = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x22));
        let backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8(0x5c));
        let control = _mm_cmpeq_epi8(block, _mm_min_epu8(block, _mm_set1_epi8(0x1f)));
        position(_mm_or_si128(_mm_or_si128(quote, backslash), control))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn first(block: &Block, byte: u8) -> usize {
        position(_mm_cmpeq_epi8(load(block), _mm_set1_epi8(byte.cast_signed())))
    }
}

#[cfg(any(test, not(target_arch = "x86_64")))]
mod portable {
    use super::Block;

    const ONES: u128 = u128::MAX / 0xff;

    /// Lanes that are zero get their top bit set; so may lanes above the first
    /// of them, by a borrow, which does not matter for the first one.
    ///
    /// Source: Henry S. Warren, "Hacker's Delight", 2nd edition, section 6-1.
    #[inline]
    fn zeros(lanes: u128) -> u128 {
        lanes.wrapping_sub(ONES) & !lanes
    }

    #[inline]
    fn position(found: u128) -> usize {
        ((found & (ONES * 0x80)).trailing_zeros() / 8) as usize
    }

    #[inline]
    pub fn string_end(block: &Block) -> usize {
        let lanes = u128::from_le_bytes(*block);
        let control = lanes.wrapping_sub(ONES * 0x20) & !lanes;
        position(zeros(lanes ^ (ONES * 0x22)) | zeros(lanes ^ (ONES * 0x5c)) | control)
    }

    #[inline]
    pub fn first(block: &Block, byte: u8) -> usize {
        position(zeros(u128::from_le_bytes(*block) ^ (ONES * u128::from(byte))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_agree_with_a_plain_search(
            block in proptest::array::uniform16(prop_oneof![any::<u8>(), 0x1e_u8..0x24, Just(0x5c)]),
            byte in any::<u8>(),
        ) {
            let end = block.iter().position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f)).unwrap_or(16);
            prop_assert_eq!(string_end(&block), end);
            prop_assert_eq!(portable::string_end(&block), end);
            let at = block.iter().position(|b| *b == byte).unwrap_or(16);
            prop_assert_eq!(first(&block, byte), at);
            prop_assert_eq!(portable::first(&block, byte), at);
            let own = block[7];
            let at = block.iter().position(|b| *b == own).unwrap_or(16);
            prop_assert_eq!((first(&block, own), portable::first(&block, own)), (at, at));
        }
    }
}
