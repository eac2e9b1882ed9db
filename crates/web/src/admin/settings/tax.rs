//! Taxes.

use super::countries;
use crate::admin::form::Form;
use crate::admin::format;
use crate::admin::seat::{OwnerSeat, Typed};
use crate::admin::views::TaxRates;
use crate::error::Error;
use axum::response::Response;
use commerce::shop::{TaxRate, TaxSettings};
use db::shops::Settings;

/// Rates of a shop.
const RATES_MAX: usize = 100;

/// `GET /admin/settings/tax`
pub async fn tax(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let tax = seat.shop_now().await?.tax;
    let form = filled(&tax);
    seat.page(&page(&tax, form)).await
}

/// `POST /admin/settings/tax`
pub async fn save_tax(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let tax = read(&mut form);
    if !form.is_fine() {
        return seat.refused(&page(&tax, form)).await;
    }
    db::shops::save_settings(seat.db(), seat.shop(), &Settings::Tax(tax), seat.now()).await?;
    seat.changed("/admin/settings/tax", "Taxes are saved.").await
}

fn page(tax: &TaxSettings, form: Form) -> TaxRates {
    TaxRates { tab: "tax", title: "Taxes", rates: (tax.rates.len() + 2).clamp(3, RATES_MAX), form }
}

fn read(form: &mut Form) -> TaxSettings {
    let mut rates = Vec::new();
    for index in 0..RATES_MAX {
        let field = |name: &str| format!("rates.{index}.{name}");
        let name = form.line(&field("name"));
        if name.is_empty() {
            if !form.typed(&field("rate")).trim().is_empty() {
                form.refuse(field("name"), "Please name the tax, such as VAT.");
            }
            continue;
        }
        let rate_ppm = form.percent(&field("rate"));
        if rate_ppm.is_none() {
            form.refuse(field("rate"), "Please type the rate.");
        }
        rates.push(TaxRate {
            name,
            countries: countries(form, &field("countries")),
            region: form.line(&field("region")),
            rate_ppm: rate_ppm.unwrap_or(0),
            taxes_shipping: form.ticked(&field("taxes_shipping")),
        });
    }
    TaxSettings { prices_include_tax: form.choice("prices_include_tax", &[("yes", true), ("no", false)]), rates }
}

fn filled(tax: &TaxSettings) -> Form {
    let mut form = Form::filled([("prices_include_tax", if tax.prices_include_tax { "yes" } else { "no" })]);
    for (index, rate) in tax.rates.iter().enumerate() {
        form.set(format!("rates.{index}.name"), rate.name.clone());
        form.set(format!("rates.{index}.countries"), rate.countries.join(", "));
        form.set(format!("rates.{index}.region"), rate.region.clone());
        form.set(format!("rates.{index}.rate"), format::percent(rate.rate_ppm));
        form.set(format!("rates.{index}.taxes_shipping"), if rate.taxes_shipping { "yes" } else { "" });
    }
    form
}
