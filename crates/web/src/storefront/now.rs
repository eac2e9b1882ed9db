//! `/now.json`: what moves, one second old at most and the same for everyone who has no early access.

use super::respond::{kept_for, kept_nowhere};
use super::visit::Visit;
use axum::response::Response;
use commerce::sale::FlashSalePhase;
use serde::Serialize;
use std::collections::BTreeMap;

/// The most stock words in one answer; beyond them a page keeps what it was made with.
const WORDS_MAX: usize = 2_000;
const JSON: &str = "application/json";

#[derive(Serialize)]
struct Now {
    /// The server's clock, milliseconds since the Unix epoch.
    now_ms: i64,
    /// As of when all this is, milliseconds since the Unix epoch: a moment ago, unless the database is away.
    as_of_ms: i64,
    /// Phase of each sale by handle.
    sales: BTreeMap<String, &'static str>,
    /// Words by variant id, and by `p` and product id, wherever there is something to say.
    stock: BTreeMap<String, super::views::StockView>,
    /// Whether everything that is not named has plenty.
    complete: bool,
}

/// `/now.json`
pub async fn now(visit: Visit) -> Response {
    let moment = visit.moment();
    let mut stock = BTreeMap::new();
    let mut complete = true;
    for product in moment.products() {
        if stock.len() >= WORDS_MAX {
            complete = false;
            break;
        }
        for variant in &product.variants {
            let words = moment.stock(&moment.terms(variant));
            if !words.text.is_empty() {
                stock.insert(variant.id.to_string(), words);
            }
        }
        let words = moment.product_stock(product);
        if !words.text.is_empty() {
            stock.insert(format!("p{}", product.id), words);
        }
    }
    let sales = visit.snapshot().sales.iter().filter_map(|sale| {
        let phase = match visit.phase(sale) {
            FlashSalePhase::Hidden => return None,
            FlashSalePhase::Upcoming => "upcoming",
            FlashSalePhase::Open => "open",
            FlashSalePhase::Ended => "ended",
        };
        Some((sale.handle.clone(), phase))
    });
    let now = Now {
        now_ms: visit.now.0 / 1_000,
        as_of_ms: visit.app.health().database_answered_at().0.min(visit.now.0) / 1_000,
        sales: sales.collect(),
        stock,
        complete,
    };
    let json = serde_json::to_vec(&now).expect("plain maps always have a JSON form");
    if visit.early_access.is_empty() { kept_for(1, JSON, json) } else { kept_nowhere(JSON, json) }
}
