//! When how many nodes run: up before the crowd comes, down in steps after it, and what that saves.
//!
//! Machines that are ordered when the crowd is there come too late: of a mailing most arrive within its first ten minutes. So the
//! number follows the forecast, and what runs beyond it is what a reserve and a waiting room are for.

use crate::Unusable;
use crate::data::{Forecast, Nodes, SCHEMA, ScalePlan, ScaleStep};
use crate::plan::MarketingPlan;
use crate::scalability::Peak;
use crate::written::Check;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// Nodes are up so long before they are needed, minutes: a new machine takes some five to start, and its caches have to fill.
pub const LEAD_MINUTES: usize = 15;

/// Nodes stay so long after they were needed, minutes, so that a lull between two waves takes none away.
const HOLD_MINUTES: usize = 60;

/// One step down at most within so many minutes, so that whoever is still there is spread over the rest in peace.
const DOWN_MINUTES: usize = 30;

/// One step down takes this share of the nodes at most, and one node at least.
const DOWN_SHARE: f64 = 0.25;

/// The plan is made in stretches of so many minutes.
const STRETCH_MINUTES: usize = 15;

/// For which cases the nodes have to suffice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cases {
    /// If every input is exactly as planned.
    Planned,
    /// In half of the draws.
    Half,
    /// In nineteen of twenty draws.
    #[default]
    Nineteen,
}

impl Cases {
    fn of(self, nodes: Nodes) -> Option<u32> {
        match self {
            Self::Planned => nodes.planned,
            Self::Half => nodes.p50,
            Self::Nineteen => nodes.p95,
        }
    }
}

/// When how many nodes run, for a forecast of this plan.
///
/// # Errors
/// When the plan does not say what a node carries, or no number of nodes carries the peak.
pub fn scale(plan: &MarketingPlan, forecast: &Forecast, cases: Cases) -> Result<ScalePlan, Unusable> {
    let check = Check { file: &plan.name, of: "" };
    let Some(capacity) = plan.capacity else {
        return Err(check.refusal("capacity", "not known", "told: [capacity] in the plan, or what a load test measured"));
    };
    let pages_per_s = plan.traffic.per_hour / 3_600.0 * plan.shoppers.pages;
    let anyway = capacity.nodes(Peak { pages_per_s, orders_per_s: 0.0 });
    let slots = forecast.slots.chunks(STRETCH_MINUTES / forecast.slot_minutes as usize);
    let needed = slots.map(|slots| {
        let mut nodes = slots.iter().map(|slot| slot.nodes.and_then(|nodes| cases.of(nodes)));
        nodes.try_fold(0, |most, nodes| Some(most.max(nodes?)))
    });
    let needed: Option<Vec<u32>> = needed.collect();
    let (Some(needed), Some(least)) = (needed, anyway) else {
        let allowed = "a number: nodes hinder each other too much; send in waves, or let a waiting room hold the others";
        return Err(check.refusal("nodes at the peak", "more than do any good", allowed));
    };
    let nodes = stretches(&needed, least);
    let begins = plan.starts() - minutes(LEAD_MINUTES);
    let at = |stretch: usize| begins + minutes(stretch * STRETCH_MINUTES);
    let hours = STRETCH_MINUTES as f64 / 60.0;
    let most = nodes.iter().copied().max().unwrap_or(least);
    // The last stretch is the usual number again and has no end.
    let counted = nodes.len() - 1;
    let node_hours = nodes[..counted].iter().map(|nodes| f64::from(*nodes) * hours).sum::<f64>();
    let node_hours_at_most = f64::from(most) * counted as f64 * hours;
    Ok(ScalePlan {
        schema: SCHEMA,
        plan: plan.name.clone(),
        zone: plan.zone.clone(),
        cases,
        pages_per_s: capacity.pages_per_s,
        orders_per_s: capacity.orders_per_s.is_finite().then_some(capacity.orders_per_s),
        steps: steps(&nodes, at),
        ends: at(counted).to_string(),
        nodes_least: least,
        nodes_most: most,
        node_hours,
        node_hours_at_most,
        node_hours_saved: node_hours_at_most - node_hours,
    })
}

fn minutes(minutes: usize) -> SignedDuration {
    SignedDuration::from_mins(minutes as i64)
}

/// Nodes of each stretch, from [`LEAD_MINUTES`] before the first that is needed to the first of the usual number again.
fn stretches(needed: &[u32], least: u32) -> Vec<u32> {
    const LEAD: usize = LEAD_MINUTES / STRETCH_MINUTES;
    const HOLD: usize = HOLD_MINUTES / STRETCH_MINUTES;
    // In stretch s runs what is needed a lead later, now, or was needed a hold ago.
    let held = |stretch: usize| {
        let from = stretch.saturating_sub(LEAD + HOLD).min(needed.len());
        needed[from..needed.len().min(stretch + 1)].iter().copied().max().unwrap_or(0).max(least)
    };
    let mut nodes: Vec<u32> = Vec::new();
    let mut quiet = DOWN_MINUTES / STRETCH_MINUTES;
    for stretch in 0.. {
        let before = nodes.last().copied().unwrap_or(0);
        let wanted = held(stretch);
        let is_over = stretch > needed.len() + LEAD + HOLD;
        let next = if wanted >= before {
            wanted
        } else if quiet * STRETCH_MINUTES < DOWN_MINUTES {
            before
        } else {
            let step = (f64::from(before) * DOWN_SHARE).ceil() as u32;
            wanted.max(before - step)
        };
        quiet = if next < before { 1 } else { quiet + 1 };
        nodes.push(next);
        if is_over && next == least {
            break;
        }
    }
    // Once at the usual number, it stays there.
    let last = nodes.iter().rposition(|nodes| *nodes != least).map_or(0, |at| at + 1);
    nodes.truncate(last + 1);
    nodes
}

/// The stretches in which the number is another than before.
fn steps(nodes: &[u32], at: impl Fn(usize) -> Timestamp) -> Vec<ScaleStep> {
    let changes = (0..nodes.len()).filter(|stretch| *stretch == 0 || nodes[*stretch] != nodes[stretch - 1]);
    changes.map(|stretch| ScaleStep { at: at(stretch).to_string(), nodes: nodes[stretch] }).collect()
}

#[cfg(test)]
mod tests;
