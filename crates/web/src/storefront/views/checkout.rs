//! The checkout: one page, the bank's confirmation in the sandbox, and what is filled in.

use super::{SummaryView, View, samples};
use commerce::{Money, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// The checkout page.
#[derive(Clone, Debug, Serialize)]
pub struct CheckoutView {
    /// Names this attempt: a second submission finds the first order.
    pub checkout_id: String,
    /// What is filled in. Card data is never given back.
    pub form: FormView,
    /// What is wrong, in the order of the fields.
    pub errors: Vec<FieldErrorView>,
    /// What stands in the way and belongs to no field; may be empty.
    pub refusal: String,
    /// Where a refusal leads: `/cart`; may be empty.
    pub refusal_url: String,
    /// Of which variant there are too few, where that is the refusal. Told to machines; people read it in the refusal.
    pub sold_out: Option<VariantId>,
    /// Countries to which the shop delivers.
    pub countries: Vec<CountryView>,
    /// Ways of delivery for this country and cart.
    pub shipping_options: Vec<ShippingOptionView>,
    /// What it costs.
    pub summary: SummaryView,
    /// Until when the units are held; `None`: not yet.
    pub held_until: Option<Timestamp>,
    /// Whether anything is to be paid.
    pub needs_card: bool,
    /// What the page says is to be paid, minor units; it comes back with the form.
    pub total_minor: i64,
    /// Test cards, when payments are played by the sandbox; else empty.
    pub card_hints: Vec<CardHintView>,
    /// What the button says: `Pay €129.00`.
    pub button: String,
}

/// What is filled in.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct FormView {
    /// E-mail address.
    pub email: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Full name.
    pub name: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor, company; may be empty.
    pub line2: String,
    /// City or town.
    pub city: String,
    /// State, province or county; may be empty.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2 code.
    pub country: String,
    /// Key of the way of delivery.
    pub shipping_method: String,
    /// Coupon code.
    pub coupon: String,
}

/// Something wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldErrorView {
    /// Name of the field.
    pub field: &'static str,
    /// What to do about it.
    pub message: String,
}

/// A country to choose.
#[derive(Clone, Debug, Serialize)]
pub struct CountryView {
    /// ISO 3166-1 alpha-2 code.
    pub code: String,
    /// As shoppers read it.
    pub name: String,
}

/// A way of delivery to choose.
#[derive(Clone, Debug, Serialize)]
pub struct ShippingOptionView {
    /// Its key.
    pub key: String,
    /// As shoppers read it.
    pub name: String,
    /// What it costs; zero: free.
    pub price: Money,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A test card and what it does.
#[derive(Clone, Debug, Serialize)]
pub struct CardHintView {
    /// The number.
    pub number: &'static str,
    /// What happens.
    pub meaning: &'static str,
}

/// The bank's page where a payment is confirmed, as the sandbox plays it.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmView {
    /// Where the answer goes.
    pub action: String,
    /// What is to be paid.
    pub total: Money,
    /// Until when the units are held.
    pub held_until: Option<Timestamp>,
}

impl View for CheckoutView {
    const TEMPLATE: &'static str = "checkout.html";

    fn sample() -> Self {
        samples::checkout()
    }
}

impl View for ConfirmView {
    const TEMPLATE: &'static str = "confirm.html";

    fn sample() -> Self {
        Self {
            action: "/checkout/confirm/sample".into(),
            total: samples::euros(21_890),
            held_until: Some(samples::NOW.plus_minutes(8)),
        }
    }
}
