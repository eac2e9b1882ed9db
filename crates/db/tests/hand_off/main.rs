//! The hand-off from request handlers to the order writer, tried in many orders of who runs next: the real queue and the real
//! writer, included here beside locks of the test's own, so that whoever asks for a lock may have to wait for anybody else.
//!
//! `shuttle` and not `loom`: loom would have to take the place of every `Arc`, atomic and channel, those of tokio's oneshot too,
//! and then tries everything, which ends for two threads and a handful of steps. Everything shared here goes through one lock, so
//! the order of taking it is all that there is to try; shuttle tries that in full where little happens and by chance, from a
//! printed seed, where six customers meet. What shuttle does not try is the order of memory inside atomics: the queue has none.
//!
//! `HAND_OFF_SEED=17 cargo test -p db --test hand_off` plays one seed again and tells it, `HAND_OFF_SEEDS=100000` plays many.

#![allow(clippy::print_stdout, reason = "what a seed has to tell is read in a terminal")]

/// What the included files find beside them in place of the system's locks.
mod locks {
    pub(super) use shuttle::sync::{Mutex, MutexGuard};
}

#[path = "../../src/order_writer/pace.rs"]
mod pace;
#[path = "../../src/order_writer/queue.rs"]
mod queue;
#[path = "../../src/order_writer/writer.rs"]
#[expect(dead_code, reason = "the test drives the writer itself and asks for no pages")]
mod writer;

mod availability;
mod books;
mod lanes;
mod orders;
mod planted;
#[path = "../simulation/random.rs"]
#[expect(dead_code, reason = "the simulation draws in more ways")]
mod random;
mod schedules;

use availability::{Availability, JustPlaced};
use db::order_writer::{Books, Decision, Request};
use db::{Db, Error};
