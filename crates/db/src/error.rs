//! How the database can fail. A refusal by the shop's rules is never an error: it is a value of the function that found it.

use crate::SCHEMA_VERSION;

/// The database failed, or was asked for something it cannot do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, or it broke. Nothing was changed by the statement that reports it.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// Another writer got in the way (serialization failure, deadlock, lock timeout). The whole transaction may be tried again.
    #[error("the database is busy with another change: {0}")]
    Conflict(String),
    /// A CHECK, UNIQUE or foreign-key constraint said no: a rule of ours was about to be broken.
    #[error("the change breaks a rule of the database: {0}")]
    Constraint(String),
    /// The commit was asked for and its answer is not known. Whoever waits for it must not be told anything.
    #[error("it is not known whether the change was kept: {0}")]
    CommitUnknown(String),
    /// A text contains the character NUL, which PostgreSQL cannot hold.
    #[error("a text contains the NUL character")]
    NulInText,
    /// The disk is full.
    #[error("the disk is full: {0}")]
    DiskFull(String),
    /// There is none: no file, or one without this program's tables. Nothing was made.
    #[error("there is no Doorbuster database")]
    Absent,
    /// It was made by an earlier version of this program. Nothing was changed.
    #[error("the database has schema version {found}, this program works with {SCHEMA_VERSION}")]
    Outdated {
        /// Its schema's version.
        found: i64,
    },
    /// The database's file or schema is not what this program can work with.
    #[error("{0}")]
    Unsuitable(String),
    /// Anything else, with the engine's words.
    #[error("the database failed: {0}")]
    Failed(String),
}
