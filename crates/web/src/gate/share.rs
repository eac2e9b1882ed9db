//! Whether a shop is within its share of the machine: what its handlers have used lately, against an equal part for everybody who
//! is active.

use commerce::Timestamp;

/// How far a shop may be ahead of its share, microseconds of work, and still be within it: a page opened by many at once.
const BURST: f64 = 20_000.0;
/// What is remembered at most of a time beyond the share, microseconds: a storm that is over is soon forgotten.
const AHEAD_MAX: f64 = 200_000.0;

/// How far a shop is ahead of its share. Work adds to it, and it drains by an equal part of the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    ahead: f64,
    at: Timestamp,
}

impl Share {
    pub const fn new(now: Timestamp) -> Self {
        Self { ahead: 0.0, at: now }
    }

    /// Adds work, microseconds; less than was added for it before, it takes something away.
    pub fn charge(&mut self, micros: i64) {
        self.ahead = (self.ahead + micros as f64).clamp(0.0, AHEAD_MAX);
    }

    /// Lets the time pass, in which the shop had such a part of all workers: 0.5 is one worker of two.
    pub fn drain(&mut self, now: Timestamp, workers: f64) {
        let passed = now.micros_since(self.at).max(0) as f64;
        self.ahead = (self.ahead - passed * workers).max(0.0);
        self.at = now;
    }

    pub fn is_within(&self) -> bool {
        self.ahead <= BURST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_within_its_share_until_it_has_used_more() {
        let mut share = Share::new(Timestamp(0));
        for step in 1..=1_000 {
            share.charge(900);
            share.drain(Timestamp(step * 1_000), 1.0);
            assert!(share.is_within());
        }
        for step in 1_001..=1_300 {
            share.charge(1_100);
            share.drain(Timestamp(step * 1_000), 1.0);
        }
        assert!(!share.is_within());
        share.drain(Timestamp(1_600_000), 1.0);
        assert!(share.is_within(), "forgotten soon");
    }
}
