//! More visitors than the system allows open files.

use crate::program::{ANY_PORT, Engine, PROGRAM, Place, Server};
use std::io::{Read, Write};
use std::net::TcpStream;

#[test]
fn a_server_that_runs_out_of_descriptors_lets_idle_visitors_go_for_those_who_come() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let server =
        Server::start(place.command_through(&["prlimit", "--nofile=128", PROGRAM], &[&["serve"][..], &ANY_PORT].concat()));
    let address = server.address.strip_prefix("http://").expect("it speaks HTTP");
    let visit = || {
        let mut visitor = TcpStream::connect(address).expect("the kernel accepts");
        visitor.write_all(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").expect("the connection is open");
        let mut status = [0; 12];
        visitor.read_exact(&mut status).expect("it is answered");
        assert_eq!(&status, b"HTTP/1.1 200");
        visitor
    };
    let visitors: Vec<TcpStream> = (0..400).map(|_| visit()).collect();
    assert_eq!(visitors.len(), 400);
    assert_eq!(server.stop(), Some(0));
}
