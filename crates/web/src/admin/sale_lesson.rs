//! "Learn from this sale": a plan's values are fitted to what was counted, and the shop's next plan starts from that.
//!
//! It does what `doorbuster report --learn` does, with the plan that is kept with the sale.

use super::flash_sale_page::state_of;
use super::seat::{At, Seat};
use super::views::SaleLesson;
use crate::error::Error;
use crate::sale_record::{defaults_for, learn_from, lessons};
use axum::response::Response;
use commerce::sale::FlashSale;
use commerce::{FlashSaleId, Timestamp};
use db::sale_forecasts::{SaleForecast, keep_lesson, load_forecast};
use forecast::MarketingPlan;
use forecast::data::Learned;
use forecast::outcome::data::Known;
use forecast::report::{json, outcome};

/// `GET /admin/flash-sales/{id}/lesson`
pub async fn show(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let (sale, kept) = find(&seat, id).await?;
    seat.page(&page(&seat, &sale, kept.as_ref(), String::new()).await?).await
}

/// `POST /admin/flash-sales/{id}/lesson`
pub async fn learn(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let (sale, kept) = find(&seat, id).await?;
    let problem = match (&kept, obstacle(&sale, kept.as_ref(), seat.now())) {
        (Some(kept), None) => learned(&seat, &sale, kept).await?.err(),
        (_, obstacle) => Some(obstacle.unwrap_or(NO_PLAN).to_owned()),
    };
    match problem {
        Some(problem) => seat.refused(&page(&seat, &sale, kept.as_ref(), problem).await?).await,
        None => {
            Ok(seat
                .done(&format!("/admin/flash-sales/{id}/lesson"), "The sale has taught something. The next plan starts from it."))
        }
    }
}

const NO_PLAN: &str = "No plan is kept with this sale, so it is not known what it could be held against.";

/// Fits the plan and keeps what was learned. Inside: what the seller reads where that cannot be.
async fn learned(seat: &Seat, sale: &FlashSale, kept: &SaleForecast) -> Result<Result<(), String>, Error> {
    let (db, shop) = (seat.db(), seat.shop());
    let defaults = defaults_for(db, shop, Some(sale.id)).await?;
    let plan = match MarketingPlan::parse_with(&kept.plan, "The plan of the sale", &defaults) {
        Ok(plan) => plan,
        Err(problem) => return Ok(Err(format!("{problem}."))),
    };
    let learned = match learn_from(db, shop, sale.id, seat.now(), &plan).await?.ok_or(Error::NotFound)? {
        Ok(learned) => learned,
        Err(problem) => return Ok(Err(format!("Nothing can be learned from this sale: {problem}."))),
    };
    let is_kept = keep_lesson(db, shop, sale.id, &kept.plan, &json::text(&learned)).await?;
    Ok(if is_kept { Ok(()) } else { Err("The plan was changed meanwhile. Please try again.".into()) })
}

fn obstacle(sale: &FlashSale, kept: Option<&SaleForecast>, now: Timestamp) -> Option<&'static str> {
    match state_of(sale, now) {
        "ended" if kept.is_none() => Some(NO_PLAN),
        "ended" => None,
        "canceled" => Some("The sale was called off, so it teaches nothing."),
        _ => Some("The sale is not over yet. What it teaches can be learned then."),
    }
}

async fn page(seat: &Seat, sale: &FlashSale, kept: Option<&SaleForecast>, problem: String) -> Result<SaleLesson, Error> {
    let lesson: Option<Learned> = kept.and_then(|kept| serde_json::from_str(kept.lesson.as_deref()?).ok());
    let known = Known::of(lessons(seat.db(), seat.shop()).await?.iter().map(|(_, lesson)| lesson));
    let told = lesson.map(|lesson| outcome::lesson(&lesson, known.as_ref()));
    let (said, table) = told.unwrap_or_default();
    let obstacle = obstacle(sale, kept, seat.now());
    Ok(SaleLesson {
        id: Some(sale.id),
        sale: sale.name.clone(),
        needs_plan: obstacle == Some(NO_PLAN),
        obstacle: if problem.is_empty() { obstacle.unwrap_or_default().to_owned() } else { problem },
        said,
        table,
    })
}

/// Whether something can be learned from it, or was.
pub(super) fn can_teach(sale: &FlashSale, now: Timestamp) -> bool {
    state_of(sale, now) == "ended"
}

async fn find(seat: &Seat, id: FlashSaleId) -> Result<(FlashSale, Option<SaleForecast>), Error> {
    let sale = db::flash_sales::load_flash_sale(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    let kept = load_forecast(seat.db(), seat.shop(), id).await?;
    Ok((sale, kept))
}
