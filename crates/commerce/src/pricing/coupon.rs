//! Coupons: what a code is worth and when it is refused. How a discount is shared by the lines is the quote's business.

use crate::{CouponId, Currency, Money, Timestamp};
use serde::{Deserialize, Serialize};

/// A coupon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coupon {
    /// The row's id.
    pub id: CouponId,
    /// Normalized with [`normalize_coupon_code`]; unique in the shop.
    pub code: String,
    /// What it is worth.
    pub kind: CouponKind,
    /// The least value of goods, minor units; zero: none.
    pub minimum_minor: i64,
    /// From when on; `None`: from always.
    pub starts_at: Option<Timestamp>,
    /// Until when, exclusive; `None`: for ever.
    pub ends_at: Option<Timestamp>,
    /// The most uses in all; `None`: no limit.
    pub uses_max: Option<i64>,
    /// The most uses by one customer; `None`: no limit.
    pub uses_per_customer_max: Option<i64>,
    /// Uses by live reservations and orders that stand, as counted by the order writer.
    pub uses_claimed: i64,
    /// Whether it can be used at all.
    pub active: bool,
}

/// What a coupon is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CouponKind {
    /// A share of the goods, parts per million: 10 % is 100,000.
    Percent {
        /// Parts per million, 1 to 1,000,000.
        ppm: i64,
    },
    /// An amount off the goods, never more than they cost.
    Fixed {
        /// Minor units.
        amount_minor: i64,
    },
    /// The chosen shipping method costs nothing.
    FreeShipping,
}

/// Why a coupon does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponRefusal {
    /// No such code in this shop, or it is switched off.
    Unknown,
    /// Not yet.
    NotStarted {
        /// From when on.
        starts_at: Timestamp,
    },
    /// No longer.
    Ended,
    /// The goods cost less than the coupon asks for.
    BelowMinimum {
        /// Minor units.
        minimum_minor: i64,
    },
    /// All uses are taken.
    UsedUp,
    /// This customer has used it as often as allowed.
    UsedByCustomer,
}

/// The one spelling of a code: no white space around it, upper case.
pub fn normalize_coupon_code(code: &str) -> String {
    code.trim().to_uppercase()
}

/// Whether a coupon counts for goods of this value (the cart's subtotal, before any discount, without shipping) at `now`.
/// `uses_of_customer` are this customer's live reservations and orders with it; both counts leave out the cart being asked for.
///
/// The window's start is included, its end is not. Reasons that no shopping can change are told before the one that more goods
/// would cure.
///
/// # Errors
/// The refusal that the shopper reads.
pub fn check(coupon: &Coupon, uses_of_customer: i64, goods_minor: i64, now: Timestamp) -> Result<(), CouponRefusal> {
    if !coupon.active {
        return Err(CouponRefusal::Unknown);
    }
    if let Some(starts_at) = coupon.starts_at
        && now < starts_at
    {
        return Err(CouponRefusal::NotStarted { starts_at });
    }
    if coupon.ends_at.is_some_and(|ends_at| now >= ends_at) {
        return Err(CouponRefusal::Ended);
    }
    if coupon.uses_max.is_some_and(|max| coupon.uses_claimed >= max) {
        return Err(CouponRefusal::UsedUp);
    }
    if coupon.uses_per_customer_max.is_some_and(|max| uses_of_customer >= max) {
        return Err(CouponRefusal::UsedByCustomer);
    }
    if goods_minor < coupon.minimum_minor {
        return Err(CouponRefusal::BelowMinimum { minimum_minor: coupon.minimum_minor });
    }
    Ok(())
}

impl CouponRefusal {
    /// What the shopper reads. The instant of [`Self::NotStarted`] is left to the caller, who knows the shop's zone.
    pub fn message(&self, currency: Currency) -> String {
        match self {
            Self::Unknown => "We do not know this code. Please check how it is written.".into(),
            Self::NotStarted { .. } => "This code cannot be used yet.".into(),
            Self::Ended => "This code has ended.".into(),
            Self::BelowMinimum { minimum_minor } => {
                format!("This code counts from {} of goods on.", Money::new(*minimum_minor, currency))
            }
            Self::UsedUp => "This code has been used as often as it can be.".into(),
            Self::UsedByCustomer => "You have already used this code.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_000);
    const END: Timestamp = Timestamp::from_seconds(2_000);
    const JUST_BEFORE_END: Timestamp = Timestamp(END.0 - 1);

    fn welcome() -> Coupon {
        Coupon {
            id: CouponId(1),
            code: "WELCOME".into(),
            kind: CouponKind::Percent { ppm: 100_000 },
            minimum_minor: 5_000,
            starts_at: Some(START),
            ends_at: Some(END),
            uses_max: Some(100),
            uses_per_customer_max: Some(1),
            uses_claimed: 99,
            active: true,
        }
    }

    #[test]
    fn a_code_counts_inside_its_window_and_limits_only() {
        use CouponRefusal::*;
        let not_started = Err(NotStarted { starts_at: START });
        let below = Err(BelowMinimum { minimum_minor: 5_000 });
        for (uses_claimed, uses_of_customer, goods, now, expected) in [
            (99, 0, 5_000, START, Ok(())),
            (99, 0, 5_000, JUST_BEFORE_END, Ok(())),
            (99, 0, 5_000, Timestamp(START.0 - 1), not_started),
            (99, 0, 5_000, END, Err(Ended)),
            (100, 0, 5_000, START, Err(UsedUp)),
            (101, 0, 5_000, START, Err(UsedUp)),
            (99, 1, 5_000, START, Err(UsedByCustomer)),
            (99, 0, 4_999, START, below),
            (100, 1, 0, START, Err(UsedUp)),
        ] {
            let coupon = Coupon { uses_claimed, ..welcome() };
            assert_eq!(
                check(&coupon, uses_of_customer, goods, now),
                expected,
                "{uses_claimed} {uses_of_customer} {goods} {now:?}"
            );
        }
    }

    #[test]
    fn a_code_that_is_switched_off_looks_like_one_that_never_was() {
        let off = Coupon { active: false, ..welcome() };
        assert_eq!(check(&off, 0, 5_000, END), Err(CouponRefusal::Unknown));
    }

    #[test]
    fn a_code_without_window_and_limits_always_counts() {
        let free = Coupon {
            minimum_minor: 0,
            starts_at: None,
            ends_at: None,
            uses_max: None,
            uses_per_customer_max: None,
            uses_claimed: i64::MAX,
            ..welcome()
        };
        for now in [Timestamp(i64::MIN), START, Timestamp(i64::MAX)] {
            assert_eq!(check(&free, i64::MAX, 0, now), Ok(()));
        }
    }

    #[test]
    fn shoppers_read_how_much_is_missing_in_their_own_currency() {
        let euro = Currency::from_code("EUR").expect("a known code");
        let message = CouponRefusal::BelowMinimum { minimum_minor: 5_000 }.message(euro);
        assert_eq!(message, "This code counts from €50.00 of goods on.");
    }

    #[test]
    fn codes_are_compared_without_case_and_surrounding_space() {
        assert_eq!(normalize_coupon_code(" welcome "), "WELCOME");
    }
}
