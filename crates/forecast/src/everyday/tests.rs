//! Days whose bands are known, and files as people export them.

use super::*;
use crate::chance::Chance;
use crate::normal;

/// Weekdays' shares of the weeks that are played.
const SHARES: [f64; DAYS] = [0.2, 0.2, 0.15, 0.0, 0.1, 0.15, 0.2];

/// So many weeks of about so many orders, whose level wanders by a few per cent a week and whose days scatter by a seventh.
fn played(weeks: usize, orders: f64, seed: u64) -> DailyOrders {
    let mut chance = Chance::new(seed);
    let mut level = orders.ln();
    let mut csv = String::from("at\n");
    let mut day = jiff::civil::date(2026, 1, 1);
    for week in 0..weeks * DAYS {
        if week % DAYS == 0 {
            level += 0.04 * normal::quantile(chance.share().clamp(1e-6, 1.0 - 1e-6));
        }
        let mean = SHARES[week % DAYS] * level.exp() * (0.15 * normal::quantile(chance.share().clamp(1e-6, 1.0 - 1e-6))).exp();
        let count = Count { mean, uncertainty: 0.0 }.quantile(chance.share());
        csv.push_str(&format!("{day}T12:00\n").repeat(count as usize));
        day = day.tomorrow().expect("the calendar goes on");
    }
    DailyOrders::read(&csv, "played.csv").expect("it is right")
}

#[test]
fn quantiles_are_those_of_poisson_and_of_the_negative_binomial_distribution() {
    // By adding up exact probabilities with sixty digits, and for ten successes at 1/7 with binomial coefficients.
    let poisson = |mean, share| Count { mean, uncertainty: 0.0 }.quantile(share);
    assert_eq!((poisson(4.0, 0.05), poisson(4.0, 0.5), poisson(4.0, 0.95)), (1.0, 4.0, 8.0));
    assert_eq!((poisson(2_000.0, 0.05), poisson(2_000.0, 0.95)), (1_927.0, 2_074.0));
    let binomial = |mean, share| Count { mean, uncertainty: 0.1 }.quantile(share);
    assert_eq!((binomial(60.0, 0.05), binomial(60.0, 0.5), binomial(60.0, 0.95)), (30.0, 58.0, 97.0));
    assert_eq!(poisson(0.0, 0.95), 0.0);
}

#[test]
fn bands_hold_as_often_as_they_claim_in_a_year_that_is_as_the_model_says() {
    let mut held = [0, 0, 0];
    let mut days = 0;
    for seed in 0..12 {
        let backtest = backtest(&played(52, 400.0, seed), 26, 1).expect("there are enough weeks");
        days += backtest.days.len();
        for (held, coverage) in held.iter_mut().zip(&backtest.coverage) {
            *held += coverage.held;
        }
    }
    for (held, claimed) in held.into_iter().zip(CLAIMED) {
        let share = f64::from(held as u32) / days as f64;
        assert!((share - claimed).abs() < 0.04, "{claimed}: {share} of {days} days, seeds 0 to 11");
    }
}

#[test]
fn the_further_ahead_the_wider_the_band() {
    let orders = played(52, 400.0, 3);
    let width = |ahead: usize| {
        let backtest = backtest(&orders, 26, ahead).expect("there are enough weeks");
        let widths = backtest.days.iter().map(|day| (day.bands[2][1] - day.bands[2][0]) / day.expected);
        widths.sum::<f64>() / backtest.days.len() as f64
    };
    assert!(width(8) > width(1), "{} {}", width(8), width(1));
}

#[test]
fn days_on_which_the_shop_never_sells_are_no_misses_and_no_hits() {
    let backtest = backtest(&played(30, 400.0, 1), 26, 1).expect("there are enough weeks");
    assert_eq!(backtest.days.len(), 4 * 6);
}

#[test]
fn orders_that_were_taken_back_or_are_worth_nothing_are_left_out() {
    let csv = "Name,Created at,Cancelled at,Total\n#1,2026-11-27 09:00:01 +0100,,12.00\n#1,2026-11-27 09:00:01 +0100,,\n\
               #2,2026-11-27 10:00:00 +0100,2026-11-28 09:00:00 +0100,9.00\n#3,2026-11-29 09:00:00 +0100,,5.00\n";
    let orders = DailyOrders::read(csv, "orders.csv").expect("it is right");
    assert_eq!((orders.total(), orders.into_days()), (2, vec![1, 0, 1]));
}

#[test]
fn files_that_say_too_little_are_refused_with_what_they_need() {
    let said = |csv: &str| DailyOrders::read(csv, "orders.csv").expect_err("it is wrong").to_string();
    assert!(said("when,what\n1,2\n").contains("one with a column of these: at, created at"));
    assert!(said("at\nyesterday\n").contains("the time of the order in row 2 is \"yesterday\""));
    assert!(said("at,total\n2026-11-27,0\n").contains("the number of orders is 0"));
    let orders = played(10, 400.0, 1);
    assert!(backtest(&orders, 12, 1).expect_err("too few").to_string().contains("full weeks is 10, but has to be 13 or more"));
    assert!(backtest(&orders, 6, 1).expect_err("too few").to_string().contains("weeks to learn from is 6"));
}
