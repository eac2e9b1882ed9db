//! The load test: what may be tested, the test that runs, and what came of the last ones.

use super::SaleToRehearse;
use crate::admin::form::Form;
use commerce::Timestamp;
use db::load_tests::LoadTestId;
use serde::Serialize;

/// The load test.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LoadTestShow {
    /// What may be tested; `None`: the operator has not permitted it.
    pub permitted: Option<Permitted>,
    /// The test that waits or runs.
    pub current: Option<CurrentTest>,
    /// What a new one shall be.
    pub form: Form,
    /// Sales that are to come and can be rehearsed.
    pub sales: Vec<SaleToRehearse>,
    /// Those that have ended, the newest first.
    pub rows: Vec<LoadTestRow>,
    /// How many are kept.
    pub kept_max: usize,
}

/// What may be tested.
#[derive(Clone, Debug, Serialize)]
pub struct Permitted {
    /// Shoppers at most.
    pub shoppers_max: u32,
    /// The same in groups of three.
    pub shoppers_max_told: String,
    /// How long a step may be, seconds.
    pub step_seconds: (i64, i64),
}

/// The test that waits or runs.
#[derive(Clone, Debug, Serialize)]
pub struct CurrentTest {
    /// Which.
    pub id: LoadTestId,
    /// What is tested, in a few words.
    pub what: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// What happens at the moment, in a sentence.
    pub doing: String,
    /// How much of the visit is over, per cent; `None` while nobody visits.
    pub percent: Option<u32>,
    /// Whether it was told to stop.
    pub is_stopping: bool,
    /// What is measured, while shoppers are there.
    pub figures: Option<TestFigures>,
}

/// What a running test measures.
#[derive(Clone, Debug, Serialize)]
pub struct TestFigures {
    /// Shoppers in the copy.
    pub shoppers: String,
    /// Requests a second.
    pub requests_per_s: String,
    /// Half of the pages came within.
    pub half_within: String,
    /// 99 of 100 pages came within.
    pub most_within: String,
    /// Requests that failed so far.
    pub errors: String,
    /// Whether any did.
    pub has_errors: bool,
    /// Orders so far.
    pub orders: String,
}

/// A test that has ended.
#[derive(Clone, Debug, Serialize)]
pub struct LoadTestRow {
    /// Which.
    pub id: LoadTestId,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What was tested, in a few words.
    pub what: String,
    /// How it ended, as pills call it.
    pub state: &'static str,
    /// What it came to, in a sentence.
    pub said: String,
    /// Whether there is a report.
    pub has_report: bool,
    /// Who asked for it.
    pub asked_by: String,
}
