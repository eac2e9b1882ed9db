//! Info pages at the desk, written in Markdown.

use super::form::Form;
use super::seat::{At, Seat, Typed};
use super::views::{Confirm, PageEdit, PageList, PageRow};
use crate::error::Error;
use crate::markdown;
use axum::response::Response;
use commerce::PageId;
use db::pages::InfoPage;

/// `GET /admin/pages`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let pages = db::pages::list_pages(seat.db(), seat.shop()).await?;
    let row = |page: InfoPage| PageRow {
        id: page.id,
        title: page.title,
        handle: page.handle,
        published: page.published,
        updated_at: page.updated_at,
    };
    seat.page(&PageList { rows: pages.into_iter().map(row).collect() }).await
}

/// `GET /admin/pages/new`
pub async fn new(seat: Seat) -> Result<Response, Error> {
    seat.page(&editor(None, Form::filled([("published", "yes")]))).await
}

/// `GET /admin/pages/{id}`
pub async fn edit(seat: Seat, At(id): At<PageId>) -> Result<Response, Error> {
    let page = find(&seat, id).await?;
    let form = filled(&page);
    seat.page(&editor(Some(&page), form)).await
}

/// `POST /admin/pages/preview`
pub async fn preview(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    seat.page(&editor(None, form)).await
}

/// `POST /admin/pages`
pub async fn create(seat: Seat, Typed(form): Typed) -> Result<Response, Error> {
    save(seat, None, form).await
}

/// `POST /admin/pages/{id}`
pub async fn update(seat: Seat, At(id): At<PageId>, Typed(form): Typed) -> Result<Response, Error> {
    let page = find(&seat, id).await?;
    save(seat, Some(page), form).await
}

/// `GET /admin/pages/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<PageId>) -> Result<Response, Error> {
    let page = find(&seat, id).await?;
    let question = Confirm {
        question: format!("Delete the page “{}”?", page.title),
        consequence: "Its text is gone, and links to it lead nowhere.".into(),
        verb: "Delete".into(),
        action: format!("/admin/pages/{id}/delete"),
        back: format!("/admin/pages/{id}"),
    };
    seat.page(&question).await
}

/// `POST /admin/pages/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<PageId>) -> Result<Response, Error> {
    if !db::pages::delete_page(seat.db(), seat.shop(), id).await? {
        return Err(Error::NotFound);
    }
    seat.changed("/admin/pages", "The page is deleted.").await
}

async fn save(seat: Seat, known: Option<InfoPage>, mut form: Form) -> Result<Response, Error> {
    let title = form.required_line("title");
    let body_markdown = form.text("body_markdown");
    let page = InfoPage {
        id: known.as_ref().map_or_else(|| PageId(seat.next_id()), |page| page.id),
        handle: form.handle("handle", &title),
        body_html: if form.is_fine() { markdown::to_html(&body_markdown) } else { String::new() },
        title,
        body_markdown,
        seo_description: form.line("seo_description"),
        published: form.ticked("published"),
        position: known.as_ref().map_or(0, |page| page.position),
        updated_at: seat.now(),
    };
    if form.is_fine()
        && let Err(refusal) = db::pages::save_page(seat.db(), seat.shop(), &page, seat.now()).await?
    {
        form.refuse("handle", format!("{refusal}."));
    }
    if !form.is_fine() {
        return seat.refused(&editor(known.as_ref(), form)).await;
    }
    seat.changed(&format!("/admin/pages/{}", page.id), "The page is saved.").await
}

fn filled(page: &InfoPage) -> Form {
    Form::filled([
        ("title", page.title.clone()),
        ("handle", page.handle.clone()),
        ("body_markdown", page.body_markdown.clone()),
        ("seo_description", page.seo_description.clone()),
        ("published", if page.published { "yes".into() } else { String::new() }),
    ])
}

fn editor(page: Option<&InfoPage>, form: Form) -> PageEdit {
    let text = form.typed("body_markdown");
    let is_short = text.len() <= Form::TEXT_BYTES_MAX;
    PageEdit {
        id: page.map(|page| page.id),
        title: page.map_or_else(|| "New page".into(), |page| page.title.clone()),
        handle: page.map(|page| page.handle.clone()).unwrap_or_default(),
        action: page.map_or_else(|| "/admin/pages".into(), |page| format!("/admin/pages/{}", page.id)),
        preview_html: if is_short { markdown::to_html(text) } else { String::new() },
        form,
    }
}

async fn find(seat: &Seat, id: PageId) -> Result<InfoPage, Error> {
    db::pages::load_page(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}
