//! `doorbuster nodes`: who serves this database, and which of them does the background jobs.

use crate::failure::Failure;
use commerce::Timestamp;
use db::Db;
use db::nodes::{self, KnownNode};
use std::io::Write as _;
use std::process::ExitCode;

/// Lists the running servers of the database, the oldest first. One that has been silent for ten seconds is no longer among them.
#[derive(clap::Args)]
pub struct NodesArgs {}

const HEAD: [&str; 7] = ["node", "address", "version", "state", "heartbeat", "capacity", "background jobs"];

/// Lists them.
///
/// # Errors
/// When the database fails.
pub async fn run(db: &Db, now: Timestamp) -> Result<ExitCode, Failure> {
    let now = nodes::time(db, now).await?;
    let known = nodes::list_nodes(db, now).await?;
    let mut output = std::io::stdout().lock();
    if known.is_empty() {
        writeln!(output, "No node is running. Start one: doorbuster serve")?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows: Vec<_> = std::iter::once(HEAD.map(str::to_owned)).chain(known.iter().map(|node| cells(node, now))).collect();
    let widths: Vec<usize> = (0..HEAD.len()).map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0)).collect();
    for row in rows {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        writeln!(output, "{}", line.join("  ").trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn cells(known: &KnownNode, now: Timestamp) -> [String; HEAD.len()] {
    let node = &known.node;
    let seconds = (now.micros_since(known.heartbeat_at) / 1_000_000).max(0);
    let capacity = if node.capacity == 0 { "not measured".into() } else { format!("{}/s", node.capacity) };
    let jobs = if known.leases.is_empty() { "none".into() } else { known.leases.join(", ") };
    let state = node.state.as_str().into();
    [node.id.to_string(), node.address.clone(), node.version.clone(), state, format!("{seconds} s ago"), capacity, jobs]
}
