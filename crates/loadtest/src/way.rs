//! The way to a shop: where its server is, by which name it is asked for, and whether over TLS.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// How a shop is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The server: the one that is asked before and after the shoppers.
    pub server: SocketAddr,
    /// More nodes of the same shop. The shoppers' connections go to all of them in turns, as a load balancer has them.
    pub more_nodes: Vec<SocketAddr>,
    /// The host as it stands in addresses: `juniper.localhost:8080`.
    pub host: String,
    /// What addresses begin with.
    pub scheme: Scheme,
}

/// What addresses begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`: HTTP/1.1 over TLS.
    Https(Trust),
}

/// Which certificates are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Those that browsers take: valid now, for this host, from an authority that everybody knows.
    Known,
    /// Any: for a test certificate.
    Any,
}

impl Way {
    /// To this server without TLS.
    pub fn plain(server: SocketAddr, host: impl Into<String>) -> Self {
        Self { server, more_nodes: Vec::new(), host: host.into(), scheme: Scheme::Http }
    }

    /// All nodes.
    pub fn nodes(&self) -> Vec<SocketAddr> {
        [&[self.server], &self.more_nodes[..]].concat()
    }

    /// What the shop's pages call it, as browsers send it along with forms: `http://juniper.localhost:8080`.
    pub fn origin(&self) -> String {
        let scheme = match self.scheme {
            Scheme::Http => "http",
            Scheme::Https(_) => "https",
        };
        format!("{scheme}://{}", self.host)
    }

    /// The host without its port.
    pub fn name(&self) -> &str {
        let end = match self.host.rsplit_once(':') {
            Some((name, _)) if !name.contains(':') || name.ends_with(']') => name.len(),
            _ => self.host.len(),
        };
        self.host[..end].trim_start_matches('[').trim_end_matches(']')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_name_and_an_origin() {
        let server = ([127, 0, 0, 1], 8_443).into();
        for (host, name) in [
            ("juniper.example", "juniper.example"),
            ("juniper.example:8443", "juniper.example"),
            ("127.0.0.1:8443", "127.0.0.1"),
            ("[::1]:8443", "::1"),
            ("[::1]", "::1"),
        ] {
            assert_eq!(Way::plain(server, host).name(), name);
        }
        let way = Way { scheme: Scheme::Https(Trust::Known), ..Way::plain(server, "juniper.example") };
        assert_eq!(way.origin(), "https://juniper.example");
    }
}
