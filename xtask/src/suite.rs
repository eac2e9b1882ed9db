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

/// Lives seeds of the simulation through: many, one told line by line, or those that find the planted bugs.
///
/// # Errors
/// What the auditor has to say, or how to ask.
pub fn simulate(how: &[&str]) -> Result<(), String> {
    const MANY: &str = "10000";
    let (test, environment) = match how {
        [] => ("no_seed_breaks_a_promise", ("SIMULATION_SEEDS", MANY)),
        ["--seeds", seeds] => ("no_seed_breaks_a_promise", ("SIMULATION_SEEDS", *seeds)),
        ["--seed", seed] => ("no_seed_breaks_a_promise", ("SIMULATION_SEED", *seed)),
        ["--planted"] => ("every_planted_bug_is_found", ("SIMULATION_PAGE", "1")),
        _ => return Err("Usage: cargo xtask simulate [--seeds N | --seed S | --planted]".to_owned()),
    };
    let arguments = ["test", "--package", "db", "--test", "simulation", test, "--", "--nocapture"];
    command::run("cargo", &arguments, &[environment])
}

/// Tries the races over HTTP: often, or again as a seed had them.
///
/// # Errors
/// What went wrong, or how to ask.
pub fn races(how: &[&str]) -> Result<(), String> {
    const OFTEN: &str = "1000";
    let environment = match how {
        [] => ("RACES", OFTEN),
        ["--times", times] => ("RACES", *times),
        ["--seed", seed] => ("RACES_SEED", *seed),
        _ => return Err("Usage: cargo xtask races [--times N | --seed S]".to_owned()),
    };
    requirements::prepare()?;
    command::run("cargo", &["test", "--package", "web", "--test", "it", "races::"], &[environment])
}

/// Takes away what a selling shop stands on, one kind of failure after the other, for so many minutes in all.
///
/// # Errors
/// What went wrong, or how to ask.
pub fn torture(how: &[&str]) -> Result<(), String> {
    let environment = match how {
        ["--minutes", minutes] => vec![("TORTURE_MINUTES", *minutes)],
        ["--minutes", minutes, "--seed", seed] => vec![("TORTURE_MINUTES", *minutes), ("TORTURE_SEED", *seed)],
        _ => return Err("Usage: cargo xtask torture --minutes N [--seed S]".to_owned()),
    };
    requirements::prepare_to_torture()?;
    // One test after the other: each has its share of the minutes and the machine to itself.
    let filters = ["torture::", "nodes::frozen::"];
    let arguments =
        [&["test", "--package", "doorbuster", "--test", "it", "--"][..], &filters, &["--nocapture", "--test-threads=1"]];
    command::run("cargo", &arguments.concat(), &environment)
}

/// Measures us beside the references: `orders` over HTTP (the default), frozen `pages`, `neighbours`, an `opening`, an
/// `overload`, a large `catalog`, `nodes` that die and freeze, or the order `writer` alone. What follows is passed on.
///
/// # Errors
/// What is missing, what failed, or how to ask.
pub fn bench(what: &[&str]) -> Result<(), String> {
    const USAGE: &str = "Usage: cargo xtask bench [orders|pages|neighbours|opening|overload|catalog|nodes|writer] [OPTIONS]\n\
                         --help after any tells its options";
    let (package, name, options) = match what {
        [] => ("doorbuster", "orders", &[][..]),
        [name @ ("orders" | "pages" | "neighbours" | "opening" | "overload" | "catalog" | "nodes"), options @ ..] => {
            ("doorbuster", *name, options)
        }
        ["writer", options @ ..] => ("db", "orders", options),
        _ => return Err(USAGE.to_owned()),
    };
    match name {
        "pages" => requirements::prepare_to_measure_pages()?,
        "overload" => requirements::prepare_to_measure_overload()?,
        "nodes" => requirements::prepare_to_measure_nodes()?,
        "neighbours" | "opening" | "catalog" => requirements::prepare_to_measure_crowds()?,
        _ => requirements::prepare_to_measure()?,
    }
    command::run("cargo", &[&["bench", "--package", package, "--bench", name, "--"], options].concat(), &[])
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
