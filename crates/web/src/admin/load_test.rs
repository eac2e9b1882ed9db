//! "Test my shop": a seller sends shoppers into a copy of the shop, watches them, and reads what the shop carries.
//!
//! This page asks and shows. The copy and the shoppers are the business of whoever reads `db::load_tests`.

use super::form::Form;
use super::format::{hour_and_minute, thousands};
use super::rehearsal::can_be_rehearsed;
use super::seat::{At, Seat, Typed};
use super::standalone;
use super::views::{Confirm, CurrentTest, LoadTestRow, LoadTestShow, Permitted, SaleToRehearse, TestFigures};
use crate::error::Error;
use axum::response::Response;
use commerce::sale::FlashSale;
use db::load_tests::{
    self, KEPT_MAX, LoadTest, LoadTestId, LoadTestPlan, Occupied, Stage, TestProgress, TestState, TestVerdict, Wanted,
};
use std::ops::RangeInclusive;

/// How long a number of shoppers may be held, seconds.
const STEP_SECONDS: RangeInclusive<i64> = 5..=300;
/// What the form proposes.
const STEP_SECONDS_PROPOSED: &str = "30";
const SHOPPERS_PROPOSED: u32 = 1_000;
/// How long after the first click another one on the same button is the same wish.
const DOUBLE_CLICK_SECONDS: i64 = 5;

const PLANS: [(&str, LoadTestPlan); 2] = [("steps", LoadTestPlan::Steps), ("drop", LoadTestPlan::Drop)];

/// `GET /admin/load-test`
pub async fn show(seat: Seat) -> Result<Response, Error> {
    let form = Form::filled([
        ("shoppers", seat.app.loadtest_shoppers_max().min(SHOPPERS_PROPOSED).to_string()),
        ("plan", LoadTestPlan::Steps.as_str().into()),
        ("step_seconds", STEP_SECONDS_PROPOSED.into()),
    ]);
    seat.page(&page(&seat, form).await?).await
}

/// `POST /admin/load-test`
pub async fn start(seat: Seat, Typed(mut form): Typed) -> Result<Response, Error> {
    let wanted = read(&mut form, seat.app.loadtest_shoppers_max());
    if seat.in_memory.snapshot.shop.domains.is_empty() {
        form.refuse("", "The shop has no domain yet. Give it one in the settings; shoppers cannot come to it before.");
    }
    if form.is_fine() {
        match load_tests::ask(seat.db(), seat.shop(), wanted, &seat.seller.email, seat.now()).await? {
            Ok(_) => return Ok(begins(&seat)),
            Err(occupied) if is_double_click(&occupied, &seat) => return Ok(begins(&seat)),
            Err(occupied) => form.refuse("", in_words(&occupied, seat.zone())),
        }
    }
    seat.refused(&page(&seat, form).await?).await
}

/// `POST /admin/load-test/{id}/stop`
pub async fn stop(seat: Seat, At(id): At<LoadTestId>) -> Result<Response, Error> {
    let test = find(&seat, id).await?;
    let stopped = load_tests::ask_to_stop(seat.db(), seat.shop(), test.id, seat.now()).await?;
    let said = if stopped { "The test stops. What it has measured is kept." } else { "The test had ended already." };
    Ok(seat.done("/admin/load-test", said))
}

/// `GET /admin/load-test/{id}/report`
pub async fn report(seat: Seat, At(id): At<LoadTestId>) -> Result<Response, Error> {
    let page = load_tests::report_page(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    standalone::page(String::from_utf8(page).map_err(|error| Error::Internal(error.to_string()))?)
}

/// `GET /admin/load-test/{id}/report.json`
pub async fn report_data(seat: Seat, At(id): At<LoadTestId>) -> Result<Response, Error> {
    let data = load_tests::report_data(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    standalone::data(&format!("load-test-{id}.json"), data)
}

/// `GET /admin/load-test/{id}/delete`
pub async fn ask_delete(seat: Seat, At(id): At<LoadTestId>) -> Result<Response, Error> {
    let test = find(&seat, id).await?;
    let page = Confirm {
        question: "Delete this test?".into(),
        consequence: format!("The report is gone then: {}.", what(&test)),
        verb: "Delete".into(),
        action: format!("/admin/load-test/{id}/delete"),
        back: "/admin/load-test".into(),
    };
    seat.page(&page).await
}

/// `POST /admin/load-test/{id}/delete`
pub async fn delete(seat: Seat, At(id): At<LoadTestId>) -> Result<Response, Error> {
    let test = find(&seat, id).await?;
    let deleted = load_tests::delete(seat.db(), seat.shop(), test.id).await?;
    let said = if deleted { "The test is deleted." } else { "The test runs. Stop it first." };
    Ok(seat.done("/admin/load-test", said))
}

fn read(form: &mut Form, shoppers_max: u32) -> Wanted {
    if shoppers_max == 0 {
        form.refuse("", "Whoever runs this server has not permitted load tests.");
    }
    let shoppers = form.required_number("shoppers", 1..=i64::from(shoppers_max.max(1)));
    let plan = form.choice("plan", &PLANS);
    let step_seconds = form.required_number("step_seconds", STEP_SECONDS);
    let within = |number: i64| u32::try_from(number).unwrap_or(1);
    Wanted { plan, shoppers: within(shoppers), step_seconds: within(step_seconds) }
}

fn begins(seat: &Seat) -> Response {
    seat.done("/admin/load-test", "The test begins.")
}

/// Whether this seller's own test was asked for a moment ago: whoever clicks twice wants one, and has it.
pub(super) fn is_double_click(occupied: &Occupied, seat: &Seat) -> bool {
    match occupied {
        Occupied::ByThisShop { asked_by, asked_at } => {
            *asked_by == seat.seller.email && seat.now() < asked_at.plus_seconds(DOUBLE_CLICK_SECONDS)
        }
        Occupied::ByAnother { .. } => false,
    }
}

/// Who is testing. Of a neighbor nothing is said but since when.
pub(super) fn in_words(occupied: &Occupied, zone: &str) -> String {
    match occupied {
        Occupied::ByThisShop { asked_by, asked_at } => {
            let at = hour_and_minute(*asked_at, zone);
            format!("A test of your shop is running already: {asked_by} started it at {at}. Wait for its end, or stop it.")
        }
        Occupied::ByAnother { asked_at } => {
            let at = hour_and_minute(*asked_at, zone);
            format!(
                "Another shop on this server has been testing since {at}, and there is room for one test at a time. Try later."
            )
        }
    }
}

async fn find(seat: &Seat, id: LoadTestId) -> Result<LoadTest, Error> {
    let tests = load_tests::list(seat.db(), seat.shop()).await?;
    tests.into_iter().find(|test| test.id == id).ok_or(Error::NotFound)
}

async fn page(seat: &Seat, form: Form) -> Result<LoadTestShow, Error> {
    let tests = load_tests::list(seat.db(), seat.shop()).await?;
    let sales = db::flash_sales::list_flash_sales(seat.db(), seat.shop()).await?;
    let to_come = sales.into_iter().filter(|sale| can_be_rehearsed(sale, seat.now()));
    let sales = to_come.map(|FlashSale { id, name, opens_at, .. }| SaleToRehearse { id, name, opens_at }).collect();
    Ok(LoadTestShow { sales, ..told(&tests, seat.app.loadtest_shoppers_max(), form) })
}

fn told(tests: &[LoadTest], shoppers_max: u32, form: Form) -> LoadTestShow {
    let permitted = (shoppers_max > 0).then(|| Permitted {
        shoppers_max,
        shoppers_max_told: thousands(shoppers_max.into()),
        step_seconds: STEP_SECONDS.into_inner(),
    });
    LoadTestShow {
        permitted,
        current: tests.iter().find_map(current),
        form,
        sales: Vec::new(),
        rows: tests.iter().filter_map(row).collect(),
        kept_max: KEPT_MAX,
    }
}

fn current(test: &LoadTest) -> Option<CurrentTest> {
    let (progress, is_stopping) = match test.state {
        TestState::Asked => (None, false),
        TestState::Running { progress, is_stopping } => (Some(progress), is_stopping),
        TestState::Finished { .. } | TestState::Failed { .. } => return None,
    };
    let visiting = progress.filter(|progress| progress.stage == Stage::Visiting);
    Some(CurrentTest {
        id: test.id,
        what: what(test),
        asked_by: test.asked_by.clone(),
        asked_at: test.asked_at,
        doing: doing(progress),
        percent: visiting.map(|progress| percent(progress.elapsed_s, progress.total_s)),
        is_stopping,
        figures: visiting.map(figures),
    })
}

fn doing(progress: Option<TestProgress>) -> String {
    match progress {
        None => "It begins in a moment.".into(),
        Some(TestProgress { stage: Stage::Copying, .. }) => "Your shop is being copied.".into(),
        Some(TestProgress { stage: Stage::Visiting, step: (step, steps), elapsed_s, total_s, .. }) => {
            let step = if steps > 1 { format!("Step {step} of {steps}. ") } else { String::new() };
            format!("{step}{}", left(total_s - elapsed_s))
        }
        Some(TestProgress { stage: Stage::Proving, .. }) => "The books of the copy are being proved.".into(),
    }
}

fn left(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.0 => "The last shoppers finish.".into(),
        seconds if seconds < 90.0 => format!("About {seconds:.0} seconds left."),
        seconds => format!("About {:.0} minutes left.", seconds / 60.0),
    }
}

fn percent(elapsed_s: f64, total_s: f64) -> u32 {
    if total_s > 0.0 { (elapsed_s / total_s * 100.0).clamp(0.0, 100.0) as u32 } else { 0 }
}

fn figures(progress: TestProgress) -> TestFigures {
    TestFigures {
        shoppers: thousands(progress.shoppers),
        requests_per_s: thousands(progress.requests_per_s),
        half_within: within(progress.p50_ms),
        most_within: within(progress.p99_ms),
        errors: thousands(progress.errors),
        has_errors: progress.errors > 0,
        orders: thousands(progress.orders),
    }
}

/// `0.4 ms`, `43 ms`, `1.2 s`; nothing was measured: `–`
fn within(millis: f64) -> String {
    match millis {
        millis if millis <= 0.0 => "–".into(),
        millis if millis < 10.0 => format!("{millis:.1}\u{a0}ms"),
        millis if millis < 1_000.0 => format!("{millis:.0}\u{a0}ms"),
        millis => format!("{:.1}\u{a0}s", millis / 1_000.0),
    }
}

fn what(test: &LoadTest) -> String {
    if let Some(sale) = &test.rehearsed {
        return format!("Rehearsal of “{sale}”");
    }
    let (shoppers, seconds) = (thousands(test.wanted.shoppers.into()), test.wanted.step_seconds);
    match test.wanted.plan {
        LoadTestPlan::Steps => format!("Up to {shoppers} shoppers in steps of {seconds} s"),
        LoadTestPlan::Drop => format!("{shoppers} shoppers at once, for {seconds} s"),
    }
}

fn row(test: &LoadTest) -> Option<LoadTestRow> {
    let (ended_at, state, said, has_report) = match &test.state {
        TestState::Asked | TestState::Running { .. } => return None,
        TestState::Finished { at, verdict, said } => (*at, ended(test, *verdict), said, true),
        TestState::Failed { at, said } => (*at, "failed", said, false),
    };
    let (said, asked_by) = (said.clone(), test.asked_by.clone());
    Some(LoadTestRow { id: test.id, ended_at, what: what(test), state, said, has_report, asked_by })
}

/// How it ended, as pills call it: of a rehearsal it is said whether its sale may open.
fn ended(test: &LoadTest, verdict: TestVerdict) -> &'static str {
    match verdict {
        TestVerdict::Held if test.rehearsed.is_some() => "go",
        TestVerdict::LimitFound if test.rehearsed.is_some() => "no_go",
        verdict => verdict.as_str(),
    }
}

/// Tests for looking at the page: one runs, one of each kind has ended.
#[cfg(test)]
pub(super) fn sample(now: commerce::Timestamp) -> LoadTestShow {
    let progress = TestProgress {
        step: (3, 4),
        elapsed_s: 96.0,
        total_s: 160.0,
        shoppers: 1_002,
        requests_per_s: 412,
        p50_ms: 1.3,
        p99_ms: 41.0,
        errors: 0,
        orders: 318,
        ..TestProgress::at(Stage::Visiting)
    };
    let said = |verdict| match verdict {
        TestVerdict::Held => "Your shop held 2,000 shoppers at once. That was all that was tried: it may hold more.",
        TestVerdict::LimitFound => {
            "Your shop held 1,000 shoppers at once. At 2,000, 1 page in 100 took 1.4 s or longer instead of less than 1 s."
        }
        TestVerdict::EndedEarly => "Your shop held 500 shoppers at once. The test was ended before it was through.",
        TestVerdict::NotValid => "No number of shoppers was held: the load test itself was the limit.",
        TestVerdict::BooksWrong => "The shop's books do not agree with what its customers saw.",
    };
    let ended = TestVerdict::ALL.map(|verdict| TestState::Finished { at: now, verdict, said: said(verdict).into() });
    let failed = TestState::Failed { at: now, said: "The server was stopped in the middle of this test. Start it again.".into() };
    let states = [TestState::Running { progress, is_stopping: false }].into_iter().chain(ended).chain([failed]);
    let wanted = Wanted { plan: LoadTestPlan::Steps, shoppers: 2_000, step_seconds: 30 };
    let test = |(id, state)| LoadTest {
        id: LoadTestId(id),
        wanted,
        rehearsed: None,
        asked_by: "ines@juniper.example".into(),
        asked_at: now,
        state,
    };
    let mut tests: Vec<_> = (1..).zip(states).map(test).collect();
    let said = "No-go: The sale must not open like this: 1 thing to be put right.".to_owned();
    let state = TestState::Finished { at: now, verdict: TestVerdict::LimitFound, said };
    tests.push(LoadTest { rehearsed: Some("Black Friday".into()), ..test((99, state)) });
    told(&tests, 2_000, Form::default())
}

/// The page before the first test, with a number that is too large.
#[cfg(test)]
pub(super) fn sample_form(now: commerce::Timestamp) -> LoadTestShow {
    let mut form = Form::filled([("shoppers", "90000"), ("plan", "drop"), ("step_seconds", "30")]);
    form.number("shoppers", 1..=2_000);
    let sale = SaleToRehearse { id: commerce::FlashSaleId(1), name: "Black Friday".into(), opens_at: now.plus_minutes(1_440) };
    LoadTestShow { sales: vec![sale], ..told(&[], 2_000, form) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_and_what_was_measured_is_told_shortly() {
        for (seconds, text) in
            [(-3.0, "The last shoppers finish."), (42.3, "About 42 seconds left."), (200.0, "About 3 minutes left.")]
        {
            assert_eq!(left(seconds), text);
        }
        for (millis, text) in [(0.0, "–"), (1.26, "1.3\u{a0}ms"), (43.4, "43\u{a0}ms"), (1_240.0, "1.2\u{a0}s")] {
            assert_eq!(within(millis), text);
        }
        assert_eq!((percent(30.0, 40.0), percent(50.0, 40.0), percent(1.0, 0.0)), (75, 100, 0));
    }
}
