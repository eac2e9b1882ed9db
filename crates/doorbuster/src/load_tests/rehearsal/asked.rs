//! A rehearsal that a seller has asked for at their desk: within what the server permits, and kept as a load test's report is.

use super::judge::is_go;
use super::{Rehearsed, Wish, play, told};
use crate::clock::now;
use crate::load_tests::pace::Pace;
use crate::load_tests::{Line, Reason, TestStand};
use commerce::ShopId;
use db::Db;
use db::load_tests::{Rehearsal, TestReport, TestVerdict};
use forecast::MarketingPlan;
use loadtest::report::data::Verdict;
use loadtest::report::headline::is_broken;
use web::sale_record::defaults_for;

/// As fast as on the command line where nobody says otherwise.
const SPEED: f64 = 60.0;
/// As many visits, unless that is more than the server permits.
const SCALE: f64 = 0.1;
/// Minutes of the sale at most.
const MINUTES_MAX: i64 = 120;
/// What chance comes from in the forecast.
const SEED: u64 = 1;

/// What a seller has asked for, with what whoever runs the server permits.
pub struct Asked {
    /// The shop.
    pub shop: ShopId,
    /// Which sale, and who is expected.
    pub rehearsal: Rehearsal,
    /// Shoppers at once at most.
    pub shoppers_max: u32,
}

/// Plays what was asked for, and makes a report of it.
///
/// # Errors
/// When it cannot be played, with what the seller reads.
pub async fn report(db: &Db, stand: &TestStand, asked: Asked, line: Line) -> Result<TestReport, Reason> {
    let wish = wish(db, asked).await?;
    Ok(kept(&play(db, stand, wish, line).await?))
}

async fn wish(db: &Db, Asked { shop: id, rehearsal, shoppers_max }: Asked) -> Result<Wish, Reason> {
    let failed = |error: db::Error| Reason::of_server("The shop could not be read.", error.to_string());
    let shop = db::shops::load_shop(db, id).await.map_err(failed)?.ok_or("The shop is gone.")?;
    let sale = db::flash_sales::load_flash_sale(db, id, rehearsal.sale).await.map_err(failed)?.ok_or("The sale is gone.")?;
    if let Some((problem, advice)) = Wish::obstacle(&sale, now()) {
        return Err(Reason::of_seller(format!("It was not rehearsed: {problem}. {advice}")));
    }
    let plan = rehearsal.marketing_plan.trim();
    let defaults = defaults_for(db, id, Some(sale.id)).await.map_err(failed)?;
    let plan = (!plan.is_empty()).then(|| MarketingPlan::parse_with(plan, "the marketing plan", &defaults));
    let plan = plan.transpose().map_err(|error| Reason::of_seller(format!("It was not rehearsed: {error}")))?;
    let pace = Pace { speed: SPEED, scale: SCALE, minutes: Wish::minutes_of(&sale, MINUTES_MAX) };
    Ok(Wish { shop, sale, plan, pace, shoppers_max: Some(shoppers_max), seed: SEED })
}

/// As the desk keeps it: a sale that may open has held, one that may not has a limit.
fn kept(rehearsed: &Rehearsed) -> TestReport {
    let Rehearsed { figures, lines } = rehearsed;
    let verdict = match figures.tested.verdict {
        _ if is_broken(&figures.books) => TestVerdict::BooksWrong,
        Verdict::Unfinished => TestVerdict::EndedEarly,
        Verdict::Invalid => TestVerdict::NotValid,
        _ if is_go(lines) => TestVerdict::Held,
        _ => TestVerdict::LimitFound,
    };
    let (page, data) = (told::page(rehearsed), told::json(rehearsed));
    TestReport { verdict, said: told::headline(lines), page: page.into_bytes(), data: data.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::super::figures::Figures;
    use super::super::judge::{lines, tests::well};
    use super::*;

    #[track_caller]
    fn check(change: impl FnOnce(&mut Figures), verdict: TestVerdict, says: &str) {
        let mut figures = well();
        change(&mut figures);
        let lines = lines(&figures);
        let report = kept(&Rehearsed { figures, lines });
        assert_eq!(report.verdict, verdict);
        assert!(report.said.starts_with(says), "{}", report.said);
    }

    #[test]
    fn a_go_is_kept_as_a_test_that_held_and_a_no_go_as_one_that_found_a_limit() {
        check(|_| (), TestVerdict::Held, "Go: The sale may open");
        check(|figures| figures.sale.is_announced = false, TestVerdict::LimitFound, "No-go: ");
        check(|figures| figures.books.oversold = 1, TestVerdict::BooksWrong, "No-go: ");
        check(|figures| figures.tested.verdict = Verdict::Unfinished, TestVerdict::EndedEarly, "No-go: ");
        check(|figures| figures.tested.verdict = Verdict::Invalid, TestVerdict::NotValid, "No-go: ");
    }
}
