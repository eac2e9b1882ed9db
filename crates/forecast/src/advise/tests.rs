//! Waves that keep a peak low, and what they cost.

use super::*;
use crate::plan::DECEMBER;

fn plan() -> MarketingPlan {
    MarketingPlan::parse(DECEMBER, "december.toml").expect("it is right")
}

fn waves(plan: &MarketingPlan, sessions_max: f64) -> Waves {
    match advise(plan, Limit::Sessions(sessions_max)).expect("it can be asked") {
        Advice::Waves(waves) => waves,
        beyond => panic!("{beyond:?}"),
    }
}

#[test]
fn whoever_can_be_carried_at_once_is_told_at_once() {
    let waves = waves(&plan(), 1e6);
    assert_eq!((waves.waves, waves.gap_minutes, waves.starts.len()), (1, 0, 1));
    assert_eq!((waves.orders_later_minutes, waves.revenue_after_first_day, waves.revenue_lost), (0.0, 0.0, 0.0));
    assert_eq!(waves.peak_sessions, waves.peak_sessions_at_once);
}

#[test]
fn the_less_can_be_carried_the_more_waves_there_are_and_the_later_orders_come() {
    let plan = plan();
    let mut before = waves(&plan, 1e6);
    for sessions_max in [115_000.0, 95_000.0, 70_000.0] {
        let waves = waves(&plan, sessions_max);
        assert!(waves.peak_sessions <= sessions_max, "{}", waves.words);
        assert!(waves.waves >= before.waves && waves.orders_later_minutes > before.orders_later_minutes, "{}", waves.words);
        assert!(waves.revenue_after_first_day > before.revenue_after_first_day, "{}", waves.words);
        before = waves;
    }
}

#[test]
fn one_wave_less_or_a_shorter_gap_is_too_much() {
    let plan = plan();
    let found = waves(&plan, 95_000.0);
    for gap in GAPS_MINUTES {
        assert!(Told::of(&plan, 0, found.waves - 1, gap).peak_sessions > 95_000.0, "{gap} minutes");
    }
    for gap in GAPS_MINUTES.into_iter().filter(|gap| *gap < found.gap_minutes) {
        assert!(Told::of(&plan, 0, found.waves, gap).peak_sessions > 95_000.0, "{gap} minutes");
    }
}

#[test]
fn pages_a_second_can_be_what_is_limited() {
    let plan = plan();
    let Advice::Waves(waves) = advise(&plan, Limit::PagesPerS(600.0)).expect("it can be asked") else { panic!("they can") };
    assert!(waves.peak_pages_per_s <= 600.0 && waves.peak_pages_per_s_at_once > 600.0, "{}", waves.words);
    assert!(waves.waves > 1 && waves.words.contains("pages a second instead of"), "{}", waves.words);
}

#[test]
fn what_no_waves_can_keep_low_is_said() {
    match advise(&plan(), Limit::Sessions(1_000.0)).expect("it can be asked") {
        Advice::Beyond { peak_least, words } => {
            assert!(peak_least > 1_000.0);
            assert!(words.contains("Add capacity"), "{words}");
        }
        Advice::Waves(waves) => panic!("{}", waves.words),
    }
}

#[test]
fn waves_end_before_the_close() {
    let mut plan = plan();
    plan.sale.closes = plan.sale.opens + SignedDuration::from_hours(2);
    let waves = waves(&plan, 120_000.0);
    let closes = plan.sale.closes.to_string();
    assert!(waves.starts.iter().all(|starts| *starts < closes), "{}", waves.words);
    assert!(waves.revenue_lost > 0.0, "{}", waves.words);
}

#[test]
fn a_plan_that_tells_nobody_has_no_waves() {
    let mut plan = plan();
    plan.channels.clear();
    assert!(advise(&plan, Limit::Sessions(1.0)).expect_err("nobody is told").to_string().contains("channels is empty"));
    assert!(advise(&plan, Limit::PagesPerS(0.0)).expect_err("nothing is carried").to_string().contains("pages a second is 0"));
}
