//! A sale as it was played once: what bands are made of, and no more of it, for hundreds are held at once.

use crate::course::{Course, Highest, SLOT_MINUTES};
use crate::demand::ItemDemand;
use crate::plan::{Capacity, MarketingPlan};
use crate::scalability::Peak;

/// A sale as it was played once, its counts as luck made them.
pub(super) struct Played {
    pub slots: Vec<PlayedSlot>,
    pub orders_by_day: Vec<f64>,
    pub items: Vec<ItemDemand>,
    pub visits: f64,
    pub orders: f64,
    pub orders_lost: f64,
    pub order_value: f64,
    pub pages: f64,
    pub dynamic_share: f64,
    pub longest_wait_minutes: Option<f64>,
    /// Nothing when the plan does not say what a node carries, or no number of nodes carries this.
    pub nodes: Option<u32>,
}

/// Some minutes of it: of a series the highest, of counts the sum.
pub(super) struct PlayedSlot {
    pub arrivals_per_minute: f64,
    pub active: f64,
    pub sessions: f64,
    pub orders: f64,
    pub waiting: f64,
    /// Units that were wanted from the beginning to its end.
    pub units_wanted: f64,
}

impl Played {
    /// The course that a plan takes with so much luck, in standard deviations.
    pub fn of(plan: &MarketingPlan, course: &Course, luck: f64) -> Self {
        // A Poisson variable's deviation is the root of its mean.
        let lucky = |mean: f64| (mean + luck * mean.sqrt()).max(0.0);
        let most = |series: &[f64]| lucky(series.iter().copied().fold(0.0, f64::max));
        let line: &[f64] = course.line.as_ref().map_or(&[], |line| &line.waiting);
        let mut units_wanted = 0.0;
        let slots = (0..course.demand.orders.len()).step_by(SLOT_MINUTES).map(|begins| {
            units_wanted += slot(&course.demand.wanted, begins).iter().sum::<f64>() * plan.shoppers.units_per_order;
            PlayedSlot {
                arrivals_per_minute: most(slot(&course.arrivals.everyone, begins)),
                active: most(slot(&course.crowd.active, begins)),
                sessions: most(slot(&course.crowd.sessions, begins)),
                orders: lucky(slot(&course.demand.orders, begins).iter().sum()),
                waiting: most(slot(line, begins)),
                units_wanted,
            }
        });
        let mut played = Self {
            slots: slots.collect(),
            orders_by_day: course.orders_by_day().into_iter().map(lucky).collect(),
            items: course.demand.items.clone(),
            visits: lucky(course.arrivals.visits()),
            orders: lucky(course.demand.orders()),
            orders_lost: course.demand.orders_lost(),
            order_value: plan.shoppers.order_value,
            pages: plan.shoppers.pages,
            dynamic_share: 1.0 - plan.shoppers.static_share,
            longest_wait_minutes: course.line.as_ref().map(|line| line.longest_minutes),
            nodes: None,
        };
        let (pages, orders) = (played.peak_pages().value, played.peak_orders().value);
        played.nodes = plan.capacity.and_then(|capacity| nodes(capacity, pages, orders));
        played
    }

    /// Nodes of this capacity that carry a slot.
    pub fn nodes_in(&self, slot: &PlayedSlot, capacity: Capacity) -> Option<u32> {
        nodes(capacity, self.pages_per_s(slot.arrivals_per_minute), slot.orders)
    }

    /// Pages a second when so many visits begin in a minute.
    pub fn pages_per_s(&self, arrivals_per_minute: f64) -> f64 {
        arrivals_per_minute * self.pages / 60.0
    }

    pub fn peak_arrivals(&self) -> Highest {
        self.highest(|slot| slot.arrivals_per_minute)
    }

    pub fn peak_active(&self) -> Highest {
        self.highest(|slot| slot.active)
    }

    pub fn peak_sessions(&self) -> Highest {
        self.highest(|slot| slot.sessions)
    }

    pub fn peak_pages(&self) -> Highest {
        self.highest(|slot| self.pages_per_s(slot.arrivals_per_minute))
    }

    pub fn peak_dynamic_pages(&self) -> Highest {
        self.highest(|slot| self.dynamic_share * self.pages_per_s(slot.arrivals_per_minute))
    }

    pub fn peak_orders(&self) -> Highest {
        self.highest(|slot| slot.orders)
    }

    /// The day of the sale with the highest revenue.
    pub fn best_day(&self) -> Highest {
        Highest::of(self.orders_by_day.iter().map(|orders| orders * self.order_value))
    }

    fn highest(&self, of: impl Fn(&PlayedSlot) -> f64) -> Highest {
        Highest::of(self.slots.iter().map(of))
    }
}

/// Nodes that carry so many pages a second and orders in a slot.
fn nodes(capacity: Capacity, pages_per_s: f64, orders: f64) -> Option<u32> {
    capacity.nodes(Peak { pages_per_s, orders_per_s: orders / (SLOT_MINUTES * 60) as f64 })
}

/// The minutes of a slot; none of a series that is empty.
fn slot(series: &[f64], begins: usize) -> &[f64] {
    &series[begins.min(series.len())..(begins + SLOT_MINUTES).min(series.len())]
}
