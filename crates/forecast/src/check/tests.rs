//! Claims that can be true and claims that cannot.

use super::*;
use crate::plan::NOVEMBER;

fn plan() -> MarketingPlan {
    MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right")
}

fn claim(users: f64, orders_per_5_minutes: f64) -> Claim {
    Claim { users: Some(users), orders_per_5_minutes: Some(orders_per_5_minutes), ..Claim::default() }
}

#[test]
fn the_case_studys_users_are_sessions_for_as_people_they_would_hardly_buy() {
    let checked = check(&claim(110_000.0, 400.0), None).expect("it makes sense");
    let [active, sessions] = checked.readings[..] else { panic!("two readings") };
    assert!((active.conversion - 0.003_636).abs() < 1e-6 && !active.is_plausible, "{active:?}");
    assert!((sessions.conversion - 0.025_455).abs() < 1e-6 && sessions.is_plausible, "{sessions:?}");
    assert!((sessions.arrivals_per_minute - 3_142.86).abs() < 0.01, "{sessions:?}");
    let minutes = checked.counted_minutes.expect("users and orders are given");
    assert!((minutes.low - 26.125).abs() < 1e-9 && (minutes.high - 55.0).abs() < 1e-9, "{minutes:?}");
    assert!(checked.words.iter().any(|words| words == "So these are sessions: 15714 people are really there at once."));
    assert!(checked.contradictions.is_empty());
}

#[test]
fn orders_and_revenue_bound_what_an_order_is_worth() {
    let claim = Claim { orders_per_5_minutes: Some(400.0), revenue: Some(4.5e6), days: Some(3.0), ..Claim::default() };
    let checked = check(&claim, None).expect("it makes sense");
    assert!(checked.order_value_least.is_some_and(|least| (least - 13.0208).abs() < 1e-4));
    let value = checked.order_value.expect("it is known");
    assert!((value.low - 26.04).abs() < 0.01 && (value.high - 93.75).abs() < 0.01, "{value:?}");
    let orders = checked.orders.expect("they are known");
    assert!((orders.low - 48_000.0).abs() < 1.0 && (orders.high - 172_800.0).abs() < 1.0, "{orders:?}");
    let mut plan = plan();
    plan.shoppers.order_value = 12.0;
    let checked = check(&claim, Some(&plan)).expect("it makes sense");
    assert!(checked.contradictions.iter().any(|words| words.starts_with("Orders of 12.00, as planned")), "{checked:?}");
}

#[test]
fn tens_of_thousands_of_letters_do_not_bring_a_hundred_thousand_users() {
    let mut plan = plan();
    for channel in &mut plan.channels {
        channel.list = 25_000.0;
    }
    plan.traffic.per_hour = 500.0;
    let checked = check(&claim(110_000.0, 400.0), Some(&plan)).expect("it makes sense");
    assert!(checked.contradictions.iter().any(|words| words.starts_with("The plan tells 75000 people")), "{checked:?}");
    assert!(checked.contradictions.iter().any(|words| words.contains("orders in its busiest 5 minutes, not 400")));
    let claim = Claim { users: Some(500.0), revenue: Some(4.5e6), ..Claim::default() };
    let checked = check(&claim, Some(&plan)).expect("it makes sense");
    let [words] = &checked.contradictions[..] else { panic!("{checked:?}") };
    assert!(words.starts_with("The plan leads to a revenue of") && words.ends_with("not 4500000."), "{words}");
}

#[test]
fn users_and_orders_that_fit_no_meaning_contradict_each_other() {
    for (users, orders) in [(110_000.0, 4.0), (1_000.0, 4_000.0)] {
        let checked = check(&claim(users, orders), None).expect("it makes sense");
        assert!(checked.contradictions[0].contains("do not go together"), "{checked:?}");
    }
    let checked = check(&claim(10_000.0, 400.0), None).expect("it makes sense");
    assert_eq!(checked.words[1], "So these are people who are really there at once.");
    let checked = check(&claim(30_000.0, 400.0), None).expect("it makes sense");
    assert!(checked.words[1].starts_with("Either may be meant"), "{checked:?}");
}

#[test]
fn a_claim_needs_two_figures_above_nothing() {
    let said = |claim: Claim| check(&claim, None).expect_err("it makes no sense").to_string();
    assert!(said(Claim { users: Some(1.0), ..Claim::default() }).contains("the number of figures is 1, but has to be 2 or more"));
    assert!(said(claim(0.0, 1.0)).contains("users is 0, but has to be a number above 0"));
    assert!(said(claim(1.0, f64::NAN)).contains("orders per 5 minutes is NaN"));
}

#[test]
fn figures_are_read_as_people_write_them() {
    for (text, number) in [("400", 400.0), ("110k", 110_000.0), ("4.5M", 4.5e6), ("110,000", 110_000.0), (" 1_000 ", 1_000.0)] {
        assert_eq!(figure(text), Ok(number), "{text}");
    }
    for text in ["", "k", "many", "-3", "inf", "nan", "1e999"] {
        let said = figure(text).expect_err("it is no figure");
        assert!(said.contains("write 110000, 110k or 4.5M"), "{said}");
    }
}
