//! Before a server promises anything: what an earlier process wrote is brought from the page cache to the disk.
//!
//! After a failed fsync the pages in memory and those on the disk may differ, and no later fsync tells: the kernel reports
//! the failure once. A process that then ends and starts again reads its order in memory and would lose it with the next
//! power cut. Writing the log back and asking for the disk once more is enough after an ordinary crash. After an I/O error
//! nothing but a copy of every page into a new file is, because the kernel takes the old ones to be written.

use super::{FILE_NAME, failure, is_there};
use crate::{Error, Result};
use rusqlite::Connection;
use std::fs::{self, File};
use std::path::Path;

/// Says to the next start that a write or an fsync has failed.
const MARK: &str = "doorbuster.damaged";
/// The copy while it is made.
const COPY: &str = "doorbuster.sqlite.repaired";
/// The log beside the file.
const LOG: &str = "doorbuster.sqlite-wal";

/// What was done to a database before it was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// There is no database yet.
    NothingThere,
    /// It was asked of the disk once more.
    Settled,
    /// After an I/O error every page was copied into a new file.
    Copied,
}

/// Notes that the disk has failed. Best effort: it is the same disk.
pub(crate) fn mark(folder: &Path) {
    if let Ok(file) = File::create(folder.join(MARK)) {
        let _ = file.sync_all();
        let _ = settle(folder);
    }
}

/// Brings a folder's database to the disk. Nobody else may have it open.
///
/// # Errors
/// When the disk fails again, is full, or another command has the database open.
pub fn repair(folder: &Path) -> Result<Repair> {
    if !is_there(folder) {
        return Ok(Repair::NothingThere);
    }
    // A copy that was not finished is worth nothing.
    remove_if_there(&folder.join(COPY))?;
    let is_damaged = folder.join(MARK).exists();
    let connection = Connection::open(folder.join(FILE_NAME)).map_err(failure)?;
    let is_busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(failure)?;
    if !is_damaged {
        for name in [FILE_NAME, LOG] {
            settle(&folder.join(name))?;
        }
        settle(folder)?;
        return Ok(Repair::Settled);
    }
    if is_busy {
        return Err(Error::Unsuitable(
            "the disk has failed and the database has to be copied; end the other command first".into(),
        ));
    }
    copy(folder, connection)?;
    Ok(Repair::Copied)
}

/// Writes every page anew and puts the copy in the place of the old file.
fn copy(folder: &Path, connection: Connection) -> Result<()> {
    let (file, copy) = (folder.join(FILE_NAME), folder.join(COPY));
    let name = copy.to_str().ok_or_else(|| Error::Unsuitable("the data folder's name is not UTF-8".into()))?;
    connection.execute("VACUUM INTO ?1", [name]).map_err(failure)?;
    settle(&copy)?;
    // The log is empty; closing takes it away, so that the new file never meets the old log.
    connection.close().map_err(|(_, error)| failure(error))?;
    remove_if_there(&folder.join(LOG))?;
    fs::rename(&copy, &file).map_err(|error| io(&file, &error))?;
    settle(folder)?;
    remove_if_there(&folder.join(MARK))?;
    settle(folder)
}

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(path, &error)),
        _ => Ok(()),
    }
}

/// Asks the disk for a file or a folder; one that is not there is settled.
fn settle(path: &Path) -> Result<()> {
    match File::open(path) {
        Ok(file) => file.sync_all().map_err(|error| io(path, &error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io(path, &error)),
    }
}

fn io(path: &Path, error: &std::io::Error) -> Error {
    Error::Failed(format!("disk I/O error: {}: {error}", path.display()))
}
