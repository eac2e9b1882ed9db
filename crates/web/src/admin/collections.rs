//! Collections at the desk: filled by hand or by rule.

use super::desk::Pages;
use super::form::Form;
use super::picker::Shown;
use super::seat::{Asked, At, Seat, Typed};
use super::uploads;
use super::views::{CollectionEdit, CollectionList, CollectionRow, Confirm, PickerView, ProductChoice};
use crate::error::Error;
use crate::markdown::clean_html;
use axum::response::Response;
use commerce::catalog::{Collection, CollectionKind, CollectionRule, RuleCondition, RuleField, RuleRelation};
use commerce::{CollectionId, Currency, Money, ProductId};
use db::catalog::{ProductFilter, ProductListing, list_products};
use std::collections::HashMap;

/// The most conditions of a rule.
const CONDITIONS_MAX: usize = 20;
/// The most products chosen by hand.
const PRODUCTS_MAX: usize = 5_000;
/// Rows for conditions while there is none.
const CONDITIONS_SHOWN: usize = 3;

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

/// `GET /admin/collections`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let collections = db::catalog::load_collections(seat.db(), seat.shop()).await?;
    let row = |collection: Collection| CollectionRow {
        products: match &collection.kind {
            CollectionKind::Manual { products } => products.len(),
            CollectionKind::Rule { .. } => seat.in_memory.snapshot.members(&collection).count(),
        },
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
    let page = editor(&seat, None, form, &Shown::default()).await?;
    seat.page(&page).await
}

/// `GET /admin/collections/{id}`
pub async fn edit(seat: Seat, At(id): At<CollectionId>, asked: Asked) -> Result<Response, Error> {
    let collection = find(&seat, id).await?;
    let form = filled(&collection, seat.currency());
    let page = editor(&seat, Some(&collection), form, &Shown::of(&asked.0)).await?;
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
    let view = Shown::of(&form);
    let chosen: Vec<ProductId> = form.all("product").filter_map(|typed| typed.parse().ok()).take(PRODUCTS_MAX).collect();
    let CollectionKind::Manual { products } = &mut collection.kind else { return Err(Error::NotFound) };
    if chosen.is_empty() {
        let mut shown = filled(&collection, seat.currency());
        shown.refuse("", "Please choose at least one product.");
        let page = editor(&seat, Some(&collection), shown, &view).await?;
        return seat.refused(&page).await;
    }
    for (product, _) in db::catalog::product_titles(seat.db(), seat.shop(), &chosen).await? {
        if !products.contains(&product) && products.len() < PRODUCTS_MAX {
            products.push(product);
        }
    }
    match db::catalog::save_collection(seat.db(), seat.shop(), &collection).await? {
        Ok(()) => {
            let path = format!("/admin/collections/{id}");
            seat.changed(&(view.address(&path) + "#find"), "The products are added.").await
        }
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
    let view = Shown::of(&form);
    let collection = read(&mut form, &seat, known.as_ref()).await?;
    if form.is_fine()
        && let Err(refusal) = db::catalog::save_collection(seat.db(), seat.shop(), &collection).await?
    {
        form.refuse("handle", refusal.to_string());
    }
    if !form.is_fine() {
        let page = editor(&seat, known.as_ref(), form, &view).await?;
        return seat.refused(&page).await;
    }
    seat.changed(&view.address(&format!("/admin/collections/{}", collection.id)), "The collection is saved.").await
}

async fn read(form: &mut Form, seat: &Seat, known: Option<&Collection>) -> Result<Collection, Error> {
    let title = form.required_line("title");
    let kind = match form.choice("kind", &[("manual", false), ("rule", true)]) {
        true => CollectionKind::Rule { rule: read_rule(form, seat.currency()) },
        false => CollectionKind::Manual { products: read_products(form, known) },
    };
    Ok(Collection {
        id: known.map_or_else(|| CollectionId(seat.next_id()), |collection| collection.id),
        handle: form.handle("handle", &title),
        title,
        description_html: clean_html(&form.text("description_html")),
        picture: uploads::chosen_picture(seat, form, "picture").await?,
        seo_title: form.line("seo_title"),
        seo_description: form.line("seo_description"),
        published: form.ticked("published"),
        position: form.number("position", -1_000_000..=1_000_000).unwrap_or(0),
        kind,
    })
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
    let rows: HashMap<String, usize> =
        (0..Pages::ROWS).map(|row| (form.typed(&format!("products.{row}.id")).to_owned(), row)).collect();
    let mut placed = Vec::with_capacity(products.len());
    for (index, product) in products.iter().enumerate() {
        // Only a page of them is in the form.
        let Some(row) = rows.get(&product.to_string()) else {
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
        ("picture", collection.picture.map(|id| id.to_string()).unwrap_or_default()),
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

async fn editor(seat: &Seat, collection: Option<&Collection>, form: Form, shown: &Shown) -> Result<CollectionEdit, Error> {
    let picture_choices = uploads::picture_choices(seat, &form, &["picture"]).await?;
    let Some(collection) = collection else {
        return Ok(CollectionEdit {
            title: "New collection".into(),
            action: "/admin/collections".into(),
            conditions: CONDITIONS_SHOWN,
            picture_choices,
            form,
            ..CollectionEdit::default()
        });
    };
    let action = format!("/admin/collections/{}", collection.id);
    let mut page = CollectionEdit {
        id: Some(collection.id),
        title: collection.title.clone(),
        handle: collection.handle.clone(),
        conditions: CONDITIONS_SHOWN,
        picture_choices,
        view: PickerView { page: shown.page, find: shown.find.clone(), found: shown.found },
        form,
        ..CollectionEdit::default()
    };
    match &collection.kind {
        CollectionKind::Rule { rule } => {
            page.conditions = (rule.conditions.len() + 2).min(CONDITIONS_MAX);
            page.fitting = seat.in_memory.snapshot.members(collection).count();
        }
        CollectionKind::Manual { products } => {
            let (rows, pages) = shown.chosen(products.len(), &action);
            let titles = db::catalog::product_titles(seat.db(), seat.shop(), &products[rows.clone()]).await?;
            page.chosen = titles.into_iter().map(|(id, title)| ProductChoice { id, title, is_in: true }).collect();
            (page.place_first, page.chosen_pages) = (rows.start + 1, pages);
            if let Some(number) = shown.found_number() {
                let per_page = Pages::ROWS as u32;
                let filter = ProductFilter { words: shown.find.clone(), page: number - 1, per_page, ..ProductFilter::default() };
                let found = list_products(seat.db(), seat.shop(), &filter).await?;
                page.found_pages = shown.pages_found(usize::try_from(found.total).unwrap_or(0), &action);
                let choice = |found: ProductListing| ProductChoice {
                    is_in: products.contains(&found.id),
                    id: found.id,
                    title: found.title,
                };
                page.found = found.products.into_iter().map(choice).collect();
            }
        }
    }
    page.action = action;
    Ok(page)
}

async fn find(seat: &Seat, id: CollectionId) -> Result<Collection, Error> {
    let collections = db::catalog::load_collections(seat.db(), seat.shop()).await?;
    collections.into_iter().find(|collection| collection.id == id).ok_or(Error::NotFound)
}
