//! Listening sockets: one for each thread that accepts, all on the same port, so that the kernel spreads new connections over
//! them.

use socket2::{Domain, Socket, Type};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Connections that wait in the kernel for one thread: as many as the system allows (`net.core.somaxconn`, 4,096 if nobody has
/// set it). Whoever finds no place tries again after 1, 3, 7, 15 and 31 seconds, however idle the server is by then.
const BACKLOG: i32 = 65_535;
/// How long what was sent may stay unacknowledged before the kernel gives a connection up.
const UNACKNOWLEDGED_MAX: Duration = Duration::from_secs(30);

/// Bound sockets that nobody accepts from yet.
#[derive(Debug)]
pub struct Listeners {
    sockets: Vec<TcpListener>,
    address: SocketAddr,
}

impl Listeners {
    /// Where they listen.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The only socket of a server of one thread, for the runtime that this is called on.
    ///
    /// # Errors
    /// When the runtime cannot take it.
    pub fn into_one(mut self) -> io::Result<tokio::net::TcpListener> {
        tokio::net::TcpListener::from_std(self.sockets.pop().expect("there is at least one"))
    }

    pub(super) fn into_sockets(self) -> impl Iterator<Item = TcpListener> {
        self.sockets.into_iter()
    }
}

/// Opens a socket for each of `threads` threads. Port 0 takes any free port, the same for all of them.
///
/// # Errors
/// When the address is taken or not allowed.
pub fn listen(address: SocketAddr, threads: usize) -> io::Result<Listeners> {
    // The first one is bound for itself alone, so that a port that another program shares with its own threads counts as taken.
    let first = new_socket(address)?;
    first.bind(&address.into())?;
    let may_share = threads > 1 && share_port(&first).is_ok();
    first.listen(BACKLOG)?;
    let first = TcpListener::from(first);
    let address = first.local_addr()?;
    let mut sockets = Vec::with_capacity(threads);
    for _ in 1..threads {
        sockets.push(if may_share { bind_beside(address)? } else { first.try_clone()? });
    }
    sockets.push(first);
    Ok(Listeners { sockets, address })
}

fn bind_beside(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = new_socket(address)?;
    share_port(&socket)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepted sockets inherit these settings, which saves a system call for each of them.
fn new_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED_MAX))?;
    Ok(socket)
}

/// Lets several sockets listen on one port, where the kernel then spreads connections over them. Elsewhere the threads share one
/// socket.
fn share_port(socket: &Socket) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    return socket.set_reuse_port(true);
    #[cfg(not(target_os = "linux"))]
    return Err(io::Error::from(io::ErrorKind::Unsupported)).or_else(|error| {
        let _ = socket;
        Err(error)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::SockRef;
    use std::net::TcpStream;

    #[test]
    fn threads_share_a_port_that_nobody_else_can_take() {
        let listeners = listen(([127, 0, 0, 1], 0).into(), 3).expect("a port is free");
        let address = listeners.address();
        assert!(address.port() > 0);
        let addresses: Vec<_> = listeners.sockets.iter().map(|socket| socket.local_addr().expect("it is bound")).collect();
        assert_eq!(addresses, [address; 3]);
        let taken = listen(address, 3).expect_err("the port is taken");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn accepted_sockets_send_small_answers_at_once() {
        let listeners = listen(([127, 0, 0, 1], 0).into(), 1).expect("a port is free");
        let _client = TcpStream::connect(listeners.address()).expect("somebody listens");
        listeners.sockets[0].set_nonblocking(false).expect("it is a socket");
        let (accepted, _) = listeners.sockets[0].accept().expect("a client came");
        assert!(SockRef::from(&accepted).tcp_nodelay().expect("it is a socket"));
    }
}
