//! The shoppers: they buy one thing after the other, keep their receipts, and send a page again until it is answered.

use super::rounds::now;
use crate::program::{Place, Server};
use crate::shopper::{Bought, Shopper, number_of};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// How many shoppers are at it at any time.
pub const SHOPPERS: usize = 16;
/// More units than anybody buys here.
pub const UNITS: usize = 1_000_000;
/// Whoever was not answered tries again after this, or when somebody else was.
const PAUSE: Duration = Duration::from_millis(50);
/// What has not come after this does not come: the test ends.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the crowd knows.
#[derive(Default)]
pub struct Crowd {
    /// The receipts' paths, by the order's number.
    pub receipts: BTreeMap<String, String>,
    /// How many payments were sent and, at first, not answered.
    pub interrupted: usize,
    /// How many shoppers have sent a payment and are trying in vain to be answered.
    pub unanswered: usize,
    /// Those whose payment is not answered yet.
    waiting: Vec<Waiting>,
}

/// A crowd that is buying.
pub struct Rush<'a> {
    crowd: Mutex<&'a mut Crowd>,
    changed: Condvar,
    is_over: AtomicBool,
}

/// Somebody who does not know whether they have bought.
struct Waiting {
    shopper: Shopper,
    checkout_id: String,
    email: String,
}

impl Crowd {
    /// Lets everybody buy at this address until `act` returns. Who is not answered then is so later, by [`Self::send_again`].
    pub fn buy_while(&mut self, address: &str, act: impl FnOnce(&Rush)) {
        self.buy_as(&|| Shopper::new(address), act);
    }

    /// As [`Self::buy_while`]; `new_shopper` knows where the shop is.
    pub fn buy_as(&mut self, new_shopper: &(dyn Fn() -> Shopper + Sync), act: impl FnOnce(&Rush)) {
        let rush = Rush { crowd: Mutex::new(self), changed: Condvar::new(), is_over: AtomicBool::new(false) };
        std::thread::scope(|scope| {
            for shopper in 0..SHOPPERS {
                let rush = &rush;
                scope.spawn(move || rush.shop(new_shopper, shopper));
            }
            // Also when `act` panics: nobody would wait for shoppers who go on for ever.
            let _over = Over(&rush);
            act(&rush);
        });
    }

    /// Those who were not answered send the same page again, twice.
    pub fn send_again(&mut self, server: &Server) {
        for mut waiting in std::mem::take(&mut self.waiting) {
            waiting.shopper.move_to(&server.address);
            let bought = waiting.pay();
            let Waiting { checkout_id, email, .. } = &waiting;
            let Bought::Receipt { path, number } = &bought else { panic!("{checkout_id} of {email} led to {bought:?}") };
            self.keep(number.clone(), path.clone());
            assert_eq!(waiting.pay(), bought, "the same page is the same order");
        }
    }

    /// Whoever saw a receipt has an order, nobody else has one, and the books hold.
    pub fn check(&self, place: &Place, server: &Server) {
        assert!(self.waiting.is_empty());
        for (number, path) in &self.receipts {
            let page = Shopper::new(&server.address).get(path).expect("the receipt is answered");
            assert_eq!((page.status, number_of(&page.body).as_ref()), (200, Some(number)), "order {number} was confirmed");
        }
        let last = self.receipts.keys().filter_map(|number| number.parse::<usize>().ok()).max().unwrap_or(1_000);
        assert_eq!(last - 1_000, self.receipts.len(), "orders that nobody has a receipt for");
        place.verify();
    }

    /// One line about it.
    pub fn told(&self) -> String {
        format!("{} receipts, {} payments interrupted", self.receipts.len(), self.interrupted)
    }

    /// Somebody has a receipt.
    pub fn keep(&mut self, number: String, path: String) {
        let known = self.receipts.insert(number.clone(), path.clone());
        assert_eq!(known, None, "order {number} was given to two people");
    }
}

impl<'a> Rush<'a> {
    /// Waits until so many more have a receipt.
    pub fn wait_for_receipts(&self, more: usize) {
        let enough = self.lock().receipts.len() + more;
        self.wait_until("more receipts", |crowd| crowd.receipts.len() >= enough);
    }

    /// Waits until it is so, or ends the test.
    pub fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Crowd) -> bool) {
        let (began, mut crowd) = (now(), self.lock());
        while !is_so(&crowd) {
            assert!(!self.is_over() && began.elapsed() < PATIENCE, "waited in vain for {what}: {}", crowd.told());
            crowd = self.changed.wait_timeout(crowd, PAUSE).expect("no shopper panicked").0;
        }
    }

    /// One purchase after the other.
    fn shop(&self, new_shopper: &dyn Fn() -> Shopper, shopper: usize) {
        let email = format!("shopper{shopper}@example.com");
        let _gone = Gone(self);
        while !self.is_over() {
            let mut shopper = new_shopper();
            match shopper.go_to_checkout("house-blend") {
                Ok(checkout_id) => self.pay(Waiting { shopper, checkout_id, email: email.clone() }),
                Err(_) => self.pause(),
            }
        }
    }

    /// Sends a page until it is answered.
    fn pay(&self, mut page: Waiting) {
        let mut tries = 0;
        loop {
            match page.pay() {
                Bought::Receipt { path, number } => {
                    return self.tell(|crowd| {
                        crowd.keep(number, path);
                        crowd.unanswered -= usize::from(tries > 0);
                    });
                }
                Bought::Failed { status: 0 | 503, .. } => tries += 1,
                other => panic!("the shop has plenty and says {other:?}"),
            }
            if tries == 1 {
                self.tell(|crowd| (crowd.interrupted, crowd.unanswered) = (crowd.interrupted + 1, crowd.unanswered + 1));
            }
            if self.is_over() {
                return self.tell(|crowd| {
                    crowd.waiting.push(page);
                    crowd.unanswered -= 1;
                });
            }
            self.pause();
        }
    }

    fn tell(&self, news: impl FnOnce(&mut Crowd)) {
        news(&mut self.lock());
        self.changed.notify_all();
    }

    fn pause(&self) {
        drop(self.changed.wait_timeout(self.lock(), PAUSE).expect("no shopper panicked"));
    }

    fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, &'a mut Crowd> {
        self.crowd.lock().expect("no shopper panicked")
    }
}

impl Waiting {
    fn pay(&mut self) -> Bought {
        self.shopper.pay(&self.checkout_id, &self.email)
    }
}

/// Ends the rush when it is dropped by a shopper who panics: there is nothing more to wait for.
struct Gone<'a, 'b>(&'a Rush<'b>);

impl Drop for Gone<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.end();
        }
    }
}

/// Ends the rush when it is dropped.
struct Over<'a, 'b>(&'a Rush<'b>);

impl Drop for Over<'_, '_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
