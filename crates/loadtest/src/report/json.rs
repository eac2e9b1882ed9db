//! The run as a file that programs read: `report::data` in JSON, and nothing else. docs/LOADTEST-REPORT.md describes it.

use super::data::{Run, SCHEMA};
use super::file;
use std::io;
use std::path::{Path, PathBuf};

/// Why a report could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The file system refused.
    #[error("the report {} cannot be {did}: {source}", path.display())]
    File {
        /// The report.
        path: PathBuf,
        /// `read` or `written`.
        did: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// It is no report.
    #[error("{} is no report of a load test: {source}; give the file that --json wrote", path.display())]
    NotAReport {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// It is a report of another version.
    #[error(
        "the report {} has schema {found} and this program reads schema {SCHEMA}: run the test again, or compare with the \
         program that wrote it",
        path.display()
    )]
    OtherSchema {
        /// The report.
        path: PathBuf,
        /// Its schema.
        found: u64,
    },
}

/// The report as text, ended by a new line.
pub fn text(run: &Run) -> String {
    let mut text = serde_json::to_string_pretty(run).expect("a run is numbers and text under fixed names");
    text.push('\n');
    text
}

/// Writes the report, in place of one that was there.
///
/// # Errors
/// When the file cannot be written; what was there before is still there then.
pub fn write(path: &Path, run: &Run) -> Result<(), ReportError> {
    let failed = |source| ReportError::File { path: path.to_owned(), did: "written", source };
    file::replace(path, text(run).as_bytes()).map_err(failed)
}

/// Reads a report.
///
/// # Errors
/// When the file cannot be read, is no report, or is one of another schema.
pub fn read(path: &Path) -> Result<Run, ReportError> {
    let failed = |source| ReportError::File { path: path.to_owned(), did: "read", source };
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let no_report = |source| ReportError::NotAReport { path: path.to_owned(), source };
    // The number first: a later schema may have fields that this one cannot read, and that is not what is to be told.
    let numbered: Numbered = serde_json::from_str(&text).map_err(no_report)?;
    if numbered.schema != u64::from(SCHEMA) {
        return Err(ReportError::OtherSchema { path: path.to_owned(), found: numbered.schema });
    }
    serde_json::from_str(&text).map_err(no_report)
}

/// The one thing that every schema has.
#[derive(serde::Deserialize)]
struct Numbered {
    schema: u64,
}
