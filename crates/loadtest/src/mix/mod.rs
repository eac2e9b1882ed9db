//! Who comes: personas with their share, their way through the shop and the time that they look at a page.
//!
//! A mix is a TOML file; the ones that come with the program are beside this file and explain the form. Here is how it is read
//! and what follows from it as numbers; [`walk`] goes through it page by page.

pub mod think;
pub mod walk;

use crate::report::data::Kind;
use crate::written::{self, Check, Shipped, Unusable};
use forecast::chance::Chance;
use serde::{Deserialize, Serialize};
use think::Think;

/// The mixes that come with the program, the default first.
const SHIPPED: [Shipped; 4] = [
    Shipped { name: "flash", text: include_str!("flash.toml") },
    Shipped { name: "tpcw-browsing", text: include_str!("tpcw-browsing.toml") },
    Shipped { name: "tpcw-shopping", text: include_str!("tpcw-shopping.toml") },
    Shipped { name: "tpcw-ordering", text: include_str!("tpcw-ordering.toml") },
];

/// Personas, stages of one and paths of one stage are numbered by a byte.
const LIST_MAX: usize = 255;

/// How far the shares of all personas may be from 1 together.
const ROUNDING: f64 = 1e-6;

/// Who comes and what they do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// What it is called.
    pub name: String,
    /// What it is, in a line.
    pub about: String,
    /// Think times are divided by this; 1 is as people are. Told wherever numbers are shown.
    #[serde(default = "one")]
    pub acceleration: f64,
    /// The product of rank r is chosen in proportion to 1 / r to this power (Zipf); 0 chooses evenly.
    pub product_exponent: f64,
    /// Share of buyers that choose another product when one is sold out, 0 to 1.
    pub retry_sold_out: f64,
    /// How long a page is looked at.
    pub think: Think,
    /// Kinds of shoppers; their shares are 1 together.
    pub personas: Vec<Persona>,
}

/// One kind of shopper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// What it is called.
    pub name: String,
    /// What it does, in a line.
    #[serde(default)]
    pub about: String,
    /// Its share of all visits, 0 to 1.
    pub share: f64,
    /// Its visit, in order.
    pub stages: Vec<Stage>,
}

/// A part of a visit: paths are walked a number of times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// How often at least.
    #[serde(default = "once")]
    pub least: u16,
    /// How often at most.
    #[serde(default = "once")]
    pub most: u16,
    /// With a mean the number is geometric and cut at `most`, without one it is even from `least` to `most`. The mean is the one
    /// before the cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Each time one of these, by weight.
    pub paths: Vec<Path>,
}

/// Pages one after the other, each with a think time behind it. Whoever stands at its beginning can walk it whole: something is
/// put into the cart before there is a checkout, and a checkout is seen before it is paid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Path {
    /// How often it is chosen, compared with the others of its stage.
    #[serde(default = "one")]
    pub weight: f64,
    /// What the shopper asks for. [`Kind::CartChange`] leads on to the cart and [`Kind::Pay`] to the receipt without a click.
    pub pages: Vec<Kind>,
}

const fn one() -> f64 {
    1.0
}

const fn once() -> u16 {
    1
}

impl Mix {
    /// The mix that comes with the program under this name, or that of this file.
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

    /// Reads a mix; `file` is what messages call it.
    ///
    /// # Errors
    /// When it is not right: the message names the field and what is allowed.
    pub fn parse(text: &str, file: &str) -> Result<Self, Unusable> {
        let mix: Self = written::parse(text, file)?;
        mix.check(Check { file })?;
        Ok(mix)
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        check.positive("acceleration", self.acceleration)?;
        let exponent = self.product_exponent;
        check.that((0.0..=10.0).contains(&exponent), "product_exponent", exponent, "from 0 to 10")?;
        check.share("retry_sold_out", self.retry_sold_out)?;
        self.think.check(check)?;
        counted(check, "personas", self.personas.len())?;
        for persona in &self.personas {
            persona.check(check)?;
        }
        let shares: f64 = self.personas.iter().map(|persona| persona.share).sum();
        check.that((shares - 1.0).abs() < ROUNDING, "the shares of all personas together", shares, "1")
    }

    /// Pages that shoppers ask for in a visit, on average. What a browser follows by itself is not among them.
    pub fn pages_mean(&self) -> f64 {
        self.average(Persona::pages_mean)
    }

    /// How often each kind is requested in a visit on average, in the order of [`Kind::ALL`], with what a browser follows by
    /// itself. [`Kind::Now`] and [`Kind::Asset`] are the generator's business and 0 here.
    pub fn requests_mean(&self) -> [f64; Kind::ALL.len()] {
        Kind::ALL.map(|kind| self.average(|persona| persona.requests_mean(kind)))
    }

    /// How long a visit lasts on average, seconds: each page and the time that it is looked at, the last one too. Time that is
    /// spent waiting for answers is not in it.
    pub fn visit_mean_s(&self) -> f64 {
        self.pages_mean() * self.think_mean_s()
    }

    /// How long a page is looked at on average, seconds, with the acceleration.
    pub fn think_mean_s(&self) -> f64 {
        self.think.mean_s() / self.acceleration
    }

    /// Orders of a visit on average: the conversion rate, where nobody buys twice.
    pub fn orders_per_visit(&self) -> f64 {
        self.average(|persona| persona.mean_of(Kind::Pay))
    }

    /// Units of an order on average, where nothing is sold out: what buyers put into their carts. 0 where nobody buys.
    pub fn units_per_order(&self) -> f64 {
        let of_buyers =
            |persona: &Persona| if persona.mean_of(Kind::Pay) > 0.0 { persona.mean_of(Kind::CartChange) } else { 0.0 };
        let orders = self.orders_per_visit();
        if orders > 0.0 { self.average(of_buyers) / orders } else { 0.0 }
    }

    /// How long after it has begun a visit pays, on average of those that do, seconds with the acceleration; 0 where nobody buys.
    pub fn order_after_s(&self) -> f64 {
        let looked_at = self.average(|persona| persona.mean_of(Kind::Pay) * persona.pages_before_paying());
        let orders = self.orders_per_visit();
        if orders > 0.0 { looked_at / orders * self.think_mean_s() } else { 0.0 }
    }

    /// The share of page requests that no frozen page can answer, 0 to 1: search, cart, checkout, payment and receipt.
    pub fn dynamic_share(&self) -> f64 {
        let requests = self.requests_mean();
        let of = |wanted: fn(Kind) -> bool| -> f64 {
            Kind::ALL.iter().zip(requests).filter(|(kind, _)| wanted(**kind)).map(|(_, count)| count).sum()
        };
        of(is_dynamic) / of(|_| true)
    }

    fn average(&self, of: impl Fn(&Persona) -> f64) -> f64 {
        self.personas.iter().map(|persona| persona.share * of(persona)).sum()
    }
}

/// Whether the page is another one for each shopper.
const fn is_dynamic(kind: Kind) -> bool {
    matches!(kind, Kind::Search | Kind::CartChange | Kind::Cart | Kind::Checkout | Kind::Pay | Kind::Receipt)
}

impl Persona {
    /// Pages of a visit on average.
    pub fn pages_mean(&self) -> f64 {
        self.stages.iter().map(Stage::pages_mean).sum()
    }

    /// Pages that it looks at before it pays for the first time, on average; 0 where it never does.
    fn pages_before_paying(&self) -> f64 {
        let pays = |stage: &&Stage| stage.paths.iter().any(|path| path.count(Kind::Pay) > 0);
        let before: f64 = self.stages.iter().take_while(|stage| !pays(stage)).map(Stage::pages_mean).sum();
        let paying = self.stages.iter().find(pays);
        before
            + paying.map_or(0.0, |stage| stage.per_path(|path| path.pages.iter().take_while(|kind| **kind != Kind::Pay).count()))
    }

    /// How often it asks for this kind of page in a visit on average.
    fn mean_of(&self, kind: Kind) -> f64 {
        self.stages.iter().map(|stage| stage.times_mean() * stage.per_path(|path| path.count(kind))).sum()
    }

    fn requests_mean(&self, kind: Kind) -> f64 {
        let followed = match kind {
            Kind::Cart => self.mean_of(Kind::CartChange),
            Kind::Receipt => self.mean_of(Kind::Pay),
            _ => 0.0,
        };
        self.mean_of(kind) + followed
    }

    fn check(&self, check: Check<'_>) -> Result<(), Unusable> {
        let field = |what: &str| format!("{what} of persona \"{}\"", self.name);
        check.share(&field("share"), self.share)?;
        counted(check, &field("stages"), self.stages.len())?;
        for (number, stage) in (1..).zip(&self.stages) {
            stage.check(check, &|what| field(&format!("{what} in stage {number}")))?;
        }
        check.that(self.stages[0].least > 0, &field("least in stage 1"), 0, "1 or more: whoever comes sees a page")
    }
}

impl Stage {
    /// How often a path is walked on average.
    pub fn times_mean(&self) -> f64 {
        match self.mean {
            Some(mean) => mean * (1.0 - (1.0 - 1.0 / mean).powi(i32::from(self.most))),
            None => (f64::from(self.least) + f64::from(self.most)) / 2.0,
        }
    }

    /// Pages on average.
    pub fn pages_mean(&self) -> f64 {
        self.times_mean() * self.per_path(|path| path.pages.len())
    }

    fn per_path(&self, count: impl Fn(&Path) -> usize) -> f64 {
        let weights: f64 = self.paths.iter().map(|path| path.weight).sum();
        self.paths.iter().map(|path| path.weight * count(path) as f64).sum::<f64>() / weights
    }

    /// How often a path is walked this time.
    fn times(&self, chance: &mut Chance) -> u16 {
        match self.mean {
            Some(mean) => {
                let more = (1.0 - chance.share()).ln() / (1.0 - 1.0 / mean).ln();
                // A cast stops at the largest number, and none is left when the mean is 1.
                (more as u16).saturating_add(1).min(self.most)
            }
            None => self.least + (chance.share() * (f64::from(self.most - self.least) + 1.0)) as u16,
        }
    }

    fn check(&self, check: Check<'_>, field: &dyn Fn(&str) -> String) -> Result<(), Unusable> {
        let (least, most) = (self.least, self.most);
        check.that(most >= least.max(1), &field("most"), most, "1 or more, and not below least")?;
        if let Some(mean) = self.mean {
            check.that(mean >= 1.0 && mean.is_finite(), &field("mean"), mean, "1 or more")?;
            check.that(least == 1, &field("least"), least, "left out where there is a mean")?;
        }
        counted(check, &field("paths"), self.paths.len())?;
        for (number, path) in (1..).zip(&self.paths) {
            path.check(check, &|what| field(&format!("{what} of path {number}")))?;
        }
        Ok(())
    }
}

impl Path {
    fn count(&self, kind: Kind) -> usize {
        self.pages.iter().filter(|page| **page == kind).count()
    }

    fn check(&self, check: Check<'_>, field: &dyn Fn(&str) -> String) -> Result<(), Unusable> {
        check.positive(&field("weight"), self.weight)?;
        counted(check, &field("pages"), self.pages.len())?;
        for (at, kind) in self.pages.iter().enumerate() {
            let before = &self.pages[..at];
            let (is_fine, allowed) = match kind {
                Kind::CartChange => (before.contains(&Kind::Product), "after \"product\" in the same path"),
                Kind::Checkout => (before.contains(&Kind::CartChange), "after \"cart-change\" in the same path"),
                Kind::Pay => (before.last() == Some(&Kind::Checkout), "right after \"checkout\""),
                Kind::Receipt => (before.contains(&Kind::Pay), "after \"pay\" in the same path"),
                Kind::Now | Kind::Asset => (false, "a page: this is fetched along with pages"),
                _ => (true, ""),
            };
            check.that(is_fine, &field("pages"), format!("{:?}", self.pages), &format!("so that {kind:?} is {allowed}"))?;
        }
        Ok(())
    }
}

fn counted(check: Check<'_>, field: &str, count: usize) -> Result<(), Unusable> {
    check.that((1..=LIST_MAX).contains(&count), field, format!("a list of {count}"), "a list of 1 to 255")
}

#[cfg(test)]
mod tests;
