//! Why the shop says no, and what the person reads.

use crate::pricing::CouponRefusal;
use crate::{Currency, Money, Timestamp, VariantId};

/// Why a command was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The cart is empty.
    EmptyCart,
    /// More different products than one order may have.
    TooManyLines {
        /// The limit.
        lines_max: usize,
    },
    /// More units of one variant than one order may have.
    TooManyUnits {
        /// Which variant.
        variant: VariantId,
        /// The limit.
        quantity_max: u32,
    },
    /// Not in this shop, or not for sale.
    NotForSale {
        /// Which variant.
        variant: VariantId,
    },
    /// Fewer units are available than asked.
    SoldOut {
        /// Which variant.
        variant: VariantId,
        /// Its name.
        title: String,
        /// What is left; zero or more.
        available: i64,
    },
    /// The sale is not open yet.
    NotOpenYet {
        /// Which variant.
        variant: VariantId,
        /// Its name.
        title: String,
        /// From when on.
        opens_at: Timestamp,
    },
    /// Asked for more than one customer may buy in this sale.
    OverCustomerLimit {
        /// Which variant.
        variant: VariantId,
        /// Its name.
        title: String,
        /// The limit.
        quantity_max: i64,
    },
    /// Holds too many unpaid units in other checkouts already.
    TooManyHolds {
        /// The limit.
        units_max: i64,
    },
    /// The hold has ended.
    ReservationOver,
    /// The coupon does not count.
    Coupon(CouponRefusal),
    /// Nothing is delivered to this country.
    NoShippingThere,
    /// The chosen way of delivery is not offered for this cart and address.
    ShippingMethodUnavailable,
    /// The same checkout page was used for an order before, with other content.
    CheckoutUsed {
        /// The earlier order's number.
        number: i64,
    },
    /// A payment with other content is still open for this checkout page.
    PaymentInProgress,
    /// The provider took another amount than was asked.
    AmountMismatch,
    /// No such reservation, payment, order, line or refund in this shop.
    NotFound,
    /// More units than are left to be sent.
    MoreThanToSend {
        /// The order's line.
        line: u32,
        /// Units left.
        left: u32,
    },
    /// More units, or more money, than was paid and not given back yet.
    MoreThanPaid {
        /// What is left, minor units.
        left_minor: i64,
    },
    /// Nothing was chosen, or nothing is left to do.
    NothingToDo,
    /// Fewer units than reservations and orders have claimed.
    BelowClaimed {
        /// What is claimed.
        claimed: i64,
    },
    /// The number is out of range.
    OutOfRange,
}

impl Refusal {
    /// What the person reads. Instants are left to the page, which knows the shop's zone.
    pub fn message(&self, currency: Currency) -> String {
        match self {
            Self::EmptyCart => "Your cart is empty.".into(),
            Self::TooManyLines { lines_max } => format!("One order can have at most {lines_max} different products."),
            Self::TooManyUnits { quantity_max, .. } => format!("One order can have at most {quantity_max} of the same product."),
            Self::NotForSale { .. } => "A product in your cart is no longer for sale. Please take it out.".into(),
            Self::SoldOut { title, available, .. } if *available <= 0 => format!("{title} is sold out."),
            Self::SoldOut { title, available, .. } => format!("Only {available} left of {title}."),
            Self::NotOpenYet { title, .. } => format!("{title} cannot be bought yet: its sale has not opened."),
            Self::OverCustomerLimit { title, quantity_max, .. } => {
                format!("{title} is limited to {quantity_max} per customer in this sale.")
            }
            Self::TooManyHolds { units_max } => format!(
                "You hold products in other checkouts that are not paid yet, and {units_max} in all can be held. Please finish or \
                 leave those first."
            ),
            Self::ReservationOver => "The time for this checkout is over. Its products can be had by others now.".into(),
            Self::Coupon(refusal) => refusal.message(currency),
            Self::NoShippingThere => "We do not deliver to this country.".into(),
            Self::ShippingMethodUnavailable => "Please choose how it should be delivered.".into(),
            Self::CheckoutUsed { number } => {
                format!("This checkout page already led to order {number}. Go to your cart to order again.")
            }
            Self::PaymentInProgress => "A payment for this checkout is still being decided. Please wait a moment.".into(),
            Self::AmountMismatch => "The payment does not match the order. We are looking into it.".into(),
            Self::NotFound => "There is no such thing here.".into(),
            Self::MoreThanToSend { line, left } => format!("Line {line} has only {left} left to send."),
            Self::MoreThanPaid { left_minor } => {
                format!("At most {} can be given back.", Money::new(*left_minor, currency))
            }
            Self::NothingToDo => "Nothing was chosen.".into(),
            Self::BelowClaimed { claimed } => format!("{claimed} are claimed by reservations and orders; it cannot be fewer."),
            Self::OutOfRange => "The number is out of range.".into(),
        }
    }
}
