//! A shop in miniature that goes wrong when told: it loses orders, sells what it does not have, says that all is well on pages
//! that are broken, and stops answering for a while. Its pages, forms and addresses are those of Doorbuster, with one product.
//!
//! One thread, no clock: what goes wrong is counted, so that the same requests meet the same faults.

mod desk;
mod pages;

use desk::Desk;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token, Waker};
use std::collections::HashMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// The one product's address and its variant.
pub const PRODUCT: &str = "/products/night-train";
pub const VARIANT: i64 = 17;

const DOOR: Token = Token(0);
const END: Token = Token(1);
const FIRST_VISITOR: usize = 2;

/// What goes wrong. 0 and nothing: never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Of so many orders, the last is forgotten once its receipt was shown.
    pub loses_one_order_in: u64,
    /// Of so many orders, the last gets the number of the one before it.
    pub doubles_one_order_in: u64,
    /// Of so many receipts, the last shows another total when it is read again.
    pub changes_one_total_in: u64,
    /// Sells so many units more than it has.
    pub oversells: u32,
    /// Of so many pages, the last says 200 and shows an error.
    pub breaks_one_page_in: u64,
    /// After so many pages, all say 200 and show an error.
    pub breaks_pages_after: u64,
    /// Stops answering after so many requests, and again after as many more.
    pub stalls: Option<Stall>,
}

/// When it answers nobody, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Stall {
    pub after_requests: u64,
    pub lasts: Duration,
}

/// An open shop. It closes when it is dropped.
pub struct FakeShop {
    pub address: SocketAddr,
    end: Arc<AtomicBool>,
    wakers: [Waker; 2],
    thread: Option<JoinHandle<()>>,
}

impl FakeShop {
    /// Opens one with so many units of its product.
    pub fn open(units: u32, faults: Faults) -> Self {
        let [poll, idle] = [(); 2].map(|()| Poll::new().expect("the system has room for a poll"));
        let wakers = [&poll, &idle].map(|poll| Waker::new(poll.registry(), END).expect("the system has room for a waker"));
        let mut door = TcpListener::bind("127.0.0.1:0".parse().expect("an address")).expect("a port is free");
        let address = door.local_addr().expect("it is bound");
        poll.registry().register(&mut door, DOOR, Interest::READABLE).expect("it can be watched");
        let end = Arc::new(AtomicBool::new(false));
        let (visitors, desk) = (HashMap::new(), Desk::new(units, faults));
        let house = House { poll, idle, door, end: Arc::clone(&end), visitors, desk, faults };
        let thread = std::thread::spawn(move || house.serve());
        Self { address, end, wakers, thread: Some(thread) }
    }

    /// The host that requests name.
    pub fn host(&self) -> String {
        self.address.to_string()
    }
}

impl Drop for FakeShop {
    fn drop(&mut self) {
        self.end.store(true, Ordering::SeqCst);
        for waker in &self.wakers {
            waker.wake().ok();
        }
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || std::thread::panicking(), "the fake shop fell over");
        }
    }
}

struct House {
    poll: Poll,
    /// Where it waits while it stalls: what visitors send meanwhile is not forgotten.
    idle: Poll,
    door: TcpListener,
    end: Arc<AtomicBool>,
    visitors: HashMap<usize, Visitor>,
    desk: Desk,
    faults: Faults,
}

struct Visitor {
    stream: TcpStream,
    received: Vec<u8>,
    unsent: Vec<u8>,
}

/// A request, as far as a shop needs it.
pub struct Request<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub cookies: &'a str,
    pub body: &'a str,
}

impl House {
    fn serve(mut self) {
        let (mut events, mut next, mut requests, mut stalls) = (Events::with_capacity(256), FIRST_VISITOR, 0, 0);
        loop {
            match self.poll.poll(&mut events, None) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                waited => waited.expect("the poll works"),
            }
            if self.end.load(Ordering::SeqCst) {
                return;
            }
            for event in &events {
                match event.token() {
                    DOOR => self.let_in(&mut next),
                    END => {}
                    Token(visitor) => requests += self.attend(visitor),
                }
            }
            if let Some(stall) = self.faults.stalls.filter(|stall| requests / stall.after_requests > stalls) {
                stalls = requests / stall.after_requests;
                self.stall(stall.lasts);
            }
        }
    }

    /// Answers nobody. Only the end of the shop cuts it short.
    fn stall(&mut self, lasts: Duration) {
        self.idle.poll(&mut Events::with_capacity(1), Some(lasts)).ok();
    }

    fn let_in(&mut self, next: &mut usize) {
        while let Ok((mut stream, _)) = self.door.accept() {
            let both = Interest::READABLE | Interest::WRITABLE;
            self.poll.registry().register(&mut stream, Token(*next), both).expect("it can be watched");
            self.visitors.insert(*next, Visitor { stream, received: Vec::new(), unsent: Vec::new() });
            *next += 1;
        }
    }

    /// Reads what a visitor has sent and answers it. Returns how many requests that were.
    fn attend(&mut self, number: usize) -> u64 {
        let Some(visitor) = self.visitors.get_mut(&number) else { return 0 };
        let is_there = visitor.receive();
        let mut answered = 0;
        while let Some((answer, length)) =
            read_request(&visitor.received).map(|(request, length)| (self.desk.answer(&request), length))
        {
            visitor.received.drain(..length);
            visitor.unsent.extend_from_slice(answer.as_bytes());
            answered += 1;
        }
        if !(visitor.send() && is_there) {
            self.visitors.remove(&number);
        }
        answered
    }
}

/// A request, once all of it is there, and its length.
fn read_request(bytes: &[u8]) -> Option<(Request<'_>, usize)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, _) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    };
    let body_length: usize = header("content-length").parse().unwrap_or(0);
    let body = text.get(head.len() + 4..head.len() + 4 + body_length)?;
    let mut first = head.lines().next()?.split(' ');
    let (method, target) = (first.next()?, first.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Some((Request { method, path, query, cookies: header("cookie"), body }, head.len() + 4 + body_length))
}

impl Visitor {
    /// Whether the visitor is still there.
    fn receive(&mut self) -> bool {
        let mut room = [0; 16 << 10];
        loop {
            match self.stream.read(&mut room) {
                Ok(0) => return false,
                Ok(count) => self.received.extend_from_slice(&room[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }

    /// Whether the visitor takes answers.
    fn send(&mut self) -> bool {
        while !self.unsent.is_empty() {
            match self.stream.write(&self.unsent) {
                Ok(count) => drop(self.unsent.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
        true
    }
}
