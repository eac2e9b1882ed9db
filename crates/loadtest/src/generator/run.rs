//! A run: the steps of a plan one after the other, judged as they end.
//!
//! All that workers are told is who comes in which second, some seconds ahead. Whatever a plan is, is decided here.

use super::crew::{Crew, CrewError, UNREAD_MAX};
use super::{Assignment, Coming, Joined, Order, ServerMeter, Spread, Tally};
use crate::audit::Entry;
use crate::capacity;
use crate::mix::Mix;
use crate::plan::{self, Plan};
use crate::report::data::{
    Connections, Counts, Failure, Generator, Kind, Machine, Objectives, OfKind, Progress, Run, SCHEMA, Second, ServerUse, Step,
    Verdict,
};
use crate::shopper::Shop;
use crate::verdict::{Judgment, judge, knee, outcome};
use crate::way::Way;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How far ahead workers are told who comes, seconds: enough for a message to be late, and little is lost between two steps.
const AHEAD_S: u32 = 2;
/// The same where that is known beforehand. A worker that is told more than it can keep unread counts as lost.
const AHEAD_SETTLED_S: u32 = 30;
const _: () = assert!((AHEAD_SETTLED_S as usize) < UNREAD_MAX);

/// Everything that decides a run.
#[derive(Clone, Debug)]
pub struct LoadTest {
    /// The address that is tested, as it was given.
    pub target: String,
    /// How the shop is reached.
    pub way: Way,
    /// What comes when.
    pub plan: Plan,
    /// Who comes.
    pub mix: Mix,
    /// Where they go.
    pub shop: Shop,
    /// What has to be reached.
    pub objectives: Objectives,
    /// Who has a connection.
    pub connections: Connections,
    /// Connections at once of one worker.
    pub connections_max: usize,
    /// How many workers.
    pub workers: u32,
    /// The program and its argument that make a worker process; without it workers are threads.
    pub program: Option<(PathBuf, &'static str)>,
    /// Addresses to connect from; none leaves it to the system.
    pub sources: Vec<Ipv4Addr>,
    /// What chance comes from.
    pub seed: u64,
    /// The server's process, when it can be watched.
    pub server_process: Option<u32>,
    /// When the run begins, milliseconds since 1970 UTC.
    pub began_ms: i64,
    /// The same as RFC 3339.
    pub began: String,
    /// The machines that the workers are on.
    pub machines: Vec<Machine>,
}

/// Whoever follows a run.
pub trait Watch {
    /// A second is over.
    fn second(&mut self, progress: &Progress);

    /// A buyer was told something.
    ///
    /// # Errors
    /// When it cannot be kept; the run ends then, for nothing could be proven with a part of the receipts.
    fn told(&mut self, entry: &Entry) -> io::Result<()>;
}

/// Why a run could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A worker is lost.
    #[error(transparent)]
    Crew(#[from] CrewError),
    /// What buyers were told cannot be kept.
    #[error("what buyers were told cannot be kept: {0}")]
    Told(io::Error),
}

/// Runs the plan until it is through, a step has missed, or `stop` is set; then what there is is returned.
///
/// # Errors
/// When a worker is lost, or receipts cannot be kept.
pub fn run(test: &LoadTest, clock: fn() -> Instant, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Run, RunError> {
    let assignments: Vec<Assignment> = (0..test.workers).map(|worker| test.assignment(worker)).collect();
    let crew = match &test.program {
        Some((program, argument)) => Crew::of_processes(&assignments, program, argument)?,
        None => Crew::of_threads(assignments, clock),
    };
    lead(test, crew, watch, stop)
}

/// As [`run`], with the workers that have joined: as many as the test has.
///
/// # Errors
/// When a worker is lost, or receipts cannot be kept.
pub fn run_joined(test: &LoadTest, joined: Vec<Joined>, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Run, RunError> {
    assert_eq!(joined.len(), test.workers as usize, "as many have joined as the test has workers");
    let assigned = (0..).zip(joined).map(|(worker, joined)| {
        let connections_max = joined.said.connections_max;
        (Assignment { connections_max, ..test.assignment(worker) }, joined)
    });
    lead(test, Crew::of_joined(assigned)?, watch, stop)
}

fn lead(test: &LoadTest, crew: Crew, watch: &mut dyn Watch, stop: &AtomicBool) -> Result<Run, RunError> {
    let mut running = Running::new(test, crew);
    running.order_until(AHEAD_S)?;
    while let Some(tally) = running.crew.second()? {
        running.crew.all_at_work()?;
        running.note(tally, watch)?;
        if stop.load(Ordering::Relaxed) {
            running.interrupted = Some("it was ended by hand".to_owned());
            break;
        }
        if !running.go_on()? {
            break;
        }
    }
    running.end(watch)
}

/// A step that is under way, and what was counted of it.
struct UnderWay {
    step: plan::Step,
    /// Its first second.
    begins: u32,
    tally: Tally,
    reached: u64,
    sockets: u64,
    server: Vec<ServerUse>,
}

struct Running<'a> {
    test: &'a LoadTest,
    crew: Crew,
    /// Steps to come.
    planned: std::vec::IntoIter<plan::Step>,
    under_way: Option<UnderWay>,
    /// The next second that nobody has been told of.
    ordered: u32,
    done: Vec<Step>,
    series: Vec<Second>,
    totals: Tally,
    meter: Option<ServerMeter>,
    interrupted: Option<String>,
    steps: usize,
    total_s: f64,
}

impl LoadTest {
    fn assignment(&self, worker: u32) -> Assignment {
        Assignment {
            worker,
            workers: self.workers,
            way: self.way.clone(),
            sources: self.sources.clone(),
            connections: self.connections,
            connections_max: self.connections_max,
            mix: self.mix.clone(),
            shop: self.shop.clone(),
            seed: self.seed,
            began_ms: self.began_ms,
        }
    }
}

impl UnderWay {
    fn new(step: plan::Step, begins: u32) -> Self {
        Self { step, begins, tally: Tally::default(), reached: 0, sockets: 0, server: Vec::new() }
    }

    /// The second after its last.
    fn ends(&self) -> u32 {
        self.begins + self.step.seconds().ceil() as u32
    }

    /// Until which second it is told before `next`. Where the plan says beforehand who comes when, nothing is decided underway,
    /// and half a minute of it is told: workers that are kept waiting then let nobody come twice.
    fn told_until(&self, next: u32) -> u32 {
        (next + AHEAD_S).max(if self.is_settled() { self.ends().min(next + AHEAD_SETTLED_S) } else { 0 })
    }

    /// Whether it is known beforehand who comes when, whoever is there.
    fn is_settled(&self) -> bool {
        self.step.course.shoppers(0.0).is_none()
    }

    /// Whether what happened in this second is counted.
    fn is_counted(&self, second: u32) -> bool {
        let counted_from = self.begins + (self.step.ramp_s + self.step.ignored_s).ceil() as u32;
        // Nobody is held in a sale or a drop: there the coming itself is what is measured.
        let counted_from = if self.is_settled() { self.begins } else { counted_from };
        (counted_from..self.ends()).contains(&second)
    }

    /// Who comes in this second.
    fn coming(&self, second: u32, visit_mean_s: f64) -> Coming {
        let at_s = f64::from(second - self.begins);
        let course = &self.step.course;
        let (before, after) = (course.come(at_s, visit_mean_s), course.come(at_s + 1.0, visit_mean_s));
        let shoppers = |at_s| course.shoppers(at_s).unwrap_or(0.0);
        Coming {
            second,
            arriving: after.arriving - before.arriving,
            midway: after.midway - before.midway,
            leaving: (shoppers(at_s) - shoppers(at_s + 1.0)).max(0.0),
        }
    }
}

impl<'a> Running<'a> {
    fn new(test: &'a LoadTest, crew: Crew) -> Self {
        let steps = test.plan.steps();
        let (count, total_s) = (steps.len(), test.plan.seconds());
        let mut planned = steps.into_iter();
        Self {
            test,
            crew,
            under_way: planned.next().map(|step| UnderWay::new(step, 0)),
            planned,
            ordered: 0,
            done: Vec::new(),
            series: Vec::new(),
            totals: Tally::default(),
            meter: test.server_process.and_then(ServerMeter::begin),
            interrupted: None,
            steps: count,
            total_s,
        }
    }

    /// Tells the crew who comes in the seconds before this one.
    fn order_until(&mut self, second: u32) -> Result<(), CrewError> {
        let visit_mean_s = self.test.mix.visit_mean_s();
        while self.ordered < second {
            if let Some(under_way) = &self.under_way {
                // After its end as many come as keep the number, until the next step begins.
                self.crew.order(Order::Come(under_way.coming(self.ordered, visit_mean_s)))?;
            }
            self.ordered += 1;
        }
        Ok(())
    }

    /// Takes note of a second.
    fn note(&mut self, tally: Tally, watch: &mut dyn Watch) -> Result<(), RunError> {
        for entry in &tally.entries {
            watch.told(entry).map_err(RunError::Told)?;
        }
        let server = self.meter.as_mut().and_then(|meter| meter.since_last(tally.counts.seconds.max(1.0)));
        let latest = second_of(&tally, server);
        self.series.push(latest);
        self.totals.after(&tally);
        if let Some(under_way) = &mut self.under_way {
            under_way.reached = under_way.reached.max(tally.shoppers);
            under_way.sockets = under_way.sockets.max(tally.sockets);
            if under_way.is_counted(tally.second) {
                under_way.tally.after(&tally);
                under_way.server.extend(server);
            }
            let at_s = f64::from((tally.second + 1).saturating_sub(under_way.begins));
            let aimed = under_way.step.course.shoppers(at_s).unwrap_or(under_way.step.shoppers as f64);
            watch.second(&Progress {
                step: self.done.len(),
                steps: self.steps,
                shoppers_aimed: aimed.round() as u64,
                elapsed_s: f64::from(tally.second + 1),
                total_s: self.total_s,
                latest,
                totals: self.totals.counts,
            });
        }
        Ok(())
    }

    /// Orders the next second, and judges the step if it is over; false when nothing is left to do.
    fn go_on(&mut self) -> Result<bool, CrewError> {
        let next = self.series.len() as u32;
        let is_over = self.under_way.as_ref().is_none_or(|under_way| next >= under_way.ends());
        if is_over && !self.next_step() {
            return Ok(false);
        }
        self.order_until(self.under_way.as_ref().map_or(next + AHEAD_S, |under_way| under_way.told_until(next)))?;
        Ok(true)
    }

    /// Judges the step that is over and begins the next one, if there is one.
    fn next_step(&mut self) -> bool {
        let Some(under_way) = self.under_way.take() else { return false };
        let step = self.judged(&under_way);
        let (verdict, is_search) = (step.verdict, step.is_search);
        self.done.push(step);
        let next = match verdict {
            Verdict::Passed if !is_search => self.planned.next(),
            Verdict::Missed if !is_search => self.search_step(),
            _ => None,
        };
        self.under_way = next.map(|step| UnderWay::new(step, self.ordered));
        self.under_way.is_some()
    }

    /// The step between the last one that passed and the one that missed.
    fn search_step(&mut self) -> Option<plan::Step> {
        let [.., passed, missed] = &self.done[..] else { return None };
        let between = knee(passed.shoppers, missed.shoppers)?;
        let step = self.test.plan.search_step(missed.shoppers, between)?;
        self.steps = self.done.len() + 1;
        self.total_s = f64::from(self.ordered) + step.seconds();
        Some(step)
    }

    /// Lets nobody come any more, waits for what is under way, and says what all came to.
    fn end(mut self, watch: &mut dyn Watch) -> Result<Run, RunError> {
        self.crew.order(Order::End)?;
        if let Some(under_way) = self.under_way.take() {
            let step = self.judged(&under_way);
            self.done.push(Step { verdict: Verdict::Unfinished, reasons: Vec::new(), ..step });
        }
        while let Some(tally) = self.crew.second()? {
            self.note(tally, watch)?;
        }
        let mut failures = std::mem::take(&mut self.totals.failures);
        failures.sort_by_key(|failure: &Failure| std::cmp::Reverse(failure.count));
        let test = self.test;
        Ok(Run {
            schema: SCHEMA,
            target: test.target.clone(),
            began: test.began.clone(),
            seconds: self.series.len() as f64,
            seed: test.seed,
            plan: test.plan.name.clone(),
            mix: test.mix.name.clone(),
            acceleration: test.mix.acceleration,
            connections: test.connections,
            workers: test.workers,
            machines: test.machines.clone(),
            objectives: test.objectives,
            outcome: outcome(&self.done, None, self.interrupted.as_deref()),
            capacity: capacity::of(&self.done),
            steps: self.done,
            series: self.series,
            audit: None,
            failures,
            interrupted: self.interrupted,
        })
    }

    fn judged(&self, under_way: &UnderWay) -> Step {
        let UnderWay { step, begins, tally, .. } = under_way;
        let (response, service) = tally.pages();
        let held = step.course.shoppers(step.seconds()).map(|_| step.shoppers);
        // A sale and a drop are planned in visits; how many are there at once follows from how long they last.
        let at_once = || step.shoppers_max(self.test.mix.visit_mean_s()).round() as u64;
        let mut judged = Step {
            shoppers: held.unwrap_or_else(at_once),
            is_search: step.is_search,
            began_at_s: f64::from(*begins),
            ramp_s: step.ramp_s,
            hold_s: step.hold_s,
            ignored_s: step.ignored_s,
            shoppers_reached: under_way.reached,
            sockets: under_way.sockets,
            counts: tally.counts,
            response: response.latency(),
            service: service.latency(),
            kinds: kinds_of(tally),
            generator: Generator {
                lag_p99_ms: tally.lag.within_ms(0.99),
                busiest: tally.busiest_s / tally.counts.seconds.max(1.0),
                cores: tally.processor_s / tally.counts.seconds.max(1.0),
                dropped: tally.dropped,
                memory: tally.memory,
            },
            server: server_of(&under_way.server),
            verdict: Verdict::Passed,
            reasons: Vec::new(),
        };
        let Judgment { verdict, reasons } = judge(&judged, &self.test.objectives, held);
        (judged.verdict, judged.reasons) = (verdict, reasons);
        judged
    }
}

fn kinds_of(tally: &Tally) -> Vec<OfKind> {
    let kinds = Kind::ALL.into_iter().zip(&tally.kinds).filter_map(|(kind, of)| Some((kind, of.as_ref()?)));
    kinds
        .map(|(kind, of)| OfKind {
            kind,
            requests: of.requests,
            errors: of.errors,
            response: of.response.latency(),
            service: of.service.latency(),
        })
        .collect()
}

fn second_of(tally: &Tally, server: Option<ServerUse>) -> Second {
    let (response, _): (Spread, Spread) = tally.pages();
    let Counts { requests, errors, refused, visits, orders, .. } = tally.counts;
    Second {
        at_s: f64::from(tally.second),
        shoppers: tally.shoppers,
        sockets: tally.sockets,
        requests,
        errors,
        refused,
        visits,
        orders,
        p50_ms: response.within_ms(0.5),
        p95_ms: response.within_ms(0.95),
        p99_ms: response.within_ms(0.99),
        generator_cores: tally.processor_s,
        server,
    }
}

/// The mean of what the server used, and its most memory.
fn server_of(seconds: &[ServerUse]) -> Option<ServerUse> {
    if seconds.is_empty() {
        return None;
    }
    let cores = seconds.iter().map(|used| used.cores).sum::<f64>() / seconds.len() as f64;
    Some(ServerUse { cores, memory: seconds.iter().map(|used| used.memory).max().unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;

    #[test]
    fn a_landing_is_told_half_a_minute_ahead_and_a_crowd_that_is_held_second_by_second() {
        let first = |plan: &str| UnderWay::new(Plan::find(plan).expect("it is shipped").steps().remove(0), 0);
        assert_eq!([0, 120, 300].map(|next| first("drop").told_until(next)), [30, 135, 302]);
        assert_eq!((first("steps").told_until(0), first("steps").told_until(5)), (2, 7));
    }
}
