//! What a seller means to do: a sale, whom it is announced to and when, and what is known of the shop's visitors.
//!
//! A plan is a TOML file; the two sales of the case study are beside this file and explain the form. `written` reads it and
//! says what is wrong with it, [`uncertainty`] knows how far each value may be off, [`draft`] changes a plan and leaves its text
//! otherwise as it is.

pub mod draft;
pub mod uncertainty;

mod assumed;
mod defaults;
mod written;

use crate::Unusable;
use crate::data::Assumed;
use crate::delay::Delay;
pub use defaults::Defaults;
use jiff::Timestamp;
use serde::Deserialize;
use uncertainty::{Input, Uncertainty};

/// The first sale of the case study: early access for a day, then everybody, mail in two waves.
pub const NOVEMBER: &str = include_str!("november.toml");

/// The second sale of the case study: five days, open to everybody, one mail to all at once.
pub const DECEMBER: &str = include_str!("december.toml");

/// From the first message to the close at most, days. A forecast keeps every minute.
pub const DAYS_MAX: u32 = 14;

/// A sale and how it becomes known.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketingPlan {
    /// What it is called.
    pub name: String,
    /// The currency of every amount, as ISO 4217 writes it.
    pub currency: String,
    /// The IANA time zone that its times were written in.
    pub zone: String,
    /// When may be bought.
    pub sale: Sale,
    /// Visits that no channel brings.
    pub traffic: Traffic,
    /// Whom it is announced to.
    pub channels: Vec<Channel>,
    /// What visitors do.
    pub shoppers: Shoppers,
    /// What may sell out. What is not listed never does.
    pub items: Vec<Item>,
    /// What a node was measured to carry, if it was.
    pub capacity: Option<Capacity>,
    /// How far each input may be off.
    pub uncertainty: Uncertainty,
    /// What its file does not say.
    pub assumed: Vec<Assumed>,
}

/// When may be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sale {
    /// From when those may buy who were invited, before `opens`.
    pub early_access: Option<Timestamp>,
    /// From when everybody may.
    pub opens: Timestamp,
    /// From when nobody may.
    pub closes: Timestamp,
}

/// `[traffic]`: visits that no channel brings, and those that channels bring beyond their own.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Traffic {
    /// Visits an hour that come anyway.
    pub per_hour: f64,
    /// Visits by friends and by people who come back, for each visit that a channel brings.
    pub sharing: f64,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { per_hour: 0.0, sharing: 0.3 }
    }
}

/// People who are told at once or in waves.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// What it is called.
    pub name: String,
    /// How many are on the list.
    pub list: f64,
    /// The share of them that is reached, 0 to 1.
    pub reach: f64,
    /// The share of those reached that visits, sooner or later, 0 to 1.
    pub click_rate: f64,
    /// How soon.
    pub delay: Delay,
    /// Whether they may buy from the beginning of early access.
    pub is_invited: bool,
    /// When they are told.
    pub waves: Vec<Wave>,
}

/// A part of a list that is told at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// When the first message goes out.
    pub starts: Timestamp,
    /// Its share of the list, 0 to 1; those of a channel are 1 together.
    pub share: f64,
    /// For how long it is being delivered, evenly, minutes. A mailing takes half an hour, by what Skiddle tells its sellers.
    pub delivered_in_minutes: u32,
}

/// `[shoppers]`: what visitors do. The defaults are the case study's, as far as it can be reckoned back from its figures.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Shoppers {
    /// Pages of a visit.
    pub pages: f64,
    /// Mean length of a visit, minutes.
    pub visit_minutes: f64,
    /// The share of visits that would end in an order if nothing were sold out, 0 to 1.
    pub conversion: f64,
    /// Mean value of an order, in the plan's currency.
    pub order_value: f64,
    /// Mean number of units in an order.
    pub units_per_order: f64,
    /// The share of pages that come from memory, 0 to 1.
    pub static_share: f64,
}

impl Default for Shoppers {
    fn default() -> Self {
        Self { pages: 10.0, visit_minutes: 5.0, conversion: 0.0255, order_value: 85.0, units_per_order: 1.5, static_share: 0.9 }
    }
}

/// `[[items]]`: something that may sell out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What it is called.
    pub name: String,
    /// Units that there are.
    pub stock: u32,
    /// Its share of all units that people want, 0 to 1; those of all items are 1 together at most.
    pub share: f64,
}

/// `[capacity]`: what one node carries within its objectives, as a load test measured it, and how nodes hinder each other.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Pages a second of one node.
    pub pages_per_s: f64,
    /// Orders a second of one node.
    pub orders_per_s: f64,
    /// σ: the share of the work that waits in one line for all nodes, 0 to 1.
    #[serde(default)]
    pub sigma: f64,
    /// κ: what it costs that every node agrees with every other.
    #[serde(default)]
    pub kappa: f64,
    /// How many visitors a minute are let in at most, if a waiting room holds the others.
    pub admitted_per_minute: Option<f64>,
}

impl MarketingPlan {
    /// Reads a plan; `file` is what messages call it.
    ///
    /// # Errors
    /// When it is not right: the message names the field and what is allowed.
    pub fn parse(text: &str, file: &str) -> Result<Self, Unusable> {
        Self::parse_with(text, file, &Defaults::default())
    }

    /// Reads a plan of a shop whose sales have taught something.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_with(text: &str, file: &str, defaults: &Defaults) -> Result<Self, Unusable> {
        written::read(text, file, defaults)
    }

    /// The first instant that anything happens: a message goes out, or the sale opens for somebody.
    pub fn starts(&self) -> Timestamp {
        let waves = self.channels.iter().flat_map(|channel| &channel.waves).map(|wave| wave.starts);
        waves.chain(self.sale.early_access).fold(self.sale.opens, Timestamp::min)
    }

    /// Minutes from [`Self::starts`] to the close.
    pub fn minutes(&self) -> usize {
        self.minute(self.sale.closes)
    }

    /// How many minutes after [`Self::starts`] this is; nothing of what is before it.
    pub fn minute(&self, at: Timestamp) -> usize {
        usize::try_from((at.as_second() - self.starts().as_second()) / 60).unwrap_or(0)
    }

    /// The minute from which the first people may buy.
    pub fn buying_minute(&self) -> usize {
        self.minute(self.sale.early_access.unwrap_or(self.sale.opens))
    }

    /// The plan with each input so many times as large. Shares stay below 1; the share of pages that do not come from memory
    /// is what [`Input::DynamicShare`] multiplies.
    pub fn varied(&self, times: impl Fn(Input) -> f64) -> Self {
        let mut plan = self.clone();
        let share = |share: f64, input| (share * times(input)).min(1.0);
        for channel in &mut plan.channels {
            channel.reach = share(channel.reach, Input::Reach);
            channel.click_rate = share(channel.click_rate, Input::ClickRate);
            channel.delay.median_minutes *= times(Input::DelayMedian);
            channel.delay.sigma *= times(Input::DelaySigma);
        }
        plan.traffic.per_hour *= times(Input::Traffic);
        plan.traffic.sharing *= times(Input::Sharing);
        let shoppers = &mut plan.shoppers;
        shoppers.pages *= times(Input::Pages);
        shoppers.visit_minutes *= times(Input::VisitMinutes);
        shoppers.conversion = share(shoppers.conversion, Input::Conversion);
        shoppers.order_value *= times(Input::OrderValue);
        shoppers.units_per_order *= times(Input::UnitsPerOrder);
        shoppers.static_share = 1.0 - share(1.0 - shoppers.static_share, Input::DynamicShare);
        plan
    }
}

impl Channel {
    /// Visits that it brings in all, however late, without those that follow from sharing.
    pub fn visits(&self) -> f64 {
        self.list * self.reach * self.click_rate
    }
}

#[cfg(test)]
mod tests;
