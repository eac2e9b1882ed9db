//! A forecast as people and programs read it: tables and sentences, which a terminal and a page share, and JSON.
//!
//! Everything is drawn from [`crate::data`] alone, so that a number is the same wherever it stands; what a sale came to is drawn
//! from [`crate::outcome::data`].

pub mod claim;
pub mod days;
pub mod html;
pub mod json;
pub mod outcome;
pub mod schedule;
pub mod terminal;

mod sentences;
mod tables;
pub mod when;
