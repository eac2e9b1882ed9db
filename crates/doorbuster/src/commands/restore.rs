//! `doorbuster restore FILE`: a backup into an empty database, proved afterward.

use super::{lock_folder, make_private, open_options, quiet_settings, runtime};
use crate::clock::now;
use crate::failure::Failure;
use crate::settings::{SettingFlags, Settings};
use db::Target;
use db::backup::{BackupError, Incoming, Restored};
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
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
/// When the database is not empty or in use, the file is damaged or of another version, or the database fails. Then everything is
/// as it was.
pub fn run(flags: &SettingFlags, args: &RestoreArgs) -> Result<ExitCode, Failure> {
    let settings = quiet_settings(flags)?;
    // A file that is no backup is refused before anything is made.
    let file = File::open(&args.file).map_err(|error| Failure::new(format!("cannot read {}: {error}", args.file.display())))?;
    let incoming = Incoming::open(BufReader::new(file)).map_err(|error| refused(&error, args))?;
    let folder_is_new = !settings.data.exists();
    make_private(&settings.data)?;
    let lock = lock_folder(&settings)?;
    let restored = runtime()?.block_on(restore(&settings, args, incoming));
    if restored.is_err() {
        if let Some(lock) = lock {
            lock.undo();
        }
        if folder_is_new {
            std::fs::remove_dir(&settings.data).ok();
        }
    }
    restored
}

async fn restore(settings: &Settings, args: &RestoreArgs, incoming: Incoming<impl BufRead>) -> Result<ExitCode, Failure> {
    let restored = incoming.restore(&settings.target, &open_options(settings)?).await;
    let Restored { db, size, secret_key } = restored.map_err(|error| match error {
        BackupError::Database(error) => Failure::opening_database(&error, settings),
        BackupError::NotEmpty => not_empty(&settings.target),
        BackupError::File(_) | BackupError::Unsuitable(_) => refused(&error, args),
    })?;
    let proof = db::verify::verify(&db, now()).await?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "Restored {} shops, {} rows, from {}.", size.shops, size.rows, args.file.display())?;
    let other_key = match secret_key {
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

fn refused(error: &BackupError, args: &RestoreArgs) -> Failure {
    Failure::new(format!("{}: {error}", args.file.display())).with_advice("Nothing was changed.")
}

fn not_empty(target: &Target) -> Failure {
    let advice = match target {
        Target::Folder(_) => "Name a folder that does not exist yet: --data FOLDER",
        Target::Postgres(_) => "Name an empty one: --database-url URL",
    };
    Failure::new(BackupError::NotEmpty).with_advice(advice)
}
