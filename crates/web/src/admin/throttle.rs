//! Slows guessing of passwords down: so many wrong attempts for one e-mail address from one network address in a quarter hour.

use commerce::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// Wrong attempts allowed within the window.
const ATTEMPTS_MAX: u32 = 10;
/// The window, seconds.
const WINDOW_SECONDS: i64 = 15 * 60;
/// How many pairs of addresses are remembered.
const PAIRS_MAX: usize = 20_000;

type Attempts = HashMap<(IpAddr, String), (u32, Timestamp)>;

/// The wrong attempts of the last while.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Attempts>);

impl Throttle {
    /// Whether another attempt may be made.
    pub fn may_try(&self, from: IpAddr, email: &str, now: Timestamp) -> bool {
        let wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.get(&(from, email.to_owned())).is_none_or(|(count, since)| *count < ATTEMPTS_MAX || is_over(*since, now))
    }

    /// Counts a wrong attempt.
    pub fn note_wrong(&self, from: IpAddr, email: &str, now: Timestamp) {
        let mut wrong = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= PAIRS_MAX {
            wrong.retain(|_, (_, since)| !is_over(*since, now));
        }
        if wrong.len() >= PAIRS_MAX {
            wrong.clear();
        }
        let entry = wrong.entry((from, email.to_owned())).or_insert((0, now));
        if is_over(entry.1, now) {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    /// Forgets the attempts after the right password.
    pub fn forget(&self, from: IpAddr, email: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(from, email.to_owned()));
    }
}

fn is_over(since: Timestamp, now: Timestamp) -> bool {
    now >= since.plus_seconds(WINDOW_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_wrong_password_has_to_wait_and_others_do_not() {
        let throttle = Throttle::default();
        let from: IpAddr = [127, 9, 9, 9].into();
        let now = Timestamp::from_seconds(1_000);
        for _ in 0..ATTEMPTS_MAX {
            assert!(throttle.may_try(from, "ines@juniper.example", now));
            throttle.note_wrong(from, "ines@juniper.example", now);
        }
        assert!(!throttle.may_try(from, "ines@juniper.example", now));
        assert!(throttle.may_try(from, "ben@juniper.example", now));
        assert!(throttle.may_try([127, 9, 9, 8].into(), "ines@juniper.example", now));
        assert!(throttle.may_try(from, "ines@juniper.example", now.plus_minutes(15)));
        throttle.forget(from, "ines@juniper.example");
        assert!(throttle.may_try(from, "ines@juniper.example", now));
    }
}
