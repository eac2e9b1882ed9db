//! Nodes: the servers of one database. Each says every two seconds that it lives, and is forgotten after ten seconds of silence.
//!
//! One clock counts for all of them: the database's ([`time`]). Their own may differ by minutes, and then a healthy node would be
//! forgotten and a lease held twice. It is read *before* the statement that uses it: a node that was frozen in between acts on a
//! time that is too early, which neither keeps it alive nor gives it what is another's.

use crate::{Db, Result, params, platform_sql};
use commerce::Timestamp;
use std::fmt;
use std::time::Duration;

/// How often a node says that it lives.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// After how long without a word a node is forgotten, seconds: four heartbeats may be lost.
pub const SILENCE_SECONDS_MAX: i64 = 10;

/// A running server: another one each time that it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(pub i64);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a node is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It takes visitors.
    Serving,
    /// It was told to stop and finishes what has begun.
    Draining,
}

impl NodeState {
    /// As it is kept and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Draining => "draining",
        }
    }
}

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Which.
    pub id: NodeId,
    /// Where it listens: `10.0.0.7:8080`.
    pub address: String,
    /// Of the program.
    pub version: String,
    /// What it is doing.
    pub state: NodeState,
    /// What it can do, requests a second; 0 until that was measured.
    pub capacity: u64,
    /// UTC, by the clock of [`time`].
    pub started_at: Timestamp,
}

/// A node as the others know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownNode {
    /// What it said of itself.
    pub node: Node,
    /// When it said so, UTC, by the clock of [`time`].
    pub heartbeat_at: Timestamp,
    /// The names of the leases that it holds, in alphabetical order.
    pub leases: Vec<String>,
}

/// The time by which nodes and leases are judged: the database server's; where the database is a file and the process alone,
/// its `own`.
///
/// # Errors
/// When the database fails.
pub async fn time(db: &Db, own: Timestamp) -> Result<Timestamp> {
    Ok(db.server_time().await?.unwrap_or(own))
}

/// Says that a node lives at `now`, and forgets those that have been silent for too long.
///
/// # Errors
/// When the database fails.
pub async fn beat(db: &Db, node: &Node, now: Timestamp) -> Result<()> {
    let say = platform_sql!(
        "INSERT INTO nodes (node_id, address, version, state, capacity, started_at, heartbeat_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (node_id) DO UPDATE SET state = excluded.state, capacity = excluded.capacity,
             heartbeat_at = excluded.heartbeat_at"
    );
    let forget = platform_sql!("DELETE FROM nodes WHERE heartbeat_at <= $1");
    let capacity = i64::try_from(node.capacity).unwrap_or(i64::MAX);
    let (address, version) = (node.address.as_str(), node.version.as_str());
    let said = params![node.id, address, version, node.state.as_str(), capacity, node.started_at, now];
    let mut tx = db.begin().await?;
    tx.execute_platform(say, &said).await?;
    tx.execute_platform(forget, &params![now.plus_seconds(-SILENCE_SECONDS_MAX)]).await?;
    tx.commit().await
}

/// Takes leave: the node is no longer known.
///
/// # Errors
/// When the database fails.
pub async fn leave(db: &Db, node: NodeId) -> Result<()> {
    db.execute_platform(platform_sql!("DELETE FROM nodes WHERE node_id = $1"), &params![node]).await.map(drop)
}

/// The nodes that are not to be forgotten at `now`, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_nodes(db: &Db, now: Timestamp) -> Result<Vec<KnownNode>> {
    let nodes = platform_sql!(
        "SELECT node_id, address, version, state, capacity, started_at, heartbeat_at FROM nodes
         WHERE heartbeat_at > $1 ORDER BY started_at, node_id"
    );
    let leases = platform_sql!("SELECT node_id, lease FROM leases WHERE expires_at > $1 ORDER BY lease");
    let leases = db.query_platform(leases, &params![now]).await?;
    let rows = db.query_platform(nodes, &params![now.plus_seconds(-SILENCE_SECONDS_MAX)]).await?;
    Ok(rows
        .iter()
        .map(|row| {
            let id = NodeId(row.get(0));
            let state =
                if row.get::<String>(3) == NodeState::Draining.as_str() { NodeState::Draining } else { NodeState::Serving };
            KnownNode {
                node: Node {
                    id,
                    address: row.get(1),
                    version: row.get(2),
                    state,
                    capacity: row.get::<i64>(4).unsigned_abs(),
                    started_at: row.get(5),
                },
                heartbeat_at: row.get(6),
                leases: leases.iter().filter(|lease| lease.get::<i64>(0) == id.0).map(|lease| lease.get(1)).collect(),
            }
        })
        .collect())
}
