//! How durations are spread, in buckets that are a sixteenth of their value wide (as in HdrHistogram): what is read out of
//! them is at most 6 % off, from a microsecond to a minute.

/// Buckets for each doubling.
const PER_DOUBLING: usize = 16;
/// Doublings above the first sixteen microseconds: up to 67 seconds, and everything longer counts as that.
const DOUBLINGS: usize = 22;
const BUCKETS: usize = PER_DOUBLING * (DOUBLINGS + 1);

/// Counts of durations. Takes no memory before the first.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    sum: u64,
}

/// The same, small: only the buckets that hold something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    buckets: Vec<(u16, u32)>,
}

impl Histogram {
    /// Counts one duration, microseconds.
    pub fn record(&mut self, micros: i64) {
        if self.counts.is_empty() {
            self.counts = vec![0; BUCKETS];
        }
        let micros = u64::try_from(micros).unwrap_or(0);
        self.counts[bucket_of(micros)] += 1;
        self.sum += micros;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together, microseconds.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// How many lie between two bounds, microseconds: above the first, not above the second, as far as buckets tell.
    pub fn between(&self, above: u64, up_to: u64) -> u64 {
        let buckets = self.counts.iter().enumerate().filter(|(bucket, _)| (above..up_to).contains(&lowest_of(*bucket)));
        buckets.map(|(_, count)| count).sum()
    }

    /// As a small copy.
    pub fn spread(&self) -> Spread {
        let held = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let small = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        Spread { buckets: held.map(|(bucket, count)| (bucket as u16, small(*count))).collect() }
    }

    /// Adds what is in a small copy, without its sum.
    pub fn add(&mut self, spread: &Spread) {
        if self.counts.is_empty() {
            self.counts = vec![0; BUCKETS];
        }
        for (bucket, count) in &spread.buckets {
            self.counts[usize::from(*bucket)] += u64::from(*count);
        }
    }

    /// Adds another one.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.is_empty() {
            self.counts.clone_from(&other.counts);
        } else {
            self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        }
        self.sum += other.sum;
    }

    /// Takes away what is in a small copy that was added before, without its sum.
    pub fn subtract(&mut self, spread: &Spread) {
        for (bucket, count) in &spread.buckets {
            if let Some(held) = self.counts.get_mut(usize::from(*bucket)) {
                *held = held.saturating_sub(u64::from(*count));
            }
        }
    }

    /// The duration that so many of a thousand do not exceed, microseconds; `None`: there are none.
    pub fn within(&self, per_mille: u64) -> Option<u64> {
        let count = self.count();
        let rank = (count * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        let bucket = self.counts.iter().position(|count| {
            seen += count;
            seen >= rank
        });
        bucket.filter(|_| count > 0).map(|bucket| (lowest_of(bucket) + lowest_of(bucket + 1) - 1) / 2)
    }
}

impl Spread {
    /// As [`Histogram::within`].
    pub fn within(&self, per_mille: u64) -> Option<u64> {
        let mut whole = Histogram::default();
        whole.add(self);
        whole.within(per_mille)
    }

    /// As it is kept: for each bucket how far it is from the one before and how much it holds, both as numbers of seven bits to
    /// a byte. A minute of a busy shop takes some two hundred bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.buckets.len() * 3);
        let mut before = 0;
        for (bucket, count) in &self.buckets {
            write_number(&mut bytes, u32::from(*bucket - before));
            write_number(&mut bytes, *count);
            before = *bucket;
        }
        bytes
    }

    /// What was kept. What makes no sense is left out, with all that follows.
    pub fn from_bytes(mut bytes: &[u8]) -> Self {
        let (mut buckets, mut bucket) = (Vec::new(), 0_u32);
        while let Some(step) = read_number(&mut bytes) {
            bucket = bucket.saturating_add(step);
            let held = u16::try_from(bucket).ok().filter(|bucket| usize::from(*bucket) < BUCKETS);
            let (Some(held), Some(count)) = (held, read_number(&mut bytes)) else { break };
            buckets.push((held, count));
        }
        Self { buckets }
    }
}

fn write_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The next number; `None`: there is none, or it does not end.
fn read_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for shift in (0..35).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return u32::try_from(number).ok();
        }
    }
    None
}

fn bucket_of(micros: u64) -> usize {
    let small = PER_DOUBLING as u64;
    if micros < small {
        return micros as usize;
    }
    let doublings = micros.ilog2() as usize - 4;
    let within = ((micros >> doublings) - small) as usize;
    ((doublings + 1) * PER_DOUBLING + within).min(BUCKETS - 1)
}

/// The shortest duration of a bucket, microseconds.
fn lowest_of(bucket: usize) -> u64 {
    match bucket / PER_DOUBLING {
        0 => bucket as u64,
        doublings => ((PER_DOUBLING + bucket % PER_DOUBLING) as u64) << (doublings - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bucket() {
        for micros in (0..5_000).chain((5_000..60_000_000).step_by(777)) {
            let bucket = bucket_of(micros);
            assert!(lowest_of(bucket) <= micros && micros < lowest_of(bucket + 1), "{micros}");
        }
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }

    #[test]
    fn what_is_read_out_is_at_most_six_percent_off() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.within(990), None);
        (1..=10_000).for_each(|micros| histogram.record(micros));
        for (per_mille, expected) in [(500, 5_000.0), (990, 9_900.0), (1_000, 10_000.0)] {
            let told = histogram.within(per_mille).expect("there are some") as f64;
            assert!((told / expected - 1.0).abs() < 0.06, "{told} for {expected}");
            assert_eq!(histogram.spread().within(per_mille), histogram.within(per_mille));
        }
        assert_eq!(histogram.count(), 10_000);
        assert_eq!(histogram.between(0, u64::MAX), 10_000);
        let up_to_a_milli = histogram.between(0, 1_000) as f64;
        assert!((up_to_a_milli / 1_000.0 - 1.0).abs() < 0.06, "{up_to_a_milli}");
    }

    #[test]
    fn a_small_copy_is_kept_as_bytes_and_others_can_be_told_apart_from_it() {
        let mut own = Histogram::default();
        (1..=10_000).for_each(|micros| own.record(micros * 7));
        let spread = own.spread();
        assert_eq!(Spread::from_bytes(&spread.to_bytes()), spread);
        assert_eq!(Spread::from_bytes(&[]), Spread::default());
        let cut = &spread.to_bytes()[..3];
        assert_eq!(Spread::from_bytes(cut).buckets.len(), 1, "what is whole is read");
        for nonsense in [&[0xff_u8; 9][..], &[0x80, 0x80, 0x80, 0x01, 5]] {
            assert_eq!(Spread::from_bytes(nonsense), Spread::default());
        }

        let mut all = own.clone();
        let mut others = Histogram::default();
        others.record(3_000_000);
        all.add(&others.spread());
        all.subtract(&spread);
        assert_eq!(all.spread(), others.spread());
    }
}
