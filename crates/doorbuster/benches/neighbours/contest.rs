//! How much the server can do, then the steady shop alone, then beside the other at each step.

use crate::measure::demo::{BROWSER, Demo, JUNIPER, QUILLMERE, move_to_client_core};
use crate::measure::facts::{date, machine, said};
use crate::measure::plan::Plan;
use crate::report::{self, Report, Sample, Step};
use loadtest::arrivals::{Arrivals, Arrived, Visitors, arrive};
use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Crowd, Shopper, Step as Go, Until, visit};
use loadtest::{Cookies, Requests, Response};
use std::thread;
use std::time::{Duration, Instant};

/// How many times its share the other shop asks for.
pub const STEPS: [f64; 5] = [1.0, 2.0, 5.0, 10.0, 20.0];
/// What the steady shop asks for, in shares.
const STEADY: f64 = 0.5;
/// Who finds out what the server can do: enough that it always has work.
const SEEKERS: usize = 64;
/// Connections of each shop's visitors at once.
const CONNECTIONS_MAX: usize = 4_000;
/// Whose visitors look for what, and have what in the cart.
const VISITED: [(&str, &str, &str); 2] = [(JUNIPER, "coffee", "night-train"), (QUILLMERE, "tote", "boathouse-tote")];

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Measures, prints the table, and writes it down unless it was quick.
///
/// # Errors
/// When the server cannot be asked.
pub fn run(plan: &Plan) -> Result<(), String> {
    let machine = machine();
    move_to_client_core()?;
    let demo = Demo::start();
    let [steady, other] = VISITED.map(|(shop, word, product)| requests(&demo, shop, word, product));
    let (steady, other) = (steady?, other?);
    let mut capacities = Vec::new();
    let (mut alone, mut steps) = (Vec::new(), vec![Vec::new(); STEPS.len()]);
    for round in 1..=plan.rounds {
        eprintln!("round {round} of {}: what the server can do", plan.rounds);
        let capacity = capacity(&demo, &steady, plan.seconds)?;
        capacities.push(capacity);
        let rate = capacity / 2.0 * STEADY;
        eprintln!("round {round}: the steady shop alone, {rate:.0} a second");
        alone.push(Sample::new(&ask(&demo, &steady, rate, plan.seconds)?, None, rate, capacity));
        for (step, samples) in STEPS.into_iter().zip(&mut steps) {
            eprintln!("round {round}: its neighbour at {step} times its share");
            let beside = || ask(&demo, &other, capacity / 2.0 * step, plan.seconds);
            let (steady, other) = thread::scope(|scope| {
                let other = scope.spawn(beside);
                let steady = ask(&demo, &steady, rate, plan.seconds);
                (steady, other.join().expect("it does not panic"))
            });
            samples.push(Sample::new(&steady?, Some(&other?), rate, capacity));
        }
    }
    let steps = STEPS.into_iter().zip(steps).map(|(times, samples)| Step { times, samples }).collect();
    let versions = said("rustc", &["--version"]);
    let report = Report { date: date(), machine, versions, plan: *plan, capacities, alone, steps };
    report::print(&report);
    if plan.is_quick { Ok(()) } else { report::write(&report) }
}

/// The requests of one shop's visitors, who have something in the cart.
fn requests(demo: &Demo, shop: &str, word: &str, product: &str) -> Result<Vec<Vec<u8>>, String> {
    let host = demo.host(shop);
    let cookies = fill_cart(demo, &host, product)?;
    let get = |path: &str| {
        let cookies = cookies.as_str();
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: {BROWSER}\r\naccept: text/html\r\ncookie: {cookies}\r\n\r\n")
    };
    let search = format!("/search?q={word}");
    Ok([search.as_str(), "/cart", "/checkout"].into_iter().map(|path| get(path).into_bytes()).collect())
}

fn fill_cart(demo: &Demo, host: &str, product: &str) -> Result<Cookies, String> {
    let mut buyers = [Buyer::new(BuyerName { crowd: 1, buyer: 1 }, Errand::Cart { product: product.into() })];
    let crowd = Crowd { server: demo.address(), host: host.to_owned(), until: Until::Visits(1), clock: now };
    let tally = visit(&crowd, &mut buyers).map_err(|error| error.to_string())?;
    match tally.failures.first() {
        Some(failure) => Err(format!("{product} at {host} cannot be put in the cart: {failure}")),
        None => Ok(buyers[0].cookies.clone()),
    }
}

/// Asks at a steady rate for so many seconds.
fn ask(demo: &Demo, requests: &[Vec<u8>], per_second: f64, seconds: f64) -> Result<Arrived, String> {
    let arrivals = Arrivals {
        server: demo.address(),
        requests,
        per_second,
        count: (per_second * seconds).max(1.0) as u64,
        visitors: Visitors::Known,
        connections_max: CONNECTIONS_MAX,
        clock: now,
    };
    arrive(&arrivals).map_err(|error| error.to_string())
}

/// Answers a second when it is asked for the next page as soon as it has answered.
fn capacity(demo: &Demo, requests: &[Vec<u8>], seconds: f64) -> Result<f64, String> {
    let mut seekers: Vec<Seeker<'_>> = (0..SEEKERS).map(|at| Seeker { requests, at }).collect();
    let until = Until::Instant(now() + Duration::from_secs_f64(seconds));
    let crowd = Crowd { server: demo.address(), host: demo.host(JUNIPER), until, clock: now };
    let tally = visit(&crowd, &mut seekers).map_err(|error| error.to_string())?;
    match tally.failures.first() {
        Some(failure) => Err(format!("the server refuses {SEEKERS} at once: {failure}")),
        None => Ok(tally.done as f64 / tally.elapsed.as_secs_f64()),
    }
}

/// Somebody who asks for one page after the other; each is a visit.
struct Seeker<'a> {
    requests: &'a [Vec<u8>],
    at: usize,
}

impl Shopper for Seeker<'_> {
    fn begin(&mut self, requests: &mut Requests) {
        self.at += 1;
        requests.whole(&self.requests[self.at % self.requests.len()]);
    }

    fn answered(&mut self, response: &Response<'_>, _: &mut Requests) -> Go {
        if response.status == 200 { Go::Done } else { Go::Failed(format!("status {}", response.status)) }
    }
}
