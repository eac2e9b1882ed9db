//! The way in and out as CSV. A file is compared first and waits in memory; only its confirmation changes anything.

use super::form::Form;
use super::once;
use super::seat::{At, Seat, private};
use super::uploads;
use super::views::{Change, ImportReview, ImportRow, ImportStart, LineProblem};
use crate::error::Error;
use crate::markdown::clean_html;
use axum::extract::Multipart;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use commerce::{Money, ShopId, Timestamp};
use db::catalog::{Difference, ImportError, ImportMode, ImportReport, ImportRequest};
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The largest file, bytes.
pub(crate) const FILE_BYTES_MAX: usize = 64 << 20;
/// Files that wait for their confirmation, of all shops.
const WAITING_MAX: usize = 8;
/// How long a file waits, minutes.
const WAITING_MINUTES: i64 = 60;
/// Differences shown.
const ROWS_MAX: usize = 200;
/// Rows of one statement when everything is taken out.
const ROWS_AT_ONCE: u32 = 500;

/// Files that wait for their confirmation.
#[derive(Debug, Default)]
pub(super) struct WaitingFiles(Mutex<Vec<Waiting>>);

#[derive(Debug)]
struct Waiting {
    key: String,
    shop: ShopId,
    body: Arc<[u8]>,
    since: Timestamp,
}

/// `GET /admin/imports`
pub async fn start(seat: Seat) -> Result<Response, Error> {
    seat.page(&start_page(Form::default())).await
}

/// `POST /admin/imports`
pub async fn compare(seat: Seat, body: Multipart) -> Result<Response, Error> {
    let mut form = Form::default();
    let upload = match uploads::receive(body, "file", FILE_BYTES_MAX, 1).await {
        Ok(mut uploads) => uploads.remove(0),
        Err(problem) => {
            form.refuse("file", problem);
            return seat.refused(&start_page(form)).await;
        }
    };
    let body: Arc<[u8]> = upload.body.into();
    match run(&seat, &body, ImportMode::DryRun).await? {
        Ok(report) => {
            let key = once::random(16);
            seat.app.desk_memory().files.wait(Waiting {
                key: key.clone(),
                shop: seat.shop(),
                body: Arc::clone(&body),
                since: seat.now(),
            });
            let lines = body.iter().filter(|byte| **byte == b'\n').count();
            seat.page(&review(key, upload.file_name, lines, report)).await
        }
        Err(problem) => {
            form.refuse("file", problem);
            seat.refused(&start_page(form)).await
        }
    }
}

/// `POST /admin/imports/{key}/confirm`
pub async fn confirm(seat: Seat, At(key): At<String>) -> Result<Response, Error> {
    let Some(waiting) = seat.app.desk_memory().files.take(&key, seat.shop(), seat.now()) else {
        return Ok(seat.done("/admin/imports", "This file was imported already, or waited too long. Upload it again to be sure."));
    };
    match run(&seat, &waiting.body, ImportMode::Write).await? {
        Ok(report) => {
            let message =
                format!("{} products added, {} changed, {} unchanged.", report.created, report.updated, report.unchanged);
            seat.changed("/admin/products", &message).await
        }
        Err(problem) => {
            let mut form = Form::default();
            form.refuse("file", problem);
            seat.refused(&start_page(form)).await
        }
    }
}

/// `GET /admin/imports/products.csv`
pub async fn products_csv(seat: Seat) -> Result<Response, Error> {
    let mut body = Vec::new();
    let dialect = commerce::catalog::csv::Dialect::Classic;
    let exported = db::catalog::export(seat.db(), seat.shop(), dialect, &mut body).await;
    exported.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(download("products.csv", body))
}

/// `GET /admin/imports/inventory.csv`
pub async fn inventory_csv(seat: Seat) -> Result<Response, Error> {
    let mut out = String::from("Product,Variant,SKU,On hand,Reserved,Allocated,Available\r\n");
    for page in 1.. {
        let (lines, _) = db::stock::list_stock(seat.db(), seat.shop(), "", page, ROWS_AT_ONCE).await?;
        for line in &lines {
            let item = line.item;
            let counts = [item.on_hand, item.reserved, item.allocated, item.available()].map(|count| count.to_string());
            let [on_hand, reserved, allocated, available] = counts;
            let (title, variant, sku) = (cell(&line.title), cell(&line.option_values.join(" / ")), cell(&line.sku));
            out.push_str(&[title, variant, sku, on_hand, reserved, allocated, available].join(","));
            out.push_str("\r\n");
        }
        if lines.len() < ROWS_AT_ONCE as usize {
            break;
        }
    }
    Ok(download("inventory.csv", out.into_bytes()))
}

/// `GET /admin/imports/orders.csv`
pub async fn orders_csv(seat: Seat) -> Result<Response, Error> {
    let mut out = String::from("Number,Placed at (UTC),Status,Payment,Fulfillment,Customer,Email,Units,Currency,Total\r\n");
    let filter = db::orders::OrderFilter::default();
    for page in 1.. {
        let (orders, _) = db::orders::list_orders(seat.db(), seat.shop(), &filter, page, ROWS_AT_ONCE).await?;
        for order in &orders {
            let cells = [
                order.number.to_string(),
                super::format::utc(order.placed_at),
                order.status.as_str().into(),
                order.payment_status.as_str().into(),
                order.fulfillment_status.as_str().into(),
                cell(&order.customer_name),
                cell(&order.email),
                order.units.to_string(),
                order.currency.code().into(),
                Money::new(order.total_minor, order.currency).to_decimal(),
            ];
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        if orders.len() < ROWS_AT_ONCE as usize {
            break;
        }
    }
    Ok(download("orders.csv", out.into_bytes()))
}

/// A text as a cell. What a spreadsheet would run as a formula is kept from being one.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn download(name: &str, body: Vec<u8>) -> Response {
    let mut response = private(body.into_response());
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).expect("names here are plain ASCII");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    response
}

/// Reads the file; a file refused as a whole is refused in words.
async fn run(seat: &Seat, body: &Arc<[u8]>, mode: ImportMode) -> Result<Result<ImportReport, String>, Error> {
    let open = || Ok(Box::new(Cursor::new(Arc::clone(body))) as Box<dyn Read + Send>);
    let request = ImportRequest {
        open: &open,
        clean: &clean_html,
        progress: &mut |_| {},
        mode,
        actor: &seat.seller.email,
        now: seat.now(),
    };
    match db::catalog::import(seat.db(), seat.shop(), request).await {
        Ok(report) => Ok(Ok(report)),
        Err(ImportError::File(problem)) => Ok(Err(problem.to_string())),
        Err(ImportError::NoShop) => Err(Error::NotFound),
        Err(ImportError::Database(error)) => Err(error.into()),
    }
}

fn start_page(form: Form) -> ImportStart {
    ImportStart { upload_megabytes_max: FILE_BYTES_MAX >> 20, form }
}

fn review(key: String, file_name: String, lines: usize, report: ImportReport) -> ImportReview {
    let problem = |error: commerce::catalog::csv::RowError| LineProblem {
        line: usize::try_from(error.line).unwrap_or(0),
        text: error.column.map_or(error.message.clone(), |column| format!("{column}: {}", error.message)),
    };
    let listed = report.differences.listed.len();
    ImportReview {
        key,
        file_name,
        lines,
        products_new: report.created,
        products_changed: report.updated,
        products_unchanged: report.unchanged,
        problems: report.errors.listed.into_iter().map(problem).collect(),
        rows: report.differences.listed.into_iter().take(ROWS_MAX).map(row).collect(),
        rows_left_out: report.differences.more + listed.saturating_sub(ROWS_MAX),
    }
}

fn row(difference: Difference) -> ImportRow {
    let changes = difference.changes.into_iter().take(12).map(|change| Change {
        field: if change.variant.is_empty() { change.field.to_owned() } else { format!("{} ({})", change.field, change.variant) },
        before: short(&change.old),
        after: short(&change.new),
    });
    ImportRow {
        changes: changes.collect(),
        title: difference.title,
        handle: difference.handle,
        state: if difference.created { "new" } else { "changed" },
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(80).chain(['…']).collect() }
}

impl WaitingFiles {
    fn wait(&self, file: Waiting) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|known| known.since.plus_minutes(WAITING_MINUTES) > file.since);
        if waiting.len() >= WAITING_MAX {
            waiting.remove(0);
        }
        waiting.push(file);
    }

    fn take(&self, key: &str, shop: ShopId, now: Timestamp) -> Option<Waiting> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|known| known.since.plus_minutes(WAITING_MINUTES) > now);
        let place = waiting.iter().position(|known| known.key == key && known.shop == shop)?;
        Some(waiting.remove(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_cannot_put_a_formula_into_the_sellers_spreadsheet() {
        assert_eq!(cell("Ada \"Countess\" Lovelace"), "\"Ada \"\"Countess\"\" Lovelace\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
