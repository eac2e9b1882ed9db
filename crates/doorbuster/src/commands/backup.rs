//! `doorbuster backup FILE`: everything in one file, while the shops are open.

use crate::failure::Failure;
use crate::output::{Existing, Output, Readers, is_standard};
use crate::settings::Settings;
use db::Db;
use db::backup::backup;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes every shop with orders, pictures and settings into one file, as they are at one instant. The shops stay open.
///
/// The file can be restored into SQLite and into PostgreSQL. It holds customers' addresses and sellers' password hashes: keep it
/// where only you can read it. It also holds secret.key of the data folder, so that links in mail keep working after a restore.
#[derive(clap::Args)]
pub struct BackupArgs {
    /// Where to; `-`: standard output.
    file: PathBuf,
    /// Replace the file if it exists, once the backup is complete.
    #[arg(long)]
    force: bool,
}

/// Writes the backup, complete on the disk or not at all.
///
/// # Errors
/// When the file exists or cannot be written, or the database fails.
pub async fn run(db: &Db, settings: &Settings, args: &BackupArgs) -> Result<ExitCode, Failure> {
    let mut output = Output::create(&args.file, Existing::from_force(args.force), Readers::Owner)?;
    let size = backup(db, settings.key_for_backup().as_deref(), &mut output).await.map_err(Failure::new)?;
    output.finish()?;
    let done = format!("Backed up {} shops, {} rows, to {}.", size.shops, size.rows, args.file.display());
    if is_standard(&args.file) {
        eprintln!("{done}");
    } else {
        writeln!(std::io::stdout(), "{done}")?;
    }
    Ok(ExitCode::SUCCESS)
}
