//! The editor's form as a product, and back. Variants are the combinations of the options' values; those that exist already keep
//! their row, new ones begin with the price of the first.

use super::form::Form;
use super::format;
use super::seat::Seat;
use crate::markdown::clean_html;
use commerce::catalog::{OptionAxis, Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit};
use commerce::{Currency, Money, ProductId, VariantId};

/// The most variants of one product.
const VARIANTS_MAX: usize = 250;
/// Options of one product.
const AXES_MAX: usize = 3;
/// The heaviest unit, grams.
const WEIGHT_GRAMS_MAX: i64 = 10_000_000;

/// As sent and as kept.
pub(super) const STATUSES: [(&str, ProductStatus); 3] =
    [("draft", ProductStatus::Draft), ("active", ProductStatus::Active), ("archived", ProductStatus::Archived)];

pub(super) fn status_word(status: ProductStatus) -> &'static str {
    STATUSES.iter().find(|(_, known)| *known == status).map_or("draft", |(word, _)| word)
}

/// A new product with one variant and no options.
pub(super) fn blank(seat: &Seat) -> Product {
    let now = seat.now();
    Product {
        id: ProductId(seat.next_id()),
        handle: String::new(),
        title: String::new(),
        description_html: String::new(),
        vendor: String::new(),
        product_type: String::new(),
        category: String::new(),
        tags: Vec::new(),
        status: ProductStatus::Draft,
        published_at: Some(now),
        seo_title: String::new(),
        seo_description: String::new(),
        options: Vec::new(),
        pictures: Vec::new(),
        variants: vec![blank_variant(seat)],
        extra: Vec::new(),
        created_at: now,
        updated_at: now,
    }
}

fn blank_variant(seat: &Seat) -> Variant {
    Variant {
        id: VariantId(seat.next_id()),
        option_values: Vec::new(),
        sku: String::new(),
        barcode: String::new(),
        price_minor: 0,
        was_price_minor: None,
        cost_minor: None,
        weight_grams: 0,
        weight_unit: WeightUnit::G,
        taxable: true,
        tax_code: String::new(),
        requires_shipping: true,
        stock_tracked: true,
        stock_policy: StockPolicy::Deny,
        picture: None,
        extra: Vec::new(),
    }
}

/// The form of a product as it is.
pub(super) fn filled(product: &Product, seat: &Seat) -> Form {
    let mut form = Form::filled([
        ("title", product.title.clone()),
        ("description_html", product.description_html.clone()),
        ("handle", product.handle.clone()),
        ("vendor", product.vendor.clone()),
        ("product_type", product.product_type.clone()),
        ("category", product.category.clone()),
        ("tags", product.tags.join(", ")),
        ("status", status_word(product.status).to_owned()),
        ("published_at", product.published_at.map(|at| format::local_input(at, seat.zone())).unwrap_or_default()),
        ("seo_title", product.seo_title.clone()),
        ("seo_description", product.seo_description.clone()),
    ]);
    for (index, axis) in product.options.iter().enumerate() {
        form.set(format!("options.{index}.name"), axis.name.clone());
        form.set(format!("options.{index}.values"), axis.values.join(", "));
    }
    for (index, variant) in product.variants.iter().enumerate() {
        fill_variant(&mut form, &format!("variants.{index}."), variant, seat.currency());
    }
    for (index, picture) in product.pictures.iter().enumerate() {
        form.set(format!("pictures.{index}.alt"), picture.alt.clone());
        form.set(format!("pictures.{index}.position"), (index + 1).to_string());
    }
    form
}

fn fill_variant(form: &mut Form, key: &str, variant: &Variant, currency: Currency) {
    let decimal = |minor: i64| Money::new(minor, currency).to_decimal();
    let tick = |is: bool| if is { "yes" } else { "" };
    form.set(format!("{key}price"), decimal(variant.price_minor));
    form.set(format!("{key}was_price"), variant.was_price_minor.map(decimal).unwrap_or_default());
    form.set(format!("{key}cost"), variant.cost_minor.map(decimal).unwrap_or_default());
    form.set(format!("{key}sku"), variant.sku.clone());
    form.set(format!("{key}barcode"), variant.barcode.clone());
    form.set(format!("{key}weight_grams"), variant.weight_grams.to_string());
    form.set(format!("{key}taxable"), tick(variant.taxable));
    form.set(format!("{key}requires_shipping"), tick(variant.requires_shipping));
    form.set(format!("{key}stock_tracked"), tick(variant.stock_tracked));
    form.set(format!("{key}oversell"), tick(variant.stock_policy == StockPolicy::Continue));
}

/// The product that the form describes, with what the form does not say taken from `known`.
pub(super) fn read(form: &mut Form, known: &Product, seat: &Seat) -> Product {
    let title = form.required_line("title");
    let options = read_options(form);
    let typed: Vec<Variant> = known.variants.iter().map(|variant| read_variant(form, variant, known, seat.currency())).collect();
    let variants = combine(form, &options, &typed, seat);
    Product {
        id: known.id,
        handle: form.handle("handle", &title),
        title,
        description_html: clean_html(&form.text("description_html")),
        vendor: form.line("vendor"),
        product_type: form.line("product_type"),
        category: form.line("category"),
        tags: form.words("tags"),
        status: form.choice("status", &STATUSES),
        published_at: form.time("published_at", seat.zone()),
        seo_title: form.line("seo_title"),
        seo_description: form.line("seo_description"),
        options,
        pictures: read_pictures(form, &known.pictures),
        variants,
        extra: known.extra.clone(),
        created_at: known.created_at,
        updated_at: seat.now(),
    }
}

fn read_options(form: &mut Form) -> Vec<OptionAxis> {
    let mut options: Vec<OptionAxis> = Vec::new();
    for index in 0..AXES_MAX {
        let (name_field, values_field) = (format!("options.{index}.name"), format!("options.{index}.values"));
        let (name, values) = (form.line(&name_field), form.words(&values_field));
        match (name.is_empty(), values.is_empty()) {
            (true, true) => continue,
            (true, false) => form.refuse(name_field, "Please name the option, such as Color."),
            (false, true) => form.refuse(values_field, "Please give at least one value."),
            (false, false) if options.iter().any(|axis| axis.name.to_lowercase() == name.to_lowercase()) => {
                form.refuse(name_field, "There is another option of this name.");
            }
            (false, false) => options.push(OptionAxis { name, values }),
        }
    }
    options
}

/// The row of the form that belongs to a variant is found by its id, because rows may have been added elsewhere meanwhile.
fn read_variant(form: &mut Form, variant: &Variant, known: &Product, currency: Currency) -> Variant {
    let id = variant.id.to_string();
    let row = (0..VARIANTS_MAX).find(|row| form.typed(&format!("variants.{row}.id")) == id);
    // The only variant of a new product has a fresh id each time the form is shown.
    let row = row.or_else(|| (known.variants.len() == 1 && form.has("variants.0.price")).then_some(0));
    let Some(row) = row else { return variant.clone() };
    let field = |name: &str| format!("variants.{row}.{name}");
    Variant {
        price_minor: form.required_amount(&field("price"), currency),
        was_price_minor: form.amount(&field("was_price"), currency),
        cost_minor: form.amount(&field("cost"), currency),
        sku: form.line(&field("sku")),
        barcode: form.line(&field("barcode")),
        weight_grams: form.number(&field("weight_grams"), 0..=WEIGHT_GRAMS_MAX).unwrap_or(0),
        taxable: form.ticked(&field("taxable")),
        requires_shipping: form.ticked(&field("requires_shipping")),
        stock_tracked: form.ticked(&field("stock_tracked")),
        stock_policy: if form.ticked(&field("oversell")) { StockPolicy::Continue } else { StockPolicy::Deny },
        ..variant.clone()
    }
}

/// Every combination of the options' values once, in their order.
fn combine(form: &mut Form, options: &[OptionAxis], typed: &[Variant], seat: &Seat) -> Vec<Variant> {
    let count = options.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.values.len()));
    if count.is_none_or(|count| count > VARIANTS_MAX) {
        form.refuse("options.0.values", format!("These are more than {VARIANTS_MAX} combinations."));
        return typed.to_vec();
    }
    let mut combinations: Vec<Vec<String>> = vec![Vec::new()];
    for axis in options {
        let longer = |values: &Vec<String>, value: &String| [values.as_slice(), std::slice::from_ref(value)].concat();
        combinations =
            combinations.iter().flat_map(|values| axis.values.iter().map(move |value| longer(values, value))).collect();
    }
    let first = typed.first().cloned().unwrap_or_else(|| blank_variant(seat));
    let had_none = typed.len() == 1 && typed[0].option_values.is_empty();
    let mut variants = Vec::with_capacity(combinations.len());
    for (index, option_values) in combinations.into_iter().enumerate() {
        let known = typed.iter().find(|variant| variant.option_values == option_values);
        // The one variant of a product without options becomes its first combination, and keeps its stock.
        let known = known.or_else(|| (had_none && index == 0).then_some(&first));
        variants.push(match known {
            Some(variant) => Variant { option_values, ..variant.clone() },
            None => Variant {
                id: VariantId(seat.next_id()),
                option_values,
                sku: String::new(),
                barcode: String::new(),
                picture: None,
                extra: Vec::new(),
                ..first.clone()
            },
        });
    }
    variants
}

fn read_pictures(form: &mut Form, known: &[Picture]) -> Vec<Picture> {
    let mut placed = Vec::with_capacity(known.len());
    for (index, picture) in known.iter().enumerate() {
        let field = |name: &str| format!("pictures.{index}.{name}");
        if form.ticked(&field("remove")) {
            continue;
        }
        let place = form.number(&field("position"), 1..=1_000).unwrap_or(index as i64 + 1);
        let alt = if form.has(&field("alt")) { form.line(&field("alt")) } else { picture.alt.clone() };
        placed.push((place, Picture { alt, ..picture.clone() }));
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, picture)| picture).collect()
}
