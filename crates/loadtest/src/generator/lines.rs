//! The connections of a generator: opened when one is wanted, lent to a shopper, and used again.

use crate::connection::Connection;
use crate::tls::Tls;
use mio::net::TcpStream;
use mio::{Registry, Token};
use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

/// The number of a line.
pub type LineNumber = u32;

/// A connection and who has it.
pub(super) struct Line {
    pub connection: Connection,
    /// The shopper that has it; nobody while it is free.
    pub shopper: Option<u32>,
    /// Whether an answer has come over it. The server may hang up on such a line at any time, and then it is no failure.
    pub is_used: bool,
    free_at: usize,
}

/// All connections to a shop.
pub(super) struct Lines {
    /// One or more; connections go to them in turns.
    nodes: Vec<SocketAddr>,
    tls: Option<Tls>,
    /// Addresses that connections come from, in turn; none leaves it to the system.
    sources: Vec<Ipv4Addr>,
    opened: usize,
    open_max: usize,
    lines: Vec<Option<Line>>,
    unused: Vec<LineNumber>,
    free: Vec<LineNumber>,
}

impl Lines {
    /// None yet, and never more than `open_max`.
    pub fn new(nodes: Vec<SocketAddr>, tls: Option<Tls>, sources: Vec<Ipv4Addr>, open_max: usize) -> Self {
        Self { nodes, tls, sources, opened: 0, open_max, lines: Vec::new(), unused: Vec::new(), free: Vec::new() }
    }

    /// How many are open.
    pub const fn open(&self) -> usize {
        self.lines.len() - self.unused.len()
    }

    /// The line of this number, while it is open.
    pub fn get(&mut self, number: LineNumber) -> Option<&mut Line> {
        self.lines.get_mut(number as usize)?.as_mut()
    }

    /// Whether there is a line to lend.
    pub const fn can_lend(&self) -> bool {
        !self.free.is_empty() || self.open() < self.open_max
    }

    /// A free line, or a new one; nothing when there are as many as there may be and all are lent.
    ///
    /// # Errors
    /// When the system has no more sockets.
    pub fn lend(&mut self, shopper: u32, registry: &Registry) -> io::Result<Option<LineNumber>> {
        if let Some(number) = self.free.pop() {
            let line = self.lines[number as usize].as_mut().expect("a free line is open");
            line.shopper = Some(shopper);
            return Ok(Some(number));
        }
        if self.open() >= self.open_max {
            return Ok(None);
        }
        self.connect(shopper, registry).map(Some)
    }

    /// A new line.
    ///
    /// # Errors
    /// When the system has no more sockets.
    pub fn connect(&mut self, shopper: u32, registry: &Registry) -> io::Result<LineNumber> {
        let stream = self.begin_to_connect()?;
        let number = self.unused.last().copied().unwrap_or(self.lines.len() as LineNumber);
        let connection = Connection::over(stream, self.tls.as_ref(), registry, Token(number as usize))?;
        let line = Some(Line { connection, shopper: Some(shopper), is_used: false, free_at: 0 });
        if self.unused.pop().is_some() {
            self.lines[number as usize] = line;
        } else {
            self.lines.push(line);
        }
        self.opened += 1;
        Ok(number)
    }

    fn begin_to_connect(&self) -> io::Result<TcpStream> {
        let (round, turn) = (self.opened / self.nodes.len(), self.opened % self.nodes.len());
        let node = self.nodes[turn];
        if self.sources.is_empty() {
            return TcpStream::connect(node);
        }
        let socket = Socket::new(Domain::for_address(node), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        // A port that is bound is not used again for a minute after it was closed, so the sources are as many as that takes.
        let source = self.sources[round % self.sources.len()];
        socket.bind(&SocketAddr::new(source.into(), 0).into())?;
        match socket.connect(&node.into()) {
            Err(error) if error.raw_os_error() != Some(rustix::io::Errno::INPROGRESS.raw_os_error()) => Err(error),
            _ => Ok(TcpStream::from_std(socket.into())),
        }
    }

    /// The shopper needs it no longer.
    pub fn give_back(&mut self, number: LineNumber) {
        let free_at = self.free.len();
        if let Some(line) = self.get(number) {
            line.shopper = None;
            line.free_at = free_at;
            self.free.push(number);
        }
    }

    /// Hangs up.
    pub fn close(&mut self, number: LineNumber) {
        let Some(line) = self.lines.get_mut(number as usize).and_then(Option::take) else { return };
        if line.shopper.is_none() {
            self.free.swap_remove(line.free_at);
            if let Some(moved) = self.free.get(line.free_at).copied() {
                self.lines[moved as usize].as_mut().expect("a free line is open").free_at = line.free_at;
            }
        }
        self.unused.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mio::Poll;
    use std::net::TcpListener;

    #[test]
    fn lines_are_used_again_and_never_more_than_allowed() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let poll = Poll::new().expect("the system has a readiness queue");
        let sources = vec![Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)];
        let mut lines = Lines::new(vec![listener.local_addr().expect("it is bound")], None, sources, 3);
        let lend = |lines: &mut Lines, shopper| lines.lend(shopper, poll.registry()).expect("there are sockets");
        let lent: Vec<_> = (0..4).map(|shopper| lend(&mut lines, shopper)).collect();
        assert_eq!(lent, [Some(0), Some(1), Some(2), None]);
        for number in [0, 1, 2] {
            lines.give_back(number);
        }
        lines.close(0);
        lines.close(0);
        assert_eq!(lines.open(), 2);
        let lent: Vec<_> = (4..8).map(|shopper| lend(&mut lines, shopper)).collect();
        assert_eq!(lent, [Some(1), Some(2), Some(0), None], "what is free is lent first, then closed ones are opened again");
        assert!([0, 1, 2].into_iter().all(|number| lines.get(number).is_some_and(|line| line.shopper.is_some())));
        let came: Vec<_> = (0..4).map(|_| listener.accept().expect("they have connected").1.ip().to_string()).collect();
        assert_eq!(came, ["127.0.0.2", "127.0.0.3", "127.0.0.2", "127.0.0.3"]);
    }

    #[test]
    fn connections_go_to_all_nodes_in_turns() {
        let nodes = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port is free"));
        let poll = Poll::new().expect("the system has a readiness queue");
        let addresses = nodes.iter().map(|node| node.local_addr().expect("it is bound")).collect();
        let mut lines = Lines::new(addresses, None, vec![Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)], 4);
        for shopper in 0..4 {
            lines.connect(shopper, poll.registry()).expect("there are sockets");
        }
        for node in nodes {
            let came: Vec<_> = (0..2).map(|_| node.accept().expect("two have connected").1.ip().to_string()).collect();
            assert_eq!(came, ["127.0.0.2", "127.0.0.3"]);
        }
    }
}
