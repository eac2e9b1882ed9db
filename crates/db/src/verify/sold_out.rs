//! Whether “sold out” was true: the history of a variant's stock, and of what sales offered of it, second by second.
//!
//! A ledger knows the instant of every movement, but an answer does not know the instant at which it was made: a page is printed,
//! kept by a cache and read, and two machines' clocks differ. So an answer is true if there was an instant at which it was, from
//! so long before it was asked for as such an answer may be old, until a moment after it was read.

use super::proof::Named;
use super::walk::Walk;
use super::{Books, Invariant};
use crate::{Result, Row, Value, params, sql};
use commerce::stock::MovementKind;
use commerce::{Timestamp, VariantId};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// How old a page may be, seconds: a page is printed anew a second after its stock has moved, a cache keeps it for one more and
/// may show it for five while it asks for the next; the rest is for a busy moment.
const PAGE_SECONDS_MAX: i64 = 10;
/// How old what a checkout decides by may be, seconds: what is certainly sold out is refused by figures of a second ago.
const DECISION_SECONDS_MAX: i64 = 2;
/// How far the clock of whoever asked may be from the shop's, seconds.
const CLOCKS_APART_SECONDS: i64 = 1;

/// A buyer was told that there are fewer units than they want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldOut {
    /// Of which variant.
    pub variant: VariantId,
    /// How many they wanted.
    pub quantity: u32,
    /// What said so.
    pub said_by: SaidBy,
    /// When it was asked for, UTC, by the buyer's clock.
    pub asked_at: Timestamp,
    /// When the answer was read, UTC, by the buyer's clock.
    pub at: Timestamp,
}

/// What said that something is sold out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidBy {
    /// A page, which may be a few seconds old.
    Page,
    /// The answer to a checkout's form.
    Checkout,
}

impl SoldOut {
    /// The seconds since 1970 in which it may have been decided, the first and the last.
    fn seconds(&self) -> (i64, i64) {
        let age = match self.said_by {
            SaidBy::Page => PAGE_SECONDS_MAX,
            SaidBy::Checkout => DECISION_SECONDS_MAX,
        };
        (self.asked_at.plus_seconds(-age - CLOCKS_APART_SECONDS).seconds(), self.at.plus_seconds(CLOCKS_APART_SECONDS).seconds())
    }
}

/// The histories of the variants that were called sold out so far.
#[derive(Default)]
pub(super) struct Histories(HashMap<VariantId, Option<History>>);

impl Histories {
    /// Holds an answer against the history of its variant, which is read when it is first asked for.
    pub(super) async fn check(&mut self, books: &mut Books<'_>, answer: &SoldOut) -> Result<()> {
        books.findings.row(Invariant::R4);
        let history = match self.0.entry(answer.variant) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unread) => unread.insert(History::read(books, answer.variant).await?),
        };
        let said_by = match answer.said_by {
            SaidBy::Page => "a page",
            SaidBy::Checkout => "a checkout",
        };
        let detail = match history {
            None => "was called sold out, and there is no such variant".to_owned(),
            Some(history) => match history.least(answer.seconds()) {
                Some(least) if least < i64::from(answer.quantity) => return Ok(()),
                least => {
                    let least = least.map_or("any number".to_owned(), |least| format!("at least {least}"));
                    let (quantity, at) = (answer.quantity, time_of_day(answer.at));
                    format!("{said_by} said at {at} that there were not {quantity}, and {least} could be had")
                }
            },
        };
        let row = Named::of_variant(answer.variant.0, format!("variant {}", answer.variant));
        books.findings.broken(Invariant::R4, row, detail);
        Ok(())
    }
}

/// `09:41:07 UTC`.
fn time_of_day(at: Timestamp) -> String {
    let second = at.seconds().rem_euclid(24 * 60 * 60);
    format!("{:02}:{:02}:{:02} UTC", second / 3_600, second / 60 % 60, second % 60)
}

/// What could be had of a variant, through all its time.
struct History {
    /// Units in the building that nobody had claimed; nothing where orders are taken beyond the stock.
    stock: Option<Least>,
    /// Units that each sale still offered, and when it was open.
    sales: Vec<OfSale>,
}

struct OfSale {
    id: i64,
    opens: i64,
    closes: i64,
    offered: i64,
    /// Nothing where the variant's stock is not counted: then no movement tells what the sale has claimed.
    left: Option<Least>,
}

/// The least there was in each second in which something moved.
struct Least {
    at_first: i64,
    seconds: BTreeMap<i64, Second>,
}

#[derive(Clone, Copy)]
struct Second {
    least: i64,
    last: i64,
}

impl Least {
    const fn new(at_first: i64) -> Self {
        Self { at_first, seconds: BTreeMap::new() }
    }

    /// From this second on there are so many.
    fn becomes(&mut self, second: i64, units: i64) {
        let entry = self.seconds.entry(second).or_insert(Second { least: units, last: units });
        *entry = Second { least: entry.least.min(units), last: units };
    }

    /// The least from the beginning of `first` to the end of `last`.
    fn between(&self, first: i64, last: i64) -> i64 {
        let before = self.seconds.range(..first).next_back().map_or(self.at_first, |(_, second)| second.last);
        self.seconds.range(first..=last).map(|(_, second)| second.least).fold(before, i64::min)
    }
}

impl History {
    /// `None` when the shop has no such variant.
    async fn read(books: &mut Books<'_>, variant: VariantId) -> Result<Option<Self>> {
        let item = sql!("SELECT oversell FROM stock_items WHERE shop_id = $1 AND variant_id = $2");
        let Some(is_unlimited) = books.query(item, &params![variant]).await?.first().map(|row| row.get::<bool>(0)) else {
            return Ok(None);
        };
        let mut history = Self { stock: (!is_unlimited).then_some(Least::new(0)), sales: limited_sales(books, variant).await? };
        let movements = sql!(
            "SELECT variant_id, sequence, kind, reserved_delta, allocated_delta, on_hand_after - reserved_after - allocated_after,
                cause, at
             FROM stock_movements
             WHERE shop_id = $1 AND variant_id = $2 AND sequence > $3 ORDER BY sequence LIMIT $4"
        );
        let mut walk = Walk::new(movements, &params![variant, i64::MIN]);
        while let Some(rows) = walk.next(books).await? {
            let sales = if history.sales.is_empty() { vec![None; rows.len()] } else { sales_of(books, variant, &rows).await? };
            for (row, sale) in rows.iter().zip(sales) {
                history.moved(row, sale);
            }
        }
        Ok(Some(history))
    }

    /// A movement, and the sale whose price its buyer had.
    fn moved(&mut self, row: &Row, sale: Option<i64>) {
        let second = row.get::<Timestamp>(7).seconds();
        if let Some(stock) = &mut self.stock {
            stock.becomes(second, row.get(5));
        }
        let kind: String = row.get(2);
        // What a reservation has claimed stays claimed while it becomes an order and is sent.
        let claimed: i64 = match MovementKind::ALL.into_iter().find(|known| known.as_str() == kind) {
            Some(MovementKind::Reserve | MovementKind::Release | MovementKind::Expire) => row.get(3),
            Some(MovementKind::Deallocate) => row.get(4),
            _ => return,
        };
        let Some(sale) = self.sales.iter_mut().find(|of_sale| Some(of_sale.id) == sale) else { return };
        sale.offered -= claimed;
        let offered = sale.offered;
        if let Some(left) = &mut sale.left {
            left.becomes(second, offered);
        }
    }

    /// The least that could be had in these seconds, the first and the last; nothing where there was no end to it.
    fn least(&self, (first, last): (i64, i64)) -> Option<i64> {
        let in_building = self.stock.as_ref().map(|stock| stock.between(first, last));
        let open = self.sales.iter().filter(|sale| sale.opens <= last && sale.closes >= first);
        let in_sales = open.map(|sale| {
            let (first, last) = (first.max(sale.opens), last.min(sale.closes));
            sale.left.as_ref().map_or(0, |left| left.between(first, last))
        });
        in_building.into_iter().chain(in_sales).min()
    }
}

/// The sales that offer no more than a number of it.
async fn limited_sales(books: &mut Books<'_>, variant: VariantId) -> Result<Vec<OfSale>> {
    let sales = sql!(
        "SELECT i.sale_id, i.quantity_offered, COALESCE(s.early_access_at, s.opens_at), s.closes_at, v.stock_tracked
         FROM flash_sale_items i
         JOIN flash_sales s ON s.shop_id = i.shop_id AND s.sale_id = i.sale_id
         JOIN variants v ON v.shop_id = i.shop_id AND v.variant_id = i.variant_id
         WHERE i.shop_id = $1 AND i.variant_id = $2 AND i.quantity_offered IS NOT NULL AND s.status <> 'draft'
         ORDER BY i.sale_id"
    );
    let rows = books.query(sales, &params![variant]).await?;
    let of_sale = |row: &Row| {
        let (opens, closes): (Timestamp, Timestamp) = (row.get(2), row.get(3));
        let (offered, is_counted): (i64, bool) = (row.get(1), row.get(4));
        let left = is_counted.then_some(Least::new(offered));
        OfSale { id: row.get(0), opens: opens.seconds(), closes: closes.seconds(), offered, left }
    };
    Ok(rows.iter().map(of_sale).collect())
}

/// The sale on the line that caused each movement, where one did.
async fn sales_of(books: &mut Books<'_>, variant: VariantId, movements: &[Row]) -> Result<Vec<Option<i64>>> {
    let of_reservation =
        sql!("SELECT sale_id FROM reservation_lines WHERE shop_id = $1 AND reservation_id = $2 AND variant_id = $3");
    let of_order = sql!("SELECT sale_id FROM order_lines WHERE shop_id = $1 AND order_id = $2 AND variant_id = $3");
    let mut sales = vec![None; movements.len()];
    for (noun, line) in [("reservation:", of_reservation), ("order:", of_order)] {
        let caused = |row: &Row| row.get::<String>(6).strip_prefix(noun).and_then(|id| id.parse::<i64>().ok());
        let causes: Vec<(usize, i64)> = movements.iter().enumerate().filter_map(|(at, row)| Some((at, caused(row)?))).collect();
        let params: Vec<Vec<Value>> = causes.iter().map(|(_, id)| params![*id, variant].to_vec()).collect();
        let found = books.query_many(line, &params).await?;
        for ((at, _), rows) in causes.iter().zip(&found) {
            sales[*at] = rows.first().and_then(|row| row.get(0));
        }
    }
    Ok(sales)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_a_time_is_what_there_was_before_and_what_moved_within() {
        let mut least = Least::new(0);
        for (second, units) in [(10, 5), (20, 1), (20, 0), (20, 2), (30, 4)] {
            least.becomes(second, units);
        }
        for (first, last, expected) in
            [(0, 5, 0), (0, 10, 0), (11, 19, 5), (11, 20, 0), (20, 20, 0), (21, 29, 2), (21, 30, 2), (31, 99, 4)]
        {
            assert_eq!(least.between(first, last), expected, "seconds {first} to {last}");
        }
    }
}
