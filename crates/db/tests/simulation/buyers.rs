//! Buyers: they fill pages, send them twice, change their minds, come back late, pay or leave.

use crate::juniper::SALE;
use crate::world::{Answer, From, World};
use commerce::cart::CartLine;
use commerce::checkout::{Command, Outcome, ReserveCart};
use commerce::customer::{Address, Contact};
use commerce::{FlashSaleId, PaymentId, ReservationId, VariantId};

const PAGES_MAX: usize = 14;
/// A link to it opens nothing here.
const OTHER_SALE: FlashSaleId = FlashSaleId(22);
/// Ada and Ben; Ada has more than one way to write herself.
const ADDRESSES: [&str; 4] = ["ada@example.org", "ADA+sale@example.org", "ben@example.org", "ben@example.org"];

/// A checkout page that somebody looks at.
#[derive(Clone, Debug)]
pub struct Page {
    pub id: String,
    pub email: &'static str,
    pub visitor: String,
    pub lines: Vec<(VariantId, u32)>,
    pub coupon: &'static str,
    pub country: &'static str,
    /// The sale to which they have early access, if any.
    pub early: Option<FlashSaleId>,
    pub hold: Option<ReservationId>,
    pub payment: Option<(PaymentId, i64)>,
}

impl Page {
    fn command(&self) -> Command {
        let lines = self.lines.iter().map(|(variant, quantity)| CartLine { variant: *variant, quantity: *quantity }).collect();
        Command::Reserve(Box::new(ReserveCart {
            checkout_id: self.id.clone(),
            content_hash: format!("{:?} {} {} {}", self.lines, self.coupon, self.email, self.country),
            lines,
            coupon: self.coupon.into(),
            contact: Contact { email: self.email.into(), phone: String::new() },
            address: Address { country: self.country.into(), ..Address::default() },
            shipping_method: "post".into(),
            provider: "sandbox".into(),
            payment_reference: format!("card of {}", self.id),
            early_access: self.early.into_iter().collect(),
            total_seen_minor: None,
            visitor: self.visitor.clone(),
        }))
    }
}

impl World {
    pub fn buyers_act(&mut self) {
        let pages_max = if self.calm { PAGES_MAX / 4 } else { PAGES_MAX };
        if self.pages.is_empty() || (self.pages.len() < pages_max && self.random.chance(25)) {
            let page = self.new_page();
            self.pages.push(page);
            return self.send(self.pages.len() - 1);
        }
        let index = self.random.below(self.pages.len());
        match self.random.below(12) {
            _ if self.calm && self.random.chance(60) => self.with_hold(index, |reservation| Command::Extend { reservation }),
            0..3 => self.send(index),
            3 => {
                self.send(index);
                self.send(index);
            }
            4..6 => {
                self.pages[index].lines = self.some_lines();
                if self.random.chance(30) {
                    self.pages[index].coupon = self.some_coupon();
                }
                self.send(index);
            }
            6 => self.with_hold(index, |reservation| Command::Extend { reservation }),
            7 => self.with_hold(index, |reservation| Command::Release { reservation }),
            _ => self.pay(index),
        }
    }

    fn new_page(&mut self) -> Page {
        let person = self.random.below(ADDRESSES.len());
        Page {
            id: format!("page-{}", self.pages.len()),
            email: ADDRESSES[person],
            visitor: if self.random.chance(60) { format!("browser-{}", self.random.below(3)) } else { String::new() },
            lines: self.some_lines(),
            coupon: self.some_coupon(),
            country: if self.random.chance(3) { "AQ" } else { "DE" },
            early: self.random.chance(10).then_some(if self.pages.len() % 5 == 4 { OTHER_SALE } else { SALE }),
            hold: None,
            payment: None,
        }
    }

    fn some_lines(&mut self) -> Vec<(VariantId, u32)> {
        let count = *self.random.pick(&[1, 1, 1, 2, 2, 3]);
        let line = |world: &mut Self| {
            let variant = match world.random.below(20) {
                0 => VariantId(99),
                1..4 => world.shop.articles[4].variant,
                other => world.shop.articles[other % 4].variant,
            };
            let quantity = *world.random.pick(&[1, 1, 1, 2, 2, 3, 0, 6]);
            (variant, if quantity == 0 && world.random.chance(70) { 1 } else { quantity })
        };
        (0..count).map(|_| line(self)).collect()
    }

    fn some_coupon(&mut self) -> &'static str {
        self.random.pick::<&str>(&["", "", "", "welcome", " WELCOME ", "five", "unknown"])
    }

    fn send(&mut self, index: usize) {
        let command = self.pages[index].command();
        self.hand_in(From::Page(index), command, None);
    }

    fn with_hold(&mut self, index: usize, command: impl FnOnce(ReservationId) -> Command) {
        let Some(reservation) = self.pages[index].hold else { return };
        self.hand_in(From::Page(index), command(reservation), None);
    }

    /// The page asks the provider for the money, and tells the shop what it heard, unless the browser is closed first.
    fn pay(&mut self, index: usize) {
        let Some((payment, amount_minor)) = self.pages[index].payment else { return };
        let heard = self.provider.charge(payment, amount_minor, &mut self.random);
        self.trace.say(format_args!("page {index} pays {payment}: {heard:?}"));
        if self.random.chance(65) {
            self.hand_in(From::Page(index), self.provider.news_of(payment), None);
        }
    }

    /// What an answer leads to.
    pub fn hear(&mut self, from: From, command: &Command, answer: Answer) {
        let Ok(Some(outcome)) = answer else {
            // No answer: the page is reloaded, sooner or later.
            if let From::Page(index) = from
                && self.random.chance(40)
                && matches!(command, Command::Reserve(_))
            {
                self.send(index);
            }
            return;
        };
        match (from, outcome) {
            (From::Page(index), Outcome::Reserved { reservation, payment, amount, .. }) => {
                self.pages[index].hold = Some(reservation);
                self.pages[index].payment = Some((payment, amount.amount_minor));
                if self.random.chance(45) {
                    self.pay(index);
                }
            }
            (From::Page(index), Outcome::PaymentOpen { payment, amount, .. }) => {
                self.pages[index].payment = Some((payment, amount.amount_minor));
            }
            (_, Outcome::RefundDue { refund, payment, amount, .. }) if self.random.chance(70) => {
                let of_order = self.disk.open().rows.shop.refunds.get(&refund).is_some_and(|refund| refund.order.is_some());
                self.provider.refund(refund, payment, amount.amount_minor, of_order, &mut self.random);
            }
            _ => {}
        }
    }

    /// Units of the sale's items are offered anew.
    pub fn change_offer(&mut self) -> Command {
        let items = &self.shop.sale.items;
        let variant = items[self.random.below(items.len())].variant;
        let quantity_offered = self.random.chance(80).then(|| self.random.between(0, 6));
        Command::ChangeQuantityOffered { sale: SALE, variant, quantity_offered, actor: "ines@juniper.example".into() }
    }
}
