//! Identifiers: one type per noun, so that a product's id can never be passed where a variant's is wanted.
//!
//! Rows are numbered with time-ordered 63-bit integers. Where the numbers come from is the `db` crate's business.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// A shop: the tenant. Every other id means something only together with one.
    ShopId,
    /// A person who signs in to a shop's desk.
    SellerId,
    /// A product as shoppers see it; its variants are what is sold.
    ProductId,
    /// One sellable thing with its own sku, price and stock.
    VariantId,
    /// A group of products, chosen by hand or by rule.
    CollectionId,
    /// A picture in a shop's media.
    MediaId,
    /// An info page (about, shipping, returns, contact).
    PageId,
    /// A flash sale.
    FlashSaleId,
    /// A coupon.
    CouponId,
    /// An unpaid hold on stock.
    ReservationId,
    /// An order.
    OrderId,
    /// One attempt to take money.
    PaymentId,
    /// Money given back.
    RefundId,
    /// A parcel.
    FulfillmentId,
    /// A message waiting to leave.
    OutboxId,
}
