//! What comes when, against closed forms and against shoppers who come and go. No clock runs here.

use super::*;
use crate::mix::Mix;
use course::Coming;
use forecast::chance::Chance;

fn plan(name: &str) -> Plan {
    Plan::find(name).expect("it comes with the program")
}

fn wishing(name: &str, to: Option<u64>, step_seconds: Option<f64>) -> Plan {
    plan(name).wishing(Wishes { to, step_seconds }).expect("it makes sense")
}

fn shoppers(plan: &Plan) -> Vec<u64> {
    plan.steps().iter().map(|step| step.shoppers).collect()
}

#[test]
fn every_shipped_plan_is_right_and_survives_being_sent_to_another_process() {
    for name in Plan::shipped() {
        let plan = plan(name);
        assert_eq!(plan.name, name);
        let sent = serde_json::to_string(&plan).expect("it can be written");
        assert_eq!(serde_json::from_str::<Plan>(&sent).expect("it can be read"), plan);
    }
}

#[test]
fn steps_end_where_they_are_wished_to_end() {
    assert_eq!(shoppers(&wishing("steps", Some(5_000), None)), [1_000, 2_000, 5_000]);
    assert_eq!(shoppers(&wishing("steps", Some(3_000), None)), [1_000, 2_000, 3_000]);
    assert_eq!(shoppers(&wishing("steps", Some(10), None)), [10]);
    assert_eq!(shoppers(&wishing("steps", Some(200_000), None)).len(), 11);
    for name in ["constant", "sale", "drop"] {
        assert_eq!(shoppers(&wishing(name, Some(77), None)), [77], "{name}");
    }
}

#[test]
fn a_step_is_held_as_long_as_wished_and_counts_the_same_part_of_it() {
    let short = &wishing("steps", None, Some(12.0)).steps()[0];
    assert_eq!((short.hold_s, short.ignored_s, short.seconds()), (12.0, 2.0, 42.0));
    let long = &wishing("steps", None, Some(600.0)).steps()[0];
    assert_eq!((long.hold_s, long.ignored_s), (600.0, 20.0));
    assert_eq!(wishing("sale", None, Some(60.0)).seconds(), 60.0);
}

#[test]
fn shoppers_rise_from_step_to_step_without_a_jump() {
    let steps = plan("steps").steps();
    for pair in steps.windows(2) {
        let end = pair[0].course.shoppers(pair[0].seconds()).expect("it holds a number");
        let begin = pair[1].course.shoppers(0.0).expect("it holds a number");
        assert_eq!(end, begin);
    }
    assert_eq!(steps[1].course.shoppers(15.0), Some(1_500.0));
    assert_eq!(steps[1].course.shoppers(100.0), Some(2_000.0));
}

#[test]
fn the_search_goes_down_to_a_number_in_between() {
    let step = plan("steps").search_step(20_000, 14_000).expect("steps are searched");
    assert!(step.is_search);
    assert_eq!((step.course.shoppers(0.0), step.course.shoppers(30.0)), (Some(20_000.0), Some(14_000.0)));
    assert_eq!(step.course.come(30.0, 280.0).leaving, 6_000.0);
    assert_eq!(plan("drop").search_step(2, 1), None);
}

/// Lets shoppers come as the course says, stay as long as their visits take, and counts who is there at some instants.
fn there(course: &course::Course, mix: &Mix, at_s: &[f64], chance: &mut Chance) -> Vec<usize> {
    let mean_s = mix.visit_mean_s();
    let mut stays = Vec::new();
    let mut came = Coming::default();
    let end_s = at_s.iter().copied().fold(0.0, f64::max);
    for tick in 1..=(end_s * 10.0) as u32 {
        let now_s = f64::from(tick) / 10.0;
        let due = course.come(now_s, mean_s);
        while came.arriving + 1.0 <= due.arriving {
            came.arriving += 1.0;
            stays.push((now_s, now_s + rest_of_visit(mix, mix.arrive(chance), 0.0, chance)));
        }
        while came.midway + 1.0 <= due.midway {
            came.midway += 1.0;
            let midway = mix.midway(chance);
            stays.push((now_s, now_s + rest_of_visit(mix, midway.place, midway.wakes_in_s, chance)));
        }
    }
    at_s.iter().map(|at| stays.iter().filter(|(from, until)| from <= at && at < until).count()).collect()
}

fn rest_of_visit(mix: &Mix, mut place: crate::mix::walk::Place, first_s: f64, chance: &mut Chance) -> f64 {
    let mut seconds = first_s;
    while mix.next_page(&mut place, chance).is_some() {
        seconds += mix.think_s(chance);
    }
    seconds
}

#[test]
fn as_many_shoppers_are_there_as_the_plan_aims_at_from_the_end_of_the_ramp_on() {
    let course = plan("steps").search_step(0, 10_000).expect("steps are searched").course;
    for (name, mix) in [("flash", Mix::find("flash")), ("tpcw-browsing", Mix::find("tpcw-browsing"))] {
        let mix = mix.expect("it comes with the program");
        for found in there(&course, &mix, &[30.0, 60.0, 150.0, 600.0], &mut Chance::new(19)) {
            // Five times the square root of 10,000: that of a sum of visits which begin by themselves.
            assert!((9_500..10_500).contains(&found), "{name}: {found}, seed 19");
        }
    }
}

#[test]
fn mail_is_opened_as_the_studies_say() {
    let mailing = |delivered_in_minutes| Mailing {
        delay: Delay { median_minutes: 260.0, sigma: 2.01 },
        waves: vec![course::Wave { at_minutes: 0.0, delivered_in_minutes, visits: 100.0 }],
        minutes_per_s: 1.0 / 60.0,
    };
    let come = |mailing: Mailing, hours: f64| course::Course::Mailing(mailing).come(hours * 3_600.0, 1.0).arriving;
    for (hours, share) in [(1.0, 23.3), (2.0, 35.0), (3.0, 42.8), (6.0, 56.4), (18.0, 76.1), (24.0, 80.3), (168.0, 96.6)] {
        assert!((come(mailing(0.0), hours) - share).abs() < 0.15, "{hours} h: {}", come(mailing(0.0), hours));
    }
    // Delivered over a time, it is the mean of what mail of each instant does: here of 100,000 instants.
    let mean: f64 = (0..100_000).map(|at| come(mailing(0.0), 1.0 - f64::from(at) / 200_000.0)).sum::<f64>() / 100_000.0;
    assert!((come(mailing(30.0), 1.0) - mean).abs() < 1e-3, "{} and {mean}", come(mailing(30.0), 1.0));
    assert_eq!(come(mailing(10.0), 0.0), 0.0);
}

#[test]
fn a_compressed_sale_lets_the_same_people_come_in_less_time() {
    let Load::Sale(sale) = plan("sale").load else { panic!("it is a sale") };
    assert_eq!(sale.compression(), 48.0);
    let slow = Sale { played_in_s: sale.lasts_minutes * 60.0, ..sale.clone() }.step();
    let fast = sale.step();
    for share in [0.1, 0.5, 1.0] {
        let come = |step: &Step| step.course.come(step.seconds() * share, 1.0).arriving;
        assert!((come(&slow) - come(&fast)).abs() < 1e-6 * come(&slow), "{share}");
    }
    assert!(fast.course.come(fast.seconds(), 1.0).arriving < 60_000.0 * 0.81);
}

#[test]
fn everybody_lands_within_the_seconds_of_a_drop() {
    let step = &plan("drop").steps()[0];
    let come = |at_s| step.course.come(at_s, 280.0);
    assert_eq!((come(10.0).arriving, come(12.5).arriving, come(15.0).arriving), (0.0, 75_000.0, 150_000.0));
    assert_eq!(come(step.seconds()).arriving, 150_000.0);
    assert!((step.course.per_s(12.5, 280.0).arriving - 30_000.0).abs() < 1e-6);
    assert_eq!(come(12.5).midway + come(12.5).leaving, 0.0);
}

#[test]
fn a_mistake_is_told_with_the_file_the_field_and_what_is_allowed() {
    let check = |name: &str, from: &str, to: &str, parts: &[&str]| {
        let (text, _) = written::text_of(name, &SHIPPED).expect("it comes with the program");
        assert!(text.contains(from), "{from}");
        let told = Plan::parse(&text.replacen(from, to, 1), "own.toml").expect_err("it is not right").to_string();
        assert!(told.contains("own.toml") && parts.iter().all(|part| told.contains(part)), "{told}");
    };
    check("steps", "2_000, 5_000", "5_000, 2_000", &["steps.shoppers", "each above the one before"]);
    check("steps", "ignored_s = 20.0", "ignored_s = 120.0", &["steps.ignored_s is 120", "less than hold_s"]);
    check("steps", "ramp_s", "ramp", &["unknown field `ramp`", "`ramp_s`"]);
    check("steps", "[steps]", "[staircase]", &["unknown field `staircase`", "`steps`"]);
    check("constant", "hold_s = 300.0", "hold_s = 0.0", &["constant.hold_s is 0", "above 0"]);
    check("sale", "share = 0.5", "share = 0.4", &["the shares of all sale.waves together is 0.9", "has to be 1"]);
    check("sale", "sigma = 2.01", "sigma = 0.0", &["sale.sigma is 0", "above 0"]);
    check("drop", "visits = 150_000", "visits = 0", &["drop.visits is 0", "from 1 to"]);
    let two = format!("{}[drop]\nvisits = 1\nat_s = 0.0\nwithin_s = 1.0\nhold_s = 1.0\n", SHIPPED[0].text);
    let told = Plan::parse(&two, "own.toml").expect_err("it is two plans").to_string();
    assert!(told.contains("exactly one of the tables [steps], [constant], [sale], [drop] and [counted]"), "{told}");
    let told = plan("steps").wishing(Wishes { to: Some(0), step_seconds: None }).expect_err("nobody comes").to_string();
    assert!(told.contains("the command line"), "{told}");
}

#[test]
fn at_most_as_many_are_there_as_have_landed_and_not_left() {
    let held = &plan("steps").steps()[3];
    assert_eq!(held.shoppers_max(280.0), 10_000.0);
    let drop = &plan("drop").steps()[0];
    assert!((148_000.0..=150_000.0).contains(&drop.shoppers_max(280.0)), "{}", drop.shoppers_max(280.0));
    // Whoever stays for ever is there at the end; whoever leaves at once was there as long as they came.
    let sale = &plan("sale").steps()[0];
    let come = sale.course.come(sale.seconds(), 1.0).arriving;
    assert!((sale.shoppers_max(1e9) / come - 1.0).abs() < 1e-3);
    let rate = sale.course.arriving_max(sale.seconds(), 1.0);
    assert!((sale.shoppers_max(5.0) / (5.0 * rate) - 1.0).abs() < 0.15, "{} and {rate}", sale.shoppers_max(5.0));
}

#[test]
fn a_counted_plan_lets_so_many_come_in_each_stretch_and_nobody_afterwards() {
    let text = "name = \"forecast\"\nabout = \"\"\n[counted]\nstretch_s = 2.0\nvisits = [0, 10, 4.5]\n";
    let plan = Plan::parse(text, "counted.toml").expect("it is right");
    let step = &plan.steps()[0];
    assert_eq!((step.shoppers, step.seconds()), (15, 6.0));
    let come = [0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 9.0].map(|at_s| step.course.come(at_s, 30.0).arriving);
    assert_eq!(come, [0.0, 0.0, 5.0, 10.0, 12.25, 14.5, 14.5]);
    let held = plan.wishing(Wishes { to: Some(29), step_seconds: Some(3.0) }).expect("it still is");
    assert_eq!((held.seconds(), held.steps()[0].course.come(3.0, 30.0).arriving), (3.0, 29.0));
    let none = text.replace("[0, 10, 4.5]", "[]");
    assert!(Plan::parse(&none, "none.toml").is_err(), "nobody comes");
}
