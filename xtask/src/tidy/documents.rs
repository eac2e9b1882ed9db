//! What a newcomer reads first: every file says what it is for, and the map names only places that exist.

use super::{File, Finding, Tree};

const MAP: &str = "ARCHITECTURE.md";
/// Endings by which a word in backticks is taken for a file.
const ENDINGS: [&str; 9] = [".rs", ".md", ".toml", ".sql", ".html", ".css", ".js", ".txt", ".sh"];

/// Each file of code opens with `//!`, and each path in the map is there.
pub fn openings_and_paths(tree: &Tree) -> Vec<Finding> {
    let silent = tree.rust().filter(|file| !file.text.starts_with("//!"));
    let mut findings: Vec<Finding> =
        silent.map(|file| file.finding(1, "open with `//!`: what lives here, and what deliberately does not")).collect();
    match tree.files.iter().find(|file| file.path == MAP) {
        Some(map) => findings.extend(lost_paths(map, tree)),
        None => findings.push(Finding { path: MAP.to_owned(), line: 0, says: "the map of the project is missing".to_owned() }),
    }
    findings
}

fn lost_paths(map: &File, tree: &Tree) -> Vec<Finding> {
    let is_there = |path: &str| {
        let path = path.trim_end_matches('/');
        tree.paths.contains(path) || tree.paths.contains(&format!("crates/{path}"))
    };
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(map.text.lines()) {
        let quoted = line.split('`').skip(1).step_by(2);
        let lost = quoted.filter(|word| is_path(word) && !is_there(word));
        findings.extend(lost.map(|word| map.finding(number, format!("`{word}` does not exist"))));
    }
    findings
}

/// Whether a word in backticks means a place in the tree, not an address, a pattern, a command or a type.
fn is_path(word: &str) -> bool {
    let is_plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-/".contains(letter));
    let is_file = ENDINGS.iter().any(|ending| word.ends_with(ending) && word.len() > ending.len());
    let is_folder = word.ends_with('/') || word.starts_with("crates/") || word.starts_with("xtask/") || word.starts_with("docs/");
    is_plain && !word.starts_with('/') && (is_file || is_folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let found: Vec<String> = openings_and_paths(&Tree::of(files)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_for_is_found() {
        let says = "crates/db/src/lib.rs:1: open with `//!`: what lives here, and what deliberately does not";
        check(&[(MAP, ""), ("crates/db/src/lib.rs", "use a;\n//! Late.\n")], &[says]);
        check(&[(MAP, ""), ("crates/db/src/lib.rs", "//! The only SQL.\n")], &[]);
    }

    #[test]
    fn a_lost_path_is_found_and_what_is_no_path_is_not() {
        let lib = ("crates/db/src/lib.rs", "//! The only SQL.\n");
        check(&[(MAP, "`crates/db/src/lib.rs`, `db/src/lib.rs`, `/admin/orders`, `cargo demo`, `Db`, `*.rs`"), lib], &[]);
        check(&[(MAP, "See\n`crates/db/src/gone.rs`."), lib], &["ARCHITECTURE.md:2: `crates/db/src/gone.rs` does not exist"]);
        check(&[(MAP, "`crates/gone`"), lib], &["ARCHITECTURE.md:1: `crates/gone` does not exist"]);
    }

    #[test]
    fn the_map_must_be_there() {
        check(&[], &["ARCHITECTURE.md: the map of the project is missing"]);
    }
}
