//! `doorbuster backup FILE`: everything in one file, while the shops are open.

use crate::failure::Failure;
use crate::settings::Settings;
use db::Db;
use db::backup::{BackupSize, backup};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes every shop with orders, pictures and settings into one file, as they are at one instant. The shops stay open.
///
/// The file can be restored into SQLite and into PostgreSQL. It holds customers' addresses and sellers' password hashes: keep it
/// where only you can read it. It also holds secret.key of the data folder, so that links in mail keep working after a restore.
#[derive(clap::Args)]
pub struct BackupArgs {
    /// Where to; must not exist yet.
    file: PathBuf,
}

/// Writes the backup, complete on the disk or not at all.
///
/// # Errors
/// When the file exists or cannot be written, or the database fails.
pub async fn run(db: &Db, settings: &Settings, args: &BackupArgs) -> Result<ExitCode, Failure> {
    if args.file.exists() {
        let failure = Failure::usage(format!("{} exists already", args.file.display()));
        return Err(failure.with_advice("Choose another name: a backup never replaces a file."));
    }
    let part = part_name(&args.file);
    let written = write(db, settings, &part, &args.file).await;
    if written.is_err() {
        std::fs::remove_file(&part).ok();
    }
    let size = written?;
    let (shops, rows) = (size.shops, size.rows);
    writeln!(std::io::stdout(), "Backed up {shops} shops, {rows} rows, to {}.", args.file.display())?;
    Ok(ExitCode::SUCCESS)
}

async fn write(db: &Db, settings: &Settings, part: &Path, file: &Path) -> Result<BackupSize, Failure> {
    let cannot = |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", part.display()));
    let mut output = BufWriter::new(create(part).map_err(cannot)?);
    let size = backup(db, settings.key_for_backup().as_deref(), &mut output).await.map_err(Failure::new)?;
    let output = output.into_inner().map_err(|error| cannot(error.into_error()))?;
    output.sync_all().map_err(cannot)?;
    std::fs::rename(part, file).map_err(cannot)?;
    // The new name has to survive the loss of power, too.
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        folder.sync_all().ok();
    }
    Ok(size)
}

/// A new file that only its owner can read.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn part_name(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    file.with_file_name(name)
}
