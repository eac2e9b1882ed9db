//! Searching.

use super::frame::Heading;
use super::views::SearchView;
use super::visit::{Query, Visit};
use crate::error::Error;
use crate::search::{Found, substring_search};
use crate::snapshot::browse::{self, BrowseQuery};
use axum::http::StatusCode;
use axum::response::Response;

/// `/search?q=`
pub async fn search(visit: Visit, query: Query) -> Result<Response, Error> {
    let query = BrowseQuery::read(&query.0);
    let snapshot = visit.snapshot();
    let index = visit.shop.search.index().await;
    let is_indexed = index.is_some();
    let found = match index {
        Some(index) => index.find(snapshot, &query.words),
        None => substring_search(snapshot, &query.words),
    };
    let Found { products, corrected, is_partial } = found;
    let moment = visit.moment();
    let hits = products.iter().filter_map(|id| snapshot.place_of(*id));
    let listing = browse::list(moment, hits, &query, "/search");
    let mut list = visit.browse_view(&query, listing, "/search", "Results");
    // Best match first is what “featured” means here.
    if let Some(first) = list.sorts.first_mut() {
        first.label = "Best match";
    }
    let suggestions =
        if list.cards.is_empty() { moment.products().take(4).map(|product| moment.card(product)).collect() } else { Vec::new() };
    let status = if list.price_error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = if query.words.is_empty() { "Search".into() } else { format!("Results for “{}”", query.words) };
    let heading = Heading { words: query.words.clone(), without_band: false, ..Heading::private(&title) };
    let view = SearchView { query: query.words, corrected, is_partial, list, suggestions };
    let page = visit.framed(heading, view);
    // What was found without the index is less than there is: no cache may keep it.
    if is_indexed { visit.shared_page(status, &page) } else { visit.private_page(status, &page) }
}
