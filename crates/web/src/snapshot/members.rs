//! Which products are in which collection, both ways.

use super::index::{Index, Place, place};
use commerce::catalog::{Collection, CollectionKind, Product, RuleField};
use std::sync::Arc;

/// Members of all collections.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Members {
    /// For each collection, in the snapshot's order, the places of its products in its own order.
    of_collections: Box<[Box<[Place]>]>,
    /// Where in `of_places` the collections of a place begin; one more than there are products.
    starts: Box<[u32]>,
    /// Places in the snapshot's list of collections, small first.
    of_places: Box<[u32]>,
}

impl Members {
    pub(super) fn new(collections: &[Collection], products: &[Arc<Product>], index: &Index) -> Self {
        let of_collections: Box<[Box<[Place]>]> =
            collections.iter().map(|collection| members_of(collection, products, index)).collect();
        let pairs = of_collections.iter().enumerate();
        let mut pairs: Vec<(Place, u32)> =
            pairs.flat_map(|(number, members)| members.iter().map(move |&at| (at, place(number)))).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = vec![0; products.len() + 1].into_boxed_slice();
        for (at, _) in &pairs {
            starts[*at as usize + 1] += 1;
        }
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        Self { of_collections, starts, of_places: pairs.into_iter().map(|(_, collection)| collection).collect() }
    }

    /// The products of the collection at this place of the snapshot's list.
    pub(super) fn of_collection(&self, number: usize) -> &[Place] {
        &self.of_collections[number]
    }

    /// The collections of a product.
    pub(super) fn of_place(&self, place: Place) -> &[u32] {
        let at = place as usize;
        &self.of_places[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// Whether a price decides about who is a member.
pub(super) fn follows_prices(collections: &[Collection]) -> bool {
    let looks_at_price = |collection: &Collection| match &collection.kind {
        CollectionKind::Manual { .. } => false,
        CollectionKind::Rule { rule } => rule.conditions.iter().any(|condition| condition.field == RuleField::Price),
    };
    collections.iter().any(looks_at_price)
}

fn members_of(collection: &Collection, products: &[Arc<Product>], index: &Index) -> Box<[Place]> {
    match &collection.kind {
        CollectionKind::Manual { products } => products.iter().filter_map(|id| index.of_id(*id)).collect(),
        CollectionKind::Rule { rule } => {
            products.iter().enumerate().filter(|(_, product)| rule.matches(product)).map(|(at, _)| place(at)).collect()
        }
    }
}
