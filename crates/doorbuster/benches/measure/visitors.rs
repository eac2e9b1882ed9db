//! People who ask for pages that no edition holds: search, cart, checkout.

use super::demo::{BROWSER, Demo};
use loadtest::arrivals::{Arrivals, Arrived, Visitors, arrive};
use loadtest::buyer::{Buyer, BuyerName, Errand};
use loadtest::crowd::{Crowd, Shopper, Step, Until, visit};
use loadtest::{Cookies, Requests, Response};
use std::time::{Duration, Instant};

/// Who finds out what the server can do: enough that it always has work, and hardly anybody has to be refused.
pub const SEEKERS: usize = 32;
/// Connections of each shop's visitors at once.
const CONNECTIONS_MAX: usize = 4_000;

/// The time.
#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// The requests of one shop's visitors, who have something in the cart.
///
/// # Errors
/// When nothing can be put in it.
pub fn requests(demo: &Demo, shop: &str, word: &str, product: &str) -> Result<Vec<Vec<u8>>, String> {
    let host = demo.host(shop);
    let cookies = fill_cart(demo, &host, product)?;
    let search = format!("/search?q={word}");
    let with_cart = format!("cookie: {}\r\n", cookies.as_str());
    Ok([search.as_str(), "/cart", "/checkout"].into_iter().map(|path| get(&host, path, &with_cart)).collect())
}

/// The request of somebody new for one of a shop's pages.
pub fn look(demo: &Demo, shop: &str, path: &str) -> Vec<u8> {
    get(&demo.host(shop), path, "")
}

fn get(host: &str, path: &str, more: &str) -> Vec<u8> {
    let accepts = "accept: text/html\r\naccept-encoding: gzip";
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: {BROWSER}\r\n{accepts}\r\n{more}\r\n").into_bytes()
}

/// The cookies of somebody who has a product in the cart.
///
/// # Errors
/// When nothing can be put in it.
pub fn fill_cart(demo: &Demo, host: &str, product: &str) -> Result<Cookies, String> {
    let mut buyers = [Buyer::new(BuyerName { crowd: 1, buyer: 1 }, Errand::Cart { product: product.into() })];
    let crowd = Crowd { server: demo.address(), host: host.to_owned(), until: Until::Visits(1), clock: now };
    let tally = visit(&crowd, &mut buyers).map_err(|error| error.to_string())?;
    match tally.failures.first() {
        Some(failure) => Err(format!("{product} at {host} cannot be put in the cart: {failure}")),
        None => Ok(buyers[0].cookies.clone()),
    }
}

/// Asks at a steady rate for so many seconds; whoever is told to come back does so this often.
///
/// # Errors
/// When there are no sockets.
pub fn ask(demo: &Demo, requests: &[Vec<u8>], per_second: f64, seconds: f64, returns_max: u8) -> Result<Arrived, String> {
    // Not in the middle of it: it would be the client's delay that is measured.
    web::serve::descriptors::make_room(2 * CONNECTIONS_MAX);
    let arrivals = Arrivals {
        server: demo.address(),
        requests,
        per_second,
        count: (per_second * seconds).max(1.0) as u64,
        visitors: Visitors::Known,
        connections_max: CONNECTIONS_MAX,
        returns_max,
        clock: now,
    };
    arrive(&arrivals).map_err(|error| error.to_string())
}

/// What the server can do of some requests when it always has work.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// Answers a second when it is asked for one after the other.
    pub mixed: f64,
    /// What each request costs, where their mean costs 1: by the answers a second when it is asked for this one alone.
    pub costs: Vec<f64>,
}

impl Capacity {
    /// As many mixed answers as cost the same as so many of each request. Who is overloaded and prefers checkouts gives fewer
    /// pages for the same work.
    pub fn in_mixed(&self, answered: &[u64]) -> f64 {
        self.costs.iter().zip(answered).map(|(cost, answered)| cost * *answered as f64).sum()
    }
}

/// Measures it, so many seconds for all together and as long again for each alone.
///
/// # Errors
/// When it answers with anything but a page and a refusal.
pub fn capacity(demo: &Demo, shop: &str, requests: &[Vec<u8>], seconds: f64) -> Result<Capacity, String> {
    let mixed = answers_per_second(demo, shop, requests, seconds)?;
    let each = seconds / requests.len() as f64;
    let alone = requests.iter().map(|request| answers_per_second(demo, shop, std::slice::from_ref(request), each));
    let times: Vec<f64> = alone.map(|rate| Ok(1.0 / rate?)).collect::<Result<_, String>>()?;
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    Ok(Capacity { mixed, costs: times.iter().map(|time| time / mean).collect() })
}

fn answers_per_second(demo: &Demo, shop: &str, requests: &[Vec<u8>], seconds: f64) -> Result<f64, String> {
    let mut seekers: Vec<Seeker<'_>> = (0..SEEKERS).map(|at| Seeker { requests, at, answered: 0, refused: 0 }).collect();
    let until = Until::Instant(now() + Duration::from_secs_f64(seconds));
    let crowd = Crowd { server: demo.address(), host: demo.host(shop), until, clock: now };
    let tally = visit(&crowd, &mut seekers).map_err(|error| error.to_string())?;
    let sum = |of: fn(&Seeker<'_>) -> u64| seekers.iter().map(of).sum::<u64>();
    let (answered, refused) = (sum(|seeker| seeker.answered), sum(|seeker| seeker.refused));
    // Whoever is refused asks again at once: then it is no longer pages that it is busy with.
    if refused > answered / 100 {
        return Err(format!("asked by {SEEKERS} at once, the server refuses {refused} times beside {answered} pages"));
    }
    match tally.failures.first() {
        Some(failure) => Err(format!("asked by {SEEKERS} at once, the server fails: {failure}")),
        None => Ok(answered as f64 / tally.elapsed.as_secs_f64()),
    }
}

/// Somebody who asks for one page after the other; each is a visit.
struct Seeker<'a> {
    requests: &'a [Vec<u8>],
    at: usize,
    answered: u64,
    refused: u64,
}

impl Shopper for Seeker<'_> {
    fn begin(&mut self, requests: &mut Requests) {
        self.at += 1;
        requests.whole(&self.requests[self.at % self.requests.len()]);
    }

    fn answered(&mut self, response: &Response<'_>, _: &mut Requests) -> Step {
        match response.status {
            200 => self.answered += 1,
            503 => self.refused += 1,
            status => return Step::Failed(format!("status {status}")),
        }
        Step::Done
    }
}
