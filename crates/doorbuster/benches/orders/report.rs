//! What was found, as numbers and words; how it is printed and written down is elsewhere.

use crate::contest::{Plan, REFERENCE, Row, Sample};
use crate::measure::facts::{date, machine, postgres, said};
use crate::measure::numbers::median;
use std::io::Write as _;

/// Rival systems' journeys a second through their own public interfaces, measured on a machine of the same kind: name, and with
/// how many buyers at once.
pub const RIVALS: [(&str, usize, f64); 2] = [("Vendure 3.7.3 on PostgreSQL", 64, 5.7), ("Medusa 2.21.2 on PostgreSQL", 16, 0.6)];

/// Everything that was found.
pub struct Report {
    pub facts: Facts,
    pub lines: Vec<Line>,
}

/// A row with the medians of its samples.
pub struct Line {
    pub row: Row,
    pub per_second: f64,
    pub lowest: f64,
    pub highest: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processor seconds per thousand.
    pub server: Option<f64>,
    pub database: Option<f64>,
    pub client: f64,
}

/// Where, when and how it was measured.
pub struct Facts {
    pub date: String,
    pub machine: String,
    pub versions: String,
    /// How long the disk takes to keep four kilobytes, milliseconds: the median of some.
    pub disk_ms: f64,
    pub rounds: usize,
    pub seconds: f64,
    /// What was proved about our orders.
    pub proofs: Vec<String>,
}

impl Report {
    /// How many times as fast as the reference, if that was measured.
    pub fn ratio(&self, per_second: f64) -> Option<f64> {
        let (group, name, at_once) = REFERENCE;
        let is_reference = |row: &Row| row.group == group && row.name == name && row.at_once == at_once;
        self.lines.iter().find(|line| is_reference(&line.row)).map(|reference| per_second / reference.per_second)
    }
}

impl Line {
    /// The medians.
    pub fn new(row: &Row, samples: &[Sample]) -> Self {
        let rates: Vec<f64> = samples.iter().map(|sample| sample.per_second).collect();
        let of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
        let of_some = |value: fn(&Sample) -> Option<f64>| {
            let values: Option<Vec<f64>> = samples.iter().map(value).collect();
            values.map(median)
        };
        Self {
            row: *row,
            lowest: rates.iter().copied().fold(f64::INFINITY, f64::min),
            highest: rates.iter().copied().fold(0.0, f64::max),
            per_second: median(rates),
            p50_ms: of(|sample| sample.p50_ms),
            p99_ms: of(|sample| sample.p99_ms),
            server: of_some(|sample| sample.server),
            database: of_some(|sample| sample.database),
            client: of(|sample| sample.client),
        }
    }
}

impl Facts {
    /// Looks around.
    pub fn gather(plan: &Plan, redis: Option<String>, proofs: Vec<String>) -> Self {
        let redis = redis.map(|version| format!(", Redis {version}")).unwrap_or_default();
        Self {
            date: date(),
            machine: machine(),
            versions: format!("PostgreSQL {}{redis}, {}", postgres(), said("rustc", &["--version"])),
            disk_ms: disk_ms(),
            rounds: plan.rounds,
            seconds: plan.seconds,
            proofs,
        }
    }
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn disk_ms() -> f64 {
    const WRITES: usize = 101;
    let folder = db::testing::fresh_folder("disk");
    let measured = || -> std::io::Result<Vec<f64>> {
        let mut file = std::fs::File::create(folder.join("log"))?;
        (0..WRITES)
            .map(|_| {
                let began = std::time::Instant::now();
                file.write_all(&[7; 4_096])?;
                file.sync_data()?;
                Ok(began.elapsed().as_secs_f64() * 1_000.0)
            })
            .collect()
    };
    let millis = measured().map_or(f64::NAN, median);
    let _ = std::fs::remove_dir_all(folder);
    millis
}

/// Processor seconds per thousand, or a dash where there is no such process.
pub fn cpu(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "–".to_owned(), |seconds| format!("{seconds:.2}"))
}
