//! The sale's items as the shop has them: what they are called, what there is of them, where their pages are.

use super::Wish;
use super::crowd::OnSale;
use super::figures::{Item, Seen};
use crate::load_tests::staged_sale::InStock;
use commerce::catalog::Product;
use commerce::sale::FlashSaleItem;
use commerce::{Money, VariantId};
use db::Db;
use db::catalog::load_each_in;
use db::stock::{StockLine, load_stock_of};
use forecast::MarketingPlan;
use forecast::data::Forecast;
use std::collections::HashMap;

/// Items whose pages are looked at, at most: three times each while a crowd is there.
const LOOKED_AT_MAX: usize = 20;

/// What is in a sale.
pub struct Shelf {
    rows: Vec<Row>,
    /// Units that are free to buy, where they are counted.
    pub in_stock: InStock,
}

struct Row {
    item: FlashSaleItem,
    line: StockLine,
    handle: String,
    requires_shipping: bool,
    ordinary: Money,
    in_sale: Money,
}

/// The pages of a sale's first items.
pub struct Pages(Vec<String>);

impl Pages {
    /// Their addresses, in the order of the items.
    pub fn paths(&self) -> Vec<String> {
        self.0.clone()
    }
}

impl Shelf {
    /// Reads it from the shop itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn read(db: &Db, wish: &Wish) -> db::Result<Self> {
        let variants: Vec<VariantId> = wish.sale.items.iter().map(|item| item.variant).collect();
        let lines = load_stock_of(db, wish.shop.id, &variants).await?;
        let mut ids: Vec<_> = lines.iter().map(|line| line.product).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut tx = db.begin_read().await?;
        let products: Vec<Product> = load_each_in(&mut tx, wish.shop.id, &ids).await?;
        tx.rollback().await;
        let products: HashMap<_, _> = products.into_iter().map(|product| (product.id, product)).collect();
        let money = |minor| Money::new(minor, wish.shop.currency);
        let counted = lines.iter().filter(|line| line.tracked);
        let in_stock = counted.map(|line| (line.variant, line.item.available())).collect();
        let row = |line: StockLine| {
            let item = wish.sale.item(line.variant)?.clone();
            let product = products.get(&line.product)?;
            let requires_shipping = product.variants.iter().any(|own| own.id == line.variant && own.requires_shipping);
            let (ordinary, in_sale) = (money(line.price_minor), money(item.price_minor));
            Some(Row { item, line, handle: product.handle.clone(), requires_shipping, ordinary, in_sale })
        };
        Ok(Self { rows: lines.into_iter().filter_map(row).collect(), in_stock })
    }

    /// The items as a plan sees them.
    pub fn on_sale(&self) -> Vec<OnSale> {
        self.rows.iter().map(Row::on_sale).collect()
    }

    /// Where prices are looked at.
    pub fn pages(&self) -> Pages {
        let path = |row: &Row| format!("/products/{}?variant={}", row.handle, row.item.variant);
        Pages(self.rows.iter().take(LOOKED_AT_MAX).map(path).collect())
    }

    /// The items with what was found of them.
    pub fn items(
        &self,
        plan: &MarketingPlan,
        forecast: &Forecast,
        seen: &[Vec<Seen>],
        sold_out: &HashMap<VariantId, f64>,
    ) -> Vec<Item> {
        let opening = plan.minute(plan.sale.opens) as f64;
        let on_sale = self.on_sale();
        let item = |(at, row): (usize, &Row)| {
            let own = &on_sale[at];
            let expected = forecast.items.iter().find(|item| own.is_meant_by(&item.name));
            // What is wanted of a product is wanted of its variants as they are offered.
            let meant = expected.map_or(0_i64, |item| {
                on_sale.iter().filter(|other| other.is_meant_by(&item.name)).filter_map(|other| other.units).sum()
            });
            let share = own.units.map_or(0.0, |units| units as f64 / meant.max(1) as f64);
            let prices: Option<Vec<Seen>> = seen.iter().map(|look| look.get(at).cloned()).collect();
            Item {
                name: own.name.clone(),
                offered: row.item.quantity_offered,
                in_stock: self.in_stock.get(&row.item.variant).copied(),
                requires_shipping: row.requires_shipping,
                is_unlimited_per_customer: row.item.quantity_per_customer_max.is_none(),
                price_falls: row.item.price_minor < row.line.price_minor,
                wanted: expected.map(|item| [item.wanted.planned * share, item.wanted.p95 * share]),
                forecast_sold_out_minute: expected.and_then(|item| item.sold_out_minute.planned).map(|minute| minute - opening),
                sold_out_minute: sold_out.get(&row.item.variant).copied(),
                ordinary: row.ordinary.to_string(),
                in_sale: row.in_sale.to_string(),
                seen: prices.and_then(|prices| prices.try_into().ok()),
            }
        };
        self.rows.iter().enumerate().map(item).collect()
    }
}

impl Row {
    fn on_sale(&self) -> OnSale {
        let options = self.line.option_values.join(" / ");
        let counted = self.line.tracked.then(|| self.line.item.available().max(0));
        let decimal: f64 = self.in_sale.to_decimal().parse().unwrap_or(0.0);
        OnSale {
            name: if options.is_empty() { self.line.title.clone() } else { format!("{}, {options}", self.line.title) },
            product: self.line.title.clone(),
            handle: self.handle.clone(),
            sku: self.line.sku.clone(),
            units: [self.item.quantity_offered, counted].into_iter().flatten().min(),
            price: decimal,
        }
    }
}
