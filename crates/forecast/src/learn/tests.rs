//! Plans are played with other values than they say, and these values are found again.

use super::*;
use crate::chance::Chance;
use crate::normal;
use crate::outcome::recorded::{CrowdMinute, OrderSecond, Recorded};
use crate::plan::uncertainty::Input;
use crate::plan::{DECEMBER, Defaults, NOVEMBER};

fn plan(text: &str) -> MarketingPlan {
    MarketingPlan::parse(text, "golden.toml").expect("it is right")
}

/// A count of this mean, as luck makes it.
fn lucky(mean: f64, chance: &mut Chance) -> f64 {
    let luck = normal::quantile(chance.share().clamp(1e-9, 1.0 - 1e-9));
    (mean + luck * mean.sqrt()).round().max(0.0)
}

/// What is counted when this plan comes true, in its first slots.
fn play(plan: &MarketingPlan, slots: usize, seed: u64) -> Actuals {
    let mut chance = Chance::new(seed);
    let course = Course::of(plan);
    let mut by_slot = |series: &[f64]| -> Vec<f64> {
        series.chunks(SLOT_MINUTES).take(slots).map(|slot| lucky(slot.iter().sum(), &mut chance)).collect()
    };
    let (arrivals, orders) = (by_slot(&course.arrivals.everyone), by_slot(&course.demand.orders));
    let revenue = orders.iter().sum::<f64>() * plan.shoppers.order_value;
    let seen = Crowd::seen_within(visit::SEEN_MINUTES, &course.arrivals, plan.shoppers.visit_minutes);
    let seen = seen.chunks(SLOT_MINUTES).take(slots);
    let seen = seen.map(|slot| Some(lucky(slot.iter().sum::<f64>() / slot.len() as f64, &mut chance))).collect();
    Actuals { arrivals, orders, revenue, seen, mail: None }
}

/// The plan with values that are off by chance, within their ranges.
fn true_plan(plan: &MarketingPlan, seed: u64) -> MarketingPlan {
    let mut chance = Chance::new(seed ^ 0xfeed);
    let shares: Vec<(Input, f64)> = Input::all().map(|input| (input, chance.share())).collect();
    plan.varied(|input| {
        let share = shares.iter().find(|(one, _)| *one == input).map_or(0.5, |(_, share)| *share);
        plan.uncertainty.times(input).powf(2.0 * share - 1.0)
    })
}

fn close(what: &str, found: f64, expected: f64, within: f64, seed: u64) {
    assert!((found / expected - 1.0).abs() < within, "{what}: {found}, not {expected} within {within}, seed {seed}");
}

#[test]
fn values_with_which_a_sale_was_played_are_found_again() {
    for text in [NOVEMBER, DECEMBER] {
        let plan = plan(text);
        for seed in 1..=4 {
            let truth = true_plan(&plan, seed);
            let actuals = play(&truth, plan.minutes() / SLOT_MINUTES, seed);
            let lesson = learn(&plan, &actuals).expect("enough was counted");
            let found = &lesson.plan;
            close("traffic", found.traffic.per_hour, truth.traffic.per_hour, 0.10, seed);
            close("conversion", found.shoppers.conversion, truth.shoppers.conversion, 0.02, seed);
            close("order value", found.shoppers.order_value, truth.shoppers.order_value, 1e-9, seed);
            close("visit", found.shoppers.visit_minutes, truth.shoppers.visit_minutes, 0.02, seed);
            // Reach, click rate and sharing are one number.
            let visits = |plan: &MarketingPlan, at: usize| plan.channels[at].visits() * (1.0 + plan.traffic.sharing);
            for (at, (one, other)) in found.channels.iter().zip(&truth.channels).enumerate() {
                close("visits of a channel", visits(found, at), visits(&truth, at), 0.05, seed);
                close("median", one.delay.median_minutes, other.delay.median_minutes, 0.08, seed);
                close("sigma", one.delay.sigma, other.delay.sigma, 0.03, seed);
            }
            let Learned { before, after, .. } = lesson.learned;
            assert!(after.peak_sessions < 0.01 && after.orders < 0.01 && after.revenue < 0.01, "{after:?}, seed {seed}");
            assert!(after.arrivals < before.arrivals, "{before:?} {after:?}, seed {seed}");
        }
    }
}

#[test]
fn what_the_first_hours_teach_brings_the_rest_of_the_sale_closer() {
    let plan = plan(DECEMBER);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for seed in 1..=6 {
        let truth = true_plan(&plan, seed);
        // Six hours of five days.
        let lesson = learn(&plan, &play(&truth, 72, seed)).expect("enough was counted");
        let revenue = |plan: &MarketingPlan| Course::of(plan).demand.orders() * plan.shoppers.order_value;
        before.push(relative(revenue(&plan), revenue(&truth)));
        after.push(relative(revenue(&lesson.plan), revenue(&truth)));
    }
    assert!(mean_error(&after) < 0.5 * mean_error(&before), "{before:?} {after:?}, seeds 1 to 6");
}

#[test]
fn a_mail_curve_is_found_again_though_most_have_not_come_yet() {
    let mut chance = Chance::new(5);
    let truth = crate::delay::Delay { median_minutes: 180.0, sigma: 1.7 };
    let mut so_far = 0.0;
    let mut before = 0.0;
    let come = [5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0].map(|minutes| {
        so_far += lucky(400_000.0 * (truth.come_within(minutes) - before), &mut chance);
        before = truth.come_within(minutes);
        (minutes, so_far)
    });
    let found = delay::fit(&come, crate::delay::Delay::MAIL);
    close("median", found.median_minutes, truth.median_minutes, 0.05, 5);
    close("sigma", found.sigma, truth.sigma, 0.03, 5);
    let plan = plan(DECEMBER);
    let mut actuals = play(&plan, 144, 5);
    actuals.mail = Some(MailCurve { channel: "Announcement".to_owned(), come: come.to_vec() });
    let lesson = learn(&plan, &actuals).expect("enough was counted");
    assert_eq!(lesson.plan.channels[0].delay, found);
    assert_eq!(lesson.plan.channels[1].delay, plan.channels[1].delay);
}

#[test]
fn what_sold_out_does_not_look_like_a_low_conversion() {
    let mut plan = plan(DECEMBER);
    plan.items = vec![crate::plan::Item { name: "Tote".to_owned(), stock: 20_000, share: 0.6 }];
    let mut truth = plan.clone();
    truth.shoppers.conversion = 0.03;
    let actuals = play(&truth, plan.minutes() / SLOT_MINUTES, 9);
    assert!(Course::of(&truth).demand.orders_lost() > 10_000.0);
    let lesson = learn(&plan, &actuals).expect("enough was counted");
    close("conversion", lesson.plan.shoppers.conversion, 0.03, 0.03, 9);
}

#[test]
fn the_length_of_visits_is_open_where_nobody_was_counted_and_no_nonsense_where_counts_are() {
    let plan = plan(DECEMBER);
    let mut actuals = play(&plan, 288, 2);
    let found = |actuals: &Actuals| learn(&plan, actuals).expect("enough was counted").plan.shoppers.visit_minutes;
    let counted = std::mem::replace(&mut actuals.seen, vec![None; 288]);
    assert_eq!(found(&actuals), plan.shoppers.visit_minutes, "nobody was counted");
    // Half of the sale was counted: the other half does not look like nobody.
    actuals.seen = counted.iter().enumerate().map(|(at, seen)| seen.filter(|_| at % 2 == 0)).collect();
    close("visit", found(&actuals), plan.shoppers.visit_minutes, 0.02, 2);
    actuals.seen = vec![Some(0.001); 288];
    close("visit", found(&actuals), 0.1, 1e-6, 2);
    actuals.seen = vec![Some(1e9); 288];
    close("visit", found(&actuals), 120.0, 1e-6, 2);
}

#[test]
fn a_sale_that_nobody_was_told_of_teaches_its_traffic() {
    let mut plan = plan(DECEMBER);
    plan.channels.clear();
    let mut truth = plan.clone();
    truth.traffic.per_hour = 20_000.0;
    let lesson = learn(&plan, &play(&truth, 1_000, 3)).expect("enough was counted");
    close("traffic", lesson.plan.traffic.per_hour, 20_000.0, 0.01, 3);
}

#[test]
fn counts_that_make_no_sense_are_refused_by_name() {
    let plan = plan(DECEMBER);
    let good = play(&plan, 144, 1);
    let said = |change: &dyn Fn(&mut Actuals)| {
        let mut actuals = good.clone();
        change(&mut actuals);
        learn(&plan, &actuals).expect_err("it makes no sense").to_string()
    };
    assert!(said(&|actuals| actuals.arrivals.truncate(3)).contains("the number of five minutes is 3"));
    assert!(said(&|actuals| actuals.arrivals = vec![1.0; 9_999]).contains("those of the plan at most"));
    assert!(said(&|actuals| actuals.orders.truncate(3)).contains("counts of orders is 3, but has to be 144"));
    assert!(said(&|actuals| actuals.orders[0] = -1.0).contains("a count is below 0"));
    assert!(said(&|actuals| actuals.arrivals = vec![0.0; 144]).contains("the number of visits is 0"));
    assert!(said(&|actuals| actuals.seen = vec![Some(f64::NAN)]).contains("a count is below 0"));
    let curve = |channel: &str, come: &[(f64, f64)]| Some(MailCurve { channel: channel.to_owned(), come: come.to_vec() });
    assert!(said(&|actuals| actuals.mail = curve("Owls", &[])).contains("the channel of the mail curve is Owls"));
    assert!(said(&|actuals| actuals.mail = curve("Announcement", &[(5.0, 9.0), (4.0, 10.0), (9.0, 11.0)])).contains("ascending"));
}

#[test]
fn what_was_recorded_minute_by_minute_is_laid_over_the_slots_of_the_plan() {
    let plan = plan(DECEMBER);
    let opens = plan.sale.opens.as_second();
    let before = opens - plan.starts().as_second();
    let mut recorded = Recorded {
        currency: "USD".to_owned(),
        minor_units: 100.0,
        opens,
        closes: plan.sale.closes.as_second(),
        told_at: opens + 2 * 3_600,
        ..Recorded::default()
    };
    let minute = |after: i64, visits| CrowdMinute { at: opens + after, active: 9, sessions: 9, visits };
    recorded.crowd = vec![minute(0, None), minute(60, Some(40)), minute(240, Some(2)), minute(300, Some(7))];
    recorded.orders = vec![OrderSecond { at: opens + 299, orders: 3, charged_minor: 25_050 }];
    let actuals = Actuals::of(&plan, &recorded).expect("visits were counted");
    let first = usize::try_from(before / 300).expect("messages go out before the sale opens, or then");
    assert_eq!(actuals.arrivals.len(), first + 24, "as far as the sale has come");
    assert_eq!((actuals.arrivals[first], actuals.arrivals[first + 1]), (42.0, 7.0));
    assert_eq!((actuals.seen[first], actuals.seen[first + 1], actuals.seen[first + 2]), (Some(9.0), Some(9.0), None));
    assert_eq!((actuals.orders[first], actuals.revenue), (3.0, 250.5));

    let said = |change: &dyn Fn(&mut Recorded)| {
        let mut recorded = recorded.clone();
        change(&mut recorded);
        Actuals::of(&plan, &recorded).expect_err("it makes no sense").to_string()
    };
    assert!(said(&|recorded| recorded.opens += 3_600).contains("when the sale opened"));
    assert!(said(&|recorded| recorded.currency = "EUR".to_owned()).contains("currency is USD, but has to be the shop’s, EUR"));
    assert!(said(&|recorded| recorded.crowd.truncate(1)).contains("minutes in which visits were counted is 0"));
}

#[test]
fn a_few_visits_do_not_make_a_delay_that_no_mail_has() {
    let mut plan = plan(DECEMBER);
    plan.channels.truncate(1);
    plan.channels[0].list = 20_000.0;
    plan.traffic.per_hour = 600.0;
    // Nobody opened the mail: what came came anyway.
    let mut truth = plan.clone();
    truth.channels[0].click_rate = 1e-6;
    for seed in 1..=5 {
        let found = learn(&plan, &play(&truth, 24, seed)).expect("enough was counted").plan.channels[0].delay;
        let times = found.median_minutes / plan.channels[0].delay.median_minutes;
        assert!((0.25..4.0).contains(&times), "{found:?}, seed {seed}");
    }
}

#[test]
fn the_next_plan_starts_from_what_the_last_sales_have_taught() {
    let planned = plan(NOVEMBER);
    let mut truth = planned.clone();
    truth.shoppers.conversion = 0.01;
    truth.channels[0].click_rate = 0.05;
    let lesson = |truth: &MarketingPlan| learn(&planned, &play(truth, 576, 4)).expect("enough was counted").learned;
    let first = lesson(&truth);
    truth.shoppers.conversion = 0.015;
    let second = lesson(&truth);
    let defaults = Defaults::of([&first, &second]);
    let silent = NOVEMBER.replace("conversion = 0.02145\n", "").replace("click_rate = 0.16\n", "");
    assert!(MarketingPlan::parse(&silent, "a.toml").expect_err("nothing is known").to_string().contains("click_rate of channel"));
    let next = MarketingPlan::parse_with(&silent, "a.toml", &defaults).expect("the rest is known");
    close("conversion", next.shoppers.conversion, 0.015, 0.03, 4);
    assert_eq!(next.channels[1].click_rate, planned.channels[1].click_rate, "what is written counts");
    let assumed = |field: &str| next.assumed.iter().find(|assumed| assumed.field == field).expect("it is assumed");
    assert_eq!(assumed("shoppers.conversion").value, next.shoppers.conversion);
    let click_rate = assumed("click_rate of channel \"Early access\"");
    assert_eq!((click_rate.value, click_rate.source), (next.channels[0].click_rate, "learned from the shop’s own sales"));
}
