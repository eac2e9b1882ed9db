//! The report about a flash sale, beside the sale: the same page and data that `doorbuster report` writes.

use super::sale_lesson::can_teach;
use super::seat::{At, Seat};
use super::standalone;
use crate::error::Error;
use crate::sale_record::outcome_of;
use axum::response::Response;
use commerce::FlashSaleId;
use forecast::outcome::data::Outcome;
use forecast::report::{json, outcome};

/// `GET /admin/flash-sales/{id}/report`
pub async fn show(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let sale = db::flash_sales::load_flash_sale(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    let at = |page: &str| format!("/admin/flash-sales/{id}{page}");
    let mut links = vec![(at("/plan"), "The plan of this sale"), (at(""), "The sale at the desk")];
    if can_teach(&sale, seat.now()) {
        links.insert(0, (at("/lesson"), "Learn from this sale"));
    }
    standalone::page(outcome::page_with(&read(&seat, id).await?, &links))
}

/// `GET /admin/flash-sales/{id}/report.json`
pub async fn data(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let told = read(&seat, id).await?;
    standalone::data(&format!("sale-{id}.json"), json::text(&told).into_bytes())
}

async fn read(seat: &Seat, id: FlashSaleId) -> Result<Outcome, Error> {
    outcome_of(seat.db(), seat.shop(), id, seat.now(), None).await?.ok_or(Error::NotFound)
}
