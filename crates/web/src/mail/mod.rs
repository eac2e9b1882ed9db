//! What the shop writes to its customers: from a row of the outbox to a finished message.
//!
//! Each kind of message is a folder in `templates/mail` with `subject.txt`, `body.txt` and `body.html`; all of them receive a
//! [`MailView`]. How a message travels is `outbound`'s business.

mod render;
mod send;
mod view;

pub use render::{MailText, render};
pub use send::{ROUND_MESSAGES_MAX, send_due};
pub use view::{LineView, MailView, ParcelView, RefundView, TotalView};

use crate::app::Scheme;
use crate::signature::Signer;
use commerce::shop::Shop;
use commerce::{FulfillmentId, OrderId, RefundId};
use db::outbox::{OutboxMessage, order_of_fulfillment, reservation_of_refund};
use db::{Db, orders};
use outbound::mail::{Message, Person};

/// What links and senders are made of.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// How visitors reach the shops.
    pub scheme: Scheme,
    /// Port in links, where it is not the scheme's own.
    pub port: Option<u16>,
    /// Sender for a shop without an address of its own.
    pub from: String,
    /// Makes the key of an order's page.
    pub signer: Signer,
}

/// Why a message cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The database failed: worth another try.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// What the message is about is gone, or its kind is not known: not worth another try.
    #[error("{0}")]
    Pointless(String),
    /// A template failed: not worth another try.
    #[error("the mail template failed: {0}")]
    Template(#[from] minijinja::Error),
}

/// Writes the message that a row of the outbox stands for. `shop` is the row's shop.
///
/// # Errors
/// See [`ComposeError`].
pub async fn compose(db: &Db, shop: &Shop, message: &OutboxMessage, settings: &MailSettings) -> Result<Message, ComposeError> {
    let (view, email, name) = gather(db, shop, message, settings).await?;
    let text = render(&message.kind, &view)?;
    let from = if shop.contact.email.is_empty() { settings.from.clone() } else { shop.contact.email.clone() };
    Ok(Message {
        shop: shop.id,
        outbox: message.id,
        written_at: message.created_at,
        from: Person { name: shop.name.clone(), email: from },
        to: Person { name, email },
        subject: text.subject,
        text: text.text,
        html: text.html,
    })
}

/// What the message says, and the customer's address and name.
async fn gather(
    db: &Db,
    shop: &Shop,
    message: &OutboxMessage,
    settings: &MailSettings,
) -> Result<(MailView, String, String), ComposeError> {
    let gone = || ComposeError::Pointless(format!("what the message “{}” is about is gone", message.kind));
    if message.kind == "payment_refunded_late" {
        let refund = reservation_of_refund(db, shop.id, RefundId(message.subject_id)).await?;
        let (details, amount_minor) = refund.ok_or_else(gone)?;
        let recipient = (details.contact.email.clone(), details.address.name.clone());
        let view = MailView::of_late_payment(shop, &details, amount_minor, &origin(shop, settings));
        return Ok((view, recipient.0, recipient.1));
    }
    let order = match message.kind.as_str() {
        "order_placed" | "order_canceled" => Some(OrderId(message.subject_id)),
        "order_fulfilled" => order_of_fulfillment(db, shop.id, FulfillmentId(message.subject_id)).await?,
        "order_refunded" => orders::load_refund(db, shop.id, RefundId(message.subject_id)).await?.and_then(|refund| refund.order),
        kind => return Err(ComposeError::Pointless(format!("there is no message of the kind “{kind}”"))),
    };
    let history = orders::load_order(db, shop.id, order.ok_or_else(gone)?).await?.ok_or_else(gone)?;
    let path = settings.signer.order_path(shop.id, history.order.number);
    let origin = origin(shop, settings);
    let mut view = MailView::of_order(shop, &history.order, &origin, &format!("{origin}{path}"));
    view.parcel = history
        .fulfillments
        .iter()
        .find(|parcel| message.kind == "order_fulfilled" && parcel.id.0 == message.subject_id)
        .map(|parcel| view::parcel(&history.order, parcel));
    view.refund = history
        .refunds
        .iter()
        .find(|refund| message.kind == "order_refunded" && refund.id.0 == message.subject_id)
        .map(|refund| view::refund(&history.order, refund.amount_minor));
    let details = history.order.details;
    Ok((view, details.contact.email, details.address.name))
}

/// `https://juniper.example`, the beginning of every link.
fn origin(shop: &Shop, settings: &MailSettings) -> String {
    let host = shop.domains.first().map_or("localhost", String::as_str);
    let port = settings.port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", settings.scheme.as_str())
}
