//! Throw-away databases for tests: a fresh SQLite folder and a fresh schema on a PostgreSQL cluster that this process starts.

mod cluster;

pub use cluster::Cluster;

use crate::leases::{self, Lease};
use crate::nodes::NodeId;
use crate::{Db, OpenOptions, Target};
use commerce::Timestamp;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A fresh database; what it occupies is removed when it is dropped.
pub struct TestDb {
    /// The open database.
    pub db: Db,
    /// `"sqlite"` or `"postgres"`, for messages.
    pub engine: &'static str,
    /// How to open it once more.
    pub target: Target,
    folder: Option<PathBuf>,
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A fresh database of each engine.
pub async fn databases() -> Vec<TestDb> {
    vec![sqlite().await, postgres().await]
}

/// A fresh SQLite database.
pub async fn sqlite() -> TestDb {
    let folder = fresh_folder("sqlite");
    open(Target::Folder(folder.clone()), "sqlite", Some(folder)).await
}

/// A fresh PostgreSQL database: a schema of its own on this process's cluster.
pub async fn postgres() -> TestDb {
    open(Target::Postgres(postgres_url()), "postgres", None).await
}

/// The lease of this name, held by a node that nobody takes it from.
pub async fn lease(db: &Db, name: &'static str) -> Lease {
    let held = leases::take(db, NodeId(1), &[name], Timestamp(0)).await.expect("the database answers");
    held.into_iter().next().expect("nobody else holds it")
}

/// The address of a fresh, empty schema on this process's PostgreSQL cluster, which is started when first asked for.
pub fn postgres_url() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::quick).fresh_schema()
}

/// As [`postgres_url`], on a cluster that waits for the disk as one in service does: for measurements and for tests that kill it.
pub fn durable_postgres_url() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::durable).fresh_schema()
}

/// A fresh folder below the system's temporary one.
pub fn fresh_folder(purpose: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("doorbuster-{purpose}-{}-{}", std::process::id(), unique()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    folder
}

async fn open(target: Target, engine: &'static str, folder: Option<PathBuf>) -> TestDb {
    let db = Db::open(&target, &OpenOptions::default()).await.expect("a fresh database opens");
    TestDb { db, engine, target, folder }
}

fn unique() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
