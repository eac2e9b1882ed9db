//! What a cart or an order costs, line by line.

use super::PictureView;
use commerce::Money;
use serde::Serialize;

/// The breakdown beside cart, checkout and receipt.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryView {
    /// The lines.
    pub lines: Vec<SummaryLineView>,
    /// Goods before the coupon.
    pub subtotal: Money,
    /// What reductions from was-prices save; `None`: nothing.
    pub saved: Option<Money>,
    /// What the coupon takes off, a positive amount; `None`: nothing.
    pub discount: Option<Money>,
    /// The coupon that counted; may be empty.
    pub coupon: String,
    /// Why the typed coupon does not count; may be empty.
    pub coupon_refusal: String,
    /// The chosen way of delivery; may be empty.
    pub shipping_name: String,
    /// Its price; `None`: not known yet.
    pub shipping: Option<Money>,
    /// Whether anything is a parcel.
    pub requires_shipping: bool,
    /// The tax.
    pub tax: Option<TaxView>,
    /// What is charged.
    pub total: Money,
    /// Units in all.
    pub units: u64,
}

/// A line of the breakdown.
#[derive(Clone, Debug, Serialize)]
pub struct SummaryLineView {
    /// Page of the product; empty when it is gone.
    pub url: String,
    /// Name of the product.
    pub title: String,
    /// `Sand / Large`; may be empty.
    pub variant_title: String,
    /// What it looks like.
    pub picture: Option<PictureView>,
    /// How many.
    pub quantity: u32,
    /// What the line costs, before the coupon.
    pub total: Money,
    /// What it would cost at the was-price; `None`: no reduction.
    pub was_total: Option<Money>,
}

/// Tax in words and amount.
#[derive(Clone, Debug, Serialize)]
pub struct TaxView {
    /// `VAT 19%`.
    pub name: String,
    /// How much.
    pub amount: Money,
    /// Whether it is contained in the prices.
    pub included: bool,
}
