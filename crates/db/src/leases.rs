//! Leases: which node does a background job. A lease is held for ten seconds after the heartbeat that renewed it, and each
//! holder's fence number is one higher than the last one's.
//!
//! A node that was frozen may believe that it still holds a lease. [`Lease::is_current`] tells the truth inside the transaction
//! that is about to write: nobody else can take the lease before it ends. The clock is that of `nodes::time`.

use crate::nodes::NodeId;
use crate::{Db, Result, Tx, params, platform_sql};
use commerce::Timestamp;

/// How long a lease is held after it was taken or renewed, seconds.
pub const LEASE_SECONDS: i64 = 10;

/// A lease as its holder knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Of which job.
    pub name: &'static str,
    /// The how-manieth holder it is.
    pub fence: i64,
}

impl Lease {
    /// Whether nobody has taken it since; until `tx` ends, nobody can. Where it has run out and nobody wanted it, it is still
    /// good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_current(&self, tx: &mut Tx) -> Result<bool> {
        // An update that changes nothing locks the row on both engines.
        let touch = platform_sql!("UPDATE leases SET fence = fence WHERE lease = $1 AND fence = $2");
        Ok(tx.execute_platform(touch, &params![self.name, self.fence]).await? == 1)
    }
}

/// Renews the leases of these names that `node` holds and takes those that nobody holds at `now`; returns what it holds then.
///
/// # Errors
/// When the database fails.
pub async fn take(db: &Db, node: NodeId, names: &[&'static str], now: Timestamp) -> Result<Vec<Lease>> {
    let taken = platform_sql!("SELECT lease FROM leases WHERE node_id <> $1 AND expires_at > $2");
    // Asked first without a lock: most of the time all that there is to do is to see that another node holds them.
    let taken: Vec<String> = db.query_platform(taken, &params![node, now]).await?.iter().map(|row| row.get(0)).collect();
    let wanted: Vec<&'static str> = names.iter().copied().filter(|name| !taken.iter().any(|taken| taken == name)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let take = platform_sql!(
        "INSERT INTO leases (lease, fence, node_id, expires_at) VALUES ($1, 1, $2, $3)
         ON CONFLICT (lease) DO UPDATE SET
             fence = leases.fence + CASE WHEN leases.node_id = excluded.node_id THEN 0 ELSE 1 END,
             node_id = excluded.node_id, expires_at = excluded.expires_at
         WHERE leases.node_id = excluded.node_id OR leases.expires_at <= $4
         RETURNING fence"
    );
    let mut held = Vec::with_capacity(wanted.len());
    let mut tx = db.begin().await?;
    for name in wanted {
        let rows = tx.query_platform(take, &params![name, node, now.plus_seconds(LEASE_SECONDS), now]).await?;
        held.extend(rows.first().map(|row| Lease { name, fence: row.get(0) }));
    }
    tx.commit().await?;
    Ok(held)
}

/// Gives up what a node holds, so that another takes it with its next heartbeat.
///
/// # Errors
/// When the database fails; the leases then run out.
pub async fn release(db: &Db, node: NodeId) -> Result<()> {
    let release = platform_sql!("UPDATE leases SET node_id = 0, expires_at = 0 WHERE node_id = $1");
    db.execute_platform(release, &params![node]).await.map(drop)
}
