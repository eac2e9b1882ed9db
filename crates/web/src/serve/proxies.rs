//! Proxies in front of the server that are believed when they say who the visitor is, and where they say it in a request: in
//! `X-Forwarded-For` or `Forwarded`.

use super::Peer;
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderName};
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Who is believed, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// Addresses and networks of the proxies.
    pub trusted: Vec<IpNet>,
    /// Whether they say at the beginning of each connection for whom it is.
    pub protocol: ProxyProtocol,
}

/// The PROXY protocol of HAProxy, version 1 or 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// Connections begin with a request.
    #[default]
    Off,
    /// Every connection begins with it. Others are closed, and so are those of anybody else but a trusted proxy.
    Required,
}

impl Proxies {
    /// Whether this is one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whose request it is. Each proxy adds the address that it was asked from at the end; what stands before the first one that
    /// is no proxy can have been made up by the visitor.
    pub(super) fn shopper(&self, peer: Peer, headers: &HeaderMap) -> Peer {
        if self.trusted.is_empty() || !self.trusts(peer.0.ip()) {
            return peer;
        }
        let has_list = headers.contains_key(X_FORWARDED_FOR);
        let name = if has_list { X_FORWARDED_FOR } else { header::FORWARDED };
        let lines: Vec<&str> = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default()).collect();
        let mut shopper = peer;
        for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let node = if has_list { Some(entry.trim()) } else { forwarded_for(entry) };
            let Some(address) = node.and_then(address_of) else { break };
            shopper = Peer(address);
            if !self.trusts(address.ip()) {
                break;
            }
        }
        shopper
    }
}

/// The value of `for` in an element of `Forwarded` (RFC 7239, section 4).
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| value.trim_matches('"'))
    })
}

/// An address with or without a port: `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:4711`.
fn address_of(node: &str) -> Option<SocketAddr> {
    let bare = node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node);
    let address =
        bare.parse::<IpAddr>().map(|address| SocketAddr::new(address, 0)).or_else(|_| node.parse::<SocketAddr>()).ok()?;
    Some(SocketAddr::new(address.ip().to_canonical(), address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &str, lines: &[(&'static str, &str)], expected: &str) {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].map(|network| network.parse().expect("a network")).to_vec();
        let proxies = Proxies { trusted, protocol: ProxyProtocol::Off };
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a header value"));
        }
        let peer = Peer(SocketAddr::new(from.parse().expect("an address"), 1));
        assert_eq!(proxies.shopper(peer, &headers).0.ip(), expected.parse::<IpAddr>().expect("an address"), "{lines:?}");
    }

    #[test]
    fn a_trusted_proxy_is_believed() {
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &[("x-forwarded-for", "203.0.113.7")], "203.0.113.7");
        check("::ffff:10.0.0.1", &[("x-forwarded-for", "203.0.113.7:4711")], "203.0.113.7");
        check("2001:db8:1::1", &[("x-forwarded-for", "2001:db8::7")], "2001:db8::7");
        check("10.0.0.1", &[("forwarded", "for=203.0.113.7;proto=https")], "203.0.113.7");
        check("10.0.0.1", &[("forwarded", "proto=https; For=\"[2001:db8::7]:4711\"")], "2001:db8::7");
    }

    #[test]
    fn nobody_else_is_believed() {
        check("203.0.113.9", &[("x-forwarded-for", "198.51.100.1")], "203.0.113.9");
        check("127.0.0.1", &[("forwarded", "for=198.51.100.1")], "127.0.0.1");
    }

    #[test]
    fn what_a_visitor_made_up_is_not_believed() {
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, 203.0.113.7")], "203.0.113.7");
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", "203.0.113.7, 10.0.0.2")], "203.0.113.7");
        check("10.0.0.1", &[("forwarded", "for=198.51.100.1, for=203.0.113.7, for=10.0.0.2")], "203.0.113.7");
        check("10.0.0.1", &[("x-forwarded-for", "203.0.113.7"), ("forwarded", "for=198.51.100.1")], "203.0.113.7");
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, unknown")], "10.0.0.1");
        check("10.0.0.1", &[("x-forwarded-for", "")], "10.0.0.1");
    }
}
