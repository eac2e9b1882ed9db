//! Pages from memory are answered on a parked connection when their request comes whole, and by the parser when it comes in
//! pieces. Nobody can tell which of them it was.

use super::door::Door;
use super::{Client, HOST, pass_time};
use crate::races::Dice;
use crate::world::World;
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use web::serve::Entrance;

const TARGETS: [&str; 14] = [
    "/",
    "/?utm_source=mail",
    "/collections/all",
    "/collections/all?page=1",
    "/products/linen-tote",
    "/now.json",
    "/theme.css",
    "/robots.txt",
    "/nothing",
    "/products/nothing",
    "/products/%zz",
    "*",
    "http://juniper.localhost/",
    "http://other.example/",
];
const METHODS: [&str; 5] = ["GET", "GET", "GET", "HEAD", "get"];
const VERSIONS: [&str; 4] = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0"];
/// Lines that a head may have, of which some are wrong.
const LINES: [&str; 24] = [
    "Host: juniper.localhost",
    "host: JUNIPER.localhost:8080",
    "Host: quillmere.localhost",
    "Host: nobody.example",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "accept-encoding: gzip",
    "ACCEPT-ENCODING: br;q=0",
    "If-None-Match: *",
    "If-None-Match: \"other\"",
    "Cookie: a=b",
    "Cookie: early=x; visitor=1",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Connection: keep-alive",
    "Connection: Close",
    "Connection: keep-alive, te",
    "Content-Length: 0",
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
    "Expect: 100-continue",
    "Upgrade: h2c",
    "X-Forwarded-For: 203.0.113.7",
    "Accept-Language: d\u{e9}",
    " folded",
    "Bad Name: x",
];

/// Everything that is said until the connection is closed, but for the time of day and the order of headers.
fn told(client: Client) -> (Vec<String>, String) {
    let heard = client.hear_out();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap_or((&heard, ""));
    let mut head: Vec<String> = head.lines().map(str::to_lowercase).filter(|line| !line.starts_with("date: ")).collect();
    head.sort_unstable();
    // What follows is the answer to the request that ends the connection, or that there was none.
    let body = body.lines().filter(|line| !line.to_lowercase().starts_with("date: ")).collect::<Vec<_>>().join("\n");
    (head, body)
}

fn one_of<const N: usize>(dice: &mut Dice, things: [&'static str; N]) -> &'static str {
    things[dice.between(0, N as u64 - 1) as usize]
}

fn a_head(dice: &mut Dice) -> String {
    let mut head = format!("{} {} {}\r\n", one_of(dice, METHODS), one_of(dice, TARGETS), one_of(dice, VERSIONS));
    let mut lines: Vec<&str> = (0..dice.between(0, 4)).map(|_| one_of(dice, LINES)).collect();
    if dice.between(0, 7) > 0 {
        lines.insert(dice.between(0, lines.len() as u64) as usize, LINES[0]);
    }
    if dice.between(0, 19) == 0 {
        lines.extend(["X-Many: x"; 60]);
    }
    lines.iter().for_each(|line| head += &format!("{line}\r\n"));
    head + "\r\n"
}

#[test]
fn an_answer_is_the_same_whether_its_request_comes_at_once_or_in_pieces() {
    let world = World::start("sqlite");
    world.print();
    TARGETS.iter().for_each(|target| drop(Client::new(&world).get(target)));
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| RandomState::new().hash_one(0));
    let mut dice = Dice::new(seed);
    let last = "GET /robots.txt HTTP/1.1\r\nHost: juniper.localhost\r\nConnection: close\r\n\r\n";
    for _ in 0..400 {
        let head = a_head(&mut dice);
        let (mut at_once, mut in_pieces) = (Client::new(&world), Client::new(&world));
        at_once.send(&head);
        let (first, second) = head.split_at(3);
        in_pieces.send(first);
        pass_time(&world);
        in_pieces.send(second);
        pass_time(&world);
        for client in [&mut at_once, &mut in_pieces] {
            // It may have been closed with the first answer.
            let _ = client.0.write_all(last.as_bytes());
        }
        assert_eq!(told(at_once), told(in_pieces), "SEED={seed}: {head:?}");
    }
}

#[test]
fn a_page_from_memory_needs_no_parser() {
    let world = World::start("sqlite");
    world.print();
    let mut client = Client::new(&world);
    assert_eq!(Client::new(&world).get("/"), "http/1.1 200 ok", "made when it is first asked for");
    // Hyper's clock is the machine's, ours the world's.
    for (line, is_direct) in [("", true), ("Accept-Encoding: gzip\r\n", true), ("Content-Length: 0\r\n", false), ("", true)] {
        client.send(&format!("GET / HTTP/1.1\r\n{line}{HOST}"));
        let head = client.head_of_answer();
        assert_eq!(head.contains("date: fri, 27 nov 2026 09:00:00 gmt\r\n"), is_direct, "{line:?}: {head}");
    }
}

#[test]
fn a_page_is_answered_as_often_as_it_is_asked_for() {
    let world = World::start("sqlite");
    world.print();
    let door = Door::open(&world, Entrance::default());
    let mut client = Client::at(door.address);
    for _ in 0..1_000 {
        assert_eq!(client.get("/"), "http/1.1 200 ok");
    }
    // After the parser was needed in between, too.
    for path in ["/cart", "/", "/search?q=tote", "/", "/nothing", "/"] {
        let expected = if path == "/nothing" { "http/1.1 404 not found" } else { "http/1.1 200 ok" };
        assert_eq!(client.get(path), expected, "{path}");
    }
}
