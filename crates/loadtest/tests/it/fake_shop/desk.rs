//! What the fake shop keeps: its stock, its orders, and the count of what goes wrong next.

use super::{Faults, PRODUCT, Request, VARIANT, pages};
use std::collections::HashMap;

/// What one unit costs, cents.
const PRICE_CENTS: u64 = 4_800;
const FIRST_NUMBER: u64 = 1_001;

/// An order.
#[derive(Clone, Debug)]
pub struct Order {
    pub number: u64,
    pub quantity: u32,
    pub total_cents: u64,
    times_shown: u32,
}

pub struct Desk {
    faults: Faults,
    /// Units in the building, and units that it will sell.
    left: u32,
    to_sell: u32,
    orders: HashMap<u64, Order>,
    order_of_checkout: HashMap<String, u64>,
    last_number: u64,
    placed: u64,
    pages: u64,
    checkouts: u64,
}

impl Desk {
    pub fn new(units: u32, faults: Faults) -> Self {
        Self {
            faults,
            left: units,
            to_sell: units + faults.oversells,
            orders: HashMap::new(),
            order_of_checkout: HashMap::new(),
            last_number: FIRST_NUMBER - 1,
            placed: 0,
            pages: 0,
            checkouts: 0,
        }
    }

    /// The whole answer.
    pub fn answer(&mut self, request: &Request<'_>) -> String {
        match (request.method, request.path) {
            ("POST", "/cart/add") => self.add(request),
            ("POST", "/checkout") => self.submit(request),
            ("GET", "/now.json") => pages::answer("200 OK", "application/json", "", &pages::now(self.left)),
            ("GET", "/sitemap.xml") => pages::answer("200 OK", "application/xml", "", &pages::sitemap()),
            ("GET", "/theme.css") => pages::answer("200 OK", "text/css", "etag: \"1\"\r\n", "body { color: black }"),
            ("GET", path) => self.page(path, request),
            _ => pages::page("405 Method Not Allowed", "", "<h1>Not here</h1>"),
        }
    }

    fn page(&mut self, path: &str, request: &Request<'_>) -> String {
        self.pages += 1;
        let Faults { breaks_one_page_in, breaks_pages_after, .. } = self.faults;
        if is_last_of(self.pages, breaks_one_page_in) || (breaks_pages_after > 0 && self.pages > breaks_pages_after) {
            return pages::page("200 OK", "", "<h1>Something went wrong</h1><p role=\"alert\">Please try again later.</p>");
        }
        match path {
            "/" | "/collections/all" | "/search" | "/pages/about" => pages::page("200 OK", "", &pages::listing()),
            PRODUCT => {
                pages::page("200 OK", &format!("etag: \"{}\"\r\n", self.left), &pages::product(self.left, self.to_sell == 0))
            }
            "/cart" => pages::page("200 OK", "", "<h1>Cart</h1>"),
            "/checkout" if quantity(request.cookies) == 0 => pages::redirect("/cart", ""),
            "/checkout" => {
                self.checkouts += 1;
                self.checkout(&format!("fake-{}", self.checkouts), "")
            }
            _ => match path.strip_prefix("/orders/").and_then(|number| number.parse().ok()) {
                Some(number) if request.query == format!("key=key-{number}") => self.receipt(number),
                _ => pages::page("404 Not Found", "", "<h1>There is no such page</h1>"),
            },
        }
    }

    fn add(&self, request: &Request<'_>) -> String {
        if field(request.body, "variant").parse() != Ok(VARIANT) {
            return pages::page("404 Not Found", "", "<h1>There is no such product</h1>");
        }
        if self.to_sell == 0 {
            return pages::page("409 Conflict", "", &pages::product(self.left, true));
        }
        let quantity = quantity(request.cookies) + field(request.body, "quantity").parse().unwrap_or(1);
        pages::redirect("/cart", &format!("set-cookie: cart={VARIANT}_{quantity}; Path=/\r\n"))
    }

    fn checkout(&self, checkout_id: &str, refusal: &str) -> String {
        let status = if refusal.is_empty() { "200 OK" } else { "409 Conflict" };
        pages::page(status, "", &pages::checkout(checkout_id, refusal, PRICE_CENTS))
    }

    fn submit(&mut self, request: &Request<'_>) -> String {
        let (checkout, wanted) = (field(request.body, "checkout_id"), quantity(request.cookies));
        let known = self.order_of_checkout.get(checkout).copied();
        if field(request.body, "intent") == "refresh" {
            return self.checkout(checkout, "");
        }
        let number = match known {
            Some(number) => number,
            None if wanted == 0 => return pages::redirect("/cart", ""),
            None if wanted > self.to_sell => return self.checkout(checkout, "Night Train is sold out."),
            None => self.place(checkout, wanted),
        };
        pages::redirect(&format!("/orders/{number}?key=key-{number}"), "set-cookie: cart=; Max-Age=0\r\n")
    }

    fn place(&mut self, checkout: &str, quantity: u32) -> u64 {
        self.to_sell -= quantity;
        self.left = self.left.saturating_sub(quantity);
        self.placed += 1;
        let is_double = is_last_of(self.placed, self.faults.doubles_one_order_in) && self.placed > 1;
        if !is_double {
            self.last_number += 1;
        }
        let number = self.last_number;
        let total_cents = PRICE_CENTS * u64::from(quantity);
        self.orders.insert(number, Order { number, quantity, total_cents, times_shown: 0 });
        self.order_of_checkout.insert(checkout.to_owned(), number);
        number
    }

    fn receipt(&mut self, number: u64) -> String {
        let is_lost = is_last_of(number - FIRST_NUMBER + 1, self.faults.loses_one_order_in);
        let changes = is_last_of(number - FIRST_NUMBER + 1, self.faults.changes_one_total_in);
        let order = self.orders.get_mut(&number).filter(|order| !(is_lost && order.times_shown > 0));
        let Some(order) = order else {
            return pages::page("404 Not Found", "", "<h1>There is no such order</h1>");
        };
        if changes && order.times_shown == 1 {
            order.total_cents += 100;
        }
        order.times_shown += 1;
        pages::receipt(order)
    }
}

/// Whether this is the last of each `group`; never where there are no groups.
fn is_last_of(count: u64, group: u64) -> bool {
    group > 0 && count.is_multiple_of(group)
}

/// The value of a form's field that needs no decoding.
fn field<'a>(body: &'a str, name: &str) -> &'a str {
    let mut fields = body.split('&').filter_map(|field| field.split_once('='));
    fields.find(|(own, _)| *own == name).map_or("", |(_, value)| value)
}

/// How many units are in the cart.
fn quantity(cookies: &str) -> u32 {
    let cart = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("cart="));
    cart.and_then(|cart| cart.split_once('_')).and_then(|(_, quantity)| quantity.parse().ok()).unwrap_or(0)
}
