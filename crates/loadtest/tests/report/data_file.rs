//! The data as a file, and the document that describes it.

use crate::sample::run;
use loadtest::report::data::SCHEMA;
use loadtest::report::json::{self, ReportError};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A folder of the test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the tests have a folder to write in");
    folder
}

#[test]
fn what_was_written_is_read_back_and_nothing_else_is_left() {
    let folder = folder("report-written");
    let path = folder.join("run.json");
    std::fs::write(&path, "what was there before").unwrap();
    json::write(&path, &run()).unwrap();
    // Not `assert_eq`: a thousand seconds are no help to whoever reads the failure.
    assert!(json::read(&path).unwrap() == run(), "what was read is not what was written, to the last digit");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no half-written file stays");
}

#[test]
fn a_report_of_another_schema_is_told_apart_from_a_file_that_is_none() {
    let path = folder("report-other").join("run.json");
    let says = |text: &str| {
        std::fs::write(&path, text).unwrap();
        json::read(&path).unwrap_err()
    };
    let next = says(&format!("{{\"schema\": {}, \"whatever\": true}}", SCHEMA + 1));
    assert!(matches!(next, ReportError::OtherSchema { found, .. } if found == u64::from(SCHEMA) + 1), "{next}");
    assert!(next.to_string().contains("run the test again"), "{next}");
    for text in ["", "[]", "{}", "{\"schema\": \"one\"}", &format!("{{\"schema\": {SCHEMA}}}"), "shoppers,latency"] {
        let error = says(text);
        assert!(matches!(error, ReportError::NotAReport { .. }), "{text:?}: {error}");
        assert!(error.to_string().contains("--json"), "{error}");
    }
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_one_before() {
    let folder = folder("report-refused");
    let error = json::write(&folder.join("not-there/run.json"), &run()).unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    // A folder cannot be replaced by a file.
    let taken = folder.join("taken");
    std::fs::create_dir(&taken).unwrap();
    json::write(&taken, &run()).unwrap_err();
    assert!(taken.is_dir());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "no half-written file stays");
}

#[test]
fn the_document_names_every_field() {
    let document = include_str!("../../../../docs/LOADTEST-REPORT.md");
    let mut keys = BTreeSet::new();
    collect(&serde_json::to_value(run()).unwrap(), &mut keys);
    for deep in ["peak_shoppers", "books_hold", "p999_ms", "busiest"] {
        assert!(keys.contains(deep), "the sample has no {deep}, so the document is not tried for it");
    }
    let missing: Vec<&String> = keys.iter().filter(|key| !document.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/LOADTEST-REPORT.md does not say what these are: {missing:?}");
    assert!(document.contains(&format!("schema {SCHEMA}")));
}

fn collect(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                keys.insert(key.clone());
                collect(value, keys);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, keys)),
        _ => {}
    }
}
