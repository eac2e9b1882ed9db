//! Reservations as they are read: those that ran out, and the last attempt of a checkout. Making and ending them is the order
//! writer's.

use crate::order_writer::read;
use crate::{Db, Result, params, platform_sql, sql};
use commerce::order::OrderDetails;
use commerce::{ReservationId, ShopId, Timestamp};

/// What a checkout last tried to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// What was typed and chosen; card data is never part of it.
    pub details: OrderDetails,
    /// When, UTC.
    pub made_at: Timestamp,
    /// Until when its units are held, exclusive, UTC; `None`: no longer.
    pub held_until: Option<Timestamp>,
}

/// What was last tried under a checkout's name; `None`: nothing yet.
///
/// # Errors
/// When the database fails.
pub async fn last_attempt(db: &Db, shop: ShopId, checkout_id: &str, now: Timestamp) -> Result<Option<Attempt>> {
    let sql = sql!(
        "SELECT r.details, r.created_at, r.expires_at, r.status FROM checkouts c
         JOIN reservations r ON r.shop_id = c.shop_id AND r.reservation_id = c.reservation_id
         WHERE c.shop_id = $1 AND c.checkout_id = $2"
    );
    let Some(row) = db.query_opt(shop, sql, &params![checkout_id]).await? else { return Ok(None) };
    let (expires_at, status): (Timestamp, String) = (row.get(2), row.get(3));
    Ok(Some(Attempt {
        details: read::json(&row.get::<String>(0))?,
        made_at: row.get(1),
        held_until: Some(expires_at).filter(|expires_at| status == "active" && *expires_at > now),
    }))
}

/// Whether a checkout was sent before, whatever came of it.
///
/// # Errors
/// When the database fails.
pub async fn was_checkout_sent(db: &Db, shop: ShopId, checkout_id: &str) -> Result<bool> {
    let sql = sql!("SELECT checkout_id FROM checkouts WHERE shop_id = $1 AND checkout_id = $2");
    Ok(db.query_opt(shop, sql, &params![checkout_id]).await?.is_some())
}

/// Whether a visitor holds something at `now`.
///
/// # Errors
/// When the database fails.
pub async fn has_active_hold(db: &Db, shop: ShopId, visitor: &str, now: Timestamp) -> Result<bool> {
    let sql = sql!(
        "SELECT MAX(expires_at) FROM reservations
         WHERE shop_id = $1 AND status = 'active' AND visitor <> '' AND visitor = $2"
    );
    let latest = db.query_opt(shop, sql, &params![visitor]).await?.and_then(|row| row.get::<Option<Timestamp>>(0));
    Ok(latest.is_some_and(|latest| latest > now))
}

/// Holds of a visitor from other checkouts than this one that nobody is paying: no payment of theirs is open.
///
/// # Errors
/// When the database fails.
pub async fn idle_holds(db: &Db, shop: ShopId, visitor: &str, checkout_id: &str) -> Result<Vec<ReservationId>> {
    let sql = sql!(
        "SELECT r.reservation_id FROM reservations r
         WHERE r.shop_id = $1 AND r.status = 'active' AND r.visitor <> '' AND r.visitor = $2 AND r.checkout_id <> $3
           AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.shop_id = r.shop_id AND p.checkout_id = r.checkout_id
                           AND p.status IN ('pending', 'requires_action'))
         ORDER BY r.reservation_id LIMIT 20"
    );
    Ok(db.query(shop, sql, &params![visitor, checkout_id]).await?.iter().map(|row| row.get(0)).collect())
}

/// The shops with active reservations whose time was up at `now`.
///
/// # Errors
/// When the database fails.
pub async fn shops_with_expired(db: &Db, now: Timestamp) -> Result<Vec<ShopId>> {
    let sql = platform_sql!(
        "SELECT s.shop_id FROM shops s WHERE EXISTS (SELECT 1 FROM reservations r
         WHERE r.shop_id = s.shop_id AND r.status = 'active' AND r.expires_at <= $1) ORDER BY s.shop_id"
    );
    Ok(db.query_platform(sql, &params![now]).await?.iter().map(|row| row.get(0)).collect())
}
