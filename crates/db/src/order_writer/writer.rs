//! The writer itself: a thread with a bounded queue in front of it.

use super::{Availability, decide_and_keep};
use crate::{Db, Error};
use commerce::checkout::{Command, Outcome, ShopState};
use commerce::{ShopId, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The writer's limits.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// Commands that may wait, 1 or more. The next one is told `Busy`.
    pub queue_max: usize,
    /// Commands decided in one transaction, 1 or more.
    pub batch_max: usize,
    /// How often a batch is decided anew when another node was quicker.
    pub attempts_max: u32,
}

impl Default for WriterOptions {
    fn default() -> Self {
        // 4,096 waiting commands are a fraction of a second of work; 256 in a batch keep one transaction under some 20 ms.
        Self { queue_max: 4_096, batch_max: 256, attempts_max: 6 }
    }
}

/// Why no outcome can be told. None of these is recorded: the same command may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriterError {
    /// Too many commands wait.
    #[error("too many orders are waiting; try again in a moment")]
    Busy,
    /// The writer has stopped.
    #[error("the shop is shutting down")]
    Stopped,
    /// The database failed. Nothing was changed.
    #[error("the database cannot be written: {0}")]
    Unavailable(String),
    /// The database did not answer the commit: look before doing it again.
    #[error("it is not known whether the change was kept")]
    Unknown,
}

/// The door. Clones share the queue.
#[derive(Clone)]
pub struct OrderWriter {
    queue: mpsc::Sender<Waiting>,
    availability: Arc<Availability>,
}

struct Waiting {
    shop: ShopId,
    command: Command,
    answer: oneshot::Sender<Result<Outcome, WriterError>>,
}

impl OrderWriter {
    /// Starts the writer on a thread of its own; it ends when the last clone is dropped and what waited is answered.
    pub fn start(db: Db, clock: Clock, options: WriterOptions) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(options.queue_max.max(1));
        let availability = Arc::new(Availability::default());
        let writer = Self { queue, availability: Arc::clone(&availability) };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a thread can have its own timers and sockets");
        let work = Work { db, clock, options, availability };
        let thread = std::thread::Builder::new()
            .name("order-writer".into())
            .spawn(move || runtime.block_on(work.run(waiting)))
            .expect("the system allows one more thread");
        (writer, thread)
    }

    /// Hands a command in and waits for what became of it.
    ///
    /// # Errors
    /// [`WriterError::Busy`] at once when the queue is full; the others when the database fails.
    pub async fn submit(&self, shop: ShopId, command: Command) -> Result<Outcome, WriterError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { shop, command, answer }).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => WriterError::Busy,
            mpsc::error::TrySendError::Closed(_) => WriterError::Stopped,
        })?;
        answered.await.unwrap_or(Err(WriterError::Stopped))
    }

    /// What is left, as pages show it.
    pub fn availability(&self) -> &Arc<Availability> {
        &self.availability
    }
}

struct Work {
    db: Db,
    clock: Clock,
    options: WriterOptions,
    availability: Arc<Availability>,
}

/// How a transaction ended.
enum Ended {
    Committed(Vec<Outcome>, Vec<(ShopId, ShopState)>),
    Again(Error),
    Failed(Error),
    Unknown(Error),
}

impl Work {
    async fn run(self, mut waiting: mpsc::Receiver<Waiting>) {
        let mut batch = Vec::with_capacity(self.options.batch_max);
        while let Some(first) = waiting.recv().await {
            batch.push(first);
            while batch.len() < self.options.batch_max.max(1) {
                let Ok(next) = waiting.try_recv() else { break };
                batch.push(next);
            }
            // Whoever has gone away meanwhile (a closed connection) asks for nothing any more.
            batch.retain(|waiting| !waiting.answer.is_closed());
            self.work_through(std::mem::take(&mut batch)).await;
        }
    }

    /// One batch, and where it cannot be kept as a whole, each of its commands alone.
    async fn work_through(&self, batch: Vec<Waiting>) {
        match self.attempt(&batch).await {
            Ended::Committed(outcomes, states) => self.answer(batch, outcomes, &states),
            Ended::Unknown(cause) => self.end_in_doubt(batch, &cause).await,
            Ended::Again(cause) | Ended::Failed(cause) if batch.len() == 1 => {
                error!(error = %cause, "Could not write a command: {cause}");
                tell_all(batch, &WriterError::Unavailable(cause.to_string()));
            }
            Ended::Again(cause) | Ended::Failed(cause) => {
                warn!(error = %cause, commands = batch.len(), "Deciding a batch one by one: {cause}");
                for waiting in batch {
                    Box::pin(self.work_through(vec![waiting])).await;
                }
            }
        }
    }

    async fn attempt(&self, batch: &[Waiting]) -> Ended {
        let mut ended = self.transact(batch).await;
        for _ in 1..self.options.attempts_max {
            match &ended {
                Ended::Again(_) => ended = self.transact(batch).await,
                _ => break,
            }
        }
        ended
    }

    async fn transact(&self, batch: &[Waiting]) -> Ended {
        match self.decide_all(batch).await {
            Ok((tx, outcomes, states)) => match tx.commit().await {
                Ok(()) => Ended::Committed(outcomes, states),
                Err(cause @ Error::CommitUnknown(_)) => Ended::Unknown(cause),
                Err(cause @ Error::Conflict(_)) => Ended::Again(cause),
                Err(cause) => Ended::Failed(cause),
            },
            // A constraint that says no means that another node was quicker: read again, decide again.
            Err(cause @ (Error::Conflict(_) | Error::Constraint(_) | Error::Unreachable(_))) => Ended::Again(cause),
            Err(cause) => Ended::Failed(cause),
        }
    }

    async fn decide_all(&self, batch: &[Waiting]) -> crate::Result<(crate::Tx, Vec<Outcome>, Vec<(ShopId, ShopState)>)> {
        let now = (self.clock)();
        let mut by_shop: BTreeMap<ShopId, Vec<usize>> = BTreeMap::new();
        for (index, waiting) in batch.iter().enumerate() {
            by_shop.entry(waiting.shop).or_default().push(index);
        }
        let mut outcomes: Vec<Option<Outcome>> = vec![None; batch.len()];
        let mut states = Vec::with_capacity(by_shop.len());
        let mut tx = self.db.begin().await?;
        for (shop, indexes) in by_shop {
            let commands: Vec<Command> = indexes.iter().map(|index| batch[*index].command.clone()).collect();
            let (decided, state) = decide_and_keep(&mut tx, &self.db, shop, &commands, now).await?;
            for (index, outcome) in indexes.into_iter().zip(decided) {
                outcomes[index] = Some(outcome);
            }
            states.push((shop, state));
        }
        let outcomes = outcomes.into_iter().map(|outcome| outcome.expect("every command is of one shop")).collect();
        Ok((tx, outcomes, states))
    }

    fn answer(&self, batch: Vec<Waiting>, outcomes: Vec<Outcome>, states: &[(ShopId, ShopState)]) {
        for (shop, state) in states {
            self.availability.publish(*shop, state);
        }
        for (waiting, outcome) in batch.into_iter().zip(outcomes) {
            // Whoever has gone away learns it from the database when they come back.
            let _ = waiting.answer.send(Ok(outcome));
        }
    }

    /// The commit was asked for and not answered.
    async fn end_in_doubt(&self, batch: Vec<Waiting>, cause: &Error) {
        error!(error = %cause, "A commit was not answered: {cause}");
        if self.db.engine() == "sqlite" {
            // The file may say one thing now and another after a restart. Nobody is told anything; the next start reads what is.
            std::process::abort();
        }
        for waiting in batch {
            if is_safe_to_repeat(&waiting.command) {
                Box::pin(self.work_through(vec![waiting])).await;
            } else {
                let _ = waiting.answer.send(Err(WriterError::Unknown));
            }
        }
    }
}

/// Whether a command finds what an earlier run of itself has done.
fn is_safe_to_repeat(command: &Command) -> bool {
    matches!(
        command,
        Command::Reserve(_)
            | Command::Settle { .. }
            | Command::Release { .. }
            | Command::ExpireDue
            | Command::SettleRefund { .. }
    )
}

fn tell_all(batch: Vec<Waiting>, error: &WriterError) {
    for waiting in batch {
        let _ = waiting.answer.send(Err(error.clone()));
    }
}
