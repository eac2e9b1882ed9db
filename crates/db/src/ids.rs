//! Where row ids come from: time-ordered 63-bit integers, made in the process without asking anybody.
//!
//! 41 bits of milliseconds since 2024-01-01 (enough until 2093), 12 bits for the process, 10 bits of sequence. A burst of more
//! than 1,024 ids in one millisecond borrows from the next one, and a clock that steps back is waited out in the same way, so
//! ids of one process never repeat and never run backward. Two processes that drew the same 12 bits could meet; the primary
//! keys refuse that.

use commerce::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};

/// 2024-01-01T00:00:00Z, milliseconds since the Unix epoch.
const EPOCH_MILLIS: i64 = 1_704_067_200_000;
const PROCESS_BITS: u32 = 12;
const SEQUENCE_BITS: u32 = 10;

/// Makes ids.
#[derive(Debug)]
pub struct Ids {
    process: i64,
    /// The last tick given out: milliseconds and sequence in one number.
    last: AtomicI64,
}

impl Ids {
    /// Ids marked with the low 12 bits of `process`, a number that tells processes on one database apart.
    pub fn new(process: u16) -> Self {
        Self { process: i64::from(process) & ((1 << PROCESS_BITS) - 1), last: AtomicI64::new(0) }
    }

    /// No id that any process makes at `instant` or later is smaller.
    pub const fn first_at(instant: Timestamp) -> i64 {
        let millis = instant.0.div_euclid(1_000) - EPOCH_MILLIS;
        (if millis < 0 { 0 } else { millis }) << (PROCESS_BITS + SEQUENCE_BITS)
    }

    /// The next id; larger than every earlier one of this process.
    pub fn next(&self, now: Timestamp) -> i64 {
        let millis = (now.0.div_euclid(1_000) - EPOCH_MILLIS).max(0);
        let earliest = millis << SEQUENCE_BITS;
        let after = |last: i64| Some((last + 1).max(earliest));
        let previous = match self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after) {
            Ok(previous) | Err(previous) => previous,
        };
        let tick = (previous + 1).max(earliest);
        let (millis, sequence) = (tick >> SEQUENCE_BITS, tick & ((1 << SEQUENCE_BITS) - 1));
        (millis << (PROCESS_BITS + SEQUENCE_BITS)) | (self.process << SEQUENCE_BITS) | sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_and_never_repeat_even_when_the_clock_steps_back() {
        let ids = Ids::new(7);
        let now = Timestamp::from_seconds(1_800_000_000);
        let mut previous = 0;
        for step in 0..10_000 {
            let id = ids.next(now.plus_seconds(-step));
            assert!(id > previous, "{id} after {previous}");
            assert!(id >= Ids::first_at(now));
            previous = id;
        }
    }
}
