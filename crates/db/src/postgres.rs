//! PostgreSQL: a small pool of connections, each with its statements prepared once.

mod together;

use crate::{Error, Result, Row, Value};
use commerce::ShopId;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
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

pub(crate) struct PostgresBackend {
    pool: Pool,
    /// Drives every connection. The order writer has a runtime of its own: a connection made there would stand still while a
    /// batch is decided, and end with the writer, whoever holds it.
    runtime: Handle,
}

impl PostgresBackend {
    pub(crate) async fn open(url: &str, connections: usize) -> Result<Self> {
        let mut config: Config =
            url.parse().map_err(|error| Error::Unsuitable(format!("the address of the database is not understood: {error}")))?;
        config.application_name("doorbuster").connect_timeout(CONNECT_WAIT);
        let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(connections.clamp(2, 64))
            .wait_timeout(Some(CONNECT_WAIT))
            .create_timeout(Some(CONNECT_WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Unsuitable(error.to_string()))?;
        let backend = Self { pool, runtime: Handle::current() };
        backend.check().await?;
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

    pub(crate) async fn query(&self, text: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(&self.connection().await?, text, params).await
    }

    pub(crate) async fn begin(&self, begin: &str) -> Result<PostgresTx> {
        let connection = self.connection().await?;
        connection.batch_execute(begin).await.map_err(failure)?;
        Ok(PostgresTx { connection: Some(connection) })
    }

    #[cfg(feature = "testing")]
    pub(crate) async fn prepare_only(&self, text: &str) -> Result<()> {
        self.connection().await?.prepare(text).await.map(drop).map_err(failure)
    }

    async fn connection(&self) -> Result<Object> {
        let pool = self.pool.clone();
        match self.runtime.spawn(async move { pool.get().await }).await {
            Ok(connection) => connection.map_err(|error| Error::Unreachable(in_full(&error))),
            Err(error) => Err(Error::Unreachable(in_full(&error))),
        }
    }
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

    pub(crate) async fn execute_many(&mut self, text: &str, shop: ShopId, rows: &[Vec<Value>]) -> Result<u64> {
        let Some(together) = self.together(text, shop, rows, together::changes).await? else {
            let mut touched = 0;
            for params in rows {
                touched += self.execute(text, &[&[Value::from(shop)], params.as_slice()].concat()).await?;
            }
            return Ok(touched);
        };
        self.connection().execute(&together.statement, &together.params()).await.map_err(failure)
    }

    pub(crate) async fn query_many(&mut self, text: &str, shop: ShopId, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        let Some(together) = self.together(text, shop, params, together::answers).await? else {
            let mut answers = Vec::with_capacity(params.len());
            for params in params {
                answers.push(self.query(text, &[&[Value::from(shop)], params.as_slice()].concat()).await?);
            }
            return Ok(answers);
        };
        let rows = self.connection().query(&together.statement, &together.params()).await.map_err(failure)?;
        let mut answers = vec![Vec::new(); params.len()];
        for row in &rows {
            let mut row = from_postgres(row)?;
            let Some(Value::Int(place)) = row.0.pop() else { panic!("the last column counts the sets of parameters from 1") };
            answers[usize::try_from(place - 1).expect("the server counts what it was sent")].push(row);
        }
        Ok(answers)
    }

    /// The statement for all rows at once; `None` where one by one is as good, or the only way.
    async fn together<'a>(
        &self,
        text: &str,
        shop: ShopId,
        rows: &'a [Vec<Value>],
        rewrite: fn(&str, &[Type]) -> Option<String>,
    ) -> Result<Option<Together<'a>>> {
        if rows.len() < 2 || rows[0].is_empty() {
            return Ok(None);
        }
        let connection = self.connection();
        let one = connection.prepare_cached(text).await.map_err(failure)?;
        let Some(many) = rewrite(text, one.params()) else { return Ok(None) };
        let statement = connection.prepare_cached(&many).await.map_err(failure)?;
        let columns = (0..rows[0].len()).map(|column| Column::of(rows, column, &one.params()[column + 1])).collect();
        Ok(Some(Together { statement, shop: Value::from(shop), columns }))
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

/// A statement for many rows, and their columns.
struct Together<'a> {
    statement: Statement,
    shop: Value,
    columns: Vec<Column<'a>>,
}

impl Together<'_> {
    fn params(&self) -> Vec<&(dyn ToSql + Sync)> {
        let shop: &(dyn ToSql + Sync) = &self.shop;
        std::iter::once(shop).chain(self.columns.iter().map(Column::as_param)).collect()
    }
}

/// One column of many rows.
enum Column<'a> {
    Ints(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Texts(Vec<Option<&'a str>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Column<'a> {
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
