//! Vendure's dialect, translated into the classic columns row by row.
//!
//! Its cells are padded with blanks, several values share one cell divided by `|`, and the rows of a product's other variants
//! leave name and slug blank. The names of picture files are kept as an extra column, because the files are not in the CSV.

use super::Dialect;
use super::columns::{Column, ExtraColumn, Header, Owner};
use csv::StringRecord;

const NAME: usize = 0;
const SLUG: usize = 1;
const DESCRIPTION: usize = 2;
const ASSETS: usize = 3;
const FACETS: usize = 4;
const OPTION_GROUPS: usize = 5;
const OPTION_VALUES: usize = 6;
const SKU: usize = 7;
const PRICE: usize = 8;
const TAX_CATEGORY: usize = 9;
const STOCK_ON_HAND: usize = 10;
const TRACK_INVENTORY: usize = 11;
const VARIANT_ASSETS: usize = 12;
const VARIANT_FACETS: usize = 13;

const NAMES: [&str; 14] = [
    "name",
    "slug",
    "description",
    "assets",
    "facets",
    "optionGroups",
    "optionValues",
    "sku",
    "price",
    "taxCategory",
    "stockOnHand",
    "trackInventory",
    "variantAssets",
    "variantFacets",
];

const EXTRAS: [(usize, Owner); 3] =
    [(ASSETS, Owner::Product), (VARIANT_ASSETS, Owner::Variant), (VARIANT_FACETS, Owner::Variant)];

/// Columns this dialect has no word for.
const NOT_IN_DIALECT: [Column; 20] = [
    Column::Category,
    Column::Type,
    Column::Published,
    Column::Grams,
    Column::Policy,
    Column::Fulfillment,
    Column::WasPrice,
    Column::RequiresShipping,
    Column::Taxable,
    Column::Barcode,
    Column::PictureUrl,
    Column::PicturePosition,
    Column::PictureAlt,
    Column::GiftCard,
    Column::SeoTitle,
    Column::SeoDescription,
    Column::VariantPicture,
    Column::WeightUnit,
    Column::Cost,
    Column::Status,
];

/// Whether a header line is in this dialect: its columns come in a fixed order.
pub(super) fn is_vendure(names: &[String]) -> bool {
    names.len() == NAMES.len() && names.iter().zip(NAMES).all(|(name, expected)| name == expected)
}

/// The header of the translated rows.
pub(super) fn header(names: Vec<String>) -> Header {
    let width = names.len();
    let named = Column::ALL.iter().map(|column| NAMES[source(*column).unwrap_or(NAME)].to_owned());
    let first_extra = Column::ALL.len();
    let extras = EXTRAS.iter().enumerate().map(|(offset, (index, owner))| ExtraColumn {
        index: first_extra + offset,
        name: NAMES[*index].to_owned(),
        owner: *owner,
    });
    let names = named.chain(EXTRAS.iter().map(|(index, _)| NAMES[*index].to_owned())).collect();
    Header::translated(Dialect::Vendure, width, names, extras.collect()).without(&NOT_IN_DIALECT)
}

/// One row in the classic columns' order, followed by the extra ones.
pub(super) fn translate(cells: &StringRecord) -> StringRecord {
    let cell = |index: usize| cells.get(index).unwrap_or("").trim();
    let mut translated: StringRecord = Column::ALL.iter().map(|column| classic_cell(*column, &cell)).collect();
    for (index, _) in EXTRAS {
        translated.push_field(cell(index));
    }
    translated
}

/// The column of this dialect from which a classic one is made.
fn source(column: Column) -> Option<usize> {
    Some(match column {
        Column::Title => NAME,
        Column::Handle => SLUG,
        Column::Description => DESCRIPTION,
        Column::Vendor | Column::Tags => FACETS,
        Column::Option1Name | Column::Option2Name | Column::Option3Name => OPTION_GROUPS,
        Column::Option1Value | Column::Option2Value | Column::Option3Value => OPTION_VALUES,
        Column::Sku => SKU,
        Column::Price => PRICE,
        Column::TaxCode => TAX_CATEGORY,
        Column::Quantity => STOCK_ON_HAND,
        Column::Tracker => TRACK_INVENTORY,
        _ => return None,
    })
}

fn classic_cell<'a>(column: Column, cell: &dyn Fn(usize) -> &'a str) -> String {
    let Some(index) = source(column) else { return String::new() };
    match column {
        Column::Vendor => facets(cell(index)).find(|(name, _)| *name == "brand").map_or("", |(_, value)| value).to_owned(),
        Column::Tags => {
            let words = facets(cell(index)).filter(|(name, _)| *name != "brand").map(|(_, value)| value);
            words.collect::<Vec<_>>().join(",")
        }
        Column::Tracker => if cell(index).eq_ignore_ascii_case("false") { "" } else { "doorbuster" }.to_owned(),
        _ => match part(column) {
            Some(part) => cell(index).split('|').nth(part).unwrap_or("").trim().to_owned(),
            None => cell(index).to_owned(),
        },
    }
}

/// Which part of a cell divided by `|` belongs to the column.
fn part(column: Column) -> Option<usize> {
    let in_names = Column::OPTION_NAMES.iter().position(|name| *name == column);
    in_names.or_else(|| Column::OPTION_VALUES.iter().position(|value| *value == column))
}

/// `category:Electronics|brand:Apple` as pairs.
fn facets(cell: &str) -> impl Iterator<Item = (&str, &str)> {
    cell.split('|').filter_map(|facet| facet.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}
