//! People who have filled their carts and buy in the middle of a storm, and what becomes of the checkouts that they have begun.

use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Shopper, Step};
use loadtest::{Cookies, Requests, Response};

/// A buyer who is not annoyed by being told to come back before there was a checkout, and tries anew.
pub struct Patient {
    buyer: Buyer,
    has_begun: bool,
    /// Visits that came to the checkout's page.
    pub begun: u64,
    /// Of these the ones that were told to come back before the receipt.
    pub cut_off: u64,
}

impl Patient {
    /// Buys what is in this cart again and again. `crowd` and `buyer` together are nobody else's.
    pub const fn new(crowd: u16, buyer: u32, cart: Cookies) -> Self {
        let buyer = Buyer::new(BuyerName { crowd, buyer }, Errand::FromCart { cart });
        Self { buyer, has_begun: false, begun: 0, cut_off: 0 }
    }

    /// Receipts that were read.
    pub fn receipts(&self) -> u64 {
        self.buyer.receipts.len() as u64
    }
}

impl Shopper for Patient {
    fn begin(&mut self, requests: &mut Requests) {
        self.has_begun = false;
        self.buyer.begin(requests);
    }

    fn answered(&mut self, response: &Response<'_>, requests: &mut Requests) -> Step {
        if response.status == 503 {
            self.cut_off += u64::from(self.has_begun);
            return Step::Done;
        }
        let step = self.buyer.answered(response, requests);
        if step == Step::Next && !self.has_begun && requests.bytes().starts_with(b"POST /checkout") {
            self.has_begun = true;
            self.begun += 1;
        }
        step
    }
}
