//! The end of a server: whoever was let in is answered.

use super::door::Door;
use super::{Client, HOST};
use crate::world::World;
use std::future::ready;
use web::Site;
use web::serve::{Entrance, ServeLimits, listen, serve};

#[test]
fn whoever_waits_in_the_kernels_queue_is_answered() {
    let world = World::start("sqlite");
    let listeners = listen(([127, 0, 0, 1], 0).into(), 2).expect("a port is free");
    let mut clients: Vec<Client> = (0..50).map(|_| Client::at(listeners.address())).collect();
    for client in &mut clients {
        client.send(&format!("GET / HTTP/1.1\r\n{HOST}"));
    }
    world.with(serve(listeners, Site::new(world.app.clone()), Entrance::default(), ready(())));
    for client in clients {
        let heard = client.hear_out();
        assert!(heard.starts_with("HTTP/1.1 200 ") && heard.ends_with("</html>"), "{heard}");
    }
}

#[test]
fn a_request_that_has_begun_is_answered_and_idle_connections_are_closed() {
    let world = World::start("sqlite");
    let door = Door::open(&world, Entrance::default());
    let (mut idle, mut begun) = (Client::at(door.address), Client::at(door.address));
    for client in [&mut idle, &mut begun] {
        assert_eq!(client.get("/"), "http/1.1 200 ok");
    }
    begun.send("GET / HTTP/1.1\r\n");
    let served = door.close();
    assert_eq!(idle.hear_out(), "");
    begun.send(HOST);
    let heard = begun.hear_out();
    assert!(heard.starts_with("HTTP/1.1 200 ") && heard.contains("\r\nconnection: close\r\n"), "{heard}");
    world.with(served).expect("the server has ended");
}

#[test]
fn whoever_waits_for_a_slot_is_answered_as_soon_as_somebody_leaves() {
    let world = World::start("sqlite");
    let limits = ServeLimits { connections_max: 2, ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, ..Entrance::default() });
    let mut begun: Vec<Client> = (0..2).map(|_| Client::at(door.address)).collect();
    for client in &mut begun {
        assert_eq!(client.get("/"), "http/1.1 200 ok");
        client.send("GET / HTTP/1.1\r\n");
    }
    let mut knocking: Vec<Client> = (0..10).map(|_| Client::at(door.address)).collect();
    for client in &mut knocking {
        client.send(&format!("GET / HTTP/1.1\r\n{HOST}"));
    }
    let served = door.close();
    begun.iter_mut().for_each(|client| client.send(HOST));
    for client in begun.into_iter().chain(knocking) {
        let heard = client.hear_out();
        assert!(heard.starts_with("HTTP/1.1 200 ") && heard.contains("\r\nconnection: close\r\n"), "{heard}");
    }
    world.with(served).expect("the server has ended");
}

#[test]
fn whoever_waits_for_the_slot_of_somebody_who_was_just_answered_is_answered() {
    let world = World::start("sqlite");
    let limits = ServeLimits { connections_max: 2, ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, ..Entrance::default() });
    let mut idle: Vec<Client> = (0..2).map(|_| Client::at(door.address)).collect();
    for client in &mut idle {
        assert_eq!(client.get("/"), "http/1.1 200 ok");
    }
    let mut knocking: Vec<Client> = (0..10).map(|_| Client::at(door.address)).collect();
    for client in &mut knocking {
        client.send(&format!("GET / HTTP/1.1\r\n{HOST}"));
    }
    let served = door.close();
    for client in knocking {
        let heard = client.hear_out();
        assert!(heard.starts_with("HTTP/1.1 200 "), "{heard}");
    }
    world.with(served).expect("the server has ended");
}
