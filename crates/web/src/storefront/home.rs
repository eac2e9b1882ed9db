//! The home page.

use super::early_access;
use super::frame::Heading;
use super::structured_data;
use super::views::{CollectionCardView, HomeView};
use super::visit::{AtShop, Query, Visit};
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;
use commerce::catalog::Collection;
use commerce::sale::FlashSalePhase;

/// Cards in one row of the home page.
const ROW: usize = 4;
/// New arrivals shown.
const ARRIVALS: usize = 8;
/// Collections shown when the seller has chosen none.
const COLLECTIONS: usize = 6;
/// How long a sale that is over is still told of, minutes.
pub const ENDED_SHOWN_MINUTES: i64 = 24 * 60;

/// `/`
pub async fn home(visit: Visit, query: Query) -> Result<Response, Error> {
    let moment = visit.moment();
    let shop = &visit.snapshot().shop;
    let branding = &shop.branding;
    let scarce = moment.products().filter(|product| moment.is_scarce(product)).take(ROW);
    let view = HomeView {
        notice: early_access::notice(query.first("early")).into(),
        sale: sale_of_the_day(&visit),
        hero_title: branding.hero_title.clone(),
        hero_text: branding.hero_text.clone(),
        hero_picture: branding.hero_picture.and_then(|picture| moment.stored_picture(picture, "")),
        scarce: scarce.map(|product| moment.card(product)).collect(),
        collections: chosen_collections(&visit),
        arrivals: moment.products().take(ARRIVALS).map(|product| moment.card(product)).collect(),
    };
    let description = if branding.tagline.is_empty() { &branding.hero_text } else { &branding.tagline };
    let picture = view.sale.as_ref().and_then(|sale| sale.picture.as_ref()).or(view.hero_picture.as_ref());
    let heading = Heading {
        description: description.clone(),
        picture: picture.map(|picture| picture.src.clone()).unwrap_or_default(),
        json_ld: structured_data::organization(&visit),
        without_band: true,
        ..Heading::public(&shop.name, "/")
    };
    visit.shared_page(StatusCode::OK, &visit.framed(heading, view))
}

/// The open sale, the next one, or the one that ended within the last day.
fn sale_of_the_day(visit: &AtShop) -> Option<super::views::SaleView> {
    let ended_since = visit.now.plus_minutes(-ENDED_SHOWN_MINUTES);
    let just_over = || {
        let sales = visit.snapshot().sales.iter().filter(|sale| visit.phase(sale) == FlashSalePhase::Ended);
        sales.filter(|sale| sale.closes_at > ended_since).max_by_key(|sale| sale.closes_at)
    };
    visit.current_sale().or_else(just_over).map(|sale| visit.sale_view(sale))
}

fn chosen_collections(visit: &AtShop) -> Vec<CollectionCardView> {
    let snapshot = visit.snapshot();
    let chosen: Vec<&Collection> =
        snapshot.shop.branding.home_collections.iter().filter_map(|handle| snapshot.collection(handle)).collect();
    let shown = if chosen.is_empty() { snapshot.collections.iter().take(COLLECTIONS).collect() } else { chosen };
    shown.into_iter().map(|collection| visit.collection_card(collection)).filter(|card| card.count > 0).collect()
}

impl AtShop {
    /// A collection as a large card.
    pub fn collection_card(&self, collection: &Collection) -> CollectionCardView {
        let moment = self.moment();
        let (snapshot, visible) = (self.snapshot(), moment.places());
        let mut members = snapshot.places_in(collection).iter().filter(|place| visible.contains(place));
        let first = members.next().map(|place| snapshot.at(*place));
        let own = collection.picture.and_then(|picture| moment.stored_picture(picture, ""));
        CollectionCardView {
            url: format!("/collections/{}", collection.handle),
            title: collection.title.clone(),
            picture: own.or_else(|| first.and_then(|product| moment.product_picture(product, 0))),
            count: usize::from(first.is_some()) + members.count(),
        }
    }
}
