//! Who is measured, in which order, and what each sample holds.

use crate::document;
use crate::pgbench::{Pgbench, Script};
use crate::program::Engine;
use crate::redis::Redis;
use crate::report::{Facts, Line, Report};
use crate::shop::{Errands, Shop};
use crate::table;
use indicatif::{ProgressBar, ProgressStyle};
use std::process::Command;

/// How long everything takes.
pub struct Plan {
    pub rounds: usize,
    /// Of one measurement.
    pub seconds: f64,
    /// Words of which a row's name must contain one; none: every row.
    pub only: Vec<String>,
    pub is_quick: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { rounds: 5, seconds: 3.0, only: Vec::new(), is_quick: false }
    }
}

impl Plan {
    /// One short round.
    pub fn quick() -> Self {
        Self { rounds: 1, seconds: 0.5, is_quick: true, ..Self::default() }
    }
}

/// What one measurement found.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Orders or journeys a second.
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    /// Processor time per thousand of them, seconds. None where there is no such process.
    pub server: Option<f64>,
    pub database: Option<f64>,
    pub client: f64,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub group: Group,
    pub name: &'static str,
    /// Clients, buyers or connections.
    pub at_once: usize,
    kind: Kind,
}

/// Rows that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Single,
    Redis,
    Checkout,
    Journey,
}

impl Group {
    /// What is above the rows.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Single => "One order per transaction, PostgreSQL, no HTTP (pgbench)",
            Self::Redis => "Redis, every write to the disk, no HTTP (redis-benchmark)",
            Self::Checkout => "Doorbuster over HTTP: the checkout's form is sent, the receipt read",
            Self::Journey => "Doorbuster over HTTP, journeys: product, into the cart, checkout, pay, receipt",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Single(Script),
    Redis,
    Ours(Engine, Errands),
}

/// The row against which everything is held: its group, name and clients.
pub const REFERENCE: (Group, &str, usize) = (Group::Single, "pgbench, four statements", 64);

const fn rows() -> [Row; 17] {
    use Engine::{Postgres, Sqlite};
    use Group::{Checkout, Journey, Single};
    const fn row(group: Group, name: &'static str, at_once: usize, kind: Kind) -> Row {
        Row { group, name, at_once, kind }
    }
    const FOUR: Kind = Kind::Single(Script::Statements);
    const ONE: Kind = Kind::Single(Script::OneStatement);
    [
        row(Single, REFERENCE.1, 1, FOUR),
        row(Single, REFERENCE.1, 16, FOUR),
        row(Single, REFERENCE.1, 64, FOUR),
        row(Single, "pgbench, one statement", 1, ONE),
        row(Single, "pgbench, one statement", 64, ONE),
        row(Group::Redis, "Redis, a Lua script", 64, Kind::Redis),
        row(Group::Redis, "Redis, a Lua script", 256, Kind::Redis),
        row(Checkout, "SQLite, one hot variant", 1, Kind::Ours(Sqlite, Errands::Hot)),
        row(Checkout, "SQLite, one hot variant", 64, Kind::Ours(Sqlite, Errands::Hot)),
        row(Checkout, "SQLite, one hot variant", 256, Kind::Ours(Sqlite, Errands::Hot)),
        row(Checkout, "SQLite, 100 variants", 256, Kind::Ours(Sqlite, Errands::Hundred)),
        row(Checkout, "PostgreSQL, one hot variant", 1, Kind::Ours(Postgres, Errands::Hot)),
        row(Checkout, "PostgreSQL, one hot variant", 64, Kind::Ours(Postgres, Errands::Hot)),
        row(Checkout, "PostgreSQL, one hot variant", 256, Kind::Ours(Postgres, Errands::Hot)),
        row(Checkout, "PostgreSQL, 100 variants", 256, Kind::Ours(Postgres, Errands::Hundred)),
        row(Journey, "SQLite, journey", 64, Kind::Ours(Sqlite, Errands::Journey)),
        row(Journey, "PostgreSQL, journey", 64, Kind::Ours(Postgres, Errands::Journey)),
    ]
}

/// Those who can be measured here.
struct Contestants {
    cluster: Option<String>,
    pgbench: Option<Pgbench>,
    redis: Option<Redis>,
    sqlite: Option<Shop>,
    postgres: Option<Shop>,
}

/// Measures everything, prints the table, and writes it down when it is complete.
///
/// # Errors
/// When something cannot be measured, or when an order was lost.
pub fn run(plan: &Plan) -> Result<(), String> {
    let wanted = |row: &Row| {
        let name = format!("{} {}", row.name, row.group.title()).to_lowercase();
        plan.only.is_empty() || plan.only.iter().any(|word| row.name.to_lowercase().contains(word) || *word == name)
    };
    let rows: Vec<Row> = rows().into_iter().filter(wanted).collect();
    if rows.is_empty() {
        return Err(format!("no row's name contains {}", plan.only.join(" or ")));
    }
    let mut contestants = Contestants::start(&rows)?;
    let rows: Vec<Row> = rows.into_iter().filter(|row| !matches!(row.kind, Kind::Redis) || contestants.redis.is_some()).collect();
    let bar = ProgressBar::new((rows.len() * (plan.rounds + 1)) as u64);
    bar.set_style(ProgressStyle::with_template("{bar:32} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
    let warm_up = (plan.seconds / 4.0).min(0.5);
    let mut samples = vec![Vec::new(); rows.len()];
    for round in 0..=plan.rounds {
        for (row, samples) in rows.iter().zip(&mut samples) {
            let which = if round == 0 { "warming up".to_owned() } else { format!("round {round} of {}", plan.rounds) };
            bar.set_message(format!("{which}: {}, {} at once", row.name, row.at_once));
            let sample = contestants.measure(row, if round == 0 { warm_up } else { plan.seconds })?;
            bar.inc(1);
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    bar.set_message("reading the books");
    let proofs = contestants.prove()?;
    let facts = Facts::gather(plan, contestants.redis.as_ref().map(Redis::version), proofs);
    bar.finish_and_clear();
    let lines = rows.iter().zip(&samples).map(|(row, samples)| Line::new(row, samples)).collect();
    let report = Report { facts, lines };
    table::print(&report);
    if plan.is_quick || !plan.only.is_empty() { Ok(()) } else { document::write(&report) }
}

impl Contestants {
    fn start(rows: &[Row]) -> Result<Self, String> {
        let has = |test: fn(&Kind) -> bool| rows.iter().any(|row| test(&row.kind));
        let needs_cluster = has(|kind| matches!(kind, Kind::Single(_) | Kind::Ours(Engine::Postgres, _)));
        let cluster = needs_cluster.then(db::testing::durable_postgres_url);
        let pgbench = match &cluster {
            Some(url) if has(|kind| matches!(kind, Kind::Single(_))) => Some(Pgbench::prepare(url)?),
            _ => None,
        };
        let redis = if has(|kind| matches!(kind, Kind::Redis)) { Redis::start()? } else { None };
        let sqlite = has(|kind| matches!(kind, Kind::Ours(Engine::Sqlite, _))).then(|| Shop::open("SQLite", None));
        let postgres = cluster.clone().filter(|_| has(|kind| matches!(kind, Kind::Ours(Engine::Postgres, _))));
        // A schema of its own, beside that of pgbench.
        let postgres = postgres.map(|_| Shop::open("PostgreSQL", Some(db::testing::durable_postgres_url())));
        Ok(Self { cluster, pgbench, redis, sqlite: sqlite.transpose()?, postgres: postgres.transpose()? })
    }

    fn measure(&mut self, row: &Row, seconds: f64) -> Result<Sample, String> {
        self.settle();
        match row.kind {
            Kind::Single(script) => {
                self.pgbench.as_ref().expect("it was prepared for its rows").measure(script, row.at_once, seconds)
            }
            Kind::Redis => self.redis.as_mut().expect("its rows are left out without it").measure(row.at_once, seconds),
            Kind::Ours(engine, errands) => {
                let shop = if engine == Engine::Sqlite { &mut self.sqlite } else { &mut self.postgres };
                shop.as_mut().expect("it was opened for its rows").measure(errands, row.at_once, seconds)
            }
        }
    }

    /// Nobody pays for what the one before left to be written.
    fn settle(&self) {
        if let Some(url) = &self.cluster {
            let _ = Command::new("psql").args(["-q", "-d", url, "-c", "CHECKPOINT"]).status();
        }
        let _ = Command::new("sync").status();
    }

    /// Whether our books hold and every receipt is an order; one sentence for each shop.
    fn prove(&mut self) -> Result<Vec<String>, String> {
        [&mut self.sqlite, &mut self.postgres].into_iter().flatten().map(|shop| shop.prove()).collect()
    }
}
