//! The shop of a replay: the demonstration's handbag workshop in the case study's currency, with all of it on sale, enough of
//! everything, and prices at which an order comes to what the case study's did by its plan.

use super::script::Script;
use crate::demo::{quillmere_shop, seed_shop};
use crate::load_tests::Reason;
use crate::load_tests::pace::Pace;
use crate::load_tests::staged_sale::{InStock, Scale, StagedSale};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use db::{Db, OpenOptions, Target};
use std::path::Path;

/// The currency of the case study.
const CURRENCY: &str = "USD";
/// An ordinary price is at least so many times that of the sale.
const ORDINARY_TIMES: i64 = 2;
/// Buyers put no more units into their carts.
const UNITS_OF_AN_ORDER_MAX: f64 = 3.0;
/// When the sale is announced for, seconds from now, until it is moved.
const ANNOUNCED_AHEAD_S: i64 = 86_400;

/// A shop that is ready to be played.
pub struct ReplayShop {
    /// Its books.
    pub db: Db,
    /// The shop.
    pub id: ShopId,
    /// Its handle.
    pub handle: &'static str,
    /// The name that it answers to.
    pub domain: &'static str,
    /// Its sale, which is still to be moved.
    pub sale: StagedSale,
}

impl ReplayShop {
    /// Makes it in a folder that does not exist yet.
    ///
    /// # Errors
    /// When there is no room for it, or its database fails.
    pub async fn make(folder: &Path, script: &Script, pace: Pace, now: Timestamp) -> Result<Self, Reason> {
        let failed = |error: &dyn std::fmt::Display| Reason::of_server("The shop could not be made.", error.to_string());
        std::fs::create_dir(folder).map_err(|error| failed(&error))?;
        let opened = Db::open(&Target::Folder(folder.to_owned()), &OpenOptions::default()).await;
        let db = opened.map_err(|error| failed(&error))?;
        let price_minor = price_minor(script, pace);
        let mut demo = quillmere_shop();
        demo.currency = CURRENCY;
        demo.sales.clear();
        // Nothing but goods is charged, so that an order comes to what they cost.
        demo.shipping.zones.iter_mut().flat_map(|zone| &mut zone.methods).for_each(|method| method.price_minor = 0);
        for variant in demo.products.iter_mut().flat_map(|product| &mut product.variants) {
            variant.price_minor = variant.price_minor.max(ORDINARY_TIMES * price_minor);
            variant.on_hand = units_of_each(script);
        }
        let id = seed_shop(&db, &demo, now).await.map_err(|error| failed(&error))?;
        let products = db::catalog::load_products(&db, id).await.map_err(|error| failed(&error))?;
        let variants: Vec<VariantId> = products.iter().flat_map(|product| &product.variants).map(|variant| variant.id).collect();
        let in_stock: InStock = variants.iter().map(|variant| (*variant, units_of_each(script))).collect();
        let announced = sale(script, price_minor, &variants, now);
        let scale = Scale { times: pace.scale, in_stock: &in_stock };
        let staged = StagedSale::prepare(db.clone(), id, &announced, scale, now).await?;
        let domain = demo.domains.first().expect("the demonstration has an address");
        Ok(Self { db, id, handle: demo.handle, domain, sale: staged })
    }
}

/// As many units of each variant as are wanted of all: what sells out is not what is to be seen here, and nobody knows which bag
/// would be wanted most.
fn units_of_each(script: &Script) -> i64 {
    (script.expected().orders * UNITS_OF_AN_ORDER_MAX).ceil() as i64
}

/// The price of every unit at which an order is worth what the plan says.
fn price_minor(script: &Script, pace: Pace) -> i64 {
    let units = pace.mix(&script.plan.shoppers).units_per_order();
    (script.plan.shoppers.order_value / units * 100.0).round() as i64
}

fn sale(script: &Script, price_minor: i64, variants: &[VariantId], now: Timestamp) -> FlashSale {
    let opens_at = now.plus_seconds(ANNOUNCED_AHEAD_S);
    let item = |variant: &VariantId| FlashSaleItem {
        variant: *variant,
        price_minor,
        quantity_offered: None,
        quantity_per_customer_max: None,
        quantity_claimed: 0,
    };
    FlashSale {
        id: FlashSaleId(1),
        handle: script.sale.handle().into(),
        name: script.plan.name.clone(),
        teaser: String::new(),
        picture: None,
        early_access_at: None,
        opens_at,
        closes_at: opens_at.plus_minutes(i64::from(script.minutes())),
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: variants.iter().map(item).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::study::StudySale;
    use super::*;

    #[test]
    fn an_order_comes_to_what_the_plan_says_and_nothing_sells_out() {
        let script = Script::of(StudySale::AfterChristmas, None);
        let pace = Pace { speed: 1_800.0, scale: 0.005, minutes: script.minutes() };
        let units = pace.mix(&script.plan.shoppers).units_per_order();
        assert!((price_minor(&script, pace) as f64 * units / 100.0 - 85.0).abs() < 0.02, "{units} units");
        assert!(units < UNITS_OF_AN_ORDER_MAX && units_of_each(&script) as f64 >= script.expected().orders * units);
    }
}
