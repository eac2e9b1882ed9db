//! `doorbuster verify`: the proof that no unit was sold twice and no order or cent was lost.
//!
//! What is proved and how is `db::verify`'s business. Here the answer is printed and becomes an exit code.

use super::find_shop;
use crate::failure::Failure;
use commerce::Timestamp;
use db::Db;
use db::verify::Proof;
use std::io::Write as _;
use std::process::ExitCode;

/// There is no shop whose books could be read.
const NOTHING_TO_PROVE: u8 = 2;

/// The books were read, and they do not add up.
const BROKEN: u8 = 4;

/// As `--help` tells them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  everything holds
  1  the books could not be read
  2  there is no shop, so nothing was proved
  4  something does not hold";

/// Replays the ledgers of stock and money and says whether everything adds up. Selling may go on meanwhile.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// Only the shop with this handle.
    #[arg(long)]
    pub shop: Option<String>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Verifies the books and prints the proof. The exit code is one of [`EXIT_CODES`].
///
/// # Errors
/// When there is no such shop or the books could not be read.
pub async fn run(db: &Db, args: &VerifyArgs, now: Timestamp) -> Result<ExitCode, Failure> {
    let proof = match &args.shop {
        Some(handle) => db::verify::verify_shop(db, find_shop(db, handle).await?, now).await?,
        None => db::verify::verify(db, now).await?,
    };
    print(&proof, args)?;
    Ok(match verdict(&proof) {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::from(BROKEN),
        None => ExitCode::from(NOTHING_TO_PROVE),
    })
}

/// Whether everything holds; nothing where nothing was proved.
fn verdict(proof: &Proof) -> Option<bool> {
    (!proof.shops.is_empty()).then(|| proof.holds())
}

fn print(proof: &Proof, args: &VerifyArgs) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &Printed { holds: verdict(proof), proof })?;
        writeln!(out)
    } else {
        writeln!(out, "{proof}")
    }
}

/// The proof with its verdict in front, so that a script needs to look at one field only: `true`, `false`, or `null` where there
/// is no shop.
#[derive(serde::Serialize)]
struct Printed<'a> {
    holds: Option<bool>,
    #[serde(flatten)]
    proof: &'a Proof,
}
