//! Place: a paid reservation becomes allocations and an order. One that ran out of time is taken again, if everything it held can
//! still be had.

use super::decide::{Because, Deciding, Deltas};
use super::headroom::Headroom;
use super::{Change, Outcome};
use crate::order::{FulfillmentStatus, Order, OrderLine, OrderStatus};
use crate::payment::Payment;
use crate::planted::{Bug, planted};
use crate::reservation::{Reservation, ReservationStatus, ReservedLine};
use crate::stock::MovementKind;
use crate::{OrderId, ReservationId};

impl Deciding<'_> {
    /// The order for a captured payment; `None` when its goods cannot be had any more.
    pub(super) fn place_order(&mut self, payment: &mut Payment) -> Option<Outcome> {
        let reservation = self.state.reservations.get(&payment.reservation)?.clone();
        let reservation = match reservation.status {
            ReservationStatus::Active => reservation,
            ReservationStatus::Expired | ReservationStatus::Released => self.take_again(reservation)?,
            ReservationStatus::Converted if planted(Bug::CaptureCountedTwice) => self.take_again(reservation)?,
            ReservationStatus::Converted => return None,
        };
        self.set_reservation_status(reservation.id, ReservationStatus::Converted);
        let order = OrderId(self.id());
        let because = Because::order(order, "shopper", "");
        for line in reservation.lines.iter().filter(|line| line.counted) {
            let quantity = i64::from(line.quantity);
            let deltas = Deltas { reserved: -quantity, allocated: quantity, ..Deltas::default() };
            self.move_stock(line.variant, MovementKind::Allocate, deltas, &because);
        }
        let number = self.state.order_number + 1;
        self.state.order_number = if planted(Bug::NumberUsedTwice) { self.state.order_number } else { number };
        self.changes.push(Change::OrderNumber(number));
        payment.order = Some(order);
        let placed = to_order(order, number, payment, &reservation, self.now);
        self.changes.push(Change::Order(Box::new(placed.clone())));
        self.state.orders.insert(order, placed);
        if let Some(record) = self.state.checkouts.get_mut(&payment.checkout_id) {
            record.order = Some(order);
            record.reservation = reservation.id;
            let record = record.clone();
            self.changes.push(Change::Checkout { id: payment.checkout_id.clone(), record });
        }
        if !planted(Bug::ConfirmationForgotten) {
            self.send("order_placed", order.0);
        }
        if let Some(coupon) = reservation.coupon.filter(|_| planted(Bug::CouponCountedAfter)) {
            self.claim_coupon(coupon, &reservation.customer_key, 1);
        }
        Some(Outcome::Placed { order, number, first: true })
    }

    /// A new hold with the content of one that ended; its prices stay pinned, because the customer has paid them.
    fn take_again(&mut self, ended: Reservation) -> Option<Reservation> {
        let possible =
            ended.lines.iter().all(|line| self.can_be_had(line, &ended.customer_key)) && self.coupon_can_be_had(&ended);
        if !possible && !planted(Bug::LatePaymentNotChecked) {
            return None;
        }
        let minutes = self.state.checkout.reservation_minutes;
        let again = Reservation {
            id: ReservationId(self.id()),
            status: ReservationStatus::Active,
            created_at: self.now,
            expires_at: self.now.plus_minutes(minutes),
            ..ended
        };
        self.begin_reservation(again.clone());
        Some(again)
    }

    fn can_be_had(&self, line: &ReservedLine, customer_key: &str) -> bool {
        let (wanted, room) = (i64::from(line.quantity), Headroom::of(self.state));
        let oversell = self.state.variants.get(&line.variant).is_some_and(|terms| terms.oversell || !terms.stock_tracked);
        if line.counted && !oversell && room.available(line.variant) < wanted {
            return false;
        }
        let Some(sale) = line.sale else { return true };
        let Some(item) = self.state.sales.iter().find(|known| known.id == sale).and_then(|known| known.item(line.variant)) else {
            // The sale or the item was taken away; the price the customer paid stays as it was agreed.
            return true;
        };
        let claimed = room.claimed_by(customer_key, sale, line.variant);
        room.offered(sale, item).is_none_or(|offered| wanted <= offered)
            && item.quantity_per_customer_max.is_none_or(|most| claimed + wanted <= most)
    }

    fn coupon_can_be_had(&self, ended: &Reservation) -> bool {
        let Some(id) = ended.coupon else { return true };
        let Some(coupon) = self.state.coupons.values().find(|coupon| coupon.id == id) else { return true };
        let uses = Headroom::of(self.state).uses(coupon, &ended.customer_key);
        coupon.uses_max.is_none_or(|most| uses.in_all < most)
            && coupon.uses_per_customer_max.is_none_or(|most| uses.by_customer < most)
    }
}

fn to_order(id: OrderId, number: i64, payment: &Payment, reservation: &Reservation, now: crate::Timestamp) -> Order {
    let details = reservation.details.clone();
    let lines = (1_u32..)
        .zip(details.quote.lines.iter().zip(&details.names))
        .zip(&reservation.lines)
        .map(|((line, (quoted, name)), reserved)| OrderLine {
            line,
            variant: quoted.variant,
            sale: quoted.sale,
            name: name.clone(),
            quantity: quoted.quantity,
            price_minor: quoted.price_minor,
            was_price_minor: quoted.was_price_minor,
            subtotal_minor: quoted.subtotal_minor,
            discount_minor: quoted.discount_minor,
            tax_minor: quoted.tax_minor,
            total_minor: quoted.total_minor,
            counted: reserved.counted,
            fulfilled: 0,
            canceled: 0,
            refunded: 0,
            returned: 0,
        })
        .collect();
    Order {
        id,
        number,
        checkout_id: payment.checkout_id.clone(),
        reservation: reservation.id,
        payment: payment.id,
        status: OrderStatus::Open,
        fulfillment_status: FulfillmentStatus::Unfulfilled,
        customer_key: reservation.customer_key.clone(),
        coupon: reservation.coupon,
        currency: payment.currency,
        total_minor: reservation.total_minor,
        refunded_minor: 0,
        details,
        placed_at: now,
        lines,
    }
}
