//! Where each product stands: found by handle, by id and by variant, and what lists sort and filter by. Made of all that does
//! not depend on prices, stock or the instant, and shared from one snapshot to the next as long as nothing but those change.

use super::facets::Facets;
use commerce::catalog::Product;
use commerce::{ProductId, Timestamp, VariantId};
use std::ops::Range;
use std::sync::Arc;

/// The place of a product in the snapshot's order, newest first.
pub type Place = u32;

/// As a place; a shop's products are counted in thousands.
pub(super) fn place(index: usize) -> Place {
    Place::try_from(index).expect("a shop in memory has fewer than 2^32 products")
}

/// The index. It holds places and no texts; whoever asks has the products.
#[derive(Debug)]
pub(super) struct Index {
    /// Sorted by the products' handles.
    by_handle: Box<[Place]>,
    /// Sorted.
    by_id: Box<[(ProductId, Place)]>,
    /// Sorted: the product's place, and the variant's in it.
    by_variant: Box<[(VariantId, Place, u32)]>,
    /// For each place how its title compares to the others; equal titles have the same rank.
    title_ranks: Box<[u32]>,
    /// Values to filter by.
    pub(super) facets: Facets,
}

impl Index {
    /// `products` are in the snapshot's order.
    pub(super) fn new(products: &[Arc<Product>]) -> Self {
        let mut by_handle: Vec<Place> = (0..place(products.len())).collect();
        by_handle.sort_by(|&one, &two| products[one as usize].handle.cmp(&products[two as usize].handle));
        let mut by_id: Vec<_> = products.iter().enumerate().map(|(at, product)| (product.id, place(at))).collect();
        by_id.sort_unstable();
        let of_product = |(at, product): (usize, &Arc<Product>)| {
            let variants = product.variants.iter().enumerate();
            variants.map(|(number, variant)| (variant.id, place(at), place(number))).collect::<Vec<_>>()
        };
        let mut by_variant: Vec<_> = products.iter().enumerate().flat_map(of_product).collect();
        by_variant.sort_unstable();
        Self {
            by_handle: by_handle.into(),
            by_id: by_id.into(),
            by_variant: by_variant.into(),
            title_ranks: title_ranks(products),
            facets: Facets::new(products),
        }
    }

    pub(super) fn of_handle(&self, products: &[Arc<Product>], handle: &str) -> Option<Place> {
        let found = self.by_handle.binary_search_by(|&place| products[place as usize].handle.as_str().cmp(handle)).ok()?;
        Some(self.by_handle[found])
    }

    pub(super) fn of_id(&self, id: ProductId) -> Option<Place> {
        let found = self.by_id.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        Some(self.by_id[found].1)
    }

    pub(super) fn of_variant(&self, id: VariantId) -> Option<(Place, u32)> {
        let found = self.by_variant.binary_search_by_key(&id, |(known, _, _)| *known).ok()?;
        let (_, product, variant) = self.by_variant[found];
        Some((product, variant))
    }

    pub(super) fn title_rank(&self, place: Place) -> u32 {
        self.title_ranks[place as usize]
    }
}

/// The places of what shoppers see at `now`: before them stands what is published later, behind them what never is.
pub(super) fn visible(products: &[Arc<Product>], now: Timestamp) -> Range<Place> {
    let first = products.partition_point(|product| product.published_at.is_some_and(|at| at > now));
    let end = products.partition_point(|product| product.published_at.is_some());
    place(first)..place(end)
}

fn title_ranks(products: &[Arc<Product>]) -> Box<[u32]> {
    let mut titles: Vec<(String, usize)> =
        products.iter().enumerate().map(|(at, product)| (product.title.to_lowercase(), at)).collect();
    titles.sort_unstable();
    let mut ranks = vec![0; products.len()].into_boxed_slice();
    let mut rank = 0;
    for (number, (title, at)) in titles.iter().enumerate() {
        if number > 0 && titles[number - 1].0 != *title {
            rank += 1;
        }
        ranks[*at] = rank;
    }
    ranks
}
