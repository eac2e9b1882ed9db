//! Connections as clients use them that are no browsers: requests in pieces, several at once, and long silences between them.

mod direct;
mod door;
mod encrypted;
mod ending;
mod http2;
mod malformed;
mod proxied;
mod room;
mod slow;

use crate::world::{World, worlds};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

const HOST: &str = "Host: juniper.localhost\r\n\r\n";

/// One that parses no more than it has to.
struct Client(TcpStream);

impl Client {
    fn new(world: &World) -> Self {
        Self::at(world.address)
    }

    fn at(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).expect("the server accepts"))
    }

    /// A page on this connection, which stays open.
    fn get(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\n{HOST}"));
        self.answer()
    }

    /// Waits until the server has closed the connection; returns what it said before.
    fn hear_out(mut self) -> String {
        let mut heard = Vec::new();
        // A reset is an end, too.
        let _ = self.0.read_to_end(&mut heard);
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Whether the server has not closed the connection, which says nothing.
    fn is_open(&self) -> bool {
        self.0.set_nonblocking(true).expect("it is a socket");
        self.0.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).expect("the connection is open");
    }

    /// The status line of the next answer, whose body is read and thrown away.
    fn answer(&mut self) -> String {
        self.head_of_answer().lines().next().unwrap_or_default().to_owned()
    }

    /// The head of the next answer in lower case, whose body is read and thrown away.
    fn head_of_answer(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("there is an answer");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("a head is text").to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().expect("a length is a number"));
        self.0.read_exact(&mut vec![0; length]).expect("the body is as long as it was said to be");
        head
    }
}

/// Time passes at the server: another connection comes and goes.
fn pass_time(world: &World) {
    for _ in 0..5 {
        let mut other = Client::new(world);
        other.send(&format!("GET /favicon.svg HTTP/1.1\r\n{HOST}"));
        assert_eq!(other.answer(), "http/1.1 200 ok");
    }
}

#[test]
fn a_connection_answers_again_after_every_silence() {
    for world in worlds() {
        let mut client = Client::new(&world);
        for path in ["/", "/collections/all", "/cart", "/nothing", "/"] {
            pass_time(&world);
            client.send(&format!("GET {path} HTTP/1.1\r\n{HOST}"));
            let expected = if path == "/nothing" { "http/1.1 404 not found" } else { "http/1.1 200 ok" };
            assert_eq!(client.answer(), expected, "{path}");
        }
    }
}

#[test]
fn the_beginning_of_a_request_that_came_with_the_one_before_is_not_lost() {
    for world in worlds() {
        let whole = format!("GET / HTTP/1.1\r\n{HOST}");
        for cut in [1, 3, 10, 15, 30, whole.len() - 1] {
            let mut client = Client::new(&world);
            client.send(&format!("{whole}{}", &whole[..cut]));
            assert_eq!(client.answer(), "http/1.1 200 ok");
            pass_time(&world);
            client.send(&whole[cut..]);
            assert_eq!(client.answer(), "http/1.1 200 ok", "after {cut} bytes");
            client.send(&format!("{whole}{whole}"));
            assert_eq!((client.answer(), client.answer()), ("http/1.1 200 ok".to_owned(), "http/1.1 200 ok".to_owned()));
        }
    }
}

#[test]
fn a_form_may_come_in_pieces() {
    for world in worlds() {
        let mut client = Client::new(&world);
        for piece in
            ["PO", "ST /cart/add HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Le", "ngth: 21\r\n", HOST]
        {
            client.send(piece);
            pass_time(&world);
        }
        for piece in ["variant=1", "&quantity=1", "x"] {
            client.send(piece);
            pass_time(&world);
        }
        assert!(client.answer().starts_with("http/1.1 "), "it is answered once it is whole");
        client.send(&format!("GET / HTTP/1.1\r\n{HOST}"));
        assert_eq!(client.answer(), "http/1.1 200 ok");
    }
}
