//! The built program from outside: over HTTP, through a browser, from the command line, and after `kill -9`.
//!
//! Nothing here knows a type of the program. Each test starts its own server on a free loopback port with a database of its own,
//! on SQLite and on PostgreSQL.

/// The shop in miniature that the load test is tried on, which goes wrong when told.
#[allow(dead_code, reason = "other tests use what is not used here")]
#[path = "../../../loadtest/tests/it/fake_shop/mod.rs"]
mod fake_shop;
mod program;
mod shopper;
mod webdriver;

mod audit;
mod browser_buys;
mod buyers;
mod caches;
mod commands;
mod crowd;
mod database_away;
mod descriptors;
mod forecast;
mod load_test;
mod load_test_runs;
mod moving;
mod nodes;
mod one_server;
mod pages;
mod plan_editor;
mod rehearsal;
mod replay;
mod report;
mod screenshots;
mod sellers;
mod signals;
mod torture;
mod unmade;
mod verify;
