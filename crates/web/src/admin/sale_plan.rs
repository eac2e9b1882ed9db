//! The plan editor beside a sale: whom it is announced to, what is known of its visitors, and the forecast that follows, which
//! moves while the seller types.
//!
//! The plan is the text that `doorbuster forecast PLAN --shop S --sale N` keeps with the sale, and what is saved here is kept in
//! the same place: there is one plan for a sale. The form carries the text that it was made from, so what it does not edit is
//! kept, and two tabs cannot take each other's changes for their own. What a field means is
//! `sale_plan_form`'s business, rows that come and go `sale_plan_rows`', what is shown `sale_plan_page`'s.

use super::flash_sale_page::state_of;
use super::form::Form;
use super::format;
use super::sale_plan_form::{self as fields, About};
use super::sale_plan_page::{channels, differences, figures, items};
use super::sale_plan_rows::{self as rows, SaleTimes};
use super::seat::{At, Seat, Typed, hash_of};
use super::views::{Drawn, PlanDifference, PlanFacts, SalePlan};
use crate::error::Error;
use crate::sale_record::defaults_for;
use axum::response::Response;
use commerce::sale::FlashSale;
use commerce::{FlashSaleId, VariantId};
use db::sale_forecasts::{SaleForecast, load_forecast, replace_forecast};
use forecast::MarketingPlan;
use forecast::plan::Defaults;
use forecast::plan::draft::{Draft, DraftChannel, DraftItem, DraftWave, ITEMS_MAX, TEXT_BYTES_MAX};
use forecast::report::{html, json};

/// The largest form, bytes: twelve channels of twelve waves each, fifty items, and the text that they were made from.
pub const BYTES_MAX: usize = 256 << 10;
/// What chance comes from, as on the command line where nobody says otherwise.
const SEED: u64 = 1;
/// A list of so many items is open; a longer one would stand between the form and the forecast on a phone.
const ITEMS_OPEN_MAX: usize = 6;
/// What messages call the plan.
pub(super) const NAME: &str = "The plan";

/// How often a forecast is played.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Play {
    /// A few times, while somebody types.
    Preview,
    /// As often as one that is kept.
    Whole,
}

/// `GET /admin/flash-sales/{id}/plan`
pub async fn show(seat: Seat, At(id): At<FlashSaleId>) -> Result<Response, Error> {
    let mut desk = Editor::open(&seat, id, None).await?;
    let Some(kept) = desk.kept.clone() else {
        let form = fields::filled(&desk.first_plan());
        return seat.page(&desk.page(form, Said::default())).await;
    };
    let known = match Draft::read(&kept.plan, NAME) {
        Ok(known) => known,
        Err(problem) => {
            return seat.page(&desk.page(Form::default(), Said { unreadable: format!("{problem}."), ..Said::default() })).await;
        }
    };
    let mut form = fields::filled(&desk.with_items_of_the_sale(known.clone()));
    desk.take(known, kept.plan);
    let drawn = desk.drawn(&mut form, Play::Whole).await?;
    seat.page(&desk.page(form, Said { drawn, ..Said::default() })).await
}

/// `POST /admin/flash-sales/{id}/plan`
pub async fn change(seat: Seat, At(id): At<FlashSaleId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let base = form.typed("base").to_owned();
    let desk = Editor::open(&seat, id, Some(base)).await?;
    let button = form.typed("do").to_owned();
    if button == "save" {
        return save(&seat, desk, form).await;
    }
    let local = |at| format::local_input(at, desk.about().zone());
    let sale = SaleTimes { opens: local(desk.sale.opens_at), closes: local(desk.sale.closes_at) };
    let focus = rows::change(&mut form, &button, &sale);
    let play = if button == "show" { Play::Whole } else { Play::Preview };
    let mut tried = form.clone();
    let drawn = desk.drawn(&mut tried, play).await?;
    // Whoever has just added a row is not told at once that it is empty.
    let form = if focus.is_some() { form } else { tried };
    let is_fine = form.is_fine();
    let page = desk.page(form, Said { drawn, focus: focus.unwrap_or_default(), is_unsaved: true, ..Said::default() });
    if is_fine { seat.page(&page).await } else { seat.refused(&page).await }
}

async fn save(seat: &Seat, mut desk: Editor<'_>, mut form: Form) -> Result<Response, Error> {
    let here = format!("/admin/flash-sales/{}/plan", desk.sale.id);
    let Some((plan, text)) = desk.plan(&mut form) else {
        return seat.refused(&desk.page(form, Said { is_unsaved: true, ..Said::default() })).await;
    };
    let is_as_known = digest(desk.kept.as_ref()) == form.typed("kept");
    // A second click finds what the first has kept. What the sale has taught about the very same plan stays, too.
    if desk.kept.as_ref().is_some_and(|kept| kept.plan == text && (!is_as_known || kept.lesson.is_some())) {
        return Ok(seat.done(&here, SAVED));
    }
    let drawing = move || json::text(&forecast::forecast(&plan, SEED));
    let forecast = seat.app.desk_memory().forecasting.draw((seat.shop(), seat.seller.id), drawing).await?;
    let new = SaleForecast { plan: text.clone(), forecast, lesson: None };
    let was = desk.kept.as_ref().map(|kept| kept.plan.as_str());
    if is_as_known && replace_forecast(seat.db(), seat.shop(), desk.sale.id, &new, was, seat.now()).await? {
        return Ok(seat.done(&here, SAVED));
    }
    desk.kept = load_forecast(seat.db(), seat.shop(), desk.sale.id).await?;
    if desk.kept.as_ref().is_some_and(|kept| kept.plan == text) {
        return Ok(seat.done(&here, SAVED));
    }
    let drawn = desk.drawn(&mut form, Play::Whole).await?;
    form.refuse("", "The plan was changed meanwhile, in another tab or from the command line. Both are below.");
    let theirs = desk.kept.as_ref().map(|kept| kept.plan.clone()).unwrap_or_default();
    let said = Said { drawn, differences: differences(&theirs, &text), theirs, is_unsaved: true, ..Said::default() };
    seat.refused(&desk.page(form, said)).await
}

const SAVED: &str = "The plan is saved, and its forecast is kept with the sale.";

/// Everything that the page is made from.
struct Editor<'a> {
    seat: &'a Seat,
    sale: FlashSale,
    /// What is kept with the sale now.
    kept: Option<SaleForecast>,
    /// The text that the form was made from, and what can be edited of it.
    base: String,
    known: Draft,
    defaults: Defaults,
    /// The sale's items, as a plan calls them.
    on_sale: Vec<DraftItem>,
}

/// What the page has to say this time.
#[derive(Default)]
struct Said {
    drawn: Option<Drawn>,
    unreadable: String,
    differences: Vec<PlanDifference>,
    theirs: String,
    focus: String,
    is_unsaved: bool,
}

impl<'a> Editor<'a> {
    async fn open(seat: &'a Seat, id: FlashSaleId, base: Option<String>) -> Result<Self, Error> {
        let (db, shop) = (seat.db(), seat.shop());
        let sale = db::flash_sales::load_flash_sale(db, shop, id).await?.ok_or(Error::NotFound)?;
        let kept = load_forecast(db, shop, id).await?;
        let defaults = defaults_for(db, shop, Some(id)).await?;
        let on_sale = on_sale(seat, &sale).await?;
        let base = base.unwrap_or_default();
        let known = match base.as_str() {
            "" => Draft::default(),
            text => Draft::read(text, NAME).map_err(|problem| Error::BadRequest(format!("{problem}.")))?,
        };
        Ok(Self { seat, sale, kept, base, known, defaults, on_sale })
    }

    fn take(&mut self, known: Draft, base: String) {
        (self.known, self.base) = (known, base);
    }

    fn about(&self) -> About<'_> {
        About {
            sale: &self.sale,
            known: &self.known,
            currency: self.seat.currency().code(),
            zone: self.seat.zone(),
            defaults: &self.defaults,
        }
    }

    /// What the form begins with where nothing is kept: one mail at the opening, and items wanted as they are offered.
    fn first_plan(&self) -> Draft {
        let starts = format::local_input(self.sale.opens_at, self.seat.zone()).replace('T', " ");
        let wave = DraftWave { starts, share: Some(1.0), delivered_in_minutes: Some(30.0), from: None };
        let channel = DraftChannel { name: "Newsletter".into(), waves: vec![wave], ..DraftChannel::default() };
        let units: f64 = self.on_sale.iter().map(|item| item.stock).sum();
        let share = |stock: f64| if units > 0.0 { (stock / units * 1e4).floor() / 1e4 } else { 0.0 };
        let items = self.on_sale.iter().map(|item| DraftItem { share: share(item.stock), ..item.clone() }).collect();
        Draft { channels: vec![channel], items, ..Draft::default() }
    }

    /// The plan with a row for each item of the sale that it does not have.
    fn with_items_of_the_sale(&self, mut plan: Draft) -> Draft {
        let is_in = |name: &str, items: &[DraftItem]| items.iter().any(|item| item.name == name);
        for item in &self.on_sale {
            if !is_in(&item.name, &plan.items) && plan.items.len() < ITEMS_MAX {
                plan.items.push(item.clone());
            }
        }
        plan
    }

    /// The plan that the form describes, with its text; `None`: something is wrong with it, which is noted in the form.
    fn plan(&self, form: &mut Form) -> Option<(MarketingPlan, String)> {
        let draft = fields::read(form, &self.about());
        if !form.is_fine() {
            return None;
        }
        let text = draft.write_into(&self.base);
        if text.len() > TEXT_BYTES_MAX {
            form.refuse("", "This is longer than a plan can be. Please use fewer channels, waves or items.");
            return None;
        }
        match MarketingPlan::parse_with(&text, NAME, &self.defaults) {
            Ok(plan) => Some((plan, text)),
            Err(problem) => {
                fields::refuse(form, &problem);
                None
            }
        }
    }

    /// The forecast of what the form describes.
    async fn drawn(&self, form: &mut Form, play: Play) -> Result<Option<Drawn>, Error> {
        let Some((plan, _)) = self.plan(form) else { return Ok(None) };
        let drawing = move || {
            let forecast = if play == Play::Whole { forecast::forecast(&plan, SEED) } else { forecast::preview(&plan, SEED) };
            (html::part(&forecast), forecast.draws)
        };
        let seat = self.seat;
        let (part, draws) = seat.app.desk_memory().forecasting.draw((seat.shop(), seat.seller.id), drawing).await?;
        let html::Part { headline, meaning, charts, tables } = part;
        let drawn = Drawn { headline, meaning, charts, tables, draws, is_preview: play == Play::Preview };
        Ok(Some(drawn))
    }

    fn page(&self, mut form: Form, said: Said) -> SalePlan {
        let (sale, zone) = (&self.sale, self.about().zone().to_owned());
        if said.unreadable.is_empty() {
            form.set("base", self.base.clone());
            // Whoever has seen both may save over what is kept now.
            if !said.theirs.is_empty() || !form.has("kept") {
                form.set("kept", digest(self.kept.as_ref()));
            }
        }
        let when = |at| format::when(at, &zone);
        SalePlan {
            id: Some(sale.id),
            sale: sale.name.clone(),
            state: state_of(sale, self.seat.now()),
            opens: when(sale.opens_at),
            closes: when(sale.closes_at),
            early_access: sale.early_access_at.map(when).unwrap_or_default(),
            currency: if self.known.currency.is_empty() {
                self.seat.currency().code().to_owned()
            } else {
                self.known.currency.clone()
            },
            channels: channels(&form, &self.known, &self.defaults),
            figures: figures(&self.defaults, self.seat.currency().code()),
            items: items(&form),
            items_are_open: items(&form).len() <= ITEMS_OPEN_MAX || form.is_wrong_in("items."),
            facts: self.facts(),
            kept: self.kept.as_ref().map(|kept| kept.plan.clone()).unwrap_or_default(),
            drawn: said.drawn,
            unreadable: said.unreadable,
            differences: said.differences,
            theirs: said.theirs,
            focus: said.focus,
            is_unsaved: said.is_unsaved,
            zone,
            form,
        }
    }

    /// What is to be known about the plan that the form was made from.
    fn facts(&self) -> PlanFacts {
        let about = self.about();
        let local = |at| format::local_input(at, about.zone());
        let own = [Some(self.sale.opens_at), Some(self.sale.closes_at), self.sale.early_access_at].map(|at| at.map(local));
        let said = [Some(self.known.opens.clone()), Some(self.known.closes.clone()), self.known.early_access.clone()];
        let is_same =
            |(own, said): (&Option<String>, &Option<String>)| *own == said.as_ref().map(|said| said.trim().replace(' ', "T"));
        let is_there = !self.base.is_empty();
        PlanFacts {
            has_other_times: is_there && !own.iter().zip(&said).all(is_same),
            other_zone: if is_there && about.zone() != self.seat.zone() { about.zone().to_owned() } else { String::new() },
            other_currency: if is_there && self.known.currency != self.seat.currency().code() {
                self.known.currency.clone()
            } else {
                String::new()
            },
            not_edited: self.known.others.iter().map(|key| format!("[{key}]")).collect::<Vec<_>>().join(", "),
            has_taught: self.kept.as_ref().is_some_and(|kept| kept.lesson.is_some()),
        }
    }
}

/// What tells one kept plan from another; empty where none is kept.
fn digest(kept: Option<&SaleForecast>) -> String {
    kept.map(|kept| hash_of(&kept.plan)[..16].to_owned()).unwrap_or_default()
}

/// The sale's items with the units that there are; those that are not counted never sell out.
async fn on_sale(seat: &Seat, sale: &FlashSale) -> Result<Vec<DraftItem>, Error> {
    let variants: Vec<VariantId> = sale.items.iter().map(|item| item.variant).collect();
    let lines = db::stock::load_stock_of(seat.db(), seat.shop(), &variants).await?;
    let item = |item: &commerce::sale::FlashSaleItem| {
        let line = lines.iter().find(|line| line.variant == item.variant)?;
        let counted = line.tracked.then(|| line.item.available().max(0));
        let units = [item.quantity_offered, counted].into_iter().flatten().min()?;
        let options = line.option_values.join(" / ");
        let name = if options.is_empty() { line.title.clone() } else { format!("{}, {options}", line.title) };
        Some(DraftItem { from: None, name, stock: units as f64, share: 0.0 })
    };
    Ok(sale.items.iter().filter_map(item).take(ITEMS_MAX).collect())
}
