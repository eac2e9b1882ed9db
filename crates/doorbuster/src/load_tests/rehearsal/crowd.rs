//! Who comes to a rehearsal: a forecast's visits, minute by minute; and the plan that is assumed where there is none.

use commerce::sale::FlashSale;
use forecast::MarketingPlan;
use forecast::course::Course;
use forecast::delay::Delay;
use forecast::plan::{Channel, DAYS_MAX, Item, Sale, Shoppers, Traffic, Wave};

/// How much more is wanted than is offered where nobody says so.
const ASSUMED_TIMES: f64 = 2.0;
/// Items of a sale that a forecast tells apart where its plan names none; the others are forecast together.
const ITEMS_MAX: usize = 50;

/// How many visits of this plan begin in a minute, counted from its opening for everybody. Outside of the plan's own minutes, as
/// many as come anyway.
pub fn arriving(marketing: &MarketingPlan) -> impl Fn(i64) -> f64 {
    let arrivals = Course::of(marketing).arrivals;
    let opening = marketing.minute(marketing.sale.opens) as i64;
    move |minute| {
        let at = usize::try_from(opening + minute).ok().and_then(|minute| arrivals.everyone.get(minute));
        at.copied().unwrap_or(arrivals.anyway)
    }
}

/// An item of a sale as a plan sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct OnSale {
    /// Its product and options.
    pub name: String,
    /// Its product's title.
    pub product: String,
    /// Its product's handle.
    pub handle: String,
    /// Its stock code.
    pub sku: String,
    /// Units at the sale's price; nothing where there is no end of them.
    pub units: Option<i64>,
    /// Price in the sale, in the currency's larger unit.
    pub price: f64,
}

impl OnSale {
    /// Whether a plan's item of this name means it.
    pub fn is_meant_by(&self, name: &str) -> bool {
        let name = name.trim().to_lowercase();
        [&self.name, &self.product, &self.handle, &self.sku].into_iter().any(|own| own.to_lowercase() == name)
    }
}

/// The plan that is assumed where there is none: one mail at the opening, after which twice as much is wanted as is offered.
pub fn assumed(sale: &FlashSale, currency: &str, zone: &str, items: &[OnSale]) -> MarketingPlan {
    let opens = instant(sale.opens_at);
    let longest = opens.checked_add(jiff::SignedDuration::from_hours(24 * i64::from(DAYS_MAX) - 24)).unwrap_or(opens);
    let units: i64 = items.iter().filter_map(|item| item.units).sum();
    let prices: f64 = items.iter().map(|item| item.price).sum();
    let defaults = Shoppers::default();
    let order_value = prices / items.len().max(1) as f64 * defaults.units_per_order;
    let visits = ASSUMED_TIMES * units.max(1) as f64 / defaults.units_per_order / defaults.conversion;
    let traffic = Traffic::default();
    MarketingPlan {
        name: sale.name.clone(),
        currency: currency.to_owned(),
        zone: zone.to_owned(),
        sale: Sale { early_access: None, opens, closes: instant(sale.closes_at).min(longest) },
        traffic,
        channels: vec![Channel {
            name: "Assumed".into(),
            list: visits / (1.0 + traffic.sharing),
            reach: 1.0,
            click_rate: 1.0,
            delay: Delay::MAIL,
            is_invited: false,
            waves: vec![Wave { starts: opens, share: 1.0, delivered_in_minutes: 30 }],
        }],
        shoppers: Shoppers { order_value, ..defaults },
        items: Vec::new(),
        capacity: None,
        uncertainty: forecast::plan::uncertainty::Uncertainty::default(),
        assumed: Vec::new(),
    }
}

/// The plan with as many units of its items as the shop has, whatever it says itself; and with the sale's items, wanted as they
/// are offered, where it names none.
pub fn with_items(mut plan: MarketingPlan, items: &[OnSale]) -> MarketingPlan {
    for planned in &mut plan.items {
        let meant: Vec<&OnSale> = items.iter().filter(|item| item.is_meant_by(&planned.name)).collect();
        if !meant.is_empty() {
            // Of what there is no end of, there is more than anybody wants.
            let units = meant.iter().map(|item| item.units.map_or(u32::MAX, |units| u32::try_from(units).unwrap_or(0)));
            planned.stock = units.fold(0, u32::saturating_add);
        }
    }
    if plan.items.is_empty() {
        let mut counted: Vec<(&OnSale, u32)> =
            items.iter().filter_map(|item| Some((item, u32::try_from(item.units?).ok().filter(|units| *units > 0)?))).collect();
        let all: f64 = counted.iter().map(|(_, units)| f64::from(*units)).sum();
        counted.sort_by_key(|(_, units)| std::cmp::Reverse(*units));
        let item =
            |(item, units): &(&OnSale, u32)| Item { name: item.name.clone(), stock: *units, share: f64::from(*units) / all };
        plan.items = counted.iter().take(ITEMS_MAX).map(item).collect();
    }
    plan
}

/// An instant of a shop as a forecast counts it, to the second.
pub fn instant(at: commerce::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(at.seconds()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_plan_twice_as_much_is_wanted_as_is_offered() {
        let at = |minutes: i64| commerce::Timestamp::from_seconds(1_800_000_000).plus_minutes(minutes);
        let sale = FlashSale {
            id: commerce::FlashSaleId(1),
            handle: "friday".into(),
            name: "Friday".into(),
            teaser: String::new(),
            picture: None,
            early_access_at: None,
            opens_at: at(0),
            closes_at: at(14 * 1_440),
            before_opening: commerce::sale::BeforeOpening::NotForSale,
            status: commerce::sale::FlashSaleStatus::Scheduled,
            items: Vec::new(),
        };
        let item = |name: &str, units| OnSale {
            name: name.into(),
            product: name.into(),
            handle: name.to_lowercase(),
            sku: String::new(),
            units,
            price: 50.0,
        };
        let items = [item("Kettle", Some(300)), item("Mug", Some(100)), item("Voucher", None)];
        let plan = with_items(assumed(&sale, "EUR", "Europe/Berlin", &items), &items);
        let course = Course::of(&plan);
        let wanted: f64 = course.demand.items.iter().map(|item| item.wanted).sum();
        assert!((wanted / 800.0 - 1.0).abs() < 0.05, "{wanted} in two weeks");
        assert_eq!((plan.items.len(), plan.items[0].share), (2, 0.75));
        let named = |name: &str| Item { name: name.into(), stock: 7, share: 0.1 };
        let plan = MarketingPlan { items: ["KETTLE", "voucher", "Pot"].map(named).into(), ..plan };
        let stocks: Vec<u32> = with_items(plan, &items).items.iter().map(|item| item.stock).collect();
        assert_eq!(stocks, [300, u32::MAX, 7], "the shop knows better than the plan what there is");
        assert!(items[0].is_meant_by(" kettle") && !items[0].is_meant_by("mug"));
    }
}
