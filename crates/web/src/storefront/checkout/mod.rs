//! The checkout: one page, filled in once. Shown and checked in `form`, paid in `pay`, waited for in `after`.
//!
//! The page carries a checkout id. Whatever is submitted twice under one id leads to one order.

mod after;
mod form;
mod pay;

pub use after::{confirm, confirm_page, pending};
pub use form::{show, submit};

use super::respond::see_other;
use super::visit::AtShop;
use crate::error::Error;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::PaymentId;

/// A name for a checkout that nobody guesses.
fn new_checkout_id() -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl AtShop {
    /// To the receipt, with the cart emptied.
    fn to_receipt(&self, number: i64) -> Response {
        let mut response = see_other(&self.app.signer().order_path(self.id(), number));
        self.clear_cart(&mut response);
        response
    }

    /// To a page about a payment, with the key that opens it.
    fn to_payment_page(&self, page: &str, payment: PaymentId) -> Response {
        see_other(&format!("/checkout/{page}/{payment}?key={}", self.app.signer().payment_key(self.id(), payment)))
    }
}
