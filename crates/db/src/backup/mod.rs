//! Backup and restore: every row of every table as one stream of lines that both engines read and write, so that a shop can move
//! from SQLite to PostgreSQL and back.
//!
//! The stream is text, one JSON value per line: a header with the schema's version; for each table its name and columns, then
//! its rows; at the end the number of rows and a checksum over all that came before, so that half a file is never taken for a
//! whole one.

mod read;
pub(crate) mod tables;
mod write;

pub use read::{Incoming, Restored};
pub use write::backup;

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupSize {
    /// Shops.
    pub shops: u64,
    /// Rows of all tables.
    pub rows: u64,
}

/// Why a backup was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] crate::Error),
    /// The file cannot be read or written.
    #[error("the backup cannot be read or written: {0}")]
    File(#[from] std::io::Error),
    /// The file is not what this program can restore.
    #[error("{0}")]
    Unsuitable(String),
    /// There are shops in the database already.
    #[error("a backup is restored into an empty database only, and this one has shops in it")]
    NotEmpty,
}

/// The first word of the header, and with it the format's version.
const FORMAT: &str = "doorbuster-backup-1";

/// FNV-1a, 64 bits: notices a damaged or cut file. Not meant against people who change it on purpose.
#[derive(Clone, Copy)]
struct Checksum(u64);

impl Checksum {
    const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }

    fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}
