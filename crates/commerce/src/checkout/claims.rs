//! What a hold takes and gives back: stock, a sale's offered units, a customer's share of them, and a coupon's use.

use super::Change;
use super::decide::{Because, Deciding, Deltas};
use crate::reservation::{Reservation, ReservationStatus, ReservedLine};
use crate::stock::MovementKind;
use crate::{CouponId, FlashSaleId, ReservationId, VariantId};

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
        if let Some(coupon) = reservation.coupon {
            self.claim_coupon(coupon, &reservation.customer_key, 1);
        }
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
            self.claim_of_sale(line, &reservation.customer_key, -quantity);
        }
        if let Some(coupon) = reservation.coupon {
            self.claim_coupon(coupon, &reservation.customer_key, -1);
        }
    }

    /// Marks an active reservation; returns it as it is then.
    pub(super) fn set_reservation_status(&mut self, id: ReservationId, status: ReservationStatus) -> Reservation {
        let reservation = self.state.reservations.get_mut(&id).expect("the caller has looked it up");
        assert_eq!(reservation.status, ReservationStatus::Active, "a hold ends exactly once");
        reservation.status = status;
        let reservation = reservation.clone();
        self.changes.push(Change::ReservationStatus { id, status, expires_at: reservation.expires_at });
        reservation
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

    fn sale_item(&mut self, sale: FlashSaleId, variant: VariantId) -> Option<&mut crate::sale::FlashSaleItem> {
        let sale = self.state.sales.iter_mut().find(|known| known.id == sale)?;
        sale.items.iter_mut().find(|item| item.variant == variant)
    }
}
