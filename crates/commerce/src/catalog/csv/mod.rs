//! Product CSV: reading and writing catalogs as spreadsheets carry them.
//!
//! Three header dialects are read: the classic Shopify columns (`Handle`, `Body (HTML)`, `Variant Price`), the newer ones
//! (`URL handle`, `Description`, `Price`), and the padded one of Vendure (`name`, `slug`, `optionGroups`). The first two are
//! also written. Rows of one handle are one product; its first row carries the product's own fields.
//!
//! Reading takes two passes over the same file, so that a broken file changes nothing at all:
//!
//! 1. [`check`] reads everything once and answers with a [`Checked`] or with the [`FileError`] that concerns the whole file.
//! 2. [`ProductReader`] reads it again, one product's rows in memory at a time, and yields each product as a [`ProductDraft`],
//!    or as [`ProductErrors`] when any of its rows is bad: nothing is ever half a product.
//!
//! What a draft means for a product the shop already has is decided in [`merge`]. A column the file does not have keeps what
//! is there. A blank cell clears what can be empty; what can't be empty (title, status, published, price, quantity) is kept,
//! or takes its default in a new product. Variants the file does not mention are kept.
//!
//! Not here: opening files, the database, and what HTML is allowed in a description.

mod cells;
mod check;
mod columns;
mod draft;
mod failure;
mod guard;
mod merge;
mod pictures;
mod read;
mod records;
mod rows;
#[cfg(test)]
mod tests;
mod vendure;
mod write;

pub use check::{Checked, check};
pub use columns::Dialect;
pub use draft::{Field, PictureDraft, ProductDraft, VariantDraft};
pub use failure::{FileError, MergeError, ProductErrors, RowError, RowWarning};
pub use merge::{Change, Counted, MergeSettings, Merged, merge};
pub use read::ProductReader;
pub use write::{WriteSettings, write_products};

/// The largest file, bytes.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The largest record (one row, with the line breaks inside its cells), bytes.
pub const RECORD_BYTES_MAX: u64 = 1024 * 1024;

/// The most columns of a file.
pub const COLUMNS_MAX: usize = 2_000;

/// The most axes along which the variants of a product can differ.
pub const OPTIONS_MAX: usize = 3;

/// The most variants of one product.
pub const VARIANTS_MAX: usize = 2_048;

/// The most pictures of one product.
pub const PICTURES_MAX: usize = 250;

/// The most tags of one product.
pub const TAGS_MAX: usize = 250;

/// The longest title, vendor, type, tag, option name, option value, sku or barcode, characters.
pub const WORD_CHARS_MAX: usize = 255;

/// The longest picture text, characters.
pub const ALT_CHARS_MAX: usize = 512;

/// The longest text for search engines, characters.
pub const SEO_CHARS_MAX: usize = 1_000;

/// The longest address of a picture, bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// The most units of one variant in the building.
pub const QUANTITY_MAX: i64 = 1_000_000_000;

/// The heaviest variant, grams.
pub const GRAMS_MAX: i64 = 1_000_000_000;
