//! Every address of the server, and which function answers there.

use crate::admin;
use crate::app::App;
use crate::storefront::{
    assets, cart, checkout, collections, discovery, early_access, home, media, now, orders, pages, products, sales, search,
    webhooks,
};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

/// Every address.
pub fn router(app: App) -> Router {
    storefront().merge(admin(&app)).with_state(app)
}

/// What shoppers see.
fn storefront() -> Router<App> {
    Router::new()
        .route("/", get(home::home))
        .route("/collections", get(collections::index))
        .route("/collections/all", get(collections::everything))
        .route("/collections/{handle}", get(collections::collection))
        .route("/products/{handle}", get(products::product))
        .route("/sales/{handle}", get(sales::sale))
        .route("/early/{sale}/{key}", get(early_access::open))
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
        .route("/webhooks/payments", post(webhooks::payments))
        .route("/now.json", get(now::now))
        .route("/media/{id}/{width}", get(media::media))
        .route("/assets/{name}", get(assets::asset))
        .route("/theme.css", get(assets::palette))
        .route("/favicon.svg", get(assets::favicon))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(discovery::robots))
        .route("/sitemap.xml", get(discovery::sitemap))
        .fallback(pages::nothing_here)
}

/// The seller's desk.
fn admin(app: &App) -> Router<App> {
    use admin::{assets, collections, dashboard, desk_failures, imports, inventory, orders, products, settings, sign_in};
    let uploads = Router::new()
        .route("/admin/products/{id}/pictures", post(products::add_pictures))
        .route("/admin/settings/branding/pictures", post(settings::upload_picture))
        .route("/admin/imports", get(imports::start).post(imports::compare))
        .layer(DefaultBodyLimit::max(admin::UPLOAD_BYTES_MAX));
    let forms = Router::new()
        .route("/admin", get(dashboard::show))
        .route("/admin/assets/{name}", get(assets::asset))
        .route("/admin/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/admin/sign-out", post(sign_in::sign_out))
        .route("/admin/orders", get(orders::list))
        .route("/admin/orders/{id}", get(orders::show))
        .route("/admin/orders/{id}/fulfill", get(orders::ask_fulfill).post(orders::fulfill))
        .route("/admin/orders/{id}/cancel", get(orders::ask_cancel).post(orders::cancel))
        .route("/admin/orders/{id}/refund", get(orders::ask_refund).post(orders::refund))
        .route("/admin/products", get(products::list).post(products::create))
        .route("/admin/products/new", get(products::new))
        .route("/admin/products/{id}", get(products::edit).post(products::update))
        .route("/admin/products/{id}/delete", get(products::ask_delete).post(products::delete))
        .route("/admin/inventory", get(inventory::list))
        .route("/admin/inventory/{variant}", get(inventory::show))
        .route("/admin/inventory/{variant}/adjust", post(inventory::adjust))
        .route("/admin/inventory/{variant}/receive", post(inventory::receive))
        .route("/admin/collections", get(collections::list).post(collections::create))
        .route("/admin/collections/new", get(collections::new))
        .route("/admin/collections/{id}", get(collections::edit).post(collections::update))
        .route("/admin/collections/{id}/products", post(collections::add_products))
        .route("/admin/collections/{id}/delete", get(collections::ask_delete).post(collections::delete))
        .route("/admin/imports/products.csv", get(imports::products_csv))
        .route("/admin/imports/inventory.csv", get(imports::inventory_csv))
        .route("/admin/imports/orders.csv", get(imports::orders_csv))
        .route("/admin/imports/{key}/confirm", post(imports::confirm))
        .merge(selling())
        .merge(settings_pages())
        .route("/admin/{*rest}", get(admin::nothing_here))
        .layer(DefaultBodyLimit::max(admin::FORM_BYTES_MAX));
    uploads.merge(forms).layer(from_fn_with_state(app.clone(), desk_failures))
}

/// Sales, coupons, pages, mail, the books and the load test.
fn selling() -> Router<App> {
    use admin::{books, coupons, flash_sales, load_test, mail, pages, rehearsal, sale_lesson, sale_plan, sale_report, traffic};
    let plan_limit = || DefaultBodyLimit::max(sale_plan::BYTES_MAX);
    Router::new()
        .route("/admin/flash-sales", get(flash_sales::list).post(flash_sales::create))
        .route("/admin/flash-sales/new", get(flash_sales::new))
        .route("/admin/flash-sales/{id}", get(flash_sales::edit).post(flash_sales::update))
        .route("/admin/flash-sales/{id}/items", post(flash_sales::add_items))
        .route("/admin/flash-sales/{id}/schedule", post(flash_sales::schedule))
        .route("/admin/flash-sales/{id}/cancel", get(flash_sales::ask_cancel).post(flash_sales::cancel))
        .route("/admin/flash-sales/{id}/delete", get(flash_sales::ask_delete).post(flash_sales::delete))
        .route("/admin/flash-sales/{id}/report", get(sale_report::show))
        .route("/admin/flash-sales/{id}/report.json", get(sale_report::data))
        .route("/admin/flash-sales/{id}/plan", get(sale_plan::show).post(sale_plan::change).layer(plan_limit()))
        .route("/admin/flash-sales/{id}/lesson", get(sale_lesson::show).post(sale_lesson::learn))
        .route("/admin/flash-sales/{id}/rehearse", get(rehearsal::ask).post(rehearsal::start))
        .route("/admin/coupons", get(coupons::list).post(coupons::create))
        .route("/admin/coupons/new", get(coupons::new))
        .route("/admin/coupons/{id}", get(coupons::edit).post(coupons::update))
        .route("/admin/coupons/{id}/delete", get(coupons::ask_delete).post(coupons::delete))
        .route("/admin/pages", get(pages::list).post(pages::create))
        .route("/admin/pages/new", get(pages::new))
        .route("/admin/pages/preview", post(pages::preview))
        .route("/admin/pages/{id}", get(pages::edit).post(pages::update))
        .route("/admin/pages/{id}/delete", get(pages::ask_delete).post(pages::delete))
        .route("/admin/mail", get(mail::list))
        .route("/admin/mail/{id}", get(mail::show))
        .route("/admin/books", get(books::show))
        .route("/admin/books/prove", post(books::prove))
        .route("/admin/traffic", get(traffic::show))
        .route("/admin/load-test", get(load_test::show).post(load_test::start))
        .route("/admin/load-test/{id}/stop", post(load_test::stop))
        .route("/admin/load-test/{id}/report", get(load_test::report))
        .route("/admin/load-test/{id}/report.json", get(load_test::report_data))
        .route("/admin/load-test/{id}/delete", get(load_test::ask_delete).post(load_test::delete))
}

/// What a seller settles once.
fn settings_pages() -> Router<App> {
    use admin::settings;
    Router::new()
        .route("/admin/settings", get(settings::index))
        .route("/admin/settings/general", get(settings::general).post(settings::save_general))
        .route("/admin/settings/branding", get(settings::branding).post(settings::save_branding))
        .route("/admin/settings/branding.css", get(settings::branding_css))
        .route("/admin/settings/shipping", get(settings::shipping).post(settings::save_shipping))
        .route("/admin/settings/tax", get(settings::tax).post(settings::save_tax))
        .route("/admin/settings/checkout", get(settings::checkout).post(settings::save_checkout))
        .route("/admin/settings/domains", get(settings::domains).post(settings::save_domains))
        .route("/admin/settings/theme", get(settings::theme))
        .route("/admin/settings/theme/edit", get(settings::theme_file).post(settings::save_theme_file))
        .route("/admin/settings/theme/reset", post(settings::reset_theme_file))
        .route("/admin/settings/staff", get(settings::staff).post(settings::add_seller))
        .route("/admin/settings/staff/{id}/delete", get(settings::ask_remove_seller).post(settings::remove_seller))
        .route("/admin/settings/password", get(settings::own_password).post(settings::password))
}
