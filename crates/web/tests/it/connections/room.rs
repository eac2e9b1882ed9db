//! More visitors than there is room for.

use super::Client;
use super::door::Door;
use crate::world::World;
use web::serve::{Entrance, ServeLimits};

#[test]
fn whoever_comes_gets_the_room_of_whoever_was_silent_for_longest() {
    let world = World::start("sqlite");
    let limits = ServeLimits { connections_max: 4, ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, ..Entrance::default() });
    let mut clients: Vec<Client> = Vec::new();
    for _ in 0..12 {
        let mut client = Client::at(door.address);
        assert_eq!(client.get("/"), "http/1.1 200 ok");
        clients.push(client);
    }
    for client in clients.drain(..8) {
        assert_eq!(client.hear_out(), "", "it had to go");
    }
    for client in &mut clients {
        assert_eq!(client.get("/"), "http/1.1 200 ok", "the last ones are still there");
    }
}

#[test]
fn a_crowd_that_finds_no_room_makes_as_many_leave_as_it_is() {
    let world = World::start("sqlite");
    let limits = ServeLimits { connections_max: 96, ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, ..Entrance::default() });
    let ask = |client: &mut Client| assert_eq!(client.get("/"), "http/1.1 200 ok");
    let mut silent: Vec<Client> = (0..96).map(|_| Client::at(door.address)).collect();
    silent.iter_mut().for_each(ask);
    // All of them knock before the first one asks.
    let mut crowd: Vec<Client> = (0..80).map(|_| Client::at(door.address)).collect();
    crowd.iter_mut().for_each(ask);
    let staying = silent.iter().filter(|client| client.is_open()).count();
    // A closing that takes long is followed by another one.
    assert!((8..=16).contains(&staying), "{staying} of 96 stay");
}
