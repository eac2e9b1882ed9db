//! Who comes to a rehearsal: a forecast's visits, minute by minute, played faster and by fewer; and the plan that is assumed
//! where there is none.
//!
//! The clock of the copy is not touched: the sale's instants are moved to now, and its length is divided. A hold so lasts as
//! long as it always does, which is much longer within a shorter sale; pages are printed no more often while units go faster. The
//! other way, a clock that runs faster, would let holds end sooner and pages be printed more often for each unit sold, and so
//! flatter the server.

use commerce::sale::FlashSale;
use forecast::MarketingPlan;
use forecast::course::Course;
use forecast::delay::Delay;
use forecast::plan::{Channel, DAYS_MAX, Item, Sale, Shoppers, Traffic, Wave};
use loadtest::mix::Mix;
use loadtest::plan::{Counted, Load, Plan};
use loadtest::report::data::Kind;

/// Seconds before the opening for which shoppers are in the copy already, at least. Editions are printed half a minute before
/// they count.
const LEAD_S: f64 = 40.0;
/// Seconds after the close in which they still are.
const TAIL_S: f64 = 5.0;
/// How much more is wanted than is offered where nobody says so.
const ASSUMED_TIMES: f64 = 2.0;
/// Items of a sale that a forecast tells apart where its plan names none; the others are forecast together.
const ITEMS_MAX: usize = 50;

/// With fewer visits for each one of the forecast nothing would be learned.
pub const SCALE_MIN: f64 = 0.001;

/// How a sale is played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Seconds of the sale in one.
    pub speed: f64,
    /// Visits for each one of the forecast.
    pub scale: f64,
    /// Minutes of the sale from its opening on.
    pub minutes: u32,
}

impl Pace {
    /// The same with so few visits that no more than so many shoppers are there at once, where a forecast expects so many;
    /// nothing where that is too few. Visits are as much shorter as they come faster, so speed does not count.
    pub fn within(self, shoppers_max: u32, expected: f64) -> Option<Self> {
        let scale = self.scale.min(f64::from(shoppers_max) / expected.max(1.0));
        (scale >= SCALE_MIN).then_some(Self { scale, ..self })
    }

    /// How long a minute of the sale takes, seconds.
    fn minute_s(self) -> f64 {
        60.0 / self.speed
    }

    /// How long the part of the sale takes, seconds.
    pub fn open_s(self) -> f64 {
        f64::from(self.minutes) * self.minute_s()
    }

    /// How many whole minutes of the sale are played in so many seconds, or a little more.
    fn minutes_in(self, seconds: f64) -> u32 {
        (seconds / self.minute_s()).ceil() as u32
    }

    /// How long shoppers are in the copy before it opens, seconds.
    pub fn lead_s(self) -> f64 {
        f64::from(self.minutes_in(LEAD_S)) * self.minute_s()
    }

    /// Which minute of the sale it is so many seconds after shoppers began to come.
    pub fn minute_at(self, seconds: f64) -> f64 {
        (seconds - self.lead_s()) / self.minute_s()
    }

    /// The visits of these minutes, as a plan for shoppers.
    pub fn plan(self, marketing: &MarketingPlan) -> Plan {
        let course = Course::of(marketing);
        let opening = marketing.minute(marketing.sale.opens) as i64;
        let played = -i64::from(self.minutes_in(LEAD_S))..i64::from(self.minutes + self.minutes_in(TAIL_S));
        let arriving = |minute: i64| {
            let at = usize::try_from(opening + minute).ok().and_then(|minute| course.arrivals.everyone.get(minute));
            at.copied().unwrap_or(course.arrivals.anyway)
        };
        Plan {
            name: "rehearsal".into(),
            about: format!("{}, {} times as fast, {} visits for each one", marketing.name, self.speed, self.scale),
            load: Load::Counted(Counted {
                stretch_s: self.minute_s(),
                visits: played.map(|minute| arriving(minute) * self.scale).collect(),
            }),
        }
    }

    /// Shoppers who think as much faster as the sale is played faster, of whom as many buy as the plan says.
    pub fn mix(self, shoppers: &Shoppers) -> Mix {
        let mut mix = Mix::find("flash").expect("it comes with the program");
        mix.acceleration = self.speed;
        let buys = |pages: &[Kind]| pages.contains(&Kind::Pay);
        let before = mix.orders_per_visit();
        let wanted = shoppers.conversion.clamp(0.0, 1.0);
        for persona in &mut mix.personas {
            let is_buyer = persona.stages.iter().flat_map(|stage| &stage.paths).any(|path| buys(&path.pages));
            persona.share *= if is_buyer { wanted / before } else { (1.0 - wanted) / (1.0 - before) };
        }
        mix
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
    use forecast::plan::NOVEMBER;

    const PACE: Pace = Pace { speed: 60.0, scale: 0.1, minutes: 120 };

    fn november() -> MarketingPlan {
        MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right")
    }

    #[test]
    fn each_second_has_the_visits_of_a_minute_of_the_forecast_and_the_sale_opens_after_the_lead() {
        let plan = PACE.plan(&november());
        let Load::Counted(counted) = &plan.load else { panic!("it is counted") };
        assert_eq!((counted.stretch_s, counted.visits.len()), (1.0, 40 + 120 + 5));
        let arrivals = Course::of(&november()).arrivals.everyone;
        // Early access is a day before the opening.
        for (second, minute) in [(0, 1_400), (40, 1_440), (164, 1_564)] {
            assert!((counted.visits[second] - arrivals[minute] / 10.0).abs() < 1e-9, "second {second}");
        }
        assert_eq!((PACE.minute_at(40.0), PACE.minute_at(70.0), PACE.open_s()), (0.0, 30.0, 120.0));
        let text = toml::to_string(&plan).expect("a plan can be written");
        assert_eq!(Plan::parse(&text, "plan.toml").expect("and read back"), plan);
    }

    #[test]
    fn no_more_shoppers_come_than_are_permitted() {
        assert_eq!(PACE.within(2_000, 5_000.0), Some(PACE), "500 would");
        assert_eq!(PACE.within(200, 5_000.0), Some(Pace { scale: 0.04, ..PACE }));
        assert_eq!(PACE.within(200, 0.0), Some(PACE));
        assert_eq!(PACE.within(4, 5_000.0), None, "of too few nothing is learned");
    }

    #[test]
    fn nobody_but_the_usual_visitors_comes_before_the_first_message() {
        let mut november = november();
        november.sale.early_access = None;
        november.channels.remove(0);
        let Load::Counted(counted) = PACE.plan(&november).load else { panic!("it is counted") };
        assert!((counted.visits[39] - 8_500.0 / 60.0 / 10.0).abs() < 1e-9, "the first message goes out at the opening");
        assert!(counted.visits[60] > 5.0 * counted.visits[39]);
    }

    #[test]
    fn as_many_shoppers_buy_as_the_plan_says_and_they_think_as_fast_as_the_sale_is_played() {
        let mix = PACE.mix(&Shoppers { conversion: 0.05, ..Shoppers::default() });
        assert!((mix.orders_per_visit() - 0.05).abs() < 1e-9);
        let usual = Mix::find("flash").expect("it comes with the program");
        assert!((mix.think_mean_s() * 60.0 - usual.think_mean_s()).abs() < 1e-9);
        let text = toml::to_string(&mix).expect("a mix can be written");
        assert!(Mix::parse(&text, "mix.toml").is_ok(), "and read back: {text}");
    }

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
