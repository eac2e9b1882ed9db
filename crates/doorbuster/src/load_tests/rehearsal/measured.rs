//! What a load test measured, as a rehearsal tells it: pages a second, and how many of them were carried in time.

use super::figures::{Page, Second, Tested};
use crate::load_tests::pace::Pace;
use loadtest::report::data::{self, Kind, Objectives, Run, Verdict};

/// A rate is that of so many seconds.
const TOGETHER: usize = 5;

/// What was measured of a run of one step.
pub fn tested(run: &Run, pace: Pace) -> Tested {
    let step = run.steps.first();
    let share = page_share(run);
    let verdict = step.map_or(Verdict::Unfinished, |step| step.verdict);
    let counts = step.map(|step| step.counts).unwrap_or_default();
    let is_known = matches!(verdict, Verdict::Passed | Verdict::Missed);
    let held = highest(&run.series, |second| is_held(second, &run.objectives)) * share;
    let second = |second: &data::Second| Second {
        at_minute: pace.minute_at(second.at_s),
        shoppers: second.shoppers,
        pages_per_s: second.requests as f64 * share,
        p99_ms: second.p99_ms,
        orders: second.orders,
    };
    Tested {
        verdict,
        reasons: step.map(|step| step.reasons.clone()).unwrap_or_default(),
        pages_per_s: highest(&run.series, |_| true) * share,
        held_pages_per_s: is_known.then_some(held),
        orders_per_s: highest_of(&run.series, |second| second.orders, |_| true),
        visits: counts.visits,
        orders: counts.orders,
        errors: counts.errors,
        refused: counts.refused,
        seconds: run.series.iter().map(second).collect(),
    }
}

/// Kinds of pages, the slowest in comparison with its objective first.
pub fn pages(run: &Run) -> Vec<Page> {
    let kinds = run.steps.first().map(|step| step.kinds.as_slice()).unwrap_or_default();
    let page = |of: &data::OfKind| Page {
        name: of.kind.name(),
        requests: of.requests,
        p50_ms: of.response.p50_ms,
        p99_ms: of.response.p99_ms,
        objective_ms: if of.kind == Kind::Pay { run.objectives.pay_p99_ms } else { run.objectives.page_p99_ms },
    };
    let mut pages: Vec<Page> = kinds.iter().filter(|of| is_page(of.kind)).map(page).collect();
    pages.sort_by(|one, other| (other.p99_ms / other.objective_ms).total_cmp(&(one.p99_ms / one.objective_ms)));
    pages
}

/// Of all requests, the share that was pages: seconds are counted by requests alone.
fn page_share(run: &Run) -> f64 {
    let kinds = run.steps.iter().flat_map(|step| &step.kinds);
    let (mut pages, mut all) = (0, 0);
    for of in kinds {
        all += of.requests;
        pages += if is_page(of.kind) { of.requests } else { 0 };
    }
    if all > 0 { pages as f64 / all as f64 } else { 0.0 }
}

fn is_page(kind: Kind) -> bool {
    !matches!(kind, Kind::Asset | Kind::Now)
}

/// Whether a second alone was within the objectives, without a failure and with nobody sent away.
fn is_held(second: &data::Second, objectives: &Objectives) -> bool {
    let is_fast = second.p95_ms < objectives.page_p95_ms && second.p99_ms < objectives.page_p99_ms;
    is_fast && second.errors == 0 && second.refused == 0
}

/// The most requests a second over [`TOGETHER`] seconds that all count; 0 where there are none.
fn highest(series: &[data::Second], counts: impl Fn(&data::Second) -> bool) -> f64 {
    highest_of(series, |second| second.requests, counts)
}

/// The same of anything that a second has.
fn highest_of(series: &[data::Second], of: impl Fn(&data::Second) -> u64, counts: impl Fn(&data::Second) -> bool) -> f64 {
    let counted = series.windows(TOGETHER).filter(|seconds| seconds.iter().all(&counts));
    let rate = |seconds: &[data::Second]| seconds.iter().map(&of).sum::<u64>() as f64 / TOGETHER as f64;
    counted.map(rate).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(requests: &[u64]) -> Vec<data::Second> {
        requests
            .iter()
            .map(|requests| data::Second { requests: *requests, p95_ms: 20.0, p99_ms: 40.0, ..Default::default() })
            .collect()
    }

    #[test]
    fn a_rate_is_held_only_where_every_second_of_it_was() {
        let mut series = seconds(&[10, 10, 10, 10, 10, 20, 20, 20, 20, 20, 10]);
        let held = |series: &[data::Second]| highest(series, |second| is_held(second, &Objectives::default()));
        assert_eq!(held(&series), 20.0);
        series[7].p99_ms = 1_000.0;
        assert_eq!((held(&series), highest(&series, |_| true)), (14.0, 20.0));
        series[7] = data::Second { refused: 1, ..seconds(&[20])[0] };
        assert_eq!(held(&series), 14.0, "who is sent away is not served");
        series[5].errors = 1;
        assert_eq!((held(&series), held(&series[..4])), (10.0, 0.0));
    }
}
