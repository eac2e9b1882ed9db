//! Reserve: all lines of a cart or none, at the prices of this instant, within every limit.

use super::decide::Deciding;
use super::headroom::Headroom;
use super::{Change, CheckoutRecord, Outcome, Refusal, ReserveCart, VariantTerms};
use crate::cart::CartLine;
use crate::customer::customer_key;
use crate::order::{LineName, OrderDetails};
use crate::payment::{Payment, PaymentStatus};
use crate::planted::{Bug, planted};
use crate::pricing::{Coupon, CouponRefusal, Quote, QuoteInput, QuoteLineInput, normalize_coupon_code, quote};
use crate::reservation::{Holder, Reservation, ReservationStatus, ReservedLine};
use crate::sale::{FlashSale, FlashSaleItem, Offer, offer};
use crate::{FlashSaleId, Money, PaymentId, ReservationId, VariantId};

pub(super) fn reserve(deciding: &mut Deciding<'_>, cart: &ReserveCart) -> Result<Outcome, Refusal> {
    if let Some(answer) = answer_of_earlier_submission(deciding, cart)? {
        return Ok(answer);
    }
    let same = hold_with_same_content(deciding, cart);
    if let Some((id, total_minor)) = same
        && cart.total_seen_minor.is_none_or(|seen_minor| total_minor <= seen_minor)
    {
        return Ok(pay_again(deciding, id, cart));
    }
    if planted(Bug::MissedRollback)
        && let Some(id) = active_hold(deciding, cart).map(|own| own.id)
    {
        deciding.end_reservation(id, ReservationStatus::Released);
    }
    let own = active_hold(deciding, cart);
    let wanted = wanted(deciding, cart, own)?;
    if let Some((id, total_minor)) = same
        && total_minor <= wanted.quote.total_minor
    {
        return Ok(pay_again(deciding, id, cart));
    }
    if let Some(id) = own.map(|own| own.id) {
        deciding.end_reservation(id, ReservationStatus::Released);
    }
    Ok(hold(deciding, cart, wanted))
}

/// What an earlier submission of the same page led to, if that settles the matter.
fn answer_of_earlier_submission(deciding: &Deciding<'_>, cart: &ReserveCart) -> Result<Option<Outcome>, Refusal> {
    let state = &deciding.state;
    let Some(record) = state.checkouts.get(&cart.checkout_id) else { return Ok(None) };
    let same = record.content_hash == cart.content_hash;
    if let Some(order) = record.order.filter(|_| !planted(Bug::OrderForgotten)) {
        let number = state.orders.get(&order).map_or(0, |order| order.number);
        return if same || planted(Bug::ContentNotCompared) {
            Ok(Some(Outcome::Placed { order, number, first: false }))
        } else {
            Err(Refusal::CheckoutUsed { number })
        };
    }
    let of_page = |payment: &&Payment| payment.checkout_id == cart.checkout_id && !planted(Bug::OpenPaymentForgotten);
    let mut open = state.payments.values().filter(of_page).filter(|payment| payment.status.is_open());
    if same {
        // One that waits for an earlier cart of this page is not an answer to this one.
        let of_this_cart = |payment: &&Payment| payment.reservation == record.reservation || planted(Bug::EarlierPaymentAnswers);
        return Ok(open.find(of_this_cart).map(|payment| Outcome::PaymentOpen {
            payment: payment.id,
            reference: payment.reference.clone(),
            status: payment.status,
            amount: Money::new(payment.amount_minor, payment.currency),
        }));
    }
    // Waiting for the bank's page the customer may well change their mind; while the provider thinks, nobody can.
    if open.any(|payment| payment.status == PaymentStatus::Pending) { Err(Refusal::PaymentInProgress) } else { Ok(None) }
}

/// What the page holds already, as long as it does.
fn active_hold<'a>(deciding: &'a Deciding<'_>, cart: &ReserveCart) -> Option<&'a Reservation> {
    let record = deciding.state.checkouts.get(&cart.checkout_id)?;
    let hold = deciding.state.reservations.get(&record.reservation)?;
    (hold.status == ReservationStatus::Active).then_some(hold)
}

/// What the page holds already for just this cart, and its total in minor units.
fn hold_with_same_content(deciding: &Deciding<'_>, cart: &ReserveCart) -> Option<(ReservationId, i64)> {
    let record = deciding.state.checkouts.get(&cart.checkout_id)?;
    active_hold(deciding, cart).filter(|_| record.content_hash == cart.content_hash).map(|hold| (hold.id, hold.total_minor))
}

/// Another attempt to pay what is already held.
fn pay_again(deciding: &mut Deciding<'_>, id: ReservationId, cart: &ReserveCart) -> Outcome {
    let reservation = deciding.prolong(id);
    let payment = begin_payment(deciding, &reservation, cart);
    reserved(deciding, reservation, payment)
}

/// What a cart comes to, once everything allows it.
struct Wanted {
    customer_key: String,
    lines: Vec<PricedLine>,
    quote: Quote,
}

/// A line with its price of the moment.
struct PricedLine {
    input: QuoteLineInput,
    counted: bool,
    name: LineName,
}

/// Every check, and not one change. `own` is what the page holds already and would give back.
fn wanted(deciding: &Deciding<'_>, cart: &ReserveCart, own: Option<&Reservation>) -> Result<Wanted, Refusal> {
    let lines = merged(&cart.lines);
    let settings = &deciding.state.checkout;
    match lines.len() {
        0 => return Err(Refusal::EmptyCart),
        count if count > settings.cart_lines_max => return Err(Refusal::TooManyLines { lines_max: settings.cart_lines_max }),
        _ => {}
    }
    let email = &cart.contact.email;
    let customer_key = if planted(Bug::LimitByAddressAsWritten) { email.clone() } else { customer_key(email) };
    let room = Headroom::without(deciding.state, own);
    let lines = lines
        .iter()
        .map(|line| priced_line(deciding, &room, line, &customer_key, &cart.early_access))
        .collect::<Result<Vec<_>, Refusal>>()?;
    within_holds(deciding, &room, &lines, Holder::of(&customer_key, &cart.visitor))?;
    let quote = quoted(deciding, &room, cart, &lines, &customer_key)?;
    Ok(Wanted { customer_key, lines, quote })
}

fn hold(deciding: &mut Deciding<'_>, cart: &ReserveCart, wanted: Wanted) -> Outcome {
    let reservation = to_reservation(deciding, cart, wanted);
    deciding.begin_reservation(reservation.clone());
    let record = CheckoutRecord { content_hash: cart.content_hash.clone(), reservation: reservation.id, order: None };
    deciding.changes.push(Change::Checkout { id: cart.checkout_id.clone(), record: record.clone() });
    deciding.state.checkouts.insert(cart.checkout_id.clone(), record);
    let payment = begin_payment(deciding, &reservation, cart);
    reserved(deciding, reservation, payment)
}

/// Each variant once: the same one on two lines is checked as what it is together.
fn merged(lines: &[CartLine]) -> Vec<CartLine> {
    let mut merged: Vec<CartLine> = Vec::with_capacity(lines.len());
    for line in lines.iter().filter(|line| line.quantity > 0) {
        match merged.iter_mut().find(|known| known.variant == line.variant && !planted(Bug::LinesCheckedAlone)) {
            Some(known) => known.quantity = known.quantity.saturating_add(line.quantity),
            None => merged.push(*line),
        }
    }
    merged
}

/// One line with its price of the moment, once stock and every limit allow it.
fn priced_line(
    deciding: &Deciding<'_>,
    room: &Headroom<'_>,
    line: &CartLine,
    customer: &str,
    early_access: &[FlashSaleId],
) -> Result<PricedLine, Refusal> {
    let (state, variant) = (&deciding.state, line.variant);
    let terms = state.variants.get(&variant).filter(|terms| terms.for_sale).ok_or(Refusal::NotForSale { variant })?;
    if line.quantity > state.checkout.quantity_per_line_max {
        return Err(Refusal::TooManyUnits { variant, quantity_max: state.checkout.quantity_per_line_max });
    }
    let sale = sale_of_line(deciding, terms, variant, early_access)?;
    if terms.stock_tracked && !terms.oversell {
        let available = room.available(variant);
        if i64::from(line.quantity) > available && !planted(Bug::LateStockCheck) {
            return Err(Refusal::SoldOut { variant, title: terms.full_title(), available: available.max(0) });
        }
    }
    if let Some((sale, item)) = sale {
        within_sale_limits(room, line, terms, (sale, item), customer)?;
    }
    let input = QuoteLineInput {
        variant,
        quantity: line.quantity,
        price_minor: sale.map_or(terms.price_minor, |(_, item)| item.price_minor),
        was_price_minor: sale.map_or(terms.was_price_minor, |_| Some(terms.was_price_minor.unwrap_or(0).max(terms.price_minor))),
        sale: sale.map(|(sale, _)| sale.id),
        weight_grams: terms.weight_grams,
        taxable: terms.taxable,
        requires_shipping: terms.requires_shipping,
    };
    let name = LineName { title: terms.title.clone(), variant_title: terms.variant_title.clone(), sku: terms.sku.clone() };
    Ok(PricedLine { input, counted: terms.stock_tracked, name })
}

/// The sale whose price counts, if any; refuses what may not be bought before its opening.
fn sale_of_line<'a>(
    deciding: &'a Deciding<'_>,
    terms: &VariantTerms,
    variant: VariantId,
    early_access: &[FlashSaleId],
) -> Result<Option<(&'a FlashSale, &'a FlashSaleItem)>, Refusal> {
    match offer(&deciding.state.sales, early_access, variant, deciding.now) {
        Offer::Sale(sale, item) => Ok(Some((sale, item))),
        Offer::Ordinary => Ok(None),
        Offer::NotOpenYet(sale, _) => {
            let opens_at = sale.opens_for(early_access);
            Err(Refusal::NotOpenYet { variant, title: terms.full_title(), opens_at })
        }
    }
}

fn within_sale_limits(
    room: &Headroom<'_>,
    line: &CartLine,
    terms: &VariantTerms,
    (sale, item): (&FlashSale, &FlashSaleItem),
    customer: &str,
) -> Result<(), Refusal> {
    let (variant, title, wanted) = (line.variant, terms.full_title(), i64::from(line.quantity));
    if let Some(available) = room.offered(sale.id, item).filter(|available| wanted > *available)
        && !planted(Bug::OfferIgnored)
    {
        return Err(Refusal::SoldOut { variant, title, available });
    }
    if let Some(quantity_max) = item.quantity_per_customer_max
        && room.claimed_by(customer, sale.id, variant) + wanted > quantity_max
    {
        return Err(Refusal::OverCustomerLimit { variant, title, quantity_max });
    }
    Ok(())
}

/// Nobody hoards with one checkout after the other. A single cart is never too much here: it has limits of its own.
fn within_holds(
    deciding: &Deciding<'_>,
    room: &Headroom<'_>,
    lines: &[PricedLine],
    holders: impl Iterator<Item = Holder>,
) -> Result<(), Refusal> {
    let units_max = deciding.state.checkout.held_units_per_customer_max;
    let wanted: i64 = lines.iter().map(|line| i64::from(line.input.quantity)).sum();
    for held in holders.map(|holder| room.held_by(&holder)) {
        if held > 0 && held + wanted > units_max {
            return Err(Refusal::TooManyHolds { units_max });
        }
    }
    Ok(())
}

fn quoted(
    deciding: &Deciding<'_>,
    room: &Headroom<'_>,
    cart: &ReserveCart,
    lines: &[PricedLine],
    customer: &str,
) -> Result<Quote, Refusal> {
    let state = &deciding.state;
    let lines: Vec<QuoteLineInput> = lines.iter().map(|line| line.input.clone()).collect();
    let code = normalize_coupon_code(&cart.coupon);
    let unknown = CouponRefusal::Unknown;
    let known = state.coupons.get(&code).filter(|coupon| coupon.active).map(|coupon| {
        let uses = room.uses(coupon, customer);
        (Coupon { uses_claimed: uses.in_all, ..coupon.clone() }, uses.by_customer)
    });
    let coupon = (!code.is_empty()).then(|| known.as_ref().map(|(coupon, uses)| (coupon, *uses)).ok_or(&unknown));
    let quote = quote(&QuoteInput {
        currency: state.currency,
        lines: &lines,
        coupon,
        address: Some(&cart.address),
        shipping_method: Some(cart.shipping_method.as_str()).filter(|key| !key.is_empty()),
        shipping: &state.shipping,
        tax: &state.tax,
        now: deciding.now,
    });
    if let Some(refusal) = &quote.coupon_refusal {
        return Err(Refusal::Coupon(refusal.clone()));
    }
    match (quote.requires_shipping, &quote.shipping, quote.shipping_options.is_empty()) {
        (true, None, true) => Err(Refusal::NoShippingThere),
        (true, None, false) => Err(Refusal::ShippingMethodUnavailable),
        _ => Ok(quote),
    }
}

fn to_reservation(deciding: &mut Deciding<'_>, cart: &ReserveCart, wanted: Wanted) -> Reservation {
    let Wanted { customer_key, lines: priced, quote } = wanted;
    let coupon = quote.coupon.as_ref().and_then(|code| deciding.state.coupons.get(code)).map(|coupon| coupon.id);
    let lines = priced
        .iter()
        .map(|PricedLine { input, counted, .. }| ReservedLine {
            variant: input.variant,
            sale: input.sale,
            quantity: input.quantity,
            counted: *counted,
        })
        .collect();
    Reservation {
        id: ReservationId(deciding.id()),
        checkout_id: cart.checkout_id.clone(),
        status: ReservationStatus::Active,
        customer_key,
        visitor: cart.visitor.clone(),
        coupon,
        total_minor: quote.total_minor,
        details: OrderDetails {
            contact: cart.contact.clone(),
            address: cart.address.clone(),
            quote,
            names: priced.into_iter().map(|line| line.name).collect(),
        },
        created_at: deciding.now,
        expires_at: deciding.now.plus_minutes(deciding.state.checkout.reservation_minutes),
        lines,
    }
}

fn begin_payment(deciding: &mut Deciding<'_>, reservation: &Reservation, cart: &ReserveCart) -> PaymentId {
    let payment = Payment {
        id: PaymentId(deciding.id()),
        checkout_id: reservation.checkout_id.clone(),
        reservation: reservation.id,
        order: None,
        provider: if reservation.total_minor == 0 { "none".into() } else { cart.provider.clone() },
        reference: cart.payment_reference.clone(),
        status: PaymentStatus::Pending,
        amount_minor: reservation.total_minor,
        currency: deciding.state.currency,
        refunded_minor: 0,
        decline_code: String::new(),
        created_at: deciding.now,
    };
    let id = payment.id;
    deciding.changes.push(Change::Payment(payment.clone()));
    deciding.state.payments.insert(id, payment);
    id
}

fn reserved(deciding: &Deciding<'_>, reservation: Reservation, payment: PaymentId) -> Outcome {
    Outcome::Reserved {
        reservation: reservation.id,
        payment,
        amount: Money::new(reservation.total_minor, deciding.state.currency),
        expires_at: reservation.expires_at,
        quote: Box::new(reservation.details.quote),
    }
}
