//! Reads the pages of a shop one after the other, before a run: what shoppers are to know of it.

use crate::cookies::Cookies;
use crate::request::Requests;
use crate::response::{WrongAnswer, read_response};
use crate::shopper::{Shop, Unknown, unpacked};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a page is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a shop cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Nobody is there, or the connection broke.
    #[error("{server} cannot be reached: {error}. Is the shop running, and is this its address and port?")]
    Unreachable {
        /// Where it should be.
        server: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// It is no web server.
    #[error("{path} is answered with something that is not HTTP/1.1: {wrong}")]
    NotHttp {
        /// Which page.
        path: String,
        /// What is wrong with it.
        wrong: WrongAnswer,
    },
    /// It is a web server that does not show the shop.
    #[error("{path} is answered with status {status}{leads}. Give the address that shoppers type into their browser")]
    Status {
        /// Which page.
        path: String,
        /// Neither success nor "not found".
        status: u16,
        /// Where it leads, in words, if anywhere.
        leads: String,
    },
    /// It has a page that is no text.
    #[error("{path} is no text")]
    NoText {
        /// Which page.
        path: String,
    },
}

/// Learns a shop from its pages.
///
/// # Errors
/// When it cannot be read, or nothing is for sale in it.
pub fn learn(server: SocketAddr, host: &str) -> Result<Shop, Unknown<Unreadable>> {
    let mut reader = Reader { server, requests: Requests::new(host).compressed(), stream: None };
    Shop::learn(|path| reader.page(path))
}

struct Reader {
    server: SocketAddr,
    requests: Requests,
    stream: Option<TcpStream>,
}

impl Reader {
    /// The page as text; nothing when there is none.
    fn page(&mut self, path: &str) -> Result<Option<String>, Unreadable> {
        self.requests.get(path, &Cookies::new());
        let bytes = self.exchange().map_err(|error| Unreadable::Unreachable { server: self.server, error })?;
        let response = read_response(&bytes).map_err(|wrong| Unreadable::NotHttp { path: path.into(), wrong })?;
        let Some(response) = response else { return Ok(None) };
        if !response.keeps_alive {
            self.stream = None;
        }
        match response.status {
            200 => {}
            404 | 410 if path != "/" => return Ok(None),
            status => {
                let leads = match response.location() {
                    "" => String::new(),
                    location => format!(" and leads to {location}"),
                };
                return Err(Unreadable::Status { path: path.into(), status, leads });
            }
        }
        let encoding = response.headers("content-encoding").next().unwrap_or_default();
        let text = unpacked(&response.body, encoding).ok_or_else(|| Unreadable::NoText { path: path.into() })?;
        Ok(Some(text.into_owned()))
    }

    /// Sends the request and reads until the answer is whole or will never be.
    fn exchange(&mut self) -> io::Result<Vec<u8>> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => none.insert(TcpStream::connect_timeout(&self.server, PATIENCE)?),
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.write_all(self.requests.bytes())?;
        let mut bytes = Vec::new();
        let mut room = [0; 64 << 10];
        while read_response(&bytes).is_ok_and(|response| response.is_none()) {
            match stream.read(&mut room)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => bytes.extend_from_slice(&room[..count]),
            }
        }
        Ok(bytes)
    }
}
