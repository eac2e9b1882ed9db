//! What a shopper, or the provider in their name, has to be told.

use super::{Attempt, Auditor, Hold, Line, Money, PageRecord, Return, Sold, SoldLine, Verdict, found, is_active};
use crate::juniper::{SALE, SHIPPING_MINOR};
use commerce::Timestamp;
use commerce::checkout::{Outcome, Refusal, ReserveCart};
use commerce::payment::{PaymentStatus, ProviderVerdict};
use commerce::pricing::CouponRefusal;
use commerce::reservation::ReservationStatus;
use commerce::sale::BeforeOpening;

impl Auditor {
    pub(super) fn judge_reserve(&mut self, cart: &ReserveCart, outcome: &Outcome, now: Timestamp) -> Verdict {
        let Some(record) = self.pages.get(&cart.checkout_id).cloned() else {
            return self.judge_fresh(cart, None, outcome, now);
        };
        let same = record.content == cart.content_hash;
        if let Some(order) = record.order {
            let number = self.orders[&order].number;
            let placed = Outcome::Placed { order: commerce::OrderId(order), number, first: false };
            let expected = if same { Ok(placed) } else { Err(Refusal::CheckoutUsed { number }) };
            return self.expect("K1", outcome, expected, cart);
        }
        let of_page = self.attempts.iter().filter(|(_, attempt)| attempt.page == cart.checkout_id);
        let open: Vec<_> = of_page.filter(|(_, attempt)| matches!(attempt.money, Money::Open | Money::AtTheBank)).collect();
        if same && let Some((id, _)) = open.iter().find(|(_, attempt)| attempt.hold == record.hold) {
            return match outcome {
                Outcome::PaymentOpen { payment, .. } if payment.0 == **id => Ok(()),
                _ => found("K1", format!("{outcome:?}, although payment {id} is open, to {cart:?}")),
            };
        }
        if !same && open.iter().any(|(_, attempt)| attempt.money == Money::Open) {
            return self.expect("K1", outcome, Err(Refusal::PaymentInProgress), cart);
        }
        let active = self.holds.get(&record.hold).is_some_and(is_active).then_some(record.hold);
        match active {
            Some(hold) if same => self.judge_again(hold, outcome, now),
            own => self.judge_fresh(cart, own, outcome, now),
        }
    }

    /// Another attempt for what is held already.
    fn judge_again(&mut self, id: i64, outcome: &Outcome, now: Timestamp) -> Verdict {
        let until = match self.extended(id, now) {
            Ok(Outcome::Extended { expires_at }) => expires_at,
            other => return found("I4", format!("{other:?} for an active hold")),
        };
        let hold = &self.holds[&id];
        match outcome {
            Outcome::Reserved { reservation, payment, amount, expires_at, .. } if reservation.0 == id => {
                if *expires_at != until {
                    return found("L3", format!("held until {expires_at:?}, not {until:?}"));
                }
                if amount.amount_minor != hold.total {
                    return found("P2", format!("{amount:?} for a hold of {}", hold.total));
                }
                let attempt = new_attempt(&hold.page, id, hold.total);
                self.attempts.insert(payment.0, attempt);
                Ok(())
            }
            _ => found("K1", format!("{outcome:?} where hold {id} is there to be paid")),
        }
    }

    /// A cart that is held anew, or must not be.
    fn judge_fresh(&mut self, cart: &ReserveCart, own: Option<i64>, outcome: &Outcome, now: Timestamp) -> Verdict {
        let customer = plain_customer(&cart.contact.email);
        let lines = self.lines_of(cart, now);
        let reasons = self.reasons_against(cart, &lines, &customer, own, now);
        let (reservation, payment, amount, until) = match outcome {
            Outcome::Refused(refusal) if reasons.contains(refusal) => return Ok(()),
            Outcome::Refused(Refusal::TooManyHolds { .. }) if self.holds_too_much(cart, &lines, &customer, own, true) => {
                return Ok(());
            }
            Outcome::Refused(refusal) => {
                return found(invariant_of(refusal), format!("refused for {refusal:?}, not one of {reasons:?}: {cart:?}"));
            }
            Outcome::Reserved { reservation, payment, amount, expires_at, .. } => {
                (reservation.0, payment.0, *amount, *expires_at)
            }
            other => return found("K1", format!("{other:?} to a new cart {cart:?}")),
        };
        if let Some(reason) = reasons.first() {
            return found(invariant_of(reason), format!("held in spite of {reason:?}: {cart:?}"));
        }
        let (total, coupon) = (self.total_of(cart, &lines), coupon_code(&cart.coupon));
        if amount.amount_minor != total {
            return found("P2", format!("{amount:?} is asked, the cart costs {total}: {cart:?}"));
        }
        if until != now.plus_minutes(10) {
            return found("L3", format!("held until {until:?}"));
        }
        if let Some(own) = own {
            self.end(own, ReservationStatus::Released);
        }
        let page = cart.checkout_id.clone();
        let record = PageRecord { content: cart.content_hash.clone(), hold: reservation, order: None };
        self.attempts.insert(payment, new_attempt(&page, reservation, total));
        self.pages.insert(page.clone(), record);
        let status = ReservationStatus::Active;
        let visitor = cart.visitor.clone();
        self.holds.insert(
            reservation,
            Hold { commit: self.commits, ended: 0, made_at: now, page, customer, visitor, coupon, total, lines, status, until },
        );
        Ok(())
    }

    fn lines_of(&self, cart: &ReserveCart, now: Timestamp) -> Vec<Line> {
        let sale = &self.shop.sale;
        let open = sale.opens_at <= now && now < sale.closes_at;
        let invited = cart.early_access.contains(&sale.id);
        let early = invited && now < sale.opens_at && sale.early_access_at.is_some_and(|from| from <= now);
        let mut lines: Vec<Line> = Vec::new();
        for (variant, units) in cart.lines.iter().map(|line| (line.variant, i64::from(line.quantity))).filter(|line| line.1 > 0) {
            let in_sale = (open || early) && self.offered.contains_key(&variant);
            match lines.iter_mut().find(|line| line.variant == variant) {
                Some(line) => line.units += units,
                None => lines.push(Line { variant, units, in_sale }),
            }
        }
        lines
    }

    /// Every reason to refuse: whichever the shop names has to be among them.
    fn reasons_against(
        &self,
        cart: &ReserveCart,
        lines: &[Line],
        customer: &str,
        own: Option<i64>,
        now: Timestamp,
    ) -> Vec<Refusal> {
        let mut reasons = Vec::new();
        if lines.is_empty() {
            reasons.push(Refusal::EmptyCart);
        }
        for line in lines {
            reasons.extend(self.waits(cart, line, now));
            self.reasons_against_line(line, customer, own, &mut reasons);
        }
        if self.holds_too_much(cart, lines, customer, own, false) {
            reasons.push(Refusal::TooManyHolds { units_max: self.shop.checkout.held_units_per_customer_max });
        }
        let ships = lines.iter().any(|line| self.shop.article(line.variant).is_some_and(|article| article.shipped));
        if ships && cart.address.country != "DE" {
            reasons.push(Refusal::NoShippingThere);
        }
        match (cart.coupon.trim().is_empty(), coupon_code(&cart.coupon)) {
            (false, None) => reasons.push(Refusal::Coupon(CouponRefusal::Unknown)),
            (false, Some("WELCOME")) => {
                if self.uses("WELCOME", None, own) >= 2 {
                    reasons.push(Refusal::Coupon(CouponRefusal::UsedUp));
                }
                if self.uses("WELCOME", Some(customer), own) >= 1 {
                    reasons.push(Refusal::Coupon(CouponRefusal::UsedByCustomer));
                }
            }
            _ => {}
        }
        reasons
    }

    /// Whether the customer or the browser holds too much in other checkouts. A hold that is ending on another node may still be
    /// counted: that errs on the safe side for a moment.
    fn holds_too_much(&self, cart: &ReserveCart, lines: &[Line], customer: &str, own: Option<i64>, or_ending: bool) -> bool {
        let limit = self.shop.checkout.held_units_per_customer_max;
        let wanted: i64 = lines.iter().map(|line| line.units).sum();
        let is_held = |hold: &Hold| is_active(hold) || (or_ending && hold.ended > self.seen);
        let others = || self.holds.iter().filter(|(id, hold)| Some(**id) != own && is_held(hold)).map(|(_, hold)| hold);
        let of_customer = others().filter(|hold| hold.customer == customer);
        let of_visitor = others().filter(|hold| !cart.visitor.is_empty() && hold.visitor == cart.visitor);
        let units = |hold: &Hold| hold.lines.iter().map(|line| line.units).sum::<i64>();
        let too_much = |held: i64| held > 0 && held + wanted > limit;
        too_much(of_customer.map(units).sum()) || too_much(of_visitor.map(units).sum())
    }

    /// Whether a line's sale keeps it from being sold yet; the invited are told of their own time.
    fn waits(&self, cart: &ReserveCart, line: &Line, now: Timestamp) -> Option<Refusal> {
        let sale = &self.shop.sale;
        let article = self.shop.article(line.variant).filter(|_| self.offered.contains_key(&line.variant))?;
        let waits = now < sale.opens_at && sale.before_opening == BeforeOpening::NotForSale && !line.in_sale;
        let early = sale.early_access_at.filter(|_| cart.early_access.contains(&sale.id));
        let (variant, title, opens_at) = (line.variant, article.title.to_owned(), early.unwrap_or(sale.opens_at));
        waits.then_some(Refusal::NotOpenYet { variant, title, opens_at })
    }

    fn reasons_against_line(&self, line: &Line, customer: &str, own: Option<i64>, reasons: &mut Vec<Refusal>) {
        let variant = line.variant;
        let Some(article) = self.shop.article(variant) else { return reasons.push(Refusal::NotForSale { variant }) };
        let title = article.title.to_owned();
        if line.units > 5 {
            reasons.push(Refusal::TooManyUnits { variant, quantity_max: 5 });
        }
        let available = self.available(variant, own);
        if article.tracked && !article.oversell && line.units > available {
            reasons.push(Refusal::SoldOut { variant, title: title.clone(), available: available.max(0) });
        }
        if !line.in_sale {
            return;
        }
        if let Some(offered) = self.offered[&variant] {
            let available = (offered - self.claimed(variant, None, own)).max(0);
            if line.units > available {
                reasons.push(Refusal::SoldOut { variant, title: title.clone(), available });
            }
        }
        if let Some(quantity_max) = self.per_customer(variant)
            && self.claimed(variant, Some(customer), own) + line.units > quantity_max
        {
            reasons.push(Refusal::OverCustomerLimit { variant, title, quantity_max });
        }
    }

    fn per_customer(&self, variant: commerce::VariantId) -> Option<i64> {
        self.shop.sale.items.iter().find(|item| item.variant == variant)?.quantity_per_customer_max
    }

    fn total_of(&self, cart: &ReserveCart, lines: &[Line]) -> i64 {
        let mut goods = 0;
        let mut ships = false;
        for line in lines {
            let article = self.shop.article(line.variant).expect("an unknown article is a reason to refuse");
            let price = if line.in_sale { article.sale_minor.expect("it is in the sale") } else { article.price_minor };
            goods += price * line.units;
            ships |= article.shipped;
        }
        let discount = match coupon_code(&cart.coupon) {
            Some("WELCOME") => (goods * 333_333 * 2 + 1_000_000) / 2_000_000,
            Some(_) => goods.min(500),
            None => 0,
        };
        goods - discount + if ships { SHIPPING_MINOR } else { 0 }
    }

    pub(super) fn judge_settle(&mut self, id: i64, verdict: &ProviderVerdict, outcome: &Outcome, now: Timestamp) -> Verdict {
        let Some(attempt) = self.attempts.get(&id).cloned() else {
            return self.expect("P1", outcome, Err(Refusal::NotFound), id);
        };
        if attempt.money == Money::Taken {
            return self.judge_known_capture(id, &attempt, outcome);
        }
        let attempt_now = self.attempts.get_mut(&id).expect("it was found above");
        match verdict {
            ProviderVerdict::Captured { amount_minor, currency } => {
                if *amount_minor != attempt.amount || currency != "EUR" {
                    return self.expect("P2", outcome, Err(Refusal::AmountMismatch), verdict);
                }
                attempt_now.money = Money::Taken;
                self.judge_capture(id, &attempt, outcome, now)
            }
            _ if attempt.money == Money::Declined => {
                self.expect("P3", outcome, Ok(Outcome::Declined { code: attempt.code }), verdict)
            }
            ProviderVerdict::Declined { code } => {
                (attempt_now.money, attempt_now.code) = (Money::Declined, code.clone());
                self.expect("P3", outcome, Ok(Outcome::Declined { code: code.clone() }), verdict)
            }
            ProviderVerdict::RequiresAction => {
                attempt_now.money = Money::AtTheBank;
                self.expect("P3", outcome, Ok(Outcome::StillOpen { status: PaymentStatus::RequiresAction }), verdict)
            }
            ProviderVerdict::Pending => {
                let at_the_bank = attempt.money == Money::AtTheBank;
                let status = if at_the_bank { PaymentStatus::RequiresAction } else { PaymentStatus::Pending };
                self.expect("P3", outcome, Ok(Outcome::StillOpen { status }), verdict)
            }
        }
    }

    fn judge_known_capture(&self, id: i64, attempt: &Attempt, outcome: &Outcome) -> Verdict {
        let waiting = self.returns.iter().find(|(_, back)| back.payment == id && back.went.is_none());
        match (attempt.order, waiting, outcome) {
            (Some(order), _, _) => {
                let number = self.orders[&order].number;
                let placed = Outcome::Placed { order: commerce::OrderId(order), number, first: false };
                self.expect("P3", outcome, Ok(placed), id)
            }
            (None, Some((refund, _)), Outcome::RefundDue { refund: told, .. }) if told.0 == *refund => Ok(()),
            (None, None, Outcome::Done) => Ok(()),
            _ => found("P3", format!("{outcome:?} for payment {id}, which was taken before")),
        }
    }

    /// The money is there: an order now, or the money goes back.
    fn judge_capture(&mut self, id: i64, attempt: &Attempt, outcome: &Outcome, now: Timestamp) -> Verdict {
        let hold = self.holds[&attempt.hold].clone();
        let ordered_before = self.pages.get(&attempt.page).is_some_and(|record| record.order.is_some());
        let held = is_active(&hold) && now < hold.until;
        let to_be_had = !ordered_before && (held || self.can_be_had_again(&hold));
        match outcome {
            Outcome::Placed { order, number, first: true } if to_be_had => self.placed((id, attempt), hold, order.0, *number),
            Outcome::RefundDue { refund, amount, .. } if !to_be_had && attempt.amount > 0 => {
                if amount.amount_minor != attempt.amount {
                    return found("P1", format!("{amount:?} of {} goes back", attempt.amount));
                }
                let back = Return { payment: id, order: None, amount: attempt.amount, lines: Vec::new(), went: None };
                self.returns.insert(refund.0, back);
                Ok(())
            }
            Outcome::Done if !to_be_had && attempt.amount == 0 => Ok(()),
            Outcome::Placed { .. } if ordered_before => found("D2", format!("{outcome:?}: a second order of {}", attempt.page)),
            Outcome::Placed { .. } => found("P5", format!("{outcome:?}, but the goods are gone: {hold:?}")),
            other => found("P1", format!("{other:?} to the money for {hold:?}; to be had: {to_be_had}")),
        }
    }

    fn can_be_had_again(&self, hold: &Hold) -> bool {
        let fits = |line: &Line| {
            let article = self.shop.article(line.variant).expect("it was sold before");
            let on_shelf = !article.tracked || article.oversell || self.available(line.variant, None) >= line.units;
            let offered = self.offered.get(&line.variant).copied().flatten().filter(|_| line.in_sale);
            let in_offer = offered.is_none_or(|offered| self.claimed(line.variant, None, None) + line.units <= offered);
            let most = self.per_customer(line.variant).filter(|_| line.in_sale);
            let claimed = self.claimed(line.variant, Some(&hold.customer), None);
            on_shelf && in_offer && most.is_none_or(|most| claimed + line.units <= most)
        };
        let welcome = hold.coupon == Some("WELCOME");
        let unused = self.uses("WELCOME", None, None) < 2 && self.uses("WELCOME", Some(&hold.customer), None) < 1;
        hold.lines.iter().all(fits) && (!welcome || unused)
    }

    fn placed(&mut self, (payment, attempt): (i64, &Attempt), hold: Hold, order: i64, number: i64) -> Verdict {
        let expected = self.orders.values().map(|order| order.number).max().unwrap_or(1_000) + 1;
        if number != expected || self.orders.contains_key(&order) {
            return found("D2", format!("order {order} has number {number}, not {expected}"));
        }
        self.end(attempt.hold, ReservationStatus::Converted);
        let line = |line: &Line| SoldLine {
            line: *line,
            total: 0,
            sent: 0,
            called_off: 0,
            paid_back: 0,
            paid_back_minor: 0,
            returned: 0,
        };
        let lines = hold.lines.iter().map(line).collect();
        let (customer, coupon, total) = (hold.customer, hold.coupon, hold.total);
        let page = hold.page.clone();
        self.orders.insert(order, Sold { number, page, payment, customer, coupon, total, canceled: false, lines });
        self.attempts.get_mut(&payment).expect("the caller has it").order = Some(order);
        if let Some(record) = self.pages.get_mut(&hold.page) {
            record.order = Some(order);
        }
        Ok(())
    }
}

fn new_attempt(page: &str, hold: i64, amount: i64) -> Attempt {
    Attempt { page: page.to_owned(), hold, amount, money: Money::Open, code: String::new(), order: None }
}

fn plain_customer(email: &str) -> String {
    let lowered = email.to_lowercase();
    let (local, host) = lowered.split_once('@').expect("the simulation writes sound addresses");
    format!("{}@{host}", local.split('+').next().expect("there is always a first part"))
}

fn coupon_code(typed: &str) -> Option<&'static str> {
    ["WELCOME", "FIVE"].into_iter().find(|code| typed.trim().eq_ignore_ascii_case(code))
}

/// The promise that a refusal keeps.
fn invariant_of(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::SoldOut { .. } => "I5",
        Refusal::OverCustomerLimit { .. } => "L1",
        Refusal::Coupon(_) => "L2",
        Refusal::TooManyHolds { .. } => "L3",
        Refusal::NotOpenYet { .. } => "S1",
        Refusal::PaymentInProgress | Refusal::CheckoutUsed { .. } => "K1",
        _ => "S2",
    }
}

/// The sale that every `in_sale` line speaks of.
pub(super) const THE_SALE: commerce::FlashSaleId = SALE;
