//! Known mistakes that can be made on purpose, so that the simulation can show that it would notice them.
//!
//! A switch point reads `if enough && !planted(Bug::LateStockCheck)`. Without the feature `planted_bugs`, which only tests of
//! other crates enable, [`planted`] is a constant `false` and every switch point is compiled away.

macro_rules! bugs {
    ($($(#[doc = $says:literal])+ $name:ident),+ $(,)?) => {
        /// A mistake, told as what the program would do wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Bug {
            $($(#[doc = $says])+ $name),+
        }

        impl Bug {
            /// Every mistake, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What the program would do wrong.
            pub fn says(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($says),+).trim_ascii_start()),+
                }
            }
        }
    };
}

bugs! {
    /// Stock is looked at only once the money is there.
    LateStockCheck,
    /// Each line of a cart is looked at alone, even where two name the same variant.
    LinesCheckedAlone,
    /// A cart changes: the old hold is given back before it is certain that the new one can be had.
    MissedRollback,
    /// A hold still counts at the very instant at which its time is up.
    HoldLastsAnInstantLonger,
    /// Holds that have run out of time keep their units.
    ExpiredHoldsKept,
    /// Units of a hold that ends are given back to the shelf but not to the sale.
    SaleClaimKept,
    /// The number of units that a sale offers is not looked at.
    OfferIgnored,
    /// A change of the offered number forgets what was claimed before.
    OfferForgetsClaims,
    /// Everyone is let into a sale as if they had an early-access link.
    EveryoneIsEarly,
    /// The price of an item stays the sale's after the sale has closed.
    SaleNeverCloses,
    /// The customer's limit counts the address as written, so that `+1` makes a new customer.
    LimitByAddressAsWritten,
    /// The customer's limit looks at one order at a time.
    LimitPerOrderOnly,
    /// The coupon's use is counted when the order is placed, not when it is held.
    CouponCountedAfter,
    /// A hold that runs out of time keeps its use of the coupon.
    CouponUseKept,
    /// Every change to a canceled order gives its use of the coupon back once more.
    CouponGivenBackTwice,
    /// Activity prolongs a hold without an end.
    HoldWithoutEnd,
    /// Units held in other checkouts by the same browser are not counted.
    VisitorNotCounted,
    /// A second payment is begun while the first is still open.
    OpenPaymentForgotten,
    /// A payment for an earlier cart of a page answers for its new cart.
    EarlierPaymentAnswers,
    /// A page that already led to an order can be bought again.
    OrderForgotten,
    /// A page that already led to an order takes another cart for the same one.
    ContentNotCompared,
    /// A payment that arrives after its hold ran out becomes an order whether or not the goods are there.
    LatePaymentNotChecked,
    /// A payment that arrives after its hold ran out is kept without an order.
    LatePaymentKept,
    /// The second payment of one page is kept as well.
    SecondPaymentKept,
    /// The same news of a capture, told twice, makes two orders.
    CaptureCountedTwice,
    /// Money that arrives after the provider said no is not taken for an order.
    DeclineIsForEver,
    /// A late “declined” is believed although the money was taken.
    LateDeclineBelieved,
    /// A payment that waits for its customer goes back to the beginning when older news arrives.
    OldNewsBelieved,
    /// Whatever amount the provider names is taken.
    AmountNotCompared,
    /// Whatever currency the provider names is taken.
    CurrencyNotCompared,
    /// Delivery is not charged.
    ShippingNotCharged,
    /// A coupon's discount is rounded line by line and does not add up.
    DiscountRoundedByLine,
    /// Two orders of one batch get the same number.
    NumberUsedTwice,
    /// The confirmation of an order is not written down with it.
    ConfirmationForgotten,
    /// A refund is taken off what can be given back only when the provider has answered.
    RefundCountedLate,
    /// A refund that the provider refused can never be given again.
    RefusedRefundLost,
    /// The same news of a refund, told twice, counts twice.
    RefundCountedTwice,
    /// Part of a line's units give back a rounded-up share of its money.
    RefundRoundedUp,
    /// Calling off an order gives shipping back although part of it was sent.
    ShippingRefundedAfterSending,
    /// A canceled order keeps its units.
    CanceledUnitsKept,
    /// Units that were never sent come back onto the shelf.
    UnsentUnitsReturned,
    /// A parcel leaves the shelf but its units stay claimed.
    ParcelKeepsClaim,
    /// More can be sent than was ordered.
    MoreSentThanOrdered,
    /// A count may be set below what holds and orders have claimed.
    CountBelowClaimed,
    /// Two movements of a variant get the same number.
    MovementNumberReused,
    /// The money journal takes a refund from the wrong account.
    RefundBookedAsSale,
    /// Answers do not wait for what the commit says.
    AnswerBeforeCommit,
    /// A commit that was not answered is taken for a failure.
    UnknownTakenForFailure,
    /// A commit that was not answered is taken for a success.
    UnknownTakenForSuccess,
    /// A command that cannot find its own earlier run is run again after an unknown commit.
    RepeatedInDoubt,
    /// What fails when it is decided again after an unknown commit is told as unchanged.
    DoubtForgotten,
    /// Rows are locked in the order in which commands name them.
    UnsortedLocks,
    /// Open payments are looked for before their page is locked.
    PaymentsFoundTooEarly,
    /// Rows are read without being locked, and written without being compared.
    RowsNotCompared,
    /// Decisions read a copy that is one commit behind.
    StaleCopyRead,
    /// Now and then a crash leaves half of a commit behind.
    HalfACommit,
    /// A crash takes the last commit with it.
    LastCommitLost,
    /// The name of a form is not kept with what was done for it.
    FormNotKept,
    /// The writer looks whether anything waits, lets go of the lock, and goes to sleep by what it saw.
    SleepsByAnEarlierLook,
    /// Whether the writer sleeps, and has to be woken, is looked at before the lock is taken for handing in.
    WokenByAnEarlierLook,
    /// Whether the queue is closed is looked at before the lock is taken for handing in.
    ClosedByAnEarlierLook,
    /// Closing the queue does not wake the writer.
    ClosedInSilence,
    /// What still waits in a closed queue is not taken out.
    ClosedTakenForEmpty,
    /// In a lane the newest comes first.
    NewestFirst,
    /// Making room takes more than one start out of the longest lane: all of it is lost.
    LaneGoesWithDisplaced,
    /// A start that made room still counts as waiting.
    DisplacedStillCounted,
    /// A lane that was emptied to make room keeps its turn.
    EmptyLaneKeepsTurn,
    /// A batch takes one command more than it has room for.
    BatchOverfilled,
    /// Whoever made room is not told to come back.
    DisplacedNotTold,
    /// Whoever made room is missing in the writer's figures.
    DisplacedNotInFigures,
    /// What was put off to the next batch is forgotten.
    PutOffForgotten,
}

impl Bug {
    /// Those that need more than one thread to show, or a queue that is full: the test of the hand-off finds them, and the
    /// simulation is not asked.
    pub const OF_THE_HAND_OFF: &'static [Self] = &[
        Self::SleepsByAnEarlierLook,
        Self::WokenByAnEarlierLook,
        Self::ClosedByAnEarlierLook,
        Self::ClosedInSilence,
        Self::ClosedTakenForEmpty,
        Self::NewestFirst,
        Self::LaneGoesWithDisplaced,
        Self::DisplacedStillCounted,
        Self::EmptyLaneKeepsTurn,
        Self::BatchOverfilled,
        Self::DisplacedNotTold,
        Self::DisplacedNotInFigures,
        Self::PutOffForgotten,
    ];
}

#[cfg(not(feature = "planted_bugs"))]
mod switch {
    use super::Bug;

    /// Whether this mistake is being made: never.
    pub const fn planted(_: Bug) -> bool {
        false
    }
}

#[cfg(feature = "planted_bugs")]
mod switch {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether this mistake is being made on this thread.
    pub fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Makes one mistake, or none, on this thread from now on.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }
}

#[cfg(feature = "planted_bugs")]
pub use switch::plant;
pub use switch::planted;
