//! Guards against habits that a reviewer should not have to look for. Each reads the tree as text and says what is wrong where.
//!
//! A guard is a plain function from a [`Tree`] to findings, with a bad example in its tests: a guard that cannot fail guards
//! nothing. What clippy can see is in `clippy.toml` instead.

mod arrows;
mod calls;
mod documents;
mod features;
mod lengths;
mod names;
mod source;
mod statements;

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// Something to tidy up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// From the workspace's folder, with slashes.
    pub path: String,
    /// Counted from 1; zero: the whole file.
    pub line: usize,
    /// What is wrong, and what to do instead.
    pub says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(formatter, "{}: {}", self.path, self.says),
            line => write!(formatter, "{}:{line}: {}", self.path, self.says),
        }
    }
}

/// A text file of the tree.
pub struct File {
    /// From the workspace's folder, with slashes.
    pub path: String,
    pub text: String,
}

impl File {
    fn finding(&self, line: usize, says: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, says: says.into() }
    }

    /// Whole files of tests: integration tests, and a unit's tests in a file of their own.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.contains("/benches/") || self.path.ends_with("/tests.rs")
    }
}

/// The files as the guards see them.
pub struct Tree {
    /// Text files, sorted by path.
    pub files: Vec<File>,
    /// Every file and folder, for guards that ask whether something is there.
    pub paths: BTreeSet<String>,
}

impl Tree {
    /// Reads the workspace, without what is built or fetched.
    pub fn read(root: &Path) -> Self {
        let mut tree = Self { files: Vec::new(), paths: BTreeSet::new() };
        tree.read_folder(root, "");
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        tree
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) {
        const LEFT_OUT: [&str; 5] = [".git", "target", "node_modules", "doorbuster-data", "doorbuster-demo"];
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if LEFT_OUT.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                self.read_folder(&entry.path(), &format!("{path}/"));
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                self.files.push(File { path: path.clone(), text });
            }
            self.paths.insert(path);
        }
    }

    fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        let paths = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let files = files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect();
        Self { files, paths }
    }
}

/// What every guard found, by path and line.
pub fn findings(tree: &Tree) -> Vec<Finding> {
    const GUARDS: [fn(&Tree) -> Vec<Finding>; 10] = [
        arrows::between_crates,
        arrows::to_other_libraries,
        features::for_tests_only,
        lengths::of_files_and_functions,
        lengths::of_lines,
        calls::banned,
        names::of_files,
        names::of_identifiers,
        documents::openings_and_paths,
        statements::outside_db,
    ];
    let mut findings: Vec<Finding> = GUARDS.iter().flat_map(|guard| guard(tree)).collect();
    findings.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_tree_is_tidy() {
        let findings: Vec<String> = findings(&Tree::read(&crate::command::root())).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "{}", findings.join("\n"));
    }

    #[test]
    fn a_finding_reads_like_a_compiler_message() {
        let finding = Finding { path: "crates/db/src/lib.rs".into(), line: 3, says: "too long".into() };
        assert_eq!(finding.to_string(), "crates/db/src/lib.rs:3: too long");
        assert_eq!(Finding { line: 0, ..finding }.to_string(), "crates/db/src/lib.rs: too long");
    }
}
