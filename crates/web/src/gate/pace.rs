//! How many a second: what a shop got done of late, and how much of what came was let in.

use commerce::Timestamp;

/// The last second, in slices of this length, microseconds.
const SLICE_MICROS: i64 = 100_000;
const SLICES: usize = 10;

/// Events a second over the last second, or since the first of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    counts: [u32; SLICES],
    /// The newest slice, counted from the epoch.
    slice: i64,
    /// The first event after a silence of a second or more.
    since: Timestamp,
}

impl Default for Pace {
    fn default() -> Self {
        Self { counts: [0; SLICES], slice: i64::MIN, since: Timestamp(i64::MIN) }
    }
}

impl Pace {
    /// Notes one event.
    pub fn note(&mut self, now: Timestamp) {
        if self.move_to(now) {
            self.since = now;
        }
        self.counts[place(self.slice)] += 1;
    }

    /// Events a second; `None`: they have come for too short a time to tell.
    pub fn rate(&mut self, now: Timestamp) -> Option<f64> {
        let is_silent = self.move_to(now);
        let window_begin = (self.slice - SLICES as i64 + 1) * SLICE_MICROS;
        let micros = now.0 - window_begin.max(self.since.0);
        let is_known = !is_silent && micros >= SLICE_MICROS;
        is_known.then(|| f64::from(self.counts.iter().sum::<u32>()) * 1_000_000.0 / micros as f64)
    }

    /// Forgets what is older than a second. Whether nothing is left.
    fn move_to(&mut self, now: Timestamp) -> bool {
        let slice = now.0.div_euclid(SLICE_MICROS);
        let passed = slice.saturating_sub(self.slice);
        if passed >= SLICES as i64 {
            self.counts = [0; SLICES];
        } else {
            (0..passed).for_each(|later| self.counts[place(slice - later)] = 0);
        }
        self.slice = self.slice.max(slice);
        self.counts.iter().all(|count| *count == 0)
    }
}

fn place(slice: i64) -> usize {
    slice.rem_euclid(SLICES as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp::from_seconds(1);

    fn after(millis: i64) -> Timestamp {
        Timestamp(BEGIN.0 + millis * 1_000)
    }

    /// One every millisecond for so many of them.
    fn steady(millis: i64) -> Pace {
        let mut pace = Pace::default();
        (0..millis).for_each(|at| pace.note(after(at)));
        pace
    }

    #[test]
    fn a_pace_is_known_after_a_tenth_of_a_second_and_right_from_then_on() {
        let mut pace = steady(50);
        assert_eq!(pace.rate(after(50)), None);
        for millis in [100, 250, 950, 1_000, 5_050] {
            let rate = steady(millis).rate(after(millis)).expect("it is known");
            assert!((rate - 1_000.0).abs() < 1.0, "{rate} after {millis} ms");
        }
    }

    #[test]
    fn a_pace_falls_in_silence_and_is_forgotten_after_a_second() {
        let mut pace = steady(2_000);
        let rate = pace.rate(after(2_500)).expect("it is known");
        assert!((300.0..=500.0).contains(&rate), "{rate}");
        assert_eq!(pace.rate(after(3_000)), None);
        pace.note(after(10_000));
        assert_eq!(pace.rate(after(10_050)), None, "whoever comes then begins anew");
        assert_eq!(pace.rate(after(10_100)), Some(10.0));
    }

    #[test]
    fn a_clock_that_goes_back_breaks_nothing() {
        let mut pace = steady(500);
        pace.note(after(-10_000));
        assert!(pace.rate(after(500)).is_some_and(|rate| rate > 900.0));
    }
}
