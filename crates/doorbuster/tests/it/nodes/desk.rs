//! The desk and the pages are the same on every node.

use super::fleet::{Fleet, JOBS, host};
use crate::shopper::Shopper;
use std::io::Write as _;
use std::process::Stdio;

const INES: &str = "ines@juniper.example";
const PASSWORD: &str = "tall-kettle-42";

#[test]
fn whoever_signs_in_on_one_node_is_signed_in_on_all_and_what_changes_there_is_seen_on_the_others() {
    let fleet = Fleet::new(2, 5, &[]);
    let mut command = fleet.place().command(&["seller", "create", "juniper", INES]);
    let mut creating = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the program starts");
    writeln!(creating.stdin.take().expect("its input is piped"), "{PASSWORD}").expect("it reads the password");
    assert!(creating.wait().expect("it ends").success());

    let servers = fleet.start_all();
    let mut ines = Shopper::new(&servers[0].address);
    let signed_in = ines.post("/admin/sign-in", &[("email", INES), ("password", PASSWORD)]).expect("the desk answers");
    assert_eq!(signed_in.status, 303);
    ines.move_to(&servers[1].address);
    assert_eq!(ines.get("/admin").expect("the desk answers").status, 200, "the other node knows her");

    let mut ada = Shopper::new(&servers[1].address);
    assert_eq!(ada.get("/").expect("the page is answered").status, 200);
    ines.move_to(&servers[0].address);
    let general = [("name", "Juniper & Daughters"), ("time_zone", "Europe/Berlin")];
    let saved = ines.post("/admin/settings/general", &general).expect("the desk answers");
    assert_eq!(saved.status, 303, "{}", saved.body);
    fleet.until("the shop's new name on the other node", || {
        ada.get("/").expect("the page is answered").body.contains("Daughters")
    });
    ines.post("/admin/sign-out", &[]).expect("the desk answers");
    ines.move_to(&servers[1].address);
    assert_eq!(ines.get("/admin").expect("the desk answers").status, 303, "she is signed out everywhere");
}

#[test]
fn a_node_that_stops_hands_its_jobs_over_and_takes_leave() {
    let fleet = Fleet::new(2, 5, &[("DOORBUSTER_DRAIN_NOTICE_SECONDS", "4")]);
    let mut servers = fleet.start_all();
    let listed = fleet.until_listed("both nodes", |listed| listed.len() == 2);
    let (first, second) = (host(&servers[0]), host(&servers[1]));
    assert_eq!(listed.iter().map(|node| node.address.as_str()).collect::<Vec<_>>(), [&first, &second]);
    assert!(listed[0].jobs.len() == JOBS && listed[1].jobs.is_empty(), "{listed:?}");

    let mut ada = Shopper::new(&servers[0].address);
    servers[0].signal("TERM");
    fleet.until("it says that it will stop", || {
        ada.get("/readyz").is_ok_and(|page| page.status == 503 && page.body.contains("it is about to stop"))
    });
    assert_eq!(ada.get("/products/house-blend").expect("it goes on for a while").status, 200);
    let listed = fleet.until_listed("the other does the jobs", |listed| {
        listed.iter().any(|node| node.jobs.len() == JOBS && node.address == second)
    });
    assert!(listed.iter().all(|node| node.address == second || node.state == "draining"), "{listed:?}");
    assert_eq!(servers[0].wait().code(), Some(0));
    let listed = fleet.listed();
    assert_eq!(listed.iter().map(|node| node.address.as_str()).collect::<Vec<_>>(), [&second], "it took leave");
}
