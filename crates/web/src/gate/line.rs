//! The line of one shop for one class: who waits, and until when. What handlers cost.

use super::class::{Route, STANDING};
use commerce::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// What a request costs its shop at least, microseconds: reading it, drawing its page and writing it are work too.
const COST_MIN: i64 = 50;

/// Over how long it is counted how fast a line moves; half of that at least, unless it has drained since.
const RATE_LASTS: Duration = Duration::from_secs(1);

/// Somebody who waits.
#[derive(Debug)]
pub(super) struct Waiting<W> {
    pub ticket: u64,
    pub route: Route,
    pub until: Timestamp,
    pub who: W,
}

/// The line.
#[derive(Debug)]
pub(super) struct Line<W> {
    waiting: VecDeque<Waiting<W>>,
    /// When everybody who waited had been called.
    drained_at: Timestamp,
    /// When somebody lost patience last.
    given_up_at: Timestamp,
    /// How many were called in time, lately, and since when that is counted.
    called: f64,
    counted_since: Timestamp,
}

impl<W> Line<W> {
    pub fn new() -> Self {
        let never = Timestamp(i64::MIN);
        Self { waiting: VecDeque::new(), drained_at: never, given_up_at: never, called: 0.0, counted_since: never }
    }

    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether it has not drained for a while. A line that is empty because everybody lost patience stands all the same.
    pub fn stands(&self, now: Timestamp) -> bool {
        let lasts = STANDING.as_micros() as i64;
        let is_empty = self.is_empty() && now.micros_since(self.given_up_at) > lasts;
        !is_empty && now.micros_since(self.drained_at) > lasts
    }

    /// Takes a place at the end.
    pub fn push(&mut self, now: Timestamp, waiting: Waiting<W>) {
        if self.waiting.is_empty() && !self.stands(now) {
            self.drains(now);
        }
        self.waiting.push_back(waiting);
    }

    /// Whoever is first.
    pub fn pop(&mut self, now: Timestamp) -> Option<Waiting<W>> {
        let first = self.waiting.pop_front()?;
        self.called += f64::from(u8::from(now <= first.until));
        if self.waiting.is_empty() {
            self.drains(now);
        }
        Some(first)
    }

    /// How many have got their turn a second, since it drained or in about the last second. The shop's own pace does not tell:
    /// where whoever is more urgent takes it all, a line does not move, however much its shop gets done.
    pub fn rate(&mut self, now: Timestamp) -> f64 {
        let counted = now.micros_since(self.counted_since);
        let rate = self.called * 1e6 / counted.max(1) as f64;
        if counted > RATE_LASTS.as_micros() as i64 {
            self.called /= 2.0;
            self.counted_since = Timestamp(now.0 - counted / 2);
        }
        rate
    }

    fn drains(&mut self, now: Timestamp) {
        self.drained_at = now;
        (self.called, self.counted_since) = (0.0, now);
    }

    /// Takes the newest out again, to make room.
    pub fn displace(&mut self, now: Timestamp) -> Option<Waiting<W>> {
        self.given_up_at = now;
        self.waiting.pop_back()
    }

    /// Takes one out who does not want to wait any more.
    pub fn remove(&mut self, now: Timestamp, ticket: u64) -> Option<Waiting<W>> {
        let at = self.waiting.binary_search_by_key(&ticket, |waiting| waiting.ticket).ok()?;
        self.given_up_at = now;
        self.waiting.remove(at)
    }
}

/// What handlers take: by route the estimate that is charged before they are done, and over all of them.
#[derive(Debug, Default)]
pub(super) struct Costs {
    by_route: [f64; Route::COUNT],
    /// Of one request, as they come.
    mean: f64,
}

impl Costs {
    /// How much the latest counts.
    const NEW_SHARE: f64 = 0.05;
    /// The same for the mean of all, which follows the mix of the last thousand requests.
    const NEW_SHARE_OF_MEAN: f64 = 0.001;

    pub fn estimate(&self, route: Route) -> i64 {
        (self.by_route[route.index()] as i64).max(COST_MIN)
    }

    /// Learns from what was used, microseconds, and returns what is charged for it.
    pub fn learn(&mut self, route: Route, used: i64) -> i64 {
        let cost = &mut self.by_route[route.index()];
        *cost += (used as f64 - *cost) * Self::NEW_SHARE;
        let charged = used.max(COST_MIN);
        let share = if self.mean == 0.0 { 1.0 } else { Self::NEW_SHARE_OF_MEAN };
        self.mean += (charged as f64 - self.mean) * share;
        charged
    }

    /// How many requests like the latest so many workers can answer, per second; 0 until there was one.
    pub fn requests_per_second(&self, workers: usize) -> f64 {
        if self.mean == 0.0 { 0.0 } else { workers as f64 * 1_000_000.0 / self.mean }
    }
}
