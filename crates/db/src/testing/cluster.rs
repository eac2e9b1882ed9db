//! PostgreSQL clusters: one for all tests of a process, and those that a test has to itself, to stop and to start.
//!
//! A cluster is stopped and removed by a small shell that waits for its standard input to close, which happens however the test
//! process ends. Where no PostgreSQL is installed, tests fail and say what to install: they do not pass by skipping.

use super::{fresh_folder, unique};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// Part of the name of the socket's file, and nothing else: no cluster listens on TCP, where a port may be taken.
const PORT: u16 = 5432;

/// A cluster in a folder of its own. It is gone when the value is dropped or the process ends.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    owner: String,
    /// Its standard input is the cluster's life: when it closes, the cluster stops.
    keeper: Child,
}

impl Cluster {
    /// One that waits for the disk as one in service does.
    pub fn durable() -> Self {
        Self::start("")
    }

    /// As a machine that loses no power: nothing waits for the disk.
    pub(super) fn quick() -> Self {
        // A test ends long before the machine loses its power; not waiting for the disk makes hundreds of them quick.
        Self::start("fsync = off\nfull_page_writes = off\n")
    }

    /// The address of a fresh, empty schema, by way of the socket.
    pub fn fresh_schema(&self) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://{}@/postgres?host={socket}&port={PORT}&{}", self.owner, self.make_schema())
    }

    /// The address of a fresh, empty schema, by way of whatever listens on this port of 127.0.0.1 and leads here.
    pub fn fresh_schema_at(&self, port: u16) -> String {
        format!("postgres://{}@127.0.0.1:{port}/postgres?{}", self.owner, self.make_schema())
    }

    /// The UNIX socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(format!(".s.PGSQL.{PORT}"))
    }

    /// Stops it and starts it again, and returns when it can be used. `mode` is pg_ctl's: `fast` ends every transaction and
    /// writes everything down, `immediate` is a crash. `meanwhile` is what happens while it is away.
    pub fn restart(&self, mode: &str, meanwhile: impl FnOnce()) {
        let (programs, folder) = (self.programs.display(), self.folder.display());
        let control = |words: &str| {
            let done = self.as_owner(&format!("{programs}/pg_ctl -D {folder}/data -l {folder}/log -w {words} >/dev/null"));
            assert!(done.success(), "pg_ctl {words}; see {folder}/log");
        };
        control(&format!("-m {mode} stop"));
        meanwhile();
        control("start");
    }

    fn start(settings: &str) -> Self {
        let (programs, folder) = (postgres_programs(), fresh_folder("postgres"));
        let owner = if is_root() { "postgres".to_owned() } else { run_text("id -un").trim().to_owned() };
        let settings = format!(
            "listen_addresses = ''\nport = {PORT}\nunix_socket_directories = '{}'\nmax_connections = 300\n{settings}",
            folder.display()
        );
        std::fs::write(folder.join("settings"), settings).expect("the temporary folder can be written");
        let mut keeper = Command::new("sh")
            .args(["-c", &life_of_a_cluster(&programs, &folder, &owner)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell can be started");
        let mut line = String::new();
        let output = keeper.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("its output can be read");
        assert_eq!(line.trim(), "ready", "the test cluster did not start; see {}.log", folder.display());
        // Keep the writing end open until this process ends, whichever way.
        keeper.stdin.as_mut().expect("its input is piped").flush().expect("nothing is buffered");
        Self { folder, programs, owner, keeper }
    }

    fn make_schema(&self) -> String {
        let (schema, socket) = (format!("test_{}", unique()), self.folder.display());
        let statement = format!("psql -q -h {socket} -p {PORT} -d postgres -U {} -c 'CREATE SCHEMA {schema}'", self.owner);
        assert!(self.as_owner(&statement).success(), "a schema can be made on the test cluster");
        format!("options=-c%20search_path%3D{schema}")
    }

    fn as_owner(&self, command: &str) -> ExitStatus {
        let command = format!("cd /; {}{command}", become_owner());
        Command::new("sh").args(["-c", &command]).status().expect("a shell can be started")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// Makes a cluster, says that it is ready, and removes it when its input ends.
fn life_of_a_cluster(programs: &Path, folder: &Path, owner: &str) -> String {
    let (programs, folder, become_owner) = (programs.display(), folder.display(), become_owner());
    format!(
        "set -e; cd /; \
         if [ $(id -u) = 0 ]; then chown postgres {folder}; fi; \
         {become_owner}{programs}/initdb -D {folder}/data -A trust -U {owner} -E UTF8 --locale=C.UTF-8 --no-sync >{folder}.log 2>&1; \
         cat {folder}/settings >>{folder}/data/postgresql.conf; \
         {become_owner}{programs}/pg_ctl -D {folder}/data -w -l {folder}/log start >>{folder}.log 2>&1; \
         echo ready; cat >/dev/null || true; \
         {become_owner}{programs}/pg_ctl -D {folder}/data -m immediate stop >/dev/null 2>&1 || true; \
         rm -rf {folder} {folder}.log"
    )
}

/// PostgreSQL does not run as root.
fn become_owner() -> &'static str {
    if is_root() { "setpriv --reuid=postgres --regid=postgres --clear-groups " } else { "" }
}

fn is_root() -> bool {
    run_text("id -u").trim() == "0"
}

/// The newest installed PostgreSQL's folder of programs.
fn postgres_programs() -> PathBuf {
    let newest = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .and_then(|versions| versions.flatten().map(|version| version.path()).max_by_key(|path| major(path)));
    let programs = newest.map(|version| version.join("bin")).or_else(|| {
        let found = run_text("command -v initdb");
        Path::new(found.trim()).parent().filter(|folder| folder.join("pg_ctl").exists()).map(Path::to_path_buf)
    });
    programs
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
