//! Every address of the server, and which function answers there.

use crate::app::App;
use crate::serve::{protect, refuse_cross_site};
use crate::storefront::{
    assets, cart, checkout, collections, discovery, draw_failures, home, media, not_modified, now, orders, pages, products, sales,
    search,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

/// The largest form of a shopper, bytes.
const FORM_BYTES_MAX: usize = 128 << 10;

/// The whole server.
pub fn router(app: App) -> Router {
    storefront(&app)
        .layer(from_fn(refuse_cross_site))
        .layer(from_fn_with_state(app.clone(), draw_failures))
        .layer(from_fn(protect))
        .with_state(app)
}

/// What shoppers see.
fn storefront(_app: &App) -> Router<App> {
    Router::new()
        .route("/", get(home::home))
        .route("/collections", get(collections::index))
        .route("/collections/all", get(collections::everything))
        .route("/collections/{handle}", get(collections::collection))
        .route("/products/{handle}", get(products::product))
        .route("/sales/{handle}", get(sales::sale))
        .route("/pages/{handle}", get(pages::page))
        .route("/search", get(search::search))
        .route("/cart", get(cart::show))
        .route("/cart/add", post(cart::add))
        .route("/cart/set", post(cart::set))
        .route("/cart/coupon", post(cart::coupon))
        .route("/checkout", get(checkout::show).post(checkout::submit))
        .route("/checkout/confirm/{payment}", get(checkout::confirm_page).post(checkout::confirm))
        .route("/checkout/pending/{payment}", get(checkout::pending))
        .route("/orders/{number}", get(orders::order))
        .route("/now.json", get(now::now))
        .route("/media/{id}/{width}", get(media::media))
        .route("/assets/{name}", get(assets::asset))
        .route("/theme.css", get(assets::palette))
        .route("/favicon.svg", get(assets::favicon))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(discovery::robots))
        .route("/sitemap.xml", get(discovery::sitemap))
        .fallback(pages::nothing_here)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(from_fn(not_modified))
}
