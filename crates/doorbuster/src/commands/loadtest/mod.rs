//! `doorbuster loadtest`: shoppers visit a shop until it misses an objective, and its books are looked at afterwards.
//!
//! What shoppers do and how it is measured is the `loadtest` crate's business. Here its parts are put together: the command line,
//! the clock, Ctrl-C, and where reports go.

mod joining;
mod machine;
mod target;
mod view;

use super::{runtime, screen};
use crate::clock::now;
use crate::failure::Failure;
use loadtest::audit::{AuditError, Entry, OverHttp, Receipts, ReceiptsError, over_http};
use loadtest::generator::{self, LoadTest, Watch, learn, left, listening_process, serve_worker};
use loadtest::mix::Mix;
use loadtest::needs::{Needs, Setting, System, Whereabouts};
use loadtest::plan::{Plan, Wishes};
use loadtest::report::against::{Comparison, compare};
use loadtest::report::data::{Audit, Connections, Objectives, Outcome, Progress, Run};
use loadtest::report::terminal::{Reports, summary};
use loadtest::report::{html, json};
use loadtest::shopper::LOOK_AGAIN_MEAN_S;
use loadtest::verdict::outcome;
use loadtest::way::{Trust, Way};
use std::fs;
use std::io::{self, BufReader, Write as _, stdin, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use target::way_to;
use view::{ProgressForm, View};

/// The hidden subcommand that makes a worker process of this program.
pub const WORKER: &str = "loadtest-worker";

/// Requests that a worker is expected to make in a second. `cargo bench -p loadtest --bench ceiling` prints how many it can;
/// above four fifths of a core its numbers are not valid, and a shop on the same machine wants its cores, too.
const REQUESTS_PER_WORKER_S: f64 = 25_000.0;
/// Style sheets, scripts and pictures that a visit fetches: counted with the flash mix in the demonstration's shops.
const ASSETS_PER_VISIT: f64 = 40.0;
/// Files of a worker that are no connections.
const FILES_BESIDES: u64 = 64;
/// Ends of the loopback's addresses that connections come from where each shopper has one: a port is not free for a minute after
/// it was used, so there are more of them than open connections need.
const SOURCES: std::ops::RangeInclusive<u8> = 2..=65;
/// How hard the shop is asked for receipts afterwards, and for how many at most.
const AUDIT_PAGES_PER_S: u32 = 500;
const AUDIT_CONNECTIONS: usize = 16;
const AUDIT_PAGES_MAX: u64 = 50_000;

/// What `--help` ends with.
pub const AFTER_HELP: &str = "\
It buys: run it against a shop with test cards and test mail, never against one that takes real money.

Exit codes:
  0  every objective was reached, and the books balance
  1  it could not be run; the reason is on standard error
  2  an objective was missed
  3  the load test itself was the limit: the numbers say nothing about the shop
  4  the books do not balance
  130  it was ended by hand, and nothing was wrong until then

Several machines, in a network that you trust; each asks for DOORBUSTER_LOADTEST_TOKEN or takes --token:
  doorbuster loadtest URL --listen 10.0.0.5:9200 --workers 4    on one, which plays no shopper and shows the token
  doorbuster loadtest --join 10.0.0.5:9200 --workers 2          on the others, with as many workers as cores are free";

/// Lets shoppers visit a shop, more and more of them, and finds out how many it carries.
#[derive(clap::Args, Debug)]
pub struct LoadTestArgs {
    /// The shop's address as shoppers type it: http://juniper.localhost:8080, https://juniper.example
    #[arg(value_name = "URL", required_unless_present = "join")]
    shop: Option<String>,
    /// Where the shop is, whatever its name says: 127.0.0.1:8080. Shoppers still ask for it by its name. Several addresses with
    /// commas between them are nodes of one shop: connections go to them in turns.
    #[arg(long, value_name = "ADDRESSES", value_delimiter = ',')]
    connect_to: Vec<SocketAddr>,
    /// Take any certificate of the server: for a shop with a test certificate.
    #[arg(long)]
    insecure: bool,
    /// What comes when: steps, sale, drop, constant, or a TOML file.
    #[arg(long, default_value = "steps")]
    plan: String,
    /// Shoppers of the last step; of a sale or a drop: visits.
    #[arg(long, value_name = "SHOPPERS")]
    to: Option<u64>,
    /// How long a step is held; a sale is played in so many.
    #[arg(long, value_name = "SECONDS")]
    step_seconds: Option<f64>,
    /// Who comes: flash, tpcw-browsing, tpcw-shopping, tpcw-ordering, or a TOML file.
    #[arg(long, default_value = "flash")]
    mix: String,
    /// What has to be reached: a TOML file. Without it: 95 % of pages within 500 ms, 99 % within 1 s, 99 % of payments within
    /// 2 s, less than 0.1 % errors.
    #[arg(long, value_name = "FILE", default_value = "default", hide_default_value = true)]
    objectives: String,
    /// Give every shopper an open connection of their own, as browsers have.
    #[arg(long)]
    sticky: bool,
    /// The same seed makes the same shoppers.
    #[arg(long)]
    seed: Option<u64>,
    /// Print what it needs and would send, and send nothing.
    #[arg(long)]
    explain: bool,
    /// Write the report as a page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the report as data.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Compare with an earlier run: a file that --json wrote.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Keep what buyers were told, for `doorbuster verify --receipts`.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// How to tell how far it is: drawn for people, or a line of JSON each second for the program that has started this one;
    /// then it also ends when its standard input does.
    #[arg(long, value_name = "FORM", default_value = "drawn")]
    progress: ProgressForm,
    /// Play no shopper here, but lead other machines: wait at this address until --workers have joined.
    #[arg(long, value_name = "ADDRESS", requires = "workers")]
    listen: Option<SocketAddr>,
    /// Play shoppers for the load test that another machine leads, found at this address; with --workers N on N cores.
    #[arg(long, value_name = "ADDRESS", requires = "token", conflicts_with_all = ["shop", "listen"])]
    join: Option<String>,
    /// What all machines of a load test have to know, 16 letters or more. Who leads makes one up.
    #[arg(long, env = "DOORBUSTER_LOADTEST_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Worker processes. Without it: as many as the plan needs.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=64))]
    workers: Option<u32>,
    /// The server's process, to watch what it uses. Without it, it is looked for on this machine.
    #[arg(long, value_name = "PID")]
    server_pid: Option<u32>,
}

impl LoadTestArgs {
    /// The shop's address; empty for who joins.
    fn shop(&self) -> &str {
        self.shop.as_deref().unwrap_or_default()
    }
}

/// Takes part in a load test that another process leads: it is told on standard input and tells on standard output.
#[derive(clap::Args, Debug)]
pub struct WorkerArgs {}

/// Runs the load test. The exit code is one of [`AFTER_HELP`].
///
/// # Errors
/// When it cannot be run, or its receipts cannot be audited.
pub fn run(args: &LoadTestArgs) -> Result<ExitCode, Failure> {
    if let Some(leader) = &args.join {
        return joining::take_part(leader, args);
    }
    let prepared = Prepared::new(args)?;
    if args.explain {
        let Prepared { plan, mix, needs, system, .. } = &prepared;
        write!(stdout(), "{}", needs.explain(plan, mix, system))?;
        return Ok(ExitCode::SUCCESS);
    }
    let baseline = args.against.as_deref().map(json::read).transpose().map_err(Failure::new)?;
    let kept = Kept::new(args.receipts.as_deref())?;
    let stop = told_to_stop(args.progress)?;
    let mut watcher = Watcher::new(args.progress, Receipts::create(&kept.file).map_err(Failure::new)?);
    let Some((test, mut run)) = prepared.play(args, &mut watcher, &stop)? else {
        return Ok(ExitCode::from(Outcome::EndedByHand as u8));
    };
    watcher.end().map_err(Failure::new)?;
    let audited = audit(&test, &kept.file);
    run.audit = audited.as_ref().ok().cloned();
    run.outcome = outcome(&run.steps, run.audit.as_ref(), run.interrupted.as_deref());
    let comparison = baseline.as_ref().map(|baseline| compare(baseline, &run));
    report(args, &run, comparison.as_ref())?;
    audited.map_err(Failure::new)?;
    Ok(ExitCode::from(run.outcome as u8))
}

/// Works until the process that leads says that it is enough.
///
/// # Errors
/// When it is not told what to do.
pub fn work() -> Result<ExitCode, Failure> {
    serve_worker(BufReader::new(stdin()), stdout(), instant)?;
    Ok(ExitCode::SUCCESS)
}

/// What is known before anything is sent.
struct Prepared {
    way: Way,
    plan: Plan,
    mix: Mix,
    objectives: Objectives,
    connections: Connections,
    system: System,
    needs: Needs,
}

impl Prepared {
    fn new(args: &LoadTestArgs) -> Result<Self, Failure> {
        let trust = if args.insecure { Trust::Any } else { Trust::Known };
        let way = way_to(args.shop(), &args.connect_to, trust).map_err(Failure::new)?;
        let wishes = Wishes { to: args.to, step_seconds: args.step_seconds };
        let plan = Plan::find(&args.plan).and_then(|plan| plan.wishing(wishes)).map_err(Failure::new)?;
        let mix = Mix::find(&args.mix).map_err(Failure::new)?;
        let objectives = Objectives::find(&args.objectives).map_err(Failure::new)?;
        let connections = if args.sticky { Connections::Sticky } else { Connections::Pooled };
        let system = System::read()?;
        let shop = if way.server.ip().is_loopback() { Whereabouts::Here } else { Whereabouts::Elsewhere };
        let answer_s = objectives.page_p99_ms / 1_000.0;
        // While a page is looked at, its script asks for what moves.
        let assets_per_visit = ASSETS_PER_VISIT + mix.visit_mean_s() / LOOK_AGAIN_MEAN_S;
        let setting = Setting { connections, answer_s, assets_per_visit, shop };
        let needs = Needs::of(&plan, &mix, setting, &system);
        Ok(Self { way, plan, mix, objectives, connections, system, needs })
    }

    /// As many as have files and processor time enough.
    fn workers(&self) -> u32 {
        let requests_per_s = self.needs.steps.iter().map(|step| step.requests_per_s).fold(0.0, f64::max);
        let by_time = (requests_per_s / REQUESTS_PER_WORKER_S).ceil() as u64;
        u32::try_from(self.needs.processes.max(by_time)).unwrap_or(u32::MAX)
    }

    /// Lets shoppers come, here or on the machines that join; nothing when it was stopped before these had come.
    fn play(self, args: &LoadTestArgs, watcher: &mut Watcher, stop: &AtomicBool) -> Result<Option<(LoadTest, Run)>, Failure> {
        let Some(place) = args.listen else {
            self.needs.check(&self.system).map_err(Failure::new)?;
            let test = self.test(args)?;
            watcher.note_left(&test)?;
            let run = generator::run(&test, instant, watcher, stop).map_err(Failure::new)?;
            return Ok(Some((test, run)));
        };
        let needs = self.needs.clone();
        let mut test = self.test(args)?;
        let Some(joined) = joining::lead(place, args, &test.way, &needs, stop)? else { return Ok(None) };
        test.machines = joining::machines(&joined);
        (test.began_ms, test.began) = began();
        watcher.note_left(&test)?;
        let run = generator::run_joined(&test, joined, watcher, stop).map_err(Failure::new)?;
        Ok(Some((test, run)))
    }

    /// Learns the shop from its pages.
    fn test(self, args: &LoadTestArgs) -> Result<LoadTest, Failure> {
        let workers = args.workers.unwrap_or_else(|| self.workers());
        let Self { way, plan, mix, objectives, connections, system, needs } = self;
        let shop = learn(&way).map_err(Failure::new)?;
        let is_here = way.server.ip().is_loopback();
        // Where one address has not ports enough, the system looks for one that is free for so long that nothing else is done.
        let has_many = connections == Connections::Sticky || needs.addresses > 1;
        let sources = SOURCES.map(|end| Ipv4Addr::new(127, 0, 0, end)).filter(|_| has_many && is_here).collect();
        let program = if workers > 1 { Some((std::env::current_exe()?, WORKER)) } else { None };
        let (began_ms, began) = began();
        Ok(LoadTest {
            target: args.shop().to_owned(),
            // One of several nodes would tell little of what the shop needs.
            server_process: args.server_pid.or_else(|| listening_process(way.server).filter(|_| way.more_nodes.is_empty())),
            way,
            plan,
            mix,
            shop,
            objectives,
            connections,
            connections_max: usize::try_from(system.files_max.saturating_sub(FILES_BESIDES)).unwrap_or(usize::MAX),
            workers,
            program,
            sources,
            seed: args.seed.map_or_else(any_seed, Ok)?,
            began_ms,
            began,
            machines: vec![machine::this_machine()],
        })
    }
}

/// This instant, as milliseconds since 1970 UTC and as it is written.
fn began() -> (i64, String) {
    let now = now();
    (now.0 / 1_000, machine::written(now))
}

fn any_seed() -> Result<u64, Failure> {
    // Small enough to be typed.
    let number = getrandom::u32().map_err(|error| Failure::new(format!("the system has no random numbers: {error}")))?;
    Ok(number.into())
}

#[expect(clippy::disallowed_methods, reason = "this is the clock that the load test is handed")]
fn instant() -> Instant {
    Instant::now()
}

/// A flag that Ctrl-C sets, and the end of standard input where another program listens. Where the system does not tell of
/// Ctrl-C, it ends the process at once.
fn told_to_stop(progress: ProgressForm) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let (stopping, runtime) = (Arc::clone(&stop), runtime()?);
    std::thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            stopping.store(true, Ordering::Relaxed);
        }
    });
    if progress == ProgressForm::Json {
        let stopping = Arc::clone(&stop);
        std::thread::spawn(move || {
            // Whatever ends it: nobody is there any more.
            let _ = io::copy(&mut stdin(), &mut io::sink());
            stopping.store(true, Ordering::Relaxed);
        });
    }
    Ok(stop)
}

/// The file of receipts; one that nobody asked for goes with the run.
struct Kept {
    file: PathBuf,
    is_wanted: bool,
}

impl Kept {
    fn new(wanted: Option<&Path>) -> Result<Self, Failure> {
        let file = match wanted {
            Some(file) => file.to_owned(),
            None => std::env::temp_dir().join(format!("doorbuster-receipts-{}-{:08x}.jsonl", std::process::id(), any_seed()?)),
        };
        Ok(Self { file, is_wanted: wanted.is_some() })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if !self.is_wanted {
            // What cannot be removed lies where the system clears up.
            let _ = fs::remove_file(&self.file);
        }
    }
}

/// Shows the run and keeps its receipts.
struct Watcher {
    view: View,
    receipts: Receipts,
}

impl Watcher {
    fn new(progress: ProgressForm, receipts: Receipts) -> Self {
        Self { view: View::new(progress, screen()), receipts }
    }

    /// Keeps what the shop says is left before anybody comes.
    fn note_left(&mut self, test: &LoadTest) -> Result<(), Failure> {
        let left = left(&test.way, test.began_ms).map_err(Failure::new)?;
        left.iter().try_for_each(|entry| self.receipts.add(entry)).map_err(Failure::new)
    }

    fn end(mut self) -> Result<(), ReceiptsError> {
        self.view.end();
        self.receipts.flush()
    }
}

impl Watch for Watcher {
    fn second(&mut self, progress: &Progress) {
        self.view.second(progress);
    }

    fn told(&mut self, entry: &Entry) -> io::Result<()> {
        self.receipts.add(entry).map_err(io::Error::other)
    }
}

fn audit(test: &LoadTest, receipts: &Path) -> Result<Audit, AuditError> {
    let shop = OverHttp {
        way: test.way.clone(),
        pages_per_s: AUDIT_PAGES_PER_S,
        connections: AUDIT_CONNECTIONS,
        pages_max: Some(AUDIT_PAGES_MAX),
        clock: instant,
    };
    over_http(&shop, &[receipts.to_owned()])
}

fn report(args: &LoadTestArgs, run: &Run, comparison: Option<&Comparison>) -> Result<(), Failure> {
    if let Some(path) = &args.json {
        json::write(path, run).map_err(Failure::new)?;
    }
    if let Some(path) = &args.html {
        html::write(path, run, comparison).map_err(Failure::new)?;
    }
    if args.progress == ProgressForm::Json {
        return Ok(());
    }
    let reports = Reports { html: args.html.as_deref(), json: args.json.as_deref() };
    write!(stdout(), "{}", summary(run, comparison, reports, screen().ink))?;
    Ok(())
}
