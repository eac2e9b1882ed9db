//! `doorbuster restore FILE`: a backup into an empty database, proved afterward.

use super::now;
use crate::failure::Failure;
use crate::settings::Settings;
use db::Db;
use db::backup::{BackupError, restore};
use std::fs::File;
use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

/// Reads a backup into an empty database, all of it or nothing, and proves the books afterward.
///
/// The database may be of the other kind than the one the backup was made of.
#[derive(clap::Args)]
pub struct RestoreArgs {
    /// A file made by `doorbuster backup`.
    file: PathBuf,
}

/// Restores the backup. Exit code 4: it is restored, but its books do not add up.
///
/// # Errors
/// When the database is not empty, the file is damaged or of another version, or the database fails.
pub async fn run(db: &Db, settings: &Settings, args: &RestoreArgs) -> Result<ExitCode, Failure> {
    let file = File::open(&args.file).map_err(|error| Failure::new(format!("cannot read {}: {error}", args.file.display())))?;
    let (size, key) = restore(db, BufReader::new(file)).await.map_err(|error| {
        let failure = Failure::new(&error);
        match error {
            BackupError::NotEmpty => failure.with_advice("Name a folder that does not exist yet: --data FOLDER"),
            _ => failure.with_advice("Nothing was changed."),
        }
    })?;
    let proof = db::verify::verify(db, now()).await?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "Restored {} shops, {} rows, from {}.", size.shops, size.rows, args.file.display())?;
    let other_key = match key {
        Some(key) => !settings.take_over_key(&key)?,
        None => false,
    };
    if other_key {
        writeln!(output, "The secret key differs from the backup's: links in mail sent before will not open.")?;
    }
    if proof.holds() {
        writeln!(output, "The books add up.")?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(output, "{proof}")?;
    Ok(ExitCode::from(4))
}
