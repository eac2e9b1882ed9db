//! Sends what waits in the outbox: one round, asked for again and again by a job.
//!
//! A node that is frozen in the middle of a round, for longer than its messages are claimed, comes back when another one has sent
//! them. So each message is looked at once more right before it leaves.

use super::{ComposeError, MailSettings, compose};
use commerce::shop::Shop;
use commerce::{ShopId, Timestamp};
use db::Db;
use db::leases::Lease;
use db::outbox::{GIVEN_UP, OutboxMessage, claim_due, is_claim_current, mark_failed, mark_sent};
use db::shops::load_shop;
use futures_util::stream::{self, StreamExt as _};
use outbound::mail::{AT_ONCE_MAX, Mailer, Message};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::time::Duration;
use tokio::sync::Mutex;
use tracing::{info, warn};

/// Messages of one round. When they are through, it is written down in one transaction which of them left: a program that is
/// killed in between sends so many a second time at most.
pub const ROUND_MESSAGES_MAX: usize = 20;

/// How long a round may take before its messages count as abandoned, minutes: five go after another ([`AT_ONCE_MAX`] at once).
const CLAIM_MINUTES: i64 = 30;

/// How long one message may take, minutes: some nine commands of 30 seconds. One whose claim ends sooner does not leave any more.
const SENDING_MINUTES_MAX: i64 = 5;

/// How long nothing is written after a message, in times that it took, and at most.
const PAUSE_TIMES: u32 = 4;
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// Minutes to wait after each failed try; after the last of them a message is given up, some three days after the first.
const WAITS_MINUTES: [i64; 22] =
    [1, 2, 5, 15, 60, 120, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240];

/// Sends what is due by `clock`; returns how many messages were tried: none when `lease` was lost. A message that fails never
/// stops the others.
///
/// # Errors
/// When the database fails; what was claimed is due again when its time is over.
pub async fn send_due(
    db: &Db,
    lease: &Lease,
    mailer: &Mailer,
    settings: &MailSettings,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> db::Result<usize> {
    let now = clock();
    let claimed = claim_due(db, lease, now, now.plus_minutes(CLAIM_MINUTES), ROUND_MESSAGES_MAX).await?;
    let mut shops: BTreeMap<ShopId, Option<Shop>> = BTreeMap::new();
    for message in &claimed {
        if let Entry::Vacant(place) = shops.entry(message.shop) {
            place.insert(load_shop(db, message.shop).await?);
        }
    }
    // One is written at a time, while others are on their way.
    let pen = Mutex::new(());
    let mut tries = Vec::with_capacity(claimed.len());
    for message in &claimed {
        if let Some(shop) = &shops[&message.shop] {
            let pen = &pen;
            tries.push(async move {
                let held = pen.lock().await;
                let written = write_unhurried(db, settings, shop, message, clock).await;
                drop(held);
                (message, send_one(db, mailer, message, written, clock).await)
            });
        }
    }
    let tried: Vec<_> = stream::iter(tries).buffer_unordered(AT_ONCE_MAX).collect().await;
    let left = tried.iter().filter(|(_, outcome)| matches!(outcome, Ok(())));
    let ids: Vec<_> = left.map(|(message, _)| (message.shop, message.id)).collect();
    mark_sent(db, &ids, clock()).await?;
    for (message, outcome) in tried {
        let (shop, id) = (message.shop, message.id);
        match outcome {
            Ok(()) => info!(shop.id = %shop, outbox.id = %id, kind = message.kind, "Sent a message"),
            Err(Unsent::Late) => {
                info!(shop.id = %shop, outbox.id = %id, "Left a message to whoever claims it next: this round took long")
            }
            Err(Unsent::Failed(failure, retry)) => note_failure(db, message, &failure, &retry, clock()).await?,
        }
    }
    Ok(claimed.len())
}

async fn note_failure(db: &Db, message: &OutboxMessage, failure: &str, retry: &Retry, now: Timestamp) -> db::Result<()> {
    let (shop, id, attempts) = (message.shop, message.id, message.attempts);
    match retry {
        Retry::Never => {
            mark_failed(db, message, failure, GIVEN_UP).await?;
            warn!(shop.id = %shop, outbox.id = %id, "Gave a message up: {failure}");
        }
        Retry::Later => {
            mark_failed(db, message, failure, next_attempt(attempts, now)).await?;
            warn!(shop.id = %shop, outbox.id = %id, attempts, "Could not send a message: {failure}");
        }
    }
    Ok(())
}

/// Why a message did not leave.
enum Unsent {
    /// Its claim is over, or about to be: it may be another node's.
    Late,
    /// In words.
    Failed(String, Retry),
}

/// Whether a failed message is tried again.
enum Retry {
    Later,
    Never,
}

/// Writes a message, and lets the shops' visitors have the processor for some time after it: after a sale as many messages
/// wait as it had orders.
async fn write_unhurried(
    db: &Db,
    settings: &MailSettings,
    shop: &Shop,
    message: &OutboxMessage,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<Message, Unsent> {
    let begun = clock();
    let written = compose(db, shop, message, settings).await;
    let took = Duration::from_micros(u64::try_from(clock().micros_since(begun)).unwrap_or(0));
    tokio::time::sleep((took * PAUSE_TIMES).min(PAUSE_MAX)).await;
    written.map_err(|error| {
        let retry = if matches!(error, ComposeError::Database(_)) { Retry::Later } else { Retry::Never };
        Unsent::Failed(error.to_string(), retry)
    })
}

async fn send_one(
    db: &Db,
    mailer: &Mailer,
    message: &OutboxMessage,
    written: Result<Message, Unsent>,
    clock: &(dyn Fn() -> Timestamp + Sync),
) -> Result<(), Unsent> {
    let written = written?;
    let is_ours = is_claim_current(db, message).await.map_err(|error| Unsent::Failed(error.to_string(), Retry::Later))?;
    // Asked of the clock last: whatever the database has said may be long ago.
    if !is_ours || message.next_attempt_at < clock().plus_minutes(SENDING_MINUTES_MAX) {
        return Err(Unsent::Late);
    }
    mailer.send(&written).await.map_err(|error| {
        let retry = if error.is_worth_retrying() { Retry::Later } else { Retry::Never };
        Unsent::Failed(error.to_string(), retry)
    })
}

/// When a message that has failed `attempts` times (1 or more) is tried again.
fn next_attempt(attempts: i64, now: Timestamp) -> Timestamp {
    let wait = usize::try_from(attempts - 1).ok().and_then(|index| WAITS_MINUTES.get(index));
    wait.map_or(GIVEN_UP, |minutes| now.plus_minutes(*minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let now = Timestamp::from_seconds(1_794_700_800);
        assert_eq!(next_attempt(1, now), now.plus_minutes(1));
        assert_eq!(next_attempt(5, now), now.plus_minutes(60));
        assert_eq!(next_attempt(22, now), now.plus_minutes(240));
        assert_eq!(next_attempt(23, now), GIVEN_UP);
        let hours = WAITS_MINUTES.iter().sum::<i64>() / 60;
        assert!((60..=84).contains(&hours), "a message is given up after {hours} hours");
    }
}
