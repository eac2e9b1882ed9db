//! The seller's desk, at `/admin` on the shop's own host.
//!
//! Read in this order: `desk` (who sits here and the frame around every page), `form` (what was typed and what is wrong with it),
//! `views` (what each page shows), then one file per noun. Which address leads to which function is listed in `routes.rs`.
//! Rules of selling are not decided here: they are in `commerce`, and stock changes only through the order writer.

pub mod assets;
pub mod desk;
pub mod form;
pub mod format;
pub mod templates;
pub mod views;
