//! The cart's cookies: the cart itself, how many units are in it for the badge in the header, and the prices last seen.

use super::visit::AtShop;
use crate::app::Scheme;
use crate::cookies::cookie;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use commerce::cart::Cart;
use std::collections::HashMap;

/// How long a cart is remembered, seconds.
const AGE_SECONDS: i64 = 30 * 24 * 60 * 60;
/// The cart. Not readable by scripts.
const CART: &str = "cart";
/// Units in the cart; readable, so that pages which are the same for everyone can show the number.
const UNITS: &str = "cart_units";
/// Prices when the cart was last looked at.
const SEEN: &str = "cart_seen";
/// Names the checkout that is under way, so that a reloaded page is the same checkout.
const CHECKOUT: &str = "checkout";

/// The cart a visitor brings.
pub fn cart(headers: &HeaderMap) -> Cart {
    Cart::decode(cookie(headers, CART))
}

/// The name of the checkout under way, if it can be one of ours.
pub fn checkout_id(headers: &HeaderMap) -> Option<&str> {
    Some(cookie(headers, CHECKOUT)).filter(|id| is_checkout_id(id))
}

/// Whether a checkout is under way, as far as the visitor's browser knows.
pub fn has_checkout(headers: &HeaderMap) -> bool {
    checkout_id(headers).is_some()
}

/// Whether the text can be a checkout's name: 22 letters, digits, hyphens or underscores.
pub fn is_checkout_id(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Prices last seen, by variant, minor units.
pub fn prices_seen(headers: &HeaderMap) -> HashMap<i64, i64> {
    let pair = |part: &str| part.split_once(':').and_then(|(variant, price)| Some((variant.parse().ok()?, price.parse().ok()?)));
    cookie(headers, SEEN).split('.').take(200).filter_map(pair).collect()
}

impl AtShop {
    /// Gives the visitor this cart.
    pub fn set_cart(&self, response: &mut Response, cart: &Cart) {
        self.set_cookie(response, CART, &cart.encode(), AGE_SECONDS, "; HttpOnly");
        self.set_cookie(response, UNITS, &cart.units().min(999_999).to_string(), AGE_SECONDS, "");
    }

    /// Remembers the prices that were shown.
    pub fn set_prices_seen(&self, response: &mut Response, prices: &[(i64, i64)]) {
        let text: Vec<String> = prices.iter().map(|(variant, price)| format!("{variant}:{price}")).collect();
        self.set_cookie(response, SEEN, &text.join("."), AGE_SECONDS, "; HttpOnly");
    }

    /// Remembers which checkout is under way.
    pub fn set_checkout_id(&self, response: &mut Response, id: &str) {
        self.set_cookie(response, CHECKOUT, id, AGE_SECONDS, "; HttpOnly");
    }

    /// Lets the next checkout be a new one.
    pub fn forget_checkout_id(&self, response: &mut Response) {
        self.set_cookie(response, CHECKOUT, "", 0, "");
    }

    /// Empties the cart after its order was placed.
    pub fn clear_cart(&self, response: &mut Response) {
        for name in [CART, UNITS, SEEN, CHECKOUT] {
            self.set_cookie(response, name, "", 0, "");
        }
    }

    /// Gives the browser a cookie for the whole shop.
    pub(super) fn set_cookie(&self, response: &mut Response, name: &str, value: &str, age_seconds: i64, more: &str) {
        self.set_cookie_at("/", response, name, value, age_seconds, more);
    }

    /// Gives the browser a cookie for this part of the shop.
    pub(super) fn set_cookie_at(
        &self,
        path: &str,
        response: &mut Response,
        name: &str,
        value: &str,
        age_seconds: i64,
        more: &str,
    ) {
        let secure = if self.app.scheme() == Scheme::Https { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path={path}; Max-Age={age_seconds}; SameSite=Lax{secure}{more}");
        let header_value = HeaderValue::from_str(&text).expect("carts are written in ASCII");
        response.headers_mut().append(header::SET_COOKIE, header_value);
    }
}
