//! What was expected of a sale, and what the sale has taught: texts whose meaning is known to whoever writes them.

use crate::{Db, Result, Row, params, sql};
use commerce::{FlashSaleId, ShopId, Timestamp};

/// What was expected of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleForecast {
    /// The plan, as it was written.
    pub plan: String,
    /// What was forecast from it.
    pub forecast: String,
    /// What the sale has taught, once that was asked.
    pub lesson: Option<String>,
}

/// Keeps what is expected of a sale; what was kept for it before is replaced.
///
/// # Errors
/// When the database fails, or the shop has no such sale.
pub async fn keep_forecast(db: &Db, shop: ShopId, sale: FlashSaleId, kept: &SaleForecast, now: Timestamp) -> Result<()> {
    let sql = sql!(
        "INSERT INTO sale_forecasts (shop_id, sale_id, kept_at, plan, forecast, lesson) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (shop_id, sale_id) DO UPDATE SET kept_at = excluded.kept_at, plan = excluded.plan,
             forecast = excluded.forecast, lesson = excluded.lesson"
    );
    let SaleForecast { plan, forecast, lesson } = kept;
    db.execute(shop, sql, &params![sale, now, &plan[..], &forecast[..], lesson.as_deref()]).await.map(drop)
}

/// As [`keep_forecast`], if the plan that is kept is still `was` (`None`: nothing is); says whether that is so.
///
/// # Errors
/// As [`keep_forecast`].
pub async fn replace_forecast(
    db: &Db,
    shop: ShopId,
    sale: FlashSaleId,
    kept: &SaleForecast,
    was: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let SaleForecast { plan, forecast, lesson } = kept;
    let Some(was) = was else {
        let first = sql!(
            "INSERT INTO sale_forecasts (shop_id, sale_id, kept_at, plan, forecast, lesson) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (shop_id, sale_id) DO NOTHING"
        );
        return Ok(db.execute(shop, first, &params![sale, now, &plan[..], &forecast[..], lesson.as_deref()]).await? > 0);
    };
    let next = sql!(
        "UPDATE sale_forecasts SET kept_at = $3, plan = $4, forecast = $5, lesson = $6
         WHERE shop_id = $1 AND sale_id = $2 AND plan = $7"
    );
    Ok(db.execute(shop, next, &params![sale, now, &plan[..], &forecast[..], lesson.as_deref(), was]).await? > 0)
}

/// Keeps what a sale has taught about the plan that is kept with it, if that is still `plan`; says whether it is.
///
/// # Errors
/// When the database fails.
pub async fn keep_lesson(db: &Db, shop: ShopId, sale: FlashSaleId, plan: &str, lesson: &str) -> Result<bool> {
    let sql = sql!("UPDATE sale_forecasts SET lesson = $3 WHERE shop_id = $1 AND sale_id = $2 AND plan = $4");
    Ok(db.execute(shop, sql, &params![sale, lesson, plan]).await? > 0)
}

/// What was expected of a sale; `None`: nothing was kept.
///
/// # Errors
/// When the database fails.
pub async fn load_forecast(db: &Db, shop: ShopId, sale: FlashSaleId) -> Result<Option<SaleForecast>> {
    let sql = sql!("SELECT plan, forecast, lesson FROM sale_forecasts WHERE shop_id = $1 AND sale_id = $2");
    let read = |row: &Row| SaleForecast { plan: row.get(0), forecast: row.get(1), lesson: row.get(2) };
    Ok(db.query_opt(shop, sql, &params![sale]).await?.as_ref().map(read))
}

/// What each of the shop's sales has taught, in the order in which they opened.
///
/// # Errors
/// When the database fails.
pub async fn lessons(db: &Db, shop: ShopId) -> Result<Vec<(FlashSaleId, String)>> {
    let sql = sql!(
        "SELECT k.sale_id, k.lesson FROM sale_forecasts k JOIN flash_sales f ON f.shop_id = k.shop_id AND f.sale_id = k.sale_id
         WHERE k.shop_id = $1 AND k.lesson IS NOT NULL ORDER BY f.opens_at, f.sale_id"
    );
    Ok(db.query(shop, sql, &params![]).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}
