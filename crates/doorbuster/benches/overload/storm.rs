//! Ten times as many people as the server can answer, for two minutes.

use super::buyers::Patient;
use crate::measure::cpu;
use crate::measure::demo::{Demo, JUNIPER, PLENTY};
use crate::measure::memory;
use crate::measure::visitors::{ask, capacity, now};
use hdrhistogram::Histogram;
use loadtest::crowd::{Crowd, Until, visit};
use std::thread;
use std::time::Duration;

/// How many times what the server can do.
const TIMES: f64 = 10.0;
/// How often somebody comes back who was told to.
const RETURNS_MAX: u8 = 3;
/// People who buy, one journey after the other.
const BUYERS: u32 = 16;
/// How long the server's capacity is measured, seconds, and how much of it is asked for on a normal day.
const SECONDS: f64 = 10.0;
const NORMAL: f64 = 0.5;
/// How many slices of a second are looked at after the storm.
const SLICES_AFTER: usize = 15;

/// What was found.
pub struct Storm {
    /// Pages a second that the server gives when it always has work.
    pub capacity: f64,
    /// Pages a second that were asked for, those who came back among them.
    pub asked: f64,
    /// Pages a second that were given.
    pub goodput: f64,
    pub answered: u64,
    pub refused: u64,
    pub failed: u64,
    pub failures: Vec<String>,
    /// How long a refusal took, milliseconds.
    pub refusal_p50_ms: f64,
    pub refusal_p99_ms: f64,
    /// How long a page took, milliseconds.
    pub page_p99_ms: f64,
    /// By how much the people themselves were late at most, milliseconds.
    pub late_ms: f64,
    /// Checkouts that were begun, those told to come back after that, and receipts.
    pub begun: u64,
    pub cut_off: u64,
    pub receipts: u64,
    pub buyers_failed: u64,
    /// Resident memory before, at most and after, bytes.
    pub memory: [u64; 3],
    /// p99 on a normal day before, and in each second after the storm, milliseconds.
    pub normal_p99_ms: f64,
    pub after_p99_ms: Vec<f64>,
    /// Processor time of the server per second of the storm.
    pub cores: f64,
}

/// Measures it.
///
/// # Errors
/// When the server cannot be asked.
pub fn measure(demo: &Demo, requests: &[Vec<u8>], seconds: f64) -> Result<Storm, String> {
    let pid = demo.server.pid();
    eprintln!("what the server can do");
    let capacity = capacity(demo, JUNIPER, requests, SECONDS)?;
    // Somebody has bought before: the product's page is printed when it is first asked for.
    let once = Crowd { server: demo.address(), host: demo.host(JUNIPER), until: Until::Visits(1), clock: now };
    let first = visit(&once, &mut [Patient::new(0, PLENTY)]).map_err(|error| error.to_string())?;
    if let Some(failure) = first.failures.first() {
        return Err(format!("nobody can buy: {failure}"));
    }
    eprintln!("a normal day: {:.0} a second", capacity * NORMAL);
    let normal = ask(demo, requests, capacity * NORMAL, SECONDS, 0)?;
    let before = memory::of_process(pid);
    eprintln!("the storm: {:.0} a second for {seconds} s, and {BUYERS} buyers", capacity * TIMES);
    let (began, used) = (now(), cpu::of_process(pid));
    let mut buyers: Vec<Patient> = (1..=BUYERS).map(|buyer| Patient::new(buyer, PLENTY)).collect();
    let until = Until::Instant(began + Duration::from_secs_f64(seconds));
    let crowd = Crowd { server: demo.address(), host: demo.host(JUNIPER), until, clock: now };
    let (stormed, bought) = thread::scope(|scope| {
        let buying = scope.spawn(|| visit(&crowd, &mut buyers));
        let stormed = ask(demo, requests, capacity * TIMES, seconds, RETURNS_MAX);
        (stormed, buying.join().expect("it does not panic"))
    });
    let (stormed, bought) = (stormed?, bought.map_err(|error| error.to_string())?);
    let cores = (cpu::of_process(pid) - used) / began.elapsed().as_secs_f64();
    let peak = memory::peak_of_process(pid);
    eprintln!("after the storm");
    let mut after_p99_ms = Vec::new();
    for _ in 0..SLICES_AFTER {
        after_p99_ms.push(millis(&ask(demo, requests, capacity * NORMAL, 1.0, 0)?.latency, 0.99));
    }
    let sum = |of: fn(&Patient) -> u64| buyers.iter().map(of).sum();
    let storm_seconds = stormed.elapsed.as_secs_f64().max(seconds);
    let asked = stormed.answered + stormed.refused + stormed.failed;
    Ok(Storm {
        capacity,
        asked: asked as f64 / storm_seconds,
        goodput: (stormed.answered + bought.answers) as f64 / storm_seconds,
        answered: stormed.answered,
        refused: stormed.refused,
        failed: stormed.failed,
        failures: [stormed.failures, bought.failures].concat(),
        refusal_p50_ms: millis(&stormed.refusal, 0.5),
        refusal_p99_ms: millis(&stormed.refusal, 0.99),
        page_p99_ms: millis(&stormed.latency, 0.99),
        late_ms: stormed.late_max.as_secs_f64() * 1_000.0,
        begun: sum(|buyer| buyer.begun),
        cut_off: sum(|buyer| buyer.cut_off),
        receipts: sum(Patient::receipts),
        buyers_failed: bought.failed,
        memory: [before, peak, memory::of_process(pid)],
        normal_p99_ms: millis(&normal.latency, 0.99),
        after_p99_ms,
        cores,
    })
}

fn millis(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1_000.0
}
