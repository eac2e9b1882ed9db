//! Reservations that ran out: where there is something to tidy. Ending them is the order writer's.

use crate::{Db, Result, params, platform_sql};
use commerce::{ShopId, Timestamp};

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
