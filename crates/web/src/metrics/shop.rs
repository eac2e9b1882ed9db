//! The counters of one shop.

use super::histogram::Histogram;
use super::minutes::{Minute, Minutes, NodeMinutes, Totals};
use super::missed::Missed;
use crate::gate::class::Class;
use commerce::{Timestamp, VariantId};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something that a handler makes behind the gate.
    Gated(Class),
    /// A page out of an edition.
    Frozen,
    /// A file or a figure out of memory.
    Free,
    /// A seller's file.
    Bulk,
}

impl Kind {
    /// How many there are.
    pub const COUNT: usize = Class::COUNT + 3;

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Class::ALL.into_iter().map(Self::Gated).chain([Self::Frozen, Self::Free, Self::Bulk])
    }

    /// As in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gated(class) => class.as_str(),
            Self::Frozen => "frozen",
            Self::Free => "free",
            Self::Bulk => "bulk",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Gated(class) => class.index(),
            Self::Frozen => Class::COUNT,
            Self::Free => Class::COUNT + 1,
            Self::Bulk => Class::COUNT + 2,
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A page, a file, or the way to another page.
    Answered,
    /// The shop said no: not found, sold out, not allowed.
    Refused,
    /// Something failed on our side.
    Failed,
    /// There was too much to do: told to come back.
    Shed,
    /// Whoever asked hung up before.
    Gone,
}

impl Outcome {
    /// How many there are.
    pub const COUNT: usize = 5;
    /// All of them.
    pub const ALL: [Self; Self::COUNT] = [Self::Answered, Self::Refused, Self::Failed, Self::Shed, Self::Gone];

    /// What a status of HTTP says.
    pub const fn of_status(status: u16) -> Self {
        match status {
            ..400 => Self::Answered,
            400..500 => Self::Refused,
            500.. => Self::Failed,
        }
    }

    /// As in figures.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Shed => "shed",
            Self::Gone => "gone",
        }
    }
}

/// An answer that a handler made; microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// From its arrival to its answer.
    pub took: i64,
    /// Of that, in line.
    pub waited: i64,
    /// Work of the handler.
    pub work: i64,
}

/// The counters of a shop.
#[derive(Debug)]
pub struct ShopMetrics {
    counts: [[AtomicU64; Outcome::COUNT]; Kind::COUNT],
    work: AtomicU64,
    timed: Mutex<Timed>,
    missed: Mutex<Missed>,
    node: Arc<NodeMinutes>,
}

#[derive(Debug, Default)]
struct Timed {
    answers: Histogram,
    waits: Histogram,
    minutes: Minutes,
}

impl ShopMetrics {
    pub(super) fn new(node: Arc<NodeMinutes>) -> Self {
        Self { counts: Default::default(), work: AtomicU64::new(0), timed: Mutex::default(), missed: Mutex::default(), node }
    }

    /// Counts a request.
    pub fn count(&self, kind: Kind, outcome: Outcome) {
        self.counts[kind.index()][outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Notes how long an answer of a handler took, and counts it.
    pub fn note(&self, now: Timestamp, kind: Kind, outcome: Outcome, answered: Answered) {
        let work = u64::try_from(answered.work).unwrap_or(0);
        let mut timed = self.timed.lock().unwrap_or_else(PoisonError::into_inner);
        timed.minutes.move_to(now, self.totals());
        timed.minutes.note(answered.took, answered.waited);
        timed.answers.record(answered.took);
        timed.waits.record(answered.waited);
        self.count(kind, outcome);
        self.work.fetch_add(work, Ordering::Relaxed);
        drop(timed);
        self.node.add(now, work);
    }

    /// Counts a request that was told to come back.
    pub fn note_shed(&self, now: Timestamp, kind: Kind) {
        let mut timed = self.timed.lock().unwrap_or_else(PoisonError::into_inner);
        timed.minutes.move_to(now, self.totals());
        self.count(kind, Outcome::Shed);
    }

    /// Counts units that were asked for in the cart or at the checkout and had sold out.
    pub fn note_missed(&self, now: Timestamp, variant: VariantId, units: i64) {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).note(now, variant, units);
    }

    /// Does something with what could not be had.
    pub(crate) fn with_missed<T>(&self, work: impl FnOnce(&mut Missed) -> T) -> T {
        work(&mut self.missed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many requests there were of a kind with this outcome.
    pub fn counted(&self, kind: Kind, outcome: Outcome) -> u64 {
        self.counts[kind.index()][outcome as usize].load(Ordering::Relaxed)
    }

    /// Work of the shop's handlers, microseconds.
    pub fn work(&self) -> u64 {
        self.work.load(Ordering::Relaxed)
    }

    /// How long answers took and how long they waited, since the start.
    pub(super) fn durations(&self) -> (Histogram, Histogram) {
        let timed = self.timed.lock().unwrap_or_else(PoisonError::into_inner);
        (timed.answers.clone(), timed.waits.clone())
    }

    /// The last hour, minute by minute, the running one last.
    pub fn hour(&self, now: Timestamp) -> Vec<Minute> {
        let totals = self.totals();
        self.timed.lock().unwrap_or_else(PoisonError::into_inner).minutes.all(now, totals)
    }

    fn totals(&self) -> Totals {
        let sum = |counts: &[AtomicU64]| counts.iter().map(|count| count.load(Ordering::Relaxed)).sum::<u64>();
        Totals {
            requests: self.counts.iter().map(|counts| sum(counts)).sum(),
            failed: Kind::all().map(|kind| self.counted(kind, Outcome::Failed)).sum(),
            shed: Kind::all().map(|kind| self.counted(kind, Outcome::Shed)).sum(),
            work: self.work(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_counted_once_and_lies_in_its_minute() {
        let node = Arc::new(NodeMinutes::default());
        let shop = ShopMetrics::new(Arc::clone(&node));
        let begin = Timestamp::from_seconds(60_000);
        let browse = Kind::Gated(Class::Browse);
        shop.note(begin, browse, Outcome::Answered, Answered { took: 5_000, waited: 1_000, work: 300 });
        shop.count(Kind::Frozen, Outcome::Answered);
        shop.note_shed(begin.plus_minutes(1), browse);
        let hour = shop.hour(begin.plus_minutes(1));
        let last: Vec<(u64, u64, u64)> = hour[58..].iter().map(|minute| (minute.requests, minute.shed, minute.work)).collect();
        assert_eq!(last, [(2, 0, 300), (1, 1, 0)]);
        assert_eq!(node.work_in(begin), 300);
        assert_eq!((shop.counted(browse, Outcome::Answered), shop.counted(browse, Outcome::Shed)), (1, 1));
        let kinds: Vec<usize> = Kind::all().map(Kind::index).collect();
        assert_eq!(kinds, (0..Kind::COUNT).collect::<Vec<_>>());
    }
}
