//! What a connection costs while nothing happens on it: many are opened, each asks for one page, and the server's resident memory
//! is looked at when half of them are there and when all are.

use crate::contestants::Contestant;
use crate::measure::demo::BROWSER;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long the server has to let go of what it needed for the answers.
const REST: Duration = Duration::from_secs(3);
/// Bytes for each of so many idle connections.
///
/// # Errors
/// When one of them is not answered.
pub fn bytes_per_connection(server: &Contestant, connections: usize) -> Result<f64, String> {
    let open_so_many = |count: usize| (0..count).map(|_| asked(server)).collect::<Result<Vec<_>, _>>();
    // The first ones live in memory that was used for other things before; the others need more.
    let first = connections / 2;
    let mut open = open_so_many(first)?;
    rest()?;
    let before = server.resident();
    open.extend(open_so_many(connections - first)?);
    rest()?;
    let after = server.resident();
    let closed = open.iter().filter(|stream| !is_open(stream)).count();
    drop(open);
    // Ours and the others' files are closed before the next one opens as many.
    rest()?;
    if closed > 0 {
        return Err(format!("{} has closed {closed} of {connections} idle connections before they were looked at", server.name));
    }
    Ok((after.saturating_sub(before)) as f64 / (connections - first) as f64)
}

/// Whether the server has not hung up: there is nothing to read, instead of an end.
fn is_open(stream: &TcpStream) -> bool {
    let looked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
    looked.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

fn rest() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| error.to_string())?;
    runtime.block_on(async { tokio::time::sleep(REST).await });
    Ok(())
}

/// An open connection over which one page came.
fn asked(server: &Contestant) -> Result<TcpStream, String> {
    let ask = || -> std::io::Result<TcpStream> {
        let mut stream = TcpStream::connect(server.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let (host, gzip) = (&server.host, "accept-encoding: gzip");
        write!(stream, "GET / HTTP/1.1\r\nhost: {host}\r\nuser-agent: {BROWSER}\r\n{gzip}\r\n\r\n")?;
        let (mut answer, mut room) = (Vec::new(), [0; 16 << 10]);
        loop {
            let count = stream.read(&mut room)?;
            answer.extend_from_slice(&room[..count]);
            let is_whole = loadtest::read_response(&answer).map_err(std::io::Error::other)?.map(|response| response.status);
            match is_whole {
                Some(200) => return Ok(stream),
                Some(status) => return Err(std::io::Error::other(format!("status {status}"))),
                None if count == 0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                None => {}
            }
        }
    };
    ask().map_err(|error| format!("an idle connection to {}: {error}", server.name))
}
