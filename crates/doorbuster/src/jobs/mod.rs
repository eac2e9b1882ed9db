//! Background jobs: loops that ask again and again. The work of each is a function of `web` or `db` that takes the time as an
//! argument; here is only the clock, the pace, and the log when a round fails.

use commerce::Timestamp;
use commerce::checkout::Command;
use db::sessions::delete_expired_sessions;
use outbound::mail::Mailer;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, warn};
use web::books::prove_due;
use web::edition::press::{Press, PressLimits};
use web::mail::{MailSettings, ROUND_MESSAGES_MAX, send_due};
use web::reconcile::reconcile;
use web::{App, Site};

/// How often the outbox is looked at.
const MAIL_INTERVAL: Duration = Duration::from_secs(2);
/// Rounds of mail without a pause: orders come first where the disk is one for both.
const MAIL_ROUNDS_MAX: usize = 10;
/// How often open payments are looked at.
const RECONCILE_INTERVAL: Duration = Duration::from_secs(5);
/// How often reservations that ran out are tidied. Their stock is free before that.
const SWEEP_INTERVAL: Duration = Duration::from_secs(15);
/// How often it is asked whose books are due for a proof.
const BOOKS_INTERVAL: Duration = Duration::from_secs(60);
/// How often sessions that ended are tidied.
const SESSIONS_INTERVAL: Duration = Duration::from_secs(600);
/// How long a round may go on once the program stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The running jobs.
pub struct Jobs {
    stop: watch::Sender<bool>,
    running: JoinSet<()>,
}

impl Jobs {
    /// Starts them all.
    pub fn start(site: &Site, mailer: Mailer, mail: MailSettings) -> Self {
        let app = site.app();
        let (stop, stopped) = watch::channel(false);
        let mut running = JoinSet::new();
        let (press, mut told) = (Press::new(site.clone(), PressLimits::default()), stopped.clone());
        running.spawn(async move {
            let stop = async move { drop(told.wait_for(|stop| *stop).await) };
            press.run(stop).await;
        });
        let watcher = app.clone();
        let mut told = stopped.clone();
        running.spawn(async move {
            let stop = async move { drop(told.wait_for(|stop| *stop).await) };
            watcher.watch(stop).await;
        });
        let (mail_app, mailer, mail) = (app.clone(), std::sync::Arc::new(mailer), std::sync::Arc::new(mail));
        let mail_stopped = stopped.clone();
        running.spawn(every(MAIL_INTERVAL, "Sending mail", stopped.clone(), move || {
            let (app, mailer, mail, stopped) = (mail_app.clone(), mailer.clone(), mail.clone(), mail_stopped.clone());
            async move {
                for _ in 0..MAIL_ROUNDS_MAX {
                    let is_all = send_due(app.db(), &mailer, &mail, app.now()).await? < ROUND_MESSAGES_MAX;
                    if is_all || *stopped.borrow() {
                        break;
                    }
                }
                Ok(())
            }
        }));
        let payments_app = app.clone();
        running.spawn(every(RECONCILE_INTERVAL, "Asking about open payments", stopped.clone(), move || {
            let app = payments_app.clone();
            async move { reconcile(&app, app.now()).await.map(|_| ()) }
        }));
        let sweep_app = app.clone();
        running.spawn(every(SWEEP_INTERVAL, "Tidying reservations", stopped.clone(), move || {
            let app = sweep_app.clone();
            async move { sweep(&app).await }
        }));
        let books_app = app.clone();
        running.spawn(every(BOOKS_INTERVAL, "Proving the books", stopped.clone(), move || {
            let app = books_app.clone();
            async move { prove_due(&app, app.now()).await.map(|_| ()) }
        }));
        let sessions_app = app.clone();
        running.spawn(every(SESSIONS_INTERVAL, "Tidying sessions", stopped, move || {
            let app = sessions_app.clone();
            async move { delete_expired_sessions(app.db(), app.now()).await.map(|_| ()) }
        }));
        Self { stop, running }
    }

    /// Tells them to stop and waits for the rounds that have begun, but not for ever.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_TIMEOUT, all).await.is_err() {
            warn!("A background job did not finish in time and was cut off");
        }
    }
}

/// Does the work, waits, and again, until told to stop. A round that fails is logged and the next one tries anew.
async fn every<F>(interval: Duration, what: &'static str, mut stopped: watch::Receiver<bool>, work: impl Fn() -> F)
where
    F: Future<Output = db::Result<()>>,
{
    loop {
        if let Err(reason) = work().await {
            error!(error = %reason, "{what} failed: {reason}");
        }
        tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(interval) => {}
        }
    }
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
