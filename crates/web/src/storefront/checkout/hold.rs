//! From a cart to a hold. What is certainly sold out is refused from memory; what only the visitor's own earlier holds stand in
//! the way of is tried again without them.

use super::super::visit::AtShop;
use super::form::Submission;
use crate::error::Error;
use crate::gate::outside;
use commerce::checkout::{Command, Outcome, Refusal, ReserveCart};
use db::order_writer::WriterError;
use db::reservations;
use sha2::{Digest, Sha256};

/// What became of a hold.
pub(super) enum Held {
    /// The order writer, or memory, has decided.
    Decided(Outcome),
    /// Too many wait.
    Busy,
}

/// Holds the cart, if it can be had. What had sold out is counted, for the report about the sale.
pub(super) async fn hold(submission: &Submission<'_>, payment_reference: &str) -> Result<Held, Error> {
    let held = try_to_hold(submission, payment_reference).await?;
    if let Held::Decided(Outcome::Refused(Refusal::SoldOut { variant, available, .. })) = &held {
        let asked: i64 =
            submission.cart.lines.iter().filter(|line| line.variant == *variant).map(|line| i64::from(line.quantity)).sum();
        submission.visit.shop.metrics.note_missed(submission.visit.now, *variant, asked - (*available).max(0));
    }
    Ok(held)
}

async fn try_to_hold(submission: &Submission<'_>, payment_reference: &str) -> Result<Held, Error> {
    if let Some(refusal) = sold_out(submission)
        && !may_hold_something(submission).await?
    {
        return Ok(Held::Decided(Outcome::Refused(refusal)));
    }
    let reserve = reserve_command(submission, payment_reference);
    let held = submit(submission, reserve.clone()).await?;
    match held {
        Held::Decided(Outcome::Refused(refusal)) if may_be_in_own_way(&refusal) && release_idle_holds(submission).await? > 0 => {
            submit(submission, reserve).await
        }
        other => Ok(other),
    }
}

async fn submit(submission: &Submission<'_>, command: Command) -> Result<Held, Error> {
    match outside(submission.visit.app.writer().submit(submission.visit.id(), command)).await {
        Ok(outcome) => Ok(Held::Decided(outcome)),
        Err(WriterError::Busy) => Ok(Held::Busy),
        Err(error) => Err(error.into()),
    }
}

/// The first line that certainly cannot be had at this instant, by figures that are a second old at most.
fn sold_out(submission: &Submission<'_>) -> Option<Refusal> {
    let visit = submission.visit;
    let (shop, now, published) = (visit.id(), visit.now, visit.app.writer().availability());
    submission.known.iter().find_map(|known| {
        let (variant, terms) = (known.variant.id, &known.terms);
        // Without an end in sight, or before its sale, there is something else to say.
        if terms.left.is_none() || terms.opens_at.is_some() {
            return None;
        }
        let counted = known.variant.stock_tracked && !terms.later;
        let in_building = counted.then(|| published.certain(shop, variant, now)).flatten();
        let in_sale = terms.sale.and_then(|sale| published.sale_left_certain(shop, sale, variant, now));
        let available = [in_building, in_sale].into_iter().flatten().min()?.max(0);
        let is_short = i64::from(known.line.quantity) > available;
        is_short.then(|| Refusal::SoldOut { variant, title: AtShop::line_name(known), available })
    })
}

/// Whether this page was sent before, perhaps with an answer that was lost, or its visitor holds something: then only the order
/// writer can tell what is theirs.
async fn may_hold_something(submission: &Submission<'_>) -> Result<bool, Error> {
    let (visit, visitor) = (submission.visit, &submission.visitor);
    let db = visit.app.db();
    if reservations::was_checkout_sent(db, visit.id(), &submission.checkout_id).await? {
        return Ok(true);
    }
    Ok(!visitor.is_new && reservations::has_active_hold(db, visit.id(), &visitor.name, visit.now).await?)
}

/// Whether an earlier hold of one's own could be the reason.
const fn may_be_in_own_way(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::SoldOut { .. } | Refusal::OverCustomerLimit { .. } | Refusal::TooManyHolds { .. } | Refusal::Coupon(_)
    )
}

/// Gives up what the same visitor holds from other pages and is not paying; how many holds that were.
async fn release_idle_holds(submission: &Submission<'_>) -> Result<usize, Error> {
    let (visit, visitor) = (submission.visit, &submission.visitor);
    if visitor.is_new {
        return Ok(0);
    }
    let idle = reservations::idle_holds(visit.app.db(), visit.id(), &visitor.name, &submission.checkout_id).await?;
    for reservation in &idle {
        outside(visit.app.writer().submit(visit.id(), Command::Release { reservation: *reservation })).await?;
    }
    Ok(idle.len())
}

fn reserve_command(submission: &Submission<'_>, payment_reference: &str) -> Command {
    let (contact, address, cart) = (submission.contact(), submission.address(), &submission.cart);
    let shipping_method = submission.quote.shipping.as_ref().map(|option| option.key.clone()).unwrap_or_default();
    let mut hash = Sha256::new();
    let lines: Vec<String> = cart.lines.iter().map(|line| format!("{}x{}", line.variant, line.quantity)).collect();
    let content = serde_json::json!([lines, cart.coupon, contact, address, shipping_method]);
    hash.update(content.to_string().as_bytes());
    let content_hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Command::Reserve(Box::new(ReserveCart {
        checkout_id: submission.checkout_id.clone(),
        content_hash,
        lines: cart.lines.clone(),
        coupon: cart.coupon.clone(),
        contact,
        address,
        shipping_method,
        provider: submission.visit.app.payments().name().into(),
        payment_reference: payment_reference.into(),
        early_access: submission.visit.early_access.clone(),
        total_seen_minor: submission.total_seen_minor,
        visitor: submission.visitor.name.clone(),
    }))
}
