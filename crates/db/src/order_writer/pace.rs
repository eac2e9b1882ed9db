//! How fast the writer has been of late, and so how long whoever finds no room had better wait. Knows no clock: the writer hands
//! in the instant of each batch.

use super::locks::{Mutex, MutexGuard};
use commerce::Timestamp;
use std::sync::PoisonError;

/// The shortest and the longest wait that is asked for, seconds.
const WAIT_SECONDS: (u64, u64) = (1, 60);
/// How much a second that is over counts against those before it.
const NEW_SHARE: f64 = 0.5;
/// What is assumed before anything was measured, commands a second: slow enough to be no promise.
const RATE_FIRST: f64 = 500.0;

/// Commands a second, averaged over the last few seconds in which there were any.
#[derive(Debug)]
pub(super) struct Pace(Mutex<Measured>);

#[derive(Debug)]
struct Measured {
    second: i64,
    in_second: u64,
    rate: Option<f64>,
}

impl Default for Pace {
    fn default() -> Self {
        Self(Mutex::new(Measured { second: i64::MIN, in_second: 0, rate: None }))
    }
}

impl Pace {
    /// Notes that a batch decided at `now` was committed.
    pub fn note(&self, now: Timestamp, commands: usize) {
        let mut measured = self.lock();
        let second = now.0.div_euclid(1_000_000);
        if second != measured.second {
            measured.close_second();
            measured.second = second;
        }
        measured.in_second += commands as u64;
    }

    /// After how many seconds a place should be free when `waiting` commands are ahead; one at least.
    pub fn wait_seconds(&self, waiting: usize) -> u64 {
        let measured = self.lock();
        let rate = measured.rate.unwrap_or(RATE_FIRST).max(measured.in_second as f64).max(1.0);
        let (least, most) = WAIT_SECONDS;
        ((waiting as f64 / rate).ceil() as u64).clamp(least, most)
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Measured {
    fn close_second(&mut self) {
        if self.in_second > 0 {
            let new = self.in_second as f64;
            self.rate = Some(self.rate.map_or(new, |rate| rate * (1.0 - NEW_SHARE) + new * NEW_SHARE));
            self.in_second = 0;
        }
    }
}
