//! In which order everybody is measured.

use crate::clients::{Client, Seen};
use crate::contestants::{self, Contestant, PATHS, Page};
use crate::measure::facts::{date, machine, said};
use crate::measure::numbers::median;
use crate::measure::plan::Plan;
use crate::report::{self, Idle, Line, Report};
use crate::{idle, instructions};

/// Connections at once.
const CONNECTIONS: [usize; 2] = [64, 2_000];
/// Idle connections: a process may open 20,000 files.
const IDLE: usize = 19_000;

/// What one measurement found.
#[derive(Clone, Copy, Debug)]
struct Sample {
    seen: Seen,
    /// Processor time of the server, seconds.
    cpu: f64,
}

/// Measures everything, prints the table, and writes it down unless it was quick.
///
/// # Errors
/// When anything goes wrong, an answer other than 200 included.
pub fn run(plan: &Plan, words: &[String]) -> Result<(), String> {
    let asked_for = |word: &str| words.iter().any(|known| known == word);
    let is_memory_only = asked_for("--memory");
    let instructions = if asked_for("--instructions") {
        eprintln!("instructions for each request: a few minutes under valgrind");
        PATHS.iter().map(|path| Ok((*path, instructions::per_request(path)?))).collect::<Result<_, String>>()?
    } else {
        Vec::new()
    };
    let (ours, pages) = contestants::ours()?;
    let contestants = [ours, contestants::nginx(&pages)?, contestants::plain_axum(&pages)?];
    let mut lines = Vec::new();
    for page in pages.iter().filter(|_| !is_memory_only) {
        for client in [Client::Wrk, Client::H2load] {
            for connections in CONNECTIONS {
                let connections = if plan.is_quick { connections.min(200) } else { connections };
                lines.extend(measure(plan, &contestants, page, client, connections)?);
            }
        }
    }
    let connections = if plan.is_quick { 500 } else { IDLE };
    let mut memory = Vec::new();
    for contestant in &contestants {
        eprintln!("{connections} idle connections: {}", contestant.name);
        let bytes = idle::bytes_per_connection(contestant, connections)?;
        memory.push(Idle { name: contestant.name, connections, bytes });
    }
    let versions = format!("{}, {}", nginx_version(), said("rustc", &["--version"]));
    let report = Report { date: date(), machine: machine(), versions, plan: *plan, lines, memory, instructions };
    report::print(&report);
    if plan.is_quick || is_memory_only { Ok(()) } else { report::write(&report) }
}

/// One page and one client: everybody in turn, several times over.
fn measure(
    plan: &Plan,
    contestants: &[Contestant],
    page: &Page,
    client: Client,
    connections: usize,
) -> Result<Vec<Line>, String> {
    let mut samples = vec![Vec::new(); contestants.len()];
    for round in 0..=plan.rounds {
        for (contestant, samples) in contestants.iter().zip(&mut samples) {
            eprintln!("{} {}, {connections} connections, round {round}: {}", client.name(), page.path, contestant.name);
            let before = contestant.cpu();
            let seconds = if round == 0 { 1.0 } else { plan.seconds };
            let seen = client.ask(contestant.address, &contestant.host, page.path, connections, seconds)?;
            // The first round is to warm up.
            if round > 0 {
                samples.push(Sample { seen, cpu: contestant.cpu() - before });
            }
        }
    }
    let line = |(contestant, samples): (&Contestant, Vec<Sample>)| {
        let of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
        let p99s: Option<Vec<f64>> = samples.iter().map(|sample| sample.seen.p99_ms).collect();
        Line {
            name: contestant.name,
            path: page.path,
            bytes: page.len(),
            client: client.name(),
            connections,
            per_second: of(|sample| sample.seen.per_second),
            per_cpu_second: of(|sample| sample.seen.answers as f64 / sample.cpu),
            p99_ms: p99s.map(median),
        }
    };
    Ok(contestants.iter().zip(samples).map(line).collect())
}

fn nginx_version() -> String {
    let said = std::process::Command::new("nginx").arg("-v").output();
    let text = said.map(|said| String::from_utf8_lossy(&said.stderr).into_owned()).unwrap_or_default();
    text.trim().rsplit('/').next().map_or_else(|| "nginx".to_owned(), |version| format!("nginx {version}"))
}
