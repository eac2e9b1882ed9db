//! Finding products by words. An index in memory per shop that follows its snapshots a moment behind; while there is none for
//! longer than a search waits, words are compared one by one.

mod follower;
mod index;

pub use follower::Search;
pub use index::SearchIndex;

use crate::snapshot::Snapshot;
use commerce::ProductId;
use commerce::catalog::Product;
use std::sync::Arc;

/// The most products one search gives.
pub const FOUND_MAX: usize = 1_000;
/// The most words of one search that count.
pub(crate) const WORDS_MAX: usize = 8;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Best match first.
    pub products: Vec<ProductId>,
    /// The words as they were understood, when misspelled; else empty.
    pub corrected: String,
    /// Whether nothing has all of the words, and this has some of them.
    pub is_partial: bool,
}

/// Products that hold every word somewhere.
pub fn substring_search(snapshot: &Snapshot, words: &str) -> Found {
    let words: Vec<String> = words.split_whitespace().take(WORDS_MAX).map(str::to_lowercase).collect();
    if words.is_empty() {
        return Found::default();
    }
    let holds_all = |product: &&Arc<Product>| {
        let text = text_of(product).to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let products = snapshot.products.iter().filter(holds_all).take(FOUND_MAX).map(|product| product.id).collect();
    Found { products, ..Found::default() }
}

fn text_of(product: &Product) -> String {
    let skus: Vec<&str> = product.variants.iter().map(|variant| variant.sku.as_str()).collect();
    format!("{} {} {} {} {}", product.title, product.vendor, product.product_type, product.tags.join(" "), skus.join(" "))
}
