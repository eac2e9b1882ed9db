//! Which room may know which, read from the manifests.

use super::{File, Finding, Tree};

/// Our crates and the crates of ours that each may use. A crate that is not on the list has no place yet.
const ARROWS: [(&str, &[&str]); 10] = [
    ("charts", &[]),
    ("commerce", &[]),
    ("waiting_room", &[]),
    ("forecast", &["charts"]),
    ("db", &["commerce"]),
    ("outbound", &["commerce"]),
    ("web", &["commerce", "db", "forecast", "outbound", "waiting_room"]),
    ("loadtest", &["charts", "forecast"]),
    ("doorbuster", &["charts", "commerce", "db", "forecast", "loadtest", "outbound", "waiting_room", "web"]),
    ("xtask", &[]),
];

/// Libraries that belong to one room, and the rooms that may have them. Tests may use any.
const HOMES: [(&str, &[&str]); 12] = [
    ("rusqlite", &["db"]),
    ("tokio-postgres", &["db"]),
    ("deadpool-postgres", &["db"]),
    ("axum", &["web"]),
    ("hyper", &["web", "loadtest"]),
    ("mio", &["loadtest"]),
    ("lettre", &["outbound"]),
    ("reqwest", &["outbound"]),
    ("ureq", &[]),
    ("tokio", &["db", "outbound", "web", "loadtest", "doorbuster"]),
    ("getrandom", &["db", "outbound", "web", "loadtest", "doorbuster"]),
    ("tracing", &["db", "outbound", "web", "loadtest", "doorbuster"]),
];

/// A dependency as a manifest names it.
struct Dependency<'a> {
    name: &'a str,
    line: usize,
    is_for_tests: bool,
}

/// Crates of ours point only where the list says.
pub fn between_crates(tree: &Tree) -> Vec<Finding> {
    manifests(tree).flat_map(|(room, file)| arrows_of(room, file)).collect()
}

fn arrows_of(room: &str, file: &File) -> Vec<Finding> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
        return vec![file.finding(0, format!("crate `{room}` has no place among the arrows of xtask/src/tidy/arrows.rs"))];
    };
    // A crate may name itself to switch on its own feature for its tests.
    let is_other = |name: &str| name != room && ARROWS.iter().any(|(room, _)| *room == name);
    dependencies(&file.text)
        .filter(|dependency| is_other(dependency.name) && !allowed.contains(&dependency.name))
        .map(|dependency| file.finding(dependency.line, format!("`{room}` must not know `{}`", dependency.name)))
        .collect()
}

/// Only `db` speaks to databases, only `web` serves, only `outbound` calls out, and the thinkers do neither.
pub fn to_other_libraries(tree: &Tree) -> Vec<Finding> {
    let stray = |room: &str, dependency: &Dependency| {
        let home = HOMES.iter().find(|(library, _)| *library == dependency.name);
        !dependency.is_for_tests && home.is_some_and(|(_, rooms)| !rooms.contains(&room))
    };
    manifests(tree)
        .flat_map(|(room, file)| {
            let strays: Vec<Finding> = dependencies(&file.text)
                .filter(|dependency| stray(room, dependency))
                .map(|dependency| file.finding(dependency.line, format!("`{}` has no business in `{room}`", dependency.name)))
                .collect();
            strays
        })
        .collect()
}

fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &File)> {
    tree.files.iter().filter_map(|file| {
        let folder = file.path.strip_suffix("/Cargo.toml")?;
        let room = folder.strip_prefix("crates/").unwrap_or(folder);
        (!room.contains('/')).then_some((room, file))
    })
}

/// Reads the sections `dependencies`, `dev-dependencies` and `build-dependencies`, line by line.
fn dependencies(manifest: &str) -> impl Iterator<Item = Dependency<'_>> {
    let mut section = "";
    (1..).zip(manifest.lines()).filter_map(move |(line, text)| {
        if let Some(name) = text.strip_prefix('[') {
            section = name.trim_end().trim_end_matches(']');
            return None;
        }
        let name = text.split(['.', '=', ' ']).next().filter(|name| !name.is_empty() && !name.starts_with('#'))?;
        let is_dependency = ["dependencies", "dev-dependencies", "build-dependencies"].contains(&section);
        is_dependency.then_some(Dependency { name, line, is_for_tests: section == "dev-dependencies" })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(guard: fn(&Tree) -> Vec<Finding>, path: &str, manifest: &str, expected: &[&str]) {
        let found: Vec<String> = guard(&Tree::of(&[(path, manifest)])).iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn an_arrow_against_the_list_is_found() {
        let manifest = "[package]\nname = \"commerce\"\n\n[dependencies]\ndb.workspace = true\nserde = \"1\"\n";
        check(
            between_crates,
            "crates/commerce/Cargo.toml",
            manifest,
            &["crates/commerce/Cargo.toml:5: `commerce` must not know `db`"],
        );
        check(between_crates, "crates/web/Cargo.toml", manifest, &[]);
    }

    #[test]
    fn tests_point_nowhere_else_either() {
        let manifest = "[dev-dependencies]\nweb = { path = \"../web\" }\n";
        check(between_crates, "crates/db/Cargo.toml", manifest, &["crates/db/Cargo.toml:2: `db` must not know `web`"]);
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        let says = "crates/warehouse/Cargo.toml: crate `warehouse` has no place among the arrows of xtask/src/tidy/arrows.rs";
        check(between_crates, "crates/warehouse/Cargo.toml", "[package]\n", &[says]);
    }

    #[test]
    fn a_library_stays_in_its_room() {
        let manifest = "[dependencies]\nrusqlite.workspace = true\n\n[dev-dependencies]\nureq.workspace = true\n";
        check(
            to_other_libraries,
            "crates/web/Cargo.toml",
            manifest,
            &["crates/web/Cargo.toml:2: `rusqlite` has no business in `web`"],
        );
        check(to_other_libraries, "crates/db/Cargo.toml", manifest, &[]);
    }

    #[test]
    fn every_library_with_a_home_is_found_in_a_thinker() {
        for (library, _) in HOMES {
            let manifest = format!("[dependencies]\n{library} = \"1\"\n");
            let found = to_other_libraries(&Tree::of(&[("crates/commerce/Cargo.toml", &manifest)]));
            assert_eq!(found.len(), 1, "{library}");
        }
    }
}
