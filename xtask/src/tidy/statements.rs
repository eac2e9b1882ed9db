//! SQL lives in `crates/db` and nowhere else.

use super::source::Source;
use super::{File, Finding, Tree};

/// How a statement starts.
const STARTS: [&str; 12] = [
    "SELECT",
    "INSERT INTO",
    "UPDATE",
    "DELETE FROM",
    "CREATE TABLE",
    "CREATE INDEX",
    "CREATE UNIQUE",
    "DROP TABLE",
    "ALTER TABLE",
    "PRAGMA",
    "VACUUM",
    "WITH",
];

/// No string outside `crates/db` starts like a statement. Tests may look into a database behind the program's back.
pub fn outside_db(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|file| file.path.starts_with("crates/") && !file.path.starts_with("crates/db/") && !file.is_test())
        .flat_map(statements)
        .collect()
}

fn statements(file: &File) -> Vec<Finding> {
    let source = Source::read(&file.text);
    let test_lines = source.test_lines();
    let is_statement = |text: &str| {
        let starts =
            |start: &&str| text.trim_start().strip_prefix(*start).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        STARTS.iter().any(starts)
    };
    source
        .literals
        .iter()
        .filter(|literal| is_statement(&literal.text) && !test_lines.iter().any(|lines| lines.contains(&literal.line)))
        .map(|literal| file.finding(literal.line, "SQL belongs in crates/db"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        outside_db(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn a_statement_is_found_outside_db_only() {
        for start in STARTS {
            let text = format!("const A: &str = \"\n  {start} name\";");
            assert_eq!(count("crates/web/src/lib.rs", &text), 1, "{start}");
            assert_eq!(count("crates/db/src/lib.rs", &text), 0, "{start}");
        }
    }

    #[test]
    fn tests_and_words_are_left_alone() {
        let text =
            "fn a() { say(\"SELECTED\", \"Update the order\") }\n#[cfg(test)]\nmod tests {\n    const A: &str = \"SELECT 1\";\n}";
        assert_eq!(count("crates/web/src/lib.rs", text), 0);
        assert_eq!(count("crates/doorbuster/tests/it/kill.rs", "const A: &str = \"SELECT 1\";"), 0);
    }
}
