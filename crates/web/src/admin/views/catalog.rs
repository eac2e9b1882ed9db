//! Products, inventory, collections, import and export.

use crate::admin::desk::Pages;
use crate::admin::form::Form;
use commerce::stock::StockItem;
use commerce::{CollectionId, ProductId, Timestamp, VariantId};
use serde::Serialize;

/// The list of products.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProductList {
    /// What was searched for.
    pub q: String,
    /// The status asked for; empty: any.
    pub status: String,
    /// One page of them.
    pub rows: Vec<ProductRow>,
    /// Where this page stands.
    pub pages: Pages,
}

/// A product in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ProductRow {
    /// The product.
    pub id: ProductId,
    /// Its name.
    pub title: String,
    /// Its address.
    pub handle: String,
    /// Who makes it.
    pub vendor: String,
    /// Address of a small picture.
    pub picture: Option<String>,
    /// Its status.
    pub status: &'static str,
    /// How many variants.
    pub variants: usize,
    /// Units that can be sold; `None`: not counted.
    pub available: Option<i64>,
    /// The lowest price.
    pub price_minor: i64,
    /// Last change.
    pub updated_at: Timestamp,
}

/// The editor of a product, also for a new one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ProductEdit {
    /// The product; `None`: a new one.
    pub id: Option<ProductId>,
    /// Head of the page.
    pub title: String,
    /// Its address in the shop.
    pub handle: String,
    /// Its saved status.
    pub status: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The rows of the grid.
    pub variants: Vec<VariantHead>,
    /// Name and values of each option, as saved.
    pub options: Vec<(String, Vec<String>)>,
    /// What can be shown for a variant; the first is “none”.
    pub picture_choices: Vec<(String, String)>,
    /// Its pictures.
    pub pictures: Vec<PictureHead>,
    /// The largest picture.
    pub upload_megabytes_max: usize,
    /// All fields.
    pub form: Form,
}

/// What stands at the head of a row of the grid.
#[derive(Clone, Debug, Serialize)]
pub struct VariantHead {
    /// The variant's id; empty: a new one.
    pub id: String,
    /// Its options.
    pub title: String,
}

/// A picture in the editor.
#[derive(Clone, Debug, Serialize)]
pub struct PictureHead {
    /// Where it is shown from.
    pub url: String,
    /// What it shows.
    pub alt: String,
}

/// The stock of all variants.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InventoryList {
    /// What was searched for.
    pub q: String,
    /// `low`, `sold_out` or empty.
    pub level: String,
    /// Address of this very list.
    pub here: String,
    /// What a correction can be for.
    pub reasons: Vec<(&'static str, &'static str)>,
    /// One page of them.
    pub rows: Vec<StockRow>,
    /// Where this page stands.
    pub pages: Pages,
}

/// A variant's stock in the list.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StockRow {
    /// Which.
    pub variant: i64,
    /// Its product.
    pub product_title: String,
    /// Its options.
    pub variant_title: String,
    /// Its code.
    pub sku: String,
    /// Units in the building.
    pub on_hand: i64,
    /// Units in unpaid checkouts.
    pub reserved: i64,
    /// Units sold and not sent.
    pub allocated: i64,
    /// Units that can be sold.
    pub available: i64,
    /// Whether it is counted.
    pub tracked: bool,
    /// Whether it is under the shop's low mark.
    pub low: bool,
    /// Makes a second submission harmless.
    pub once: String,
    /// What was typed, if it was wrong.
    pub typed: String,
    /// What is wrong with it.
    pub error: String,
}

/// One variant's stock and its history.
#[derive(Clone, Debug, Serialize)]
pub struct InventoryShow {
    /// Which.
    pub variant: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Its product's name.
    pub product_title: String,
    /// Its options.
    pub variant_title: String,
    /// The counters.
    pub stock: StockItem,
    /// Units that can be sold.
    pub available: i64,
    /// Whether it is counted.
    pub tracked: bool,
    /// Newest first.
    pub movements: Vec<MovementRow>,
    /// Where this page of the history stands.
    pub pages: Pages,
    /// What a correction can be for.
    pub reasons: Vec<(&'static str, &'static str)>,
    /// Makes a second submission harmless.
    pub once_receive: String,
    /// Makes a second submission harmless.
    pub once_adjust: String,
    /// Both forms.
    pub form: Form,
}

/// The list of collections.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CollectionList {
    /// All of them.
    pub rows: Vec<CollectionRow>,
}

/// A collection in the list.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionRow {
    /// Which.
    pub id: CollectionId,
    /// Its name.
    pub title: String,
    /// Its address.
    pub handle: String,
    /// By rule, not by hand.
    pub by_rule: bool,
    /// How many products.
    pub products: usize,
    /// Whether shoppers see it.
    pub published: bool,
}

/// The editor of a collection, also for a new one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CollectionEdit {
    /// The collection; `None`: a new one.
    pub id: Option<CollectionId>,
    /// Head of the page.
    pub title: String,
    /// Its address in the shop.
    pub handle: String,
    /// Where the form goes.
    pub action: String,
    /// Rows for conditions.
    pub conditions: usize,
    /// How many products of the shop fit its saved conditions.
    pub fitting: usize,
    /// Media ids and what they show; the first is “none”.
    pub picture_choices: Vec<(String, String)>,
    /// A page of the products in it.
    pub chosen: Vec<ProductChoice>,
    /// The place of the first of these.
    pub place_first: usize,
    /// Where this page stands.
    pub chosen_pages: Pages,
    /// Which part of both lists is shown.
    pub view: PickerView,
    /// A page of the products that could be added.
    pub found: Vec<ProductChoice>,
    /// Where this page stands.
    pub found_pages: Pages,
    /// All fields.
    pub form: Form,
}

/// Which part of what is chosen and of what was found an editor shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PickerView {
    /// The page of what is chosen.
    pub page: usize,
    /// What was searched for.
    pub find: String,
    /// The page of what was found; `None`: nothing was asked for.
    pub found: Option<usize>,
}

/// A product that is or can be chosen.
#[derive(Clone, Debug, Serialize)]
pub struct ProductChoice {
    /// Which.
    pub id: ProductId,
    /// Its name.
    pub title: String,
    /// Whether it is chosen already.
    pub is_in: bool,
}

/// Where files come in and go out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportStart {
    /// The largest file.
    pub upload_megabytes_max: usize,
    /// What is wrong with the file.
    pub form: Form,
}

/// What a file would change.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ImportReview {
    /// Under which the file waits.
    pub key: String,
    /// As uploaded.
    pub file_name: String,
    /// Lines read.
    pub lines: usize,
    /// Products that would be added.
    pub products_new: usize,
    /// Products that would change.
    pub products_changed: usize,
    /// Products that stay.
    pub products_unchanged: usize,
    /// Lines that cannot be read.
    pub problems: Vec<LineProblem>,
    /// The first of the differences.
    pub rows: Vec<ImportRow>,
    /// How many more there are.
    pub rows_left_out: usize,
}

/// A line that cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct LineProblem {
    /// Counted from 1, with the head.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

/// What would happen to one product.
#[derive(Clone, Debug, Serialize)]
pub struct ImportRow {
    /// Its name.
    pub title: String,
    /// Its address.
    pub handle: String,
    /// `new` or `changed`.
    pub state: &'static str,
    /// What differs.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Which field.
    pub field: String,
    /// As it is.
    pub before: String,
    /// As it would be.
    pub after: String,
}

/// A row of a variant's ledger.
#[derive(Clone, Debug, Serialize)]
pub struct MovementRow {
    /// When.
    pub at: Timestamp,
    /// Why, in a word.
    pub kind: String,
    /// Change of the units in the building.
    pub on_hand_delta: i64,
    /// Change of the units in unpaid checkouts.
    pub reserved_delta: i64,
    /// Change of the units sold and not sent.
    pub allocated_delta: i64,
    /// The counters afterwards.
    pub after: StockItem,
    /// Who.
    pub actor: String,
    /// A seller's words.
    pub reason: String,
    /// What caused it.
    pub cause: String,
}
