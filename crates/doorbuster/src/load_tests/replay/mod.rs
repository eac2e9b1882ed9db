//! A replay: a sale of the case study, compressed, with its forecast's crowd, against a real server on this machine.
//!
//! `study` is the case study as published, `script` says who comes when and what is expected, `shop` makes the shop, `counted`
//! reads what the load test and the books left, `figures` is all of it as data, [`judge`] says whether the sale was held, and
//! [`told`] tells it. Here it is played: the shop is made, served, visited, and proved, and goes again.

pub mod figures;
pub mod judge;
pub mod study;
pub mod told;

mod counted;
mod script;
mod shop;
mod stage;

pub use script::Script;
pub use stage::Stage;

use super::crowd::Visit;
use super::pace::Pace;
use super::place::Place;
use super::process::Program;
use super::rehearsal::crowd::instant;
use super::telling::told_as_it_goes;
use super::{Line, Reason, proof};
use crate::clock::now;
use crate::failure::Failure;
use commerce::Timestamp;
use counted::Till;
use db::load_tests::{self, TestProgress};
use figures::{Figures, PlayedSale, SCHEMA};
use forecast::report::when::When;
use loadtest::report::data::{Audit, Run};
use shop::ReplayShop;
use std::pin::pin;
use std::time::Duration;

/// How long a replay may take in all.
const REPLAY_MAX: Duration = Duration::from_secs(4 * 3_600);
/// How often it is told how far a replay is, seconds.
const TOLD_EVERY_S: u64 = 15;

/// What is to be played.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which minutes of which sale.
    pub script: Script,
    /// How.
    pub pace: Pace,
}

/// Plays a sale of the case study on this stage. `tell` hears what is going on.
///
/// # Errors
/// When it cannot be played, with what to do.
pub async fn replay(stage: &Stage, wish: &Wish, tell: impl Fn(&str)) -> Result<Figures, Failure> {
    let program = Program::this()?;
    let say = |before, latest: &TestProgress| said(wish, before, latest).iter().for_each(|said| tell(said));
    Ok(told_as_it_goes(REPLAY_MAX, |line| play(&program, &stage.place, wish, line), say).await?)
}

/// What is worth a line when it is this far, and was at that stage before.
fn said(wish: &Wish, before: Option<load_tests::Stage>, latest: &TestProgress) -> Option<String> {
    let TestProgress { stage, elapsed_s, shoppers, orders, p99_ms, .. } = *latest;
    if stage == load_tests::Stage::Visiting && before == Some(stage) {
        if !(elapsed_s as u64).is_multiple_of(TOLD_EVERY_S) {
            return None;
        }
        let figures = format!("{shoppers} shoppers, {orders} orders, 99 % of pages within {p99_ms:.0} ms");
        let minute = wish.pace.minute_at(elapsed_s);
        return Some(match minute {
            minute if minute < 0.0 => format!("The doors open in {:.0} seconds: {figures}.", wish.pace.lead_s() - elapsed_s),
            minute if minute < f64::from(wish.pace.minutes) => format!("{}: {figures}.", clock(&wish.script, minute)),
            _ => format!("The doors are closed: {figures}."),
        });
    }
    let words = match stage {
        load_tests::Stage::Copying => "The shop is being made, with everything on sale.",
        load_tests::Stage::Visiting => "Shoppers come.",
        load_tests::Stage::Proving => "The books are being proved.",
    };
    (before != Some(stage)).then(|| words.to_owned())
}

/// The sale's own clock, so many minutes after its doors have opened.
fn clock(script: &Script, minute: f64) -> String {
    let plan = &script.plan;
    When::new(&plan.starts().to_string(), &plan.zone).words(script.opens() as f64 + minute)
}

/// Plays it.
async fn play(program: &Program, place: &Place, wish: &Wish, line: Line) -> Result<Figures, Reason> {
    let began = now();
    line.progress.send_replace(TestProgress::at(load_tests::Stage::Copying));
    let Wish { script, pace } = wish;
    let shop = ReplayShop::make(&place.copy(), script, *pace, began).await?;
    let server = program.serve(&place.copy()).await?;
    let visit = Visit {
        domain: shop.domain,
        server: server.address,
        server_process: server.process,
        plan: pace.plan(&script.plan.name, |minute| script.arriving(minute)),
        mix: Some(pace.mix(&script.plan.shoppers)),
    };
    let (run, opened) = visited(&visit, &shop, *pace, program, place, &line).await?;
    line.progress.send_modify(|progress| progress.stage = load_tests::Stage::Proving);
    let takings = db::orders::takings(&shop.db, shop.id, opened, 1).await;
    let takings = takings.map_err(|error| Reason::of_server("The books could not be read.", error.to_string()))?;
    let books = proof::of_copy(program, place, shop.handle).await?;
    server.stop().await;
    Ok(found(wish, began, &run, &Till::read(&takings, opened, pace.open_s()), books))
}

/// Lets shoppers come. When the first of them are there, the sale is moved; returns what was measured, and when it opened.
async fn visited(
    visit: &Visit<'_>,
    shop: &ReplayShop,
    pace: Pace,
    program: &Program,
    place: &Place,
    line: &Line,
) -> Result<(Run, Timestamp), Reason> {
    let mut told = line.progress.subscribe();
    let mut visiting = pin!(visit.run(program, place, line));
    let mut opened = None;
    loop {
        tokio::select! {
            run = &mut visiting => return Ok((run?, opened.ok_or("Nobody came. Play more of it, or slower.")?)),
            Ok(()) = told.changed(), if opened.is_none() => {
                let elapsed_s = told.borrow_and_update().elapsed_s;
                let opens_at = Timestamp(now().0 + ((pace.lead_s() - elapsed_s) * 1e6) as i64);
                shop.sale.move_to(opens_at, pace, now()).await?;
                opened = Some(opens_at);
            }
        }
    }
}

fn found(wish: &Wish, began: Timestamp, run: &Run, till: &Till, books: Audit) -> Figures {
    let Wish { script, pace } = wish;
    let counted = counted::counted(script, *pace, &run.series, till);
    let plan = &script.plan;
    let opens = plan.starts() + jiff::SignedDuration::from_mins(script.opens() as i64);
    Figures {
        schema: SCHEMA,
        sale: script.sale,
        began: instant(began).to_string(),
        played: PlayedSale {
            speed: pace.speed,
            scale: pace.scale,
            times_harder: pace.times_harder(),
            minutes: script.minutes(),
            is_whole: script.is_whole,
            has_early_access: script.has_early_access(),
            opens: opens.to_string(),
            zone: plan.zone.clone(),
            open_s: pace.open_s(),
        },
        forecast: script.expected(),
        came_to: counted::scaled_back(&counted, script, *pace, till),
        counted,
        needed: script.needed(),
        carried: counted::carried(script, *pace, run, till),
        served: counted::served(run),
        books,
        seconds: counted::seconds(script, *pace, run),
    }
}

#[cfg(test)]
mod tests {
    use super::study::StudySale;
    use super::*;

    #[test]
    fn how_far_it_is_is_told_by_the_clock_of_the_sale() {
        let script = Script::of(StudySale::BlackFriday, None);
        let pace = Pace { speed: 1_800.0, scale: 0.005, minutes: script.minutes() };
        let wish = Wish { script, pace };
        let at = |elapsed_s| TestProgress { elapsed_s, ..TestProgress::at(load_tests::Stage::Visiting) };
        let said = |elapsed_s| said(&wish, Some(load_tests::Stage::Visiting), &at(elapsed_s));
        assert_eq!(said(7.0), None);
        for (elapsed_s, says) in
            [(30.0, "The doors open in 10 seconds: "), (90.0, "Fri 25 Nov 10:00: "), (195.0, "The doors are closed: ")]
        {
            assert!(said(elapsed_s).is_some_and(|said| said.starts_with(says)), "{:?}", said(elapsed_s));
        }
    }
}
