//! The generator: one thread that drives all its shoppers.
//!
//! Visits begin at the instants of the plan, whatever became of earlier ones; pages within a visit wait for each other. A shopper
//! that looks at a page is a record and an alarm. Who asks borrows a connection from a pool, or has one of their own (sticky).
//! Latency is counted from the instant at which a page was wanted, and beside it from the send: a generator that is late, or a
//! pool without a free connection, cannot hide behind whoever did not ask.

mod arriving;
mod assignment;
mod crew;
mod joining;
mod lines;
mod measure;
mod reading;
mod run;
mod server;
mod tally;

pub use assignment::{Assignment, Chief, Coming, Order};
pub use crew::{CrewError, WorkerName, serve_worker};
pub use joining::{Gathering, Introduction, JoinError, Joined, SECRET_LETTERS_MIN, Secret, gather, join};
pub use reading::{Unreadable, learn, left, pages};
pub use run::{LoadTest, RunError, Watch, run, run_joined};
pub use server::{ServerMeter, listening_process};
pub use tally::{KindTally, Spread, Tally};

use crate::connection::Broken;
use crate::report::data::{Connections, Kind};
use crate::response::Response;
use crate::shopper::{Doing, Market, Moment, Opening, Opinion, Shopper};
use crate::tls::Tls;
use crate::wheel::Wheel;
use lines::{LineNumber, Lines};
use measure::Processor;
use mio::{Events, Poll};
use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

/// How long an answer, or a free connection, is waited for, seconds.
const PATIENCE_S: u64 = 30;
/// How long answers are waited for at the end, seconds: whoever is paying should see their receipt.
const FAREWELL_S: u64 = 10;
/// How much is read at once, bytes: more than any page of a shop.
const ROOM_BYTES: usize = 256 << 10;
/// How long orders may lie unread, milliseconds.
const ORDERS_MS: u64 = 50;
/// No shopper holds a line.
const NO_LINE: LineNumber = LineNumber::MAX;

/// A shopper in the generator.
#[derive(Debug)]
struct Visit {
    shopper: Shopper,
    /// When the page was wanted that is under way, microseconds of the run.
    intended_us: u64,
    /// When its request was sent.
    sent_us: u64,
    line: LineNumber,
    state: State,
    is_sent_again: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Until the alarm rings.
    Looking,
    /// Until a connection is free.
    Queuing,
    /// Until the answer is there.
    Waiting,
}

/// Does what the assignment says until the chief ends it. The run begins when this is called.
///
/// # Errors
/// When the system has no readiness queue, or the host is no name that a certificate can have.
pub fn work(assignment: &Assignment, clock: fn() -> Instant, chief: &mut dyn Chief) -> io::Result<()> {
    let mut generator = Generator::new(assignment, clock)?;
    let mut events = Events::with_capacity(1_024);
    loop {
        let now_us = generator.now_us();
        while let Some(order) = chief.order() {
            generator.take(order, now_us);
        }
        generator.let_come(now_us);
        generator.ring(now_us);
        if generator.is_second_over(now_us) && !chief.tell(generator.close_second(now_us)) {
            return Ok(());
        }
        if generator.is_over(now_us) {
            chief.tell(generator.close_second(now_us));
            return Ok(());
        }
        let rests_us = generator.now_us();
        let polled = generator.poll.poll(&mut events, Some(generator.rest(rests_us)));
        generator.rested_us += generator.now_us() - rests_us;
        match polled {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            polled => polled?,
        }
        for event in &events {
            let number = event.token().0 as LineNumber;
            generator.happened(number, event.is_writable(), event.is_readable() || event.is_error());
        }
        generator.serve_queue(generator.now_us());
    }
}

struct Generator<'a> {
    assignment: &'a Assignment,
    clock: fn() -> Instant,
    began: Instant,
    poll: Poll,
    market: Market,
    visits: Vec<Option<Visit>>,
    vacant: Vec<u32>,
    wheel: Wheel,
    lines: Lines,
    queue: VecDeque<u32>,
    room: Vec<u8>,
    /// Seconds to come, and the one that is under way.
    coming: VecDeque<Coming>,
    current: Coming,
    /// Parts of a person who are due: a whole one comes.
    owed: Coming,
    let_come_us: u64,
    visits_begun: u32,
    processor: Processor,
    /// For how long it has waited in the second that is under way, and when that began, microseconds.
    rested_us: u64,
    counts_from_us: u64,
    tally: Tally,
    ends_us: Option<u64>,
}

impl<'a> Generator<'a> {
    fn new(assignment: &'a Assignment, clock: fn() -> Instant) -> io::Result<Self> {
        let Assignment { worker, workers, seed, .. } = *assignment;
        let tls = Tls::to(&assignment.way)?;
        let began = clock();
        let run = format!("{seed:x}-{}-{worker}", assignment.began_ms);
        let market = Market::open(Opening {
            mix: assignment.mix.clone(),
            shop: assignment.shop.clone(),
            way: &assignment.way,
            began_ms: assignment.began_ms,
            run,
        });
        // Workers take turns: each begins with another part of a person.
        let part = f64::from(worker) / f64::from(workers);
        Ok(Self {
            assignment,
            clock,
            began,
            poll: Poll::new()?,
            market,
            visits: Vec::new(),
            vacant: Vec::new(),
            wheel: Wheel::default(),
            lines: Lines::new(assignment.way.nodes(), tls, assignment.sources.clone(), assignment.connections_max),
            queue: VecDeque::new(),
            room: vec![0; ROOM_BYTES],
            coming: VecDeque::new(),
            current: Coming::default(),
            owed: Coming { second: 0, arriving: part, midway: part, leaving: part },
            let_come_us: 0,
            visits_begun: 0,
            processor: Processor::begin(),
            rested_us: 0,
            counts_from_us: 0,
            tally: Tally::default(),
            ends_us: None,
        })
    }

    fn now_us(&self) -> u64 {
        ((self.clock)() - self.began).as_micros() as u64
    }

    fn take(&mut self, order: Order, now_us: u64) {
        match order {
            Order::Come(coming) if coming.second == self.current.second => self.current = coming,
            Order::Come(coming) => self.coming.push_back(coming),
            Order::End => {
                self.ends_us.get_or_insert(now_us + FAREWELL_S * 1_000_000);
            }
        }
    }

    /// Whether everybody has their answer, or has waited long enough for it.
    fn is_over(&self, now_us: u64) -> bool {
        self.ends_us.is_some_and(|ends_us| now_us >= ends_us || !self.is_anybody_waiting())
    }

    fn is_anybody_waiting(&self) -> bool {
        self.visits.iter().flatten().any(|visit| visit.state != State::Looking)
    }

    fn ring(&mut self, now_us: u64) {
        while let Some((number, tick)) = self.wheel.ring(now_us / 1_000) {
            let Some(visit) = self.visits[number as usize].as_ref() else { continue };
            match visit.state {
                State::Looking if self.ends_us.is_some() => {}
                State::Looking => self.wake(number, tick * 1_000, now_us),
                State::Queuing => self.fail(number, &format!("no connection was free for {PATIENCE_S} s"), now_us),
                State::Waiting => self.fail(number, &format!("no answer within {PATIENCE_S} s"), now_us),
            }
        }
    }

    /// Somebody's time has come.
    fn wake(&mut self, number: u32, due_us: u64, now_us: u64) {
        self.tally.lag.record(now_us - due_us);
        let visit = self.visits[number as usize].as_mut().expect("only who is there is woken");
        let doing = visit.shopper.wake(&mut self.market, now_us);
        self.go_on(number, doing, due_us, now_us);
    }

    fn go_on(&mut self, number: u32, doing: Doing, intended_us: u64, now_us: u64) {
        self.count_told();
        let visit = self.visits[number as usize].as_mut().expect("only who is there goes on");
        match doing {
            Doing::Ask => {
                visit.intended_us = intended_us;
                visit.is_sent_again = false;
                self.ask(number, now_us);
            }
            Doing::Look { until_us } => {
                visit.state = State::Looking;
                self.wheel.set(number, until_us.div_ceil(1_000));
                if self.assignment.connections == Connections::Pooled {
                    self.give_back(number, now_us);
                }
            }
            Doing::Leave => self.leave(number),
        }
    }

    fn count_told(&mut self) {
        let told = &mut self.market.told;
        self.tally.counts.orders += std::mem::take(&mut told.orders);
        self.tally.counts.sold_out += std::mem::take(&mut told.sold_out);
        self.tally.entries.append(&mut told.entries);
    }

    /// Sends the shopper's request over the line that they have, or one that can be had.
    fn ask(&mut self, number: u32, now_us: u64) {
        let visit = self.visits[number as usize].as_mut().expect("only who is there asks");
        let mut line = visit.line;
        if line == NO_LINE || self.lines.get(line).is_none() {
            match self.lines.lend(number, self.poll.registry()) {
                Ok(Some(lent)) => line = lent,
                Ok(None) => {
                    visit.state = State::Queuing;
                    self.queue.push_back(number);
                    self.wheel.set(number, now_us / 1_000 + PATIENCE_S * 1_000);
                    return;
                }
                Err(_) => {
                    self.tally.dropped += 1;
                    self.leave(number);
                    return;
                }
            }
        }
        self.send(number, line, now_us);
    }

    fn send(&mut self, number: u32, line: LineNumber, now_us: u64) {
        let visit = self.visits[number as usize].as_mut().expect("only who is there asks");
        (visit.line, visit.state, visit.sent_us) = (line, State::Waiting, now_us);
        self.wheel.set(number, now_us / 1_000 + PATIENCE_S * 1_000);
        let request = self.market.write(&visit.shopper);
        let line = self.lines.get(line).expect("it was lent");
        if let Err(broken) = line.connection.send(request) {
            self.broke(visit_line(&self.visits, number), &broken);
        }
    }

    /// Something can be sent or read.
    fn happened(&mut self, number: LineNumber, can_write: bool, can_read: bool) {
        let Some(line) = self.lines.get(number) else { return };
        if can_write && let Err(broken) = line.connection.send_rest() {
            return self.broke(number, &broken);
        }
        if !can_read {
            return;
        }
        let now_us = ((self.clock)() - self.began).as_micros() as u64;
        let Some(shopper) = line.shopper else {
            // Whoever has asked for nothing is hung up on sooner or later.
            if !line.connection.stays(&mut self.room) {
                self.lines.close(number);
            }
            return;
        };
        let Self { visits, market, tally, room, .. } = self;
        let visit = visits[shopper as usize].as_mut().expect("who has a line is there");
        if visit.state == State::Looking {
            if line.connection.stays(room) {
                return;
            }
            visit.line = NO_LINE;
            return self.lines.close(number);
        }
        let moment = Moment { sent_us: visit.sent_us, now_us };
        let kind = market.kind(&visit.shopper);
        let look = |response: &Response<'_>| {
            tally.counts.bytes += response.length as u64;
            let (opinion, doing) = visit.shopper.answered(market, response, moment);
            (opinion, doing, response.keeps_alive)
        };
        match line.connection.receive(room, look) {
            Ok(None) => {}
            Ok(Some((opinion, doing, keeps_alive))) => {
                line.is_used = true;
                self.count(shopper, kind, &opinion, moment);
                if !keeps_alive {
                    self.hang_up(shopper);
                }
                self.go_on(shopper, doing, now_us, now_us);
            }
            Err(broken) => self.broke(number, &broken),
        }
    }

    fn count(&mut self, number: u32, kind: Kind, opinion: &Opinion, moment: Moment) {
        let visit = self.visits[number as usize].as_ref().expect("who got an answer is there");
        let counts = &mut self.tally.counts;
        counts.requests += 1;
        match opinion {
            Opinion::Fine => {}
            Opinion::Refused => counts.refused += 1,
            Opinion::Failed(_) => counts.errors += 1,
        }
        let tally = self.tally.kind(kind);
        tally.requests += 1;
        match opinion {
            Opinion::Fine => {
                tally.response.record(moment.now_us.saturating_sub(visit.intended_us));
                tally.service.record(moment.now_us.saturating_sub(moment.sent_us));
            }
            Opinion::Refused => {}
            Opinion::Failed(why) => {
                tally.errors += 1;
                self.tally.fail(kind, why, 1);
            }
        }
    }

    /// The line is gone. A server may hang up on a line that has been used just when it is used again: browsers send such a
    /// request once more.
    fn broke(&mut self, number: LineNumber, broken: &Broken) {
        let now_us = self.now_us();
        let Some(line) = self.lines.get(number) else { return };
        let (was_used, shopper) = (line.is_used, line.shopper);
        self.lines.close(number);
        let Some(shopper) = shopper else { return };
        let visit = self.visits[shopper as usize].as_mut().expect("who has a line is there");
        visit.line = NO_LINE;
        if visit.state != State::Waiting {
            return;
        }
        if was_used && !visit.is_sent_again && matches!(broken, Broken::HungUp | Broken::System(_)) {
            visit.is_sent_again = true;
            match self.lines.connect(shopper, self.poll.registry()) {
                Ok(line) => return self.send(shopper, line, now_us),
                Err(error) => return self.fail(shopper, &error.to_string(), now_us),
            }
        }
        self.fail(shopper, &broken.to_string(), now_us);
    }

    /// A request has led to nothing.
    fn fail(&mut self, number: u32, why: &str, now_us: u64) {
        let visit = self.visits[number as usize].as_mut().expect("who asked is there");
        let (kind, moment) = (self.market.kind(&visit.shopper), Moment { sent_us: visit.sent_us, now_us });
        self.count(number, kind, &Opinion::Failed(why.to_owned()), moment);
        self.hang_up(number);
        let visit = self.visits[number as usize].as_mut().expect("who asked is there");
        let doing = visit.shopper.unanswered(&mut self.market, now_us);
        self.go_on(number, doing, now_us, now_us);
    }

    fn hang_up(&mut self, number: u32) {
        let visit = self.visits[number as usize].as_mut().expect("who hangs up is there");
        let line = std::mem::replace(&mut visit.line, NO_LINE);
        if line != NO_LINE {
            self.lines.close(line);
        }
    }

    /// The shopper's line goes to whoever waits longest, or is free.
    fn give_back(&mut self, number: u32, now_us: u64) {
        let visit = self.visits[number as usize].as_mut().expect("who gives back is there");
        let line = std::mem::replace(&mut visit.line, NO_LINE);
        let Some(lent) = self.lines.get(line) else { return };
        let first = std::iter::from_fn(|| self.queue.pop_front()).find(|next| is_queuing(&self.visits, *next));
        match first {
            Some(next) => {
                lent.shopper = Some(next);
                self.send(next, line, now_us);
            }
            None => self.lines.give_back(line),
        }
    }

    /// Lines that broke make room for new ones.
    fn serve_queue(&mut self, now_us: u64) {
        while self.lines.can_lend()
            && let Some(next) = self.queue.pop_front()
        {
            if is_queuing(&self.visits, next) {
                self.ask(next, now_us);
            }
        }
    }

    fn leave(&mut self, number: u32) {
        self.wheel.cancel(number);
        match self.assignment.connections {
            Connections::Pooled => {
                let now_us = self.now_us();
                self.give_back(number, now_us);
            }
            Connections::Sticky => self.hang_up(number),
        }
        self.visits[number as usize] = None;
        self.vacant.push(number);
    }

    fn is_second_over(&self, now_us: u64) -> bool {
        now_us >= (u64::from(self.tally.second) + 1) * 1_000_000
    }

    /// The tally of the second that is over, and a new one for the next.
    fn close_second(&mut self, now_us: u64) -> Tally {
        let next = (now_us / 1_000_000).max(u64::from(self.tally.second) + 1) as u32;
        let mut tally = std::mem::replace(&mut self.tally, Tally { second: next, ..Tally::default() });
        tally.shoppers = (self.visits.len() - self.vacant.len()) as u64;
        tally.sockets = self.lines.open() as u64;
        tally.counts.seconds = f64::from(next - tally.second);
        tally.processor_s = self.processor.since_last_s();
        // Whoever has work and is not given a processor, because the shop has it, is as late as whoever works all the time.
        let passed_us = now_us - std::mem::replace(&mut self.counts_from_us, now_us);
        let worked_us = passed_us.saturating_sub(std::mem::take(&mut self.rested_us));
        tally.busiest_s = tally.processor_s.max(worked_us as f64 / 1e6);
        tally.memory = measure::own_memory();
        tally
    }

    /// How long nothing has to be done.
    fn rest(&self, now_us: u64) -> Duration {
        let second_ends_us = (u64::from(self.tally.second) + 1) * 1_000_000;
        let mut next_us = second_ends_us.min(now_us + ORDERS_MS * 1_000);
        if self.ends_us.is_none() {
            let alarm_us = self.wheel.next().map(|tick| tick * 1_000);
            next_us = [alarm_us, self.next_arrival_us()].into_iter().flatten().fold(next_us, u64::min);
        }
        Duration::from_micros(next_us.saturating_sub(now_us))
    }
}

/// Whether somebody still waits for a line: whoever has waited too long has left, and their place in the line has not.
fn is_queuing(visits: &[Option<Visit>], number: u32) -> bool {
    visits[number as usize].as_ref().is_some_and(|visit| visit.state == State::Queuing)
}

fn visit_line(visits: &[Option<Visit>], number: u32) -> LineNumber {
    visits[number as usize].as_ref().map_or(NO_LINE, |visit| visit.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shopper_who_looks_at_a_page_owns_less_than_the_promised_memory() {
        // 64 MiB for 100,000 shoppers are 671 bytes for each. Whoever only looks owns nothing outside of the record.
        let alarm = 16;
        let record = size_of::<Option<Visit>>();
        assert!(record <= 256, "{record} bytes");
        assert!(record + alarm + size_of::<u32>() <= 300, "{record} bytes and an alarm");
    }
}
