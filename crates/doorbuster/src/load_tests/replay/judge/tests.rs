//! What makes a replayed sale one that was not held, from figures alone.

use super::super::figures::{CameTo, Counted, PlayedSale, Rates, SCHEMA, Second, Served};
use super::super::study::StudySale;
use super::*;
use loadtest::report::data::{Audit, Machine, ServerUse};

/// A replay of December's sale with which everything is well.
pub fn well() -> Figures {
    let forecast = CameTo {
        visits: 4_163_124.0,
        orders: 89_299.0,
        revenue: 7_590_416.0,
        sessions: 149_966.0,
        active: 24_239.0,
        orders_in_5_minutes: 545.0,
        best_day: Some(2_997_591.0),
    };
    Figures {
        schema: SCHEMA,
        sale: StudySale::AfterChristmas,
        began: "2026-11-26T20:00:00Z".into(),
        played: PlayedSale {
            speed: 1_800.0,
            scale: 0.005,
            times_harder: 9.0,
            minutes: 7_200,
            is_whole: true,
            has_early_access: false,
            opens: "2011-12-27T14:00:00Z".into(),
            zone: "America/New_York".into(),
            open_s: 240.0,
        },
        forecast,
        came_to: CameTo { orders: 88_000.0, revenue: 7_480_000.0, orders_in_5_minutes: 400.0, ..forecast },
        counted: Counted {
            visits: 20_800,
            orders: 440,
            charged: 37_400.0,
            sessions: 750.0,
            shoppers: 121,
            busiest_orders: 36,
            busiest_minutes: 90.0,
            busiest_forecast_in_5_minutes: 480.0,
            orders_in_5_real_minutes: 440,
        },
        needed: Rates { visits_per_s: 90.0, pages_per_s: 900.0, orders_per_s: 1.8 },
        carried: Rates { visits_per_s: 700.0, pages_per_s: 7_000.0, orders_per_s: 12.0 },
        served: Served {
            verdict: Verdict::Passed,
            reasons: Vec::new(),
            requests: 300_000,
            requests_per_s: 9_000,
            errors: 0,
            failure: None,
            refused: 0,
            sold_out: 0,
            page_p99_ms: 7.0,
            pay_p99_ms: 15.0,
            server: Some(ServerUse { cores: 0.4, memory: 90 << 20 }),
            machine: Machine { processor: "A processor".into(), cores: 2, memory: 4 << 30, system: "Linux".into() },
        },
        books: Audit { receipts: 440, books_hold: Some(true), ..Audit::default() },
        seconds: (0..285)
            .map(|second| Second {
                at_minute: f64::from(second - 40) * 30.0,
                sessions: 100_000.0,
                forecast_sessions: 110_000.0,
                pages_per_s: 700.0,
                p99_ms: 6.0,
            })
            .collect(),
    }
}

/// Changes one thing; the first reason says this. Nothing: it was held.
#[track_caller]
fn check(change: impl FnOnce(&mut Figures), says: Option<&str>) {
    let mut figures = well();
    change(&mut figures);
    let reasons = reasons(&figures);
    match says {
        Some(says) => assert!(reasons.first().is_some_and(|reason| reason.contains(says)), "{reasons:?}"),
        None => assert_eq!(reasons, Vec::<String>::new()),
    }
}

#[test]
fn a_sale_is_held_when_everybody_was_answered_in_time_and_the_books_balance() {
    check(|_| (), None);
    check(|figures| figures.books.oversold = 1, Some("The books do not balance"));
    check(|figures| figures.books.receipts = 0, Some("Nobody bought anything"));
    check(|figures| figures.served.errors = 1, Some("1 request failed."));
    check(|figures| figures.served.refused = 23, Some("23 requests were told to come back later"));
    check(|figures| figures.served.sold_out = 2, Some("2 times a buyer was told that it is sold out"));
    check(|figures| figures.served.verdict = Verdict::Invalid, Some("The load test itself was the limit"));
    check(|figures| figures.served.verdict = Verdict::Unfinished, Some("ended before it was through"));
}

#[test]
fn what_failed_and_what_was_slow_is_told_in_the_words_of_the_load_test() {
    check(
        |figures| {
            figures.served.errors = 12;
            figures.served.failure = Some("Payment: no answer in time".into());
        },
        Some("12 requests failed. First of all: Payment: no answer in time."),
    );
    check(
        |figures| {
            figures.served.verdict = Verdict::Missed;
            figures.served.reasons = vec!["1 page in 100 took 1.2 s.".into()];
        },
        Some("An objective was missed: 1 page in 100 took 1.2 s."),
    );
}
