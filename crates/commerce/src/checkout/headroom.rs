//! How much can still be had, and by whom. Reads only: taking it is `claims`.
//!
//! A customer's own earlier hold never stands in their way: while a new one is looked at, what the old one takes counts as free,
//! and it is given back only once the new one is certain.

use super::ShopState;
use crate::planted::{Bug, planted};
use crate::pricing::Coupon;
use crate::reservation::{Holder, Reservation, ReservedLine};
use crate::sale::FlashSaleItem;
use crate::{FlashSaleId, VariantId};

/// A shop's counts, as one customer meets them.
pub(super) struct Headroom<'a> {
    state: &'a ShopState,
    own: Option<&'a Reservation>,
}

/// How often a coupon is used.
pub(super) struct CouponUses {
    pub(super) in_all: i64,
    pub(super) by_customer: i64,
}

impl<'a> Headroom<'a> {
    /// As anyone meets them.
    pub(super) fn of(state: &'a ShopState) -> Self {
        Self { state, own: None }
    }

    /// As the owner of this hold meets them.
    pub(super) fn without(state: &'a ShopState, own: Option<&'a Reservation>) -> Self {
        Self { state, own }
    }

    /// Units of a variant that are free; negative where orders are taken beyond the stock.
    pub(super) fn available(&self, variant: VariantId) -> i64 {
        let free = self.state.stock.get(&variant).map_or(0, |row| row.item.available());
        free + self.own_units(|line| line.variant == variant && line.counted)
    }

    /// Units that a sale still offers of its item; `None`: as many as there are.
    pub(super) fn offered(&self, sale: FlashSaleId, item: &FlashSaleItem) -> Option<i64> {
        let claimed = item.quantity_claimed - self.own_units(|line| is_of(line, sale, item.variant));
        item.quantity_offered.map(|offered| (offered - claimed).max(0))
    }

    /// Units of a sale's item that a customer has claimed.
    pub(super) fn claimed_by(&self, customer_key: &str, sale: FlashSaleId, variant: VariantId) -> i64 {
        if planted(Bug::LimitPerOrderOnly) {
            return 0;
        }
        let claimed = self.state.customer_claims.get(&(sale, variant, customer_key.to_owned())).copied().unwrap_or(0);
        let own = self.own.filter(|own| own.customer_key == customer_key);
        claimed - own.map_or(0, |_| self.own_units(|line| is_of(line, sale, variant)))
    }

    /// How often a coupon is used, in all and by a customer.
    pub(super) fn uses(&self, coupon: &Coupon, customer_key: &str) -> CouponUses {
        let by_customer = self.state.coupon_claims.get(&(coupon.id, customer_key.to_owned())).copied().unwrap_or(0);
        let own = self.own.filter(|own| own.coupon == Some(coupon.id));
        CouponUses {
            in_all: coupon.uses_claimed - i64::from(own.is_some()),
            by_customer: by_customer - i64::from(own.is_some_and(|own| own.customer_key == customer_key)),
        }
    }

    /// Units in someone's unpaid holds.
    pub(super) fn held_by(&self, holder: &Holder) -> i64 {
        let held = self.state.held_units.get(holder).copied().unwrap_or(0);
        let own = self.own.filter(|own| Holder::of(&own.customer_key, &own.visitor).any(|owner| owner == *holder));
        held - own.map_or(0, Reservation::units)
    }

    fn own_units(&self, counts: impl Fn(&ReservedLine) -> bool) -> i64 {
        let lines = self.own.map_or(&[][..], |own| &own.lines);
        lines.iter().filter(|line| counts(line)).map(|line| i64::from(line.quantity)).sum()
    }
}

fn is_of(line: &ReservedLine, sale: FlashSaleId, variant: VariantId) -> bool {
    line.sale == Some(sale) && line.variant == variant
}
