//! Somebody who buys one unit: reads the pages, sends their forms, and keeps the numbers on the receipts.
//!
//! A buyer is somebody new on each visit: no cookies, an e-mail address of their own.

use crate::cookies::Cookies;
use crate::crowd::{Shopper, Step};
use crate::page::hidden_value;
use crate::request::Requests;
use crate::response::Response;

/// A card that every sandbox accepts.
const CARD: [(&str, &str); 3] = [("card_number", "4242 4242 4242 4242"), ("card_expiry", "12 / 39"), ("card_cvc", "123")];

/// What is read of an order's page to know its number.
const NUMBER_FOLLOWS: &str = "eyebrow\">Order ";

/// How much of a visit is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    /// Everything from the product's page to the receipt.
    Journey {
        /// The product's handle.
        product: String,
    },
    /// Everything from the checkout's page to the receipt.
    FromCart {
        /// The cookies of a shopper who has the product in the cart.
        cart: Cookies,
    },
    /// Only the end of it: the filled-in form is sent, the receipt read.
    Checkout {
        /// The cookies of a shopper who has the product in the cart.
        cart: Cookies,
    },
    /// Only the beginning: the product is put in the cart.
    Cart {
        /// The product's handle.
        product: String,
    },
}

/// Makes a buyer's visitors and checkouts different from everybody else's, also from those of earlier crowds.
#[derive(Clone, Copy, Debug)]
pub struct BuyerName {
    /// Which crowd, counted by whoever sends them.
    pub crowd: u16,
    /// Which of its buyers.
    pub buyer: u32,
}

/// A buyer, visit after visit.
#[derive(Debug)]
pub struct Buyer {
    /// What it wants.
    pub errand: Errand,
    /// The numbers of the orders whose receipts it has read.
    pub receipts: Vec<u64>,
    /// Where it is in its visit.
    stage: Stage,
    /// What the shop gave it on this visit.
    pub cookies: Cookies,
    name: BuyerName,
    visits: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Product,
    Adding,
    Checkout,
    Paying,
    Receipt,
}

impl Buyer {
    /// A buyer whose `name` nobody else has.
    pub const fn new(name: BuyerName, errand: Errand) -> Self {
        let cookies = Cookies::new();
        Self { errand, receipts: Vec::new(), stage: Stage::Product, cookies, name, visits: 0 }
    }

    fn pay(&mut self, checkout_id: &str, requests: &mut Requests) -> Step {
        let BuyerName { crowd, buyer } = self.name;
        let email = format!("buyer-{crowd}-{buyer}-{}@example.com", self.visits);
        let visitor = [("checkout_id", checkout_id), ("intent", "pay"), ("email", &email)];
        let address =
            [("name", "Ada Byron"), ("country", "DE"), ("line1", "Sonnenallee 1"), ("postal_code", "12047"), ("city", "Berlin")];
        let fields: Vec<(&str, &str)> = [&visitor[..], &address, &CARD].concat();
        requests.post("/checkout", &self.cookies, &fields);
        self.stage = Stage::Paying;
        Step::Next
    }

    /// A name for a checkout as the page would have made it: 22 letters that nobody has used, those of one time beside each
    /// other.
    fn own_checkout_id(&self) -> String {
        let BuyerName { crowd, buyer } = self.name;
        format!("{crowd:05}{:07}{buyer:07}own", self.visits)
    }

    fn take_cookies(&mut self, response: &Response<'_>) {
        for header in response.headers("set-cookie") {
            self.cookies.set(header);
        }
    }
}

impl Shopper for Buyer {
    fn begin(&mut self, requests: &mut Requests) {
        self.visits += 1;
        match &self.errand {
            Errand::Journey { product } | Errand::Cart { product } => {
                self.cookies.clear();
                self.stage = Stage::Product;
                requests.get(&format!("/products/{product}"), &self.cookies);
            }
            Errand::FromCart { cart } => {
                self.cookies.clone_from(cart);
                requests.get("/checkout", &self.cookies);
                self.stage = Stage::Checkout;
            }
            Errand::Checkout { cart } => {
                self.cookies.clone_from(cart);
                let id = self.own_checkout_id();
                self.pay(&id, requests);
            }
        }
    }

    fn answered(&mut self, response: &Response<'_>, requests: &mut Requests) -> Step {
        let expected = if matches!(self.stage, Stage::Adding | Stage::Paying) { 303 } else { 200 };
        if response.status != expected {
            return Step::Failed(format!("{:?}: {} {}", self.stage, response.status, told(response.text())));
        }
        match self.stage {
            Stage::Product => {
                let Some(variant) = hidden_value(response.text(), "variant") else {
                    return Step::Failed("the product's page offers nothing".into());
                };
                requests.post("/cart/add", &self.cookies, &[("variant", variant), ("quantity", "1")]);
                self.stage = Stage::Adding;
                Step::Next
            }
            Stage::Adding => {
                self.take_cookies(response);
                if matches!(self.errand, Errand::Cart { .. }) {
                    return Step::Done;
                }
                requests.get("/checkout", &self.cookies);
                self.stage = Stage::Checkout;
                Step::Next
            }
            Stage::Checkout => {
                self.take_cookies(response);
                match hidden_value(response.text(), "checkout_id") {
                    Some(checkout_id) => self.pay(checkout_id, requests),
                    None => Step::Failed("the checkout's page has no form".into()),
                }
            }
            Stage::Paying => {
                if !response.location().starts_with("/orders/") {
                    return Step::Failed(format!("paying leads to {}", response.location()));
                }
                self.take_cookies(response);
                requests.get(response.location(), &self.cookies);
                self.stage = Stage::Receipt;
                Step::Next
            }
            Stage::Receipt => match number_of(response.text()) {
                Some(number) => {
                    self.receipts.push(number);
                    Step::Done
                }
                None => Step::Failed("the receipt has no number".into()),
            },
        }
    }
}

/// The order's number as the receipt shows it.
fn number_of(receipt: &str) -> Option<u64> {
    let (_, rest) = receipt.split_once(NUMBER_FOLLOWS)?;
    rest.split('<').next()?.trim().parse().ok()
}

/// What a page that was not expected says: what is in its notice, or else its beginning.
fn told(page: &str) -> String {
    let notice = page.split_once("role=\"alert\"").map_or(page, |(_, notice)| notice);
    notice.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::read_response;

    const ADA: BuyerName = BuyerName { crowd: 1, buyer: 1 };
    const BEN: BuyerName = BuyerName { crowd: u16::MAX, buyer: 9_999_999 };

    /// Answers with a page or, when `body` is a path, with a redirect and a cookie.
    fn answer(buyer: &mut Buyer, requests: &mut Requests, body: &str) -> Step {
        let redirect = format!("HTTP/1.1 303 See Other\r\nlocation: {body}\r\nset-cookie: cart=9_1\r\ncontent-length: 0\r\n\r\n");
        let page = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let bytes = if body.starts_with('/') { redirect } else { page };
        let response = read_response(bytes.as_bytes()).expect("it is HTTP").expect("it is whole");
        buyer.answered(&response, requests)
    }

    fn asked(requests: &Requests) -> String {
        let text = String::from_utf8_lossy(requests.bytes());
        text.split(" HTTP/1.1").next().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_journey_leads_from_the_product_to_the_receipt() {
        let mut requests = Requests::new("127.0.0.1");
        let mut ada = Buyer::new(ADA, Errand::Journey { product: "house-blend".into() });
        ada.begin(&mut requests);
        assert_eq!(asked(&requests), "GET /products/house-blend");
        for (body, next) in [
            ("<input type=\"hidden\" name=\"variant\" value=\"17\">", "POST /cart/add"),
            ("/cart", "GET /checkout"),
            ("<input type=\"hidden\" name=\"checkout_id\" value=\"AZq0\">", "POST /checkout"),
            ("/orders/1001?key=k", "GET /orders/1001?key=k"),
        ] {
            assert_eq!((answer(&mut ada, &mut requests, body), asked(&requests).as_str()), (Step::Next, next));
        }
        assert_eq!(answer(&mut ada, &mut requests, "<p class=\"eyebrow\">Order 1001</p>"), Step::Done);
        assert_eq!(ada.receipts, [1001]);
    }

    #[test]
    fn whoever_has_something_in_the_cart_begins_with_the_checkouts_page() {
        let mut requests = Requests::new("127.0.0.1");
        let mut cart = Cookies::default();
        cart.set("cart=9_1");
        let mut ada = Buyer::new(ADA, Errand::FromCart { cart });
        ada.begin(&mut requests);
        assert!(
            requests.bytes().starts_with(b"GET /checkout HTTP/1.1")
                && requests.bytes().windows(8).any(|text| text == b"cart=9_1")
        );
        let form = "<input type=\"hidden\" name=\"checkout_id\" value=\"AZq0\">";
        assert_eq!((answer(&mut ada, &mut requests, form), asked(&requests).as_str()), (Step::Next, "POST /checkout"));
    }

    #[test]
    fn whoever_is_not_sent_to_a_receipt_has_bought_nothing() {
        let mut requests = Requests::new("127.0.0.1");
        let mut cart = Cookies::default();
        cart.set("cart=9_1");
        let mut ben = Buyer::new(BEN, Errand::Checkout { cart });
        for (body, why) in [
            ("/checkout/pending/5", "paying leads to /checkout/pending/5"),
            ("<p role=\"alert\">Sold out", "Paying: 200 >Sold out"),
        ] {
            ben.begin(&mut requests);
            assert_eq!(answer(&mut ben, &mut requests, body), Step::Failed(why.into()));
        }
        assert!(ben.receipts.is_empty());
    }

    #[test]
    fn names_of_checkouts_are_of_the_right_length_and_used_once() {
        let mut requests = Requests::new("127.0.0.1");
        let mut names = std::collections::BTreeSet::new();
        for name in [ADA, BEN] {
            let mut buyer = Buyer::new(name, Errand::Checkout { cart: Cookies::default() });
            for _ in 0..2 {
                buyer.begin(&mut requests);
                names.insert(buyer.own_checkout_id());
            }
        }
        assert_eq!(names.len(), 4);
        assert!(names.iter().all(|name| name.len() == 22), "{names:?}");
    }
}
