//! Calls to other people's services: payment providers and mail servers.
//!
//! Whatever leaves the machine leaves it here. This crate knows neither the database nor HTTP handlers: it is handed plain values
//! and answers with plain values, and it never reads a clock, so every answer can be tested at any instant.

pub mod mail;
pub mod payment;
