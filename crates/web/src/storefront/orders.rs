//! An order's page: receipt and status in one. The key in its address opens it; the mails carry the same address.

use super::cart_lines::shown_variant_title;
use super::frame::Heading;
use super::structured_data;
use super::views::{FulfillmentView, OrderView, PaymentNoteView, StepView, SummaryLineView, SummaryView};
use super::visit::{AtShop, Query};
use crate::at::At;
use crate::error::Error;
use axum::http::StatusCode;
use axum::response::Response;
use commerce::Money;
use commerce::order::{FulfillmentStatus, Order, OrderStatus};
use commerce::payment::RefundStatus;
use db::orders::{Fulfillment, Receipt};

/// How long an order's page says thank you, minutes.
const FRESH_MINUTES: i64 = 15;

/// `/orders/{number}?key=`
pub async fn order(visit: AtShop, At(number): At<i64>, query: Query) -> Result<Response, Error> {
    if !visit.app.signer().opens_order(visit.id(), number, query.first("key")) {
        return Err(Error::NotFound);
    }
    let receipt = match visit.app.writer().just_placed().get(visit.id(), number, visit.now) {
        Some(order) => Receipt::from(order),
        None => db::orders::load_receipt(visit.app.db(), visit.id(), number).await?.ok_or(Error::NotFound)?,
    };
    let heading = Heading { json_ld: structured_data::order(&receipt.order), ..Heading::private(&format!("Order {number}")) };
    visit.private_page(StatusCode::OK, &visit.framed(heading, order_view(&visit, &receipt)))
}

fn order_view(visit: &AtShop, receipt: &Receipt) -> OrderView {
    let order = &*receipt.order;
    let money = |amount_minor| Money::new(amount_minor, order.currency);
    let mut payments = Vec::new();
    if order.total_minor > 0 {
        payments.push(PaymentNoteView { text: "Paid by card".into(), amount: money(order.total_minor), at: order.placed_at });
    }
    // What the provider refused is still the shop's.
    let given_back = receipt.refunds.iter().filter(|refund| refund.status != RefundStatus::Failed);
    payments.extend(given_back.map(|refund| PaymentNoteView {
        text: "Given back".into(),
        amount: money(refund.amount_minor),
        at: refund.created_at,
    }));
    OrderView {
        number: order.number.to_string(),
        fresh: order.status == OrderStatus::Open && visit.now < order.placed_at.plus_minutes(FRESH_MINUTES),
        placed_at: order.placed_at,
        status: order.status.as_str(),
        steps: steps(order),
        email: order.details.contact.email.clone(),
        address: if order.details.quote.requires_shipping { address_lines(order) } else { Vec::new() },
        payments,
        fulfillments: receipt.fulfillments.iter().map(|parcel| parcel_view(order, parcel)).collect(),
        summary: summary(visit, order),
    }
}

fn steps(order: &Order) -> Vec<StepView> {
    let sent = match order.fulfillment_status {
        FulfillmentStatus::Fulfilled => StepView { label: "Sent", done: true },
        FulfillmentStatus::Partial => StepView { label: "Partly sent", done: true },
        FulfillmentStatus::Unfulfilled => StepView { label: "Sent", done: false },
    };
    vec![StepView { label: "Placed", done: true }, StepView { label: "Paid", done: true }, sent]
}

fn address_lines(order: &Order) -> Vec<String> {
    let address = &order.details.address;
    let city = format!("{} {}", address.postal_code, address.city).trim().to_owned();
    let country = super::countries::name(&address.country).unwrap_or(&address.country).to_owned();
    [address.name.clone(), address.line1.clone(), address.line2.clone(), city, address.region.clone(), country]
        .into_iter()
        .filter(|line| !line.is_empty())
        .collect()
}

fn parcel_view(order: &Order, parcel: &Fulfillment) -> FulfillmentView {
    let name = |line: u32| order.lines.iter().find(|own| own.line == line).map_or("", |own| own.name.title.as_str());
    let contents: Vec<String> = parcel.lines.iter().map(|(line, quantity)| format!("{quantity} × {}", name(*line))).collect();
    FulfillmentView {
        text: contents.join(", "),
        carrier: parcel.carrier.clone(),
        tracking_number: parcel.tracking.clone(),
        tracking_url: String::new(),
        at: parcel.created_at,
    }
}

fn summary(visit: &AtShop, order: &Order) -> SummaryView {
    let money = |amount_minor| Money::new(amount_minor, order.currency);
    let moment = visit.moment();
    let line_view = |line: &commerce::order::OrderLine| {
        let known = visit.snapshot().variant(line.variant);
        let face = known.and_then(|(_, variant)| variant.picture).map_or(0, |place| place as usize);
        SummaryLineView {
            url: known
                .map(|(product, variant)| format!("/products/{}?variant={}", product.handle, variant.id))
                .unwrap_or_default(),
            title: line.name.title.clone(),
            variant_title: shown_variant_title(&line.name.variant_title),
            picture: known.and_then(|(product, _)| moment.product_picture(product, face)),
            quantity: line.quantity,
            total: money(line.subtotal_minor),
            was_total: line
                .was_price_minor
                .filter(|was| *was > line.price_minor)
                .map(|was| money(was.saturating_mul(i64::from(line.quantity)))),
        }
    };
    SummaryView { lines: order.lines.iter().map(line_view).collect(), ..visit.totals_view(&order.details.quote) }
}
