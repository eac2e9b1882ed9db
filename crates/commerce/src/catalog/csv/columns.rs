//! The columns of the three dialects, and how a header line is recognized.
//!
//! What a cell may hold is not here: see `cells`.

use super::{COLUMNS_MAX, FileError};
use csv::StringRecord;
use std::collections::HashSet;

/// A way of naming the columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// `Handle`, `Body (HTML)`, `Variant Price`: what most tools read.
    #[default]
    Classic,
    /// `URL handle`, `Description`, `Price`: Shopify's template since 2024.
    New,
    /// `name`, `slug`, `optionGroups`: read, never written.
    Vendure,
}

macro_rules! columns {
    ($($column:ident $classic:literal $new:literal $owner:ident;)+) => {
        /// A column with a field of its own, or one of the two whose only supported value is written for other tools.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Column { $($column),+ }

        impl Column {
            /// Every column in the order of the classic dialect.
            pub const ALL: &[Self] = &[$(Self::$column),+];

            /// Its header.
            pub const fn name(self, dialect: Dialect) -> &'static str {
                match (self, dialect) {
                    $((Self::$column, Dialect::New) => $new, (Self::$column, _) => $classic,)+
                }
            }

            /// Whose rows it speaks of.
            pub const fn owner(self) -> Owner {
                match self { $(Self::$column => Owner::$owner),+ }
            }
        }
    };
}

columns! {
    Handle "Handle" "URL handle" Product;
    Title "Title" "Title" Product;
    Description "Body (HTML)" "Description" Product;
    Vendor "Vendor" "Vendor" Product;
    Category "Product Category" "Product category" Product;
    Type "Type" "Type" Product;
    Tags "Tags" "Tags" Product;
    Published "Published" "Published on online store" Product;
    Option1Name "Option1 Name" "Option1 name" Product;
    Option1Value "Option1 Value" "Option1 value" Variant;
    Option2Name "Option2 Name" "Option2 name" Product;
    Option2Value "Option2 Value" "Option2 value" Variant;
    Option3Name "Option3 Name" "Option3 name" Product;
    Option3Value "Option3 Value" "Option3 value" Variant;
    Sku "Variant SKU" "SKU" Variant;
    Grams "Variant Grams" "Weight value (grams)" Variant;
    Tracker "Variant Inventory Tracker" "Inventory tracker" Variant;
    Quantity "Variant Inventory Qty" "Inventory quantity" Variant;
    Policy "Variant Inventory Policy" "Continue selling when out of stock" Variant;
    Fulfillment "Variant Fulfillment Service" "Fulfillment service" Variant;
    Price "Variant Price" "Price" Variant;
    WasPrice "Variant Compare At Price" "Compare-at price" Variant;
    RequiresShipping "Variant Requires Shipping" "Requires shipping" Variant;
    Taxable "Variant Taxable" "Charge tax" Variant;
    Barcode "Variant Barcode" "Barcode" Variant;
    PictureUrl "Image Src" "Product image URL" Picture;
    PicturePosition "Image Position" "Image position" Picture;
    PictureAlt "Image Alt Text" "Image alt text" Picture;
    GiftCard "Gift Card" "Gift card" Product;
    SeoTitle "SEO Title" "SEO title" Product;
    SeoDescription "SEO Description" "SEO description" Product;
    VariantPicture "Variant Image" "Variant image URL" Variant;
    WeightUnit "Variant Weight Unit" "Weight unit for display" Variant;
    TaxCode "Variant Tax Code" "Tax code" Variant;
    Cost "Cost per item" "Cost per item" Variant;
    Status "Status" "Status" Product;
}

/// Whose rows a column speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The first row of a product.
    Product,
    /// Every row of a variant.
    Variant,
    /// Any row.
    Picture,
}

impl Column {
    /// The names of the option axes, in order.
    pub const OPTION_NAMES: [Self; 3] = [Self::Option1Name, Self::Option2Name, Self::Option3Name];

    /// The values along the axes, in order.
    pub const OPTION_VALUES: [Self; 3] = [Self::Option1Value, Self::Option2Value, Self::Option3Value];

    /// What is written into a column that has no field here. Other values are kept as extra columns.
    pub const fn fixed(self) -> Option<&'static str> {
        match self {
            Self::GiftCard => Some("false"),
            Self::Fulfillment => Some("manual"),
            _ => None,
        }
    }

    /// The columns in the order in which the dialect writes them.
    pub fn in_order(dialect: Dialect) -> Vec<Self> {
        let mut columns = Self::ALL.to_vec();
        if dialect == Dialect::New {
            columns.swap(0, 1);
        }
        columns
    }

    /// Whether a header names a column with a field of its own.
    pub fn is_header(name: &str) -> bool {
        Self::named(name).is_some()
    }

    fn named(header: &str) -> Option<Self> {
        let is_named = |name: &str| name.eq_ignore_ascii_case(header);
        Self::ALL.iter().copied().find(|column| is_named(column.name(Dialect::Classic)) || is_named(column.name(Dialect::New)))
    }
}

/// A column that has no field here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ExtraColumn {
    pub index: usize,
    pub name: String,
    pub owner: Owner,
}

/// A recognized header line: where each column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub dialect: Dialect,
    /// How many cells each row must have.
    pub width: usize,
    indexes: Vec<Option<usize>>,
    names: Vec<String>,
    pub extra: Vec<ExtraColumn>,
}

impl Header {
    /// Recognizes the header, which begins on `line`.
    ///
    /// # Errors
    /// When it names too many columns, one twice, or none by which a product could be found.
    pub fn recognize(line: u64, record: &StringRecord) -> Result<Self, FileError> {
        if record.len() > COLUMNS_MAX {
            return Err(FileError::TooManyColumns { line, columns: record.len() });
        }
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        if super::vendure::is_vendure(&names) {
            return Ok(super::vendure::header(names));
        }
        let mut header =
            Self { dialect: Dialect::New, width: names.len(), indexes: vec![None; Column::ALL.len()], names, extra: vec![] };
        for index in 0..header.width {
            header.place(index)?;
        }
        if header.has(Column::Handle) && header.name(Column::Handle).eq_ignore_ascii_case("Handle") {
            header.dialect = Dialect::Classic;
        }
        header.require_columns()?;
        Ok(header)
    }

    /// A header made of the classic columns, in their order, followed by `extra` ones: for dialects that are translated.
    pub fn translated(dialect: Dialect, width: usize, names: Vec<String>, extra: Vec<ExtraColumn>) -> Self {
        let indexes = (0..Column::ALL.len()).map(Some).collect();
        Self { dialect, width, indexes, names, extra }
    }

    /// Leaves a column out, as if the file did not have it.
    pub fn without(mut self, columns: &[Column]) -> Self {
        for column in columns {
            self.indexes[*column as usize] = None;
        }
        self
    }

    /// Where a column is, if the file has it.
    pub fn index(&self, column: Column) -> Option<usize> {
        self.indexes[column as usize]
    }

    /// Whether the file has the column.
    pub fn has(&self, column: Column) -> bool {
        self.index(column).is_some()
    }

    /// The column's header in this file.
    pub fn name(&self, column: Column) -> &str {
        self.index(column).and_then(|index| self.names.get(index)).map_or(column.name(self.dialect), String::as_str)
    }

    /// The header of the cell at `index`.
    pub fn name_at(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    fn place(&mut self, index: usize) -> Result<(), FileError> {
        let name = self.names[index].clone();
        if let Some(column) = Column::named(&name) {
            if let Some(earlier) = self.indexes[column as usize].replace(index) {
                return Err(FileError::DuplicateColumn { first: self.names[earlier].clone(), second: name });
            }
        } else if !name.is_empty() {
            let owner = extra_owner(&name);
            self.extra.push(ExtraColumn { index, name, owner });
        }
        Ok(())
    }

    fn require_columns(&self) -> Result<(), FileError> {
        if !self.has(Column::Title) && !self.has(Column::Handle) {
            let semicolons = self.names.iter().any(|name| name.contains(';'));
            return Err(FileError::NoProductColumns { semicolons });
        }
        for (name, value) in Column::OPTION_NAMES.into_iter().zip(Column::OPTION_VALUES) {
            let (present, missing) = match (self.has(name), self.has(value)) {
                (true, false) => (name, value),
                (false, true) => (value, name),
                _ => continue,
            };
            return Err(FileError::MissingColumn {
                present: self.name(present).to_owned(),
                missing: missing.name(self.dialect).to_owned(),
            });
        }
        let mut seen = HashSet::new();
        match self.extra.iter().find(|extra| !seen.insert(extra.name.as_str())) {
            Some(extra) => Err(FileError::DuplicateColumn { first: extra.name.clone(), second: extra.name.clone() }),
            None => Ok(()),
        }
    }
}

/// Whose rows an unknown column speaks of, told by the names that the dialects use for prices per market and unit prices.
fn extra_owner(name: &str) -> Owner {
    let name = name.to_lowercase();
    let prefixes = ["variant", "price / ", "compare at price / ", "compare-at price / ", "included / ", "unit price"];
    let of_variant = prefixes.iter().any(|prefix| name.starts_with(prefix)) || name.contains("variant.metafields");
    if of_variant { Owner::Variant } else { Owner::Product }
}
