//! What a seller settles once for the whole shop. Each struct is one page of the desk's settings and one row in the database.

use crate::{Currency, MediaId, ShopId};
use serde::{Deserialize, Serialize};

/// A shop and its settings, as every page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The row's id.
    pub id: ShopId,
    /// Unique on the platform; used on the command line: `juniper`.
    pub handle: String,
    /// As shoppers read it.
    pub name: String,
    /// The one currency in which it sells.
    pub currency: Currency,
    /// IANA zone in which its times are shown and typed: `Europe/Berlin`.
    pub time_zone: String,
    /// Whether shoppers are let in; a closed shop shows one friendly page.
    pub open: bool,
    /// The host names under which it answers, without port, lower case; the first is the canonical one.
    pub domains: Vec<String>,
    /// Look.
    pub branding: Branding,
    /// Where it delivers and for how much.
    pub shipping: ShippingSettings,
    /// How it taxes.
    pub tax: TaxSettings,
    /// How it checks out.
    pub checkout: CheckoutSettings,
    /// Who stands behind it.
    pub contact: ShopContact,
}

/// Look: everything a shop's brand needs without touching a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Branding {
    /// One line under the name.
    pub tagline: String,
    /// Logo; when empty the name is set in type.
    pub logo: Option<MediaId>,
    /// The color of buttons and links: `#rrggbb`.
    pub accent_color: String,
    /// Page background: `#rrggbb`.
    pub background_color: String,
    /// Text: `#rrggbb`.
    pub text_color: String,
    /// The color of sale prices and of the sale's band: `#rrggbb`.
    pub sale_color: String,
    /// Type pairing: `editorial` (serif heads), `modern` (sans), `warm` (rounded), `mono`.
    pub type_pairing: String,
    /// Corner radius of cards and buttons in pixels, 0 to 24.
    pub corner_radius: u8,
    /// One line above the header; may be empty.
    pub announcement: String,
    /// Links in the header.
    pub header_links: Vec<Link>,
    /// Links in the footer.
    pub footer_links: Vec<Link>,
    /// A sentence in the footer.
    pub footer_text: String,
    /// Big line on the home page when no sale is on.
    pub hero_title: String,
    /// A sentence under it.
    pub hero_text: String,
    /// Picture of the home page when no sale is on.
    pub hero_picture: Option<MediaId>,
    /// Handles of collections shown on the home page, in order.
    pub home_collections: Vec<String>,
}

impl Default for Branding {
    fn default() -> Self {
        Self {
            tagline: String::new(),
            logo: None,
            accent_color: "#1f1d1a".into(),
            background_color: "#ffffff".into(),
            text_color: "#1f1d1a".into(),
            sale_color: "#b3261e".into(),
            type_pairing: "editorial".into(),
            corner_radius: 4,
            announcement: String::new(),
            header_links: Vec::new(),
            footer_links: Vec::new(),
            footer_text: String::new(),
            hero_title: String::new(),
            hero_text: String::new(),
            hero_picture: None,
            home_collections: Vec::new(),
        }
    }
}

/// A link in header or footer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads: a path in this shop (`/collections/totes`) or an `https` address.
    pub url: String,
}

/// Where the shop delivers and for how much.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShippingSettings {
    /// The first zone that holds the country counts.
    pub zones: Vec<ShippingZone>,
}

/// Countries that share shipping methods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingZone {
    /// For the seller: `European Union`.
    pub name: String,
    /// ISO 3166-1 alpha-2 codes; `*` stands for every country not in an earlier zone.
    pub countries: Vec<String>,
    /// What can be chosen.
    pub methods: Vec<ShippingMethod>,
}

/// One way to deliver, offered when weight and total are inside its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethod {
    /// Unique in the shop; goes into the form: `eu-standard`.
    pub key: String,
    /// As shoppers read it: `Standard, 2 to 4 days`.
    pub name: String,
    /// Minor units of the shop's currency, zero or more.
    pub price_minor: i64,
    /// From this parcel weight on, grams.
    pub weight_grams_min: Option<i64>,
    /// Up to and including this parcel weight, grams.
    pub weight_grams_max: Option<i64>,
    /// From this value of goods after discounts on, minor units.
    pub total_minor_min: Option<i64>,
    /// Up to and including this value of goods after discounts, minor units.
    pub total_minor_max: Option<i64>,
}

/// How the shop taxes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaxSettings {
    /// Whether the catalog's prices already contain the tax (Europe) or it is added at the checkout (United States).
    pub prices_include_tax: bool,
    /// The first rate that fits country and region counts; none: no tax.
    pub rates: Vec<TaxRate>,
}

/// A tax rate for a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRate {
    /// As shoppers read it: `VAT`.
    pub name: String,
    /// ISO 3166-1 alpha-2 codes; `*` stands for every country.
    pub countries: Vec<String>,
    /// State or province, compared without case; empty: the whole country.
    pub region: String,
    /// Parts per million: 19 % is 190,000. Zero to 1,000,000.
    pub rate_ppm: i64,
    /// Whether shipping is taxed too.
    pub taxes_shipping: bool,
}

/// How the shop checks out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckoutSettings {
    /// How long an unpaid reservation holds its stock, minutes, 1 to 120.
    pub reservation_minutes: i64,
    /// The longest that activity can keep a reservation alive, minutes from when it was made; `None`: three times
    /// `reservation_minutes`.
    pub reservation_minutes_max: Option<i64>,
    /// The most units that one customer, or one visitor, may hold unpaid in several checkouts at once, 1 to 100,000. A single
    /// cart is bounded by the cart's own limits instead.
    pub held_units_per_customer_max: i64,
    /// The most different variants in one cart, 1 to 100.
    pub cart_lines_max: usize,
    /// The most units of one variant in one cart, 1 to 1,000.
    pub quantity_per_line_max: u32,
    /// From how few units on a page says “only 3 left”, 0 (never) to 50.
    pub low_stock_from: i64,
}

impl Default for CheckoutSettings {
    fn default() -> Self {
        Self {
            reservation_minutes: 10,
            reservation_minutes_max: None,
            held_units_per_customer_max: 20,
            cart_lines_max: 50,
            quantity_per_line_max: 20,
            low_stock_from: 5,
        }
    }
}

impl CheckoutSettings {
    /// The longest that a reservation may last, minutes from when it was made.
    pub fn held_minutes_max(&self) -> i64 {
        let minutes = self.reservation_minutes;
        self.reservation_minutes_max.unwrap_or(minutes.saturating_mul(3)).max(minutes)
    }
}

/// Who stands behind the shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShopContact {
    /// Sender of the shop's mail and shown on the contact page.
    pub email: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Legal name and postal address, several lines.
    pub postal_address: String,
}
