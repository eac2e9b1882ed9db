//! The cart.

use super::{CardView, PictureView, PriceView, StockView, SummaryView, View, samples};
use commerce::Money;
use serde::Serialize;

/// The cart.
#[derive(Clone, Debug, Serialize)]
pub struct CartView {
    /// Its lines.
    pub lines: Vec<CartLineView>,
    /// What changed since the last look, one sentence each.
    pub notices: Vec<String>,
    /// Why the last change was refused; may be empty.
    pub refusal: String,
    /// What it costs.
    pub summary: SummaryView,
    /// The coupon as typed; may be empty.
    pub coupon: String,
    /// Whether it can go to the checkout as it is.
    pub ready: bool,
    /// Something to look at while the cart is empty.
    pub suggestions: Vec<CardView>,
}

/// A line of the cart.
#[derive(Clone, Debug, Serialize)]
pub struct CartLineView {
    /// Id of the variant.
    pub variant: String,
    /// Page of the product with this variant chosen.
    pub url: String,
    /// Name of the product.
    pub title: String,
    /// `Sand / Large`; may be empty.
    pub variant_title: String,
    /// What it looks like.
    pub picture: Option<PictureView>,
    /// Per unit.
    pub price: PriceView,
    /// How many.
    pub quantity: u32,
    /// The most that can be chosen.
    pub quantity_max: u32,
    /// For the line.
    pub total: Money,
    /// How much is left.
    pub stock: StockView,
    /// What stands in the way of buying this line; may be empty.
    pub problem: String,
}

impl View for CartView {
    const TEMPLATE: &'static str = "cart.html";

    fn sample() -> Self {
        samples::cart()
    }
}
