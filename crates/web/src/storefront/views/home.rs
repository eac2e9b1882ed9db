//! The home page: the sale first, else the shop's own words and picture.

use super::{CardView, PictureView, SaleView, View, samples};
use serde::Serialize;

/// The home page.
#[derive(Clone, Debug, Serialize)]
pub struct HomeView {
    /// What whoever was led here should know; may be empty.
    pub notice: String,
    /// The sale that is open, next, or just over.
    pub sale: Option<SaleView>,
    /// Big line when no sale is on.
    pub hero_title: String,
    /// A sentence under it.
    pub hero_text: String,
    /// Picture when no sale is on.
    pub hero_picture: Option<PictureView>,
    /// What is nearly gone.
    pub scarce: Vec<CardView>,
    /// Collections worth a look.
    pub collections: Vec<CollectionCardView>,
    /// What came in last.
    pub arrivals: Vec<CardView>,
}

/// A collection as a large card.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionCardView {
    /// Where it leads.
    pub url: String,
    /// Its name.
    pub title: String,
    /// Its picture, or that of its first product.
    pub picture: Option<PictureView>,
    /// Products in it.
    pub count: usize,
}

impl View for HomeView {
    const TEMPLATE: &'static str = "home.html";

    fn sample() -> Self {
        Self {
            notice: String::new(),
            sale: Some(SaleView::sample()),
            hero_title: "Objects for slow mornings".into(),
            hero_text: "Small batches, roasted and made within walking distance.".into(),
            hero_picture: Some(samples::picture(11, "A set table in morning light")),
            scarce: samples::cards().into_iter().take(4).collect(),
            collections: samples::collection_cards(),
            arrivals: samples::cards(),
        }
    }
}
