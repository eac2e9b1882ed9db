//! What must hold at every instant, by its short name: the sentence it claims, and what to do when a row breaks it. And what must
//! hold of that which buyers were told.
//!
//! `docs/INVARIANTS.md` has the same list with those that rows cannot show, and where each of these is proved instead.

/// What must hold at every instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invariant {
    /// Units are conserved.
    I1,
    /// Counters are what reservations and orders claim.
    I2,
    /// Counters are what the ledger says.
    I3,
    /// Holds end once.
    I4,
    /// Nothing was ever promised that was not there.
    I5,
    /// No hold is for ever.
    I6,
    /// Limits of sales count what is claimed.
    L1,
    /// Limits of coupons count what is claimed.
    L2,
    /// Nobody holds more than one may.
    L3,
    /// No confirmed order is lost.
    D1,
    /// No order appears from nowhere.
    D2,
    /// Each attempt to pay has one outcome.
    D3,
    /// Orders stand where their history has led them.
    D5,
    /// One checkout has one effect.
    K1,
    /// What is remembered of a checkout has happened.
    K3,
    /// Captured money has an order or goes back.
    P1,
    /// Orders cost what their parts cost.
    P2,
    /// No more goes back than came in.
    P4,
    /// Money that came too late goes back.
    P5,
    /// Every receipt is an order.
    R1,
    /// Orders are what their receipts say.
    R2,
    /// Nobody else holds a receipt of the same order.
    R3,
    /// “Sold out” was true.
    R4,
    /// Holds that ran out have ended.
    R5,
}

/// What a program says of an invariant.
struct Words {
    id: &'static str,
    sentence: &'static str,
    advice: &'static str,
}

const fn words(id: &'static str, sentence: &'static str, advice: &'static str) -> Words {
    Words { id, sentence, advice }
}

impl Invariant {
    /// Every invariant of the books, in the order of the report.
    pub const ALL: [Self; 19] = [
        Self::I1,
        Self::I2,
        Self::I3,
        Self::I4,
        Self::I5,
        Self::I6,
        Self::L1,
        Self::L2,
        Self::L3,
        Self::D1,
        Self::D2,
        Self::D3,
        Self::D5,
        Self::K1,
        Self::K3,
        Self::P1,
        Self::P2,
        Self::P4,
        Self::P5,
    ];

    /// What buyers were told, held against the books; after the others in the report.
    pub const OF_RECEIPTS: [Self; 5] = [Self::R1, Self::R2, Self::R3, Self::R4, Self::R5];

    /// The short name: `I1`.
    pub const fn id(self) -> &'static str {
        self.words().id
    }

    /// What is claimed, in one sentence.
    pub const fn sentence(self) -> &'static str {
        self.words().sentence
    }

    /// What to do when a row breaks it.
    pub const fn advice(self) -> &'static str {
        self.words().advice
    }

    const fn words(self) -> Words {
        match self {
            Self::I1 | Self::I2 | Self::I3 | Self::I4 | Self::I5 | Self::I6 => self.words_of_stock(),
            Self::L1 | Self::L2 | Self::L3 => self.words_of_limits(),
            Self::P1 | Self::P2 | Self::P4 | Self::P5 => self.words_of_money(),
            Self::R1 | Self::R2 | Self::R3 | Self::R4 | Self::R5 => self.words_of_receipts(),
            _ => self.words_of_orders(),
        }
    }

    const fn words_of_stock(self) -> Words {
        const COUNT: &str = "Count the shelf, correct the count at the desk, and see the variant's history for who changed it.";
        const LEDGER: &str = "The rows were changed past the program: compare with the latest backup, and keep this database.";
        match self {
            Self::I1 => {
                words("I1", "What came in, less what was sent, is in the building, and no more than that is promised.", COUNT)
            }
            Self::I2 => words(
                "I2",
                "Reserved units are those of active reservations, allocated units those of orders still to be sent.",
                LEDGER,
            ),
            Self::I3 => {
                words("I3", "The counters of every variant are what a replay of its movements from the first row gives.", LEDGER)
            }
            Self::I4 => words("I4", "Every reservation ends at most once: as one order, expired, or released.", LEDGER),
            Self::I5 => words(
                "I5",
                "At every step of its history, a variant that is counted had at least the units that were promised of it.",
                "More was sold than there was: order the missing units, or cancel the latest orders of this variant.",
            ),
            _ => words(
                "I6",
                "Every reservation that holds units runs out within a day of when it was made.",
                "Units are held for nobody: release the reservation's checkout, or set its end in the database to now.",
            ),
        }
    }

    const fn words_of_limits(self) -> Words {
        const COUNTS: &str =
            "The limit counts wrongly: pause the sale or the coupon, and compare its orders with the counts named.";
        match self {
            Self::L1 => words(
                "L1",
                "Units counted against each sale's limits are those of active reservations and of orders that stand.",
                COUNTS,
            ),
            Self::L2 => words(
                "L2",
                "Uses counted against each coupon's limits are those of active reservations and of orders that stand.",
                COUNTS,
            ),
            _ => words(
                "L3",
                "Nobody holds more unpaid units in several checkouts at once than the shop allows.",
                "Someone blocks stock: it is free again when the reservation runs out; lower the limit under Settings, Checkout.",
            ),
        }
    }

    const fn words_of_orders(self) -> Words {
        const LOST: &str = "An order is missing: restore the latest backup beside this database and look for it there.";
        match self {
            Self::D1 => {
                words("D1", "Every order that a checkout, a letter or the last number given out speaks of is there.", LOST)
            }
            Self::D2 => {
                words("D2", "Every order came from one checkout, and no order number is missing or given out twice.", LOST)
            }
            Self::D3 => words(
                "D3",
                "Every payment belongs to one reservation of the same checkout, and both tell the same outcome.",
                "Look the payment up at the provider by its reference, and at the order it names.",
            ),
            Self::D5 => words(
                "D5",
                "Every order stands where its lines and parcels have led it, and each step says who took it and when.",
                "Compare the order with its parcels at the desk; what was sent without a trace was changed past the program.",
            ),
            Self::K1 => words(
                "K1",
                "Of each checkout at most one reservation holds units or became an order.",
                "A customer may have been served twice: compare the two reservations and ask the customer.",
            ),
            _ => words(
                "K3",
                "What is remembered of a checkout has happened: its reservation is there.",
                "The checkout answers for something that is not there: compare with the latest backup.",
            ),
        }
    }

    const fn words_of_money(self) -> Words {
        const OWED: &str =
            "Money is owed: find the payment at the provider by its reference, and give it back or place the order.";
        match self {
            Self::P1 => words("P1", "Every captured payment has exactly one order, or goes back in full.", OWED),
            Self::P2 => words(
                "P2",
                "Every order's total is the sum of its parts at their pinned prices, and exactly that was paid.",
                "Compare the order with the confirmation that its customer got, and refund the difference.",
            ),
            Self::P4 => words(
                "P4",
                "No more money goes back than came in, and the money ledger says what payments and refunds say.",
                "Compare the refunds of this payment with the provider's own list before giving anything else back.",
            ),
            _ => words("P5", "Money that came after its reservation had ended became an order or goes back in full.", OWED),
        }
    }

    const fn words_of_receipts(self) -> Words {
        match self {
            Self::R1 => words(
                "R1",
                "Every receipt that a buyer saw is an order of this shop.",
                "A confirmed order is lost: keep this database, and look for the order in the latest backup by its checkout.",
            ),
            Self::R2 => words(
                "R2",
                "Every order has the total and the units of its receipt.",
                "Compare the order with its receipt at the desk, and give back what was charged beyond it.",
            ),
            Self::R3 => words(
                "R3",
                "Every receipt was given to the checkout that its order came from, and to no other.",
                "Two buyers wait for one order: look both checkouts up, then place the missing order or give its money back.",
            ),
            Self::R4 => words(
                "R4",
                "Whoever was told “sold out” asked for more units than could be had at that time.",
                "Buyers were sent away from goods that were there. If the times named are off by the difference between two \
                 machines' clocks, set the clocks and repeat the test.",
            ),
            _ => words(
                "R5",
                "Every reservation whose time is up has ended, wherever a server runs that ends them.",
                "Nobody tidies up: `doorbuster nodes` says which server should, and its log says why it does not.",
            ),
        }
    }
}
