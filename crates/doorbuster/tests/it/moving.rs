//! Backups move a shop between databases, files are never replaced in silence, and a refused restore leaves no trace.

use crate::program::{Engine, Place};
use crate::shopper::{Bought, Shopper};

/// A shop with an order in it.
fn shop_that_sold(engine: Engine) -> Place {
    let place = Place::new(engine);
    place.open_juniper_roasters(5);
    let server = place.start("serve");
    let mut ada = Shopper::new(&server.address);
    let checkout = ada.go_to_checkout("house-blend").expect("the checkout is answered");
    assert!(matches!(ada.pay(&checkout, "ada@example.com"), Bought::Receipt { .. }));
    assert_eq!(server.stop(), Some(0));
    place
}

/// A backup's rows: its lines without the first, which names the engine, and the last, whose checksum covers the first.
fn rows(backup: &str) -> Vec<&str> {
    let lines: Vec<&str> = backup.lines().collect();
    assert!(lines.len() > 2, "{backup}");
    lines[1..lines.len() - 1].to_vec()
}

#[test]
fn a_shop_moves_from_sqlite_to_postgres_and_back_row_by_row() {
    let home = shop_that_sold(Engine::Sqlite);
    let first = home.must(&["backup", "-"]);
    let mut file = home.file("first.backup", &first);
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let place = Place::new(engine);
        assert!(place.must(&["restore", &file]).contains("The books add up."));
        let again = place.must(&["backup", "-"]);
        assert_eq!(rows(&again), rows(&first), "{engine:?}");
        place.verify();
        let server = place.start("serve");
        let mut ben = Shopper::new(&server.address);
        let checkout = ben.go_to_checkout("house-blend").expect("the checkout is answered");
        assert!(matches!(ben.pay(&checkout, "ben@example.com"), Bought::Receipt { .. }), "the shop goes on selling");
        assert_eq!(server.stop(), Some(0));
        file = home.file("again.backup", &again);
    }
}

#[test]
fn a_refused_restore_leaves_everything_as_it_was() {
    let home = shop_that_sold(Engine::Sqlite);
    let whole = home.must(&["backup", "-"]);
    let cut = whole.len() - 20;
    let cases = [
        ("empty", String::new(), "no backup"),
        ("other", "Handle,Title\n".into(), "no backup"),
        ("future", whole.replacen("\"schema\":", "\"schema\":9", 1), "schema version"),
        ("cut", whole[..cut].into(), "damaged"),
        ("spoiled", whole.replacen("House Blend", "Haus Blend", 1), "damaged"),
    ];
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let place = Place::new(engine);
        let new = place.folder.join("new");
        for (name, text, why) in &cases {
            let file = home.file(name, text);
            for folder in [&place.folder, &new] {
                let said = place.run(&["restore", &file, "--data", folder.to_str().expect("the path is UTF-8")]);
                assert_eq!(said.code, Some(1), "{name}");
                assert!(said.complaint.contains(why), "{name}: {}", said.complaint);
                place.assert_empty();
            }
        }
        let said = place.run(&["verify"]);
        assert_eq!(said.code, Some(1), "{engine:?}: no database was made: {}{}", said.output, said.complaint);
    }
    let file = home.file("whole", &whole);
    let said = home.run(&["restore", &file]);
    assert!(said.code == Some(1) && said.complaint.contains("empty database only"), "{}", said.complaint);
    assert_eq!(home.must(&["backup", "-"]), whole, "what was there stays");
}

#[test]
fn export_and_backup_replace_a_file_only_when_told_to() {
    let place = Place::new(Engine::Sqlite);
    place.open_juniper_roasters(5);
    for command in [&["export", "--shop", "juniper"][..], &["backup"]] {
        let name = place.file("kept.txt", "somebody's own words");
        let said = place.run(&[command, &[name.as_str()]].concat());
        assert_eq!(said.code, Some(2), "{command:?}");
        assert!(said.complaint.contains("exists already") && said.complaint.contains("--force"), "{}", said.complaint);
        assert_eq!(std::fs::read_to_string(&name).expect("it is there"), "somebody's own words");
        place.must(&[command, &["--force", &name]].concat());
        let text = std::fs::read_to_string(&name).expect("it is there");
        assert_eq!(text, place.must(&[command, &["-"]].concat()), "{command:?}: the file holds what standard output gets");
        let left: Vec<_> = std::fs::read_dir(&place.folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("it can be read").file_name().display().to_string())
            .filter(|name| name.contains("partial"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
