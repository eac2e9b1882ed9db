//! `doorbuster serve`: opens the database, starts the order writer and the background jobs, and serves until it is told to stop.

use super::{Opening, lock_folder, make_private, open_database, runtime};
use crate::clock::{now, thread_work};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::jobs::{Jobs, LEASES};
use crate::load_tests::TestStand;
use crate::logging;
use crate::node::NodeHere;
use crate::settings::{MailRoute, SettingFlags, Settings};
use db::order_writer::{Clock, OrderWriter, WriterOptions};
use db::{Db, Repair, Target};
use outbound::mail::{Folder, Mailer, Smtp};
use outbound::payment::{PaymentProvider, Sandbox};
use std::io::Write as _;
use std::net::SocketAddr;
use std::num::NonZero;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};
use web::edition::press::PressLimits;
use web::gate::keeper::KeeperSettings;
use web::mail::MailSettings;
use web::metrics::serve_operators;
use web::serve::{Certificates, Entrance, Listeners, ServeLimits, listen, serve};
use web::signature::Signer;
use web::{App, AppParts, Scheme};

/// Starts the shops and serves until Ctrl-C or SIGTERM; then lets started requests finish.
///
/// Prints one line on standard output once visitors can come: `Listening on http://127.0.0.1:8080`. The log goes to standard
/// error.
#[derive(clap::Args)]
pub struct ServeArgs {
    /// Also stop when standard input ends: a server that another process has started does not outlive it.
    #[arg(long, hide = true)]
    until_input_ends: bool,
}

/// What a server takes for the word to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopWord {
    /// Ctrl-C and SIGTERM.
    Signal,
    /// These, and the end of standard input.
    SignalOrEndOfInput,
}

/// Serves.
///
/// # Errors
/// When it cannot start.
pub fn run(flags: &SettingFlags, args: &ServeArgs) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    logging::start(&settings)?;
    let stop_word = if args.until_input_ends { StopWord::SignalOrEndOfInput } else { StopWord::Signal };
    runtime()?.block_on(async {
        // With certificates, it is the signal to read them again.
        let _hangups = if settings.certificates.is_none() { Some(survive_hangups()?) } else { None };
        let claim = Claim::take(&settings)?;
        let db = open_database(&settings, Opening::Make).await?;
        if db::shops::catalog_versions(&db).await?.is_empty() {
            warn!("There is no shop yet: `doorbuster shop create --help` tells how to make one");
        }
        until_stopped(claim, db, settings, stop_word, |_| String::new()).await
    })
}

/// What a server has to itself: its data folder, where that holds the database, and the address it listens on. It is taken before
/// the database is touched, so that a second server changes nothing.
pub struct Claim {
    listeners: Listeners,
    operators: Option<TcpListener>,
    _folder: Option<FolderLock>,
}

impl Claim {
    /// Takes both.
    ///
    /// # Errors
    /// When another program has one of them.
    pub fn take(settings: &Settings) -> Result<Self, Failure> {
        make_private(&settings.data)?;
        let folder = lock_folder(settings)?;
        if let Target::Folder(data) = &settings.target
            && db::repair(data)? == Repair::Copied
        {
            warn!(
                "The disk failed when the database was last written: every page was copied into a new file. Look after the disk"
            );
        }
        let operators = settings.metrics_listen.map(|address| bind(address, 1)?.into_one().map_err(Failure::from)).transpose()?;
        Ok(Self { listeners: bind(settings.listen, settings.http_threads)?, operators, _folder: folder })
    }
}

/// Serves an open database until the program is told to stop. `welcome` is printed when visitors can come; it is given the
/// address.
///
/// # Errors
/// When it cannot start.
pub async fn until_stopped(
    claim: Claim,
    db: Db,
    settings: Settings,
    stop_word: StopWord,
    welcome: impl FnOnce(SocketAddr) -> String,
) -> Result<ExitCode, Failure> {
    let Claim { listeners, operators, _folder } = claim;
    let address = listeners.address();
    let entrance = entrance(&settings)?;
    let (app, writer_thread) = start_app(db, &settings, address).await?;
    let site = web::Site::new(app.clone());
    let node = NodeHere::register(&app, address, LEASES).await;
    let press = PressLimits { folder: Some(settings.data.join("editions")), ..PressLimits::default() };
    let own = Jobs::start_own(&site, press);
    let stand = TestStand::clear(&settings)?;
    let leased = Jobs::start_leased(&app, &node.held(), mailer(&settings)?, mail_settings(&app, &settings), stand);
    let operators = operators.map(|listener| tokio::spawn(serve_operators(listener, app.clone())));
    let _reloading = entrance.certificates.clone().map(keep_fresh).transpose()?;
    // Whoever has read that visitors can come may ask the program to stop.
    let (stopping, mut stop) = watch::channel(false);
    let stopped = told_to_stop(stop_word)?;
    announce(address, &settings, &welcome(address))?;
    let notice = async {
        let _ = stop.wait_for(|is_told| *is_told).await;
        tokio::time::sleep(settings.drain_notice).await;
    };
    let hand_over = async {
        stopped.await;
        app.health().drain();
        node.drain();
        stopping.send_replace(true);
        leased.stop().await;
        node.release();
    };
    tokio::join!(serve(listeners, site, entrance, notice), hand_over);
    node.leave().await;
    own.stop().await;
    if let Some(operators) = operators {
        operators.abort();
        let _ = operators.await;
    }
    drop(app);
    // The writer answers what it has taken in and ends when nobody can ask it any more.
    let ended = tokio::task::spawn_blocking(move || writer_thread.join());
    if tokio::time::timeout(settings.drain, ended).await.is_err() {
        warn!("The order writer was still at work when the program ended; what it had confirmed is safe");
    }
    info!("Stopped");
    Ok(ExitCode::SUCCESS)
}

fn bind(address: SocketAddr, threads: usize) -> Result<Listeners, Failure> {
    listen(address, threads).map_err(|error| {
        let failure = Failure::new(format!("cannot listen on {address}: {error}"));
        match error.kind() {
            std::io::ErrorKind::AddrInUse => failure.with_advice(
                "Another program listens there. End it, or choose another port: --listen 127.0.0.1:8081 (port 0 takes any).",
            ),
            std::io::ErrorKind::PermissionDenied => {
                failure.with_advice("Ports below 1024 need privileges: choose a higher one and put a proxy in front.")
            }
            std::io::ErrorKind::AddrNotAvailable => {
                failure.with_advice("This machine does not have that address: 127.0.0.1 or 0.0.0.0 always work.")
            }
            _ => failure,
        }
    })
}

fn entrance(settings: &Settings) -> Result<Entrance, Failure> {
    let limits = ServeLimits {
        connections_max: settings.connections_max,
        connections_per_address_max: settings.connections_per_address_max,
        idle_timeout: settings.idle,
        drain_timeout: settings.drain,
        ..ServeLimits::default()
    };
    let certificates = settings.certificates.clone().map(Certificates::load).transpose().map_err(|error| {
        Failure::usage(format!("no TLS without a certificate: {error}"))
            .with_advice("tls_certificate is a certificate with its chain, tls_key the key that belongs to it, both in PEM.")
    })?;
    Ok(Entrance { limits, certificates: certificates.map(Arc::new), proxies: settings.proxies.clone() })
}

/// Reads certificates again when their files change, and at SIGHUP, until what it returns is dropped.
fn keep_fresh(certificates: Arc<Certificates>) -> std::io::Result<JoinSet<()>> {
    const LOOKED_AT_EVERY: Duration = Duration::from_secs(5);
    #[cfg(unix)]
    let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
    let mut looking = JoinSet::new();
    looking.spawn(async move {
        loop {
            #[cfg(unix)]
            let _ = tokio::time::timeout(LOOKED_AT_EVERY, told.recv()).await;
            #[cfg(not(unix))]
            tokio::time::sleep(LOOKED_AT_EVERY).await;
            let certificates = Arc::clone(&certificates);
            let _ = tokio::task::spawn_blocking(move || certificates.reload_changed()).await;
        }
    });
    Ok(looking)
}

/// Lets SIGHUP, which would end the program, do nothing until what it returns is dropped. It is what operators send to servers
/// that are to read their files again.
fn survive_hangups() -> std::io::Result<JoinSet<()>> {
    let mut listening = JoinSet::new();
    #[cfg(unix)]
    {
        let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup())?;
        listening.spawn(async move {
            while told.recv().await.is_some() {
                info!("SIGHUP: nothing to reload. Settings count from the start of the program; certificates there are none");
            }
        });
    }
    Ok(listening)
}

/// Loads every shop. `address` is where visitors come.
///
/// # Errors
/// When a setting or the database fails.
pub async fn start_app(db: Db, settings: &Settings, address: SocketAddr) -> Result<(App, JoinHandle<()>), Failure> {
    let secret = settings.secret_key()?;
    let clock: Clock = Arc::new(now);
    let options =
        WriterOptions { queue_max: settings.order_queue_max, batch_max: settings.order_batch_max, ..WriterOptions::default() };
    let (writer, thread) = OrderWriter::start(db.clone(), clock.clone(), options);
    let app = App::start(AppParts {
        db,
        writer,
        payments: PaymentProvider::Sandbox(Sandbox::new(&secret)),
        clock,
        work_clock: thread_work,
        gate: gate_settings(settings),
        signer: Signer::new(&secret),
        scheme: settings.scheme,
        public_port: settings.public_port.or(own_port(settings, address)),
        payment_patience: settings.payment_patience,
        loadtest_shoppers_max: settings.loadtest_shoppers_max,
        mail_folder: match &settings.mail {
            MailRoute::Smtp(_) => None,
            MailRoute::Folder(folder) => Some(folder.clone()),
        },
    });
    Ok((app.await?, thread))
}

/// A handler of SQLite uses nothing but its worker; PostgreSQL answers on every connection while the workers do something else.
fn gate_settings(settings: &Settings) -> KeeperSettings {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    match settings.target {
        Target::Folder(_) => KeeperSettings::of(workers, 0),
        Target::Postgres(_) => KeeperSettings::of(workers, settings.database_connections),
    }
}

fn mailer(settings: &Settings) -> Result<Mailer, Failure> {
    match &settings.mail {
        MailRoute::Smtp(address) => Smtp::new(address).map(Mailer::Smtp).map_err(Failure::usage),
        MailRoute::Folder(path) => Ok(Mailer::Folder(Folder::new(path.clone()))),
    }
}

/// The port that visitors see where nothing else is set: the one listened on, unless a proxy in front takes `https`.
fn own_port(settings: &Settings, address: SocketAddr) -> Option<u16> {
    let usual = if settings.certificates.is_some() { 443 } else { 80 };
    let is_ours = settings.scheme == Scheme::Http || settings.certificates.is_some();
    Some(address.port()).filter(|port| is_ours && *port != usual)
}

fn mail_settings(app: &App, settings: &Settings) -> MailSettings {
    MailSettings {
        scheme: settings.scheme,
        port: app.public_port(),
        from: settings.mail_from.clone(),
        signer: app.signer().clone(),
    }
}

/// Says on standard output that visitors can come: scripts wait for this line.
fn announce(address: SocketAddr, settings: &Settings, welcome: &str) -> Result<(), Failure> {
    let scheme = if settings.certificates.is_some() { "https" } else { "http" };
    let mut output = std::io::stdout().lock();
    write!(output, "{welcome}")?;
    writeln!(output, "Listening on {scheme}://{address}")?;
    output.flush()?;
    info!("Listening on {scheme}://{address}");
    Ok(())
}

/// Listens for the word to stop from now on, and is ready when it has come.
fn told_to_stop(stop_word: StopWord) -> std::io::Result<impl Future<Output = ()>> {
    let (input_ended, stop) = (end_of_input(stop_word), stop_signal()?);
    Ok(async move {
        tokio::select! {
            () = stop => {}
            () = input_ended => {}
        }
        info!("Stopping: started requests may finish");
    })
}

/// Listens for the signals by which a system or a person at a terminal ends a program, and is ready when one has come.
///
/// # Errors
/// When the system does not tell of signals.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let stop = {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
    };
    #[cfg(not(unix))]
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    Ok(stop)
}

/// Ready when standard input has ended, if that is a word to stop.
fn end_of_input(stop_word: StopWord) -> impl Future<Output = ()> {
    let (ending, mut ended) = watch::channel(false);
    if stop_word == StopWord::SignalOrEndOfInput {
        // A thread of its own: the runtime would wait for a read that nothing ends.
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            ending.send_replace(true);
        });
    }
    async move {
        if ended.wait_for(|ended| *ended).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
