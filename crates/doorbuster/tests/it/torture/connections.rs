//! Connections between the server and PostgreSQL break while orders come in, also at a COMMIT and between it and its answer.

use super::tcp_proxy::{Cut, Direction, TcpProxy};
use super::{Crowd, Dice, UNITS, rounds};
use crate::program::Place;
use db::testing::Cluster;

const CUTS: usize = 60;
/// From in the middle of a handshake to some hundred statements later.
const BYTES_MAX: usize = 40_000;

#[test]
fn every_order_whose_receipt_was_shown_survives_sixty_broken_connections_to_postgres() {
    let cluster = Cluster::durable();
    let proxy = TcpProxy::before(cluster.socket());
    let place = Place::on(Some(cluster.fresh_schema_at(proxy.port)));
    place.open_juniper_roasters(UNITS);
    let server = place.start("serve");
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    crowd.buy_while(&server.address, |rush| {
        for cut in rounds(CUTS) {
            rush.wait_for_receipts(dice.between(0, 10));
            proxy.cut(choose(cut, &mut dice));
            rush.wait_until("a cut", |_| proxy.cuts() == cut);
        }
        rush.wait_for_receipts(20);
    });
    let lost = (proxy.commits_lost(), proxy.answers_lost());
    eprintln!("Broken connections: {}, {} commits and {} of their answers lost", crowd.told(), lost.0, lost.1);
    assert!(lost.0 > 0 && lost.1 > 0, "commits and their answers were to be lost");
    crowd.send_again(&server);
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

/// Both kinds of lost commit come first, so that no run is without them.
fn choose(round: usize, dice: &mut Dice) -> Cut {
    match round {
        1 => Cut::InsteadOfCommit,
        2 => Cut::InsteadOfCommitted,
        _ => match dice.between(0, 5) {
            0 => Cut::AfterBytes(Direction::There, dice.between(0, BYTES_MAX)),
            1 => Cut::AfterBytes(Direction::Back, dice.between(0, BYTES_MAX)),
            2 | 3 => Cut::InsteadOfCommit,
            _ => Cut::InsteadOfCommitted,
        },
    }
}
