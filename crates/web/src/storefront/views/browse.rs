//! Pages that list products: a collection, all products, search results.

use super::{CardView, PictureView, View, samples};
use commerce::shop::Link;
use serde::Serialize;

/// A list of products with filters, order and pages.
#[derive(Clone, Debug, Serialize)]
pub struct BrowseView {
    /// Where the form of filters goes.
    pub action: String,
    /// The way here: home, collections.
    pub breadcrumbs: Vec<Link>,
    /// Its name.
    pub title: String,
    /// Cleaned HTML; may be empty.
    pub description_html: String,
    /// A picture for the head of the page.
    pub picture: Option<PictureView>,
    /// `128 products`.
    pub count_text: String,
    /// The products of this page.
    pub cards: Vec<CardView>,
    /// What can be filtered by.
    pub facets: Vec<FacetView>,
    /// Lowest price asked for, as typed; may be empty.
    pub price_min: String,
    /// Highest price asked for, as typed; may be empty.
    pub price_max: String,
    /// What is wrong with the typed prices; may be empty.
    pub price_error: String,
    /// Sign of the currency beside the price fields.
    pub currency_symbol: String,
    /// Whether only what can be bought is shown.
    pub available_only: bool,
    /// Each filter in force, with the address without it.
    pub chosen: Vec<Link>,
    /// The address without any filter.
    pub clear_url: String,
    /// Ways to sort.
    pub sorts: Vec<SortView>,
    /// Pages.
    pub pagination: PaginationView,
}

/// One thing to filter by.
#[derive(Clone, Debug, Serialize)]
pub struct FacetView {
    /// As shoppers read it.
    pub title: String,
    /// Name of the field in the address.
    pub field: String,
    /// Its values.
    pub values: Vec<FacetValueView>,
    /// Whether it is unfolded.
    pub open: bool,
}

/// A value to filter by.
#[derive(Clone, Debug, Serialize)]
pub struct FacetValueView {
    /// As shoppers read it, and as it stands in the address.
    pub value: String,
    /// Products that would remain.
    pub count: usize,
    /// Whether it is in force.
    pub chosen: bool,
}

/// A way to sort.
#[derive(Clone, Debug, Serialize)]
pub struct SortView {
    /// In the address: `price-low`.
    pub key: &'static str,
    /// As shoppers read it.
    pub label: &'static str,
    /// Whether it is in force.
    pub chosen: bool,
}

/// Pages of a list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PaginationView {
    /// From 1.
    pub page: usize,
    /// At least 1.
    pub pages: usize,
    /// Address of the page before; empty on the first.
    pub previous_url: String,
    /// Address of the page after; empty on the last.
    pub next_url: String,
    /// Links to pages worth naming; an empty address is the current page or a gap.
    pub links: Vec<Link>,
}

/// Search results.
#[derive(Clone, Debug, Serialize)]
pub struct SearchView {
    /// What was asked for, as typed.
    pub query: String,
    /// `blnket` was read as `blanket`; may be empty.
    pub corrected: String,
    /// Whether nothing has all of the words, and this has some of them.
    pub is_partial: bool,
    /// The list.
    pub list: BrowseView,
    /// Something to look at when nothing was found.
    pub suggestions: Vec<CardView>,
}

impl View for BrowseView {
    const TEMPLATE: &'static str = "browse.html";

    fn sample() -> Self {
        let value = |value: &str, count, chosen| FacetValueView { value: value.into(), count, chosen };
        let link = |label: &str, url: &str| Link { label: label.into(), url: url.into() };
        Self {
            action: "/collections/blankets".into(),
            breadcrumbs: vec![link("Home", "/"), link("Collections", "/collections")],
            title: "Blankets & throws".into(),
            description_html: "<p>Woven in merino, alpaca and undyed wool. Washed once, softened for good.</p>".into(),
            picture: Some(samples::picture(12, "A stack of folded blankets")),
            count_text: "26 products".into(),
            cards: samples::cards(),
            facets: vec![
                FacetView {
                    title: "Color".into(),
                    field: "option.Color".into(),
                    values: vec![value("Sand", 9, true), value("Ink", 6, false), value("Moss", 4, false)],
                    open: true,
                },
                FacetView {
                    title: "Maker".into(),
                    field: "vendor".into(),
                    values: vec![value("Atelier Nord", 14, false), value("Juniper", 12, false)],
                    open: false,
                },
            ],
            price_min: String::new(),
            price_max: "200".into(),
            price_error: String::new(),
            currency_symbol: "€".into(),
            available_only: false,
            chosen: vec![link("Color: Sand", "/collections/blankets?price_max=200"), link("Up to €200", "/collections/blankets")],
            clear_url: "/collections/blankets".into(),
            sorts: vec![
                SortView { key: "featured", label: "Featured", chosen: true },
                SortView { key: "price-low", label: "Price, low to high", chosen: false },
            ],
            pagination: PaginationView {
                page: 1,
                pages: 3,
                previous_url: String::new(),
                next_url: "/collections/blankets?page=2".into(),
                links: vec![link("1", ""), link("2", "/collections/blankets?page=2"), link("3", "/collections/blankets?page=3")],
            },
        }
    }
}

impl View for SearchView {
    const TEMPLATE: &'static str = "search.html";

    fn sample() -> Self {
        let list = BrowseView { action: "/search".into(), title: "Results".into(), ..BrowseView::sample() };
        Self {
            query: "wool blnket".into(),
            corrected: "wool blanket".into(),
            is_partial: false,
            list,
            suggestions: samples::cards(),
        }
    }
}

/// All collections.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionsView {
    /// Those that shoppers see, in the seller's order.
    pub collections: Vec<super::CollectionCardView>,
}

impl View for CollectionsView {
    const TEMPLATE: &'static str = "collections.html";

    fn sample() -> Self {
        Self { collections: samples::collection_cards() }
    }
}
