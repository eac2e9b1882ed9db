//! Orders at the desk: found, read, sent, called off, paid back. Every change is a command to the order writer; money leaves only
//! after the writer has written down that it is owed.

use super::desk::Pages;
use super::form::Form;
use super::once::{self, Became, Submission};
use super::seat::{Asked, At, Seat, Typed, escaped, redirect};
use super::views::{
    EventRow, OpenLine, OrderCancel, OrderFulfill, OrderLineRow, OrderList, OrderRefund, OrderRow, OrderShow, ParcelRow,
    PaymentRow, TotalRow,
};
use crate::error::Error;
use crate::gate::outside;
use axum::response::Response;
use commerce::OrderId;
use commerce::checkout::{Command, LineRefund, Outcome, RefundResult, Restock};
use commerce::order::{Order, OrderLine, OrderStatus};
use db::orders::{Event, OrderFilter, OrderHistory};
use outbound::payment::RefundRequest;
use tracing::warn;

/// `GET /admin/orders`
pub async fn list(seat: Seat, asked: Asked) -> Result<Response, Error> {
    let page = asked.page();
    let filter = OrderFilter {
        search: asked.text("q").trim().trim_start_matches('#').to_owned(),
        status: asked.text("status").to_owned(),
        fulfillment_status: asked.text("fulfillment").to_owned(),
    };
    let (orders, total) = db::orders::list_orders(seat.db(), seat.shop(), &filter, page as u32, Pages::ROWS as u32).await?;
    let address = |page: usize| {
        let (q, status, sent) = (escaped(asked.text("q")), escaped(asked.text("status")), escaped(asked.text("fulfillment")));
        format!("/admin/orders?q={q}&status={status}&fulfillment={sent}&page={page}")
    };
    let row = |order: db::orders::OrderSummary| OrderRow {
        id: order.id,
        number: format!("#{}", order.number),
        placed_at: order.placed_at,
        customer: order.customer_name,
        email: order.email,
        units: order.units,
        status: order.status.as_str(),
        payment: order.payment_status.as_str(),
        fulfillment: order.fulfillment_status.as_str(),
        total_minor: order.total_minor,
    };
    let view = OrderList {
        pages: Pages::of(usize::try_from(total).unwrap_or(0), page, address),
        rows: orders.into_iter().map(row).collect(),
        q: asked.text("q").to_owned(),
        status: asked.text("status").to_owned(),
        fulfillment: asked.text("fulfillment").to_owned(),
    };
    seat.page(&view).await
}

/// `GET /admin/orders/{id}`
pub async fn show(seat: Seat, At(id): At<OrderId>) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    seat.page(&shown(&seat, history)).await
}

/// `GET /admin/orders/{id}/fulfill`
pub async fn ask_fulfill(seat: Seat, At(id): At<OrderId>) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    let mut form = Form::filled([("once", once::word())]);
    for line in &history.order.lines {
        form.set(format!("lines.{}", line.line), line.to_send().to_string());
    }
    seat.page(&fulfill_page(&history.order, form)).await
}

/// `POST /admin/orders/{id}/fulfill`
pub async fn fulfill(seat: Seat, At(id): At<OrderId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    let lines = chosen(&mut form, &history.order, OrderLine::to_send);
    let (carrier, tracking) = (form.line("carrier"), form.line("tracking_number"));
    if form.is_fine() && lines.is_empty() {
        form.refuse("", "Please say how many units are in the parcel.");
    }
    let command = Command::FulfillOrder { order: id, lines, carrier, tracking, actor: seat.seller.email.clone() };
    match submit(&seat, id, "fulfill", command, &mut form).await? {
        Became::Refused => seat.refused(&fulfill_page(&history.order, form)).await,
        became => Ok(back(&seat, id, &became, "The parcel is noted and the customer gets a mail.")),
    }
}

/// `GET /admin/orders/{id}/cancel`
pub async fn ask_cancel(seat: Seat, At(id): At<OrderId>) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    seat.page(&cancel_page(&history, Form::filled([("once", once::word())]))).await
}

/// `POST /admin/orders/{id}/cancel`
pub async fn cancel(seat: Seat, At(id): At<OrderId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    let reason = form.line("reason");
    let command = Command::CancelOrder { order: id, reason, actor: seat.seller.email.clone() };
    match submit(&seat, id, "cancel", command, &mut form).await? {
        Became::Refused => seat.refused(&cancel_page(&history, form)).await,
        became => Ok(back(&seat, id, &became, "The order is canceled.")),
    }
}

/// `GET /admin/orders/{id}/refund`
pub async fn ask_refund(seat: Seat, At(id): At<OrderId>) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    seat.page(&refund_page(&history.order, Form::filled([("once", once::word())]))).await
}

/// `POST /admin/orders/{id}/refund`
pub async fn refund(seat: Seat, At(id): At<OrderId>, Typed(mut form): Typed) -> Result<Response, Error> {
    let history = find(&seat, id).await?;
    let restock = if form.ticked("restock") { Restock::Yes } else { Restock::No };
    let lines = chosen(&mut form, &history.order, refundable_units);
    let lines: Vec<_> = lines.into_iter().map(|(line, quantity)| LineRefund { line, quantity, restock }).collect();
    let extra_minor = form.amount("amount", seat.currency()).unwrap_or(0);
    let reason = form.line("reason");
    if form.is_fine() && lines.is_empty() && extra_minor == 0 {
        form.refuse("amount", "Please choose units above or type an amount.");
    }
    let command = Command::RefundOrder { order: id, lines, extra_minor, reason, actor: seat.seller.email.clone() };
    match submit(&seat, id, "refund", command, &mut form).await? {
        Became::Refused => seat.refused(&refund_page(&history.order, form)).await,
        became => Ok(back(&seat, id, &became, "The money is on its way back.")),
    }
}

/// Units typed per line, those above zero.
fn chosen(form: &mut Form, order: &Order, most: impl Fn(&OrderLine) -> u32) -> Vec<(u32, u32)> {
    let mut lines = Vec::new();
    for line in &order.lines {
        let units = form.number(&format!("lines.{}", line.line), 0..=i64::from(most(line))).unwrap_or(0);
        if units > 0 {
            lines.push((line.line, u32::try_from(units).expect("within the range")));
        }
    }
    lines
}

/// Sends the command, once for each form; a refusal is noted on the form, money owed is given back at the provider.
async fn submit(seat: &Seat, order: OrderId, action: &str, command: Command, form: &mut Form) -> Result<Became, Error> {
    let became = Submission::of(seat, &format!("orders/{order}/{action}"), form).submit(command, form, "").await?;
    if let Became::Done(Outcome::RefundDue { refund, reference, amount, .. }) = &became {
        let request = RefundRequest { refund: *refund, payment_reference: reference.clone(), amount: *amount };
        match outside(seat.app.payments().refund(&request, seat.now())).await {
            Ok(_) => {
                let settled = Command::SettleRefund { refund: *refund, result: RefundResult::Succeeded };
                outside(seat.app.writer().submit(seat.shop(), settled)).await?;
            }
            // The refund is written down as pending; a job asks the provider again until there is an answer.
            Err(reason) => {
                warn!(shop.id = %seat.shop(), refund.id = %refund, error = %reason, "A refund is not confirmed yet")
            }
        }
    }
    Ok(became)
}

/// Back to the order. Only the click that did it is told so.
fn back(seat: &Seat, order: OrderId, became: &Became, message: &str) -> Response {
    let path = format!("/admin/orders/{order}");
    match became {
        Became::Done(_) => seat.done(&path, message),
        Became::DoneBefore | Became::Refused => redirect(&path),
    }
}

fn refundable_units(line: &OrderLine) -> u32 {
    line.quantity - line.refunded
}

fn units_to_send(order: &Order) -> i64 {
    if order.status == OrderStatus::Canceled { 0 } else { order.lines.iter().map(|line| i64::from(line.to_send())).sum() }
}

fn open_line(line: &OrderLine, open: u32) -> OpenLine {
    OpenLine {
        id: i64::from(line.line),
        title: line.name.title.clone(),
        variant_title: line.name.variant_title.clone(),
        each_minor: line.total_minor / i64::from(line.quantity.max(1)),
        open: i64::from(open),
    }
}

fn fulfill_page(order: &Order, form: Form) -> OrderFulfill {
    let lines = order.lines.iter().filter(|line| line.to_send() > 0).map(|line| open_line(line, line.to_send())).collect();
    OrderFulfill { id: order.id, number: format!("#{}", order.number), lines, form }
}

fn cancel_page(history: &OrderHistory, form: Form) -> OrderCancel {
    let order = &history.order;
    OrderCancel {
        id: order.id,
        number: format!("#{}", order.number),
        units: units_to_send(order),
        refundable_minor: order.total_minor - order.refunded_minor,
        form,
    }
}

fn refund_page(order: &Order, form: Form) -> OrderRefund {
    let open = order.lines.iter().filter(|line| refundable_units(line) > 0);
    OrderRefund {
        id: order.id,
        number: format!("#{}", order.number),
        refundable_minor: order.total_minor - order.refunded_minor,
        lines: open.map(|line| open_line(line, refundable_units(line))).collect(),
        form,
    }
}

fn shown(seat: &Seat, history: OrderHistory) -> OrderShow {
    let order = &history.order;
    let (details, quote) = (&order.details, &order.details.quote);
    let address = &details.address;
    let place = [address.postal_code.as_str(), &address.city, &address.region].into_iter().filter(|part| !part.is_empty());
    let place = place.collect::<Vec<_>>().join(" ");
    let address = [&address.name, &address.line1, &address.line2, &place, &address.country];
    let payment = &history.payment;
    let sale = order.lines.iter().find_map(|line| line.sale);
    let sale = sale.and_then(|id| seat.in_memory.snapshot.sales.iter().find(|sale| sale.id == id));
    let units = units_to_send(order);
    let mut timeline: Vec<_> = history.events.iter().map(event).collect();
    timeline.sort_by_key(|event| std::cmp::Reverse(event.at));
    OrderShow {
        id: order.id,
        number: format!("#{}", order.number),
        placed_at: order.placed_at,
        sale_name: sale.map(|sale| sale.name.clone()).unwrap_or_default(),
        status: order.status.as_str(),
        payment: payment.status.as_str(),
        fulfillment: order.fulfillment_status.as_str(),
        can_fulfill: units > 0,
        can_cancel: order.status == OrderStatus::Open,
        can_refund: order.refunded_minor < order.total_minor,
        lines: order.lines.iter().map(line_row).collect(),
        totals: totals(quote),
        refunded_minor: order.refunded_minor,
        parcels: history.fulfillments.iter().map(parcel).collect(),
        timeline,
        email: details.contact.email.clone(),
        phone: details.contact.phone.clone(),
        address: address.into_iter().filter(|line| !line.is_empty()).cloned().collect(),
        note: history.note.clone(),
        payments: vec![PaymentRow {
            status: payment.status.as_str(),
            amount_minor: payment.amount_minor,
            provider: payment.provider.clone(),
            reference: payment.reference.clone(),
        }],
    }
}

fn line_row(line: &OrderLine) -> OrderLineRow {
    OrderLineRow {
        title: line.name.title.clone(),
        variant_title: line.name.variant_title.clone(),
        sku: line.name.sku.clone(),
        price_minor: line.price_minor,
        was_price_minor: line.was_price_minor,
        quantity: i64::from(line.quantity),
        fulfilled: i64::from(line.fulfilled),
        total_minor: line.total_minor,
    }
}

fn parcel(fulfillment: &db::orders::Fulfillment) -> ParcelRow {
    ParcelRow {
        at: fulfillment.created_at,
        carrier: fulfillment.carrier.clone(),
        tracking: fulfillment.tracking.clone(),
        units: fulfillment.lines.iter().map(|(_, units)| i64::from(*units)).sum(),
    }
}

fn totals(quote: &commerce::pricing::Quote) -> Vec<TotalRow> {
    let mut rows = vec![TotalRow { label: "Goods".into(), minor: quote.subtotal_minor }];
    if quote.discount_minor != 0 {
        let label = quote.coupon.as_ref().map_or_else(|| "Discount".into(), |code| format!("Coupon {code}"));
        rows.push(TotalRow { label, minor: -quote.discount_minor });
    }
    if let Some(shipping) = &quote.shipping {
        rows.push(TotalRow { label: format!("Shipping: {}", shipping.name), minor: shipping.price_minor });
    }
    if let Some((name, ppm)) = &quote.tax_rate {
        let contained = if quote.prices_include_tax { " (contained)" } else { "" };
        let label = format!("{name} {} %{contained}", super::format::percent(*ppm));
        rows.push(TotalRow { label, minor: quote.tax_minor });
    }
    rows.push(TotalRow { label: "Total".into(), minor: quote.total_minor });
    rows
}

fn event(event: &Event) -> EventRow {
    let what = match event.kind.as_str() {
        "placed" | "order_placed" => "Order placed",
        "paid" | "captured" => "Paid",
        "fulfilled" | "order_fulfilled" => "Parcel sent",
        "canceled" | "order_canceled" => "Order canceled",
        "refunded" | "order_refunded" | "refund_due" => "Refund",
        other => other,
    };
    let text =
        if event.detail.is_empty() { what.replace('_', " ") } else { format!("{}: {}", what.replace('_', " "), event.detail) };
    EventRow { text, actor: event.actor.clone(), at: event.at }
}

async fn find(seat: &Seat, id: OrderId) -> Result<OrderHistory, Error> {
    db::orders::load_order(seat.db(), seat.shop(), id).await?.ok_or(Error::NotFound)
}
