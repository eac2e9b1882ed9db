//! A proxy between the server and PostgreSQL's socket that cuts connections when it is told to: after so many bytes in one
//! direction, at a COMMIT, or between a COMMIT and its answer.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What asks for a commit on the wire: a simple query.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";
/// What answers it.
const COMMITTED: &[u8] = b"C\0\0\0\x0bCOMMIT\0";

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the server of shops to PostgreSQL.
    There,
    /// From PostgreSQL to the server of shops.
    Back,
}

/// When a connection is cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// When so many more bytes have gone this way, on whichever connections; the last one is lost.
    AfterBytes(Direction, usize),
    /// When the server asks for a COMMIT; PostgreSQL does not hear of it.
    InsteadOfCommit,
    /// When PostgreSQL has answered a COMMIT; the answer is lost.
    InsteadOfCommitted,
}

/// Listens until it is dropped.
pub struct TcpProxy {
    /// Of 127.0.0.1.
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_closed: AtomicBool,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    next: Option<Cut>,
    cuts: usize,
    commits_lost: usize,
    answers_lost: usize,
}

/// One connection, in both directions.
struct Line {
    server: TcpStream,
    postgres: UnixStream,
}

impl TcpProxy {
    /// Between any free port and this socket.
    pub fn before(postgres: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let shared = Arc::<Shared>::default();
        let theirs = Arc::clone(&shared);
        std::thread::spawn(move || {
            for server in listener.incoming().flatten() {
                if theirs.is_closed.load(Ordering::Relaxed) {
                    return;
                }
                // Without PostgreSQL behind it, a connection is closed at once.
                if let Ok(postgres) = UnixStream::connect(&postgres) {
                    carry(&theirs, &Arc::new(Line { server, postgres }));
                }
            }
        });
        Self { port, shared }
    }

    /// Cuts once, as soon as it is so.
    pub fn cut(&self, cut: Cut) {
        self.shared.plan().next = Some(cut);
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.shared.plan().cuts
    }

    /// How many commits were asked for of which PostgreSQL did not hear.
    pub fn commits_lost(&self) -> usize {
        self.shared.plan().commits_lost
    }

    /// How many commits went through of which the server was not told.
    pub fn answers_lost(&self) -> usize {
        self.shared.plan().answers_lost
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    /// How many of these bytes go on. Fewer than all: the connection is cut after them.
    fn let_pass(&mut self, direction: Direction, bytes: &[u8]) -> usize {
        let passes = match self.next {
            Some(Cut::AfterBytes(way, left)) if way == direction && left < bytes.len() => left,
            Some(Cut::AfterBytes(way, left)) if way == direction => {
                self.next = Some(Cut::AfterBytes(way, left - bytes.len()));
                return bytes.len();
            }
            Some(Cut::InsteadOfCommit) if direction == Direction::There && bytes.starts_with(COMMIT) => 0,
            Some(Cut::InsteadOfCommitted) if direction == Direction::Back && bytes.starts_with(COMMITTED) => 0,
            _ => return bytes.len(),
        };
        self.next = None;
        self.cuts += 1;
        self.commits_lost += usize::from(direction == Direction::There && bytes[passes..].starts_with(COMMIT));
        self.answers_lost += usize::from(direction == Direction::Back && bytes[passes..].starts_with(COMMITTED));
        passes
    }
}

/// Carries bytes in both directions on two threads, until either end closes or the line is cut.
fn carry(shared: &Arc<Shared>, line: &Arc<Line>) {
    for direction in [Direction::There, Direction::Back] {
        let (shared, line) = (Arc::clone(shared), Arc::clone(line));
        std::thread::spawn(move || {
            match direction {
                Direction::There => carry_one_way(&shared, direction, &line.server, &line.postgres),
                Direction::Back => carry_one_way(&shared, direction, &line.postgres, &line.server),
            }
            line.cut();
        });
    }
}

fn carry_one_way(shared: &Shared, direction: Direction, mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 16 << 10];
    loop {
        let bytes = match from.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return,
        };
        let passes = shared.plan().let_pass(direction, bytes);
        if to.write_all(&bytes[..passes]).is_err() || passes < bytes.len() {
            return;
        }
    }
}

impl Line {
    fn cut(&self) {
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.postgres.shutdown(Shutdown::Both);
    }
}
