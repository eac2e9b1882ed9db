//! Which variants a product has after its editor was saved. Each row of the grid can be changed or taken out, and one row can be
//! added with values of its own. A new value of an option brings its combinations with the others; combinations that were taken
//! out before stay out. A variant that goes on keeps its row, and so its stock.

use super::form::Form;
use super::product_form::AXES_MAX;
use commerce::catalog::{OptionAxis, Product, StockPolicy, Variant};
use commerce::{Currency, VariantId};

/// The most variants of one product.
const VARIANTS_MAX: usize = 250;
/// The heaviest unit, grams.
const WEIGHT_GRAMS_MAX: i64 = 10_000_000;

/// What the rows of the grid stand for.
pub(super) struct Rows<'a> {
    /// The product as it is.
    pub known: &'a Product,
    /// Of the prices.
    pub currency: Currency,
    /// Where each of the known pictures is now.
    pub moved: &'a [Option<u32>],
}

/// The variants that the form describes. A value that is typed for a new row only is added to its option.
pub(super) fn read(
    form: &mut Form,
    options: &mut [OptionAxis],
    rows: &Rows<'_>,
    mut next_id: impl FnMut() -> i64,
) -> Vec<Variant> {
    let known = &rows.known.variants;
    let kept: Vec<Variant> = known.iter().filter_map(|variant| read_row(form, variant, rows)).collect();
    let model = kept.first().or(known.first()).cloned().unwrap_or_else(|| Variant::new(VariantId(0), 0));
    let before = options.to_vec();
    let added = read_added(form, options, &kept, rows.currency);
    let combinations = combinations(form, options);
    let mut variants = Vec::with_capacity(combinations.len());
    for values in combinations {
        let found = kept.iter().find(|variant| variant.option_values == values || becomes(variant, &values, options));
        let is_added = |(wanted, _): &&(Vec<String>, Option<i64>)| *wanted == values;
        let price_minor = added.as_ref().filter(is_added).map(|(_, price)| price.unwrap_or(model.price_minor));
        match (found, price_minor) {
            (Some(variant), _) => variants.push(Variant { option_values: values, ..variant.clone() }),
            (None, Some(price_minor)) => variants.push(fresh(&model, next_id(), values, price_minor)),
            (None, None) if is_new(&values, &before, &rows.known.options) => {
                variants.push(fresh(&model, next_id(), values, model.price_minor));
            }
            (None, None) => {}
        }
    }
    if variants.is_empty() {
        form.refuse("", "A product needs at least one variant.");
    }
    variants
}

/// A row as typed; `None` when it is to be taken out. It is found by its id, because rows may have been added elsewhere in the
/// meantime.
fn read_row(form: &mut Form, variant: &Variant, rows: &Rows<'_>) -> Option<Variant> {
    let id = variant.id.to_string();
    let row = (0..VARIANTS_MAX).find(|row| form.typed(&format!("variants.{row}.id")) == id);
    // The only variant of a new product has a fresh id each time the form is shown.
    let row = row.or_else(|| (rows.known.variants.len() == 1 && form.has("variants.0.price")).then_some(0));
    let moved = |index: u32| rows.moved.get(index as usize).copied().flatten();
    let Some(row) = row else { return Some(Variant { picture: variant.picture.and_then(moved), ..variant.clone() }) };
    let field = |name: &str| format!("variants.{row}.{name}");
    if form.ticked(&field("remove")) {
        return None;
    }
    let picture = match form.has(&field("picture")) {
        true => form.number(&field("picture"), 0..=1_000).and_then(|index| u32::try_from(index).ok()),
        false => variant.picture,
    };
    let price_minor = form.required_amount(&field("price"), rows.currency);
    let was_price_minor = form.amount(&field("was_price"), rows.currency);
    // Shops that were imported may have it otherwise, and their other fields can be saved all the same.
    let is_changed = (price_minor, was_price_minor) != (variant.price_minor, variant.was_price_minor);
    if is_changed && form.is_fine() && was_price_minor.is_some_and(|was_minor| was_minor <= price_minor) {
        form.refuse(field("was_price"), "This has to be more than the price, or nothing.");
    }
    Some(Variant {
        picture: picture.and_then(moved),
        price_minor,
        was_price_minor,
        cost_minor: form.amount(&field("cost"), rows.currency),
        sku: form.line(&field("sku")),
        barcode: form.line(&field("barcode")),
        weight_grams: form.number(&field("weight_grams"), 0..=WEIGHT_GRAMS_MAX).unwrap_or(0),
        taxable: form.ticked(&field("taxable")),
        requires_shipping: form.ticked(&field("requires_shipping")),
        stock_tracked: form.ticked(&field("stock_tracked")),
        stock_policy: if form.ticked(&field("oversell")) { StockPolicy::Continue } else { StockPolicy::Deny },
        ..variant.clone()
    })
}

/// The values and the price of the row that is to be added, if any was typed.
fn read_added(
    form: &mut Form,
    options: &mut [OptionAxis],
    kept: &[Variant],
    currency: Currency,
) -> Option<(Vec<String>, Option<i64>)> {
    let values: Vec<String> = (0..AXES_MAX).map(|axis| form.line(&format!("add.{axis}"))).collect();
    let price_minor = form.amount("add.price", currency);
    if values.iter().all(String::is_empty) {
        return None;
    }
    let values: Vec<String> = values.into_iter().take(options.len()).collect();
    if let Some(axis) = values.iter().position(String::is_empty) {
        form.refuse(format!("add.{axis}"), "Please fill this in.");
        return None;
    }
    if kept.iter().any(|variant| variant.option_values == values) {
        form.refuse("add.0", "There is a variant of these values already.");
        return None;
    }
    for (axis, value) in options.iter_mut().zip(&values) {
        if !axis.values.contains(value) {
            axis.values.push(value.clone());
        }
    }
    Some((values, price_minor))
}

/// Every combination of the options' values once, in their order; one without values when there are no options.
fn combinations(form: &mut Form, options: &[OptionAxis]) -> Vec<Vec<String>> {
    let count = options.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()));
    if count.is_none_or(|count| count > VARIANTS_MAX) {
        form.refuse("options.0.values", format!("These are more than {VARIANTS_MAX} combinations."));
        return Vec::new();
    }
    let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
    for axis in options {
        let longer = |values: &Vec<String>, value: &String| [values.as_slice(), std::slice::from_ref(value)].concat();
        combinations =
            combinations.iter().flat_map(|values| axis.values.iter().map(move |value| longer(values, value))).collect();
    }
    combinations
}

/// Whether a variant from before an option was added or taken away is this one now: it gets the first value of each new option,
/// and of those that differed in the lost option alone the first one stays.
fn becomes(variant: &Variant, values: &[String], options: &[OptionAxis]) -> bool {
    let had = variant.option_values.len();
    if had > values.len() {
        return variant.option_values.starts_with(values);
    }
    had < values.len()
        && values.starts_with(&variant.option_values)
        && values.iter().zip(options).skip(had).all(|(value, axis)| axis.values.first() == Some(value))
}

/// Whether a combination could not be had before: an option was added or taken away, or one of its values is new.
fn is_new(values: &[String], options: &[OptionAxis], before: &[OptionAxis]) -> bool {
    let is_typed = values.iter().zip(options).all(|(value, axis)| axis.values.contains(value));
    let was_there = values.len() == before.len() && values.iter().zip(before).all(|(value, axis)| axis.values.contains(value));
    is_typed && !was_there
}

fn fresh(model: &Variant, id: i64, option_values: Vec<String>, price_minor: i64) -> Variant {
    Variant {
        id: VariantId(id),
        option_values,
        price_minor,
        sku: String::new(),
        barcode: String::new(),
        picture: None,
        extra: Vec::new(),
        ..model.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::{ProductId, Timestamp};

    fn axis(name: &str, values: &[&str]) -> OptionAxis {
        OptionAxis { name: name.into(), values: values.iter().map(|&value| value.into()).collect() }
    }

    /// A tote in Sand and Ink; the form is as its editor shows it, with what is typed on top. Gives ids and titles.
    fn check(options: &[OptionAxis], typed: &[(&str, &str)], expected: &[(i64, &str)]) {
        let variants = [(1, "Sand"), (2, "Ink")].map(|(id, color)| Variant {
            option_values: vec![color.into()],
            picture: Some(0),
            ..Variant::new(VariantId(id), 12_900)
        });
        let mut known = Product::new(ProductId(1), "tote", "Tote", variants.to_vec(), Timestamp(0));
        known.options = vec![axis("Color", &["Sand", "Ink"])];
        let mut form = Form::filled([
            ("variants.0.id", "1"),
            ("variants.0.price", "129.00"),
            ("variants.1.id", "2"),
            ("variants.1.price", "129.00"),
        ]);
        for (name, value) in typed {
            form.set(*name, *value);
        }
        let currency = Currency::from_code("EUR").expect("the euro exists");
        let (mut options, mut id) = (options.to_vec(), 100);
        let rows = Rows { known: &known, currency, moved: &[Some(1)] };
        let variants = read(&mut form, &mut options, &rows, || {
            id += 1;
            id
        });
        let found: Vec<(i64, String)> = variants.iter().map(|variant| (variant.id.0, variant.title())).collect();
        let found: Vec<(i64, &str)> = found.iter().map(|(id, title)| (*id, title.as_str())).collect();
        assert_eq!(found, expected, "{typed:?}");
        assert!(variants.iter().all(|variant| variant.id.0 > 100 || variant.picture == Some(1)), "a picture that moved");
    }

    #[test]
    fn rows_are_added_and_taken_out_one_at_a_time() {
        let color = axis("Color", &["Sand", "Ink"]);
        let size = axis("Size", &["Small", "Large"]);
        check(std::slice::from_ref(&color), &[], &[(1, "Sand"), (2, "Ink")]);
        check(std::slice::from_ref(&color), &[("variants.1.remove", "yes")], &[(1, "Sand")]);
        check(std::slice::from_ref(&color), &[("add.0", "Moss")], &[(1, "Sand"), (2, "Ink"), (101, "Moss")]);
        check(&[axis("Color", &["Ink", "Moss"])], &[], &[(2, "Ink"), (101, "Moss")]);
        check(
            &[color.clone(), size.clone()],
            &[],
            &[(1, "Sand / Small"), (101, "Sand / Large"), (2, "Ink / Small"), (102, "Ink / Large")],
        );
        check(&[], &[], &[(1, "")]);
        check(&[color], &[("variants.0.remove", "yes"), ("variants.1.remove", "yes")], &[]);
    }

    #[test]
    fn a_row_that_is_added_alone_brings_no_other_combination() {
        let variants = vec![Variant { option_values: vec!["Sand".into(), "Small".into()], ..Variant::new(VariantId(1), 12_900) }];
        let mut known = Product::new(ProductId(1), "tote", "Tote", variants, Timestamp(0));
        known.options = vec![axis("Color", &["Sand"]), axis("Size", &["Small"])];
        let mut form =
            Form::filled([("variants.0.id", "1"), ("variants.0.price", "129.00"), ("add.0", "Ink"), ("add.1", "Large")]);
        form.set("add.price", "139.00");
        let mut options = known.options.clone();
        let currency = Currency::from_code("EUR").expect("the euro exists");
        let variants = read(&mut form, &mut options, &Rows { known: &known, currency, moved: &[] }, || 7);
        let found: Vec<_> = variants.iter().map(|variant| (variant.title(), variant.price_minor)).collect();
        assert_eq!(found, [("Sand / Small".to_owned(), 12_900), ("Ink / Large".to_owned(), 13_900)]);
        assert_eq!(options, [axis("Color", &["Sand", "Ink"]), axis("Size", &["Small", "Large"])]);
    }
}
