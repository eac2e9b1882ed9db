//! The program's clock: the time of day at the start, and from then on the time that has passed.
//!
//! Holds, sales and sessions are timed by it, so a wrong step of the system's clock must not end all holds at once, nor keep them
//! for ever. Small corrections of the system's clock are followed slowly and never backward. A larger step is not followed: it is
//! reported, and a restart takes it over.

use commerce::Timestamp;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tracing::error;

/// A difference to the system's clock up to this is a correction, beyond it a step; microseconds.
const STEP: i64 = 60_000_000;
/// A correction changes the speed of time by at most one part in so many.
const CORRECTION_PARTS: i64 = 20;

/// The time. Nothing else in the program reads the system's clocks.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
pub fn now() -> Timestamp {
    static START: LazyLock<(Instant, Mutex<Steady>)> =
        LazyLock::new(|| (Instant::now(), Mutex::new(Steady::starting_at(wall()))));
    let (start, steady) = &*START;
    let mut steady = steady.lock().unwrap_or_else(PoisonError::into_inner);
    let running = i64::try_from(start.elapsed().as_micros()).unwrap_or(i64::MAX);
    let (now, step) = steady.at(Reading { wall: wall(), running });
    if let Some(step) = step {
        let seconds = step / 1_000_000;
        error!(
            seconds,
            "The system's clock was set by {seconds} s. Holds and sales go on by the time that has passed since the start; \
             restart when the system's clock is right"
        );
    }
    Timestamp(now)
}

/// How long the current thread has worked, waiting left out. Only differences mean anything.
#[cfg(unix)]
pub fn thread_work() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let worked = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(worked.tv_sec.unsigned_abs(), u32::try_from(worked.tv_nsec).unwrap_or(0))
}

/// As the time of day: elsewhere a thread's own is not told.
#[cfg(not(unix))]
pub fn thread_work() -> Duration {
    Duration::from_micros(now().0.unsigned_abs())
}

/// Microseconds since the epoch by the system's clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
fn wall() -> i64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX)
}

/// Both clocks of the machine, microseconds: the time of day, and the time since the start, which nobody can set.
#[derive(Clone, Copy)]
struct Reading {
    wall: i64,
    running: i64,
}

/// A time that goes on evenly.
struct Steady {
    told: i64,
    running: i64,
    /// Whether the two clocks stand apart, which is reported when it begins.
    is_apart: bool,
}

impl Steady {
    fn starting_at(wall: i64) -> Self {
        Self { told: wall, running: 0, is_apart: false }
    }

    /// The time, and by how much the system's clock was set if that was just noticed.
    fn at(&mut self, reading: Reading) -> (i64, Option<i64>) {
        let passed = (reading.running - self.running).max(0);
        let behind = reading.wall.saturating_sub(self.told + passed);
        let was_apart = std::mem::replace(&mut self.is_apart, behind.saturating_abs() > STEP);
        let most = passed / CORRECTION_PARTS;
        let correction = if self.is_apart { 0 } else { behind.clamp(-most, most) };
        self.told += passed + correction;
        self.running += passed;
        (self.told, (self.is_apart && !was_apart).then_some(behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;
    const YEAR: i64 = 31_557_600 * SECOND;

    /// The time after each second of the system's clock being so far off, and the steps reported.
    fn told(offsets: &[i64]) -> (Vec<i64>, Vec<i64>) {
        let mut steady = Steady::starting_at(YEAR);
        let (mut times, mut steps) = (Vec::new(), Vec::new());
        for (second, offset) in (1..).zip(offsets) {
            let (time, step) = steady.at(Reading { wall: YEAR + second * SECOND + offset, running: second * SECOND });
            times.push(time - YEAR);
            steps.extend(step);
        }
        (times, steps)
    }

    #[test]
    fn a_clock_that_is_set_by_years_neither_ends_holds_nor_keeps_them() {
        for step in [10 * YEAR, -10 * YEAR, 61 * SECOND, -61 * SECOND] {
            let (times, steps) = told(&[0, step, step, step]);
            assert_eq!(times, [SECOND, 2 * SECOND, 3 * SECOND, 4 * SECOND], "set by {step}");
            assert_eq!(steps, [step], "reported once");
        }
    }

    #[test]
    fn a_step_that_is_taken_back_leaves_no_trace_and_a_second_one_is_reported_again() {
        let (times, steps) = told(&[0, YEAR, 0, YEAR]);
        assert_eq!(times, [SECOND, 2 * SECOND, 3 * SECOND, 4 * SECOND]);
        assert_eq!(steps.len(), 2);
    }

    #[test]
    fn a_small_correction_is_followed_slowly_and_never_backward() {
        for correction in [SECOND / 10, -SECOND / 10, 59 * SECOND, -59 * SECOND] {
            let (times, steps) = told(&vec![correction; 2_000]);
            assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "time goes on");
            assert_eq!(times[1_999], 2_000 * SECOND + correction, "and arrives");
            assert!(steps.is_empty());
        }
    }
}
