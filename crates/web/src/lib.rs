//! The only HTTP server: sockets, storefront, the seller's desk.
//!
//! Read in this order: `app` (what handlers share), `site` (the way of every request), `routes` (every address), `edition` (pages
//! that are printed beforehand), `snapshot` (a shop in memory), `theme` (its look), `storefront` (what shoppers see), `admin`
//! (the seller's desk), `gate` (who is answered when not everybody can be), `metrics` (what is counted), `serve` (sockets).

pub mod app;
pub mod routes;
pub mod site;

pub mod edition;

pub mod search;
pub mod snapshot;
pub mod theme;

pub mod storefront;

pub mod admin;
pub mod books;
pub mod crowd;
pub mod health;
pub mod mail;
pub mod markdown;
pub mod password;
pub mod pictures;
pub mod reconcile;
pub mod sale_record;

pub mod gate;
pub mod metrics;

pub mod at;
pub mod cookies;
pub mod error;
mod pairs;
pub mod serve;
pub mod signature;

pub use app::{App, AppParts, Scheme};
pub use site::Site;
