//! Commands that look at a shop, where there is none: they say where they looked and leave everything as it was.

use crate::program::{Engine, Place};

/// Every command that needs a database.
const LOOKING: [&[&str]; 13] = [
    &["verify"],
    &["verify", "--json"],
    &["shop", "list"],
    &["shop", "show", "juniper"],
    &["shop", "open", "juniper"],
    &["shop", "domain", "add", "juniper", "juniper.example"],
    &["seller", "list", "juniper"],
    &["seller", "create", "juniper", "ines@juniper.example"],
    &["import", "--shop", "juniper", "products.csv"],
    &["export", "--shop", "juniper", "products.csv"],
    &["report", "--shop", "juniper", "--sale", "winter"],
    &["backup", "copy.backup"],
    &["backup", "-"],
];

#[test]
fn looking_at_a_folder_without_a_database_makes_nothing() {
    let place = Place::new(Engine::Sqlite);
    let absent = place.folder.join("absent");
    for arguments in LOOKING {
        for folder in [&place.folder, &absent] {
            let said = place.run(&[arguments, &["--data", folder.to_str().expect("the path is UTF-8")]].concat());
            assert_eq!((said.code, said.output.as_str()), (Some(1), ""), "{arguments:?}");
            let tells = [folder.to_str().expect("the path is UTF-8"), "--data", "doorbuster shop create"];
            assert!(tells.iter().all(|part| said.complaint.contains(part)), "{arguments:?}: {}", said.complaint);
        }
    }
    place.assert_empty();
}

#[test]
fn looking_at_an_empty_postgres_database_makes_nothing() {
    let place = Place::new(Engine::Postgres);
    for arguments in LOOKING {
        let said = place.run(arguments);
        assert_eq!((said.code, said.output.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(said.complaint.contains("DOORBUSTER_DATABASE_URL holds no Doorbuster tables"), "{}", said.complaint);
    }
    place.assert_empty();
}

#[test]
fn an_empty_file_of_that_name_is_no_database() {
    let place = Place::new(Engine::Sqlite);
    place.file("doorbuster.sqlite", "");
    assert!(place.run(&["verify"]).complaint.contains("there is no Doorbuster database"));
    assert_eq!(place.folder.join("doorbuster.sqlite").metadata().expect("it is there").len(), 0);
}
