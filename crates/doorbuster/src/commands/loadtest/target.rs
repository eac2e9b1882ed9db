//! The address of the shop that is tested, as it is typed.

use loadtest::way::{Scheme, Trust, Way};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs as _};

/// Reads `http://juniper.localhost:8080` or `https://juniper.example`, with or without what is before and after the host. `nodes`
/// are where it is, whatever its name says; `trust` tells which certificates are taken.
///
/// # Errors
/// When it is no such address, or nobody knows the host. The text says what to do.
pub fn way_to(address: &str, nodes: &[SocketAddr], trust: Trust) -> Result<Way, String> {
    let (scheme, port, rest) = match address.strip_prefix("https://") {
        Some(rest) => (Scheme::Https(trust), 443, rest),
        None => (Scheme::Http, 80, address.strip_prefix("http://").unwrap_or(address)),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains('@') {
        return Err(format!("{address} is no address of a shop; it looks like http://juniper.localhost:8080"));
    }
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => {
            (name, port.parse().map_err(|_| format!("{address}: {port} is no port; ports are numbers from 1 to 65535"))?)
        }
        _ => (host, port),
    };
    let server = nodes.first().copied().or_else(|| server_of(name, port));
    let server = server.ok_or_else(|| format!("{address}: nobody knows where {name} is"))?;
    Ok(Way { server, more_nodes: nodes.iter().skip(1).copied().collect(), host: host.to_owned(), scheme })
}

fn server_of(name: &str, port: u16) -> Option<SocketAddr> {
    // Names that end so are this machine (RFC 6761), also where the resolver does not know.
    if name == "localhost" || name.ends_with(".localhost") {
        return Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port));
    }
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let found: Vec<SocketAddr> = (bare, port).to_socket_addrs().ok()?.collect();
    found.iter().find(|server| server.is_ipv4()).or(found.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_found_however_its_address_is_typed() {
        for (typed, server, host) in [
            ("http://juniper.localhost:8080/", "127.0.0.1:8080", "juniper.localhost:8080"),
            ("juniper.localhost:8080", "127.0.0.1:8080", "juniper.localhost:8080"),
            ("http://127.0.0.5", "127.0.0.5:80", "127.0.0.5"),
            ("http://[::1]:81/cart?x=1", "[::1]:81", "[::1]:81"),
            ("https://127.0.0.5/", "127.0.0.5:443", "127.0.0.5"),
        ] {
            let way = way_to(typed, &[], Trust::Known).expect(typed);
            assert_eq!((way.server.to_string().as_str(), way.host.as_str()), (server, host), "{typed}");
            assert_eq!(way.scheme == Scheme::Https(Trust::Known), typed.starts_with("https:"));
        }
    }

    #[test]
    fn a_shop_can_be_elsewhere_than_its_name_says() {
        let copy: SocketAddr = ([127, 0, 0, 1], 4711).into();
        let way = way_to("http://www.juniper.example", &[copy], Trust::Known).expect("nobody is asked where it is");
        assert_eq!(way, Way::plain(copy, "www.juniper.example"));
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for (typed, says) in [
            ("http://", "looks like http://juniper.localhost:8080"),
            ("http://juniper.localhost:shop", "shop is no port"),
            ("http://ada:secret@localhost", "is no address of a shop"),
        ] {
            let told = way_to(typed, &[], Trust::Known).expect_err(typed);
            assert!(told.contains(says), "{told}");
        }
    }
}
