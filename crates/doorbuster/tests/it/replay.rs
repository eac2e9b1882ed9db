//! Somebody who has nothing but the program replays a sale of the case study: the table, its data, and a folder that goes again.

use crate::program::{Engine, Place, Said, take_turn, until};
use serde_json::Value;
use std::fs::File;
use std::process::{Command, Stdio};

/// The replay with a temporary folder of its own.
fn replay(place: &Place, arguments: &[&str]) -> Command {
    let mut command = place.command(&[&["replay"], arguments].concat());
    command.env("TMPDIR", &place.folder).stdin(Stdio::null());
    command
}

fn run(place: &Place, arguments: &[&str]) -> Said {
    replay(place, arguments).output().expect("the program starts").into()
}

/// Folders of replays.
fn left(place: &Place) -> Vec<String> {
    let names = std::fs::read_dir(&place.folder).expect("the folder is there").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("doorbuster-replay")).collect()
}

#[test]
fn a_sale_of_the_case_study_is_played_with_books_that_balance_and_its_row_stands_beneath_the_published_ones() {
    let _turn = take_turn();
    let place = Place::new(Engine::Sqlite);
    let [html, json] = ["page.html", "data.json"].map(|name| place.folder.join(name).display().to_string());
    let softly = ["after-christmas", "--minutes", "200", "--speed", "600", "--scale", "0.00125"];
    let said = run(&place, &[&softly[..], &["--html", &html, "--json", &json]].concat());
    let data: Value = serde_json::from_str(&std::fs::read_to_string(&json).expect("it was written")).expect("it is JSON");
    let is_held = data["held"].as_bool().expect("it is judged");
    assert_eq!(said.code, Some(if is_held { 0 } else { 2 }), "{} {}", said.output, said.complaint);
    assert_eq!((data["books"]["books_hold"].as_bool(), data["books"]["missing"].as_u64()), (Some(true), Some(0)), "{data}");
    assert!(data["counted"]["orders"].as_u64() > Some(0), "somebody bought: {data}");
    assert!(data["counted"]["charged"].as_f64() > Some(42.0), "and paid: {data}");
    assert_eq!(data["came_to"]["orders"].as_f64(), data["counted"]["orders"].as_f64().map(|orders| orders / 0.00125));
    assert_eq!((data["sale"].as_str(), data["published"][2]["revenue"].as_str()), (Some("after-christmas"), Some("$7.6M")));
    assert!(said.output.contains("27 Dec 2011, on this machine") && said.complaint.contains("Tue 27 Dec "), "{}", said.output);
    assert!(std::fs::read_to_string(&html).expect("it was written").contains("Replay of the sale of <b>27 Dec 2011</b>"));
    assert_eq!(left(&place), Vec::<String>::new(), "nothing of it is left");
}

#[test]
fn a_second_replay_is_told_to_wait_and_one_that_is_ended_by_hand_leaves_nothing() {
    let _turn = take_turn();
    let place = Place::new(Engine::Sqlite);
    let log = place.folder.join("log");
    let mut first = replay(&place, &["black-friday"]);
    let mut first = first.stderr(File::create(&log).expect("the folder can be written")).spawn().expect("the program starts");
    until("it begins", || std::fs::read_to_string(&log).is_ok_and(|log| log.contains("The shop is being made")));
    let second = run(&place, &["after-christmas"]);
    assert_eq!(second.code, Some(1));
    assert!(second.complaint.contains("another replay is running on this machine"), "{}", second.complaint);
    let process = i32::try_from(first.id()).expect("a process has a small number");
    let interrupted = Command::new("kill").args(["-INT", &process.to_string()]).status();
    assert!(interrupted.expect("there is kill").success());
    assert_eq!(first.wait().expect("it ends").code(), Some(1));
    let said = std::fs::read_to_string(&log).expect("it was written");
    assert!(said.contains("ended by hand before it was through; nothing of it is left"), "{said}");
    assert_eq!(left(&place), Vec::<String>::new());
}

#[test]
fn what_cannot_be_played_is_said_before_anybody_has_waited_for_it() {
    let place = Place::new(Engine::Sqlite);
    for (arguments, says) in [
        (&["boxing-day"][..], "[possible values: black-friday, after-christmas]"),
        (&["black-friday", "--speed", "0"], "--speed is 0, but has to be from 1 to 3600"),
        (&["black-friday", "--scale", "50"], "--scale is 50, but has to be from 0.001 to 10"),
        (&["black-friday", "--minutes", "1"], "--minutes is 1, but has to be from 5 to 7200"),
        (&["after-christmas", "--speed", "10"], "7200 minutes of the sale at 10 times the speed take 12 hours"),
        (&["black-friday", "--html", "nowhere/page.html"], "nowhere/page.html cannot be written"),
        (&[], "<SALE>"),
    ] {
        let said = run(&place, arguments);
        assert_eq!(said.code, Some(1), "{arguments:?}: {}", said.complaint);
        assert!(said.complaint.contains(says), "{}", said.complaint);
    }
    place.assert_empty();
}
