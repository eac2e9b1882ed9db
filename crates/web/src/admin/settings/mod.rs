//! The settings of a shop: one page and one row per struct of `commerce::shop`. Only owners come here; everyone may change
//! their own password.

mod branding;
mod domains;
mod general;
mod shipping;
mod staff;
mod tax;
mod theme;

pub use branding::{branding, branding_css, save_branding, upload_picture};
pub use domains::{domains, save_domains};
pub use general::{checkout, general, save_checkout, save_general};
pub use shipping::{save_shipping, shipping};
pub use staff::{add_seller, ask_remove_seller, own_password, password, remove_seller, staff};
pub use tax::{save_tax, tax};
pub use theme::{reset_theme_file, save_theme_file, theme, theme_file};

use super::form::Form;
use super::seat::{OwnerSeat, redirect};
use axum::response::Response;

/// `GET /admin/settings`
pub async fn index(OwnerSeat(_): OwnerSeat) -> Response {
    redirect("/admin/settings/general")
}

/// Country codes separated by commas: two capital letters each, or `*`.
fn countries(form: &mut Form, name: &str) -> Vec<String> {
    let countries: Vec<String> = form.words(name).into_iter().map(|code| code.to_uppercase()).collect();
    let is_code = |code: &str| code == "*" || (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
    if let Some(wrong) = countries.iter().find(|code| !is_code(code)) {
        form.refuse(name, format!("“{wrong}” is not a two-letter country code, such as DE."));
    }
    if countries.is_empty() {
        form.refuse(name, "Please give at least one country, or * for all.");
    }
    countries
}
