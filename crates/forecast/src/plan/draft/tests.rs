//! Plans that go through an editor: what is not touched stays letter by letter, and what is touched is read back.

use super::*;
use crate::MarketingPlan;
use crate::plan::{DECEMBER, NOVEMBER};

fn read(text: &str) -> Draft {
    Draft::read(text, "plan.toml").unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[track_caller]
fn is_kept(text: &str) {
    assert_eq!(read(text).write_into(text), text);
}

#[test]
fn a_plan_that_nobody_changes_stays_as_it_is_letter_by_letter() {
    is_kept(NOVEMBER);
    is_kept(DECEMBER);
    let head = "# mine\nname='A'\ncurrency = \"EUR\" # euros\nzone = \"UTC\"\n";
    is_kept(&format!("{head}sale = {{ opens = \"2026-11-27T09:00\", closes = \"2026-11-27 10:00\" }}\n"));
    let more = "\n[[items]]\nname = \"Tote\" # the red one\nstock = 1_000\nshare = 0.333_333_333_333_3\n\n[capacity]\npages_per_s = 4000\n\
                orders_per_s = 100\n\n[uncertainty]\nclick_rate = 1.1\n# the end\n";
    is_kept(&format!("{NOVEMBER}{more}"));
    let (head, tail) = NOVEMBER.split_once("[traffic]").expect("it has traffic");
    let (_, tail) = tail.split_once("[[channels]]").expect("it has channels");
    is_kept(&format!("traffic.per_hour = 8_500 # a key with a point\n{head}[[channels]]{tail}"));
}

#[test]
fn what_is_changed_is_read_back_and_the_comments_around_it_stay() {
    let mut draft = read(NOVEMBER);
    assert_eq!(draft.channels[2].delay, DraftDelay::Own { median_minutes: Some(2_880.0), sigma: Some(1.0) });
    draft.figures.insert("traffic.per_hour".into(), 90.5);
    draft.figures.remove("shoppers.conversion");
    draft.channels[0].is_invited = false;
    draft.channels[1].click_rate = None;
    draft.channels[1].waves[0].share = Some(0.25);
    draft.channels[1].waves[1] = DraftWave { starts: "2011-11-25 12:00".into(), share: Some(0.75), ..DraftWave::default() };
    draft.channels[2].delay = DraftDelay::Fast;
    let text = draft.write_into(NOVEMBER);
    assert!(text.contains("# Visits an hour that come anyway.\nper_hour = 90.5\n"), "{text}");
    assert!(text.contains("delay = \"fast\"") && !text.contains("2_880") && text.contains("list = 6_530_000"), "{text}");
    let mut again = read(&text);
    again.channels[1].waves[1].from = None;
    assert_eq!(again, draft);
    let refused = MarketingPlan::parse(&text, "plan.toml").expect_err("a click rate is missing").to_string();
    assert!(refused.contains("click_rate of channel \"Announcement\" is missing"), "{refused}");
}

#[test]
fn channels_and_waves_come_and_go_and_the_others_keep_their_place() {
    let mut draft = read(NOVEMBER);
    draft.channels.remove(1);
    let wave = DraftWave { starts: "2011-11-25 09:30".into(), ..DraftWave::default() };
    let new = DraftChannel {
        name: "Text \"message\"".into(),
        list: 1_200.0,
        click_rate: Some(0.03),
        waves: vec![wave],
        ..Default::default()
    };
    draft.channels.push(new);
    let text = draft.write_into(NOVEMBER);
    let plan = MarketingPlan::parse(&text, "plan.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    let names: Vec<&str> = plan.channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["Early access", "Press and partners", "Text \"message\""]);
    assert!(text.contains("# Read over days, not opened at once.") && text.contains("# Pages that come from memory."), "{text}");
    draft.channels.clear();
    let text = draft.write_into(NOVEMBER);
    assert!(MarketingPlan::parse(&text, "plan.toml").is_ok_and(|plan| plan.channels.is_empty()), "{text}");
}

#[test]
fn a_new_plan_is_one_that_the_command_line_reads() {
    let draft = Draft {
        name: "Black Friday".into(),
        currency: "EUR".into(),
        zone: "Europe/Berlin".into(),
        opens: "2026-11-27 09:00".into(),
        closes: "2026-11-28 09:00".into(),
        figures: BTreeMap::from([("shoppers.order_value".into(), 61.5)]),
        channels: vec![DraftChannel {
            name: "Mail".into(),
            list: 40_000.0,
            click_rate: Some(0.05),
            waves: vec![DraftWave { starts: "2026-11-27 09:00".into(), share: Some(1.0), ..DraftWave::default() }],
            ..DraftChannel::default()
        }],
        items: vec![DraftItem { name: "Tote, sand".into(), stock: 300.0, share: 0.4, from: None }],
        ..Draft::default()
    };
    let text = draft.write_into("");
    let plan = MarketingPlan::parse(&text, "plan.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!((plan.channels[0].list, plan.items[0].stock, plan.shoppers.order_value), (40_000.0, 300, 61.5));
    is_kept(&text);
}

#[test]
fn a_list_in_brackets_can_be_edited_unless_comments_would_be_lost() {
    let head =
        "name = \"A\"\ncurrency = \"EUR\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-11-27 09:00\"\ncloses = \"2026-11-27 10:00\"\n";
    let with = |waves: &str| format!("{head}[[channels]]\nname = \"Mail\"\nlist = 10\nclick_rate = 0.1\nwaves = {waves}\n");
    let text = with("[{ starts = \"2026-11-27 09:00\" }]");
    let mut draft = read(&text);
    draft.channels[0].list = 20.0;
    let text = draft.write_into(&text);
    assert!(MarketingPlan::parse(&text, "plan.toml").is_ok_and(|plan| plan.channels[0].list == 20.0), "{text}");
    let said = Draft::read(&with("[\n# first\n{ starts = \"2026-11-27 09:00\" }]"), "the plan")
        .expect_err("it has a comment")
        .to_string();
    assert!(said.contains("waves is a list in brackets with a comment, but has to be written as [[waves]]"), "{said}");
}

#[test]
fn what_is_no_plan_or_too_large_a_one_is_not_edited() {
    let said = |text: &str| Draft::read(text, "the plan").expect_err("it cannot be edited").to_string();
    assert!(said("name = ").contains("is not understood"));
    assert!(said(&NOVEMBER.replace("per_hour", "per_day")).contains("unknown field `per_day`"));
    assert!(said(&format!("{NOVEMBER}#{}", "x".repeat(20_000))).contains("20000 bytes at most to be edited here"));
    let channel = NOVEMBER.split("[[channels]]").nth(3).and_then(|rest| rest.split("\n[shoppers]").next()).expect("it has three");
    let many = NOVEMBER.replace("\n[shoppers]", &format!("{}\n[shoppers]", format!("\n[[channels]]{channel}").repeat(10)));
    assert!(said(&many).contains("the number of channels is 13, but has to be 12 at most"), "{}", said(&many));
}
