//! The load test against a shop that is known to go wrong.

mod audit;
mod fake_shop;
mod one_buyer;
mod run;
