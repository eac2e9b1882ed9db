//! The stock of every variant, corrected and received by command to the order writer, and its history.

use super::desk::Pages;
use super::form::Form;
use super::once::{self, Became, Submission};
use super::seat::{Asked, At, Seat, Typed, escaped, redirect};
use super::views::{InventoryList, InventoryShow, MovementRow, StockRow};
use crate::error::Error;
use axum::response::Response;
use commerce::VariantId;
use commerce::checkout::{Command, StockChange};
use db::stock::{LedgerRow, StockLine};

/// What a correction can be for, as sent and as shown.
const REASONS: [(&str, &str); 6] = [
    ("count", "Counted again"),
    ("delivery", "Delivery"),
    ("damaged", "Damaged"),
    ("lost", "Lost or stolen"),
    ("sample", "Given away"),
    ("other", "Other"),
];
/// Rows of the list of variants that run low.
const LOW_ROWS_MAX: u32 = 200;
/// Rows of a variant's history.
const MOVEMENTS_MAX: u32 = 200;
/// The largest change typed at once, units.
const CHANGE_UNITS_MAX: i64 = 1_000_000;

/// What went wrong with one row of the list.
struct Mistake {
    variant: VariantId,
    typed: String,
    problem: String,
}

/// `GET /admin/inventory`
pub async fn list(seat: Seat, asked: Asked) -> Result<Response, Error> {
    let page = listed(&seat, &asked, None).await?;
    seat.page(&page).await
}

/// `GET /admin/inventory/{variant}`
pub async fn show(seat: Seat, At(variant): At<VariantId>) -> Result<Response, Error> {
    let page = shown(&seat, variant, Form::default()).await?;
    seat.page(&page).await
}

/// `POST /admin/inventory/{variant}/adjust`
pub async fn adjust(seat: Seat, At(variant): At<VariantId>, Typed(mut form): Typed) -> Result<Response, Error> {
    find(&seat, variant).await?;
    let delta = form.required_number("delta", -CHANGE_UNITS_MAX..=CHANGE_UNITS_MAX);
    if form.is_fine() && delta == 0 {
        form.refuse("delta", "Please type a change other than 0.");
    }
    let reason = form.choice("reason", &REASONS);
    let became = change(&seat, variant, StockChange::Add { delta }, reason, &mut form).await?;
    finish(seat, variant, form, became, "The count is corrected.").await
}

/// `POST /admin/inventory/{variant}/receive`
pub async fn receive(seat: Seat, At(variant): At<VariantId>, Typed(mut form): Typed) -> Result<Response, Error> {
    find(&seat, variant).await?;
    let quantity = form.required_number("quantity", 1..=CHANGE_UNITS_MAX);
    let note = form.line("receipt_note");
    let became = change(&seat, variant, StockChange::Receive { quantity }, &note, &mut form).await?;
    finish(seat, variant, form, became, "The delivery is received.").await
}

/// Sends the change to the order writer, once for each form; a refusal is noted beside the number.
async fn change(seat: &Seat, variant: VariantId, change: StockChange, reason: &str, form: &mut Form) -> Result<Became, Error> {
    let (action, field) = match change {
        StockChange::Receive { .. } => ("receive", "quantity"),
        StockChange::Add { .. } | StockChange::Set { .. } => ("adjust", "delta"),
    };
    let command = Command::AdjustStock { variant, change, reason: reason.to_owned(), actor: seat.seller.email.clone() };
    Submission::of(seat, &format!("inventory/{variant}/{action}"), form).submit(command, form, field).await
}

/// Back to where the form was: the list (which names itself in `from`) or the variant's own page.
async fn finish(seat: Seat, variant: VariantId, form: Form, became: Became, message: &str) -> Result<Response, Error> {
    let from = form.typed("from").to_owned();
    let is_list = from == "/admin/inventory" || from.starts_with("/admin/inventory?");
    let path = if is_list { from } else { format!("/admin/inventory/{variant}") };
    match became {
        Became::Done(_) => Ok(seat.done(&path, message)),
        Became::DoneBefore => Ok(redirect(&path)),
        Became::Refused if is_list => {
            let problem = form.error("delta").or(form.error("reason")).unwrap_or("Please check the row.").to_owned();
            let mistake = Mistake { variant, typed: form.typed("delta").to_owned(), problem };
            let asked = Asked::of(path.split_once('?').map_or("", |(_, query)| query));
            let page = listed(&seat, &asked, Some(mistake)).await?;
            seat.refused(&page).await
        }
        Became::Refused => {
            let page = shown(&seat, variant, form).await?;
            seat.refused(&page).await
        }
    }
}

async fn listed(seat: &Seat, asked: &Asked, mistake: Option<Mistake>) -> Result<InventoryList, Error> {
    let low_mark = seat.in_memory.snapshot.shop.checkout.low_stock_from;
    let (words, level, page) = (asked.text("q"), asked.text("level"), asked.page());
    let per_page = Pages::ROWS as u32;
    let (lines, total) = match level {
        "low" | "sold_out" => {
            let most = if level == "low" { low_mark } else { 0 };
            let lines = db::stock::low_stock(seat.db(), seat.shop(), most, LOW_ROWS_MAX).await?;
            let count = lines.len();
            (lines, count)
        }
        _ => {
            let (lines, total) = db::stock::list_stock(seat.db(), seat.shop(), words, page as u32, per_page).await?;
            (lines, usize::try_from(total).unwrap_or(0))
        }
    };
    let address = |page: usize| format!("/admin/inventory?q={}&level={}&page={page}", escaped(words), escaped(level));
    let pages = if level.is_empty() { Pages::of(total, page, address) } else { Pages { count: 1, total, ..Pages::default() } };
    let mut rows: Vec<_> = lines.iter().map(|line| row(line, low_mark)).collect();
    if let Some(mistake) = mistake {
        for row in rows.iter_mut().filter(|row| row.variant == mistake.variant.0) {
            row.typed.clone_from(&mistake.typed);
            row.error.clone_from(&mistake.problem);
        }
    }
    Ok(InventoryList { q: words.to_owned(), level: level.to_owned(), here: address(page), reasons: REASONS.into(), rows, pages })
}

fn row(line: &StockLine, low_mark: i64) -> StockRow {
    let available = line.item.available();
    StockRow {
        variant: line.variant.0,
        product_title: line.title.clone(),
        variant_title: line.option_values.join(" / "),
        sku: line.sku.clone(),
        on_hand: line.item.on_hand,
        reserved: line.item.reserved,
        allocated: line.item.allocated,
        available,
        tracked: line.tracked,
        low: line.tracked && available <= low_mark,
        once: once::word(),
        typed: String::new(),
        error: String::new(),
    }
}

async fn shown(seat: &Seat, variant: VariantId, form: Form) -> Result<InventoryShow, Error> {
    let line = find(seat, variant).await?;
    let movements = db::stock::movements(seat.db(), seat.shop(), variant, MOVEMENTS_MAX).await?;
    Ok(InventoryShow {
        variant,
        product: line.product,
        variant_title: line.option_values.join(" / "),
        product_title: line.title,
        stock: line.item,
        available: line.item.available(),
        tracked: line.tracked,
        movements: movements.into_iter().map(movement).collect(),
        pages: Pages::default(),
        reasons: REASONS.into(),
        once_receive: once::word(),
        once_adjust: once::word(),
        form,
    })
}

fn movement(row: LedgerRow) -> MovementRow {
    let (on_hand_delta, reserved_delta, allocated_delta) = row.deltas;
    let reason = REASONS.iter().find(|(word, _)| *word == row.reason).map_or(row.reason, |(_, shown)| (*shown).to_owned());
    MovementRow {
        at: row.at,
        kind: row.kind,
        on_hand_delta,
        reserved_delta,
        allocated_delta,
        after: row.after,
        actor: row.actor,
        reason,
        cause: row.cause,
    }
}

async fn find(seat: &Seat, variant: VariantId) -> Result<StockLine, Error> {
    db::stock::load_stock(seat.db(), seat.shop(), variant).await?.ok_or(Error::NotFound)
}
