//! The clients: wrk and h2load, run on their own core, and what they say.

use crate::measure::demo::{BROWSER, on_client_core};
use std::net::SocketAddr;

/// How much longer than asked a client may take, seconds.
const PATIENCE_SECONDS: f64 = 30.0;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Wrk,
    H2load,
}

/// What a client saw.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub answers: u64,
    pub per_second: f64,
    /// `None`: this client does not tell.
    pub p99_ms: Option<f64>,
}

impl Client {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wrk => "wrk",
            Self::H2load => "h2load",
        }
    }

    /// Asks for a page again and again over so many connections.
    ///
    /// # Errors
    /// When anything but 200 was answered, or a connection failed.
    pub fn ask(self, server: SocketAddr, host: &str, path: &str, connections: usize, seconds: f64) -> Result<Seen, String> {
        let asking = Asking { server, host, path, connections, patience: seconds + PATIENCE_SECONDS };
        match self {
            Self::Wrk => asking.wrk(seconds),
            Self::H2load => {
                // Asked for so many seconds it sometimes never ends; so it is asked for as many requests as take that long.
                let first = asking.h2load(connections * 10)?;
                let rest = asking.h2load(connections.max((first.per_second * seconds) as usize))?;
                Ok(Seen { answers: first.answers + rest.answers, ..rest })
            }
        }
    }
}

/// Which page is asked for, and how.
struct Asking<'a> {
    server: SocketAddr,
    host: &'a str,
    path: &'a str,
    connections: usize,
    /// Seconds.
    patience: f64,
}

impl Asking<'_> {
    fn wrk(&self, seconds: f64) -> Result<Seen, String> {
        let (host, seconds) = (format!("Host: {}", self.host), format!("{:.0}", seconds.max(1.0)));
        let address = format!("http://{}{}", self.server, self.path);
        read_wrk(&self.run("wrk", &["-d", &seconds, "--latency", "-H", &host, &address])?)
    }

    fn h2load(&self, requests: usize) -> Result<Seen, String> {
        let (requests, server, page) =
            (requests.to_string(), self.server.to_string(), format!("http://{}{}", self.host, self.path));
        read_h2load(&self.run("h2load", &["--h1", "-n", &requests, "--connect-to", &server, &page])?)
    }

    /// What a client prints.
    fn run(&self, client: &str, arguments: &[&str]) -> Result<String, String> {
        let headers = ["Accept-Encoding: gzip".to_owned(), format!("User-Agent: {BROWSER}"), "Accept-Language: de".to_owned()];
        let mut command = on_client_core("timeout");
        command.args([&format!("{:.0}", self.patience), client, "-t", "1", "-c", &self.connections.to_string()]);
        headers.iter().for_each(|header| _ = command.args(["-H", header]));
        let said = command.args(arguments).output().map_err(|error| format!("{client}: {error}"))?;
        Ok(format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr)))
    }
}

fn read_wrk(text: &str) -> Result<Seen, String> {
    let failed = |why: &str| format!("wrk: {why}:\n{text}");
    if text.contains("Socket errors") {
        return Err(failed("connections failed"));
    }
    if text.contains("Non-2xx") {
        return Err(failed("not every answer was 200"));
    }
    let line = |name: &str| text.lines().map(str::trim).find_map(|line| line.strip_prefix(name).map(str::trim));
    let answers = text.lines().find_map(|line| line.trim().split_once(" requests in ")).and_then(|(count, _)| count.parse().ok());
    let per_second = line("Requests/sec:").and_then(|rate| rate.parse().ok());
    let (answers, per_second) = answers.zip(per_second).ok_or_else(|| failed("it did not come to an end"))?;
    Ok(Seen { answers, per_second, p99_ms: line("99%").and_then(millis) })
}

fn read_h2load(text: &str) -> Result<Seen, String> {
    let failed = |why: &str| format!("h2load: {why}:\n{text}");
    // requests: 600 total, 601 started, 600 done, 600 succeeded, 0 failed, 0 errored, 0 timeout
    let line = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
    let counted = |line: &str, what: &str| {
        let parts = line.split(',').map(str::trim);
        parts.filter_map(|part| part.split_once(' ')).find(|(_, name)| *name == what).and_then(|(count, _)| count.parse().ok())
    };
    let requests = line("requests:").ok_or_else(|| failed("it did not come to an end"))?;
    let count = |what| counted(requests, what).unwrap_or(0_u64);
    let of_200 = line("status codes:").and_then(|codes| counted(codes, "2xx")).unwrap_or(0_u64);
    if count("errored") + count("timeout") + count("failed") > 0 || of_200 < count("succeeded") {
        return Err(failed("not every answer was 200"));
    }
    let per_second = line("finished in ").and_then(|rest| rest.split(", ").nth(1)?.strip_suffix(" req/s")?.parse().ok());
    Ok(Seen { answers: count("succeeded"), per_second: per_second.ok_or_else(|| failed("it tells no rate"))?, p99_ms: None })
}

/// `1.25ms`, `830.00us`, `2.01s` in milliseconds.
fn millis(text: &str) -> Option<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0), ("m", 60_000.0)];
    units.iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}
