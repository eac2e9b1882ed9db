//! Buying: the cart, the checkout's form, the payment and the receipt, as a browser sends and follows them.

use super::memory::Stands;
use super::{Doing, Errand, Market, Moment, OFFERS_MAX, Shopper, html};
use crate::audit::{Entry, SaidBy, ShownOrder, SoldOut, sold_out_at_checkout};
use crate::cookies::Cookies;
use crate::mix::walk::Place;
use crate::page;
use crate::report::data::Kind;
use crate::response::Response;

/// A card that every sandbox accepts.
const CARD: [(&str, &str); 3] = [("card_number", "4242 4242 4242 4242"), ("card_expiry", "12 / 39"), ("card_cvc", "123")];
/// Where buyers live, where the shop delivers there.
const COUNTRY: &str = "DE";
/// How often the page that waits for the bank is loaded, and after how long it loads itself again, seconds.
const PENDING_TIMES: u8 = 20;
const PENDING_S: f64 = 3.0;
/// How often the total may change under a buyer.
const TOTALS_MAX: u8 = 3;

/// What somebody who buys has, beside what every shopper has.
#[derive(Debug)]
pub(super) struct Basket {
    pub cookies: Cookies,
    /// Variants and units.
    lines: Vec<(i64, u32)>,
    /// The checkout's form.
    form: Form,
    /// Where the last answer led.
    location: String,
    /// Where the walk stood when the last product was put in.
    place: Place,
    has_receipt: bool,
}

/// What the checkout's form carries unseen, and what was chosen in it.
#[derive(Debug, Default)]
struct Form {
    checkout_id: String,
    total_seen: String,
    shipping_method: String,
    /// Where to; nothing where there is no parcel, and empty where the shop delivers nowhere.
    country: Option<String>,
}

impl Market {
    /// Writes a request of a purchase.
    pub(super) fn write_purchase(&mut self, shopper: &Shopper) {
        let Some(basket) = shopper.basket.as_deref() else {
            return self.requests.get("/cart", &super::NO_COOKIES);
        };
        let Basket { cookies, form, location, .. } = basket;
        match shopper.errand {
            Errand::Add => {
                let variant = basket.lines.last().map_or_else(String::new, |(variant, _)| variant.to_string());
                self.requests.post("/cart/add", cookies, &[("variant", &variant), ("quantity", "1")]);
            }
            Errand::Checkout => self.requests.get("/checkout", cookies),
            Errand::Deliver => {
                let email = shopper.email(&self.run);
                self.requests.post("/checkout", cookies, &form.fields("refresh", &email, &[]));
            }
            Errand::Pay => {
                let email = shopper.email(&self.run);
                self.requests.post("/checkout", cookies, &form.fields("pay", &email, &CARD));
            }
            Errand::Pending | Errand::Receipt => self.requests.get(location, cookies),
            _ => self.requests.get("/cart", cookies),
        }
    }

    fn tell_sold_out(&mut self, variant: i64, quantity: u32, said_by: SaidBy, moment: Moment) {
        self.told.sold_out += 1;
        let (asked_at_ms, at_ms) = (self.time_ms(moment.sent_us), self.time_ms(moment.now_us));
        self.told.entries.push(Entry::SoldOut(SoldOut { variant, quantity, said_by, asked_at_ms, at_ms }));
    }
}

impl Shopper {
    /// Nobody else's address.
    fn email(&self, run: &str) -> String {
        format!("shopper-{run}-{}@example.com", self.number)
    }

    /// What is asked for when the mix says so; nothing when it cannot be.
    pub(super) fn next_purchase(&mut self, market: &mut Market, kind: Kind, before: Place, now_us: u64) -> Option<Doing> {
        if kind == Kind::CartChange {
            return Some(self.add(market, before, now_us));
        }
        let basket = self.basket.as_ref();
        self.errand = match kind {
            Kind::Cart => Errand::Cart,
            Kind::Checkout if basket.is_some() => Errand::Checkout,
            Kind::Pay => match &basket?.form {
                form if form.checkout_id.is_empty() => return None,
                form if form.wants_delivery() => Errand::Deliver,
                _ => Errand::Pay,
            },
            Kind::Receipt if basket?.has_receipt => Errand::Receipt,
            _ => return None,
        };
        Some(Doing::Ask)
    }

    /// Puts the product that was looked at into the cart, if it can be had.
    fn add(&mut self, market: &mut Market, before: Place, now_us: u64) -> Doing {
        let offer = market.memory.last(self.product).and_then(|said| said.offer);
        let Some(offer) = offer else { return Doing::Leave };
        match offer.stands {
            Stands::Open => {
                let basket = self.basket.get_or_insert_with(|| Box::new(Basket::new(before)));
                if basket.has_receipt {
                    basket.begin_anew();
                }
                basket.place = before;
                basket.lines.push((offer.variant, 1));
                self.errand = Errand::Add;
                Doing::Ask
            }
            Stands::SoldOut => {
                // As of when the page said so, which may be a while ago.
                let seen = market.memory.seen(self.product).unwrap_or(Moment { sent_us: now_us, now_us });
                market.tell_sold_out(offer.variant, 1, SaidBy::Page, seen);
                self.look_for_another(market, before)
            }
            Stands::NotYet if self.offers < OFFERS_MAX => self.look_elsewhere(market, before),
            Stands::NotYet => Doing::Leave,
        }
    }

    /// Some look for another product when theirs is sold out; the others leave.
    fn look_for_another(&mut self, market: &Market, before: Place) -> Doing {
        if self.offers < OFFERS_MAX && self.chance.share() < market.mix.retry_sold_out {
            self.look_elsewhere(market, before)
        } else {
            Doing::Leave
        }
    }

    fn look_elsewhere(&mut self, market: &Market, before: Place) -> Doing {
        self.offers += 1;
        self.place = before;
        self.choose_product(market);
        Doing::Ask
    }

    /// An answer to a request of a purchase.
    pub(super) fn answered_purchase(
        &mut self,
        market: &mut Market,
        response: &Response<'_>,
        moment: Moment,
    ) -> Result<Doing, String> {
        let Some(basket) = self.basket.as_mut() else {
            // Somebody who has nothing in the cart looks at it.
            html(response)?;
            return Ok(self.got_nothing_to_fetch(market, moment.now_us));
        };
        for header in response.headers("set-cookie") {
            basket.cookies.set(header);
        }
        match self.errand {
            Errand::Add => self.added(market, response, moment),
            Errand::Checkout | Errand::Deliver => self.saw_checkout(market, response, moment.now_us),
            Errand::Pay => self.paid(market, response, moment),
            Errand::Pending => self.waited(response, moment.now_us),
            Errand::Receipt => self.saw_receipt(market, response, moment.now_us),
            _ => {
                expect_page(response)?;
                Ok(self.got_nothing_to_fetch(market, moment.now_us))
            }
        }
    }

    /// Looks at a page whose style and pictures the browser has already.
    fn got_nothing_to_fetch(&mut self, market: &Market, now_us: u64) -> Doing {
        self.wanted_us = super::later(now_us, market.mix.think_s(&mut self.chance));
        Doing::Look { until_us: self.wanted_us }
    }

    fn added(&mut self, market: &mut Market, response: &Response<'_>, moment: Moment) -> Result<Doing, String> {
        let basket = self.basket.as_mut().expect("something was put into it");
        if response.status == 303 && response.location() == "/cart" {
            self.errand = Errand::Cart;
            return Ok(Doing::Ask);
        }
        let text = html(response)?;
        if response.status != 409 {
            return Err(format!("{} instead of the way to the cart: {}", response.status, page::told(&text)));
        }
        // Somebody was faster, or this customer may have no more of it: both are answers that a shop may give.
        let (variant, quantity) = basket.lines.pop().expect("it was put there to be sent");
        let place = basket.place;
        if basket.lines.is_empty() {
            self.basket = None;
        }
        if page::form(&text, "/cart/add").is_some_and(|form| form.contains("stock-out")) {
            market.tell_sold_out(variant, quantity, SaidBy::Page, moment);
            return Ok(self.look_for_another(market, place));
        }
        Ok(self.got_nothing_to_fetch(market, moment.now_us))
    }

    fn saw_checkout(&mut self, market: &mut Market, response: &Response<'_>, now_us: u64) -> Result<Doing, String> {
        let text = expect_page(response)?;
        let basket = self.basket.as_mut().expect("nobody goes to the checkout without one");
        basket.form = Form::read(&text).ok_or_else(|| format!("the checkout's page has no form: {}", page::told(&text)))?;
        if basket.form.country.as_deref() == Some("") {
            return Err(
                "the shop delivers to no country, so nobody can buy: say where at its desk, under Settings, Shipping".into()
            );
        }
        if self.errand == Errand::Checkout {
            return Ok(self.got_nothing_to_fetch(market, now_us));
        }
        if basket.form.wants_delivery() {
            return Err(format!("the checkout offers no delivery to {}", basket.form.country()));
        }
        self.errand = Errand::Pay;
        Ok(Doing::Ask)
    }

    fn paid(&mut self, market: &mut Market, response: &Response<'_>, moment: Moment) -> Result<Doing, String> {
        if response.status == 303 {
            return self.follow_payment(response);
        }
        let text = html(response)?;
        let basket = self.basket.as_mut().expect("nobody pays without one");
        if let Some(variant) = sold_out_at_checkout(&text) {
            let quantity = basket.lines.iter().filter(|(own, _)| *own == variant).map(|(_, units)| units).sum();
            let place = basket.place;
            market.tell_sold_out(variant, quantity, SaidBy::Checkout, moment);
            self.basket = None;
            return Ok(self.look_for_another(market, place));
        }
        // The total may have changed since it was read: then it is read and paid again.
        if let Some(form) = Form::read(&text).filter(|form| response.status == 409 && form.total_seen != basket.form.total_seen)
            && self.tries < TOTALS_MAX
        {
            self.tries += 1;
            basket.form = form;
            return Ok(Doing::Ask);
        }
        Err(format!("{} instead of the way to the receipt: {}", response.status, page::told(&text)))
    }

    fn follow_payment(&mut self, response: &Response<'_>) -> Result<Doing, String> {
        let basket = self.basket.as_mut().expect("nobody pays without one");
        let location = response.location();
        self.errand = match location {
            _ if location.starts_with("/orders/") => Errand::Receipt,
            _ if location.starts_with("/checkout/pending/") => Errand::Pending,
            _ => {
                let path = location.split('?').next().unwrap_or_default();
                return Err(format!("paying leads to {}", path.trim_end_matches(|letter: char| letter.is_ascii_digit())));
            }
        };
        location.clone_into(&mut basket.location);
        Ok(Doing::Ask)
    }

    fn waited(&mut self, response: &Response<'_>, now_us: u64) -> Result<Doing, String> {
        if response.status == 303 {
            return self.follow_payment(response);
        }
        expect_page(response)?;
        self.tries += 1;
        if self.tries >= PENDING_TIMES {
            return Err("the payment was being checked for a minute".into());
        }
        Ok(self.come_back(now_us, PENDING_S))
    }

    fn saw_receipt(&mut self, market: &mut Market, response: &Response<'_>, now_us: u64) -> Result<Doing, String> {
        let text = expect_page(response)?;
        let email = self.email(&market.run);
        let basket = self.basket.as_mut().expect("nobody has a receipt without one");
        if !basket.has_receipt {
            let shown = ShownOrder::on(&text).ok_or("the receipt does not tell machines what was ordered")?;
            basket.has_receipt = true;
            let receipt = shown.into_receipt(&basket.form.checkout_id, &email, &basket.location, market.time_ms(now_us));
            market.told.orders += 1;
            market.told.entries.push(Entry::Receipt(receipt));
        }
        Ok(self.got_nothing_to_fetch(market, now_us))
    }
}

impl Basket {
    fn new(place: Place) -> Self {
        let (cookies, lines, location) = (Cookies::new(), Vec::new(), String::new());
        Self { cookies, lines, form: Form::default(), location, place, has_receipt: false }
    }

    /// What was bought is no longer in it.
    fn begin_anew(&mut self) {
        self.lines.clear();
        self.form = Form::default();
        self.has_receipt = false;
    }
}

impl Form {
    /// What the page's form carries; nothing when there is none.
    fn read(page: &str) -> Option<Self> {
        let form = page::form(page, "/checkout")?;
        let country = page.split_once("name=\"country\"").map(|(_, select)| {
            let select = select.split("</select>").next().unwrap_or_default();
            let codes = || page::tags(select, "<option").filter_map(|tag| page::attribute(tag, "value"));
            codes().find(|code| *code == COUNTRY).or_else(|| codes().find(|code| !code.is_empty())).unwrap_or_default().to_owned()
        });
        Some(Self {
            checkout_id: page::hidden_value(form, "checkout_id")?.to_owned(),
            total_seen: page::hidden_value(form, "total_seen").unwrap_or_default().to_owned(),
            shipping_method: page::chosen_value(form, "shipping_method").unwrap_or_default().to_owned(),
            country,
        })
    }

    /// Whether it is still to be said how the goods are delivered. What needs no parcel has no country to go to.
    fn wants_delivery(&self) -> bool {
        self.shipping_method.is_empty() && self.country.is_some()
    }

    fn country(&self) -> &str {
        self.country.as_deref().unwrap_or_default()
    }

    /// All its fields, filled in.
    fn fields<'a>(&'a self, intent: &'a str, email: &'a str, card: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let unseen = [("checkout_id", self.checkout_id.as_str()), ("total_seen", &self.total_seen), ("intent", intent)];
        let contact = [("email", email), ("phone", ""), ("name", "Ada Byron"), ("country", self.country())];
        let address = [
            ("line1", "Sonnenallee 1"),
            ("line2", ""),
            ("postal_code", "12047"),
            ("city", "Berlin"),
            ("region", "BE"),
            ("shipping_method", &self.shipping_method),
            ("coupon", ""),
        ];
        [&unseen[..], &contact, &address, card].concat()
    }
}

/// The page, when it is one and tells of no trouble.
fn expect_page<'a>(response: &'a Response<'_>) -> Result<std::borrow::Cow<'a, str>, String> {
    if response.status == 303 {
        return Err(format!("a page was asked for and the way to {} came", response.location()));
    }
    let text = html(response)?;
    if response.status != 200 {
        return Err(format!("{}: {}", response.status, page::told(&text)));
    }
    match page::alert(&text) {
        Some(alert) => Err(format!("the page says: {alert}")),
        None => Ok(text),
    }
}
