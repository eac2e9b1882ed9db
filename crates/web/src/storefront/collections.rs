//! Collections, and everything as one.

use super::frame::Heading;
use super::structured_data;
use super::views::{BrowseView, CollectionsView};
use super::visit::{AtShop, Query, Visit};
use crate::at::At;
use crate::error::Error;
use crate::snapshot::browse::{self, BrowseQuery, Listing};
use axum::http::StatusCode;
use axum::response::Response;
use commerce::shop::Link;

/// `/collections`
pub async fn index(visit: Visit) -> Result<Response, Error> {
    let shown = visit.snapshot().collections.iter();
    let collections = shown.map(|collection| visit.collection_card(collection)).filter(|card| card.count > 0).collect();
    let heading = Heading::public("Collections", "/collections");
    visit.shared_page(StatusCode::OK, &visit.framed(heading, CollectionsView { collections }))
}

/// `/collections/all`
pub async fn everything(visit: Visit, query: Query) -> Result<Response, Error> {
    let query = BrowseQuery { words: String::new(), ..BrowseQuery::read(&query.0) };
    let title = query.chosen.get("vendor").filter(|makers| makers.len() == 1).and_then(|makers| makers.first());
    let title = title.cloned().unwrap_or_else(|| "Everything".into());
    let moment = visit.moment();
    let listing = browse::list(moment, moment.places(), &query, "/collections/all");
    let view = visit.browse_view(&query, listing, "/collections/all", &title);
    answer(&visit, &query, view, Heading::public(&title, "/collections/all"))
}

/// `/collections/{handle}`
pub async fn collection(visit: Visit, At(handle): At<String>, query: Query) -> Result<Response, Error> {
    let collection = visit.snapshot().collection(&handle).ok_or(Error::NotFound)?;
    let query = BrowseQuery { words: String::new(), ..BrowseQuery::read(&query.0) };
    let path = format!("/collections/{handle}");
    let moment = visit.moment();
    let members = visit.snapshot().places_in(collection).iter().copied();
    let listing = browse::list(moment, members, &query, &path);
    let mut view = visit.browse_view(&query, listing, &path, &collection.title);
    view.description_html = collection.description_html.clone();
    view.picture = collection.picture.and_then(|picture| moment.stored_picture(picture, ""));
    let title = if collection.seo_title.is_empty() { &collection.title } else { &collection.seo_title };
    let description =
        if collection.seo_description.is_empty() { &collection.description_html } else { &collection.seo_description };
    let heading = Heading {
        description: description.clone(),
        picture: view.picture.as_ref().map(|picture| picture.src.clone()).unwrap_or_default(),
        ..Heading::public(title, &path)
    };
    answer(&visit, &query, view, heading)
}

/// A page of a list; filtered ones are left to visitors, the plain ones and their further pages to search engines, too.
fn answer(visit: &AtShop, query: &BrowseQuery, view: BrowseView, heading: Heading) -> Result<Response, Error> {
    let status = if view.price_error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = BrowseQuery { page: view.pagination.page, ..BrowseQuery::default() };
    let canonical_path = if query.is_filtered() { String::new() } else { page.url(&view.action) };
    let json_ld = structured_data::breadcrumbs(visit, &view.breadcrumbs, &view.title, &view.action);
    let heading = Heading { canonical_path, json_ld, ..heading };
    visit.shared_page(status, &visit.framed(heading, view))
}

impl AtShop {
    /// A list ready to be shown.
    pub fn browse_view(&self, query: &BrowseQuery, listing: Listing<'_>, path: &str, title: &str) -> BrowseView {
        let link = |label: &str, url: &str| Link { label: label.into(), url: url.into() };
        let moment = self.moment();
        BrowseView {
            action: path.into(),
            breadcrumbs: vec![link("Home", "/"), link("Collections", "/collections")],
            title: title.into(),
            description_html: String::new(),
            picture: None,
            count_text: if listing.count == 1 { "1 product".into() } else { format!("{} products", listing.count) },
            cards: listing.products.iter().map(|product| moment.card(product)).collect(),
            facets: listing.facets,
            price_min: query.price_min.clone(),
            price_max: query.price_max.clone(),
            price_error: listing.price_error,
            currency_symbol: self.snapshot().shop.currency.symbol().trim_end().into(),
            available_only: query.available_only,
            chosen: listing.chips,
            clear_url: query.without_filters().url(path),
            sorts: listing.sorts,
            pagination: listing.pagination,
        }
    }
}
