//! Where a batch is decided and kept: the database, or in a simulation something that fails on purpose.

use super::{load, write};
use crate::kill_points::{self, KillPoint};
use crate::{Db, Result, Tx, submissions};
use commerce::checkout::{Command, Moment, Outcome, Refusal, ShopState, decide};
use commerce::{ShopId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// A command on its way to the writer.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose.
    pub shop: ShopId,
    /// What.
    pub command: Command,
    /// The form it came from, where one form must count once.
    pub submission: Option<String>,
}

/// What a batch has come to for one of its requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// To be told after the commit.
    Told(Outcome),
    /// Something was done for this form before, and nothing now.
    SentBefore,
    /// Units that have run out of their time are still being given back: decide it again in the next batch.
    PutOff,
}

/// A batch that is decided and written, and not committed.
pub struct Decided<Open> {
    /// What commits or gives up.
    pub open: Open,
    /// In the order of the requests.
    pub decisions: Vec<Decision>,
    /// What each shop looks like once it is committed.
    pub states: Vec<(ShopId, ShopState)>,
}

/// The books that a writer keeps.
pub trait Books: Send + 'static {
    /// A batch before its commit. Dropped, it changes nothing.
    type Open: Send;

    /// Reads what the requests can touch, decides, writes. Nothing is durable yet.
    ///
    /// # Errors
    /// When the books fail; nothing was changed.
    fn decide(&self, requests: &[&Request], now: Timestamp) -> impl Future<Output = Result<Decided<Self::Open>>> + Send;

    /// Makes a batch durable.
    ///
    /// # Errors
    /// [`crate::Error::CommitUnknown`] when nobody knows whether it is; any other error: it is not.
    fn commit(&self, open: Self::Open) -> impl Future<Output = Result<()>> + Send;

    /// The commit was not answered. Returns when asking the books again tells the truth; where only a new start can tell it,
    /// ends the process.
    fn end_in_doubt(&self) -> impl Future<Output = ()> + Send;
}

impl Books for Db {
    type Open = Tx;

    async fn decide(&self, requests: &[&Request], now: Timestamp) -> Result<Decided<Tx>> {
        let mut by_shop: BTreeMap<ShopId, Vec<usize>> = BTreeMap::new();
        for (index, request) in requests.iter().enumerate() {
            by_shop.entry(request.shop).or_default().push(index);
        }
        let mut decisions = vec![Decision::SentBefore; requests.len()];
        let mut states = Vec::with_capacity(by_shop.len());
        let mut open = self.begin().await?;
        for (shop, indexes) in by_shop {
            let forms = indexes.iter().map(|index| (*index, requests[*index].submission.as_deref())).collect();
            let indexes = submissions::unknown(&mut open, shop, forms).await?;
            let commands: Vec<&Command> = indexes.iter().map(|index| &requests[*index].command).collect();
            let kept = decide_and_keep(&mut open, self, shop, &commands, now).await?;
            let mut done = BTreeSet::new();
            for (index, outcome) in indexes.into_iter().zip(kept.outcomes) {
                if !matches!(outcome, Outcome::Refused(_)) {
                    done.extend(requests[index].submission.as_deref());
                }
                let sold_out = matches!(outcome, Outcome::Refused(Refusal::SoldOut { .. }));
                decisions[index] = if sold_out && kept.more_is_due { Decision::PutOff } else { Decision::Told(outcome) };
            }
            submissions::keep(&mut open, shop, &done, now).await?;
            states.push((shop, kept.state));
        }
        Ok(Decided { open, decisions, states })
    }

    async fn commit(&self, open: Tx) -> Result<()> {
        kill_points::pass(KillPoint::WriterBeforeCommit);
        open.commit().await?;
        kill_points::pass(KillPoint::WriterAfterCommitBeforeAnswer);
        Ok(())
    }

    /// PostgreSQL tells the truth when it is asked again. On SQLite the process has ended already, in the commit.
    async fn end_in_doubt(&self) {}
}

/// One shop's part of a batch, written.
pub(super) struct Kept {
    pub outcomes: Vec<Outcome>,
    pub state: ShopState,
    /// Whether reservations that have run out of time were left for the next batch.
    pub more_is_due: bool,
}

pub(super) async fn decide_and_keep(tx: &mut Tx, db: &Db, shop: ShopId, commands: &[&Command], now: Timestamp) -> Result<Kept> {
    let (mut state, more_is_due) = load::load(tx, shop, commands, now).await?;
    let before = write::Before::of(&state);
    let mut next_id = || db.ids().next(now);
    let (outcomes, changes) = decide(&mut state, commands.iter().copied(), &mut Moment { now, next_id: &mut next_id });
    write::write(tx, shop, &before, &changes, now).await?;
    Ok(Kept { outcomes, state, more_is_due })
}
