//! What the shop wrote or is about to write to customers. The messages themselves are made when they leave; here is what became of
//! them.

use super::desk::Pages;
use super::seat::{At, Seat};
use super::views::{MailList, MailRow, MailShow};
use crate::error::Error;
use axum::response::Response;
use commerce::{OrderId, OutboxId};
use db::outbox::OutboxMessage;

/// Messages listed.
const ROWS_MAX: u32 = 200;

/// `GET /admin/mail`
pub async fn list(seat: Seat) -> Result<Response, Error> {
    let messages = db::outbox::list_messages(seat.db(), seat.shop(), ROWS_MAX).await?;
    let row = |message: OutboxMessage| MailRow {
        id: message.id,
        subject: subject(&message.kind).into(),
        to: "the customer".into(),
        state: state(&message),
        problem: message.failure,
        at: message.created_at,
    };
    let pages = Pages { total: messages.len(), count: 1, ..Pages::default() };
    seat.page(&MailList { folder_mode: false, rows: messages.into_iter().map(row).collect(), pages }).await
}

/// `GET /admin/mail/{id}`
pub async fn show(seat: Seat, At(id): At<OutboxId>) -> Result<Response, Error> {
    let message = db::outbox::load_message(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    let is_of_order = matches!(message.kind.as_str(), "order_placed" | "order_canceled");
    let order = match is_of_order {
        true => db::orders::load_order(seat.db(), seat.shop(), OrderId(message.subject_id)).await?,
        false => None,
    };
    let (to, text) = match &order {
        Some(history) => (history.order.details.contact.email.clone(), format!("About order #{}.", history.order.number)),
        None => ("the customer".into(), String::new()),
    };
    let attempts = match message.attempts {
        0 => "It has not been tried yet.".into(),
        1 => "It was tried once.".into(),
        times => format!("It was tried {times} times."),
    };
    let view = MailShow {
        subject: subject(&message.kind).into(),
        to,
        state: state(&message),
        problem: message.failure.clone(),
        at: message.created_at,
        text: format!("{text}\n{attempts}").trim().to_owned(),
    };
    seat.page(&view).await
}

fn state(message: &OutboxMessage) -> &'static str {
    match (message.sent_at, message.failure.is_empty()) {
        (Some(_), _) => "sent",
        (None, true) => "waiting",
        (None, false) => "failed",
    }
}

fn subject(kind: &str) -> &str {
    match kind {
        "order_placed" => "Order confirmation",
        "order_fulfilled" => "Parcel on its way",
        "order_refunded" => "Refund",
        "order_canceled" => "Order canceled",
        "payment_refunded_late" => "Payment given back",
        other => other,
    }
}
