//! The load test's buyers at a real shop: what they say they bought is what the shop says it sold.

use crate::program::{Engine, Place};
use loadtest::Cookies;
use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Crowd, Tally, Until, visit};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Instant;

const BUYERS: u32 = 4;
const ORDERS: u64 = 6;

#[test]
fn every_receipt_of_a_crowd_is_an_order_on_sqlite() {
    check(Engine::Sqlite);
}

#[test]
fn every_receipt_of_a_crowd_is_an_order_on_postgres() {
    check(Engine::Postgres);
}

fn check(engine: Engine) {
    let place = Place::new(engine);
    place.open_juniper_roasters(100);
    let server = place.start("serve");
    let host = server.address.strip_prefix("http://").expect("it speaks plain HTTP");

    let product = || "house-blend".to_owned();
    let cart = send(host, 1, Until::Visits(1), 1, &|| Errand::Cart { product: product() });
    let cookies = cart.buyers[0].cookies.clone();
    assert!(cookies.as_str().contains("cart="), "{cookies:?}");
    let journeys = send(host, 2, Until::Visits(ORDERS), BUYERS, &|| Errand::Journey { product: product() });
    let checkouts = send(host, 3, Until::Visits(ORDERS), BUYERS, &|| Errand::Checkout { cart: Cookies::clone(&cookies) });

    let receipts: Vec<u64> = [&journeys, &checkouts].iter().flat_map(|crowd| crowd.receipts()).collect();
    let different: BTreeSet<u64> = receipts.iter().copied().collect();
    assert_eq!((receipts.len() as u64, different.len() as u64), (2 * ORDERS, 2 * ORDERS), "no two orders have one number");
    assert_eq!((journeys.tally.answers, checkouts.tally.answers), (5 * ORDERS, 2 * ORDERS));
    let asked = send(host, 4, Until::Visits(1), 1, &|| Errand::Journey { product: "gone".into() });
    assert_eq!((asked.tally.done, asked.tally.failed), (0, 1), "{:?}", asked.tally.failures);
    place.verify();
}

struct Sent {
    buyers: Vec<Buyer>,
    tally: Tally,
}

impl Sent {
    fn receipts(&self) -> impl Iterator<Item = u64> {
        self.buyers.iter().flat_map(|buyer| buyer.receipts.iter().copied())
    }
}

#[allow(clippy::disallowed_methods, reason = "the crowd's latencies are measured, and nothing is asserted about them")]
fn now() -> Instant {
    Instant::now()
}

fn send(host: &str, crowd: u16, until: Until, buyers: u32, errand: &dyn Fn() -> Errand) -> Sent {
    let mut buyers: Vec<Buyer> = (0..buyers).map(|buyer| Buyer::new(BuyerName { crowd, buyer }, errand())).collect();
    let server: SocketAddr = host.parse().expect("the server told its address");
    let tally = visit(&Crowd { server, host: host.to_owned(), until, clock: now }, &mut buyers).expect("the server answers");
    Sent { buyers, tally }
}
