//! The rules of selling: plain functions over plain values.
//!
//! No async, no SQL, no HTTP, no clock and no randomness live here: the time is an argument named `now`, identifiers are
//! handed in. Whatever the shop decides, it decides in this crate, so that every decision can be tested as a table.

pub mod id;
pub mod money;
pub mod time;

pub mod catalog;
pub mod customer;
pub mod shop;

pub mod sale;
pub mod stock;

pub mod cart;
pub mod pricing;

pub mod order;
pub mod payment;
pub mod reservation;

pub mod checkout;

pub mod planted;

pub use id::*;
pub use money::{Currency, Money};
pub use time::Timestamp;
