//! Reads the pages of a shop one after the other, before a run: what shoppers are to know of it.

use crate::audit::{Entry, left_in};
use crate::cookies::Cookies;
use crate::request::Requests;
use crate::response::{WrongAnswer, read_response};
use crate::shopper::{Shop, Unknown, unpacked};
use crate::tls::Tls;
use crate::way::Way;
use rustls::StreamOwned;
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
    /// Its certificate is not one that browsers take.
    #[error(
        "shoppers do not trust the certificate of {host}: {error}. If it is a test certificate, say --insecure; else look at \
         its names, its dates, and whether the server sends all of its chain"
    )]
    Untrusted {
        /// The host.
        host: String,
        /// What is wrong with it.
        error: io::Error,
    },
    /// TLS is not spoken there.
    #[error("{server} does not speak TLS as it should: {error}. Is the shop's address one that begins with http:// there?")]
    NotTls {
        /// Where it should be.
        server: SocketAddr,
        /// What is wrong.
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
pub fn learn(way: &Way) -> Result<Shop, Unknown<Unreadable>> {
    let mut reader = Reader::new(way).map_err(Unknown::Unread)?;
    Shop::learn(|path| reader.page(path))
}

/// What the shop says is left before a run that begins at `began_ms`, milliseconds since 1970 UTC: without it nobody could say
/// afterwards whether more was sold than there was.
///
/// # Errors
/// When it cannot be read.
pub fn left(way: &Way, began_ms: i64) -> Result<Vec<Entry>, Unreadable> {
    let now = Reader::new(way)?.page("/now.json")?.unwrap_or_default();
    Ok(left_in(&now, began_ms).into_iter().map(Entry::Left).collect())
}

/// The pages at these paths, one after the other; nothing for one that there is not.
///
/// # Errors
/// When the shop cannot be read.
pub fn pages(way: &Way, paths: &[String]) -> Result<Vec<Option<String>>, Unreadable> {
    let mut reader = Reader::new(way)?;
    paths.iter().map(|path| reader.page(path)).collect()
}

/// What is written to and read from until it has answered.
trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

struct Reader<'a> {
    way: &'a Way,
    tls: Option<Tls>,
    requests: Requests,
    stream: Option<Box<dyn Stream>>,
}

impl<'a> Reader<'a> {
    fn new(way: &'a Way) -> Result<Self, Unreadable> {
        let tls = Tls::to(way).map_err(|error| Unreadable::Untrusted { host: way.host.clone(), error })?;
        Ok(Self { way, tls, requests: Requests::to(way).compressed(), stream: None })
    }

    /// The page as text; nothing when there is none.
    fn page(&mut self, path: &str) -> Result<Option<String>, Unreadable> {
        self.requests.get(path, &Cookies::new());
        let bytes = self.exchange().map_err(|error| self.unreachable(error))?;
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

    /// Why there was no answer.
    fn unreachable(&self, error: io::Error) -> Unreadable {
        let server = self.way.server;
        match error.get_ref().and_then(|cause| cause.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(_)) => Unreadable::Untrusted { host: self.way.host.clone(), error },
            Some(_) => Unreadable::NotTls { server, error },
            None => Unreadable::Unreachable { server, error },
        }
    }

    /// Sends the request and reads until the answer is whole or will never be.
    fn exchange(&mut self) -> io::Result<Vec<u8>> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let stream = TcpStream::connect_timeout(&self.way.server, PATIENCE)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                none.insert(match &self.tls {
                    None => Box::new(stream),
                    Some(tls) => Box::new(StreamOwned::new(*tls.begin()?, stream)),
                })
            }
        };
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
