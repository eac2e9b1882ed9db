//! More people than the server can answer, two, five and ten times as many.

use super::buyers::Patient;
use crate::measure::cpu;
use crate::measure::demo::{Demo, JUNIPER, PLENTY};
use crate::measure::memory;
use crate::measure::visitors::{Capacity, SEEKERS, ask, capacity, fill_cart, look, now};
use hdrhistogram::Histogram;
use loadtest::crowd::{Crowd, Until, visit};
use std::thread;
use std::time::Duration;

/// How many times what the server can do.
const TIMES: [f64; 3] = [2.0, 5.0, 10.0];
/// How often somebody comes back who was told to.
const RETURNS_MAX: u8 = 3;
/// People who have filled their carts and buy, one time after the other.
pub const BUYERS: u32 = 16;
/// Frozen pages that others ask for meanwhile, a second.
pub const FROZEN_PER_SECOND: f64 = 200.0;
/// How long the server's capacity is measured, seconds, and how much of it is asked for on a normal day.
const SECONDS: f64 = 10.0;
const NORMAL: f64 = 0.5;
/// How many slices of a second are looked at after a storm.
const SLICES_AFTER: usize = 15;

/// What was found.
pub struct Found {
    /// What the server gives when it always has work: pages, and receipts to buyers a second.
    pub capacity: Capacity,
    pub purchases: f64,
    /// p99 on a normal day, milliseconds.
    pub normal_p99_ms: f64,
    /// Resident memory before the storms and after them, bytes.
    pub memory: [u64; 2],
    /// One after the other.
    pub storms: Vec<Storm>,
}

/// One storm.
pub struct Storm {
    /// How many times what the server can do was to be asked for, and how long.
    pub times: f64,
    pub seconds: f64,
    /// Pages a second that were asked for, those who came back among them.
    pub asked: f64,
    /// Pages a second that were given; and all that was given, counted in mixed pages of the same cost.
    pub given: f64,
    pub goodput: f64,
    pub refused: u64,
    pub failed: u64,
    pub failures: Vec<String>,
    /// How long a refusal took, milliseconds.
    pub refusal_p50_ms: f64,
    pub refusal_p99_ms: f64,
    /// How long a page took that was given, milliseconds.
    pub page_p99_ms: f64,
    /// How long a frozen page took, and how many were not answered.
    pub frozen_p50_ms: f64,
    pub frozen_p99_ms: f64,
    pub frozen_failed: u64,
    /// By how much the people themselves were late at most, milliseconds.
    pub late_ms: f64,
    /// Checkouts that were begun, those told to come back after that, and receipts.
    pub begun: u64,
    pub cut_off: u64,
    pub receipts: u64,
    pub buyers_failed: u64,
    /// Resident memory at most until now, bytes.
    pub memory: u64,
    /// p99 on a normal day in each second after it, milliseconds.
    pub after_p99_ms: Vec<f64>,
    /// Processor time of the server per second of the storm.
    pub cores: f64,
}

/// Measures it.
///
/// # Errors
/// When the server cannot be asked.
pub fn measure(demo: &Demo, requests: &[Vec<u8>], seconds: f64) -> Result<Found, String> {
    let pid = demo.server.pid();
    eprintln!("what the server can do");
    let capacity = capacity(demo, JUNIPER, requests, SECONDS)?;
    eprintln!("a normal day: {:.0} a second", capacity.mixed * NORMAL);
    let normal = ask(demo, requests, capacity.mixed * NORMAL, SECONDS, 0)?;
    let purchases = purchases(demo)?;
    let before = memory::of_process(pid);
    let mut found =
        Found { capacity, purchases, normal_p99_ms: millis(&normal.latency, 0.99), memory: [before; 2], storms: Vec::new() };
    for times in TIMES {
        eprintln!("a storm: {:.0} a second for {seconds} s, and {BUYERS} buyers", found.capacity.mixed * times);
        found.storms.push(storm(demo, requests, &found, times, seconds)?);
    }
    found.memory[1] = memory::of_process(pid);
    Ok(found)
}

/// Receipts a second when there are only buyers, and always some who wait.
fn purchases(demo: &Demo) -> Result<f64, String> {
    let mut buyers = buyers(demo, 0, SEEKERS as u32)?;
    let until = Until::Instant(now() + Duration::from_secs_f64(SECONDS));
    let crowd = Crowd { server: demo.address(), host: demo.host(JUNIPER), until, clock: now };
    let tally = visit(&crowd, &mut buyers).map_err(|error| error.to_string())?;
    match tally.failures.first() {
        Some(failure) => Err(format!("{SEEKERS} buyers: {failure}")),
        None => Ok(buyers.iter().map(Patient::receipts).sum::<u64>() as f64 / tally.elapsed.as_secs_f64()),
    }
}

fn buyers(demo: &Demo, crowd: u16, count: u32) -> Result<Vec<Patient>, String> {
    let host = demo.host(JUNIPER);
    (1..=count).map(|buyer| Ok(Patient::new(crowd, buyer, fill_cart(demo, &host, PLENTY)?))).collect()
}

fn storm(demo: &Demo, requests: &[Vec<u8>], able: &Found, times: f64, seconds: f64) -> Result<Storm, String> {
    let (pid, host) = (demo.server.pid(), demo.host(JUNIPER));
    let capacity = &able.capacity;
    let mut buyers = buyers(demo, times as u16, BUYERS)?;
    let front_page = [look(demo, JUNIPER, "/")];
    let (began, used) = (now(), cpu::of_process(pid));
    let until = Until::Instant(began + Duration::from_secs_f64(seconds));
    let crowd = Crowd { server: demo.address(), host: host.clone(), until, clock: now };
    let (stormed, frozen, bought, cores) = thread::scope(|scope| {
        let buying = scope.spawn(|| visit(&crowd, &mut buyers));
        let looking = scope.spawn(|| {
            let frozen = ask(demo, &front_page, FROZEN_PER_SECOND, seconds, 0);
            (frozen, (cpu::of_process(pid) - used) / began.elapsed().as_secs_f64())
        });
        let stormed = ask(demo, requests, capacity.mixed * times, seconds, RETURNS_MAX);
        let (frozen, cores) = looking.join().expect("it does not panic");
        (stormed, frozen, buying.join().expect("it does not panic"), cores)
    });
    let (stormed, frozen, bought) = (stormed?, frozen?, bought.map_err(|error| error.to_string())?);
    let peak = memory::peak_of_process(pid);
    let mut after_p99_ms = Vec::new();
    for _ in 0..SLICES_AFTER {
        after_p99_ms.push(millis(&ask(demo, requests, capacity.mixed * NORMAL, 1.0, 0)?.latency, 0.99));
    }
    let sum = |of: fn(&Patient) -> u64| buyers.iter().map(of).sum();
    let given = &stormed.answered_meanwhile;
    let bought_in_mixed = sum(Patient::receipts) as f64 * capacity.mixed / able.purchases;
    Ok(Storm {
        times,
        seconds,
        asked: stormed.asked_meanwhile as f64 / seconds,
        given: given.iter().sum::<u64>() as f64 / seconds,
        goodput: (capacity.in_mixed(given) + bought_in_mixed) / seconds,
        refused: stormed.refused,
        failed: stormed.failed,
        failures: [stormed.failures, frozen.failures, bought.failures].concat(),
        refusal_p50_ms: millis(&stormed.refusal, 0.5),
        refusal_p99_ms: millis(&stormed.refusal, 0.99),
        page_p99_ms: millis(&stormed.latency, 0.99),
        frozen_p50_ms: millis(&frozen.latency, 0.5),
        frozen_p99_ms: millis(&frozen.latency, 0.99),
        frozen_failed: frozen.failed + frozen.refused,
        late_ms: stormed.late_max.as_secs_f64() * 1_000.0,
        begun: sum(|buyer| buyer.begun),
        cut_off: sum(|buyer| buyer.cut_off),
        receipts: sum(Patient::receipts),
        buyers_failed: bought.failed,
        memory: peak,
        after_p99_ms,
        cores,
    })
}

fn millis(histogram: &Histogram<u64>, quantile: f64) -> f64 {
    histogram.value_at_quantile(quantile) as f64 / 1_000.0
}
