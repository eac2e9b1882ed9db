//! The record of a sale: each node keeps what it has answered in every minute of it, and the report about the sale is put
//! together from that and from the books.
//!
//! Read in this order: this file (what a node keeps, and when), `read` (what a report is made of). What the figures come to is
//! `forecast::outcome`'s business.
//!
//! A minute is kept when it is over; the one in which a node stops is lost with it.

mod read;

pub use read::{defaults_for, learn_from, lessons, outcome_of};

use crate::app::{App, ShopInMemory};
use crate::metrics::{Histogram, Minute};
use commerce::sale::FlashSale;
use commerce::{ShopId, Timestamp};
use db::sale_record::{MissedMinute, ServedMinute, forget, keep};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long before and after a sale minutes are kept, seconds: what is usual is read from the hour before.
pub const AROUND_SECONDS: i64 = 3_600;
const MINUTE_SECONDS: i64 = 60;
/// How often old minutes are forgotten, seconds.
const FORGET_SECONDS: i64 = 6 * 3_600;

/// How far this node is.
pub(crate) struct SaleRecorder {
    node: i64,
    progress: Mutex<Progress>,
}

#[derive(Clone, Copy)]
struct Progress {
    /// Minutes before this one are kept.
    kept_until: Timestamp,
    forgotten_at: Timestamp,
}

impl SaleRecorder {
    /// Nothing is kept yet. `node` is a number that no other process on the database has.
    pub fn new(node: i64, now: Timestamp) -> Self {
        let progress = Progress { kept_until: minute_of(now), forgotten_at: now };
        Self { node, progress: Mutex::new(progress) }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the minutes that are over; to be called a few times a minute.
///
/// # Errors
/// When the database fails. The minutes of the last hour are kept later.
pub async fn keep_round(app: &App, now: Timestamp) -> db::Result<()> {
    let recorder = app.sale_recorder();
    let (progress, until) = (*recorder.progress(), minute_of(now));
    if until > progress.kept_until {
        let shops = app.shops();
        let (served, missed) = to_keep(&shops, recorder.node, progress.kept_until, now);
        keep(app.db(), &served, &missed).await?;
        shops.iter().for_each(|shop| shop.metrics.with_missed(|missed| missed.forget_before(until)));
        recorder.progress().kept_until = until;
    }
    if now >= progress.forgotten_at.plus_seconds(FORGET_SECONDS) {
        recorder.progress().forgotten_at = now;
        forget(app.db(), now).await?;
    }
    Ok(())
}

type Kept = (Vec<(ShopId, ServedMinute)>, Vec<(ShopId, MissedMinute)>);

/// What belongs to a sale of the minutes from `from` on that are over.
fn to_keep(shops: &[Arc<ShopInMemory>], node: i64, from: Timestamp, now: Timestamp) -> Kept {
    let until = minute_of(now);
    let is_wanted = |shop: &ShopInMemory, minute: Timestamp| {
        (from..until).contains(&minute) && shop.snapshot.sales.iter().any(|sale| is_around(sale, minute))
    };
    if !shops.iter().any(|shop| is_wanted_at_all(shop, from, until)) {
        return Kept::default();
    }
    let hours: Vec<(&Arc<ShopInMemory>, Vec<Minute>)> = shops.iter().map(|shop| (shop, shop.metrics.hour(now))).collect();
    let mut everybody: BTreeMap<Timestamp, Histogram> = BTreeMap::new();
    for minute in hours.iter().flat_map(|(_, hour)| hour) {
        everybody.entry(minute.begins_at).or_default().add(&minute.answers);
    }
    let (mut served, mut missed) = Kept::default();
    for (shop, hour) in &hours {
        let id = shop.snapshot.shop.id;
        for minute in hour.iter().filter(|minute| minute.requests > 0 && is_wanted(shop, minute.begins_at)) {
            served.push((id, served_minute(minute, node, everybody.get(&minute.begins_at))));
        }
        let over = shop.metrics.with_missed(|missed| missed.before(until));
        let wanted = over.into_iter().filter(|(begins_at, ..)| is_wanted(shop, *begins_at));
        missed.extend(wanted.map(|(begins_at, variant, misses)| {
            (id, MissedMinute { begins_at, node, variant, asked: misses.asked, units: misses.units })
        }));
    }
    (served, missed)
}

fn is_wanted_at_all(shop: &ShopInMemory, from: Timestamp, until: Timestamp) -> bool {
    let overlaps = |sale: &FlashSale| {
        first_of(sale).plus_seconds(-AROUND_SECONDS) < until && from < sale.closes_at.plus_seconds(AROUND_SECONDS)
    };
    shop.snapshot.sales.iter().any(overlaps)
}

fn served_minute(minute: &Minute, node: i64, everybody: Option<&Histogram>) -> ServedMinute {
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut neighbors = everybody.cloned().unwrap_or_default();
    neighbors.subtract(&minute.answers);
    ServedMinute {
        begins_at: minute.begins_at,
        node,
        requests: whole(minute.requests),
        failed: whole(minute.failed),
        shed: whole(minute.shed),
        answers: minute.answers.to_bytes(),
        neighbors: neighbors.spread().to_bytes(),
    }
}

/// Whether a minute belongs to the record of a sale.
fn is_around(sale: &FlashSale, minute: Timestamp) -> bool {
    let (from, until) = (first_of(sale).plus_seconds(-AROUND_SECONDS), sale.closes_at.plus_seconds(AROUND_SECONDS));
    minute >= minute_of(from) && minute < until
}

/// From when the first people can buy.
fn first_of(sale: &FlashSale) -> Timestamp {
    sale.early_access_at.map_or(sale.opens_at, |early| early.min(sale.opens_at))
}

fn minute_of(now: Timestamp) -> Timestamp {
    Timestamp::from_seconds(now.seconds().div_euclid(MINUTE_SECONDS) * MINUTE_SECONDS)
}
