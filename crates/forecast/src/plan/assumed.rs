//! What a plan does not say, what is taken instead, and who says so.

use super::{Channel, MarketingPlan};
use crate::data::Assumed;
use toml::{Table, Value};

/// A table and a key of it, the value that is taken, and who says so.
type Known = (&'static str, &'static str, fn(&MarketingPlan) -> f64, &'static str);

/// A key of a channel, the value that is taken, and who says so.
type KnownOfChannel = (&'static str, fn(&Channel) -> f64, &'static str);

const DEFAULTS: [Known; 8] = [
    ("traffic", "per_hour", |plan| plan.traffic.per_hour, "assumed: nobody comes who was not told"),
    ("traffic", "sharing", |plan| plan.traffic.sharing, "assumed: no study is known"),
    ("shoppers", "pages", |plan| plan.shoppers.pages, "assumed: the shop's own statistics know better"),
    ("shoppers", "visit_minutes", |plan| plan.shoppers.visit_minutes, "3 to 5 minutes are typical in fashion (peasy, opensend)"),
    (
        "shoppers",
        "conversion",
        |plan| plan.shoppers.conversion,
        "the case study's 400 orders in five minutes among 110,000 sessions of 35 minutes",
    ),
    ("shoppers", "order_value", |plan| plan.shoppers.order_value, "within the 66 to 94 dollars that the case study leaves open"),
    ("shoppers", "units_per_order", |plan| plan.shoppers.units_per_order, "assumed: the shop's past orders know better"),
    ("shoppers", "static_share", |plan| plan.shoppers.static_share, "assumed: a load test knows better"),
];

/// What is assumed of every channel that does not say it.
const OF_CHANNELS: [KnownOfChannel; 4] = [
    ("click_rate", |channel| channel.click_rate, "no plan is read without one"),
    ("reach", |channel| channel.reach, "assumed: every message arrives"),
    ("median_minutes", |channel| channel.delay.median_minutes, DELAY),
    ("sigma", |channel| channel.delay.sigma, DELAY),
];

const DELAY: &str = "mail: fitted to six published studies (MailerMailer to Experian, 2012); fast: assumed";
const DELIVERY: &str = "a mailing takes half an hour, by what Skiddle tells its sellers";

/// What the text of this plan does not say.
pub(super) fn of(plan: &MarketingPlan, text: &str) -> Vec<Assumed> {
    let written: Table = toml::from_str(text).unwrap_or_default();
    let mut assumed = Vec::new();
    for (table, key, value, source) in DEFAULTS {
        if written.get(table).is_none_or(|table| table.get(key).is_none()) {
            assumed.push(Assumed { field: format!("{table}.{key}"), value: value(plan), source });
        }
    }
    for (channel, written) in plan.channels.iter().zip(tables(written.get("channels"))) {
        for (key, value, source) in OF_CHANNELS {
            // Whoever says “fast” has said how soon people come.
            let is_said = written.contains_key(key) || (source == DELAY && written.contains_key("delay"));
            if !is_said {
                let field = format!("{key} of channel \"{}\"", channel.name);
                assumed.push(Assumed { field, value: value(channel), source });
            }
        }
        for ((number, wave), written) in (1..).zip(&channel.waves).zip(tables(written.get("waves"))) {
            if !written.contains_key("delivered_in_minutes") {
                let field = format!("delivered_in_minutes of wave {number} of channel \"{}\"", channel.name);
                assumed.push(Assumed { field, value: f64::from(wave.delivered_in_minutes), source: DELIVERY });
            }
        }
    }
    assumed
}

fn tables(list: Option<&Value>) -> impl Iterator<Item = &Table> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}
