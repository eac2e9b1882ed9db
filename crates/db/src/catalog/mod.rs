//! The catalog in the database: products with variants and pictures, collections, media, and the way in and out as CSV.
//!
//! Whatever shoppers see moves the shop's `catalog_version` in the same transaction, so that every process reloads its snapshot.
//! Counts of stock are not kept here: a new variant only gets its empty row, and an import enters what it counted in the ledger.

mod changes;

mod product_rows;
mod products;
mod save_product;

mod product_list;
mod remove_product;

mod collections;
mod media;

mod counts;
mod export;
mod import;
mod import_report;

pub use changes::{CatalogChanges, catalog_changes_in, catalog_version_in};
pub(crate) use changes::{Touched, bump_catalog_version};
pub use collections::{CollectionRefusal, delete_collection, load_collections, load_collections_in, save_collection};
pub use export::{ExportError, export};
pub use import::{ImportError, ImportMode, ImportRequest, import};
pub use import_report::{Difference, ImportProgress, ImportReport, Kept, LISTED_MAX};
pub use media::{
    Media, MediaDimensions, MediaRefusal, MediaSize, NewMedia, NewMediaSize, delete_media, insert_media, list_media, load_media,
    media_dimensions_in, media_size,
};
pub use product_list::{PRODUCTS_PER_PAGE_MAX, ProductFilter, ProductListing, ProductPage, list_products, product_titles};
pub use products::{find_product, load_each_in, load_product, load_products, load_products_in};
pub use remove_product::{Removed, archive_product, delete_product};
pub use save_product::{ProductRefusal, save_product};
