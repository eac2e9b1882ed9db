//! The project's own commands: `cargo xtask test`, `ci`, `tidy`, `simulate`, `races`, `torture`, `bench`,
//! `screenshots`.
//!
//! Nothing here is shipped and nothing here knows the product: it installs what the tests need, starts cargo, and reads the tree
//! for broken habits. Plain standard library, so that it builds in a second on a new machine.

#![allow(clippy::print_stdout, reason = "a command-line tool talks to its terminal")]

mod command;
mod requirements;
mod suite;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  test [FILTER]   install what the tests need, then run every test (or those whose name contains FILTER)
  ci              what CI runs: formatting, clippy, tidy, test
  tidy            only the guards that read the tree: lengths, names, arrows between crates, banned calls
  simulate [--seeds N | --seed S | --planted]
                  live many seeds of the shop through (10,000), tell one of them line by line, or plant every known bug and
                  write docs/PLANTED_BUGS.md
  races [--times N | --seed S]
                  try every race over HTTP often on both databases (1,000 times), or again with a seed that was printed
  torture --minutes N [--seed S]
                  kill the server, restart PostgreSQL, break disks and connections while a crowd buys: for N minutes in all, with a
                  seed that was printed
  bench [orders|pages|neighbours|opening|overload|catalog|nodes|writer] [...]
                  measure us, into docs/BENCHMARKS.md: orders over HTTP beside pgbench and Redis, frozen pages beside nginx, two
                  shops beside each other, a crowd that lands within seconds, ten times what the server can do, a large shop,
                  nodes that die and freeze; or the order writer alone
  screenshots     take the pictures in docs/screenshots anew
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test", filter @ ..] => suite::test(filter),
        ["ci"] => suite::ci(),
        ["tidy"] => suite::tidy(),
        ["simulate", how @ ..] => suite::simulate(how),
        ["races", how @ ..] => suite::races(how),
        ["torture", how @ ..] => suite::torture(how),
        ["bench", what @ ..] => suite::bench(what),
        ["screenshots"] => suite::screenshots(),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
