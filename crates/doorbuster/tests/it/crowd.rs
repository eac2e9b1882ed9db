//! Two hundred buyers press the button in the same instant. Fifty units are left.

use crate::program::{Engine, Place};
use crate::shopper::{Bought, Shopper};
use std::collections::BTreeSet;
use std::sync::Barrier;

const BUYERS: usize = 200;
const UNITS: usize = 50;

#[test]
fn fifty_of_two_hundred_buyers_get_the_last_fifty_units_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn fifty_of_two_hundred_buyers_get_the_last_fifty_units_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(UNITS);
    let server = place.start("serve");
    let everyone_is_ready = Barrier::new(BUYERS);
    let outcomes: Vec<Bought> = std::thread::scope(|scope| {
        let buyers: Vec<_> = (0..BUYERS)
            .map(|buyer| {
                let (server, everyone_is_ready) = (&server, &everyone_is_ready);
                scope.spawn(move || {
                    let mut shopper = Shopper::new(&server.address);
                    let checkout = shopper.go_to_checkout("house-blend");
                    // Whoever got no checkout keeps nobody waiting for the end.
                    everyone_is_ready.wait();
                    let checkout = checkout.expect("the checkout is answered");
                    shopper.pay(&checkout, &format!("buyer{buyer}@example.com"))
                })
            })
            .collect();
        buyers.into_iter().map(|buyer| buyer.join().expect("no buyer is lost")).collect()
    });

    let failed: Vec<&Bought> = outcomes.iter().filter(|outcome| matches!(outcome, Bought::Failed { .. })).collect();
    assert!(failed.is_empty(), "{} buyers were let down, the first by {:?}", failed.len(), failed.first());
    let numbers = outcomes.iter().filter_map(|outcome| match outcome {
        Bought::Receipt { number, .. } => Some(number),
        _ => None,
    });
    assert_eq!(numbers.clone().count(), UNITS);
    assert_eq!(numbers.collect::<BTreeSet<_>>().len(), UNITS, "each order has a number of its own");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Bought::SoldOut).count(), BUYERS - UNITS);

    assert_eq!(server.stop(), Some(0));
    place.verify();
}
