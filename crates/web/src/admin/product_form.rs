//! The editor's form as a product, and back. Which variants it has is `product_variants`' business.

use super::form::Form;
use super::format;
use super::product_variants;
use super::seat::Seat;
use crate::markdown::clean_html;
use commerce::catalog::{OptionAxis, Picture, Product, ProductStatus, StockPolicy, Variant};
use commerce::{Currency, Money, ProductId, VariantId};

/// Options of one product.
pub(super) const AXES_MAX: usize = 3;

/// As sent and as kept.
pub(super) const STATUSES: [(&str, ProductStatus); 3] =
    [("draft", ProductStatus::Draft), ("active", ProductStatus::Active), ("archived", ProductStatus::Archived)];

pub(super) fn status_word(status: ProductStatus) -> &'static str {
    STATUSES.iter().find(|(_, known)| *known == status).map_or("draft", |(word, _)| word)
}

/// A new product with one variant and no options.
pub(super) fn blank(seat: &Seat) -> Product {
    let only = Variant::new(VariantId(seat.next_id()), 0);
    Product { status: ProductStatus::Draft, ..Product::new(ProductId(seat.next_id()), "", "", vec![only], seat.now()) }
}

/// Which state of a product an editor shows.
fn version(product: &Product) -> String {
    product.updated_at.0.to_string()
}

/// Refuses a form that was filled in before somebody else, or another tab, changed the product; sent once more, it counts.
pub(super) fn refuse_if_changed_meanwhile(form: &mut Form, known: &Product) {
    if form.has("seen") && form.typed("seen") != version(known) {
        form.set("seen", version(known));
        form.refuse(
            "",
            "The product was changed after you had opened it, by somebody else or in another tab. Open it in a new tab to see that \
             change, or save again to put yours in its place.",
        );
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
        ("seen", version(product)),
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
    form.set(format!("{key}picture"), variant.picture.map(|index| index.to_string()).unwrap_or_default());
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
    let mut options = read_options(form);
    let (pictures, moved) = read_pictures(form, &known.pictures);
    let rows = product_variants::Rows { known, currency: seat.currency(), moved: &moved };
    let variants = product_variants::read(form, &mut options, &rows, || seat.next_id());
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
        pictures,
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
            (false, false) => match twice(&values) {
                Some(twice) => form.refuse(values_field, format!("“{twice}” is there twice.")),
                None => options.push(OptionAxis { name, values }),
            },
        }
    }
    options
}

/// A value that is there before, perhaps in other letters.
fn twice(values: &[String]) -> Option<String> {
    let lower: Vec<String> = values.iter().map(|value| value.to_lowercase()).collect();
    (1..values.len()).find(|at| lower[..*at].contains(&lower[*at])).map(|at| values[at].clone())
}

/// The pictures in their typed places, and for each of the known ones where it is now; `None`: it was removed.
fn read_pictures(form: &mut Form, known: &[Picture]) -> (Vec<Picture>, Vec<Option<u32>>) {
    let mut placed = Vec::with_capacity(known.len());
    for (index, picture) in known.iter().enumerate() {
        let field = |name: &str| format!("pictures.{index}.{name}");
        if form.ticked(&field("remove")) {
            continue;
        }
        let place = form.number(&field("position"), 1..=1_000).unwrap_or(index as i64 + 1);
        let alt = if form.has(&field("alt")) { form.line(&field("alt")) } else { picture.alt.clone() };
        placed.push((place, index, Picture { alt, ..picture.clone() }));
    }
    placed.sort_by_key(|(place, ..)| *place);
    let mut moved = vec![None; known.len()];
    for (place, (_, before, _)) in (0..).zip(&placed) {
        moved[*before] = Some(place);
    }
    (placed.into_iter().map(|(.., picture)| picture).collect(), moved)
}
