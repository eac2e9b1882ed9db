//! The fake shop's pages: what a load test reads of Doorbuster's, and nothing else.

use super::desk::Order;
use super::{PRODUCT, VARIANT};
use serde_json::json;

/// A whole answer.
pub fn answer(status: &str, kind: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

/// An answer with a page around this.
pub fn page(status: &str, headers: &str, main: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><title>Fake Roasters</title><link rel=\"stylesheet\" href=\"/theme.css\">\
         </head><body><main id=\"main\">{main}</main></body></html>"
    );
    answer(status, "text/html", headers, &body)
}

pub fn redirect(location: &str, headers: &str) -> String {
    answer("303 See Other", "text/plain", &format!("location: {location}\r\n{headers}"), "")
}

pub fn listing() -> String {
    format!("<h1>Fake Roasters</h1><a href=\"{PRODUCT}\">Night Train</a><a href=\"/pages/about\">About</a>")
}

pub fn sitemap() -> String {
    format!("<urlset><url><loc>http://fake.localhost{PRODUCT}</loc></url></urlset>")
}

pub fn now(left: u32) -> String {
    let (level, text) = if left == 0 { ("out", "Sold out".into()) } else { ("low", format!("Only {left} left")) };
    json!({"now_ms": 0, "sales": {}, "stock": {VARIANT.to_string(): {"level": level, "text": text}}, "complete": true})
        .to_string()
}

pub fn product(left: u32, is_sold_out: bool) -> String {
    let availability = if is_sold_out { "OutOfStock" } else { "InStock" };
    let offer = json!({
        "@type": "Offer",
        "price": "48.00",
        "availability": format!("https://schema.org/{availability}"),
        "url": format!("http://fake.localhost{PRODUCT}?variant={VARIANT}"),
    });
    let thing =
        json!({"@context": "https://schema.org", "@graph": [{"@type": "Product", "name": "Night Train", "offers": offer}]});
    let (level, text) = if is_sold_out { ("out", "Sold out".to_owned()) } else { ("low", format!("Only {left} left")) };
    let disabled = if is_sold_out { " disabled" } else { "" };
    format!(
        "<script type=\"application/ld+json\">{thing}</script><h1>Night Train</h1><form action=\"/cart/add\" method=\"post\">\
         <input type=\"hidden\" name=\"variant\" value=\"{VARIANT}\"><p class=\"stock stock-{level}\" data-stock-of=\"{VARIANT}\">\
         {text}</p><select name=\"quantity\"><option value=\"1\">1</option></select><button{disabled}>Add to cart</button></form>"
    )
}

pub fn checkout(checkout_id: &str, refusal: &str, total_cents: u64) -> String {
    let notice = format!("<div class=\"notice\" role=\"alert\" data-sold-out=\"{VARIANT}\"><p>{refusal}</p></div>");
    let notice = if refusal.is_empty() { String::new() } else { notice };
    format!(
        "{notice}<form id=\"checkout-form\" action=\"/checkout\" method=\"post\">\
         <input type=\"hidden\" name=\"checkout_id\" value=\"{checkout_id}\">\
         <input type=\"hidden\" name=\"total_seen\" value=\"{total_cents}\"><input name=\"email\" type=\"email\" value=\"\">\
         <select name=\"country\"><option value=\"\">Choose</option><option value=\"DE\" selected>Germany</option></select>\
         <input type=\"radio\" name=\"shipping_method\" value=\"standard\" checked>\
         <button name=\"intent\" value=\"pay\">Pay</button></form>"
    )
}

pub fn receipt(order: &Order) -> String {
    let Order { number, quantity, total_cents, .. } = order;
    let item = json!({
        "@type": "OrderItem",
        "orderQuantity": quantity,
        "orderedItem": {"@type": "Product", "productID": VARIANT.to_string(), "name": "Night Train"},
    });
    let order = json!({
        "@context": "https://schema.org",
        "@type": "Order",
        "orderNumber": number.to_string(),
        "price": format!("{}.{:02}", total_cents / 100, total_cents % 100),
        "priceCurrency": "EUR",
        "orderedItem": [item],
    });
    let main =
        format!("<script type=\"application/ld+json\">{order}</script><p class=\"eyebrow\">Order {number}</p><h1>Thank you</h1>");
    page("200 OK", "", &main)
}
