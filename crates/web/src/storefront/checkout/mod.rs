//! The checkout: one page, filled in once. Shown and checked in `form`, held in `hold`, paid in `pay`, waited for in
//! `after`; what was typed is kept in `typed`.
//!
//! The page carries a checkout id. Whatever is submitted twice under one id leads to one order.

mod after;
mod form;
mod hold;
mod pay;
mod typed;

pub use after::{confirm, confirm_page, pending};
pub use form::{show, submit};
pub(crate) use pay::settle;

use super::respond::see_other;
use super::visit::AtShop;
use crate::error::Error;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::{PaymentId, Timestamp};

/// A name for a checkout that nobody guesses: 48 bits of milliseconds, as in a UUID of version 7, and 80 random ones. Checkouts
/// of one minute so lie beside each other in the database, and a batch of orders writes few pages.
fn new_checkout_id(now: Timestamp) -> Result<String, Error> {
    let mut bytes = [0_u8; 16];
    bytes[..6].copy_from_slice(&(now.0 / 1_000).to_be_bytes()[2..]);
    getrandom::fill(&mut bytes[6..]).map_err(|error| Error::Internal(format!("no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

impl AtShop {
    /// To the receipt, with the cart emptied.
    fn to_receipt(&self, number: i64) -> Response {
        let mut response = see_other(&self.app.signer().order_path(self.id(), number));
        self.clear_cart(&mut response);
        self.forget_typed(&mut response);
        response
    }

    /// To a page about a payment, with the key that opens it. What was typed is part of what is held for it; the browser may
    /// keep what was typed before that.
    fn to_payment_page(&self, page: &str, payment: PaymentId) -> Response {
        let path = format!("/checkout/{page}/{payment}?key={}", self.app.signer().payment_key(self.id(), payment));
        let mut response = see_other(&path);
        self.forget_typed(&mut response);
        response
    }
}
