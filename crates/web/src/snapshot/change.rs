//! What is different between two snapshots of a shop, as far as pages that were drawn before have to know.

use super::Snapshot;
use commerce::VariantId;
use commerce::catalog::{Product, Variant};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The difference between two snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing but price, price before, cost, stock policy or counts of these variants, and when their products were last
    /// changed, which the sitemap tells. Addresses, texts, pictures, collections and the order of lists are what they were.
    Terms(BTreeSet<VariantId>),
    /// Anything.
    Everything,
}

impl Change {
    /// What is different in `new`. Looks at what both share, so that it costs next to nothing.
    pub fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let are_kin = Arc::ptr_eq(&old.surroundings, &new.surroundings) && Arc::ptr_eq(&old.index, &new.index);
        if !are_kin || !(Arc::ptr_eq(&old.members, &new.members) || old.members == new.members) {
            return Self::Everything;
        }
        let pairs = old.products.iter().zip(&new.products);
        let read_anew = pairs.filter(|(old, new)| !Arc::ptr_eq(old, new)).flat_map(|(_, new)| &new.variants);
        Self::Terms(read_anew.map(|variant| variant.id).collect())
    }

    /// This change and then another.
    #[must_use]
    pub fn and(self, later: Self) -> Self {
        match (self, later) {
            (Self::Terms(mut variants), Self::Terms(more)) => {
                variants.extend(more);
                Self::Terms(variants)
            }
            _ => Self::Everything,
        }
    }
}

/// Whether two lists of products are alike but for terms. What both share is not looked at.
pub(super) fn only_terms_differ(old: &[Arc<Product>], new: &[Arc<Product>]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| Arc::ptr_eq(old, new) || is_alike(old, new))
}

/// Whether two products are alike but for terms. Every field is named, so that a new one has to be thought about.
fn is_alike(old: &Product, new: &Product) -> bool {
    let Product {
        id,
        handle,
        title,
        description_html,
        vendor,
        product_type,
        category,
        tags,
        status,
        published_at,
        seo_title,
        seo_description,
        options,
        pictures,
        variants,
        extra,
        created_at,
        updated_at: _,
    } = new;
    (&old.id, &old.handle, &old.title, &old.description_html) == (id, handle, title, description_html)
        && (&old.vendor, &old.product_type, &old.category, &old.tags) == (vendor, product_type, category, tags)
        && (&old.status, &old.published_at, &old.created_at) == (status, published_at, created_at)
        && (&old.seo_title, &old.seo_description) == (seo_title, seo_description)
        && (&old.options, &old.pictures, &old.extra) == (options, pictures, extra)
        && old.variants.len() == variants.len()
        && old.variants.iter().zip(variants).all(|(old, new)| is_variant_alike(old, new))
}

fn is_variant_alike(old: &Variant, new: &Variant) -> bool {
    let Variant {
        id,
        option_values,
        sku,
        barcode,
        price_minor: _,
        was_price_minor: _,
        cost_minor: _,
        weight_grams,
        weight_unit,
        taxable,
        tax_code,
        requires_shipping,
        stock_tracked: _,
        stock_policy: _,
        picture,
        extra,
    } = new;
    (&old.id, &old.option_values, &old.sku, &old.barcode) == (id, option_values, sku, barcode)
        && (&old.weight_grams, &old.weight_unit, &old.taxable) == (weight_grams, weight_unit, taxable)
        && (&old.tax_code, &old.requires_shipping, &old.picture) == (tax_code, requires_shipping, picture)
        && old.extra == *extra
}

#[cfg(test)]
mod tests;
