//! Who comes and when: visits begin at the instants of the plan, whatever became of earlier ones.

use super::{Coming, Generator, NO_LINE, State, Visit};
use crate::shopper::Shopper;
use forecast::chance::Chance;

impl Generator<'_> {
    /// Lets everybody come who is due, each at their own instant.
    pub(super) fn let_come(&mut self, now_us: u64) {
        while self.ends_us.is_none() && self.let_come_us < now_us {
            let second_ends_us = (u64::from(self.current.second) + 1) * 1_000_000;
            let until_us = now_us.min(second_ends_us);
            let begins_us = std::mem::replace(&mut self.let_come_us, until_us);
            let part = (until_us - begins_us) as f64 / 1e6;
            let Coming { arriving, midway, leaving, .. } = self.current;
            self.owed.leaving += leaving * part;
            self.owed.midway += midway * part;
            while self.owed.midway >= 1.0 {
                self.owed.midway -= 1.0;
                self.arrive_midway(now_us);
            }
            let owed = self.owed.arriving;
            self.owed.arriving += arriving * part;
            for whole in 1..=self.owed.arriving as u32 {
                let due_us = begins_us + ((f64::from(whole) - owed) / arriving * 1e6).max(0.0) as u64;
                self.arrive(due_us.min(now_us), now_us);
            }
            self.owed.arriving = self.owed.arriving.fract();
            while self.owed.leaving >= 1.0 {
                self.owed.leaving -= 1.0;
                self.send_away();
            }
            if until_us == second_ends_us {
                self.begin_second(self.current.second + 1);
            }
        }
    }

    fn begin_second(&mut self, second: u32) {
        while self.coming.front().is_some_and(|next| next.second < second) {
            self.coming.pop_front();
        }
        let is_next = self.coming.front().is_some_and(|next| next.second == second);
        let like_before = Coming { second, arriving: self.current.arriving, ..Coming::default() };
        self.current = if is_next { self.coming.pop_front().unwrap_or(like_before) } else { like_before };
    }

    /// When the next person comes, if one comes in this second.
    pub(super) fn next_arrival_us(&self) -> Option<u64> {
        let next = |per_s: f64, owed: f64| (per_s > 0.0).then(|| self.let_come_us + ((1.0 - owed) / per_s * 1e6) as u64);
        let Coming { arriving, midway, .. } = self.current;
        [next(arriving, self.owed.arriving), next(midway, self.owed.midway)].into_iter().flatten().min()
    }

    fn chance(&mut self) -> (u32, Chance) {
        let number = self.visits_begun;
        self.visits_begun += 1;
        let stream = u64::from(self.assignment.worker) << 32 | u64::from(number);
        let mut seeds = Chance::new(self.assignment.seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        (number, Chance::new(seeds.number()))
    }

    fn arrive(&mut self, due_us: u64, now_us: u64) {
        let (number, chance) = self.chance();
        let shopper = self.market.arrive(number, chance);
        let visit = self.seat(shopper);
        self.tally.counts.visits += 1;
        self.wake(visit, due_us, now_us);
    }

    fn arrive_midway(&mut self, now_us: u64) {
        let (number, chance) = self.chance();
        let (shopper, doing) = self.market.midway(number, chance, now_us);
        let visit = self.seat(shopper);
        self.tally.counts.visits += 1;
        self.go_on(visit, doing, now_us, now_us);
    }

    fn seat(&mut self, shopper: Shopper) -> u32 {
        let state = State::Looking;
        let visit = Some(Visit { shopper, intended_us: 0, sent_us: 0, line: NO_LINE, state, is_sent_again: false });
        match self.vacant.pop() {
            Some(number) => {
                self.visits[number as usize] = visit;
                number
            }
            None => {
                self.visits.push(visit);
                self.visits.len() as u32 - 1
            }
        }
    }

    /// Somebody who only looks leaves before their time.
    fn send_away(&mut self) {
        let count = self.visits.len().max(1);
        let begin = self.chance().1.number() as usize % count;
        let is_looking = |number: &usize| self.visits[*number].as_ref().is_some_and(|visit| visit.state == State::Looking);
        if let Some(number) = (begin..self.visits.len()).chain(0..begin.min(self.visits.len())).find(is_looking) {
            self.leave(number as u32);
        }
    }
}
