//! What the shop wrote or is about to write to customers. A message is composed from its row whenever it is looked at, exactly as
//! when it leaves.

use super::desk::Pages;
use super::seat::{At, Seat};
use super::views::{MailList, MailRow, MailShow};
use crate::error::Error;
use crate::mail::{ComposeError, MailSettings, compose};
use axum::response::Response;
use commerce::OutboxId;
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
    let folder = seat.app.mail_folder().map(|folder| folder.display().to_string());
    seat.page(&MailList { folder, rows: messages.into_iter().map(row).collect(), pages }).await
}

/// `GET /admin/mail/{id}`
pub async fn show(seat: Seat, At(id): At<OutboxId>) -> Result<Response, Error> {
    let message = db::outbox::load_message(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)?;
    let shop = seat.shop_now().await?;
    let settings = MailSettings {
        scheme: seat.app.scheme(),
        port: None,
        from: "the address of this server".into(),
        signer: seat.app.signer().clone(),
    };
    let (heading, to, text) = match compose(seat.db(), &shop, &message, &settings).await {
        Ok(composed) => (composed.subject, composed.to.email, composed.text),
        Err(ComposeError::Database(error)) => return Err(error.into()),
        Err(problem) => (subject(&message.kind).into(), "the customer".into(), problem.to_string()),
    };
    let view =
        MailShow { subject: heading, to, state: state(&message), problem: message.failure.clone(), at: message.created_at, text };
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
