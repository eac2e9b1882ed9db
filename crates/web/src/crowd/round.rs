//! The rounds in which crowds are counted: at the beginning of each slot every node tells the others what it has seen, a moment
//! later it hears what they have, and counts. The highest numbers of every minute are kept.
//!
//! Every node does so, whatever it does beside it: each counts its own.

use super::slot::{SESSION_SLOTS, Slot};
use crate::app::{App, ShopInMemory};
use commerce::{ShopId, Timestamp};
use db::crowd::{CrowdMinute, NodeMarks, forget_crowds, hear_marks, keep_minutes, tell_marks};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long after a slot's beginning the others are listened to, microseconds: they need a moment to tell.
const TELLING_MICROS: i64 = 1_000_000;
/// How often old minutes and what nodes that are gone have told are forgotten, seconds.
const FORGET_SECONDS: i64 = 600;
/// Shops whose marks are told or heard at once: a quarter of a megabyte each at most.
const SHOPS_MAX: usize = 32;

/// How far this node is.
pub(super) struct Rounds {
    node: i64,
    progress: Mutex<Progress>,
}

#[derive(Clone, Copy)]
struct Progress {
    /// The slot in which it last tried to tell, and the one in which that worked.
    tried: Slot,
    told: Slot,
    /// The slot in which it last counted, and the one up to which it knows what the others have seen.
    counted: Slot,
    heard: Slot,
    forgotten_at: Timestamp,
}

impl Rounds {
    pub fn new(node: i64) -> Self {
        let never = Slot(0);
        let progress = Progress { tried: never, told: never, counted: never, heard: never, forgotten_at: Timestamp(0) };
        Self { node, progress: Mutex::new(progress) }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does what is due; to be called twice a second.
///
/// # Errors
/// When the database fails. This node's own visitors are counted all the same.
pub async fn count_round(app: &App, now: Timestamp) -> db::Result<()> {
    let (rounds, slot) = (&app.crowds().rounds, Slot::at(now));
    let progress = *rounds.progress();
    let mut outcome = Ok(());
    if progress.tried != slot {
        rounds.progress().tried = slot;
        let shops = app.shops();
        shops.iter().for_each(|shop| shop.crowd.sweep(now));
        outcome = tell(app, rounds.node, &shops, (slot, progress.told)).await;
        if outcome.is_ok() {
            rounds.progress().told = slot;
        }
    }
    if progress.counted != slot && slot.lasted(now) >= TELLING_MICROS {
        rounds.progress().counted = slot;
        let heard = hear(app, rounds.node, (slot, progress.heard)).await;
        if heard.is_ok() {
            rounds.progress().heard = slot;
        }
        let over = app.shops().iter().filter_map(|shop| Some((shop.snapshot.shop.id, shop.crowd.count(now)?))).collect();
        outcome = outcome.and(heard).and(keep(app, over).await);
    }
    if now >= progress.forgotten_at.plus_seconds(FORGET_SECONDS) {
        rounds.progress().forgotten_at = now;
        outcome = outcome.and(forget_crowds(app.db(), now, slot.0 - SESSION_SLOTS).await);
    }
    outcome
}

async fn tell(app: &App, node: i64, shops: &[Arc<ShopInMemory>], (slot, told): (Slot, Slot)) -> db::Result<()> {
    // In one order on all nodes, so that none waits for another that waits for it.
    for shops in shops.chunks(SHOPS_MAX) {
        let mut news = Vec::new();
        for shop in shops {
            let of_shop = shop.crowd.to_tell(slot, told).into_iter();
            news.extend(of_shop.map(|(day, marks)| NodeMarks { shop: shop.snapshot.shop.id, day, node, slot: slot.0, marks }));
        }
        tell_marks(app.db(), &news).await?;
    }
    Ok(())
}

async fn hear(app: &App, node: i64, (slot, heard): (Slot, Slot)) -> db::Result<()> {
    // Whoever told a moment late last time is heard again, and whoever was started anew hears the last half an hour.
    let since = (heard.0 - 1).max(slot.0 - SESSION_SLOTS);
    let mut after = None;
    loop {
        let news = hear_marks(app.db(), node, since, after, SHOPS_MAX).await?;
        for told in &news {
            if let Some(shop) = app.shop(told.shop) {
                shop.crowd.hear(told.day, &told.marks, Slot(told.slot), slot);
            }
        }
        match news.last() {
            Some(last) if news.len() == SHOPS_MAX => after = Some((last.shop, last.day, last.node)),
            _ => return Ok(()),
        }
    }
}

async fn keep(app: &App, mut over: Vec<(ShopId, CrowdMinute)>) -> db::Result<()> {
    over.sort_unstable_by_key(|(shop, _)| *shop);
    keep_minutes(app.db(), &over).await
}
