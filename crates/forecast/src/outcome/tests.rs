//! Sales whose figures can be counted by hand.

use super::compared::{Expected, Figure, compare};
use super::recorded::{CrowdMinute, MissedMinute, OrderSecond, RecordedItem, SoldSecond};
use super::*;
use crate::plan::{MarketingPlan, NOVEMBER};
use crate::report::json;

/// Friday, 25 November 2011, 9:00 in New York.
const OPENS: i64 = 1_322_229_600;

fn order(after: i64, charged_minor: i64) -> OrderSecond {
    OrderSecond { at: OPENS + after, orders: 1, charged_minor }
}

fn sold(after: i64, item: usize, units: i64) -> SoldSecond {
    SoldSecond { at: OPENS + after, item, units, charged_minor: units * 5_000 }
}

/// Two hours of a sale of a tote, of which ten are offered, and of a clutch, of which there are as many as in the building.
fn small() -> Recorded {
    let item = |name: &str, offered| RecordedItem { name: name.into(), price_minor: 5_000, offered, ..RecordedItem::default() };
    Recorded {
        shop: "Juniper Roasters".into(),
        sale: "Winter".into(),
        currency: "USD".into(),
        minor_units: 100.0,
        zone: "America/New_York".into(),
        opens: OPENS,
        closes: OPENS + 7_200,
        told_at: OPENS + 10_000,
        items: vec![item("Tote", Some(10)), item("Clutch", None)],
        orders: vec![order(10, 20_000), order(200, 10_000), order(400, 30_000), order(7_100, 1_000)],
        sold: vec![sold(10, 0, 4), sold(200, 0, 2), sold(400, 0, 4), sold(400, 1, 2)],
        missed: vec![MissedMinute { at: OPENS + 420, item: 0, asked: 3, units: 5 }],
        crowd: vec![
            CrowdMinute { at: OPENS, active: 40, sessions: 50, visits: None },
            CrowdMinute { at: OPENS + 60, active: 40, sessions: 70, visits: Some(30) },
        ],
        refunded_minor: 1_050,
        ..Recorded::default()
    }
}

#[test]
fn totals_and_peaks_are_those_of_the_busiest_minutes_wherever_they_begin() {
    let outcome = outcome(&small());
    assert_eq!((outcome.totals.orders, outcome.totals.revenue, outcome.totals.refunded), (4, 610.0, 10.5));
    assert_eq!((outcome.totals.order_value, outcome.totals.units_at_sale_prices), (Some(152.5), 12));
    let peaks = &outcome.peaks;
    let high = |value, at: &str| Some(High { value, at: at.to_owned() });
    assert_eq!(peaks.orders_per_5_minutes, high(2.0, "2011-11-25T14:00:10Z"));
    assert_eq!(peaks.run_rate_of_5_minutes, high(400.0 * 288.0, "2011-11-25T14:03:20Z"));
    assert_eq!(peaks.run_rate_of_hour, high(600.0 * 24.0, "2011-11-25T14:00:10Z"));
    assert_eq!(peaks.active, high(40.0, "2011-11-25T14:00:00Z"), "of equal minutes the first");
    assert_eq!(peaks.sessions, high(70.0, "2011-11-25T14:01:00Z"));
    assert!(outcome.is_over);
}

#[test]
fn an_item_is_sold_out_when_the_offered_units_are_bought_or_the_stock_is_gone() {
    let mut recorded = small();
    let told = outcome(&recorded);
    assert_eq!(told.items[0].sold_out_at.as_deref(), Some("2011-11-25T14:06:40Z"));
    assert_eq!((told.items[0].sold, told.items[0].units_missed, told.items[0].revenue_missed), (10, 5, 250.0));
    assert_eq!((told.lost.asked, told.lost.units, told.lost.revenue), (3, 5, 250.0));
    assert_eq!((&told.items[1].first_gone_at, &told.items[1].sold_out_at), (&None, &None));

    recorded.items[0].gone_at_end_since = Some(OPENS + 300);
    recorded.items[1].gone_first = Some(OPENS + 30);
    let told = outcome(&recorded);
    assert_eq!(told.items[0].sold_out_at.as_deref(), Some("2011-11-25T14:05:00Z"), "whichever was first");
    assert_eq!(told.items[1].first_gone_at.as_deref(), Some("2011-11-25T14:00:30Z"));
    assert_eq!(told.items[1].sold_out_at, None, "some came back");
}

#[test]
fn what_was_not_recorded_is_nothing_and_not_zero() {
    let outcome = outcome(&Recorded { crowd: Vec::new(), orders: Vec::new(), ..small() });
    assert_eq!((&outcome.peaks.active, &outcome.peaks.orders_per_5_minutes, outcome.totals.order_value), (&None, &None, None));
    assert_eq!((outcome.service.minutes, outcome.service.minutes_recorded), (120, 0));
    assert!(outcome.slots.iter().all(|slot| slot.requests.is_none() && slot.sessions.is_none()));
    assert!(json::text(&outcome).contains("\"sessions\": null"));
}

#[test]
fn a_sale_that_is_on_has_as_many_slots_as_have_begun() {
    let slots = |after: i64| outcome(&Recorded { told_at: OPENS + after, ..small() }).slots;
    assert_eq!(slots(-60).len(), 0, "it has not begun");
    assert_eq!((slots(1).len(), slots(300).len(), slots(301).len()), (1, 1, 2));
    assert_eq!(slots(100_000).len(), 24);
    let short = outcome(&Recorded { closes: OPENS + 600, ..small() });
    assert_eq!((short.slot_minutes, short.slots.len(), short.slots[6].orders), (1, 10, 1), "a short one has more");
    let year = Recorded { closes: OPENS + 366 * 86_400, told_at: OPENS + 400 * 86_400, ..small() };
    let year = outcome(&year);
    assert_eq!((year.slot_minutes, year.slots.len(), year.slots[0].orders), (60, 366 * 24, 3), "a long one has fewer");
    let whole = slots(100_000);
    assert_eq!((whole[0].orders, whole[1].orders, whole[23].orders), (2, 1, 1));
    assert_eq!((whole[0].sessions, whole[1].units_missed), (Some(70), 5));
}

#[test]
fn troubled_minutes_are_counted_and_a_slot_has_its_slowest_minute() {
    let minute = |after: i64, failed, p99_ms| ServedMinute {
        at: OPENS + after,
        requests: 100,
        failed,
        shed: 0,
        p99_ms: Some(p99_ms),
        neighbors_p99_ms: None,
    };
    let served = vec![minute(0, 0, 5.0), minute(60, 2, 80.0), minute(120, 0, 9.0)];
    let outcome = outcome(&Recorded { served, ..small() });
    let service = outcome.service;
    assert_eq!((service.minutes_recorded, service.minutes_troubled, service.failed, service.requests), (3, 1, 2, 300));
    assert_eq!((outcome.slots[0].p99_ms, outcome.slots[0].neighbors_p99_ms), (Some(80.0), None));
}

#[test]
fn a_stored_forecast_says_the_same_as_the_forecast_itself() {
    let plan = MarketingPlan::parse(NOVEMBER, "plan.toml").expect("it is right");
    let forecast = crate::forecast(&plan, 7);
    let stored = Expected::read(&json::text(&forecast), "forecast.json").expect("it was just written");
    let (told, itself) = (format!("{stored:.3?}"), format!("{:.3?}", Expected::of(&forecast)));
    assert_eq!(told, itself, "but for the last of seventeen digits");
    let told = Expected::read("{}", "plan.json").expect_err("it is none").to_string();
    assert!(told.starts_with("plan.json is no forecast") && told.contains("plan"), "{told}");
}

#[test]
fn a_sale_is_told_beside_its_forecast_and_the_last_sale() {
    let plan = MarketingPlan::parse(NOVEMBER, "plan.toml").expect("it is right");
    let expected = Expected::of(&crate::forecast(&plan, 7));
    let last = outcome(&Recorded { sale: "Autumn".into(), crowd: Vec::new(), ..small() });
    let mut told = outcome(&small());
    compare(&mut told, None, None);
    assert!(told.compared.is_empty());
    compare(&mut told, Some(&expected), Some(&last));
    let revenue = &told.compared[0];
    assert_eq!((revenue.figure, revenue.came, revenue.last), (Figure::Revenue, Some(610.0), Some(610.0)));
    assert_eq!(revenue.within, Some(false), "it was to be millions");
    assert_eq!((told.compared[3].came, told.compared[3].last), (Some(70.0), None));
    assert_eq!((told.compared[2].figure, told.compared[2].came), (Figure::Visits, Some(30.0)));
    assert_eq!(told.compared[6].expected, None, "a forecast says nothing of the hour");
    assert_eq!(told.last_sale.as_deref(), Some("Autumn"));
    let mut running = outcome(&Recorded { told_at: OPENS + 600, ..small() });
    compare(&mut running, Some(&expected), None);
    assert_eq!(running.compared[0].within, None, "more may come");
}
