//! `doorbuster forecast`: what a marketing plan leads to, whether a claim can be true, in how many waves to tell people, and how
//! well a shop's own days are known.
//!
//! What is reckoned and how it is told is the `forecast` crate's business. Here files are read and written.

use super::report::{find_sale, read_for};
use super::{find_shop, screen};
use crate::failure::Failure;
use crate::output::{Existing, Output, Readers};
use commerce::Timestamp;
use db::Db;
use db::sale_forecasts::{SaleForecast, keep_forecast};
use forecast::advise::{Limit, advise};
use forecast::check::{Claim, figure};
use forecast::data::Forecast;
use forecast::everyday::{self, DailyOrders};
use forecast::outcome::data::Known;
use forecast::plan::{DECEMBER, NOVEMBER};
use forecast::report::outcome::of_the_shop;
use forecast::report::{claim, days, html, json, terminal};
use forecast::{MarketingPlan, Unusable, check};
use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use web::sale_record::lessons;

/// A claim is contradicted.
const CONTRADICTED: u8 = 3;

/// What is said beside a plan that cannot be used.
pub const PLAN_ADVICE: &str = "`doorbuster forecast example november` prints a plan that explains itself.";

/// What is drawn when nobody says otherwise. It is a number like any other.
pub const SEED: u64 = 1;

/// A seed, as it is written.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number from 0 on; any will do".into())
}

/// As `--help` tells them.
pub const HELP: &str = "\
A plan is a TOML file. `doorbuster forecast example november > plan.toml` prints one that explains itself; docs/FORECAST.md has the
model.

Exit codes:
  0  done
  1  it failed; the reason is on standard error
  2  the plan or the command line makes no sense
  3  `check` found a contradiction";

/// Says what a marketing plan leads to: visits, people at once, orders, revenue, stock, nodes, and how sure that is.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ForecastArgs {
    #[command(subcommand)]
    question: Option<Question>,
    /// The plan: a TOML file, or - for standard input.
    #[arg(value_name = "PLAN", required = true)]
    plan: Option<PathBuf>,
    /// Write it as a page with charts; - is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write it as data; - is standard output.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// What chance comes from: the same plan and seed make the same forecast, byte for byte.
    #[arg(long, default_value_t = SEED, value_parser = seed)]
    seed: u64,
    /// The shop's handle: what the plan does not say is what the shop's sales have taught.
    #[arg(long, value_name = "HANDLE")]
    shop: Option<String>,
    /// Keep it with this sale, whose report is then held against it: the end of its address in the shop, or its number.
    #[arg(long, value_name = "SALE", requires = "shop")]
    sale: Option<String>,
}

impl ForecastArgs {
    /// Whether a shop's books have to be read.
    pub const fn is_of_a_shop(&self) -> bool {
        self.shop.is_some()
    }
}

#[derive(clap::Subcommand, Debug)]
enum Question {
    /// Says whether figures of a sale can all be true, and what they imply.
    Check(CheckArgs),
    /// Says in how many waves to tell people, so that no more come at once than can be carried.
    Advise(AdviseArgs),
    /// Prints one of the case study's sales as a plan.
    Example(ExampleArgs),
    /// Forecasts the later days of a file of orders from the earlier ones, and counts how often the bands were right.
    Backtest(BacktestArgs),
}

#[derive(clap::Args, Debug)]
struct CheckArgs {
    /// Users at once at the peak, however they were counted: 110000, 110k.
    #[arg(long, value_name = "COUNT", value_parser = figure)]
    users: Option<f64>,
    /// Orders in the busiest five minutes.
    #[arg(long, value_name = "COUNT", value_parser = figure)]
    orders_per_5min: Option<f64>,
    /// Revenue of the whole sale: 4.5M.
    #[arg(long, value_name = "AMOUNT", value_parser = figure)]
    revenue: Option<f64>,
    /// How many days it lasts.
    #[arg(long, value_name = "DAYS", value_parser = figure)]
    days: Option<f64>,
    /// Hold the figures against a plan as well.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct AdviseArgs {
    /// The plan: a TOML file, or - for standard input.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// So many sessions at once can be carried; a statistic keeps a session for half an hour after its last page.
    #[arg(long, value_name = "COUNT", value_parser = figure, conflicts_with_all = ["pages_per_s", "nodes"])]
    sessions: Option<f64>,
    /// So many pages a second can be carried.
    #[arg(long, value_name = "PAGES", value_parser = figure, conflicts_with = "nodes")]
    pages_per_s: Option<f64>,
    /// So many nodes run, of which each carries what the plan's [capacity] says; three tenths of reserve and one that may fail
    /// are left out.
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    nodes: u32,
    /// Print JSON instead of text.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Debug)]
struct ExampleArgs {
    /// Which one.
    sale: Example,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Example {
    /// Early access for a day, then everybody, mail in two waves.
    November,
    /// Five days, open to everybody, one mail to all at once.
    December,
}

#[derive(clap::Args, Debug)]
struct BacktestArgs {
    /// Orders as a CSV with a column `at`, `Created at` or the like; docs/FORECAST.md has all names. - is standard input.
    #[arg(value_name = "ORDERS")]
    orders: PathBuf,
    /// Learn from so many weeks before the first forecast.
    #[arg(long, value_name = "WEEKS", default_value_t = 26)]
    learn_weeks: usize,
    /// Forecast a week from what was known so many weeks before its end.
    #[arg(long, value_name = "WEEKS", default_value_t = 1)]
    ahead_weeks: usize,
    /// Print JSON, with every day, instead of text.
    #[arg(long)]
    json: bool,
}

/// Answers what was asked.
///
/// # Errors
/// When a plan or a claim makes no sense, or a file cannot be read or written.
pub fn run(args: &ForecastArgs) -> Result<ExitCode, Failure> {
    match (&args.question, &args.plan) {
        (Some(Question::Check(args)), _) => return check_claim(args),
        (Some(Question::Advise(args)), _) => advise_waves(args)?,
        (Some(Question::Example(args)), _) => print(match args.sale {
            Example::November => NOVEMBER,
            Example::December => DECEMBER,
        })?,
        (Some(Question::Backtest(args)), _) => backtest(args)?,
        (None, Some(plan)) => tell(args, &forecast::forecast(&read_plan(plan)?, args.seed), "")?,
        (None, None) => return Err(Failure::usage("no plan is named").with_advice("Name a TOML file.")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Forecasts a plan of a shop, and keeps it with the sale that it is for.
///
/// # Errors
/// When the plan makes no sense, there is no such shop or sale, a file cannot be read or written, or the database fails.
pub async fn run_for_shop(db: &Db, args: &ForecastArgs, now: Timestamp) -> Result<ExitCode, Failure> {
    let (Some(shop), Some(file)) = (&args.shop, &args.plan) else { return run(args) };
    let shop = find_shop(db, shop).await?;
    let sale = match &args.sale {
        Some(sale) => Some(find_sale(db, shop, sale).await?.id),
        None => None,
    };
    let text = read(file)?;
    let forecast = forecast::forecast(&read_for(db, shop, sale, &text, &file.display().to_string()).await?, args.seed);
    let mut said = String::new();
    if let Some(known) = Known::of(lessons(db, shop).await?.iter().map(|(_, lesson)| lesson)) {
        said = format!("\n{}\n", of_the_shop(&known));
    }
    if let Some(sale) = sale {
        let kept = SaleForecast { plan: text, forecast: json::text(&forecast), lesson: None };
        keep_forecast(db, shop, sale, &kept, now).await?;
        said += "\nIt is kept with the sale, whose report is held against it.\n";
    }
    tell(args, &forecast, &said)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(args: &ForecastArgs, forecast: &Forecast, said: &str) -> Result<(), Failure> {
    if [&args.html, &args.json].into_iter().all(|file| file.as_deref().is_some_and(crate::output::is_standard)) {
        let failure = Failure::usage("a page and data cannot both go to standard output");
        return Err(failure.with_advice("Name a file for one of them: --html FILE."));
    }
    let mut is_printed = false;
    for (file, text) in [(&args.html, html::page as fn(&_) -> String), (&args.json, json::text)] {
        let Some(file) = file else { continue };
        is_printed |= crate::output::is_standard(file);
        let mut output = Output::create(file, Existing::Replace, Readers::Usual)?;
        output.write_all(text(forecast).as_bytes())?;
        output.finish()?;
    }
    if !is_printed {
        print(&(terminal::summary(forecast, screen().ink) + said))?;
    }
    Ok(())
}

fn check_claim(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let CheckArgs { users, orders_per_5min, revenue, days, .. } = *args;
    let plan = args.plan.as_deref().map(read_plan).transpose()?;
    let claim = Claim { users, orders_per_5_minutes: orders_per_5min, revenue, days };
    let checked = check::check(&claim, plan.as_ref()).map_err(unusable)?;
    print(&if args.json { json::text(&checked) } else { claim::checked(&checked, screen().ink) })?;
    Ok(if checked.contradictions.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CONTRADICTED) })
}

fn advise_waves(args: &AdviseArgs) -> Result<(), Failure> {
    let plan = read_plan(&args.plan)?;
    let limit = match (args.sessions, args.pages_per_s, plan.capacity) {
        (Some(sessions), ..) => Limit::Sessions(sessions),
        (_, Some(pages), _) => Limit::PagesPerS(pages),
        (.., Some(capacity)) => Limit::PagesPerS(capacity.carried(args.nodes).pages_per_s),
        (None, None, None) => {
            let advice = "Give --sessions or --pages-per-s, or put a [capacity] into the plan, as a load test measured it.";
            return Err(Failure::usage("it is not known what can be carried").with_advice(advice));
        }
    };
    let advice = advise(&plan, limit).map_err(unusable)?;
    print(&if args.json { json::text(&advice) } else { claim::advice(&advice, &plan.zone, screen().ink) })
}

fn backtest(args: &BacktestArgs) -> Result<(), Failure> {
    let orders = DailyOrders::read(&read(&args.orders)?, &args.orders.display().to_string()).map_err(unusable)?;
    let backtest = everyday::backtest(&orders, args.learn_weeks, args.ahead_weeks).map_err(unusable)?;
    print(&if args.json { json::text(&backtest) } else { days::backtest(&backtest, screen().ink) })
}

/// The plan of this file.
pub fn read_plan(file: &Path) -> Result<MarketingPlan, Failure> {
    MarketingPlan::parse(&read(file)?, &file.display().to_string()).map_err(|error| unusable(error).with_advice(PLAN_ADVICE))
}

/// The text of this file, or of standard input.
pub fn read(file: &Path) -> Result<String, Failure> {
    let text =
        if crate::output::is_standard(file) { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    text.map_err(|error| Failure::usage(format!("{} cannot be read: {error}", file.display())))
}

pub fn unusable(error: Unusable) -> Failure {
    Failure::usage(error)
}

pub fn print(text: &str) -> Result<(), Failure> {
    stdout().write_all(text.as_bytes())?;
    Ok(())
}
