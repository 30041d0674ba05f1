//! Is a number a multiple of a fixed one? Asked for every level, so without a division.

/// A positive divisor, prepared for the question.
///
/// `n` is a multiple of `odd × 2^twos` exactly if `n × odd⁻¹ (mod 2⁶⁴)`, rotated
/// right by `twos`, is at most `(2⁶⁴ - 1) / d`.
///
/// Source: Granlund and Montgomery, "Division by Invariant Integers using
/// Multiplication" (1994), section 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Divisor {
    inverse: u64,
    twos: u32,
    most: u64,
}

impl Divisor {
    /// Prepare a divisor; 0 is taken as 1, of which everything is a multiple.
    pub fn new(value: i64) -> Self {
        let value = value.unsigned_abs().max(1);
        let twos = value.trailing_zeros();
        let odd = value >> twos;
        // Newton's iteration doubles the correct bits: 3, 6, 12, 24, 48, 96.
        let mut inverse = odd;
        for _ in 0..5 {
            inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        }
        Self { inverse, twos, most: u64::MAX / value }
    }

    /// Whether `number`, which is not negative, is a multiple.
    #[inline]
    pub fn divides(self, number: i64) -> bool {
        self.quotient(number.cast_unsigned()).is_some()
    }

    /// How many times the divisor `number` is, if it is a multiple.
    #[inline]
    pub fn quotient(self, number: u64) -> Option<u64> {
        let quotient = number.wrapping_mul(self.inverse).rotate_right(self.twos);
        (quotient <= self.most).then_some(quotient)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_agrees_with_the_remainder(divisor in 1_i64.., number in 0_i64.., small in 1_i64..1000) {
            prop_assert_eq!(Divisor::new(divisor).divides(number), number % divisor == 0);
            prop_assert_eq!(Divisor::new(small).divides(number), number % small == 0);
            let multiple = number / divisor * divisor;
            prop_assert!(Divisor::new(divisor).divides(multiple));
            let quotient = (number % small == 0).then_some((number / small).unsigned_abs());
            prop_assert_eq!(Divisor::new(small).quotient(number.unsigned_abs()), quotient);
        }
    }
}
