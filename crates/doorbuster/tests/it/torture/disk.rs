//! The disk fails while orders come in: it does not take what it was given (fsync), or has no room left. SQLite only; PostgreSQL
//! looks after its own disk.

use super::crowd::SHOPPERS;
use super::small_disk::SmallDisk;
use super::{ABORTED, Crowd, Dice, UNITS, rounds};
use crate::program::{ANY_PORT, Engine, PROGRAM, Place, SQLITE_FILE, Server};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;

/// Servers whose disk fails.
const FAILURES: usize = 8;
/// strace's list of what it saw, in the data folder.
const FSYNCS: &str = "fsyncs";
/// So often the small disk is full.
const FILLS: usize = 3;
/// Bytes that are left to the shop when the disk is filled up: 64 KiB to 2 MiB.
const ROOM: (usize, usize) = (64 << 10, 2 << 20);

#[test]
fn after_a_failed_fsync_nobody_is_answered_and_the_next_start_copies_the_database() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(UNITS);
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    for failure in rounds(FAILURES) {
        // Each thread is counted for itself, and starting takes a few. From then on the disk may stay broken.
        let (first, on) = (dice.between(10, 60), dice.one_of(&["", "+"]));
        let mut server = start_on_failing_disk(&place, &format!("{first}{on}"));
        crowd.send_again(&server);
        crowd.buy_while(&server.address.clone(), |rush| rush.wait_until("the server's end", |_| server.ended().is_some()));
        let ended = server.ended().expect("it has ended");
        assert_eq!(ended.signal(), ABORTED, "failure {failure}: {ended:?}");
        let failures = failed_fsyncs(&place);
        assert!(failures == 1 || on == "+", "failure {failure}: after the first the process went on, to fail {failures} times");
        let (mark, file) = (place.folder.join("doorbuster.damaged"), place.folder.join(SQLITE_FILE));
        assert!(mark.exists(), "failure {failure}: the next start is told");
        let damaged = file.metadata().expect("it is there").ino();
        let server = place.start("serve");
        assert!(!mark.exists(), "failure {failure}: it is repaired before anybody can come");
        assert_ne!(file.metadata().expect("it is there").ino(), damaged, "failure {failure}: every page was copied");
        crowd.send_again(&server);
        assert_eq!(server.stop(), Some(0));
    }
    eprintln!("Failed fsyncs: {}", crowd.told());
    let server = place.start("serve");
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn on_a_full_disk_orders_are_refused_and_none_is_lost_or_doubled() {
    let disk = SmallDisk::new();
    let place = Place::in_folder(disk.folder.join("data"));
    std::fs::create_dir(&place.folder).expect("the disk is empty");
    place.open_juniper_roasters(UNITS);
    let server = place.start("serve");
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    for _ in rounds(FILLS) {
        crowd.buy_while(&server.address, |rush| {
            rush.wait_for_receipts(dice.between(1, 50));
            let filler = disk.fill_but_for(dice.between(ROOM.0, ROOM.1));
            // Everybody buys until nobody can any more.
            rush.wait_until("refusals", |crowd| crowd.unanswered == SHOPPERS);
            drop(filler);
            // The server goes on by itself.
            rush.wait_for_receipts(20);
        });
        crowd.send_again(&server);
        place.verify();
    }
    eprintln!("A full disk: {}", crowd.told());
    crowd.check(&place, &server);
    assert_eq!(server.stop(), Some(0));
}

/// A server on which fsync fails the `when`-th time that a thread asks for it. What failed is written down in the folder.
fn start_on_failing_disk(place: &Place, when: &str) -> Server {
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={when}");
    // In the background (-D): the process that is waited for is the server's own.
    let strace = ["strace", "-D", "-f", "--seccomp-bpf", "-y", "-qq", "-o", FSYNCS, "-e", "trace=fdatasync,fsync", "-e", &inject];
    Server::start(place.command_through(&[&strace[..], &[PROGRAM]].concat(), &[&["serve"][..], &ANY_PORT].concat()))
}

/// How often the last server's database was not brought to the disk.
fn failed_fsyncs(place: &Place) -> usize {
    let fsyncs = std::fs::read_to_string(place.folder.join(FSYNCS)).expect("strace keeps a list");
    fsyncs.lines().filter(|line| line.contains(SQLITE_FILE) && line.contains("INJECTED")).count()
}
