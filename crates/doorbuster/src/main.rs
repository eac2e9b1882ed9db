//! The program: reads the command line and hands over to one file per subcommand.

#![allow(clippy::print_stdout, reason = "a command line answers on standard output")]

mod clock;
mod commands;
mod demo;
mod failure;
mod folder_lock;
mod jobs;
mod load_tests;
mod logging;
mod node;
mod output;
mod settings;

use clap::{CommandFactory as _, FromArgMatches as _, Parser};
use commands::Command;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A web-store platform built for flash sales: one program gives many retailers their own shop, holds the crowd when a sale
/// opens, and never sells a unit twice.
#[derive(Parser)]
#[command(name = "doorbuster", version, propagate_version = true, after_help = AFTER_HELP, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  doorbuster demo                              two seeded shops to look at, in a folder of their own
  doorbuster shop create juniper --name \"Juniper Roasters\" --currency EUR --time-zone Europe/Berlin --domain localhost
  doorbuster seller create juniper ines@juniper.example
  doorbuster serve

Exit codes:
  0  done
  1  it failed; the reason is on standard error
  2  the command line or a setting is wrong, an import left products out, or `verify` found no shop to verify
  4  `verify` found books that do not add up";

fn main() -> ExitCode {
    let cli = match commands::with_short_help(Cli::command()).try_get_matches().and_then(|told| Cli::from_arg_matches(&told)) {
        Ok(cli) => cli,
        Err(told) => {
            // Help that was asked for is no mistake. A terminal that went away cannot be told anything.
            let _ = told.print();
            return if told.use_stderr() { commands::usage_code(std::env::args_os()).into() } else { ExitCode::SUCCESS };
        }
    };
    match cli.command.run() {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}
