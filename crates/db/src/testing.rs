//! Throw-away databases for tests: a fresh SQLite folder and a fresh schema on a PostgreSQL cluster that this process starts.
//!
//! The cluster is stopped and removed by a small shell that waits for its standard input to close, which happens however the test
//! process ends. Where no PostgreSQL is installed, tests fail and say what to install: they do not pass by skipping.

use crate::{Db, OpenOptions, Target};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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

/// The address of a fresh, empty schema on this process's PostgreSQL cluster, which is started when first asked for.
pub fn postgres_url() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    // A test ends long before the machine loses its power; not waiting for the disk makes hundreds of them quick.
    let not_durable = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";
    fresh_schema(CLUSTER.get_or_init(|| Cluster::start(not_durable)))
}

/// As [`postgres_url`], on a cluster that waits for the disk as one in service does: for measurements and for tests that kill it.
pub fn durable_postgres_url() -> String {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    fresh_schema(CLUSTER.get_or_init(|| Cluster::start("")))
}

fn fresh_schema(cluster: &Cluster) -> String {
    let schema = format!("test_{}", unique());
    let made = cluster.as_owner(&format!("psql -q -h {} -d postgres -c 'CREATE SCHEMA {schema}'", cluster.socket.display()));
    assert!(made.success(), "a schema can be made on the test cluster");
    format!(
        "postgres://{}@/postgres?host={}&options=-c%20search_path%3D{schema}",
        cluster.owner,
        cluster.socket.display().to_string().replace('/', "%2F"),
    )
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

struct Cluster {
    socket: PathBuf,
    owner: String,
    /// Its standard input is the cluster's life: when it closes, the cluster stops.
    _keeper: std::process::Child,
}

impl Cluster {
    fn start(settings: &str) -> Self {
        let binaries = postgres_binaries();
        let folder = fresh_folder("postgres");
        let root = run_text("id -u").trim() == "0";
        let owner = if root { "postgres".to_owned() } else { run_text("id -un").trim().to_owned() };
        let become_owner = if root { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" };
        let (folder_text, binaries) = (folder.display(), binaries.display());
        let script = format!(
            "set -e; cd /; \
             if [ $(id -u) = 0 ]; then chown postgres {folder_text}; fi; \
             {become_owner}{binaries}/initdb -D {folder_text}/data -A trust -U {owner} -E UTF8 --locale=C.UTF-8 --no-sync >{folder_text}.log 2>&1; \
             {become_owner}{binaries}/pg_ctl -D {folder_text}/data -w -l {folder_text}/log -o \"-k {folder_text} -c listen_addresses='' \
               {settings} -c max_connections=300\" start >>{folder_text}.log 2>&1; \
             echo ready; cat >/dev/null || true; \
             {become_owner}{binaries}/pg_ctl -D {folder_text}/data -m immediate stop >/dev/null 2>&1 || true; \
             rm -rf {folder_text} {folder_text}.log"
        );
        let mut keeper = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let mut line = String::new();
        let output = keeper.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("its output can be read");
        assert_eq!(line.trim(), "ready", "the test cluster did not start; see {folder_text}.log");
        // Keep the writing end open until this process ends, whichever way.
        keeper.stdin.as_mut().expect("its input is piped").flush().expect("nothing is buffered");
        Self { socket: folder, owner, _keeper: keeper }
    }

    fn as_owner(&self, command: &str) -> std::process::ExitStatus {
        let command = format!("{command} -U {}", self.owner);
        Command::new("sh").args(["-c", &command]).status().expect("a shell can be started")
    }
}

/// The newest installed PostgreSQL's folder of programs.
fn postgres_binaries() -> PathBuf {
    let newest = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .and_then(|versions| versions.flatten().map(|version| version.path()).max_by_key(|path| major(path)));
    let binaries = newest.map(|version| version.join("bin")).or_else(|| {
        let found = run_text("command -v initdb");
        Path::new(found.trim()).parent().filter(|folder| folder.join("pg_ctl").exists()).map(Path::to_path_buf)
    });
    binaries
        .filter(|folder| folder.join("initdb").exists())
        .expect("the tests need PostgreSQL 15 or later: apt-get install postgresql (its server), or run `cargo xtask test`")
}

fn major(path: &Path) -> u32 {
    path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()).unwrap_or(0)
}

fn run_text(command: &str) -> String {
    let output = Command::new("sh").args(["-c", command]).output().expect("a shell can be started");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
