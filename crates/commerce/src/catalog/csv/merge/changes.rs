//! What differs between a product before and after an import, in words for the seller's report.

use crate::catalog::{Picture, Product, Variant};
use crate::{Currency, Money};
use std::fmt;

/// The most characters of a value that a report shows.
const SHOWN_CHARS_MAX: usize = 60;

/// One field that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The option values of the variant, or its sku; empty for a field of the product itself.
    pub variant: String,
    /// The field: `price`.
    pub field: &'static str,
    /// What it was; empty when it was empty.
    pub old: String,
    /// What it becomes.
    pub new: String,
}

/// `Sand / Large price: 19.99 -> 17.99`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.variant.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}: {} -> {}", self.variant, self.field, shown(&self.old), shown(&self.new))
    }
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}

/// Everything that differs.
pub(super) fn between(before: &Product, after: &Product, currency: Currency) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut compare = |field, old: String, new: String| note(&mut changes, "", field, &old, &new);
    compare("title", before.title.clone(), after.title.clone());
    compare("description", before.description_html.clone(), after.description_html.clone());
    compare("vendor", before.vendor.clone(), after.vendor.clone());
    compare("type", before.product_type.clone(), after.product_type.clone());
    compare("category", before.category.clone(), after.category.clone());
    compare("tags", before.tags.join(", "), after.tags.join(", "));
    compare("status", word(&before.status), word(&after.status));
    compare("published", before.published_at.is_some().to_string(), after.published_at.is_some().to_string());
    compare("SEO title", before.seo_title.clone(), after.seo_title.clone());
    compare("SEO description", before.seo_description.clone(), after.seo_description.clone());
    compare("options", options(before), options(after));
    compare("pictures", pictures(&before.pictures), pictures(&after.pictures));
    compare("other columns", extra(&before.extra), extra(&after.extra));
    for variant in &after.variants {
        match before.variants.iter().find(|old| old.id == variant.id) {
            Some(old) => between_variants(&mut changes, old, variant, currency),
            None => note(&mut changes, &label(variant), "variant", "", "new"),
        }
    }
    changes
}

fn between_variants(changes: &mut Vec<Change>, before: &Variant, after: &Variant, currency: Currency) {
    if before == after {
        return;
    }
    let label = label(before);
    let mut compare = |field, old: String, new: String| note(changes, &label, field, &old, &new);
    let price = |minor: i64| Money::new(minor, currency).to_decimal();
    let optional = |minor: Option<i64>| minor.map(price).unwrap_or_default();
    compare("options", before.title(), after.title());
    compare("SKU", before.sku.clone(), after.sku.clone());
    compare("barcode", before.barcode.clone(), after.barcode.clone());
    compare("price", price(before.price_minor), price(after.price_minor));
    compare("was price", optional(before.was_price_minor), optional(after.was_price_minor));
    compare("cost", optional(before.cost_minor), optional(after.cost_minor));
    compare("weight in grams", before.weight_grams.to_string(), after.weight_grams.to_string());
    compare("weight unit", word(&before.weight_unit), word(&after.weight_unit));
    compare("taxable", before.taxable.to_string(), after.taxable.to_string());
    compare("tax code", before.tax_code.clone(), after.tax_code.clone());
    compare("requires shipping", before.requires_shipping.to_string(), after.requires_shipping.to_string());
    compare("stock tracked", before.stock_tracked.to_string(), after.stock_tracked.to_string());
    compare("when sold out", word(&before.stock_policy), word(&after.stock_policy));
    compare("other columns", extra(&before.extra), extra(&after.extra));
    let number = |picture: Option<u32>| picture.map(|index| (index + 1).to_string()).unwrap_or_default();
    compare("picture", number(before.picture), number(after.picture));
}

fn note(changes: &mut Vec<Change>, variant: &str, field: &'static str, old: &str, new: &str) {
    if old != new {
        changes.push(Change { variant: variant.to_owned(), field, old: shortened(old), new: shortened(new) });
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn label(variant: &Variant) -> String {
    let title = variant.title();
    if title.is_empty() { variant.sku.clone() } else { title }
}

fn word(value: &impl fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

fn options(product: &Product) -> String {
    let axes = product.options.iter().map(|axis| format!("{}: {}", axis.name, axis.values.join(", ")));
    axes.collect::<Vec<_>>().join("; ")
}

fn pictures(pictures: &[Picture]) -> String {
    let shown = pictures.iter().map(|picture| {
        let stored = picture.media.map(|media| format!("media {media}"));
        let address = stored.unwrap_or_else(|| picture.source_url.clone());
        if picture.alt.is_empty() { address } else { format!("{address} “{}”", picture.alt) }
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn extra(extra: &[(String, String)]) -> String {
    extra.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("; ")
}
