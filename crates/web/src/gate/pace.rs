//! How many a second: how much of what came was let in.

use commerce::Timestamp;

/// How much a second that is over counts against those before it.
const NEW_SHARE: f64 = 0.5;

/// Events a second, averaged over the last few seconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    second: i64,
    in_second: u32,
    rate: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { second: i64::MIN, in_second: 0, rate: 0.0 }
    }
}

impl Pace {
    /// Notes one event.
    pub fn note(&mut self, now: Timestamp) {
        self.move_to(now.seconds());
        self.in_second += 1;
    }

    /// Events a second; the second that runs counts once it has more than those before.
    pub fn rate(&mut self, now: Timestamp) -> f64 {
        self.move_to(now.seconds());
        self.rate.max(f64::from(self.in_second))
    }

    fn move_to(&mut self, second: i64) {
        if second == self.second {
            return;
        }
        let passed = second.saturating_sub(self.second);
        self.rate += (f64::from(self.in_second) - self.rate) * NEW_SHARE;
        // Seconds in which nothing happened.
        self.rate *= NEW_SHARE.powi(i32::try_from(passed - 1).unwrap_or(i32::MAX).clamp(0, 64));
        self.in_second = 0;
        self.second = second;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_known_in_its_first_second_and_fades_in_silence() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.note(Timestamp::from_seconds(1));
        }
        assert_eq!(pace.rate(Timestamp::from_seconds(1)), 100.0);
        assert_eq!(pace.rate(Timestamp::from_seconds(2)), 50.0);
        assert!(pace.rate(Timestamp::from_seconds(10)) < 1.0);
        assert!(pace.rate(Timestamp::from_seconds(1_000_000)) < 1e-9);
    }
}
