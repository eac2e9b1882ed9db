//! What a draft means for the shop: the product as it will be, and what changes.
//!
//! Nothing is written here, and no stock is counted: the caller compares the quantities with its own.

mod changes;
mod pictures;
mod variants;

pub use changes::Change;

use super::{Field, MergeError, ProductDraft, RowError, RowWarning};
use crate::catalog::{Product, ProductStatus};
use crate::{Currency, ProductId, Timestamp, VariantId};

/// What merging needs besides the draft and the product.
pub struct MergeSettings<'a> {
    /// The shop's currency, in which changes of prices are told.
    pub currency: Currency,
    /// Makes HTML from outside safe to show.
    pub clean: &'a dyn Fn(&str) -> String,
    /// The time of the import.
    pub now: Timestamp,
}

/// A product as an import leaves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The product, with ids for what is new.
    pub product: Product,
    /// What differs from the product that was there; empty for a new one.
    pub changes: Vec<Change>,
    /// The units in the building as the file counts them, with the line that says so.
    pub quantities: Vec<Counted>,
    /// What was taken, but looks wrong.
    pub warnings: Vec<RowWarning>,
}

/// A count in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Of which variant.
    pub variant: VariantId,
    /// Units in the building, zero or more.
    pub quantity: i64,
    /// The line of the file.
    pub line: u64,
}

/// Puts a draft into the product that has its handle, or makes a new one. `next_id` gives ids for new rows.
///
/// # Errors
/// When the draft does not fit: see [`MergeError`].
pub fn merge(
    draft: &ProductDraft,
    existing: Option<&Product>,
    settings: &MergeSettings<'_>,
    next_id: &mut dyn FnMut() -> i64,
) -> Result<Merged, MergeError> {
    let mut warnings = draft.warnings.clone();
    let base = match existing {
        Some(product) => product.clone(),
        None => new_product(draft, settings.now, next_id)?,
    };
    let mut product = with_fields(base.clone(), draft, settings);
    let mut gallery = pictures::Gallery::merge(&base.pictures, &draft.pictures);
    let quantities = variants::merge(&mut product, draft, &mut gallery, next_id)?;
    product.pictures = gallery.into_pictures();
    if existing.is_none() {
        keep_unpriced_as_draft(&mut product, draft, &mut warnings);
    }
    let changes = existing.map(|before| changes::between(before, &product, settings.currency)).unwrap_or_default();
    if existing.is_none() || !changes.is_empty() {
        product.updated_at = settings.now;
    }
    Ok(Merged { product, changes, quantities, warnings })
}

fn new_product(draft: &ProductDraft, now: Timestamp, next_id: &mut dyn FnMut() -> i64) -> Result<Product, MergeError> {
    if draft.title.set().is_none() {
        return Err(MergeError::TitleMissing { handle: draft.handle.clone() });
    }
    Ok(Product::new(ProductId(next_id()), &draft.handle, "", Vec::new(), now))
}

fn with_fields(base: Product, draft: &ProductDraft, settings: &MergeSettings<'_>) -> Product {
    let description_html = match &draft.description_html {
        Field::Set(html) if *html == base.description_html => base.description_html.clone(),
        Field::Set(html) => (settings.clean)(html),
        other => other.or_clear(&base.description_html),
    };
    let published_at = match draft.published {
        Field::Set(true) => base.published_at.or(Some(settings.now)),
        Field::Set(false) => None,
        Field::Absent | Field::Cleared => base.published_at,
    };
    Product {
        title: draft.title.or_keep(&base.title),
        description_html,
        vendor: draft.vendor.or_clear(&base.vendor),
        product_type: draft.product_type.or_clear(&base.product_type),
        category: draft.category.or_clear(&base.category),
        tags: draft.tags.or_clear(&base.tags),
        status: draft.status.or_keep(&base.status),
        published_at,
        seo_title: draft.seo_title.or_clear(&base.seo_title),
        seo_description: draft.seo_description.or_clear(&base.seo_description),
        extra: with_extra(&base.extra, &draft.extra),
        ..base
    }
}

/// Extra columns of the file replace those of the same name; a blank one removes it.
fn with_extra(current: &[(String, String)], from_file: &[(String, String)]) -> Vec<(String, String)> {
    let mut extra = current.to_vec();
    for (name, value) in from_file {
        match extra.iter().position(|(known, _)| known == name) {
            Some(index) if value.is_empty() => drop(extra.remove(index)),
            Some(index) => extra[index].1.clone_from(value),
            None if value.is_empty() => {}
            None => extra.push((name.clone(), value.clone())),
        }
    }
    extra
}

/// A new product without a price would be given away.
fn keep_unpriced_as_draft(product: &mut Product, draft: &ProductDraft, warnings: &mut Vec<RowWarning>) {
    let unpriced = draft.variants.is_empty() || draft.variants.iter().any(|variant| variant.price_minor.set().is_none());
    if unpriced && product.status == ProductStatus::Active {
        product.status = ProductStatus::Draft;
        let message = "has no price and was therefore kept as a draft: set a price, then activate it".to_owned();
        warnings.push(RowWarning(RowError { line: draft.line, column: None, message }));
    }
}
