//! PostgreSQL: a small pool of connections, each with its statements prepared once.

use crate::{Error, Result, Row, Value};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime};
use std::error::Error as _;
use std::time::Duration;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Config, NoTls, error::SqlState};

/// 15, as `server_version_num` counts.
const VERSION_MIN: i64 = 150_000;
/// How long to wait for a connection before saying that the database cannot be reached.
const CONNECT_WAIT: Duration = Duration::from_secs(10);
/// Requests on the wire before their answers are waited for; bounds the memory that the answers take.
const REQUESTS_IN_FLIGHT: usize = 256;

pub(crate) struct PostgresBackend {
    pool: Pool,
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
        let backend = Self { pool };
        let version = backend.query("SELECT CAST(current_setting('server_version_num') AS BIGINT)", &[]).await?;
        let version: i64 = version.first().map_or(0, |row| row.get(0));
        if version < VERSION_MIN {
            return Err(Error::Unsuitable(format!("PostgreSQL 15 or later is needed, this is {}", version / 10_000)));
        }
        Ok(backend)
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
        self.pool.get().await.map_err(|error| Error::Unreachable(in_full(&error)))
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

    pub(crate) async fn execute_many(&mut self, text: &str, rows: &[Vec<Value>]) -> Result<u64> {
        let connection = self.connection();
        let statement = connection.prepare_cached(text).await.map_err(failure)?;
        let mut touched = 0;
        for window in rows.chunks(REQUESTS_IN_FLIGHT) {
            let params: Vec<_> = window.iter().map(|row| as_params(row)).collect();
            let requests = params.iter().map(|params| connection.execute(&statement, params));
            touched += join_in_order(requests).await?.into_iter().sum::<u64>();
        }
        Ok(touched)
    }

    pub(crate) async fn query_many(&mut self, text: &str, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        let connection = self.connection();
        let statement = connection.prepare_cached(text).await.map_err(failure)?;
        let mut answers = Vec::with_capacity(params.len());
        for window in params.chunks(REQUESTS_IN_FLIGHT) {
            let params: Vec<_> = window.iter().map(|row| as_params(row)).collect();
            let requests = params.iter().map(|params| connection.query(&statement, params));
            for rows in join_in_order(requests).await? {
                answers.push(rows.iter().map(from_postgres).collect::<Result<Vec<_>>>()?);
            }
        }
        Ok(answers)
    }

    pub(crate) async fn run_script(&mut self, script: &str) -> Result<()> {
        self.connection().batch_execute(script).await.map_err(failure)
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        let connection = self.connection.take().expect("a transaction has its connection until it ends");
        match connection.batch_execute("COMMIT").await {
            Ok(()) => Ok(()),
            // The server answered, so the answer is known; without an answer nobody knows.
            Err(error) if error.as_db_error().is_some() => Err(failure(error)),
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

/// Polls every request once before waiting for any answer: the driver puts a request on the wire when it is first polled, so they
/// travel together. Answers come back in the order of the requests.
async fn join_in_order<T, F>(requests: impl Iterator<Item = F>) -> Result<Vec<T>>
where
    F: Future<Output = std::result::Result<T, tokio_postgres::Error>>,
{
    let mut pending: Vec<_> = requests.map(Box::pin).map(Err).collect();
    std::future::poll_fn(|context| {
        let mut waiting = false;
        for slot in &mut pending {
            let Err(request) = slot else { continue };
            match request.as_mut().poll(context) {
                std::task::Poll::Pending => waiting = true,
                std::task::Poll::Ready(answer) => *slot = Ok(answer),
            }
        }
        if waiting { std::task::Poll::Pending } else { std::task::Poll::Ready(()) }
    })
    .await;
    // After the first failure the server refuses the rest of the transaction; the first one, met first here, tells why.
    pending.into_iter().filter_map(std::result::Result::ok).map(|answer| answer.map_err(failure)).collect()
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
