//! The world of one seed: nodes that run the real order writer, their clocks, crashes and restarts, and who wants something of
//! them. One thread, one source of chance, no clock of its own: equal seeds live equal lives.

use crate::auditor::{Auditor, Finding};
use crate::books::{SharedDisk, SimulatedBooks};
use crate::buyers::Page;
use crate::disk::Disk;
use crate::juniper::{Juniper, SHOP, START};
use crate::provider::Provider;
use crate::random::Random;
use crate::trace::Trace;
use commerce::Timestamp;
use commerce::checkout::{Command, Outcome};
use commerce::planted::{Bug, planted};
use commerce::reservation::ReservationStatus;
use db::order_writer::{Decision, OrderWriter, Request, WriterError, WriterOptions};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::task::{Context, Waker};

pub type Answer = Result<Option<Outcome>, WriterError>;

const STEPS: usize = 700;
const NODES_MAX: usize = 3;

/// One process.
pub struct Node {
    writer: OrderWriter,
    work: Pin<Box<dyn Future<Output = ()>>>,
    dead: Arc<AtomicBool>,
    /// Its clock is ahead of the others by this much, microseconds.
    skew: Arc<AtomicI64>,
}

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    Page(usize),
    Provider,
    Desk,
}

/// Something handed in and not answered.
struct Errand {
    node: usize,
    from: From,
    request: Request,
    answer: Pin<Box<dyn Future<Output = Answer>>>,
}

pub struct World {
    pub shop: Juniper,
    pub random: Random,
    pub disk: SharedDisk,
    pub trace: Trace,
    pub auditor: Auditor,
    pub pages: Vec<Page>,
    pub provider: Provider,
    /// Forms of the desk that were sent, to be sent again.
    pub forms: Vec<(String, Command)>,
    /// Everything that was kept, in its order: what a replay plays.
    pub kept: Vec<(Timestamp, Request, Decision)>,
    /// A slow day: few pages, whose owners take their time.
    pub calm: bool,
    nodes: Vec<Node>,
    errands: Vec<Errand>,
    /// Refused at once, without waiting.
    answered: Vec<(From, Request, Answer)>,
    clock: Arc<AtomicI64>,
}

/// Lives one seed through; what the auditor has to say against it, if anything.
pub fn live(seed: u64, trace: Trace) -> Result<World, Finding> {
    let mut random = Random::new(seed);
    let shop = Juniper::new(&mut random);
    let single = random.chance(30);
    World::new(random, shop, single, trace).live()
}

/// As [`live`], on one node.
pub fn live_alone(seed: u64, trace: Trace) -> Result<World, Finding> {
    let mut random = Random::new(seed);
    let shop = Juniper::new(&mut random);
    World::new(random, shop, true, trace).live()
}

impl World {
    fn live(self) -> Result<Self, Finding> {
        let mut world = self;
        world.open_the_shop()?;
        for _ in 0..STEPS {
            world.step()?;
        }
        world.come_to_rest()?;
        Ok(world)
    }

    fn new(mut random: Random, shop: Juniper, single: bool, trace: Trace) -> Self {
        trace.say(format_args!("{shop:?}"));
        let disk = SharedDisk::new(Disk::new(&shop, random.split(), trace.clone(), single));
        let auditor = Auditor::new(&shop);
        let clock = Arc::new(AtomicI64::new(START.0));
        let mut world = Self {
            shop,
            random,
            disk,
            trace,
            auditor,
            pages: Vec::new(),
            provider: Provider::default(),
            forms: Vec::new(),
            kept: Vec::new(),
            calm: false,
            nodes: Vec::new(),
            errands: Vec::new(),
            answered: Vec::new(),
            clock,
        };
        world.calm = world.random.chance(15);
        let nodes = if single { 1 } else { 1 + world.random.below(NODES_MAX) };
        for node in 0..nodes {
            let started = world.start(node);
            world.nodes.push(started);
        }
        world
    }

    fn start(&mut self, node: usize) -> Node {
        let (dead, skew) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
        let books = SimulatedBooks { disk: self.disk.clone(), node, dead: Arc::clone(&dead) };
        let (clock, ahead) = (Arc::clone(&self.clock), Arc::clone(&skew));
        let now = move || Timestamp(clock.load(Ordering::SeqCst) + ahead.load(Ordering::SeqCst));
        let options = WriterOptions {
            queue_max: *self.random.pick(&[4, 64]),
            batch_max: *self.random.pick(&[1, 4, 16]),
            attempts_max: 3,
            ..WriterOptions::default()
        };
        let (writer, work) = OrderWriter::over(books, Arc::new(now), options);
        Node { writer, work: Box::pin(work.run()), dead, skew }
    }

    /// The first count of every article, before anyone comes.
    fn open_the_shop(&mut self) -> Result<(), Finding> {
        for article in self.shop.articles.clone().iter().filter(|article| article.on_hand > 0) {
            let change = commerce::checkout::StockChange::Set { on_hand: article.on_hand };
            let (variant, reason) = (article.variant, "first count".to_owned());
            self.hand_in(
                From::Desk,
                Command::AdjustStock { variant, change, reason, actor: "ines@juniper.example".into() },
                None,
            );
            self.run_until_answered()?;
        }
        self.disk.open().faults = *self.random.pick(&[0, 6, 12, 25]);
        Ok(())
    }

    fn step(&mut self) -> Result<(), Finding> {
        self.end_late_commits();
        match self.random.below(100) {
            0..56 => {
                let node = self.random.below(self.nodes.len());
                self.poll(node)?;
            }
            56..70 => self.buyers_act(),
            70..81 => self.provider_acts(),
            81..86 => self.desk_acts(),
            86..93 => self.time_passes(),
            93 => self.clock_jumps(),
            94 => {
                let node = self.random.below(self.nodes.len());
                self.crash(node)?;
            }
            95..98 => self.reconcile(),
            _ => self.hand_in(From::Desk, Command::ExpireDue, None),
        }
        Ok(())
    }

    /// Gives a command to some node.
    pub fn hand_in(&mut self, from: From, command: Command, submission: Option<String>) {
        let node = self.random.below(self.nodes.len());
        let request = Request { shop: SHOP, command, submission };
        self.trace.say(format_args!("{from:?} asks node {node}: {request:?}"));
        self.auditor.asked(&request);
        let (writer, Request { shop, command, submission }) = (self.nodes[node].writer.clone(), request.clone());
        let answer = Box::pin(async move {
            match submission {
                Some(form) => writer.submit_once(shop, command, form).await,
                None => writer.submit(shop, command).await.map(Some),
            }
        });
        self.errands.push(Errand { node, from, request, answer });
        let at_once = self.poll_errands_of(usize::MAX);
        self.answered.extend(at_once);
    }

    /// Lets a node work until it waits, then hears what it has answered.
    fn poll(&mut self, node: usize) -> Result<(), Finding> {
        let _ = self.nodes[node].work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        self.audit()?;
        let mut answered = std::mem::take(&mut self.answered);
        answered.extend(self.poll_errands_of(node));
        for (from, request, answer) in answered {
            self.trace.say(format_args!("node {node} answers {from:?}: {answer:?}"));
            self.auditor.answered(&request, &answer)?;
            self.hear(from, &request.command, answer);
        }
        if self.nodes[node].dead.load(Ordering::SeqCst) {
            self.crash(node)?;
        }
        Ok(())
    }

    /// Those that have been answered; a new errand has to be polled once to be in its node's queue.
    fn poll_errands_of(&mut self, node: usize) -> Vec<(From, Request, Answer)> {
        let mut answered = Vec::new();
        let mut waiting = Vec::with_capacity(self.errands.len());
        let newest = self.errands.len().saturating_sub(1);
        for (index, mut errand) in std::mem::take(&mut self.errands).into_iter().enumerate() {
            let is_due = errand.node == node || (node == usize::MAX && index == newest);
            let polled = if is_due {
                errand.answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
            } else {
                std::task::Poll::Pending
            };
            match polled {
                std::task::Poll::Ready(answer) => answered.push((errand.from, errand.request, answer)),
                std::task::Poll::Pending => waiting.push(errand),
            }
        }
        self.errands = waiting;
        answered
    }

    fn audit(&mut self) -> Result<(), Finding> {
        let mut disk = self.disk.open();
        if let Some(broken) = disk.broken.take() {
            return Err(Finding { invariant: "N1", says: broken });
        }
        let committed = std::mem::take(&mut disk.committed);
        for draft in &committed {
            self.auditor.committed(draft)?;
            self.kept.extend(draft.told.iter().map(|(request, decision)| (draft.now, request.clone(), decision.clone())));
        }
        if committed.is_empty() { Ok(()) } else { self.auditor.compare(&disk.rows) }
    }

    /// A process ends without a word and is started again.
    fn crash(&mut self, node: usize) -> Result<(), Finding> {
        self.trace.say(format_args!("node {node} crashes"));
        let fresh = self.start(node);
        drop(std::mem::replace(&mut self.nodes[node], fresh));
        let (gone, waiting) = std::mem::take(&mut self.errands).into_iter().partition(|errand: &Errand| errand.node == node);
        self.errands = waiting;
        let lost: Vec<Errand> = gone;
        self.audit()?;
        for errand in lost {
            self.auditor.answered(&errand.request, &Err(WriterError::Stopped))?;
        }
        let mut disk = self.disk.open();
        if planted(Bug::LastCommitLost)
            && let Some(stale) = disk.stale.take()
        {
            disk.rows = stale;
        }
        self.auditor.compare(&disk.rows)
    }

    fn end_late_commits(&mut self) {
        let mut disk = self.disk.open();
        let mut due = Vec::new();
        for late in std::mem::take(&mut disk.late) {
            if late.0 == 0 { due.push(late) } else { disk.late.push((late.0 - 1, late.1, late.2)) }
        }
        for (_, transaction, draft) in due {
            let kept = disk.keep(draft).is_ok();
            disk.trace.say(format_args!("a commit that nobody waits for any more ends; kept: {kept}"));
            disk.unlock_all(transaction);
        }
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.load(Ordering::SeqCst))
    }

    fn time_passes(&mut self) {
        let now = self.now();
        let edges: Vec<Timestamp> = {
            let disk = self.disk.open();
            let holds = disk.rows.shop.reservations.values().filter(|row| row.status == ReservationStatus::Active);
            let sale = &self.shop.sale;
            holds.map(|row| row.expires_at).chain([sale.opens_at, sale.closes_at]).filter(|edge| *edge > now).collect()
        };
        let next = match self.random.below(10) {
            _ if self.calm => now.plus_seconds(self.random.between(30, 240)),
            0..6 => now.plus_seconds(self.random.between(1, 40)),
            6..8 => now.plus_seconds(self.random.between(60, 400)),
            // Mistakes live at the edges.
            _ if !edges.is_empty() => *self.random.pick(&edges),
            _ => now.plus_minutes(5),
        };
        self.clock.store(next.0, Ordering::SeqCst);
        self.trace.say(format_args!("it is {} s after the start", next.micros_since(START) / 1_000_000));
    }

    fn clock_jumps(&mut self) {
        let node = self.random.below(self.nodes.len());
        let seconds = *self.random.pick(&[0, 0, -45, 45, -600, 120]);
        self.nodes[node].skew.store(seconds * 1_000_000, Ordering::SeqCst);
        self.trace.say(format_args!("the clock of node {node} is {seconds} s off"));
    }

    fn run_until_answered(&mut self) -> Result<(), Finding> {
        for _ in 0..2_000 {
            if self.errands.is_empty() && self.answered.is_empty() {
                return Ok(());
            }
            self.end_late_commits();
            for node in 0..self.nodes.len() {
                self.poll(node)?;
            }
        }
        let waiting: Vec<String> = self.errands.iter().map(|errand| format!("{:?}", errand.request.command)).collect();
        Err(Finding { invariant: "N2", says: format!("nobody is answered any more: {waiting:?}") })
    }

    /// Faults end, all news arrives, everyone who owes an answer gives it, time passes: then the books are looked at once more.
    fn come_to_rest(&mut self) -> Result<(), Finding> {
        self.trace.say(format_args!("everything comes to rest"));
        self.disk.open().faults = 0;
        for node in &self.nodes {
            node.skew.store(0, Ordering::SeqCst);
        }
        self.run_until_answered()?;
        for _ in 0..8 {
            self.provider.decide_everything(&mut self.random);
            self.deliver_all_news();
            self.run_until_answered()?;
            self.reconcile_all();
            self.run_until_answered()?;
        }
        self.clock.fetch_add(120 * 60_000_000, Ordering::SeqCst);
        self.hand_in(From::Desk, Command::ExpireDue, None);
        self.run_until_answered()?;
        self.auditor.at_rest(&self.disk.open().rows, &self.provider, self.now())
    }
}
