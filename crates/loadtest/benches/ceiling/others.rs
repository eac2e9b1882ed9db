//! What other tools do against the same server, where they are installed: wrk with a script, and Locust. Each is one process that
//! uses one core, as the generator is.

use super::SECONDS;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A tool and the requests per second that it made.
pub struct Other {
    pub name: &'static str,
    /// `None` where it is not installed or did not say.
    pub per_s: Option<f64>,
}

/// Lets each of them ask for the page at `path`.
pub fn measure(server: SocketAddr, path: &str) -> [Other; 2] {
    [Other { name: "wrk with a script", per_s: wrk(server, path) }, Other { name: "Locust", per_s: locust(server, path) }]
}

fn beside(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/ceiling").join(file)
}

fn said(command: &mut Command, path: &str) -> Option<String> {
    let output = command.env("CEILING_PATH", path).stderr(Stdio::null()).output().ok()?;
    String::from_utf8(output.stdout).ok()
}

/// `Requests/sec: 12345.67`
fn wrk(server: SocketAddr, path: &str) -> Option<f64> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c1000", &format!("-d{SECONDS}s"), "-s"]).arg(beside("wrk.lua")).arg(format!("http://{server}{path}"));
    let said = said(&mut command, path)?;
    said.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?.trim().parse().ok()
}

/// A list with one entry for each kind of request: how many there were, and when the first began and the last ended.
fn locust(server: SocketAddr, path: &str) -> Option<f64> {
    let mut command = Command::new("locust");
    command.args(["--headless", "--users", "100", "--spawn-rate", "100", "--json", "--run-time", &format!("{SECONDS}s")]);
    command.arg("--locustfile").arg(beside("locustfile.py")).args(["--host", &format!("http://{server}")]);
    let said: serde_json::Value = serde_json::from_str(&said(&mut command, path)?).ok()?;
    let number = |key: &str| said[0][key].as_f64();
    Some(number("num_requests")? / (number("last_request_timestamp")? - number("start_time")?))
}
