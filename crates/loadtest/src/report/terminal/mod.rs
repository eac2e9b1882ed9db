//! A run on a terminal: what is going on while it lasts, and what came of it.

mod live;
mod summary;

pub use live::{LiveView, Screen, frame, plain_line};
pub use summary::{Reports, summary};

use console::{Style, measure_text_width};

/// Whether text is styled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// With colors and bold letters.
    Colors,
    /// As it is: for files, pipes, and whoever asked for no color.
    Plain,
}

impl Ink {
    /// The styles that are used, which do nothing in plain ink.
    fn style(self) -> Style {
        Style::new().force_styling(self == Self::Colors)
    }

    fn bold(self, text: &str) -> String {
        self.style().bold().apply_to(text).to_string()
    }

    fn dim(self, text: &str) -> String {
        self.style().dim().apply_to(text).to_string()
    }

    fn good(self, text: &str) -> String {
        self.style().green().apply_to(text).to_string()
    }

    fn bad(self, text: &str) -> String {
        self.style().red().bold().apply_to(text).to_string()
    }

    fn warn(self, text: &str) -> String {
        self.style().yellow().apply_to(text).to_string()
    }
}

/// Text for a terminal: control characters, which could move the cursor or name the window, become `�`.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// The text with blanks before it, so that it is as wide as it should be on the screen.
fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

/// The text with blanks after it.
fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}
