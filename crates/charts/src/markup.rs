//! The little of HTML that a report is made of: text that stays text, and tables.

use std::fmt::Write as _;

/// Columns that fit a page with room between them; more stand closer.
const COLUMNS_MAX: usize = 10;

/// Text as HTML writes it, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Browsers replace NUL, and other control characters make a page malformed.
            letter if letter.is_control() && !matches!(letter, '\n' | '\t') => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A table with a name, a row of heads, and a head for each row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it shows: its caption.
    pub caption: String,
    /// The heads; the first is that of the rows' heads.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns after the first.
    pub rows: Vec<Row>,
}

/// The head of a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it says.
    pub name: String,
    /// How what is below is set.
    pub set: Set,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Words, from the left; long ones are wrapped.
    Words,
    /// Numbers, to the right.
    Numbers,
    /// A verdict, in the color of its row.
    Verdict,
}

/// A row of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The first cell, which names the row.
    pub head: String,
    /// The other cells.
    pub cells: Vec<String>,
    /// A class of the style sheet, or nothing.
    pub class: &'static str,
    /// Where in a chart the row stands, 0 at the left end of its axis and 1 at the right end.
    pub place: Option<f64>,
}

impl Table {
    /// An empty table whose first column is words and whose others are numbers.
    pub fn of_numbers(caption: impl Into<String>, names: &[&str]) -> Self {
        let set = |at: usize| if at == 0 { Set::Words } else { Set::Numbers };
        let columns = names.iter().enumerate().map(|(at, name)| Column { name: (*name).to_owned(), set: set(at) }).collect();
        Self { caption: caption.into(), columns, rows: Vec::new() }
    }

    /// The same with the column of this name set in another way.
    pub fn with(mut self, name: &str, set: Set) -> Self {
        for column in self.columns.iter_mut().filter(|column| column.name == name) {
            column.set = set;
        }
        self
    }

    /// Adds a row.
    pub fn row(&mut self, head: impl Into<String>, cells: Vec<String>) -> &mut Row {
        self.rows.push(Row { head: head.into(), cells, ..Row::default() });
        self.rows.last_mut().expect("a row was just added")
    }

    /// The table as HTML, in a frame that scrolls sideways where the page is narrower.
    pub fn html(&self) -> String {
        let name = escape(&self.caption);
        let many = if self.columns.len() > COLUMNS_MAX { " class=\"dense\"" } else { "" };
        let mut html = format!("<div class=\"table-frame\" role=\"region\" aria-label=\"{name}\" tabindex=\"0\"><table{many}>");
        let _ = write!(html, "<caption>{name}</caption><thead><tr>");
        for column in &self.columns {
            // A corner with nothing in it heads nothing.
            if column.name.is_empty() {
                html.push_str("<td></td>");
                continue;
            }
            let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column.set), escape(&column.name));
        }
        html.push_str("</tr></thead><tbody>");
        for row in &self.rows {
            html.push_str("<tr");
            if !row.class.is_empty() {
                let _ = write!(html, " class=\"{}\"", row.class);
            }
            if let Some(place) = row.place {
                let _ = write!(html, " data-place=\"{place:.4}\"");
            }
            let head_class = self.columns.first().map_or("", |column| class(column.set));
            let _ = write!(html, "><th scope=\"row\"{head_class}>{}</th>", escape(&row.head));
            for (cell, column) in row.cells.iter().zip(self.columns.iter().skip(1)) {
                let _ = write!(html, "<td{}>{}</td>", class(column.set), escape(cell));
            }
            html.push_str("</tr>\n");
        }
        html.push_str("</tbody></table></div>");
        html
    }

    /// The same behind a line that opens it.
    pub fn folded(&self, summary: &str) -> String {
        format!("<details><summary>{}</summary>{}</details>", escape(summary), self.html())
    }
}

fn class(set: Set) -> &'static str {
    match set {
        Set::Words => "",
        Set::Numbers => " class=\"number\"",
        Set::Verdict => " class=\"verdict\"",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("<a href=\"x\" on='y'>&amp;\u{0}\n"), "&lt;a href=&quot;x&quot; on=&#39;y&#39;&gt;&amp;amp;\u{fffd}\n");
    }

    #[test]
    fn a_table_has_a_head_for_every_column_and_row_and_escapes_all_of_it() {
        let mut table = Table::of_numbers("<caption>", &["<step>", "<p50>"]);
        table.row("<head>", vec!["<cell>".into()]).place = Some(0.5);
        let html = table.html();
        for part in [
            "<caption>&lt;caption&gt;</caption>",
            "<th scope=\"col\">&lt;step&gt;</th><th scope=\"col\" class=\"number\">&lt;p50&gt;</th>",
            "<tr data-place=\"0.5000\"><th scope=\"row\">&lt;head&gt;</th><td class=\"number\">&lt;cell&gt;</td></tr>",
        ] {
            assert!(html.contains(part), "{html}");
        }
    }
}
