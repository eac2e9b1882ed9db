//! What was typed at the checkout, kept in the visitor's own browser: whoever reloads the page or comes back to it finds
//! it again. Nothing of a card is ever part of it.

use super::super::views::FormView;
use super::super::visit::AtShop;
use crate::cookies::cookie;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::Timestamp;

/// The cookie's name, and the pages that it is sent to.
const TYPED: &str = "typed";
const PATH: &str = "/checkout";
/// How long it is kept, seconds: long enough to fetch another card, short enough that the next person at the same screen does not
/// read it.
pub const KEPT_SECONDS: i64 = 60 * 60;
/// A longer text is not kept: browsers take cookies of 4,096 bytes with their name (RFC 6265, section 6.1).
const BYTES_MAX: usize = 3_500;

/// What this visitor typed last, unless it has led to an order or was typed long ago, whatever their browser thinks of that.
pub fn typed(headers: &HeaderMap, now: Timestamp) -> Option<FormView> {
    let text = URL_SAFE_NO_PAD.decode(cookie(headers, TYPED)).ok()?;
    let (typed_at, form): (i64, FormView) = serde_json::from_slice(&text).ok()?;
    (typed_at..typed_at.saturating_add(KEPT_SECONDS)).contains(&now.seconds()).then_some(form)
}

impl AtShop {
    /// Lets the browser keep what was typed.
    pub fn keep_typed(&self, response: &mut Response, form: &FormView) {
        let text = URL_SAFE_NO_PAD.encode(serde_json::json!([self.now.seconds(), form]).to_string());
        if text.len() <= BYTES_MAX {
            self.set_cookie_at(PATH, response, TYPED, &text, KEPT_SECONDS, "; HttpOnly");
        }
    }

    /// Lets it forget that.
    pub fn forget_typed(&self, response: &mut Response) {
        self.set_cookie_at(PATH, response, TYPED, "", 0, "");
    }
}
