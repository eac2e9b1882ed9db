//! A crowd on one thread: every shopper has a connection, asks, waits for the answer, and asks for the next thing.
//!
//! A shopper begins a new visit as soon as the last one is over, so there are always as many at once as there are shoppers. What
//! a visit is, the shoppers know; here are sockets, the count and the latency.

use crate::connection::{Broken, Connection};
use crate::request::Requests;
use crate::response::Response;
use hdrhistogram::Histogram;
use mio::event::Event;
use mio::{Events, Poll, Token};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long the whole crowd may wait for any answer at all.
const PATIENCE: Duration = Duration::from_secs(20);
/// How much is read at once, bytes: more than any page of a shop.
const ROOM_BYTES: usize = 256 << 10;
/// The longest latency that is told apart, microseconds.
const LATENCY_MICROS_MAX: u64 = 60_000_000;
/// How many failures are kept with their words, and after how many the crowd goes home.
const FAILURES_TOLD_MAX: usize = 5;
const FAILURES_MAX: u64 = 1_000;

/// Somebody who visits the shop again and again.
pub trait Shopper {
    /// Writes the first request of a visit.
    fn begin(&mut self, requests: &mut Requests);

    /// Reads the answer to the last request and writes the next one, unless the visit is over.
    fn answered(&mut self, response: &Response<'_>, requests: &mut Requests) -> Step;
}

/// How a visit goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// With the request that was written.
    Next,
    /// It is over, and all went well.
    Done,
    /// It is over because of this.
    Failed(String),
}

/// When no more visits are begun. Those that have begun are finished.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// From this instant on.
    Instant(Instant),
    /// After so many.
    Visits(u64),
}

/// Where a crowd goes and for how long.
pub struct Crowd {
    /// The server.
    pub server: SocketAddr,
    /// The host that requests name: `127.0.0.1:8080`.
    pub host: String,
    /// When it ends.
    pub until: Until,
    /// Tells the time.
    pub clock: fn() -> Instant,
}

/// What a crowd did.
#[derive(Debug)]
pub struct Tally {
    /// Visits that ended well.
    pub done: u64,
    /// Visits that did not.
    pub failed: u64,
    /// Answers to requests of all visits.
    pub answers: u64,
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// From a visit's first request to its last answer, microseconds; only visits that ended well.
    pub latency: Histogram<u64>,
    /// What went wrong, the first few.
    pub failures: Vec<String>,
}

/// A connection and the visit on it.
struct Place {
    connection: Connection,
    began: Instant,
    is_visiting: bool,
}

/// Lets the shoppers visit the shop, each over a connection of its own, until the crowd's end.
///
/// # Errors
/// When the server cannot be reached, or answers nobody any more.
pub fn visit<S: Shopper>(crowd: &Crowd, shoppers: &mut [S]) -> io::Result<Tally> {
    let mut visiting = Visiting::new(crowd)?;
    let began = (crowd.clock)();
    for (at, shopper) in shoppers.iter_mut().enumerate() {
        let connection = visiting.connect(at)?;
        visiting.places.push(Place { connection, began, is_visiting: false });
        visiting.begin(at, shopper)?;
    }
    let mut events = Events::with_capacity(1_024);
    while visiting.visits_open > 0 && visiting.tally.failed < FAILURES_MAX {
        match visiting.poll.poll(&mut events, Some(PATIENCE)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            waited => waited?,
        }
        if events.is_empty() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the server has answered nobody for a long time"));
        }
        for event in &events {
            let at = event.token().0;
            visiting.happened(at, event, &mut shoppers[at])?;
        }
    }
    visiting.tally.elapsed = (crowd.clock)() - began;
    Ok(visiting.tally)
}

/// A crowd at work.
struct Visiting<'a> {
    crowd: &'a Crowd,
    poll: Poll,
    places: Vec<Place>,
    requests: Requests,
    room: Vec<u8>,
    visits_begun: u64,
    visits_open: usize,
    tally: Tally,
}

impl<'a> Visiting<'a> {
    fn new(crowd: &'a Crowd) -> io::Result<Self> {
        let latency = Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3).expect("the bounds are in order");
        let tally = Tally { done: 0, failed: 0, answers: 0, elapsed: Duration::ZERO, latency, failures: Vec::new() };
        Ok(Self {
            crowd,
            poll: Poll::new()?,
            places: Vec::new(),
            requests: Requests::new(&crowd.host),
            room: vec![0; ROOM_BYTES],
            visits_begun: 0,
            visits_open: 0,
            tally,
        })
    }

    fn connect(&self, at: usize) -> io::Result<Connection> {
        Connection::open(self.crowd.server, None, self.poll.registry(), Token(at))
    }

    /// Begins a visit, unless the end has come.
    fn begin<S: Shopper>(&mut self, at: usize, shopper: &mut S) -> io::Result<()> {
        let now = (self.crowd.clock)();
        let is_over = match self.crowd.until {
            Until::Instant(end) => now >= end,
            Until::Visits(visits) => self.visits_begun >= visits,
        };
        if is_over {
            return Ok(());
        }
        self.visits_begun += 1;
        self.visits_open += 1;
        shopper.begin(&mut self.requests);
        let place = &mut self.places[at];
        (place.began, place.is_visiting) = (now, true);
        match place.connection.send(self.requests.bytes()) {
            Ok(()) => Ok(()),
            Err(broken) => self.broke(at, &broken, shopper),
        }
    }

    /// Something can be sent or read.
    fn happened<S: Shopper>(&mut self, at: usize, event: &Event, shopper: &mut S) -> io::Result<()> {
        let place = &mut self.places[at];
        if !place.is_visiting {
            // The server may hang up on whoever has nothing more to ask.
            return Ok(());
        }
        if event.is_writable()
            && let Err(broken) = place.connection.send_rest()
        {
            return self.broke(at, &broken, shopper);
        }
        if !(event.is_readable() || event.is_error()) {
            return Ok(());
        }
        let look = |response: &Response<'_>| (shopper.answered(response, &mut self.requests), response.keeps_alive);
        match place.connection.receive(&mut self.room, look) {
            Ok(None) => Ok(()),
            Ok(Some((step, keeps_alive))) => {
                self.tally.answers += 1;
                if !keeps_alive {
                    self.places[at].connection = self.connect(at)?;
                }
                self.go_on(at, step, shopper)
            }
            Err(broken) => self.broke(at, &broken, shopper),
        }
    }

    fn go_on<S: Shopper>(&mut self, at: usize, step: Step, shopper: &mut S) -> io::Result<()> {
        let place = &mut self.places[at];
        match step {
            Step::Next => {
                return match place.connection.send(self.requests.bytes()) {
                    Ok(()) => Ok(()),
                    Err(broken) => self.broke(at, &broken, shopper),
                };
            }
            Step::Done => {
                let latency = ((self.crowd.clock)() - place.began).as_micros();
                self.tally.done += 1;
                self.tally.latency.saturating_record(u64::try_from(latency).unwrap_or(u64::MAX));
            }
            Step::Failed(why) => self.failed(why),
        }
        self.end(at);
        self.begin(at, shopper)
    }

    /// The connection is gone, and the visit with it. The next visit comes over a new one.
    fn broke<S: Shopper>(&mut self, at: usize, broken: &Broken, shopper: &mut S) -> io::Result<()> {
        self.failed(broken.to_string());
        self.end(at);
        if self.tally.failed >= FAILURES_MAX {
            return Ok(());
        }
        self.places[at].connection = self.connect(at)?;
        self.begin(at, shopper)
    }

    fn failed(&mut self, why: String) {
        self.tally.failed += 1;
        if self.tally.failures.len() < FAILURES_TOLD_MAX {
            self.tally.failures.push(why);
        }
    }

    fn end(&mut self, at: usize) {
        self.places[at].is_visiting = false;
        self.visits_open -= 1;
    }
}
