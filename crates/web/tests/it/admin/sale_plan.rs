//! The plan editor beside a sale: what is written there is what the command line and the sale's report find, and the other way
//! round; and what a sale teaches.

use super::{ada_orders, ines, signed_in};
use crate::world::{Answer, BLANKET, Browser, MORNING, World, worlds};
use commerce::FlashSaleId;
use db::crowd::{CrowdMinute, keep_minutes};
use db::load_tests::{self, Rehearsal};
use db::sale_forecasts::{SaleForecast, keep_forecast, lessons, load_forecast};
use forecast::MarketingPlan;
use forecast::outcome::compared::Expected;

const SALE: FlashSaleId = FlashSaleId(1);
const PAGE: &str = "/admin/flash-sales/1/plan";
const LESSON: &str = "/admin/flash-sales/1/lesson";

type Fields = Vec<(String, String)>;

/// What a browser would send of the form: its fields with what they hold.
fn form_of(page: &Answer) -> Fields {
    let (_, form) = page.body.split_once("id=\"plan\"").unwrap_or_else(|| panic!("there is a form: {}", page.body));
    let (form, _) = form.split_once("</form>").expect("it ends");
    let attribute = |tag: &str, name: &str| Some(decoded(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0));
    let mut fields = Fields::new();
    for tag in form.split('<').skip(1) {
        let is_ticked = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
        if tag.starts_with("input") && is_ticked {
            fields.push((attribute(tag, "name").expect("it has a name"), attribute(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("select") {
            fields.push((attribute(tag, "name").expect("it has a name"), String::new()));
        } else if tag.starts_with("option") && tag.contains(" selected") {
            fields.last_mut().expect("a list has options").1 = attribute(tag, "value").unwrap_or_default();
        }
    }
    fields
}

fn decoded(text: &str) -> String {
    [("&quot;", "\""), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (code, letter)| text.replace(code, letter))
}

fn set(fields: &mut Fields, name: &str, text: &str) {
    fields.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no field {name}")).1 = text.to_owned();
}

fn press(seller: &mut Browser, button: &str, fields: &Fields) -> Answer {
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    sent.push(("do", button));
    seller.post(PAGE, &sent)
}

/// The form of a seller who tells forty thousand people.
fn typed(seller: &mut Browser) -> Fields {
    let mut fields = form_of(&seller.get(PAGE));
    set(&mut fields, "channels.0.list", "40,000");
    set(&mut fields, "channels.0.click_rate", "5");
    fields
}

fn kept(world: &World) -> Option<SaleForecast> {
    world.with(load_forecast(world.db(), world.juniper, SALE)).expect("the database answers")
}

fn keep(world: &World, plan: &str) {
    let kept = SaleForecast { plan: plan.into(), forecast: "{}".into(), lesson: None };
    world.with(keep_forecast(world.db(), world.juniper, SALE, &kept, MORNING)).expect("the database answers");
}

/// A plan as somebody writes it by hand for the sale of the tests.
const BY_HAND: &str = "# Ines, in October\nname = \"By hand\"\ncurrency = \"EUR\"\nzone = \"Europe/Berlin\"\n\n[sale]\n\
    opens = \"2026-11-27 11:00\"\ncloses = \"2026-11-27 12:00\"\n\n[[channels]]\nname = \"Letter\" # on paper\nlist = 12_000\n\
    click_rate = 0.04\nmedian_minutes = 600\nsigma = 1.0\n\n[[channels.waves]]\nstarts = \"2026-11-27 10:30\"\n\n[capacity]\n\
    pages_per_s = 400\norders_per_s = 20\n";

#[test]
fn a_plan_that_is_written_at_the_desk_is_the_one_that_the_sale_is_held_against() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin/flash-sales/1").expect(200, &[PAGE]);
        ines.get(PAGE).expect(200, &["Newsletter", "Merino blanket", "the forecast appears here"]);
        let fields = typed(&mut ines);
        let shown = press(&mut ines, "show", &fields);
        shown.expect(
            200,
            &["Expect EUR", "Played 500 times", "People at once, by both definitions", "Units left", "data-unsaved"],
        );
        press(&mut ines, "live", &fields).expect(200, &["Played 80 times", "one that is saved is played 500 times"]);
        assert_eq!(kept(&world), None, "{}: nothing is kept by looking", world.engine);

        assert_eq!(press(&mut ines, "save", &fields).location(), PAGE);
        let first = kept(&world).expect("it is kept");
        let plan = MarketingPlan::parse(&first.plan, "plan.toml").expect("the command line reads it");
        assert_eq!((plan.channels[0].list, plan.channels[0].click_rate, &plan.name[..]), (40_000.0, 0.05, "Winter Clearance"));
        assert_eq!(plan.sale.opens.to_string(), "2026-11-27T10:00:00Z");
        assert!(Expected::read(&first.forecast, "kept").is_ok(), "{}", first.forecast);
        assert_eq!(press(&mut ines, "save", &fields).location(), PAGE, "a second click finds what the first has kept");
        assert_eq!(kept(&world), Some(first), "{}", world.engine);
        ines.get(PAGE).expect(200, &["The plan is saved", "value=\"40000\"", "Expect EUR", "Played 500 times"]);
        ines.get("/admin/flash-sales/1/report").expect(200, &["Winter Clearance", PAGE]);
    }
}

#[test]
fn what_is_wrong_is_said_beside_the_field_and_what_was_typed_is_kept() {
    for world in worlds() {
        let mut ines = ines(&world);
        for (name, text, says) in [
            ("channels.0.click_rate", "200 percent", "from 0 to 100"),
            ("channels.0.list", "0", "above 0"),
            ("traffic.per_hour", "-5", "a number from 0"),
            ("channels.0.waves.0.starts", "2026-11-28T12:00", "before the sale closes"),
            ("channels.0.waves.0.starts", "2026-03-29T02:30", "clocks are put forward"),
            ("shoppers.pages", "1001", "1000 at most"),
        ] {
            let mut fields = typed(&mut ines);
            set(&mut fields, name, text);
            for button in ["show", "live", "save"] {
                let answer = press(&mut ines, button, &fields);
                answer
                    .expect(422, &[says, &format!("id=\"{name}-error\""), &format!("value=\"{text}\""), "Nothing was saved yet"]);
            }
        }
        assert_eq!(kept(&world), None, "{}", world.engine);
        let large = format!("base={}", "a".repeat(300_000));
        assert_eq!(ines.post_raw(PAGE, large.as_bytes()).status, 413);
        for body in
            [&b""[..], b"do=save", b"do=remove_channel.99&channels.0.name=", b"\xff", b"base=%00&do=live", b"base=x&do=save"]
        {
            let answer = ines.post_raw(PAGE, body);
            assert!(answer.status < 500, "{body:?}: {}", answer.status);
        }
        ines.get("/admin/flash-sales/999/plan").expect(404, &[]);
    }
}

#[test]
fn rows_are_added_and_removed_by_buttons_and_the_next_field_is_ready() {
    for world in worlds() {
        let mut ines = ines(&world);
        let fields = typed(&mut ines);
        let two = press(&mut ines, "add_wave.0", &fields);
        two.expect(200, &["name=\"channels.0.waves.1.starts\"", "value=\"40,000\"", "Expect EUR"]);
        let ready = two.body.split_once("autofocus").expect("a field is ready").0;
        assert!(ready.rsplit_once('<').is_some_and(|(_, tag)| tag.contains("channels.0.waves.1.starts")), "{ready}");
        let channels = press(&mut ines, "add_channel", &form_of(&two));
        assert!(!channels.body.contains("id=\"channels.1.name-error\""), "whoever adds a row is not told that it is empty");
        let mut fields = form_of(&channels);
        set(&mut fields, "channels.1.name", "Text message");
        let removed = press(&mut ines, "remove_channel.0", &fields);
        removed.expect(200, &["value=\"Text message\""]);
        assert!(!removed.body.contains("value=\"Newsletter\""), "{}", removed.body);
        assert_eq!(kept(&world), None, "{}", world.engine);
    }
}

#[test]
fn a_plan_that_was_written_by_hand_is_edited_and_nothing_of_it_is_lost() {
    for world in worlds() {
        let mut ines = ines(&world);
        keep(&world, BY_HAND);
        let page = ines.get(PAGE);
        page.expect(
            200,
            &["value=\"Letter\"", "value=\"12000\"", "half within 600 minutes", "[capacity]", "Nodes that carry it"],
        );
        let mut fields = form_of(&page);
        assert_eq!(press(&mut ines, "save", &fields).location(), PAGE);
        assert_eq!(kept(&world).map(|kept| kept.plan).as_deref(), Some(BY_HAND), "{}: unchanged, letter by letter", world.engine);
        set(&mut fields, "channels.0.click_rate", "4.5");
        assert_eq!(press(&mut ines, "save", &fields).location(), PAGE);
        let plan = kept(&world).expect("it is kept").plan;
        assert_eq!(plan, BY_HAND.replace("0.04\n", "0.045\n"), "{}", world.engine);

        let odd = "name = \"A\"\nnonsense = true\n";
        keep(&world, odd);
        ines.get(PAGE).expect(200, &["cannot be edited here", "unknown field", "nonsense = true"]);
        assert_eq!(kept(&world).map(|kept| kept.plan).as_deref(), Some(odd));
    }
}

#[test]
fn an_older_plan_does_not_replace_a_newer_one_unseen() {
    for world in worlds() {
        let mut first = ines(&world);
        let mut second = signed_in(&world, "juniper.localhost", "ines@juniper.example");
        let (mut mine, mut other) = (typed(&mut first), typed(&mut second));
        set(&mut mine, "channels.0.click_rate", "3");
        set(&mut other, "channels.0.click_rate", "7");
        assert_eq!(press(&mut second, "save", &other).location(), PAGE);
        let refused = press(&mut first, "save", &mine);
        refused.expect(422, &["changed meanwhile", "channel 1, click rate", "<td>7</td><td>3</td>", "Kept now", "value=\"3\""]);
        assert!(kept(&world).expect("it is kept").plan.contains("click_rate = 0.07"), "{}", world.engine);
        assert_eq!(press(&mut first, "save", &mine).status, 422, "the same form again is refused again");
        assert_eq!(press(&mut first, "save", &form_of(&refused)).location(), PAGE, "whoever has seen both may decide");
        assert!(kept(&world).expect("it is kept").plan.contains("click_rate = 0.03"), "{}", world.engine);
    }
}

#[test]
fn a_rehearsal_takes_the_plan_that_is_kept_with_the_sale_unless_another_is_given() {
    for world in worlds() {
        let mut ines = ines(&world);
        let page = "/admin/flash-sales/1/rehearse";
        ines.get(page).expect(200, &["No plan is kept with this sale", PAGE]);
        keep(&world, BY_HAND);
        ines.get(page)
            .expect(200, &["As the plan kept with this sale says", "id=\"plan-kept\" name=\"plan\" value=\"kept\" checked"]);
        let asked = |world: &World| -> Rehearsal {
            let next = world.with(load_tests::next_asked(world.db())).expect("the database answers").expect("one was asked for");
            assert!(world.with(load_tests::begin(world.db(), world.juniper, next.1, MORNING)).expect("the database answers"));
            world
                .with(load_tests::rehearsal(world.db(), world.juniper, next.1))
                .expect("the database answers")
                .expect("it is one")
        };
        ines.post(page, &[("plan", "kept"), ("marketing_plan", "")]).location();
        assert_eq!(asked(&world).marketing_plan, BY_HAND, "{}", world.engine);
    }
}

#[test]
fn a_sale_that_is_over_teaches_what_the_next_plan_starts_from() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get(LESSON).expect(200, &["The sale is not over yet"]);
        ines.post(LESSON, &[]).expect(422, &["The sale is not over yet"]);
        let opens = MORNING.plus_minutes(60);
        world.set_stock(BLANKET, 5);
        world.move_clock_to(opens.plus_minutes(10));
        ada_orders(&world, BLANKET, 1);
        let minute = |minute| CrowdMinute {
            begins_at: opens.plus_minutes(minute),
            active: 40,
            sessions: 90,
            visits: Some(9),
            robot_pages: 0,
        };
        let minutes: Vec<_> = (-30..60).map(|number| (world.juniper, minute(number))).collect();
        world.with(keep_minutes(world.db(), &minutes)).expect("the database answers");
        world.move_clock_to(opens.plus_minutes(90));
        ines.get(LESSON).expect(200, &["No plan is kept with this sale", "Write down what was planned"]);
        keep(&world, BY_HAND);
        ines.get("/admin/flash-sales/1/report").expect(200, &["Learn from this sale", LESSON]);
        ines.get(LESSON).expect(200, &["Learn from this sale</button>"]);
        assert_eq!(ines.post(LESSON, &[]).location(), LESSON);
        let told = ines.get(LESSON);
        told.expect(200, &["What it has taught", "The plan was off by", "MAPE", "click_rate of channel &quot;Letter&quot;"]);
        told.expect(200, &["Planned", "Fits what came", "Learn from it again"]);
        let learned = world.with(lessons(world.db(), world.juniper)).expect("the database answers");
        assert_eq!(learned.len(), 1, "{}", world.engine);
        assert_eq!(kept(&world).map(|kept| kept.plan).as_deref(), Some(BY_HAND), "the plan stays as it is");
        ines.get(PAGE).expect(200, &["This sale has taught something"]);
    }
}
