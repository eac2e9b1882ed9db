//! What makes a sale a no-go, from figures alone.

use super::super::figures::{Expected, Page, PlayedSale, SCHEMA, Sale, Tested};
use super::*;
use loadtest::report::data::Audit;

/// A rehearsal with which everything is well.
pub fn well() -> Figures {
    let opens = "2026-11-27T09:00:00Z".to_owned();
    let seen = ["€100.00", "€60.00", "€100.00"].map(|price| Seen(Some(price.to_owned())));
    Figures {
        schema: SCHEMA,
        shop: "Juniper Roasters".into(),
        sale: Sale {
            name: "Black Friday".into(),
            zone: "Europe/Berlin".into(),
            currency: "EUR".into(),
            early_access: None,
            opens: opens.clone(),
            closes: "2026-11-27T21:00:00Z".into(),
            is_announced: true,
            is_shop_open: true,
            delivers: true,
        },
        began: "2026-11-26T20:00:00Z".into(),
        played: PlayedSale { speed: 60.0, scale: 0.1, minutes: 120, sale_minutes: 720, seconds: 165.0, is_other_database: false },
        forecast: Expected {
            plan: Some("Black Friday".into()),
            opens,
            early_access: None,
            currency: "EUR".into(),
            unknown_items: Vec::new(),
            peak_at_minute: 30,
            pages_per_s: 100.0,
            pages_per_s_p95: 150.0,
            active: 600.0,
            orders_per_s: 0.2,
            visits: 20_000.0,
            orders: 510.0,
        },
        tested: Tested {
            verdict: Verdict::Passed,
            reasons: Vec::new(),
            pages_per_s: 600.0,
            held_pages_per_s: Some(600.0),
            orders_per_s: 1.2,
            visits: 2_000,
            orders: 51,
            errors: 0,
            refused: 0,
            seconds: Vec::new(),
        },
        items: vec![Item {
            name: "Kettle".into(),
            offered: Some(50),
            in_stock: Some(80),
            requires_shipping: true,
            price_falls: true,
            wanted: Some([20.0, 40.0]),
            ordinary: "€100.00".into(),
            in_sale: "€60.00".into(),
            seen: Some(seen),
            ..Item::default()
        }],
        pages: vec![Page { name: "Search", requests: 900, p50_ms: 2.0, p99_ms: 30.0, objective_ms: 1_000.0 }],
        books: Audit { receipts: 51, books_hold: Some(true), ..Audit::default() },
    }
}

/// Changes one thing; the worst line is then of this light, about this, and says this.
#[track_caller]
fn check(change: impl FnOnce(&mut Figures), light: Light, about: &str, says: &str) {
    let mut figures = well();
    change(&mut figures);
    let lines = lines(&figures);
    let worst = &lines[0];
    assert_eq!((worst.light, worst.about), (light, about), "{lines:#?}");
    assert!(worst.found.contains(says), "{}", worst.found);
    assert_eq!(is_go(&lines), light != Light::Red);
    assert!(lines.iter().all(|line| line.to_do.is_empty() == (line.light == Light::Green)), "{lines:#?}");
}

#[test]
fn a_sale_that_is_well_prepared_is_a_go_without_a_word_of_doubt() {
    let lines = lines(&well());
    assert!(lines.iter().all(|line| line.light == Light::Green), "{lines:#?}");
    assert!(is_go(&lines));
}

#[test]
fn books_that_do_not_balance_are_a_no_go_and_so_are_books_without_an_order() {
    check(|figures| figures.books.oversold = 1, Light::Red, "Books", "do not balance");
    check(|figures| figures.books.receipts = 0, Light::Red, "Books", "Nobody bought");
}

#[test]
fn capacity_is_green_above_the_band_amber_within_and_red_below_the_plan() {
    check(|figures| figures.tested.held_pages_per_s = Some(120.0), Light::Amber, "Capacity", "120 pages a second");
    check(|figures| figures.tested.held_pages_per_s = Some(99.0), Light::Red, "Capacity", "expects 100 a second");
    check(|figures| figures.tested.held_pages_per_s = None, Light::Red, "Capacity", "nothing is known of the server");
}

#[test]
fn a_rehearsal_that_was_easier_than_the_sale_says_that_and_not_that_the_server_is_too_slow() {
    let mut figures = well();
    figures.tested.held_pages_per_s = Some(99.0);
    assert!(lines(&figures)[0].to_do.contains("larger --scale"));
    (figures.tested.verdict, figures.played.scale) = (Verdict::Missed, 0.01);
    assert!(lines(&figures).iter().any(|line| line.to_do.contains("--pages-per-s 99")));
}

#[test]
fn objectives_missed_at_six_times_the_forecast_are_a_warning_and_at_its_own_rate_a_no_go() {
    let missed = |figures: &mut Figures| {
        figures.tested.verdict = Verdict::Missed;
        figures.tested.reasons = vec!["99 % of pages took up to 1,400 ms.".into()];
    };
    check(missed, Light::Amber, "Speed of pages", "With 6.0 times the visits");
    let at_its_own_rate = |figures: &mut Figures| {
        missed(figures);
        figures.played.speed = 10.0;
    };
    check(at_its_own_rate, Light::Red, "Speed of pages", "1,400 ms");
    check(|figures| figures.tested.verdict = Verdict::Invalid, Light::Red, "Speed of pages", "not measured");
}

#[test]
fn a_sale_that_offers_more_than_there_is_or_is_not_cheaper_is_a_no_go() {
    check(|figures| figures.items[0].in_stock = Some(49), Light::Red, "Stock", "Kettle (50 offered, 49 in stock)");
    let nothing_there = |figures: &mut Figures| (figures.items[0].offered, figures.items[0].in_stock) = (None, Some(0));
    check(nothing_there, Light::Red, "Stock", "0 in stock");
    check(|figures| figures.items[0].price_falls = false, Light::Red, "Sale prices", "€60.00 instead of €100.00");
    check(|figures| figures.sale.is_announced = false, Light::Red, "Calendar", "will not open");
    check(|figures| figures.sale.is_shop_open = false, Light::Red, "Calendar", "closed");
    check(|figures| figures.sale.delivers = false, Light::Red, "Delivery", "delivers nowhere");
}

#[test]
fn a_shop_that_sends_nothing_has_to_deliver_nowhere() {
    let mut figures = well();
    (figures.sale.delivers, figures.items[0].requires_shipping) = (false, false);
    assert!(lines(&figures).iter().all(|line| line.light == Light::Green));
}

#[test]
fn units_that_are_not_counted_never_run_short() {
    let uncounted = |figures: &mut Figures| (figures.items[0].offered, figures.items[0].in_stock) = (None, None);
    let mut figures = well();
    uncounted(&mut figures);
    assert!(lines(&figures).iter().all(|line| line.light == Light::Green));
}

#[test]
fn a_price_that_does_not_come_or_does_not_go_is_a_no_go() {
    let seen = |at: usize, price: Option<&str>| {
        let price = price.map(str::to_owned);
        move |figures: &mut Figures| figures.items[0].seen.as_mut().expect("it was looked at")[at] = Seen(price)
    };
    check(seen(0, Some("€60.00")), Light::Red, "Prices on pages", "before €60.00 instead of €100.00");
    check(seen(1, Some("€100.00")), Light::Red, "Prices on pages", "during €100.00 instead of €60.00");
    check(seen(2, None), Light::Red, "Prices on pages", "after no price instead of €100.00");
    check(|figures| figures.items[0].seen = None, Light::Red, "Prices on pages", "could be looked at");
}

#[test]
fn a_plan_of_another_sale_is_a_no_go_and_none_is_a_warning() {
    check(|figures| figures.forecast.opens = "2026-11-27T10:00:00Z".into(), Light::Red, "Marketing plan", "10:00:00Z");
    check(|figures| figures.forecast.currency = "USD".into(), Light::Red, "Marketing plan", "counts in USD");
    check(
        |figures| figures.forecast.early_access = Some("x".into()),
        Light::Red,
        "Marketing plan",
        "Early access: x in the plan",
    );
    check(|figures| figures.forecast.unknown_items = vec!["Mug".into()], Light::Amber, "Marketing plan", "Mug");
    check(|figures| figures.forecast.plan = None, Light::Amber, "Marketing plan", "no plan");
}

#[test]
fn what_sells_out_has_no_limit_or_was_not_played_is_a_warning() {
    check(|figures| figures.items[0].wanted = Some([51.0, 90.0]), Light::Amber, "Demand", "Kettle (51 wanted, 50 there)");
    check(|figures| figures.items[0].wanted = Some([20.0, 51.0]), Light::Amber, "Demand", "may sell out");
    check(|figures| figures.items[0].is_unlimited_per_customer = true, Light::Amber, "Limit per customer", "Kettle");
    check(|figures| figures.played.is_other_database = true, Light::Amber, "Database", "PostgreSQL");
    check(|figures| figures.forecast.peak_at_minute = 120, Light::Amber, "What was played", "120 minutes after");
    check(|figures| figures.forecast.peak_at_minute = -60, Light::Amber, "What was played", "60 minutes before");
}
