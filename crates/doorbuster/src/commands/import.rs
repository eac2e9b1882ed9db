//! `doorbuster import --shop juniper products.csv`: products from a spreadsheet into a shop.
//!
//! What a file means is decided in `commerce::catalog::csv`, what it changes in `db::catalog`. Here it is opened, and the report
//! is printed.

use commerce::Timestamp;
use commerce::catalog::csv::RowError;
use db::Db;
use db::catalog::{Difference, ImportError, ImportMode, ImportProgress, ImportReport, ImportRequest, Kept};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::process::ExitCode;

/// The most changed products that are printed field by field.
const PRINTED_MAX: usize = 50;

/// Nothing was imported: the file was refused, or the world failed.
const REFUSED: u8 = 1;

/// Some products were left out, the others were imported.
const LEFT_OUT: u8 = 2;

/// Imports products from a CSV file: Shopify's columns, old or new, or Vendure's.
#[derive(clap::Args, Debug)]
pub struct ImportArgs {
    /// The shop's handle.
    #[arg(long)]
    pub shop: String,
    /// Tell what would change, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// The file: UTF-8, comma-separated, the columns named on its first line.
    pub file: PathBuf,
}

/// Imports the file and prints what changed, and every mistake with its line. Exit code 0: everything is in; 1: the file was
/// refused and nothing changed; 2: products with mistakes were left out.
pub async fn run(db: &Db, args: &ImportArgs, now: Timestamp) -> ExitCode {
    let shop = match db::shops::shop_by_handle(db, &args.shop).await {
        Ok(Some(shop)) => shop,
        Ok(None) => return refused(&format!("there is no shop “{}”; `doorbuster shop list` names them", args.shop)),
        Err(error) => return refused(&told(&error)),
    };
    let bar = ProgressBar::no_length().with_style(style());
    let mut progress = |progress: ImportProgress| {
        bar.set_length(progress.products_total as u64);
        bar.set_position(progress.products_done as u64);
    };
    let request = ImportRequest {
        open: &|| Ok(Box::new(BufReader::new(File::open(&args.file)?)) as Box<dyn Read + Send>),
        clean: &web::markdown::clean_html,
        progress: &mut progress,
        mode: if args.dry_run { ImportMode::DryRun } else { ImportMode::Write },
        actor: "system",
        now,
    };
    let outcome = db::catalog::import(db, shop, request).await;
    bar.finish_and_clear();
    match outcome {
        Ok(report) => {
            print_report(&report, args);
            if report.left_out == 0 { ExitCode::SUCCESS } else { ExitCode::from(LEFT_OUT) }
        }
        Err(error @ ImportError::Database(_)) => refused(&format!("{}\nImport the file again to finish.", told(&error))),
        Err(error) => refused(&format!("{}: {}\nNothing was changed.", args.file.display(), told(&error))),
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} products").unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn refused(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::from(REFUSED)
}

/// An error with its causes, on one line.
pub(super) fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    text
}

fn print_report(report: &ImportReport, args: &ImportArgs) {
    print_changes(&report.differences);
    for warning in &report.warnings.listed {
        eprintln!("warning: {warning}");
    }
    print_more(&report.warnings, "warnings");
    for error in &report.errors.listed {
        eprintln!("error: {}", placed(error, args));
    }
    print_more(&report.errors, "errors");
    let verb = if args.dry_run { "A dry run, nothing was changed. It would be" } else { "Imported" };
    println!(
        "{verb}: {} created, {} updated, {} unchanged, {} left out; {} counts of stock changed.",
        report.created, report.updated, report.unchanged, report.left_out, report.recounted
    );
}

/// The changed products field by field; new ones are counted in the last line.
fn print_changes(differences: &Kept<Difference>) {
    let changed: Vec<_> = differences.listed.iter().filter(|difference| !difference.created).collect();
    for difference in changed.iter().take(PRINTED_MAX) {
        println!("{} ({})", difference.handle, difference.title);
        for change in &difference.changes {
            println!("  {change}");
        }
    }
    if changed.len() > PRINTED_MAX {
        println!("... and {} more changed products", changed.len() - PRINTED_MAX + differences.more);
    }
}

fn print_more<T>(kept: &Kept<T>, what: &str) {
    if kept.more > 0 {
        eprintln!("... and {} more {what}", kept.more);
    }
}

/// `products.csv: line 12, Variant Price: ...`.
fn placed(error: &RowError, args: &ImportArgs) -> String {
    format!("{}: {error}", args.file.display())
}
