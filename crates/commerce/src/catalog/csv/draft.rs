//! What a file says about a product: drafts, which know the difference between a missing column and a blank cell.

use super::RowWarning;
use crate::catalog::{ProductStatus, StockPolicy, WeightUnit};

/// What a file says about one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// The file has no such column: what is there is kept.
    #[default]
    Absent,
    /// The column is there and the cell is blank: what can be empty becomes empty.
    Cleared,
    /// The cell says this.
    Set(T),
}

impl<T> Field<T> {
    /// The new value of a field that can be empty: `current` when absent, the type's default when cleared.
    pub fn or_clear(&self, current: &T) -> T
    where
        T: Clone + Default,
    {
        match self {
            Self::Absent => current.clone(),
            Self::Cleared => T::default(),
            Self::Set(value) => value.clone(),
        }
    }

    /// The new value of a field that can't be empty: `current` unless the cell says something.
    pub fn or_keep(&self, current: &T) -> T
    where
        T: Clone,
    {
        self.set().unwrap_or(current).clone()
    }

    /// What the cell says, if it says something.
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Absent | Self::Cleared => None,
        }
    }

    /// Whether the file has no such column.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// One product as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductDraft {
    /// The line of its first row, counted from 1.
    pub line: u64,
    /// The line of its last row.
    pub line_last: u64,
    /// The handle: from the file, or made from the title.
    pub handle: String,
    /// Never cleared: a product has a title.
    pub title: Field<String>,
    /// HTML as the file has it, not cleaned.
    pub description_html: Field<String>,
    /// Who makes it.
    pub vendor: Field<String>,
    /// The seller's own word for its kind.
    pub product_type: Field<String>,
    /// The standard taxonomy's category path.
    pub category: Field<String>,
    /// Each once, in the file's order.
    pub tags: Field<Vec<String>>,
    /// Whether shoppers can see it.
    pub status: Field<ProductStatus>,
    /// Whether it is published to the shop.
    pub published: Field<bool>,
    /// Title for search engines.
    pub seo_title: Field<String>,
    /// Description for search engines.
    pub seo_description: Field<String>,
    /// The names of its option axes; `Cleared` when it has none, `Absent` when the file has no option columns.
    pub option_names: Field<Vec<String>>,
    /// In the file's order; empty when the file says nothing of variants.
    pub variants: Vec<VariantDraft>,
    /// All pictures in the order shown; `Absent` when the file has no picture columns.
    pub pictures: Field<Vec<PictureDraft>>,
    /// Columns that have no field here: header and value, which is empty where the cell is blank.
    pub extra: Vec<(String, String)>,
    /// What was taken, but looks wrong.
    pub warnings: Vec<RowWarning>,
}

/// One variant as a file describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VariantDraft {
    /// The line of its row, counted from 1.
    pub line: u64,
    /// One value per option name of the product.
    pub option_values: Vec<String>,
    /// The seller's own stock code.
    pub sku: Field<String>,
    /// EAN, UPC or ISBN.
    pub barcode: Field<String>,
    /// Minor units.
    pub price_minor: Field<i64>,
    /// Minor units.
    pub was_price_minor: Field<i64>,
    /// Minor units.
    pub cost_minor: Field<i64>,
    /// Grams.
    pub weight_grams: Field<i64>,
    /// The unit in which the weight is shown.
    pub weight_unit: Field<WeightUnit>,
    /// Whether tax is charged on it.
    pub taxable: Field<bool>,
    /// The seller's tax code.
    pub tax_code: Field<String>,
    /// Whether it is a parcel.
    pub requires_shipping: Field<bool>,
    /// Whether its stock is counted; cleared: it is not.
    pub stock_tracked: Field<bool>,
    /// What happens when nothing is left.
    pub stock_policy: Field<StockPolicy>,
    /// Units in the building, zero or more. A blank cell is not a count of zero: it keeps the count.
    pub quantity: Field<i64>,
    /// The address of the picture that shows this variant.
    pub picture: Field<String>,
    /// Columns that have no field here: header and value, which is empty where the cell is blank.
    pub extra: Vec<(String, String)>,
}

/// One picture as a file describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureDraft {
    /// An `http` or `https` address.
    pub url: String,
    /// What the picture shows.
    pub alt: Field<String>,
}
