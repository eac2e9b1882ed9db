//! The slow lane: whoever is new, and after them whoever was told to come back later and is back at once, is read after everybody
//! else. A thread that has time reads them at once all the same; one that has not lets nobody wait behind a crowd that comes or
//! that insists, least of all a neighbor's visitors.
//!
//! One for each thread that carries connections.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::task::{spawn_local, yield_now};

/// How many of each are read before the others have had their turn again.
const AT_ONCE: usize = 16;

thread_local! {
    static LANE: RefCell<Lane> = RefCell::default();
}

/// Who stands in the lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Whoever has not asked for anything yet.
    New,
    /// Whoever was told to come back later.
    ToldToWait,
}

#[derive(Default)]
struct Lane {
    waiting: [VecDeque<Rc<Place>>; 2],
    is_tended: bool,
}

#[derive(Debug)]
struct Place {
    waker: RefCell<Waker>,
    is_called: Cell<bool>,
}

/// A connection's turn in the lane.
#[derive(Debug)]
pub(super) struct Turn {
    who: Who,
    place: Option<Rc<Place>>,
}

impl Turn {
    /// One that nobody waits for yet.
    pub const fn of(who: Who) -> Self {
        Self { who, place: None }
    }

    /// Whether somebody waits for it.
    pub const fn is_awaited(&self) -> bool {
        self.place.is_some()
    }

    /// Ready when it has come. It stands in the lane from the first time on that it is asked.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &self.place {
            Some(place) if place.is_called.get() => {
                self.place = None;
                return Poll::Ready(());
            }
            Some(place) => place.waker.borrow_mut().clone_from(context.waker()),
            None => {
                let place = Rc::new(Place { waker: RefCell::new(context.waker().clone()), is_called: Cell::new(false) });
                self.place = Some(Rc::clone(&place));
                stand_in(self.who, place);
            }
        }
        Poll::Pending
    }
}

fn stand_in(who: Who, place: Rc<Place>) {
    LANE.with_borrow_mut(|lane| {
        lane.waiting[who as usize].push_back(place);
        if !std::mem::replace(&mut lane.is_tended, true) {
            spawn_local(tend());
        }
    });
}

/// Calls a few each time that everybody else has had their turn, until nobody is left.
async fn tend() {
    loop {
        yield_now().await;
        let called: Vec<Rc<Place>> = LANE.with_borrow_mut(|lane| {
            let count = |line: &VecDeque<_>| line.len().min(AT_ONCE);
            let called = lane.waiting.iter_mut().flat_map(|line| line.drain(..count(line))).collect();
            lane.is_tended = lane.waiting.iter().any(|line| !line.is_empty());
            called
        });
        for place in &called {
            place.is_called.set(true);
            place.waker.borrow().wake_by_ref();
        }
        if !LANE.with_borrow(|lane| lane.is_tended) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::runtime::{Builder, LocalOptions};

    fn run(test: impl Future<Output = ()>) {
        Builder::new_current_thread().build_local(LocalOptions::default()).expect("a runtime").block_on(test);
        assert!(!LANE.with_borrow(|lane| lane.is_tended), "nobody is left");
    }

    /// So many stand in the lane; how many of them were read.
    fn stand(who: Who, count: usize) -> Rc<Cell<usize>> {
        let read = Rc::new(Cell::new(0));
        for _ in 0..count {
            let read = Rc::clone(&read);
            spawn_local(async move {
                let mut turn = Turn::of(who);
                poll_fn(|context| turn.poll(context)).await;
                read.set(read.get() + 1);
            });
        }
        read
    }

    #[test]
    fn everybody_else_has_a_turn_between_a_few_of_the_lane() {
        for who in [Who::New, Who::ToldToWait] {
            run(async {
                let read = stand(who, 1_000);
                let (mut others, mut seen) = (0, 0);
                while read.get() < 1_000 {
                    yield_now().await;
                    assert!(read.get() - seen <= 2 * AT_ONCE, "{} were read at once", read.get() - seen);
                    seen = read.get();
                    others += 1;
                }
                assert!(others >= 1_000 / (2 * AT_ONCE), "{others}");
            });
        }
    }

    #[test]
    fn whoever_is_new_does_not_wait_for_those_who_insist() {
        run(async {
            let insisting = stand(Who::ToldToWait, 1_000);
            yield_now().await;
            let new = stand(Who::New, 10);
            while new.get() < 10 {
                yield_now().await;
            }
            assert!(insisting.get() <= 4 * AT_ONCE, "{} were read before", insisting.get());
            while insisting.get() < 1_000 {
                yield_now().await;
            }
        });
    }

    #[test]
    fn whoever_hangs_up_in_the_lane_holds_nobody_up() {
        run(async {
            let gone = spawn_local(async { poll_fn(|context| Turn::of(Who::New).poll(context)).await });
            yield_now().await;
            gone.abort();
            let mut turn = Turn::of(Who::New);
            poll_fn(|context| turn.poll(context)).await;
        });
    }
}
