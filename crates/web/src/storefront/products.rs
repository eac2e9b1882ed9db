//! A product's own page, with one of its variants chosen.

use super::frame::Heading;
use super::structured_data;
use super::views::{OptionValueView, OptionView, PictureView, ProductView, VariantView};
use super::visit::{AtShop, Query, Visit};
use crate::at::At;
use crate::error::Error;
use crate::snapshot::{Place, Terms};
use axum::http::StatusCode;
use axum::response::Response;
use commerce::VariantId;
use commerce::catalog::{Product, Variant, WeightUnit};
use commerce::shop::Link;
use serde_json::{Value, json};

/// Products shown as related.
const RELATED: usize = 4;

/// `/products/{handle}`
pub async fn product(visit: Visit, At(handle): At<String>, query: Query) -> Result<Response, Error> {
    let product = visit.snapshot().product(&handle).filter(|product| product.is_visible(visit.now)).ok_or(Error::NotFound)?;
    let wanted = query.first("variant").parse().ok().map(VariantId);
    product_page(&visit, product, wanted, StatusCode::OK, "")
}

/// The page of a product, with what stands in the way of the last attempt to buy it.
pub fn product_page(
    visit: &AtShop,
    product: &Product,
    wanted: Option<VariantId>,
    status: StatusCode,
    refusal: &str,
) -> Result<Response, Error> {
    let chosen = chosen_variant(visit, product, wanted);
    let view = ProductView { refusal: refusal.into(), ..product_view(visit, product, chosen) };
    let path = format!("/products/{}", product.handle);
    let title = if product.seo_title.is_empty() { &product.title } else { &product.seo_title };
    let description = if product.seo_description.is_empty() { &product.description_html } else { &product.seo_description };
    let heading = Heading {
        description: description.clone(),
        kind: "product",
        picture: view.pictures.first().map(|picture| picture.src.clone()).unwrap_or_default(),
        json_ld: structured_data::product(visit, product, &view.pictures, &view.breadcrumbs),
        without_band: view.sale.is_some(),
        ..Heading::public(title, &path)
    };
    let page = visit.framed(heading, view);
    if status == StatusCode::OK { visit.shared_page(status, &page) } else { visit.private_page(status, &page) }
}

/// The variant asked for, else the first that can be bought, else the first.
fn chosen_variant<'a>(visit: &AtShop, product: &'a Product, wanted: Option<VariantId>) -> &'a Variant {
    let moment = visit.moment();
    let asked = product.variants.iter().find(|variant| Some(variant.id) == wanted);
    asked.or_else(|| product.variants.iter().find(|variant| moment.terms(variant).buyable())).unwrap_or(&product.variants[0])
}

fn product_view(visit: &AtShop, product: &Product, chosen: &Variant) -> ProductView {
    let moment = visit.moment();
    let terms = moment.terms(chosen);
    let mut pictures: Vec<PictureView> =
        product.pictures.iter().filter_map(|picture| moment.picture(picture, &product.title)).collect();
    if let Some(place) = chosen.picture.map(|place| place as usize).filter(|place| *place < pictures.len()) {
        pictures[..=place].rotate_right(1);
    }
    ProductView {
        url: format!("/products/{}", product.handle),
        breadcrumbs: breadcrumbs(visit, product),
        title: product.title.clone(),
        vendor: moment.shown_vendor(product).into(),
        vendor_url: format!("/collections/all?vendor={}", crate::snapshot::browse::percent_encode(&product.vendor)),
        description_html: product.description_html.clone(),
        options: options(visit, product, chosen),
        variants_json: variants_json(visit, product, &pictures),
        variant: variant_view(visit, chosen, &terms),
        sale: sale_of(visit, chosen).and_then(|sale| visit.sale_note(sale)),
        quantity_max: moment.quantity_max(&terms),
        limit_text: terms.customer_max.map(|most| format!("At most {most} per customer in this sale")).unwrap_or_default(),
        refusal: String::new(),
        facts: facts(chosen),
        promises: Vec::new(),
        related: related(visit, product),
        pictures,
    }
}

fn variant_view(visit: &AtShop, variant: &Variant, terms: &Terms) -> VariantView {
    let moment = visit.moment();
    let button = match (terms.buyable(), terms.left) {
        (true, _) => "Add to cart",
        (false, Some(0)) => "Sold out",
        (false, _) => "Opens soon",
    };
    VariantView {
        id: variant.id.to_string(),
        title: variant.title(),
        sku: variant.sku.clone(),
        price: moment.price(terms),
        stock: moment.stock(terms),
        buyable: terms.buyable(),
        button: button.into(),
    }
}

fn sale_of<'a>(visit: &'a AtShop, variant: &Variant) -> Option<&'a commerce::sale::FlashSale> {
    use commerce::sale::{Offer, offer};
    match offer(visit.snapshot().sales_of(variant.id), &visit.early_access, variant.id, visit.now) {
        Offer::Ordinary => None,
        Offer::Sale(sale, _) | Offer::NotOpenYet(sale, _) => Some(sale),
    }
}

fn options(visit: &AtShop, product: &Product, chosen: &Variant) -> Vec<OptionView> {
    if product.variants.len() < 2 {
        return Vec::new();
    }
    let axis_view = |(axis, option): (usize, &commerce::catalog::OptionAxis)| {
        let own = chosen.option_values.get(axis).cloned().unwrap_or_default();
        let values = option.values.iter().filter_map(|value| {
            let variant = nearest(product, chosen, axis, value)?;
            Some(OptionValueView {
                value: value.clone(),
                url: variant_url(product, variant),
                variant: variant.id.to_string(),
                chosen: *value == own,
                available: visit.moment().terms(variant).left != Some(0),
            })
        });
        OptionView { name: option.name.clone(), values: values.collect(), chosen: own }
    };
    product.options.iter().enumerate().map(axis_view).collect()
}

/// The variant that has `value` on `axis` and shares most of its other values with the chosen one.
fn nearest<'a>(product: &'a Product, chosen: &Variant, axis: usize, value: &str) -> Option<&'a Variant> {
    let shared =
        |variant: &&Variant| variant.option_values.iter().zip(&chosen.option_values).filter(|(one, two)| one == two).count();
    let having = product.variants.iter().filter(|variant| variant.option_values.get(axis).is_some_and(|own| own == value));
    // The first of the best, so that the same choice always leads to the same variant.
    having.rev().max_by_key(shared)
}

fn variant_url(product: &Product, variant: &Variant) -> String {
    format!("/products/{}?variant={}", product.handle, variant.id)
}

/// Every variant, for the script: words and addresses only.
fn variants_json(visit: &AtShop, product: &Product, pictures: &[PictureView]) -> String {
    const VARIANTS_MAX: usize = 250;
    if product.variants.len() < 2 || product.variants.len() > VARIANTS_MAX {
        return "[]".into();
    }
    let moment = visit.moment();
    let of_variant = |variant: &Variant| {
        let terms = moment.terms(variant);
        let view = variant_view(visit, variant, &terms);
        let links: Vec<Value> = options(visit, product, variant)
            .into_iter()
            .map(|option| {
                let values = option.values.into_iter();
                values
                    .map(|value| (value.value, json!({"variant": value.variant, "url": value.url, "available": value.available})))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            })
            .collect();
        let own = variant.picture.and_then(|place| product.pictures.get(place as usize));
        let own = own.and_then(|picture| moment.picture(picture, &product.title));
        let place = own.and_then(|own| pictures.iter().position(|picture| picture.src == own.src));
        json!({
            "id": view.id,
            "options": variant.option_values,
            "price": view.price.price.to_string(),
            "was": view.price.was.map(|was| was.to_string()),
            "percent": (view.price.percent > 0).then(|| format!("−{}%", view.price.percent)),
            "upcoming": view.price.upcoming.map(|price| format!("{price} in the sale")),
            "stock": view.stock,
            "buyable": view.buyable,
            "button": view.button,
            "picture": place.map_or(-1, |place| place as i64),
            "sku": view.sku,
            "sale": sale_of(visit, variant).map(|sale| format!("{}/{:?}", sale.id, terms.customer_max)),
            "quantity_max": moment.quantity_max(&terms),
            "url": variant_url(product, variant),
            "links": links,
        })
    };
    structured_data::for_script(&product.variants.iter().map(of_variant).collect())
}

fn breadcrumbs(visit: &AtShop, product: &Product) -> Vec<Link> {
    let home = Link { label: "Home".into(), url: "/".into() };
    let first = visit.snapshot().place_of(product.id).and_then(|place| visit.snapshot().collections_with(place).next());
    let up = first.map_or_else(
        || Link { label: "Everything".into(), url: "/collections/all".into() },
        |collection| Link { label: collection.title.clone(), url: format!("/collections/{}", collection.handle) },
    );
    vec![home, up]
}

fn facts(variant: &Variant) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    if !variant.sku.is_empty() {
        facts.push(("Stock code".into(), variant.sku.clone()));
    }
    if variant.weight_grams > 0 {
        let grams = variant.weight_grams as f64;
        let weight = match variant.weight_unit {
            WeightUnit::G => format!("{} g", variant.weight_grams),
            WeightUnit::Kg => format!("{} kg", rounded(grams / 1_000.0)),
            WeightUnit::Oz => format!("{} oz", rounded(grams / 28.349_523_125)),
            WeightUnit::Lb => format!("{} lb", rounded(grams / 453.592_37)),
        };
        facts.push(("Weight".into(), weight));
    }
    facts
}

fn rounded(number: f64) -> String {
    format!("{number:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Others of the same kind, then of the same maker, then the newest.
fn related(visit: &AtShop, product: &Product) -> Vec<super::views::CardView> {
    let (snapshot, moment) = (visit.snapshot(), visit.moment());
    let Some(own) = snapshot.place_of(product.id) else { return Vec::new() };
    let mut chosen: Vec<Place> = Vec::with_capacity(RELATED);
    let rules: [&dyn Fn(Place) -> bool; 3] =
        [&|other| snapshot.same_kind(own, other), &|other| snapshot.same_vendor(own, other), &|_| true];
    for rule in rules {
        for other in moment.places().filter(|&other| other != own && rule(other)) {
            if chosen.len() == RELATED {
                break;
            }
            if !chosen.contains(&other) {
                chosen.push(other);
            }
        }
    }
    chosen.into_iter().map(|place| moment.card(snapshot.at(place))).collect()
}
