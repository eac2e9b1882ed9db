//! What a run says to somebody who has never seen a load test: a sentence, and what it means.

use super::data::{Audit, Kind, Objectives, Outcome, Run, Step, Verdict};
use charts::numbers::{grouped, latency, percent, rate};

/// A run in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// One or two words: `Held`, `Limit found`.
    pub word: &'static str,
    /// What happened.
    pub sentence: String,
    /// What it means and what to do, a sentence or two each.
    pub meaning: Vec<String>,
}

/// A run in words.
pub fn headline(run: &Run) -> Headline {
    let word = match run.outcome {
        Outcome::Passed => "Held",
        Outcome::ObjectiveMissed => "Limit found",
        Outcome::GeneratorSaturated => "Test at its limit",
        Outcome::BooksDoNotBalance => "Books do not balance",
        Outcome::EndedByHand => "Ended early",
    };
    Headline { word, sentence: sentence(run), meaning: meaning(run) }
}

/// The first step that missed an objective, by its shoppers.
pub fn first_missed(run: &Run) -> Option<&Step> {
    run.steps.iter().filter(|step| step.verdict == Verdict::Missed).min_by_key(|step| step.shoppers)
}

/// The largest step that reached every objective and is not above one that missed.
pub fn last_held(run: &Run) -> Option<&Step> {
    let bound = first_missed(run).map_or(u64::MAX, |step| step.shoppers);
    let held = run.steps.iter().filter(|step| step.verdict == Verdict::Passed && step.shoppers < bound);
    held.max_by_key(|step| step.shoppers)
}

/// The step that a single number is taken from: the last that held, or else the first that counted.
pub fn telling(run: &Run) -> Option<&Step> {
    let counted = |step: &&Step| matches!(step.verdict, Verdict::Passed | Verdict::Missed);
    last_held(run).or_else(|| run.steps.iter().find(counted))
}

/// `a payment`, and the latency of 99 of 100 of them, where any was made.
pub fn pay_p99_ms(step: &Step) -> Option<f64> {
    step.kinds.iter().find(|kind| kind.kind == Kind::Pay).map(|kind| kind.response.p99_ms)
}

fn sentence(run: &Run) -> String {
    if run.outcome == Outcome::BooksDoNotBalance {
        let finding = run.audit.as_ref().and_then(|audit| audit.findings.first());
        let finding = finding.map(|finding| format!(" {finding}")).unwrap_or_default();
        return format!("The shop’s books do not agree with what its customers saw.{finding}");
    }
    let held = match run.capacity.as_ref().map(|capacity| capacity.shoppers) {
        Some(shoppers) => format!("Your shop held {} shoppers at once.", grouped(shoppers)),
        None => "No number of shoppers was held.".to_owned(),
    };
    let then = match (first_missed(run), run.outcome) {
        (Some(step), _) => format!(" At {}, {}.", grouped(step.shoppers), missed(step, &run.objectives)),
        (None, Outcome::GeneratorSaturated) => " Above that the load test itself was the limit, so nothing is known.".to_owned(),
        (None, Outcome::EndedByHand) => " The test was ended before it was through.".to_owned(),
        (None, _) if run.capacity.is_some() => " That was all that was tried: it may hold more.".to_owned(),
        (None, _) => String::new(),
    };
    held + &then
}

/// What was missed, as part of a sentence: the latency that was missed by most, and failures.
fn missed(step: &Step, objectives: &Objectives) -> String {
    let Latencies { p95_ms, p99_ms, pay_p99_ms } = Latencies::of(step);
    let waited = |what: &str, reached: f64, bound: f64| {
        (reached / bound, format!("{what} took {} or longer instead of less than {}", latency(reached), latency(bound)))
    };
    let mut waits = vec![
        waited("1 page in 100", p99_ms, objectives.page_p99_ms),
        waited("1 page in 20", p95_ms, objectives.page_p95_ms),
        waited("1 payment in 100", pay_p99_ms, objectives.pay_p99_ms),
    ];
    waits.retain(|(ratio, _)| *ratio >= 1.0);
    let worst = waits.into_iter().reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    let errors = step.counts.error_share();
    let failed = (errors >= objectives.errors)
        .then(|| format!("{} of requests failed instead of less than {}", percent(errors), percent(objectives.errors)));
    let told: Vec<String> = worst.map(|(_, text)| text).into_iter().chain(failed).collect();
    if told.is_empty() { "it did not".to_owned() } else { told.join(", and ") }
}

/// The latencies that have an objective.
struct Latencies {
    p95_ms: f64,
    p99_ms: f64,
    pay_p99_ms: f64,
}

impl Latencies {
    fn of(step: &Step) -> Self {
        let Step { response, .. } = step;
        Self { p95_ms: response.p95_ms, p99_ms: response.p99_ms, pay_p99_ms: pay_p99_ms(step).unwrap_or(0.0) }
    }
}

/// What has to be said wherever shoppers are counted that are faster than people; nothing when they are not.
pub fn accelerated(run: &Run) -> Option<String> {
    let is_accelerated = (run.acceleration - 1.0).abs() > 1e-9;
    is_accelerated.then(|| {
        let times = run.acceleration;
        format!(
            "These shoppers looked at each page {times} times as briefly as people do, so each of them stands for about {times}."
        )
    })
}

fn meaning(run: &Run) -> Vec<String> {
    let mut meaning: Vec<String> = accelerated(run).into_iter().collect();
    if let Some(step) = last_held(run) {
        let shoppers = grouped(step.shoppers);
        meaning.push(format!(
            "{shoppers} shoppers at once means {shoppers} people in the shop at the same moment, most of them looking at a \
             page. Together they sent {} requests a second{}. Half of the pages came within {}, 99 of 100 within {}.",
            rate(step.counts.requests_per_s()),
            orders(step),
            latency(step.response.p50_ms),
            latency(step.response.p99_ms)
        ));
    }
    let advice = match run.outcome {
        Outcome::BooksDoNotBalance => {
            "Hold no sale before it is known why: speed does not matter while orders are lost or units are sold twice."
        }
        Outcome::GeneratorSaturated => {
            "The machine that played the shoppers could not keep up. To learn more, use a stronger machine, or several together."
        }
        Outcome::ObjectiveMissed => {
            "If a sale may bring more people than the shop held, give it more servers, or invite them in waves."
        }
        Outcome::Passed if run.capacity.as_ref().is_some_and(|capacity| capacity.is_limit) => "",
        Outcome::EndedByHand => "What was measured until then counts; what comes after is not known.",
        Outcome::Passed => "Every step was held, so the limit is somewhere above. A plan with larger steps finds it.",
    };
    meaning.extend((!advice.is_empty()).then(|| advice.to_owned()));
    meaning.extend(books(run));
    meaning.extend(run.interrupted.as_ref().map(|why| format!("The test was ended before it was through: {why}")));
    meaning
}

fn orders(step: &Step) -> String {
    let five_minutes = step.counts.per_second(step.counts.orders) * 300.0;
    if step.counts.orders == 0 { String::new() } else { format!(" and placed {} orders every five minutes", rate(five_minutes)) }
}

fn books(run: &Run) -> Option<String> {
    let Some(audit) = &run.audit else {
        return Some("Nobody has looked into the books after this test.".to_owned());
    };
    let more = if audit.books_hold.is_some() { ", and nothing was sold twice" } else { "" };
    let holds = format!(
        "Afterwards the books were checked: each of {} receipts that customers saw is in the shop exactly once with the same \
         total{more}.",
        grouped(audit.receipts)
    );
    if audit.receipts == 0 {
        return Some("Nobody bought anything, so there was no receipt to compare with the books.".to_owned());
    }
    (run.outcome != Outcome::BooksDoNotBalance && !is_broken(audit)).then_some(holds)
}

/// Whether an audit found anything that must not be.
pub fn is_broken(audit: &Audit) -> bool {
    let counts =
        [audit.missing, audit.doubled, audit.wrong_total, audit.oversold, audit.sold_out_untrue, audit.reservations_open];
    counts.iter().any(|&count| count > 0) || audit.books_hold == Some(false)
}
