//! Keeps the server's statistics up with tables that grow in minutes.
//!
//! Every table begins with the shop, and so does every index. While a table is small all of them look alike to the planner, and
//! it may take one that finds the whole shop's rows where another would find the one that is asked for. Plans are kept, so each
//! receipt of a new shop's first sale read all its orders, until the server's own `autovacuum` came by, within minutes. New
//! statistics make new plans.

use super::{PostgresBackend, failure};
use crate::Result;

/// Tables with twice as many rows as were there when they were measured last; below a hundred it does not matter what is read.
const GROWN: &str = "SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND pg_has_role(c.relowner, 'USAGE')
       AND s.n_live_tup >= 100 AND s.n_live_tup >= 2 * c.reltuples";

impl PostgresBackend {
    /// Measures them; returns how many.
    pub(crate) async fn refresh_statistics(&self) -> Result<usize> {
        let grown = self.query(GROWN, &[]).await?;
        for row in &grown {
            // Somebody else may be at it. Between two tables the connection is whoever's who waits for one.
            let measure = format!("ANALYZE (SKIP_LOCKED) {}", row.get::<String>(0));
            self.connection().await?.batch_execute(&measure).await.map_err(failure)?;
        }
        Ok(grown.len())
    }
}
