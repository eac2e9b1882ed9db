//! How long a test goes on.

use super::TESTS;
use std::time::{Duration, Instant};

/// So many are played however little time there is: some tests take turns between two kinds of failure.
const ROUNDS_MIN: usize = 2;

/// So many rounds, counted from 1; where minutes are asked for, as many as this test's share of them holds, and two at least.
pub fn rounds(usual: usize) -> impl Iterator<Item = usize> {
    let minutes = std::env::var("TORTURE_MINUTES").ok().map(|text| text.parse().expect("TORTURE_MINUTES is a whole number"));
    let share = minutes.map(|minutes: u64| Duration::from_secs(60 * minutes) / TESTS);
    let started = now();
    (1..).take_while(move |round| match share {
        Some(share) => *round <= ROUNDS_MIN || started.elapsed() < share,
        None => *round <= usual,
    })
}

/// The clock, to end what would go on for ever.
#[allow(clippy::disallowed_methods, reason = "how long it goes on is asked for in minutes")]
pub fn now() -> Instant {
    Instant::now()
}
