//! Hears what other processes tell by NOTIFY, on a connection of its own. While it has none it tries again, and whoever listens
//! sees by looking what was told meanwhile.

use super::failure;
use crate::Result;
use crate::news::{Listener, News, WAITING_MAX};
use std::convert::Infallible;
use std::future::{pending, poll_fn};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};
use tracing::warn;

/// Tells. Channels are the whole database's and programs may share one by schemas: its name goes into the channel's.
pub(super) const NOTIFY: &str = "SELECT pg_notify('doorbuster_' || md5(current_schema()), $1)";
const CHANNEL: &str = "SELECT 'doorbuster_' || md5(current_schema())";

/// Before the second attempt to connect; doubled each time.
const BACKOFF_FIRST: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// A server that is gone without a word is missed after some thirty seconds.
const KEEPALIVE: Duration = Duration::from_secs(10);

/// Listens until the listener is dropped.
pub(super) fn start(mut config: Config) -> Listener {
    config.application_name("doorbuster news").keepalives_idle(KEEPALIVE).keepalives_interval(KEEPALIVE).keepalives_retries(2);
    let (told, heard) = mpsc::channel(WAITING_MAX);
    tokio::spawn(async move {
        tokio::select! {
            never = listen_for_ever(&config, &told) => match never {},
            () = told.closed() => {}
        }
    });
    Listener::between(heard)
}

async fn listen_for_ever(config: &Config, told: &mpsc::Sender<News>) -> Infallible {
    let mut backoff = BACKOFF_FIRST;
    loop {
        let mut was_connected = false;
        let Err(reason) = listen(config, told, &mut was_connected).await;
        if was_connected {
            backoff = BACKOFF_FIRST;
        }
        if backoff == BACKOFF_FIRST {
            warn!(error = %reason, "Other nodes are not heard, so changes are looked for: {reason}");
        }
        tokio::time::sleep(backoff).await;
        backoff = (backoff * 2).min(BACKOFF_MAX);
    }
}

/// Until the connection breaks.
async fn listen(config: &Config, told: &mpsc::Sender<News>, was_connected: &mut bool) -> Result<Infallible> {
    let (client, mut connection) = config.connect(NoTls).await.map_err(failure)?;
    let subscribing = async {
        subscribe(&client).await?;
        *was_connected = true;
        pending::<Result<Infallible>>().await
    };
    let hearing = async {
        loop {
            match poll_fn(|context| connection.poll_message(context)).await {
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    // Where the one who listens is behind, it will look.
                    let _ = News::from_text(notification.payload()).map(|news| told.try_send(news));
                }
                Some(Ok(_)) => {}
                Some(Err(reason)) => return Err(failure(reason)),
                None => return Err(crate::Error::Unreachable("the connection was closed".into())),
            }
        }
    };
    tokio::select! {
        ended = subscribing => ended,
        ended = hearing => ended,
    }
}

async fn subscribe(client: &Client) -> Result<()> {
    let channel: String = client.query_one(CHANNEL, &[]).await.and_then(|row| row.try_get(0)).map_err(failure)?;
    client.batch_execute(&format!("LISTEN {channel}")).await.map_err(failure)
}
