//! The lists that a person and CI run.

use crate::tidy::{self, Tree};
use crate::{command, requirements};

/// Every test, or those whose name contains the filter.
///
/// # Errors
/// What is missing or failed.
pub fn test(filter: &[&str]) -> Result<(), String> {
    requirements::prepare()?;
    command::run("cargo", &[&["test", "--workspace"], filter].concat(), &[])
}

/// Exactly what CI runs, the quick things first.
///
/// # Errors
/// The first that failed.
pub fn ci() -> Result<(), String> {
    command::run("cargo", &["fmt", "--all", "--check"], &[])?;
    tidy()?;
    command::run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    test(&[])
}

/// The guards that read the tree.
///
/// # Errors
/// Every finding, one per line, as `path:line: what`.
pub fn tidy() -> Result<(), String> {
    let findings = tidy::findings(&Tree::read(&command::root()));
    if findings.is_empty() {
        println!("Tidy.");
        return Ok(());
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Err(format!("{}\n{} to tidy up.", lines.join("\n"), lines.len()))
}

/// Takes the pictures in `docs/screenshots` anew: the same walk through the demo shop that the tests take.
///
/// # Errors
/// What is missing or failed.
pub fn screenshots() -> Result<(), String> {
    requirements::prepare()?;
    let folder = command::root().join("docs/screenshots");
    let environment = [("DOORBUSTER_SCREENSHOTS", folder.to_str().expect("the workspace's path is UTF-8"))];
    command::run("cargo", &["test", "--package", "doorbuster", "--test", "it", "screenshots::"], &environment)
}
