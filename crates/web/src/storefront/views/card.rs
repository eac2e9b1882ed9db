//! A product as a card in a grid: picture, name, price and how much is left.

use super::PictureView;
use commerce::Money;
use serde::Serialize;

/// A product in a grid.
#[derive(Clone, Debug, Serialize)]
pub struct CardView {
    /// Id of the product, for live words.
    pub product: String,
    /// Where it leads.
    pub url: String,
    /// Its name.
    pub title: String,
    /// Who makes it; may be empty.
    pub vendor: String,
    /// Its face.
    pub picture: Option<PictureView>,
    /// A second picture, shown under the pointer.
    pub second_picture: Option<PictureView>,
    /// What it costs now.
    pub price: PriceView,
    /// One word or two on the picture.
    pub badge: Option<BadgeView>,
    /// How much is left.
    pub stock: StockView,
    /// `3 colors`; empty when there is no choice.
    pub choice: String,
}

/// A word on a picture.
#[derive(Clone, Debug, Serialize)]
pub struct BadgeView {
    /// `sale`, `upcoming`, `out` or `new`.
    pub kind: &'static str,
    /// The word.
    pub text: String,
}

/// What something costs now, and what it cost before.
#[derive(Clone, Debug, Serialize)]
pub struct PriceView {
    /// Now.
    pub price: Money,
    /// Before the reduction; only when higher.
    pub was: Option<Money>,
    /// The reduction in whole percent, rounded toward zero; zero: none worth telling.
    pub percent: i64,
    /// Whether other variants cost more.
    pub from: bool,
    /// Whether it is the price of an open sale.
    pub on_sale: bool,
    /// The price of a sale that has not opened yet.
    pub upcoming: Option<Money>,
}

/// How much is left, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StockView {
    /// `plenty`, `low`, `out`, `later` (taken beyond the stock) or `waiting` (the sale has not opened).
    pub level: &'static str,
    /// `Only 3 left`; empty when there is nothing to say.
    pub text: String,
}

impl StockView {
    /// Nothing worth saying.
    pub fn plenty() -> Self {
        Self { level: "plenty", text: String::new() }
    }
}
