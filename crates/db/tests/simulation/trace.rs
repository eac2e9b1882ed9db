//! What happened, line by line. Equal seeds give equal traces.

use std::fmt::Arguments;
use std::sync::{Arc, Mutex, PoisonError};

/// A trace, shared by everyone who has something to tell. Where nobody reads it, nothing is formatted.
#[derive(Clone, Debug, Default)]
pub struct Trace(Option<Arc<Mutex<Vec<String>>>>);

impl Trace {
    pub fn silent() -> Self {
        Self(None)
    }

    pub fn kept() -> Self {
        Self(Some(Arc::default()))
    }

    pub fn say(&self, line: Arguments<'_>) {
        if let Some(lines) = &self.0 {
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_string());
        }
    }

    pub fn text(&self) -> String {
        let Some(lines) = &self.0 else { return String::new() };
        lines.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }
}
