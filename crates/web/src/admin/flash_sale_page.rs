//! The editor's page of a flash sale: its form as filled from the sale, the picture of its times, the items and the picker.

use super::flash_sales::variant_of;
use super::form::Form;
use super::format;
use super::seat::Seat;
use super::uploads;
use super::views::{SaleEdit, SaleItemRow, SaleTimeline, Span, VariantChoice};
use crate::error::Error;
use commerce::sale::{BeforeOpening, FlashSale, FlashSalePhase, FlashSaleStatus};
use commerce::{Money, Timestamp};
use db::catalog::{ProductFilter, list_products};

/// Products found at once.
const FOUND_MAX: u32 = 15;

/// `draft`, `upcoming`, `live`, `ended` or `canceled`.
pub(super) fn state_of(sale: &FlashSale, now: Timestamp) -> &'static str {
    match (sale.status, sale.phase(now)) {
        (FlashSaleStatus::Canceled, _) => "canceled",
        (FlashSaleStatus::Draft, _) => "draft",
        (_, FlashSalePhase::Upcoming | FlashSalePhase::Hidden) => "upcoming",
        (_, FlashSalePhase::Open) => "live",
        (_, FlashSalePhase::Ended) => "ended",
    }
}

/// The form of a sale as it is.
pub(super) fn filled(sale: &FlashSale, seat: &Seat) -> Form {
    let (zone, currency) = (seat.zone(), seat.currency());
    let before = if sale.before_opening == BeforeOpening::NotForSale { "not_for_sale" } else { "ordinary_price" };
    let mut form = Form::filled([
        ("name", sale.name.clone()),
        ("teaser", sale.teaser.clone()),
        ("handle", sale.handle.clone()),
        ("opens_at", format::local_input(sale.opens_at, zone)),
        ("closes_at", format::local_input(sale.closes_at, zone)),
        ("early_access_at", sale.early_access_at.map(|at| format::local_input(at, zone)).unwrap_or_default()),
        ("before_opening", before.to_owned()),
        ("picture", sale.picture.map(|id| id.to_string()).unwrap_or_default()),
    ]);
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    for (index, item) in sale.items.iter().enumerate() {
        form.set(format!("items.{index}.price"), Money::new(item.price_minor, currency).to_decimal());
        form.set(format!("items.{index}.quantity_offered"), number(item.quantity_offered));
        form.set(format!("items.{index}.quantity_per_customer_max"), number(item.quantity_per_customer_max));
    }
    form
}

/// The page.
pub(super) async fn editor(seat: &Seat, sale: Option<&FlashSale>, form: Form, find: &str) -> Result<SaleEdit, Error> {
    let now = seat.now();
    let Some(sale) = sale else {
        return Ok(SaleEdit {
            title: "New flash sale".into(),
            state: "draft",
            action: "/admin/flash-sales".into(),
            picture_choices: uploads::picture_choices(seat).await?,
            form,
            ..SaleEdit::default()
        });
    };
    Ok(SaleEdit {
        id: Some(sale.id),
        title: sale.name.clone(),
        handle: sale.handle.clone(),
        state: state_of(sale, now),
        action: format!("/admin/flash-sales/{}", sale.id),
        opens_at: sale.opens_at,
        closes_at: sale.closes_at,
        timeline: Some(timeline(sale, now)),
        items: items(seat, sale).await?,
        picture_choices: uploads::picture_choices(seat).await?,
        find: find.to_owned(),
        found: found(seat, sale, find).await?,
        form,
    })
}

async fn items(seat: &Seat, sale: &FlashSale) -> Result<Vec<SaleItemRow>, Error> {
    let products = db::catalog::load_products(seat.db(), seat.shop()).await?;
    let mut rows = Vec::with_capacity(sale.items.len());
    for item in &sale.items {
        let known = variant_of(&products, item.variant);
        let stock = db::stock::load_stock(seat.db(), seat.shop(), item.variant).await?;
        let available = match stock {
            Some(line) if line.tracked => line.item.available().to_string(),
            _ => "not counted".into(),
        };
        rows.push(SaleItemRow {
            variant: item.variant,
            product_title: known.map_or_else(|| "A product that is gone".into(), |(product, _)| product.title.clone()),
            variant_title: known.map(|(_, variant)| variant.title()).unwrap_or_default(),
            own_price_minor: known.map_or(0, |(_, variant)| variant.price_minor),
            available,
            claimed: item.quantity_claimed,
        });
    }
    Ok(rows)
}

async fn found(seat: &Seat, sale: &FlashSale, find: &str) -> Result<Vec<VariantChoice>, Error> {
    if find.trim().is_empty() {
        return Ok(Vec::new());
    }
    let filter = ProductFilter { words: find.into(), per_page: FOUND_MAX, ..ProductFilter::default() };
    let mut choices = Vec::new();
    for listed in list_products(seat.db(), seat.shop(), &filter).await?.products {
        let Some(product) = db::catalog::load_product(seat.db(), seat.shop(), listed.id).await? else { continue };
        let new = product.variants.iter().filter(|variant| sale.item(variant.id).is_none());
        choices.extend(new.map(|variant| VariantChoice {
            variant: variant.id,
            product_title: product.title.clone(),
            variant_title: variant.title(),
            own_price_minor: variant.price_minor,
        }));
    }
    Ok(choices)
}

/// Lays the times out on a line from a tenth before the first to a tenth after the last.
fn timeline(sale: &FlashSale, now: Timestamp) -> SaleTimeline {
    let first = sale.early_access_at.unwrap_or(sale.opens_at).min(sale.opens_at);
    let whole = sale.closes_at.micros_since(first).max(1) as f64;
    let place = |at: Timestamp| ((90.0 + at.micros_since(first) as f64 / whole * 720.0) * 10.0).round() / 10.0;
    let span = |from: Timestamp, until: Timestamp| Span { x: place(from), width: (place(until) - place(from)).max(2.0) };
    let length = format::length(sale.closes_at.micros_since(sale.opens_at) / 1_000_000);
    let now_x = place(now);
    SaleTimeline {
        text: format!("Open for {length}{}", if sale.early_access_at.is_some() { ", with early access before" } else { "" }),
        early: sale.early_access_at.map(|early| span(early, sale.opens_at)),
        window: span(sale.opens_at, sale.closes_at),
        length,
        now_x: (10.0..=890.0).contains(&now_x).then_some(now_x),
    }
}
