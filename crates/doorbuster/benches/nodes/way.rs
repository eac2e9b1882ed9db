//! The way to the shop, as from behind a load balancer: each request goes to the next node, over a connection that is kept. Every
//! node is asked each second whether it is ready; one that gives no answer, whoever asks it, is left alone until it is.

use crate::fleet::HOST;
use loadtest::{Cookies, Requests, read_response};
use std::cell::{Cell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};

/// How long an answer is waited for. A node that is frozen in the middle of a batch keeps the others waiting for three seconds,
/// until PostgreSQL ends its transaction: whoever waits there is not to give up.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a node is asked whether it is ready, and how long it may take to say so: as in deploy/haproxy/haproxy.cfg.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);
/// More than most pages have, bytes.
const ROOM_BYTES: usize = 32 << 10;

/// All of them, in turn.
pub struct Ways {
    /// Of a shopper who has one unit in the cart.
    pub cart: Cookies,
    ways: Vec<Way>,
    turn: Cell<usize>,
}

/// To one node.
struct Way {
    node: SocketAddr,
    idle: RefCell<Vec<TcpStream>>,
    is_ready: Cell<bool>,
}

/// What of an answer matters here.
pub struct Answer {
    pub status: u16,
    pub location: String,
    /// When to come back, if it says so.
    pub retry_after: Duration,
    pub page: String,
}

impl Ways {
    /// To these nodes.
    pub fn new(nodes: &[SocketAddr], cart: &Cookies) -> Self {
        let way = |node: &SocketAddr| Way { node: *node, idle: RefCell::default(), is_ready: Cell::new(true) };
        Self { cart: cart.clone(), ways: nodes.iter().map(way).collect(), turn: Cell::new(0) }
    }

    /// Asks the next node.
    ///
    /// # Errors
    /// When it gives no answer. It may have heard the request.
    pub async fn ask(&self, request: &[u8]) -> io::Result<Answer> {
        let way = &self.ways[self.next()];
        let answered = timeout(PATIENCE, way.ask(request)).await;
        let answered = answered.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")));
        if answered.is_err() {
            way.is_ready.set(false);
            way.idle.borrow_mut().clear();
        }
        answered
    }

    /// Begins to look at the nodes, for as long as the runtime lives.
    pub fn watch(self: &Rc<Self>) {
        let mut question = Requests::new(HOST);
        question.get("/readyz", &Cookies::new());
        let question: Rc<[u8]> = question.bytes().into();
        for at in 0..self.ways.len() {
            let (ways, question) = (Rc::clone(self), Rc::clone(&question));
            spawn_local(async move {
                loop {
                    sleep(LOOKED_AT_EVERY).await;
                    let answered = timeout(LOOKED_AT_EVERY, ways.ways[at].ask(&question)).await;
                    ways.ways[at].is_ready.set(answered.is_ok_and(|answer| answer.is_ok_and(|answer| answer.status == 200)));
                }
            });
        }
    }

    /// The next that is ready; if none is, whose turn it is.
    fn next(&self) -> usize {
        let (turn, count) = (self.turn.get(), self.ways.len());
        self.turn.set(turn + 1);
        (turn..turn + count).map(|at| at % count).find(|at| self.ways[*at].is_ready.get()).unwrap_or(turn % count)
    }
}

impl Way {
    async fn ask(&self, request: &[u8]) -> io::Result<Answer> {
        let kept = self.idle.borrow_mut().pop();
        let mut stream = match kept {
            Some(stream) => stream,
            None => TcpStream::connect(self.node).await?,
        };
        stream.set_nodelay(true)?;
        stream.write_all(request).await?;
        let mut arrived = Vec::with_capacity(ROOM_BYTES);
        loop {
            if stream.read_buf(&mut arrived).await? == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the node hung up before it had answered"));
            }
            let response = read_response(&arrived).map_err(io::Error::other)?;
            let Some(response) = response else { continue };
            let seconds = response.headers("retry-after").next().and_then(|seconds| seconds.parse().ok());
            let answer = Answer {
                status: response.status,
                location: response.location().to_owned(),
                retry_after: Duration::from_secs(seconds.unwrap_or(0)),
                page: response.text().to_owned(),
            };
            if response.keeps_alive {
                self.idle.borrow_mut().push(stream);
            }
            return Ok(answer);
        }
    }
}
