//! What comes when: how many shoppers a run aims at, second by second.
//!
//! A plan is a TOML file; the ones that come with the program are beside this file and explain the form. A plan is a list of
//! [`Step`]s, one after the other; what each lets come is a [`Course`], a pure function of time.

pub mod course;

use crate::written::{self, Check, Shipped, Unusable};
use course::{Course, Mailing};
use forecast::delay::Delay;
use serde::{Deserialize, Serialize};

/// The plans that come with the program, the default first.
const SHIPPED: [Shipped; 4] = [
    Shipped { name: "steps", text: include_str!("steps.toml") },
    Shipped { name: "sale", text: include_str!("sale.toml") },
    Shipped { name: "drop", text: include_str!("drop.toml") },
    Shipped { name: "constant", text: include_str!("constant.toml") },
];

/// More shoppers than this are a slip of the finger.
const SHOPPERS_MAX: u64 = 100_000_000;

/// What comes when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Plan {
    /// What it is called.
    pub name: String,
    /// What it is, in a line.
    pub about: String,
    /// What it lets come.
    pub load: Load,
}

/// The five kinds of plans.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// More and more shoppers at once, until an objective is missed.
    Steps(Steps),
    /// The same number for a time.
    Constant(Constant),
    /// People come as they open their mail.
    Sale(Sale),
    /// Everybody comes at one instant.
    Drop(Landing),
    /// So many visits in each stretch of time, as a forecast says.
    Counted(Counted),
}

/// `[steps]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Shoppers at once, each number above the one before.
    pub shoppers: Vec<u64>,
    /// In how many seconds the shoppers of a step come in addition to those of the one before.
    pub ramp_s: f64,
    /// For how many seconds they are held.
    pub hold_s: f64,
    /// How many of these are not counted, at the beginning.
    pub ignored_s: f64,
}

/// `[constant]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// Shoppers at once.
    pub shoppers: u64,
    /// In how many seconds they come.
    pub ramp_s: f64,
    /// For how many seconds they are held.
    pub hold_s: f64,
    /// How many of these are not counted, at the beginning.
    pub ignored_s: f64,
}

/// `[sale]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sale {
    /// Visits that all waves lead to, however late.
    pub visits: u64,
    /// Half of those who come have come so long after delivery, minutes.
    pub median_minutes: f64,
    /// The spread of the natural logarithm of this time.
    pub sigma: f64,
    /// What of the sale is played, minutes.
    pub lasts_minutes: f64,
    /// In how many seconds.
    pub played_in_s: f64,
    /// The mailings.
    pub waves: Vec<SaleWave>,
}

/// `[[sale.waves]]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleWave {
    /// When it begins to be sent, minutes.
    pub at_minutes: f64,
    /// For how long it is being delivered, minutes.
    pub delivered_in_minutes: f64,
    /// Which share of all it is; all are 1 together.
    pub share: f64,
}

/// `[drop]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Landing {
    /// How many people land.
    pub visits: u64,
    /// When the first one does, seconds.
    pub at_s: f64,
    /// In how many seconds all do.
    pub within_s: f64,
    /// How long it goes on after the last landing, seconds.
    pub hold_s: f64,
}

/// `[counted]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// How long a stretch is, seconds.
    pub stretch_s: f64,
    /// How many visits begin in each, evenly; fractions add up.
    pub visits: Vec<f64>,
}

/// A part of a run that is judged by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Shoppers at once that it aims at; of a sale or a drop the number of its visits, for how many of them are there at once
    /// depends on how long they stay: [`Self::shoppers_max`].
    pub shoppers: u64,
    /// Tried to find the knee, not in the plan.
    pub is_search: bool,
    /// How long shoppers come until they are all there, seconds.
    pub ramp_s: f64,
    /// How long they are held, seconds.
    pub hold_s: f64,
    /// How many of these are not counted, at the beginning.
    pub ignored_s: f64,
    /// What comes when, from the beginning of the step.
    pub course: Course,
}

/// What the command line says beside the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wishes {
    /// `--to`: steps end here, those above are left out; constant plans hold so many, and so many visits come to a sale or drop.
    pub to: Option<u64>,
    /// `--step-seconds`: for how long a step is held; a sale is played in so many.
    pub step_seconds: Option<f64>,
}

impl Plan {
    /// The plan that comes with the program under this name, or that of this file.
    ///
    /// # Errors
    /// When there is none, or it is not right.
    pub fn find(name: &str) -> Result<Self, Unusable> {
        let (text, file) = written::text_of(name, &SHIPPED)?;
        Self::parse(&text, &file)
    }

    /// Names that [`Self::find`] knows without a file, the default first.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|file| file.name)
    }

    /// Reads a plan; `file` is what messages call it.
    ///
    /// # Errors
    /// When it is not right: the message names the field and what is allowed.
    pub fn parse(text: &str, file: &str) -> Result<Self, Unusable> {
        let plan: Self = written::parse(text, file)?;
        plan.load.check(Check { file })?;
        Ok(plan)
    }

    /// The plan with what the command line says.
    ///
    /// # Errors
    /// When the wishes make no sense with it.
    pub fn wishing(mut self, wishes: Wishes) -> Result<Self, Unusable> {
        if let Some(to) = wishes.to {
            self.load.limit(to);
        }
        if let Some(seconds) = wishes.step_seconds {
            self.load.hold(seconds);
        }
        self.load.check(Check { file: "the command line" })?;
        Ok(self)
    }

    /// Its steps, one after the other.
    pub fn steps(&self) -> Vec<Step> {
        match &self.load {
            Load::Steps(steps) => {
                let before = std::iter::once(0).chain(steps.shoppers.iter().copied());
                before.zip(&steps.shoppers).map(|(from, to)| steps.step(from, *to)).collect()
            }
            Load::Constant(constant) => vec![constant.step()],
            Load::Sale(sale) => vec![sale.step()],
            Load::Drop(drop) => vec![drop.step()],
            Load::Counted(counted) => vec![counted.step()],
        }
    }

    /// A step that holds this many after `from` were there: what the search for the knee tries. Only plans of steps are searched.
    pub fn search_step(&self, from: u64, shoppers: u64) -> Option<Step> {
        let Load::Steps(steps) = &self.load else { return None };
        Some(Step { is_search: true, ..steps.step(from, shoppers) })
    }

    /// All seconds of all steps.
    pub fn seconds(&self) -> f64 {
        self.steps().iter().map(Step::seconds).sum()
    }
}

impl Step {
    /// How long it takes, seconds.
    pub fn seconds(&self) -> f64 {
        self.ramp_s + self.hold_s
    }

    /// Shoppers who are there at once at most, when visits last so long on average.
    pub fn shoppers_max(&self, visit_mean_s: f64) -> f64 {
        self.course.shoppers_max(self.seconds(), visit_mean_s)
    }
}

impl Steps {
    fn step(&self, from: u64, to: u64) -> Step {
        Step {
            shoppers: to,
            is_search: false,
            ramp_s: self.ramp_s,
            hold_s: self.hold_s,
            ignored_s: self.ignored_s,
            course: Course::Held { from, to, ramp_s: self.ramp_s },
        }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        let rises = self.shoppers.is_sorted_by(|one, next| one < next) && self.shoppers.first().is_some_and(|first| *first > 0);
        check.that(rises, "steps.shoppers", format!("{:?}", self.shoppers), "numbers above 0, each above the one before")?;
        check_count(check, "steps.shoppers", self.shoppers.last().copied().unwrap_or(0))?;
        check_hold(check, "steps", [self.ramp_s, self.hold_s, self.ignored_s])
    }
}

impl Constant {
    fn step(&self) -> Step {
        let Self { shoppers, ramp_s, hold_s, ignored_s } = *self;
        Step { shoppers, is_search: false, ramp_s, hold_s, ignored_s, course: Course::Held { from: 0, to: shoppers, ramp_s } }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        check_count(check, "constant.shoppers", self.shoppers)?;
        check_hold(check, "constant", [self.ramp_s, self.hold_s, self.ignored_s])
    }
}

impl Sale {
    /// How many minutes of the sale are played in one.
    pub fn compression(&self) -> f64 {
        self.lasts_minutes * 60.0 / self.played_in_s
    }

    fn step(&self) -> Step {
        let waves = self.waves.iter().map(|wave| course::Wave {
            at_minutes: wave.at_minutes,
            delivered_in_minutes: wave.delivered_in_minutes,
            visits: wave.share * self.visits as f64,
        });
        let mailing = Mailing {
            delay: Delay { median_minutes: self.median_minutes, sigma: self.sigma },
            waves: waves.collect(),
            minutes_per_s: self.lasts_minutes / self.played_in_s,
        };
        Step {
            shoppers: self.visits,
            is_search: false,
            ramp_s: 0.0,
            hold_s: self.played_in_s,
            ignored_s: 0.0,
            course: Course::Mailing(mailing),
        }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        check_count(check, "sale.visits", self.visits)?;
        check.positive("sale.median_minutes", self.median_minutes)?;
        check.that(self.sigma > 0.0 && self.sigma <= 5.0, "sale.sigma", self.sigma, "above 0 and at most 5")?;
        check.positive("sale.lasts_minutes", self.lasts_minutes)?;
        check.positive("sale.played_in_s", self.played_in_s)?;
        for wave in &self.waves {
            check.seconds("at_minutes of one of sale.waves", wave.at_minutes)?;
            check.seconds("delivered_in_minutes of one of sale.waves", wave.delivered_in_minutes)?;
            check.share("share of one of sale.waves", wave.share)?;
        }
        let shares: f64 = self.waves.iter().map(|wave| wave.share).sum();
        check.that((shares - 1.0).abs() < 1e-6, "the shares of all sale.waves together", shares, "1")
    }
}

impl Landing {
    fn step(&self) -> Step {
        let Self { visits, at_s, within_s, hold_s } = *self;
        let course = Course::Landing { visits, at_s, within_s };
        Step { shoppers: visits, is_search: false, ramp_s: at_s + within_s, hold_s, ignored_s: 0.0, course }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        check_count(check, "drop.visits", self.visits)?;
        check.seconds("drop.at_s", self.at_s)?;
        check.positive("drop.within_s", self.within_s)?;
        check.positive("drop.hold_s", self.hold_s)
    }
}

impl Counted {
    fn all(&self) -> f64 {
        self.visits.iter().sum()
    }

    fn limit(&mut self, to: u64) {
        let times = to as f64 / self.all();
        self.visits.iter_mut().for_each(|visits| *visits *= times);
    }

    fn step(&self) -> Step {
        let (stretch_s, visits) = (self.stretch_s, self.visits.clone());
        Step {
            shoppers: self.all().ceil() as u64,
            is_search: false,
            ramp_s: 0.0,
            hold_s: stretch_s * visits.len() as f64,
            ignored_s: 0.0,
            course: Course::counted(stretch_s, visits),
        }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        check.positive("counted.stretch_s", self.stretch_s)?;
        let is_count = |visits: &f64| visits.is_finite() && *visits >= 0.0;
        check.that(self.visits.iter().all(is_count), "counted.visits", "a list with others", "a list of numbers from 0")?;
        check_count(check, "counted.visits together", self.all().ceil() as u64)
    }
}

impl Load {
    fn limit(&mut self, to: u64) {
        match self {
            Self::Steps(steps) => {
                steps.shoppers.retain(|shoppers| *shoppers < to);
                steps.shoppers.push(to);
            }
            Self::Constant(constant) => constant.shoppers = to,
            Self::Sale(sale) => sale.visits = to,
            Self::Drop(drop) => drop.visits = to,
            Self::Counted(counted) => counted.limit(to),
        }
    }

    fn hold(&mut self, seconds: f64) {
        // The part that is not counted stays the same part of it, so that short trials count something.
        let shorten = |hold_s: &mut f64, ignored_s: &mut f64| {
            *ignored_s = ignored_s.min(*ignored_s * seconds / *hold_s);
            *hold_s = seconds;
        };
        match self {
            Self::Steps(steps) => shorten(&mut steps.hold_s, &mut steps.ignored_s),
            Self::Constant(constant) => shorten(&mut constant.hold_s, &mut constant.ignored_s),
            Self::Sale(sale) => sale.played_in_s = seconds,
            Self::Drop(drop) => drop.hold_s = seconds,
            Self::Counted(counted) => counted.stretch_s = seconds / counted.visits.len() as f64,
        }
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        match self {
            Self::Steps(steps) => steps.check(check),
            Self::Constant(constant) => constant.check(check),
            Self::Sale(sale) => sale.check(check),
            Self::Drop(drop) => drop.check(check),
            Self::Counted(counted) => counted.check(check),
        }
    }
}

fn check_count(check: Check<'_>, field: &str, count: u64) -> Result<(), Unusable> {
    check.that((1..=SHOPPERS_MAX).contains(&count), field, count, "from 1 to 100,000,000")
}

fn check_hold(check: Check<'_>, table: &str, [ramp_s, hold_s, ignored_s]: [f64; 3]) -> Result<(), Unusable> {
    check.seconds(&format!("{table}.ramp_s"), ramp_s)?;
    check.positive(&format!("{table}.hold_s"), hold_s)?;
    let is_fine = (0.0..hold_s).contains(&ignored_s);
    check.that(is_fine, &format!("{table}.ignored_s"), ignored_s, "0 or more, and less than hold_s")
}

/// The file as it is written: exactly one of the five tables.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    steps: Option<Steps>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    constant: Option<Constant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sale: Option<Sale>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    drop: Option<Landing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<Counted>,
}

impl TryFrom<Written> for Plan {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { name, about, steps, constant, sale, drop, counted } = written;
        let loads = [
            steps.map(Load::Steps),
            constant.map(Load::Constant),
            sale.map(Load::Sale),
            drop.map(Load::Drop),
            counted.map(Load::Counted),
        ];
        let mut loads = loads.into_iter().flatten();
        match (loads.next(), loads.next()) {
            (Some(load), None) => Ok(Self { name, about, load }),
            _ => Err("a plan has exactly one of the tables [steps], [constant], [sale], [drop] and [counted]"),
        }
    }
}

impl From<Plan> for Written {
    fn from(plan: Plan) -> Self {
        let Plan { name, about, load } = plan;
        let mut written = Self { name, about, steps: None, constant: None, sale: None, drop: None, counted: None };
        match load {
            Load::Steps(steps) => written.steps = Some(steps),
            Load::Constant(constant) => written.constant = Some(constant),
            Load::Sale(sale) => written.sale = Some(sale),
            Load::Drop(drop) => written.drop = Some(drop),
            Load::Counted(counted) => written.counted = Some(counted),
        }
        written
    }
}

#[cfg(test)]
mod tests;
