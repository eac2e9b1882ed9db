//! Instructions for one request of ours, counted by callgrind: the difference between a long and a short run, so that start and
//! end do not count.

use crate::measure::demo::{BROWSER, JUNIPER};
use crate::program::{Engine, PROGRAM, Place, Server};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

/// Requests of the short and of the long run.
const SHORT: usize = 500;
const LONG: usize = 5_500;

/// Instructions for one request for a page.
///
/// # Errors
/// When valgrind does not count.
pub fn per_request(path: &str) -> Result<f64, String> {
    let place = Place::new(Engine::Sqlite);
    // Seeded without valgrind, which takes its time.
    place.start("demo").stop();
    let (short, long) = (counted(&place, path, SHORT)?, counted(&place, path, LONG)?);
    Ok((long.saturating_sub(short)) as f64 / (LONG - SHORT) as f64)
}

fn counted(place: &Place, path: &str, requests: usize) -> Result<u64, String> {
    let (log, out) = (place.folder.join("valgrind.log"), place.folder.join("callgrind.out"));
    let log_option = format!("--log-file={}", log.display());
    let out_option = format!("--callgrind-out-file={}", out.display());
    let starter = ["valgrind", "--tool=callgrind", &log_option, &out_option, PROGRAM];
    let mut command = place.command_through(&starter, &["serve", "--listen", "127.0.0.1:0"]);
    command.stderr(Stdio::null());
    let server = Server::start(command);
    let address = server.address.trim_start_matches("http://").to_owned();
    ask_often(&address, path, requests).map_err(|error| format!("under valgrind: {error}"))?;
    server.stop();
    let text = std::fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()))?;
    let total = text.lines().find_map(|line| line.split_once("Collected : ")).and_then(|(_, count)| count.trim().parse().ok());
    total.ok_or_else(|| format!("valgrind has counted nothing:\n{text}"))
}

fn ask_often(address: &str, path: &str, requests: usize) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    let port = address.rsplit(':').next().unwrap_or_default();
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: {JUNIPER}:{port}\r\nuser-agent: {BROWSER}\r\naccept-encoding: gzip\r\n\
         accept-language: de\r\n\r\n"
    );
    let mut room = vec![0; 256 << 10];
    for _ in 0..requests {
        stream.write_all(request.as_bytes())?;
        let mut filled = 0;
        loop {
            filled += match stream.read(&mut room[filled..])? {
                0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                count => count,
            };
            match loadtest::read_response(&room[..filled]).map_err(std::io::Error::other)? {
                Some(response) if response.status == 200 => break,
                Some(response) => return Err(std::io::Error::other(format!("status {}", response.status))),
                None => {}
            }
        }
    }
    Ok(())
}
