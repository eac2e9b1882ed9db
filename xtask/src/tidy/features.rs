//! Features that only tests may have: a release never holds a switch for mistakes.

use super::{Finding, Tree};

/// The features, each with the one manifest that declares it.
const FOR_TESTS_ONLY: [(&str, &str); 2] =
    [("planted_bugs", "crates/commerce/Cargo.toml"), ("kill_points", "crates/db/Cargo.toml")];

/// Planted bugs and kill points are declared once, by nothing implied, and enabled by dev-dependencies alone.
pub fn for_tests_only(tree: &Tree) -> Vec<Finding> {
    FOR_TESTS_ONLY.iter().flat_map(|(feature, home)| enabled_elsewhere(tree, feature, home)).collect()
}

fn enabled_elsewhere(tree: &Tree, feature: &str, home: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let mut section = "";
        for (line, text) in (1..).zip(file.text.lines()) {
            if let Some(name) = text.strip_prefix('[') {
                section = name.trim_end().trim_end_matches(']');
            }
            let is_declared_here = file.path == home && section == "features" && text == format!("{feature} = []");
            let is_for_tests = section == "dev-dependencies" || section.starts_with("dev-dependencies.");
            if text.contains(feature) && !text.starts_with('#') && !is_declared_here && !is_for_tests {
                findings.push(file.finding(line, format!("only dev-dependencies may enable `{feature}`")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, manifest: &str, lines: &[usize]) {
        let found: Vec<usize> = for_tests_only(&Tree::of(&[(path, manifest)])).iter().map(|finding| finding.line).collect();
        assert_eq!(found, lines, "{manifest}");
    }

    #[test]
    fn a_release_cannot_hold_planted_bugs() {
        let enabled = "commerce = { workspace = true, features = [\"planted_bugs\"] }\n";
        check("crates/db/Cargo.toml", &format!("[dev-dependencies]\n{enabled}"), &[]);
        check("crates/db/Cargo.toml", &format!("[dependencies]\n{enabled}"), &[2]);
        check("crates/db/Cargo.toml", &format!("[build-dependencies]\n{enabled}"), &[2]);
        check("Cargo.toml", &format!("[workspace.dependencies]\n{enabled}"), &[2]);
        check("crates/db/Cargo.toml", "[features]\ntesting = [\"commerce/planted_bugs\"]\n", &[2]);
        check("crates/commerce/Cargo.toml", "[features]\n# planted_bugs\nplanted_bugs = []\n", &[]);
        check("crates/commerce/Cargo.toml", "[features]\ndefault = [\"planted_bugs\"]\n", &[2]);
        check("crates/doorbuster/Cargo.toml", "[dev-dependencies]\ndb = { features = [\"kill_points\"] }\n", &[]);
        check("crates/doorbuster/Cargo.toml", "[dependencies]\ndb = { features = [\"kill_points\"] }\n", &[2]);
    }
}
