//! What a generator is told, and what it tells: all that passes between a worker and whoever leads it.

use super::Tally;
use crate::mix::Mix;
use crate::report::data::Connections;
use crate::shopper::Shop;
use crate::way::Way;
use serde::{Deserialize, Serialize};
use std::net::Ipv4Addr;

/// What a generator is to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    /// Which worker it is, counted from 0, and of how many.
    pub worker: u32,
    /// How many there are.
    pub workers: u32,
    /// How the shop is reached.
    pub way: Way,
    /// Addresses to connect from; none leaves it to the system.
    pub sources: Vec<Ipv4Addr>,
    /// Who has a connection.
    pub connections: Connections,
    /// Connections at once.
    pub connections_max: usize,
    /// Who comes.
    pub mix: Mix,
    /// Where they go.
    pub shop: Shop,
    /// What chance comes from.
    pub seed: u64,
    /// The instant 0 of the run, milliseconds since 1970 UTC.
    pub began_ms: i64,
}

/// What a generator is told while it works.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Who comes in a second. Without it, as many land as in the one before.
    Come(Coming),
    /// Nobody comes any more.
    End,
}

/// Who comes in a second: the part of one worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coming {
    /// Which second of the run.
    pub second: u32,
    /// Who lands.
    pub arriving: f64,
    /// Who is put in the middle of a visit.
    pub midway: f64,
    /// Who leaves before their time.
    pub leaving: f64,
}

/// Orders to a generator and tallies from it.
pub trait Chief {
    /// The next order, if there is one.
    fn order(&mut self) -> Option<Order>;

    /// A second is over. Without the chief there is nothing to do: false ends the work.
    fn tell(&mut self, tally: Tally) -> bool;
}
