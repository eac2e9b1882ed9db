//! Two servers never share an SQLite folder; everything else works beside the one that runs.

use crate::program::{Engine, Place};

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_other_commands_are_not() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    let copy = place.folder.join("copy.backup").display().to_string();
    place.must(&["backup", &copy]);
    let server = place.start("serve");
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["demo", "--listen", "127.0.0.1:0"], &["restore", &copy]] {
        let said = place.run(arguments);
        assert_eq!(said.code, Some(1), "{arguments:?}: {}{}", said.output, said.complaint);
        let folder = place.folder.display();
        let tells = [format!("another Doorbuster is using {folder}, process {}", server.pid()), "--data FOLDER".into()];
        assert!(tells.iter().all(|part| said.complaint.contains(part)), "{arguments:?}: {}", said.complaint);
    }
    place.must(&["verify"]);
    place.must(&["backup", "--force", &copy]);
    place.must(&["export", "--shop", "juniper", "-"]);
    place.must(&["seller", "create", "juniper", "ines@juniper.example"]);
    let more = place.file("more.csv", "Handle,Title,Price\ndripper,Dripper,19.00\n");
    place.must(&["import", "--shop", "juniper", &more]);
    place.must(&["shop", "create", "another", "--domain", "another.localhost"]);
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn after_a_kill_the_folder_is_free_at_once() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    for _ in 0..2 {
        drop(place.start("serve"));
        let server = place.start("serve");
        assert_eq!(server.stop(), Some(0));
    }
    place.verify();
}

#[test]
fn nodes_share_a_postgres_database() {
    let place = Place::new(Engine::Postgres);
    place.open_juniper_roasters(5);
    let (first, second) = (place.start("serve"), place.start("serve"));
    assert_eq!((first.stop(), second.stop()), (Some(0), Some(0)));
}
