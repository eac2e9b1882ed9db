//! The PROXY protocol: a few bytes at the beginning of a connection in which a proxy says for whom it is
//! (<https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>).

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// How version 2 begins.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Of version 1, its end included (section 2.1).
const LINE_BYTES_MAX: usize = 107;
/// Of version 2, after its first 16 bytes: addresses, and what else proxies say.
const REST_BYTES_MAX: usize = 2_048;

/// Reads the header and nothing that follows it. `None` when the connection is the proxy's own, such as a look whether we live.
///
/// # Errors
/// When it is malformed or does not arrive whole.
pub(super) async fn read_header(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if first[0] == SIGNATURE[0] { read_binary(stream).await } else { read_line(stream).await }
}

async fn read_line(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let (mut line, mut length) = ([0; LINE_BYTES_MAX], 0);
    while !line[..length].ends_with(b"\n") {
        if length == line.len() {
            return Err(ErrorKind::InvalidData.into());
        }
        let seen = stream.peek(&mut line[length..]).await?;
        let end = line[length..length + seen].iter().position(|byte| *byte == b'\n');
        let part = end.map_or(seen, |end| end + 1);
        if part == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        stream.read_exact(&mut line[length..length + part]).await?;
        length += part;
    }
    parse_line(&line[..length]).ok_or_else(|| ErrorKind::InvalidData.into())
}

/// `PROXY TCP4 203.0.113.7 192.0.2.1 4711 443`.
fn parse_line(line: &[u8]) -> Option<Option<SocketAddr>> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix("\r\n")?;
    let words: Vec<&str> = line.strip_prefix("PROXY ")?.split(' ').collect();
    match words[..] {
        ["UNKNOWN", ..] => Some(None),
        ["TCP4", source, target, port, target_port] => {
            let _: (Ipv4Addr, u16) = (target.parse().ok()?, target_port.parse().ok()?);
            Some(Some((source.parse::<Ipv4Addr>().ok()?, port.parse().ok()?).into()))
        }
        ["TCP6", source, target, port, target_port] => {
            let _: (Ipv6Addr, u16) = (target.parse().ok()?, target_port.parse().ok()?);
            Some(Some((source.parse::<Ipv6Addr>().ok()?, port.parse().ok()?).into()))
        }
        _ => None,
    }
}

async fn read_binary(stream: &mut TcpStream) -> io::Result<Option<SocketAddr>> {
    let mut first = [0; 16];
    stream.read_exact(&mut first).await?;
    let length = usize::from(u16::from_be_bytes([first[14], first[15]]));
    if length > REST_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    parse_binary(&first, &rest).ok_or_else(|| ErrorKind::InvalidData.into())
}

/// Section 2.2: signature, version and command, family, length; then addresses and ports of both ends.
fn parse_binary(first: &[u8; 16], rest: &[u8]) -> Option<Option<SocketAddr>> {
    const LOCAL: u8 = 0x20;
    const PROXY: u8 = 0x21;
    const TCP4: u8 = 0x11;
    const TCP6: u8 = 0x21;
    if first[..12] != SIGNATURE {
        return None;
    }
    match (first[12], first[13]) {
        (LOCAL, _) => Some(None),
        (PROXY, TCP4) => {
            let (source, port) = (<[u8; 4]>::try_from(rest.get(..4)?).ok()?, rest.get(8..12)?);
            Some(Some(SocketAddr::new(IpAddr::from(source), u16::from_be_bytes([port[0], port[1]]))))
        }
        (PROXY, TCP6) => {
            let (source, port) = (<[u8; 16]>::try_from(rest.get(..16)?).ok()?, rest.get(32..36)?);
            Some(Some(SocketAddr::new(IpAddr::from(source), u16::from_be_bytes([port[0], port[1]]))))
        }
        // Another family: the proxy may not know the address.
        (PROXY, _) => Some(None),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_the_visitor() {
        let ada: SocketAddr = "203.0.113.7:4711".parse().expect("an address");
        let ben: SocketAddr = "[2001:db8::7]:4711".parse().expect("an address");
        for (line, expected) in [
            ("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n", Some(Some(ada))),
            ("PROXY TCP6 2001:db8::7 2001:db8::1 4711 443\r\n", Some(Some(ben))),
            ("PROXY UNKNOWN\r\n", Some(None)),
            ("PROXY UNKNOWN ffff:: ffff:: 1 2\r\n", Some(None)),
            ("PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\n", None),
            ("PROXY TCP4 203.0.113.7 192.0.2.1 4711\r\n", None),
            ("PROXY TCP4 2001:db8::7 192.0.2.1 4711 443\r\n", None),
            ("PROXY TCP4 203.0.113.7 192.0.2.1 70000 443\r\n", None),
            ("PROXY TCP4  203.0.113.7 192.0.2.1 4711 443\r\n", None),
            ("GET / HTTP/1.1\r\n", None),
        ] {
            assert_eq!(parse_line(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn bytes_name_the_visitor() {
        let parse = |command: u8, family: u8, rest: &[u8]| {
            let mut first = [0; 16];
            first[..12].copy_from_slice(&SIGNATURE);
            (first[12], first[13]) = (command, family);
            parse_binary(&first, rest)
        };
        let rest = [203, 0, 113, 7, 192, 0, 2, 1, 0x12, 0x67, 1, 187];
        assert_eq!(parse(0x21, 0x11, &rest), Some(Some("203.0.113.7:4711".parse().expect("an address"))));
        assert_eq!(parse(0x21, 0x11, &rest[..11]), None, "too short");
        assert_eq!(parse(0x20, 0x00, &[]), Some(None), "the proxy's own connection");
        assert_eq!(parse(0x21, 0x31, &[0; 216]), Some(None), "a Unix socket");
        assert_eq!(parse(0x11, 0x11, &rest), None, "another version");
        let mut rest = [0; 36];
        rest[..16].copy_from_slice(&"2001:db8::7".parse::<Ipv6Addr>().expect("an address").octets());
        rest[32..34].copy_from_slice(&4_711_u16.to_be_bytes());
        assert_eq!(parse(0x21, 0x21, &rest), Some(Some("[2001:db8::7]:4711".parse().expect("an address"))));
    }
}
