//! What is typed into the plan editor, right and wrong.

use super::*;
use crate::admin::sale_plan_rows::{SaleTimes, change};
use commerce::FlashSaleId;
use commerce::sale::{BeforeOpening, FlashSaleStatus};
use forecast::plan::NOVEMBER;

/// Friday, 27 November 2026, 10:00 in Berlin, for a day.
fn sale() -> FlashSale {
    let opens_at = Timestamp::from_seconds(1_795_770_000);
    FlashSale {
        id: FlashSaleId(1),
        handle: "winter".into(),
        name: "Winter".into(),
        teaser: String::new(),
        picture: None,
        early_access_at: None,
        opens_at,
        closes_at: opens_at.plus_minutes(1_440),
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: Vec::new(),
    }
}

/// One mail at the opening, with these fields otherwise.
fn typed(fields: &[(&str, &str)]) -> Form {
    let usual = [
        ("channels.0.name", "Mail"),
        ("channels.0.list", "40,000"),
        ("channels.0.click_rate", "2.5"),
        ("channels.0.delay", "mail"),
        ("channels.0.waves.0.starts", "2026-11-27T10:00"),
        ("channels.0.waves.0.share", "100"),
        ("channels.0.waves.0.minutes", "30"),
    ];
    let mut form = Form::filled(usual);
    fields.iter().for_each(|(name, text)| form.set(*name, *text));
    form
}

fn read_with(form: &mut Form) -> Draft {
    let (sale, known, defaults) = (sale(), Draft::default(), Defaults::default());
    read(form, &About { sale: &sale, known: &known, currency: "EUR", zone: "Europe/Berlin", defaults: &defaults })
}

#[track_caller]
fn is_refused(fields: &[(&str, &str)], at: &str, says: &str) {
    let mut form = typed(fields);
    read_with(&mut form);
    assert!(form.error(at).is_some_and(|error| error.contains(says)), "{fields:?}: {form:?}");
}

#[test]
fn what_is_typed_becomes_a_plan_that_the_command_line_reads() {
    let mut form = typed(&[("shoppers.conversion", "2.145"), ("channels.0.reach", " 97 "), ("traffic.per_hour", "8 500")]);
    let draft = read_with(&mut form);
    assert!(form.is_fine(), "{form:?}");
    let text = draft.write_into("");
    for line in ["opens = \"2026-11-27 10:00\"", "click_rate = 0.025", "reach = 0.97", "conversion = 0.02145", "per_hour = 8500"]
    {
        assert!(text.contains(line), "{text}");
    }
    assert!(forecast::MarketingPlan::parse(&text, "plan.toml").is_ok(), "{text}");
}

#[test]
fn a_plan_goes_through_the_form_and_stays_letter_by_letter() {
    let known = Draft::read(NOVEMBER, "plan.toml").expect("it is right");
    let local = |text: &str| format::read_local(&as_input(text), "America/New_York").expect("it is a time");
    let early_access_at = known.early_access.as_deref().map(local);
    let sale = FlashSale { early_access_at, opens_at: local(&known.opens), closes_at: local(&known.closes), ..sale() };
    let defaults = Defaults::default();
    let mut form = filled(&known);
    let draft =
        read(&mut form, &About { sale: &sale, known: &known, currency: "EUR", zone: "Europe/Berlin", defaults: &defaults });
    assert!(form.is_fine(), "{form:?}");
    assert_eq!(draft.write_into(NOVEMBER), NOVEMBER);
}

#[test]
fn what_makes_no_sense_is_refused_beside_its_field() {
    is_refused(&[("channels.0.name", " ")], "channels.0.name", "fill this in");
    is_refused(&[("channels.0.list", "0")], "channels.0.list", "above 0");
    is_refused(&[("channels.0.list", "")], "channels.0.list", "how many are on the list");
    is_refused(&[("channels.0.list", "2000000000")], "channels.0.list", "1000000000 at most");
    is_refused(&[("channels.0.list", "many")], "channels.0.list", "such as 12000");
    is_refused(&[("channels.0.click_rate", "200")], "channels.0.click_rate", "from 0 to 100");
    is_refused(&[("channels.0.click_rate", "-1")], "channels.0.click_rate", "from 0 to 100");
    is_refused(&[("channels.0.click_rate", "")], "channels.0.click_rate", "from 0 to 100");
    is_refused(&[("channels.0.delay", "owl")], "channels.0.delay", "choose one");
    is_refused(&[("channels.0.delay", "own")], "channels.0.delay", "choose one");
    is_refused(&[("channels.0.invited", "yes")], "channels.0.invited", "no early access");
    is_refused(&[("channels.0.waves.0.starts", "")], "channels.0.waves.0.starts", "choose date and time");
    is_refused(&[("channels.0.waves.0.starts", "2026-11-28T10:00")], "channels.0.waves.0.starts", "before the sale closes");
    is_refused(&[("channels.0.waves.0.starts", "2026-11-01T10:00")], "channels.0.waves.0.starts", "14 days at most");
    is_refused(&[("channels.0.waves.0.starts", "2026-03-29T02:30")], "channels.0.waves.0.starts", "clocks are put forward");
    is_refused(&[("channels.0.waves.0.share", "0")], "channels.0.waves.0.share", "above 0");
    is_refused(&[("channels.0.waves.0.share", "60")], "channels.0.waves.0.share", "60 % together");
    is_refused(&[("channels.0.waves.0.minutes", "2.5")], "channels.0.waves.0.minutes", "a whole number from 0 to 1440");
    is_refused(&[("traffic.per_hour", "-3")], "traffic.per_hour", "a number from 0");
    is_refused(&[("traffic.per_hour", "inf")], "traffic.per_hour", "a number from 0");
    is_refused(&[("shoppers.conversion", "101")], "shoppers.conversion", "from 0 to 100");
    is_refused(&[("shoppers.order_value", "0")], "shoppers.order_value", "above 0");
    is_refused(&[("items.0.name", "Tote"), ("items.0.stock", ""), ("items.0.share", "10")], "items.0.stock", "how many units");
    is_refused(&[("items.0.name", "Tote"), ("items.0.stock", "5"), ("items.0.share", "101")], "items.0.share", "from 0 to 100");
    is_refused(&[("channels.1.name", "Mail"), ("channels.1.list", "5")], "channels.1.name", "another channel of this name");
    is_refused(&[("channels.1.name", "Text")], "", "one wave or more");
    let many: Vec<(String, &str)> = (0..13).map(|row| (format!("channels.{row}.name"), "A")).collect();
    is_refused(&many.iter().map(|(name, text)| (name.as_str(), *text)).collect::<Vec<_>>(), "", "at most 12 channels");
}

#[test]
fn numbers_are_read_as_people_write_them_and_nothing_else_is() {
    for (text, number) in
        [("12000", 12_000.0), ("1,500,000", 1_500_000.0), ("1 500.5", 1_500.5), (".5", 0.5), ("2.5 %", 2.5), ("0", 0.0)]
    {
        assert_eq!(plain(text), Some(number), "{text}");
    }
    for text in ["", " ", ".", "1,5", "12,34,567", "1e9", "NaN", "inf", "-1", "0x10", "1.2.3", "9999999999999999"] {
        assert_eq!(plain(text), None, "{text}");
    }
}

#[test]
fn rows_come_and_go_and_even_waves_stay_even() {
    let mut form = typed(&[]);
    let times = SaleTimes { opens: "2026-11-27T10:00".into(), closes: "2026-11-27T12:00".into() };
    assert_eq!(change(&mut form, "add_wave.0", &times).as_deref(), Some("channels.0.waves.1.starts"));
    assert_eq!((form.typed("channels.0.waves.0.share"), form.typed("channels.0.waves.1.share")), ("50", "50"));
    assert_eq!(form.typed("channels.0.waves.1.starts"), "2026-11-27T11:30");
    change(&mut form, "add_wave.0", &times);
    let shares =
        |form: &Form| (0..3).map(|row| form.typed(&format!("channels.0.waves.{row}.share")).to_owned()).collect::<Vec<_>>();
    assert_eq!(shares(&form), ["33.33", "33.33", "33.34"]);
    read_with(&mut form);
    assert!(form.is_fine(), "{form:?}");
    assert_eq!(change(&mut form, "add_channel", &times).as_deref(), Some("channels.1.name"));
    form.set("channels.1.name", "Text");
    assert_eq!(change(&mut form, "remove_wave.0.1", &times).as_deref(), Some("channels.0.waves.1.starts"));
    assert_eq!((waves(&form, 0), form.typed("channels.0.waves.1.share")), (2, "50"));
    assert_eq!(change(&mut form, "remove_channel.0", &times).as_deref(), Some("channels.0.name"));
    assert_eq!((channels(&form), form.typed("channels.0.name"), waves(&form, 0)), (1, "Text", 1));
    for nothing in
        ["remove_wave.0.0", "remove_channel.7", "add_wave.3", "remove_channel", "add_wave.x", "", "show", "remove_wave.0.9"]
    {
        assert_eq!(change(&mut form, nothing, &times), None, "{nothing}");
    }
    assert_eq!(change(&mut form, "remove_channel.0", &times).as_deref(), Some("add_channel"));
    for row in 0..CHANNELS_MAX {
        assert_eq!(change(&mut form, "add_channel", &times), Some(format!("channels.{row}.name")));
    }
    assert_eq!(change(&mut form, "add_channel", &times), None);
}

#[test]
fn what_the_plans_own_reader_refuses_is_said_where_it_belongs() {
    let refused = |text: &str| {
        let problem = forecast::MarketingPlan::parse(text, "The plan").expect_err("it makes no sense");
        let mut form = Form::default();
        refuse(&mut form, &problem);
        form
    };
    let form = refused(&NOVEMBER.replace("pages = 10", "pages = 5000"));
    assert_eq!(form.error("shoppers.pages"), Some("This has to be a number above 0, 1000 at most."));
    let form = refused(&NOVEMBER.replace("closes = \"2011-11-27 09:00\"", "closes = \"2011-12-27 09:00\""));
    assert!(form.error("").is_some_and(|error| error.starts_with("The sale closes 33.0 days after")), "{form:?}");
    let form = refused(&NOVEMBER.replace("zone = \"America/New_York\"", "zone = \"Gotham\""));
    assert!(form.error("").is_some_and(|error| error.contains("zone is \"Gotham\"")), "{form:?}");
}
