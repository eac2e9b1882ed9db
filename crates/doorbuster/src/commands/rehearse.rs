//! `doorbuster rehearse`: plays a sale that is to come on a copy of the shop, and says whether it may open.
//!
//! How it is played, judged and told is `load_tests::rehearsal`'s business. Here the command line is read.

use super::forecast::{SEED, read_plan, seed};
use super::serve::stop_signal;
use super::{find_shop, screen};
use crate::clock::now;
use crate::failure::Failure;
use crate::load_tests::pace::{Pace, SCALE_MIN};
use crate::load_tests::rehearsal::{Wish, judge, rehearse, told};
use crate::output::{Existing, Output, Readers, is_standard};
use crate::settings::Settings;
use commerce::ShopId;
use commerce::sale::FlashSale;
use db::Db;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// It may not open.
const NO_GO: u8 = 2;

/// The bounds of `--speed`, `--scale` and `--minutes`: beyond them nothing would be learned.
const SPEEDS: std::ops::RangeInclusive<f64> = 1.0..=600.0;
const SCALES: std::ops::RangeInclusive<f64> = SCALE_MIN..=10.0;
const MINUTES: std::ops::RangeInclusive<i64> = 5..=20_160;

/// What `--help` ends with.
pub const AFTER_HELP: &str = "\
It runs on this machine, beside the shop: rehearse when few customers are there.

Exit codes:
  0  go: the sale may open, perhaps with things to be decided
  1  it could not be rehearsed; the reason is on standard error
  2  no-go: each red line says what to do";

/// Plays a sale that is to come, on a copy of the shop with the forecast as its crowd, and says whether it may open.
///
/// The shop itself is only read: the copy has a database of its own, test payment, and no mail leaves it.
#[derive(clap::Args, Debug)]
pub struct RehearseArgs {
    /// The shop's handle.
    #[arg(long, value_name = "HANDLE")]
    shop: String,
    /// The sale: its handle or its number.
    #[arg(long, value_name = "SALE")]
    sale: String,
    /// Who is expected: a plan as `doorbuster forecast` takes it. Without one, twice as much is wanted as is offered.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// How many seconds of the sale are played in one.
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// How many visits come for each one of the forecast, and how many units there are for each one offered.
    #[arg(long, default_value_t = 0.1)]
    scale: f64,
    /// How many minutes of the sale are played, from its opening on.
    #[arg(long, default_value_t = 120)]
    minutes: i64,
    /// What chance comes from in the forecast.
    #[arg(long, default_value_t = SEED, value_parser = seed)]
    seed: u64,
    /// Write the go/no-go page; - is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as data; - is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Rehearses. The exit code is one of [`AFTER_HELP`].
///
/// # Errors
/// When it cannot be rehearsed.
pub async fn run(db: &Db, settings: &Settings, args: &RehearseArgs) -> Result<ExitCode, Failure> {
    let wish = wish(db, args).await?;
    // Before anybody has waited for it: a page that cannot be written is told now.
    let outputs = outputs([(&args.html, told::page), (&args.json, told::json)])?;
    let is_printed = [&args.html, &args.json].into_iter().flatten().any(|file| is_standard(file));
    let tell = |said: &str| eprintln!("{said}");
    let ended_by_hand = stop_signal()?;
    // Whatever was started ends, and the copy goes, when the rehearsal is dropped.
    let rehearsed = tokio::select! {
        rehearsed = rehearse(db, settings, wish, tell) => rehearsed?,
        () = ended_by_hand => return Err(Failure::new("it was ended by hand before it was through; the copy is gone")),
    };
    for (mut output, text) in outputs {
        output.write_all(text(&rehearsed).as_bytes())?;
        output.finish()?;
    }
    if !is_printed {
        write!(std::io::stdout(), "{}", told::text(&rehearsed, screen().ink))?;
    }
    Ok(if judge::is_go(&rehearsed.lines) { ExitCode::SUCCESS } else { ExitCode::from(NO_GO) })
}

/// Where something is to be written, as what: files that were asked for are begun, so that what cannot be written is told before
/// anybody has waited for it.
///
/// # Errors
/// When one cannot be written.
pub fn outputs<Found>(wanted: [(&Option<PathBuf>, Text<Found>); 2]) -> Result<Vec<(Output, Text<Found>)>, Failure> {
    let wanted = wanted.into_iter().filter_map(|(file, text)| Some((file.as_ref()?, text)));
    wanted.map(|(file, text)| Ok((Output::create(file, Existing::Replace, Readers::Usual)?, text))).collect()
}

/// How what was found is written.
pub type Text<Found> = fn(&Found) -> String;

async fn wish(db: &Db, args: &RehearseArgs) -> Result<Wish, Failure> {
    within("--speed", args.speed, SPEEDS)?;
    within("--scale", args.scale, SCALES)?;
    within("--minutes", args.minutes, MINUTES)?;
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let id = find_shop(db, &args.shop).await?;
    let shop = db::shops::load_shop(db, id).await?.ok_or_else(|| Failure::new("the shop is gone"))?;
    let sale = find_sale(db, id, &args.sale).await?;
    if let Some((problem, advice)) = Wish::obstacle(&sale, now()) {
        return Err(Failure::usage(problem).with_advice(advice));
    }
    let pace = Pace { speed: args.speed, scale: args.scale, minutes: Wish::minutes_of(&sale, args.minutes) };
    Ok(Wish { shop, sale, plan, pace, shoppers_max: None, seed: args.seed })
}

async fn find_sale(db: &Db, shop: ShopId, named: &str) -> Result<FlashSale, Failure> {
    let sales = db::flash_sales::list_flash_sales(db, shop).await?;
    let names: Vec<&str> = sales.iter().map(|sale| sale.handle.as_str()).collect();
    let known = match names.is_empty() {
        true => "The shop has none; make one at its desk.".to_owned(),
        false => format!("The shop has: {}.", names.join(", ")),
    };
    let found = sales.into_iter().find(|sale| sale.handle == named || sale.id.to_string() == named);
    found.ok_or_else(|| Failure::usage(format!("there is no sale “{named}”")).with_advice(known))
}

/// Refuses what is outside of its bounds.
///
/// # Errors
/// When it is.
pub fn within<N: PartialOrd + std::fmt::Display>(name: &str, is: N, allowed: std::ops::RangeInclusive<N>) -> Result<(), Failure> {
    if allowed.contains(&is) {
        return Ok(());
    }
    Err(Failure::usage(format!("{name} is {is}, but has to be from {} to {}", allowed.start(), allowed.end())))
}
