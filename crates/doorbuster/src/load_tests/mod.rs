//! Load tests that sellers have asked for at their desks. Each is run against a copy of the shop: another process of this
//! program, on a port of the loopback that the system chooses, with a database, mail and test payment of its own. Nothing that a
//! seller types says where shoppers go.
//!
//! `db::load_tests` is how desk and stand speak with each other. One test runs at a time, on the node that holds the lease.

pub mod pace;
pub mod rehearsal;
pub mod replay;

mod crowd;
mod place;
mod process;
mod proof;
mod staged_sale;
mod telling;

use crate::failure::Failure;
use crate::settings::Settings;
use commerce::ShopId;
use db::Target;
use db::load_tests::{self, LoadTestId, REPORT_BYTES_MAX, Stage, TestProgress, TestReport, Wanted};
use place::Place;
use process::Program;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};
use web::App;

/// The folder of all copies, in the data folder.
const PLACES: &str = "load-tests";
/// How often it is told how far a test is, and asked whether it is to go on.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// How long a test may take in all.
const TEST_MAX: Duration = Duration::from_secs(2 * 3_600);

/// What a seller is told where only the server's log says more.
const ASK: &str = " Ask whoever runs this server: its log says why.";

/// Why a test left no report.
#[derive(Debug)]
struct Reason {
    /// A sentence or two for the seller, with what to do.
    said: String,
    /// What only whoever runs the server may read; empty when there is no more.
    detail: String,
}

impl Reason {
    /// What whoever runs the server has to look into: the seller is told no more than that.
    fn of_server(said: &str, detail: impl Into<String>) -> Self {
        Self { said: format!("{said}{ASK}"), detail: detail.into() }
    }

    /// What the seller can mend.
    fn of_seller(said: impl Into<String>) -> Self {
        Self { said: said.into(), detail: String::new() }
    }
}

/// On a command line, whoever runs the server reads all of it.
impl From<Reason> for Failure {
    fn from(Reason { said, detail }: Reason) -> Self {
        let said = said.strip_suffix(ASK).unwrap_or(&said);
        Self::new(format!("{said} {detail}").trim())
    }
}

impl From<&str> for Reason {
    fn from(said: &str) -> Self {
        Self::of_seller(said)
    }
}

/// Where tests are run.
pub struct TestStand {
    program: Program,
    source: Target,
    data: PathBuf,
}

/// A test that somebody wants.
#[derive(Clone, Copy, Debug)]
struct Asked {
    shop: ShopId,
    id: LoadTestId,
    wanted: Wanted,
}

/// What runs a test tells how far it is, and hears whether it is to stop.
struct Line {
    progress: watch::Sender<TestProgress>,
    stopping: watch::Receiver<bool>,
}

impl TestStand {
    /// A stand without what a server that has died left on it.
    ///
    /// # Errors
    /// When this program cannot be found.
    pub fn clear(settings: &Settings) -> Result<Self, Failure> {
        let stand = Self { program: Program::this()?, source: settings.target.clone(), data: settings.data.clone() };
        place::clear(&stand.places());
        Ok(stand)
    }

    fn places(&self) -> PathBuf {
        self.data.join(PLACES)
    }

    /// Runs the tests that were asked for, one after the other, until none is left or `stopped` is true.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn run_asked(&self, app: &App, stopped: watch::Receiver<bool>) -> db::Result<()> {
        load_tests::give_up_silent(app.db(), app.now()).await?;
        while let Some((shop, id, wanted)) = load_tests::next_asked(app.db()).await? {
            if *stopped.borrow() || !load_tests::begin(app.db(), shop, id, app.now()).await? {
                break;
            }
            info!(shop.id = %shop, shoppers = wanted.shoppers, "A load test begins");
            let ended = self.run(app, Asked { shop, id, wanted }, stopped.clone()).await;
            keep(app, shop, id, ended).await?;
        }
        Ok(())
    }

    /// Runs one test, tells how far it is, and ends it when that is wished.
    async fn run(&self, app: &App, asked: Asked, mut stopped: watch::Receiver<bool>) -> Result<TestReport, Reason> {
        let (progress, told) = watch::channel(TestProgress::at(Stage::Copying));
        let (stop, stopping) = watch::channel(false);
        // Whatever it has started ends when it is dropped.
        let mut testing = pin!(tokio::time::timeout(TEST_MAX, self.test(app, asked, Line { progress, stopping })));
        let mut tick = tokio::time::interval(TOLD_EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                ended = &mut testing => {
                    return ended.unwrap_or_else(|_| Err("It took too long and was ended. Try shorter steps.".into()));
                }
                () = turned(&mut stopped) => {
                    return Err("The server was stopped in the middle of this test. Start the test again.".into());
                }
                _ = tick.tick() => {
                    let latest = *told.borrow();
                    match load_tests::tell(app.db(), asked.shop, asked.id, &latest, app.now()).await {
                        Ok(true) => {}
                        Ok(false) => {
                            stop.send_replace(true);
                        }
                        Err(reason) => warn!(error = %reason, "Nobody could be told how far a load test is: {reason}"),
                    }
                }
            }
        }
    }

    async fn test(&self, app: &App, asked: Asked, line: Line) -> Result<TestReport, Reason> {
        let permitted = app.loadtest_shoppers_max();
        if asked.wanted.shoppers > permitted {
            let said = format!("The server that runs tests permits {permitted} shoppers. Ask whoever runs it.");
            return Err(Reason::of_seller(said));
        }
        let rehearsal = load_tests::rehearsal(app.db(), asked.shop, asked.id).await;
        let rehearsal = rehearsal.map_err(|error| Reason::of_server("The test could not be read.", error.to_string()))?;
        if let Some(rehearsal) = rehearsal {
            let asked = rehearsal::Asked { shop: asked.shop, rehearsal, shoppers_max: asked.wanted.shoppers };
            return rehearsal::report(app.db(), self, asked, line).await;
        }
        let shop = db::shops::load_shop(app.db(), asked.shop).await;
        let shop = shop.map_err(|error| Reason::of_server("The shop could not be read.", error.to_string()))?;
        let shop = shop.ok_or("The shop is gone.")?;
        let domain = shop.domains.first().ok_or("The shop has no domain. Give it one in the settings, and test it then.")?;
        if !place::has_room(&self.data, copy_bytes_max(&self.source)) {
            return Err(Reason::of_server(
                "There is no room for a copy on the server's disk.",
                "The shops would be left without.",
            ));
        }
        let place = Place::make(&self.places(), &asked.id.to_string());
        let place = place.map_err(|error| Reason::of_server("There is no room for a copy.", error.to_string()))?;
        self.program.copy_shop(&self.source, &self.data, &shop.handle, &place.copy()).await?;
        if *line.stopping.borrow() {
            return Err("It was stopped before shoppers came.".into());
        }
        let copy = self.program.serve(&place.copy()).await?;
        let plan = crowd::plan(asked.wanted);
        let visit = crowd::Visit { domain, server: copy.address, server_process: copy.process, plan, mix: None };
        let mut run = visit.run(&self.program, &place, &line).await?;
        line.progress.send_modify(|progress| progress.stage = Stage::Proving);
        run.audit = Some(proof::of_copy(&self.program, &place, &shop.handle).await?);
        copy.stop().await;
        Ok(crowd::report(&mut run))
    }
}

/// What a copy takes at most, bytes, as far as is known: as much as the whole database, where that is a file.
fn copy_bytes_max(source: &Target) -> u64 {
    let Target::Folder(folder) = source else { return 0 };
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).filter(std::fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// Ready when it is true, or nobody can say so any more.
async fn turned(told: &mut watch::Receiver<bool>) {
    let _ = told.wait_for(|told| *told).await;
}

/// Keeps what a test came to.
async fn keep(app: &App, shop: ShopId, id: LoadTestId, ended: Result<TestReport, Reason>) -> db::Result<()> {
    let too_long = |report: &TestReport| report.page.len().max(report.data.len()) > REPORT_BYTES_MAX;
    match ended {
        Ok(report) if too_long(&report) => {
            let said = "The report is too long to be kept. Try shorter steps.";
            load_tests::fail(app.db(), shop, id, said, app.now()).await
        }
        Ok(report) => {
            info!(shop.id = %shop, verdict = report.verdict.as_str(), "A load test has ended: {}", report.said);
            load_tests::finish(app.db(), shop, id, &report, app.now()).await
        }
        Err(Reason { said, detail }) => {
            error!(shop.id = %shop, "A load test could not be run: {said} {detail}");
            load_tests::fail(app.db(), shop, id, &said, app.now()).await
        }
    }
}
