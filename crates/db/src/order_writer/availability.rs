//! Availability, as pages show it: published to memory after each commit. Decisions never read it.
//!
//! A figure is only as good as its age: holds run out and other nodes sell without a word to this one. So that a crowd after the
//! last unit costs nothing, a shop may say "sold out" from memory while the figure is certain, which is for a second after it
//! was read. Figures that somebody was refused by are read anew by a job ([`refresh_availability`]).

use crate::{Db, Result, Row, params, sql};
use commerce::checkout::ShopState;
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

/// How long a figure is certain after it was read, microseconds: a refusal outlives the truth by no more.
pub const CERTAIN_MICROS: i64 = 1_000_000;
/// The most figures of a kind that are read anew in one round.
const ASKED_MAX: usize = 1_000;
/// The most lines of holds that have run out which one round counts as free; the rest waits for the next.
const RUN_OUT_MAX: usize = 10_000;
/// The most figures of a kind of which it is remembered that they have moved.
const MOVED_MAX: usize = 20_000;

/// Units left, per variant and per item of a sale.
#[derive(Debug, Default)]
pub struct Availability {
    variants: Figures<(ShopId, VariantId)>,
    sales: Figures<(ShopId, FlashSaleId, VariantId)>,
}

/// Figures of one kind.
#[derive(Debug)]
struct Figures<K> {
    known: RwLock<HashMap<K, Figure>>,
    /// Those that said "none left" to somebody since the last round.
    asked: Mutex<BTreeSet<K>>,
    /// What was shown of those that have moved since this was last taken.
    moved: Mutex<MovedFigures<K>>,
}

#[derive(Debug)]
struct MovedFigures<K> {
    left_before: BTreeMap<K, Option<i64>>,
    /// More have moved than are remembered.
    is_cut_short: bool,
}

/// A figure that has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved<K> {
    /// Whose.
    pub key: K,
    /// Units left when this was last asked; `None`: not known.
    pub before: Option<i64>,
    /// Units left; `None`: not known, or no limit.
    pub now: Option<i64>,
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

/// Units left, and when that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Figure {
    left: i64,
    /// `None`: read outside of the writer, some time ago.
    read_at: Option<Timestamp>,
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
        let figure = |left| Some(Figure { left, read_at: Some(now) });
        let counted = |variant| state.variants.get(variant).is_some_and(|terms| terms.stock_tracked);
        let stock = state.stock.iter().filter(|(variant, _)| counted(variant));
        self.variants.set(stock.map(|(variant, row)| ((shop, *variant), figure(row.item.available()))));
        let items = state.sales.iter().flat_map(|sale| sale.items.iter().map(move |item| (sale.id, item)));
        self.sales.set(items.map(|(sale, item)| {
            let left = item.quantity_offered.map(|offered| (offered - item.quantity_claimed).max(0));
            ((shop, sale, item.variant), left.and_then(figure))
        }));
    }

    /// What has moved since this was last asked. For one asker: what it was told is not told again.
    pub fn take_moved(&self) -> Movement {
        let (variants, is_cut_short) = self.variants.take_moved();
        let (sales, of_sales_cut_short) = self.sales.take_moved();
        Movement { variants, sales, is_cut_short: is_cut_short || of_sales_cut_short }
    }

    fn replace(&self, shop: ShopId, stock: &[Row], items: &[Row]) {
        let figure = |left| Figure { left, read_at: None };
        self.variants
            .replace(|(owner, _)| *owner == shop, stock.iter().map(|row| ((shop, row.get(0)), figure(row.get(1)))).collect());
        self.sales.replace(
            |(owner, _, _)| *owner == shop,
            items.iter().map(|row| ((shop, row.get(0), row.get(1)), figure(row.get(2)))).collect(),
        );
    }
}

impl<K> Default for MovedFigures<K> {
    fn default() -> Self {
        Self { left_before: BTreeMap::new(), is_cut_short: false }
    }
}

impl<K: Copy + Ord> MovedFigures<K> {
    fn note(&mut self, key: K, before: Option<&Figure>, now: Option<&Figure>) {
        let left = |figure: Option<&Figure>| figure.map(|figure| figure.left);
        if left(before) == left(now) || self.left_before.contains_key(&key) {
            return;
        }
        if self.left_before.len() < MOVED_MAX {
            self.left_before.insert(key, left(before));
        } else {
            self.is_cut_short = true;
        }
    }
}

impl<K> Default for Figures<K> {
    fn default() -> Self {
        Self { known: RwLock::default(), asked: Mutex::default(), moved: Mutex::default() }
    }
}

impl<K: Copy + Eq + Hash + Ord> Figures<K> {
    fn get(&self, key: K) -> Option<i64> {
        let left = self.known.read().unwrap_or_else(PoisonError::into_inner).get(&key)?.left;
        if left <= 0 {
            let mut asked = self.asked();
            if asked.len() < ASKED_MAX {
                asked.insert(key);
            }
        }
        Some(left)
    }

    fn certain(&self, key: &K, now: Timestamp) -> Option<i64> {
        let figure = self.known.read().unwrap_or_else(PoisonError::into_inner).get(key).copied()?;
        // A clock that was set back makes nothing certain either.
        let age = now.micros_since(figure.read_at?);
        (0..CERTAIN_MICROS).contains(&age).then_some(figure.left)
    }

    /// What was read at `now`, unless the writer has published something newer meanwhile.
    fn refresh(&self, key: K, left: i64, now: Timestamp) {
        let mut known = self.write();
        if known.get(&key).is_none_or(|figure| figure.read_at.is_none_or(|read_at| read_at < now)) {
            let figure = Figure { left, read_at: Some(now) };
            let before = known.insert(key, figure);
            self.moved().note(key, before.as_ref(), Some(&figure));
        }
    }

    /// Sets figures; `None` forgets one.
    fn set(&self, figures: impl Iterator<Item = (K, Option<Figure>)>) {
        let (mut known, mut moved) = (self.write(), self.moved());
        for (key, figure) in figures {
            let before = match figure {
                Some(figure) => known.insert(key, figure),
                None => known.remove(&key),
            };
            moved.note(key, before.as_ref(), figure.as_ref());
        }
    }

    /// Puts `figures` in place of all that `is_replaced` says.
    fn replace(&self, is_replaced: impl Fn(&K) -> bool, figures: HashMap<K, Figure>) {
        let (mut known, mut moved) = (self.write(), self.moved());
        known.retain(|key, before| {
            let stays = !is_replaced(key);
            if !stays && !figures.contains_key(key) {
                moved.note(*key, Some(before), None);
            }
            stays || figures.contains_key(key)
        });
        for (key, figure) in figures {
            let before = known.insert(key, figure);
            moved.note(key, before.as_ref(), Some(&figure));
        }
    }

    fn take_moved(&self) -> (Vec<Moved<K>>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *self.moved());
        let now = |key: &K| known.get(key).map(|figure| figure.left);
        let moved = taken.left_before.into_iter().map(|(key, before)| Moved { key, before, now: now(&key) });
        (moved.filter(|moved| moved.before != moved.now).collect(), taken.is_cut_short)
    }

    fn moved(&self) -> MutexGuard<'_, MovedFigures<K>> {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_asked(&self) -> Vec<K> {
        std::mem::take(&mut *self.asked()).into_iter().collect()
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<K>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, HashMap<K, Figure>> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
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

/// Reads the figures anew that have said "none left" to somebody since the last round. What has run out of its time counts as
/// free, whether or not it was tidied.
///
/// # Errors
/// When the database fails; figures that were not reached are asked for again by the next visitor.
pub async fn refresh_availability(db: &Db, availability: &Availability, now: Timestamp) -> Result<()> {
    let (variants, items) = (availability.variants.take_asked(), availability.sales.take_asked());
    let shops: BTreeSet<ShopId> = variants.iter().map(|key| key.0).chain(items.iter().map(|key| key.0)).collect();
    let stock = sql!("SELECT on_hand - reserved - allocated FROM stock_items WHERE shop_id = $1 AND variant_id = $2");
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
            availability.variants.refresh((shop, *variant), row.get::<i64>(0) + freed, now);
        }
        for (_, sale, variant) in items.iter().filter(|key| key.0 == shop) {
            let Some(row) = db.query_opt(shop, offer, &params![*sale, *variant]).await? else { continue };
            let of_item = run_out.iter().filter(|held| held.variant == *variant && held.sale == Some(*sale));
            let freed: i64 = of_item.map(|held| held.quantity).sum();
            availability.sales.refresh((shop, *sale, *variant), (row.get::<i64>(0) + freed).max(0), now);
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

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ShopId = ShopId(1);
    const BOARD: VariantId = VariantId(31);
    const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);

    fn published(left: i64) -> Availability {
        let availability = Availability::default();
        availability.variants.refresh((SHOP, BOARD), left, NOON);
        availability
    }

    #[test]
    fn a_figure_is_certain_for_a_second_and_shown_for_longer() {
        let availability = published(0);
        for (micros, expected) in [(0, Some(0)), (999_999, Some(0)), (1_000_000, None), (-1, None)] {
            let at = Timestamp(NOON.0 + micros);
            assert_eq!(availability.certain(SHOP, BOARD, at), expected, "{micros}");
        }
        assert_eq!(availability.get(SHOP, BOARD), Some(0));
        assert_eq!(availability.certain(SHOP, VariantId(1), NOON), None);
    }

    #[test]
    fn what_the_writer_published_meanwhile_is_not_overwritten_by_an_older_reading() {
        let availability = published(0);
        availability.variants.refresh((SHOP, BOARD), 7, Timestamp(NOON.0 - 1));
        assert_eq!(availability.get(SHOP, BOARD), Some(0));
        availability.variants.refresh((SHOP, BOARD), 7, Timestamp(NOON.0 + 1));
        assert_eq!(availability.get(SHOP, BOARD), Some(7));
    }

    #[test]
    fn what_has_moved_is_told_once_with_what_was_shown_before() {
        let availability = published(9);
        let told = |availability: &Availability| availability.take_moved().variants;
        let moved = |before, now| vec![Moved { key: (SHOP, BOARD), before, now }];
        assert_eq!(told(&availability), moved(None, Some(9)));
        availability.variants.refresh((SHOP, BOARD), 8, Timestamp(NOON.0 + 1));
        availability.variants.refresh((SHOP, BOARD), 7, Timestamp(NOON.0 + 2));
        assert_eq!(told(&availability), moved(Some(9), Some(7)));
        assert_eq!(told(&availability), []);
        availability.variants.refresh((SHOP, BOARD), 6, Timestamp(NOON.0 + 3));
        availability.variants.refresh((SHOP, BOARD), 7, Timestamp(NOON.0 + 4));
        assert_eq!(told(&availability), [], "it is where it was");
        availability.replace(SHOP, &[], &[]);
        assert_eq!(told(&availability), moved(Some(7), None));
    }

    #[test]
    fn only_what_said_none_left_is_read_anew() {
        let availability = published(0);
        availability.variants.refresh((SHOP, VariantId(1)), 3, NOON);
        availability.get(SHOP, VariantId(1));
        assert!(availability.variants.take_asked().is_empty());
        availability.get(SHOP, BOARD);
        assert_eq!(availability.variants.take_asked(), [(SHOP, BOARD)]);
        assert!(availability.variants.take_asked().is_empty());
    }
}
