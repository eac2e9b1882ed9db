//! What a cart costs: one pure function, [`quote`], with a breakdown line by line, used by cart, checkout, order and refund
//! alike.
//!
//! Amounts are minor units of the shop's one currency. Every intermediate step is computed in 128 bits, so nothing wraps; what
//! lies beyond the limits of input (see [`LINE_MINOR_MAX`]) sticks to the limit.

mod quote;

pub mod coupon;
mod discount;
mod shipping;
mod tax;

mod refund;

#[cfg(test)]
pub(crate) mod properties;

pub use coupon::{Coupon, CouponKind, CouponRefusal, normalize_coupon_code};
pub use quote::{LINE_MINOR_MAX, Quote, QuoteInput, QuoteLine, QuoteLineInput, quote};
pub use refund::{PaidLine, refund_for};
pub use shipping::{Parcel, ShippingOption, shipping_options};
pub use tax::tax_rate_for;

/// The nearest amount that fits: sums of amounts inside the limits of input always fit as they are.
fn fitted(amount: i128) -> i64 {
    i64::try_from(amount).unwrap_or(if amount < 0 { i64::MIN } else { i64::MAX })
}

/// The sum of amounts.
fn sum(amounts: impl IntoIterator<Item = i64>) -> i64 {
    fitted(amounts.into_iter().map(i128::from).sum())
}

/// `amount * numerator / denominator`, the exact half rounded up. All three are zero or more, the denominator is not zero.
fn share_half_up(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let (product, denominator) = (i128::from(amount) * i128::from(numerator), i128::from(denominator));
    fitted((2 * product + denominator) / (2 * denominator))
}
