//! A shop that sells while what it stands on is taken away: its process, its database, its disk, its connections. One file for
//! each kind of failure.
//!
//! Shoppers outside keep their receipts and send again what was not answered. At the end every receipt is an order, every order
//! is a receipt, and the books hold. `TORTURE_SEED` has a run again as far as chance decides it; `TORTURE_MINUTES` is how long
//! all of them go on together, instead of so many rounds each. `cargo xtask torture` sets both.

mod connections;
mod disk;
mod kills;
mod messages;
mod points;
mod restarts;

pub mod crowd;
mod dice;
pub mod rounds;
mod small_disk;
mod tcp_proxy;

use crowd::{Crowd, UNITS};
use dice::Dice;
use rounds::rounds;

/// Among how many tests the minutes are divided.
const TESTS: u32 = 10;
/// The signal of a process that ends itself.
const ABORTED: Option<i32> = Some(6);
