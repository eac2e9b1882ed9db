//! How a shop looks: templates, filters, the palette made from its branding, and the files that go with them.
//!
//! A theme belongs to one shop and is built anew when its settings or templates change. It never reads the database.

pub mod assets;
pub mod environment;
mod filters;
pub mod palette;
#[cfg(test)]
pub(crate) mod testing;

pub(crate) use filters::format_instant;

pub use environment::{TemplateError, TemplateOverride, Theme, check_template, default_template, template_names};
