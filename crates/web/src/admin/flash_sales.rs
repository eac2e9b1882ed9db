//! Flash sales at the desk: planned as a draft, scheduled, ended early or called off. Times are typed in the shop's zone.

use super::desk::Pages;
use super::flash_sale_page::{editor, filled, state_of};
use super::form::Form;
use super::picker::Shown;
use super::seat::{Asked, At, Seat, Typed};
use super::uploads;
use super::views::{Confirm, SaleList, SaleRow};
use crate::error::Error;
use crate::gate::outside;
use axum::response::Response;
use commerce::checkout::{Command, Outcome, Refusal};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSalePhase, FlashSaleStatus};
use commerce::{FlashSaleId, VariantId};
use db::flash_sales::SaveSaleRefusal;
use std::collections::HashMap;

/// The most items of one sale.
const ITEMS_MAX: usize = 1_000;
/// The longest sale, seconds: a year.
const LENGTH_SECONDS_MAX: i64 = 366 * 86_400;

/// `GET /admin/flash-sales`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let now = seat.now();
    let sales = db::flash_sales::list_flash_sales(seat.db(), seat.shop()).await?;
    let row = |sale: FlashSale| SaleRow {
        id: sale.id,
        state: state_of(&sale, now),
        opens_at: sale.opens_at,
        closes_at: sale.closes_at,
        items: sale.items.len(),
        claimed: sale.items.iter().map(|item| item.quantity_claimed).sum(),
        offered: sale.items.iter().map(|item| item.quantity_offered).sum::<Option<i64>>().unwrap_or(0),
        name: sale.name,
        handle: sale.handle,
    };
    seat.page(&SaleList { rows: sales.into_iter().map(row).collect() }).await
}

/// `GET /admin/flash-sales/new`
pub async fn new(seat: Seat) -> Result<Response, Error> {
    let page = editor(&seat, None, Form::filled([("before_opening", "not_for_sale")]), &Shown::default()).await?;
    seat.page(&page).await
}

/// `GET /admin/flash-sales/{id}`
pub async fn edit(seat: Seat, At(id): At<FlashSaleId>, asked: Asked) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let shown = Shown::of(&asked.0);
    let page = editor(&seat, Some(&sale), filled(&sale, &seat, &shown), &shown).await?;
    seat.page(&page).await
}

/// `POST /admin/flash-sales`
pub async fn create(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    save(seat, None, form).await
}

/// `POST /admin/flash-sales/{id}`
pub async fn update(seat: Seat, At(id): At<FlashSaleId>, Typed(form): Typed) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    save(seat, Some(sale), form).await
}

/// `POST /admin/flash-sales/{id}/items`
pub async fn add_items(seat: Seat, At(id): At<FlashSaleId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let mut sale = find(&seat, id).await?;
    let ppm = form.percent("add_percent_off").unwrap_or(0);
    let view = Shown::of(&form);
    let chosen: Vec<VariantId> = form.all("variant").filter_map(|typed| typed.parse().ok()).take(ITEMS_MAX).collect();
    if chosen.is_empty() {
        form.refuse("", "Please choose at least one variant.");
    }
    for own in db::stock::load_stock_of(seat.db(), seat.shop(), &chosen).await? {
        let variant = own.variant;
        if sale.item(variant).is_none() && sale.items.len() < ITEMS_MAX {
            sale.items.push(FlashSaleItem {
                variant,
                price_minor: reduced(own.price_minor, ppm),
                quantity_offered: None,
                quantity_per_customer_max: None,
                quantity_claimed: 0,
            });
        }
    }
    if form.is_fine()
        && let Err(refusal) = db::flash_sales::save_flash_sale(seat.db(), seat.shop(), &sale, seat.now()).await?
    {
        form.refuse("", format!("{refusal}."));
    }
    if !form.is_fine() {
        let sale = find(&seat, id).await?;
        let mut shown = filled(&sale, &seat, &view);
        shown.set("add_percent_off", form.typed("add_percent_off"));
        let problem = match form.error("add_percent_off") {
            Some(problem) => format!("“Start with”: {problem}"),
            None => form.error("").unwrap_or("Nothing was added.").to_owned(),
        };
        shown.refuse("", problem);
        let page = editor(&seat, Some(&sale), shown, &view).await?;
        return seat.refused(&page).await;
    }
    let path = format!("/admin/flash-sales/{id}");
    seat.changed(&(view.address(&path) + "#find"), "The items are added.").await
}

/// `POST /admin/flash-sales/{id}/schedule`
pub async fn schedule(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let problem = match sale.status {
        FlashSaleStatus::Scheduled => return Ok(seat.done(&format!("/admin/flash-sales/{id}"), "The sale is on the calendar.")),
        _ if sale.items.is_empty() => Some("Please add what is cheaper first."),
        _ if sale.closes_at <= seat.now() => Some("Its closing time is over. Please choose later times first."),
        _ => None,
    };
    if let Some(problem) = problem {
        let mut form = filled(&sale, &seat, &Shown::default());
        form.refuse("", problem);
        let page = editor(&seat, Some(&sale), form, &Shown::default()).await?;
        return seat.refused(&page).await;
    }
    db::flash_sales::set_flash_sale_status(seat.db(), seat.shop(), id, FlashSaleStatus::Scheduled, seat.now()).await?;
    seat.changed(&format!("/admin/flash-sales/{id}"), "The sale is on the calendar. It opens and closes by itself.").await
}

/// `GET /admin/flash-sales/{id}/cancel`
pub async fn ask_cancel(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let is_open = sale.phase(seat.now()) == FlashSalePhase::Open;
    let (question, consequence, verb) = match is_open {
        true => ("End", "Its prices end at once. Whoever is paying already keeps the sale price.", "End it now"),
        false => ("Call off", "Shoppers no longer see it, and its items can be bought at their own price.", "Call it off"),
    };
    let page = Confirm {
        question: format!("{question} “{}”?", sale.name),
        consequence: consequence.into(),
        verb: verb.into(),
        action: format!("/admin/flash-sales/{id}/cancel"),
        back: format!("/admin/flash-sales/{id}"),
    };
    seat.page(&page).await
}

/// `POST /admin/flash-sales/{id}/cancel`
pub async fn cancel(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let mut sale = find(&seat, id).await?;
    let now = seat.now();
    let path = format!("/admin/flash-sales/{id}");
    match sale.phase(now) {
        FlashSalePhase::Open => {
            sale.closes_at = now;
            match db::flash_sales::save_flash_sale(seat.db(), seat.shop(), &sale, now).await? {
                Ok(()) => seat.changed(&path, "The sale is over.").await,
                Err(refusal) => Err(Error::BadRequest(refusal.to_string())),
            }
        }
        FlashSalePhase::Upcoming => {
            db::flash_sales::set_flash_sale_status(seat.db(), seat.shop(), id, FlashSaleStatus::Canceled, now).await?;
            seat.changed(&path, "The sale is called off.").await
        }
        FlashSalePhase::Hidden | FlashSalePhase::Ended => Ok(seat.done(&path, "The sale was over already.")),
    }
}

/// `GET /admin/flash-sales/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let page = Confirm {
        question: format!("Delete the draft “{}”?", sale.name),
        consequence: "Nobody has seen it. Its times and items are gone.".into(),
        verb: "Delete".into(),
        action: format!("/admin/flash-sales/{id}/delete"),
        back: format!("/admin/flash-sales/{id}"),
    };
    seat.page(&page).await
}

/// `POST /admin/flash-sales/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    if let Err(refusal) = db::flash_sales::delete_flash_sale(seat.db(), seat.shop(), id).await? {
        let mut form = filled(&sale, &seat, &Shown::default());
        form.refuse("", format!("{refusal}."));
        let page = editor(&seat, Some(&sale), form, &Shown::default()).await?;
        return seat.refused(&page).await;
    }
    seat.changed("/admin/flash-sales", "The draft is deleted.").await
}

async fn save(seat: Seat, known: Option<FlashSale>, mut form: Form) -> Result<Response, Error> {
    let view = Shown::of(&form);
    let items = known.as_ref().map(|sale| sale.items.as_slice()).unwrap_or_default();
    let variants: Vec<VariantId> = items.iter().map(|item| item.variant).collect();
    let lines = db::stock::load_stock_of(seat.db(), seat.shop(), &variants).await?;
    let own_prices = lines.iter().map(|line| (line.variant, line.price_minor)).collect();
    let sale = read(&mut form, &seat, known.as_ref(), &own_prices).await?;
    if form.is_fine()
        && let Err(refusal) = db::flash_sales::save_flash_sale(seat.db(), seat.shop(), &sale, seat.now()).await?
    {
        match refusal {
            SaveSaleRefusal::HandleTaken(_) => form.refuse("handle", format!("{refusal}.")),
            SaveSaleRefusal::ItemClaimed(_) => {
                form.refuse("", "An item that was sold in this sale cannot leave it. Lower the quantity offered instead.");
            }
            other => form.refuse("", format!("{other}.")),
        }
    }
    let mut known = known;
    if form.is_fine()
        && let Some(before) = &known
    {
        offer_quantities(&seat, before, &sale, &mut form).await?;
        seat.app.reload_changed().await?;
        known = Some(find(&seat, sale.id).await?);
    }
    if !form.is_fine() {
        let page = editor(&seat, known.as_ref(), form, &view).await?;
        return seat.refused(&page).await;
    }
    let is_late = sale.status == FlashSaleStatus::Draft && sale.closes_at <= seat.now();
    let message = match (is_late, known.is_some()) {
        (true, _) => "The draft is saved. Its closing time is over: choose later times before it goes on the calendar.",
        (false, true) => "The sale is saved.",
        (false, false) => "The draft is saved. Now add what is cheaper.",
    };
    seat.changed(&view.address(&format!("/admin/flash-sales/{}", sale.id)), message).await
}

/// Has the order writer offer more or fewer units of the items that were in the sale before. What it refuses is noted beside the
/// field; the rest of the sale is saved by then.
async fn offer_quantities(seat: &Seat, before: &FlashSale, sale: &FlashSale, form: &mut Form) -> Result<(), Error> {
    let mut is_changed = false;
    for item in &sale.items {
        let offered_before = before.item(item.variant).map_or(item.quantity_offered, |known| known.quantity_offered);
        if item.quantity_offered == offered_before {
            continue;
        }
        let command = Command::ChangeQuantityOffered {
            sale: sale.id,
            variant: item.variant,
            quantity_offered: item.quantity_offered,
            actor: seat.seller.email.clone(),
        };
        match outside(seat.app.writer().submit(seat.shop(), command)).await? {
            Outcome::Refused(refusal) => {
                let words = match refusal {
                    Refusal::BelowClaimed { claimed } => {
                        format!("{claimed} are sold or held in this sale, so it cannot be fewer. Everything else is saved.")
                    }
                    other => other.message(seat.currency()),
                };
                form.refuse(quantity_field(form, item.variant), words);
            }
            _ => is_changed = true,
        }
    }
    if is_changed {
        db::flash_sales::show_flash_sale_change(seat.db(), seat.shop()).await?;
    }
    Ok(())
}

/// The field in which the quantity of an item was typed.
fn quantity_field(form: &Form, variant: VariantId) -> String {
    let variant = variant.to_string();
    let row = (0..Pages::ROWS).find(|row| form.typed(&format!("items.{row}.variant")) == variant);
    row.map_or_else(String::new, |row| format!("items.{row}.quantity_offered"))
}

async fn read(
    form: &mut Form,
    seat: &Seat,
    known: Option<&FlashSale>,
    own_prices: &HashMap<VariantId, i64>,
) -> Result<FlashSale, Error> {
    let zone = seat.zone();
    let name = form.required_line("name");
    let (opens_at, closes_at) = (form.required_time("opens_at", zone), form.required_time("closes_at", zone));
    let early_access_at = form.time("early_access_at", zone);
    if form.is_fine() && closes_at <= opens_at {
        form.refuse("closes_at", "It has to close after it opens.");
    }
    if form.is_fine() && closes_at.micros_since(opens_at) / 1_000_000 > LENGTH_SECONDS_MAX {
        form.refuse("closes_at", "A sale lasts at most a year.");
    }
    if form.is_fine() && early_access_at.is_some_and(|early| early >= opens_at) {
        form.refuse("early_access_at", "Early access has to begin before the sale opens.");
    }
    let teaser = form.text("teaser");
    if teaser.chars().count() > 1_000 {
        form.refuse("teaser", "Please use at most 1,000 characters.");
    }
    Ok(FlashSale {
        id: known.map_or_else(|| FlashSaleId(seat.next_id()), |sale| sale.id),
        handle: form.handle("handle", &name),
        name,
        teaser,
        picture: uploads::chosen_picture(seat, form, "picture").await?,
        early_access_at,
        opens_at,
        closes_at,
        before_opening: form.choice(
            "before_opening",
            &[("not_for_sale", BeforeOpening::NotForSale), ("ordinary_price", BeforeOpening::OrdinaryPrice)],
        ),
        status: known.map_or(FlashSaleStatus::Draft, |sale| sale.status),
        items: read_items(form, seat, known, own_prices),
    })
}

fn read_items(
    form: &mut Form,
    seat: &Seat,
    known: Option<&FlashSale>,
    own_prices: &HashMap<VariantId, i64>,
) -> Vec<FlashSaleItem> {
    let Some(sale) = known else { return Vec::new() };
    let percent_off = form.percent("percent_off");
    let rows: HashMap<String, usize> =
        (0..Pages::ROWS).map(|row| (form.typed(&format!("items.{row}.variant")).to_owned(), row)).collect();
    let mut items = Vec::with_capacity(sale.items.len());
    for item in &sale.items {
        let own_price = own_prices.get(&item.variant).copied();
        let reduced_price = percent_off.zip(own_price).map(|(ppm, own)| reduced(own, ppm));
        // Only a page of them is in the form.
        let Some(row) = rows.get(&item.variant.to_string()) else {
            items.push(FlashSaleItem { price_minor: reduced_price.unwrap_or(item.price_minor), ..item.clone() });
            continue;
        };
        let field = |name: &str| format!("items.{row}.{name}");
        if form.ticked(&field("remove")) {
            continue;
        }
        let price_minor = match reduced_price {
            Some(price_minor) => price_minor,
            None => form.required_amount(&field("price"), seat.currency()),
        };
        if own_price.is_some_and(|own| price_minor > own) {
            form.refuse(field("price"), "This is more than its own price.");
        }
        items.push(FlashSaleItem {
            variant: item.variant,
            price_minor,
            quantity_offered: form.number(&field("quantity_offered"), 0..=10_000_000),
            quantity_per_customer_max: form.number(&field("quantity_per_customer_max"), 1..=1_000),
            quantity_claimed: item.quantity_claimed,
        });
    }
    items
}

/// A price less a share, rounded down to whole minor units.
fn reduced(price_minor: i64, ppm: i64) -> i64 {
    let kept = i128::from(price_minor) * i128::from(1_000_000 - ppm) / 1_000_000;
    i64::try_from(kept).expect("no more than the price itself")
}

async fn find(seat: &Seat, id: FlashSaleId) -> Result<FlashSale, Error> {
    db::flash_sales::load_flash_sale(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_off_is_rounded_down_to_whole_minor_units() {
        for (price, ppm, expected) in [(1_999, 200_000, 1_599), (1_000, 0, 1_000), (1_000, 1_000_000, 0), (5, 333_333, 3)] {
            assert_eq!(reduced(price, ppm), expected);
        }
    }
}
