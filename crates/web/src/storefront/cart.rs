//! The cart: looking at it, and the four ways to change it. It lives in a cookie; every change answers with a redirect.

use super::cart_cookie;
use super::fields::Fields;
use super::frame::Heading;
use super::products::product_page;
use super::respond::see_other;
use super::views::CartView;
use super::visit::{AtShop, Visit};
use crate::error::Error;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use commerce::VariantId;
use commerce::cart::{COUPON_CODE_BYTES_MAX, Cart};
use commerce::pricing::normalize_coupon_code;

/// Suggestions beside an empty cart.
const SUGGESTIONS: usize = 4;
const UNITS_MAX: u32 = 1_000_000;

/// `GET /cart`
pub async fn show(visit: Visit, headers: HeaderMap) -> Result<Response, Error> {
    let cart = cart_cookie::cart(&headers);
    cart_page(&visit, &headers, cart, StatusCode::OK, String::new()).await
}

/// `POST /cart/add`
pub async fn add(visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Error> {
    let wanted =
        fields.text("variant").parse().map(VariantId).map_err(|_| Error::BadRequest("Please choose a product first.".into()))?;
    let found = visit.snapshot().variant(wanted).filter(|(product, _)| product.is_visible(visit.now));
    let (product, variant) = found.ok_or(Error::NotFound)?;
    let refuse = |status, words: &str| product_page(&visit, product, Some(wanted), status, words);
    let typed = if fields.text("quantity").is_empty() { Some(1) } else { fields.number("quantity", 1..=UNITS_MAX) };
    let Some(quantity) = typed else {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "Please choose how many: a whole number, one or more.");
    };
    let moment = visit.moment();
    let terms = moment.terms(variant);
    if !terms.buyable() {
        if terms.opens_at.is_none() {
            let units = quantity.min(visit.snapshot().shop.checkout.quantity_per_line_max);
            visit.shop.metrics.note_missed(visit.now, wanted, i64::from(units));
        }
        return refuse(StatusCode::CONFLICT, &format!("{}.", moment.stock(&terms).text));
    }
    let mut cart = cart_cookie::cart(&headers);
    let there = cart.lines.iter().find(|line| line.variant == wanted).map_or(0, |line| line.quantity);
    let most = moment.quantity_max(&terms);
    if there.saturating_add(quantity) > most {
        let words = match there {
            0 => format!("At most {most} can be bought at once."),
            there => format!("At most {most} can be bought at once, and {there} are in your cart already."),
        };
        return refuse(StatusCode::CONFLICT, &words);
    }
    let lines_max = visit.snapshot().shop.checkout.cart_lines_max;
    if !cart.add(wanted, quantity, lines_max, most) {
        return refuse(StatusCode::CONFLICT, &format!("A cart can hold {lines_max} different products. Yours is full."));
    }
    to_cart(&visit, &headers, &cart)
}

/// `POST /cart/set`
pub async fn set(visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Error> {
    let mut cart = cart_cookie::cart(&headers);
    let variant = fields.text("variant").parse().map(VariantId);
    let (Ok(variant), Some(quantity)) = (variant, fields.number("quantity", 0..=UNITS_MAX)) else {
        let words = "Please choose how many: a whole number, or zero to take it out.";
        return cart_page(&visit, &headers, cart, StatusCode::UNPROCESSABLE_ENTITY, words.into()).await;
    };
    let line_max = visit.snapshot().shop.checkout.quantity_per_line_max;
    if quantity > line_max {
        let words = format!("At most {line_max} of one product can be bought at once.");
        return cart_page(&visit, &headers, cart, StatusCode::UNPROCESSABLE_ENTITY, words).await;
    }
    cart.set(variant, quantity);
    to_cart(&visit, &headers, &cart)
}

/// `POST /cart/coupon`
pub async fn coupon(visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Error> {
    let mut cart = cart_cookie::cart(&headers);
    let code = normalize_coupon_code(fields.text("coupon"));
    if code.len() > COUPON_CODE_BYTES_MAX {
        let words = "We do not know this code. Please check how it is written.";
        return cart_page(&visit, &headers, cart, StatusCode::UNPROCESSABLE_ENTITY, words.into()).await;
    }
    cart.coupon = code;
    to_cart(&visit, &headers, &cart)
}

fn to_cart(visit: &AtShop, headers: &HeaderMap, cart: &Cart) -> Result<Response, Error> {
    let mut response = see_other("/cart");
    visit.set_cart(&mut response, cart);
    visit.remember(&visit.visitor(headers)?, &mut response);
    Ok(response)
}

async fn cart_page(
    visit: &AtShop,
    headers: &HeaderMap,
    mut cart: Cart,
    status: StatusCode,
    refusal: String,
) -> Result<Response, Error> {
    let (known, gone) = visit.known_lines(&cart);
    let quote = visit.quoted(&known, &cart.coupon, None, None).await?;
    let moment = visit.moment();
    let mut notices = Vec::new();
    if !gone.is_empty() {
        notices.push("Something in your cart is no longer for sale and was taken out.".to_owned());
    }
    let seen = cart_cookie::prices_seen(headers);
    for known in &known {
        if seen.get(&known.variant.id.0).is_some_and(|price| *price != known.terms.price_minor) {
            notices.push(format!("The price of {} is now {}.", AtShop::line_name(known), moment.money(known.terms.price_minor)));
        }
    }
    let lines: Vec<_> = known.iter().map(|known| visit.cart_line_view(known)).collect();
    let suggestions = if lines.is_empty() { SUGGESTIONS } else { 0 };
    let view = CartView {
        ready: !lines.is_empty() && lines.iter().all(|line| line.problem.is_empty()),
        notices,
        refusal,
        summary: visit.summary_view(&quote, &known),
        coupon: cart.coupon.clone(),
        suggestions: moment.products().take(suggestions).map(|product| moment.card(product)).collect(),
        lines,
    };
    let prices: Vec<(i64, i64)> = known.iter().map(|known| (known.variant.id.0, known.terms.price_minor)).collect();
    let mut response =
        visit.private_page(status, &visit.framed(Heading { without_band: false, ..Heading::private("Cart") }, view))?;
    if !gone.is_empty() {
        cart.lines.retain(|line| !gone.contains(&line.variant));
        visit.set_cart(&mut response, &cart);
    }
    if !prices.is_empty() {
        visit.set_prices_seen(&mut response, &prices);
    }
    Ok(response)
}
