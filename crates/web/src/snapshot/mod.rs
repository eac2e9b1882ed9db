//! A shop in memory: all that pages show except what moves with every order. Replaced when the shop's catalog version moves; what
//! has not changed is shared with the snapshot before.
//!
//! Everything here is read-only and free of I/O; [`load`] reads it from the database, [`moment`] looks at it at one instant.

mod surroundings;

mod facets;
mod index;
mod members;
mod prices;

pub mod browse;
pub mod change;
pub mod load;
pub mod moment;
#[cfg(test)]
pub(crate) mod testing;

pub use change::Change;
pub use index::Place;
pub use moment::{Availability, Moment, Terms};
pub use surroundings::{SurroundingParts, Surroundings};

use crate::pictures::WIDTHS;
use commerce::catalog::{Collection, Picture, Product, ProductStatus, Variant};
use commerce::{MediaId, ProductId, Timestamp, VariantId};
use index::Index;
use members::Members;
use std::collections::HashMap;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// What a snapshot is made from.
#[derive(Debug)]
pub struct Parts {
    /// The shop's catalog version when they were read.
    pub version: i64,
    /// All products, whatever their status.
    pub products: Vec<Product>,
    /// All pictures, without their bytes.
    pub media: Vec<MediaInfo>,
    /// Everything else.
    pub surroundings: SurroundingParts,
}

/// What has changed since a snapshot.
#[derive(Debug)]
pub struct Update {
    /// The shop's catalog version when it was read.
    pub version: i64,
    /// The products that have changed, as they are now; `None`: gone.
    pub products: Vec<(ProductId, Option<Product>)>,
    /// Everything else and all pictures, if any of it has changed.
    pub surroundings: Option<(SurroundingParts, Vec<MediaInfo>)>,
}

/// An info page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InfoPage {
    /// In the address of the page.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Cleaned HTML.
    pub body_html: String,
    /// For search engines; may be empty.
    pub seo_description: String,
    /// When it was last changed, UTC.
    pub updated_at: Timestamp,
}

/// A stored picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaInfo {
    /// The row's id.
    pub id: MediaId,
    /// Pixels of the original.
    pub width: u32,
    /// Pixels of the original.
    pub height: u32,
}

impl MediaInfo {
    /// The widths in which it is kept, smallest first. They follow from the original's, the way uploads are cut to size.
    pub fn widths(&self) -> impl Iterator<Item = u32> + use<> {
        let widest = self.width.min(WIDTHS[WIDTHS.len() - 1]);
        WIDTHS.into_iter().filter(move |wanted| *wanted < widest).chain([widest])
    }

    /// The stored width that is shown where `pixels` are wanted: the smallest that is at least as wide, else the widest.
    pub fn width_for(&self, pixels: u32) -> Option<u32> {
        self.widths().find(|width| *width >= pixels).or(self.widths().last())
    }
}

/// A shop in memory.
#[derive(Debug)]
pub struct Snapshot {
    /// The shop's catalog version when it was read.
    pub version: i64,
    /// Products, newest first.
    pub products: Vec<Arc<Product>>,
    surroundings: Arc<Surroundings>,
    media: Arc<HashMap<MediaId, MediaInfo>>,
    index: Arc<Index>,
    members: Arc<Members>,
    kept_prices: prices::KeptPrices,
}

/// Settings, collections, pages, sales and look.
impl Deref for Snapshot {
    type Target = Surroundings;

    fn deref(&self) -> &Surroundings {
        &self.surroundings
    }
}

impl Snapshot {
    /// Sorts and indexes what was read.
    pub fn new(parts: Parts) -> Self {
        let surroundings = Arc::new(Surroundings::new(parts.surroundings));
        let products = sorted(parts.products.into_iter().map(Arc::new).collect());
        let index = Arc::new(Index::new(&products));
        Self {
            version: parts.version,
            members: Arc::new(Members::new(&surroundings.collections, &products, &index)),
            media: Arc::new(by_id(parts.media)),
            kept_prices: prices::KeptPrices::default(),
            surroundings,
            products,
            index,
        }
    }

    /// The snapshot after this one. Shares with it whatever the update does not touch.
    pub fn updated(&self, update: Update) -> Self {
        let is_touched = update.surroundings.is_some();
        let (surroundings, media) = match update.surroundings {
            Some((parts, media)) => (Arc::new(Surroundings::new(parts)), Arc::new(by_id(media))),
            None => (Arc::clone(&self.surroundings), Arc::clone(&self.media)),
        };
        let media = with_pictures(media, update.products.iter().filter_map(|(_, product)| product.as_ref()));
        let products = with_changes(&self.products, update.products);
        let is_same_order = change::only_terms_differ(&self.products, &products);
        let index = if is_same_order { Arc::clone(&self.index) } else { Arc::new(Index::new(&products)) };
        let members = if is_same_order && !is_touched && !surroundings.follows_prices {
            Arc::clone(&self.members)
        } else {
            Arc::new(Members::new(&surroundings.collections, &products, &index))
        };
        let kept_prices = prices::KeptPrices::default();
        Self { version: update.version, products, surroundings, media, index, members, kept_prices }
    }

    /// The product of this handle, whether shoppers see it yet or not.
    pub fn product(&self, handle: &str) -> Option<&Product> {
        self.index.of_handle(&self.products, handle).map(|place| self.at(place))
    }

    /// The product of this id, whether shoppers see it yet or not.
    pub fn product_of_id(&self, id: ProductId) -> Option<&Product> {
        self.index.of_id(id).map(|place| self.at(place))
    }

    /// A variant and its product.
    pub fn variant(&self, id: VariantId) -> Option<(&Product, &Variant)> {
        let (place, variant) = self.index.of_variant(id)?;
        let product = self.at(place);
        Some((product, &product.variants[variant as usize]))
    }

    /// The place of a product.
    pub fn place_of(&self, id: ProductId) -> Option<Place> {
        self.index.of_id(id)
    }

    /// The product at a place.
    pub fn at(&self, place: Place) -> &Product {
        &self.products[place as usize]
    }

    /// The places of the products that shoppers see at `now`: they stand together.
    pub fn visible(&self, now: Timestamp) -> Range<Place> {
        index::visible(&self.products, now)
    }

    /// Whether two products are of the same kind; those without one are of none.
    pub fn same_kind(&self, one: Place, two: Place) -> bool {
        self.index.facets.same_kind(one, two)
    }

    /// Whether two products have the same maker; those without one have none.
    pub fn same_vendor(&self, one: Place, two: Place) -> bool {
        self.index.facets.same_vendor(one, two)
    }

    /// The places of a collection's products, in its order.
    pub fn places_in(&self, collection: &Collection) -> &[Place] {
        let number = self.collections.iter().position(|known| known.id == collection.id);
        number.map_or(&[], |number| self.members.of_collection(number))
    }

    /// The products of a collection, in its order.
    pub fn members(&self, collection: &Collection) -> impl Iterator<Item = &Product> {
        self.places_in(collection).iter().map(|&place| self.at(place))
    }

    /// The collections a product is in, in the seller's order.
    pub fn collections_with(&self, place: Place) -> impl Iterator<Item = &Collection> {
        self.members.of_place(place).iter().map(|&number| &self.collections[number as usize])
    }

    /// Every stored picture.
    pub fn all_media(&self) -> impl Iterator<Item = &MediaInfo> {
        self.media.values()
    }

    /// A stored picture.
    pub fn media(&self, id: MediaId) -> Option<&MediaInfo> {
        self.media.get(&id)
    }

    /// Whether a search finds the same in both: nothing that it looks at differs.
    pub(crate) fn reads_like(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.index, &other.index)
    }
}

/// What shoppers may see, newest first.
fn sorted(mut products: Vec<Arc<Product>>) -> Vec<Arc<Product>> {
    products.retain(|product| product.status == ProductStatus::Active && !product.variants.is_empty());
    products.sort_by_key(|product| std::cmp::Reverse((product.published_at, product.id)));
    products
}

fn with_changes(products: &[Arc<Product>], changes: Vec<(ProductId, Option<Product>)>) -> Vec<Arc<Product>> {
    let changed: HashMap<ProductId, Option<Arc<Product>>> =
        changes.into_iter().map(|(id, product)| (id, product.map(Arc::new))).collect();
    let kept = products.iter().filter(|product| !changed.contains_key(&product.id)).cloned();
    sorted(kept.chain(changed.values().flatten().cloned()).collect())
}

fn by_id(media: Vec<MediaInfo>) -> HashMap<MediaId, MediaInfo> {
    media.into_iter().map(|picture| (picture.id, picture)).collect()
}

/// Pictures come into the shop with the product that shows them first.
fn with_pictures<'a>(
    mut media: Arc<HashMap<MediaId, MediaInfo>>,
    products: impl Iterator<Item = &'a Product>,
) -> Arc<HashMap<MediaId, MediaInfo>> {
    for Picture { media: id, width, height, .. } in products.flat_map(|product| &product.pictures) {
        if let Some(id) = *id
            && *width > 0
            && !media.contains_key(&id)
        {
            Arc::make_mut(&mut media).insert(id, MediaInfo { id, width: *width, height: *height });
        }
    }
    media
}
