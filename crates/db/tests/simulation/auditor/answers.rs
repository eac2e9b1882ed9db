//! Whether what somebody was told is what was kept.

use super::{Auditor, Verdict, found};
use crate::world::Answer;
use commerce::checkout::{Command, Outcome};
use db::order_writer::{Decision, Request, WriterError};

/// What was asked, how often, and what was kept of it and not told yet.
#[derive(Default)]
pub(super) struct Asked(Vec<Entry>);

struct Entry {
    request: Request,
    times: usize,
    /// How often something was done for it.
    effects: usize,
    untold: Vec<Decision>,
}

impl Asked {
    fn entry(&mut self, request: &Request) -> &mut Entry {
        let is_same = |entry: &Entry| entry.request.submission == request.submission && entry.request.command == request.command;
        match self.0.iter().rposition(is_same) {
            Some(index) => &mut self.0[index],
            None => {
                self.0.push(Entry { request: request.clone(), times: 0, effects: 0, untold: Vec::new() });
                self.0.last_mut().expect("it was pushed a moment ago")
            }
        }
    }

    pub(super) fn kept(&mut self, request: &Request, decision: &Decision) -> Verdict {
        let entry = self.entry(request);
        entry.untold.push(decision.clone());
        entry.effects += usize::from(is_change(decision));
        if entry.effects > entry.times && adds(&request.command) {
            return found("K1", format!("asked {} times, done {} times: {:?}", entry.times, entry.effects, request.command));
        }
        Ok(())
    }
}

/// Whether doing it twice is more than doing it once.
fn adds(command: &Command) -> bool {
    matches!(command, Command::AdjustStock { .. } | Command::FulfillOrder { .. } | Command::RefundOrder { .. })
}

fn is_change(decision: &Decision) -> bool {
    matches!(decision, Decision::Told(outcome) if !matches!(outcome, Outcome::Refused(_)))
}

impl Auditor {
    pub fn asked(&mut self, request: &Request) {
        self.asked.entry(request).times += 1;
    }

    pub fn answered(&mut self, request: &Request, answer: &Answer) -> Verdict {
        let entry = self.asked.entry(request);
        let told = match answer {
            Ok(Some(outcome)) => Decision::Told(outcome.clone()),
            Ok(None) => Decision::SentBefore,
            Err(WriterError::Unknown | WriterError::Stopped) => return Ok(()),
            // Busy, or the books failed.
            Err(_) => return nothing_was_kept(entry),
        };
        match entry.untold.iter().position(|kept| *kept == told) {
            Some(index) => {
                entry.untold.remove(index);
                Ok(())
            }
            None => found("D4", format!("told {told:?}, but nothing of the kind was kept, to {:?}", request.command)),
        }
    }
}

/// Where only one asked, “nothing was changed” can be checked.
fn nothing_was_kept(entry: &Entry) -> Verdict {
    match entry.untold.iter().find(|decision| is_change(decision)) {
        Some(kept) if entry.times == 1 => {
            found("K3", format!("told that nothing was changed, but {kept:?} was kept, to {:?}", entry.request.command))
        }
        _ => Ok(()),
    }
}
