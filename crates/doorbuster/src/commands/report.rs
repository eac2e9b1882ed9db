//! `doorbuster report --shop S --sale N`: what a sale came to, on the terminal, as a page with charts, and as data; and what it
//! teaches about the shop.
//!
//! What is read is `web::sale_record`'s business, what it comes to and how it is told the `forecast` crate's. Here files are
//! read and written.

use super::forecast::{PLAN_ADVICE, SEED, print, read, unusable};
use super::{find_shop, screen};
use crate::failure::Failure;
use crate::output::{Existing, Output, Readers, is_standard};
use ::forecast::MarketingPlan;
use ::forecast::outcome::compared::Expected;
use ::forecast::outcome::data::Outcome;
use ::forecast::report::{json, outcome};
use commerce::sale::FlashSale;
use commerce::{FlashSaleId, ShopId, Timestamp};
use db::Db;
use db::sale_forecasts::{SaleForecast, keep_forecast, keep_lesson, load_forecast};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use web::sale_record::{defaults_for, learn_from, outcome_of};

/// Says what a sale came to: revenue, peaks, what sold out when, what was asked for after that, how the server did.
#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    /// The shop's handle.
    #[arg(long, value_name = "HANDLE")]
    shop: String,
    /// The sale: the end of its address in the shop, or its number.
    #[arg(long, value_name = "SALE")]
    sale: String,
    /// Hold it against a plan (TOML), or what `doorbuster forecast PLAN --json FILE` has written, instead of the forecast that
    /// was kept with the sale.
    #[arg(long, value_name = "FILE")]
    forecast: Option<PathBuf>,
    /// Fit the plan to what happened and keep that: it is what the shop's next plan starts from.
    #[arg(long)]
    learn: bool,
    /// Write it as a page with charts; - is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as data; - is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Tells what the sale came to.
///
/// # Errors
/// When there is no such shop or sale, the forecast makes no sense, nothing can be learned, a file cannot be read or written, or
/// the database fails.
pub async fn run(db: &Db, args: &ReportArgs, now: Timestamp) -> Result<ExitCode, Failure> {
    let given = args.forecast.as_deref().map(Given::read).transpose()?;
    let shop = find_shop(db, &args.shop).await?;
    let sale = find_sale(db, shop, &args.sale).await?;
    if args.learn {
        learn(db, shop, &sale, given.as_ref(), now).await?;
    }
    let expected = match &given {
        Some(Given::Plan { text, file }) => {
            Some(Expected::of(&::forecast::forecast(&read_for(db, shop, Some(sale.id), text, file).await?, SEED)))
        }
        Some(Given::Forecast(expected)) => Some(expected.clone()),
        None => None,
    };
    let told = outcome_of(db, shop, sale.id, now, expected.as_ref()).await?.ok_or_else(|| no_such(&args.sale, &[]))?;
    tell(args, &told)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(args: &ReportArgs, told: &Outcome) -> Result<(), Failure> {
    let mut is_printed = false;
    for (file, text) in [(&args.html, outcome::page as fn(&_) -> String), (&args.json, json::text)] {
        let Some(file) = file else { continue };
        is_printed |= is_standard(file);
        let mut output = Output::create(file, Existing::Replace, Readers::Usual)?;
        output.write_all(text(told).as_bytes())?;
        output.finish()?;
    }
    if is_printed { Ok(()) } else { print(&outcome::summary(told, screen().ink)) }
}

/// What a sale is held against, as a file says it.
enum Given {
    /// A plan that can be forecast and learned from.
    Plan { text: String, file: String },
    /// What was forecast; its plan is not known.
    Forecast(Expected),
}

impl Given {
    fn read(path: &Path) -> Result<Self, Failure> {
        let (text, file) = (read(path)?, path.display().to_string());
        if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("json")) {
            return Ok(Self::Plan { text, file });
        }
        let advice = "`doorbuster forecast PLAN --json FILE` writes one.";
        Expected::read(&text, &file).map(Self::Forecast).map_err(|error| unusable(error).with_advice(advice))
    }
}

/// Fits the plan to what happened and keeps that with the sale.
async fn learn(db: &Db, shop: ShopId, sale: &FlashSale, given: Option<&Given>, now: Timestamp) -> Result<(), Failure> {
    let planned = match given {
        Some(Given::Plan { text, file }) => Some((text.clone(), false, file.as_str())),
        Some(Given::Forecast(_)) => None,
        None => load_forecast(db, shop, sale.id).await?.map(|kept| (kept.plan, true, "the plan of the sale")),
    };
    let Some((text, is_kept, file)) = planned else {
        let advice = "Name the plan (TOML) with --forecast; `doorbuster forecast PLAN --shop HANDLE --sale SALE` keeps one.";
        return Err(Failure::usage("it is not known what was planned, so nothing can be learned").with_advice(advice));
    };
    let plan = read_for(db, shop, Some(sale.id), &text, file).await?;
    let learned = learn_from(db, shop, sale.id, now, &plan).await?.ok_or_else(|| no_such(&sale.handle, &[]))?;
    let learned = learned.map_err(|error| Failure::new(format!("nothing can be learned from this sale: {error}")))?;
    let lesson = json::text(&learned);
    if is_kept {
        if keep_lesson(db, shop, sale.id, &text, &lesson).await? {
            return Ok(());
        }
        return Err(Failure::new("the plan of the sale was changed meanwhile").with_advice("Try again."));
    }
    let forecast = json::text(&::forecast::forecast(&plan, SEED));
    let kept = SaleForecast { plan: text, forecast, lesson: Some(lesson) };
    Ok(keep_forecast(db, shop, sale.id, &kept, now).await?)
}

/// A plan of this shop, for this sale if it is known: what it does not say is what the shop's other sales have taught.
pub async fn read_for(
    db: &Db,
    shop: ShopId,
    sale: Option<FlashSaleId>,
    text: &str,
    file: &str,
) -> Result<MarketingPlan, Failure> {
    let defaults = defaults_for(db, shop, sale).await?;
    MarketingPlan::parse_with(text, file, &defaults).map_err(|error| unusable(error).with_advice(PLAN_ADVICE))
}

/// The sale with this handle or number.
///
/// # Errors
/// When the shop has none.
pub async fn find_sale(db: &Db, shop: ShopId, asked: &str) -> Result<FlashSale, Failure> {
    let sales = db::flash_sales::list_flash_sales(db, shop).await?;
    let is_it = |sale: &&FlashSale| sale.handle == asked || sale.id.to_string() == asked;
    sales.iter().find(is_it).cloned().ok_or_else(|| no_such(asked, &sales))
}

fn no_such(asked: &str, sales: &[FlashSale]) -> Failure {
    let handles: Vec<&str> = sales.iter().map(|sale| sale.handle.as_str()).collect();
    let advice =
        if handles.is_empty() { "The shop has no sale.".to_owned() } else { format!("The shop has: {}.", handles.join(", ")) };
    Failure::new(format!("there is no sale “{asked}”")).with_advice(advice)
}
