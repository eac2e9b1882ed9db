//! Forecasts, checks and advice as a file that programs read: [`crate::data`] in JSON, and nothing else.

use serde::Serialize;

/// The data as text, ended by a new line.
pub fn text(data: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(data).expect("it is numbers and text under fixed names");
    text.push('\n');
    text
}
