//! `doorbuster verify`: the proof that no unit was sold twice and no order or cent was lost.
//!
//! What is proved and how is `db::verify`'s business. Here the answer is printed and becomes an exit code.

use super::import::told;
use commerce::Timestamp;
use db::Db;
use db::verify::Proof;
use std::io::{self, Write};
use std::process::ExitCode;

/// The books were read, and they do not add up.
const BROKEN: u8 = 4;

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

/// Verifies the books and prints the proof. Exit code 0: everything holds; 4: something does not; 1: the books could not be read.
pub async fn run(db: &Db, args: &VerifyArgs, now: Timestamp) -> ExitCode {
    let printed = match proof(db, args, now).await {
        Ok(proof) => print(&proof, args).map(|()| proof.holds()).map_err(|error| error.to_string()),
        Err(message) => Err(message),
    };
    match printed {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(BROKEN),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn proof(db: &Db, args: &VerifyArgs, now: Timestamp) -> Result<Proof, String> {
    let Some(handle) = &args.shop else {
        return db::verify::verify(db, now).await.map_err(|error| told(&error));
    };
    let found = db::shops::shop_by_handle(db, handle).await.map_err(|error| told(&error))?;
    let shop = found.ok_or_else(|| format!("there is no shop “{handle}”; `doorbuster shop list` names them"))?;
    db::verify::verify_shop(db, shop, now).await.map_err(|error| told(&error))
}

fn print(proof: &Proof, args: &VerifyArgs) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &Printed { holds: proof.holds(), proof })?;
        writeln!(out)
    } else {
        writeln!(out, "{proof}")
    }
}

/// The proof with its verdict in front, so that a script needs to look at one field only.
#[derive(serde::Serialize)]
struct Printed<'a> {
    holds: bool,
    #[serde(flatten)]
    proof: &'a Proof,
}
