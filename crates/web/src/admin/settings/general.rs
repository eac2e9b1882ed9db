//! Name, zone, door, contact; and the limits of cart and checkout.

use crate::admin::form::Form;
use crate::admin::format::is_time_zone;
use crate::admin::seat::{OwnerSeat, Typed};
use crate::admin::views::{CheckoutLimits, GeneralSettings};
use crate::error::Error;
use axum::response::Response;
use commerce::customer::is_email;
use commerce::shop::{CheckoutSettings, ShopContact};
use db::shops::{Door, Settings};

/// `GET /admin/settings/general`
pub async fn general(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let shop = seat.shop_now().await?;
    let form = Form::filled([
        ("name", shop.name),
        ("time_zone", shop.time_zone),
        ("open", if shop.open { "yes".into() } else { String::new() }),
        ("email", shop.contact.email),
        ("phone", shop.contact.phone),
        ("postal_address", shop.contact.postal_address),
    ]);
    seat.page(&general_page(form)).await
}

/// `POST /admin/settings/general`
pub async fn save_general(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let (name, time_zone) = (form.required_line("name"), form.required_line("time_zone"));
    if !is_time_zone(&time_zone) {
        form.refuse("time_zone", "Please write it like Europe/Berlin or America/New_York.");
    }
    let contact =
        ShopContact { email: form.line("email"), phone: form.line("phone"), postal_address: form.text("postal_address") };
    if !contact.email.is_empty() && !is_email(&contact.email) {
        form.refuse("email", "This is not an e-mail address.");
    }
    if contact.postal_address.chars().count() > 1_000 {
        form.refuse("postal_address", "Please use at most 1,000 characters.");
    }
    if form.is_fine()
        && let Err(refusal) = db::shops::save_general(seat.db(), seat.shop(), &name, &time_zone).await?
    {
        form.refuse("name", format!("{refusal}."));
    }
    if !form.is_fine() {
        return seat.refused(&general_page(form)).await;
    }
    db::shops::save_settings(seat.db(), seat.shop(), &Settings::Contact(contact), seat.now()).await?;
    let door = if form.ticked("open") { Door::Open } else { Door::Closed };
    db::shops::set_door(seat.db(), seat.shop(), door).await?;
    seat.changed("/admin/settings/general", "Saved.").await
}

/// `GET /admin/settings/checkout`
pub async fn checkout(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let checkout = seat.shop_now().await?.checkout;
    let form = Form::filled([
        ("reservation_minutes", checkout.reservation_minutes.to_string()),
        ("cart_lines_max", checkout.cart_lines_max.to_string()),
        ("quantity_per_line_max", checkout.quantity_per_line_max.to_string()),
        ("low_stock_from", checkout.low_stock_from.to_string()),
    ]);
    seat.page(&checkout_page(form)).await
}

/// `POST /admin/settings/checkout`
pub async fn save_checkout(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let settings = CheckoutSettings {
        reservation_minutes: form.required_number("reservation_minutes", 1..=120),
        cart_lines_max: usize::try_from(form.required_number("cart_lines_max", 1..=100)).expect("within the range"),
        quantity_per_line_max: u32::try_from(form.required_number("quantity_per_line_max", 1..=1_000)).expect("within the range"),
        low_stock_from: form.required_number("low_stock_from", 0..=50),
        ..seat.shop_now().await?.checkout
    };
    if !form.is_fine() {
        return seat.refused(&checkout_page(form)).await;
    }
    db::shops::save_settings(seat.db(), seat.shop(), &Settings::Checkout(settings), seat.now()).await?;
    seat.changed("/admin/settings/checkout", "Saved.").await
}

fn general_page(form: Form) -> GeneralSettings {
    GeneralSettings { tab: "general", title: "General", form }
}

fn checkout_page(form: Form) -> CheckoutLimits {
    CheckoutLimits { tab: "checkout", title: "Checkout", form }
}
