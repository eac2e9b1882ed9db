//! The only HTTP server: sockets, storefront, the seller's desk.

pub mod admin;
pub mod markdown;
pub mod pictures;
pub mod snapshot;
pub mod storefront;
pub mod theme;
