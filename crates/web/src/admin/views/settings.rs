//! The pages of the settings.

use crate::admin::form::Form;
use commerce::SellerId;
use serde::Serialize;

/// Name, zone, who stands behind it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct GeneralSettings {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// All fields.
    pub form: Form,
}

/// The look.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BrandingSettings {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Media ids and what they show; the first is “none”.
    pub picture_choices: Vec<(String, String)>,
    /// All fields.
    pub form: Form,
}

/// Zones and methods.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ShippingZones {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How many zones the form shows.
    pub zones: usize,
    /// How many methods each zone shows.
    pub methods: usize,
    /// All fields.
    pub form: Form,
}

/// Rates.
#[derive(Clone, Debug, Default, Serialize)]
pub struct TaxRates {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// How many rows the form shows.
    pub rates: usize,
    /// All fields.
    pub form: Form,
}

/// Limits of cart and checkout.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CheckoutLimits {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// All fields.
    pub form: Form,
}

/// Host names.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Domains {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// The name under which the desk was opened.
    pub host: String,
    /// All fields.
    pub form: Form,
}

/// The templates of the shop.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ThemeFiles {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// All of them.
    pub files: Vec<ThemeFileRow>,
    /// Nothing is typed here.
    pub form: Form,
}

/// A template in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ThemeFileRow {
    /// Its path.
    pub path: String,
    /// Whether the seller changed it.
    pub own: bool,
}

/// The editor of a template.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ThemeFile {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Its path.
    pub path: String,
    /// Whether the seller changed it.
    pub own: bool,
    /// The template.
    pub form: Form,
}

/// Who may sit at the desk.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Staff {
    /// The lit entry beside.
    pub tab: &'static str,
    /// Its name.
    pub title: &'static str,
    /// Whether an owner looks, who may let others in.
    pub for_owner: bool,
    /// All of them; for staff only themselves.
    pub sellers: Vec<SellerRow>,
    /// Both forms; never a password.
    pub form: Form,
}

/// A seller.
#[derive(Clone, Debug, Serialize)]
pub struct SellerRow {
    /// Which.
    pub id: SellerId,
    /// Address.
    pub email: String,
    /// `owner` or `staff`.
    pub role: &'static str,
    /// Whether it is the one who looks.
    pub you: bool,
}
