//! The server dies at a named point, between two steps that have to be one for whoever buys.

use super::{ABORTED, Crowd, Dice, UNITS, rounds};
use crate::program::{ANY_PORT, Engine, Place, Server};
use std::os::unix::process::ExitStatusExt;

/// See `crates/db/src/kill_points.rs`.
const POINTS: [&str; 4] =
    ["writer-before-commit", "writer-after-commit-before-answer", "before-provider-call", "after-provider-call-before-settle"];
/// Deaths at each point.
const TIMES: usize = 3;

#[test]
fn every_order_whose_receipt_was_shown_survives_a_death_at_every_point_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn every_order_whose_receipt_was_shown_survives_a_death_at_every_point_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(UNITS);
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    for _ in rounds(TIMES) {
        for point in POINTS {
            let mut server = start_to_die_at(&place, point, dice.between(1, 60));
            let address = server.address.clone();
            crowd.buy_while(&address, |rush| rush.wait_until("the server's end", |_| server.ended().is_some()));
            assert_died(&mut server, point);
            let server = place.start("serve");
            crowd.send_again(&server);
            assert_eq!(server.stop(), Some(0));
        }
        place.verify();
    }
    eprintln!("{engine:?}, named points: {}", crowd.told());
    let server = place.start("serve");
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

/// A server that ends itself when it passes this point for the `times`-th time.
pub fn start_to_die_at(place: &Place, point: &str, times: usize) -> Server {
    let mut command = place.command(&[&["serve"][..], &ANY_PORT].concat());
    command.env("DOORBUSTER_DIE_AT", format!("{point}:{times}"));
    Server::start(command)
}

/// It ended itself, and not because its disk had failed.
pub fn assert_died(server: &mut Server, point: &str) {
    let ended = server.wait();
    assert_eq!(ended.signal(), ABORTED, "{point}: {ended:?}");
}
