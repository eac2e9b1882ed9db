//! The process dies while orders come in. Whoever saw a receipt still has an order afterwards.

use crate::program::{Engine, Place};
use crate::shopper::{Bought, Shopper, number_of};
use std::sync::mpsc::sync_channel;

/// How many buyers are at it at any time.
const BUYERS: usize = 8;
/// After how many receipts the process is killed, round by round.
const ROUNDS: [usize; 3] = [5, 23, 61];

#[test]
fn every_order_whose_receipt_was_shown_survives_a_kill_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn every_order_whose_receipt_was_shown_survives_a_kill_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(10_000);
    let mut receipts = Vec::new();
    for receipts_before_kill in ROUNDS {
        receipts.extend(buy_until_killed(&place, receipts_before_kill));
        place.verify();
        let server = place.start("serve");
        for (path, number) in &receipts {
            let page = Shopper::new(&server.address).get(path).expect("the receipt is answered");
            assert_eq!((page.status, number_of(&page.body).as_ref()), (200, Some(number)), "order {number} was confirmed");
        }
        assert_eq!(server.stop(), Some(0));
    }
    place.verify();
}

/// Kills the server in the middle of a crowd; returns every receipt that somebody saw: its path and the order's number.
fn buy_until_killed(place: &Place, receipts_before_kill: usize) -> Vec<(String, String)> {
    let server = place.start("serve");
    let address = server.address.clone();
    let (seen, receipts) = sync_channel(1_000);
    std::thread::scope(|scope| {
        for _ in 0..BUYERS {
            let (seen, address) = (seen.clone(), &address);
            scope.spawn(move || {
                while let Some(receipt) = buy_once(address) {
                    seen.send(receipt).expect("somebody collects the receipts");
                }
            });
        }
        drop(seen);
        let mut collected: Vec<_> = receipts.iter().take(receipts_before_kill).collect();
        assert_eq!(collected.len(), receipts_before_kill, "the shop sells until it is killed");
        server.kill();
        collected.extend(receipts.iter());
        collected
    })
}

/// One more customer. Nothing once the shop is gone, in whichever step that shows.
fn buy_once(address: &str) -> Option<(String, String)> {
    let mut shopper = Shopper::new(address);
    let checkout = shopper.go_to_checkout("house-blend").ok()?;
    match shopper.pay(&checkout, "ben@example.com") {
        Bought::Receipt { path, number } => Some((path, number)),
        Bought::Failed { status: 0, .. } => None,
        other => panic!("the shop has plenty and says {other:?}"),
    }
}
