//! What a mail template receives: words and amounts ready to be shown, and the shop's colors, because mail programs know no
//! stylesheets.

use crate::theme::{format_instant, palette};
use commerce::order::{Order, OrderDetails};
use commerce::shop::{Branding, Shop};
use commerce::{Currency, Money};
use db::orders::Fulfillment;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct MailView {
    /// The shop's name.
    pub shop_name: String,
    /// Its address on the web.
    pub shop_url: String,
    /// Its e-mail address; may be empty.
    pub shop_email: String,
    /// Legal name and postal address, line by line; may be empty.
    pub shop_address: Vec<String>,
    /// The shop's palette by name: `ground`, `ink`, `accent`, ...
    pub colors: BTreeMap<String, String>,
    /// Corner radius in pixels.
    pub radius: u8,
    /// The customer's name; may be empty.
    pub greeting: String,
    /// The order's number; empty when there is none.
    pub order_number: String,
    /// Address of the order's page; empty when there is none.
    pub order_url: String,
    /// When it was placed, in the shop's zone; empty when there is no order.
    pub placed: String,
    /// What was bought.
    pub lines: Vec<LineView>,
    /// The sums under the lines; the last is the total.
    pub totals: Vec<TotalView>,
    /// Where the parcel goes, line by line; empty when nothing is sent.
    pub address: Vec<String>,
    /// The parcel that left.
    pub parcel: Option<ParcelView>,
    /// The money that goes back.
    pub refund: Option<RefundView>,
}

/// A line of an order.
#[derive(Clone, Debug, Serialize)]
pub struct LineView {
    /// The product.
    pub title: String,
    /// `Sand / Large`; may be empty.
    pub variant_title: String,
    /// Units.
    pub quantity: u32,
    /// What they cost, before the coupon; empty where no price is shown.
    pub amount: String,
}

/// A sum.
#[derive(Clone, Debug, Serialize)]
pub struct TotalView {
    /// `Shipping`.
    pub label: String,
    /// How much.
    pub amount: String,
}

/// A parcel.
#[derive(Clone, Debug, Serialize)]
pub struct ParcelView {
    /// Who carries it; may be empty.
    pub carrier: String,
    /// The carrier's number; may be empty.
    pub tracking: String,
    /// What is in it.
    pub lines: Vec<LineView>,
}

/// Money that goes back.
#[derive(Clone, Debug, Serialize)]
pub struct RefundView {
    /// How much.
    pub amount: String,
}

impl MailView {
    /// A message about an order.
    pub fn of_order(shop: &Shop, order: &Order, shop_url: &str, order_url: &str) -> Self {
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        Self {
            order_number: order.number.to_string(),
            order_url: order_url.into(),
            placed: format_instant(order.placed_at, &zone, "%-d %B %Y at %H:%M %Z"),
            ..Self::of_details(shop, &order.details, shop_url)
        }
    }

    /// A message about a payment that came too late to become an order.
    pub fn of_late_payment(shop: &Shop, details: &OrderDetails, amount_minor: i64, shop_url: &str) -> Self {
        let amount = Money::new(amount_minor, details.quote.currency).to_string();
        Self { refund: Some(RefundView { amount }), ..Self::of_details(shop, details, shop_url) }
    }

    fn of_details(shop: &Shop, details: &OrderDetails, shop_url: &str) -> Self {
        let money = |minor| Money::new(minor, details.quote.currency).to_string();
        let lines = details.quote.lines.iter().zip(&details.names).map(|(line, name)| LineView {
            title: name.title.clone(),
            variant_title: name.variant_title.clone(),
            quantity: line.quantity,
            amount: money(line.subtotal_minor),
        });
        Self {
            shop_name: shop.name.clone(),
            shop_url: shop_url.into(),
            shop_email: shop.contact.email.clone(),
            shop_address: filled_lines(shop.contact.postal_address.lines()),
            colors: colors(&shop.branding),
            radius: shop.branding.corner_radius.min(24),
            greeting: details.address.name.trim().into(),
            order_number: String::new(),
            order_url: String::new(),
            placed: String::new(),
            lines: lines.collect(),
            totals: totals(details),
            address: address_lines(details),
            parcel: None,
            refund: None,
        }
    }

    /// A believable message, for tests and for looking at the templates.
    pub fn sample() -> Self {
        let line = |title: &str, variant_title: &str, quantity, amount: &str| LineView {
            title: title.into(),
            variant_title: variant_title.into(),
            quantity,
            amount: amount.into(),
        };
        let total = |label: &str, amount: &str| TotalView { label: label.into(), amount: amount.into() };
        let lines = vec![line("Yirgacheffe", "250 g / Whole bean", 2, "€21.80"), line("Enamel cup", "", 1, "€14.00")];
        Self {
            shop_name: "Juniper Roasters".into(),
            shop_url: "https://juniper.example".into(),
            shop_email: "hello@juniper.example".into(),
            shop_address: vec!["Juniper Roasters".into(), "12 Mill Lane".into()],
            colors: colors(&Branding::default()),
            radius: 4,
            greeting: "Ada Lovelace".into(),
            order_number: "1042".into(),
            order_url: "https://juniper.example/orders/1042?key=abc".into(),
            placed: "27 November 2026 at 10:00 CET".into(),
            parcel: Some(ParcelView { carrier: "Post".into(), tracking: "JJ0042".into(), lines: lines.clone() }),
            refund: Some(RefundView { amount: "€14.00".into() }),
            lines,
            totals: vec![total("Subtotal", "€35.80"), total("Shipping", "€4.90"), total("Total", "€40.70")],
            address: vec!["Ada Lovelace".into(), "1 Analytical Row".into(), "10115 Berlin".into(), "DE".into()],
        }
    }
}

/// A parcel of an order.
pub(super) fn parcel(order: &Order, fulfillment: &Fulfillment) -> ParcelView {
    let line = |(number, quantity): &(u32, u32)| {
        let line = order.lines.iter().find(|line| line.line == *number)?;
        let (title, variant_title) = (line.name.title.clone(), line.name.variant_title.clone());
        Some(LineView { title, variant_title, quantity: *quantity, amount: String::new() })
    };
    ParcelView {
        carrier: fulfillment.carrier.clone(),
        tracking: fulfillment.tracking.clone(),
        lines: fulfillment.lines.iter().filter_map(line).collect(),
    }
}

/// A refund of an order.
pub(super) fn refund(order: &Order, amount_minor: i64) -> RefundView {
    RefundView { amount: Money::new(amount_minor, order.currency).to_string() }
}

fn totals(details: &OrderDetails) -> Vec<TotalView> {
    let quote = &details.quote;
    let total = |label: String, minor| TotalView { label, amount: money(quote.currency, minor) };
    let mut totals = vec![total("Subtotal".into(), quote.subtotal_minor)];
    if quote.discount_minor > 0 {
        let label = quote.coupon.as_ref().map_or_else(|| "Discount".into(), |code| format!("Discount ({code})"));
        totals.push(total(label, -quote.discount_minor));
    }
    if let Some(shipping) = &quote.shipping {
        totals.push(total(shipping.name.clone(), shipping.price_minor));
    }
    if let Some((name, _)) = quote.tax_rate.as_ref().filter(|_| quote.tax_minor > 0) {
        let label = if quote.prices_include_tax { format!("{name} (included)") } else { name.clone() };
        totals.push(total(label, quote.tax_minor));
    }
    totals.push(total("Total".into(), quote.total_minor));
    totals
}

fn money(currency: Currency, minor: i64) -> String {
    Money::new(minor, currency).to_string()
}

fn address_lines(details: &OrderDetails) -> Vec<String> {
    if !details.quote.requires_shipping {
        return Vec::new();
    }
    let address = &details.address;
    let city = format!("{} {}", address.postal_code, address.city);
    filled_lines([address.name.as_str(), &address.line1, &address.line2, city.as_str(), &address.region, &address.country])
}

fn filled_lines<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    lines.into_iter().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The colors of the shop's pages, by the names of their custom properties.
fn colors(branding: &Branding) -> BTreeMap<String, String> {
    let stylesheet = palette::stylesheet(branding);
    let properties = stylesheet.trim_start_matches(":root{").split(';');
    let color = |property: &str| {
        let (name, value) = property.strip_prefix("--")?.split_once(':')?;
        value.starts_with('#').then(|| (name.replace('-', "_"), value.to_owned()))
    };
    properties.filter_map(color).collect()
}
