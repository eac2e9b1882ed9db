//! The embedded engine: one file, one writing connection, a pool of reading ones.
//!
//! Statements run where they are called: a point read takes some microseconds, less than a hop to another thread. Only the one
//! writing connection checkpoints, so that the log never grows and shrinks under two hands.

pub(crate) mod repair;

use crate::news::{self, Listener, News};
use crate::{Error, Result, Row, Value};
use commerce::ShopId;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ToSql, params_from_iter};
use std::iter::once;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, broadcast};
use tracing::error;

/// Earlier ones can lose commits or damage the file when two connections meet at the end of the log (the WAL-reset race).
const VERSION_MIN: i32 = 3_051_003;
/// How long a statement waits for another process's write, milliseconds.
const BUSY_TIMEOUT_MS: u32 = 10_000;
/// Pages in the log after which they are written into the file: 32 MiB. Rows of a batch that lie on one page are then written
/// once for many batches.
const LOG_PAGES_MAX: i32 = 8_000;
/// Statements each connection keeps prepared.
const STATEMENTS_CACHED: usize = 256;
/// The file inside the data folder.
pub(crate) const FILE_NAME: &str = "doorbuster.sqlite";

/// What SQLite puts beside the file while it is open, and may leave there.
const COMPANIONS: [&str; 2] = ["doorbuster.sqlite-wal", "doorbuster.sqlite-shm"];

/// Whether the folder has a database file with anything in it.
pub(crate) fn is_there(folder: &Path) -> bool {
    folder.join(FILE_NAME).metadata().is_ok_and(|file| file.len() > 0)
}

/// Takes the database out of the folder. Nobody may have it open.
pub(crate) fn remove(folder: &Path) {
    for name in COMPANIONS.into_iter().chain([FILE_NAME]) {
        let _ = std::fs::remove_file(folder.join(name));
    }
}

pub(crate) struct SqliteBackend {
    // Dropped before the writer: only a last connection that may write puts the log back into the file.
    readers: Arc<Readers>,
    writer: Arc<AsyncMutex<Connection>>,
    folder: Arc<Path>,
    news: broadcast::Sender<News>,
}

struct Readers {
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl SqliteBackend {
    pub(crate) fn open(folder: &Path, connections: usize) -> Result<Self> {
        if rusqlite::version_number() < VERSION_MIN {
            return Err(Error::Unsuitable(format!("SQLite {} can lose commits; 3.51.3 or later is needed", rusqlite::version())));
        }
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::Unsuitable(format!("cannot make the folder {}: {error}", folder.display())))?;
        let file = folder.join(FILE_NAME);
        let writer = open_writer(&file)?;
        let readers = (0..connections.clamp(1, 64)).map(|_| open_reader(&file)).collect::<Result<Vec<_>>>()?;
        let permits = Arc::new(Semaphore::new(readers.len()));
        let readers = Arc::new(Readers { idle: Mutex::new(readers), permits });
        let news = broadcast::Sender::new(news::WAITING_MAX);
        Ok(Self { writer: Arc::new(AsyncMutex::new(writer)), readers, folder: folder.into(), news })
    }

    /// What this process tells from now on.
    pub(crate) fn listen(&self) -> Listener {
        Listener::within(self.news.subscribe())
    }

    pub(crate) async fn query(&self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        let reader = self.reader().await;
        query(&reader, text, params)
    }

    pub(crate) async fn begin(&self) -> Result<SqliteTx> {
        let connection = Arc::clone(&self.writer).lock_owned().await;
        execute(&connection, "BEGIN IMMEDIATE", &[])?;
        let (folder, news) = (Arc::clone(&self.folder), self.news.clone());
        Ok(SqliteTx { connection, folder, open: true, news, to_tell: Vec::new() })
    }

    pub(crate) async fn begin_read(&self) -> Result<SqliteReadTx> {
        let reader = self.reader().await;
        execute(&reader, "BEGIN DEFERRED", &[])?;
        Ok(SqliteReadTx { reader })
    }

    #[cfg(feature = "testing")]
    pub(crate) async fn prepare_only(&self, text: &str) -> Result<()> {
        self.writer.lock().await.prepare(text).map(drop).map_err(failure)
    }

    async fn reader(&self) -> Reader {
        let permit = Arc::clone(&self.readers.permits).acquire_owned().await.expect("the semaphore is never closed");
        let connection = lock(&self.readers.idle).pop();
        Reader {
            connection: Some(connection.expect("there are as many permits as connections")),
            readers: Arc::clone(&self.readers),
            _permit: permit,
        }
    }
}

/// A reading connection on loan.
struct Reader {
    connection: Option<Connection>,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl std::ops::Deref for Reader {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("it is there until the loan ends")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            lock(&self.readers.idle).push(connection);
        }
    }
}

/// A writing transaction: owns the writing connection until it ends.
pub(crate) struct SqliteTx {
    connection: OwnedMutexGuard<Connection>,
    folder: Arc<Path>,
    open: bool,
    news: broadcast::Sender<News>,
    to_tell: Vec<News>,
}

impl SqliteTx {
    pub(crate) fn query(&mut self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(&self.connection, text, params)
    }

    pub(crate) fn execute(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        execute(&self.connection, text, params)
    }

    pub(crate) fn execute_many(&mut self, text: &str, shop: ShopId, rows: &[Vec<Value>]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(text).map_err(failure)?;
        let shop = Value::from(shop);
        let mut touched = 0;
        for params in rows {
            touched += statement.execute(params_from_iter(once(&shop).chain(params))).map_err(failure)? as u64;
        }
        Ok(touched)
    }

    pub(crate) fn query_many(&mut self, text: &str, shop: ShopId, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        query_many(&self.connection, text, shop, params)
    }

    pub(crate) fn announce(&mut self, news: News) {
        self.to_tell.push(news);
    }

    pub(crate) fn run_script(&mut self, script: &str) -> Result<()> {
        self.connection.execute_batch(script).map_err(failure)
    }

    pub(crate) fn commit(mut self) -> Result<()> {
        let result = execute(&self.connection, "COMMIT", &[]);
        match result {
            Ok(_) => {
                self.open = false;
                for news in self.to_tell.drain(..) {
                    // Commands that end by themselves have nobody who listens.
                    let _ = self.news.send(news);
                }
                Ok(())
            }
            // After a failed write or fsync nobody can say what a restart will find in the log.
            Err(Error::Failed(words)) if words.contains("disk I/O error") => self.end_in_doubt(&words),
            Err(error) => Err(error),
        }
    }

    /// Whoever asked for the commit, the order writer or a job: an SQLite file may say one thing now and another after a restart.
    /// Nobody is told anything. Notes it for the next start, which repairs the file and reads what is, and ends the process.
    fn end_in_doubt(&self, words: &str) -> ! {
        error!("The disk failed, and only a new start can tell what was kept: {words}");
        repair::mark(&self.folder);
        std::process::abort();
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        // An engine that has already rolled back by itself (full disk) is in autocommit again.
        if self.open && !self.connection.is_autocommit() {
            let _ = execute(&self.connection, "ROLLBACK", &[]);
        }
    }
}

/// A reading transaction: one instant of the database.
pub(crate) struct SqliteReadTx {
    reader: Reader,
}

impl SqliteReadTx {
    pub(crate) fn query(&mut self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(&self.reader, text, params)
    }

    pub(crate) fn query_many(&mut self, text: &str, shop: ShopId, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        query_many(&self.reader, text, shop, params)
    }
}

impl Drop for SqliteReadTx {
    fn drop(&mut self) {
        let _ = execute(&self.reader, "ROLLBACK", &[]);
    }
}

fn open_writer(file: &Path) -> Result<Connection> {
    let mut connection = Connection::open(file)
        .map_err(|error| Error::Unsuitable(format!("cannot open the database {}: {error}", file.display())))?;
    prepare_connection(&connection)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failure)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;").map_err(failure)?;
    let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).map_err(failure)?;
    if mode != "wal" || synchronous != 2 {
        return Err(Error::Unsuitable(format!(
            "the database {} cannot be written safely (journal_mode {mode}, synchronous {synchronous}); \
             put it on a local disk that supports shared memory",
            file.display()
        )));
    }
    connection.wal_hook(Some(checkpoint)).map_err(failure)?;
    Ok(connection)
}

/// Writes the log back into the file once it is long. SQLite's own way does not tell when the disk fails while it does so, and
/// takes the pages to be safe the next time; here the commit that caused it learns of it and is in doubt.
fn checkpoint(log: &mut Wal, pages: i32) -> rusqlite::Result<()> {
    match if pages < LOG_PAGES_MAX { Ok(()) } else { log.checkpoint() } {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => Err(error),
        // A reader in the way, no room: the log stays as it is and is tried again with the next commit.
        _ => Ok(()),
    }
}

fn open_reader(file: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags).map_err(failure)?;
    prepare_connection(&connection)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;").map_err(failure)?;
    Ok(connection)
}

fn prepare_connection(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    // A plan is made once for a statement. Otherwise SQLite looks at each value that is bound and plans anew, which takes longer
    // than the statement itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(failure)?;
    connection
        .execute_batch(&format!(
            "PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; \
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"
        ))
        .map_err(failure)
}

fn query(connection: &Connection, text: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(text).map_err(failure)?;
    rows_of(&mut statement, params)
}

fn query_many(connection: &Connection, text: &str, shop: ShopId, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
    let mut statement = connection.prepare_cached(text).map_err(failure)?;
    let shop = Value::from(shop);
    params.iter().map(|params| rows_of(&mut statement, once(&shop).chain(params))).collect()
}

fn rows_of<'a>(statement: &mut Statement<'_>, params: impl IntoIterator<Item = &'a Value>) -> Result<Vec<Row>> {
    let columns = statement.column_count();
    let mut answer = statement.query(params_from_iter(params)).map_err(failure)?;
    let mut rows = Vec::new();
    while let Some(row) = answer.next().map_err(failure)? {
        let mut values = Vec::with_capacity(columns);
        for column in 0..columns {
            values.push(from_sqlite(row.get_ref(column).map_err(failure)?)?);
        }
        rows.push(Row(values));
    }
    Ok(rows)
}

fn execute(connection: &Connection, text: &str, params: &[Value]) -> Result<u64> {
    let mut statement = connection.prepare_cached(text).map_err(failure)?;
    statement.execute(params_from_iter(params)).map(|touched| touched as u64).map_err(failure)
}

fn from_sqlite(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Float(number),
        ValueRef::Text(bytes) => Value::Text(
            String::from_utf8(bytes.to_vec()).map_err(|_| Error::Unsuitable("a text in the database is not UTF-8".into()))?,
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Float(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn failure(error: rusqlite::Error) -> Error {
    let words = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Error::Constraint(words),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Conflict(words),
        Some(ErrorCode::DiskFull) => Error::DiskFull(words),
        Some(ErrorCode::SystemIoFailure) => Error::Failed(format!("disk I/O error: {words}")),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            Error::Unsuitable(format!("the database file is damaged ({words}); restore a backup"))
        }
        _ => Error::Failed(words),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
