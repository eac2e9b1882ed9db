//! Commands and their outcomes.

use super::Refusal;
use crate::cart::CartLine;
use crate::customer::{Address, Contact};
use crate::payment::{PaymentStatus, ProviderVerdict};
use crate::pricing::Quote;
use crate::{FlashSaleId, Money, OrderId, PaymentId, RefundId, ReservationId, Timestamp, VariantId};

/// What may be asked of the order writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Hold a cart and begin a payment: all lines or none.
    Reserve(Box<ReserveCart>),
    /// Take in what the provider says about a payment, whichever way the news came and however often.
    Settle {
        /// Which payment.
        payment: PaymentId,
        /// The provider's own name for it.
        reference: String,
        /// What it says.
        verdict: ProviderVerdict,
    },
    /// Give up a reservation.
    Release {
        /// Which.
        reservation: ReservationId,
    },
    /// Keep a reservation alive while its owner is busy with the checkout, up to the longest that one may last.
    Extend {
        /// Which.
        reservation: ReservationId,
    },
    /// Expire what has run out of time. Reading already counts it as free; this tidies.
    ExpireDue,
    /// Change a count in the building.
    AdjustStock {
        /// Which variant.
        variant: VariantId,
        /// How.
        change: StockChange,
        /// The seller's words.
        reason: String,
        /// A seller's e-mail address, `import` or `system`.
        actor: String,
    },
    /// Offer more or fewer units of a sale's item, but not fewer than are sold or held in it: nothing is taken from anyone.
    /// Exactly as many sells no more.
    ChangeQuantityOffered {
        /// The sale.
        sale: FlashSaleId,
        /// The item.
        variant: VariantId,
        /// The most units sold at the sale's price; `None`: as many as there are.
        quantity_offered: Option<i64>,
        /// A seller's e-mail address.
        actor: String,
    },
    /// Send units.
    FulfillOrder {
        /// Which order.
        order: OrderId,
        /// Line and units.
        lines: Vec<(u32, u32)>,
        /// Who carries it; may be empty.
        carrier: String,
        /// The carrier's number; may be empty.
        tracking: String,
        /// A seller's e-mail address.
        actor: String,
    },
    /// Call off what was not sent: its units can be sold again and its money goes back.
    CancelOrder {
        /// Which order.
        order: OrderId,
        /// The seller's words.
        reason: String,
        /// A seller's e-mail address.
        actor: String,
    },
    /// Give money back.
    RefundOrder {
        /// Which order.
        order: OrderId,
        /// For which units.
        lines: Vec<LineRefund>,
        /// On top of the lines (shipping, goodwill), minor units, zero or more.
        extra_minor: i64,
        /// The seller's words.
        reason: String,
        /// A seller's e-mail address.
        actor: String,
    },
    /// Take in what the provider says about a refund.
    SettleRefund {
        /// Which refund.
        refund: RefundId,
        /// What it says.
        result: RefundResult,
    },
}

/// A cart to be held, with all that its price depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveCart {
    /// Made by the page; makes a second submission find the first.
    pub checkout_id: String,
    /// A digest of everything the customer wrote and chose except the card.
    pub content_hash: String,
    /// What.
    pub lines: Vec<CartLine>,
    /// The coupon as typed; empty: none.
    pub coupon: String,
    /// Who.
    pub contact: Contact,
    /// Where to.
    pub address: Address,
    /// Key of the chosen shipping method; empty: none.
    pub shipping_method: String,
    /// Who will take the money.
    pub provider: String,
    /// The provider's name for what is to be charged: by it, whatever interrupts the checkout, the provider can be asked. Empty
    /// when there is nothing to charge.
    pub payment_reference: String,
    /// The sales to which the customer has early access, by a link that was checked.
    pub early_access: Vec<FlashSaleId>,
    /// The total that the page showed, minor units; `None`: not known. What is held for more is priced anew, in case that it is
    /// cheaper by now.
    pub total_seen_minor: Option<i64>,
    /// The signed name that the visitor's browser carries; empty: not known.
    pub visitor: String,
}

/// How a count changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockChange {
    /// It was counted: this many are in the building.
    Set {
        /// Units.
        on_hand: i64,
    },
    /// So many more, or fewer.
    Add {
        /// Units.
        delta: i64,
    },
    /// Goods came in.
    Receive {
        /// Units, one or more.
        quantity: i64,
    },
}

/// Units of a line whose money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRefund {
    /// The order's line.
    pub line: u32,
    /// Units, one or more.
    pub quantity: u32,
    /// Whether they can be sold again.
    pub restock: Restock,
}

/// Whether refunded units can be sold again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restock {
    /// They are back, or were never sent.
    Yes,
    /// They are lost, or stay with the customer.
    No,
}

/// What the provider says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundResult {
    /// The money is on its way.
    Succeeded,
    /// It will not go, and why.
    Failed {
        /// The provider's words.
        reason: String,
    },
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The cart is held; this payment may be taken.
    Reserved {
        /// The hold.
        reservation: ReservationId,
        /// The attempt to pay, pending.
        payment: PaymentId,
        /// How much.
        amount: Money,
        /// Until when it is held.
        expires_at: Timestamp,
        /// Every amount.
        quote: Box<Quote>,
    },
    /// The hold goes on.
    Extended {
        /// Until when it is held.
        expires_at: Timestamp,
    },
    /// A payment of this same checkout is still open: no second one is begun.
    PaymentOpen {
        /// The open one.
        payment: PaymentId,
        /// The provider's own name for it; empty when not known yet.
        reference: String,
        /// Where it stands.
        status: PaymentStatus,
        /// How much.
        amount: Money,
    },
    /// The order stands, now or since an earlier submission.
    Placed {
        /// The order.
        order: OrderId,
        /// Its number.
        number: i64,
        /// Whether this very command placed it.
        first: bool,
    },
    /// The payment was refused; the hold stays for another attempt.
    Declined {
        /// Why.
        code: String,
    },
    /// The payment is not decided yet.
    StillOpen {
        /// Where it stands.
        status: PaymentStatus,
    },
    /// This amount has to be given back at the provider, then [`Command::SettleRefund`].
    RefundDue {
        /// The refund.
        refund: RefundId,
        /// From which payment.
        payment: PaymentId,
        /// The provider's own name for the payment.
        reference: String,
        /// How much.
        amount: Money,
    },
    /// Done; nothing more to tell.
    Done,
    /// The shop says no.
    Refused(Refusal),
}
