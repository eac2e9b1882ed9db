//! `doorbuster export --shop juniper products.csv`: a shop's products as a spreadsheet.

use super::find_shop;
use super::import::told;
use crate::failure::Failure;
use crate::output::{Existing, Output, Readers};
use commerce::catalog::csv::Dialect;
use db::Db;
use std::io::Write as _;
use std::path::PathBuf;
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
    /// Replace the file if it exists, once the export is complete.
    #[arg(long)]
    pub force: bool,
}

/// How the columns are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ColumnNames {
    /// `Handle`, `Body (HTML)`, `Variant Price`: what most tools read.
    Classic,
    /// `URL handle`, `Description`, `Price`: Shopify's newer template.
    New,
}

/// Exports the shop's products.
///
/// # Errors
/// When there is no such shop, the file exists or cannot be written, or the database fails.
pub async fn run(db: &Db, args: &ExportArgs) -> Result<ExitCode, Failure> {
    let shop = find_shop(db, &args.shop).await?;
    let dialect = match args.dialect {
        ColumnNames::Classic => Dialect::Classic,
        ColumnNames::New => Dialect::New,
    };
    let mut output = Output::create(&args.file, Existing::from_force(args.force), Readers::Usual)?;
    let mut text = Vec::new();
    let count = db::catalog::export(db, shop, dialect, &mut text).await.map_err(|error| Failure::new(told(&error)))?;
    output.write_all(&text).map_err(|error| Failure::new(format!("{} cannot be written: {error}", args.file.display())))?;
    output.finish()?;
    eprintln!("Exported {count} products.");
    Ok(ExitCode::SUCCESS)
}
