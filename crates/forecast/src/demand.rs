//! What the visitors buy: orders, and of the items that may sell out when they do and what is lost.
//!
//! Orders a minute are the visits that begin in it times the conversion, once those visitors may buy. Whoever wants an item that
//! is gone leaves without it: what would be bought instead is not known, so lost demand is the most that can be lost.

use crate::arrivals::Arrivals;
use crate::plan::{Item, MarketingPlan};

/// What is bought.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// Orders of each minute from [`MarketingPlan::starts`] to the close.
    pub orders: Vec<f64>,
    /// Orders of each minute that there would be if nothing sold out.
    pub wanted: Vec<f64>,
    /// The plan's items, in their order.
    pub items: Vec<ItemDemand>,
}

/// What becomes of one item.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ItemDemand {
    /// Units that people want.
    pub wanted: f64,
    /// Units that they get: demand as the stock censors it.
    pub sold: f64,
    /// When the last unit goes, minutes from the plan's start; nothing when some are left.
    pub sold_out_minute: Option<f64>,
}

impl ItemDemand {
    /// Units that people want and do not get.
    pub fn lost(&self) -> f64 {
        self.wanted - self.sold
    }

    /// So many units are wanted evenly within this minute. Gives the share of them that there was.
    fn want(&mut self, units: f64, item: &Item, minute: usize) -> f64 {
        let left = f64::from(item.stock) - self.sold;
        self.wanted += units;
        if units < left {
            self.sold += units;
            return 1.0;
        }
        let share = if units > 0.0 { left / units } else { 0.0 };
        self.sold = f64::from(item.stock);
        self.sold_out_minute.get_or_insert(minute as f64 + share);
        share
    }
}

impl Demand {
    /// What the visitors of a plan buy.
    pub fn of(plan: &MarketingPlan, arrivals: &Arrivals) -> Self {
        let (first, opens) = (plan.buying_minute(), plan.minute(plan.sale.opens));
        let unlimited = (1.0 - plan.items.iter().map(|item| item.share).sum::<f64>()).max(0.0);
        let mut items = vec![ItemDemand::default(); plan.items.len()];
        let wanted_in = |minute: usize| {
            let buyers = if minute >= opens { &arrivals.everyone } else { &arrivals.invited };
            if minute >= first { buyers[minute] * plan.shoppers.conversion } else { 0.0 }
        };
        let wanted: Vec<f64> = (0..arrivals.everyone.len()).map(wanted_in).collect();
        let orders = wanted.iter().enumerate().map(|(minute, wanted)| {
            let units = wanted * plan.shoppers.units_per_order;
            let there = items.iter_mut().zip(&plan.items);
            let served: f64 = there.map(|(demand, item)| item.share * demand.want(units * item.share, item, minute)).sum();
            wanted * (unlimited + served)
        });
        Self { orders: orders.collect(), wanted, items }
    }

    /// All orders together.
    pub fn orders(&self) -> f64 {
        self.orders.iter().sum()
    }

    /// Orders that are lost because what they were for had sold out.
    pub fn orders_lost(&self) -> f64 {
        self.wanted.iter().sum::<f64>() - self.orders()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::NOVEMBER;

    /// 60 visits a minute, of which a tenth orders two units.
    fn plan(items: &[(u32, f64)]) -> (MarketingPlan, Arrivals) {
        let mut plan = MarketingPlan::parse(NOVEMBER, "november.toml").expect("it is right");
        plan.shoppers.conversion = 0.1;
        plan.shoppers.units_per_order = 2.0;
        let item = |(stock, share): &(u32, f64)| Item { name: "Tote".to_owned(), stock: *stock, share: *share };
        plan.items = items.iter().map(item).collect();
        let minutes = plan.minutes();
        (plan, Arrivals { everyone: vec![60.0; minutes], invited: vec![20.0; minutes], anyway: 0.0 })
    }

    #[test]
    fn before_the_opening_only_those_buy_who_were_invited() {
        let (plan, arrivals) = plan(&[]);
        let demand = Demand::of(&plan, &arrivals);
        assert_eq!((demand.orders[0], demand.orders[1_439], demand.orders[1_440]), (2.0, 2.0, 6.0));
        assert!((demand.orders() - 1_440.0 * (2.0 + 6.0 + 6.0)).abs() < 1e-6);
        assert_eq!(demand.orders_lost(), 0.0);
    }

    #[test]
    fn before_early_access_nobody_buys() {
        let (mut plan, arrivals) = plan(&[]);
        plan.sale.early_access = Some(plan.starts() + jiff::SignedDuration::from_hours(2));
        let demand = Demand::of(&plan, &arrivals);
        assert_eq!((demand.orders[119], demand.orders[120]), (0.0, 2.0));
    }

    #[test]
    fn an_item_sells_out_at_its_minute_and_never_beyond_its_stock() {
        // Half of four units a minute are wanted of it, so 101 last fifty minutes and a half.
        let (plan, arrivals) = plan(&[(101, 0.5)]);
        let demand = Demand::of(&plan, &arrivals);
        let item = demand.items[0];
        assert_eq!((item.sold, item.sold_out_minute), (101.0, Some(50.5)));
        assert!((item.wanted - (1_440.0 * 2.0 + 2_880.0 * 6.0)).abs() < 1e-6);
        assert_eq!(item.lost(), item.wanted - 101.0);
        assert_eq!((demand.orders[49], demand.orders[50], demand.orders[51]), (2.0, 1.5, 1.0));
        assert!((demand.orders_lost() - item.lost() / 2.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_never_there_is_wanted_and_lost() {
        let (plan, arrivals) = plan(&[(0, 1.0)]);
        let demand = Demand::of(&plan, &arrivals);
        assert_eq!((demand.orders(), demand.items[0].sold, demand.items[0].sold_out_minute), (0.0, 0.0, Some(0.0)));
        assert!(demand.items[0].lost() > 0.0);
    }

    #[test]
    fn items_with_enough_stock_censor_nothing() {
        let (plan, arrivals) = plan(&[(1_000_000, 0.3), (1_000_000, 0.7)]);
        let demand = Demand::of(&plan, &arrivals);
        assert!(demand.items.iter().all(|item| item.sold_out_minute.is_none() && item.lost() == 0.0));
        assert!(demand.orders_lost().abs() < 1e-6);
    }
}
