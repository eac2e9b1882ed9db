//! Info pages: about, shipping, returns, contact.

use super::frame::Heading;
use super::views::InfoView;
use super::visit::Visit;
use crate::at::At;
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;

/// `/pages/{handle}`
pub async fn page(visit: Visit, At(handle): At<String>) -> Result<Response, Error> {
    let page = visit.snapshot().page(&handle).ok_or(Error::NotFound)?;
    let description = if page.seo_description.is_empty() { &page.body_html } else { &page.seo_description };
    let heading = Heading { description: description.clone(), ..Heading::public(&page.title, &format!("/pages/{handle}")) };
    let view = InfoView { title: page.title.clone(), body_html: page.body_html.clone(), updated_at: page.updated_at };
    visit.shared_page(StatusCode::OK, &visit.framed(heading, view))
}

/// Whatever has no address of its own.
pub async fn nothing_here() -> Error {
    Error::NotFound
}
