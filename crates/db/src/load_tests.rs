//! Load tests that sellers have asked for: which waits, which runs and how far it is, and what came of the last ones.
//!
//! The table is how the desk asks and how whoever runs a test answers, on whichever nodes both are: one test at a time for all
//! shops. What a test does is not known here.

use crate::{Db, Error, Result, Row, Value, params, platform_sql, sql};
use commerce::{FlashSaleId, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many tests of a shop are kept with their reports.
pub const KEPT_MAX: usize = 20;
/// The longest page or data of a report, bytes.
pub const REPORT_BYTES_MAX: usize = 8 << 20;
/// How long after its last sign of life a running test is given up, seconds: whoever ran it has stopped without a word.
const SILENCE_SECONDS_MAX: i64 = 60;

/// A load test of a shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LoadTestId(pub i64);

impl fmt::Display for LoadTestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<LoadTestId> for Value {
    fn from(id: LoadTestId) -> Self {
        Self::Int(id.0)
    }
}

/// Who comes when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadTestPlan {
    /// More and more, each number held for a while.
    Steps,
    /// Everybody at once, as at an opening.
    Drop,
}

impl LoadTestPlan {
    /// As stored, and as forms send it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Drop => "drop",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let known = [Self::Steps, Self::Drop].into_iter().find(|plan| plan.as_str() == text);
        known.ok_or_else(|| Error::Unsuitable(format!("a load test has the plan “{text}”, which this program does not know")))
    }
}

/// What a seller wants to be tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who comes when.
    pub plan: LoadTestPlan,
    /// Shoppers at most, 1 or more.
    pub shoppers: u32,
    /// How long a number of them is held, seconds, 1 or more.
    pub step_seconds: u32,
}

/// A sale that a seller wants to be rehearsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal {
    /// Which.
    pub sale: FlashSaleId,
    /// What it is called.
    pub sale_name: String,
    /// Who is expected, as a plan that `doorbuster forecast` takes; empty where nobody has said.
    pub marketing_plan: String,
}

/// Why a test cannot be had now: one at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupied {
    /// This shop's own, asked for by this seller.
    ByThisShop {
        /// E-mail address.
        asked_by: String,
        /// When.
        asked_at: Timestamp,
    },
    /// Another shop's.
    ByAnother {
        /// When it was asked for.
        asked_at: Timestamp,
    },
}

/// What a running test is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// The shop is copied, and the copy opened.
    Copying,
    /// Shoppers are in the copy.
    Visiting,
    /// The books of the copy are proved.
    Proving,
}

/// How a test with a report ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestVerdict {
    /// Every objective was reached.
    Held,
    /// One was missed.
    LimitFound,
    /// It was stopped before it was through.
    EndedEarly,
    /// The test itself was the limit.
    NotValid,
    /// The books of the copy do not balance.
    BooksWrong,
}

impl TestVerdict {
    /// Every verdict.
    pub const ALL: [Self; 5] = [Self::Held, Self::LimitFound, Self::EndedEarly, Self::NotValid, Self::BooksWrong];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::LimitFound => "limit_found",
            Self::EndedEarly => "ended_early",
            Self::NotValid => "not_valid",
            Self::BooksWrong => "books_wrong",
        }
    }

    fn read(text: &str) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|verdict| verdict.as_str() == text);
        known.ok_or_else(|| Error::Unsuitable(format!("a load test ended as “{text}”, which this program does not know")))
    }
}

/// How far a running test is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestProgress {
    /// What it is at.
    pub stage: Stage,
    /// Which of how many steps, counted from 1.
    pub step: (u32, u32),
    /// Since shoppers began to come, seconds.
    pub elapsed_s: f64,
    /// How long they come as planned, seconds.
    pub total_s: f64,
    /// Shoppers in the copy.
    pub shoppers: u64,
    /// Requests a second.
    pub requests_per_s: u64,
    /// Half of the pages came within, milliseconds.
    pub p50_ms: f64,
    /// 99 % of the pages came within, milliseconds.
    pub p99_ms: f64,
    /// Requests that failed so far.
    pub errors: u64,
    /// Orders so far.
    pub orders: u64,
}

impl TestProgress {
    /// At a stage in which nobody comes.
    pub const fn at(stage: Stage) -> Self {
        Self {
            stage,
            step: (0, 0),
            elapsed_s: 0.0,
            total_s: 0.0,
            shoppers: 0,
            requests_per_s: 0,
            p50_ms: 0.0,
            p99_ms: 0.0,
            errors: 0,
            orders: 0,
        }
    }
}

/// Where a test stands.
#[derive(Clone, Debug, PartialEq)]
pub enum TestState {
    /// It waits for somebody to run it.
    Asked,
    /// It runs.
    Running {
        /// How far it is.
        progress: TestProgress,
        /// Whether it was told to stop.
        is_stopping: bool,
    },
    /// It has come to its end and left a report.
    Finished {
        /// When.
        at: Timestamp,
        /// How it ended.
        verdict: TestVerdict,
        /// What it came to, in a sentence.
        said: String,
    },
    /// It left no report.
    Failed {
        /// When.
        at: Timestamp,
        /// Why, and what to do.
        said: String,
    },
}

/// A test.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadTest {
    /// Which.
    pub id: LoadTestId,
    /// What was wanted.
    pub wanted: Wanted,
    /// What the sale was called, if it is the rehearsal of one.
    pub rehearsed: Option<String>,
    /// E-mail address of the seller.
    pub asked_by: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Where it stands.
    pub state: TestState,
}

/// What a test came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// How it ended.
    pub verdict: TestVerdict,
    /// What it came to, in a sentence.
    pub said: String,
    /// The report as a page.
    pub page: Vec<u8>,
    /// The report as data.
    pub data: Vec<u8>,
}

/// Asks for a test, unless one of whatever shop waits or runs.
///
/// # Errors
/// When the database fails.
pub async fn ask(
    db: &Db,
    shop: ShopId,
    wanted: Wanted,
    asked_by: &str,
    now: Timestamp,
) -> Result<std::result::Result<LoadTestId, Occupied>> {
    ask_either(db, shop, wanted, None, asked_by, now).await
}

/// Asks for the rehearsal of a sale, with so many shoppers at once at most, unless a test of whatever shop waits or runs.
///
/// # Errors
/// When the database fails.
pub async fn ask_rehearsal(
    db: &Db,
    shop: ShopId,
    rehearsal: &Rehearsal,
    shoppers: u32,
    asked_by: &str,
    now: Timestamp,
) -> Result<std::result::Result<LoadTestId, Occupied>> {
    // Of what a test has, only how many are permitted means something here: the rest follows from the sale.
    let wanted = Wanted { plan: LoadTestPlan::Drop, shoppers, step_seconds: 1 };
    ask_either(db, shop, wanted, Some(rehearsal), asked_by, now).await
}

async fn ask_either(
    db: &Db,
    shop: ShopId,
    wanted: Wanted,
    rehearsal: Option<&Rehearsal>,
    asked_by: &str,
    now: Timestamp,
) -> Result<std::result::Result<LoadTestId, Occupied>> {
    let current = platform_sql!(
        "SELECT shop_id, asked_by, asked_at FROM load_tests
         WHERE status = 'asked' OR (status = 'running' AND running_until > $1) ORDER BY asked_at LIMIT 1"
    );
    let insert = sql!(
        "INSERT INTO load_tests (shop_id, load_test_id, status, plan, shoppers, step_seconds, asked_by, asked_at, stop_asked,
             running_until, progress, ended_at, verdict, said)
         VALUES ($1, $2, 'asked', $3, $4, $5, $6, $7, 0, NULL, '', NULL, '', '') ON CONFLICT DO NOTHING"
    );
    let mut tx = db.begin().await?;
    if let Some(row) = tx.query_platform(current, &params![now]).await?.first() {
        tx.rollback().await;
        return Ok(Err(occupied(row, shop)));
    }
    let id = LoadTestId(db.ids().next(now));
    let Wanted { plan, shoppers, step_seconds } = wanted;
    let asked = tx.execute(shop, insert, &params![id, plan.as_str(), shoppers, step_seconds, asked_by, now]).await?;
    if let Some(rehearsal) = rehearsal.filter(|_| asked == 1) {
        keep_rehearsal(&mut tx, shop, id, rehearsal).await?;
    }
    tx.commit().await?;
    if asked == 1 {
        return Ok(Ok(id));
    }
    // Somebody asked in the same instant.
    let rows = db.query_platform(current, &params![now]).await?;
    Ok(Err(rows.first().map_or(Occupied::ByAnother { asked_at: now }, |row| occupied(row, shop))))
}

async fn keep_rehearsal(tx: &mut crate::Tx, shop: ShopId, id: LoadTestId, rehearsal: &Rehearsal) -> Result<()> {
    let keep =
        sql!("INSERT INTO rehearsals (shop_id, load_test_id, sale_id, sale_name, marketing_plan) VALUES ($1, $2, $3, $4, $5)");
    let Rehearsal { sale, sale_name, marketing_plan } = rehearsal;
    tx.execute(shop, keep, &params![id, *sale, sale_name, marketing_plan]).await.map(drop)
}

/// The sale that this test is the rehearsal of; nothing where it is none.
///
/// # Errors
/// When the database fails.
pub async fn rehearsal(db: &Db, shop: ShopId, id: LoadTestId) -> Result<Option<Rehearsal>> {
    let read = sql!("SELECT sale_id, sale_name, marketing_plan FROM rehearsals WHERE shop_id = $1 AND load_test_id = $2");
    let row = db.query_opt(shop, read, &params![id]).await?;
    Ok(row.map(|row| Rehearsal { sale: row.get(0), sale_name: row.get(1), marketing_plan: row.get(2) }))
}

/// The marketing plan with which this sale was rehearsed last, if that is known.
///
/// # Errors
/// When the database fails.
pub async fn last_marketing_plan(db: &Db, shop: ShopId, sale: FlashSaleId) -> Result<Option<String>> {
    let last =
        sql!("SELECT marketing_plan FROM rehearsals WHERE shop_id = $1 AND sale_id = $2 ORDER BY load_test_id DESC LIMIT 1");
    Ok(db.query_opt(shop, last, &params![sale]).await?.map(|row| row.get(0)))
}

fn occupied(row: &Row, shop: ShopId) -> Occupied {
    let asked_at = row.get(2);
    let is_own = row.get::<ShopId>(0) == shop;
    if is_own { Occupied::ByThisShop { asked_by: row.get(1), asked_at } } else { Occupied::ByAnother { asked_at } }
}

/// The test that has waited longest.
///
/// # Errors
/// When the database fails.
pub async fn next_asked(db: &Db) -> Result<Option<(ShopId, LoadTestId, Wanted)>> {
    let next = platform_sql!(
        "SELECT shop_id, load_test_id, plan, shoppers, step_seconds FROM load_tests WHERE status = 'asked'
         ORDER BY asked_at, shop_id, load_test_id LIMIT 1"
    );
    let rows = db.query_platform(next, &[]).await?;
    rows.first().map(|row| Ok((row.get(0), LoadTestId(row.get(1)), read_wanted(row, 2)?))).transpose()
}

/// Ends the tests of which nothing has been heard for a minute; returns how many there were.
///
/// # Errors
/// When the database fails.
pub async fn give_up_silent(db: &Db, now: Timestamp) -> Result<u64> {
    let give_up = platform_sql!(
        "UPDATE load_tests SET status = 'failed', running_until = NULL, ended_at = $1, said = $2
         WHERE status = 'running' AND running_until <= $1"
    );
    let said = "The server that ran this test stopped in the middle of it. Start the test again.";
    db.execute_platform(give_up, &params![now, said]).await
}

/// Claims the right to run a test that was asked for; false when it is no longer waiting.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &Db, shop: ShopId, id: LoadTestId, now: Timestamp) -> Result<bool> {
    let begin = sql!(
        "UPDATE load_tests SET status = 'running', running_until = $3, progress = $4
         WHERE shop_id = $1 AND load_test_id = $2 AND status = 'asked'"
    );
    let values = params![id, until(now), written(&TestProgress::at(Stage::Copying))?];
    Ok(db.execute(shop, begin, &values).await? == 1)
}

/// Tells how far a running test is; whether it is to go on. It is not when somebody has asked it to stop, or it was given up.
///
/// # Errors
/// When the database fails.
pub async fn tell(db: &Db, shop: ShopId, id: LoadTestId, progress: &TestProgress, now: Timestamp) -> Result<bool> {
    let tell = sql!(
        "UPDATE load_tests SET running_until = $3, progress = $4
         WHERE shop_id = $1 AND load_test_id = $2 AND status = 'running' RETURNING stop_asked"
    );
    let mut tx = db.begin().await?;
    let rows = tx.query(shop, tell, &params![id, until(now), written(progress)?]).await?;
    tx.commit().await?;
    Ok(rows.first().is_some_and(|row| !row.get::<bool>(0)))
}

/// Asks a test to stop. One that waits is over at once; one that runs ends as soon as it is told, with a report of what it saw.
/// Whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn ask_to_stop(db: &Db, shop: ShopId, id: LoadTestId, now: Timestamp) -> Result<bool> {
    let waiting = sql!(
        "UPDATE load_tests SET status = 'failed', ended_at = $3, said = $4
         WHERE shop_id = $1 AND load_test_id = $2 AND status = 'asked'"
    );
    let running = sql!("UPDATE load_tests SET stop_asked = 1 WHERE shop_id = $1 AND load_test_id = $2 AND status = 'running'");
    let mut tx = db.begin().await?;
    let said = "It was stopped before it began.";
    let touched = match tx.execute(shop, waiting, &params![id, now, said]).await? {
        0 => tx.execute(shop, running, &params![id]).await?,
        touched => touched,
    };
    tx.commit().await?;
    Ok(touched == 1)
}

/// Keeps the report of a test that has come to its end, and forgets the oldest tests beyond [`KEPT_MAX`]. A test that was given
/// up since keeps no report.
///
/// # Errors
/// When the database fails, or the report is longer than [`REPORT_BYTES_MAX`].
pub async fn finish(db: &Db, shop: ShopId, id: LoadTestId, report: &TestReport, now: Timestamp) -> Result<()> {
    let TestReport { verdict, said, page, data } = report;
    let longest = page.len().max(data.len());
    if longest > REPORT_BYTES_MAX {
        return Err(Error::Unsuitable(format!("the report has {longest} bytes, {REPORT_BYTES_MAX} can be kept")));
    }
    let finish = sql!(
        "UPDATE load_tests SET status = 'finished', running_until = NULL, ended_at = $3, verdict = $4, said = $5
         WHERE shop_id = $1 AND load_test_id = $2 AND status = 'running'"
    );
    let keep = sql!("INSERT INTO load_test_reports (shop_id, load_test_id, page, data) VALUES ($1, $2, $3, $4)");
    let mut tx = db.begin().await?;
    if tx.execute(shop, finish, &params![id, now, verdict.as_str(), said]).await? == 1 {
        tx.execute(shop, keep, &params![id, &page[..], &data[..]]).await?;
    }
    forget_oldest(&mut tx, shop).await?;
    tx.commit().await
}

/// Ends a running test without a report.
///
/// # Errors
/// When the database fails.
pub async fn fail(db: &Db, shop: ShopId, id: LoadTestId, said: &str, now: Timestamp) -> Result<()> {
    let fail = sql!(
        "UPDATE load_tests SET status = 'failed', running_until = NULL, ended_at = $3, said = $4
         WHERE shop_id = $1 AND load_test_id = $2 AND status = 'running'"
    );
    let mut tx = db.begin().await?;
    tx.execute(shop, fail, &params![id, now, said]).await?;
    forget_oldest(&mut tx, shop).await?;
    tx.commit().await
}

async fn forget_oldest(tx: &mut crate::Tx, shop: ShopId) -> Result<()> {
    let forget = sql!(
        "DELETE FROM load_tests WHERE shop_id = $1 AND ended_at IS NOT NULL AND load_test_id NOT IN (
             SELECT load_test_id FROM load_tests WHERE shop_id = $1 ORDER BY load_test_id DESC LIMIT $2)"
    );
    tx.execute(shop, forget, &params![KEPT_MAX]).await.map(drop)
}

/// The tests of a shop, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, shop: ShopId) -> Result<Vec<LoadTest>> {
    let list = sql!(
        "SELECT load_test_id, plan, shoppers, step_seconds, asked_by, asked_at, status, stop_asked, progress,
             ended_at, verdict, said,
             (SELECT sale_name FROM rehearsals
              WHERE rehearsals.shop_id = $1 AND rehearsals.load_test_id = load_tests.load_test_id)
         FROM load_tests WHERE shop_id = $1 ORDER BY load_test_id DESC"
    );
    db.query(shop, list, &[]).await?.iter().map(read_test).collect()
}

/// The report of a test as a page.
///
/// # Errors
/// When the database fails.
pub async fn report_page(db: &Db, shop: ShopId, id: LoadTestId) -> Result<Option<Vec<u8>>> {
    let page = sql!("SELECT page FROM load_test_reports WHERE shop_id = $1 AND load_test_id = $2");
    Ok(db.query_opt(shop, page, &params![id]).await?.map(|row| row.get(0)))
}

/// The report of a test as data.
///
/// # Errors
/// When the database fails.
pub async fn report_data(db: &Db, shop: ShopId, id: LoadTestId) -> Result<Option<Vec<u8>>> {
    let data = sql!("SELECT data FROM load_test_reports WHERE shop_id = $1 AND load_test_id = $2");
    Ok(db.query_opt(shop, data, &params![id]).await?.map(|row| row.get(0)))
}

/// Forgets a test that has ended, with its report; whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn delete(db: &Db, shop: ShopId, id: LoadTestId) -> Result<bool> {
    let delete = sql!("DELETE FROM load_tests WHERE shop_id = $1 AND load_test_id = $2 AND ended_at IS NOT NULL");
    Ok(db.execute(shop, delete, &params![id]).await? == 1)
}

fn until(now: Timestamp) -> Timestamp {
    now.plus_seconds(SILENCE_SECONDS_MAX)
}

fn written(progress: &TestProgress) -> Result<String> {
    serde_json::to_string(progress).map_err(|error| Error::Failed(error.to_string()))
}

fn read_wanted(row: &Row, at: usize) -> Result<Wanted> {
    let plan = LoadTestPlan::read(&row.get::<String>(at))?;
    Ok(Wanted { plan, shoppers: row.get(at + 1), step_seconds: row.get(at + 2) })
}

fn read_test(row: &Row) -> Result<LoadTest> {
    let unread = |error| Error::Unsuitable(format!("the progress of a load test cannot be read: {error}"));
    let ended_at = || row.get::<Option<Timestamp>>(9).unwrap_or_default();
    let state = match row.get::<String>(6).as_str() {
        "asked" => TestState::Asked,
        "running" => {
            TestState::Running { progress: serde_json::from_str(&row.get::<String>(8)).map_err(unread)?, is_stopping: row.get(7) }
        }
        "finished" => {
            TestState::Finished { at: ended_at(), verdict: TestVerdict::read(&row.get::<String>(10))?, said: row.get(11) }
        }
        _ => TestState::Failed { at: ended_at(), said: row.get(11) },
    };
    let (asked_by, asked_at) = (row.get(4), row.get(5));
    Ok(LoadTest { id: LoadTestId(row.get(0)), wanted: read_wanted(row, 1)?, rehearsed: row.get(12), asked_by, asked_at, state })
}
