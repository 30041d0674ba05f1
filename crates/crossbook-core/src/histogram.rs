//! Durations counted in buckets of less than one percent (a high dynamic range histogram).
//!
//! Source: Tene, `HdrHistogram`: linear buckets within each power of two.

/// Buckets within one power of two: a value is known to one part in 128.
const PER_OCTAVE: u64 = 128;
const BITS: u32 = PER_OCTAVE.trailing_zeros();
/// Values from here on are counted in the last bucket: 2^42 ns is over an hour.
const LARGEST: u64 = (1 << 42) - 1;
const BUCKETS: usize = bucket(LARGEST) + 1;

/// Durations in nanoseconds, or any other whole numbers.
#[derive(Clone, Debug)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    sum: u128,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; BUCKETS], count: 0, sum: 0, largest: 0 }
    }
}

impl Histogram {
    /// Count a value; a negative one counts as 0.
    #[inline]
    pub fn record(&mut self, value: i64) {
        let value = value.max(0).unsigned_abs();
        self.buckets[bucket(value.min(LARGEST))] += 1;
        self.count += 1;
        self.sum += u128::from(value);
        self.largest = self.largest.max(value);
    }

    /// How many values were counted.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The largest of them; 0 if there is none.
    pub fn largest(&self) -> u64 {
        self.largest
    }

    /// The value that `ppm` parts per million of all values do not exceed, rounded up by at most
    /// one part in 128; `None` if there is none.
    pub fn quantile(&self, ppm: u32) -> Option<u64> {
        let share = u128::from(self.count) * u128::from(ppm.min(1_000_000));
        let rank = share.div_ceil(1_000_000).max(1) as u64;
        let mut seen = 0;
        let found = self.buckets.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(upper(found).min(self.largest))
    }

    /// Add the values of another histogram.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *count += more;
        }
        self.count += other.count;
        self.sum += other.sum;
        self.largest = self.largest.max(other.largest);
    }

    /// Forget all values.
    pub fn clear(&mut self) {
        self.buckets.fill(0);
        (self.count, self.sum, self.largest) = (0, 0, 0);
    }
}

/// The bucket of a value: values below 256 have one each.
const fn bucket(value: u64) -> usize {
    let octave = (u64::BITS - (value | PER_OCTAVE).leading_zeros() - 1) - BITS;
    (octave as u64 * PER_OCTAVE + (value >> octave)) as usize
}

/// The largest value of a bucket.
fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * PER_OCTAVE {
        return bucket;
    }
    let octave = bucket / PER_OCTAVE - 1;
    ((bucket - octave * PER_OCTAVE + 1) << octave) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_empty_one_knows_no_quantile() {
        assert_eq!(Histogram::default().quantile(500_000), None);
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_the_sorted_values_within_one_part_in_128(
            mut values in prop::collection::vec(0_i64..1 << 41, 1..200),
            ppm in 0_u32..=1_000_000,
        ) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.record(*value);
            }
            values.sort_unstable();
            let rank = (values.len() as u64 * u64::from(ppm)).div_ceil(1_000_000).max(1);
            let exact = values[rank as usize - 1].unsigned_abs();
            let found = histogram.quantile(ppm).expect("there are values");
            prop_assert!(found >= exact);
            prop_assert!(found - exact <= exact / 128);
        }

        #[test]
        fn merging_is_counting_both(
            left in prop::collection::vec(any::<i64>(), 0..50),
            right in prop::collection::vec(any::<i64>(), 0..50),
        ) {
            let [mut one, mut two, mut both] = [(); 3].map(|()| Histogram::default());
            for value in &left {
                one.record(*value);
                both.record(*value);
            }
            for value in &right {
                two.record(*value);
                both.record(*value);
            }
            one.merge(&two);
            prop_assert_eq!(one.buckets, both.buckets);
            prop_assert_eq!((one.count, one.sum, one.largest), (both.count, both.sum, both.largest));
        }
    }
}
