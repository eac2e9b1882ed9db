//! The form in which a plan is written, and what is refused.

use super::{
    Capacity, Channel, DAYS_MAX, Defaults, Delay, Item, MarketingPlan, Sale, Shoppers, Traffic, Uncertainty, Wave, assumed,
};
use crate::written::{Check, Unusable};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::Deserialize;

/// Larger counts are a slip of the finger.
const COUNT_MAX: f64 = 1e9;
/// Longer deliveries and visits are, too: minutes of a day.
const DAY_MINUTES: f64 = 1_440.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    currency: String,
    zone: String,
    sale: WrittenSale,
    #[serde(default)]
    traffic: Traffic,
    #[serde(default)]
    channels: Vec<WrittenChannel>,
    #[serde(default)]
    shoppers: Shoppers,
    #[serde(default)]
    items: Vec<Item>,
    capacity: Option<Capacity>,
    #[serde(default)]
    uncertainty: Uncertainty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSale {
    early_access: Option<String>,
    opens: String,
    closes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenChannel {
    name: String,
    list: f64,
    #[serde(default = "all")]
    reach: f64,
    click_rate: Option<f64>,
    #[serde(default)]
    delay: Preset,
    median_minutes: Option<f64>,
    sigma: Option<f64>,
    #[serde(default)]
    invited: bool,
    waves: Vec<WrittenWave>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenWave {
    starts: String,
    #[serde(default = "all")]
    share: f64,
    #[serde(default = "half_an_hour")]
    delivered_in_minutes: u32,
}

/// A delay that is known by name.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Preset {
    #[default]
    Mail,
    Fast,
}

fn all() -> f64 {
    1.0
}

fn half_an_hour() -> u32 {
    30
}

/// Whether the text is a plan in form, whatever its values are; `file` is what messages call it.
pub(super) fn check_form(text: &str, file: &str) -> Result<(), Unusable> {
    parse(text, file).map(drop)
}

fn parse(text: &str, file: &str) -> Result<Written, Unusable> {
    toml::from_str(text).map_err(|cause| Unusable::Toml { file: file.to_owned(), cause: Box::new(cause) })
}

/// Reads a plan; `file` is what messages call it. What it does not say is taken from `defaults`, where these know it.
pub(super) fn read(text: &str, file: &str, defaults: &Defaults) -> Result<MarketingPlan, Unusable> {
    let written = parse(text, file)?;
    let check = Check { file, of: "" };
    check.name("name", &written.name)?;
    let is_currency = written.currency.len() == 3 && written.currency.bytes().all(|letter| letter.is_ascii_uppercase());
    check.that(is_currency, "currency", &written.currency, "three capital letters as in ISO 4217, like USD")?;
    let clock = Clock::of(check, &written.zone)?;
    let sale = written.sale.checked(check, &clock)?;
    let channels = written.channels.into_iter().map(|channel| channel.checked(check, &clock, sale, defaults));
    let channels = channels.collect::<Result<_, _>>()?;
    check_traffic(check, written.traffic)?;
    check_shoppers(check, written.shoppers)?;
    check_items(check, &written.items)?;
    written.capacity.map_or(Ok(()), |capacity| check_capacity(check, capacity))?;
    for (input, times) in written.uncertainty.told() {
        let allowed = "a factor from 1 (it is certain) to 10";
        check.that((1.0..=10.0).contains(&times), &format!("uncertainty of {input:?}"), times, allowed)?;
    }
    let mut plan = MarketingPlan {
        name: written.name,
        currency: written.currency,
        zone: written.zone,
        sale,
        traffic: written.traffic,
        channels,
        shoppers: written.shoppers,
        items: written.items,
        capacity: written.capacity,
        uncertainty: written.uncertainty,
        assumed: Vec::new(),
    };
    plan.assumed = assumed::of(&plan, text);
    defaults.fill(&mut plan);
    let days = plan.minutes() as f64 / DAY_MINUTES;
    let (is, allowed) = (format!("{days:.1} days after the first message or opening"), format!("{DAYS_MAX} at most"));
    check.that(days <= f64::from(DAYS_MAX), "sale.closes", is, &allowed)?;
    Ok(plan)
}

/// The plan's zone: what its local times mean.
struct Clock {
    zone: TimeZone,
    name: String,
}

impl Clock {
    fn of(check: Check<'_>, name: &str) -> Result<Self, Unusable> {
        let allowed = "a name of the IANA time zone database, like America/New_York";
        let zone = TimeZone::get(name).map_err(|_| check.refusal("zone", format!("\"{name}\""), allowed))?;
        Ok(Self { zone, name: name.to_owned() })
    }

    /// Of an hour that happens twice, the first is taken.
    fn instant(&self, check: Check<'_>, key: &str, text: &str) -> Result<Timestamp, Unusable> {
        let refusal = |allowed: &str| check.refusal(key, format!("\"{text}\""), allowed);
        let local: Option<DateTime> = text.trim().parse().ok();
        let local = local.filter(|local| local.second() == 0 && local.subsec_nanosecond() == 0);
        let local = local.ok_or_else(|| refusal("a local date and time to the minute, like 2026-11-27 09:00"))?;
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        if matches!(ambiguous.offset(), AmbiguousOffset::Gap { .. }) {
            return Err(refusal(&format!("a time that happens: in {} the clocks are put forward over this one", self.name)));
        }
        ambiguous.compatible().map_err(|_| refusal("a time between the years 0 and 9999"))
    }
}

impl WrittenSale {
    fn checked(&self, check: Check<'_>, clock: &Clock) -> Result<Sale, Unusable> {
        let opens = clock.instant(check, "sale.opens", &self.opens)?;
        let closes = clock.instant(check, "sale.closes", &self.closes)?;
        check.that(closes > opens, "sale.closes", &self.closes, &format!("after sale.opens, {}", self.opens))?;
        let early = |text: &String| clock.instant(check, "sale.early_access", text);
        let early_access = self.early_access.as_ref().map(early).transpose()?;
        let is_early = early_access.is_none_or(|early| early < opens);
        let text = self.early_access.as_deref().unwrap_or_default();
        check.that(is_early, "sale.early_access", text, &format!("before sale.opens, {}", self.opens))?;
        Ok(Sale { early_access, opens, closes })
    }
}

impl WrittenChannel {
    fn checked(self, check: Check<'_>, clock: &Clock, sale: Sale, defaults: &Defaults) -> Result<Channel, Unusable> {
        check.name("name of a channel", &self.name)?;
        let of = format!(" of channel \"{}\"", self.name);
        let check = Check { of: &of, ..check };
        check.positive("list", self.list, COUNT_MAX)?;
        check.share("reach", self.reach)?;
        let click_rate = self.click_rate.or_else(|| defaults.click_rate(&self.name));
        let click_rate = click_rate.ok_or_else(|| check.refusal("click_rate", "missing", "from 0 to 1: 0.02 is 2 %"))?;
        check.share("click_rate", click_rate)?;
        let preset = match self.delay {
            Preset::Mail => Delay::MAIL,
            Preset::Fast => Delay::FAST,
        };
        let delay = Delay {
            median_minutes: self.median_minutes.unwrap_or(preset.median_minutes),
            sigma: self.sigma.unwrap_or(preset.sigma),
        };
        check.positive("median_minutes", delay.median_minutes, 30.0 * DAY_MINUTES)?;
        check.positive("sigma", delay.sigma, 5.0)?;
        let may_invite = !self.invited || sale.early_access.is_some();
        check.that(may_invite, "invited", self.invited, "false while the sale has no early_access")?;
        check.that(!self.waves.is_empty(), "waves", "empty", "one wave or more, or nobody is told")?;
        let waves = (1..).zip(&self.waves).map(|(number, wave)| wave.checked(check, number, clock, sale));
        let waves = waves.collect::<Result<Vec<Wave>, _>>()?;
        let shares: f64 = waves.iter().map(|wave| wave.share).sum();
        check.that((shares - 1.0).abs() < 0.001, "sum of the waves' shares", shares, "1: everybody is told once")?;
        let Self { name, list, reach, invited: is_invited, .. } = self;
        Ok(Channel { name, list, reach, click_rate, delay, is_invited, waves })
    }
}

impl WrittenWave {
    fn checked(&self, check: Check<'_>, number: u32, clock: &Clock, sale: Sale) -> Result<Wave, Unusable> {
        let of = format!(" of wave {number}{}", check.of);
        let check = Check { of: &of, ..check };
        let starts = clock.instant(check, "starts", &self.starts)?;
        check.that(starts < sale.closes, "starts", &self.starts, "before the sale closes")?;
        check.positive("share", self.share, 1.0)?;
        let minutes = self.delivered_in_minutes;
        check.that(f64::from(minutes) <= DAY_MINUTES, "delivered_in_minutes", minutes, "whole minutes, a day (1440) at most")?;
        Ok(Wave { starts, share: self.share, delivered_in_minutes: minutes })
    }
}

fn check_traffic(check: Check<'_>, traffic: Traffic) -> Result<(), Unusable> {
    check.zero_or_more("traffic.per_hour", traffic.per_hour, COUNT_MAX)?;
    check.zero_or_more("traffic.sharing", traffic.sharing, 100.0)
}

fn check_shoppers(check: Check<'_>, shoppers: Shoppers) -> Result<(), Unusable> {
    check.positive("shoppers.pages", shoppers.pages, 1_000.0)?;
    check.positive("shoppers.visit_minutes", shoppers.visit_minutes, DAY_MINUTES)?;
    check.share("shoppers.conversion", shoppers.conversion)?;
    check.positive("shoppers.order_value", shoppers.order_value, COUNT_MAX)?;
    check.positive("shoppers.units_per_order", shoppers.units_per_order, 1_000.0)?;
    check.share("shoppers.static_share", shoppers.static_share)
}

fn check_items(check: Check<'_>, items: &[Item]) -> Result<(), Unusable> {
    for item in items {
        check.name("name of an item", &item.name)?;
        Check { of: &format!(" of item \"{}\"", item.name), ..check }.share("share", item.share)?;
    }
    let shares: f64 = items.iter().map(|item| item.share).sum();
    check.that(shares <= 1.001, "sum of the items' shares", shares, "1 at most: they are shares of all that is wanted")
}

fn check_capacity(check: Check<'_>, capacity: Capacity) -> Result<(), Unusable> {
    check.positive("capacity.pages_per_s", capacity.pages_per_s, COUNT_MAX)?;
    check.positive("capacity.orders_per_s", capacity.orders_per_s, COUNT_MAX)?;
    check.share("capacity.sigma", capacity.sigma)?;
    check.share("capacity.kappa", capacity.kappa)?;
    capacity.admitted_per_minute.map_or(Ok(()), |rate| check.positive("capacity.admitted_per_minute", rate, COUNT_MAX))
}
