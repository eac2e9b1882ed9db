//! Bands, against what is known of them without a draw.

use super::*;
use crate::plan::{DECEMBER, Item as PlanItem, NOVEMBER};

fn plan(text: &str, more: &str) -> MarketingPlan {
    MarketingPlan::parse(&format!("{text}{more}"), "plan.toml").expect("it is right")
}

/// A shop with nothing but steady traffic and certain inputs, for a day.
fn steady(more: &str) -> MarketingPlan {
    let certain: String = Input::all().map(|input| format!("{} = 1\n", key(input))).collect();
    let text = format!(
        "name = \"A\"\ncurrency = \"USD\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-06-01 00:00\"\n\
         closes = \"2026-06-02 00:00\"\n[traffic]\nper_hour = 60_000\n[shoppers]\nconversion = 0.02\n[uncertainty]\n{certain}"
    );
    plan(&text, more)
}

fn key(input: Input) -> String {
    serde_json::to_string(&input).expect("it is a word").replace('"', "")
}

fn json(forecast: &Forecast) -> String {
    serde_json::to_string(forecast).expect("it is plain data")
}

#[test]
fn the_same_seed_is_the_same_forecast_byte_for_byte_and_another_is_another() {
    let plan = plan(NOVEMBER, "");
    let first = json(&forecast(&plan, 7));
    assert_eq!(first, json(&forecast(&plan, 7)));
    assert_ne!(first, json(&forecast(&plan, 8)));
}

#[test]
fn bands_are_in_order_and_hold_what_is_planned() {
    let forecast = forecast(&plan(DECEMBER, ""), 7);
    let in_order = |estimate: &Estimate| estimate.p5 <= estimate.p50 && estimate.p50 <= estimate.p95;
    assert_eq!(forecast.slots.len(), 1_440);
    for slot in &forecast.slots {
        for estimate in [slot.arrivals_per_minute, slot.active, slot.sessions, slot.pages_per_s, slot.orders, slot.revenue] {
            assert!(in_order(&estimate), "{slot:?}");
            assert!(estimate.p5 < estimate.planned && estimate.planned < estimate.p95, "{slot:?}");
        }
    }
    let highest = forecast.slots.iter().map(|slot| slot.sessions.planned).fold(0.0, f64::max);
    assert_eq!(highest, forecast.peaks.sessions.height.planned);
}

#[test]
fn what_is_certain_but_for_luck_is_as_wide_as_poisson_says() {
    let forecast = forecast(&steady(""), 7);
    // 1,000 visits a minute for 35 minutes each are 35,000 sessions, and 5,000 of them active; 100 orders in five minutes.
    let slot = forecast.slots[100];
    for (estimate, mean) in [(slot.sessions, 35_000.0_f64), (slot.active, 5_000.0), (slot.orders, 100.0)] {
        assert!((estimate.planned - mean).abs() < 1e-6 * mean, "{estimate:?}");
        // Each twentieth of the normal distribution is drawn once or twice too often at most: 1.645 standard deviations.
        let half = 1.645 * mean.sqrt();
        assert!((estimate.p95 - mean - half).abs() < 0.02 * half, "{estimate:?}, seed 7");
        assert!((mean - half - estimate.p5).abs() < 0.02 * half, "{estimate:?}, seed 7");
    }
}

#[test]
fn every_part_of_an_inputs_range_is_drawn_once() {
    // Only the order value varies, so revenue in order is the range in order: even in ratios, from 1/1.5 to 1.5.
    let mut draws = draws(&steady("").with_order_value_within(1.5), 7, DRAWS);
    draws.sort_by(|one, other| one.order_value.total_cmp(&other.order_value));
    for (part, played) in draws.iter().enumerate() {
        let share = ((played.order_value / 85.0).ln() / 1.5_f64.ln() + 1.0) / 2.0;
        assert_eq!((share * f64::from(DRAWS)) as usize, part, "{}", played.order_value);
    }
}

impl MarketingPlan {
    fn with_order_value_within(mut self, times: f64) -> Self {
        let told: std::collections::BTreeMap<Input, f64> =
            Input::all().map(|input| (input, if input == Input::OrderValue { times } else { 1.0 })).collect();
        let text = told.iter().map(|(input, times)| format!("{} = {times}\n", key(*input))).collect::<String>();
        self.uncertainty = toml::from_str(&text).expect("it is a table of factors");
        self
    }
}

#[test]
fn an_input_that_may_be_further_off_widens_the_band() {
    let width = |times: f64| {
        let revenue = forecast(&steady("").with_order_value_within(times), 7).totals.revenue;
        revenue.p95 / revenue.p5
    };
    // A band of nine tenths of a range that is even in ratios: times^(2·0.9), and a little luck.
    for times in [1.2_f64, 1.5, 3.0] {
        assert!((width(times) / times.powf(1.8) - 1.0).abs() < 0.02, "{times}: {}", width(times));
    }
}

#[test]
fn the_input_that_moves_an_answer_most_is_named_first() {
    let mut plan = steady("").with_order_value_within(1.5);
    let of_revenue = forecast(&plan, 7).sensitivities.revenue;
    assert_eq!(of_revenue[0].input, Input::OrderValue);
    assert!((of_revenue[0].high / of_revenue[0].low - 2.25).abs() < 1e-9, "{:?}", of_revenue[0]);
    assert!(of_revenue[1..].iter().all(|swing| swing.low == swing.high));
    plan = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right");
    let sensitivities = forecast(&plan, 7).sensitivities;
    assert_eq!(sensitivities.peak_sessions.len(), Input::all().len());
    let of_peak = |input| sensitivities.peak_sessions.iter().find(|swing| swing.input == input).expect("all are there");
    assert_eq!(of_peak(Input::OrderValue).low, of_peak(Input::OrderValue).high);
    assert!(of_peak(Input::ClickRate).high > 1.2 * of_peak(Input::ClickRate).low);
    // Who comes later comes less at once.
    assert!(of_peak(Input::DelayMedian).high < of_peak(Input::DelayMedian).low);
}

#[test]
fn an_item_sells_out_in_as_many_draws_as_its_stock_allows() {
    let mut plan = plan(NOVEMBER, "");
    let item = |stock, share| PlanItem { name: format!("{stock}"), stock, share };
    let wanted = Course::of(&plan).demand.orders() * plan.shoppers.units_per_order;
    plan.items = vec![item(100, 0.3), item((wanted * 0.3) as u32, 0.3), item(10_000_000, 0.3)];
    let items = forecast(&plan, 7).items;
    assert_eq!((items[0].sold_out_share, items[2].sold_out_share), (1.0, 0.0));
    assert!((0.35..0.65).contains(&items[1].sold_out_share), "{}", items[1].sold_out_share);
    let minute = items[0].sold_out_minute;
    assert!(minute.p5 < minute.p95 && minute.p95.is_some_and(|minute| minute < 1_440.0), "{minute:?}");
    assert_eq!(items[2].sold_out_minute, SoldOut::default());
    assert_eq!((items[0].sold.p5, items[0].sold.p95), (100.0, 100.0));
}

#[test]
fn nodes_and_the_line_are_told_when_the_plan_says_what_a_node_carries() {
    assert_eq!(forecast(&steady(""), 7).nodes, None);
    let limited = "[capacity]\npages_per_s = 100\norders_per_s = 10\nadmitted_per_minute = 500\n";
    let forecast = forecast(&steady(limited), 7);
    // 167 pages a second with a reserve of three tenths are three nodes of a hundred, and one may fail.
    assert_eq!(forecast.nodes.and_then(|nodes| nodes.planned), Some(4));
    let line = forecast.line.expect("it is limited");
    assert!((line.waiting.planned - 720_000.0).abs() < 1e-3, "{line:?}");
    assert!((line.longest_minutes.planned - 1_440.0).abs() < 1e-3, "{line:?}");
    assert!(forecast.slots[0].waiting.is_some());
}

#[test]
fn a_plan_that_tells_nobody_expects_nobody() {
    let text = "name = \"A\"\ncurrency = \"USD\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-06-01 00:00\"\n\
                closes = \"2026-06-01 00:01\"\n";
    let forecast = forecast(&plan(text, ""), 7);
    assert_eq!((forecast.totals.revenue, forecast.peaks.sessions.height), (Estimate::default(), Estimate::default()));
    assert_eq!((forecast.slots.len(), forecast.days.len()), (1, 1));
}
