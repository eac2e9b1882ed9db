//! The gate in front of every handler: what cannot be answered in time is refused at once and in order, and one shop's crowd does
//! not reach the shop next door.
//!
//! Pages out of an edition and files out of memory do not come here. Read in this order: `class` (what an address is worth),
//! `keeper` (who may go in; a plain state machine), `passage` (a request's way through), `answer` (what comes of it), `bulk`
//! (files of sellers). How sockets are bounded is the business of `serve`, and how orders wait that of the order writer.

pub mod class;
pub mod keeper;
mod limit;
mod line;
mod pace;
mod turns;

mod answer;
mod bulk;
mod passage;

#[cfg(test)]
mod tests;

pub use answer::{Busy, Errand, Knocked, answer, knock, pass_or_refuse, picture};
pub use passage::{Gate, Passed, Refused, Turn, outside};

use std::time::Duration;

/// How long the current thread has been at work, so that handlers can be charged for what they use. Only differences count.
pub type WorkClock = fn() -> Duration;
