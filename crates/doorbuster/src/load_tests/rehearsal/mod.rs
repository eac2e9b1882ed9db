//! A rehearsal: tomorrow's sale tonight, on a copy of the shop, with the forecast's crowd; and whether it may open.
//!
//! [`crowd`] says who comes, `measured` reads what the load test left, [`figures`] is all of it as data, [`judge`] makes it go or
//! no-go, and [`told`] tells it. `asked` is for sellers at their desks. Here it is played: the copy is made, served, visited, and
//! proved.

pub mod crowd;
pub mod figures;
pub mod judge;
pub mod told;

mod asked;
pub(super) mod measured;
mod on_sale;

pub(super) use asked::{Asked, report};

use super::crowd::Visit;
use super::pace::Pace;
use super::place::{self, Place};
use super::process::Program;
use super::staged_sale::{Scale, StagedSale};
use super::telling::told_as_it_goes;
use super::{Line, Reason, TestStand, copy_bytes_max, proof};
use crate::clock::now;
use crate::failure::Failure;
use crate::settings::Settings;
use commerce::sale::FlashSale;
use commerce::shop::Shop;
use commerce::{Timestamp, VariantId};
use crowd::{arriving, instant};
use db::load_tests::{Stage, TestProgress};
use db::{Db, OpenOptions, Target};
use figures::{Expected, Figures, PlayedSale, SCHEMA, Sale, Seen};
use forecast::MarketingPlan;
use forecast::data::Forecast;
use loadtest::generator::pages;
use loadtest::report::data::{Audit, Run};
use loadtest::way::Way;
use on_sale::{Pages, Shelf};
use std::collections::HashMap;
use std::io::ErrorKind;
use std::pin::pin;
use std::time::Duration;

/// The folder of the copy, among those of load tests: one rehearsal at a time, for two would measure each other.
const PLACE: &str = "rehearsal";
/// How long a rehearsal may take in all.
const REHEARSAL_MAX: Duration = Duration::from_secs(4 * 3_600);
/// How often it is told how far a rehearsal is, seconds.
const TOLD_EVERY_S: u64 = 15;
/// Over how long a forecast counts the orders of its peak, seconds.
const PEAK_ORDERS_S: f64 = 300.0;
/// When in the lead prices are looked at, as a share of it: late enough that the moved sale is printed.
const LOOK_BEFORE: f64 = 0.75;
/// When while it is open, as a share of that.
const LOOK_DURING: f64 = 0.5;

/// What is to be rehearsed.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The shop.
    pub shop: Shop,
    /// One of its sales, which is still to come.
    pub sale: FlashSale,
    /// Who is expected; nothing: as many as want twice what is offered.
    pub plan: Option<MarketingPlan>,
    /// How it is played.
    pub pace: Pace,
    /// Shoppers at once at most; fewer visits come where that would be more. Nothing: as many as the pace says.
    pub shoppers_max: Option<u32>,
    /// What chance comes from.
    pub seed: u64,
}

/// What a rehearsal left.
pub struct Rehearsed {
    /// What was found.
    pub figures: Figures,
    /// What is to be thought of it.
    pub lines: Vec<judge::Line>,
}

impl Wish {
    /// Why this sale cannot be rehearsed, and what to do about it.
    pub fn obstacle(sale: &FlashSale, now: Timestamp) -> Option<(String, &'static str)> {
        let name = &sale.name;
        if sale.opens_at <= now {
            let advice = "A rehearsal is for a sale that is to come; give it its next opening, or name another.";
            return Some((format!("the sale “{name}” has opened already"), advice));
        }
        let advice = "Put what is cheaper into it at the desk, under Flash sales.";
        sale.items.is_empty().then(|| (format!("the sale “{name}” has no items"), advice))
    }

    /// How many minutes of this sale are played where so many are wanted.
    pub fn minutes_of(sale: &FlashSale, wanted: i64) -> u32 {
        let all = sale.closes_at.micros_since(sale.opens_at) / 60_000_000;
        u32::try_from(wanted.min(all).max(1)).unwrap_or(1)
    }
}

/// Plays a sale that is to come, on a stand of its own. `tell` hears what is going on.
///
/// # Errors
/// When it cannot be played, with what to do.
pub async fn rehearse(db: &Db, settings: &Settings, wish: Wish, tell: impl Fn(&str)) -> Result<Rehearsed, Failure> {
    let stand = TestStand::clear(settings)?;
    let playing = |line| play(db, &stand, wish, line);
    let say = |before, latest: &TestProgress| said(before, latest).iter().for_each(|said| tell(said));
    Ok(told_as_it_goes(REHEARSAL_MAX, playing, say).await?)
}

/// What is worth a line when it is this far, and was at that stage before.
fn said(before: Option<Stage>, latest: &TestProgress) -> Option<String> {
    let TestProgress { stage, elapsed_s, total_s, shoppers, orders, p99_ms, .. } = *latest;
    if stage == Stage::Visiting && before == Some(stage) {
        let figures = format!("{shoppers} shoppers, {orders} orders, 99 % of pages within {p99_ms:.0} ms");
        let is_time = (elapsed_s as u64).is_multiple_of(TOLD_EVERY_S);
        return is_time.then(|| format!("{elapsed_s:.0} of {total_s:.0} seconds: {figures}."));
    }
    let words = match stage {
        Stage::Copying => "The shop is being copied.",
        Stage::Visiting => "Shoppers come.",
        Stage::Proving => "The copy’s books are being proved.",
    };
    (before != Some(stage)).then(|| words.to_owned())
}

/// Plays it on this stand, says how far it is, and ends early when that is wished.
///
/// # Errors
/// When it cannot be played.
async fn play(db: &Db, stand: &TestStand, mut wish: Wish, line: Line) -> Result<Rehearsed, Reason> {
    let began = now();
    let shelf =
        Shelf::read(db, &wish).await.map_err(|error| Reason::of_server("The shop could not be read.", error.to_string()))?;
    let (plan, forecast) = expected(&wish, &shelf).await?;
    if let Some(shoppers_max) = wish.shoppers_max {
        let pace = wish.pace.within(shoppers_max, forecast.peaks.active.height.p95);
        wish.pace = pace.ok_or("The server permits too few shoppers for this forecast. Ask whoever runs it.")?;
    }
    let domain = wish.shop.domains.first().ok_or("The shop has no domain. Give it one, and rehearse then.")?;
    let place = place(stand)?;
    line.progress.send_replace(TestProgress::at(Stage::Copying));
    stand.program.copy_shop(&stand.source, &stand.data, &wish.shop.handle, &place.copy()).await?;
    if *line.stopping.borrow() {
        return Err("It was stopped before shoppers came.".into());
    }
    let sale = prepared(&wish, &shelf, &place).await?;
    let copy = stand.program.serve(&place.copy()).await?;
    let mut stage = OnStage {
        pace: wish.pace,
        sale,
        way: Way::plain(copy.address, domain),
        pages: shelf.pages(),
        opens_at: None,
        seen: Vec::new(),
        sold_out: HashMap::new(),
    };
    let visit = Visit {
        domain,
        server: copy.address,
        server_process: copy.process,
        plan: wish.pace.plan(&plan.name, arriving(&plan)),
        mix: Some(wish.pace.mix(&plan.shoppers)),
    };
    let run = stage.play(&visit, &stand.program, &place, &line).await?;
    stage.look().await;
    line.progress.send_modify(|progress| progress.stage = Stage::Proving);
    let books = proof::of_copy(&stand.program, &place, &wish.shop.handle).await?;
    copy.stop().await;
    let is_other_database = matches!(stand.source, Target::Postgres(_));
    let found = Found {
        wish: &wish,
        plan: &plan,
        forecast: &forecast,
        shelf: &shelf,
        stage: &stage,
        run: &run,
        began,
        is_other_database,
    };
    let figures = found.figures(books);
    let lines = judge::lines(&figures);
    Ok(Rehearsed { figures, lines })
}

/// The plan and its forecast, made where no visitor of a shop waits for it.
async fn expected(wish: &Wish, shelf: &Shelf) -> Result<(MarketingPlan, Forecast), Reason> {
    let (plan, seed) = (plan_of(wish, shelf), wish.seed);
    let making = tokio::task::spawn_blocking(move || {
        let forecast = forecast::forecast(&plan, seed);
        (plan, forecast)
    });
    making.await.map_err(|error| Reason::of_server("The forecast could not be made.", error.to_string()))
}

/// Who is expected: what the plan says, and what is assumed where it does not.
fn plan_of(wish: &Wish, shelf: &Shelf) -> MarketingPlan {
    let items = shelf.on_sale();
    let assumed = || crowd::assumed(&wish.sale, wish.shop.currency.code(), &wish.shop.time_zone, &items);
    crowd::with_items(wish.plan.clone().unwrap_or_else(assumed), &items)
}

/// The copy's sale, ready to be moved.
async fn prepared(wish: &Wish, shelf: &Shelf, place: &Place) -> Result<StagedSale, Reason> {
    let copy = Db::open_existing(&Target::Folder(place.copy()), &OpenOptions::default()).await;
    let copy = copy.map_err(|error| Reason::of_server("The copy could not be opened.", error.to_string()))?;
    let scale = Scale { times: wish.pace.scale, in_stock: &shelf.in_stock };
    StagedSale::prepare(copy, wish.shop.id, &wish.sale, scale, now()).await
}

/// A place for the copy.
fn place(stand: &TestStand) -> Result<Place, Reason> {
    if !place::has_room(&stand.data, copy_bytes_max(&stand.source)) {
        return Err(
            "There is no room for a copy on the disk: a gigabyte has to stay free beside it. Make room, and try again.".into()
        );
    }
    Place::make(&stand.places(), PLACE).map_err(|error| match error.kind() {
        ErrorKind::ResourceBusy => "Another rehearsal is running on this machine. Wait for its end, or end it.".into(),
        _ => Reason::of_server("There is no room for a copy.", error.to_string()),
    })
}

/// The copy while shoppers are in it.
struct OnStage {
    pace: Pace,
    sale: StagedSale,
    way: Way,
    pages: Pages,
    /// When the copy's sale opens, once shoppers have begun to come.
    opens_at: Option<Timestamp>,
    /// The prices on the pages, each time that they were looked at.
    seen: Vec<Vec<Seen>>,
    /// When each was sold out first, minutes of the sale.
    sold_out: HashMap<VariantId, f64>,
}

impl OnStage {
    /// Lets shoppers come, and does at each second what is to be done then.
    async fn play(&mut self, visit: &Visit<'_>, program: &Program, place: &Place, line: &Line) -> Result<Run, Reason> {
        let mut told = line.progress.subscribe();
        let mut visiting = pin!(visit.run(program, place, line));
        loop {
            tokio::select! {
                run = &mut visiting => return run,
                Ok(()) = told.changed() => {
                    let second = *told.borrow_and_update();
                    self.second(&second).await?;
                }
            }
        }
    }

    async fn second(&mut self, second: &TestProgress) -> Result<(), Reason> {
        let (lead_s, open_s) = (self.pace.lead_s(), self.pace.open_s());
        let Some(opens_at) = self.opens_at else {
            let opens_at = Timestamp(now().0 + ((lead_s - second.elapsed_s) * 1e6) as i64);
            self.opens_at = Some(opens_at);
            return self.sale.move_to(opens_at, self.pace, now()).await;
        };
        let looks = [lead_s * LOOK_BEFORE, lead_s + open_s * LOOK_DURING];
        if looks.get(self.seen.len()).is_some_and(|look_s| second.elapsed_s >= *look_s) {
            self.look().await;
        }
        let minute = now().micros_since(opens_at) as f64 / 60e6 * self.pace.speed;
        for variant in self.sale.sold_out().await? {
            self.sold_out.entry(variant).or_insert(minute);
        }
        Ok(())
    }

    /// Reads the prices as a shopper does. A page that cannot be read has none.
    async fn look(&mut self) {
        let (way, paths) = (self.way.clone(), self.pages.paths());
        let count = paths.len();
        let read = tokio::task::spawn_blocking(move || pages(&way, &paths)).await;
        let read = read.ok().and_then(Result::ok).unwrap_or_else(|| vec![None; count]);
        let price = |page: &Option<String>| page.as_deref().and_then(loadtest::price_shown).map(str::to_owned);
        self.seen.push(read.iter().map(|page| Seen(price(page))).collect());
    }
}

/// Everything that was found, to be put together.
struct Found<'a> {
    wish: &'a Wish,
    plan: &'a MarketingPlan,
    forecast: &'a Forecast,
    shelf: &'a Shelf,
    stage: &'a OnStage,
    run: &'a Run,
    began: Timestamp,
    is_other_database: bool,
}

impl Found<'_> {
    fn figures(self, books: Audit) -> Figures {
        let (shop, sale, pace) = (&self.wish.shop, &self.wish.sale, self.wish.pace);
        let sale_minutes = sale.closes_at.micros_since(sale.opens_at) / 60_000_000;
        Figures {
            schema: SCHEMA,
            shop: shop.name.clone(),
            sale: Sale {
                name: sale.name.clone(),
                zone: shop.time_zone.clone(),
                currency: shop.currency.code().to_owned(),
                early_access: sale.early_access_at.map(|at| instant(at).to_string()),
                opens: instant(sale.opens_at).to_string(),
                closes: instant(sale.closes_at).to_string(),
                is_announced: sale.status == commerce::sale::FlashSaleStatus::Scheduled,
                is_shop_open: shop.open,
                delivers: !shop.shipping.zones.is_empty(),
            },
            began: instant(self.began).to_string(),
            played: PlayedSale {
                speed: pace.speed,
                scale: pace.scale,
                minutes: pace.minutes,
                sale_minutes: u32::try_from(sale_minutes).unwrap_or(u32::MAX),
                seconds: self.run.seconds,
                is_other_database: self.is_other_database,
            },
            forecast: self.expected(),
            tested: measured::tested(self.run, pace),
            items: self.shelf.items(self.plan, self.forecast, &self.stage.seen, &self.stage.sold_out),
            pages: measured::pages(self.run),
            books,
        }
    }

    fn expected(&self) -> Expected {
        let (plan, peaks, totals) = (self.plan, &self.forecast.peaks, &self.forecast.totals);
        let opening = plan.minute(plan.sale.opens) as i64;
        let is_known = |name: &str| self.shelf.on_sale().iter().any(|item| item.is_meant_by(name));
        Expected {
            plan: self.wish.plan.as_ref().map(|plan| plan.name.clone()),
            opens: plan.sale.opens.to_string(),
            early_access: plan.sale.early_access.map(|at| at.to_string()),
            currency: plan.currency.clone(),
            unknown_items: plan.items.iter().map(|item| &item.name).filter(|name| !is_known(name)).cloned().collect(),
            peak_at_minute: i64::from(peaks.pages_per_s.at_minute) - opening,
            pages_per_s: peaks.pages_per_s.height.planned,
            pages_per_s_p95: peaks.pages_per_s.height.p95,
            active: peaks.active.height.planned,
            orders_per_s: peaks.orders.height.planned / PEAK_ORDERS_S,
            visits: totals.visits.planned,
            orders: totals.orders.planned,
        }
    }
}
