//! What a second of the generator's work came to, in a form that workers send and that adds up.

use crate::audit::Entry;
use crate::report::data::{Counts, Failure, Kind, Latency};
use hdrhistogram::Histogram;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The longest time that is told apart, microseconds.
const MICROS_MAX: u64 = 60_000_000;
/// Different failures that are told apart in a second, and in a run.
pub const FAILURES_MAX: usize = 100;

/// A distribution of times, microseconds, to three digits. As JSON it is a list of times and how often they occurred.
#[derive(Clone, Debug, PartialEq)]
pub struct Spread(Histogram<u32>);

impl Default for Spread {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, MICROS_MAX, 3).expect("the bounds are in order"))
    }
}

impl Spread {
    /// Adds a time.
    pub fn record(&mut self, micros: u64) {
        self.0.saturating_record(micros);
    }

    /// Adds all times of another.
    pub fn add(&mut self, other: &Self) {
        self.0.add(&other.0).expect("all have the same bounds");
    }

    /// The time that this share of all are within, milliseconds; 0 when there are none.
    pub fn within_ms(&self, share: f64) -> f64 {
        self.0.value_at_quantile(share) as f64 / 1e3
    }

    /// As the report has it.
    pub fn latency(&self) -> Latency {
        Latency {
            count: self.0.len(),
            p50_ms: self.within_ms(0.5),
            p95_ms: self.within_ms(0.95),
            p99_ms: self.within_ms(0.99),
            p999_ms: self.within_ms(0.999),
            max_ms: self.0.max() as f64 / 1e3,
        }
    }
}

impl Serialize for Spread {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recorded = self.0.iter_recorded();
        serializer.collect_seq(recorded.map(|times| (times.value_iterated_to(), times.count_at_value())))
    }
}

impl<'de> Deserialize<'de> for Spread {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut spread = Self::default();
        for (micros, count) in Vec::<(u64, u32)>::deserialize(deserializer)? {
            spread.0.record_n(micros.min(MICROS_MAX), count).map_err(D::Error::custom)?;
        }
        Ok(spread)
    }
}

/// The requests of one kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct KindTally {
    /// Answered or failed.
    pub requests: u64,
    /// Failed.
    pub errors: u64,
    /// From the intended instant, of those that did not fail.
    pub response: Spread,
    /// From the send.
    pub service: Spread,
}

/// A second of one worker, or several of several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Which second of the run.
    pub second: u32,
    /// Shoppers that were there at its end.
    pub shoppers: u64,
    /// Sockets that were open at its end.
    pub sockets: u64,
    /// What was counted.
    pub counts: Counts,
    /// Visits that should have begun and could not, for lack of sockets.
    pub dropped: u64,
    /// Processor seconds.
    pub processor_s: f64,
    /// Seconds in which the busiest thread did not wait.
    pub busiest_s: f64,
    /// Resident memory of the process, bytes.
    pub memory: u64,
    /// By how much requests were sent late.
    pub lag: Spread,
    /// By kind, in the order of [`Kind::ALL`]; nothing where none occurred.
    pub kinds: [Option<Box<KindTally>>; Kind::ALL.len()],
    /// What went wrong.
    pub failures: Vec<Failure>,
    /// What buyers were told.
    pub entries: Vec<Entry>,
}

impl Tally {
    /// The requests of this kind.
    pub fn kind(&mut self, kind: Kind) -> &mut KindTally {
        self.kinds[kind as usize].get_or_insert_default()
    }

    /// Notes a failure in words.
    pub fn fail(&mut self, kind: Kind, what: &str, count: u64) {
        if let Some(known) = self.failures.iter_mut().find(|known| known.kind == kind && known.what == what) {
            known.count += count;
        } else if self.failures.len() < FAILURES_MAX {
            self.failures.push(Failure { kind, what: what.to_owned(), count });
        }
    }

    /// Adds what another worker did in the same second.
    pub fn beside(&mut self, other: Self) {
        self.shoppers += other.shoppers;
        self.sockets += other.sockets;
        self.memory += other.memory;
        self.counts.seconds = self.counts.seconds.max(other.counts.seconds);
        self.busiest_s = self.busiest_s.max(other.busiest_s);
        self.add(other);
    }

    /// Adds a later second.
    pub fn after(&mut self, other: &Self) {
        self.shoppers = self.shoppers.max(other.shoppers);
        self.sockets = self.sockets.max(other.sockets);
        self.memory = self.memory.max(other.memory);
        self.counts.seconds += other.counts.seconds;
        self.busiest_s += other.busiest_s;
        self.add(Self { entries: Vec::new(), ..other.clone() });
    }

    /// Adds what adds up whoever did it and whenever.
    fn add(&mut self, other: Self) {
        let (own, more) = (&mut self.counts, other.counts);
        own.requests += more.requests;
        own.errors += more.errors;
        own.refused += more.refused;
        own.visits += more.visits;
        own.orders += more.orders;
        own.sold_out += more.sold_out;
        own.bytes += more.bytes;
        self.dropped += other.dropped;
        self.processor_s += other.processor_s;
        self.lag.add(&other.lag);
        for (own, more) in self.kinds.iter_mut().zip(other.kinds) {
            match (own.as_mut(), more) {
                (Some(own), Some(more)) => own.add(&more),
                (None, more) => *own = more,
                (Some(_), None) => {}
            }
        }
        for failure in other.failures {
            self.fail(failure.kind, &failure.what, failure.count);
        }
        self.entries.extend(other.entries);
    }

    /// Latency of pages, from the intended instant and from the send.
    pub fn pages(&self) -> (Spread, Spread) {
        let (mut response, mut service) = (Spread::default(), Spread::default());
        let is_page = |kind: &Kind| !matches!(kind, Kind::Asset | Kind::Now);
        for (_, tally) in Kind::ALL.iter().zip(&self.kinds).filter(|(kind, _)| is_page(kind)) {
            if let Some(tally) = tally {
                response.add(&tally.response);
                service.add(&tally.service);
            }
        }
        (response, service)
    }
}

impl KindTally {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.response.add(&other.response);
        self.service.add(&other.service);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(shoppers: u64, micros: u64) -> Tally {
        let mut tally = Tally { shoppers, counts: Counts { seconds: 1.0, requests: 1, ..Counts::default() }, ..Tally::default() };
        tally.kind(Kind::Home).response.record(micros);
        tally.kind(Kind::Asset).response.record(9_000_000);
        tally.fail(Kind::Pay, "status 500", 2);
        tally
    }

    #[test]
    fn workers_of_one_second_add_up_and_seconds_of_one_worker_reach_their_most() {
        let mut both = second(3, 1_000);
        both.beside(second(4, 3_000));
        assert_eq!((both.shoppers, both.counts.seconds, both.counts.requests), (7, 1.0, 2));
        let mut later = second(9, 1_000);
        later.after(&both);
        assert_eq!((later.shoppers, later.counts.seconds, later.counts.requests), (9, 2.0, 3));
        assert_eq!(later.failures, [Failure { kind: Kind::Pay, what: "status 500".into(), count: 6 }]);
    }

    #[test]
    fn only_pages_count_as_pages() {
        let (response, _) = second(1, 1_000).pages();
        let latency = response.latency();
        assert_eq!((latency.count, latency.max_ms.round()), (1, 1.0));
    }

    #[test]
    fn a_tally_is_the_same_after_it_was_sent() {
        let mut tally = second(1, 12_345);
        for micros in [1, 999, 1_000_000, 70_000_000] {
            tally.lag.record(micros);
        }
        let sent = serde_json::to_string(&tally).expect("numbers and text have a JSON form");
        let got: Tally = serde_json::from_str(&sent).expect("it is what was sent");
        assert_eq!(got.lag.latency(), tally.lag.latency());
        assert_eq!(got.pages().0.latency(), tally.pages().0.latency());
    }
}
