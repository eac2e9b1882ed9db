//! From a marketing plan to what will happen: who comes when, how many are there at once, what they buy, how many nodes that
//! takes, and how sure all of it is.
//!
//! Plain functions over plain values: no clock, no input or output, and no randomness but that of a seed. Read [`plan`] first,
//! then the way of a forecast: [`arrivals`], [`concurrency`], [`demand`], which [`course`] joins into one sale as planned, and
//! [`bands`], which plays it with every input a little different. What comes out is described in [`data`], and told by
//! [`report`]. Afterwards [`outcome`] says what the sale really came to.

pub mod plan;

pub mod arrivals;
pub mod concurrency;
pub mod delay;
pub mod demand;

pub mod queueing;
pub mod scalability;
pub mod scale;

pub mod bands;
pub mod course;
pub mod data;

pub mod advise;
pub mod check;

pub mod everyday;
pub mod learn;

pub mod outcome;

pub mod report;

pub mod chance;
pub mod normal;

mod written;

pub use bands::{forecast, preview};
pub use plan::MarketingPlan;
pub use written::Unusable;
