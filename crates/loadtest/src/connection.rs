//! One connection to the server: what is still to be sent, and what has arrived of an answer. It never waits.
//!
//! Reading goes through a buffer that all connections share; only an answer that arrives in several pieces is copied.

use crate::response::{Response, WrongAnswer, read_response};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;

/// Why a connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The system says so.
    #[error("the connection failed: {0}")]
    System(#[from] io::Error),
    /// The server hung up where an answer was expected.
    #[error("the server hung up before it had answered")]
    HungUp,
    /// What arrived is not HTTP.
    #[error(transparent)]
    Answer(#[from] WrongAnswer),
    /// More arrived than was asked for.
    #[error("the server sent more than it was asked for")]
    Unasked,
}

/// An open connection that carries one request at a time.
pub(crate) struct Connection {
    stream: TcpStream,
    unsent: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    /// Begins to connect; whatever is sent meanwhile goes out once the connection stands.
    pub fn open(server: SocketAddr, registry: &Registry, token: Token) -> io::Result<Self> {
        Self::over(TcpStream::connect(server)?, registry, token)
    }

    /// As [`Self::open`], over a socket that connects already.
    pub fn over(mut stream: TcpStream, registry: &Registry, token: Token) -> io::Result<Self> {
        // A request is one write, and nothing may hold its last packet back.
        stream.set_nodelay(true)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, unsent: Vec::new(), received: Vec::new() })
    }

    /// Sends a request, or as much of it as the system takes now.
    pub fn send(&mut self, request: &[u8]) -> Result<(), Broken> {
        let sent = if self.unsent.is_empty() { self.write(request)? } else { 0 };
        self.unsent.extend_from_slice(&request[sent..]);
        Ok(())
    }

    /// Goes on sending; for when the system says that it takes more.
    pub fn send_rest(&mut self) -> Result<(), Broken> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let rest = std::mem::take(&mut self.unsent);
        let sent = self.write(&rest)?;
        self.unsent = rest;
        self.unsent.drain(..sent);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => sent += count,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(sent)
    }

    /// Reads what has arrived. An answer that is whole is handed to `look`, whose result is returned; nothing before that.
    pub fn receive<T>(&mut self, room: &mut [u8], look: impl FnOnce(&Response<'_>) -> T) -> Result<Option<T>, Broken> {
        loop {
            let count = match self.stream.read(room) {
                Ok(0) => return Err(Broken::HungUp),
                Ok(count) => count,
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            let arrived = if self.received.is_empty() {
                &room[..count]
            } else {
                self.received.extend_from_slice(&room[..count]);
                &self.received
            };
            if let Some(response) = read_response(arrived)? {
                if response.length < arrived.len() {
                    return Err(Broken::Unasked);
                }
                let seen = look(&response);
                self.received = Vec::new();
                return Ok(Some(seen));
            }
            if self.received.is_empty() {
                self.received.extend_from_slice(&room[..count]);
            }
        }
    }
}
