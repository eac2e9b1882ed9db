//! The editor's page of a flash sale: its form as filled from the sale, the picture of its times, the items and the picker.

use super::desk::Pages;
use super::form::Form;
use super::format;
use super::picker::Shown;
use super::rehearsal::can_be_rehearsed;
use super::sale_lesson::can_teach;
use super::seat::Seat;
use super::uploads;
use super::views::{PickerView, SaleEdit, SaleItemRow, SaleTimeline, Span, VariantChoice};
use crate::error::Error;
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSalePhase, FlashSaleStatus};
use commerce::{Money, Timestamp};
use db::stock::StockLine;

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

/// The form of a sale as it is, with the page of its items that is shown.
pub(super) fn filled(sale: &FlashSale, seat: &Seat, shown: &Shown) -> Form {
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
    let (rows, _) = shown.chosen(sale.items.len(), "");
    for (index, item) in sale.items[rows].iter().enumerate() {
        form.set(format!("items.{index}.price"), Money::new(item.price_minor, currency).to_decimal());
        form.set(format!("items.{index}.quantity_offered"), number(item.quantity_offered));
        form.set(format!("items.{index}.quantity_per_customer_max"), number(item.quantity_per_customer_max));
    }
    form
}

/// The page.
pub(super) async fn editor(seat: &Seat, sale: Option<&FlashSale>, form: Form, shown: &Shown) -> Result<SaleEdit, Error> {
    let now = seat.now();
    let Some(sale) = sale else {
        return Ok(SaleEdit {
            title: "New flash sale".into(),
            state: "draft",
            action: "/admin/flash-sales".into(),
            picture_choices: uploads::picture_choices(seat, &form, &["picture"]).await?,
            form,
            ..SaleEdit::default()
        });
    };
    let action = format!("/admin/flash-sales/{}", sale.id);
    let (rows, items_pages) = shown.chosen(sale.items.len(), &action);
    let (found, found_pages) = found(seat, sale, shown, &action).await?;
    Ok(SaleEdit {
        id: Some(sale.id),
        title: sale.name.clone(),
        handle: sale.handle.clone(),
        state: state_of(sale, now),
        action,
        opens_at: sale.opens_at,
        closes_at: sale.closes_at,
        timeline: Some(timeline(sale, now)),
        early_link: early_link(seat, sale),
        can_be_rehearsed: can_be_rehearsed(sale, now),
        can_teach: can_teach(sale, now),
        items: items(seat, &sale.items[rows]).await?,
        items_pages,
        picture_choices: uploads::picture_choices(seat, &form, &["picture"]).await?,
        view: PickerView { page: shown.page, find: shown.find.clone(), found: shown.found },
        found,
        found_pages,
        form,
    })
}

/// The address for customers who may buy before the others; empty when nobody may, or not any more.
fn early_link(seat: &Seat, sale: &FlashSale) -> String {
    let is_useful = sale.early_access_at.is_some() && matches!(state_of(sale, seat.now()), "draft" | "upcoming");
    if is_useful { seat.canonical(&seat.app.signer().early_access_path(seat.shop(), sale.id)) } else { String::new() }
}

async fn items(seat: &Seat, items: &[FlashSaleItem]) -> Result<Vec<SaleItemRow>, Error> {
    let asked: Vec<_> = items.iter().map(|item| item.variant).collect();
    let lines = db::stock::load_stock_of(seat.db(), seat.shop(), &asked).await?;
    let row = |item: &FlashSaleItem| {
        let line = lines.iter().find(|line| line.variant == item.variant);
        SaleItemRow {
            variant: item.variant,
            product_title: line.map_or_else(|| "A product that is gone".into(), |line| line.title.clone()),
            variant_title: line.map(|line| line.option_values.join(" / ")).unwrap_or_default(),
            own_price_minor: line.map_or(0, |line| line.price_minor),
            available: match line {
                Some(line) if line.tracked => line.item.available().to_string(),
                _ => "not counted".into(),
            },
            claimed: item.quantity_claimed,
        }
    };
    Ok(items.iter().map(row).collect())
}

async fn found(seat: &Seat, sale: &FlashSale, shown: &Shown, path: &str) -> Result<(Vec<VariantChoice>, Pages), Error> {
    let Some(number) = shown.found_number() else { return Ok((Vec::new(), Pages::default())) };
    let (lines, total) = db::stock::list_stock(seat.db(), seat.shop(), &shown.find, number, Pages::ROWS as u32).await?;
    let choice = |line: StockLine| VariantChoice {
        variant: line.variant,
        variant_title: line.option_values.join(" / "),
        product_title: line.title,
        own_price_minor: line.price_minor,
        is_in: sale.item(line.variant).is_some(),
    };
    let pages = shown.pages_found(usize::try_from(total).unwrap_or(0), path);
    Ok((lines.into_iter().map(choice).collect(), pages))
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
