//! Numbers as a person reads them: in words, in tables and in charts, on a page and on a terminal.
//!
//! A load test and a forecast tell what they found in the same way, and this is that way. Nothing here knows what is told: words
//! and units are the caller's. All of it is text from values: no file, no clock, no script that matters.

pub mod chart;
pub mod markup;
pub mod numbers;
pub mod page;
pub mod terminal;

#[cfg(any(test, feature = "testing"))]
pub mod well_formed;
