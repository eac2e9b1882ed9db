//! The last hour, minute by minute: what a seller looks at.

use super::histogram::{Histogram, Spread};
use commerce::Timestamp;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// How many minutes are kept.
pub const MINUTES: usize = 60;

/// One minute of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Minute {
    /// When it began.
    pub begins_at: Timestamp,
    /// Requests of any kind, frozen pages among them.
    pub requests: u64,
    /// Requests that failed on our side.
    pub failed: u64,
    /// Requests that were told to come back later.
    pub shed: u64,
    /// Work of the shop's handlers, microseconds.
    pub work: u64,
    /// How long answers took that a handler made.
    pub answers: Spread,
    /// How long they waited for their turn.
    pub waits: Spread,
}

/// What grows only; minutes are made of differences.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Totals {
    pub requests: u64,
    pub failed: u64,
    pub shed: u64,
    pub work: u64,
}

/// The minutes of a shop.
#[derive(Debug, Default)]
pub(super) struct Minutes {
    number: i64,
    at_begin: Totals,
    answers: Histogram,
    waits: Histogram,
    closed: VecDeque<Minute>,
}

impl Minutes {
    /// Notes an answer that a handler made, with how long it took and waited, microseconds.
    pub fn note(&mut self, took: i64, waited: i64) {
        self.answers.record(took);
        self.waits.record(waited);
    }

    /// Begins a new minute if it is time. Call it before anything is added to the totals.
    pub fn move_to(&mut self, now: Timestamp, totals: Totals) {
        let number = minute_of(now);
        if number == self.number {
            return;
        }
        if self.number != 0 {
            let minute = self.running(totals);
            self.closed.push_back(minute);
        }
        while self.closed.front().is_some_and(|oldest| minute_of(oldest.begins_at) + (MINUTES as i64) < number) {
            self.closed.pop_front();
        }
        (self.number, self.at_begin) = (number, totals);
        (self.answers, self.waits) = (Histogram::default(), Histogram::default());
    }

    fn running(&self, totals: Totals) -> Minute {
        Minute {
            begins_at: Timestamp::from_seconds(self.number * 60),
            requests: totals.requests - self.at_begin.requests,
            failed: totals.failed - self.at_begin.failed,
            shed: totals.shed - self.at_begin.shed,
            work: totals.work - self.at_begin.work,
            answers: self.answers.spread(),
            waits: self.waits.spread(),
        }
    }

    /// The minutes of the last hour, the one that runs last. Minutes in which nothing happened are there as well.
    pub fn all(&mut self, now: Timestamp, totals: Totals) -> Vec<Minute> {
        self.move_to(now, totals);
        let empty = |number: i64| Minute { begins_at: Timestamp::from_seconds(number * 60), ..Minute::default() };
        let kept = |number| self.closed.iter().find(|minute| minute_of(minute.begins_at) == number).cloned();
        let mut minutes: Vec<Minute> =
            (self.number - MINUTES as i64 + 1..self.number).map(|number| kept(number).unwrap_or_else(|| empty(number))).collect();
        minutes.push(self.running(totals));
        minutes
    }
}

/// Work of all shops' handlers, by the minute: a ring of slots, each with the minute it stands for.
#[derive(Debug)]
pub struct NodeMinutes([(AtomicI64, AtomicU64); MINUTES + 1]);

impl Default for NodeMinutes {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Default::default()))
    }
}

impl NodeMinutes {
    /// Adds work, microseconds. What two threads add in the very moment in which a minute begins may get lost: it is a picture,
    /// no account.
    pub(super) fn add(&self, now: Timestamp, work: u64) {
        let minute = minute_of(now);
        let (of, sum) = self.slot(minute);
        if of.swap(minute, Ordering::Relaxed) != minute {
            sum.store(0, Ordering::Relaxed);
        }
        sum.fetch_add(work, Ordering::Relaxed);
    }

    /// Work in the minute that began then, microseconds.
    pub fn work_in(&self, begins_at: Timestamp) -> u64 {
        let minute = minute_of(begins_at);
        let (of, sum) = self.slot(minute);
        if of.load(Ordering::Relaxed) == minute { sum.load(Ordering::Relaxed) } else { 0 }
    }

    fn slot(&self, minute: i64) -> &(AtomicI64, AtomicU64) {
        &self.0[minute.rem_euclid(self.0.len() as i64) as usize]
    }
}

fn minute_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: Timestamp = Timestamp::from_seconds(60 * 1_000);

    #[test]
    fn an_hour_is_kept_and_no_more() {
        let (mut minutes, mut totals) = (Minutes::default(), Totals::default());
        for minute in 0..200 {
            let now = BEGIN.plus_minutes(minute);
            minutes.move_to(now, totals);
            minutes.note(1_000 * (minute + 1), 10);
            totals.requests += minute as u64;
        }
        let now = BEGIN.plus_minutes(199);
        let hour = minutes.all(now, totals);
        assert_eq!((hour.len(), hour[0].requests, hour[59].requests), (60, 140, 199));
        assert_eq!(hour[59].begins_at, now);
        assert!(minutes.closed.len() <= MINUTES);
        let later = minutes.all(BEGIN.plus_minutes(250), totals);
        assert_eq!((later[8].requests, later[9].requests, later[59].requests), (199, 0, 0), "silence is shown, too");
        assert_eq!(minutes.all(BEGIN.plus_minutes(900), totals).iter().map(|minute| minute.requests).sum::<u64>(), 0);
    }

    #[test]
    fn work_is_summed_by_the_minute() {
        let node = NodeMinutes::default();
        for second in 0..600 {
            node.add(BEGIN.plus_seconds(second), 5);
        }
        assert_eq!(node.work_in(BEGIN.plus_minutes(9)), 300);
        node.add(BEGIN.plus_minutes(61), 7);
        assert_eq!(node.work_in(BEGIN.plus_minutes(61)), 7, "an hour later the slot begins anew");
        assert_eq!(node.work_in(BEGIN), 0);
    }
}
