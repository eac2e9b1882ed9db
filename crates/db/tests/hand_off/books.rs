//! Books in memory: keep every request once, and fail now and then in the ways that the writer has answers for.

use crate::locks::{Mutex, MutexGuard};
use crate::random::Random;
use commerce::checkout::{Command, Outcome};
use commerce::{ReservationId, Timestamp, VariantId};
use db::Error;
use db::order_writer::{Books, Decided, Decision, Request};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

/// The books; clones share them. Looking into them is a step that others can come between.
#[derive(Clone)]
pub struct Ledger(Arc<Mutex<Page>>);

/// What is written in them.
pub struct Page {
    random: Random,
    /// Units of work that a batch may hold.
    batch_max: usize,
    /// How often something goes wrong, of a hundred times.
    trouble_percent: usize,
    /// What was kept.
    pub kept: BTreeSet<i64>,
    /// What was in a commit that was not answered.
    pub in_doubt: BTreeSet<i64>,
    put_off: BTreeSet<i64>,
    /// Batches that were asked about.
    pub asked: u64,
    /// Decisions of batches whose commit was answered, those put off not counted.
    pub decided: u64,
}

/// A batch before its commit.
pub struct Open {
    asked: Vec<i64>,
    news: Vec<i64>,
    decided: u64,
}

impl Ledger {
    pub fn new(random: Random, batch_max: usize, trouble_percent: usize) -> Self {
        let (kept, in_doubt, put_off) = <(BTreeSet<i64>, BTreeSet<i64>, BTreeSet<i64>)>::default();
        let page = Page { random, batch_max, trouble_percent, kept, in_doubt, put_off, asked: 0, decided: 0 };
        Self(Arc::new(Mutex::new(page)))
    }

    pub fn page(&self) -> MutexGuard<'_, Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number that a request carries as its reservation, or as its first variant.
pub fn number_of(request: &Request) -> i64 {
    match &request.command {
        Command::Release { reservation: ReservationId(number) } => *number,
        Command::Reserve(cart) => {
            let VariantId(number) = cart.lines[0].variant;
            number
        }
        other => unreachable!("nobody asks for {other:?}"),
    }
}

/// What the books say to a request: an outcome that no other request has.
pub fn outcome_for(number: i64) -> Outcome {
    Outcome::Extended { expires_at: Timestamp(number) }
}

impl Page {
    fn has_trouble(&mut self, share: usize) -> bool {
        self.random.chance(self.trouble_percent * share / 4)
    }

    fn decision(&mut self, number: i64) -> Decision {
        if !self.kept.contains(&number) && self.has_trouble(4) && self.put_off.insert(number) {
            return Decision::PutOff;
        }
        Decision::Told(outcome_for(number))
    }
}

impl Books for Ledger {
    type Open = Open;

    async fn decide(&self, requests: &[&Request], _: Timestamp) -> db::Result<Decided<Open>> {
        let mut page = self.page();
        page.asked += 1;
        let weight: usize = requests.iter().map(|request| weight_of(request)).sum();
        let batch_max = page.batch_max;
        assert!(weight <= batch_max || requests.len() == 1, "{weight} units in a batch of {batch_max}");
        if page.has_trouble(4) {
            return Err(Error::Conflict("another node".into()));
        }
        if page.has_trouble(1) {
            return Err(Error::Failed("a row that cannot be written".into()));
        }
        if page.has_trouble(1) {
            return Err(Error::DiskFull("no room".into()));
        }
        let numbers: Vec<i64> = requests.iter().map(|request| number_of(request)).collect();
        let decisions: Vec<Decision> = numbers.iter().map(|number| page.decision(*number)).collect();
        let is_told = |index: &usize| decisions[*index] != Decision::PutOff;
        let told: Vec<i64> = (0..numbers.len()).filter(is_told).map(|index| numbers[index]).collect();
        let decided = told.len() as u64;
        let news = told.into_iter().filter(|number| !page.kept.contains(number)).collect();
        Ok(Decided { open: Open { asked: numbers, news, decided }, decisions, states: vec![] })
    }

    async fn commit(&self, open: Open) -> db::Result<()> {
        let mut page = self.page();
        if page.has_trouble(2) {
            return Err(Error::Conflict("another node".into()));
        }
        let is_unknown = page.has_trouble(2);
        if !is_unknown || page.random.chance(50) {
            for number in &open.news {
                assert!(page.kept.insert(*number), "{number} was kept twice");
            }
        }
        if is_unknown {
            page.in_doubt.extend(&open.asked);
            return Err(Error::CommitUnknown("the line went dead".into()));
        }
        page.decided += open.decided;
        Ok(())
    }

    async fn end_in_doubt(&self) {
        // What was kept was kept before the commit failed to answer.
        drop(self.page());
    }
}

fn weight_of(request: &Request) -> usize {
    match &request.command {
        Command::Reserve(cart) => cart.lines.len(),
        _ => 1,
    }
}
