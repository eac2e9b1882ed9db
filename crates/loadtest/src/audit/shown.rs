//! What a page says about an order and about stock, from its marks for machines and not from its words: a shop words and draws
//! its pages as it likes.

use super::{Left, Line, Receipt};
use memchr::memmem;
use serde::Deserialize;
use serde_json::Value;

/// What a receipt's page says, from its structured data: an `Order` of schema.org as JSON-LD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownOrder {
    /// The order's number.
    pub order: u64,
    /// What was charged, as a plain decimal.
    pub total: String,
    /// ISO 4217 code.
    pub currency: String,
    /// What was bought.
    pub lines: Vec<Line>,
}

/// The part of schema.org's `Order` that is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    #[serde(rename = "@type")]
    kind: String,
    order_number: String,
    price: String,
    price_currency: String,
    ordered_item: Vec<OrderItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderItem {
    order_quantity: u32,
    ordered_item: Product,
}

#[derive(Deserialize)]
struct Product {
    #[serde(rename = "productID")]
    id: String,
}

impl ShownOrder {
    /// The order on this page; nothing when it shows none.
    pub fn on(page: &str) -> Option<Self> {
        let order: Order = serde_json::from_str(structured_data(page)?).ok().filter(|order: &Order| order.kind == "Order")?;
        let line = |item: &OrderItem| Some(Line { variant: item.ordered_item.id.parse().ok()?, quantity: item.order_quantity });
        Some(Self {
            order: order.order_number.parse().ok()?,
            total: order.price,
            currency: order.price_currency,
            lines: order.ordered_item.iter().map(line).collect::<Option<_>>()?,
        })
    }

    /// The receipt that its buyer keeps.
    pub fn into_receipt(self, checkout_id: &str, email: &str, address: &str, at_ms: i64) -> Receipt {
        let Self { order, total, currency, lines } = self;
        Receipt {
            order,
            total,
            currency,
            lines,
            checkout_id: checkout_id.into(),
            email: email.into(),
            address: address.into(),
            at_ms,
        }
    }
}

/// The variant that a refused checkout says there are too few of; nothing where something else stood in the way.
pub fn sold_out_at_checkout(page: &str) -> Option<i64> {
    let (_, rest) = split_once(page, "data-sold-out=\"")?;
    rest.split('"').next()?.parse().ok()
}

/// Whether a product's page says that this variant of it is sold out.
pub fn is_sold_out(page: &str, variant: i64) -> bool {
    let graph = structured_data(page).and_then(|json| serde_json::from_str(json).ok());
    graph.is_some_and(|graph| offers_none(&graph, &format!("?variant={variant}")))
}

/// Whether an offer whose address ends like this is out of stock, however deep it lies.
fn offers_none(thing: &Value, address_ends: &str) -> bool {
    let says = |key: &str, end: &str| thing[key].as_str().is_some_and(|text| text.ends_with(end));
    match thing {
        Value::Object(parts) if says("@type", "Offer") && says("url", address_ends) => {
            parts.get("availability").and_then(Value::as_str).is_some_and(|text| text.ends_with("/OutOfStock"))
        }
        Value::Object(parts) => parts.values().any(|part| offers_none(part, address_ends)),
        Value::Array(parts) => parts.iter().any(|part| offers_none(part, address_ends)),
        _ => false,
    }
}

/// What `/now.json` says is left, of each variant of which it says a number.
pub fn left_in(now_json: &str, at_ms: i64) -> Vec<Left> {
    let now: Value = serde_json::from_str(now_json).unwrap_or_default();
    let stock = now["stock"].as_object().into_iter().flatten();
    let left = stock.filter_map(|(variant, words)| {
        let units = match words["level"].as_str()? {
            "out" => 0,
            "low" => words["text"].as_str()?.split_whitespace().find_map(|word| word.parse().ok())?,
            _ => return None,
        };
        // The stock of a whole product stands under its number with a `p` in front.
        Some(Left { variant: variant.parse().ok()?, units, at_ms })
    });
    left.collect()
}

/// The page's JSON-LD.
fn structured_data(page: &str) -> Option<&str> {
    let (_, rest) = split_once(page, "<script type=\"application/ld+json\">")?;
    split_once(rest, "</script>").map(|(json, _)| json)
}

fn split_once<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let at = memmem::find(text.as_bytes(), mark.as_bytes())?;
    Some((&text[..at], &text[at + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> String {
        format!("<head><title>Order 1001</title><script type=\"application/ld+json\">{json}</script></head><body></body>")
    }

    #[test]
    fn a_receipt_is_read_from_the_structured_data_of_its_page() {
        let order = r#"{"@context":"https://schema.org","@type":"Order","orderNumber":"1001","price":"48.00","priceCurrency":"EUR",
            "orderedItem":[{"@type":"OrderItem","orderQuantity":2,"orderedItem":{"@type":"Product","productID":"17","name":"Tote"}}]}"#;
        let lines = vec![Line { variant: 17, quantity: 2 }];
        let shown = ShownOrder { order: 1_001, total: "48.00".into(), currency: "EUR".into(), lines };
        assert_eq!(ShownOrder::on(&page(order)), Some(shown));
    }

    #[test]
    fn a_page_that_is_no_receipt_shows_no_order() {
        for json in ["", "{", r#"{"@type":"Product","name":"Tote"}"#, r#"{"@type":"Order","orderNumber":"1001"}"#] {
            assert_eq!(ShownOrder::on(&page(json)), None, "{json}");
        }
        assert_eq!(ShownOrder::on("<html><body>Order 1001"), None);
    }

    #[test]
    fn a_refused_checkout_names_the_line_that_is_sold_out() {
        assert_eq!(sold_out_at_checkout("<div role=\"alert\" data-sold-out=\"17\"><p>Tote is sold out.</p></div>"), Some(17));
        assert_eq!(sold_out_at_checkout("<div role=\"alert\"><p>Please choose how it should be delivered.</p></div>"), None);
        assert_eq!(sold_out_at_checkout("<p data-sold-out=\"\">Sold out</p>"), None);
    }

    #[test]
    fn what_is_left_is_read_where_a_number_is_said() {
        let now = r#"{"now_ms":5,"stock":{"7":{"level":"waiting","text":"Opens Fri 4 Jun"},"17":{"level":"low","text":"Only 3 left"},
            "18":{"level":"out","text":"Sold out"},"p2":{"level":"low","text":"Only 3 left"}}}"#;
        let left = |variant, units| Left { variant, units, at_ms: 5 };
        assert_eq!(left_in(now, 5), [left(17, 3), left(18, 0)]);
        assert_eq!(left_in("<html>", 5), []);
    }

    #[test]
    fn a_product_says_of_each_variant_whether_it_is_sold_out() {
        let offer = |variant, availability| {
            format!(
                "{{\"@type\":\"Product\",\"offers\":{{\"@type\":\"Offer\",\"availability\":\"https://schema.org/{availability}\",\
                 \"url\":\"http://juniper.localhost/products/tote?variant={variant}\"}}}}"
            )
        };
        let product = page(&format!("[{},{}]", offer(17, "OutOfStock"), offer(1, "InStock")));
        assert_eq!([17, 1, 7].map(|variant| is_sold_out(&product, variant)), [true, false, false]);
        assert!(!is_sold_out("<p>Sold out</p>", 17));
    }
}
