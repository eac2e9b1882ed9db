//! Reads an answer of HTTP/1.1 from the bytes that have arrived so far.
//!
//! Nothing is remembered between two looks: a head is a few hundred bytes, and most answers arrive in one piece. Bodies are
//! delimited by `content-length` or by chunks; an answer that ends with its connection is not understood.

use memchr::{memchr, memmem};
use std::borrow::Cow;

/// The largest head of an answer, bytes.
pub const HEAD_BYTES_MAX: usize = 64 << 10;

/// The largest body of an answer, bytes: more than any page or picture of a shop.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// A whole answer, borrowed from the bytes it arrived in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The document.
    pub body: Cow<'a, [u8]>,
    /// Whether the connection can carry another request.
    pub keeps_alive: bool,
    /// How many of the bytes were this answer.
    pub length: usize,
    /// The lines below the first, each with its line end.
    headers: &'a [u8],
}

/// The server does not speak HTTP/1.1 as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongAnswer {
    /// The first line is not `HTTP/1.1 200 ...`.
    #[error("the answer does not begin with a status line")]
    StatusLine,
    /// A header without a colon or with a number that is none.
    #[error("the answer has a header that cannot be read")]
    Header,
    /// The head goes on and on.
    #[error("the answer's head is longer than {HEAD_BYTES_MAX} bytes")]
    LongHead,
    /// The body is larger than any page.
    #[error("the answer's body is longer than {BODY_BYTES_MAX} bytes")]
    LongBody,
    /// Neither a length nor chunks.
    #[error("the answer does not say where its body ends")]
    NoEnd,
    /// The chunks are not as they should be.
    #[error("the answer has a chunk that cannot be read")]
    Chunk,
}

/// What the head says about the bytes behind it.
#[derive(Default)]
struct Framing {
    length: Option<usize>,
    is_chunked: bool,
    closes: bool,
}

/// The answer, once all of it is there.
///
/// # Errors
/// When it will never be one.
pub fn read_response(bytes: &[u8]) -> Result<Option<Response<'_>>, WrongAnswer> {
    let Some(head_length) = memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4) else {
        return match bytes.len() {
            0..=HEAD_BYTES_MAX => Ok(None),
            _ => Err(WrongAnswer::LongHead),
        };
    };
    let (head, rest) = bytes.split_at(head_length);
    let first_length = memchr(b'\n', head).map_or(head.len(), |at| at + 1);
    let (first, headers) = head.split_at(first_length);
    let status = status_of(first).ok_or(WrongAnswer::StatusLine)?;
    let headers = &headers[..headers.len() - 2];
    let framing = framing_of(headers)?;
    let keeps_alive = !framing.closes && first.starts_with(b"HTTP/1.1");
    let whole = |body, body_length| Response { status, body, keeps_alive, length: head_length + body_length, headers };
    if matches!(status, 204 | 304) {
        return Ok(Some(whole(Cow::Borrowed(&[][..]), 0)));
    }
    if framing.is_chunked {
        let body = read_chunks(rest)?;
        return Ok(body.map(|(body, body_length)| whole(Cow::Owned(body), body_length)));
    }
    match framing.length {
        None => Err(WrongAnswer::NoEnd),
        Some(length) if length > BODY_BYTES_MAX => Err(WrongAnswer::LongBody),
        Some(length) => Ok(rest.get(..length).map(|body| whole(Cow::Borrowed(body), length))),
    }
}

/// `303` from `HTTP/1.1 303 See Other`.
fn status_of(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.1 ").or_else(|| line.strip_prefix(b"HTTP/1.0 "))?;
    let (digits, after) = rest.split_at_checked(3)?;
    let ends = after.first().is_some_and(|byte| matches!(byte, b' ' | b'\r'));
    let status = std::str::from_utf8(digits).ok()?.parse().ok()?;
    (ends && (200..600).contains(&status)).then_some(status)
}

fn framing_of(headers: &[u8]) -> Result<Framing, WrongAnswer> {
    let mut framing = Framing::default();
    for line in lines(headers) {
        let (name, value) = name_and_value(line).ok_or(WrongAnswer::Header)?;
        // Most headers are of no interest here, and their length tells.
        match name.len() {
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                let length = std::str::from_utf8(value).ok().and_then(|digits| digits.parse().ok());
                framing.length = Some(length.ok_or(WrongAnswer::Header)?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => framing.is_chunked = value.eq_ignore_ascii_case(b"chunked"),
            10 if name.eq_ignore_ascii_case(b"connection") => framing.closes = value.eq_ignore_ascii_case(b"close"),
            _ => {}
        }
    }
    Ok(framing)
}

fn lines(headers: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = headers;
    std::iter::from_fn(move || {
        let end = memchr(b'\n', rest)?;
        let (line, after) = rest.split_at(end + 1);
        rest = after;
        Some(line)
    })
}

fn name_and_value(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr(b':', line).filter(|at| *at > 0)?;
    Some((&line[..colon], line[colon + 1..].trim_ascii()))
}

/// The body and how many bytes it took, once the last chunk is there.
fn read_chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, WrongAnswer> {
    let mut body = Vec::new();
    let mut rest = bytes;
    loop {
        let Some((size, after)) = chunk_size(rest)? else { return Ok(None) };
        if size == 0 {
            // What may follow the last chunk are headers, and an empty line ends them.
            let trailer = if after.starts_with(b"\r\n") { Some(2) } else { memmem::find(after, b"\r\n\r\n").map(|at| at + 4) };
            return Ok(trailer.map(|length| (body, bytes.len() - after.len() + length)));
        }
        if body.len() + size > BODY_BYTES_MAX {
            return Err(WrongAnswer::LongBody);
        }
        let Some((chunk, after)) = after.split_at_checked(size) else { return Ok(None) };
        let Some((end, after)) = after.split_at_checked(2) else { return Ok(None) };
        if end != b"\r\n" {
            return Err(WrongAnswer::Chunk);
        }
        body.extend_from_slice(chunk);
        rest = after;
    }
}

/// The size in front of a chunk, and what follows its line.
fn chunk_size(bytes: &[u8]) -> Result<Option<(usize, &[u8])>, WrongAnswer> {
    const LINE_BYTES_MAX: usize = 1_024;
    let Some(end) = memchr(b'\n', bytes) else {
        return if bytes.len() > LINE_BYTES_MAX { Err(WrongAnswer::Chunk) } else { Ok(None) };
    };
    let line = bytes[..end].trim_ascii();
    let digits = line.split(|byte| *byte == b';').next().unwrap_or(line).trim_ascii();
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'));
    let size = digits.and_then(|digits| usize::from_str_radix(digits, 16).ok()).ok_or(WrongAnswer::Chunk)?;
    Ok(Some((size, &bytes[end + 1..])))
}

impl<'a> Response<'a> {
    /// The values of a header, in order.
    pub fn headers(&self, name: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        let values = lines(self.headers).filter_map(name_and_value).filter(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        values.filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Where a redirect leads; empty when nowhere.
    pub fn location(&self) -> &'a str {
        self.headers("location").next().unwrap_or_default()
    }

    /// The document as text; empty when it is none.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nHello";
    const REDIRECT: &[u8] =
        b"HTTP/1.1 303 See Other\r\nlocation: /cart\r\nset-cookie: cart=9_1; Path=/\r\nset-cookie: cart_units=1\r\n\
        content-length: 0\r\n\r\n";
    const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4;name=1\r\nFlat\r\n6\r\n white\r\n0\r\n\r\n";
    const TRAILER: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\nFlat white\r\n0\r\nx: 1\r\ny: 2\r\n\r\n";

    fn read(bytes: &[u8]) -> Response<'_> {
        read_response(bytes).expect("it is HTTP").expect("all of it is there")
    }

    /// Every beginning is not yet an answer, the whole is, and what follows belongs to the next one.
    fn arrives_in_any_pieces(bytes: &[u8], body: &str) {
        for end in 0..bytes.len() {
            assert_eq!(read_response(&bytes[..end]), Ok(None), "{end} of {} bytes", bytes.len());
        }
        let response = read(bytes);
        assert_eq!((response.text(), response.length), (body, bytes.len()));
        let followed = [bytes, PAGE].concat();
        assert_eq!(read(&followed).length, bytes.len());
        assert_eq!(read(&followed[bytes.len()..]).text(), "Hello");
    }

    #[test]
    fn an_answer_is_read_however_its_bytes_are_split() {
        arrives_in_any_pieces(PAGE, "Hello");
        arrives_in_any_pieces(REDIRECT, "");
        arrives_in_any_pieces(CHUNKED, "Flat white");
        arrives_in_any_pieces(TRAILER, "Flat white");
        arrives_in_any_pieces(b"HTTP/1.1 304 Not Modified\r\netag: \"1\"\r\n\r\n", "");
    }

    #[test]
    fn status_place_and_cookies_are_found_in_any_case() {
        let response = read(REDIRECT);
        assert_eq!((response.status, response.location(), response.keeps_alive), (303, "/cart", true));
        assert_eq!(response.headers("Set-Cookie").collect::<Vec<_>>(), ["cart=9_1; Path=/", "cart_units=1"]);
        assert_eq!(read(PAGE).location(), "");
    }

    #[test]
    fn a_server_that_hangs_up_says_so() {
        assert!(!read(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").keeps_alive);
        assert!(!read(b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").keeps_alive);
    }

    #[test]
    fn what_is_no_answer_is_refused_with_a_reason() {
        let long = vec![b'x'; HEAD_BYTES_MAX + 1];
        for (bytes, wrong) in [
            (&b"SSH-2.0-OpenSSH\r\n\r\n"[..], WrongAnswer::StatusLine),
            (b"HTTP/1.1 2000 OK\r\n\r\n", WrongAnswer::StatusLine),
            (b"HTTP/1.1 100 Continue\r\n\r\n", WrongAnswer::StatusLine),
            (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", WrongAnswer::Header),
            (b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", WrongAnswer::Header),
            (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", WrongAnswer::Header),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", WrongAnswer::LongBody),
            (b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\nHello", WrongAnswer::NoEnd),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n", WrongAnswer::Chunk),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nHello\r\n", WrongAnswer::Chunk),
            (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFF\r\n", WrongAnswer::LongBody),
            (&long, WrongAnswer::LongHead),
        ] {
            assert_eq!(read_response(bytes), Err(wrong), "{}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
        }
    }
}
