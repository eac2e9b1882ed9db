//! A flash sale's own page.

use super::frame::Heading;
use super::views::{CountdownView, SaleView};
use super::visit::{AtShop, Visit};
use crate::at::At;
use crate::error::Error;
use crate::snapshot::Availability as _;
use axum::http::StatusCode;
use axum::response::Response;
use commerce::sale::{FlashSale, FlashSalePhase};

/// `/sales/{handle}`
pub async fn sale(visit: Visit, At(handle): At<String>) -> Result<Response, Error> {
    let sale = visit.snapshot().sale(&handle).filter(|sale| visit.phase(sale) != FlashSalePhase::Hidden);
    let sale = sale.ok_or(Error::NotFound)?;
    let view = visit.sale_view(sale);
    let heading = Heading {
        description: sale.teaser.clone(),
        picture: view.picture.as_ref().map(|picture| picture.src.clone()).unwrap_or_default(),
        without_band: true,
        ..Heading::public(&sale.name, &format!("/sales/{handle}"))
    };
    visit.shared_page(StatusCode::OK, &visit.framed(heading, view))
}

impl AtShop {
    /// A sale with its items: each product once, what is left before what is gone.
    pub fn sale_view(&self, sale: &FlashSale) -> SaleView {
        let (snapshot, moment) = (self.snapshot(), self.moment());
        let opens_at = sale.opens_for(&self.early_access);
        let (phase, end) = match self.phase(sale) {
            FlashSalePhase::Open => ("open", Some(sale.closes_at)),
            FlashSalePhase::Upcoming => ("upcoming", Some(opens_at)),
            FlashSalePhase::Hidden | FlashSalePhase::Ended => ("ended", None),
        };
        let mut seen = std::collections::HashSet::new();
        let products = sale.items.iter().filter_map(|item| snapshot.variant(item.variant)).map(|(product, _)| product);
        let mut items: Vec<_> = products
            .filter(|product| product.is_visible(self.now) && seen.insert(product.id))
            .map(|product| moment.card(product))
            .collect();
        items.sort_by_key(|card| card.stock.level == "out");
        SaleView {
            url: format!("/sales/{}", sale.handle),
            name: sale.name.clone(),
            teaser: sale.teaser.clone(),
            picture: sale.picture.and_then(|picture| moment.stored_picture(picture, "")),
            phase,
            opens_at,
            closes_at: sale.closes_at,
            countdown: end.map(|end| CountdownView::until(end, self.now)),
            percent_max: items.iter().map(|card| card.price.percent).max().unwrap_or(0),
            claimed_percent: self.claimed_percent(sale),
            items,
        }
    }

    /// Share of the offered units that are taken; `None` when nothing limits the offer.
    fn claimed_percent(&self, sale: &FlashSale) -> Option<i64> {
        let availability = self.availability();
        availability.note_sale(sale.id);
        let mut offered_sum = 0_i64;
        let mut left_sum = 0_i64;
        for item in &sale.items {
            let Some(offered) = item.quantity_offered else { continue };
            let left = availability.sale_left(sale.id, item.variant).unwrap_or(offered - item.quantity_claimed);
            offered_sum = offered_sum.saturating_add(offered);
            left_sum = left_sum.saturating_add(left.clamp(0, offered));
        }
        (offered_sum > 0).then(|| ((offered_sum - left_sum) as i128 * 100 / i128::from(offered_sum)) as i64)
    }
}
