//! Text on a terminal: its ink, its columns, and tables as they are on a page.

use crate::markup::{Set, Table};
use console::{Style, measure_text_width};
use std::fmt::Write as _;

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

    /// What is to be read first.
    pub fn bold(self, text: &str) -> String {
        self.style().bold().apply_to(text).to_string()
    }

    /// What is there for whoever looks for it.
    pub fn dim(self, text: &str) -> String {
        self.style().dim().apply_to(text).to_string()
    }

    /// Something good.
    pub fn good(self, text: &str) -> String {
        self.style().green().apply_to(text).to_string()
    }

    /// Something bad.
    pub fn bad(self, text: &str) -> String {
        self.style().red().bold().apply_to(text).to_string()
    }

    /// Something to look at.
    pub fn warn(self, text: &str) -> String {
        self.style().yellow().apply_to(text).to_string()
    }
}

/// Text for a terminal: control characters, which could move the cursor or name the window, become `�`.
pub fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// The text with blanks before it, so that it is as wide as it should be on the screen.
pub fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

/// The text with blanks after it.
pub fn left(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(measure_text_width(text))))
}

impl Table {
    /// The table as lines of text under its caption, each line ended: the same cells as [`Table::html`] has.
    pub fn text(&self, ink: Ink) -> String {
        let cells: Vec<Vec<String>> = self
            .rows
            .iter()
            .map(|row| std::iter::once(&row.head).chain(&row.cells).map(|cell| printable(cell)).collect())
            .collect();
        let width = |at: usize| {
            let below = cells.iter().filter_map(|row| row.get(at)).map(|cell| measure_text_width(cell));
            below.chain([measure_text_width(&self.columns[at].name)]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let line = |cells: &[String]| {
            let set = |((cell, column), width): ((&String, &crate::markup::Column), &usize)| match column.set {
                Set::Numbers => right(cell, *width),
                Set::Words | Set::Verdict => left(cell, *width),
            };
            let set: Vec<String> = cells.iter().zip(&self.columns).zip(&widths).map(set).collect();
            set.join("  ").trim_end().to_owned()
        };
        let heads: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        let mut text = format!("{}\n{}\n", ink.bold(&printable(&self.caption)), ink.dim(&line(&heads)));
        for row in &cells {
            let _ = writeln!(text, "{}", line(row));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_words_from_the_left_and_its_numbers_to_the_right() {
        let mut table = Table::of_numbers("Peaks", &["What", "Planned", "When"]).with("When", Set::Words);
        table.row("Orders", vec!["400".to_owned(), "10:20".to_owned()]);
        table.row("Sessions\u{1b}[2J", vec!["110,000".to_owned(), "10:55".to_owned()]);
        let expected = "Peaks\nWhat          Planned  When\nOrders            400  10:20\nSessions\u{fffd}[2J  110,000  10:55\n";
        assert_eq!(table.text(Ink::Plain), expected);
        assert!(table.text(Ink::Colors).starts_with("\u{1b}[1mPeaks"));
    }
}
