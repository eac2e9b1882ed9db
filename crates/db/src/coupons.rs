//! Coupons. How often one was used is counted by the order writer and never changed here.

use crate::catalog::{Touched, bump_catalog_version};
use crate::{Db, Error, Result, Row, params, sql};
use commerce::pricing::{Coupon, normalize_coupon_code};
use commerce::{CouponId, ShopId};

/// Why a coupon was not saved or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaveCouponRefusal {
    /// Another coupon of the shop has this code.
    #[error("there already is a coupon “{0}”")]
    CodeTaken(String),
    /// Orders and reservations refer to it.
    #[error("the coupon was used already; switch it off instead")]
    InUse,
}

/// The shop's coupons, by code.
///
/// # Errors
/// When the database fails.
pub async fn list_coupons(db: &Db, shop: ShopId) -> Result<Vec<Coupon>> {
    let sql = sql!(
        "SELECT coupon_id, code, kind, minimum_minor, starts_at, ends_at, uses_max, uses_per_customer_max, uses_claimed, active
         FROM coupons WHERE shop_id = $1 ORDER BY code"
    );
    db.query(shop, sql, &[]).await?.iter().map(read_coupon).collect()
}

/// One coupon.
///
/// # Errors
/// When the database fails.
pub async fn load_coupon(db: &Db, shop: ShopId, coupon: CouponId) -> Result<Option<Coupon>> {
    let sql = sql!(
        "SELECT coupon_id, code, kind, minimum_minor, starts_at, ends_at, uses_max, uses_per_customer_max, uses_claimed, active
         FROM coupons WHERE shop_id = $1 AND coupon_id = $2"
    );
    db.query_opt(shop, sql, &params![coupon]).await?.as_ref().map(read_coupon).transpose()
}

/// The coupon behind a code as a shopper typed it.
///
/// # Errors
/// When the database fails.
pub async fn coupon_by_code(db: &Db, shop: ShopId, code: &str) -> Result<Option<Coupon>> {
    let sql = sql!(
        "SELECT coupon_id, code, kind, minimum_minor, starts_at, ends_at, uses_max, uses_per_customer_max, uses_claimed, active
         FROM coupons WHERE shop_id = $1 AND code = $2"
    );
    db.query_opt(shop, sql, &params![normalize_coupon_code(code)]).await?.as_ref().map(read_coupon).transpose()
}

/// Makes or changes a coupon. Its uses stay as they are counted.
///
/// # Errors
/// When the database fails.
pub async fn save_coupon(db: &Db, shop: ShopId, coupon: &Coupon) -> Result<std::result::Result<(), SaveCouponRefusal>> {
    let code = normalize_coupon_code(&coupon.code);
    let kind = serde_json::to_string(&coupon.kind).expect("a coupon's kind is a plain enum, which always has a JSON form");
    let mut tx = db.begin().await?;
    let other = sql!("SELECT coupon_id FROM coupons WHERE shop_id = $1 AND code = $2 AND coupon_id <> $3");
    if tx.query_opt(shop, other, &params![&code, coupon.id]).await?.is_some() {
        tx.rollback().await;
        return Ok(Err(SaveCouponRefusal::CodeTaken(code)));
    }
    let sql = sql!(
        "INSERT INTO coupons (shop_id, coupon_id, code, kind, minimum_minor, starts_at, ends_at, uses_max,
         uses_per_customer_max, uses_claimed, active) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10)
         ON CONFLICT (shop_id, coupon_id) DO UPDATE SET code = excluded.code, kind = excluded.kind,
         minimum_minor = excluded.minimum_minor, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
         uses_max = excluded.uses_max, uses_per_customer_max = excluded.uses_per_customer_max, active = excluded.active"
    );
    let values = params![
        coupon.id,
        code,
        kind,
        coupon.minimum_minor,
        coupon.starts_at,
        coupon.ends_at,
        coupon.uses_max,
        coupon.uses_per_customer_max,
        coupon.active
    ];
    tx.execute(shop, sql, &values).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Removes a coupon that was never used; `Ok(Ok(false))` when there was none.
///
/// # Errors
/// When the database fails.
pub async fn delete_coupon(db: &Db, shop: ShopId, coupon: CouponId) -> Result<std::result::Result<bool, SaveCouponRefusal>> {
    let mut tx = db.begin().await?;
    let known = sql!("SELECT uses_claimed FROM coupons WHERE shop_id = $1 AND coupon_id = $2");
    if tx.query_opt(shop, known, &params![coupon]).await?.is_none() {
        tx.rollback().await;
        return Ok(Ok(false));
    }
    let unused = sql!(
        "DELETE FROM coupons WHERE shop_id = $1 AND coupon_id = $2 AND uses_claimed = 0
         AND NOT EXISTS (SELECT 1 FROM coupon_claims c WHERE c.shop_id = $1 AND c.coupon_id = $2)"
    );
    if tx.execute(shop, unused, &params![coupon]).await? == 0 {
        tx.rollback().await;
        return Ok(Err(SaveCouponRefusal::InUse));
    }
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(true))
}

/// All ten columns in the order of the statements above.
pub(crate) fn read_coupon(row: &Row) -> Result<Coupon> {
    let id: CouponId = row.get(0);
    let kind = serde_json::from_str(&row.get::<String>(2))
        .map_err(|error| Error::Unsuitable(format!("the kind of coupon {id} cannot be read: {error}")))?;
    Ok(Coupon {
        id,
        code: row.get(1),
        kind,
        minimum_minor: row.get(3),
        starts_at: row.get(4),
        ends_at: row.get(5),
        uses_max: row.get(6),
        uses_per_customer_max: row.get(7),
        uses_claimed: row.get(8),
        active: row.get(9),
    })
}
