//! Connections on which nothing happens: after an answer, or before the first request. Each holds a socket, a small future and
//! a place in the line of those that wait. Whoever has waited longest is closed first, when its time is over or when room is
//! needed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::net::TcpStream;

/// All parked connections of a process. The threads share one line: it is touched when a connection falls silent and when it
/// speaks again, which is rare beside requests.
#[derive(Default)]
pub(super) struct Parked(Mutex<Line>);

#[derive(Default)]
struct Line {
    /// Whom to wake, by the order in which they came. Who was taken out of it and woken is to close.
    waiting: BTreeMap<u64, Waker>,
    next: u64,
    /// The next place at the end of each of the last rounds.
    rounds: VecDeque<u64>,
    is_closed: bool,
}

/// Why a connection is parked no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awoken {
    /// There are bytes, or the client has left.
    Readable,
    /// It is to close.
    Told,
}

impl Parked {
    /// In how many rounds the time of an idle connection runs out.
    pub const ROUNDS: u32 = 8;

    /// Ready once there is something to read, or once the connection is to close. It has its `place` in the line until then.
    pub fn poll_wait(self: &Arc<Self>, socket: &TcpStream, place: &mut Option<Place>, context: &mut Context<'_>) -> Poll<Awoken> {
        // What arrived is answered, even if there was no time left for it.
        if socket.poll_read_ready(context).is_ready() {
            return Poll::Ready(Awoken::Readable);
        }
        let may_stay = match place {
            Some(place) => self.line().waiting.contains_key(&place.number),
            None => {
                let number = self.line().stand_in(context.waker());
                *place = number.map(|number| Place { parked: Arc::clone(self), number });
                number.is_some()
            }
        };
        if may_stay { Poll::Pending } else { Poll::Ready(Awoken::Told) }
    }

    /// Closes those who have waited longest; returns how many.
    pub fn close_oldest(&self, count: usize) -> usize {
        let mut line = self.line();
        let told: Vec<Waker> = std::iter::from_fn(|| line.waiting.pop_first()).take(count).map(|(_, waker)| waker).collect();
        drop(line);
        wake(told)
    }

    /// Ends a round, and closes those who were there before the first of the last rounds.
    pub fn close_idle(&self) {
        let mut line = self.line();
        let next = line.next;
        line.rounds.push_back(next);
        if line.rounds.len() <= Self::ROUNDS as usize {
            return;
        }
        let first = line.rounds.pop_front().unwrap_or_default();
        let staying = line.waiting.split_off(&first);
        let told = std::mem::replace(&mut line.waiting, staying);
        drop(line);
        wake(told.into_values());
    }

    /// Closes all, and whoever would be parked from now on.
    pub fn close_all(&self) {
        let mut line = self.line();
        line.is_closed = true;
        let told = std::mem::take(&mut line.waiting);
        drop(line);
        wake(told.into_values());
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing in here can panic half way.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wake(told: impl IntoIterator<Item = Waker>) -> usize {
    told.into_iter().map(Waker::wake).count()
}

impl Line {
    /// The number of a new place at the end; `None` when everybody is to close.
    fn stand_in(&mut self, waker: &Waker) -> Option<u64> {
        if self.is_closed {
            return None;
        }
        let number = self.next;
        self.next += 1;
        self.waiting.insert(number, waker.clone());
        Some(number)
    }
}

/// A place in the line, left when it is dropped.
pub(super) struct Place {
    parked: Arc<Parked>,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.parked.line().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(parked: &Parked) -> Vec<u64> {
        parked.line().waiting.keys().copied().collect()
    }

    fn stand_in(parked: &Parked) -> Option<u64> {
        parked.line().stand_in(Waker::noop())
    }

    #[test]
    fn whoever_has_waited_longest_is_closed_first() {
        let parked = Arc::new(Parked::default());
        let places: Vec<_> = (0..4).map(|_| stand_in(&parked)).collect();
        assert_eq!(places, [Some(0), Some(1), Some(2), Some(3)]);
        drop(Place { parked: Arc::clone(&parked), number: 0 });
        assert_eq!(parked.close_oldest(2), 2);
        assert_eq!(waiting(&parked), [3], "the first had gone already");
        assert_eq!(parked.close_oldest(2), 1);
    }

    #[test]
    fn a_connection_is_closed_after_its_rounds() {
        let parked = Parked::default();
        stand_in(&parked);
        for _ in 0..Parked::ROUNDS {
            parked.close_idle();
            assert_eq!(waiting(&parked)[0], 0);
            stand_in(&parked);
        }
        parked.close_idle();
        assert_eq!(waiting(&parked)[0], 1, "the first one's time is over, the second one has a round left");
    }

    #[test]
    fn nobody_is_parked_any_more_once_all_are_closed() {
        let parked = Parked::default();
        stand_in(&parked);
        parked.close_all();
        assert!(waiting(&parked).is_empty());
        assert_eq!(stand_in(&parked), None);
    }
}
