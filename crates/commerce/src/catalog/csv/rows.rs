//! From the rows of one product to its draft.
//!
//! Every mistake is noted before the product is refused, so that the seller can mend them all at once.

use super::cells::{Cells, Findings};
use super::check::HandleOrigin;
use super::columns::{Column, Header, Owner};
use super::read::Group;
use super::{Dialect, Field, OPTIONS_MAX, ProductDraft, ProductErrors, SEO_CHARS_MAX, VARIANTS_MAX, VariantDraft, pictures};
use crate::Currency;
use std::collections::HashMap;

/// The option name and value that together mean: no options.
pub(super) const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// Columns that by themselves make a row one of a variant. The others have defaults that tools write anywhere.
const TELLING: [Column; 7] = [
    Column::Option1Value,
    Column::Option2Value,
    Column::Option3Value,
    Column::Sku,
    Column::Price,
    Column::Quantity,
    Column::Barcode,
];

/// The draft of a product.
///
/// # Errors
/// Everything that is wrong with any of its rows.
pub(super) fn draft(group: &Group, header: &Header, currency: Currency) -> Result<ProductDraft, ProductErrors> {
    let mut findings = Findings::default();
    let refused =
        |findings: Findings| ProductErrors { handle: group.handle.clone(), line: group.rows[0].line, errors: findings.errors };
    check_shape(group, header, &mut findings);
    if !findings.errors.is_empty() {
        return Err(refused(findings));
    }
    let mut draft = product_fields(&mut Cells { header, row: &group.rows[0], findings: &mut findings }, group);
    draft.variants = variants(group, header, currency, &draft.option_names, &mut findings);
    check_variants(&draft, header, &mut findings);
    draft.pictures = product_pictures(group, header, &mut findings);
    draft.line_last = group.rows.last().map_or(draft.line, |row| row.line);
    if !findings.errors.is_empty() {
        return Err(refused(findings));
    }
    draft.warnings = findings.warnings;
    Ok(draft)
}

/// Whether the cells are where the header says, and can be kept.
fn check_shape(group: &Group, header: &Header, findings: &mut Findings) {
    for (index, row) in group.rows.iter().enumerate() {
        if row.width != header.width {
            let advice = if row.width > header.width { "a comma inside a cell needs quotes around it" } else { "is it cut off?" };
            let message = format!("has {} cells, but the first line names {} columns: {advice}", row.width, header.width);
            findings.error(row.line, None, message);
        }
        if let Some(cell) = row.cells.iter().position(|cell| cell.contains('\0')) {
            let column = header.name_at(cell).to_owned();
            findings.error(row.line, Some(&column), "holds a zero byte, which no text has: enter the cell again".into());
        }
        let is_nameless = |column| row.cell(header, column).is_none_or(str::is_empty);
        let nameless = is_nameless(Column::Handle) && is_nameless(Column::Title);
        if nameless && (index == 0 || header.dialect != Dialect::Vendure) {
            let column = if header.has(Column::Handle) { Column::Handle } else { Column::Title };
            let message = "is blank: repeat it on every row of its product".to_owned();
            findings.error(row.line, Some(header.name(column)), message);
        }
    }
    let first = &group.rows[0];
    if group.handle.is_empty() && findings.errors.is_empty() {
        let message = "no handle can be made of it, because it has neither letter nor digit: write a handle such as tote-ria";
        let column = if group.origin == HandleOrigin::Title { Column::Title } else { Column::Handle };
        findings.error(first.line, Some(header.name(column)), message.into());
    }
}

fn product_fields(cells: &mut Cells<'_>, group: &Group) -> ProductDraft {
    let title = cells.word(Column::Title);
    if title == Field::Cleared {
        cells.error(Column::Title, "is blank: a product needs a title on its first row".into());
    }
    if group.origin == HandleOrigin::Corrected {
        cells.warn(Column::Handle, format!("can't stand in an address and was changed to “{}”", group.handle));
    }
    check_titles(cells, group, title.set());
    ProductDraft {
        line: cells.row.line,
        handle: group.handle.clone(),
        title,
        description_html: cells.description(),
        vendor: cells.word(Column::Vendor),
        product_type: cells.word(Column::Type),
        category: cells.limited(Column::Category, SEO_CHARS_MAX),
        tags: cells.tags(),
        status: cells.status(),
        published: cells.flag(Column::Published),
        seo_title: cells.limited(Column::SeoTitle, SEO_CHARS_MAX),
        seo_description: cells.limited(Column::SeoDescription, SEO_CHARS_MAX),
        option_names: option_names(cells),
        extra: product_extra(cells),
        ..ProductDraft::default()
    }
}

/// Another title on a later row is another product, unless the handle says otherwise.
fn check_titles(cells: &mut Cells<'_>, group: &Group, title: Option<&String>) {
    for row in &group.rows[1..] {
        let Some(other) = row.cell(cells.header, Column::Title).filter(|other| !other.is_empty()) else { continue };
        if title.is_none_or(|title| title == other) {
            continue;
        }
        let column = Some(cells.header.name(Column::Title));
        if group.origin == HandleOrigin::Title {
            let message = format!("“{other}” gives the same handle as line {}: add a column “Handle”", group.rows[0].line);
            cells.findings.error(row.line, column, message);
        } else {
            let message = format!("“{other}” is not the title on the product's first row and was left out");
            cells.findings.warn(row.line, column, message);
        }
    }
}

fn option_names(cells: &mut Cells<'_>) -> Field<Vec<String>> {
    let columns = Column::OPTION_NAMES.map(|column| (column, cells.word(column)));
    if columns.iter().all(|(_, name)| name.is_absent()) {
        return Field::Absent;
    }
    let mut names: Vec<String> = Vec::with_capacity(OPTIONS_MAX);
    for (index, (column, field)) in columns.iter().enumerate() {
        let Some(name) = field.set() else { continue };
        if names.len() < index {
            cells.error(*column, format!("“{name}” comes after a blank option name: fill the options from the first on"));
        } else if names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
            cells.error(*column, format!("“{name}” is there twice: give each option its own name"));
        }
        names.push(name.clone());
    }
    let first_value = cells.text(Column::Option1Value).unwrap_or("");
    let no_option = names == [NO_OPTION.0] && (first_value.is_empty() || first_value == NO_OPTION.1);
    if names.is_empty() || no_option { Field::Cleared } else { Field::Set(names) }
}

fn product_extra(cells: &mut Cells<'_>) -> Vec<(String, String)> {
    if cells.text(Column::GiftCard).is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        cells.warn(Column::GiftCard, "gift cards are not supported: it was taken as an ordinary product".into());
    }
    let owned = cells.header.extra.iter().filter(|extra| extra.owner != Owner::Variant);
    let extra = owned.map(|extra| (extra.name.clone(), cells.row.raw(extra.index).to_owned()));
    extra.chain(fixed_extra(cells, Column::GiftCard)).collect()
}

/// A column of which only one value is supported: any other is kept as an extra.
fn fixed_extra(cells: &Cells<'_>, column: Column) -> Option<(String, String)> {
    let text = cells.text(column)?;
    let usual = column.fixed().is_some_and(|fixed| fixed.eq_ignore_ascii_case(text));
    Some((column.name(Dialect::Classic).to_owned(), if usual { String::new() } else { text.to_owned() }))
}

fn variants(
    group: &Group,
    header: &Header,
    currency: Currency,
    option_names: &Field<Vec<String>>,
    findings: &mut Findings,
) -> Vec<VariantDraft> {
    let mut variants = Vec::new();
    for (index, row) in group.rows.iter().enumerate() {
        let place = if index == 0 { RowPlace::First } else { RowPlace::Later };
        let mut cells = Cells { header, row, findings };
        if is_variant(&cells, place) {
            variants.push(variant(&mut cells, place, currency, option_names));
        } else if place == RowPlace::Later && !cells.is_set(Column::PictureUrl) {
            findings.warn(row.line, None, "says nothing of a variant or a picture and was left out".into());
        }
    }
    variants
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RowPlace {
    First,
    Later,
}

fn is_variant(cells: &Cells<'_>, place: RowPlace) -> bool {
    let of_variant = |column: &&Column| column.owner() == Owner::Variant;
    let any_set = || {
        Column::ALL.iter().filter(of_variant).any(|column| cells.is_set(*column))
            || cells.header.extra.iter().any(|extra| extra.owner == Owner::Variant && !cells.row.raw(extra.index).is_empty())
    };
    match place {
        RowPlace::First => any_set(),
        RowPlace::Later if cells.is_set(Column::PictureUrl) => TELLING.iter().any(|column| cells.is_set(*column)),
        RowPlace::Later => any_set(),
    }
}

fn variant(cells: &mut Cells<'_>, place: RowPlace, currency: Currency, option_names: &Field<Vec<String>>) -> VariantDraft {
    VariantDraft {
        line: cells.row.line,
        option_values: option_values(cells, option_names),
        sku: cells.word(Column::Sku),
        barcode: cells.barcode(),
        price_minor: cells.amount(Column::Price, currency),
        was_price_minor: cells.amount(Column::WasPrice, currency),
        cost_minor: cells.amount(Column::Cost, currency),
        weight_grams: cells.grams(),
        weight_unit: cells.weight_unit(),
        taxable: cells.flag(Column::Taxable),
        tax_code: cells.word(Column::TaxCode),
        requires_shipping: cells.flag(Column::RequiresShipping),
        stock_tracked: cells.tracker(),
        stock_policy: cells.policy(),
        quantity: cells.quantity(),
        picture: pictures::address(cells, Column::VariantPicture),
        extra: variant_extra(cells, place),
    }
}

fn option_values(cells: &mut Cells<'_>, option_names: &Field<Vec<String>>) -> Vec<String> {
    let names = option_names.set().map_or(&[][..], Vec::as_slice);
    let mut values = Vec::with_capacity(names.len());
    for (index, column) in Column::OPTION_VALUES.into_iter().enumerate() {
        match (names.get(index), cells.word(column)) {
            (Some(_), Field::Set(value)) => values.push(value),
            (Some(name), _) => {
                cells.error(column, format!("is blank: every variant needs a value for the option “{name}”"));
                values.push(String::new());
            }
            (None, Field::Set(value)) if value != NO_OPTION.1 => {
                cells.error(column, format!("“{value}” belongs to no option: name the option on the product's first row"));
            }
            (None, _) => {}
        }
    }
    values
}

fn variant_extra(cells: &Cells<'_>, place: RowPlace) -> Vec<(String, String)> {
    let mut extra = Vec::new();
    for column in &cells.header.extra {
        let text = cells.row.raw(column.index);
        let is_own = match (column.owner, place) {
            (Owner::Variant, _) => true,
            (_, RowPlace::First) => false,
            (_, RowPlace::Later) => !text.is_empty(),
        };
        if is_own {
            extra.push((column.name.clone(), text.to_owned()));
        }
    }
    extra.extend(fixed_extra(cells, Column::Fulfillment));
    extra
}

/// Variants must be told apart: by their options, or by their stock codes where the file has no option columns.
fn check_variants(draft: &ProductDraft, header: &Header, findings: &mut Findings) {
    if let Some(beyond) = draft.variants.get(VARIANTS_MAX) {
        let message = format!("is one variant more than the {VARIANTS_MAX} a product can have: split it into several products");
        findings.error(beyond.line, None, message);
    }
    let mut seen: HashMap<Vec<&str>, u64> = HashMap::new();
    for variant in &draft.variants {
        let (column, key) = match &draft.option_names {
            Field::Absent => (Column::Sku, vec![variant.sku.set().map_or("", String::as_str)]),
            _ => (Column::Option1Value, variant.option_values.iter().map(String::as_str).collect()),
        };
        let blank = draft.option_names.is_absent() && draft.variants.len() > 1 && key == [""];
        let earlier = seen.insert(key, variant.line);
        let message = match (earlier, column) {
            _ if blank => "is blank: without option columns a variant is found by its SKU".to_owned(),
            (None, _) => continue,
            (Some(line), Column::Sku) => {
                format!("is the same as on line {line}: give each variant its own SKU, or add the option columns")
            }
            (Some(line), _) if draft.option_names == Field::Cleared => {
                format!(
                    "is a second variant of the product on line {line}, which has no options: name an option on its first row"
                )
            }
            (Some(line), _) => format!("has the same option values as line {line}: keep one of the two rows"),
        };
        findings.error(variant.line, Some(header.name(column)), message);
    }
}

fn product_pictures(group: &Group, header: &Header, findings: &mut Findings) -> Field<Vec<super::PictureDraft>> {
    let mut placed = Vec::new();
    for row in &group.rows {
        pictures::take(&mut Cells { header, row, findings }, &mut placed);
    }
    pictures::in_order(placed, header.has(Column::PictureUrl))
}
