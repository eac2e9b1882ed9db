//! Availability, as pages show it: published to memory after each commit. Decisions never read it.

use crate::{Db, Result, Row, sql};
use commerce::checkout::ShopState;
use commerce::{FlashSaleId, ShopId, VariantId};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Units left, per variant and per item of a sale.
#[derive(Debug, Default)]
pub struct Availability {
    variants: RwLock<HashMap<(ShopId, VariantId), i64>>,
    sales: RwLock<HashMap<(ShopId, FlashSaleId, VariantId), i64>>,
}

impl Availability {
    /// Units of a variant that can still be sold; `None`: not known, or not counted.
    pub fn get(&self, shop: ShopId, variant: VariantId) -> Option<i64> {
        self.variants.read().unwrap_or_else(PoisonError::into_inner).get(&(shop, variant)).copied()
    }

    /// Units that a sale still offers of a variant; `None`: no limit, or not known.
    pub fn sale_left(&self, shop: ShopId, sale: FlashSaleId, variant: VariantId) -> Option<i64> {
        self.sales.read().unwrap_or_else(PoisonError::into_inner).get(&(shop, sale, variant)).copied()
    }

    /// Publishes what a batch left behind.
    pub(super) fn publish(&self, shop: ShopId, state: &ShopState) {
        let mut variants = self.variants.write().unwrap_or_else(PoisonError::into_inner);
        for (variant, row) in &state.stock {
            if state.variants.get(variant).is_some_and(|terms| terms.stock_tracked) {
                variants.insert((shop, *variant), row.item.available());
            }
        }
        drop(variants);
        let mut sales = self.sales.write().unwrap_or_else(PoisonError::into_inner);
        for sale in &state.sales {
            for item in &sale.items {
                if let Some(offered) = item.quantity_offered {
                    sales.insert((shop, sale.id, item.variant), (offered - item.quantity_claimed).max(0));
                }
            }
        }
    }

    fn replace(&self, shop: ShopId, stock: &[Row], items: &[Row]) {
        let mut variants = self.variants.write().unwrap_or_else(PoisonError::into_inner);
        variants.retain(|(owner, _), _| *owner != shop);
        variants.extend(stock.iter().map(|row| ((shop, row.get(0)), row.get(1))));
        drop(variants);
        let mut sales = self.sales.write().unwrap_or_else(PoisonError::into_inner);
        sales.retain(|(owner, _, _), _| *owner != shop);
        sales.extend(items.iter().map(|row| ((shop, row.get(0), row.get(1)), row.get(2))));
    }
}

/// Reads a whole shop's availability anew.
///
/// # Errors
/// When the database fails; what was published before stays.
pub async fn load_availability(db: &Db, shop: ShopId, availability: &Availability) -> Result<()> {
    let stock = sql!(
        "SELECT s.variant_id, s.on_hand - s.reserved - s.allocated FROM stock_items s
         JOIN variants v ON v.shop_id = s.shop_id AND v.variant_id = s.variant_id
         WHERE s.shop_id = $1 AND v.stock_tracked = 1"
    );
    let items = sql!(
        "SELECT sale_id, variant_id, CASE WHEN quantity_offered > quantity_claimed THEN quantity_offered - quantity_claimed ELSE 0 END
         FROM flash_sale_items WHERE shop_id = $1 AND quantity_offered IS NOT NULL"
    );
    let (stock, items) = (db.query(shop, stock, &[]).await?, db.query(shop, items, &[]).await?);
    availability.replace(shop, &stock, &items);
    Ok(())
}
