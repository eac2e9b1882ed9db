//! The slow lane: whoever was told to come back later and is back at once is read after everybody else. A thread that has time
//! reads them at once all the same; one that has not lets nobody wait behind them, least of all a neighbor's visitors.
//!
//! One for each thread that carries connections.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tokio::task::{spawn_local, yield_now};

/// How many are read before the others have had their turn again. Refusing one takes some twenty microseconds.
const AT_ONCE: usize = 16;

thread_local! {
    static LANE: RefCell<Lane> = RefCell::default();
}

#[derive(Default)]
struct Lane {
    waiting: VecDeque<Rc<Place>>,
    is_tended: bool,
}

#[derive(Debug)]
struct Place {
    waker: RefCell<Waker>,
    is_called: Cell<bool>,
}

/// A connection's turn in the lane.
#[derive(Debug, Default)]
pub(super) struct Turn(Option<Rc<Place>>);

impl Turn {
    /// Whether somebody waits for it.
    pub const fn is_awaited(&self) -> bool {
        self.0.is_some()
    }

    /// Ready when it has come. It stands in the lane from the first time on that it is asked.
    pub fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &self.0 {
            Some(place) if place.is_called.get() => {
                self.0 = None;
                return Poll::Ready(());
            }
            Some(place) => place.waker.borrow_mut().clone_from(context.waker()),
            None => {
                let place = Rc::new(Place { waker: RefCell::new(context.waker().clone()), is_called: Cell::new(false) });
                self.0 = Some(Rc::clone(&place));
                stand_in(place);
            }
        }
        Poll::Pending
    }
}

fn stand_in(place: Rc<Place>) {
    LANE.with_borrow_mut(|lane| {
        lane.waiting.push_back(place);
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
            let count = lane.waiting.len().min(AT_ONCE);
            lane.is_tended = lane.waiting.len() > count;
            lane.waiting.drain(..count).collect()
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

    #[test]
    fn everybody_else_has_a_turn_between_those_who_are_back_too_early() {
        let runtime = Builder::new_current_thread().build_local(LocalOptions::default()).expect("a runtime");
        let (early, others) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        runtime.block_on(async {
            for _ in 0..1_000 {
                let early = Rc::clone(&early);
                spawn_local(async move {
                    let mut turn = Turn::default();
                    poll_fn(|context| turn.poll(context)).await;
                    early.set(early.get() + 1);
                });
            }
            let mut seen = 0;
            while early.get() < 1_000 {
                yield_now().await;
                assert!(early.get() - seen <= 2 * AT_ONCE, "{} were read at once", early.get() - seen);
                seen = early.get();
                others.set(others.get() + 1);
            }
        });
        assert!(others.get() >= 1_000 / (2 * AT_ONCE), "{}", others.get());
        assert!(!LANE.with_borrow(|lane| lane.is_tended), "nobody is left");
    }

    #[test]
    fn whoever_hangs_up_in_the_lane_holds_nobody_up() {
        let runtime = Builder::new_current_thread().build_local(LocalOptions::default()).expect("a runtime");
        runtime.block_on(async {
            let gone = spawn_local(async { poll_fn(|context| Turn::default().poll(context)).await });
            yield_now().await;
            gone.abort();
            let mut turn = Turn::default();
            poll_fn(|context| turn.poll(context)).await;
        });
    }
}
