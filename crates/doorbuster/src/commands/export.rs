//! `doorbuster export --shop juniper products.csv`: a shop's products as a spreadsheet.
//!
//! The file appears under its name only when it is complete.

use super::import::told;
use commerce::catalog::csv::Dialect;
use db::Db;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Exports all products to a CSV file that this program and Shopify read.
#[derive(clap::Args, Debug)]
pub struct ExportArgs {
    /// The shop's handle.
    #[arg(long)]
    pub shop: String,
    /// How the columns are named.
    #[arg(long, value_enum, default_value = "classic")]
    pub dialect: ColumnNames,
    /// The file to be written; `-`: standard output.
    pub file: PathBuf,
}

/// How the columns are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ColumnNames {
    /// `Handle`, `Body (HTML)`, `Variant Price`: what most tools read.
    Classic,
    /// `URL handle`, `Description`, `Price`: Shopify's newer template.
    New,
}

/// Exports the shop's products. Exit code 0: the file is there; 1: it is not.
pub async fn run(db: &Db, args: &ExportArgs) -> ExitCode {
    match export(db, args).await {
        Ok(count) => {
            eprintln!("Exported {count} products.");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn export(db: &Db, args: &ExportArgs) -> Result<usize, String> {
    let found = db::shops::shop_by_handle(db, &args.shop).await.map_err(|error| told(&error))?;
    let shop = found.ok_or_else(|| format!("there is no shop “{}”; `doorbuster shop list` names them", args.shop))?;
    let dialect = match args.dialect {
        ColumnNames::Classic => Dialect::Classic,
        ColumnNames::New => Dialect::New,
    };
    let mut text = Vec::new();
    let count = db::catalog::export(db, shop, dialect, &mut text).await.map_err(|error| told(&error))?;
    let written = if args.file == Path::new("-") { io::stdout().write_all(&text) } else { write_whole(&args.file, &text) };
    written.map_err(|error| format!("{} could not be written: {error}", args.file.display()))?;
    Ok(count)
}

/// Writes beside the file first, so that an interrupted export never looks like a complete one.
fn write_whole(file: &Path, text: &[u8]) -> io::Result<()> {
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let mut out = BufWriter::new(File::create(&partial)?);
    out.write_all(text)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&partial, file)
}
