//! Collections at the desk: filled by hand or by rule.

use super::form::Form;
use super::seat::{At, Seat, Typed};
use super::views::{CollectionEdit, CollectionList, CollectionRow, Confirm, ProductChoice};
use crate::error::Error;
use crate::markdown::clean_html;
use axum::extract::Query;
use axum::response::Response;
use commerce::catalog::{Collection, CollectionKind, CollectionRule, Product, RuleCondition, RuleField, RuleRelation};
use commerce::{CollectionId, Currency, Money, ProductId};
use db::catalog::{ProductFilter, list_products};
use serde::Deserialize;

/// The most conditions of a rule.
const CONDITIONS_MAX: usize = 20;
/// The most products chosen by hand.
const PRODUCTS_MAX: usize = 5_000;
/// Products found at once.
const FOUND_MAX: u32 = 30;

const FIELDS: [(&str, RuleField); 5] = [
    ("tag", RuleField::Tag),
    ("type", RuleField::Type),
    ("vendor", RuleField::Vendor),
    ("title", RuleField::Title),
    ("price", RuleField::Price),
];
const RELATIONS: [(&str, RuleRelation); 5] = [
    ("equals", RuleRelation::Equals),
    ("not_equals", RuleRelation::NotEquals),
    ("contains", RuleRelation::Contains),
    ("greater_than", RuleRelation::GreaterThan),
    ("less_than", RuleRelation::LessThan),
];

/// What is looked for in the picker.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    find: String,
}

/// `GET /admin/collections`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let collections = db::catalog::load_collections(seat.db(), seat.shop()).await?;
    let products = db::catalog::load_products(seat.db(), seat.shop()).await?;
    let row = |collection: Collection| CollectionRow {
        products: members(&collection, &products).len(),
        id: collection.id,
        by_rule: matches!(collection.kind, CollectionKind::Rule { .. }),
        title: collection.title,
        handle: collection.handle,
        published: collection.published,
    };
    seat.page(&CollectionList { rows: collections.into_iter().map(row).collect() }).await
}

/// `GET /admin/collections/new`
pub async fn new(seat: Seat) -> Result<Response, Error> {
    let form = Form::filled([("kind", "manual"), ("published", "yes"), ("position", "0")]);
    let page = editor(&seat, None, form, "").await?;
    seat.page(&page).await
}

/// `GET /admin/collections/{id}`
pub async fn edit(seat: Seat, At(id): At<CollectionId>, Query(wanted): Query<Wanted>) -> Result<Response, Error> {
    let collection = find(&seat, id).await?;
    let form = filled(&collection, seat.currency());
    let page = editor(&seat, Some(&collection), form, &wanted.find).await?;
    seat.page(&page).await
}

/// `POST /admin/collections`
pub async fn create(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    save(seat, None, form).await
}

/// `POST /admin/collections/{id}`
pub async fn update(seat: Seat, At(id): At<CollectionId>, Typed(form): Typed) -> Result<Response, Error> {
    let collection = find(&seat, id).await?;
    save(seat, Some(collection), form).await
}

/// `POST /admin/collections/{id}/products`
pub async fn add_products(seat: Seat, At(id): At<CollectionId>, Typed(form): Typed) -> Result<Response, Error> {
    let mut collection = find(&seat, id).await?;
    let ours = db::catalog::load_products(seat.db(), seat.shop()).await?;
    let chosen: Vec<ProductId> = form.all("product").filter_map(|typed| typed.parse().ok()).collect();
    let CollectionKind::Manual { products } = &mut collection.kind else { return Err(Error::NotFound) };
    if chosen.is_empty() {
        let mut shown = filled(&collection, seat.currency());
        shown.refuse("", "Please choose at least one product.");
        let page = editor(&seat, Some(&collection), shown, "").await?;
        return seat.refused(&page).await;
    }
    for product in chosen {
        if !products.contains(&product) && ours.iter().any(|known| known.id == product) && products.len() < PRODUCTS_MAX {
            products.push(product);
        }
    }
    match db::catalog::save_collection(seat.db(), seat.shop(), &collection).await? {
        Ok(()) => seat.changed(&format!("/admin/collections/{id}"), "The products are added.").await,
        Err(refusal) => Err(Error::BadRequest(refusal.to_string())),
    }
}

/// `GET /admin/collections/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<CollectionId>) -> Result<Response, Error> {
    let collection = find(&seat, id).await?;
    let question = Confirm {
        question: format!("Delete the collection “{}”?", collection.title),
        consequence: "Its products stay; links to the collection lead nowhere.".into(),
        verb: "Delete".into(),
        action: format!("/admin/collections/{id}/delete"),
        back: format!("/admin/collections/{id}"),
    };
    seat.page(&question).await
}

/// `POST /admin/collections/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<CollectionId>) -> Result<Response, Error> {
    if !db::catalog::delete_collection(seat.db(), seat.shop(), id).await? {
        return Err(Error::NotFound);
    }
    seat.changed("/admin/collections", "The collection is deleted.").await
}

async fn save(seat: Seat, known: Option<Collection>, mut form: Form) -> Result<Response, Error> {
    let collection = read(&mut form, &seat, known.as_ref());
    if form.is_fine()
        && let Err(refusal) = db::catalog::save_collection(seat.db(), seat.shop(), &collection).await?
    {
        form.refuse("handle", refusal.to_string());
    }
    if !form.is_fine() {
        let page = editor(&seat, known.as_ref(), form, "").await?;
        return seat.refused(&page).await;
    }
    seat.changed(&format!("/admin/collections/{}", collection.id), "The collection is saved.").await
}

fn read(form: &mut Form, seat: &Seat, known: Option<&Collection>) -> Collection {
    let title = form.required_line("title");
    let kind = match form.choice("kind", &[("manual", false), ("rule", true)]) {
        true => CollectionKind::Rule { rule: read_rule(form, seat.currency()) },
        false => CollectionKind::Manual { products: read_products(form, known) },
    };
    Collection {
        id: known.map_or_else(|| CollectionId(seat.next_id()), |collection| collection.id),
        handle: form.handle("handle", &title),
        title,
        description_html: clean_html(&form.text("description_html")),
        picture: known.and_then(|collection| collection.picture),
        seo_title: form.line("seo_title"),
        seo_description: form.line("seo_description"),
        published: form.ticked("published"),
        position: form.number("position", -1_000_000..=1_000_000).unwrap_or(0),
        kind,
    }
}

fn read_rule(form: &mut Form, currency: Currency) -> CollectionRule {
    let mut rule = CollectionRule { any: form.typed("any") == "any", conditions: Vec::new() };
    for index in 0..CONDITIONS_MAX {
        let key = |name: &str| format!("conditions.{index}.{name}");
        let mut value = form.line(&key("value"));
        if value.is_empty() {
            continue;
        }
        let (field, relation) = (form.choice(&key("field"), &FIELDS), form.choice(&key("relation"), &RELATIONS));
        let is_order = matches!(relation, RuleRelation::GreaterThan | RuleRelation::LessThan);
        match (field, relation) {
            (RuleField::Price, RuleRelation::Contains) => {
                form.refuse(key("value"), "A price contains nothing; choose another relation.")
            }
            (RuleField::Price, _) => value = form.amount(&key("value"), currency).unwrap_or(0).to_string(),
            (_, _) if is_order => form.refuse(key("value"), "Only prices are more or less than something."),
            _ => {}
        }
        rule.conditions.push(RuleCondition { field, relation, value });
    }
    rule
}

/// The products that were chosen before, without those ticked for removal, by their typed places.
fn read_products(form: &mut Form, known: Option<&Collection>) -> Vec<ProductId> {
    let Some(CollectionKind::Manual { products }) = known.map(|collection| &collection.kind) else { return Vec::new() };
    let mut placed = Vec::with_capacity(products.len());
    for (index, product) in products.iter().enumerate() {
        let id = product.to_string();
        let row = (0..products.len()).find(|row| form.typed(&format!("products.{row}.id")) == id);
        let Some(row) = row else {
            placed.push((index as i64 + 1, *product));
            continue;
        };
        if !form.ticked(&format!("products.{row}.remove")) {
            let place = form.number(&format!("products.{row}.position"), 1..=1_000_000).unwrap_or(index as i64 + 1);
            placed.push((place, *product));
        }
    }
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, product)| product).collect()
}

fn filled(collection: &Collection, currency: Currency) -> Form {
    let mut form = Form::filled([
        ("title", collection.title.clone()),
        ("handle", collection.handle.clone()),
        ("description_html", collection.description_html.clone()),
        ("seo_title", collection.seo_title.clone()),
        ("seo_description", collection.seo_description.clone()),
        ("published", if collection.published { "yes".into() } else { String::new() }),
        ("position", collection.position.to_string()),
        ("kind", if matches!(collection.kind, CollectionKind::Rule { .. }) { "rule".into() } else { "manual".into() }),
    ]);
    let CollectionKind::Rule { rule } = &collection.kind else { return form };
    form.set("any", if rule.any { "any" } else { "all" });
    for (index, condition) in rule.conditions.iter().enumerate() {
        let field = FIELDS.iter().find(|(_, field)| *field == condition.field).map_or("", |(word, _)| word);
        let relation = RELATIONS.iter().find(|(_, relation)| *relation == condition.relation).map_or("", |(word, _)| word);
        let minor = condition.value.parse::<i64>().ok().filter(|_| condition.field == RuleField::Price);
        let value = minor.map_or_else(|| condition.value.clone(), |minor| Money::new(minor, currency).to_decimal());
        form.set(format!("conditions.{index}.field"), field);
        form.set(format!("conditions.{index}.relation"), relation);
        form.set(format!("conditions.{index}.value"), value);
    }
    form
}

async fn editor(seat: &Seat, collection: Option<&Collection>, form: Form, find: &str) -> Result<CollectionEdit, Error> {
    let choice = |product: &Product| ProductChoice { id: product.id, title: product.title.clone() };
    let (mut chosen, mut found, mut conditions) = (Vec::new(), Vec::new(), 3);
    if let Some(collection) = collection {
        let products = db::catalog::load_products(seat.db(), seat.shop()).await?;
        chosen = members(collection, &products).into_iter().map(choice).collect();
        if let CollectionKind::Rule { rule } = &collection.kind {
            conditions = (rule.conditions.len() + 2).min(CONDITIONS_MAX);
        }
    }
    if !find.trim().is_empty() {
        let filter = ProductFilter { words: find.into(), per_page: FOUND_MAX, ..ProductFilter::default() };
        let listed = list_products(seat.db(), seat.shop(), &filter).await?.products;
        let is_new = |id: ProductId| !chosen.iter().any(|known: &ProductChoice| known.id == id);
        found =
            listed.into_iter().filter(|product| is_new(product.id)).map(|p| ProductChoice { id: p.id, title: p.title }).collect();
    }
    Ok(CollectionEdit {
        id: collection.map(|collection| collection.id),
        title: collection.map_or_else(|| "New collection".into(), |collection| collection.title.clone()),
        handle: collection.map(|collection| collection.handle.clone()).unwrap_or_default(),
        action: collection
            .map_or_else(|| "/admin/collections".into(), |collection| format!("/admin/collections/{}", collection.id)),
        conditions,
        chosen,
        find: find.to_owned(),
        found,
        form,
    })
}

fn members<'a>(collection: &Collection, products: &'a [Product]) -> Vec<&'a Product> {
    match &collection.kind {
        CollectionKind::Manual { products: chosen } => {
            chosen.iter().filter_map(|id| products.iter().find(|product| product.id == *id)).collect()
        }
        CollectionKind::Rule { rule } => products.iter().filter(|product| rule.matches(product)).collect(),
    }
}

async fn find(seat: &Seat, id: CollectionId) -> Result<Collection, Error> {
    let collections = db::catalog::load_collections(seat.db(), seat.shop()).await?;
    collections.into_iter().find(|collection| collection.id == id).ok_or(Error::NotFound)
}
