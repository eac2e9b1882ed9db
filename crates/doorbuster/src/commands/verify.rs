//! `doorbuster verify`: the proof that no unit was sold twice and no order or cent was lost.
//!
//! What is proved and how is `db::verify`'s business. Here the answer is printed and becomes an exit code. Where a load test has
//! kept what its buyers were told, that is held against the books as well.

use super::no_shop;
use crate::failure::Failure;
use commerce::cart::CartLine;
use commerce::{Currency, Money, Timestamp, VariantId};
use db::Db;
use db::verify::{Proof, Receipt, SaidBy, SoldOut, Told, verify_receipts};
use loadtest::audit::{Entry, ReceiptsError, read_receipts};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// There is no shop whose books could be read.
const NOTHING_TO_PROVE: u8 = 2;

/// The books were read, and they do not add up.
const BROKEN: u8 = 4;

/// What to do about receipts that cannot be read.
const ADVICE: &str = "docs/RECEIPTS.md describes what such a file holds.";

/// As `--help` tells them.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  everything holds
  1  the books or the receipts could not be read
  2  there is no shop, so nothing was proved
  4  something does not hold";

/// Replays the ledgers of stock and money and says whether everything adds up. Selling may go on meanwhile.
#[derive(clap::Args, Debug)]
pub struct VerifyArgs {
    /// Only the shop with this handle.
    #[arg(long)]
    pub shop: Option<String>,
    /// Hold what a load test's buyers were told against the books as well: every receipt is an order, every "sold out" was
    /// true. Several files may be given.
    #[arg(long, value_name = "FILE")]
    pub receipts: Vec<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// Verifies the books and prints the proof. The exit code is one of [`EXIT_CODES`].
///
/// # Errors
/// When the books or the receipts could not be read.
pub async fn run(db: &Db, args: &VerifyArgs, now: Timestamp) -> Result<ExitCode, Failure> {
    let mut proof = match &args.shop {
        Some(handle) => {
            let Some(shop) = db::shops::shop_by_handle(db, handle).await? else {
                no_shop(handle).tell();
                return Ok(ExitCode::from(NOTHING_TO_PROVE));
            };
            db::verify::verify_shop(db, shop, now).await?
        }
        None if !args.receipts.is_empty() && db::shops::list_shops(db).await?.len() > 1 => {
            let failure = Failure::new("there are several shops, and the receipts are of one of them");
            return Err(failure.with_advice("Name it: --shop HANDLE. `doorbuster shop list` names them all."));
        }
        None => db::verify::verify(db, now).await?,
    };
    if let (Some(shop), false) = (proof.shops.first_mut(), args.receipts.is_empty()) {
        let mut failure = None;
        let claims = verify_receipts(db, shop.id, told(&args.receipts, &mut failure), now).await?;
        if let Some(failure) = failure {
            return Err(failure);
        }
        shop.claims.extend(claims);
    }
    print(&proof, args)?;
    Ok(match verdict(&proof) {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::from(BROKEN),
        None => ExitCode::from(NOTHING_TO_PROVE),
    })
}

/// What the files say that buyers were told. It ends early at what cannot be read, and leaves the reason in `failure`.
fn told(files: &[PathBuf], failure: &mut Option<Failure>) -> impl Iterator<Item = Told> {
    let entries = files.iter().flat_map(|file| entries_of(file));
    let told = entries.filter_map(|entry| entry.map_err(Failure::new).and_then(as_told).transpose());
    told.map_while(|told| told.map_err(|error| *failure = Some(error.with_advice(ADVICE))).ok())
}

/// The entries of a file, or the reason why there are none.
fn entries_of(file: &Path) -> Box<dyn Iterator<Item = Result<Entry, ReceiptsError>>> {
    match read_receipts(file) {
        Ok(entries) => Box::new(entries),
        Err(error) => Box::new(std::iter::once(Err(error))),
    }
}

/// What the books can tell about an entry; nothing about what a page said is left.
fn as_told(entry: Entry) -> Result<Option<Told>, Failure> {
    let instant = |at_ms: i64| Timestamp(at_ms.saturating_mul(1_000));
    Ok(match entry {
        Entry::Receipt(receipt) => Some(Told::Receipt(as_receipt(receipt)?)),
        Entry::SoldOut(answer) => Some(Told::SoldOut(SoldOut {
            variant: VariantId(answer.variant),
            quantity: answer.quantity,
            said_by: match answer.said_by {
                loadtest::audit::SaidBy::Page => SaidBy::Page,
                loadtest::audit::SaidBy::Checkout => SaidBy::Checkout,
            },
            asked_at: instant(answer.asked_at_ms),
            at: instant(answer.at_ms),
        })),
        Entry::Left(_) => None,
    })
}

fn as_receipt(receipt: loadtest::audit::Receipt) -> Result<Receipt, Failure> {
    let currency = Currency::from_code(&receipt.currency);
    let Some(total) = currency.and_then(|currency| Money::parse(&receipt.total, currency).ok()) else {
        let loadtest::audit::Receipt { order, total, currency, .. } = receipt;
        return Err(Failure::new(format!("the total of the receipt of order {order}, “{total} {currency}”, is no amount")));
    };
    let lines = receipt.lines.iter().map(|line| CartLine { variant: VariantId(line.variant), quantity: line.quantity });
    let number = i64::try_from(receipt.order).unwrap_or(i64::MAX);
    Ok(Receipt { number, total, lines: lines.collect(), checkout_id: receipt.checkout_id })
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
