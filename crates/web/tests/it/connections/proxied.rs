//! Behind a proxy that says for whom a connection is. That it is believed shows in the limit that each visitor has.

use super::door::Door;
use super::{Client, HOST};
use crate::world::World;
use web::serve::{Entrance, Proxies, ProxyProtocol, ServeLimits};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

fn entrance(trusted: &str) -> Entrance {
    let limits = ServeLimits { connections_per_address_max: 1, ..ServeLimits::default() };
    let proxies = Proxies { trusted: vec![trusted.parse().expect("a network")], protocol: ProxyProtocol::Required };
    Entrance { limits, proxies, ..Entrance::default() }
}

fn introduced(door: &Door, header: &[&[u8]]) -> Client {
    use std::io::Write as _;
    let mut client = Client::at(door.address);
    // Who is refused may have gone while we were speaking.
    let request = format!("GET / HTTP/1.1\r\n{HOST}");
    for part in header.iter().copied().chain([request.as_bytes()]) {
        let _ = client.0.write_all(part);
    }
    client
}

#[test]
fn a_visitor_behind_a_proxy_has_a_limit_of_its_own() {
    let world = World::start("sqlite");
    let door = Door::open(&world, entrance("127.0.0.0/8"));
    let line = |address: &str| format!("PROXY TCP4 {address} 127.0.0.1 4711 443\r\n");
    let mut ada = introduced(&door, &[line("203.0.113.7").as_bytes()]);
    assert_eq!(ada.answer(), "http/1.1 200 ok");
    let mut ben = introduced(&door, &[&line("203.0.113.8").as_bytes()[..9], &line("203.0.113.8").as_bytes()[9..]]);
    assert_eq!(ben.answer(), "http/1.1 200 ok");
    let binary = [SIGNATURE, &[0x21, 0x11, 0, 12, 203, 0, 113, 7, 127, 0, 0, 1, 0x12, 0x67, 1, 187]].concat();
    assert_eq!(introduced(&door, &[&binary]).hear_out(), "", "Ada has one already");
    assert_eq!(ada.get("/"), "http/1.1 200 ok");
    let of_the_proxy = [SIGNATURE, &[0x20, 0, 0, 0]].concat();
    for _ in 0..3 {
        assert_eq!(introduced(&door, &[&of_the_proxy]).answer(), "http/1.1 200 ok", "a look whether we live");
    }
}

#[test]
fn whoever_does_not_say_for_whom_it_comes_is_sent_away() {
    let world = World::start("sqlite");
    let door = Door::open(&world, entrance("127.0.0.0/8"));
    for header in [
        &b""[..],
        b"PROXY TCP4 203.0.113.7\r\n",
        b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\n",
        b"PROXY TCP9 a b c d\r\n",
        &[b'P'; 200],
        &[SIGNATURE, &[0x21, 0x11, 0, 3, 1, 2, 3]].concat(),
        &[SIGNATURE, &[0x21, 0x11, 0xff, 0xff]].concat(),
        &[SIGNATURE, &[0x51, 0x11, 0, 0]].concat(),
    ] {
        assert_eq!(introduced(&door, &[header]).hear_out(), "", "{header:?}");
    }
    let door = Door::open(&world, entrance("192.0.2.0/24"));
    let header = b"PROXY TCP4 203.0.113.7 127.0.0.1 4711 443\r\n";
    assert_eq!(introduced(&door, &[header]).hear_out(), "", "nobody trusts this proxy");
}
