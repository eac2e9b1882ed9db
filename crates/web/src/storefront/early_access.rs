//! Early access to a sale: the signed link that opens it, the cookie that remembers it, and what whoever has it reads on every
//! page. What it is worth is decided with everything else: `commerce::sale` opens a sale earlier for those who are invited.
//!
//! A visitor without the cookie gets the pages that everybody gets, and no cookie.

use super::respond::see_other;
use super::views::{CountdownView, EarlyAccessView};
use super::visit::{AtShop, Visit};
use crate::app::App;
use crate::at::At;
use crate::cookies::cookie;
use crate::error::Error;
use crate::snapshot::Snapshot;
use axum::http::HeaderMap;
use axum::response::Response;
use commerce::sale::{FlashSale, FlashSalePhase};
use commerce::{FlashSaleId, Timestamp};

/// How the names of all cookies begin that remember early access.
pub const EARLY_COOKIE: &str = "early_";

/// `GET /early/{sale}/{key}`
pub async fn open(visit: Visit, At((id, key)): At<(FlashSaleId, String)>) -> Result<Response, Error> {
    let (shop, now) = (visit.id(), visit.now);
    if !visit.app.signer().opens_early(shop, id, &key) {
        return Err(Error::NotFound);
    }
    let sale = visit.snapshot().sales.iter().find(|sale| sale.id == id);
    match sale.map(|sale| (sale, sale.phase(now))) {
        None | Some((_, FlashSalePhase::Hidden)) => Ok(see_other("/?early=off")),
        Some((_, FlashSalePhase::Ended)) => Ok(see_other("/?early=over")),
        Some((sale, FlashSalePhase::Upcoming | FlashSalePhase::Open)) => {
            let mut response = see_other(&format!("/sales/{}", sale.handle));
            if sale.early_access_at.is_some() {
                let seconds_left = sale.closes_at.micros_since(now) / 1_000_000 + 1;
                let key = visit.app.signer().early_access_key(shop, id);
                visit.set_cookie(&mut response, &cookie_name(id), &key, seconds_left, "; HttpOnly");
            }
            Ok(response)
        }
    }
}

/// What the home page tells whoever was led there by a link that opens nothing any more; empty for everybody else.
pub fn notice(led_here_by: &str) -> &'static str {
    match led_here_by {
        "off" => "The sale of your early-access link is not on our calendar. It may have been called off.",
        "over" => "The sale of your early-access link is over. The next one will be announced here.",
        _ => "",
    }
}

/// The sales to which these headers show early access, as long as that makes a difference: until they open for everybody.
pub fn early_access(app: &App, snapshot: &Snapshot, headers: &HeaderMap, now: Timestamp) -> Vec<FlashSaleId> {
    let makes_a_difference = |sale: &&FlashSale| sale.early_access_at.is_some() && now < sale.opens_at;
    let has_key = |sale: &&FlashSale| {
        let key = cookie(headers, &cookie_name(sale.id));
        // Hardly anybody in a crowd has one, and a signature is made to be looked at against it.
        !key.is_empty() && app.signer().opens_early(snapshot.shop.id, sale.id, key)
    };
    snapshot.sales.iter().filter(makes_a_difference).filter(has_key).map(|sale| sale.id).collect()
}

fn cookie_name(sale: FlashSaleId) -> String {
    format!("{EARLY_COOKIE}{sale}")
}

impl AtShop {
    /// Where a sale stands for this visitor.
    pub fn phase(&self, sale: &FlashSale) -> FlashSalePhase {
        sale.phase_for(&self.early_access, self.now)
    }

    /// What this visitor is told about their early access.
    pub fn early_access_views(&self) -> Vec<EarlyAccessView> {
        let sales = self.snapshot().sales.iter().filter(|sale| self.early_access.contains(&sale.id));
        let view = |sale: &FlashSale| {
            let begins_at = sale.opens_for(&self.early_access);
            let has_begun = begins_at <= self.now;
            let next = if has_begun { sale.opens_at } else { begins_at };
            EarlyAccessView {
                url: format!("/sales/{}", sale.handle),
                name: sale.name.clone(),
                phase: if has_begun { "open" } else { "upcoming" },
                countdown: CountdownView::until(next, self.now),
            }
        };
        sales.map(view).collect()
    }
}
