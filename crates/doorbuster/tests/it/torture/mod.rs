//! A shop that sells while the process below it is killed. Shoppers outside keep their receipts and send again
//! what was not answered; at the end every receipt is an order, and every order is a receipt.

mod kills;

use crate::program::{Place, Server};
use crate::shopper::{Bought, Shopper, number_of};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::mpsc::{SyncSender, sync_channel};

/// How many shoppers are at it at any time.
const SHOPPERS: usize = 16;
/// More units than anybody buys here.
const UNITS: usize = 1_000_000;

/// What the crowd knows.
#[derive(Default)]
struct Crowd {
    /// The receipts' paths, by the order's number.
    receipts: BTreeMap<String, String>,
    /// Those whose payment was sent and not answered.
    waiting: Vec<Waiting>,
}

/// Somebody who does not know whether they have bought.
struct Waiting {
    shopper: Shopper,
    checkout_id: String,
    email: String,
}

/// What one visit led to.
enum Visit {
    Receipt { number: String, path: String },
    NotAnswered(Waiting),
}

impl Crowd {
    /// Lets everybody buy, one purchase after the other, until the shop does not answer any more. `after_receipts` is called once
    /// so many have been seen.
    fn buy_until_it_fails(&mut self, server: &Server, receipts: usize, after_receipts: impl FnOnce()) {
        let address = &server.address;
        let (tell, told) = sync_channel(1_000);
        std::thread::scope(|scope| {
            for shopper in 0..SHOPPERS {
                let tell = tell.clone();
                scope.spawn(move || while buy_once(address, shopper, &tell) {});
            }
            drop(tell);
            let mut after_receipts = Some(after_receipts);
            let mut seen = 0;
            for visit in told {
                match visit {
                    Visit::Receipt { number, path } => {
                        seen += 1;
                        self.keep(number, path);
                    }
                    Visit::NotAnswered(waiting) => self.waiting.push(waiting),
                }
                if seen >= receipts
                    && let Some(act) = after_receipts.take()
                {
                    act();
                }
            }
            assert!(seen >= receipts, "the shop sold only {seen} times before it failed by itself");
        });
    }

    fn keep(&mut self, number: String, path: String) {
        let known = self.receipts.insert(number.clone(), path.clone());
        assert_eq!(known, None, "order {number} was given to two people");
    }

    /// Those who were not answered send the same page again, twice.
    fn send_again(&mut self, server: &Server) {
        for Waiting { mut shopper, checkout_id, email } in std::mem::take(&mut self.waiting) {
            shopper.move_to(&server.address);
            let bought = shopper.pay(&checkout_id, &email);
            let Bought::Receipt { path, number } = &bought else { panic!("{checkout_id} of {email} led to {bought:?}") };
            self.keep(number.clone(), path.clone());
            assert_eq!(shopper.pay(&checkout_id, &email), bought, "the same page is the same order");
        }
    }

    /// Whoever saw a receipt has an order, nobody else has one, and the books hold.
    fn check(&self, place: &Place, server: &Server) {
        assert!(self.waiting.is_empty());
        for (number, path) in &self.receipts {
            let page = Shopper::new(&server.address).get(path).expect("the receipt is answered");
            assert_eq!((page.status, number_of(&page.body).as_ref()), (200, Some(number)), "order {number} was confirmed");
        }
        let last = self.receipts.keys().filter_map(|number| number.parse::<usize>().ok()).max().unwrap_or(1_000);
        assert_eq!(last - 1_000, self.receipts.len(), "orders that nobody has a receipt for");
        place.verify();
    }
}

/// One more customer. `false` once the shop does not answer.
fn buy_once(address: &str, shopper: usize, tell: &SyncSender<Visit>) -> bool {
    let email = format!("shopper{shopper}@example.com");
    let mut shopper = Shopper::new(address);
    let Ok(checkout_id) = shopper.go_to_checkout("house-blend") else { return false };
    let (visit, goes_on) = match shopper.pay(&checkout_id, &email) {
        Bought::Receipt { path, number } => (Visit::Receipt { number, path }, true),
        Bought::Failed { status: 0 | 503, .. } => (Visit::NotAnswered(Waiting { shopper, checkout_id, email }), false),
        other => panic!("the shop has plenty and says {other:?}"),
    };
    tell.send(visit).is_ok() && goes_on
}

/// Chance that can be had again: xorshift. The seed is printed; `TORTURE_SEED` gives it back.
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let asked = std::env::var("TORTURE_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = asked.unwrap_or_else(|| RandomState::new().hash_one(0));
        eprintln!("TORTURE_SEED={seed}");
        Self(seed | 1)
    }

    /// From `least` to `most`.
    fn between(&mut self, least: usize, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        least + usize::try_from(self.0 % (most - least + 1) as u64).expect("it is small")
    }
}
