//! Crowds: what each node has seen, for the others to read, and how many people were in a shop in each minute.
//!
//! What the marks mean and how people are counted is the business of whoever counts. A mark is a number that thousands of
//! addresses share; nothing here says who was in a shop.

use crate::{Db, Result, params, platform_sql, sql};
use commerce::{ShopId, Timestamp};

/// How long minutes are kept that belong to no sale, days.
const KEPT_DAYS: i64 = 14;
/// How much longer than a sale its minutes go on, seconds: an hour.
const AFTER_SALE_SECONDS: i64 = 3_600;

/// What one node has seen in one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeMarks {
    /// Where.
    pub shop: ShopId,
    /// For which day they were made, counted from 1970; another day's cannot be compared with them.
    pub day: i64,
    /// The node.
    pub node: i64,
    /// By when, in slots of whoever counts.
    pub slot: i64,
    /// Its marks.
    pub marks: Vec<u8>,
}

/// How many people were in a shop within a minute, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrowdMinute {
    /// When the minute begins.
    pub begins_at: Timestamp,
    /// Seen within five minutes.
    pub active: i64,
    /// Seen within half an hour.
    pub sessions: i64,
    /// Visits that began in it; `None`: they were not counted yet.
    pub visits: Option<i64>,
    /// Pages that robots have asked for.
    pub robot_pages: i64,
}

/// The most people at once, and the minute in which they were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrowdPeaks {
    /// Most active people.
    pub active: (i64, Timestamp),
    /// Most sessions.
    pub sessions: (i64, Timestamp),
}

/// Tells the other nodes. In the order of shops, on every node.
///
/// # Errors
/// When the database fails; then nothing was told.
pub async fn tell_marks(db: &Db, news: &[NodeMarks]) -> Result<()> {
    if news.is_empty() {
        return Ok(());
    }
    let tell = sql!(
        "INSERT INTO crowd_marks (shop_id, day, node, slot, marks) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (shop_id, day, node) DO UPDATE SET slot = excluded.slot, marks = excluded.marks"
    );
    let mut tx = db.begin().await?;
    for told in news {
        tx.execute(told.shop, tell, &params![told.day, told.node, told.slot, &told.marks[..]]).await?;
    }
    tx.commit().await
}

/// What other nodes than `node` have told in the slot `since` or later, at most `most` of it, behind the key `after`.
///
/// # Errors
/// When the database fails.
pub async fn hear_marks(
    db: &Db,
    node: i64,
    since: i64,
    after: Option<(ShopId, i64, i64)>,
    most: usize,
) -> Result<Vec<NodeMarks>> {
    let sql = platform_sql!(
        "SELECT shop_id, day, node, slot, marks FROM crowd_marks
         WHERE node <> $1 AND slot >= $2 AND (shop_id, day, node) > ($3, $4, $5) ORDER BY shop_id, day, node LIMIT $6"
    );
    let (shop, day, last_node) = after.unwrap_or((ShopId(i64::MIN), i64::MIN, i64::MIN));
    let rows = db.query_platform(sql, &params![node, since, shop, day, last_node, most]).await?;
    let read =
        |row: &crate::Row| NodeMarks { shop: row.get(0), day: row.get(1), node: row.get(2), slot: row.get(3), marks: row.get(4) };
    Ok(rows.iter().map(read).collect())
}

/// Keeps minutes that are over, in the order of shops. Nodes may differ a little: the highest number of people stays; robots'
/// pages, which each node counts for itself, add up.
///
/// # Errors
/// When the database fails; then none was kept.
pub async fn keep_minutes(db: &Db, minutes: &[(ShopId, CrowdMinute)]) -> Result<()> {
    if minutes.is_empty() {
        return Ok(());
    }
    let keep = sql!(
        "INSERT INTO crowd_minutes (shop_id, begins_at, active, sessions, visits, robot_pages) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (shop_id, begins_at) DO UPDATE SET
             active = CASE WHEN excluded.active > crowd_minutes.active THEN excluded.active ELSE crowd_minutes.active END,
             sessions = CASE WHEN excluded.sessions > crowd_minutes.sessions
                 THEN excluded.sessions ELSE crowd_minutes.sessions END,
             visits = CASE WHEN excluded.visits > crowd_minutes.visits THEN excluded.visits ELSE crowd_minutes.visits END,
             robot_pages = crowd_minutes.robot_pages + excluded.robot_pages"
    );
    let mut tx = db.begin().await?;
    for (shop, minute) in minutes {
        let row = params![minute.begins_at, minute.active, minute.sessions, minute.visits, minute.robot_pages];
        tx.execute(*shop, keep, &row).await?;
    }
    tx.commit().await
}

/// The minutes of a shop from `from` on and before `until`, in order. Those in which nobody was there are left out.
///
/// # Errors
/// When the database fails.
pub async fn crowd_minutes(db: &Db, shop: ShopId, from: Timestamp, until: Timestamp) -> Result<Vec<CrowdMinute>> {
    let sql = sql!(
        "SELECT begins_at, active, sessions, visits, robot_pages FROM crowd_minutes
         WHERE shop_id = $1 AND begins_at >= $2 AND begins_at < $3 ORDER BY begins_at"
    );
    let rows = db.query(shop, sql, &params![from, until]).await?;
    let read = |row: &crate::Row| CrowdMinute {
        begins_at: row.get(0),
        active: row.get(1),
        sessions: row.get(2),
        visits: row.get(3),
        robot_pages: row.get(4),
    };
    Ok(rows.iter().map(read).collect())
}

/// The most people that were in a shop at once from `from` on and before `until`; `None`: nobody was.
///
/// # Errors
/// When the database fails.
pub async fn crowd_peaks(db: &Db, shop: ShopId, from: Timestamp, until: Timestamp) -> Result<Option<CrowdPeaks>> {
    let most_active = sql!(
        "SELECT active, begins_at FROM crowd_minutes WHERE shop_id = $1 AND begins_at >= $2 AND begins_at < $3
         ORDER BY active DESC, begins_at LIMIT 1"
    );
    let most_sessions = sql!(
        "SELECT sessions, begins_at FROM crowd_minutes WHERE shop_id = $1 AND begins_at >= $2 AND begins_at < $3
         ORDER BY sessions DESC, begins_at LIMIT 1"
    );
    let active = db.query_opt(shop, most_active, &params![from, until]).await?;
    let sessions = db.query_opt(shop, most_sessions, &params![from, until]).await?;
    let peak = |row: crate::Row| (row.get(0), row.get(1));
    Ok(active.zip(sessions).map(|(active, sessions)| CrowdPeaks { active: peak(active), sessions: peak(sessions) }))
}

/// Forgets what was told before the slot `told_before`, and the minutes of two weeks ago unless a sale was on: those stay as long
/// as the sale.
///
/// # Errors
/// When the database fails.
pub async fn forget_crowds(db: &Db, now: Timestamp, told_before: i64) -> Result<()> {
    let marks = platform_sql!("DELETE FROM crowd_marks WHERE slot < $1");
    let minutes = platform_sql!(
        "DELETE FROM crowd_minutes WHERE begins_at < $1 AND NOT EXISTS (
             SELECT 1 FROM flash_sales f WHERE f.shop_id = crowd_minutes.shop_id AND f.status = 'scheduled'
             AND COALESCE(f.early_access_at, f.opens_at) <= crowd_minutes.begins_at
             AND f.closes_at + $2 > crowd_minutes.begins_at)"
    );
    db.execute_platform(marks, &params![told_before]).await?;
    let old = now.plus_seconds(-KEPT_DAYS * 86_400);
    db.execute_platform(minutes, &params![old, AFTER_SALE_SECONDS * 1_000_000]).await.map(drop)
}
