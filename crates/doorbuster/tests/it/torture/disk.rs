//! The disk fails while orders come in: it does not take what it was given (fsync), or has no room left. SQLite only; PostgreSQL
//! looks after its own disk.

use super::crowd::SHOPPERS;
use super::small_disk::SmallDisk;
use super::{ABORTED, Crowd, Dice, UNITS, rounds};
use crate::program::{ANY_PORT, Engine, PROGRAM, Place, SQLITE_FILE, Server};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

/// Servers whose disk fails.
const FAILURES: usize = 8;
/// So often each small disk is full.
const FILLS: usize = 3;
/// Bytes that are left to the shop when the disk is filled up: 64 KiB to 2 MiB.
const ROOM: (usize, usize) = (64 << 10, 2 << 20);

#[test]
fn after_a_failed_fsync_nobody_is_answered_and_the_next_start_copies_the_database() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(UNITS);
    let (mut crowd, mut dice) = (Crowd::default(), Dice::new());
    for failure in rounds(FAILURES) {
        let seen = db::testing::fresh_folder("fsyncs");
        // Each thread is counted for itself, and starting takes a few. From then on the disk may stay broken.
        let (first, on) = (dice.between(10, 60), dice.one_of(&["", "+"]));
        let mut server = start_on_failing_disk(&place, &format!("{first}{on}"), &seen);
        crowd.buy_while(&server.address.clone(), |rush| rush.wait_until("the server's end", |_| server.ended().is_some()));
        let ended = server.ended().expect("it has ended");
        assert_eq!(ended.signal(), ABORTED, "failure {failure}: {ended:?}");
        let failures = failed_fsyncs(&seen);
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
    let mut dice = Dice::new();
    // Each round has a disk of its own: what was sold would fill it for good.
    for _ in rounds(1) {
        let disk = SmallDisk::new();
        let place = Place::in_folder(disk.folder.join("data"));
        std::fs::create_dir(&place.folder).expect("the disk is empty");
        place.open_juniper_roasters(UNITS);
        let (server, mut crowd) = (place.start("serve"), Crowd::default());
        for _ in 0..FILLS {
            buy_until_the_disk_is_full(&mut crowd, &server, &disk, &mut dice);
            crowd.send_again(&server);
            place.verify();
        }
        eprintln!("A full disk: {}", crowd.told());
        crowd.check(&place, &server);
        assert_eq!(server.stop(), Some(0));
    }
}

/// And then until some have bought again, when there is room.
fn buy_until_the_disk_is_full(crowd: &mut Crowd, server: &Server, disk: &SmallDisk, dice: &mut Dice) {
    crowd.buy_while(&server.address, |rush| {
        rush.wait_for_receipts(dice.between(1, 50));
        let filler = disk.fill_but_for(dice.between(ROOM.0, ROOM.1));
        rush.wait_until("everybody to be refused", |crowd| crowd.unanswered == SHOPPERS);
        drop(filler);
        // The server goes on by itself.
        rush.wait_for_receipts(20);
    });
}

/// A server on which fsync fails the `when`-th time that a thread asks for it. What each thread asked for is written down in
/// `seen`.
fn start_on_failing_disk(place: &Place, when: &str, seen: &Path) -> Server {
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={when}");
    let seen = seen.join("thread").display().to_string();
    // In the background (-D): the process that is waited for is the server's own.
    let strace = ["strace", "-D", "-ff", "--seccomp-bpf", "-y", "-qq", "-o", &seen, "-e", "trace=fdatasync,fsync", "-e", &inject];
    Server::start(place.command_through(&[&strace[..], &[PROGRAM]].concat(), &[&["serve"][..], &ANY_PORT].concat()))
}

/// How often the database was not brought to the disk. What was seen is then forgotten.
fn failed_fsyncs(seen: &Path) -> usize {
    let threads = std::fs::read_dir(seen).expect("the folder is there").flatten().map(|thread| thread.path());
    let texts = threads.map(|path| std::fs::read_to_string(path).expect("strace writes UTF-8"));
    let is_failure = |line: &&str| line.contains(SQLITE_FILE) && line.contains("INJECTED");
    let failures = texts.map(|text| text.lines().filter(is_failure).count()).sum();
    std::fs::remove_dir_all(seen).expect("the folder is ours");
    failures
}
