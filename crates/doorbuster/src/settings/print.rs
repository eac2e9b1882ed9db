//! The effective settings as a settings file.

use super::source::Sourced;
use super::table::{Shown, setting_named};
use std::fmt::Write as _;

/// Each setting with its explanation, value and origin. What is not set is a comment.
pub fn to_toml(sources: &[Sourced]) -> String {
    let mut text = String::from("# The settings in effect, and where each comes from. Secrets are masked.\n");
    for sourced in sources {
        let setting = setting_named(sourced.key).expect("every value belongs to a setting");
        let not_set = if sourced.value.is_empty() { "# " } else { "" };
        let value = toml::Value::String(shown_value(sourced));
        write!(text, "\n# {}\n{not_set}{} = {value}  # {}\n", setting.doc, sourced.key, sourced.origin)
            .expect("writing to a string does not fail");
    }
    text
}

/// The value, or `***` for a secret one.
pub fn shown_value(sourced: &Sourced) -> String {
    let setting = setting_named(sourced.key).expect("every value belongs to a setting");
    let is_secret = setting.shown == Shown::Masked && !sourced.value.is_empty();
    if is_secret { "***".into() } else { sourced.value.clone() }
}
