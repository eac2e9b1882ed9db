//! A run beside an earlier one: what got better or worse, and what is only noise.
//!
//! Steps are compared that both runs have and that counted in both. What one run shows of its own noise is how its seconds
//! scatter around each other; what differs from run to run it cannot show, so there is a floor below which nothing is called a
//! change.

use super::data::{Run, Second, Step, Verdict};
use charts::numbers::{duration, grouped, latency, percent, rate};

/// Changes of latency below this share are called noise, however steady both runs were.
const LATENCY_FLOOR: f64 = 0.10;
/// And below so many milliseconds, which nobody notices.
const LATENCY_FLOOR_MS: f64 = 1.0;
/// The same for requests a second.
const THROUGHPUT_FLOOR: f64 = 0.05;
/// The same for the share of requests that failed.
const ERRORS_FLOOR: f64 = 0.000_1;
/// Into how many stretches the seconds of a step are put together. Neighboring seconds resemble each other, stretches hardly do.
const STRETCHES: usize = 8;
/// How many standard errors apart two values are when they are told as different: by chance once in twenty times.
const ERRORS_APART: f64 = 2.0;
/// The same for failures, of which there are many steps and few events: by chance once in 370 times.
const FAILURES_APART: f64 = 3.0;

/// A run beside an earlier one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// When the earlier run began, as it says.
    pub baseline: String,
    /// In what the two runs differ although they should not, as sentences. Changes may come from these.
    pub conditions: Vec<String>,
    /// Shoppers held, before and now; nothing when either run held none.
    pub held: Option<(u64, u64)>,
    /// Every measure of every step that both have.
    pub changes: Vec<Change>,
}

/// One measure at one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The step.
    pub shoppers: u64,
    /// What was measured.
    pub measure: Measure,
    /// In the earlier run.
    pub before: f64,
    /// In this one.
    pub after: f64,
    /// How far apart the two may be by chance.
    pub noise: f64,
    /// What is to be thought of it.
    pub direction: Direction,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Half of the pages within, milliseconds.
    P50,
    /// 95 of 100 within, milliseconds.
    P95,
    /// 99 of 100 within, milliseconds.
    P99,
    /// Requests a second.
    Throughput,
    /// Share of requests that failed.
    Errors,
}

/// What is to be thought of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Better beyond noise.
    Better,
    /// Worse beyond noise.
    Worse,
    /// Within noise.
    Same,
}

impl Measure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [Self::P50, Self::P95, Self::P99, Self::Throughput, Self::Errors];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "half of the pages within",
            Self::P95 => "95 of 100 pages within",
            Self::P99 => "99 of 100 pages within",
            Self::Throughput => "requests a second",
            Self::Errors => "requests that failed",
        }
    }

    /// A value of it as text.
    pub fn write(self, value: f64) -> String {
        match self {
            Self::P50 | Self::P95 | Self::P99 => latency(value),
            Self::Throughput => rate(value),
            Self::Errors => percent(value),
        }
    }

    fn of(self, step: &Step) -> f64 {
        match self {
            Self::P50 => step.response.p50_ms,
            Self::P95 => step.response.p95_ms,
            Self::P99 => step.response.p99_ms,
            Self::Throughput => step.counts.requests_per_s(),
            Self::Errors => step.counts.error_share(),
        }
    }

    fn of_second(self, second: &Second) -> f64 {
        match self {
            Self::P50 => second.p50_ms,
            Self::P95 => second.p95_ms,
            Self::P99 => second.p99_ms,
            Self::Throughput => second.requests as f64,
            Self::Errors => second.errors as f64,
        }
    }
}

impl Change {
    /// The change as a share of what was before, as `+12 %`; nothing where there was nothing before.
    pub fn relative(&self) -> Option<String> {
        let share = (self.after - self.before) / self.before;
        share.is_finite().then(|| format!("{}{:.0} %", if share < 0.0 { "−" } else { "+" }, share.abs() * 100.0))
    }

    fn sentence(&self) -> String {
        let (before, after) = (self.measure.write(self.before), self.measure.write(self.after));
        let relative = self.relative().map(|relative| format!(" ({relative})")).unwrap_or_default();
        let at = grouped(self.shoppers);
        match self.measure {
            Measure::P50 | Measure::P95 | Measure::P99 => {
                format!("At {at} shoppers, {} {after}, before within {before}{relative}.", came(self.measure))
            }
            Measure::Throughput => {
                format!("At {at} shoppers, {after} requests a second were answered, before {before}{relative}.")
            }
            Measure::Errors => format!("At {at} shoppers, {after} of requests failed, before {before}."),
        }
    }
}

fn came(measure: Measure) -> &'static str {
    match measure {
        Measure::P50 => "half of the pages came within",
        Measure::P95 => "95 of 100 pages came within",
        _ => "99 of 100 pages came within",
    }
}

impl Comparison {
    /// What got better and worse in sentences, the most important first: of each measure its largest step that changed.
    pub fn sentences(&self) -> Vec<(Direction, String)> {
        let mut sentences = Vec::new();
        if let Some((before, after)) = self.held {
            let direction = match after.cmp(&before) {
                std::cmp::Ordering::Greater => Direction::Better,
                std::cmp::Ordering::Less => Direction::Worse,
                std::cmp::Ordering::Equal => Direction::Same,
            };
            let text = match direction {
                Direction::Same => format!("It holds {} shoppers at once, as before.", grouped(after)),
                _ => format!("It holds {} shoppers at once, before {}.", grouped(after), grouped(before)),
            };
            sentences.push((direction, text));
        }
        for measure in Measure::ALL.into_iter().rev() {
            let changed = |change: &&Change| change.measure == measure && change.direction != Direction::Same;
            if let Some(change) = self.changes.iter().filter(changed).max_by_key(|change| change.shoppers) {
                sentences.push((change.direction, change.sentence()));
            }
        }
        if self.changes.is_empty() {
            sentences.push((Direction::Same, "The two runs have no step in common that counted in both.".to_owned()));
        } else if self.changes.iter().all(|change| change.direction == Direction::Same) {
            let text = "No latency, no rate and no share of errors changed by more than noise.".to_owned();
            sentences.push((Direction::Same, text));
        }
        sentences
    }
}

/// Compares a run with an earlier one.
pub fn compare(baseline: &Run, run: &Run) -> Comparison {
    let counts = |step: &&Step| matches!(step.verdict, Verdict::Passed | Verdict::Missed);
    let mut changes = Vec::new();
    for after in run.steps.iter().filter(counts) {
        let same = |before: &&Step| before.shoppers == after.shoppers;
        if let Some(before) = baseline.steps.iter().filter(counts).find(same) {
            let sides = Sides { before: (baseline, before), after: (run, after) };
            changes.extend(Measure::ALL.map(|measure| sides.change(measure)));
        }
    }
    let held = |run: &Run| run.capacity.as_ref().map(|capacity| capacity.shoppers);
    Comparison {
        baseline: baseline.began.clone(),
        conditions: conditions(baseline, run),
        held: held(baseline).zip(held(run)),
        changes,
    }
}

/// The same step of two runs.
struct Sides<'a> {
    before: (&'a Run, &'a Step),
    after: (&'a Run, &'a Step),
}

impl Sides<'_> {
    fn change(&self, measure: Measure) -> Change {
        let (before, after) = (measure.of(self.before.1), measure.of(self.after.1));
        let noise = match measure {
            Measure::Errors => self.noise_of_errors(),
            Measure::Throughput => self.noise_of(measure).max(THROUGHPUT_FLOOR) * before,
            _ => (self.noise_of(measure).max(LATENCY_FLOOR) * before).max(LATENCY_FLOOR_MS),
        };
        let is_more_better = measure == Measure::Throughput;
        let direction = match after - before {
            difference if difference.abs() <= noise => Direction::Same,
            difference if (difference > 0.0) == is_more_better => Direction::Better,
            _ => Direction::Worse,
        };
        Change { shoppers: self.after.1.shoppers, measure, before, after, noise, direction }
    }

    /// As a share of the value.
    fn noise_of(&self, measure: Measure) -> f64 {
        let of = |(run, step): (&Run, &Step)| {
            let values: Vec<f64> = counted(run, step).map(|second| measure.of_second(second)).collect();
            relative_error(&values)
        };
        ERRORS_APART * of(self.before).hypot(of(self.after))
    }

    /// Two shares of failures differ by chance as draws from one urn do.
    fn noise_of_errors(&self) -> f64 {
        let (before, after) = (self.before.1.counts, self.after.1.counts);
        let (before_requests, after_requests) = (before.requests.max(1) as f64, after.requests.max(1) as f64);
        let share = (before.errors + after.errors) as f64 / (before_requests + after_requests);
        let variance = share * (1.0 - share) * (1.0 / before_requests + 1.0 / after_requests);
        (FAILURES_APART * variance.max(0.0).sqrt()).max(ERRORS_FLOOR)
    }
}

/// The seconds of a step that count.
fn counted<'a>(run: &'a Run, step: &Step) -> impl Iterator<Item = &'a Second> {
    let hold = step.began_at_s + step.ramp_s;
    let within = hold + step.ignored_s..hold + step.hold_s;
    run.series.iter().filter(move |second| within.contains(&second.at_s))
}

/// The standard error of the mean as a share of the mean, from the means of stretches; zero where there is too little to tell.
fn relative_error(values: &[f64]) -> f64 {
    let length = values.len() / STRETCHES;
    if length == 0 {
        return 0.0;
    }
    let means: Vec<f64> = values.chunks_exact(length).take(STRETCHES).map(mean).collect();
    let middle = mean(&means);
    let variance = means.iter().map(|mean| (mean - middle).powi(2)).sum::<f64>() / (means.len() - 1) as f64;
    if middle > 0.0 { (variance / means.len() as f64).sqrt() / middle } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// What should be the same in both runs and is not.
fn conditions(before: &Run, after: &Run) -> Vec<String> {
    let mut told = Vec::new();
    let mut differs = |what: &str, before: &str, after: &str| {
        if before != after {
            told.push(format!("{what} was “{before}” and is “{after}”."));
        }
    };
    differs("The address", &before.target, &after.target);
    differs("The plan", &before.plan, &after.plan);
    differs("The mix", &before.mix, &after.mix);
    differs("The acceleration", &before.acceleration.to_string(), &after.acceleration.to_string());
    differs("The seed", &before.seed.to_string(), &after.seed.to_string());
    differs("The kind of connections", before.connections.name(), after.connections.name());
    differs("The processor", &processors(before), &processors(after));
    differs("The number of cores", &cores(before).to_string(), &cores(after).to_string());
    for step in &after.steps {
        let other = before.steps.iter().find(|other| other.shoppers == step.shoppers);
        if let Some(other) = other.filter(|other| (other.hold_s - step.hold_s).abs() > 1.0) {
            differs("The time that a step was held", &duration(other.hold_s), &duration(step.hold_s));
            break;
        }
    }
    told
}

/// The processors of all machines, each once.
fn processors(run: &Run) -> String {
    let mut names: Vec<&str> = run.machines.iter().map(|machine| machine.processor.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The cores of all machines.
fn cores(run: &Run) -> u32 {
    run.machines.iter().map(|machine| machine.cores).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_scatter_have_a_larger_error_than_values_that_do_not() {
        assert!(relative_error(&[10.0; 100]).abs() < 1e-12);
        // Stretches of ten, by turns 5 and 15: their deviation is √(200 / 7), its error that through √8, a mean of 10.
        let scattered: Vec<f64> = (0..80).map(|at| if at / 10 % 2 == 0 { 5.0 } else { 15.0 }).collect();
        let expected = (200.0_f64 / 7.0).sqrt() / 8.0_f64.sqrt() / 10.0;
        assert!((relative_error(&scattered) - expected).abs() < 1e-12, "{} {expected}", relative_error(&scattered));
        assert!(relative_error(&[1.0, 9.0]).abs() < f64::EPSILON, "two values tell nothing of their noise");
    }
}
