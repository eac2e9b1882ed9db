//! Somebody who buys at the fake shop, one request after the other, and writes down what they are told.

use crate::fake_shop::{FakeShop, PRODUCT, VARIANT};
use loadtest::audit::{Entry, SaidBy, ShownOrder, SoldOut, is_sold_out, sold_out_at_checkout};
use loadtest::{Cookies, Requests, hidden_value, read_response};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// What came back.
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub page: String,
}

pub struct OneBuyer {
    stream: TcpStream,
    requests: Requests,
    cookies: Cookies,
    name: String,
}

impl OneBuyer {
    pub fn enters(shop: &FakeShop, name: &str) -> Self {
        let stream = TcpStream::connect(shop.address).expect("the shop is open");
        Self { stream, requests: Requests::new(&shop.host()), cookies: Cookies::new(), name: name.into() }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.requests.get(path, &self.cookies);
        self.ask()
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.requests.post(path, &self.cookies, fields);
        self.ask()
    }

    /// Buys so many units of the product, at this time. What the shop says is the entry.
    pub fn buys(&mut self, quantity: u32, at_ms: i64) -> Entry {
        let sold_out = |said_by| Entry::SoldOut(SoldOut { variant: VARIANT, quantity, said_by, asked_at_ms: at_ms, at_ms });
        let product = self.get(PRODUCT).page;
        if is_sold_out(&product, VARIANT) {
            return sold_out(SaidBy::Page);
        }
        let variant = hidden_value(&product, "variant").expect("the product can be bought").to_owned();
        let added = self.post("/cart/add", &[("variant", &variant), ("quantity", &quantity.to_string())]);
        assert_eq!((added.status, added.location.as_str()), (303, "/cart"));
        let checkout = self.get("/checkout").page;
        let checkout_id = hidden_value(&checkout, "checkout_id").expect("there is a form to pay").to_owned();
        let email = format!("{}@example.com", self.name);
        let paid = self.post("/checkout", &[("checkout_id", &checkout_id), ("intent", "pay"), ("email", &email)]);
        if paid.status == 409 {
            assert_eq!(sold_out_at_checkout(&paid.page), Some(VARIANT));
            return sold_out(SaidBy::Checkout);
        }
        let receipt = self.get(&paid.location).page;
        let shown = ShownOrder::on(&receipt).expect("the receipt shows the order");
        Entry::Receipt(shown.into_receipt(&checkout_id, &email, &paid.location, at_ms))
    }

    fn ask(&mut self) -> Answer {
        self.stream.write_all(self.requests.bytes()).expect("the shop listens");
        let (mut received, mut room) = (Vec::new(), [0; 16 << 10]);
        loop {
            let count = self.stream.read(&mut room).expect("the shop answers");
            assert!(count > 0, "the shop hung up");
            received.extend_from_slice(&room[..count]);
            if let Some(response) = read_response(&received).expect("the shop speaks HTTP") {
                for header in response.headers("set-cookie") {
                    self.cookies.set(header);
                }
                let (location, page) = (response.location().to_owned(), response.text().to_owned());
                return Answer { status: response.status, location, page };
            }
        }
    }
}
