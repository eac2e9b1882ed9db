//! Writes a section of docs/BENCHMARKS.md: only the lines between its two marks, whatever else is there.

use std::path::Path;

const DOCUMENT: &str = "../../docs/BENCHMARKS.md";
const TITLE: &str = "# Benchmarks\n\nEach section is written by the command that it names, on the machine that it names.\n\n";

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
