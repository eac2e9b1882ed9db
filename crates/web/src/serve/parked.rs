//! Connections on which nothing is on its way: before the first request, after an answer. Each holds a socket, a small future and
//! a place in the line of those that wait. Whoever has been silent for longest is closed first, when its time is over or when
//! room is needed.
//!
//! Time is counted in pulses. A connection that speaks does not move in the line, whose lock all threads share: it notes the
//! pulse, and is given the place that it has earned when it would be its turn to be closed.

use super::ServeLimits;
use super::pulse::PULSE;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

/// All parked connections of a process. The threads share one line: it is touched when a connection becomes parked and when it
/// is parked no longer, which is rare beside requests.
pub(super) struct Parked {
    line: Mutex<Line>,
    /// Pulses so far.
    now: AtomicU32,
    /// After how many pulses of silence a connection may be closed for others, and after how many it is closed anyway.
    quiet: AtomicU32,
    idle: u32,
}

#[derive(Default)]
struct Line {
    /// Who waits, by the pulse at which they last spoke as far as the line knows. Who was taken out of it is to close.
    waiting: BTreeMap<(u32, u64), Arc<Waiting>>,
    next: u64,
    is_closed: bool,
}

struct Waiting {
    waker: Waker,
    /// Which one it is among those of a pulse.
    number: u64,
    /// The pulse at which it last spoke.
    spoke: AtomicU32,
    /// The one under which it waits; written by whoever holds the line.
    filed: AtomicU32,
    is_told: AtomicBool,
}

impl Parked {
    /// Nobody yet.
    pub fn new(limits: &ServeLimits) -> Self {
        // The first of them may have begun just before.
        let pulses =
            |time: Duration| if time.is_zero() { 0 } else { (time.div_duration_f64(PULSE).ceil() as u32).saturating_add(1) };
        let (quiet, idle) = (pulses(limits.quiet), pulses(limits.idle_timeout));
        Self { line: Mutex::default(), now: AtomicU32::new(0), quiet: AtomicU32::new(quiet), idle }
    }

    /// A new place at the end of the line; `None` when everybody is to close.
    pub fn stand_in(self: &Arc<Self>, waker: &Waker) -> Option<Place> {
        let now = self.now.load(Ordering::Relaxed);
        let (spoke, filed, is_told) = (AtomicU32::new(now), AtomicU32::new(now), AtomicBool::new(false));
        let mut line = self.line();
        if line.is_closed {
            return None;
        }
        let number = line.next;
        line.next += 1;
        let waiting = Arc::new(Waiting { waker: waker.clone(), number, spoke, filed, is_told });
        line.waiting.insert((now, number), Arc::clone(&waiting));
        drop(line);
        Some(Place { parked: Arc::clone(self), waiting })
    }

    /// Closes those who have been silent for longest, but not whoever has just spoken; returns how many.
    pub fn close_oldest(&self, count: usize) -> usize {
        self.close(self.quiet.load(Ordering::Relaxed), count)
    }

    /// From now on whoever has just spoken may be closed for others, too: those who knock at the end wait for the slots of those
    /// who are done.
    pub fn give_no_grace(&self) {
        self.quiet.store(0, Ordering::Relaxed);
    }

    /// Counts a pulse, and closes those whose time is over.
    pub fn beat(&self) {
        self.now.fetch_add(1, Ordering::Relaxed);
        self.close(self.idle, usize::MAX);
    }

    /// Closes all, and whoever would be parked from now on.
    pub fn close_all(&self) {
        let mut line = self.line();
        line.is_closed = true;
        let told = std::mem::take(&mut line.waiting);
        drop(line);
        tell(told.into_values());
    }

    fn close(&self, silent_pulses: u32, count: usize) -> usize {
        let Some(since) = self.now.load(Ordering::Relaxed).checked_sub(silent_pulses) else { return 0 };
        let mut closed = 0;
        loop {
            // The lock is free for others between two looks.
            let (told, is_all) = self.line().take_silent(since, count - closed);
            closed += tell(told);
            if is_all {
                return closed;
            }
        }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing in here can panic half way.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    /// Takes out some of those who have not spoken since this pulse, and says whether that is all who are asked for.
    fn take_silent(&mut self, since: u32, count: usize) -> (Vec<Arc<Waiting>>, bool) {
        /// How many are looked at: some tens of microseconds.
        const LOOKED_AT_MAX: u32 = 256;
        let (mut silent, mut looked_at) = (Vec::new(), 0);
        while silent.len() < count
            && let Some(first) = self.waiting.first_entry()
            && first.key().0 <= since
        {
            if looked_at == LOOKED_AT_MAX {
                return (silent, false);
            }
            looked_at += 1;
            let ((filed, number), one) = first.remove_entry();
            let spoke = one.spoke.load(Ordering::Relaxed);
            if spoke > filed {
                one.filed.store(spoke, Ordering::Relaxed);
                self.waiting.insert((spoke, number), one);
            } else {
                silent.push(one);
            }
        }
        (silent, true)
    }
}

fn tell(told: impl IntoIterator<Item = Arc<Waiting>>) -> usize {
    let tell = |one: Arc<Waiting>| {
        one.is_told.store(true, Ordering::Release);
        one.waker.wake_by_ref();
    };
    told.into_iter().map(tell).count()
}

/// A place in the line, left when it is dropped.
pub(super) struct Place {
    parked: Arc<Parked>,
    waiting: Arc<Waiting>,
}

impl Place {
    /// Whether the connection is to close.
    pub fn is_told(&self) -> bool {
        self.waiting.is_told.load(Ordering::Acquire)
    }

    /// Whether the connection has been silent for long enough to be closed for others.
    pub fn is_quiet(&self) -> bool {
        let silent = self.parked.now.load(Ordering::Relaxed).saturating_sub(self.waiting.spoke.load(Ordering::Relaxed));
        silent >= self.parked.quiet.load(Ordering::Relaxed)
    }

    /// The connection has spoken.
    pub fn speak(&self) {
        let now = self.parked.now.load(Ordering::Relaxed);
        // Looked at first: most have spoken at this pulse already.
        if self.waiting.spoke.load(Ordering::Relaxed) != now {
            self.waiting.spoke.store(now, Ordering::Relaxed);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut line = self.parked.line();
        let filed = self.waiting.filed.load(Ordering::Relaxed);
        line.waiting.remove(&(filed, self.waiting.number));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two pulses of silence make room, four are too many. Each is one longer by then, because it may have begun just before.
    fn parked() -> Arc<Parked> {
        let limits = ServeLimits { quiet: PULSE, idle_timeout: 3 * PULSE, ..ServeLimits::default() };
        Arc::new(Parked::new(&limits))
    }

    fn come(parked: &Arc<Parked>) -> Place {
        parked.stand_in(Waker::noop()).expect("the line is open")
    }

    fn told(places: &[Place]) -> Vec<bool> {
        places.iter().map(Place::is_told).collect()
    }

    #[test]
    fn whoever_has_been_silent_for_longest_is_closed_first() {
        let parked = parked();
        let mut places: Vec<Place> = (0..4).map(|_| come(&parked)).collect();
        assert_eq!(parked.close_oldest(4), 0, "all of them have just come");
        (0..2).for_each(|_| parked.beat());
        drop(places.remove(0));
        assert_eq!((parked.close_oldest(2), told(&places)), (2, vec![true, true, false]), "the first had gone already");
        assert_eq!((parked.close_oldest(2), told(&places)), (1, vec![true; 3]));
        drop(places);
        assert!(parked.line().waiting.is_empty());
    }

    #[test]
    fn whoever_speaks_goes_to_the_end_of_the_line() {
        let parked = parked();
        let places: Vec<Place> = (0..3).map(|_| come(&parked)).collect();
        parked.beat();
        places[0].speak();
        parked.beat();
        assert_eq!((parked.close_oldest(9), told(&places)), (2, vec![false, true, true]), "it has just spoken");
        parked.beat();
        assert_eq!(parked.close_oldest(9), 1, "by now it has been silent, too");
        drop(places);
        assert!(parked.line().waiting.is_empty(), "also whoever has moved leaves nothing behind");
    }

    #[test]
    fn a_connection_is_closed_after_its_time() {
        let parked = parked();
        let first = come(&parked);
        (0..2).for_each(|_| parked.beat());
        let second = come(&parked);
        parked.beat();
        assert!(!first.is_told());
        parked.beat();
        assert!(first.is_told() && !second.is_told(), "the second one has time left");
    }

    #[test]
    fn nobody_is_parked_any_more_once_all_are_closed() {
        let parked = parked();
        let place = come(&parked);
        parked.close_all();
        assert!(place.is_told());
        assert!(parked.stand_in(Waker::noop()).is_none());
    }
}
