//! What search engines read: JSON-LD, escaped for a script element.

use super::views::PictureView;
use super::visit::AtShop;
use crate::snapshot::Moment;
use commerce::Money;
use commerce::catalog::Product;
use commerce::order::Order;
use commerce::shop::Link;
use serde_json::{Value, json};

/// JSON that cannot end the script element it stands in.
pub fn for_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Who stands behind the shop.
pub fn organization(visit: &AtShop) -> String {
    let shop = &visit.snapshot().shop;
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "OnlineStore",
        "name": shop.name,
        "url": visit.canonical("/"),
    });
    if !shop.contact.email.is_empty() {
        value["email"] = json!(shop.contact.email);
    }
    for_script(&value)
}

/// The way to a page.
pub fn breadcrumbs(visit: &AtShop, links: &[Link], title: &str, path: &str) -> String {
    for_script(&trail(visit, links, title, path))
}

fn trail(visit: &AtShop, links: &[Link], title: &str, path: &str) -> Value {
    let steps = links.iter().map(|link| (link.label.as_str(), link.url.as_str())).chain([(title, path)]);
    let items: Vec<Value> = steps
        .enumerate()
        .map(|(index, (name, path))| {
            json!({"@type": "ListItem", "position": index + 1, "name": name, "item": visit.canonical(path)})
        })
        .collect();
    json!({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})
}

/// A product with an offer for each variant, and the way to it.
pub fn product(visit: &AtShop, product: &Product, pictures: &[PictureView], breadcrumbs: &[Link]) -> String {
    let moment = visit.moment();
    let path = format!("/products/{}", product.handle);
    let absolute = |place: &str| if place.starts_with('/') { visit.canonical(place) } else { place.to_owned() };
    let images: Vec<String> = pictures.iter().map(|picture| absolute(&picture.src)).collect();
    let mut common = json!({
        "name": product.title,
        "description": super::frame::plain_text(&product.description_html, 4_000),
        "image": images,
        "url": visit.canonical(&path),
    });
    if !product.vendor.is_empty() {
        common["brand"] = json!({"@type": "Brand", "name": product.vendor});
    }
    let offers: Vec<Value> = product.variants.iter().map(|variant| offer(visit, moment, &path, variant)).collect();
    let thing = if let ([offer], [variant]) = (offers.as_slice(), product.variants.as_slice()) {
        common["@type"] = json!("Product");
        common["sku"] = json!(variant.sku);
        common["offers"] = offer.clone();
        common
    } else {
        common["@type"] = json!("ProductGroup");
        common["productGroupID"] = json!(product.id.to_string());
        common["variesBy"] = json!(product.options.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>());
        let variants = product.variants.iter().zip(offers).map(|(variant, offer)| {
            let name = format!("{} {}", product.title, variant.title());
            json!({"@type": "Product", "name": name, "sku": variant.sku, "offers": offer})
        });
        common["hasVariant"] = variants.collect();
        common
    };
    let graph = json!({"@context": "https://schema.org", "@graph": [thing, trail(visit, breadcrumbs, &product.title, &path)]});
    for_script(&graph)
}

/// An order for mail programs, wallets and whoever audits receipts: the numbers as machines read them, whatever the shop's
/// template shows. The variant's number is the product's id.
pub fn order(order: &Order) -> String {
    let items = order.lines.iter().map(|line| {
        let thing = json!({
            "@type": "Product",
            "productID": line.variant.to_string(),
            "sku": line.name.sku,
            "name": line.name.title,
        });
        json!({"@type": "OrderItem", "orderQuantity": line.quantity, "orderedItem": thing})
    });
    for_script(&json!({
        "@context": "https://schema.org",
        "@type": "Order",
        "orderNumber": order.number.to_string(),
        "price": Money::new(order.total_minor, order.currency).to_decimal(),
        "priceCurrency": order.currency.code(),
        "orderedItem": items.collect::<Vec<_>>(),
    }))
}

fn offer(visit: &AtShop, moment: Moment<'_>, path: &str, variant: &commerce::catalog::Variant) -> Value {
    let terms = moment.terms(variant);
    let availability = match (terms.opens_at, terms.left) {
        (_, Some(0)) => "https://schema.org/OutOfStock",
        (Some(_), _) => "https://schema.org/PreSale",
        (None, _) if terms.later => "https://schema.org/BackOrder",
        (None, Some(left)) if left <= moment.snapshot.shop.checkout.low_stock_from => "https://schema.org/LimitedAvailability",
        _ => "https://schema.org/InStock",
    };
    let mut offer = json!({
        "@type": "Offer",
        "price": moment.money(terms.price_minor).to_decimal(),
        "priceCurrency": moment.snapshot.shop.currency.code(),
        "availability": availability,
        "url": visit.canonical(&format!("{path}?variant={}", variant.id)),
    });
    let ends = terms.sale.and_then(|sale| moment.snapshot.sales.iter().find(|candidate| candidate.id == sale));
    if let Some(sale) = ends {
        offer["priceValidUntil"] = json!(moment.date(sale.closes_at, "%Y-%m-%dT%H:%M:%S%:z"));
    }
    offer
}
