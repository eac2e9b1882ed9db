//! Whether the rows say what the auditor's lists add up to, and whether the journals explain them.

use super::{Auditor, Money, Verdict, found};
use crate::disk::Rows;
use crate::provider::{Charge, Provider};
use commerce::order::{Order, OrderStatus};
use commerce::payment::{PaymentStatus, RefundStatus};
use commerce::reservation::ReservationStatus;
use commerce::stock::StockItem;
use commerce::{Timestamp, VariantId};
use std::collections::{BTreeMap, BTreeSet};

/// How far the journals were read, and what they came to.
#[derive(Default)]
pub(super) struct Journal {
    movements_read: usize,
    stock: BTreeMap<VariantId, (i64, StockItem)>,
    entries_read: usize,
    at_provider: i64,
    orders_told: BTreeSet<i64>,
    messages_read: usize,
}

impl Auditor {
    /// Everything that is durable, against everything that is known.
    pub fn compare(&mut self, rows: &Rows) -> Verdict {
        self.read_movements(rows)?;
        self.compare_counters(rows)?;
        self.compare_holds(rows)?;
        self.compare_orders(rows)?;
        self.compare_money(rows)
    }

    fn read_movements(&mut self, rows: &Rows) -> Verdict {
        if rows.movements.len() < self.journal.movements_read {
            return found("D1", "rows of the movement journal are gone".into());
        }
        for movement in &rows.movements[self.journal.movements_read..] {
            let (sequence, item) = self.journal.stock.entry(movement.variant).or_default();
            item.on_hand += movement.on_hand_delta;
            item.reserved += movement.reserved_delta;
            item.allocated += movement.allocated_delta;
            *sequence += 1;
            if movement.sequence != *sequence || movement.after != *item {
                return found("I3", format!("{movement:?} does not follow: {sequence} would, with {item:?}"));
            }
        }
        self.journal.movements_read = rows.movements.len();
        for (variant, row) in &rows.shop.stock {
            let (sequence, item) = self.journal.stock.get(variant).copied().unwrap_or_default();
            if (row.movements, row.item) != (sequence, item) {
                return found("I3", format!("{row:?} of {variant}, but the journal comes to {item:?}"));
            }
        }
        Ok(())
    }

    fn compare_counters(&self, rows: &Rows) -> Verdict {
        for article in self.shop.articles.iter().filter(|article| article.tracked) {
            let variant = article.variant;
            let item = rows.shop.stock[&variant].item;
            let on_hand = self.on_hand.get(&variant).copied().unwrap_or(0);
            let known = StockItem { on_hand, reserved: self.held(variant, None), allocated: self.owed(variant) };
            if item.on_hand != known.on_hand {
                return found("I1", format!("{} on hand: {item:?}, not {known:?}", article.title));
            }
            if item != known {
                return found("I2", format!("{}: {item:?}, but holds and orders come to {known:?}", article.title));
            }
            if !article.oversell && item.available() < 0 {
                return found("I1", format!("{} is oversold: {item:?}", article.title));
            }
        }
        let sale = rows.shop.sales.iter().find(|sale| sale.id == super::shopper::THE_SALE);
        for item in sale.iter().flat_map(|sale| &sale.items) {
            let claimed = self.claimed(item.variant, None, None);
            if item.quantity_claimed != claimed {
                return found("I5", format!("{item:?}, but holds and orders have {claimed}"));
            }
        }
        for ((_, variant, customer), counted) in &rows.shop.customer_claims {
            let claimed = self.claimed(*variant, Some(customer), None);
            if *counted != claimed {
                return found("L1", format!("{customer} has {claimed} of {variant}, counted are {counted}"));
            }
        }
        for (code, coupon) in &rows.shop.coupons {
            let uses = self.uses(code, None, None);
            if coupon.uses_claimed != uses {
                return found("L2", format!("{code} is used {uses} times, counted are {}", coupon.uses_claimed));
            }
        }
        Ok(())
    }

    fn compare_holds(&self, rows: &Rows) -> Verdict {
        for (id, hold) in &self.holds {
            match rows.shop.reservations.get(&commerce::ReservationId(*id)) {
                None => return found("D1", format!("hold {id} is gone")),
                Some(row) if row.status != hold.status => {
                    return found("I4", format!("hold {id} is {:?}, not {:?}", row.status, hold.status));
                }
                Some(row) if row.expires_at != hold.until && row.status == ReservationStatus::Active => {
                    return found("L3", format!("hold {id} lasts until {:?}, not {:?}", row.expires_at, hold.until));
                }
                Some(_) => {}
            }
        }
        let strange = rows
            .shop
            .reservations
            .values()
            .find(|row| row.status != ReservationStatus::Converted && !self.holds.contains_key(&row.id.0));
        strange.map_or(Ok(()), |row| found("D2", format!("nobody asked for hold {row:?}")))
    }

    fn compare_orders(&mut self, rows: &Rows) -> Verdict {
        let numbers: BTreeSet<i64> = rows.shop.orders.values().map(|order| order.number).collect();
        let pages: BTreeSet<&str> = rows.shop.orders.values().map(|order| order.checkout_id.as_str()).collect();
        if numbers.len() != rows.shop.orders.len() || pages.len() != rows.shop.orders.len() {
            return found("D2", "two orders share a number or a page".into());
        }
        if let Some(order) = rows.shop.orders.values().find(|order| !self.orders.contains_key(&order.id.0)) {
            return found("D2", format!("nobody asked for order {}", order.number));
        }
        let ids: Vec<i64> = self.orders.keys().copied().collect();
        for id in ids {
            let Some(order) = rows.shop.orders.get(&commerce::OrderId(id)) else {
                return found("D1", format!("order {id} was placed and is gone"));
            };
            self.compare_order(id, order)?;
        }
        if rows.outbox.len() < self.journal.messages_read {
            return found("D1", "a message that was to be sent is gone".into());
        }
        let placed = rows.outbox[self.journal.messages_read..].iter().filter(|message| message.kind == "order_placed");
        self.journal.orders_told.extend(placed.map(|message| message.subject));
        self.journal.messages_read = rows.outbox.len();
        match self.orders.keys().find(|id| !self.journal.orders_told.contains(id)) {
            Some(id) => found("O1", format!("no confirmation of order {id} waits to be sent")),
            None => Ok(()),
        }
    }

    fn compare_order(&mut self, id: i64, order: &Order) -> Verdict {
        let given_back = self.given_back(order.payment.0);
        let known = self.orders.get_mut(&id).expect("the caller goes through them");
        if (order.number, order.total_minor, &order.checkout_id) != (known.number, known.total, &known.page) {
            return found("D2", format!("{order:?} is not what was placed: {known:?}"));
        }
        let lines: i64 = order.lines.iter().map(|line| line.total_minor).sum();
        let quote = &order.details.quote;
        let shipping = quote.shipping.as_ref().map_or(0, |shipping| shipping.price_minor);
        if lines + shipping != order.total_minor
            || quote.lines.iter().map(|line| line.discount_minor).sum::<i64>() != quote.discount_minor
        {
            return found("P2", format!("the lines of order {} do not add up: {lines} + {shipping}", order.number));
        }
        if order.refunded_minor != given_back {
            return found(
                "P4",
                format!("order {}: {} goes back, counted are {}", order.number, given_back, order.refunded_minor),
            );
        }
        if (order.status == OrderStatus::Canceled) != known.canceled {
            return found("D5", format!("order {} is {:?}", order.number, order.status));
        }
        for (row, line) in order.lines.iter().zip(&mut known.lines) {
            line.total = row.total_minor;
            let counted = [row.quantity, row.fulfilled, row.canceled, row.refunded, row.returned].map(i64::from);
            let expected = [line.line.units, line.sent, line.called_off, line.paid_back, line.returned];
            if counted != expected {
                return found("D5", format!("line {} of order {}: {counted:?}, not {expected:?}", row.line, order.number));
            }
        }
        Ok(())
    }

    fn compare_money(&mut self, rows: &Rows) -> Verdict {
        for (id, attempt) in &self.attempts {
            let Some(row) = rows.shop.payments.get(&commerce::PaymentId(*id)) else {
                return found("D1", format!("payment {id} is gone"));
            };
            let taken =
                matches!(row.status, PaymentStatus::Captured | PaymentStatus::Refunded | PaymentStatus::PartiallyRefunded);
            let agrees = match attempt.money {
                Money::Open => row.status == PaymentStatus::Pending,
                Money::AtTheBank => row.status == PaymentStatus::RequiresAction,
                Money::Declined => row.status == PaymentStatus::Declined,
                Money::Taken => taken,
            };
            if !agrees || row.order.map(|order| order.0) != attempt.order || row.amount_minor != attempt.amount {
                return found("P3", format!("{row:?} is not what is known: {attempt:?}"));
            }
            if row.refunded_minor != self.given_back(*id) || row.refunded_minor > row.amount_minor {
                return found("P4", format!("{row:?}, but {} goes back", self.given_back(*id)));
            }
        }
        if rows.shop.payments.len() != self.attempts.len() {
            return found("D2", "there is a payment that nobody began".into());
        }
        if rows.ledger.len() < self.journal.entries_read {
            return found("D1", "rows of the money journal are gone".into());
        }
        for entry in &rows.ledger[self.journal.entries_read..] {
            if entry.debit == entry.credit || entry.amount_minor <= 0 {
                return found("P4", format!("{entry:?} is no double entry"));
            }
            self.journal.at_provider += if entry.debit == "provider" { entry.amount_minor } else { 0 };
            self.journal.at_provider -= if entry.credit == "provider" { entry.amount_minor } else { 0 };
        }
        self.journal.entries_read = rows.ledger.len();
        let taken: i64 =
            self.attempts.values().filter(|attempt| attempt.money == Money::Taken).map(|attempt| attempt.amount).sum();
        let went: i64 = self.returns.values().filter(|back| back.went == Some(true)).map(|back| back.amount).sum();
        if self.journal.at_provider != taken - went {
            return found("P4", format!("{} at the provider, not {}", self.journal.at_provider, taken - went));
        }
        Ok(())
    }

    /// Nothing is on its way any more: the provider's books and the shop's say the same, and nothing is held.
    pub fn at_rest(&mut self, rows: &Rows, provider: &Provider, now: Timestamp) -> Verdict {
        self.compare(rows)?;
        if let Some((id, hold)) = self.holds.iter().find(|(_, hold)| super::is_active(hold)) {
            return found("I6", format!("hold {id} is still there at {now:?}: {hold:?}"));
        }
        for (payment, (amount, charge)) in &provider.charges {
            let back: i64 = provider.refunds.values().filter(|back| back.0 == *payment && back.2).map(|back| back.1).sum();
            if back > *amount {
                return found("P4", format!("{back} of {amount} went back from payment {payment}"));
            }
            let known = &self.attempts[&payment.0];
            if *charge == Charge::Captured && known.order.is_none() && back != *amount {
                return found("P1", format!("payment {payment} of {amount} has neither an order nor its money back"));
            }
            if *charge == Charge::Captured && known.money != Money::Taken {
                return found("P1", format!("payment {payment} was taken and is {:?} here", known.money));
            }
        }
        match rows.shop.refunds.values().find(|refund| refund.status == RefundStatus::Pending) {
            Some(refund) => found("P1", format!("{refund:?} never ends")),
            None => Ok(()),
        }
    }
}
