//! Products at the desk: the list, the editor, taking a product out, and its pictures. What the editor's form says is read in
//! `product_form`.

use super::desk::Pages;
use super::form::Form;
use super::product_form;
use super::seat::{Asked, At, Seat, Typed, escaped};
use super::uploads::{self, Upload};
use super::views::{Confirm, PictureHead, ProductEdit, ProductList, ProductRow, VariantHead};
use crate::error::Error;
use crate::pictures;
use axum::extract::Multipart;
use axum::response::Response;
use commerce::ProductId;
use commerce::catalog::{Picture, Product, ProductStatus};
use db::catalog::{ProductFilter, ProductListing, Removed};

/// The most pictures of one product.
const PICTURES_MAX: usize = 100;

/// `GET /admin/products`
pub async fn list(seat: Seat, asked: Asked) -> Result<Response, Error> {
    let page = asked.page();
    let filter = ProductFilter {
        words: asked.text("q").to_owned(),
        vendor: String::new(),
        status: product_form::STATUSES.iter().find(|(word, _)| *word == asked.text("status")).map(|(_, status)| *status),
        page: page as u32 - 1,
        per_page: Pages::ROWS as u32,
    };
    let found = db::catalog::list_products(seat.db(), seat.shop(), &filter).await?;
    let address = |page: usize| {
        format!("/admin/products?q={}&status={}&page={page}", escaped(asked.text("q")), escaped(asked.text("status")))
    };
    let view = ProductList {
        pages: Pages::of(usize::try_from(found.total).unwrap_or(0), page, address),
        rows: found.products.iter().map(row).collect(),
        q: asked.text("q").to_owned(),
        status: asked.text("status").to_owned(),
    };
    seat.page(&view).await
}

/// `GET /admin/products/new`
pub async fn new(seat: Seat) -> Result<Response, Error> {
    let product = product_form::blank(&seat);
    let form = product_form::filled(&product, &seat);
    seat.page(&editor(None, &product, form)).await
}

/// `GET /admin/products/{id}`
pub async fn edit(seat: Seat, At(id): At<ProductId>) -> Result<Response, Error> {
    let product = find(&seat, id).await?;
    let form = product_form::filled(&product, &seat);
    seat.page(&editor(Some(id), &product, form)).await
}

/// `POST /admin/products`
pub async fn create(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    let product = product_form::blank(&seat);
    save(seat, None, product, form).await
}

/// `POST /admin/products/{id}`
pub async fn update(seat: Seat, At(id): At<ProductId>, Typed(form): Typed) -> Result<Response, Error> {
    let product = find(&seat, id).await?;
    save(seat, Some(id), product, form).await
}

/// `GET /admin/products/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<ProductId>) -> Result<Response, Error> {
    let product = find(&seat, id).await?;
    let question = Confirm {
        question: format!("Delete {}?", product.title),
        consequence: "It leaves the shop at once. If it was ever ordered or put on sale it is archived instead, for the books."
            .into(),
        verb: "Delete".into(),
        action: format!("/admin/products/{id}/delete"),
        back: format!("/admin/products/{id}"),
    };
    seat.page(&question).await
}

/// `POST /admin/products/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<ProductId>) -> Result<Response, Error> {
    let message = match db::catalog::delete_product(seat.db(), seat.shop(), id, seat.now()).await? {
        Removed::Deleted => "The product is deleted.",
        Removed::Archived => "The product was sold before, so it is archived and no longer shown.",
        Removed::NotFound => return Err(Error::NotFound),
    };
    seat.changed("/admin/products", message).await
}

/// `POST /admin/products/{id}/pictures`
pub async fn add_pictures(seat: Seat, At(id): At<ProductId>, body: Multipart) -> Result<Response, Error> {
    let mut product = find(&seat, id).await?;
    let mut form = product_form::filled(&product, &seat);
    let received = uploads::receive(body, "pictures", pictures::UPLOAD_BYTES_MAX, pictures::UPLOAD_FILES_MAX).await;
    let uploads = received.unwrap_or_else(|problem| {
        form.refuse("upload", problem);
        Vec::new()
    });
    for Upload { file_name, body } in uploads {
        match uploads::keep_picture(&seat, file_name.clone(), body).await? {
            Ok((media, width, height)) => {
                let picture = Picture { media: Some(media), source_url: String::new(), alt: String::new(), width, height };
                if !product.pictures.iter().any(|known| known.media == picture.media) {
                    product.pictures.push(picture);
                }
            }
            Err(problem) => form.refuse("upload", format!("{file_name}: {problem}")),
        }
    }
    if product.pictures.len() > PICTURES_MAX {
        form.refuse("upload", format!("A product can have at most {PICTURES_MAX} pictures."));
    }
    if form.is_fine() {
        product.updated_at = seat.now();
        if let Err(refusal) = db::catalog::save_product(seat.db(), seat.shop(), &product, seat.now()).await? {
            form.refuse("upload", refusal.to_string());
        }
    }
    if !form.is_fine() {
        let product = find(&seat, id).await?;
        return seat.refused(&editor(Some(id), &product, form)).await;
    }
    seat.changed(&format!("/admin/products/{id}"), "The pictures are added.").await
}

async fn save(seat: Seat, id: Option<ProductId>, known: Product, mut form: Form) -> Result<Response, Error> {
    if id.is_some() {
        product_form::refuse_if_changed_meanwhile(&mut form, &known);
    }
    let product = product_form::read(&mut form, &known, &seat);
    if form.is_fine()
        && let Err(refusal) = db::catalog::save_product(seat.db(), seat.shop(), &product, seat.now()).await?
    {
        let field = if matches!(refusal, db::catalog::ProductRefusal::HandleTaken { .. }) { "handle" } else { "" };
        form.refuse(field, refusal.to_string());
    }
    if !form.is_fine() {
        return seat.refused(&editor(id, &known, form)).await;
    }
    seat.changed(&format!("/admin/products/{}", product.id), "The product is saved.").await
}

fn editor(id: Option<ProductId>, product: &Product, form: Form) -> ProductEdit {
    let picture = |picture: &Picture| PictureHead {
        url: picture.media.map_or_else(|| picture.source_url.clone(), |media| uploads::picture_path(media, 320)),
        alt: picture.alt.clone(),
    };
    let variant = |variant: &commerce::catalog::Variant| VariantHead { id: variant.id.to_string(), title: variant.title() };
    ProductEdit {
        id,
        title: if id.is_some() { product.title.clone() } else { "New product".into() },
        handle: product.handle.clone(),
        status: product_form::status_word(product.status),
        action: id.map_or_else(|| "/admin/products".into(), |id| format!("/admin/products/{id}")),
        variants: product.variants.iter().map(variant).collect(),
        options: product.options.iter().map(|axis| (axis.name.clone(), axis.values.clone())).collect(),
        picture_choices: picture_choices(product),
        pictures: product.pictures.iter().map(picture).collect(),
        upload_megabytes_max: pictures::UPLOAD_BYTES_MAX >> 20,
        form,
    }
}

/// A variant's choices: none, or one of the product's pictures by its place.
fn picture_choices(product: &Product) -> Vec<(String, String)> {
    let mut choices = vec![(String::new(), "None".to_owned())];
    choices.extend(product.pictures.iter().enumerate().map(|(index, picture)| {
        let name = if picture.alt.is_empty() { "Picture".into() } else { picture.alt.chars().take(40).collect::<String>() };
        (index.to_string(), format!("{}: {name}", index + 1))
    }));
    choices
}

fn row(product: &ProductListing) -> ProductRow {
    ProductRow {
        id: product.id,
        title: product.title.clone(),
        handle: product.handle.clone(),
        vendor: product.vendor.clone(),
        picture: product.picture.map(|media| uploads::picture_path(media, 320)),
        status: match product.status {
            ProductStatus::Active if product.published_at.is_none() => "hidden",
            status => product_form::status_word(status),
        },
        variants: usize::try_from(product.variants).unwrap_or(0),
        available: (product.variants_tracked > 0).then_some(product.available),
        price_minor: product.price_minor_min,
        updated_at: product.updated_at,
    }
}

async fn find(seat: &Seat, id: ProductId) -> Result<Product, Error> {
    db::catalog::load_product(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}
