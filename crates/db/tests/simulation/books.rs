//! The simulated books of one node: reads and locks as the real ones do, decides with the real decision, and commits to the
//! shared disk, where things go wrong.

use crate::disk::{Disk, Draft, Fate, Lock, Rows};
use commerce::checkout::{Command, Moment, Outcome, ShopState, decide};
use commerce::customer::customer_key;
use commerce::planted::{Bug, planted};
use commerce::pricing::normalize_coupon_code;
use commerce::reservation::{Holder, ReservationStatus};
use commerce::{CouponId, OrderId, PaymentId, ReservationId, Timestamp, VariantId};
use db::order_writer::{Books, Decided, Decision, Request};
use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// The disk, as nodes share it. One thread runs them all.
#[derive(Clone)]
pub struct SharedDisk(Arc<Mutex<Disk>>);

impl SharedDisk {
    pub fn new(disk: Disk) -> Self {
        Self(Arc::new(Mutex::new(disk)))
    }

    pub fn open(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One node's books.
pub struct SimulatedBooks {
    pub disk: SharedDisk,
    pub node: usize,
    /// Set when the process is to end here and now.
    pub dead: Arc<AtomicBool>,
}

/// A transaction before its commit; dropped, it gives its locks back.
pub struct Open {
    locks: Locks,
    draft: Draft,
}

struct Locks {
    disk: SharedDisk,
    transaction: u64,
    /// Given to someone else, who gives them back.
    passed_on: bool,
}

impl Drop for Locks {
    fn drop(&mut self) {
        if !self.passed_on {
            self.disk.open().unlock_all(self.transaction);
        }
    }
}

/// What the commands speak of, and what is found on the way.
#[derive(Default)]
struct Keys {
    holders: BTreeSet<Holder>,
    checkouts: BTreeSet<String>,
    payments: BTreeSet<PaymentId>,
    reservations: BTreeSet<ReservationId>,
    orders: BTreeSet<OrderId>,
    refunds: BTreeSet<commerce::RefundId>,
    variants: BTreeSet<VariantId>,
    customers: BTreeSet<String>,
    coupons: BTreeSet<CouponId>,
    places_orders: bool,
}

impl Books for SimulatedBooks {
    type Open = Open;

    async fn decide(&self, requests: &[&Request], now: Timestamp) -> db::Result<Decided<Open>> {
        self.pause().await;
        self.fail_to_read()?;
        let transaction = self.disk.open().begin();
        let locks = Locks { disk: self.disk.clone(), transaction, passed_on: false };
        let seen = self.disk.open().commits;
        let indexes = self.not_sent_before(requests);
        let commands: Vec<&Command> = indexes.iter().map(|index| &requests[*index].command).collect();
        let before = self.load(transaction, &commands, now).await;

        let mut state = before.clone();
        let mut disk = self.disk.open();
        let mut next_id = || {
            disk.rows.last_id += 1;
            disk.rows.last_id
        };
        let (outcomes, changes) = decide(&mut state, commands.iter().copied(), &mut Moment { now, next_id: &mut next_id });
        let mut decisions = vec![Decision::SentBefore; requests.len()];
        let mut forms = BTreeSet::new();
        for (index, outcome) in indexes.into_iter().zip(outcomes) {
            if !matches!(outcome, Outcome::Refused(_)) {
                forms.extend(requests[index].submission.clone());
            }
            decisions[index] = Decision::Told(outcome);
        }
        let told = requests.iter().map(|request| (*request).clone()).zip(decisions.iter().cloned()).collect();
        disk.trace.say(format_args!("node {} decides {told:?}", self.node));
        let draft = Draft { now, seen, before, changes, forms, told };
        let states = vec![(crate::juniper::SHOP, state)];
        drop(disk);
        Ok(Decided { open: Open { locks, draft }, decisions, states })
    }

    async fn commit(&self, open: Open) -> db::Result<()> {
        self.pause().await;
        let Open { mut locks, draft } = open;
        let fate = self.disk.open().fate();
        self.disk.open().trace.say(format_args!("node {} commits: {fate:?}", self.node));
        let unknown = || Err(db::Error::CommitUnknown("the connection is gone".into()));
        match fate {
            Fate::Kept => self.disk.open().keep(draft),
            Fate::Refused => Err(db::Error::Failed("the disk says no".into())),
            Fate::Overtaken => Err(db::Error::Conflict("a lock was waited for too long".into())),
            Fate::UnknownKept => self.disk.open().keep(draft).and_then(|()| unknown()),
            Fate::UnknownLost => unknown(),
            Fate::UnknownLate => {
                locks.passed_on = true;
                let mut disk = self.disk.open();
                let steps = 1 + disk.random.below(40);
                disk.late.push((steps, locks.transaction, draft));
                unknown()
            }
            Fate::CrashBefore => self.die().await,
            Fate::CrashAfter => {
                let _ = self.disk.open().keep(draft);
                self.die().await
            }
        }
    }

    async fn end_in_doubt(&self) {
        if self.disk.open().single {
            self.die::<()>().await;
        }
    }
}

impl SimulatedBooks {
    async fn die<T>(&self) -> T {
        self.dead.store(true, Ordering::SeqCst);
        std::future::pending().await
    }

    /// Now and then lets another node go first.
    async fn pause(&self) {
        if self.disk.open().random.chance(40) {
            Yield(false).await;
        }
    }

    fn fail_to_read(&self) -> db::Result<()> {
        let mut disk = self.disk.open();
        let faults = disk.faults / 3;
        if !disk.random.chance(faults) {
            return Ok(());
        }
        Err(match disk.random.below(3) {
            0 => db::Error::Failed("a page cannot be read".into()),
            1 => db::Error::DiskFull("no space".into()),
            _ => db::Error::Conflict("a deadlock elsewhere".into()),
        })
    }

    fn not_sent_before(&self, requests: &[&Request]) -> Vec<usize> {
        let disk = self.disk.open();
        let mut seen = BTreeSet::new();
        let is_new = |index: &usize| match &requests[*index].submission {
            Some(form) => seen.insert(form.clone()) && !disk.rows.forms.contains(form),
            None => true,
        };
        (0..requests.len()).filter(is_new).collect()
    }

    /// Locks one class of rows in the order of their keys, waiting for whoever has one.
    async fn lock(&self, transaction: u64, locks: impl IntoIterator<Item = Lock>) {
        let mut locks: Vec<Lock> = locks.into_iter().collect();
        if planted(Bug::RowsNotCompared) {
            return;
        }
        if planted(Bug::UnsortedLocks) && self.node % 2 == 1 {
            locks.reverse();
        }
        for lock in locks {
            while !self.disk.open().try_lock(transaction, &lock) {
                Yield(false).await;
            }
            self.pause().await;
        }
    }

    async fn load(&self, transaction: u64, commands: &[&Command], now: Timestamp) -> ShopState {
        let mut keys = Keys::of(commands);
        let mut state = self.read(settings);
        if planted(Bug::PaymentsFoundTooEarly) {
            self.read(|rows| keys.find_open_payments(&rows.shop));
        }
        self.lock(transaction, keys.holders.iter().cloned().map(Lock::Holder)).await;
        self.read(|rows| keys.find_payments(&rows.shop));
        self.lock(transaction, keys.checkouts.iter().cloned().map(Lock::Checkout)).await;
        self.read(|rows| keys.read_checkouts(&rows.shop, &mut state));
        if !planted(Bug::PaymentsFoundTooEarly) {
            self.read(|rows| keys.find_open_payments(&rows.shop));
        }
        self.lock(transaction, keys.payments.iter().copied().map(Lock::Payment)).await;
        self.read(|rows| keys.read_payments(&rows.shop, &mut state));
        self.read(|rows| keys.find_expired(&rows.shop, now));
        self.lock(transaction, keys.reservations.iter().copied().map(Lock::Reservation)).await;
        self.read(|rows| keys.read_reservations(&rows.shop, &mut state));
        self.lock(transaction, keys.orders.iter().copied().map(Lock::Order)).await;
        self.read(|rows| keys.read_orders(&rows.shop, &mut state));
        self.lock(transaction, keys.variants.iter().copied().map(Lock::Stock)).await;
        self.read(|rows| keys.read_stock(&rows.shop, &mut state));
        let items = keys.variants.iter().map(|variant| Lock::SaleItem(crate::juniper::SALE, *variant));
        self.lock(transaction, items).await;
        self.read(|rows| keys.read_sales(&rows.shop, &mut state));
        self.lock(transaction, keys.coupons.iter().copied().map(Lock::Coupon)).await;
        self.read(|rows| keys.read_coupons(&rows.shop, &mut state));
        self.read(|rows| keys.read_held(&rows.shop, &mut state, now));
        if keys.places_orders {
            self.lock(transaction, [Lock::OrderNumber]).await;
            state.order_number = self.read(|rows| rows.shop.order_number);
        }
        state
    }

    fn read<T>(&self, read: impl FnOnce(&Rows) -> T) -> T {
        let disk = self.disk.open();
        match &disk.stale {
            Some(stale) if planted(Bug::StaleCopyRead) => read(stale),
            _ => read(&disk.rows),
        }
    }
}

fn settings(rows: &Rows) -> ShopState {
    let mut state = ShopState::empty(rows.shop.currency);
    state.checkout = rows.shop.checkout.clone();
    state.shipping = rows.shop.shipping.clone();
    state
}

impl Keys {
    fn of(commands: &[&Command]) -> Self {
        let mut keys = Self::default();
        for command in commands {
            match command {
                Command::Reserve(cart) => {
                    let customer = customer_key(&cart.contact.email);
                    keys.checkouts.insert(cart.checkout_id.clone());
                    keys.variants.extend(cart.lines.iter().map(|line| line.variant));
                    keys.holders.extend(Holder::of(&customer, &cart.visitor));
                    // The bug of counting by the address as written has to find its own counts.
                    keys.holders.extend(Holder::of(&cart.contact.email, ""));
                    keys.customers.extend([customer, cart.contact.email.clone()]);
                    keys.coupons.extend(coupon_of(&cart.coupon));
                }
                Command::Settle { payment, .. } => {
                    keys.places_orders = true;
                    keys.payments.insert(*payment);
                }
                Command::Release { reservation } | Command::Extend { reservation } => {
                    keys.reservations.insert(*reservation);
                }
                Command::ExpireDue => {}
                Command::AdjustStock { variant, .. } | Command::ChangeQuantityOffered { variant, .. } => {
                    keys.variants.insert(*variant);
                }
                Command::FulfillOrder { order, .. } | Command::CancelOrder { order, .. } | Command::RefundOrder { order, .. } => {
                    keys.orders.insert(*order);
                }
                Command::SettleRefund { refund, .. } => {
                    keys.refunds.insert(*refund);
                }
            }
        }
        keys
    }

    /// What never changes once it is written needs no lock: whose refund, whose payment, whose page.
    fn find_payments(&mut self, rows: &ShopState) {
        for refund in self.refunds.iter().filter_map(|id| rows.refunds.get(id)) {
            self.payments.insert(refund.payment);
            self.orders.extend(refund.order);
        }
        self.payments.extend(self.orders.iter().filter_map(|id| rows.orders.get(id)).map(|order| order.payment));
        let pages = self.payments.iter().filter_map(|id| rows.payments.get(id)).map(|payment| payment.checkout_id.clone());
        self.checkouts.extend(pages);
    }

    fn read_checkouts(&mut self, rows: &ShopState, state: &mut ShopState) {
        for id in &self.checkouts {
            let Some(record) = rows.checkouts.get(id) else { continue };
            self.reservations.insert(record.reservation);
            self.orders.extend(record.order);
            state.checkouts.insert(id.clone(), record.clone());
        }
    }

    fn find_open_payments(&mut self, rows: &ShopState) {
        let open = rows.payments.values().filter(|payment| payment.status.is_open());
        self.payments.extend(open.filter(|payment| self.checkouts.contains(&payment.checkout_id)).map(|payment| payment.id));
    }

    fn read_payments(&mut self, rows: &ShopState, state: &mut ShopState) {
        for payment in self.payments.iter().filter_map(|id| rows.payments.get(id)) {
            self.reservations.insert(payment.reservation);
            self.orders.extend(payment.order);
            state.payments.insert(payment.id, payment.clone());
        }
        let of_these = rows.refunds.values().filter(|refund| self.payments.contains(&refund.payment));
        state.refunds.extend(of_these.map(|refund| (refund.id, refund.clone())));
    }

    fn find_expired(&mut self, rows: &ShopState, now: Timestamp) {
        let due = rows.reservations.values().filter(|row| row.status == ReservationStatus::Active && row.expires_at <= now);
        self.reservations.extend(due.map(|row| row.id));
    }

    fn read_reservations(&mut self, rows: &ShopState, state: &mut ShopState) {
        for row in self.reservations.iter().filter_map(|id| rows.reservations.get(id)) {
            self.variants.extend(row.lines.iter().map(|line| line.variant));
            self.customers.insert(row.customer_key.clone());
            self.coupons.extend(row.coupon);
            state.reservations.insert(row.id, row.clone());
        }
    }

    fn read_orders(&mut self, rows: &ShopState, state: &mut ShopState) {
        for row in self.orders.iter().filter_map(|id| rows.orders.get(id)) {
            self.variants.extend(row.lines.iter().map(|line| line.variant));
            self.customers.insert(row.customer_key.clone());
            self.coupons.extend(row.coupon);
            state.orders.insert(row.id, row.clone());
        }
    }

    fn read_stock(&self, rows: &ShopState, state: &mut ShopState) {
        for variant in &self.variants {
            state.stock.extend(rows.stock.get(variant).map(|row| (*variant, *row)));
            state.variants.extend(rows.variants.get(variant).map(|terms| (*variant, terms.clone())));
        }
    }

    fn read_sales(&self, rows: &ShopState, state: &mut ShopState) {
        for sale in &rows.sales {
            let items: Vec<_> = sale.items.iter().filter(|item| self.variants.contains(&item.variant)).cloned().collect();
            if !items.is_empty() {
                state.sales.push(commerce::sale::FlashSale { items, ..sale.clone() });
            }
        }
        let of_these = rows.customer_claims.iter().filter(|((_, _, customer), _)| self.customers.contains(customer));
        state.customer_claims.extend(of_these.map(|(key, claimed)| (key.clone(), *claimed)));
    }

    fn read_coupons(&self, rows: &ShopState, state: &mut ShopState) {
        let of_these = rows.coupons.iter().filter(|(_, coupon)| self.coupons.contains(&coupon.id));
        state.coupons.extend(of_these.map(|(code, coupon)| (code.clone(), coupon.clone())));
        let of_these = rows.coupon_claims.iter().filter(|((_, customer), _)| self.customers.contains(customer));
        state.coupon_claims.extend(of_these.map(|(key, uses)| (key.clone(), *uses)));
    }

    fn read_held(&self, rows: &ShopState, state: &mut ShopState, now: Timestamp) {
        let live = rows.reservations.values().filter(|row| row.status == ReservationStatus::Active && row.expires_at > now);
        for row in live {
            for holder in Holder::of(&row.customer_key, &row.visitor).filter(|holder| self.holders.contains(holder)) {
                *state.held_units.entry(holder).or_default() += row.units();
            }
        }
    }
}

fn coupon_of(typed: &str) -> Option<CouponId> {
    match normalize_coupon_code(typed).as_str() {
        "WELCOME" => Some(CouponId(31)),
        "FIVE" => Some(CouponId(32)),
        _ => None,
    }
}

/// Lets everything else have a turn, once.
struct Yield(bool);

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
