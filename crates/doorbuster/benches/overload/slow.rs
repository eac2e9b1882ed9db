//! Clients that are slow on purpose, a thousand of each kind, and what everybody else notices.

use crate::measure::demo::{Demo, JUNIPER, on_client_core};
use crate::measure::visitors::{ask, capacity};
use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};

/// Slow connections of each kind.
const CONNECTIONS: usize = 1_000;
/// How many of them are made a second.
const CONNECTIONS_PER_SECOND: usize = 500;
/// How long everybody else is watched, seconds.
const SECONDS: f64 = 20.0;
/// What everybody else asks for of what the server can do.
const STEADY: f64 = 0.3;

/// slowhttptest's four ways, and connections over which half a request came.
const WAYS: [(&str, &[&str]); 4] = [
    ("heads that never end (slowloris)", &["-H", "-i", "5", "-x", "24"]),
    ("bodies that never end", &["-B", "-i", "5", "-s", "8192", "-x", "10"]),
    ("ranges of a page", &["-R", "-a", "1", "-b", "3000"]),
    ("pages read byte by byte", &["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"]),
];

/// What everybody else noticed.
pub struct Noticed {
    pub of_what: &'static str,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub failed: u64,
}

/// Without slow clients, and beside each kind.
///
/// # Errors
/// When slowhttptest is not there, or the server cannot be asked.
pub fn measure(demo: &Demo, requests: &[Vec<u8>], is_quick: bool) -> Result<Vec<Noticed>, String> {
    let seconds = if is_quick { 4.0 } else { SECONDS };
    let rate = capacity(demo, JUNIPER, requests, seconds.min(5.0))?.mixed * STEADY;
    let watch = |of_what| -> Result<Noticed, String> {
        eprintln!("everybody else beside: {of_what}");
        let arrived = ask(demo, requests, rate, seconds, 0)?;
        let millis = |quantile| arrived.latency.value_at_quantile(quantile) as f64 / 1_000.0;
        let failed = arrived.failed + arrived.refused;
        Ok(Noticed { of_what, p50_ms: millis(0.5), p99_ms: millis(0.99), failed })
    };
    let mut noticed = vec![watch("nobody")?];
    for (name, options) in WAYS {
        let mut slow = slowhttptest(demo, options, seconds)?;
        let watched = watch(name);
        // It ends by itself a moment later.
        let _ = slow.wait();
        noticed.push(watched?);
    }
    let half = half_open(demo.address(), &demo.host(JUNIPER))?;
    noticed.push(watch("half a request on each connection")?);
    drop(half);
    noticed.push(watch("nobody again")?);
    Ok(noticed)
}

fn slowhttptest(demo: &Demo, options: &[&str], seconds: f64) -> Result<Child, String> {
    let page = format!("http://{}/", demo.host(JUNIPER));
    let mut command = on_client_core("slowhttptest");
    command.args(["-c", &CONNECTIONS.to_string(), "-r", &CONNECTIONS_PER_SECOND.to_string(), "-u", &page, "-p", "3"]);
    command.args(["-l", &format!("{seconds:.0}")]).args(options);
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    started.map_err(|error| format!("slowhttptest (Debian: slowhttptest): {error}"))
}

fn half_open(server: SocketAddr, host: &str) -> Result<Vec<TcpStream>, String> {
    let open = || -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(server)?;
        write!(stream, "GET / HTTP/1.1\r\nhost: {host}\r\nx-half:")?;
        Ok(stream)
    };
    (0..CONNECTIONS).map(|_| open().map_err(|error| error.to_string())).collect()
}
