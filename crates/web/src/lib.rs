//! The only HTTP server: sockets, storefront, the seller's desk.

pub mod snapshot;
pub mod storefront;
pub mod theme;
