//! `doorbuster demo`: the demonstration's shops in a folder of their own, served like any others.

use super::{Opening, open_database, runtime, serve};
use crate::clock::now;
use crate::demo::{DEMO_FOLDER, Paint, Welcome, seed};
use crate::failure::Failure;
use crate::logging;
use crate::settings::{MailRoute, SettingFlags, Settings};
use std::io::IsTerminal as _;
use std::process::ExitCode;

/// Shoppers of a load test from the desk, where nobody has set another number: a laptop carries them.
const LOADTEST_SHOPPERS_MAX: u32 = 2_000;

/// Starts two seeded shops to look at: addresses, sign-ins and test cards are printed. Nothing has to be set up.
///
/// Everything is kept in the folder doorbuster-demo, unless --data or DOORBUSTER_DATA names another one.
#[derive(clap::Args)]
pub struct DemoArgs {}

/// Seeds what is missing and serves.
///
/// # Errors
/// When it cannot start, or the database holds shops of its own already.
pub fn run(mut flags: SettingFlags) -> Result<ExitCode, Failure> {
    if std::env::var_os("DOORBUSTER_DATA").is_none() {
        flags.or_set("data", DEMO_FOLDER);
    }
    let mut settings = Settings::load(&flags)?;
    if settings.is_default("loadtest_shoppers_max") {
        settings.loadtest_shoppers_max = LOADTEST_SHOPPERS_MAX;
    }
    logging::start(&settings)?;
    runtime()?.block_on(async {
        let claim = serve::Claim::take(&settings)?;
        let db = open_database(&settings, Opening::Make).await?;
        let next_opening = seed(&db, now()).await.map_err(|error| {
            Failure::new(error).with_advice("Choose a folder of its own for the demonstration: --data FOLDER")
        })?;
        let (kept_in, mail) = (settings.data.clone(), mail_in_words(&settings));
        let paint = if std::io::stdout().is_terminal() { Paint::Terminal } else { Paint::Plain };
        let welcome = |address| {
            let next_opening = next_opening.as_ref();
            Welcome { address, kept_in: &kept_in, mail: &mail, next_opening, now: now(), paint }.to_string()
        };
        serve::until_stopped(claim, db, settings, serve::StopWord::Signal, welcome).await
    })
}

fn mail_in_words(settings: &Settings) -> String {
    match &settings.mail {
        MailRoute::Smtp(_) => "sent to the mail server".into(),
        MailRoute::Folder(folder) => format!("files in {}", folder.display()),
    }
}
