//! What a hold takes and gives back: stock, a sale's offered units, a customer's share of them, and a coupon's use.

use super::Change;
use super::decide::{Because, Deciding, Deltas};
use crate::planted::{Bug, planted};
use crate::reservation::{Holder, Reservation, ReservationStatus, ReservedLine};
use crate::stock::MovementKind;
use crate::{CouponId, FlashSaleId, ReservationId, VariantId};

/// A hold that would last this much longer is extended; for less, a row would be written for nothing, seconds.
const EXTENSION_SECONDS_MIN: i64 = 60;

impl Deciding<'_> {
    /// Takes everything that the reservation holds, and stores it as active.
    pub(super) fn begin_reservation(&mut self, reservation: Reservation) {
        let because = Because::reservation(reservation.id, "shopper");
        for line in &reservation.lines {
            let quantity = i64::from(line.quantity);
            if line.counted {
                self.move_stock(
                    line.variant,
                    MovementKind::Reserve,
                    Deltas { reserved: quantity, ..Deltas::default() },
                    &because,
                );
            }
            self.claim_of_sale(line, &reservation.customer_key, quantity);
        }
        if let Some(coupon) = reservation.coupon
            && !planted(Bug::CouponCountedAfter)
        {
            self.claim_coupon(coupon, &reservation.customer_key, 1);
        }
        self.count_held(&reservation, reservation.units());
        self.changes.push(Change::Reservation(Box::new(reservation.clone())));
        self.state.reservations.insert(reservation.id, reservation);
    }

    /// Ends an active reservation without an order: everything it held can be had again.
    pub(super) fn end_reservation(&mut self, id: ReservationId, status: ReservationStatus) {
        let reservation = self.set_reservation_status(id, status);
        let (kind, actor) = match status {
            ReservationStatus::Expired => (MovementKind::Expire, "system"),
            _ => (MovementKind::Release, "shopper"),
        };
        let because = Because::reservation(id, actor);
        for line in &reservation.lines {
            let quantity = i64::from(line.quantity);
            if line.counted {
                self.move_stock(line.variant, kind, Deltas { reserved: -quantity, ..Deltas::default() }, &because);
            }
            if !planted(Bug::SaleClaimKept) {
                self.claim_of_sale(line, &reservation.customer_key, -quantity);
            }
        }
        if let Some(coupon) = reservation.coupon
            && !planted(Bug::CouponUseKept)
        {
            self.claim_coupon(coupon, &reservation.customer_key, -1);
        }
    }

    /// Marks an active reservation; returns it as it is then.
    pub(super) fn set_reservation_status(&mut self, id: ReservationId, status: ReservationStatus) -> Reservation {
        let reservation = self.state.reservations.get_mut(&id).expect("the caller has looked it up");
        assert_eq!(reservation.status, ReservationStatus::Active, "a hold ends exactly once");
        reservation.status = status;
        let reservation = reservation.clone();
        // What ran out of time was not counted any more.
        if status != ReservationStatus::Expired {
            self.count_held(&reservation, -reservation.units());
        }
        self.changes.push(Change::ReservationStatus { id, status, expires_at: reservation.expires_at });
        reservation
    }

    /// Gives an active reservation its full time again, but not beyond the longest that one may last. Never shortens it.
    pub(super) fn prolong(&mut self, id: ReservationId) -> Reservation {
        let (minutes, minutes_max) = (self.state.checkout.reservation_minutes, self.state.checkout.held_minutes_max());
        let reservation = self.state.reservations.get_mut(&id).expect("the caller has looked it up");
        let latest = reservation.created_at.plus_minutes(minutes_max);
        let full = self.now.plus_minutes(minutes);
        let expires_at = if planted(Bug::HoldWithoutEnd) { full } else { full.min(latest) };
        if expires_at >= reservation.expires_at.plus_seconds(EXTENSION_SECONDS_MIN) {
            reservation.expires_at = expires_at;
            self.changes.push(Change::ReservationStatus { id, status: ReservationStatus::Active, expires_at });
        }
        reservation.clone()
    }

    fn count_held(&mut self, reservation: &Reservation, delta: i64) {
        for holder in Holder::of(&reservation.customer_key, &reservation.visitor) {
            *self.state.held_units.entry(holder).or_default() += delta;
        }
    }

    /// Takes or gives back units of a sale's item, in all and of one customer.
    pub(super) fn claim_of_sale(&mut self, line: &ReservedLine, customer_key: &str, delta: i64) {
        let Some(sale) = line.sale else { return };
        if let Some(item) = self.sale_item(sale, line.variant) {
            item.quantity_claimed += delta;
        }
        let claim = self.state.customer_claims.entry((sale, line.variant, customer_key.to_owned())).or_default();
        *claim += delta;
        let (variant, customer_key) = (line.variant, customer_key.to_owned());
        self.changes.push(Change::SaleClaim { sale, variant, delta });
        self.changes.push(Change::CustomerClaim { sale, variant, customer_key, delta });
    }

    /// Takes or gives back a use of a coupon.
    pub(super) fn claim_coupon(&mut self, coupon: CouponId, customer_key: &str, delta: i64) {
        if let Some(known) = self.state.coupons.values_mut().find(|known| known.id == coupon) {
            known.uses_claimed += delta;
        }
        *self.state.coupon_claims.entry((coupon, customer_key.to_owned())).or_default() += delta;
        self.changes.push(Change::CouponClaim { coupon, customer_key: customer_key.to_owned(), delta });
    }

    pub(super) fn sale_item(&mut self, sale: FlashSaleId, variant: VariantId) -> Option<&mut crate::sale::FlashSaleItem> {
        let sale = self.state.sales.iter_mut().find(|known| known.id == sale)?;
        sale.items.iter_mut().find(|item| item.variant == variant)
    }
}
