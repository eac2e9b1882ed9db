//! Clients that take their time on purpose: each holds what it can of the server for as long as it is let.

use super::door::Door;
use super::{Client, HOST};
use crate::world::World;
use std::io::{ErrorKind, Write};
use std::time::Duration;
use web::serve::{Entrance, ServeLimits};

const SECOND: Duration = Duration::from_secs(1);

fn impatient() -> Entrance {
    let limits = ServeLimits { header_timeout: SECOND, stall_timeout: SECOND, idle_timeout: SECOND, ..ServeLimits::default() };
    Entrance { limits, ..Entrance::default() }
}

#[test]
fn a_thousand_slow_clients_keep_nobody_waiting_and_are_let_go() {
    let world = World::start("sqlite");
    let door = Door::open(&world, impatient());
    let form = "POST /cart/add HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 21\r\n";
    let beginnings = ["", "GET / HTT", "GET / HTTP/1.1\r\nX: x\r\n", &format!("{form}{HOST}v")];
    let slow: Vec<(&str, Client)> = beginnings
        .iter()
        .cycle()
        .take(1_000)
        .map(|beginning| {
            let mut client = Client::at(door.address);
            client.send(beginning);
            (*beginning, client)
        })
        .collect();
    for _ in 0..100 {
        assert_eq!(Client::at(door.address).get("/"), "http/1.1 200 ok");
    }
    for (beginning, client) in slow {
        let heard = client.hear_out();
        let expected = if beginning.starts_with("POST") { "HTTP/1.1 400 " } else { "" };
        assert!(heard.starts_with(expected) && heard.is_empty() == expected.is_empty(), "{beginning:?}: {heard}");
    }
}

#[test]
fn a_client_that_reads_nothing_is_cut_off() {
    let world = World::start("sqlite");
    let door = Door::open(&world, impatient());
    let mut client = Client::at(door.address);
    let asks = format!("GET / HTTP/1.1\r\n{HOST}").repeat(100);
    // The server stops to read when nobody takes its answers, and then this waits until the connection is gone.
    let end = loop {
        if let Err(error) = client.0.write_all(asks.as_bytes()) {
            break error;
        }
    };
    assert!(matches!(end.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{end}");
}

#[test]
fn an_idle_connection_is_closed_after_its_time() {
    let world = World::start("sqlite");
    let door = Door::open(&world, impatient());
    let mut client = Client::at(door.address);
    assert_eq!(client.get("/"), "http/1.1 200 ok");
    assert_eq!(client.hear_out(), "");
}
