//! Which database, and how it is opened: made where there is none, or refused.

use crate::{Db, Error, Result, migrations, sqlite};
use std::path::PathBuf;

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A folder with `doorbuster.sqlite` in it.
    Folder(PathBuf),
    /// `postgres://user:password@host:port/name`.
    Postgres(String),
}

/// How to open it.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// A number that tells processes on one database apart; drawn at random by `main`.
    pub process: u16,
    /// Connections for reading, 1 to 64. PostgreSQL uses this many for everything.
    pub connections: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { process: 0, connections: 4 }
    }
}

impl Db {
    /// Opens the database, makes it where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// When it cannot be reached, is of a newer version than this program, or its file cannot be trusted.
    pub async fn open(target: &Target, options: &OpenOptions) -> Result<Self> {
        let db = Self::connect(target, options).await?;
        migrations::run(&db).await?;
        Ok(db)
    }

    /// Opens a database that is there and of this program's version. Makes nothing and leaves its schema as it is.
    ///
    /// # Errors
    /// [`Error::Absent`] when there is none, [`Error::Outdated`] when it is older; as [`Self::open`] otherwise.
    pub async fn open_existing(target: &Target, options: &OpenOptions) -> Result<Self> {
        if let Target::Folder(folder) = target
            && !sqlite::is_there(folder)
        {
            return Err(Error::Absent);
        }
        let db = Self::connect(target, options).await?;
        migrations::check(&db).await?;
        Ok(db)
    }
}
