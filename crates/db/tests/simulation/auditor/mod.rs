//! The auditor: a second, simpler opinion on every answer. It keeps lists and no counters, adds up whatever it is asked, and
//! knows nothing of how the shop decides.

mod answers;
mod books;
mod desk;
mod shopper;

use crate::disk::Draft;
use crate::juniper::Juniper;
use commerce::checkout::{Change, Command, Outcome, Refusal};
use commerce::reservation::ReservationStatus;
use commerce::{Timestamp, VariantId};
use db::order_writer::Decision;
use std::collections::BTreeMap;

/// A rule that was broken, and how it showed.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The invariant's name: see `docs/PLANTED_BUGS.md`.
    pub invariant: &'static str,
    pub says: String,
}

pub type Verdict = Result<(), Finding>;

pub fn found<T>(invariant: &'static str, says: String) -> Result<T, Finding> {
    Err(Finding { invariant, says })
}

/// An unpaid hold.
#[derive(Clone, Debug)]
struct Hold {
    page: String,
    customer: String,
    visitor: String,
    coupon: Option<&'static str>,
    total: i64,
    lines: Vec<Line>,
    status: ReservationStatus,
    made_at: Timestamp,
    until: Timestamp,
    /// Which commit kept it.
    commit: usize,
    /// Which commit ended it.
    ended: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    variant: VariantId,
    units: i64,
    in_sale: bool,
}

/// What a page came to.
#[derive(Clone, Debug)]
struct PageRecord {
    content: String,
    hold: i64,
    order: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Money {
    Open,
    AtTheBank,
    Declined,
    Taken,
}

/// An attempt to pay.
#[derive(Clone, Debug)]
struct Attempt {
    page: String,
    hold: i64,
    amount: i64,
    money: Money,
    code: String,
    order: Option<i64>,
}

/// An order.
#[derive(Clone, Debug)]
struct Sold {
    number: i64,
    page: String,
    payment: i64,
    customer: String,
    coupon: Option<&'static str>,
    total: i64,
    canceled: bool,
    lines: Vec<SoldLine>,
}

#[derive(Clone, Debug)]
struct SoldLine {
    line: Line,
    /// What the customer paid for it.
    total: i64,
    sent: i64,
    called_off: i64,
    /// Units whose money went back, or is on its way.
    paid_back: i64,
    /// What went back for them, or is on its way.
    paid_back_minor: i64,
    returned: i64,
}

impl SoldLine {
    fn left(&self) -> i64 {
        self.line.units - self.sent - self.called_off
    }
}

/// Money on its way back.
#[derive(Clone, Debug)]
struct Return {
    payment: i64,
    order: Option<i64>,
    amount: i64,
    /// Line, units, and what they are worth.
    lines: Vec<(u32, i64, i64)>,
    /// `None`: on its way.
    went: Option<bool>,
}

pub struct Auditor {
    shop: Juniper,
    offered: BTreeMap<VariantId, Option<i64>>,
    on_hand: BTreeMap<VariantId, i64>,
    holds: BTreeMap<i64, Hold>,
    pages: BTreeMap<String, PageRecord>,
    attempts: BTreeMap<i64, Attempt>,
    orders: BTreeMap<i64, Sold>,
    returns: BTreeMap<i64, Return>,
    /// And which commit kept them.
    forms: BTreeMap<String, usize>,
    commits: usize,
    /// What the batch at hand could see of them for certain.
    seen: usize,
    journal: books::Journal,
    asked: answers::Asked,
}

impl Auditor {
    pub fn new(shop: &Juniper) -> Self {
        Self {
            shop: shop.clone(),
            offered: shop.sale.items.iter().map(|item| (item.variant, item.quantity_offered)).collect(),
            on_hand: BTreeMap::new(),
            holds: BTreeMap::new(),
            pages: BTreeMap::new(),
            attempts: BTreeMap::new(),
            orders: BTreeMap::new(),
            returns: BTreeMap::new(),
            forms: BTreeMap::new(),
            commits: 0,
            seen: 0,
            journal: books::Journal::default(),
            asked: answers::Asked::default(),
        }
    }

    /// A batch was kept: every answer in it has to be the one that follows.
    pub fn committed(&mut self, draft: &Draft) -> Verdict {
        self.commits += 1;
        self.seen = draft.seen;
        for change in &draft.changes {
            if let Change::ReservationStatus { id, status: ReservationStatus::Expired, .. } = change {
                self.expired(id.0, draft.now)?;
            }
        }
        let due = |hold: &Hold| is_active(hold) && hold.until <= draft.now && hold.commit <= draft.seen;
        if let Some((id, hold)) = self.holds.iter().find(|(_, hold)| due(hold)) {
            return found("I6", format!("hold {id} ran out at {:?} and was left at {:?}", hold.until, draft.now));
        }
        for (request, decision) in &draft.told {
            let refused_at_once = draft.told.iter().find(|(other, decision)| {
                let refused = matches!(decision, Decision::Told(Outcome::Refused(_)));
                refused && request.submission.is_some() && other.submission == request.submission
            });
            self.asked.kept(request, refused_at_once.map_or(decision, |(_, refused)| refused))?;
            match (decision, &request.submission) {
                (Decision::SentBefore, _) if refused_at_once.is_some() => {}
                (Decision::SentBefore, Some(form)) if self.forms.contains_key(form) => {}
                (Decision::Told(outcome), form) => {
                    if let Some(form) = form {
                        let refused = matches!(outcome, Outcome::Refused(_));
                        // Refused because another node is doing it at this very moment.
                        let overlaps = refused && self.forms.get(form).is_some_and(|commit| *commit > self.seen);
                        if self.forms.contains_key(form) && !overlaps {
                            return found("K1", format!("{form} counted twice: {outcome:?}"));
                        }
                        if !refused {
                            self.forms.insert(form.clone(), self.commits);
                        }
                    }
                    self.judge(&request.command, outcome, draft.now)?;
                }
                _ => return found("K1", format!("{request:?} was left out for nothing: {decision:?}")),
            }
        }
        Ok(())
    }

    fn expired(&mut self, id: i64, now: Timestamp) -> Verdict {
        match self.holds.get_mut(&id) {
            Some(hold) if is_active(hold) && hold.until <= now => {
                self.end(id, ReservationStatus::Expired);
                Ok(())
            }
            other => found("I4", format!("hold {id} expired at {now:?}, but it is {other:?}")),
        }
    }

    fn judge(&mut self, command: &Command, outcome: &Outcome, now: Timestamp) -> Verdict {
        match command {
            Command::Reserve(cart) => self.judge_reserve(cart, outcome, now),
            Command::Settle { payment, verdict, .. } => self.judge_settle(payment.0, verdict, outcome, now),
            Command::Release { reservation } => {
                self.end(reservation.0, ReservationStatus::Released);
                self.expect("I4", outcome, self.known_hold(reservation.0).map(|()| Outcome::Done), command)
            }
            Command::Extend { reservation } => {
                let expected = self.known_hold(reservation.0).and_then(|()| self.extended(reservation.0, now));
                self.expect("L3", outcome, expected, command)
            }
            Command::ExpireDue => self.expect("I6", outcome, Ok(Outcome::Done), command),
            Command::SettleRefund { refund, result } => self.judge_settled_refund(refund.0, result, outcome),
            desk => self.judge_desk(desk, outcome),
        }
    }

    /// Ends a hold that is still active.
    fn end(&mut self, id: i64, status: ReservationStatus) {
        if let Some(hold) = self.holds.get_mut(&id).filter(|hold| is_active(hold)) {
            (hold.status, hold.ended) = (status, self.commits);
        }
    }

    fn known_hold(&self, id: i64) -> Result<(), Refusal> {
        self.holds.contains_key(&id).then_some(()).ok_or(Refusal::NotFound)
    }

    /// A hold gets its full time again, but at most three times its time in all; less than a minute is not worth it.
    fn extended(&mut self, id: i64, now: Timestamp) -> Result<Outcome, Refusal> {
        let hold = self.holds.get_mut(&id).filter(|hold| is_active(hold)).ok_or(Refusal::ReservationOver)?;
        let until = now.plus_minutes(10).min(hold.made_at.plus_minutes(30));
        if until.micros_since(hold.until) >= 60_000_000 {
            hold.until = until;
        }
        Ok(Outcome::Extended { expires_at: hold.until })
    }

    fn expect(
        &self,
        invariant: &'static str,
        outcome: &Outcome,
        expected: Result<Outcome, Refusal>,
        about: impl std::fmt::Debug,
    ) -> Verdict {
        let expected = expected.unwrap_or_else(Outcome::Refused);
        if *outcome == expected { Ok(()) } else { found(invariant, format!("{outcome:?}, not {expected:?}, to {about:?}")) }
    }

    // Sums over the lists.

    fn live_holds(&self, but: Option<i64>) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |(id, hold)| is_active(hold) && Some(**id) != but).map(|(_, hold)| hold)
    }

    /// Units held and not paid.
    fn held(&self, variant: VariantId, but: Option<i64>) -> i64 {
        let lines = self.live_holds(but).flat_map(|hold| &hold.lines);
        lines.filter(|line| line.variant == variant).map(|line| line.units).sum()
    }

    /// Units sold and not sent.
    fn owed(&self, variant: VariantId) -> i64 {
        let lines = self.orders.values().flat_map(|order| &order.lines);
        lines.filter(|line| line.line.variant == variant).map(SoldLine::left).sum()
    }

    fn available(&self, variant: VariantId, but: Option<i64>) -> i64 {
        self.on_hand.get(&variant).copied().unwrap_or(0) - self.held(variant, but) - self.owed(variant)
    }

    /// Units of the sale's item that are held, or sold and not called off; of one customer or of all.
    fn claimed(&self, variant: VariantId, customer: Option<&str>, but: Option<i64>) -> i64 {
        let counts = |of: &str| customer.is_none_or(|customer| customer == of);
        let of_sale = |line: &&Line| line.in_sale && line.variant == variant;
        let holds = self.live_holds(but).filter(|hold| counts(&hold.customer)).flat_map(|hold| &hold.lines);
        let held: i64 = holds.filter(of_sale).map(|line| line.units).sum();
        let orders = self.orders.values().filter(|order| counts(&order.customer)).flat_map(|order| &order.lines);
        held + orders.filter(|line| of_sale(&&line.line)).map(|line| line.line.units - line.called_off).sum::<i64>()
    }

    fn uses(&self, coupon: &str, customer: Option<&str>, but: Option<i64>) -> i64 {
        let counts = |of: &str, with: Option<&str>| with == Some(coupon) && customer.is_none_or(|customer| customer == of);
        let holds = self.live_holds(but).filter(|hold| counts(&hold.customer, hold.coupon)).count();
        let orders = self.orders.values().filter(|order| !order.canceled && counts(&order.customer, order.coupon)).count();
        (holds + orders) as i64
    }

    /// What went back of an order's money, or is on its way.
    fn given_back(&self, payment: i64) -> i64 {
        let standing = self.returns.values().filter(|back| back.payment == payment && back.went != Some(false));
        standing.map(|back| back.amount).sum()
    }
}

fn is_active(hold: &Hold) -> bool {
    hold.status == ReservationStatus::Active
}
