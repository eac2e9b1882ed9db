//! The writer itself: takes batches from the queue, has each decided and committed, and answers.

use super::pace::Pace;
use super::queue::{FairQueue, HandedIn, Lined};
use super::{Availability, Books, Decision, JustPlaced, Request};
use crate::{Db, Error};
use commerce::checkout::{Command, Outcome, ShopState};
use commerce::planted::{Bug, planted};
use commerce::{ShopId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;
use tracing::{error, warn};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The writer's limits.
#[derive(Clone, Copy, Debug)]
pub struct WriterOptions {
    /// Commands that may wait, 1 or more. The next one is told `Busy`.
    pub queue_max: usize,
    /// Units of work in one transaction, 1 or more: a line of a cart is one, any other command is one.
    pub batch_max: usize,
    /// How long a batch waits for more once its first command is there. Zero is best: what arrives meanwhile is the next batch.
    pub linger: Duration,
    /// How often a batch is decided anew when another node was quicker or the database could not be reached.
    pub attempts_max: u32,
}

impl Default for WriterOptions {
    fn default() -> Self {
        // 4,096 waiting commands are a fraction of a second of work; 512 in a batch keep one transaction under some 20 ms.
        Self { queue_max: 4_096, batch_max: 512, linger: Duration::ZERO, attempts_max: 6 }
    }
}

/// Waiting before the second attempt at a database that cannot be reached; doubled each time.
const BACKOFF_FIRST: Duration = Duration::from_millis(20);

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

/// What a writer has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterFigures {
    /// Commands whose outcome was committed.
    pub committed: u64,
    /// Commands that found no room.
    pub busy: u64,
    /// Batches that closed because nothing more waited.
    pub batches_drained: u64,
    /// Batches that closed because they were full.
    pub batches_full: u64,
    /// Batches decided anew: another node was quicker, or the database was out of reach.
    pub repeated: u64,
    /// Commands that wait now.
    pub waiting: u64,
}

/// The door. Clones share the queue; when the last one is gone, the writer answers what waits and ends.
#[derive(Clone)]
pub struct OrderWriter(Arc<Door>);

struct Door(Arc<Shared>);

struct Shared {
    queue: FairQueue<Waiting>,
    availability: Arc<Availability>,
    just_placed: JustPlaced,
    pace: Pace,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    committed: AtomicU64,
    busy: AtomicU64,
    batches_drained: AtomicU64,
    batches_full: AtomicU64,
    repeated: AtomicU64,
}

/// A request and who waits for its answer.
pub(super) struct Waiting {
    pub(super) request: Request,
    /// It was in a commit of which nobody knows whether it was kept.
    is_in_doubt: bool,
    answer: oneshot::Sender<Result<Option<Outcome>, WriterError>>,
}

impl Lined for Waiting {
    fn shop(&self) -> ShopId {
        self.request.shop
    }

    fn is_start(&self) -> bool {
        matches!(self.request.command, Command::Reserve(_))
    }

    fn weight(&self) -> usize {
        match &self.request.command {
            Command::Reserve(cart) => cart.lines.len().max(1),
            _ => 1,
        }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.0.queue.close();
    }
}

impl OrderWriter {
    /// Starts the writer on a thread of its own; it ends when the last clone is dropped and what waited is answered.
    pub fn start(db: Db, clock: Clock, options: WriterOptions) -> (Self, JoinHandle<()>) {
        let books = db.for_order_writer().expect("connections can be had as those were that the database was opened with");
        let (writer, work) = Self::over(books, clock, options);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a thread can have its own timers and sockets");
        let thread = std::thread::Builder::new()
            .name("order-writer".into())
            .spawn(move || runtime.block_on(work.run()))
            .expect("the system allows one more thread");
        (writer, thread)
    }

    /// A writer over any books, and its work, which the caller drives.
    pub fn over<B: Books>(books: B, clock: Clock, options: WriterOptions) -> (Self, Work<B>) {
        let shared = Arc::new(Shared {
            queue: FairQueue::new(options.queue_max),
            availability: Arc::default(),
            just_placed: JustPlaced::default(),
            pace: Pace::default(),
            counts: Counts::default(),
        });
        let work = Work { books, clock, options, shared: Arc::clone(&shared) };
        (Self(Arc::new(Door(shared))), work)
    }

    /// Hands a command in and waits for what became of it.
    ///
    /// # Errors
    /// [`WriterError::Busy`] at once when the queue is full; the others when the database fails.
    pub async fn submit(&self, shop: ShopId, command: Command) -> Result<Outcome, WriterError> {
        let outcome = self.hand_in(Request { shop, command, submission: None }).await?;
        Ok(outcome.expect("only a form that was sent before is left undecided"))
    }

    /// As [`Self::submit`], once for each `submission`, on all nodes together. `None`: something was done for it before, and
    /// nothing is done now.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub async fn submit_once(&self, shop: ShopId, command: Command, submission: String) -> Result<Option<Outcome>, WriterError> {
        self.hand_in(Request { shop, command, submission: Some(submission) }).await
    }

    async fn hand_in(&self, request: Request) -> Result<Option<Outcome>, WriterError> {
        let (answer, answered) = oneshot::channel();
        let shared = &self.0.0;
        match shared.queue.hand_in(Waiting { request, is_in_doubt: false, answer }) {
            HandedIn::Waits => {}
            HandedIn::InPlaceOf(displaced) => {
                shared.counts.busy.fetch_add(u64::from(!planted(Bug::DisplacedNotInFigures)), Ordering::Relaxed);
                if !planted(Bug::DisplacedNotTold) {
                    displaced.tell(Err(WriterError::Busy));
                }
            }
            HandedIn::Full(_) => {
                shared.counts.busy.fetch_add(1, Ordering::Relaxed);
                return Err(WriterError::Busy);
            }
            HandedIn::Closed(_) => return Err(WriterError::Stopped),
        }
        answered.await.unwrap_or(Err(WriterError::Stopped))
    }

    /// What is left, as pages show it.
    pub fn availability(&self) -> &Arc<Availability> {
        &self.0.0.availability
    }

    /// The orders of the last seconds, for their receipts.
    pub fn just_placed(&self) -> &JustPlaced {
        &self.0.0.just_placed
    }

    /// After how many seconds whoever was told [`WriterError::Busy`] had better come back: as long as what waits should take.
    /// Spreading those who come back is left to the caller.
    pub fn wait_seconds(&self) -> u64 {
        let shared = &self.0.0;
        shared.pace.wait_seconds(shared.queue.waiting())
    }

    /// What the writer has done so far.
    pub fn figures(&self) -> WriterFigures {
        let counts = &self.0.0.counts;
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        WriterFigures {
            committed: read(&counts.committed),
            busy: read(&counts.busy),
            batches_drained: read(&counts.batches_drained),
            batches_full: read(&counts.batches_full),
            repeated: read(&counts.repeated),
            waiting: self.0.0.queue.waiting() as u64,
        }
    }
}

impl Waiting {
    fn tell(self, answer: Result<Option<Outcome>, WriterError>) {
        // Whoever has gone away learns it from the database when they come back.
        let _ = self.answer.send(answer);
    }
}

/// The writer's side of the queue.
pub struct Work<B> {
    books: B,
    clock: Clock,
    options: WriterOptions,
    shared: Arc<Shared>,
}

/// What a committed batch has come to.
struct Decisions {
    /// When it was decided, UTC.
    decided_at: Timestamp,
    decisions: Vec<Decision>,
    /// What each shop looks like now.
    states: Vec<(ShopId, ShopState)>,
}

/// How a transaction ended.
enum Ended {
    Committed(Decisions),
    /// Another node was quicker.
    Overtaken(Error),
    /// The database is away, or has no room: no command of the batch would fare better alone.
    Away(Error),
    /// Something in the batch cannot be written.
    Failed(Error),
    Unknown(Error),
}

impl<B: Books> Work<B> {
    /// Works until the last door is gone and nothing waits.
    pub async fn run(self) {
        let mut put_off: Vec<Waiting> = Vec::new();
        loop {
            let mut batch = std::mem::take(&mut put_off);
            if planted(Bug::PutOffForgotten) {
                batch.clear();
            }
            if batch.is_empty() && !self.shared.queue.next_batch(self.options.batch_max, &mut batch).await {
                return;
            }
            let mut left = self.room_in(&batch);
            if !self.options.linger.is_zero() && left > 0 {
                tokio::time::sleep(self.options.linger).await;
            }
            if left > 0 && self.shared.queue.waiting() > 0 {
                self.shared.queue.next_batch(left, &mut batch).await;
                left = self.room_in(&batch);
            }
            self.count_batch(left > 0);
            // Whoever has gone away meanwhile (a closed connection) asks for nothing any more.
            batch.retain(|waiting| !waiting.answer.is_closed());
            self.work_through(batch, &mut put_off).await;
        }
    }

    /// Units of work that still fit into a batch.
    fn room_in(&self, batch: &[Waiting]) -> usize {
        self.options.batch_max.saturating_sub(batch.iter().map(Lined::weight).sum())
    }

    fn count_batch(&self, has_room: bool) {
        let counts = &self.shared.counts;
        let drained = has_room && self.shared.queue.waiting() == 0;
        let why = if drained { &counts.batches_drained } else { &counts.batches_full };
        why.fetch_add(1, Ordering::Relaxed);
    }

    /// One batch. Where it cannot be kept as a whole, its halves, down to the one command that cannot.
    async fn work_through(&self, mut batch: Vec<Waiting>, put_off: &mut Vec<Waiting>) {
        if batch.is_empty() {
            return;
        }
        match self.attempt(&batch).await {
            Ended::Committed(decisions) => self.answer(batch, decisions, put_off),
            Ended::Unknown(cause) => self.end_in_doubt(batch, &cause, put_off).await,
            Ended::Away(cause) => {
                error!(error = %cause, commands = batch.len(), "Could not write a batch: {cause}");
                tell_all(batch, &WriterError::Unavailable(cause.to_string()));
            }
            Ended::Overtaken(cause) | Ended::Failed(cause) if batch.len() == 1 => {
                error!(error = %cause, "Could not write a command: {cause}");
                tell_all(batch, &WriterError::Unavailable(cause.to_string()));
            }
            Ended::Overtaken(cause) | Ended::Failed(cause) => {
                warn!(error = %cause, commands = batch.len(), "Deciding a batch by halves: {cause}");
                let second = batch.split_off(batch.len() / 2);
                Box::pin(self.work_through(batch, put_off)).await;
                Box::pin(self.work_through(second, put_off)).await;
            }
        }
    }

    async fn attempt(&self, batch: &[Waiting]) -> Ended {
        let mut backoff = BACKOFF_FIRST;
        let mut ended = self.transact(batch).await;
        for _ in 1..self.options.attempts_max {
            match &ended {
                Ended::Overtaken(_) => {}
                Ended::Away(Error::Unreachable(_)) => {
                    tokio::time::sleep(backoff).await;
                    backoff *= 2;
                }
                _ => break,
            }
            self.shared.counts.repeated.fetch_add(1, Ordering::Relaxed);
            ended = self.transact(batch).await;
        }
        ended
    }

    async fn transact(&self, batch: &[Waiting]) -> Ended {
        let requests: Vec<&Request> = batch.iter().map(|waiting| &waiting.request).collect();
        let decided_at = (self.clock)();
        let decided = match self.books.decide(&requests, decided_at).await {
            Ok(decided) => decided,
            // A constraint that says no means that another node was quicker: read again, decide again.
            Err(cause @ (Error::Conflict(_) | Error::Constraint(_))) => return Ended::Overtaken(cause),
            Err(cause @ (Error::Unreachable(_) | Error::DiskFull(_))) => return Ended::Away(cause),
            Err(cause) => return Ended::Failed(cause),
        };
        let decisions = Decisions { decided_at, decisions: decided.decisions, states: decided.states };
        match self.books.commit(decided.open).await {
            Ok(()) => Ended::Committed(decisions),
            Err(_) if planted(Bug::AnswerBeforeCommit) => Ended::Committed(decisions),
            Err(cause @ Error::CommitUnknown(_)) if planted(Bug::UnknownTakenForFailure) => Ended::Failed(cause),
            Err(Error::CommitUnknown(_)) if planted(Bug::UnknownTakenForSuccess) => Ended::Committed(decisions),
            Err(cause @ Error::CommitUnknown(_)) => Ended::Unknown(cause),
            Err(cause @ (Error::Conflict(_) | Error::Constraint(_))) => Ended::Overtaken(cause),
            Err(cause @ (Error::Unreachable(_) | Error::DiskFull(_))) => Ended::Away(cause),
            Err(cause) => Ended::Failed(cause),
        }
    }

    fn answer(&self, batch: Vec<Waiting>, committed: Decisions, put_off: &mut Vec<Waiting>) {
        for (shop, mut state) in committed.states {
            self.shared.availability.publish(shop, &state, committed.decided_at);
            self.shared.just_placed.publish(shop, &mut state);
        }
        let decisions = refuse_repeats(&batch, committed.decisions);
        let decided = decisions.iter().filter(|decision| **decision != Decision::PutOff).count();
        self.shared.counts.committed.fetch_add(decided as u64, Ordering::Relaxed);
        self.shared.pace.note(committed.decided_at, decided);
        for (waiting, decision) in batch.into_iter().zip(decisions) {
            match decision {
                Decision::Told(outcome) => waiting.tell(Ok(Some(outcome))),
                Decision::SentBefore => waiting.tell(Ok(None)),
                Decision::PutOff => put_off.push(waiting),
            }
        }
    }

    /// The commit was asked for and not answered. What finds its own earlier run is decided again, and so learns what became of
    /// it; nobody is told anything before that.
    async fn end_in_doubt(&self, batch: Vec<Waiting>, cause: &Error, put_off: &mut Vec<Waiting>) {
        error!(error = %cause, commands = batch.len(), "A commit was not answered: {cause}");
        self.books.end_in_doubt().await;
        let (mut again, lost): (Vec<_>, Vec<_>) = batch.into_iter().partition(|waiting| is_safe_to_repeat(&waiting.request));
        tell_all(lost, &WriterError::Unknown);
        again.iter_mut().for_each(|waiting| waiting.is_in_doubt = !planted(Bug::DoubtForgotten));
        Box::pin(self.work_through(again, put_off)).await;
    }
}

/// A form that was sent twice at once and refused was not sent before: it is refused both times.
fn refuse_repeats(batch: &[Waiting], mut decisions: Vec<Decision>) -> Vec<Decision> {
    for index in 0..decisions.len() {
        let request = &batch[index].request;
        if decisions[index] == Decision::SentBefore {
            let first = (0..index).find(|first| {
                let other = &batch[*first].request;
                (other.shop, &other.submission) == (request.shop, &request.submission)
                    && matches!(decisions[*first], Decision::Told(Outcome::Refused(_)))
            });
            if let Some(first) = first {
                decisions[index] = decisions[first].clone();
            }
        }
    }
    decisions
}

/// Whether a request finds what an earlier run of itself has done.
fn is_safe_to_repeat(request: &Request) -> bool {
    request.submission.is_some()
        || planted(Bug::RepeatedInDoubt)
        || matches!(
            request.command,
            Command::Reserve(_)
                | Command::Settle { .. }
                | Command::Release { .. }
                | Command::Extend { .. }
                | Command::ChangeQuantityOffered { .. }
                | Command::ExpireDue
                | Command::SettleRefund { .. }
        )
}

fn tell_all(batch: Vec<Waiting>, error: &WriterError) {
    for waiting in batch {
        // That nothing was changed cannot be said of what an earlier commit may have kept.
        let error = if waiting.is_in_doubt { WriterError::Unknown } else { error.clone() };
        waiting.tell(Err(error));
    }
}
