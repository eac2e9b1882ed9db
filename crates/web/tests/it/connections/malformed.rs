//! Requests that servers read differently. Behind a proxy, what one takes for the end of a request and the other does not is a
//! way to slip a request past it, so all of these are refused and their connection is closed.

use super::{Client, HOST};
use crate::world::World;

const FORM: &str = "POST /cart/add HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n";
const FOLLOWING: &str = "GET /nothing HTTP/1.1\r\nHost: juniper.localhost\r\n\r\n";

/// The statuses of all answers that a server gives before it closes the connection.
#[track_caller]
fn check(world: &World, sent: &str, expected: &[&str]) {
    let mut client = Client::new(world);
    client.send(sent);
    let heard = client.hear_out();
    let statuses: Vec<&str> = heard.split("HTTP/1.").skip(1).map(|answer| &answer[2..5]).collect();
    assert_eq!(statuses, expected, "{:?}\n{heard}", &sent[..sent.len().min(300)]);
}

#[test]
fn a_length_that_was_said_twice_is_refused() {
    let world = World::start("sqlite");
    for lines in [
        "Content-Length: 21\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 21\r\n",
        "Content-Length: 21\r\nContent-Length: 21\r\n",
        "Content-Length: 21\r\nContent-Length: 5\r\n",
        "Content-Length: 21, 21\r\n",
        "Content-Length: +21\r\n",
        "Content-Length: 0x15\r\n",
        "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Content-Length : 21\r\n",
    ] {
        check(&world, &format!("{FORM}{lines}{HOST}0\r\n\r\n{FOLLOWING}"), &["400"]);
    }
    check(&world, &format!("POST /cart/add HTTP/1.0\r\nTransfer-Encoding: chunked\r\n{HOST}0\r\n\r\n{FOLLOWING}"), &["400"]);
}

#[test]
fn chunks_are_chunks() {
    let world = World::start("sqlite");
    let chunked = format!("{FORM}Transfer-Encoding: chunked\r\n{HOST}");
    check(&world, &format!("{chunked}15\r\nvariant=41&quantity=1\r\n0\r\n\r\n{FOLLOWING}"), &["303"]);
    check(&world, &format!("{chunked}a;x=y\r\nvariant=41\r\nB\r\n&quantity=1\r\n0\r\n\r\n"), &["303"]);
    for chunks in [
        "zz\r\nabc",
        "0x15\r\nabc",
        "-1\r\nabc",
        "fffffffffffffffff\r\nabc",
        "15\nvariant=41&quantity=1\n0\n\n",
        "3\r\nabcd\r\n0\r\n\r\n",
    ] {
        check(&world, &format!("{chunked}{chunks}\r\n{FOLLOWING}"), &["400"]);
    }
}

#[test]
fn lines_end_as_lines_do() {
    let world = World::start("sqlite");
    for head in [
        "GET / HTTP/1.1\nHost: juniper.localhost\n\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\n\r\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\r\n\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\r\nX: a\rb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\r\nX: a\0b\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: juniper.localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: juniper.localhost\r\nX\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: juniper.localhost\r\n\r\n",
        "no request at all\r\n\r\n",
    ] {
        check(&world, &format!("{head}{FOLLOWING}"), &["400"]);
    }
}

#[test]
fn a_request_is_for_one_host() {
    let world = World::start("sqlite");
    check(&world, &format!("GET / HTTP/1.1\r\n\r\n{FOLLOWING}"), &["400"]);
    check(&world, &format!("GET / HTTP/1.1\r\nHost: juniper.localhost\r\n{HOST}{FOLLOWING}"), &["400"]);
    check(&world, &format!("GET / HTTP/1.1\r\nHost: quillmere.localhost\r\n{HOST}{FOLLOWING}"), &["400"]);
    check(&world, &format!("GET http://quillmere.localhost/ HTTP/1.1\r\n{HOST}{FOLLOWING}"), &["400"]);
    check(&world, &format!("GET http://juniper.localhost/ HTTP/1.1\r\nConnection: close\r\n{HOST}"), &["200"]);
}

#[test]
fn a_head_has_a_size() {
    let world = World::start("sqlite");
    check(&world, &format!("GET / HTTP/1.1\r\nX: {}\r\n{HOST}", "x".repeat(100 << 10)), &["431"]);
    check(&world, &format!("GET /{} HTTP/1.1\r\n{HOST}", "x".repeat(100 << 10)), &["431"]);
    check(&world, &format!("GET / HTTP/1.1\r\n{}{HOST}", "X: x\r\n".repeat(150)), &["431"]);
}

#[test]
fn what_is_well_formed_is_answered() {
    let world = World::start("sqlite");
    let last = format!("GET / HTTP/1.1\r\nConnection: close\r\n{HOST}");
    check(&world, &format!("{FOLLOWING}\r\n{FOLLOWING}{FOLLOWING}{last}"), &["404", "404", "404", "200"]);
    check(&world, &format!("GET / HTTP/1.0\r\n{HOST}"), &["200"]);
    check(&world, "GET / HTTP/1.0\r\n\r\n", &["404"]);
    let form = "variant=41&quantity=1";
    check(&world, &format!("{FORM}Content-Length: 21\r\nConnection: close\r\n{HOST}{form}"), &["303"]);
    check(&world, &format!("{FORM}Content-Length: 21\r\n{HOST}{form}{last}"), &["303", "200"]);
}

#[test]
fn a_client_may_ask_whether_to_send_its_form() {
    let world = World::start("sqlite");
    let mut client = Client::new(&world);
    client.send(&format!("{FORM}Content-Length: 21\r\nExpect: 100-continue\r\n{HOST}"));
    assert_eq!(client.answer(), "http/1.1 100 continue");
    client.send("variant=41&quantity=1");
    assert_eq!(client.answer(), "http/1.1 303 see other");
    assert_eq!(client.get("/"), "http/1.1 200 ok");
}
