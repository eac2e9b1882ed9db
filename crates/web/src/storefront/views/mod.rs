//! What the storefront's templates receive: one typed struct per page, each with a sample so that a test can render it.
//!
//! Views hold words and amounts that are ready to be shown. They know nothing of requests, of the database or of HTML.

mod browse;
mod card;
mod cart;
mod checkout;
mod home;
mod info;
mod message;
mod order;
mod product;
mod sale;
mod samples;
mod summary;

pub use browse::{BrowseView, CollectionsView, FacetValueView, FacetView, PaginationView, SearchView, SortView};
pub use card::{BadgeView, CardView, PriceView, StockView};
pub use cart::{CartLineView, CartView};
pub use checkout::{CardHintView, CheckoutView, ConfirmView, CountryView, FieldErrorView, FormView, ShippingOptionView};
pub use home::{CollectionCardView, HomeView};
pub use info::InfoView;
pub use message::MessageView;
pub use order::{FulfillmentView, OrderView, PaymentNoteView, StepView};
pub use product::{OptionValueView, OptionView, ProductView, VariantView};
pub use sale::{CountdownView, EarlyAccessView, SaleNoteView, SaleView};
pub use summary::{SummaryLineView, SummaryView, TaxView};

use commerce::shop::Link;
use minijinja::Value;
use serde::Serialize;

/// A page's content and the template that shows it.
pub trait View: Serialize {
    /// Path of the template below `templates/storefront`.
    const TEMPLATE: &'static str;

    /// A believable value, for tests and for checking a seller's own templates.
    fn sample() -> Self;
}

/// All that a template receives.
#[derive(Clone, Debug, Serialize)]
pub struct Page<V> {
    /// The frame: who sells here, header and footer.
    pub shop: Frame,
    /// Title, address and everything for machines.
    pub head: Head,
    /// The content.
    pub page: V,
}

impl<V: View> Page<V> {
    /// A page of samples.
    pub fn sample() -> Self {
        Self { shop: Frame::Made(Box::new(ShopView::sample())), head: Head::sample(), page: V::sample() }
    }
}

/// Who sells here, and what surrounds the content.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Frame {
    /// Of this page: a sale or the visitor's early access is in it.
    Made(Box<ShopView>),
    /// The same on all pages until something is changed at the desk: a [`ShopView`] as templates see it, header and footer drawn.
    Kept(Value),
}

/// The frame of every page.
#[derive(Clone, Debug, Serialize)]
pub struct ShopView {
    /// As shoppers read it.
    pub name: String,
    /// One line under the name.
    pub tagline: String,
    /// Logo; without one the name is set in type.
    pub logo: Option<PictureView>,
    /// One line above the header; may be empty.
    pub announcement: String,
    /// Links in the header.
    pub header_links: Vec<Link>,
    /// Links in the footer.
    pub footer_links: Vec<Link>,
    /// A sentence in the footer.
    pub footer_text: String,
    /// Mail address of the shop; may be empty.
    pub email: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Legal name and address, line by line.
    pub postal_address: Vec<String>,
    /// Address of the stylesheet, content-hashed.
    pub stylesheet_url: String,
    /// Address of the shop's colors and type, content-hashed.
    pub palette_url: String,
    /// Address of the script, content-hashed.
    pub script_url: String,
    /// A sale that is open or announced, for the thin band under the header.
    pub sale: Option<SaleNoteView>,
    /// The visitor's early access to sales that are not open to everybody yet.
    pub early_access: Vec<EarlyAccessView>,
    /// HTML of the header while the search box is empty; empty: the template draws it.
    pub header: String,
    /// HTML of the footer; empty: the template draws it.
    pub footer: String,
}

/// What a page says to browsers, search engines and link previews.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Head {
    /// Title of the window.
    pub title: String,
    /// One or two sentences for search results; may be empty.
    pub description: String,
    /// The one address of this page; empty: none, as for the checkout.
    pub canonical_url: String,
    /// Whether search engines should leave the page out.
    pub noindex: bool,
    /// `website` or `product`.
    pub kind: String,
    /// Absolute address of the picture for link previews; may be empty.
    pub picture_url: String,
    /// Structured data, already escaped for a script element; may be empty.
    pub json_ld: String,
    /// Reload after so many seconds; zero: never.
    pub refresh_seconds: u32,
    /// What the search box holds.
    pub query: String,
}

/// A picture in the sizes that exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PictureView {
    /// Address of a middling size.
    pub src: String,
    /// Addresses with widths, for browsers that choose; may be empty.
    pub srcset: String,
    /// What it shows, for people who do not see it.
    pub alt: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}
