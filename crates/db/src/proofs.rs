//! The last proof of each shop's books, kept so that a seller can see it, and who proves at the moment: one at a time for each
//! shop, on whichever node.
//!
//! What is proved is `verify`'s business.

use crate::verify::{Broken, Invariant, Progress, ShopProof, verify_shop_telling};
use crate::{Db, Error, Result, Row, params, sql};
use commerce::{ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How often a running proof says that it runs.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);
/// How long after its last sign of life another one may begin, seconds: whoever ran it has stopped without a word.
const SILENCE_SECONDS_MAX: i64 = 60;

/// The last proof of a shop, and the running one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptProof {
    /// The last proof that came to its end.
    pub last: Option<LastProof>,
    /// Since when one runs.
    pub running_since: Option<Timestamp>,
    /// Pages of up to a thousand rows that the running one has read.
    pub pages_read: i64,
    /// Why the latest one did not come to its end; empty when it did.
    pub failure: String,
}

/// A proof that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastProof {
    /// When it began.
    pub proved_at: Timestamp,
    /// How long it took, microseconds.
    pub took_micros: i64,
    /// Whether every row held.
    pub holds: bool,
    /// One for each invariant, in the order of the report.
    pub claims: Vec<KeptClaim>,
}

/// What a proof said of one invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptClaim {
    /// `I1`.
    pub id: String,
    /// How many rows were held against it.
    pub rows_checked: u64,
    /// How often it was found broken.
    pub times_broken: u64,
    /// The first row that breaks it.
    pub first_broken: Option<Broken>,
}

impl KeptClaim {
    /// Which invariant; `None` for one that this program no longer knows.
    pub fn invariant(&self) -> Option<Invariant> {
        Invariant::ALL.into_iter().find(|invariant| invariant.id() == self.id)
    }
}

/// The last proof and the running one; `None` before the first.
///
/// # Errors
/// When the database fails.
pub async fn load_proof(db: &Db, shop: ShopId, now: Timestamp) -> Result<Option<KeptProof>> {
    let sql = sql!(
        "SELECT proved_at, took_micros, holds, claims, asked_at, running_until, pages_read, failure
         FROM proofs WHERE shop_id = $1"
    );
    db.query_opt(shop, sql, &[]).await?.map(|row| read_kept(&row, now)).transpose()
}

/// Claims the right to prove this shop's books from `now` on; false when someone does so already. [`prove`] gives it back.
///
/// # Errors
/// When the database fails.
pub async fn begin_proof(db: &Db, shop: ShopId, now: Timestamp) -> Result<bool> {
    let claim = sql!(
        "INSERT INTO proofs (shop_id, proved_at, took_micros, holds, claims, asked_at, running_until, pages_read, failure)
         VALUES ($1, NULL, 0, 0, '[]', $2, $3, 0, '')
         ON CONFLICT (shop_id) DO UPDATE SET asked_at = excluded.asked_at, running_until = excluded.running_until,
             pages_read = 0, failure = ''
         WHERE proofs.running_until IS NULL OR proofs.running_until <= excluded.asked_at"
    );
    Ok(db.execute(shop, claim, &params![now, now.plus_seconds(SILENCE_SECONDS_MAX)]).await? == 1)
}

/// Proves the books of a shop for whom [`begin_proof`] said yes at `claimed_at`, and keeps the answer. `clock` tells how long it
/// took. What comes so late that somebody else has claimed the right since changes nothing.
///
/// # Errors
/// When the database fails; then that is kept as well, if it can be.
pub async fn prove(
    db: &Db,
    shop: ShopId,
    claimed_at: Timestamp,
    progress: &Progress,
    clock: impl Fn() -> Timestamp,
) -> Result<Option<LastProof>> {
    let began = clock();
    let proof = {
        let mut proving = std::pin::pin!(verify_shop_telling(db, shop, began, progress));
        loop {
            match tokio::time::timeout(SIGN_OF_LIFE, &mut proving).await {
                Ok(proof) => break proof,
                Err(_) => give_sign_of_life(db, shop, claimed_at, progress, clock()).await?,
            }
        }
    };
    let kept = match proof {
        Ok(proof) => proof.shops.into_iter().next().map(|shop| to_keep(shop, began, clock().micros_since(began))),
        Err(error) => {
            let failed = sql!("UPDATE proofs SET running_until = NULL, failure = $2 WHERE shop_id = $1 AND asked_at = $3");
            db.execute(shop, failed, &params![error.to_string(), claimed_at]).await?;
            return Err(error);
        }
    };
    if let Some(kept) = &kept {
        let claims = serde_json::to_string(&kept.claims).map_err(|error| Error::Failed(error.to_string()))?;
        let keep = sql!(
            "UPDATE proofs SET proved_at = $2, took_micros = $3, holds = $4, claims = $5, running_until = NULL, failure = ''
             WHERE shop_id = $1 AND asked_at = $6"
        );
        db.execute(shop, keep, &params![kept.proved_at, kept.took_micros, kept.holds, claims, claimed_at]).await?;
    }
    Ok(kept)
}

/// The shops whose books should be proved again: last asked for before `before`, or before a sale of theirs closed that has been
/// over since `closed_before`. The one that has waited longest comes first.
///
/// # Errors
/// When the database fails.
pub async fn shops_to_prove(db: &Db, before: Timestamp, closed_before: Timestamp) -> Result<Vec<ShopId>> {
    let due = crate::platform_sql!(
        "SELECT s.shop_id FROM shops s LEFT JOIN proofs p ON p.shop_id = s.shop_id
         WHERE p.shop_id IS NULL OR p.asked_at < $1 OR EXISTS (
             SELECT 1 FROM flash_sales f WHERE f.shop_id = s.shop_id AND f.status = 'scheduled'
             AND f.closes_at > p.asked_at AND f.closes_at < $2)
         ORDER BY COALESCE(p.asked_at, 0), s.shop_id"
    );
    let rows = db.query_platform(due, &params![before, closed_before]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn give_sign_of_life(db: &Db, shop: ShopId, claimed_at: Timestamp, progress: &Progress, now: Timestamp) -> Result<()> {
    let tell = sql!("UPDATE proofs SET pages_read = $2, running_until = $3 WHERE shop_id = $1 AND asked_at = $4");
    let values = params![progress.pages() as i64, now.plus_seconds(SILENCE_SECONDS_MAX), claimed_at];
    db.execute(shop, tell, &values).await.map(drop)
}

fn to_keep(proof: ShopProof, proved_at: Timestamp, took_micros: i64) -> LastProof {
    let holds = proof.holds();
    let claims = proof.claims.into_iter().map(|claim| KeptClaim {
        id: claim.id.to_owned(),
        rows_checked: claim.rows_checked,
        times_broken: claim.times_broken,
        first_broken: claim.first_broken,
    });
    LastProof { proved_at, took_micros, holds, claims: claims.collect() }
}

fn read_kept(row: &Row, now: Timestamp) -> Result<KeptProof> {
    let unread = |error| Error::Unsuitable(format!("a kept proof cannot be read: {error}"));
    let last = match row.get::<Option<Timestamp>>(0) {
        Some(proved_at) => Some(LastProof {
            proved_at,
            took_micros: row.get(1),
            holds: row.get(2),
            claims: serde_json::from_str(&row.get::<String>(3)).map_err(unread)?,
        }),
        None => None,
    };
    let runs = row.get::<Option<Timestamp>>(5).is_some_and(|until| until > now);
    Ok(KeptProof { last, running_since: runs.then(|| row.get(4)), pages_read: row.get(6), failure: row.get(7) })
}
