//! The checkout page: what it shows, what is typed into it, and what is wrong with that.

use super::super::cart_cookie;
use super::super::cart_lines::KnownLine;
use super::super::countries;
use super::super::fields::Fields;
use super::super::frame::Heading;
use super::super::respond::see_other;
use super::super::views::{CardHintView, CheckoutView, CountryView, FieldErrorView, FormView, ShippingOptionView};
use super::super::visit::{AtShop, Query, Visit};
use super::super::visitor::Visitor;
use super::typed::{self, typed};
use super::{new_checkout_id, pay};
use crate::error::Error;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use commerce::cart::{COUPON_CODE_BYTES_MAX, Cart};
use commerce::customer::{Address, Contact, is_email};
use commerce::pricing::{Quote, normalize_coupon_code};
use commerce::{Timestamp, VariantId};
use db::orders::number_of_checkout;
use db::reservations::Attempt;
use outbound::payment::{Card, CardField, CardForm, CardProblem};

/// The longest line of an address, characters.
const LINE_CHARACTERS_MAX: usize = 200;
/// The longest postal code and telephone number, characters.
const SHORT_CHARACTERS_MAX: usize = 40;
/// The fields as they follow each other on the page.
const FIELDS: [&str; 14] = [
    "email",
    "phone",
    "name",
    "country",
    "line1",
    "line2",
    "postal_code",
    "city",
    "region",
    "shipping_method",
    "card_number",
    "card_expiry",
    "card_cvc",
    "coupon",
];

/// Everything about one submission.
pub(super) struct Submission<'a> {
    pub visit: &'a AtShop,
    pub checkout_id: String,
    pub cart: Cart,
    pub known: Vec<KnownLine<'a>>,
    pub form: FormView,
    pub quote: Quote,
    pub visitor: Visitor,
    /// The total that the page said when it was sent, minor units; `None`: it said none.
    pub total_seen_minor: Option<i64>,
}

/// What the page says beside the form itself.
#[derive(Default)]
pub(super) struct Remarks {
    pub errors: Vec<FieldErrorView>,
    pub refusal: String,
    pub refusal_url: &'static str,
    /// Of which variant there are too few, where that is the refusal.
    pub sold_out: Option<VariantId>,
    pub held_until: Option<Timestamp>,
}

/// `GET /checkout`
pub async fn show(visit: Visit, headers: HeaderMap, query: Query) -> Result<Response, Error> {
    let (checkout_id, attempt) = match cart_cookie::checkout_id(&headers) {
        Some(id) => match number_of_checkout(visit.app.db(), visit.id(), id).await? {
            // The order was placed, but the way to its receipt was lost.
            Some(number) => return Ok(visit.to_receipt(number)),
            None => (id.to_owned(), last_attempt(&visit, id).await?),
        },
        None => (new_checkout_id(visit.now)?, None),
    };
    let cart = cart_cookie::cart(&headers);
    let form = first_form(&visit, &cart, typed(&headers, visit.now), attempt.as_ref());
    let visitor = visit.visitor(&headers)?;
    let Some(submission) = Submission::new(&visit, checkout_id, cart, form, visitor).await? else {
        return Ok(see_other("/cart"));
    };
    let mut remarks = Remarks { held_until: attempt.and_then(|attempt| attempt.held_until), ..Remarks::default() };
    let declined = query.first("declined");
    let status = if declined.is_empty() {
        StatusCode::OK
    } else {
        remarks.errors.push(pay::decline_error(declined));
        StatusCode::PAYMENT_REQUIRED
    };
    submission.page(status, remarks)
}

/// `POST /checkout`
pub async fn submit(visit: Visit, headers: HeaderMap, fields: Fields) -> Result<Response, Error> {
    let checkout_id = Some(fields.text("checkout_id")).filter(|id| cart_cookie::is_checkout_id(id));
    let checkout_id = checkout_id.ok_or_else(|| Error::BadRequest("Please start again from your cart.".into()))?.to_owned();
    let mut cart = cart_cookie::cart(&headers);
    let form = read_form(&fields);
    if form.coupon.len() <= COUPON_CODE_BYTES_MAX {
        cart.coupon.clone_from(&form.coupon);
    }
    if cart.lines.is_empty() {
        // A page sent again after its order was placed finds the cart empty and the order there.
        return match number_of_checkout(visit.app.db(), visit.id(), &checkout_id).await? {
            Some(number) => Ok(visit.to_receipt(number)),
            None => Ok(see_other("/cart")),
        };
    }
    let is_refresh = fields.text("intent") == "refresh";
    let visitor = visit.visitor(&headers)?;
    let Some(mut submission) = Submission::new(&visit, checkout_id, cart, form, visitor).await? else {
        return Ok(see_other("/cart"));
    };
    submission.total_seen_minor = fields.text("total_seen").parse().ok();
    let mut response = if is_refresh {
        let mut response = submission.page(StatusCode::OK, Remarks::default())?;
        visit.set_cart(&mut response, &submission.cart);
        response
    } else {
        check_and_pay(&submission, &fields).await?
    };
    if response.status() != StatusCode::SEE_OTHER {
        visit.keep_typed(&mut response, &submission.form);
    }
    Ok(response)
}

async fn check_and_pay(submission: &Submission<'_>, fields: &Fields) -> Result<Response, Error> {
    let visit = submission.visit;
    let card = if submission.quote.total_minor > 0 { Some(read_card(fields, visit.now)) } else { None };
    let mut errors = submission.errors();
    if let Some(Err(problems)) = &card {
        errors.extend(problems.iter().map(card_error));
    }
    errors.sort_by_key(|error| FIELDS.iter().position(|field| *field == error.field));
    if !errors.is_empty() {
        return submission.page(StatusCode::UNPROCESSABLE_ENTITY, Remarks { errors, ..Remarks::default() });
    }
    let mut response = pay::pay(submission, card.and_then(Result::ok)).await?;
    visit.remember(&submission.visitor, &mut response);
    Ok(response)
}

/// What was tried under this name a short while ago.
async fn last_attempt(visit: &AtShop, checkout_id: &str) -> Result<Option<Attempt>, Error> {
    let attempt = db::reservations::last_attempt(visit.app.db(), visit.id(), checkout_id, visit.now).await?;
    Ok(attempt.filter(|attempt| visit.now < attempt.made_at.plus_minutes(typed::KEPT_SECONDS / 60)))
}

/// The form as it is first shown: as it was typed before the page was left or a payment led to nothing, else empty.
fn first_form(visit: &AtShop, cart: &Cart, typed: Option<FormView>, attempt: Option<&Attempt>) -> FormView {
    let countries = countries::delivered_to(&visit.snapshot().shop.shipping);
    let country = if let [(code, _)] = countries[..] { code.to_owned() } else { String::new() };
    let empty = FormView { coupon: cart.coupon.clone(), country, ..FormView::default() };
    if let Some(typed) = typed {
        let country = if typed.country.is_empty() { empty.country } else { typed.country.clone() };
        return FormView { coupon: empty.coupon, country, ..typed };
    }
    let Some(details) = attempt.map(|attempt| &attempt.details) else { return empty };
    let (contact, address) = (&details.contact, &details.address);
    FormView {
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        name: address.name.clone(),
        line1: address.line1.clone(),
        line2: address.line2.clone(),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: if address.country.is_empty() { empty.country } else { address.country.clone() },
        shipping_method: details.quote.shipping.as_ref().map(|option| option.key.clone()).unwrap_or_default(),
        coupon: empty.coupon,
    }
}

fn read_form(fields: &Fields) -> FormView {
    let text = |name: &str, most: usize| {
        let whole = fields.text(name);
        let end = whole.char_indices().nth(most + 1).map_or(whole.len(), |(at, _)| at);
        whole[..end].to_owned()
    };
    let line = |name: &str| text(name, LINE_CHARACTERS_MAX);
    FormView {
        email: text("email", 254),
        phone: text("phone", SHORT_CHARACTERS_MAX),
        name: line("name"),
        line1: line("line1"),
        line2: line("line2"),
        city: line("city"),
        region: line("region"),
        postal_code: text("postal_code", SHORT_CHARACTERS_MAX),
        country: text("country", 2).to_uppercase(),
        shipping_method: text("shipping_method", 100),
        coupon: normalize_coupon_code(&text("coupon", 100)),
    }
}

fn read_card(fields: &Fields, now: Timestamp) -> Result<Card, Vec<CardProblem>> {
    let bounded = |name: &str| fields.text(name).chars().take(60).collect();
    let form = CardForm { number: bounded("card_number"), expiry: bounded("card_expiry"), security_code: bounded("card_cvc") };
    Card::read(&form, now)
}

/// What is wrong with the card, beside its field.
pub(super) fn card_error(problem: &CardProblem) -> FieldErrorView {
    let field = match problem.field {
        CardField::Number => "card_number",
        CardField::Expiry => "card_expiry",
        CardField::SecurityCode => "card_cvc",
    };
    FieldErrorView { field, message: without_full_stop(problem.message).into() }
}

/// A lone sentence beside a field ends without a full stop, as all the others there do.
fn without_full_stop(words: &str) -> &str {
    words.strip_suffix('.').filter(|lone| !lone.contains(". ")).unwrap_or(words)
}

impl<'a> Submission<'a> {
    /// `None` when there is nothing in the cart that is for sale.
    async fn new(
        visit: &'a AtShop,
        checkout_id: String,
        cart: Cart,
        mut form: FormView,
        visitor: Visitor,
    ) -> Result<Option<Self>, Error> {
        let (known, gone) = visit.known_lines(&cart);
        if known.is_empty() || !gone.is_empty() {
            return Ok(None);
        }
        let address = address_of(&form);
        let chosen = Some(form.shipping_method.as_str());
        let mut quote = visit.quoted(&known, &form.coupon, Some(&address), chosen).await?;
        // Whoever has not chosen gets the first way of delivery, which the seller put first for a reason.
        if quote.shipping.is_none()
            && let Some(first) = quote.shipping_options.first()
        {
            form.shipping_method.clone_from(&first.key);
            quote = visit.quoted(&known, &form.coupon, Some(&address), Some(&form.shipping_method)).await?;
        }
        Ok(Some(Self { visit, checkout_id, cart, known, form, quote, visitor, total_seen_minor: None }))
    }

    pub fn contact(&self) -> Contact {
        Contact { email: self.form.email.clone(), phone: self.form.phone.clone() }
    }

    pub fn address(&self) -> Address {
        if self.quote.requires_shipping { address_of(&self.form) } else { Address::default() }
    }

    /// What is wrong with what was typed, apart from the card.
    fn errors(&self) -> Vec<FieldErrorView> {
        let form = &self.form;
        let mut errors = Vec::new();
        let mut wrong = |field, message: &str| errors.push(FieldErrorView { field, message: message.into() });
        match form.email.as_str() {
            "" => wrong("email", "Enter your e-mail address"),
            email if !is_email(email) => wrong("email", "This is not an e-mail address; write it like ada@example.org"),
            _ => {}
        }
        if form.phone.chars().count() > SHORT_CHARACTERS_MAX {
            wrong("phone", "This telephone number is too long");
        }
        if self.quote.requires_shipping {
            self.address_errors(&mut wrong);
        }
        if self.quote.coupon_refusal.is_some() {
            wrong("coupon", "The coupon does not count. Take it out or correct it");
        }
        errors
    }

    fn address_errors(&self, wrong: &mut impl FnMut(&'static str, &str)) {
        let form = &self.form;
        let needed = [("name", &form.name, "Enter the full name"), ("line1", &form.line1, "Enter the street and number")];
        for (field, text, message) in needed {
            if text.is_empty() {
                wrong(field, message);
            }
        }
        let known = countries::is_delivered_to(&self.visit.snapshot().shop.shipping, &form.country);
        match form.country.as_str() {
            "" => wrong("country", "Choose a country"),
            _ if !known => wrong("country", "We do not deliver to this country"),
            _ => {}
        }
        if form.postal_code.is_empty() && countries::has_postal_codes(&form.country) {
            wrong("postal_code", "Enter the postal code");
        }
        if form.city.is_empty() {
            wrong("city", "Enter the city");
        }
        if form.region.is_empty() && countries::has_regions(&form.country) {
            wrong("region", "Enter the state or province");
        }
        let limits = [
            ("name", &form.name, LINE_CHARACTERS_MAX),
            ("line1", &form.line1, LINE_CHARACTERS_MAX),
            ("line2", &form.line2, LINE_CHARACTERS_MAX),
            ("city", &form.city, LINE_CHARACTERS_MAX),
            ("region", &form.region, LINE_CHARACTERS_MAX),
            ("postal_code", &form.postal_code, SHORT_CHARACTERS_MAX),
        ];
        for (field, text, most) in limits {
            if text.chars().count() > most {
                wrong(field, &format!("At most {most} characters, please"));
            }
        }
        if known && self.quote.shipping.is_none() {
            wrong("shipping_method", "This cart cannot be delivered there");
        }
    }

    /// The page, with what was typed.
    pub fn page(&self, status: StatusCode, remarks: Remarks) -> Result<Response, Error> {
        let visit = self.visit;
        let moment = visit.moment();
        let money = |amount_minor| moment.money(amount_minor);
        let option_view = |option: &commerce::pricing::ShippingOption| ShippingOptionView {
            key: option.key.clone(),
            name: option.name.clone(),
            price: money(option.price_minor),
            chosen: self.quote.shipping.as_ref().is_some_and(|chosen| chosen.key == option.key),
        };
        let countries = countries::delivered_to(&visit.snapshot().shop.shipping);
        let total = money(self.quote.total_minor);
        let view = CheckoutView {
            checkout_id: self.checkout_id.clone(),
            form: self.form.clone(),
            errors: remarks.errors,
            refusal: remarks.refusal,
            refusal_url: remarks.refusal_url.into(),
            sold_out: remarks.sold_out,
            countries: countries.into_iter().map(|(code, name)| CountryView { code: code.into(), name: name.into() }).collect(),
            shipping_options: self.quote.shipping_options.iter().map(option_view).collect(),
            summary: visit.summary_view(&self.quote, &self.known),
            held_until: remarks.held_until,
            needs_card: self.quote.total_minor > 0,
            total_minor: self.quote.total_minor,
            card_hints: card_hints(visit),
            button: if self.quote.total_minor > 0 { format!("Pay {total}") } else { "Place the order".into() },
        };
        let mut response = visit.private_page(status, &visit.framed(Heading::private("Checkout"), view))?;
        visit.set_checkout_id(&mut response, &self.checkout_id);
        Ok(response)
    }
}

fn address_of(form: &FormView) -> Address {
    Address {
        name: form.name.clone(),
        line1: form.line1.clone(),
        line2: form.line2.clone(),
        city: form.city.clone(),
        region: form.region.clone(),
        postal_code: form.postal_code.clone(),
        country: form.country.clone(),
    }
}

/// The sandbox's cards, where it plays the provider.
fn card_hints(visit: &AtShop) -> Vec<CardHintView> {
    let cards = visit.app.payments().sandbox().map_or(&[][..], |_| &outbound::payment::TEST_CARDS);
    cards.iter().map(|(number, _, meaning)| CardHintView { number, meaning }).collect()
}
