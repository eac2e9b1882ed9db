//! The pages shoppers see. Every page is three hops: handler (here), snapshot or query, template.
//!
//! Read in this order: `visit` (who is asked, and when), `frame` (what surrounds every page), `respond` (how pages leave), then
//! one file per noun. Which address leads to which function is listed in `routes.rs`.

pub mod views;

mod fields;
mod frame;
mod respond;
mod structured_data;
mod visit;
mod visitor;

pub mod assets;
pub mod cart;
pub mod checkout;
pub mod collections;
pub mod discovery;
pub mod early_access;
pub mod home;
pub mod media;
pub mod now;
pub mod orders;
pub mod pages;
pub mod products;
pub mod sales;
pub mod search;
pub mod webhooks;

mod busy;
mod cart_cookie;
mod cart_lines;
mod countries;
pub(crate) mod picture_cache;

pub use busy::{BusyPage, BusyPages, busy_page};
pub use cart_cookie::has_checkout;
pub(crate) use early_access::EARLY_COOKIE;
pub(crate) use frame::ANNOUNCED_MINUTES;
pub use frame::plain_text;
pub(crate) use home::ENDED_SHOWN_MINUTES;
pub(crate) use respond::FOREVER;
pub use respond::{answer_not_modified, draw_failure};
pub use visit::{AtShop, Visit, host_of};
