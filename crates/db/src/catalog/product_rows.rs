//! Products as rows: which column holds which field.
//!
//! Lists (tags, options, option values, extra columns) are JSON texts. A text that no longer is what its column says is an error
//! of the database's content and named as such.

use crate::{Error, Result, Row, Value, params};
use commerce::catalog::{Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use commerce::{MediaId, ProductId};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// From a row of `product_id, handle, title, description_html, vendor, product_type, category, tags, status, published_at,
/// seo_title, seo_description, options, extra, created_at, updated_at`.
pub(super) fn product(row: &Row) -> Result<Product> {
    Ok(Product {
        id: row.get(0),
        handle: row.get(1),
        title: row.get(2),
        description_html: row.get(3),
        vendor: row.get(4),
        product_type: row.get(5),
        category: row.get(6),
        tags: json(row, 7)?,
        status: word::<ProductStatus>(row, 8)?,
        published_at: row.get(9),
        seo_title: row.get(10),
        seo_description: row.get(11),
        options: json(row, 12)?,
        extra: json(row, 13)?,
        created_at: row.get(14),
        updated_at: row.get(15),
        pictures: Vec::new(),
        variants: Vec::new(),
    })
}

/// What a product's own row holds, after its shop.
pub(super) fn product_params(product: &Product) -> Vec<Value> {
    params![
        product.id,
        &product.handle,
        &product.title,
        &product.description_html,
        &product.vendor,
        &product.product_type,
        &product.category,
        to_json(&product.tags),
        to_word(&product.status),
        product.published_at,
        &product.seo_title,
        &product.seo_description,
        to_json(&product.options),
        to_json(&product.extra),
        search_text(product),
        product.created_at,
        product.updated_at,
    ]
    .to_vec()
}

/// From a row of `product_id, media_id, source_url, alt, width, height`.
pub(super) fn picture(row: &Row) -> (ProductId, Picture) {
    let pixels = |column| row.get::<Option<u32>>(column).unwrap_or(0);
    let picture = Picture {
        media: row.get::<Option<MediaId>>(1),
        source_url: row.get(2),
        alt: row.get(3),
        width: pixels(4),
        height: pixels(5),
    };
    (row.get(0), picture)
}

/// From a row of `product_id, variant_id, option_values, sku, barcode, price_minor, was_price_minor, cost_minor, weight_grams,
/// weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, picture, extra`.
pub(super) fn variant(row: &Row) -> Result<(ProductId, Variant)> {
    let mut option_values: Vec<String> = json(row, 2)?;
    option_values.shrink_to_fit();
    let variant = Variant {
        id: row.get(1),
        option_values,
        sku: row.get(3),
        barcode: row.get(4),
        price_minor: row.get(5),
        was_price_minor: row.get(6),
        cost_minor: row.get(7),
        weight_grams: row.get(8),
        weight_unit: word::<WeightUnit>(row, 9)?,
        taxable: row.get(10),
        tax_code: row.get(11),
        requires_shipping: row.get(12),
        stock_tracked: row.get(13),
        stock_policy: word::<StockPolicy>(row, 14)?,
        picture: row.get(15),
        extra: json(row, 16)?,
    };
    Ok((row.get(0), variant))
}

/// What a variant's row holds, after its shop.
pub(super) fn variant_params(product: ProductId, position: usize, variant: &Variant) -> Vec<Value> {
    params![
        variant.id,
        product,
        position,
        to_json(&variant.option_values),
        &variant.sku,
        &variant.barcode,
        variant.price_minor,
        variant.was_price_minor,
        variant.cost_minor,
        variant.weight_grams,
        to_word(&variant.weight_unit),
        variant.taxable,
        &variant.tax_code,
        variant.requires_shipping,
        variant.stock_tracked,
        to_word(&variant.stock_policy),
        variant.picture,
        to_json(&variant.extra),
    ]
    .to_vec()
}

/// Whether orders for the variant are taken beyond its stock, or its stock is not counted.
pub(super) fn oversells(variant: &Variant) -> bool {
    !variant.stock_tracked || variant.stock_policy == StockPolicy::Continue
}

/// A status word of a column: `active`.
pub(super) fn word<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T> {
    let text: String = row.get(column);
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| unreadable(column, &error))
}

/// A JSON text of a column.
pub(super) fn json<T: DeserializeOwned>(row: &Row, column: usize) -> Result<T> {
    let text: String = row.get(column);
    serde_json::from_str(&text).map_err(|error| unreadable(column, &error))
}

/// A list as JSON text.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("lists of texts and numbers can always be written as JSON")
}

/// A status as the word in its column.
pub(super) fn to_word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("an enumeration of names is written as one word, not {other:?}"),
    }
}

fn unreadable(column: usize, error: &serde_json::Error) -> Error {
    Error::Unsuitable(format!("column {column} of a catalog row does not hold what it should: {error}"))
}

/// The lower-case words by which the desk finds a product.
fn search_text(product: &Product) -> String {
    let own = [&product.title, &product.handle, &product.vendor, &product.product_type];
    let skus = product.variants.iter().flat_map(|variant| [&variant.sku, &variant.barcode]);
    let words = own.into_iter().chain(&product.tags).chain(skus).filter(|word| !word.is_empty());
    words.map(|word| word.to_lowercase()).collect::<Vec<_>>().join("\n")
}
