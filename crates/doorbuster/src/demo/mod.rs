//! `doorbuster demo`: two seeded shops on this machine, ready to be looked at.

pub mod art;
pub mod catalog;
pub mod juniper;
mod places;
pub mod quillmere;

#[cfg(test)]
mod catalog_tests;
