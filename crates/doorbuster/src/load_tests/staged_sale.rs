//! The sale on the stage: fewer units for fewer shoppers, no other sale beside it, and its instants moved to now.

use super::Reason;
use super::pace::Pace;
use commerce::sale::{FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{ShopId, Timestamp, VariantId};
use db::Db;
use db::flash_sales::{list_flash_sales, save_flash_sale, set_flash_sale_status};
use std::collections::HashMap;

/// Units that are free to buy, of the variants whose stock is counted.
pub type InStock = HashMap<VariantId, i64>;

/// A sale of a shop that was made to play it.
pub struct StagedSale {
    db: Db,
    shop: ShopId,
    sale: FlashSale,
}

impl StagedSale {
    /// Makes the sale ready: announced, alone, and with as many units for each one offered as visits come for each one forecast.
    /// It opens when it does in the shop itself, until it is moved.
    ///
    /// # Errors
    /// When the copy's database fails.
    pub async fn prepare(db: Db, shop: ShopId, sale: &FlashSale, scale: Scale<'_>, now: Timestamp) -> Result<Self, Reason> {
        for other in list_flash_sales(&db, shop).await.map_err(|error| failed(&error))? {
            if other.id != sale.id && other.status == FlashSaleStatus::Scheduled {
                let canceled = set_flash_sale_status(&db, shop, other.id, FlashSaleStatus::Canceled, now).await;
                canceled.map_err(|error| failed(&error))?;
            }
        }
        let items = sale.items.iter().map(|item| scale.item(item)).collect();
        let copied = Self { db, shop, sale: FlashSale { status: FlashSaleStatus::Scheduled, items, ..sale.clone() } };
        // The quantity offered of an item that is in the sale stays, so the items leave it first.
        copied.save(&FlashSale { items: Vec::new(), ..copied.sale.clone() }, now).await?;
        copied.save(&copied.sale, now).await?;
        Ok(copied)
    }

    /// Lets it open at this instant, and last as long as it is played.
    ///
    /// # Errors
    /// When the copy's database fails.
    pub async fn move_to(&self, opens_at: Timestamp, pace: Pace, now: Timestamp) -> Result<(), Reason> {
        self.save(&moved(&self.sale, opens_at, pace), now).await
    }

    /// The variants of which nothing is left at the sale's price.
    ///
    /// # Errors
    /// When the copy's database fails.
    pub async fn sold_out(&self) -> Result<Vec<VariantId>, Reason> {
        let sales = list_flash_sales(&self.db, self.shop).await.map_err(|error| failed(&error))?;
        let items = sales.into_iter().filter(|sale| sale.id == self.sale.id).flat_map(|sale| sale.items);
        let is_out = |item: &FlashSaleItem| item.quantity_offered.is_some_and(|offered| item.quantity_claimed >= offered);
        Ok(items.filter(is_out).map(|item| item.variant).collect())
    }

    async fn save(&self, sale: &FlashSale, now: Timestamp) -> Result<(), Reason> {
        let saved = save_flash_sale(&self.db, self.shop, sale, now).await.map_err(|error| failed(&error))?;
        saved.map_err(|refusal| Reason::of_server("The sale could not be prepared for its shoppers.", refusal.to_string()))
    }
}

fn failed(error: &db::Error) -> Reason {
    Reason::of_server("The database of the shop that is played failed.", error.to_string())
}

/// How many units there are for each one of the real sale.
#[derive(Clone, Copy)]
pub struct Scale<'a> {
    /// As many.
    pub times: f64,
    /// What is free to buy.
    pub in_stock: &'a InStock,
}

impl Scale<'_> {
    /// The item as it is offered in the copy. What there is ends the offer also where the seller has set no end.
    fn item(self, item: &FlashSaleItem) -> FlashSaleItem {
        let in_stock = self.in_stock.get(&item.variant).map(|units| (*units).max(0));
        let units = [item.quantity_offered, in_stock].into_iter().flatten().min();
        let scaled = units.map(|units| (units as f64 * self.times).ceil() as i64);
        // What is there at all is offered at least once.
        FlashSaleItem { quantity_offered: scaled.map(|scaled| scaled.max(1)), quantity_claimed: 0, ..item.clone() }
    }
}

/// The sale opening at this instant and played at this pace.
fn moved(sale: &FlashSale, opens_at: Timestamp, pace: Pace) -> FlashSale {
    let micros = |seconds: f64| (seconds * 1e6).round() as i64;
    let early = |at: Timestamp| {
        let before_s = sale.opens_at.micros_since(at) as f64 / 1e6 / pace.speed;
        Timestamp(opens_at.0 - micros(before_s))
    };
    FlashSale {
        early_access_at: sale.early_access_at.map(early),
        opens_at,
        closes_at: Timestamp(opens_at.0 + micros(pace.open_s())),
        ..sale.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use commerce::FlashSaleId;
    use commerce::sale::BeforeOpening;

    fn item(quantity_offered: Option<i64>) -> FlashSaleItem {
        FlashSaleItem {
            variant: VariantId(7),
            price_minor: 6_000,
            quantity_offered,
            quantity_per_customer_max: Some(2),
            quantity_claimed: 0,
        }
    }

    #[test]
    fn units_are_as_many_times_fewer_as_visits_are_and_never_more_than_there_are() {
        let in_stock = InStock::from([(VariantId(7), 80)]);
        for (offered, in_stock, copied) in [
            (Some(50), Some(&in_stock), Some(5)),
            (Some(200), Some(&in_stock), Some(8)),
            (None, Some(&in_stock), Some(8)),
            (Some(3), Some(&in_stock), Some(1)),
            (Some(50), None, Some(5)),
            (None, None, None),
        ] {
            let nothing = InStock::new();
            let scale = Scale { times: 0.1, in_stock: in_stock.unwrap_or(&nothing) };
            assert_eq!(scale.item(&item(offered)).quantity_offered, copied, "{offered:?}");
        }
    }

    #[test]
    fn a_sale_opens_when_it_is_told_to_and_is_as_short_as_it_is_played() {
        let at = |minutes: i64| Timestamp::from_seconds(1_800_000_000).plus_minutes(minutes);
        let sale = FlashSale {
            id: FlashSaleId(1),
            handle: "friday".into(),
            name: "Friday".into(),
            teaser: String::new(),
            picture: None,
            early_access_at: Some(at(-60)),
            opens_at: at(0),
            closes_at: at(720),
            before_opening: BeforeOpening::NotForSale,
            status: FlashSaleStatus::Draft,
            items: vec![item(Some(50))],
        };
        let moved = moved(&sale, at(-5_000), Pace { speed: 60.0, scale: 0.1, minutes: 120 });
        assert_eq!((moved.early_access_at, moved.opens_at, moved.closes_at), (Some(at(-5_001)), at(-5_000), at(-4_998)));
    }
}
