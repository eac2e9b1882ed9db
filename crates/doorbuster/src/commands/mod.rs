//! The subcommands, one file each, and what they share: settings, the log, a runtime, the open database.

mod backup;
mod config;
mod copy_shop;
mod demo;
mod export;
mod export_site;
mod forecast;
mod import;
mod loadtest;
mod nodes;
mod password;
mod rehearse;
mod replay;
mod report;
mod restore;
mod scale_plan;
mod seller;
mod serve;
mod shop;
mod verify;

use crate::clock::now;
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::logging;
use crate::settings::{SettingFlags, Settings};
use ::loadtest::report::terminal::Screen;
use commerce::ShopId;
use console::Term;
use db::{Db, OpenOptions, Target};
use std::future::Future;
use std::path::Path;
use std::process::ExitCode;

/// What the program can do.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Start the shops.
    Serve(WithSettings<serve::ServeArgs>),
    /// Start two seeded shops, to look at everything without setting anything up.
    Demo(WithSettings<demo::DemoArgs>),
    /// Make, list, open and close shops, and give them domains.
    Shop(WithSettings<shop::ShopArgs>),
    /// Make, list and remove sellers, and set their passwords.
    Seller(WithSettings<seller::SellerArgs>),
    /// Import products from a CSV file.
    Import(WithSettings<import::ImportArgs>),
    /// Export a shop's products as a CSV file.
    Export(WithSettings<export::ExportArgs>),
    /// Write a shop's pages and pictures as files, for a CDN.
    ExportSite(WithSettings<export_site::ExportSiteArgs>),
    /// Prove that no unit was sold twice and no order was lost.
    #[command(after_help = verify::EXIT_CODES)]
    Verify(WithSettings<verify::VerifyArgs>),
    /// Let shoppers visit a shop, more and more of them, until it misses an objective.
    #[command(name = "loadtest", after_help = loadtest::AFTER_HELP)]
    LoadTest(loadtest::LoadTestArgs),
    /// Say what a marketing plan leads to: visits, people at once, orders, revenue, nodes, and how sure that is.
    #[command(after_help = forecast::HELP)]
    Forecast(WithSettings<forecast::ForecastArgs>),
    /// Say what a sale came to: revenue, peaks, what sold out and what was asked for after that, how the server did.
    Report(WithSettings<report::ReportArgs>),
    /// Say when how many nodes run in a sale, and what that saves.
    ScalePlan(scale_plan::ScalePlanArgs),
    /// Play a sale that is to come on a copy of the shop, and say whether it may open.
    #[command(after_help = rehearse::AFTER_HELP)]
    Rehearse(WithSettings<rehearse::RehearseArgs>),
    /// Play a sale of the case study, compressed, on this machine, and print its table with this machine's row.
    #[command(after_help = replay::AFTER_HELP)]
    Replay(replay::ReplayArgs),
    /// Take part in a load test that another process leads.
    #[command(name = loadtest::WORKER, hide = true)]
    LoadTestWorker(loadtest::WorkerArgs),
    /// List the running servers of the database.
    Nodes(WithSettings<nodes::NodesArgs>),
    /// Write everything into one file, while the shops are open.
    Backup(WithSettings<backup::BackupArgs>),
    /// Read a backup into an empty database, also of the other kind.
    Restore(WithSettings<restore::RestoreArgs>),
    /// Copy a shop without its customers into a data folder of its own, to try things on it.
    CopyShop(WithSettings<copy_shop::CopyShopArgs>),
    /// Show the settings in effect and where each comes from.
    Config(WithSettings<config::ConfigArgs>),
}

/// A subcommand's own arguments and the settings.
#[derive(clap::Args)]
pub struct WithSettings<A: clap::Args> {
    #[command(flatten)]
    args: A,
    #[command(flatten)]
    flags: SettingFlags,
}

/// What a command line that is not understood ends with. Some commands keep 2 for what they found: a missed objective, a no-go, a
/// sale that was not held.
pub fn usage_code(arguments: impl Iterator<Item = std::ffi::OsString>) -> u8 {
    let keeps_two = |command: std::ffi::OsString| ["loadtest", "rehearse", "replay"].iter().any(|keeps| command == *keeps);
    if arguments.into_iter().nth(1).is_some_and(keeps_two) { 1 } else { 2 }
}

/// Commands that run a server, or show its settings.
const OF_A_SERVER: [&str; 3] = ["serve", "demo", "config"];

/// The command line with the settings of a server left out of the help of what needs but a few of them. They count all the same.
pub fn with_short_help(line: clap::Command) -> clap::Command {
    let names: Vec<String> = line.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let names = names.into_iter().filter(|name| !OF_A_SERVER.contains(&name.as_str()));
    names.fold(line, |line, name| line.mut_subcommand(name, |command| command.mut_args(SettingFlags::hide_of_a_server)))
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// When it cannot be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Serve(WithSettings { args, flags }) => serve::run(&flags, &args),
            Self::Demo(WithSettings { flags, .. }) => demo::run(flags),
            Self::Config(WithSettings { flags, .. }) => config::run(&flags),
            Self::LoadTest(args) => loadtest::run(&args),
            Self::Forecast(WithSettings { args, flags }) if args.is_of_a_shop() => {
                with_database(&flags, Opening::Find, async |db, _| forecast::run_for_shop(&db, &args, now()).await)
            }
            Self::Forecast(WithSettings { args, .. }) => forecast::run(&args),
            Self::ScalePlan(args) => scale_plan::run(&args),
            Self::LoadTestWorker(loadtest::WorkerArgs {}) => loadtest::work(),
            Self::Restore(WithSettings { args, flags }) => restore::run(&flags, &args),
            Self::Shop(WithSettings { args, flags }) => {
                args.check()?;
                let opening = if args.makes_a_shop() { Opening::Make } else { Opening::Find };
                with_database(&flags, opening, async |db, settings| shop::run(&db, &settings, args).await)
            }
            Self::Seller(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| seller::run(&db, args).await)
            }
            Self::Import(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| Ok(import::run(&db, &args, now()).await))
            }
            Self::Export(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| export::run(&db, &args).await)
            }
            Self::ExportSite(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, settings| export_site::run(db, &settings, &args).await)
            }
            Self::Verify(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| verify::run(&db, &args, now()).await)
            }
            Self::Report(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| report::run(&db, &args, now()).await)
            }
            Self::Rehearse(WithSettings { args, flags }) => {
                let played =
                    with_database(&flags, Opening::Find, async |db, settings| rehearse::run(&db, &settings, &args).await);
                // 2 is what a no-go ends with.
                played.map_err(Failure::into_failed)
            }
            // 2 is what a sale that was not held ends with.
            Self::Replay(args) => runtime()?.block_on(replay::run(&args)).map_err(Failure::into_failed),
            Self::Nodes(WithSettings { flags, .. }) => {
                with_database(&flags, Opening::Find, async |db, _| nodes::run(&db, now()).await)
            }
            Self::CopyShop(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, _| copy_shop::run(&db, &args).await)
            }
            Self::Backup(WithSettings { args, flags }) => {
                with_database(&flags, Opening::Find, async |db, settings| backup::run(&db, &settings, &args).await)
            }
        }
    }
}

/// What a command expects of the data folder and of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// They are made and brought up to date where necessary.
    Make,
    /// They have to be there; nothing is made and no schema changed.
    Find,
}

/// Runs `work` with the open database; warnings are logged.
fn with_database<F>(flags: &SettingFlags, opening: Opening, work: impl FnOnce(Db, Settings) -> F) -> Result<ExitCode, Failure>
where
    F: Future<Output = Result<ExitCode, Failure>>,
{
    let settings = quiet_settings(flags)?;
    runtime()?.block_on(async {
        let db = open_database(&settings, opening).await?;
        work(db, settings).await
    })
}

/// The settings of a command that ends by itself. It logs warnings, unless told otherwise.
fn quiet_settings(flags: &SettingFlags) -> Result<Settings, Failure> {
    let mut settings = Settings::load(flags)?;
    if !flags.is_given("log") {
        settings.log = "warn".into();
    }
    logging::start(&settings)?;
    Ok(settings)
}

/// The terminal that is printed to.
fn screen() -> Screen {
    Screen::of(&Term::stdout(), |name| std::env::var(name).ok())
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::new(format!("the system allows no more threads: {error}")))
}

async fn open_database(settings: &Settings, opening: Opening) -> Result<Db, Failure> {
    let options = open_options(settings)?;
    let opened = match opening {
        Opening::Make => {
            make_private(&settings.data)?;
            Db::open(&settings.target, &options).await
        }
        Opening::Find => Db::open_existing(&settings.target, &options).await,
    };
    opened.map_err(|error| Failure::opening_database(&error, settings))
}

fn open_options(settings: &Settings) -> Result<OpenOptions, Failure> {
    let mut process = [0_u8; 2];
    getrandom::fill(&mut process).map_err(|error| Failure::new(format!("the system has no random numbers: {error}")))?;
    Ok(OpenOptions { process: u16::from_le_bytes(process), connections: settings.database_connections })
}

/// The data folder for this process alone, where it holds the database. PostgreSQL is there to be shared.
fn lock_folder(settings: &Settings) -> Result<Option<FolderLock>, Failure> {
    match &settings.target {
        Target::Folder(folder) => FolderLock::take(folder).map(Some),
        Target::Postgres(_) => Ok(None),
    }
}

/// Makes the data folder so that only its owner can look inside: it holds customers' addresses. One that exists stays as it is.
fn make_private(folder: &Path) -> Result<(), Failure> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Failure::new(format!("cannot make the data folder {}: {error}", folder.display()))
            .with_advice("Name a folder that this user may write to: --data FOLDER")
    })
}

/// The shop with this handle.
async fn find_shop(db: &Db, handle: &str) -> Result<ShopId, Failure> {
    db::shops::shop_by_handle(db, handle).await?.ok_or_else(|| no_shop(handle))
}

fn no_shop(handle: &str) -> Failure {
    Failure::new(format!("there is no shop “{handle}”")).with_advice("`doorbuster shop list` names them.")
}
