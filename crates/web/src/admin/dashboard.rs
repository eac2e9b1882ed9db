//! The first page of the desk: how the shop stands today.

use super::format;
use super::seat::Seat;
use super::views::{Bar, Chart, ChartLine, Dashboard, LowStockRow, RecentOrder, SaleCard, Todo};
use crate::error::Error;
use axum::response::Response;
use commerce::sale::{FlashSale, FlashSalePhase};
use commerce::{Currency, Timestamp};
use db::orders::{OrderFilter, Takings, list_orders, takings};

/// Days of the chart.
const DAYS: i32 = 14;
/// Rows of the small tables.
const ROWS: usize = 6;

/// `GET /admin`
pub async fn show(seat: Seat) -> Result<Response, Error> {
    let (now, shop, zone) = (seat.now(), seat.shop(), seat.zone().to_owned());
    // Hours, because days of the shop's zone can have 23 or 25 of them.
    let from = format::day_start(now, &zone, DAYS - 1);
    let hours = takings(seat.db(), shop, from, 3_600).await?;
    let days: Vec<Takings> = (0..DAYS).rev().map(|back| of_day(&hours, now, &zone, back)).collect();
    let (today, yesterday) = (days[days.len() - 1], days[days.len() - 2]);

    let waiting = OrderFilter { status: "open".into(), fulfillment_status: "unfulfilled".into(), ..OrderFilter::default() };
    let (_, orders_waiting) = list_orders(seat.db(), shop, &waiting, 1, 1).await?;
    let (recent, _) = list_orders(seat.db(), shop, &OrderFilter::default(), 1, ROWS as u32).await?;
    let low_mark = seat.in_memory.snapshot.shop.checkout.low_stock_from;
    let low = db::stock::low_stock(seat.db(), shop, low_mark, 100).await?;
    let sales = db::flash_sales::list_flash_sales(seat.db(), shop).await?;

    let page = Dashboard {
        now,
        sales_today_minor: today.revenue_minor,
        sales_yesterday_minor: yesterday.revenue_minor,
        orders_today: today.orders,
        orders_yesterday: yesterday.orders,
        orders_waiting,
        low_stock_count: low.len(),
        sale: next_sale(&sales, now).map(|sale| sale_card(sale, now)),
        chart: chart(&days, seat.currency(), &zone),
        crowd: super::crowd::card(&seat).await?,
        todo: todo(&seat, orders_waiting, low.len(), &sales),
        books: super::books::card(&seat).await?,
        low_stock: low
            .into_iter()
            .take(ROWS)
            .map(|line| LowStockRow {
                variant: line.variant,
                variant_title: line.option_values.join(" / "),
                available: line.item.available(),
                product_title: line.title,
            })
            .collect(),
        recent: recent
            .into_iter()
            .map(|order| RecentOrder {
                id: order.id,
                number: format!("#{}", order.number),
                placed_at: order.placed_at,
                fulfillment: order.fulfillment_status.as_str(),
                total_minor: order.total_minor,
            })
            .collect(),
    };
    seat.page(&page).await
}

fn of_day(hours: &[Takings], now: Timestamp, zone: &str, days_back: i32) -> Takings {
    let from = format::day_start(now, zone, days_back);
    let until = if days_back == 0 { Timestamp(i64::MAX) } else { format::day_start(now, zone, days_back - 1) };
    let of_day = hours.iter().filter(|hour| hour.from >= from && hour.from < until);
    of_day.fold(Takings { from, orders: 0, revenue_minor: 0 }, |sum, hour| Takings {
        from,
        orders: sum.orders + hour.orders,
        revenue_minor: sum.revenue_minor + hour.revenue_minor,
    })
}

/// The open sale that closes first, else the next to open.
fn next_sale(sales: &[FlashSale], now: Timestamp) -> Option<&FlashSale> {
    let of_phase = |phase| sales.iter().filter(move |sale| sale.phase(now) == phase);
    let open = of_phase(FlashSalePhase::Open).min_by_key(|sale| sale.closes_at);
    open.or_else(|| of_phase(FlashSalePhase::Upcoming).min_by_key(|sale| sale.opens_at))
}

fn sale_card(sale: &FlashSale, now: Timestamp) -> SaleCard {
    let is_open = sale.phase(now) == FlashSalePhase::Open;
    let target = if is_open { sale.closes_at } else { sale.opens_at };
    let offered: Option<i64> = sale.items.iter().map(|item| item.quantity_offered).sum();
    SaleCard {
        id: sale.id,
        name: sale.name.clone(),
        phase: if is_open { "open" } else { "upcoming" },
        opens_at: sale.opens_at,
        closes_at: sale.closes_at,
        countdown_to_ms: target.0 / 1_000,
        countdown_text: format::countdown(target.micros_since(now) / 1_000_000),
        units_offered: offered.unwrap_or(0),
        units_claimed: sale.items.iter().map(|item| item.quantity_claimed).sum(),
    }
}

fn chart(days: &[Takings], currency: Currency, zone: &str) -> Chart {
    let highest = days.iter().map(|day| day.revenue_minor).max().unwrap_or(0);
    let scale = round_up(highest.max(1));
    let step = 584.0 / days.len() as f64;
    let bars = days.iter().enumerate().map(|(index, day)| {
        let height = (day.revenue_minor.max(0) as f64 / scale as f64 * 140.0 * 10.0).round() / 10.0;
        let x = ((52.0 + step * index as f64 + step * 0.14) * 10.0).round() / 10.0;
        let width = (step * 0.72 * 10.0).round() / 10.0;
        Bar {
            x,
            y: 165.0 - height,
            width,
            height,
            middle: x + width / 2.0,
            label: format::short_day(day.from, zone),
            label_shown: (days.len() - 1 - index).is_multiple_of(3),
            orders: day.orders,
            revenue_minor: day.revenue_minor,
        }
    });
    let line = |share: i64| ChartLine { y: 165.0 - 140.0 * share as f64 / 2.0, label: round_money(scale * share / 2, currency) };
    Chart {
        bars: bars.collect(),
        // Where nothing was sold there is nothing to measure by.
        lines: if highest > 0 { vec![line(1), line(2)] } else { Vec::new() },
        total_minor: days.iter().map(|day| day.revenue_minor).sum(),
        total_orders: days.iter().map(|day| day.orders).sum(),
    }
}

/// A round amount, as short as it can be: `€20k`.
fn round_money(minor: i64, currency: Currency) -> String {
    let money = format::money(minor, currency);
    let whole = money.strip_suffix(".00").unwrap_or(&money);
    let short = [(",000,000", "m"), (",000", "k")];
    short
        .iter()
        .find_map(|(zeros, letter)| Some(format!("{}{letter}", whole.strip_suffix(zeros)?)))
        .unwrap_or_else(|| whole.to_owned())
}

/// The next number of the form 1, 2 or 5 followed by zeros.
pub(super) fn round_up(number: i64) -> i64 {
    let mut power = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            if power.saturating_mul(factor) >= number {
                return power.saturating_mul(factor);
            }
        }
        power = power.saturating_mul(10);
    }
}

fn todo(seat: &Seat, orders_waiting: i64, low: usize, sales: &[FlashSale]) -> Vec<Todo> {
    let snapshot = &seat.in_memory.snapshot;
    let mut todo = Vec::new();
    if orders_waiting > 0 {
        let text = format!("Send {orders_waiting} {}", if orders_waiting == 1 { "order" } else { "orders" });
        todo.push(Todo { text, path: "/admin/orders?status=open&fulfillment=unfulfilled", done: false });
    }
    if low > 0 {
        let text = format!("{low} {} low", if low == 1 { "variant runs" } else { "variants run" });
        todo.push(Todo { text, path: "/admin/inventory?level=low", done: false });
    }
    let steps = [
        ("Add your products", "/admin/products/new", !snapshot.products.is_empty()),
        ("Say where you deliver and for how much", "/admin/settings/shipping", !snapshot.shop.shipping.zones.is_empty()),
        ("Set your taxes", "/admin/settings/tax", !snapshot.shop.tax.rates.is_empty()),
        ("Give the shop your look", "/admin/settings/branding", !snapshot.shop.branding.hero_title.is_empty()),
        ("Write your info pages", "/admin/pages", !snapshot.pages.is_empty()),
        ("Leave an address for your customers", "/admin/settings/general", !snapshot.shop.contact.email.is_empty()),
        ("Plan your first flash sale", "/admin/flash-sales/new", !sales.is_empty()),
        ("Open the shop", "/admin/settings/general", snapshot.shop.open),
    ];
    if steps.iter().any(|(_, _, done)| !done) {
        todo.extend(steps.map(|(text, path, done)| Todo { text: text.into(), path, done }));
    }
    todo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_of_the_chart_is_a_round_number_above_the_highest_bar() {
        for (highest, scale) in [(1, 1), (3, 5), (10, 10), (128_450, 200_000), (999, 1_000)] {
            assert_eq!(round_up(highest), scale);
        }
    }

    #[test]
    fn amounts_beside_the_chart_are_short_enough_to_be_read() {
        let euro = Currency::from_code("EUR").expect("it is one");
        for (minor, label) in
            [(50, "€0.50"), (10_000, "€100"), (150_000, "€1,500"), (2_000_000, "€20k"), (500_000_000, "€5m"), (0, "€0")]
        {
            assert_eq!(round_money(minor, euro), label);
        }
    }
}
