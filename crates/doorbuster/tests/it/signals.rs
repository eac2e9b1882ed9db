//! Signals that operators send to a running server.

use crate::program::{ANY_PORT, Engine, Place, Server, until};
use crate::shopper::Shopper;
use std::fs::File;

#[test]
fn a_server_without_certificates_goes_on_after_a_hangup_and_says_that_there_is_nothing_to_reload() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let log = place.folder.join("log");
    let mut command = place.command(&[&["serve"][..], &ANY_PORT].concat());
    command.env("DOORBUSTER_LOG", "info").stderr(File::create(&log).expect("the folder can be written"));
    let server = Server::start(command);
    for times in 1..=2 {
        server.signal("HUP");
        until("the server says so", || {
            std::fs::read_to_string(&log).is_ok_and(|log| log.matches("nothing to reload").count() == times)
        });
        assert_eq!(Shopper::new(&server.address).get("/").expect("the page is answered").status, 200);
    }
    assert_eq!(server.stop(), Some(0));
}
