//! The report about a flash sale, beside the sale: the same page and data that `doorbuster report` writes.

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
    standalone::page(outcome::page(&read(&seat, id).await?))
}

/// `GET /admin/flash-sales/{id}/report.json`
pub async fn data(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let told = read(&seat, id).await?;
    standalone::data(&format!("sale-{id}.json"), json::text(&told).into_bytes())
}

async fn read(seat: &Seat, id: FlashSaleId) -> Result<Outcome, Error> {
    outcome_of(seat.db(), seat.shop(), id, seat.now(), None).await?.ok_or(Error::NotFound)
}
