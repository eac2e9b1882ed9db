//! A request's way through the gate: in line, inside, and out again, whichever way it ends. Whoever hangs up, in line or inside,
//! leaves nothing behind: a place is given back when its holder is dropped.

use super::WorkClock;
use super::bulk::Bulk;
use super::class::Route;
use super::keeper::{Arrival, Called, GateFigures, Keeper, KeeperSettings, Place, Rest, Ticket, Used};
use commerce::{ShopId, Timestamp};
use db::order_writer::Clock;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The gate of a node. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);

struct Inner {
    keeper: Mutex<Keeper<Caller>>,
    clock: Clock,
    work_clock: WorkClock,
    bulk: Bulk,
    /// When somebody was refused last, microseconds.
    refused_at: AtomicI64,
}

/// How long after a refusal there is taken to be more to do than can be done.
const PRESSED: Duration = Duration::from_millis(100);

/// A thread's time slice while there is more to do than can be done, microseconds: two handlers, or some twenty-five refusals.
/// Each thread finds what it needs displaced from the processor's caches by the other, so shorter slices leave less for pages;
/// with longer ones a crowd that comes keeps the steady neighbor's visitors waiting.
const SLICE_MICROS: u64 = 400;

thread_local! {
    /// When this thread's slice began, microseconds.
    static SLICE_BEGAN: Cell<i64> = const { Cell::new(0) };
}

/// Hears whether there is a place.
type Caller = oneshot::Sender<Option<Inside>>;

/// What has passed, and what it took.
#[derive(Debug)]
pub struct Passed<T> {
    /// What came out of it.
    pub output: T,
    /// Time in line, microseconds.
    pub waited: i64,
    /// Work of the handler, microseconds.
    pub work: i64,
}

/// There was no place in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// After how many seconds to come back; at least. Somebody has to spread it.
    pub wait_seconds: u64,
}

tokio::task_local! {
    /// How many times the handler has stepped out and not come back.
    static OUTSIDE: Arc<AtomicU32>;
}

/// Waits outside of the gate's house: for something that has a line with bounds of its own. Meanwhile the place is somebody
/// else's. Where no handler waits, this does nothing.
pub async fn outside<F: Future>(wait: F) -> F::Output {
    struct Out(Option<Arc<AtomicU32>>);
    impl Drop for Out {
        fn drop(&mut self) {
            self.0.as_ref().map(|depth| depth.fetch_sub(1, Ordering::Relaxed));
        }
    }
    let out = Out(OUTSIDE.try_with(Arc::clone).ok());
    out.0.as_ref().map(|depth| depth.fetch_add(1, Ordering::Relaxed));
    wait.await
}

impl Gate {
    /// An open one.
    pub fn new(settings: KeeperSettings, clock: Clock, work_clock: WorkClock) -> Self {
        Self(Arc::new(Inner {
            keeper: Mutex::new(Keeper::new(settings)),
            clock,
            work_clock,
            bulk: Bulk::default(),
            refused_at: AtomicI64::new(i64::MIN),
        }))
    }

    /// Waits for a turn and does the work.
    ///
    /// # Errors
    /// [`Refused`] when there is no place in time; nothing of the work has been done then.
    pub async fn pass<F: Future>(&self, shop: ShopId, route: Route, work: F) -> Result<Passed<F::Output>, Refused> {
        let turn = self.knock(shop, route)?;
        // Whoever comes at the same moment is heard before the first of them begins, else nobody would ever be in line.
        tokio::task::yield_now().await;
        turn.pass(work).await
    }

    /// Stands in line without waiting for the turn: as soon as a request is read, so that everybody who has come is in line, and
    /// not in front of the door, where the last one is not told that there is no place for them.
    ///
    /// # Errors
    /// [`Refused`] when the line is as long as it may be.
    pub fn knock(&self, shop: ShopId, route: Route) -> Result<Turn, Refused> {
        let (caller, called) = oneshot::channel();
        let begun = self.now();
        let (line, patience) = self.stand_in_line(shop, route, caller)?;
        Ok(Turn { line, called, begun, patience })
    }

    /// A place at work that is held until it is dropped, as if by a handler that computes for long. For tests and drills.
    ///
    /// # Errors
    /// [`Refused`] when there is no place in time.
    pub async fn hold(&self, shop: ShopId, route: Route) -> Result<impl Send + use<>, Refused> {
        self.knock(shop, route)?.come().await
    }

    /// How it stands.
    pub fn figures(&self) -> GateFigures {
        self.keeper().figures()
    }

    pub(super) fn bulk(&self) -> &Bulk {
        &self.0.bulk
    }

    fn now(&self) -> Timestamp {
        (self.0.clock)()
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper<Caller>> {
        self.0.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stand_in_line(&self, shop: ShopId, route: Route, caller: Caller) -> Result<(InLine, Duration), Refused> {
        let now = self.now();
        let mut keeper = self.keeper();
        match keeper.arrive(now, shop, route, caller) {
            Arrival::Waits(ticket, patience, displaced) => {
                self.call(keeper, now);
                displaced.map(|displaced| displaced.send(None));
                Ok((InLine { gate: self.clone(), ticket }, patience))
            }
            Arrival::Full(_) => {
                self.0.refused_at.store(now.0, Ordering::Relaxed);
                Err(Refused { wait_seconds: keeper.wait_seconds(now) })
            }
        }
    }

    /// Tells everybody whose turn it is, once the lock is free: a place whose holder is gone comes back at once.
    fn call<'gate>(&'gate self, mut keeper: MutexGuard<'gate, Keeper<Caller>>, now: Timestamp) {
        let mut next = keeper.next(now);
        while let Some(Called { who, place }) = next {
            drop(keeper);
            let inside = place.map(|place| Inside { gate: self.clone(), place, work: 0, outside: 0, resting: None });
            drop(who.send(inside));
            keeper = self.keeper();
            next = keeper.next(now);
        }
    }

    /// While somebody is refused, the threads that work and those that read may have to share cores, and each always has
    /// something to do. The system would let each go on for a whole tick, 4 ms, however short the wait of the other's visitors
    /// could be; so each lets the others go first once its slice is over.
    pub fn give_way(&self) {
        let now = self.now();
        let is_pressed = now.micros_since(Timestamp(self.0.refused_at.load(Ordering::Relaxed))) < PRESSED.as_micros() as i64;
        // The clock may have been set back.
        if is_pressed && now.0.abs_diff(SLICE_BEGAN.get()) >= SLICE_MICROS {
            std::thread::yield_now();
            SLICE_BEGAN.set(self.now().0);
        }
    }

    fn refusal(&self) -> Refused {
        let now = self.now();
        Refused { wait_seconds: self.keeper().wait_seconds(now) }
    }
}

/// A turn that has been asked for: in line, or called already. Dropped, it is given up.
pub struct Turn {
    line: InLine,
    called: oneshot::Receiver<Option<Inside>>,
    begun: Timestamp,
    patience: Duration,
}

impl Turn {
    /// Waits until it has come and does the work.
    ///
    /// # Errors
    /// [`Refused`] when it does not come in time; nothing of the work has been done then.
    pub async fn pass<F: Future>(self, work: F) -> Result<Passed<F::Output>, Refused> {
        let (gate, begun) = (self.line.gate.clone(), self.begun);
        let inside = self.come().await?;
        let waited = gate.now().micros_since(begun);
        let (output, work) = inside.carry(work).await;
        Ok(Passed { output, waited, work })
    }

    async fn come(mut self) -> Result<Inside, Refused> {
        let place = match self.called.try_recv() {
            Ok(told) => told,
            Err(_) => match timeout(self.patience, &mut self.called).await {
                Ok(told) => told.ok().flatten(),
                // Called in the very moment in which patience ended.
                Err(_) if self.line.leaves() => None,
                Err(_) => self.called.try_recv().ok().flatten(),
            },
        };
        place.ok_or_else(|| self.line.gate.refusal())
    }
}

/// Somebody in line, until it is dropped.
struct InLine {
    gate: Gate,
    ticket: Ticket,
}

impl InLine {
    /// Whether they were still waiting.
    fn leaves(&self) -> bool {
        let now = self.gate.now();
        self.gate.keeper().leave(now, self.ticket).is_some()
    }
}

impl Drop for InLine {
    fn drop(&mut self) {
        self.leaves();
    }
}

/// Somebody inside, until it is dropped.
struct Inside {
    gate: Gate,
    place: Place,
    work: i64,
    outside: i64,
    resting: Option<(Rest, Timestamp)>,
}

impl Inside {
    /// Does the work; what came of it, and how long it worked, microseconds.
    async fn carry<F: Future>(mut self, work: F) -> (F::Output, i64) {
        self.gate.give_way();
        let depth = Arc::new(AtomicU32::new(0));
        let mut work = pin!(OUTSIDE.scope(Arc::clone(&depth), work));
        let output = poll_fn(|context| {
            self.goes_on();
            let begun = (self.gate.0.work_clock)();
            let polled = work.as_mut().poll(context);
            let worked = (self.gate.0.work_clock)().saturating_sub(begun);
            self.work += i64::try_from(worked.as_micros()).unwrap_or(i64::MAX);
            if polled.is_pending() {
                self.rests(if depth.load(Ordering::Relaxed) > 0 { Rest::Outside } else { Rest::InHouse });
            }
            match polled {
                Poll::Ready(output) => Poll::Ready(output),
                Poll::Pending => Poll::Pending,
            }
        })
        .await;
        (output, self.work)
    }

    fn rests(&mut self, rest: Rest) {
        let now = self.gate.now();
        self.resting = Some((rest, now));
        let mut keeper = self.gate.keeper();
        keeper.rest(now, self.place, rest);
        self.gate.call(keeper, now);
    }

    fn goes_on(&mut self) {
        let Some((rest, since)) = self.resting.take() else { return };
        let now = self.gate.now();
        if rest == Rest::Outside {
            self.outside += now.micros_since(since);
        }
        self.gate.keeper().resume(now, self.place, rest);
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.goes_on();
        let now = self.gate.now();
        let mut keeper = self.gate.keeper();
        keeper.finish(now, self.place, Used { work: self.work, outside: self.outside });
        self.gate.call(keeper, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::sync::Notify;

    const SHOP: ShopId = ShopId(1);
    const NEIGHBOR: ShopId = ShopId(2);

    fn gate() -> Gate {
        let clock: Clock = Arc::new(|| Timestamp::from_seconds(1_000));
        Gate::new(KeeperSettings::of(1, 0), clock, || Duration::ZERO)
    }

    /// Turns until everybody has done what they can.
    async fn settle() {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    }

    fn counts(gate: &Gate) -> (usize, usize, usize) {
        let figures = gate.figures();
        (figures.at_work, figures.in_house, figures.waiting.iter().sum())
    }

    #[tokio::test]
    async fn work_that_passes_leaves_nothing_behind() {
        let gate = gate();
        let passed = gate.pass(SHOP, Route::Page, async { 7 }).await.expect("nobody else is there");
        assert_eq!((passed.output, counts(&gate)), (7, (0, 0, 0)));
    }

    #[tokio::test]
    async fn whoever_hangs_up_in_line_or_inside_leaves_nothing_behind() {
        let gate = gate();
        let busy = || async { std::hint::black_box(()) };
        // At work all the time: it never rests, so nobody else goes in.
        let entered = gate.hold(SHOP, Route::Page).await.expect("nobody else is there");
        let waiting: Vec<_> = (0..5)
            .map(|_| {
                let gate = gate.clone();
                tokio::spawn(async move { gate.pass(SHOP, Route::Page, busy()).await.is_ok() })
            })
            .collect();
        settle().await;
        assert_eq!(counts(&gate), (1, 1, 5));
        for hangs_up in &waiting[..3] {
            hangs_up.abort();
        }
        settle().await;
        assert_eq!(counts(&gate), (1, 1, 2));
        drop(entered);
        settle().await;
        assert_eq!(counts(&gate), (0, 0, 0));
        let hanging = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass(SHOP, Route::Page, pending::<()>()).await.is_ok() }
        });
        settle().await;
        assert_eq!(counts(&gate), (0, 1, 0), "it rests in the house");
        hanging.abort();
        settle().await;
        assert_eq!(counts(&gate), (0, 0, 0));
    }

    #[tokio::test]
    async fn whoever_is_called_and_gone_already_gives_the_place_to_the_next() {
        let gate = gate();
        let entered = gate.hold(SHOP, Route::Page).await.expect("nobody else is there");
        let (caller, called) = oneshot::channel();
        let (line, _) = gate.stand_in_line(SHOP, Route::Page, caller).expect("there is room");
        let next = tokio::spawn({
            let gate = gate.clone();
            async move { gate.pass(SHOP, Route::Page, async {}).await.is_ok() }
        });
        settle().await;
        drop(called);
        drop(entered);
        assert!(next.await.expect("it does not panic"));
        drop(line);
        assert_eq!(counts(&gate), (0, 0, 0));
    }

    #[tokio::test]
    async fn patience_ends_and_the_refusal_says_when_to_come_back() {
        let gate = gate();
        let _entered = gate.hold(SHOP, Route::Page).await.expect("nobody else is there");
        let refused = gate.pass(NEIGHBOR, Route::Page, async {}).await.expect_err("nobody leaves");
        assert!((2..=30).contains(&refused.wait_seconds));
        assert_eq!(counts(&gate), (1, 1, 0));
    }

    #[tokio::test]
    async fn whoever_waits_outside_takes_no_place_in_the_house() {
        let gate = gate();
        let bank = Arc::new(Notify::new());
        let paying: Vec<_> = (0..50)
            .map(|_| {
                let (gate, bank) = (gate.clone(), Arc::clone(&bank));
                let pay = async move { outside(bank.notified()).await };
                tokio::spawn(async move { gate.pass(SHOP, Route::CheckoutSend, pay).await.is_ok() })
            })
            .collect();
        for _ in 0..20 {
            settle().await;
        }
        assert_eq!(counts(&gate), (0, 0, 0), "all fifty wait at the bank");
        assert!(gate.pass(NEIGHBOR, Route::Page, async {}).await.is_ok());
        bank.notify_waiters();
        for paid in paying {
            assert!(paid.await.expect("it does not panic"));
        }
        assert_eq!(counts(&gate), (0, 0, 0));
    }
}
