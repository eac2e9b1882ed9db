//! PostgreSQL: a small pool of connections, each with its statements prepared once.

mod listen;
mod statistics;
mod together;

use crate::news::{Listener, News};
use crate::{Error, Result, Row, Value};
use commerce::{ShopId, Timestamp};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use std::error::Error as _;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Config, NoTls, Statement};

/// 15, as `server_version_num` counts.
const VERSION_MIN: i64 = 150_000;
/// How long to wait for a connection before saying that the database cannot be reached.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// The order writer's statements find every row by its key, also in a table that was empty when they were planned: their plans
/// are made once and never read a whole table.
const PLANNED_ONCE: &str = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off \
     -c enable_mergejoin=off -c jit=off";
/// The server gives up a transaction of the order writer that says nothing for so long, milliseconds: whoever began it was frozen
/// or cut off, and all nodes would wait for the rows that it has locked.
const WRITER_SILENCE_MS_MAX: u32 = 3_000;
/// As [`WRITER_SILENCE_MS_MAX`], for everybody else who writes: they lock less, and an import thinks between two statements.
const SILENCE_MS_MAX: u32 = 10_000;
/// One that writes, and one for a batch that begins before the last one's connection has come back.
const WRITER_CONNECTIONS: usize = 2;

pub(crate) struct PostgresBackend {
    config: Config,
    pool: Pool,
    drives: Drives,
}

/// Which runtime carries the bytes of a connection.
enum Drives {
    /// This one, whoever asks: a connection then outlives the runtime it was first asked for on.
    Always(Handle),
    /// The one that asks. Without a way to another thread and back an answer comes twice as soon.
    WhoeverAsks,
}

impl PostgresBackend {
    pub(crate) async fn open(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config =
            url.parse().map_err(|error| Error::Unsuitable(format!("the address of the database is not understood: {error}")))?;
        config.application_name("doorbuster").connect_timeout(CONNECT_WAIT);
        let pool = pool(config.clone(), connections.clamp(2, 64))?;
        let backend = Self { config, pool, drives: Drives::Always(Handle::current()) };
        backend.check().await?;
        // What stands between us and the database may refuse what the order writer's connections ask for.
        let of_writer = backend.for_order_writer()?.query("SELECT 1", &[]).await;
        of_writer.map_err(|error| Error::Unsuitable(format!("the order writer cannot connect with {PLANNED_ONCE}: {error}")))?;
        Ok(backend)
    }

    /// What is confirmed here has to be on the disk, as on SQLite.
    async fn check(&self) -> Result<()> {
        let settings = "SELECT CAST(current_setting('server_version_num') AS BIGINT), current_setting('synchronous_commit')";
        let answer = self.query(settings, &[]).await?;
        let (version, synchronous_commit): (i64, String) = answer.first().map(|row| (row.get(0), row.get(1))).unwrap_or_default();
        if version < VERSION_MIN {
            return Err(Error::Unsuitable(format!("PostgreSQL 15 or later is needed, this is {}", version / 10_000)));
        }
        if synchronous_commit == "off" {
            return Err(Error::Unsuitable(
                "a crash of this PostgreSQL would lose orders that were confirmed: set its synchronous_commit to on".into(),
            ));
        }
        Ok(())
    }

    /// What the server's clock says, whatever transaction asks.
    pub(crate) async fn time(&self) -> Result<Timestamp> {
        let clock = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        let answer = self.query(clock, &[]).await?;
        answer.first().map(|row| row.get(0)).ok_or_else(|| Error::Failed("the server does not tell the time".into()))
    }

    /// The same database over connections of the order writer's own, which live on the runtime that uses them.
    pub(crate) fn for_order_writer(&self) -> Result<Self> {
        let mut config = self.config.clone();
        let own = self.config.get_options().unwrap_or_default();
        let silence = format!("-c idle_in_transaction_session_timeout={WRITER_SILENCE_MS_MAX}");
        config.options(format!("{own} {PLANNED_ONCE} {silence}").trim_start());
        let pool = pool(config.clone(), WRITER_CONNECTIONS)?;
        Ok(Self { config, pool, drives: Drives::WhoeverAsks })
    }

    pub(crate) async fn query(&self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(&self.connection().await?, text, params).await
    }

    /// A transaction that reads what is, and writes.
    pub(crate) async fn begin(&self) -> Result<PostgresTx> {
        match self.drives {
            // Its connections say so themselves; each statement more would cost every batch.
            Drives::WhoeverAsks => self.begin_as("BEGIN ISOLATION LEVEL READ COMMITTED").await,
            Drives::Always(_) => {
                let silence = format!("SET LOCAL idle_in_transaction_session_timeout = {SILENCE_MS_MAX}");
                self.begin_as(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; {silence}")).await
            }
        }
    }

    /// A transaction that sees one instant.
    pub(crate) async fn begin_read(&self) -> Result<PostgresTx> {
        self.begin_as("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    async fn begin_as(&self, begin: &str) -> Result<PostgresTx> {
        let connection = self.connection().await?;
        connection.batch_execute(begin).await.map_err(failure)?;
        Ok(PostgresTx { connection: Some(connection) })
    }

    /// Tells all nodes, this one too. Nobody waits for the disk: what is lost is seen by those who look.
    pub(crate) async fn tell(&self, news: &[News]) -> Result<()> {
        let mut tx = self.begin_as("BEGIN; SET LOCAL synchronous_commit = off").await?;
        for news in news {
            tx.announce(news).await?;
        }
        tx.commit().await
    }

    /// What nodes tell from now on.
    pub(crate) fn listen(&self) -> Listener {
        listen::start(self.config.clone())
    }

    #[cfg(feature = "testing")]
    pub(crate) async fn prepare_only(&self, text: &str) -> Result<()> {
        self.connection().await?.prepare(text).await.map(drop).map_err(failure)
    }

    async fn connection(&self) -> Result<Object> {
        let pool = self.pool.clone();
        let connection = match &self.drives {
            Drives::WhoeverAsks => pool.get().await,
            Drives::Always(runtime) => {
                let asked = runtime.spawn(async move { pool.get().await });
                asked.await.map_err(|error| Error::Unreachable(in_full(&error)))?
            }
        };
        connection.map_err(|error| Error::Unreachable(in_full(&error)))
    }
}

fn pool(config: Config, connections: usize) -> Result<Pool> {
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager)
        .max_size(connections)
        .wait_timeout(Some(CONNECT_WAIT))
        .create_timeout(Some(CONNECT_WAIT))
        .runtime(Runtime::Tokio1)
        .build();
    pool.map_err(|error| Error::Unsuitable(error.to_string()))
}

/// A transaction on one connection.
pub(crate) struct PostgresTx {
    connection: Option<Object>,
}

impl PostgresTx {
    pub(crate) async fn query(&mut self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(self.connection(), text, params).await
    }

    pub(crate) async fn execute(&mut self, text: &str, params: &[Value]) -> Result<u64> {
        let connection = self.connection();
        let statement = connection.prepare_cached(text).await.map_err(failure)?;
        connection.execute(&statement, &as_params(params)).await.map_err(failure)
    }

    /// Runs statements in their order, each for its rows.
    pub(crate) async fn execute_all(&mut self, shop: ShopId, work: &[(&str, &[Vec<Value>])]) -> Result<Vec<u64>> {
        let messages = self.messages(shop, work, together::changes).await?;
        let answers = answers(self.connection(), &messages).await?;
        Ok(answers.iter().map(|answers| answers.iter().map(|answer| answer.touched).sum()).collect())
    }

    /// The rows of statements, in their order, for each of their sets of parameters.
    pub(crate) async fn query_all(&mut self, shop: ShopId, work: &[(&str, &[Vec<Value>])]) -> Result<Vec<Vec<Vec<Row>>>> {
        let messages = self.messages(shop, work, together::answers).await?;
        let answers = answers(self.connection(), &messages).await?;
        Ok(work
            .iter()
            .zip(messages)
            .zip(answers)
            .map(|(((_, sets), messages), answers)| by_set(sets.len(), &messages, answers))
            .collect())
    }

    /// What is sent for each statement: one message for all its rows wherever that can be.
    async fn messages<'a>(
        &self,
        shop: ShopId,
        work: &[(&str, &'a [Vec<Value>])],
        rewrite: fn(&str, &[Type]) -> Option<String>,
    ) -> Result<Vec<Vec<Message<'a>>>> {
        let connection = self.connection();
        let mut messages = Vec::with_capacity(work.len());
        for (text, rows) in work {
            if rows.is_empty() {
                messages.push(Vec::new());
                continue;
            }
            let one = connection.prepare_cached(text).await.map_err(failure)?;
            let many = if rows.len() > 1 { rewrite(text, one.params()) } else { None };
            messages.push(match many {
                Some(many) => vec![Message {
                    statement: connection.prepare_cached(&many).await.map_err(failure)?,
                    params: Params::OfMany(Column::all(shop, rows, &one.params()[1..])),
                }],
                None => rows.iter().map(|row| Message::for_one(&one, shop, row)).collect(),
            });
        }
        Ok(messages)
    }

    /// Tells all nodes once it is committed. The server lets one transaction at a time do so until its commit is over, so whoever
    /// commits all the time must not.
    pub(crate) async fn announce(&mut self, news: &News) -> Result<()> {
        self.execute(listen::NOTIFY, &[Value::from(news.to_text())]).await.map(drop)
    }

    pub(crate) async fn run_script(&mut self, script: &str) -> Result<()> {
        self.connection().batch_execute(script).await.map_err(failure)
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        let connection = self.connection.take().expect("a transaction has its connection until it ends");
        match connection.batch_execute("COMMIT").await {
            Ok(()) => Ok(()),
            // The server answered, so the answer is known; without an answer nobody knows. A farewell is none: the server says it
            // when it ends the connection, and may have committed before.
            Err(error) if error.as_db_error().is_some_and(|said| !is_farewell(said)) => Err(failure(error)),
            Err(error) => Err(Error::CommitUnknown(in_full(&error))),
        }
    }

    pub(crate) async fn rollback(mut self) {
        let connection = self.connection.take().expect("a transaction has its connection until it ends");
        if connection.batch_execute("ROLLBACK").await.is_err() {
            drop(Object::take(connection));
        }
    }

    fn connection(&self) -> &Object {
        self.connection.as_ref().expect("a transaction has its connection until it ends")
    }
}

impl Drop for PostgresTx {
    fn drop(&mut self) {
        // Closing the connection makes the server roll back; a pooled connection must not come back inside a transaction.
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

/// A statement and what it is sent with.
struct Message<'a> {
    statement: Statement,
    params: Params<'a>,
}

/// The shop, and what follows it.
enum Params<'a> {
    OfOne(Value, &'a [Value]),
    OfMany(Vec<Column<'a>>),
}

impl<'a> Message<'a> {
    fn for_one(statement: &Statement, shop: ShopId, row: &'a [Value]) -> Self {
        Self { statement: statement.clone(), params: Params::OfOne(Value::from(shop), row) }
    }

    fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        match &self.params {
            Params::OfOne(shop, row) => std::iter::once(shop).chain(*row).map(|value| value as &(dyn ToSql + Sync)).collect(),
            Params::OfMany(columns) => columns.iter().map(Column::as_param).collect(),
        }
    }
}

/// What one message was answered with.
struct Answer {
    rows: Vec<Row>,
    touched: u64,
}

/// The answers to all messages, by statement.
///
/// Where each statement is one message, all of them are on the wire before the first answer is waited for: a message is sent when
/// it is first polled, and they are polled in their order. After a failure the server refuses whatever follows in the
/// transaction, so the first error is the one that tells why.
async fn answers(connection: &Object, messages: &[Vec<Message<'_>>]) -> Result<Vec<Vec<Answer>>> {
    if messages.iter().all(|messages| messages.len() <= 1) {
        return join_all(messages.iter().map(|messages| one_by_one(connection, messages))).await.into_iter().collect();
    }
    let mut answers = Vec::with_capacity(messages.len());
    for messages in messages {
        answers.push(one_by_one(connection, messages).await?);
    }
    Ok(answers)
}

async fn one_by_one(connection: &Object, messages: &[Message<'_>]) -> Result<Vec<Answer>> {
    let mut answers = Vec::with_capacity(messages.len());
    for message in messages {
        let stream = connection.query_raw(&message.statement, message.params()).await.map_err(failure)?;
        let (mut stream, mut rows) = (std::pin::pin!(stream), Vec::new());
        while let Some(row) = stream.try_next().await.map_err(failure)? {
            rows.push(from_postgres(&row)?);
        }
        answers.push(Answer { rows, touched: stream.rows_affected().unwrap_or(0) });
    }
    Ok(answers)
}

/// The rows of a statement, for each of its sets of parameters.
fn by_set(sets: usize, messages: &[Message<'_>], answers: Vec<Answer>) -> Vec<Vec<Row>> {
    let rows = answers.into_iter().map(|answer| answer.rows);
    let [Message { params: Params::OfMany(_), .. }] = messages else { return rows.collect() };
    let mut by_set = vec![Vec::new(); sets];
    for mut row in rows.flatten() {
        let Some(Value::Int(place)) = row.0.pop() else { panic!("the last column counts the sets of parameters from 1") };
        by_set[usize::try_from(place - 1).expect("the server counts what it was sent")].push(row);
    }
    by_set
}

/// One column of many rows.
enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Column<'a> {
    /// The shop's column and those of the rows.
    fn all(shop: ShopId, rows: &'a [Vec<Value>], kinds: &[Type]) -> Vec<Self> {
        let of_shop = Self::Ints(vec![Some(shop.0); rows.len()]);
        std::iter::once(of_shop).chain(kinds.iter().enumerate().map(|(at, kind)| Self::of(rows, at, kind))).collect()
    }

    fn of(rows: &'a [Vec<Value>], column: usize, kind: &Type) -> Self {
        let values = rows.iter().map(|row| &row[column]);
        match *kind {
            Type::FLOAT8 => {
                Self::Floats(values.map(|value| if let Value::Float(number) = value { Some(*number) } else { None }).collect())
            }
            Type::TEXT => {
                Self::Texts(values.map(|value| if let Value::Text(text) = value { Some(text.as_str()) } else { None }).collect())
            }
            Type::BYTEA => Self::Bytes(
                values.map(|value| if let Value::Bytes(bytes) = value { Some(bytes.as_slice()) } else { None }).collect(),
            ),
            _ => Self::Ints(values.map(|value| if let Value::Int(number) = value { Some(*number) } else { None }).collect()),
        }
    }

    fn as_param(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Ints(values) => values,
            Self::Floats(values) => values,
            Self::Texts(values) => values,
            Self::Bytes(values) => values,
        }
    }
}

async fn query(connection: &Object, text: &str, params: &[Value]) -> Result<Vec<Row>> {
    let statement = connection.prepare_cached(text).await.map_err(failure)?;
    let rows = connection.query(&statement, &as_params(params)).await.map_err(failure)?;
    rows.iter().map(from_postgres).collect()
}

fn as_params(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

fn from_postgres(row: &tokio_postgres::Row) -> Result<Row> {
    (0..row.len()).map(|column| row.try_get::<_, Value>(column).map_err(failure)).collect::<Result<Vec<_>>>().map(Row)
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(match *kind {
            Type::INT8 => Self::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Self::Int(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => Self::Float(f64::from_sql(kind, raw)?),
            Type::BYTEA => Self::Bytes(<&[u8]>::from_sql(kind, raw)?.to_vec()),
            _ => Self::Text(String::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(
            *kind,
            Type::INT8 | Type::INT4 | Type::BOOL | Type::FLOAT8 | Type::BYTEA | Type::TEXT | Type::VARCHAR | Type::NAME
        )
    }
}

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, kind) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(number), &Type::INT8) => number.to_sql(kind, out),
            (Self::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Self::Float(number), &Type::FLOAT8) => number.to_sql(kind, out),
            (Self::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => text.to_sql(kind, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(kind, out),
            (value, kind) => Err(format!("a parameter is {value:?} where the statement wants {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn failure(error: tokio_postgres::Error) -> Error {
    let words = in_full(&error);
    match error.code() {
        None if error.is_closed() => Error::Unreachable(words),
        None => match error.source() {
            Some(source) if source.is::<std::io::Error>() => Error::Unreachable(words),
            _ => Error::Failed(words),
        },
        Some(code) if code.code().starts_with("23") => Error::Constraint(words),
        Some(code) if code.code().starts_with("08") || code.code().starts_with("57P") => Error::Unreachable(words),
        // We were silent for too long in the middle of a transaction.
        Some(&SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT) => Error::Unreachable(words),
        Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::LOCK_NOT_AVAILABLE) => {
            Error::Conflict(words)
        }
        Some(&SqlState::DISK_FULL) => Error::DiskFull(words),
        Some(&SqlState::CHARACTER_NOT_IN_REPERTOIRE) => Error::NulInText,
        Some(_) => Error::Failed(words),
    }
}

fn is_farewell(said: &DbError) -> bool {
    matches!(said.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
}

/// The error with its causes: the driver's own words are often only “db error”.
fn in_full(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    words
}
