//! `Db` and `Tx`: the handful of verbs through which everything reaches either engine.

use crate::news::{Listener, News};
use crate::postgres::{PostgresBackend, PostgresTx};
use crate::sqlite::{SqliteBackend, SqliteReadTx, SqliteTx};
use crate::statement::Text;
use crate::{Error, Ids, OpenOptions, PlatformSql, Result, Row, ShopSql, Target, Value};
use commerce::{ShopId, Timestamp};
use std::sync::Arc;

/// A database. Clones share its connections.
#[derive(Clone)]
pub struct Db {
    backend: Arc<Backend>,
    ids: Arc<Ids>,
}

enum Backend {
    Sqlite(SqliteBackend),
    Postgres(Box<PostgresBackend>),
}

impl Db {
    /// Connects, whatever the database holds. An SQLite file is made when absent.
    pub(crate) async fn connect(target: &Target, options: &OpenOptions) -> Result<Self> {
        let backend = match target {
            Target::Folder(folder) => Backend::Sqlite(SqliteBackend::open(folder, options.connections)?),
            Target::Postgres(url) => Backend::Postgres(Box::new(PostgresBackend::open(url, options.connections).await?)),
        };
        Ok(Self { backend: Arc::new(backend), ids: Arc::new(Ids::new(options.process)) })
    }

    /// Where new rows get their ids.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The same database for the order writer, whose runtime it is called on: on PostgreSQL over connections of its own.
    ///
    /// # Errors
    /// When the settings of the connections are not accepted.
    pub fn for_order_writer(&self) -> Result<Self> {
        let backend = match &*self.backend {
            Backend::Sqlite(_) => Arc::clone(&self.backend),
            Backend::Postgres(backend) => Arc::new(Backend::Postgres(Box::new(backend.for_order_writer()?))),
        };
        Ok(Self { backend, ids: Arc::clone(&self.ids) })
    }

    /// `"sqlite"` or `"postgres"`, for messages.
    pub fn engine(&self) -> &'static str {
        match *self.backend {
            Backend::Sqlite(_) => "sqlite",
            Backend::Postgres(_) => "postgres",
        }
    }

    /// What the clock of the database's server says; `None` where there is no server.
    pub(crate) async fn server_time(&self) -> Result<Option<Timestamp>> {
        match &*self.backend {
            Backend::Sqlite(_) => Ok(None),
            Backend::Postgres(backend) => backend.time().await.map(Some),
        }
    }

    /// Lets the database see how large its tables have become, and find rows accordingly; returns how many it looked at. On
    /// SQLite plans do not depend on it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh_statistics(&self) -> Result<usize> {
        match &*self.backend {
            Backend::Sqlite(_) => Ok(0),
            Backend::Postgres(backend) => backend.refresh_statistics().await,
        }
    }

    /// What is told from now on, by this process and, where nodes share the database, by all of them.
    pub fn listen(&self) -> Listener {
        match &*self.backend {
            Backend::Sqlite(backend) => backend.listen(),
            Backend::Postgres(backend) => backend.listen(),
        }
    }

    /// Tells the other nodes, where there can be any.
    pub(crate) async fn tell_others(&self, news: &[News]) -> Result<()> {
        match &*self.backend {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(backend) => backend.tell(news).await,
        }
    }

    /// The rows of a read-only statement about one shop.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn query(&self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<Vec<Row>> {
        self.read_text(sql.text, &with_shop(shop, params)).await
    }

    /// The first row of a read-only statement about one shop, if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn query_opt(&self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(shop, sql, params).await?.into_iter().next())
    }

    /// The rows of a read-only statement about the platform.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn query_platform(&self, sql: PlatformSql, params: &[Value]) -> Result<Vec<Row>> {
        self.read_text(sql.text, params).await
    }

    /// Runs one changing statement about one shop in a transaction of its own; returns how many rows it touched.
    ///
    /// # Errors
    /// When the database fails; then nothing was changed.
    pub async fn execute(&self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let touched = tx.execute(shop, sql, params).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Runs one changing statement about the platform in a transaction of its own; returns how many rows it touched.
    ///
    /// # Errors
    /// When the database fails; then nothing was changed.
    pub async fn execute_platform(&self, sql: PlatformSql, params: &[Value]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let touched = tx.execute_platform(sql, params).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Begins a transaction that may write. On SQLite this waits for the one writing connection. Dropped without
    /// [`Tx::commit`], it changes nothing.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(Tx(match &*self.backend {
            Backend::Sqlite(backend) => TxInner::Sqlite(backend.begin().await?),
            Backend::Postgres(backend) => TxInner::Postgres(backend.begin().await?),
        }))
    }

    /// Begins a transaction that only reads and sees one instant of the database throughout.
    ///
    /// # Errors
    /// When no connection can be had.
    pub async fn begin_read(&self) -> Result<Tx> {
        Ok(Tx(match &*self.backend {
            Backend::Sqlite(backend) => TxInner::SqliteRead(backend.begin_read().await?),
            Backend::Postgres(backend) => TxInner::Postgres(backend.begin_read().await?),
        }))
    }

    /// Prepares a statement without running it, for the test that shows each statement to both engines.
    #[cfg(feature = "testing")]
    pub async fn prepare_only(&self, text: &str) -> Result<()> {
        match &*self.backend {
            Backend::Sqlite(backend) => backend.prepare_only(&text.replace('$', "?")).await,
            Backend::Postgres(backend) => backend.prepare_only(text).await,
        }
    }

    async fn read_text(&self, text: Text, params: &[Value]) -> Result<Vec<Row>> {
        check(params)?;
        match &*self.backend {
            Backend::Sqlite(backend) => backend.query(text.sqlite, params).await,
            Backend::Postgres(backend) => backend.query(text.postgres, params).await,
        }
    }
}

/// A transaction.
pub struct Tx(TxInner);

enum TxInner {
    Sqlite(SqliteTx),
    SqliteRead(SqliteReadTx),
    Postgres(PostgresTx),
}

impl Tx {
    /// `"sqlite"` or `"postgres"`; only the batched order write may ask.
    pub(crate) fn is_sqlite(&self) -> bool {
        !matches!(self.0, TxInner::Postgres(_))
    }

    /// Runs the text of a migration, several statements.
    pub(crate) async fn run_script(&mut self, script: &str) -> Result<()> {
        match &mut self.0 {
            TxInner::Sqlite(tx) => tx.run_script(script),
            TxInner::SqliteRead(_) => Err(Error::Unsuitable("a reading transaction runs no script".into())),
            TxInner::Postgres(tx) => tx.run_script(script).await,
        }
    }

    /// The rows of a statement about one shop (also of one that writes and ends in RETURNING).
    ///
    /// # Errors
    /// When the database fails; the transaction is then of no more use.
    pub async fn query(&mut self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<Vec<Row>> {
        self.query_text(sql.text, &with_shop(shop, params)).await
    }

    /// The first row, if there is one.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn query_opt(&mut self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(shop, sql, params).await?.into_iter().next())
    }

    /// The rows of a statement about the platform.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn query_platform(&mut self, sql: PlatformSql, params: &[Value]) -> Result<Vec<Row>> {
        self.query_text(sql.text, params).await
    }

    /// Runs a statement about one shop; returns how many rows it touched.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn execute(&mut self, shop: ShopId, sql: ShopSql, params: &[Value]) -> Result<u64> {
        self.execute_text(sql.text, &with_shop(shop, params)).await
    }

    /// Runs a statement about the platform; returns how many rows it touched.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn execute_platform(&mut self, sql: PlatformSql, params: &[Value]) -> Result<u64> {
        self.execute_text(sql.text, params).await
    }

    /// Runs one statement for many rows, in their order. On PostgreSQL they travel together.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn execute_many(&mut self, shop: ShopId, sql: ShopSql, rows: &[Vec<Value>]) -> Result<u64> {
        Ok(self.execute_all(shop, &[(sql, rows)]).await?.into_iter().sum())
    }

    /// Runs statements in their order, each for many rows; returns how many rows each of them touched. On PostgreSQL all of it
    /// travels together.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn execute_all(&mut self, shop: ShopId, work: &[(ShopSql, &[Vec<Value>])]) -> Result<Vec<u64>> {
        work.iter().flat_map(|(_, rows)| *rows).try_for_each(|params| check(params))?;
        match &mut self.0 {
            TxInner::Sqlite(tx) => work.iter().map(|(sql, rows)| tx.execute_many(sql.text.sqlite, shop, rows)).collect(),
            TxInner::SqliteRead(_) => Err(Error::Unsuitable("a reading transaction changes nothing".into())),
            TxInner::Postgres(tx) => {
                let work: Vec<_> = work.iter().map(|(sql, rows)| (sql.text.postgres, *rows)).collect();
                tx.execute_all(shop, &work).await
            }
        }
    }

    /// Runs one statement for many sets of parameters and returns the rows of each, in their order. On PostgreSQL they travel
    /// together.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn query_many(&mut self, shop: ShopId, sql: ShopSql, params: &[Vec<Value>]) -> Result<Vec<Vec<Row>>> {
        self.query_all(shop, [(sql, params)]).await.map(|[rows]| rows)
    }

    /// Runs statements in their order, each for many sets of parameters, and returns the rows of each set. On PostgreSQL all of
    /// it travels together.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub async fn query_all<const N: usize>(
        &mut self,
        shop: ShopId,
        work: [(ShopSql, &[Vec<Value>]); N],
    ) -> Result<[Vec<Vec<Row>>; N]> {
        work.iter().flat_map(|(_, params)| *params).try_for_each(|params| check(params))?;
        let answers: Vec<Vec<Vec<Row>>> = match &mut self.0 {
            TxInner::Sqlite(tx) => work.iter().map(|(sql, params)| tx.query_many(sql.text.sqlite, shop, params)).collect(),
            TxInner::SqliteRead(tx) => work.iter().map(|(sql, params)| tx.query_many(sql.text.sqlite, shop, params)).collect(),
            TxInner::Postgres(tx) => {
                let work = work.map(|(sql, params)| (sql.text.postgres, params));
                tx.query_all(shop, &work).await
            }
        }?;
        Ok(answers.try_into().expect("each statement has its answer"))
    }

    /// Has it told once the changes are kept. Never for the order writer: PostgreSQL would commit one batch at a time.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub(crate) async fn announce(&mut self, news: News) -> Result<()> {
        match &mut self.0 {
            TxInner::Sqlite(tx) => tx.announce(news),
            TxInner::SqliteRead(_) => return Err(Error::Unsuitable("a reading transaction has no news".into())),
            TxInner::Postgres(tx) => tx.announce(&news).await?,
        }
        Ok(())
    }

    /// Makes the changes durable. After `Ok` they survive the loss of power.
    ///
    /// # Errors
    /// [`Error::CommitUnknown`] when the changes may or may not have been kept; any other error: they were not.
    pub async fn commit(self) -> Result<()> {
        match self.0 {
            TxInner::Sqlite(tx) => tx.commit(),
            TxInner::SqliteRead(_) => Ok(()),
            TxInner::Postgres(tx) => tx.commit().await,
        }
    }

    /// Gives the changes up. Dropping does the same; on PostgreSQL this keeps the connection for the next one.
    pub async fn rollback(self) {
        match self.0 {
            TxInner::Sqlite(_) | TxInner::SqliteRead(_) => {}
            TxInner::Postgres(tx) => tx.rollback().await,
        }
    }

    async fn query_text(&mut self, text: Text, params: &[Value]) -> Result<Vec<Row>> {
        check(params)?;
        match &mut self.0 {
            TxInner::Sqlite(tx) => tx.query(text.sqlite, params),
            TxInner::SqliteRead(tx) => tx.query(text.sqlite, params),
            TxInner::Postgres(tx) => tx.query(text.postgres, params).await,
        }
    }

    async fn execute_text(&mut self, text: Text, params: &[Value]) -> Result<u64> {
        check(params)?;
        match &mut self.0 {
            TxInner::Sqlite(tx) => tx.execute(text.sqlite, params),
            TxInner::SqliteRead(_) => Err(Error::Unsuitable("a reading transaction changes nothing".into())),
            TxInner::Postgres(tx) => tx.execute(text.postgres, params).await,
        }
    }
}

fn with_shop(shop: ShopId, params: &[Value]) -> Vec<Value> {
    let mut all = Vec::with_capacity(params.len() + 1);
    all.push(Value::Int(shop.0));
    all.extend_from_slice(params);
    all
}

fn check(params: &[Value]) -> Result<()> {
    params.iter().try_for_each(Value::check)
}
