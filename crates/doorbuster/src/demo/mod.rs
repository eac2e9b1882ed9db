//! `doorbuster demo`: two seeded shops on this machine, ready to be looked at.
//!
//! Read in this order: `catalog` (what a demonstration shop consists of), `quillmere` and `juniper` (the two), `art` (their
//! pictures), `seed` (into the database), `welcome` (what the terminal says). Serving them is no different from `serve`.

mod catalog;
mod juniper;
mod places;
mod quillmere;

mod art;

mod seed;
mod welcome;

#[cfg(test)]
mod catalog_tests;
#[cfg(test)]
mod seed_tests;

pub use quillmere::shop as quillmere_shop;
pub use seed::{NextOpening, seed, seed_shop};
pub use welcome::{Paint, Welcome};

/// The password of the demonstration's sellers. It is printed at every start and no secret.
pub const DEMO_PASSWORD: &str = "doorbuster-demo";

/// The folder in which the demonstration is kept when none is named.
pub const DEMO_FOLDER: &str = "doorbuster-demo";
