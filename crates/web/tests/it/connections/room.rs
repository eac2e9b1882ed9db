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
