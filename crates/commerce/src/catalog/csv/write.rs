//! Writes products in one of Shopify's two header dialects, so that reading the file again changes nothing.
//!
//! Row by row, a product's variants and pictures stand side by side, as other tools write them.

use super::cells::defused;
use super::columns::{Column, Owner};
use super::{Dialect, rows::NO_OPTION};
use crate::catalog::{Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use crate::{Currency, MediaId, Money, VariantId};
use std::collections::{HashMap, HashSet};
use std::io::{self, Write};

/// How products are written.
pub struct WriteSettings<'a> {
    /// How the columns are named; [`Dialect::Vendure`] is not written, and stands for the classic one.
    pub dialect: Dialect,
    /// The currency of the prices.
    pub currency: Currency,
    /// The public address of a stored picture: `https://juniper.example/media/17/1600.jpg`. It must hold `/media/`, the id
    /// and a slash, so that reading the file again finds the picture.
    pub picture_url: &'a dyn Fn(MediaId) -> String,
}

/// Writes the header and every product. `quantities` are the units in the building; a variant whose stock is not counted, or
/// that is not among them, gets a blank cell.
///
/// # Errors
/// When `out` does not take it.
pub fn write_products<S: std::hash::BuildHasher>(
    products: &[Product],
    quantities: &HashMap<VariantId, i64, S>,
    settings: &WriteSettings<'_>,
    out: impl Write,
) -> io::Result<()> {
    let columns = Column::in_order(settings.dialect);
    let extras = extra_names(products);
    let mut writer = csv::WriterBuilder::new().from_writer(out);
    let names = columns.iter().map(|column| column.name(settings.dialect)).chain(extras.iter().copied());
    writer.write_record(names)?;
    for product in products {
        for index in 0..product.variants.len().max(product.pictures.len()).max(1) {
            let variant = product.variants.get(index);
            let quantity = variant.filter(|variant| variant.stock_tracked).and_then(|variant| quantities.get(&variant.id));
            let row = Row { product, index, variant, picture: product.pictures.get(index), quantity, settings };
            let cells =
                columns.iter().map(|column| row.cell(*column)).chain(extras.iter().map(|name| row.extra(name).to_owned()));
            writer.write_record(cells.map(|cell| defused(&cell)))?;
        }
    }
    writer.flush()
}

/// The columns without a field here, in the order in which the products bring them.
fn extra_names(products: &[Product]) -> Vec<&str> {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut names = Vec::new();
    for product in products {
        for (name, _) in product.extra.iter().chain(product.variants.iter().flat_map(|variant| &variant.extra)) {
            if !Column::is_header(name) && seen.insert(name) {
                names.push(name.as_str());
            }
        }
    }
    names
}

/// One row to be written.
struct Row<'a> {
    product: &'a Product,
    index: usize,
    variant: Option<&'a Variant>,
    picture: Option<&'a Picture>,
    quantity: Option<&'a i64>,
    settings: &'a WriteSettings<'a>,
}

impl Row<'_> {
    fn cell(&self, column: Column) -> String {
        match column {
            Column::Handle => self.product.handle.clone(),
            Column::PictureUrl => self.picture.map_or_else(String::new, |picture| self.address(picture)),
            Column::PicturePosition => self.picture.map_or_else(String::new, |_| (self.index + 1).to_string()),
            Column::PictureAlt => self.picture.map_or_else(String::new, |picture| picture.alt.clone()),
            _ => match self.variant_cell(column) {
                Some(text) => text,
                None if self.index == 0 => self.product_cell(column),
                None => String::new(),
            },
        }
    }

    fn product_cell(&self, column: Column) -> String {
        let product = self.product;
        match column {
            Column::Title => product.title.clone(),
            Column::Description => product.description_html.clone(),
            Column::Vendor => product.vendor.clone(),
            Column::Category => product.category.clone(),
            Column::Type => product.product_type.clone(),
            Column::Tags => product.tags.join(", "),
            Column::Published => product.published_at.is_some().to_string(),
            Column::Status => status_word(product.status).to_owned(),
            Column::SeoTitle => product.seo_title.clone(),
            Column::SeoDescription => product.seo_description.clone(),
            Column::GiftCard => fixed(&product.extra, column),
            Column::Option1Name if product.options.is_empty() => NO_OPTION.0.to_owned(),
            Column::Option1Name => self.option_name(0),
            Column::Option2Name => self.option_name(1),
            Column::Option3Name => self.option_name(2),
            _ => String::new(),
        }
    }

    /// The cell of a variant's column, blank on the rows that have none; `None` for other columns.
    fn variant_cell(&self, column: Column) -> Option<String> {
        if column.owner() != Owner::Variant {
            return None;
        }
        let Some(variant) = self.variant else { return Some(String::new()) };
        let price = |minor: i64| Money::new(minor, self.settings.currency).to_decimal();
        Some(match column {
            Column::Option1Value if self.product.options.is_empty() => NO_OPTION.1.to_owned(),
            Column::Option1Value => option_value(variant, 0),
            Column::Option2Value => option_value(variant, 1),
            Column::Option3Value => option_value(variant, 2),
            Column::Sku => variant.sku.clone(),
            Column::Grams => variant.weight_grams.to_string(),
            Column::Tracker => if variant.stock_tracked { "shopify" } else { "" }.to_owned(),
            Column::Quantity => self.quantity.map(i64::to_string).unwrap_or_default(),
            Column::Policy => policy_word(variant.stock_policy).to_owned(),
            Column::Fulfillment => fixed(&variant.extra, column),
            Column::Price => price(variant.price_minor),
            Column::WasPrice => variant.was_price_minor.map(price).unwrap_or_default(),
            Column::Cost => variant.cost_minor.map(price).unwrap_or_default(),
            Column::RequiresShipping => variant.requires_shipping.to_string(),
            Column::Taxable => variant.taxable.to_string(),
            Column::Barcode => variant.barcode.clone(),
            Column::VariantPicture => self.variant_picture(variant),
            Column::WeightUnit => unit_word(variant.weight_unit).to_owned(),
            Column::TaxCode => variant.tax_code.clone(),
            _ => String::new(),
        })
    }

    fn extra(&self, name: &str) -> &str {
        let of_product = if self.index == 0 { extra_value(&self.product.extra, name) } else { None };
        let of_variant = self.variant.and_then(|variant| extra_value(&variant.extra, name));
        of_variant.or(of_product).unwrap_or("")
    }

    fn option_name(&self, axis: usize) -> String {
        self.product.options.get(axis).map(|axis| axis.name.clone()).unwrap_or_default()
    }

    fn variant_picture(&self, variant: &Variant) -> String {
        let picture = variant.picture.and_then(|index| self.product.pictures.get(index as usize));
        picture.map(|picture| self.address(picture)).unwrap_or_default()
    }

    fn address(&self, picture: &Picture) -> String {
        picture.media.map_or_else(|| picture.source_url.clone(), |media| (self.settings.picture_url)(media))
    }
}

fn extra_value<'a>(extra: &'a [(String, String)], name: &str) -> Option<&'a str> {
    extra.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The value of a column of which one value is usual.
fn fixed(extra: &[(String, String)], column: Column) -> String {
    extra_value(extra, column.name(Dialect::Classic)).or(column.fixed()).unwrap_or("").to_owned()
}

fn option_value(variant: &Variant, axis: usize) -> String {
    variant.option_values.get(axis).cloned().unwrap_or_default()
}

const fn status_word(status: ProductStatus) -> &'static str {
    match status {
        ProductStatus::Active => "active",
        ProductStatus::Draft => "draft",
        ProductStatus::Archived => "archived",
    }
}

const fn policy_word(policy: StockPolicy) -> &'static str {
    match policy {
        StockPolicy::Deny => "deny",
        StockPolicy::Continue => "continue",
    }
}

const fn unit_word(unit: WeightUnit) -> &'static str {
    match unit {
        WeightUnit::G => "g",
        WeightUnit::Kg => "kg",
        WeightUnit::Oz => "oz",
        WeightUnit::Lb => "lb",
    }
}
