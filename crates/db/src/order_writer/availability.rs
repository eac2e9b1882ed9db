//! Availability, as pages show it: published to memory after each commit. Decisions never read it.
//!
//! A figure is only as good as its age: holds run out, and what other nodes sell is told a moment later. So that a crowd after
//! the last unit costs nothing, a shop may say "sold out" from memory while the figure is certain, which is for a second after it
//! was read. Figures that somebody was refused by are read anew by a job ([`refresh_availability`]).
//!
//! What this node's writer has moved is collected for the others (`crate::news`). What they tell is shown and never certain; what
//! was told and not heard is found by looking ([`catch_up`]).

pub use super::figures::Moved;
use super::figures::{Figures, Reading};
use crate::news::{Left, Sold};
use crate::{Db, Result, Row, params, platform_sql, sql};
use commerce::checkout::{ShopState, StockRow};
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use std::collections::BTreeSet;

/// The most lines of holds that have run out which one round counts as free; the rest waits for the next.
const RUN_OUT_MAX: usize = 10_000;

/// What a variant's figure is found by.
type VariantKey = (ShopId, VariantId);
/// What the figure of a sale's item is found by.
type ItemKey = (ShopId, FlashSaleId, VariantId);

/// Units left, per variant and per item of a sale.
#[derive(Debug, Default)]
pub struct Availability {
    variants: Figures<VariantKey>,
    sales: Figures<ItemKey>,
}

/// What other nodes are to be told.
#[derive(Debug, Default)]
pub(crate) struct Untold {
    pub variants: Vec<(VariantKey, Left)>,
    pub items: Vec<(ItemKey, Left)>,
}

/// What has moved since this was last asked.
#[derive(Debug, Default)]
pub struct Movement {
    /// Units left of variants.
    pub variants: Vec<Moved<(ShopId, VariantId)>>,
    /// Units left of what sales offer.
    pub sales: Vec<Moved<(ShopId, FlashSaleId, VariantId)>>,
    /// More has moved than is remembered: any figure may be another.
    pub is_cut_short: bool,
}

impl Availability {
    /// Units of a variant that can still be sold; `None`: not known, or not counted.
    pub fn get(&self, shop: ShopId, variant: VariantId) -> Option<i64> {
        self.variants.get((shop, variant))
    }

    /// Units that a sale still offers of a variant; `None`: no limit, or not known.
    pub fn sale_left(&self, shop: ShopId, sale: FlashSaleId, variant: VariantId) -> Option<i64> {
        self.sales.get((shop, sale, variant))
    }

    /// As [`Self::get`], but only what is certain at `now`.
    pub fn certain(&self, shop: ShopId, variant: VariantId, now: Timestamp) -> Option<i64> {
        self.variants.certain(&(shop, variant), now)
    }

    /// As [`Self::sale_left`], but only what is certain at `now`.
    pub fn sale_left_certain(&self, shop: ShopId, sale: FlashSaleId, variant: VariantId, now: Timestamp) -> Option<i64> {
        self.sales.certain(&(shop, sale, variant), now)
    }

    /// Publishes what a batch that was decided at `now` left behind.
    pub(super) fn publish(&self, shop: ShopId, state: &ShopState, now: Timestamp) {
        let is_tracked = |variant: &VariantId| state.variants.get(variant).is_some_and(|terms| terms.stock_tracked);
        let counted = |row: &StockRow| Reading { left: row.item.available(), count: Some(row.movements) };
        let stock = state.stock.iter().filter(|(variant, _)| is_tracked(variant));
        self.variants.publish(stock.map(|(variant, row)| ((shop, *variant), counted(row))), now);
        for sale in &state.sales {
            let key = |variant| (shop, sale.id, variant);
            let limited = sale.items.iter().filter_map(|item| {
                let left = (item.quantity_offered? - item.quantity_claimed).max(0);
                Some((key(item.variant), Reading { left, count: None }))
            });
            self.sales.publish(limited, now);
            let unlimited = sale.items.iter().filter(|item| item.quantity_offered.is_none());
            unlimited.for_each(|item| self.sales.forget(&key(item.variant)));
        }
    }

    /// Takes over what another node tells, where it is newer than what is known.
    pub fn hear(&self, sold: &Sold) {
        self.variants.hear(sold.variants.iter().map(|(variant, left)| ((sold.shop, *variant), *left)));
        self.sales.hear(sold.items.iter().map(|(sale, variant, left)| ((sold.shop, *sale, *variant), *left)));
    }

    /// What this node's writer has moved and other nodes were not told of yet. For one asker, as [`Self::take_moved`].
    pub(crate) fn take_untold(&self) -> Untold {
        Untold { variants: self.variants.take_untold(), items: self.sales.take_untold() }
    }

    /// What has moved since this was last asked, by whomever. For one asker: what it was told is not told again.
    pub fn take_moved(&self) -> Movement {
        let (variants, is_cut_short) = self.variants.take_moved();
        let (sales, of_sales_cut_short) = self.sales.take_moved();
        Movement { variants, sales, is_cut_short: is_cut_short || of_sales_cut_short }
    }
}

/// Reads a whole shop's availability anew.
///
/// # Errors
/// When the database fails; what was published before stays.
pub async fn load_availability(db: &Db, shop: ShopId, availability: &Availability) -> Result<()> {
    let stock = sql!(
        "SELECT s.variant_id, s.on_hand - s.reserved - s.allocated, s.movements FROM stock_items s
         JOIN variants v ON v.shop_id = s.shop_id AND v.variant_id = s.variant_id
         WHERE s.shop_id = $1 AND v.stock_tracked = 1"
    );
    let stock = db.query(shop, stock, &[]).await?;
    let stock = stock.iter().map(|row| ((shop, row.get(0)), Reading { left: row.get(1), count: Some(row.get(2)) }));
    availability.variants.replace(|key| key.0 == shop, stock);
    load_offers(db, shop, availability).await
}

/// Reads anew what the shop's sales still offer, and forgets what they no longer limit.
///
/// # Errors
/// When the database fails; what was published before stays.
pub async fn load_offers(db: &Db, shop: ShopId, availability: &Availability) -> Result<()> {
    let items = sql!(
        "SELECT sale_id, variant_id, CASE WHEN quantity_offered > quantity_claimed THEN quantity_offered - quantity_claimed ELSE 0 END
         FROM flash_sale_items WHERE shop_id = $1 AND quantity_offered IS NOT NULL"
    );
    let items = db.query(shop, items, &[]).await?;
    let items = items.iter().map(|row| ((shop, row.get(0), row.get(1)), Reading { left: row.get(2), count: None }));
    availability.sales.replace(|key| key.0 == shop, items);
    Ok(())
}

/// Reads anew how many of these variants are left, all of them counted ones.
///
/// # Errors
/// When the database fails; what was published before stays.
pub async fn load_stock_of(db: &Db, shop: ShopId, availability: &Availability, variants: &[VariantId]) -> Result<()> {
    let stock = sql!(
        "SELECT variant_id, on_hand - reserved - allocated, movements FROM stock_items WHERE shop_id = $1 AND variant_id = $2"
    );
    let variants: Vec<_> = variants.iter().map(|variant| params![*variant].to_vec()).collect();
    let mut tx = db.begin_read().await?;
    let rows = tx.query_many(shop, stock, &variants).await?.concat();
    tx.rollback().await;
    availability.variants.take_over(rows.iter().map(|row| ((shop, row.get(0)), Left(row.get(1), row.get(2)))));
    Ok(())
}

/// Looks, in all shops, at what has moved since `since`: whatever was told and not heard. Clocks of nodes differ, so `since` had
/// better be somewhat earlier than the last time. `now` is when it looks.
///
/// # Errors
/// When the database fails.
pub async fn catch_up(db: &Db, availability: &Availability, since: Timestamp, now: Timestamp) -> Result<()> {
    let stock = platform_sql!(
        "SELECT i.shop_id, i.variant_id, i.on_hand - i.reserved - i.allocated, i.movements FROM shops s
         JOIN stock_items i ON i.shop_id = s.shop_id AND i.updated_at > $1"
    );
    let items = platform_sql!(
        "SELECT f.shop_id, f.sale_id, f.variant_id, f.quantity_offered - f.quantity_claimed FROM shops s
         JOIN stock_items i ON i.shop_id = s.shop_id AND i.updated_at > $1
         JOIN flash_sale_items f ON f.shop_id = i.shop_id AND f.variant_id = i.variant_id
         WHERE f.quantity_offered IS NOT NULL"
    );
    let stock = db.query_platform(stock, &params![since]).await?;
    let found = stock.iter().map(|row| ((row.get(0), row.get(1)), Left(row.get(2), row.get(3))));
    availability.variants.hear(found);
    for row in db.query_platform(items, &params![since]).await? {
        let key = (row.get(0), row.get(1), row.get(2));
        availability.sales.look(key, row.get::<i64>(3).max(0), now);
    }
    Ok(())
}

/// Reads the figures anew that have said "none left" to somebody since the last round. What has run out of its time counts as
/// free, whether or not it was tidied.
///
/// # Errors
/// When the database fails; figures that were not reached are asked for again by the next visitor.
pub async fn refresh_availability(db: &Db, availability: &Availability, now: Timestamp) -> Result<()> {
    let (variants, items) = (availability.variants.take_asked(), availability.sales.take_asked());
    let shops: BTreeSet<ShopId> = variants.iter().map(|key| key.0).chain(items.iter().map(|key| key.0)).collect();
    let stock = sql!("SELECT on_hand - reserved - allocated, movements FROM stock_items WHERE shop_id = $1 AND variant_id = $2");
    let offer = sql!(
        "SELECT quantity_offered - quantity_claimed FROM flash_sale_items
         WHERE shop_id = $1 AND sale_id = $2 AND variant_id = $3 AND quantity_offered IS NOT NULL"
    );
    for shop in shops {
        let run_out = run_out(db, shop, now).await?;
        for (_, variant) in variants.iter().filter(|key| key.0 == shop) {
            let Some(row) = db.query_opt(shop, stock, &params![*variant]).await? else { continue };
            let freed: i64 =
                run_out.iter().filter(|held| held.variant == *variant && held.counted).map(|held| held.quantity).sum();
            let reading = Reading { left: row.get::<i64>(0) + freed, count: Some(row.get(1)) };
            availability.variants.refresh((shop, *variant), reading, now);
        }
        for (_, sale, variant) in items.iter().filter(|key| key.0 == shop) {
            let Some(row) = db.query_opt(shop, offer, &params![*sale, *variant]).await? else { continue };
            let of_item = run_out.iter().filter(|held| held.variant == *variant && held.sale == Some(*sale));
            let freed: i64 = of_item.map(|held| held.quantity).sum();
            let reading = Reading { left: (row.get::<i64>(0) + freed).max(0), count: None };
            availability.sales.refresh((shop, *sale, *variant), reading, now);
        }
    }
    Ok(())
}

/// A line of a hold whose time is up.
struct RunOut {
    variant: VariantId,
    sale: Option<FlashSaleId>,
    quantity: i64,
    counted: bool,
}

async fn run_out(db: &Db, shop: ShopId, now: Timestamp) -> Result<Vec<RunOut>> {
    let sql = sql!(
        "SELECT l.variant_id, l.sale_id, l.quantity, l.counted FROM reservations r
         JOIN reservation_lines l ON l.shop_id = r.shop_id AND l.reservation_id = r.reservation_id
         WHERE r.shop_id = $1 AND r.status = 'active' AND r.expires_at <= $2 ORDER BY r.expires_at LIMIT $3"
    );
    let rows = db.query(shop, sql, &params![now, RUN_OUT_MAX]).await?;
    let read =
        |row: &Row| RunOut { variant: row.get(0), sale: row.get(1), quantity: row.get(2), counted: row.get::<i64>(3) != 0 };
    Ok(rows.iter().map(read).collect())
}
