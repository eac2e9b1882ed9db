//! Background jobs: loops that ask again and again. The work of each is a function of `web` or `db` that takes the time as an
//! argument; here is only the clock, the pace, and the log when a round fails.
//!
//! Most jobs run on one node at a time, on the one that holds the lease of their name. A lease makes it rare that two nodes do
//! the same, not impossible: one that was frozen in the middle of a round goes on where it was. So each job is harmless in two
//! places:
//!
//! - mail: a message is claimed for half an hour by a conditional update, in a transaction that first asks whether the lease is
//!   still current. Right before it leaves it is asked whether the claim still is, and lasts for as long as sending may take;
//!   what became of it is written only where nobody has claimed it anew.
//! - payments: the provider has an idempotency key, and of all words on a payment the order writer takes the first.
//! - reservations: the order writer decides, from the rows, which have run out.
//! - books: a shop's proof is claimed, and one whose claim is no longer the last writes nothing.
//! - load tests: a seller's wish is claimed, and whoever was given up as silent keeps no report.
//! - sessions: what has ended is deleted, by whomever.
//!
//! Seeing what others changed, printing pages, telling what was sold, and measuring tables that have grown is every node's own
//! work.

use crate::clock::now;
use crate::load_tests::TestStand;
use crate::node::Held;
use commerce::Timestamp;
use commerce::checkout::Command;
use db::leases::Lease;
use db::news::tell_availability;
use db::order_writer::catch_up;
use db::sessions::delete_expired_sessions;
use outbound::mail::Mailer;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, warn};
use web::books::prove_due;
use web::crowd::count_round;
use web::edition::press::{Press, PressLimits};
use web::mail::{MailSettings, ROUND_MESSAGES_MAX, send_due};
use web::reconcile::reconcile;
use web::sale_record::keep_round;
use web::{App, Site};

/// The leases that jobs want.
pub const LEASES: &[&str] = &[MAIL, PAYMENTS, RESERVATIONS, BOOKS, LOAD_TESTS, SESSIONS];
const MAIL: &str = "mail";
const PAYMENTS: &str = "payments";
const RESERVATIONS: &str = "reservations";
const BOOKS: &str = "books";
const LOAD_TESTS: &str = "load tests";
const SESSIONS: &str = "sessions";

/// How often the outbox is looked at.
const MAIL_INTERVAL: Duration = Duration::from_secs(2);
/// Rounds of mail without a pause: orders come first where the disk is one for both.
const MAIL_ROUNDS_MAX: usize = 10;
/// How often open payments are looked at.
const PAYMENTS_INTERVAL: Duration = Duration::from_secs(5);
/// How often reservations that ran out are tidied. Their stock is free before that.
const RESERVATIONS_INTERVAL: Duration = Duration::from_secs(15);
/// How often it is asked whose books are due for a proof.
const BOOKS_INTERVAL: Duration = Duration::from_secs(60);
/// How often it is asked whether a seller wants a load test.
const LOAD_TESTS_INTERVAL: Duration = Duration::from_secs(1);
/// How often it is asked whether the crowds are to be counted. Every node counts its own visitors.
const CROWD_INTERVAL: Duration = Duration::from_millis(500);
/// How often minutes of a sale that are over are kept. Every node keeps its own.
const SALE_RECORD_INTERVAL: Duration = Duration::from_secs(15);
/// How often sessions that ended are tidied.
const SESSIONS_INTERVAL: Duration = Duration::from_secs(600);
/// How often other nodes are told what was sold here. They commit one after the other when they tell.
const TELL_INTERVAL: Duration = Duration::from_millis(150);
/// How often is looked at what others sold and this node did not hear.
const CATCH_UP_INTERVAL: Duration = Duration::from_secs(5);
/// How often the database is asked whether tables have grown.
const STATISTICS_INTERVAL: Duration = Duration::from_secs(1);
/// By how much clocks of nodes may differ before something is missed for good, seconds.
const CLOCKS_APART_SECONDS: i64 = 30;
/// How long a round may go on once the program stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The jobs that run while this node does, and those for which it holds a lease.
pub struct Jobs {
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

impl Jobs {
    /// Starts what every node does for itself: seeing what has changed, printing it, and telling the others.
    pub fn start_own(site: &Site, press: PressLimits) -> Self {
        let app = site.app();
        let mut jobs = Self { stop: watch::Sender::new(false), running: JoinSet::new() };
        let (press, mut told) = (Press::new(site.clone(), press), jobs.stop.subscribe());
        jobs.running.spawn(async move {
            let stop = async move { drop(told.wait_for(|stop| *stop).await) };
            press.run(stop).await;
        });
        let (watcher, mut told) = (app.clone(), jobs.stop.subscribe());
        jobs.running.spawn(async move {
            let stop = async move { drop(told.wait_for(|stop| *stop).await) };
            watcher.watch(stop).await;
        });
        jobs.every(TELL_INTERVAL, "Telling other nodes what was sold", app, |app| async move {
            tell_availability(app.db(), app.writer().availability()).await
        });
        jobs.every(CROWD_INTERVAL, "Counting the crowd", app, |app| async move { count_round(&app, app.now()).await });
        jobs.every(
            SALE_RECORD_INTERVAL,
            "Keeping the minutes of sales",
            app,
            |app| async move { keep_round(&app, app.now()).await },
        );
        jobs.every(STATISTICS_INTERVAL, "Measuring tables that have grown", app, |app| async move {
            app.db().refresh_statistics().await.map(drop)
        });
        let looked_at = Arc::new(Mutex::new(app.now()));
        jobs.every(CATCH_UP_INTERVAL, "Looking at what other nodes sold", app, move |app| {
            let looked_at = Arc::clone(&looked_at);
            async move {
                let (last, now) = (*looked_at.lock().unwrap_or_else(PoisonError::into_inner), app.now());
                let since = last.plus_seconds(-CLOCKS_APART_SECONDS);
                catch_up(app.db(), app.writer().availability(), since, now).await?;
                *looked_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
                Ok(())
            }
        });
        jobs
    }

    /// Starts what one node does for all.
    pub fn start_leased(app: &App, held: &watch::Receiver<Held>, mailer: Mailer, mail: MailSettings, stand: TestStand) -> Self {
        let mut jobs = Self { stop: watch::Sender::new(false), running: JoinSet::new() };
        let (mail, stopped) = (Arc::new((mailer, mail)), jobs.stop.subscribe());
        jobs.every_while_held(MAIL_INTERVAL, "Sending mail", MAIL, (app, held), move |app, lease| {
            let (mail, stopped) = (Arc::clone(&mail), stopped.clone());
            async move {
                for _ in 0..MAIL_ROUNDS_MAX {
                    let is_all = send_due(app.db(), &lease, &mail.0, &mail.1, &*app.clock()).await? < ROUND_MESSAGES_MAX;
                    if is_all || *stopped.borrow() {
                        break;
                    }
                }
                Ok(())
            }
        });
        jobs.every_while_held(PAYMENTS_INTERVAL, "Asking about open payments", PAYMENTS, (app, held), |app, _| async move {
            reconcile(&app, app.now()).await.map(drop)
        });
        jobs.every_while_held(RESERVATIONS_INTERVAL, "Tidying reservations", RESERVATIONS, (app, held), |app, _| async move {
            sweep(&app).await
        });
        jobs.every_while_held(BOOKS_INTERVAL, "Proving the books", BOOKS, (app, held), |app, _| async move {
            prove_due(&app, app.now()).await.map(drop)
        });
        let (stand, stopped) = (Arc::new(stand), jobs.stop.subscribe());
        jobs.every_while_held(LOAD_TESTS_INTERVAL, "Running load tests", LOAD_TESTS, (app, held), move |app, _| {
            let (stand, stopped) = (Arc::clone(&stand), stopped.clone());
            async move { stand.run_asked(&app, stopped).await }
        });
        jobs.every_while_held(SESSIONS_INTERVAL, "Tidying sessions", SESSIONS, (app, held), |app, _| async move {
            delete_expired_sessions(app.db(), app.now()).await.map(drop)
        });
        jobs
    }

    /// Tells them to stop and waits for the rounds that have begun, but not for ever.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIMEOUT, all).await.is_err() {
            warn!("A background job did not finish in time and was cut off");
        }
    }

    /// Does the work, waits, and again, until told to stop.
    fn every<F>(&mut self, interval: Duration, what: &'static str, app: &App, work: impl Fn(App) -> F + Send + 'static)
    where
        F: Future<Output = db::Result<()>> + Send,
    {
        let (app, mut stopped) = (app.clone(), self.stop.subscribe());
        self.running.spawn(async move {
            loop {
                done(what, work(app.clone()).await);
                if stops_within(interval, &mut stopped).await {
                    return;
                }
            }
        });
    }

    /// As [`Self::every`], as long as this node holds the lease of this name.
    fn every_while_held<F>(
        &mut self,
        interval: Duration,
        what: &'static str,
        name: &'static str,
        (app, held): (&App, &watch::Receiver<Held>),
        work: impl Fn(App, Lease) -> F + Send + 'static,
    ) where
        F: Future<Output = db::Result<()>> + Send,
    {
        let (app, mut held, mut stopped) = (app.clone(), held.clone(), self.stop.subscribe());
        self.running.spawn(async move {
            loop {
                let lease = tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => return,
                    lease = held_lease(name, &mut held) => lease,
                };
                done(what, work(app.clone(), lease).await);
                if stops_within(interval, &mut stopped).await {
                    return;
                }
            }
        });
    }
}

/// Waits until this node holds the lease.
async fn held_lease(name: &'static str, held: &mut watch::Receiver<Held>) -> Lease {
    loop {
        if let Some(lease) = held.borrow_and_update().lease(name, now()) {
            return lease;
        }
        if held.changed().await.is_err() {
            // The node has taken leave.
            std::future::pending::<()>().await;
        }
    }
}

/// A round that fails is logged and the next one tries anew.
fn done(what: &'static str, outcome: db::Result<()>) {
    if let Err(reason) = outcome {
        error!(error = %reason, "{what} failed: {reason}");
    }
}

async fn stops_within(interval: Duration, stopped: &mut watch::Receiver<bool>) -> bool {
    tokio::time::timeout(interval, stopped.wait_for(|stop| *stop)).await.is_ok()
}

/// Ends reservations that ran out, in the shops that have any.
async fn sweep(app: &App) -> db::Result<()> {
    let now: Timestamp = app.now();
    for shop in db::reservations::shops_with_expired(app.db(), now).await? {
        if let Err(reason) = app.writer().submit(shop, Command::ExpireDue).await {
            warn!(shop.id = %shop, error = %reason, "Could not tidy reservations");
        }
    }
    Ok(())
}
