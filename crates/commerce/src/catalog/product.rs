//! Products and variants as the catalog holds them. Stock quantities are not here: they belong to `stock`.

use crate::{MediaId, ProductId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};

/// Whether shoppers can see a product.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    /// On sale once published.
    Active,
    /// Being prepared; seen by sellers only.
    #[default]
    Draft,
    /// Kept for the books; seen by sellers only.
    Archived,
}

/// What happens when nothing is left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockPolicy {
    /// Sold out means sold out.
    #[default]
    Deny,
    /// Orders are taken beyond the stock and delivered later.
    Continue,
}

/// The unit in which a weight is shown. Weights are always kept in grams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightUnit {
    /// Grams.
    #[default]
    G,
    /// Kilograms.
    Kg,
    /// Ounces.
    Oz,
    /// Pounds.
    Lb,
}

/// One axis along which variants differ: `Color` with `Sand`, `Ink`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionAxis {
    /// `Color`, `Size`. The axis named `Title` with the one value `Default Title` means: no options.
    pub name: String,
    /// In the order in which shoppers see them.
    pub values: Vec<String>,
}

/// A picture of a product: either in the shop's media or, after an import, still at its source address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The stored picture, if it has been uploaded.
    pub media: Option<MediaId>,
    /// Where it came from; shown from there while `media` is empty. An `https` or `http` address, or empty.
    pub source_url: String,
    /// What the picture shows, for people who do not see it.
    pub alt: String,
    /// Pixels; zero when not known yet.
    pub width: u32,
    /// Pixels; zero when not known yet.
    pub height: u32,
}

/// A product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The row's id.
    pub id: ProductId,
    /// Unique in the shop, in the address of its page: lower-case letters, digits and hyphens.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Cleaned HTML.
    pub description_html: String,
    /// Who makes it; may be empty.
    pub vendor: String,
    /// The seller's own word for its kind; may be empty.
    pub product_type: String,
    /// The standard taxonomy's category path; may be empty.
    pub category: String,
    /// Free words for finding and grouping, each once, in the seller's order.
    pub tags: Vec<String>,
    /// Whether shoppers can see it.
    pub status: ProductStatus,
    /// From when on; `None`: not published to the shop.
    pub published_at: Option<Timestamp>,
    /// Title for search engines; empty: the product's own.
    pub seo_title: String,
    /// Description for search engines; empty: made from the product's own.
    pub seo_description: String,
    /// Up to three axes; empty when there is just one variant without options.
    pub options: Vec<OptionAxis>,
    /// In the order shown; the first is the product's face.
    pub pictures: Vec<Picture>,
    /// At least one, in the order shown.
    pub variants: Vec<Variant>,
    /// Columns of an import that have no field here, kept for the way back: header and value.
    pub extra: Vec<(String, String)>,
    /// UTC.
    pub created_at: Timestamp,
    /// UTC.
    pub updated_at: Timestamp,
}

impl Product {
    /// A product for sale from `from` on, with these variants and nothing else said about it.
    pub fn new(id: ProductId, handle: &str, title: &str, variants: Vec<Variant>, from: Timestamp) -> Self {
        Self {
            id,
            handle: handle.into(),
            title: title.into(),
            description_html: String::new(),
            vendor: String::new(),
            product_type: String::new(),
            category: String::new(),
            tags: Vec::new(),
            status: ProductStatus::Active,
            published_at: Some(from),
            seo_title: String::new(),
            seo_description: String::new(),
            options: Vec::new(),
            pictures: Vec::new(),
            variants,
            extra: Vec::new(),
            created_at: from,
            updated_at: from,
        }
    }

    /// Whether shoppers see it at `now`.
    pub fn is_visible(&self, now: Timestamp) -> bool {
        self.status == ProductStatus::Active && self.published_at.is_some_and(|at| at <= now)
    }
}

/// One sellable thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The row's id.
    pub id: VariantId,
    /// One value per axis of the product's options, in their order.
    pub option_values: Vec<String>,
    /// The seller's own stock code; may be empty, need not be unique.
    pub sku: String,
    /// EAN, UPC or ISBN as printed; may be empty.
    pub barcode: String,
    /// Minor units of the shop's currency, zero or more.
    pub price_minor: i64,
    /// The price before the reduction; shown only when higher than the price.
    pub was_price_minor: Option<i64>,
    /// What the seller paid; never shown to shoppers.
    pub cost_minor: Option<i64>,
    /// Grams, zero or more.
    pub weight_grams: i64,
    /// The unit in which the weight is shown.
    pub weight_unit: WeightUnit,
    /// Whether tax is charged on it.
    pub taxable: bool,
    /// The seller's tax code; may be empty.
    pub tax_code: String,
    /// Whether it is a parcel (and not a download or a voucher).
    pub requires_shipping: bool,
    /// Whether its stock is counted. When not, it never sells out.
    pub stock_tracked: bool,
    /// What happens when nothing is left.
    pub stock_policy: StockPolicy,
    /// Index into the product's pictures of the one that shows this variant.
    pub picture: Option<u32>,
    /// Columns of an import that have no field here, kept for the way back.
    pub extra: Vec<(String, String)>,
}

impl Variant {
    /// The usual thing at this price: taxed, sent as a parcel, its stock counted and never sold beyond.
    pub fn new(id: VariantId, price_minor: i64) -> Self {
        Self {
            id,
            option_values: Vec::new(),
            sku: String::new(),
            barcode: String::new(),
            price_minor,
            was_price_minor: None,
            cost_minor: None,
            weight_grams: 0,
            weight_unit: WeightUnit::default(),
            taxable: true,
            tax_code: String::new(),
            requires_shipping: true,
            stock_tracked: true,
            stock_policy: StockPolicy::default(),
            picture: None,
            extra: Vec::new(),
        }
    }

    /// The name shown beside the product's: `Sand / Large`; empty when the product has no options.
    pub fn title(&self) -> String {
        self.option_values.join(" / ")
    }
}

/// The longest handle, in bytes.
pub const HANDLE_BYTES_MAX: usize = 200;

/// Whether `text` can be a handle: 1 to 200 letters, digits, hyphens or underscores, with no upper-case ASCII letter.
/// Letters of every script are allowed, because real catalogs carry them.
pub fn is_handle(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= HANDLE_BYTES_MAX
        && text.chars().all(|c| (c.is_alphanumeric() && !c.is_ascii_uppercase()) || c == '-' || c == '_')
}

/// The handle made from a title: `Tote “Ria” – Sand` gives `tote-ria-sand`. Empty when the title has no letter or digit.
pub fn handle_from_title(title: &str) -> String {
    let mut handle = String::with_capacity(title.len());
    for character in title.chars().flat_map(char::to_lowercase) {
        if character.is_alphanumeric() {
            if handle.len() + character.len_utf8() > HANDLE_BYTES_MAX {
                break;
            }
            handle.push(character);
        } else if character != '\'' && character != '’' && !handle.is_empty() && !handle.ends_with('-') {
            handle.push('-');
        }
    }
    handle.truncate(handle.trim_end_matches('-').len());
    handle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_handles() {
        for (title, handle) in [
            ("Tote “Ria” – Sand", "tote-ria-sand"),
            ("  Women's Bag  ", "womens-bag"),
            ("50's Christmas", "50s-christmas"),
            ("Çanta Ölçü", "çanta-ölçü"),
            ("!!!", ""),
        ] {
            assert_eq!(handle_from_title(title), handle);
        }
    }
}
