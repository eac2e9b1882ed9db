//! Writes a section of docs/BENCHMARKS.md: only the lines between its two marks, whatever else is there.

use std::path::Path;

const DOCUMENT: &str = "../../docs/BENCHMARKS.md";
const TITLE: &str = "# Benchmarks\n\nEach section is written by the command that it names, on the machine that it names.\n\n";

/// Columns of the document.
const WIDTH_MAX: usize = 128;

/// Replaces the section between these lines, or adds it at the end.
///
/// # Errors
/// When the file cannot be written.
pub fn write(begin: &str, end: &str, section: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let mut present = std::fs::read_to_string(&path).unwrap_or_else(|_| TITLE.to_owned());
    if !present.contains(begin) && !present.ends_with("\n\n") {
        present.push('\n');
    }
    let (before, rest) = present.split_once(begin).unwrap_or((&present, ""));
    let after = rest.split_once(end).map_or("", |(_, after)| after);
    std::fs::write(&path, format!("{before}{begin}{section}{end}{after}")).map_err(|error| format!("{}: {error}", path.display()))
}

/// Words in lines as wide as the document's; the second and later ones are indented under a dash.
pub fn wrapped(text: &str) -> String {
    let (mut wrapped, mut width) = (String::new(), 0);
    for word in text.split(' ') {
        if width > 0 && width + 1 + word.chars().count() > WIDTH_MAX {
            wrapped.push_str("\n  ");
            width = 2;
        } else if width > 0 {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += word.chars().count();
    }
    wrapped.push('\n');
    wrapped
}
