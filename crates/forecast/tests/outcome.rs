//! What a sale came to, as people and programs read it.

use charts::terminal::Ink;
use charts::well_formed::problem;
use forecast::data::{Errors, Fitted, Learned};
use forecast::outcome::compared::{Expected, compare};
use forecast::outcome::data::{Known, Outcome};
use forecast::outcome::outcome;
use forecast::outcome::recorded::{
    CrowdMinute, Holds, MissedMinute, OrderSecond, Pace, Recorded, RecordedItem, ServedMinute, SoldSecond, Standing,
};
use forecast::plan::{MarketingPlan, NOVEMBER};
use forecast::report::{json, outcome as report};

/// Friday, 25 November 2011, 9:00 in New York.
const OPENS: i64 = 1_322_229_600;
const DAY: i64 = 86_400;
const HOSTILE: &str = "</title></script><script>alert(1)</script>' onload=x &lt;";

/// Three days of a sale with early access, in which the tote sells out and a node stumbles.
fn busy() -> Recorded {
    let wave = |second: i64| 1.0 / (1.0 + (second - DAY).abs() as f64 / 5_000.0);
    let minutes = || (0..3 * 1_440).map(|minute| minute * 60);
    let item = |name: &str, offered, gone| RecordedItem {
        name: name.into(),
        price_minor: 12_900,
        offered,
        gone_first: gone,
        gone_at_end_since: gone,
    };
    Recorded {
        shop: "Juniper Roasters".into(),
        sale: "Winter".into(),
        currency: "USD".into(),
        minor_units: 100.0,
        zone: "America/New_York".into(),
        early_access: Some(OPENS - DAY),
        opens: OPENS,
        closes: OPENS + 2 * DAY,
        told_at: OPENS + 9 * DAY,
        crowd: minutes()
            .map(|at| CrowdMinute {
                at: OPENS - DAY + at,
                active: (20_000.0 * wave(at)) as i64,
                sessions: (110_000.0 * wave(at)) as i64,
                visits: Some((3_100.0 * wave(at)) as i64),
            })
            .collect(),
        served: minutes()
            .map(|at| ServedMinute {
                at: OPENS - DAY + at,
                requests: (90_000.0 * wave(at)) as i64,
                failed: i64::from(at == DAY),
                shed: (900.0 * (wave(at) - 0.5).max(0.0)) as i64,
                p99_ms: Some(9.0 + 80.0 * wave(at)),
                neighbors_p99_ms: Some(8.0 + wave(at)),
            })
            .collect(),
        nodes: 3,
        nodes_started: 1,
        answers: Pace { before_p99_ms: Some(9.0), during_p99_ms: Some(61.0) },
        neighbors: Pace { before_p99_ms: Some(8.1), during_p99_ms: Some(8.9) },
        orders: minutes()
            .map(|at| OrderSecond {
                at: OPENS - DAY + at,
                orders: (80.0 * wave(at)) as i64,
                charged_minor: (80.0 * wave(at)) as i64 * 15_000,
            })
            .collect(),
        sold: vec![SoldSecond { at: OPENS + 900, item: 0, units: 800, charged_minor: 800 * 12_900 }],
        missed: vec![MissedMinute { at: OPENS + 1_200, item: 0, asked: 41, units: 52 }],
        items: vec![item("Tote, black", Some(800), None), item("Clutch", None, Some(OPENS + 4_000)), item("Belt", None, None)],
        holds: Holds { converted: 9_000, expired: 300, released: 120, active: 0 },
        ..Recorded::default()
    }
}

/// Sales with much and with little in them.
fn outcomes() -> Vec<(&'static str, Outcome)> {
    let plan = MarketingPlan::parse(NOVEMBER, "plan.toml").expect("it is right");
    let expected = Expected::of(&forecast::forecast(&plan, 7));
    let mut with_all = outcome(&busy());
    let errors = Errors { peak_sessions: 0.12, peak_orders: 0.2, orders: 0.345, revenue: 0.3, arrivals: 0.4 };
    let fitted = Fitted { field: "shoppers.conversion".into(), was: 0.02, is: 0.0152 };
    let learned = Learned { before: errors, after: Errors { orders: 0.001, ..errors }, fitted: vec![fitted], slots: 576 };
    with_all.known = Known::of(&[learned.clone(), Learned { before: Errors { orders: 0.145, ..errors }, ..learned.clone() }]);
    with_all.learned = Some(learned);
    compare(&mut with_all, Some(&expected), Some(&outcome(&Recorded { sale: "Autumn".into(), ..busy() })));
    let hostile_item = RecordedItem { name: HOSTILE.into(), gone_first: Some(OPENS), ..RecordedItem::default() };
    let hostile = Recorded { shop: HOSTILE.into(), sale: HOSTILE.into(), items: vec![hostile_item], ..busy() };
    let nothing = Recorded { opens: OPENS, closes: OPENS + 60, told_at: OPENS + 60, ..Recorded::default() };
    vec![
        ("with all", with_all),
        ("hostile", outcome(&Recorded { missed: Vec::new(), sold: Vec::new(), ..hostile })),
        ("nothing recorded", outcome(&nothing)),
        ("not begun", outcome(&Recorded { told_at: OPENS - 2 * DAY, orders: Vec::new(), ..busy() })),
        ("called off", outcome(&Recorded { standing: Standing::CalledOff, ..busy() })),
        ("still on", outcome(&Recorded { told_at: OPENS + 60, ..busy() })),
    ]
}

#[test]
fn every_page_is_well_formed_loads_nothing_and_shows_no_number_that_is_none() {
    for (name, outcome) in outcomes() {
        let page = report::page(&outcome);
        assert_eq!(problem(&page), None, "{name}");
        assert_eq!(page.matches("<script>").count(), 1, "{name}");
        let text = report::summary(&outcome, Ink::Plain);
        for word in [" src=", "href=\"http", "<link", "<img", "NaN", "inf<", ">inf", "infinity"] {
            assert!(!page.contains(word), "{name} has {word}");
        }
        assert!(!text.contains("NaN") && !text.contains(" inf") && !text.contains('\u{1b}'), "{name}: {text}");
        serde_json::from_str::<serde_json::Value>(&json::text(&outcome)).expect("it is JSON");
    }
}

#[test]
fn the_terminal_says_what_came_what_sold_out_and_what_was_done_by_hand() {
    let (_, outcome) = outcomes().remove(0);
    let text = report::summary(&outcome, Ink::Plain);
    for part in [
        "110,000 sessions at once",
        "Sold out: “Tote, black” Fri 25 Nov 09:15, “Clutch” Fri 25 Nov 10:06.",
        "In the cart and at the checkout 52 units were missing, asked for 41 times: USD 6,708",
        "They did not notice.",
        "1 node was added or started anew during the sale.",
        "By hand: nothing in the shop’s books.",
        "Beside the forecast and the last sale",
        "The plan was off by 12 % in sessions at the peak, 34 % in orders and 30 % in revenue",
        "Over 2 sales of the shop that taught something, forecasts were off by 12 % in sessions at the peak, 24 % in orders",
    ] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

#[test]
fn what_was_not_recorded_is_said_to_be_so() {
    let (_, outcome) = outcomes().remove(2);
    let (text, page) = (report::summary(&outcome, Ink::Plain), report::page(&outcome));
    assert!(text.contains("How the server did was not recorded"), "{text}");
    assert!(text.contains("Nobody has ordered anything."), "{text}");
    let row = text.lines().find(|line| line.starts_with("Sessions at once")).expect("there is a row");
    assert!(row.contains("not recorded"), "{row}");
    assert!(page.contains("Not recorded"));
}

#[test]
fn of_a_sale_that_was_none_no_figure_is_told() {
    for (place, said) in [(3, "It has not begun."), (4, "It was called off before it opened.")] {
        let (name, outcome) = outcomes().remove(place);
        let (text, page) = (report::summary(&outcome, Ink::Plain), report::page(&outcome));
        assert!(text.contains(said) && !text.contains("Revenue"), "{name}: {text}");
        assert!(page.contains(said) && !page.contains("Revenue"), "{name}");
    }
}
