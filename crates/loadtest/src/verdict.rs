//! What is to be thought of a step, and how a run ended.

use crate::figures::{grouped, per_cent, told};
use crate::report::data::{Audit, Generator, Kind, Objectives, Outcome, Step, Verdict};

/// Requests that are sent later than this make latencies wrong, milliseconds: 99 % have to be earlier. It is a fiftieth of the
/// usual objective for pages, so what it adds cannot decide whether that is reached.
pub const LAG_P99_MS_MAX: f64 = 10.0;

/// Share of a thread's time above which it is itself in the way. Work that comes by chance waits for a thread that is busy four
/// fifths of the time four times as long as it takes (M/M/1: ρ / (1 − ρ)), and above that soon without an end.
pub const BUSIEST_MAX: f64 = 0.8;

/// Share of the shoppers aimed at that have to be there. By chance a tenth is missing only where few are aimed at.
const REACHED_MIN: f64 = 0.9;

/// So many failures on the way to orders prove nothing: in a small step one is already a large share.
const FAILED_BY_CHANCE: u64 = 1;

/// What is to be thought of a step, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgment {
    /// Passed, missed or invalid.
    pub verdict: Verdict,
    /// Each reason is a sentence with the number and the bound. Empty when it passed.
    pub reasons: Vec<String>,
}

/// Judges a step that has run its time. Where the load test itself was the limit, the numbers say nothing about the shop: that
/// wins over a missed objective. `held` are the shoppers that the plan holds at once, if it holds a number.
pub fn judge(step: &Step, objectives: &Objectives, held: Option<u64>) -> Judgment {
    let missed = missed(step, objectives);
    let mut limits = limits(&step.generator);
    if step.counts.requests == 0 {
        limits.push("Nothing was asked for, so there is nothing to judge.".into());
    }
    // Shoppers also leave because the shop fails them, and that is the shop's failure.
    if let Some(held) = held
        && missed.is_empty()
        && (step.shoppers_reached as f64) < held as f64 * REACHED_MIN
    {
        let (reached, held) = (grouped(step.shoppers_reached), grouped(held));
        limits.push(format!("At most {reached} shoppers were there at once; the plan holds {held}."));
    }
    match (limits.is_empty(), missed.is_empty()) {
        (false, _) => Judgment { verdict: Verdict::Invalid, reasons: [limits, missed].concat() },
        (true, false) => Judgment { verdict: Verdict::Missed, reasons: missed },
        (true, true) => Judgment { verdict: Verdict::Passed, reasons: Vec::new() },
    }
}

/// The objectives that were missed, as sentences.
fn missed(step: &Step, objectives: &Objectives) -> Vec<String> {
    let counts = &step.counts;
    let failed = share_of(counts.errors, counts.requests);
    let mut missed = Vec::new();
    let mut latency = |what: &str, ms: f64, bound_ms: f64| {
        if ms >= bound_ms {
            missed.push(format!("{what} took up to {} ms; the objective is less than {} ms.", told(ms), told(bound_ms)));
        }
    };
    latency("95 % of pages", step.response.p95_ms, objectives.page_p95_ms);
    latency("99 % of pages", step.response.p99_ms, objectives.page_p99_ms);
    if let Some(pay) = step.kinds.iter().find(|of| of.kind == Kind::Pay) {
        latency("99 % of payments", pay.response.p99_ms, objectives.pay_p99_ms);
    }
    if failed >= objectives.errors {
        let (errors, requests) = (grouped(counts.errors), grouped(counts.requests));
        let (share, bound) = (per_cent(failed), per_cent(objectives.errors));
        missed.push(format!("{share} of requests failed ({errors} of {requests}); the objective is less than {bound}."));
    }
    // Of a thousand requests a few lead to an order: all of those could fail, and hardly a request would have.
    let (failed, requests) = order_pages(step);
    if failed > FAILED_BY_CHANCE && share_of(failed, requests) >= objectives.errors {
        let (share, bound) = (per_cent(share_of(failed, requests)), per_cent(objectives.errors));
        let (failed, requests) = (grouped(failed), grouped(requests));
        missed.push(format!(
            "{share} of what leads to an order failed ({failed} of {requests} changes of carts, checkouts, payments and \
             receipts); the objective is less than {bound}."
        ));
    }
    missed
}

/// Requests that lead to an order, and how many of them failed: failed first.
pub fn order_pages(step: &Step) -> (u64, u64) {
    let of_orders = || step.kinds.iter().filter(|of| of.kind.leads_to_an_order());
    (of_orders().map(|of| of.errors).sum(), of_orders().map(|of| of.requests).sum())
}

fn share_of(failed: u64, requests: u64) -> f64 {
    failed as f64 / requests.max(1) as f64
}

/// Where the load test itself was the limit, as sentences.
fn limits(generator: &Generator) -> Vec<String> {
    let mut limits = Vec::new();
    if generator.lag_p99_ms > LAG_P99_MS_MAX {
        let (lag, most) = (told(generator.lag_p99_ms), told(LAG_P99_MS_MAX));
        limits.push(format!("The load test sent its requests up to {lag} ms late (99 % of them); {most} ms is the most."));
    }
    if generator.busiest > BUSIEST_MAX {
        let (busiest, most) = (per_cent(generator.busiest), per_cent(BUSIEST_MAX));
        limits.push(format!("The load test's busiest thread was at work {busiest} of the time; {most} is the most."));
    }
    if generator.dropped > 0 {
        let dropped = grouped(generator.dropped);
        limits.push(format!(
            "{dropped} of the shoppers could not come, for lack of sockets or memory of the load test; none may be missing."
        ));
    }
    limits
}

/// How a run ended: books that do not balance win over a load test that was its own limit, that over a missed objective, and that
/// over a run that was ended by hand, for whatever reason. What was held until then is no pass: the plan goes further.
pub fn outcome(steps: &[Step], audit: Option<&Audit>, interrupted: Option<&str>) -> Outcome {
    let any = |verdict: Verdict| steps.iter().any(|step| step.verdict == verdict);
    if audit.is_some_and(|audit| !balances(audit)) {
        Outcome::BooksDoNotBalance
    } else if any(Verdict::Invalid) {
        Outcome::GeneratorSaturated
    } else if any(Verdict::Missed) {
        Outcome::ObjectiveMissed
    } else if interrupted.is_some() {
        Outcome::EndedByHand
    } else if any(Verdict::Passed) {
        Outcome::Passed
    } else {
        // Nothing was judged, so nothing is known.
        Outcome::GeneratorSaturated
    }
}

/// Whether the books hold, as far as they could be looked at.
fn balances(audit: &Audit) -> bool {
    let Audit { missing, doubled, wrong_total, oversold, sold_out_untrue, reservations_open, books_hold, .. } = audit;
    let wrong = [missing, doubled, wrong_total, oversold, sold_out_untrue, reservations_open];
    wrong.iter().all(|count| **count == 0) && *books_hold != Some(false)
}

/// How many shoppers to try once between a number that passed and the next that did not; nothing where they are too close for
/// it to tell more.
///
/// It is the geometric mean, with two digits: steps grow by factors, so the answer may be wrong by the same factor either way.
pub fn knee(passed: u64, missed: u64) -> Option<u64> {
    let between = (passed as f64 * missed as f64).sqrt();
    let grain = 10_f64.powf((between.max(1.0).log10().floor() - 1.0).max(0.0));
    let tried = ((between / grain).round() * grain) as u64;
    (passed < tried && tried < missed).then_some(tried)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::data::{Counts, Latency, OfKind};

    fn step() -> Step {
        let response = Latency { count: 10_000, p50_ms: 4.0, p95_ms: 499.0, p99_ms: 999.0, p999_ms: 1_200.0, max_ms: 1_300.0 };
        let pay = Latency { p99_ms: 1_999.0, ..response };
        Step {
            shoppers: 10_000,
            is_search: false,
            began_at_s: 0.0,
            ramp_s: 30.0,
            hold_s: 120.0,
            ignored_s: 20.0,
            shoppers_reached: 9_950,
            sockets: 200,
            counts: Counts { requests: 10_000, errors: 9, seconds: 100.0, ..Counts::default() },
            response,
            service: response,
            kinds: vec![OfKind { kind: Kind::Pay, requests: 100, errors: 0, response: pay, service: pay }],
            generator: Generator { lag_p99_ms: 10.0, busiest: 0.8, ..Generator::default() },
            server: None,
            verdict: Verdict::Unfinished,
            reasons: Vec::new(),
        }
    }

    /// Checks what is thought of the step above after this change.
    fn check(change: impl Fn(&mut Step), verdict: Verdict, reasons: &[&str]) {
        let mut step = step();
        change(&mut step);
        let judgment = judge(&step, &Objectives::default(), Some(10_000));
        assert_eq!((judgment.verdict, judgment.reasons), (verdict, reasons.iter().map(ToString::to_string).collect()));
    }

    #[test]
    fn a_step_just_within_every_bound_has_passed() {
        check(|_| {}, Verdict::Passed, &[]);
    }

    #[test]
    fn an_objective_is_missed_at_its_bound_and_told_with_the_number() {
        let missed = Verdict::Missed;
        check(
            |step| step.response.p95_ms = 500.0,
            missed,
            &["95 % of pages took up to 500 ms; the objective is less than 500 ms."],
        );
        check(
            |step| step.response.p99_ms = 1_400.0,
            missed,
            &["99 % of pages took up to 1,400 ms; the objective is less than 1,000 ms."],
        );
        check(
            |step| step.kinds[0].response.p99_ms = 2_000.0,
            missed,
            &["99 % of payments took up to 2,000 ms; the objective is less than 2,000 ms."],
        );
        check(
            |step| step.counts.errors = 10,
            missed,
            &["0.1 % of requests failed (10 of 10,000); the objective is less than 0.1 %."],
        );
    }

    #[test]
    fn payments_that_fail_are_not_hidden_among_a_crowd_that_looks() {
        let told = "20 % of what leads to an order failed (2 of 10 changes of carts, checkouts, payments and receipts); the \
                    objective is less than 0.1 %.";
        let fail = |errors| {
            move |step: &mut Step| {
                let pay = &mut step.kinds[0];
                (pay.requests, pay.errors) = (10, errors);
            }
        };
        check(fail(2), Verdict::Missed, &[told]);
        check(fail(1), Verdict::Passed, &[]);
    }

    #[test]
    fn a_step_that_the_load_test_limited_is_invalid_whatever_else_it_missed() {
        let late = "The load test sent its requests up to 14 ms late (99 % of them); 10 ms is the most.";
        let slow = "95 % of pages took up to 600 ms; the objective is less than 500 ms.";
        check(|step| step.generator.lag_p99_ms = 14.0, Verdict::Invalid, &[late]);
        let late_and_slow = |step: &mut Step| (step.generator.lag_p99_ms, step.response.p95_ms) = (14.0, 600.0);
        check(late_and_slow, Verdict::Invalid, &[late, slow]);
        let busy = "The load test's busiest thread was at work 81 % of the time; 80 % is the most.";
        check(|step| step.generator.busiest = 0.81, Verdict::Invalid, &[busy]);
        let dropped = "1 of the shoppers could not come, for lack of sockets or memory of the load test; none may be missing.";
        check(|step| step.generator.dropped = 1, Verdict::Invalid, &[dropped]);
        let nothing = "Nothing was asked for, so there is nothing to judge.";
        check(|step| step.counts = Counts::default(), Verdict::Invalid, &[nothing]);
    }

    #[test]
    fn shoppers_who_were_not_there_invalidate_a_step_unless_the_shop_drove_them_away() {
        let few = "At most 8,000 shoppers were there at once; the plan holds 10,000.";
        check(|step| step.shoppers_reached = 8_000, Verdict::Invalid, &[few]);
        let failed = "50 % of requests failed (5,000 of 10,000); the objective is less than 0.1 %.";
        let driven_away = |step: &mut Step| (step.shoppers_reached, step.counts.errors) = (8_000, 5_000);
        check(driven_away, Verdict::Missed, &[failed]);
    }

    #[test]
    fn the_worst_thing_decides_how_a_run_ended() {
        let run = |verdicts: &[Verdict], audit: Option<&Audit>| {
            let steps: Vec<Step> = verdicts.iter().map(|verdict| Step { verdict: *verdict, ..step() }).collect();
            outcome(&steps, audit, None)
        };
        let (passed, missed, invalid) = (Verdict::Passed, Verdict::Missed, Verdict::Invalid);
        let fine = Audit { receipts: 5, books_hold: None, ..Audit::default() };
        assert_eq!(run(&[passed, passed], Some(&fine)), Outcome::Passed);
        assert_eq!(run(&[passed, missed], None), Outcome::ObjectiveMissed);
        assert_eq!(run(&[missed, invalid], None), Outcome::GeneratorSaturated);
        assert_eq!(run(&[], None), Outcome::GeneratorSaturated);
        for audit in [
            Audit { missing: 1, ..fine.clone() },
            Audit { doubled: 1, ..fine.clone() },
            Audit { wrong_total: 1, ..fine.clone() },
            Audit { oversold: 1, ..fine.clone() },
            Audit { sold_out_untrue: 1, ..fine.clone() },
            Audit { reservations_open: 1, ..fine.clone() },
            Audit { books_hold: Some(false), ..fine.clone() },
        ] {
            assert_eq!(run(&[missed, invalid], Some(&audit)), Outcome::BooksDoNotBalance, "{audit:?}");
        }
    }

    #[test]
    fn a_run_that_was_ended_by_hand_has_not_passed_and_what_was_wrong_before_is_told_all_the_same() {
        let run = |verdicts: &[Verdict], audit: Option<&Audit>| {
            let steps: Vec<Step> = verdicts.iter().map(|verdict| Step { verdict: *verdict, ..step() }).collect();
            outcome(&steps, audit, Some("it was ended by hand"))
        };
        let (passed, missed, invalid, unfinished) = (Verdict::Passed, Verdict::Missed, Verdict::Invalid, Verdict::Unfinished);
        assert_eq!(run(&[unfinished], None), Outcome::EndedByHand);
        assert_eq!(run(&[passed, unfinished], None), Outcome::EndedByHand);
        assert_eq!(run(&[passed, missed, unfinished], None), Outcome::ObjectiveMissed);
        assert_eq!(run(&[passed, invalid], None), Outcome::GeneratorSaturated);
        let lost = Audit { missing: 1, ..Audit::default() };
        assert_eq!(run(&[unfinished], Some(&lost)), Outcome::BooksDoNotBalance);
    }

    #[test]
    fn the_knee_is_tried_once_where_it_may_be_wrong_by_the_same_factor_either_way() {
        assert_eq!(knee(20_000, 50_000), Some(32_000));
        assert_eq!(knee(5_000, 10_000), Some(7_100));
        assert_eq!(knee(1, 9), Some(3));
        assert_eq!((knee(0, 1_000), knee(7, 8), knee(100_000, 100_001), knee(5, 5)), (None, None, None, None));
    }
}
