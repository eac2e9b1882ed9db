//! `kill -9` while orders come in, again and again on the same data.

use super::{Crowd, Dice, UNITS};
use crate::program::{Engine, Place};
use std::time::{Duration, Instant};

/// Kills where nobody asks for more.
const KILLS: usize = 50;

#[test]
fn every_order_whose_receipt_was_shown_survives_fifty_kills_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn every_order_whose_receipt_was_shown_survives_fifty_kills_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let wish = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<usize>().ok());
    let minutes = Duration::from_secs(60 * wish("TORTURE_MINUTES").unwrap_or(0) as u64);
    let kills = wish("TORTURE_KILLS").unwrap_or(if minutes.is_zero() { KILLS } else { 1 });
    let started = now();
    let place = Place::new(engine);
    place.open_juniper_roasters(UNITS);
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    let mut kill = 0;
    while kill < kills || started.elapsed() < minutes {
        let server = place.start("serve");
        crowd.send_again(&server);
        let pid = server.pid().to_string();
        // Rarely late: most kills hit a process that has just begun.
        let receipts = dice.between(0, 40);
        crowd.buy_until_it_fails(&server, receipts, || {
            let killed = std::process::Command::new("kill").args(["-KILL", &pid]).status().expect("kill is there");
            assert!(killed.success(), "the server was still running");
        });
        drop(server);
        kill += 1;
        if kill % 10 == 0 {
            eprintln!("{engine:?}: {kill} kills, {} receipts, {} not answered", crowd.receipts.len(), crowd.waiting.len());
            place.verify();
        }
    }
    let server = place.start("serve");
    crowd.send_again(&server);
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

#[allow(clippy::disallowed_methods, reason = "how long it goes on is asked for in minutes")]
fn now() -> Instant {
    Instant::now()
}
