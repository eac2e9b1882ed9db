//! What a shop's sales have taught: what its next plan starts from where it says nothing.

use super::MarketingPlan;
use crate::data::{Assumed, Learned};
use std::collections::BTreeMap;

/// Who says so, of a value that an earlier sale has taught.
const SOURCE: &str = "learned from the shop’s own sales";

/// A plan that says no more than it has to.
const SILENT: &str = "name = \"A sale\"\ncurrency = \"USD\"\nzone = \"UTC\"\n[sale]\nopens = \"2026-11-27 09:00\"\n\
                      closes = \"2026-11-27 10:00\"\n";

/// Values by their keys, as [`Learned`] names them; none: a plan is read by itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults(BTreeMap<String, f64>);

impl Defaults {
    /// Of these lessons, in order of their sales: what a later one says counts.
    pub fn of<'a>(lessons: impl IntoIterator<Item = &'a Learned>) -> Self {
        let values = lessons.into_iter().flat_map(|lesson| &lesson.fitted);
        Self(values.map(|fitted| (fitted.field.clone(), four_digits(fitted.is))).collect())
    }

    /// What is known of this key, as [`Learned`] names it.
    pub fn known(&self, field: &str) -> Option<f64> {
        self.0.get(field).copied()
    }

    /// What is taken for each figure of traffic and shoppers that a plan does not say: learned or assumed, and who says so.
    pub fn taken_instead(&self) -> Vec<Assumed> {
        let plan = MarketingPlan::parse_with(SILENT, "a plan that says nothing", self).expect("it says what has to be said");
        plan.assumed
    }

    pub(super) fn click_rate(&self, channel: &str) -> Option<f64> {
        self.known(&format!("click_rate of channel \"{channel}\""))
    }

    /// Takes what is known for every value that the plan assumes.
    pub(super) fn fill(&self, plan: &mut MarketingPlan) {
        let mut assumed = std::mem::take(&mut plan.assumed);
        for assumed in &mut assumed {
            if let Some((known, place)) = self.0.get(&assumed.field).zip(value_of(plan, &assumed.field)) {
                *place = *known;
                (assumed.value, assumed.source) = (*known, SOURCE);
            }
        }
        plan.assumed = assumed;
    }
}

/// No more digits than a fit can know.
fn four_digits(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let places = 10_f64.powf(3.0 - value.abs().log10().floor());
    (value * places).round() / places
}

/// Where a plan has the value of this key.
fn value_of<'a>(plan: &'a mut MarketingPlan, field: &str) -> Option<&'a mut f64> {
    let shoppers = &mut plan.shoppers;
    match field {
        "traffic.per_hour" => return Some(&mut plan.traffic.per_hour),
        "shoppers.visit_minutes" => return Some(&mut shoppers.visit_minutes),
        "shoppers.conversion" => return Some(&mut shoppers.conversion),
        "shoppers.order_value" => return Some(&mut shoppers.order_value),
        _ => {}
    }
    let (key, name) = field.split_once(" of channel \"")?;
    let channel = plan.channels.iter_mut().find(|channel| name.strip_suffix('"') == Some(&channel.name))?;
    match key {
        "click_rate" => Some(&mut channel.click_rate),
        "median_minutes" => Some(&mut channel.delay.median_minutes),
        "sigma" => Some(&mut channel.delay.sigma),
        _ => None,
    }
}
