//! Sessions of sellers. The database knows only the hash of a session's secret, so a stolen copy signs nobody in.

use crate::sellers::{Seller, read_seller};
use crate::{Db, Result, params, platform_sql, sql};
use commerce::{SellerId, ShopId, Timestamp};

/// Notes that a seller has signed in.
///
/// # Errors
/// When the database fails.
pub async fn create_session(
    db: &Db,
    shop: ShopId,
    seller: SellerId,
    session_hash: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO seller_sessions (shop_id, session_hash, seller_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)"
    );
    db.execute(shop, sql, &params![session_hash, seller, now, expires_at]).await.map(|_| ())
}

/// Who is signed in with this session at `now`.
///
/// # Errors
/// When the database fails.
pub async fn seller_of_session(db: &Db, shop: ShopId, session_hash: &str, now: Timestamp) -> Result<Option<Seller>> {
    let sql = sql!(
        "SELECT p.seller_id, p.email, p.name, p.role, p.created_at FROM seller_sessions s
         JOIN sellers p ON p.shop_id = s.shop_id AND p.seller_id = s.seller_id
         WHERE s.shop_id = $1 AND s.session_hash = $2 AND s.expires_at > $3"
    );
    db.query_opt(shop, sql, &params![session_hash, now]).await?.map(|row| read_seller(&row)).transpose()
}

/// Signs out: ends this session.
///
/// # Errors
/// When the database fails.
pub async fn end_session(db: &Db, shop: ShopId, session_hash: &str) -> Result<()> {
    let sql = sql!("DELETE FROM seller_sessions WHERE shop_id = $1 AND session_hash = $2");
    db.execute(shop, sql, &params![session_hash]).await.map(|_| ())
}

/// Signs a seller out everywhere.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions_of(db: &Db, shop: ShopId, seller: SellerId) -> Result<u64> {
    let sql = sql!("DELETE FROM seller_sessions WHERE shop_id = $1 AND seller_id = $2");
    db.execute(shop, sql, &params![seller]).await
}

/// Tidies away, in every shop, the sessions that have ended by themselves; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_expired_sessions(db: &Db, now: Timestamp) -> Result<u64> {
    let sql = platform_sql!("DELETE FROM seller_sessions WHERE expires_at <= $1");
    db.execute_platform(sql, &params![now]).await
}
