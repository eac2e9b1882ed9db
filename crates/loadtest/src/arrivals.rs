//! Arrivals: requests that are sent when their time has come, whether or not the earlier ones were answered. Latency counts from
//! the intended instant, so that a slow server (or a slow client) cannot hide behind whoever did not come.
//!
//! As `crowd`, on one thread; several arrivals at once are several threads.

use crate::connection::{Broken, Connection};
use crate::response::Response;
use hdrhistogram::Histogram;
use mio::net::TcpStream;
use mio::{Events, Poll, Token};
use socket2::{Domain, Socket, Type};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// How long after the last arrival answers are waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much is read at once, bytes: more than any page of a shop.
const ROOM_BYTES: usize = 256 << 10;
/// The longest latency that is told apart, microseconds.
const LATENCY_MICROS_MAX: u64 = 60_000_000;
/// How many failures are kept with their words.
const FAILURES_TOLD_MAX: usize = 5;

/// What arrives where, and how fast.
pub struct Arrivals<'a> {
    /// The server.
    pub server: SocketAddr,
    /// Whole requests, one after the other and again from the first.
    pub requests: &'a [Vec<u8>],
    /// How many arrive a second.
    pub per_second: f64,
    /// How many arrive in all.
    pub count: u64,
    /// Whether each comes over a connection of its own, or over whichever is free.
    pub visitors: Visitors,
    /// Connections at once; who finds none free waits here, and that counts.
    pub connections_max: usize,
    /// How often whoever is told to come back does, when it was told to.
    pub returns_max: u8,
    /// Tells the time.
    pub clock: fn() -> Instant,
}

/// Over which connections requests come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitors {
    /// Everybody is new: a connection for each, from this many addresses of the loopback in turn (a pair of addresses has some
    /// 28,000 ports).
    New {
        /// 1 to 250.
        addresses: u8,
    },
    /// Connections stay open and are used again.
    Known,
}

/// What became of them.
#[derive(Debug)]
pub struct Arrived {
    /// Answered with success or a redirect.
    pub answered: u64,
    /// Answers that told somebody to come back: 503.
    pub refused: u64,
    /// Answers of the first kind that were there before the last person had arrived, of each of the requests.
    pub answered_meanwhile: Vec<u64>,
    /// Requests that were sent before that, of those who came back as well.
    pub asked_meanwhile: u64,
    /// People who were told so once more often than they come back, or would have come back or have waited for less than ten
    /// seconds at the end.
    pub gave_up: u64,
    /// Any other answer, a broken connection, or no answer in time.
    pub failed: u64,
    /// From the first arrival to the last answer.
    pub elapsed: Duration,
    /// From the intended instant to the last byte, microseconds, of those answered.
    pub latency: Histogram<u64>,
    /// The same of those refused.
    pub refusal: Histogram<u64>,
    /// By how much the client itself was late at most, while a connection was free: a large number means that it was the limit.
    pub late_max: Duration,
    /// What went wrong, the first few.
    pub failures: Vec<String>,
}

/// Somebody who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Visitor {
    /// When this request was meant to be sent.
    intended: Instant,
    /// Which of the requests it is: whoever comes back asks for the same.
    asks: usize,
    /// How often they have come back.
    returns: u8,
}

/// A connection and who asks over it.
struct Line {
    connection: Connection,
    visitor: Option<Visitor>,
}

/// Sends them all and waits for the answers, but not for ever.
///
/// # Errors
/// When the system has no sockets.
pub fn arrive(arrivals: &Arrivals<'_>) -> io::Result<Arrived> {
    let mut arriving = Arriving::new(arrivals)?;
    let mut events = Events::with_capacity(1_024);
    loop {
        let now = (arrivals.clock)();
        arriving.send_due(now)?;
        let Some(wait) = arriving.wait(now) else { break };
        match arriving.poll.poll(&mut events, Some(wait)) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            waited => waited?,
        }
        for event in &events {
            arriving.happened(event.token().0, event.is_writable(), event.is_readable() || event.is_error());
        }
    }
    arriving.give_up_on_the_rest();
    Ok(arriving.arrived)
}

/// What of an answer matters here.
struct Answer {
    status: u16,
    keeps_alive: bool,
    /// Seconds.
    retry_after: u64,
}

struct Arriving<'a> {
    arrivals: &'a Arrivals<'a>,
    poll: Poll,
    began: Instant,
    /// By place; `None` where one was closed.
    lines: Vec<Option<Line>>,
    free: Vec<usize>,
    unused: Vec<usize>,
    due: VecDeque<Visitor>,
    /// Who comes back, and when.
    returning: BinaryHeap<Reverse<Visitor>>,
    sent: u64,
    begun: u64,
    open: usize,
    room: Vec<u8>,
    arrived: Arrived,
}

impl<'a> Arriving<'a> {
    fn new(arrivals: &'a Arrivals<'a>) -> io::Result<Self> {
        let histogram = || Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3).expect("the bounds are in order");
        Ok(Self {
            arrivals,
            poll: Poll::new()?,
            began: (arrivals.clock)(),
            lines: Vec::new(),
            free: Vec::new(),
            unused: Vec::new(),
            due: VecDeque::new(),
            returning: BinaryHeap::new(),
            sent: 0,
            begun: 0,
            open: 0,
            room: vec![0; ROOM_BYTES],
            arrived: Arrived {
                answered: 0,
                refused: 0,
                answered_meanwhile: vec![0; arrivals.requests.len()],
                asked_meanwhile: 0,
                gave_up: 0,
                failed: 0,
                elapsed: Duration::ZERO,
                latency: histogram(),
                refusal: histogram(),
                late_max: Duration::ZERO,
                failures: Vec::new(),
            },
        })
    }

    /// When the arrival of this number is meant to be.
    fn intended(&self, number: u64) -> Instant {
        self.began + Duration::from_secs_f64(number as f64 / self.arrivals.per_second)
    }

    /// Sends whoever has arrived and finds a connection.
    fn send_due(&mut self, now: Instant) -> io::Result<()> {
        while self.begun < self.arrivals.count && self.intended(self.begun) <= now {
            let asks = (self.begun % self.arrivals.requests.len() as u64) as usize;
            self.due.push_back(Visitor { intended: self.intended(self.begun), asks, returns: 0 });
            self.begun += 1;
        }
        while let Some(Reverse(visitor)) = self.returning.peek().copied().filter(|Reverse(visitor)| visitor.intended <= now) {
            self.returning.pop();
            self.due.push_back(visitor);
        }
        while let Some(visitor) = self.due.front().copied() {
            let Some(at) = self.line()? else { return Ok(()) };
            self.due.pop_front();
            if self.open < self.arrivals.connections_max {
                self.arrived.late_max = self.arrived.late_max.max(now - visitor.intended);
            }
            self.sent += 1;
            self.arrived.asked_meanwhile += u64::from(now <= self.intended(self.arrivals.count));
            let line = self.lines[at].as_mut().expect("it is open");
            line.visitor = Some(visitor);
            if let Err(broken) = line.connection.send(&self.arrivals.requests[visitor.asks]) {
                self.broke(at, &broken);
            }
        }
        Ok(())
    }

    /// A connection for the next request, if one may be had.
    fn line(&mut self) -> io::Result<Option<usize>> {
        if let Some(at) = self.free.pop() {
            return Ok(Some(at));
        }
        if self.open >= self.arrivals.connections_max {
            return Ok(None);
        }
        let at = self.unused.pop().unwrap_or(self.lines.len());
        let stream = self.connect()?;
        let connection = Connection::over(stream, None, self.poll.registry(), Token(at))?;
        let line = Some(Line { connection, visitor: None });
        if at == self.lines.len() {
            self.lines.push(line)
        } else {
            self.lines[at] = line
        }
        self.open += 1;
        Ok(Some(at))
    }

    fn connect(&self) -> io::Result<TcpStream> {
        let Visitors::New { addresses } = self.arrivals.visitors else { return TcpStream::connect(self.arrivals.server) };
        let socket = Socket::new(Domain::for_address(self.arrivals.server), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        let address = Ipv4Addr::new(127, 0, 0, 2 + (self.sent % u64::from(addresses)) as u8);
        socket.bind(&SocketAddr::new(address.into(), 0).into())?;
        match socket.connect(&self.arrivals.server.into()) {
            Err(error) if error.raw_os_error() != Some(IN_PROGRESS) => return Err(error),
            _ => {}
        }
        Ok(TcpStream::from_std(socket.into()))
    }

    /// How long nothing has to be done; `None` when all is over.
    fn wait(&self, now: Instant) -> Option<Duration> {
        if self.begun < self.arrivals.count {
            let next = self.intended(self.begun);
            return Some(next.saturating_duration_since(now));
        }
        let is_waiting = self.lines.iter().flatten().any(|line| line.visitor.is_some());
        let end = self.intended(self.arrivals.count) + PATIENCE;
        ((is_waiting || !self.due.is_empty() || !self.returning.is_empty()) && now < end)
            .then(|| (end - now).min(Duration::from_millis(50)))
    }

    fn happened(&mut self, at: usize, can_write: bool, can_read: bool) {
        let Some(line) = self.lines[at].as_mut() else { return };
        if can_write && let Err(broken) = line.connection.send_rest() {
            return self.broke(at, &broken);
        }
        if !can_read {
            return;
        }
        let look = |response: &Response<'_>| Answer {
            status: response.status,
            keeps_alive: response.keeps_alive,
            retry_after: response.headers("retry-after").next().and_then(|seconds| seconds.parse().ok()).unwrap_or(0),
        };
        match line.connection.receive(&mut self.room, look) {
            Ok(None) => {}
            Ok(Some(answer)) => self.answered(at, answer),
            Err(broken) => self.broke(at, &broken),
        }
    }

    fn answered(&mut self, at: usize, answer: Answer) {
        let now = (self.arrivals.clock)();
        let Some(visitor) = self.lines[at].as_mut().and_then(|line| line.visitor.take()) else { return self.close(at) };
        let micros = u64::try_from((now - visitor.intended).as_micros()).unwrap_or(u64::MAX);
        self.arrived.elapsed = now - self.began;
        match answer.status {
            200..400 => {
                self.arrived.answered += 1;
                self.arrived.answered_meanwhile[visitor.asks] += u64::from(now <= self.intended(self.arrivals.count));
                self.arrived.latency.saturating_record(micros);
            }
            503 => {
                self.arrived.refused += 1;
                self.arrived.refusal.saturating_record(micros);
                if visitor.returns < self.arrivals.returns_max {
                    let intended = now + Duration::from_secs(answer.retry_after);
                    self.returning.push(Reverse(Visitor { intended, returns: visitor.returns + 1, ..visitor }));
                } else {
                    self.arrived.gave_up += 1;
                }
            }
            status => self.failed(format!("status {status}")),
        }
        if answer.keeps_alive && self.arrivals.visitors == Visitors::Known { self.free.push(at) } else { self.close(at) }
    }

    fn broke(&mut self, at: usize, broken: &Broken) {
        // A server may hang up on whoever has nothing more to ask.
        if self.lines[at].as_ref().is_some_and(|line| line.visitor.is_some()) {
            self.failed(broken.to_string());
        } else {
            self.free.retain(|free| *free != at);
        }
        self.close(at);
    }

    fn close(&mut self, at: usize) {
        self.lines[at] = None;
        self.unused.push(at);
        self.open -= 1;
    }

    fn failed(&mut self, why: String) {
        self.arrived.failed += 1;
        if self.arrived.failures.len() < FAILURES_TOLD_MAX {
            self.arrived.failures.push(why);
        }
    }

    /// Who has not waited for long may still have been answered.
    fn give_up_on_the_rest(&mut self) {
        let asking = self.lines.iter().flatten().filter_map(|line| line.visitor);
        let now = (self.arrivals.clock)();
        let (waited, others): (Vec<Visitor>, Vec<Visitor>) =
            self.due.iter().copied().chain(asking).partition(|visitor| now.duration_since(visitor.intended) >= PATIENCE);
        self.arrived.gave_up += (self.returning.len() + others.len()) as u64;
        for _ in waited {
            self.failed(format!("no answer within {} s", PATIENCE.as_secs()));
        }
    }
}

/// `EINPROGRESS`, as Linux numbers it: the connection is on its way.
const IN_PROGRESS: i32 = 115;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    #[expect(clippy::disallowed_methods, reason = "sockets are driven in real time")]
    fn now() -> Instant {
        Instant::now()
    }

    /// Answers every request, every third one with 503, each connection on a thread of its own; tells who came.
    fn server() -> (SocketAddr, std::sync::mpsc::Receiver<SocketAddr>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let (tell, came) = std::sync::mpsc::sync_channel(1_000);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let _ = stream.peer_addr().map(|peer| tell.send(peer));
                std::thread::spawn(move || answer_all(stream, number));
            }
        });
        (address, came)
    }

    fn answer_all(mut stream: std::net::TcpStream, number: usize) {
        let mut room = [0; 1_024];
        while stream.read(&mut room).is_ok_and(|count| count > 0) {
            let status = if number % 3 == 2 { "503 Service Unavailable" } else { "200 OK" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 5\r\n\r\nHello");
        }
    }

    fn arrivals<'a>(server: SocketAddr, requests: &'a [Vec<u8>], visitors: Visitors) -> Arrivals<'a> {
        Arrivals { server, requests, per_second: 3_000.0, count: 300, visitors, connections_max: 100, returns_max: 0, clock: now }
    }

    #[test]
    fn new_visitors_come_over_connections_and_from_addresses_of_their_own() {
        let (address, came) = server();
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec()];
        let arrived = arrive(&arrivals(address, &requests, Visitors::New { addresses: 5 })).expect("there are sockets");
        assert_eq!((arrived.answered, arrived.refused, arrived.failed), (200, 100, 0), "{:?}", arrived.failures);
        assert_eq!((arrived.latency.len(), arrived.refusal.len()), (200, 100));
        let peers: Vec<SocketAddr> = came.try_iter().collect();
        let mut addresses: Vec<_> = peers.iter().map(SocketAddr::ip).collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!((peers.len(), addresses.len()), (300, 5));
    }

    #[test]
    fn known_visitors_use_their_connections_again() {
        let (address, came) = server();
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec(), b"GET /cart HTTP/1.1\r\n\r\n".to_vec()];
        let arrived = arrive(&arrivals(address, &requests, Visitors::Known)).expect("there are sockets");
        assert_eq!((arrived.answered + arrived.refused, arrived.failed), (300, 0), "{:?}", arrived.failures);
        assert!(arrived.answered_meanwhile.iter().all(|answered| *answered > 0), "{:?}", arrived.answered_meanwhile);
        assert!(came.try_iter().count() <= 100);
    }

    #[test]
    fn whoever_is_told_to_come_back_does_so_often_and_then_gives_up() {
        let (address, _came) = server();
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec()];
        let new = arrivals(address, &requests, Visitors::New { addresses: 5 });
        let arrived = arrive(&Arrivals { returns_max: 2, ..new }).expect("there are sockets");
        assert_eq!((arrived.answered + arrived.gave_up, arrived.failed), (300, 0), "{:?}", arrived.failures);
        assert!(arrived.refused > 100 && arrived.gave_up < 50, "{} refusals, {} gave up", arrived.refused, arrived.gave_up);
    }

    #[test]
    fn a_server_that_is_not_there_is_a_failure_of_each() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let gone = listener.local_addr().expect("it is bound");
        drop(listener);
        let requests = [b"GET / HTTP/1.1\r\n\r\n".to_vec()];
        let arrived = arrive(&arrivals(gone, &requests, Visitors::Known)).expect("there are sockets");
        assert_eq!((arrived.answered, arrived.failed), (0, 300));
    }
}
