//! The books that every node shares: committed rows, row locks, and the ways in which a commit can go wrong. It means what a real
//! database means: a commit is kept, is refused, or nobody knows; a crash comes before it or after it.

use crate::juniper::Juniper;
use crate::random::Random;
use crate::trace::Trace;
use commerce::checkout::{Change, LedgerEntry, OrderEvent, OutboxMessage, ShopState};
use commerce::planted::{Bug, planted};
use commerce::reservation::{Holder, ReservationStatus};
use commerce::stock::StockMovement;
use commerce::{CouponId, FlashSaleId, OrderId, PaymentId, ReservationId, Timestamp, VariantId};
use db::order_writer::{Decision, Request};
use std::collections::{BTreeMap, BTreeSet};

/// What is locked until the end of a transaction, class by class, and within a class by key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lock {
    Holder(Holder),
    Checkout(String),
    Payment(PaymentId),
    Reservation(ReservationId),
    Order(OrderId),
    Stock(VariantId),
    SaleItem(FlashSaleId, VariantId),
    Coupon(CouponId),
    OrderNumber,
}

/// Everything that is durable.
#[derive(Clone, Debug)]
pub struct Rows {
    pub shop: ShopState,
    pub movements: Vec<StockMovement>,
    pub ledger: Vec<LedgerEntry>,
    pub events: Vec<OrderEvent>,
    pub outbox: Vec<OutboxMessage>,
    pub forms: BTreeSet<String>,
    /// The latest id given out.
    pub last_id: i64,
}

/// A transaction that is decided: what it read, and what it will write.
#[derive(Clone, Debug)]
pub struct Draft {
    pub now: Timestamp,
    /// How many commits there were when it began.
    pub seen: usize,
    pub before: ShopState,
    pub changes: Vec<Change>,
    pub forms: BTreeSet<String>,
    pub told: Vec<(Request, Decision)>,
}

/// How the end of a transaction goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Refused,
    Overtaken,
    UnknownKept,
    UnknownLost,
    /// Nobody knows, and it is kept a while later: the database still works on it.
    UnknownLate,
    CrashBefore,
    CrashAfter,
}

/// The shared books.
pub struct Disk {
    pub rows: Rows,
    /// As of the commit before the last, for books that are read from a copy.
    pub stale: Option<Rows>,
    pub committed: Vec<Draft>,
    /// How many there were so far.
    pub commits: usize,
    pub random: Random,
    pub trace: Trace,
    /// Percent of commits that go wrong.
    pub faults: usize,
    /// One process alone writes: an unknown commit ends it.
    pub single: bool,
    /// Transactions whose end is due later, with the locks they keep.
    pub late: Vec<(usize, u64, Draft)>,
    locks: BTreeMap<Lock, u64>,
    waits: BTreeMap<u64, u64>,
    last_transaction: u64,
    /// Something that no database may meet.
    pub broken: Option<String>,
}

impl Disk {
    pub fn new(shop: &Juniper, random: Random, trace: Trace, single: bool) -> Self {
        let rows = Rows {
            shop: shop.rows(),
            movements: Vec::new(),
            ledger: Vec::new(),
            events: Vec::new(),
            outbox: Vec::new(),
            forms: BTreeSet::new(),
            last_id: 100,
        };
        Self {
            rows,
            stale: None,
            committed: Vec::new(),
            commits: 0,
            random,
            trace,
            faults: 0,
            single,
            late: Vec::new(),
            locks: BTreeMap::new(),
            waits: BTreeMap::new(),
            last_transaction: 0,
            broken: None,
        }
    }

    pub fn begin(&mut self) -> u64 {
        self.last_transaction += 1;
        self.last_transaction
    }

    /// Takes a lock, or says that someone else has it.
    pub fn try_lock(&mut self, transaction: u64, lock: &Lock) -> bool {
        match self.locks.get(lock) {
            None => {
                self.locks.insert(lock.clone(), transaction);
            }
            Some(owner) if *owner != transaction => {
                self.waits.insert(transaction, *owner);
                self.look_for_circle(transaction, lock);
                return false;
            }
            Some(_) => {}
        }
        self.waits.remove(&transaction);
        true
    }

    fn look_for_circle(&mut self, transaction: u64, lock: &Lock) {
        let mut at = transaction;
        while let Some(next) = self.waits.get(&at) {
            at = *next;
            if at == transaction {
                self.broken = Some(format!("transactions wait for each other in a circle at {lock:?}"));
                return;
            }
        }
    }

    pub fn unlock_all(&mut self, transaction: u64) {
        self.locks.retain(|_, owner| *owner != transaction);
        self.waits.remove(&transaction);
    }

    pub fn fate(&mut self) -> Fate {
        if !self.random.chance(self.faults) {
            return Fate::Kept;
        }
        let all = [
            Fate::Refused,
            Fate::Overtaken,
            Fate::UnknownKept,
            Fate::UnknownLost,
            Fate::UnknownLate,
            Fate::CrashBefore,
            Fate::CrashAfter,
        ];
        match *self.random.pick(&all) {
            Fate::UnknownLate if self.single => Fate::UnknownKept,
            fate => fate,
        }
    }

    /// Keeps a transaction whole, unless someone else was quicker.
    pub fn keep(&mut self, draft: Draft) -> Result<(), db::Error> {
        if !planted(Bug::RowsNotCompared) {
            self.compare(&draft)?;
        }
        let behind = planted(Bug::StaleCopyRead) || planted(Bug::LastCommitLost);
        self.stale = behind.then(|| self.rows.clone());
        let half = planted(Bug::HalfACommit) && self.faults > 0 && self.random.chance(5);
        let count = if half { draft.changes.len() / 2 } else { draft.changes.len() };
        for change in &draft.changes[..count] {
            self.rows.write(&draft.before, change);
        }
        self.rows.settle_counts(&draft);
        if !planted(Bug::FormNotKept) {
            self.rows.forms.extend(draft.forms.iter().cloned());
        }
        self.committed.push(draft);
        self.commits += 1;
        Ok(())
    }

    /// The guards that stand in the statements and the schema: a version, a status, a unique key.
    fn compare(&self, draft: &Draft) -> Result<(), db::Error> {
        let rows = &self.rows.shop;
        let overtaken = |what: &str| Err(db::Error::Conflict(what.to_owned()));
        let duplicate = |what: &str| Err(db::Error::Constraint(what.to_owned()));
        for change in &draft.changes {
            match change {
                Change::Stock(movement) => {
                    let read = draft.before.stock.get(&movement.variant).map(|row| row.movements);
                    if rows.stock.get(&movement.variant).map(|row| row.movements) != read {
                        return overtaken("stock");
                    }
                }
                Change::Checkout { id, .. } if !draft.before.checkouts.contains_key(id) && rows.checkouts.contains_key(id) => {
                    return duplicate("checkout");
                }
                Change::ReservationStatus { id, .. } => {
                    let here = rows.reservations.get(id);
                    if here.is_some_and(|row| row.status != ReservationStatus::Active) {
                        return overtaken("reservation");
                    }
                }
                Change::Order(order) if rows.orders.values().any(|known| known.checkout_id == order.checkout_id) => {
                    return duplicate("order");
                }
                _ => {}
            }
        }
        if draft.forms.iter().any(|form| self.rows.forms.contains(form)) {
            return duplicate("form");
        }
        Ok(())
    }
}

impl Rows {
    /// One change, as its statement writes it.
    fn write(&mut self, before: &ShopState, change: &Change) {
        let rows = &mut self.shop;
        match change {
            Change::Stock(movement) => {
                let row = rows.stock.entry(movement.variant).or_default();
                row.item = movement.after;
                row.movements = movement.sequence;
                self.movements.push(movement.clone());
            }
            Change::Reservation(reservation) => {
                rows.reservations.insert(reservation.id, (**reservation).clone());
            }
            Change::ReservationStatus { id, status, expires_at } => {
                if let Some(row) = rows.reservations.get_mut(id) {
                    (row.status, row.expires_at) = (*status, *expires_at);
                }
            }
            Change::Checkout { id, record } => {
                rows.checkouts.insert(id.clone(), record.clone());
            }
            Change::Payment(payment) => {
                rows.payments.insert(payment.id, payment.clone());
            }
            Change::PaymentStatus { id, reference, status, order, decline_code, refunded_minor } => {
                if let Some(row) = rows.payments.get_mut(id) {
                    (row.reference, row.decline_code) = (reference.clone(), decline_code.clone());
                    (row.status, row.order, row.refunded_minor) = (*status, *order, *refunded_minor);
                }
            }
            Change::SaleClaim { sale, variant, delta } => {
                if let Some(item) = item_of(rows, *sale, *variant) {
                    item.quantity_claimed += delta;
                }
            }
            Change::QuantityOffered { sale, variant, quantity_offered, .. } => {
                if let Some(item) = item_of(rows, *sale, *variant) {
                    item.quantity_offered = *quantity_offered;
                    item.quantity_claimed = if planted(Bug::OfferForgetsClaims) { 0 } else { item.quantity_claimed };
                }
            }
            Change::CouponClaim { coupon, delta, .. } => {
                if let Some(row) = rows.coupons.values_mut().find(|row| row.id == *coupon) {
                    row.uses_claimed += delta;
                }
            }
            Change::Ledger(entry) => self.ledger.push(entry.clone()),
            Change::OrderEvent(event) => self.events.push(event.clone()),
            Change::Outbox(message) => self.outbox.push(message.clone()),
            Change::OrderNumber(number) => rows.order_number = *number,
            // Written once with what they come to.
            Change::CustomerClaim { .. } => {}
            other => self.write_order(before, other),
        }
    }

    fn write_order(&mut self, _before: &ShopState, change: &Change) {
        let rows = &mut self.shop;
        match change {
            Change::Order(order) => {
                rows.orders.insert(order.id, (**order).clone());
            }
            Change::OrderStatus { id, status, fulfillment_status, refunded_minor } => {
                if let Some(row) = rows.orders.get_mut(id) {
                    (row.status, row.fulfillment_status) = (*status, *fulfillment_status);
                    row.refunded_minor = *refunded_minor;
                }
            }
            Change::OrderLine { order, line, fulfilled, canceled, refunded, returned } => {
                let lines = rows.orders.get_mut(order).map(|order| &mut order.lines);
                if let Some(row) = lines.and_then(|lines| lines.iter_mut().find(|row| row.line == *line)) {
                    (row.fulfilled, row.canceled) = (*fulfilled, *canceled);
                    (row.refunded, row.returned) = (*refunded, *returned);
                }
            }
            Change::Refund(refund) => {
                rows.refunds.insert(refund.id, refund.clone());
            }
            Change::RefundStatus { id, status } => {
                if let Some(row) = rows.refunds.get_mut(id) {
                    row.status = *status;
                }
            }
            _ => {}
        }
    }

    /// Counts of customers, written with what they come to from what was read.
    fn settle_counts(&mut self, draft: &Draft) {
        let (mut claims, mut uses): (BTreeMap<_, i64>, BTreeMap<_, i64>) = Default::default();
        for change in &draft.changes {
            match change {
                Change::CustomerClaim { sale, variant, customer_key, delta } => {
                    *claims.entry((*sale, *variant, customer_key.clone())).or_default() += delta;
                }
                Change::CouponClaim { coupon, customer_key, delta } => {
                    *uses.entry((*coupon, customer_key.clone())).or_default() += delta;
                }
                _ => {}
            }
        }
        for (key, delta) in claims {
            let read: i64 = draft.before.customer_claims.get(&key).copied().unwrap_or(0);
            self.shop.customer_claims.insert(key, read + delta);
        }
        for (key, delta) in uses {
            let read: i64 = draft.before.coupon_claims.get(&key).copied().unwrap_or(0);
            self.shop.coupon_claims.insert(key, read + delta);
        }
    }
}

fn item_of(rows: &mut ShopState, sale: FlashSaleId, variant: VariantId) -> Option<&mut commerce::sale::FlashSaleItem> {
    let sale = rows.sales.iter_mut().find(|known| known.id == sale)?;
    sale.items.iter_mut().find(|item| item.variant == variant)
}
