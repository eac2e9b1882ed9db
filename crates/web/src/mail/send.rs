//! Sends what waits in the outbox: one round, asked for again and again by a job.

use super::{ComposeError, MailSettings, compose};
use commerce::shop::Shop;
use commerce::{ShopId, Timestamp};
use db::Db;
use db::leases::Lease;
use db::outbox::{GIVEN_UP, OutboxMessage, claim_due, mark_failed, mark_sent};
use db::shops::load_shop;
use futures_util::future::join_all;
use outbound::mail::Mailer;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use tracing::{info, warn};

/// Messages of one round. When they are through, it is written down in one transaction which of them left: a program that is
/// killed in between sends so many a second time at most.
pub const ROUND_MESSAGES_MAX: usize = 20;

/// How long a round may take before its messages count as abandoned, minutes. Over four connections they go five after another,
/// each with some nine commands of 30 seconds at most.
const CLAIM_MINUTES: i64 = 30;

/// Minutes to wait after each failed try; after the last of them a message is given up, some three days after the first.
const WAITS_MINUTES: [i64; 22] =
    [1, 2, 5, 15, 60, 120, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240, 240];

/// Sends what is due at `now`; returns how many messages were tried: none when `lease` was lost. A message that fails never stops
/// the others.
///
/// # Errors
/// When the database fails; what was claimed is due again when its time is over.
pub async fn send_due(db: &Db, lease: &Lease, mailer: &Mailer, settings: &MailSettings, now: Timestamp) -> db::Result<usize> {
    let claimed = claim_due(db, lease, now, now.plus_minutes(CLAIM_MINUTES), ROUND_MESSAGES_MAX).await?;
    let mut shops: BTreeMap<ShopId, Option<Shop>> = BTreeMap::new();
    for message in &claimed {
        if let Entry::Vacant(place) = shops.entry(message.shop) {
            place.insert(load_shop(db, message.shop).await?);
        }
    }
    let tries = claimed.iter().filter_map(|message| {
        let shop = shops[&message.shop].as_ref()?;
        Some(async move { (message, send_one(db, mailer, settings, shop, message).await) })
    });
    let (sent, failed): (Vec<_>, Vec<_>) = join_all(tries).await.into_iter().partition(|(_, outcome)| outcome.is_ok());
    let ids: Vec<_> = sent.iter().map(|(message, _)| (message.shop, message.id)).collect();
    mark_sent(db, &ids, now).await?;
    for (message, _) in sent {
        info!(shop.id = %message.shop, outbox.id = %message.id, kind = message.kind, "Sent a message");
    }
    for (message, outcome) in failed {
        let Err((failure, retry)) = outcome else { continue };
        note_failure(db, message, &failure, &retry, now).await?;
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

/// Whether a failed message is tried again.
enum Retry {
    Later,
    Never,
}

async fn send_one(
    db: &Db,
    mailer: &Mailer,
    settings: &MailSettings,
    shop: &Shop,
    message: &OutboxMessage,
) -> Result<(), (String, Retry)> {
    let composed = compose(db, shop, message, settings).await.map_err(|error| {
        let retry = if matches!(error, ComposeError::Database(_)) { Retry::Later } else { Retry::Never };
        (error.to_string(), retry)
    })?;
    mailer.send(&composed).await.map_err(|error| {
        let retry = if error.is_worth_retrying() { Retry::Later } else { Retry::Never };
        (error.to_string(), retry)
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
