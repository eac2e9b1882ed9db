//! Sign-in, the two pages of few words, and the dashboard.

use crate::admin::form::Form;
use commerce::{FlashSaleId, OrderId, Timestamp, VariantId};
use serde::Serialize;

/// The sign-in page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SignIn {
    /// E-mail address and where to go afterwards; never the password.
    pub form: Form,
}

/// The question before something is destroyed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Confirm {
    /// A whole question.
    pub question: String,
    /// What will be gone.
    pub consequence: String,
    /// What the button says.
    pub verb: String,
    /// Where the answer goes.
    pub action: String,
    /// Where “no” leads.
    pub back: String,
}

/// What is shown instead of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Problem {
    /// In few words.
    pub heading: String,
    /// What to do about it.
    pub text: String,
    /// A way out.
    pub back: String,
}

/// How the shop stands today.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Dashboard {
    /// The instant.
    pub now: Timestamp,
    /// Totals of today's orders.
    pub sales_today_minor: i64,
    /// Totals of yesterday's orders.
    pub sales_yesterday_minor: i64,
    /// Orders since midnight.
    pub orders_today: i64,
    /// Orders of the day before.
    pub orders_yesterday: i64,
    /// Orders with units still to send.
    pub orders_waiting: i64,
    /// Counted variants at or under the shop's low mark.
    pub low_stock_count: usize,
    /// The sale that is open, or the next one.
    pub sale: Option<SaleCard>,
    /// Revenue per day.
    pub chart: Chart,
    /// Who is here.
    pub crowd: CrowdCard,
    /// What waits for the seller.
    pub todo: Vec<Todo>,
    /// The variants with the fewest units.
    pub low_stock: Vec<LowStockRow>,
    /// The latest orders.
    pub recent: Vec<RecentOrder>,
    /// The last proof of the books.
    pub books: Option<super::BooksCard>,
}

/// How many people are in the shop, now and in the last hours.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CrowdCard {
    /// Who has asked for a page within five minutes: `12,345`.
    pub active: String,
    /// Who has asked for a page within half an hour.
    pub sessions: String,
    /// Whether anybody was here in the hours that the chart shows.
    pub has_chart: bool,
    /// Corners of the line of active people, minute by minute.
    pub active_points: String,
    /// Corners of the line of sessions.
    pub sessions_points: String,
    /// Lines behind the curves.
    pub lines: Vec<ChartLine>,
    /// Times under the chart.
    pub times: Vec<ChartTime>,
    /// The highest numbers of each quarter of an hour, oldest first.
    pub rows: Vec<CrowdRow>,
    /// Pages that robots asked for in these hours, if they did.
    pub robot_pages: Option<String>,
}

/// A time under a chart.
#[derive(Clone, Debug, Serialize)]
pub struct ChartTime {
    /// Where it stands.
    pub x: f64,
    /// `14:30`
    pub label: String,
}

/// The most people within a quarter of an hour.
#[derive(Clone, Debug, Serialize)]
pub struct CrowdRow {
    /// When it begins: `14:30`.
    pub at: String,
    /// Most active people.
    pub active: String,
    /// Most sessions.
    pub sessions: String,
}

/// A sale on the dashboard.
#[derive(Clone, Debug, Serialize)]
pub struct SaleCard {
    /// The sale.
    pub id: FlashSaleId,
    /// Its name.
    pub name: String,
    /// `open` or `upcoming`.
    pub phase: &'static str,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// What is counted down to, milliseconds since 1970.
    pub countdown_to_ms: i64,
    /// The countdown at this instant.
    pub countdown_text: String,
    /// Units offered in all; zero when an item has no limit.
    pub units_offered: i64,
    /// Units in live reservations and orders.
    pub units_claimed: i64,
}

/// Revenue per day as bars, already laid out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Chart {
    /// One per day, oldest first.
    pub bars: Vec<Bar>,
    /// Lines behind the bars.
    pub lines: Vec<ChartLine>,
    /// All days together.
    pub total_minor: i64,
    /// All days together.
    pub total_orders: i64,
}

/// One bar.
#[derive(Clone, Debug, Serialize)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Middle.
    pub middle: f64,
    /// The day.
    pub label: String,
    /// Whether there is room for the label.
    pub label_shown: bool,
    /// Orders of the day.
    pub orders: i64,
    /// Totals of the day's orders.
    pub revenue_minor: i64,
}

/// A line behind the bars.
#[derive(Clone, Debug, Serialize)]
pub struct ChartLine {
    /// Height in the picture.
    pub y: f64,
    /// The amount it stands for.
    pub label: String,
}

/// Something to do.
#[derive(Clone, Debug, Serialize)]
pub struct Todo {
    /// What.
    pub text: String,
    /// Where.
    pub path: &'static str,
    /// Whether it is done.
    pub done: bool,
}

/// A variant that runs low.
#[derive(Clone, Debug, Serialize)]
pub struct LowStockRow {
    /// Which.
    pub variant: VariantId,
    /// Its product.
    pub product_title: String,
    /// Its options.
    pub variant_title: String,
    /// Units left.
    pub available: i64,
}

/// An order on the dashboard.
#[derive(Clone, Debug, Serialize)]
pub struct RecentOrder {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub number: String,
    /// When.
    pub placed_at: Timestamp,
    /// How much was sent.
    pub fulfillment: &'static str,
    /// What was charged.
    pub total_minor: i64,
}
