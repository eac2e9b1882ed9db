//! Shipping zones and methods.

use super::countries;
use crate::admin::form::Form;
use crate::admin::seat::{OwnerSeat, Seat, Typed};
use crate::admin::views::ShippingZones;
use crate::error::Error;
use axum::response::Response;
use commerce::Money;
use commerce::catalog::handle_from_title;
use commerce::shop::{ShippingMethod, ShippingSettings, ShippingZone};
use db::shops::Settings;

/// Zones of a shop.
const ZONES_MAX: usize = 30;
/// Methods of a zone.
const METHODS_MAX: usize = 12;
/// The heaviest parcel, grams.
const WEIGHT_GRAMS_MAX: i64 = 10_000_000;

/// `GET /admin/settings/shipping`
pub async fn shipping(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let shipping = seat.shop_now().await?.shipping;
    let form = filled(&shipping, &seat);
    seat.page(&page(&shipping, form)).await
}

/// `POST /admin/settings/shipping`
pub async fn save_shipping(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let shipping = read(&mut form, &seat);
    if !form.has("zones.0.name") {
        form.refuse("", "The form arrived empty.");
    }
    if !form.is_fine() {
        return seat.refused(&page(&shipping, form)).await;
    }
    db::shops::save_settings(seat.db(), seat.shop(), &Settings::Shipping(shipping), seat.now()).await?;
    seat.changed("/admin/settings/shipping", "Shipping is saved.").await
}

fn page(shipping: &ShippingSettings, form: Form) -> ShippingZones {
    let methods = shipping.zones.iter().map(|zone| zone.methods.len()).max().unwrap_or(0);
    ShippingZones {
        tab: "shipping",
        title: "Shipping",
        zones: (shipping.zones.len() + 1).min(ZONES_MAX),
        methods: (methods + 1).clamp(3, METHODS_MAX),
        form,
    }
}

fn read(form: &mut Form, seat: &Seat) -> ShippingSettings {
    let mut zones = Vec::new();
    let mut keys: Vec<String> = Vec::new();
    for zone in 0..ZONES_MAX {
        let key = format!("zones.{zone}.");
        let name = form.line(&format!("{key}name"));
        let methods = read_methods(form, seat, &key, &name, &mut keys);
        if name.is_empty() {
            if !methods.is_empty() {
                form.refuse(format!("{key}name"), "Please name the zone.");
            }
            continue;
        }
        if methods.is_empty() {
            form.refuse(format!("{key}methods.0.name"), "Please give at least one method.");
        }
        let countries = countries(form, &format!("{key}countries"));
        zones.push(ShippingZone { name, countries, methods });
    }
    ShippingSettings { zones }
}

fn read_methods(form: &mut Form, seat: &Seat, zone_key: &str, zone: &str, keys: &mut Vec<String>) -> Vec<ShippingMethod> {
    let currency = seat.currency();
    let mut methods = Vec::new();
    for method in 0..METHODS_MAX {
        let field = |name: &str| format!("{zone_key}methods.{method}.{name}");
        let name = form.line(&field("name"));
        if name.is_empty() {
            if !form.typed(&field("price")).trim().is_empty() {
                form.refuse(field("name"), "Please name the method.");
            }
            continue;
        }
        let weight = (
            form.number(&field("weight_grams_min"), 0..=WEIGHT_GRAMS_MAX),
            form.number(&field("weight_grams_max"), 0..=WEIGHT_GRAMS_MAX),
        );
        let total = (form.amount(&field("total_min"), currency), form.amount(&field("total_max"), currency));
        if weight.0.zip(weight.1).is_some_and(|(min, max)| max < min) {
            form.refuse(field("weight_grams_max"), "This is less than where it starts.");
        }
        if total.0.zip(total.1).is_some_and(|(min, max)| max < min) {
            form.refuse(field("total_max"), "This is less than where it starts.");
        }
        methods.push(ShippingMethod {
            key: unique_key(form.typed(&field("key")), zone, &name, keys),
            price_minor: form.required_amount(&field("price"), currency),
            weight_grams_min: weight.0,
            weight_grams_max: weight.1,
            total_minor_min: total.0,
            total_minor_max: total.1,
            name,
        });
    }
    methods
}

/// The key a method had, or one made from its zone and name; never twice in a shop.
fn unique_key(known: &str, zone: &str, name: &str, keys: &mut Vec<String>) -> String {
    let made = handle_from_title(&format!("{zone} {name}"));
    let wanted = if commerce::catalog::is_handle(known) { known.to_owned() } else { made };
    let wanted = if wanted.is_empty() { "method".to_owned() } else { wanted };
    let mut key = wanted.clone();
    let mut number = 2;
    while keys.contains(&key) {
        key = format!("{wanted}-{number}");
        number += 1;
    }
    keys.push(key.clone());
    key
}

fn filled(shipping: &ShippingSettings, seat: &Seat) -> Form {
    let decimal = |minor: i64| Money::new(minor, seat.currency()).to_decimal();
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut form = Form::default();
    for (index, zone) in shipping.zones.iter().enumerate() {
        form.set(format!("zones.{index}.name"), zone.name.clone());
        form.set(format!("zones.{index}.countries"), zone.countries.join(", "));
        for (place, method) in zone.methods.iter().enumerate() {
            let key = format!("zones.{index}.methods.{place}.");
            form.set(format!("{key}key"), method.key.clone());
            form.set(format!("{key}name"), method.name.clone());
            form.set(format!("{key}price"), decimal(method.price_minor));
            form.set(format!("{key}weight_grams_min"), number(method.weight_grams_min));
            form.set(format!("{key}weight_grams_max"), number(method.weight_grams_max));
            form.set(format!("{key}total_min"), method.total_minor_min.map(decimal).unwrap_or_default());
            form.set(format!("{key}total_max"), method.total_minor_max.map(decimal).unwrap_or_default());
        }
    }
    form
}
