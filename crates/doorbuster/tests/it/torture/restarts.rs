//! PostgreSQL restarts under a running server while orders come in. The server goes on by itself.

use super::{Crowd, Dice, UNITS, rounds};
use crate::program::Place;
use db::testing::Cluster;

/// Restarts; every second one is a crash.
const RESTARTS: usize = 10;

#[test]
fn every_order_whose_receipt_was_shown_survives_ten_restarts_of_postgres() {
    let cluster = Cluster::durable();
    let place = Place::on(Some(cluster.fresh_schema()));
    place.open_juniper_roasters(UNITS);
    let server = place.start("serve");
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    crowd.buy_while(&server.address, |rush| {
        for restart in rounds(RESTARTS) {
            rush.wait_for_receipts(dice.between(1, 200));
            // A short absence is bridged by the order writer, which tries again; a long one is not.
            let is_short = restart % 4 < 2;
            let until_noticed = || rush.wait_until("a payment in vain", |crowd| crowd.unanswered > 0);
            cluster.restart(["fast", "immediate"][restart % 2], || {
                if !is_short {
                    until_noticed()
                }
            });
        }
        rush.wait_for_receipts(20);
    });
    eprintln!("Restarts: {}", crowd.told());
    assert!(crowd.interrupted > 0, "no restart came in anybody's way");
    crowd.send_again(&server);
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}
