//! The seller's desk, at `/admin` on the shop's own host.
//!
//! Read in this order: `seat` (who sits here), `desk` (the frame around every page), `form` (what was typed and what is wrong
//! with it), `views` (what each page shows), then one file per noun. Addresses are listed in `routes.rs`.
//! Rules of selling are not decided here: they are in `commerce`, and stock changes only through the order writer.

pub mod desk;
pub mod form;
pub mod format;
pub mod seat;
pub mod sign_in;
pub mod templates;
pub mod views;

pub mod books;
mod crowd;
pub mod dashboard;
pub mod load_test;
pub mod rehearsal;
pub mod traffic;

pub mod orders;

pub mod collections;
pub mod imports;
pub mod inventory;
mod product_form;
mod product_variants;
pub mod products;

pub mod coupons;
mod flash_sale_page;
pub mod flash_sales;
pub mod mail;
pub mod pages;
pub mod sale_lesson;
pub mod sale_plan;
mod sale_plan_form;
mod sale_plan_page;
mod sale_plan_rows;
pub mod sale_report;

pub mod settings;

pub mod assets;
mod forecasting;
mod once;
mod picker;
mod standalone;
mod throttle;
mod uploads;

use crate::app::App;
use crate::error::{Error, Failure};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use commerce::shop::Shop;

/// The largest form, bytes: a template or the longest text, twice as long once it is encoded.
pub const FORM_BYTES_MAX: usize = 2 << 20;
/// The largest upload as a whole, bytes: a file of products, or several pictures.
pub const UPLOAD_BYTES_MAX: usize = imports::FILE_BYTES_MAX + (1 << 20);

/// What the desk remembers in this process only: wrong passwords, files to be confirmed, whose forecast is being drawn.
#[derive(Debug, Default)]
pub struct DeskMemory {
    throttle: throttle::Throttle,
    files: imports::WaitingFiles,
    forecasting: forecasting::Forecasting,
}

/// The page of a desk that cannot be served now.
pub fn busy_desk(shop: &Shop, heading: &str, text: &str) -> String {
    let problem = views::Problem { heading: heading.into(), text: text.into(), back: "/admin".into() };
    templates::render(&desk::Desk::of_shop(&shop.name, shop.currency, &shop.time_zone), &problem)
}

/// Whatever else is asked for below `/admin`.
pub async fn nothing_here(_: seat::Seat) -> Error {
    Error::NotFound
}

/// Draws what went wrong as a page of the desk.
pub async fn desk_failures(State(app): State<App>, request: Request, next: Next) -> Response {
    let shop = seat::host_of(request.headers()).and_then(|host| app.shop_at(&host));
    let mut response = next.run(request).await;
    let (Some(shop), Some(failure)) = (shop, response.extensions_mut().remove::<Failure>()) else { return response };
    let shop = &shop.snapshot.shop;
    let problem = views::Problem { heading: failure.title.into(), text: failure.text, back: "/admin".into() };
    let desk = desk::Desk::of_shop(&shop.name, shop.currency, &shop.time_zone);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(axum::http::header::CONTENT_TYPE);
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
    let mut drawn = Html(templates::render(&desk, &problem)).into_response();
    *drawn.status_mut() = parts.status;
    for (name, value) in &parts.headers {
        drawn.headers_mut().insert(name.clone(), value.clone());
    }
    drawn
}
