//! A product's own page.

use super::{CardView, PictureView, PriceView, SaleNoteView, StockView, View, samples};
use commerce::shop::Link;
use serde::Serialize;

/// A product's own page, with one of its variants chosen.
#[derive(Clone, Debug, Serialize)]
pub struct ProductView {
    /// Where it stands.
    pub url: String,
    /// The way here.
    pub breadcrumbs: Vec<Link>,
    /// Its name.
    pub title: String,
    /// Who makes it; may be empty.
    pub vendor: String,
    /// All of that maker's products.
    pub vendor_url: String,
    /// Cleaned HTML.
    pub description_html: String,
    /// Pictures, that of the chosen variant first.
    pub pictures: Vec<PictureView>,
    /// Axes of choice; empty when there is nothing to choose.
    pub options: Vec<OptionView>,
    /// The chosen variant.
    pub variant: VariantView,
    /// Every variant for the script: JSON escaped for a script element.
    pub variants_json: String,
    /// The sale it is in, open or upcoming.
    pub sale: Option<SaleNoteView>,
    /// The most units of one line, 1 or more.
    pub quantity_max: u32,
    /// `At most 2 per customer`; may be empty.
    pub limit_text: String,
    /// Why the last attempt to put it in the cart failed; may be empty.
    pub refusal: String,
    /// Name and value of things worth knowing: weight, sku.
    pub facts: Vec<(String, String)>,
    /// Short reassurances about delivery and payment.
    pub promises: Vec<String>,
    /// Others that may please.
    pub related: Vec<CardView>,
}

/// An axis of choice.
#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    /// `Color`.
    pub name: String,
    /// The chosen value.
    pub chosen: String,
    /// Its values.
    pub values: Vec<OptionValueView>,
}

/// A value of an axis, leading to the variant that has it and else stays as near as possible to the chosen one.
#[derive(Clone, Debug, Serialize)]
pub struct OptionValueView {
    /// `Sand`.
    pub value: String,
    /// Address with that variant chosen.
    pub url: String,
    /// The variant it leads to.
    pub variant: String,
    /// Whether the chosen variant has it.
    pub chosen: bool,
    /// Whether any of that variant are left; of an upcoming sale they may be, although none can be bought yet.
    pub available: bool,
}

/// A variant, ready to be shown.
#[derive(Clone, Debug, Serialize)]
pub struct VariantView {
    /// Id, as text because scripts lose digits of large numbers.
    pub id: String,
    /// `Sand / Large`; empty without options.
    pub title: String,
    /// Its stock code; may be empty.
    pub sku: String,
    /// What it costs now.
    pub price: PriceView,
    /// How much is left.
    pub stock: StockView,
    /// Whether it can go into the cart now.
    pub buyable: bool,
    /// What the button says.
    pub button: String,
}

impl View for ProductView {
    const TEMPLATE: &'static str = "product.html";

    fn sample() -> Self {
        samples::product()
    }
}
