//! "Rehearse this sale": a seller has a sale that is to come played on a copy of the shop, and reads whether it may open.
//!
//! It is asked for here; how far it is and what came of it stands beside the load tests, whose turns and limits it shares.

use super::flash_sale_page::state_of;
use super::form::Form;
use super::format::thousands;
use super::load_test::{in_words, is_double_click};
use super::seat::{At, Seat, Typed};
use super::views::RehearsalAsk;
use crate::error::Error;
use crate::sale_record::defaults_for;
use axum::response::Response;
use commerce::sale::FlashSale;
use commerce::{FlashSaleId, Timestamp};
use db::load_tests::{self, Rehearsal};
use forecast::MarketingPlan;

/// The longest marketing plan, bytes: a plan of the case study has two thousand.
const PLAN_BYTES_MAX: usize = 20_000;

/// `GET /admin/flash-sales/{id}/rehearse`
pub async fn ask(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let kept = kept_plan(&seat, id).await?;
    let last = load_tests::last_marketing_plan(seat.db(), seat.shop(), id).await?;
    let other = last.filter(|last| Some(last) != kept.as_ref()).unwrap_or_default();
    let form = Form::filled([("plan", if kept.is_some() { "kept" } else { "other" }), ("marketing_plan", other.as_str())]);
    seat.page(&page(&seat, &sale, kept.is_some(), form)).await
}

/// `POST /admin/flash-sales/{id}/rehearse`
pub async fn start(seat: Seat, At(id): At<FlashSaleId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let sale = find(&seat, id).await?;
    let kept = kept_plan(&seat, id).await?;
    let has_plan = kept.is_some();
    let marketing_plan = match kept {
        Some(kept) if form.typed("plan") == "kept" => kept,
        _ => form.text("marketing_plan"),
    };
    let rehearsal = Rehearsal { sale: id, sale_name: sale.name.clone(), marketing_plan };
    if rehearsal.marketing_plan.len() > PLAN_BYTES_MAX {
        form.refuse("marketing_plan", "This is longer than a plan can be.");
    } else if !rehearsal.marketing_plan.trim().is_empty() {
        let defaults = defaults_for(seat.db(), seat.shop(), Some(id)).await?;
        if let Err(problem) = MarketingPlan::parse_with(&rehearsal.marketing_plan, "The plan", &defaults) {
            form.refuse("marketing_plan", format!("{problem}."));
        }
    }
    let shoppers_max = seat.app.loadtest_shoppers_max();
    if shoppers_max == 0 {
        form.refuse("", "Whoever runs this server has not permitted load tests.");
    } else if let Some(obstacle) = obstacle(&sale, seat.now()) {
        form.refuse("", obstacle);
    } else if seat.in_memory.snapshot.shop.domains.is_empty() {
        form.refuse("", "The shop has no domain yet. Give it one in the settings; shoppers cannot come to it before.");
    }
    if form.is_fine() {
        let (email, now) = (&seat.seller.email, seat.now());
        match load_tests::ask_rehearsal(seat.db(), seat.shop(), &rehearsal, shoppers_max, email, now).await? {
            Ok(_) => return Ok(begins(&seat)),
            Err(occupied) if is_double_click(&occupied, &seat) => return Ok(begins(&seat)),
            Err(occupied) => form.refuse("", in_words(&occupied, seat.zone())),
        }
    }
    seat.refused(&page(&seat, &sale, has_plan, form)).await
}

/// Whether a sale is one of those that are rehearsed: it is still to come, and something is in it.
pub(super) fn can_be_rehearsed(sale: &FlashSale, now: Timestamp) -> bool {
    obstacle(sale, now).is_none()
}

fn obstacle(sale: &FlashSale, now: Timestamp) -> Option<&'static str> {
    match state_of(sale, now) {
        "canceled" => Some("The sale is called off, so it will not open."),
        _ if sale.opens_at <= now => Some("The sale has opened already. What is rehearsed is still to come."),
        _ if sale.items.is_empty() => Some("Nothing is in the sale yet. Add what is cheaper first."),
        _ => None,
    }
}

fn begins(seat: &Seat) -> Response {
    seat.done("/admin/load-test", "The rehearsal begins.")
}

/// The plan that is kept with the sale, if one is.
async fn kept_plan(seat: &Seat, id: FlashSaleId) -> Result<Option<String>, Error> {
    Ok(db::sale_forecasts::load_forecast(seat.db(), seat.shop(), id).await?.map(|kept| kept.plan))
}

fn page(seat: &Seat, sale: &FlashSale, has_plan: bool, form: Form) -> RehearsalAsk {
    let shoppers_max = seat.app.loadtest_shoppers_max();
    RehearsalAsk {
        id: Some(sale.id),
        sale: sale.name.clone(),
        opens_at: sale.opens_at,
        permitted: if shoppers_max > 0 { thousands(shoppers_max.into()) } else { String::new() },
        obstacle: obstacle(sale, seat.now()).unwrap_or_default(),
        has_plan,
        form,
    }
}

async fn find(seat: &Seat, id: FlashSaleId) -> Result<FlashSale, Error> {
    db::flash_sales::load_flash_sale(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}

/// The page of a sale that is to come, where so many shoppers are permitted.
#[cfg(test)]
pub(super) fn sample(now: Timestamp, shoppers_max: u32) -> RehearsalAsk {
    let permitted = if shoppers_max > 0 { thousands(shoppers_max.into()) } else { String::new() };
    let form = Form::filled([("plan", "kept"), ("marketing_plan", "name = \"Black Friday\"\n")]);
    let sale = "Black Friday".to_owned();
    RehearsalAsk {
        id: Some(FlashSaleId(1)),
        sale,
        opens_at: now.plus_minutes(1_440),
        permitted,
        obstacle: "",
        has_plan: true,
        form,
    }
}
