//! Files, functions and lines that are too long to be read in one go.
//!
//! What is already longer stands in `xtask/tidy/long.txt` with its length, and may only get shorter.

use super::source::Source;
use super::{File, Finding, Tree};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
/// Characters.
const LINE_WIDTH_MAX: usize = 130;
const ALLOWED: &str = "xtask/tidy/long.txt";

/// A file or function over its limit.
struct Long {
    /// `crates/db/src/lib.rs`, or for a function `crates/db/src/lib.rs place_order`.
    what: String,
    path: String,
    line: usize,
    lines: usize,
    lines_max: usize,
}

/// An entry of the list: what may be longer than the limit, and how long at most.
struct Allowance {
    what: String,
    line: usize,
    lines: usize,
}

/// No file over 600 lines and no function over 70, but for those on the list, which must still need to be there.
pub fn of_files_and_functions(tree: &Tree) -> Vec<Finding> {
    let list = tree.files.iter().find(|file| file.path == ALLOWED);
    let (allowances, mut findings) = list.map(allowances).unwrap_or_default();
    let long: Vec<Long> = tree.rust().flat_map(long).collect();
    for one in &long {
        let allowed = allowances.iter().find(|allowance| allowance.what == one.what).map_or(one.lines_max, |one| one.lines);
        if one.lines > allowed {
            let says = format!("`{}` has {} lines, {allowed} at most: split it", one.what, one.lines);
            findings.push(Finding { path: one.path.clone(), line: one.line, says });
        }
    }
    let idle = allowances.iter().filter(|allowance| !long.iter().any(|one| one.what == allowance.what));
    findings.extend(idle.map(|allowance| {
        let says = format!("`{}` is no longer too long: take it off the list", allowance.what);
        Finding { path: ALLOWED.to_owned(), line: allowance.line, says }
    }));
    findings
}

fn long(file: &File) -> Vec<Long> {
    let whole = Long {
        what: file.path.clone(),
        path: file.path.clone(),
        line: 0,
        lines: file.text.lines().count(),
        lines_max: FILE_LINES_MAX,
    };
    let functions = Source::read(&file.text).functions().into_iter().map(|function| Long {
        what: format!("{} {}", file.path, function.name),
        path: file.path.clone(),
        line: function.line,
        lines: function.lines,
        lines_max: FUNCTION_LINES_MAX,
    });
    std::iter::once(whole).chain(functions).filter(|one| one.lines > one.lines_max).collect()
}

fn allowances(list: &File) -> (Vec<Allowance>, Vec<Finding>) {
    let (mut allowances, mut findings) = (Vec::new(), Vec::new());
    for (index, line) in list.text.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.rsplit_once(' ').map(|(what, lines)| (what, lines.parse())) {
            Some((what, Ok(lines))) => allowances.push(Allowance { what: what.to_owned(), line: index + 1, lines }),
            _ => findings.push(list.finding(index + 1, "write `path lines` or `path function lines`")),
        }
    }
    (allowances, findings)
}

/// No line over 130 characters in code and text. Tables in Markdown, bare addresses and the inside of strings cannot be broken.
pub fn of_lines(tree: &Tree) -> Vec<Finding> {
    let read = |file: &&File| [".rs", ".md", ".sh"].iter().any(|ending| file.path.ends_with(ending));
    tree.files.iter().filter(read).flat_map(wide_lines).collect()
}

fn wide_lines(file: &File) -> Vec<Finding> {
    let wide = |line: &str| line.chars().count() > LINE_WIDTH_MAX && !line.contains("://") && !line.starts_with('|');
    let numbers: Vec<usize> = (1..).zip(file.text.lines()).filter(|(_, line)| wide(line)).map(|(number, _)| number).collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let literals = if file.path.ends_with(".rs") { Source::read(&file.text).literals } else { Vec::new() };
    let inside =
        |number: usize| literals.iter().any(|one| one.line < one.line_last && (one.line..=one.line_last).contains(&number));
    numbers
        .into_iter()
        .filter(|&number| !inside(number))
        .map(|number| file.finding(number, format!("wider than {LINE_WIDTH_MAX} characters")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "crates/db/src/lib.rs";

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let found: Vec<String> = of_files_and_functions(&Tree::of(files)).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_long_file_is_found_unless_it_is_on_the_list() {
        let text = "//!\n".repeat(601);
        check(&[(LIB, &text)], &["crates/db/src/lib.rs: `crates/db/src/lib.rs` has 601 lines, 600 at most: split it"]);
        check(&[(LIB, &text), (ALLOWED, "# Why.\ncrates/db/src/lib.rs 601\n")], &[]);
        check(&[(LIB, &"//!\n".repeat(600))], &[]);
    }

    #[test]
    fn a_long_function_is_found_unless_it_is_on_the_list() {
        let text = format!("fn a() {{\n{}}}\n", "    b();\n".repeat(69));
        check(&[(LIB, &text)], &["crates/db/src/lib.rs:1: `crates/db/src/lib.rs a` has 71 lines, 70 at most: split it"]);
        check(&[(LIB, &text), (ALLOWED, "crates/db/src/lib.rs a 71")], &[]);
    }

    #[test]
    fn the_list_may_only_shrink() {
        let text = "//!\n".repeat(610);
        check(
            &[(LIB, &text), (ALLOWED, "crates/db/src/lib.rs 605")],
            &["crates/db/src/lib.rs: `crates/db/src/lib.rs` has 610 lines, 605 at most: split it"],
        );
        check(
            &[(LIB, "//!\n"), (ALLOWED, "crates/db/src/lib.rs 605\nnonsense")],
            &[
                "xtask/tidy/long.txt:2: write `path lines` or `path function lines`",
                "xtask/tidy/long.txt:1: `crates/db/src/lib.rs` is no longer too long: take it off the list",
            ],
        );
    }

    #[test]
    fn a_wide_line_is_found_but_not_in_tables_addresses_and_long_strings() {
        let wide = "x".repeat(131);
        let lines = |path: &str, text: &str| of_lines(&Tree::of(&[(path, text)])).len();
        assert_eq!(lines(LIB, &format!("// {wide}")), 1);
        assert_eq!(lines("README.md", &wide), 1);
        assert_eq!(lines(LIB, &format!("\"a\n{wide}\n\"")), 0);
        assert_eq!(lines("README.md", &format!("| {wide} |")), 0);
        assert_eq!(lines("README.md", &format!("https://{wide}")), 0);
    }
}
