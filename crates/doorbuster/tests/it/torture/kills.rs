//! `kill -9` while orders come in, again and again on the same data.

use super::{Crowd, Dice, UNITS, rounds};
use crate::program::{Engine, Place};
use std::process::Command;

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
    let place = Place::new(engine);
    place.open_juniper_roasters(UNITS);
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    for kill in rounds(KILLS) {
        let server = place.start("serve");
        crowd.send_again(&server);
        let pid = server.pid().to_string();
        // Rarely late: most kills hit a process that has just begun.
        let receipts = dice.between(0, 40);
        crowd.buy_while(&server.address, |rush| {
            rush.wait_for_receipts(receipts);
            let killed = Command::new("kill").args(["-KILL", &pid]).status().expect("kill is there");
            assert!(killed.success(), "the server was still running");
        });
        drop(server);
        if kill % 10 == 0 {
            eprintln!("{engine:?}: {kill} kills, {}", crowd.told());
            place.verify();
        }
    }
    let server = place.start("serve");
    crowd.send_again(&server);
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}
