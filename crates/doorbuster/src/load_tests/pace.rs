//! How a sale is played: faster than it happens, and with fewer visits.
//!
//! The server's clock is not touched: the sale's instants are moved to now, and its length is divided. A hold so lasts as long as
//! it always does, which is much longer within a shorter sale; pages are printed no more often while units go faster. The other
//! way, a clock that runs faster, would let holds end sooner and pages be printed more often for each unit sold, and so flatter
//! the server.

use forecast::plan::Shoppers;
use loadtest::mix::Mix;
use loadtest::plan::{Counted, Load, Plan};
use loadtest::report::data::Kind;

/// Seconds before the opening for which shoppers are in the shop already, at least. Editions are printed half a minute before
/// they count.
const LEAD_S: f64 = 40.0;
/// Seconds after the close in which they still are.
const TAIL_S: f64 = 5.0;

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

    /// How many visits come in a second for each one that is forecast for a second.
    pub fn times_harder(self) -> f64 {
        self.speed * self.scale
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

    /// So many visits as begin in each of these minutes, as a plan for shoppers: `arriving` is asked for minutes that are counted
    /// from the opening, also before it and after the close.
    pub fn plan(self, of: &str, arriving: impl Fn(i64) -> f64) -> Plan {
        let played = -i64::from(self.minutes_in(LEAD_S))..i64::from(self.minutes + self.minutes_in(TAIL_S));
        Plan {
            name: "counted".into(),
            about: format!("{of}, {} times as fast, {} visits for each one", self.speed, self.scale),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load_tests::rehearsal::crowd::arriving;
    use forecast::MarketingPlan;
    use forecast::course::Course;
    use forecast::plan::NOVEMBER;

    const PACE: Pace = Pace { speed: 60.0, scale: 0.1, minutes: 120 };

    fn november() -> MarketingPlan {
        MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right")
    }

    #[test]
    fn each_second_has_the_visits_of_a_minute_of_the_forecast_and_the_sale_opens_after_the_lead() {
        let plan = PACE.plan("November", arriving(&november()));
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
        let Load::Counted(counted) = PACE.plan("November", arriving(&november)).load else { panic!("it is counted") };
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
}
