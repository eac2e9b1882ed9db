//! One connection to the server: what is still to be sent, and what has arrived of an answer. It never waits.
//!
//! Reading goes through a buffer that all connections share; only an answer that arrives in several pieces is copied.

use crate::response::{Response, WrongAnswer, read_response};
use crate::tls::Tls;
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::ClientConnection;
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
    /// The server's TLS is not as it should be.
    #[error("TLS failed: {0}")]
    Tls(#[from] rustls::Error),
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
    tls: Option<Box<ClientConnection>>,
    unsent: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    /// Begins to connect; whatever is sent meanwhile goes out once the connection stands.
    pub fn open(server: SocketAddr, tls: Option<&Tls>, registry: &Registry, token: Token) -> io::Result<Self> {
        Self::over(TcpStream::connect(server)?, tls, registry, token)
    }

    /// As [`Self::open`], over a socket that connects already.
    pub fn over(mut stream: TcpStream, tls: Option<&Tls>, registry: &Registry, token: Token) -> io::Result<Self> {
        let tls = tls.map(Tls::begin).transpose()?;
        // A request is one write, and nothing may hold its last packet back.
        stream.set_nodelay(true)?;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self { stream, tls, unsent: Vec::new(), received: Vec::new() })
    }

    /// Sends a request, or as much of it as the system takes now.
    pub fn send(&mut self, request: &[u8]) -> Result<(), Broken> {
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(request)?;
            return Ok(push(tls, &mut self.stream)?);
        }
        let sent = if self.unsent.is_empty() { self.write(request)? } else { 0 };
        self.unsent.extend_from_slice(&request[sent..]);
        Ok(())
    }

    /// Goes on sending; for when the system says that it takes more.
    pub fn send_rest(&mut self) -> Result<(), Broken> {
        if let Some(tls) = &mut self.tls {
            return Ok(push(tls, &mut self.stream)?);
        }
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
            let Some(count) = self.read(room)? else { return Ok(None) };
            if count == 0 {
                return Err(Broken::HungUp);
            }
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

    /// Whether whoever has asked for nothing still has a connection, now that something has arrived. Inside TLS the server may
    /// send what a browser would keep for its next visit; all else is a server that hangs up, or had better.
    pub fn stays(&mut self, room: &mut [u8]) -> bool {
        self.tls.is_some() && matches!(self.read(room), Ok(None))
    }

    /// Reads what has arrived, without its encryption; 0 when the server has hung up, nothing when there is nothing yet.
    fn read(&mut self, room: &mut [u8]) -> Result<Option<usize>, Broken> {
        loop {
            let arrived = match &mut self.tls {
                None => self.stream.read(room),
                Some(tls) => match tls.reader().read(room) {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => match tls.read_tls(&mut self.stream) {
                        Ok(_) => {
                            let understood = tls.process_new_packets();
                            // It is the server's turn, or it is told what is wrong.
                            push(tls, &mut self.stream)?;
                            understood?;
                            continue;
                        }
                        waits => waits,
                    },
                    // It has hung up without a word.
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(0),
                    read => read,
                },
            };
            match arrived {
                Ok(count) => return Ok(Some(count)),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Sends what TLS wants to be sent, or as much of it as the system takes now.
fn push(tls: &mut ClientConnection, stream: &mut TcpStream) -> io::Result<()> {
    while tls.wants_write() {
        match tls.write_tls(stream) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
