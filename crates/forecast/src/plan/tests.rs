//! Plans as people write them, right and wrong.

use super::*;

fn refusal(text: &str) -> String {
    MarketingPlan::parse(text, "sale.toml").expect_err("it makes no sense").to_string()
}

/// The November plan with one line changed is refused, and so is said.
fn check(line: &str, instead: &str, says: &str) {
    assert!(NOVEMBER.contains(line), "the plan has {line}");
    let said = refusal(&NOVEMBER.replacen(line, instead, 1));
    assert!(said.contains(says), "{instead} is refused with: {said}");
}

#[test]
fn the_case_studys_sales_are_read() {
    let november = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right");
    assert_eq!(november.starts().to_string(), "2011-11-24T14:00:00Z");
    assert_eq!(november.minutes(), 3 * 1_440);
    assert_eq!(november.minute(november.sale.opens), 1_440);
    assert_eq!(november.channels[1].waves.len(), 2);
    let december = MarketingPlan::parse(DECEMBER, "december.toml").expect("it is right");
    assert_eq!((december.minutes(), december.sale.early_access), (5 * 1_440, None));
    assert_eq!(december.channels[0].waves.len(), 1);
}

#[test]
fn both_sales_have_the_same_shoppers_and_the_same_list() {
    let [november, december] = [NOVEMBER, DECEMBER].map(|text| MarketingPlan::parse(text, "golden.toml").expect("it is right"));
    assert_eq!(november.shoppers, december.shoppers);
    assert_eq!(november.traffic, december.traffic);
    assert_eq!(november.channels[1].visits(), december.channels[0].visits());
}

#[test]
fn a_plan_says_little_and_the_rest_is_assumed() {
    let text = "name = \"A\"\ncurrency = \"EUR\"\nzone = \"Europe/Berlin\"\n[sale]\nopens = \"2026-11-27 09:00\"\n\
                closes = \"2026-11-28 09:00\"\n";
    let plan = MarketingPlan::parse(text, "a.toml").expect("it is right");
    assert_eq!(plan.shoppers, Shoppers::default());
    assert_eq!((plan.traffic.per_hour, plan.minutes()), (0.0, 1_440));
    assert_eq!(plan.uncertainty.times(Input::Conversion), 1.45);
}

#[test]
fn whoever_says_that_people_come_fast_has_said_how_soon() {
    let field = "median_minutes of channel \"Announcement\"";
    let is_assumed = |text: &str| {
        let plan = MarketingPlan::parse(text, "a.toml").expect("it is right");
        plan.assumed.iter().any(|assumed| assumed.field == field)
    };
    assert!(is_assumed(DECEMBER));
    assert!(!is_assumed(&DECEMBER.replacen("reach = 0.97", "reach = 0.97\ndelay = \"fast\"", 1)));
}

#[test]
fn values_that_make_no_sense_are_refused_by_name() {
    check("per_hour = 8_500", "per_hour = -1", "traffic.per_hour is -1, but has to be a number from 0");
    check("sharing = 0.3", "sharing = nan", "traffic.sharing is NaN");
    check("click_rate = 0.12", "click_rate = 2.0", "click_rate of channel \"Announcement\" is 2, but has to be from 0 to 1");
    check("reach = 0.97", "reach = -0.1", "reach of channel \"Early access\" is -0.1");
    check("list = 6_530_000", "list = 0", "list of channel \"Announcement\" is 0, but has to be a number above 0");
    check("median_minutes = 2_880", "median_minutes = 0", "median_minutes of channel \"Press and partners\" is 0");
    check("sigma = 1.0", "sigma = inf", "sigma of channel \"Press and partners\" is inf");
    check("delay = \"mail\"", "delay = \"owl\"", "expected `mail` or `fast`");
    check("conversion = 0.02145", "conversion = 1.5", "shoppers.conversion is 1.5, but has to be from 0 to 1");
    check("visit_minutes = 5", "visit_minutes = 0", "shoppers.visit_minutes is 0");
    check("order_value = 85", "order_value = -3", "shoppers.order_value is -3");
    check("static_share = 0.9", "static_share = 90", "shoppers.static_share is 90");
    check("units_per_order = 1.5", "units_per_order = 0", "shoppers.units_per_order is 0");
    check("pages = 10", "pages = 0", "shoppers.pages is 0");
    check("currency = \"USD\"", "currency = \"dollars\"", "currency is dollars, but has to be three capital letters");
    check("name = \"Announcement\"", "name = \" \"", "name of a channel is \" \"");
    check("per_hour = 8_500", "per_day = 8_500", "unknown field `per_day`");
}

#[test]
fn waves_tell_everybody_once_and_before_the_close() {
    check("share = 0.5", "share = 0.6", "sum of the waves' shares of channel \"Announcement\" is 1.1, but has to be 1");
    check("share = 0.5", "share = 0.0", "share of wave 1 of channel \"Announcement\" is 0");
    let late = "starts of wave 2 of channel \"Announcement\" is 2011-11-27 09:00, but has to be before the sale closes";
    check("\"2011-11-25 10:20\"", "\"2011-11-27 09:00\"", late);
    check("delivered_in_minutes = 15", "delivered_in_minutes = 1441", "delivered_in_minutes of wave 1 of channel");
    check("delivered_in_minutes = 15", "delivered_in_minutes = -1", "delivered_in_minutes");
    let nobody = NOVEMBER.replace("[[channels.waves]]", "[[channels.other]]");
    assert!(refusal(&nobody).contains("unknown field `other`"), "{}", refusal(&nobody));
    let (head, _) = NOVEMBER.split_once("[[channels.waves]]").expect("it has waves");
    assert!(refusal(&format!("{head}waves = []\n")).contains("waves of channel \"Early access\" is empty"));
}

#[test]
fn times_have_to_exist_and_to_follow_each_other() {
    check(
        "America/New_York",
        "America/Gotham",
        "zone is \"America/Gotham\", but has to be a name of the IANA time zone database",
    );
    check("\"2011-11-25 09:00\"", "\"tomorrow\"", "sale.opens is \"tomorrow\", but has to be a local date and time");
    check("\"2011-11-25 09:00\"", "\"2011-11-25 09:00:30\"", "to the minute");
    check("\"2011-11-25 09:00\"", "\"2011-03-13 02:30\"", "in America/New_York the clocks are put forward over this one");
    check("\"2011-11-27 09:00\"", "\"2011-11-25 09:00\"", "sale.closes is 2011-11-25 09:00, but has to be after sale.opens");
    check(
        "\"2011-11-24 09:00\"",
        "\"2011-11-25 10:00\"",
        "sale.early_access is 2011-11-25 10:00, but has to be before sale.opens",
    );
    check("early_access = \"2011-11-24 09:00\"", "", "invited of channel \"Early access\" is true, but has to be false");
    check(
        "\"2011-11-27 09:00\"",
        "\"2011-12-27 09:00\"",
        "33.0 days after the first message or opening, but has to be 14 at most",
    );
}

#[test]
fn of_an_hour_that_happens_twice_the_first_is_taken() {
    let text = NOVEMBER
        .replace("early_access = \"2011-11-24 09:00\"", "early_access = \"2011-11-06 01:30\"")
        .replace("opens = \"2011-11-25 09:00\"", "opens = \"2011-11-18 09:00\"")
        .replace("closes = \"2011-11-27 09:00\"", "closes = \"2011-11-19 01:00\"")
        .replace("starts = \"2011-11-2", "starts = \"2011-11-1");
    let plan = MarketingPlan::parse(&text, "a.toml").expect("it is right");
    assert_eq!(plan.starts().to_string(), "2011-11-06T05:30:00Z");
    // The hour that comes back is part of the sale.
    assert_eq!(plan.minutes(), 13 * 1_440 - 30 + 60);
}

#[test]
fn items_are_shares_of_one_demand() {
    let item = |name: &str, share: f64| format!("\n[[items]]\nname = \"{name}\"\nstock = 100\nshare = {share}\n");
    let plan = MarketingPlan::parse(&format!("{NOVEMBER}{}{}", item("Tote", 0.4), item("Clutch", 0.6)), "a.toml");
    assert_eq!(plan.expect("it is right").items.len(), 2);
    let said = refusal(&format!("{NOVEMBER}{}{}", item("Tote", 0.5), item("Clutch", 0.6)));
    assert!(said.contains("sum of the items' shares is 1.1, but has to be 1 at most"), "{said}");
    assert!(refusal(&format!("{NOVEMBER}{}", item("Tote", -0.1))).contains("share of item \"Tote\" is -0.1"));
    assert!(refusal(&format!("{NOVEMBER}{}", item("", 0.1))).contains("name of an item is \"\""));
}

#[test]
fn a_plan_may_say_how_sure_it_is() {
    let with = |line: &str| format!("{NOVEMBER}\n[uncertainty]\n{line}\n");
    let plan = MarketingPlan::parse(&with("click_rate = 1.1"), "a.toml").expect("it is right");
    assert_eq!((plan.uncertainty.times(Input::ClickRate), plan.uncertainty.source(Input::ClickRate)), (1.1, "the plan"));
    assert_ne!(plan.uncertainty.source(Input::Reach), "the plan");
    assert!(refusal(&with("click_rate = 0.9")).contains("a factor from 1 (it is certain) to 10"));
    assert!(refusal(&with("weather = 1.5")).contains("unknown variant `weather`"));
}

#[test]
fn capacities_are_above_nothing() {
    let with = |line: &str| format!("{NOVEMBER}\n[capacity]\npages_per_s = 4000\norders_per_s = 100\n{line}\n");
    assert!(MarketingPlan::parse(&with("admitted_per_minute = 1000"), "a.toml").is_ok());
    assert!(refusal(&with("admitted_per_minute = 0")).contains("capacity.admitted_per_minute is 0"));
    assert!(refusal(&with("sigma = 2")).contains("capacity.sigma is 2"));
}

#[test]
fn every_input_can_vary_and_has_a_range_and_a_source() {
    let plan = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right");
    for input in Input::all() {
        assert!(plan.uncertainty.times(input) > 1.0, "{input:?}");
        assert!(!plan.uncertainty.source(input).is_empty() && !input.name().is_empty(), "{input:?}");
        let varied = plan.varied(|one| if one == input { 1.01 } else { 1.0 });
        assert_ne!(varied, plan, "{input:?} moves nothing");
    }
    assert_eq!(plan.varied(|_| 1.0), plan);
}

#[test]
fn shares_never_exceed_the_whole() {
    let plan = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right").varied(|_| 1e6);
    assert!(plan.channels.iter().all(|channel| channel.reach == 1.0 && channel.click_rate == 1.0));
    assert_eq!((plan.shoppers.conversion, plan.shoppers.static_share), (1.0, 0.0));
}
