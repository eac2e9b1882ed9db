//! What an engineer would otherwise do: one transaction per order, measured by PostgreSQL's own tool.

use crate::contest::Sample;
use crate::measure::cpu;
use crate::shop::postmaster;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How an order is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Begin, guarded update, insert, commit.
    Statements,
    /// Update and insert in one statement: a round trip instead of four.
    OneStatement,
}

impl Script {
    const fn text(self) -> &'static str {
        match self {
            Self::Statements => {
                "\\set buyer random(1, 1000000000)\n\
                 BEGIN;\n\
                 UPDATE plain_stock SET units = units - 1 WHERE variant = 1 AND units >= 1;\n\
                 INSERT INTO plain_orders (buyer, variant, price_minor) VALUES (:buyer, 1, 1250);\n\
                 COMMIT;\n"
            }
            Self::OneStatement => {
                "\\set buyer random(1, 1000000000)\n\
                 WITH taken AS (UPDATE plain_stock SET units = units - 1 WHERE variant = 1 AND units >= 1 RETURNING variant)\n\
                 INSERT INTO plain_orders (buyer, variant, price_minor) SELECT :buyer, variant, 1250 FROM taken;\n"
            }
        }
    }
}

const TABLES: &str = "CREATE TABLE plain_stock (variant BIGINT PRIMARY KEY, units BIGINT NOT NULL);
    INSERT INTO plain_stock VALUES (1, 1000000000);
    CREATE TABLE plain_orders (id BIGSERIAL PRIMARY KEY, buyer BIGINT, variant BIGINT, price_minor BIGINT, at TIMESTAMPTZ DEFAULT now())";

/// Ready to be measured.
pub struct Pgbench {
    url: String,
    program: PathBuf,
    postmaster: u32,
    folder: PathBuf,
}

impl Drop for Pgbench {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Pgbench {
    /// Makes its two tables on the cluster.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn prepare(url: &str) -> Result<Self, String> {
        let made =
            Command::new("psql").args(["-q", "-d", url, "-c", TABLES]).status().map_err(|error| format!("psql: {error}"))?;
        if !made.success() {
            return Err("the tables of pgbench could not be made".to_owned());
        }
        let folder = db::testing::fresh_folder("pgbench");
        Ok(Self { url: url.to_owned(), program: newest_program(), postmaster: postmaster(url)?, folder })
    }

    /// Sells for so many seconds, from so many connections.
    ///
    /// # Errors
    /// When pgbench fails.
    pub fn measure(&self, script: Script, clients: usize, seconds: f64) -> Result<Sample, String> {
        let file = self.folder.join("order.sql");
        let log = self.folder.join("log");
        std::fs::write(&file, script.text()).map_err(|error| error.to_string())?;
        std::fs::create_dir_all(&log).map_err(|error| error.to_string())?;
        let before = (cpu::of_family(self.postmaster), cpu::of_own_ended_children());
        let output = Command::new(&self.program)
            .args(["-n", "-M", "prepared", "-l", "-c", &clients.to_string(), "-j", &clients.min(2).to_string()])
            .args(["-T", &seconds.ceil().to_string(), "-f"])
            .arg(&file)
            .arg(&self.url)
            .current_dir(&log)
            .output()
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        let after = (cpu::of_family(self.postmaster), cpu::of_own_ended_children());
        let text = String::from_utf8_lossy(&output.stdout);
        let per_second = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
        let per_second = per_second.ok_or_else(|| format!("pgbench: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
        let micros = latencies(&log)?;
        let _ = std::fs::remove_dir_all(&log);
        let quantile = |quantile: f64| micros[((micros.len() - 1) as f64 * quantile) as usize] as f64 / 1_000.0;
        let thousands = micros.len() as f64 / 1_000.0;
        Ok(Sample {
            per_second,
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
            server: None,
            database: Some((after.0 - before.0) / thousands),
            client: (after.1 - before.1) / thousands,
        })
    }
}

/// Of every transaction in the log's files, microseconds, sorted.
fn latencies(log: &Path) -> Result<Vec<u64>, String> {
    let files = std::fs::read_dir(log).map_err(|error| error.to_string())?;
    let texts = files.flatten().filter_map(|file| std::fs::read_to_string(file.path()).ok());
    let mut micros: Vec<u64> = texts
        .flat_map(|text| {
            let column = |line: &str| line.split(' ').nth(2).and_then(|micros| micros.parse().ok());
            text.lines().filter_map(column).collect::<Vec<u64>>()
        })
        .collect();
    micros.sort_unstable();
    if micros.is_empty() { Err("pgbench sold nothing".to_owned()) } else { Ok(micros) }
}

/// The program itself: the one on the `PATH` may be a script in front of it.
fn newest_program() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin/pgbench")).filter(|program| program.is_file());
    programs.max().unwrap_or_else(|| PathBuf::from("pgbench"))
}
