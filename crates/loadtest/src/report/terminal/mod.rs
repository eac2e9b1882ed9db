//! A run on a terminal: what is going on while it lasts, and what came of it.

mod live;
mod summary;

pub use live::{LiveView, Screen, frame, plain_line};
pub use summary::{Reports, summary};
