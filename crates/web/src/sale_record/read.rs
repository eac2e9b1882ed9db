//! What a report about a sale is made of, read together from the books and from the minutes that nodes have kept.

use super::{AROUND_SECONDS, first_of};
use crate::metrics::{Histogram, Spread};
use commerce::sale::{FlashSale, FlashSaleStatus};
use commerce::shop::Shop;
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use db::Db;
use db::sale_record::{self as record, Between, Gone};
use forecast::data::Learned;
use forecast::learn::{Actuals, learn};
use forecast::outcome::compared::{Expected, compare};
use forecast::outcome::data::{Known, Outcome};
use forecast::outcome::outcome;
use forecast::outcome::recorded::{
    ByHand, CrowdMinute, Holds, MissedMinute, OrderSecond, Pace, Recorded, RecordedItem, ServedMinute, SoldSecond, Standing,
};
use forecast::plan::Defaults;
use forecast::{MarketingPlan, Unusable};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const DAY_SECONDS: i64 = 86_400;

/// What a sale came to until `now`, beside the sale before it and what was expected: `expected`, or what was kept with the sale.
/// `None`: the shop has no such sale.
///
/// # Errors
/// When the database fails.
pub async fn outcome_of(
    db: &Db,
    shop: ShopId,
    sale: FlashSaleId,
    now: Timestamp,
    expected: Option<&Expected>,
) -> db::Result<Option<Outcome>> {
    let sales = db::flash_sales::list_flash_sales(db, shop).await?;
    let (Some(shop), Some(sale)) = (db::shops::load_shop(db, shop).await?, sales.iter().find(|known| known.id == sale)) else {
        return Ok(None);
    };
    let mut told = outcome(&recorded(db, &shop, sale, now).await?);
    let last = match last_before(&sales, sale) {
        Some(last) => Some(outcome(&recorded(db, &shop, last, now).await?)),
        None => None,
    };
    let kept = db::sale_forecasts::load_forecast(db, shop.id, sale.id).await?;
    // What another version of this program has kept may not be understood any more; it is no reason to tell nothing.
    let kept_forecast = kept.as_ref().and_then(|kept| Expected::read(&kept.forecast, "what was kept").ok());
    compare(&mut told, expected.or(kept_forecast.as_ref()), last.as_ref());
    told.learned = kept.and_then(|kept| serde_json::from_str(&kept.lesson?).ok());
    told.known = Known::of(lessons(db, shop.id).await?.iter().map(|(_, lesson)| lesson));
    Ok(Some(told))
}

/// What each of the shop's sales has taught, in their order.
///
/// # Errors
/// When the database fails.
pub async fn lessons(db: &Db, shop: ShopId) -> db::Result<Vec<(FlashSaleId, Learned)>> {
    let kept = db::sale_forecasts::lessons(db, shop).await?;
    Ok(kept.iter().filter_map(|(sale, lesson)| Some((*sale, serde_json::from_str(lesson).ok()?))).collect())
}

/// What a sale, as far as it has come by `now`, teaches about the plan for it. `None`: the shop has no such sale.
///
/// # Errors
/// When the database fails. Inside: when the plan is another sale's, or too little was counted.
pub async fn learn_from(
    db: &Db,
    shop: ShopId,
    sale: FlashSaleId,
    now: Timestamp,
    plan: &MarketingPlan,
) -> db::Result<Option<Result<Learned, Unusable>>> {
    let sale = db::flash_sales::load_flash_sale(db, shop, sale).await?;
    let (Some(shop), Some(sale)) = (db::shops::load_shop(db, shop).await?, sale) else { return Ok(None) };
    let from = Timestamp::from_seconds(plan.starts().as_second());
    let asked = Between { from, until: sale.closes_at.min(now) };
    let mut recorded = about(&shop, &sale, now);
    (recorded.crowd, recorded.orders) = people_and_orders(db, shop.id, asked).await?;
    let plan = plan.clone();
    let fitting = tokio::task::spawn_blocking(move || {
        let actuals = Actuals::of(&plan, &recorded)?;
        learn(&plan, &actuals).map(|lesson| lesson.learned)
    });
    Ok(Some(fitting.await.expect("fitting a plan does not panic")))
}

/// What a plan for this sale starts from where it says nothing: what the shop's other sales have taught.
///
/// # Errors
/// When the database fails.
pub async fn defaults_for(db: &Db, shop: ShopId, sale: Option<FlashSaleId>) -> db::Result<Defaults> {
    let lessons = lessons(db, shop).await?;
    Ok(Defaults::of(lessons.iter().filter(|(of, _)| Some(*of) != sale).map(|(_, lesson)| lesson)))
}

/// The sale that closed last before this one began.
fn last_before<'a>(sales: &'a [FlashSale], sale: &FlashSale) -> Option<&'a FlashSale> {
    let is_before = |other: &&FlashSale| {
        other.id != sale.id && other.status == FlashSaleStatus::Scheduled && other.closes_at <= first_of(sale)
    };
    sales.iter().filter(is_before).max_by_key(|other| other.closes_at)
}

fn variants_of(sale: &FlashSale) -> Vec<VariantId> {
    sale.items.iter().map(|item| item.variant).collect()
}

/// The sale until now: nothing of it lies in the future.
fn so_far(sale: &FlashSale, now: Timestamp) -> Between {
    Between { from: first_of(sale), until: sale.closes_at.min(now) }
}

async fn recorded(db: &Db, shop: &Shop, sale: &FlashSale, now: Timestamp) -> db::Result<Recorded> {
    let asked = so_far(sale, now);
    let mut recorded = Recorded { items: items(db, shop.id, sale, asked).await?, ..about(shop, sale, now) };
    count(db, shop.id, sale, asked, &mut recorded).await?;
    afterwards(db, shop.id, sale, now, &mut recorded).await?;
    serve(db, shop.id, asked, &mut recorded).await?;
    Ok(recorded)
}

/// What the sale itself says.
fn about(shop: &Shop, sale: &FlashSale, now: Timestamp) -> Recorded {
    Recorded {
        shop: shop.name.clone(),
        sale: sale.name.clone(),
        currency: shop.currency.code().to_owned(),
        minor_units: 10_f64.powi(i32::try_from(shop.currency.decimals()).unwrap_or(2)),
        zone: shop.time_zone.clone(),
        standing: match sale.status {
            FlashSaleStatus::Draft => Standing::Draft,
            FlashSaleStatus::Scheduled => Standing::Announced,
            FlashSaleStatus::Canceled => Standing::CalledOff,
        },
        early_access: sale.early_access_at.map(Timestamp::seconds),
        opens: sale.opens_at.seconds(),
        closes: sale.closes_at.seconds(),
        told_at: now.seconds(),
        ..Recorded::default()
    }
}

async fn people_and_orders(db: &Db, shop: ShopId, asked: Between) -> db::Result<(Vec<CrowdMinute>, Vec<OrderSecond>)> {
    let crowd = db::crowd::crowd_minutes(db, shop, asked.from, asked.until).await?;
    let orders = record::orders_by_second(db, shop, asked).await?;
    let minute = |minute: &db::crowd::CrowdMinute| CrowdMinute {
        at: minute.begins_at.seconds(),
        active: minute.active,
        sessions: minute.sessions,
        visits: minute.visits,
    };
    let second = |second: &record::OrderSecond| OrderSecond {
        at: second.second,
        orders: second.orders,
        charged_minor: second.charged_minor,
    };
    Ok((crowd.iter().map(minute).collect(), orders.iter().map(second).collect()))
}

/// People, orders, and what was bought and missed of each item.
async fn count(db: &Db, shop: ShopId, sale: &FlashSale, asked: Between, recorded: &mut Recorded) -> db::Result<()> {
    let places: HashMap<VariantId, usize> = (0..).zip(&sale.items).map(|(place, item)| (item.variant, place)).collect();
    (recorded.crowd, recorded.orders) = people_and_orders(db, shop, asked).await?;
    let sold = record::sold_by_second(db, shop, sale.id, asked).await?;
    recorded.sold = sold
        .iter()
        .filter_map(|sold| {
            let item = *places.get(&sold.variant)?;
            Some(SoldSecond { at: sold.second, item, units: sold.units, charged_minor: sold.charged_minor })
        })
        .collect();
    let missed = record::missed_minutes(db, shop, asked).await?;
    recorded.missed = missed
        .iter()
        .filter_map(|missed| {
            let item = *places.get(&missed.variant)?;
            Some(MissedMinute { at: missed.begins_at.seconds(), item, asked: missed.asked, units: missed.units })
        })
        .collect();
    Ok(())
}

/// What became of orders and holds, and what people did by hand.
async fn afterwards(db: &Db, shop: ShopId, sale: &FlashSale, now: Timestamp, recorded: &mut Recorded) -> db::Result<()> {
    let asked = so_far(sale, now);
    let variants = variants_of(sale);
    let later = record::afterwards(db, shop, asked).await?;
    (recorded.canceled, recorded.refunded_minor) = (later.canceled, later.refunded_minor);
    let record::Holds { converted, expired, released, active } = record::holds(db, shop, asked, now).await?;
    recorded.holds = Holds { converted, expired, released, active };
    let record::ByHand { stock_changes, canceled, refunds, sale_changed } =
        record::by_hand(db, shop, sale.id, &variants, asked).await?;
    recorded.by_hand = ByHand { stock_changes, canceled, refunds, sale_changed };
    Ok(())
}

async fn items(db: &Db, shop: ShopId, sale: &FlashSale, asked: Between) -> db::Result<Vec<RecordedItem>> {
    let variants = variants_of(sale);
    let lines = db::stock::load_stock_of(db, shop, &variants).await?;
    let gone = record::gone(db, shop, &variants, asked).await?;
    let name = |variant: VariantId| {
        let Some(line) = lines.iter().find(|line| line.variant == variant) else { return "A product that is gone".to_owned() };
        let options = line.option_values.join(" / ");
        if options.is_empty() { line.title.clone() } else { format!("{}, {options}", line.title) }
    };
    let counted = |variant: VariantId| lines.iter().any(|line| line.variant == variant && line.tracked);
    let item = |(item, gone): (&commerce::sale::FlashSaleItem, &Gone)| {
        let is_counted = counted(item.variant);
        let at = |at: Option<Timestamp>| at.filter(|_| is_counted).map(Timestamp::seconds);
        RecordedItem {
            name: name(item.variant),
            price_minor: item.price_minor,
            offered: item.quantity_offered,
            gone_first: at(gone.first_at),
            gone_at_end_since: at(gone.at_end_since),
        }
    };
    Ok(sale.items.iter().zip(&gone).map(item).collect())
}

/// Minutes of all nodes put together, a day at a time, from the hour before the sale on.
async fn serve(db: &Db, shop: ShopId, asked: Between, recorded: &mut Recorded) -> db::Result<()> {
    let mut served = Served::new(asked.from);
    let mut from = asked.from.plus_seconds(-AROUND_SECONDS);
    while from < asked.until {
        let until = from.plus_seconds(DAY_SECONDS).min(asked.until);
        for minute in record::served_minutes(db, shop, Between { from, until }).await? {
            served.add(&minute);
        }
        from = until;
    }
    served.finish(recorded);
    Ok(())
}

/// What nodes have answered: it adds up, and how long it took is spread over all of it. Only the minute that is being put
/// together and the sums are held in full.
struct Served {
    starts: Timestamp,
    minute: Option<(ServedMinute, Spreads)>,
    minutes: Vec<ServedMinute>,
    before: Spreads,
    during: Spreads,
    /// Each node and its first minute.
    nodes: BTreeMap<i64, Timestamp>,
    nodes_in_sale: BTreeSet<i64>,
}

/// How long answers took: the shop's own, and those of the others.
type Spreads = [Histogram; 2];

impl Served {
    fn new(starts: Timestamp) -> Self {
        let (before, during) = <(Spreads, Spreads)>::default();
        let (nodes, nodes_in_sale) = Default::default();
        Self { starts, minute: None, minutes: Vec::new(), before, during, nodes, nodes_in_sale }
    }

    /// Adds a minute of a node; they come in order.
    fn add(&mut self, kept: &record::ServedMinute) {
        let spreads = [&kept.answers, &kept.neighbors].map(|bytes| Spread::from_bytes(bytes));
        let is_before = kept.begins_at < self.starts;
        let whole = if is_before { &mut self.before } else { &mut self.during };
        whole.iter_mut().zip(&spreads).for_each(|(whole, spread)| whole.add(spread));
        self.nodes.entry(kept.node).or_insert(kept.begins_at);
        if is_before {
            return;
        }
        self.nodes_in_sale.insert(kept.node);
        let at = kept.begins_at.seconds();
        if self.minute.as_ref().is_some_and(|(minute, _)| minute.at != at) {
            self.close_minute();
        }
        let (sum, whole) = self.minute.get_or_insert_default();
        sum.at = at;
        sum.requests += kept.requests;
        sum.failed += kept.failed;
        sum.shed += kept.shed;
        whole.iter_mut().zip(&spreads).for_each(|(whole, spread)| whole.add(spread));
    }

    fn close_minute(&mut self) {
        let closed = self.minute.take();
        self.minutes.extend(closed.map(|(sum, [own, others])| ServedMinute {
            p99_ms: p99_ms(&own),
            neighbors_p99_ms: p99_ms(&others),
            ..sum
        }));
    }

    fn finish(mut self, recorded: &mut Recorded) {
        self.close_minute();
        recorded.served = self.minutes;
        recorded.nodes = self.nodes_in_sale.len() as i64;
        let first = self.nodes.values().min().copied().unwrap_or(self.starts);
        let is_new = |begins_at: &&Timestamp| **begins_at > first && **begins_at >= self.starts;
        recorded.nodes_started = self.nodes.values().filter(is_new).count() as i64;
        let pace = |at: usize| Pace { before_p99_ms: p99_ms(&self.before[at]), during_p99_ms: p99_ms(&self.during[at]) };
        (recorded.answers, recorded.neighbors) = (pace(0), pace(1));
    }
}

fn p99_ms(histogram: &Histogram) -> Option<f64> {
    histogram.within(990).map(|micros| micros as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTS: Timestamp = Timestamp::from_seconds(1_795_780_800);

    fn minute(after: i64, node: i64, millis: i64) -> record::ServedMinute {
        let mut answers = Histogram::default();
        (0..100).for_each(|_| answers.record(millis * 1_000));
        let begins_at = STARTS.plus_minutes(after);
        let answers = answers.spread().to_bytes();
        record::ServedMinute { begins_at, node, requests: 100, failed: 1, shed: 2, answers, neighbors: Vec::new() }
    }

    #[test]
    fn minutes_of_nodes_add_up_and_one_that_came_later_is_told() {
        let mut recorded = Recorded { opens: STARTS.seconds(), ..Recorded::default() };
        let mut served = Served::new(STARTS);
        for minute in [minute(-5, 1, 10), minute(0, 1, 10), minute(1, 1, 10), minute(1, 2, 400)] {
            served.add(&minute);
        }
        served.finish(&mut recorded);
        assert_eq!((recorded.nodes, recorded.nodes_started), (2, 1));
        let sums: Vec<(i64, i64, i64)> =
            recorded.served.iter().map(|minute| (minute.requests, minute.failed, minute.shed)).collect();
        assert_eq!(sums, [(100, 1, 2), (200, 2, 4)]);
        let near = |told: Option<f64>, expected: f64| told.is_some_and(|told| (told / expected - 1.0).abs() < 0.07);
        assert!(near(recorded.served[0].p99_ms, 10.0) && near(recorded.served[1].p99_ms, 400.0), "{recorded:?}");
        assert!(near(recorded.answers.before_p99_ms, 10.0) && near(recorded.answers.during_p99_ms, 400.0), "{recorded:?}");
        assert_eq!(recorded.neighbors, Pace::default(), "nothing was recorded of them");
    }
}
