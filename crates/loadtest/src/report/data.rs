//! Everything a run leaves behind, as data: the JSON report is this and nothing else, and the page and the terminal are drawn
//! from it.
//!
//! Times that begin with `at_` or end with `_at_s` are seconds since the run began; latencies are milliseconds, rates are per
//! second, memory is bytes. `SCHEMA` grows with every change that a reader would notice.

use serde::{Deserialize, Serialize};

/// The version of this format.
pub const SCHEMA: u32 = 2;

/// One run of the load test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The address that was tested, as it was given.
    pub target: String,
    /// When it began, RFC 3339 in UTC.
    pub began: String,
    /// How long it took, seconds.
    pub seconds: f64,
    /// What the shoppers' chance came from: the same seed makes the same shoppers.
    pub seed: u64,
    /// The plan's name.
    pub plan: String,
    /// The mix's name.
    pub mix: String,
    /// By how much the time was divided that shoppers look at a page: 1 is as people do. An accelerated shopper counts for as
    /// many.
    pub acceleration: f64,
    /// How shoppers are connected.
    pub connections: Connections,
    /// How many processes made the shoppers.
    pub workers: u32,
    /// The machines that made them; one, unless others have joined.
    pub machines: Vec<Machine>,
    /// What had to be reached.
    pub objectives: Objectives,
    /// The steps, in their order. A search for the knee adds its steps at the end.
    pub steps: Vec<Step>,
    /// The whole run, second by second.
    pub series: Vec<Second>,
    /// What one node carries, when the steps say so.
    pub capacity: Option<Capacity>,
    /// The books, when they were looked at.
    pub audit: Option<Audit>,
    /// What went wrong, by its words, the most frequent first.
    pub failures: Vec<Failure>,
    /// Ended before the plan was through: why.
    pub interrupted: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How shoppers are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Connections {
    /// Requests borrow a connection from a pool.
    Pooled,
    /// Every shopper has an open connection of their own, as a browser has.
    Sticky,
}

impl Connections {
    /// As it is written in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::Sticky => "sticky",
        }
    }
}

/// A machine that made shoppers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that could be used.
    pub cores: u32,
    /// Memory, bytes.
    pub memory: u64,
    /// The system and its version.
    pub system: String,
}

/// What a step has to reach. Bounds are exclusive: an objective is missed at the bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Objectives {
    /// 95 % of all pages within, milliseconds.
    pub page_p95_ms: f64,
    /// 99 % of all pages within, milliseconds.
    pub page_p99_ms: f64,
    /// 99 % of all payments within, milliseconds.
    pub pay_p99_ms: f64,
    /// Share of requests that fail, 0 to 1.
    pub errors: f64,
}

impl Default for Objectives {
    fn default() -> Self {
        Self { page_p95_ms: 500.0, page_p99_ms: 1_000.0, pay_p99_ms: 2_000.0, errors: 0.001 }
    }
}

/// What a request was for. Everything but [`Kind::Asset`] and [`Kind::Now`] counts as a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The front page.
    Home,
    /// A collection, and all products.
    Collection,
    /// A product.
    Product,
    /// Search results.
    Search,
    /// Something is put into the cart or taken out.
    CartChange,
    /// The cart.
    Cart,
    /// The checkout's page.
    Checkout,
    /// The checkout's form is sent with a payment.
    Pay,
    /// The receipt and the order's page.
    Receipt,
    /// Pages about the shop, the sale, delivery.
    Info,
    /// What moves: the small document that pages ask for.
    Now,
    /// Style sheets, scripts, pictures.
    Asset,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::Home,
        Self::Collection,
        Self::Product,
        Self::Search,
        Self::CartChange,
        Self::Cart,
        Self::Checkout,
        Self::Pay,
        Self::Receipt,
        Self::Info,
        Self::Now,
        Self::Asset,
    ];

    /// Whether an order fails where such a page does.
    pub const fn leads_to_an_order(self) -> bool {
        matches!(self, Self::CartChange | Self::Checkout | Self::Pay | Self::Receipt)
    }

    /// What it is called on a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Home => "Front page",
            Self::Collection => "Collections",
            Self::Product => "Products",
            Self::Search => "Search",
            Self::CartChange => "Cart changed",
            Self::Cart => "Cart",
            Self::Checkout => "Checkout",
            Self::Pay => "Payment",
            Self::Receipt => "Receipts",
            Self::Info => "About the shop",
            Self::Now => "Live stock",
            Self::Asset => "Styles and pictures",
        }
    }
}

/// So many shoppers, held for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Shoppers that were to be there at once.
    pub shoppers: u64,
    /// Found by the search for the knee, not in the plan.
    pub is_search: bool,
    /// When it began.
    pub began_at_s: f64,
    /// How long shoppers came until they were all there, seconds.
    pub ramp_s: f64,
    /// How long they stayed, seconds.
    pub hold_s: f64,
    /// How much of the beginning of the hold was not counted, seconds. All numbers below are of the rest.
    pub ignored_s: f64,
    /// Shoppers that were there at most.
    pub shoppers_reached: u64,
    /// Sockets that were open at most.
    pub sockets: u64,
    /// Everything that was asked for.
    pub counts: Counts,
    /// Latency of pages from the instant at which the shopper wanted them.
    pub response: Latency,
    /// Latency of pages from the instant at which the request was sent.
    pub service: Latency,
    /// The same for each kind of request that occurred.
    pub kinds: Vec<OfKind>,
    /// Whether the load test itself was the limit.
    pub generator: Generator,
    /// What the server used, when it could be read.
    pub server: Option<ServerUse>,
    /// What is to be thought of it.
    pub verdict: Verdict,
    /// Why: each reason is a sentence with the number and the bound. Empty when it passed.
    pub reasons: Vec<String>,
}

/// How many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Requests that were answered or failed.
    pub requests: u64,
    /// Of these the ones that failed: a broken connection, no answer in time, a status or a page that was not expected.
    pub errors: u64,
    /// Of these the ones that were told to come back later. They are no errors.
    pub refused: u64,
    /// Visits that began.
    pub visits: u64,
    /// Receipts that were read.
    pub orders: u64,
    /// Times that a buyer was told that it is sold out.
    pub sold_out: u64,
    /// Compressed bytes that were read.
    pub bytes: u64,
    /// Seconds in which all this was counted.
    pub seconds: f64,
}

impl Counts {
    /// Requests a second; 0 before any time has passed.
    pub fn requests_per_s(&self) -> f64 {
        self.per_second(self.requests)
    }

    /// `count` of these a second; 0 before any time has passed.
    pub fn per_second(&self, count: u64) -> f64 {
        if self.seconds > 0.0 { count as f64 / self.seconds } else { 0.0 }
    }

    /// The share of requests that failed, 0 to 1; 0 when there were none.
    pub fn error_share(&self) -> f64 {
        self.errors as f64 / self.requests.max(1) as f64
    }
}

/// A distribution of latency, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// How many were measured.
    pub count: u64,
    /// Half of them within.
    pub p50_ms: f64,
    /// 95 % within.
    pub p95_ms: f64,
    /// 99 % within.
    pub p99_ms: f64,
    /// 99.9 % within.
    pub p999_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

/// The numbers of one kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfKind {
    /// What was asked for.
    pub kind: Kind,
    /// How often.
    pub requests: u64,
    /// How often it failed.
    pub errors: u64,
    /// From the intended instant.
    pub response: Latency,
    /// From the send.
    pub service: Latency,
}

/// How the load test itself did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Generator {
    /// By how much requests were sent late, 99 % within, milliseconds.
    pub lag_p99_ms: f64,
    /// Share of its time in which its busiest thread did not wait for anything, 0 to 1.
    pub busiest: f64,
    /// Processor seconds of all its threads per second.
    pub cores: f64,
    /// Shoppers that should have come and could not, for lack of sockets or memory.
    pub dropped: u64,
    /// Resident memory of all its processes, bytes.
    pub memory: u64,
}

/// What the server used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ServerUse {
    /// Processor seconds per second.
    pub cores: f64,
    /// Resident memory at most, bytes.
    pub memory: u64,
}

/// What is to be thought of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every objective was reached.
    Passed,
    /// One was not.
    Missed,
    /// The load test itself was the limit: the numbers say nothing about the shop.
    Invalid,
    /// It was ended before its time.
    Unfinished,
}

impl Verdict {
    /// In a word, with a sign that tells it without color.
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed => "✓ held",
            Self::Missed => "✗ missed",
            Self::Invalid => "– not valid",
            Self::Unfinished => "– unfinished",
        }
    }
}

/// One second of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Second {
    /// Which one.
    pub at_s: f64,
    /// Shoppers that were there.
    pub shoppers: u64,
    /// Open sockets.
    pub sockets: u64,
    /// Requests that ended.
    pub requests: u64,
    /// Of these failed.
    pub errors: u64,
    /// Of these told to come back later.
    pub refused: u64,
    /// Visits that began; 0 in reports of before this was counted.
    #[serde(default)]
    pub visits: u64,
    /// Receipts.
    pub orders: u64,
    /// Latency of pages from the intended instant: half of them within, milliseconds; 0 when there was none.
    pub p50_ms: f64,
    /// 95 % within.
    pub p95_ms: f64,
    /// 99 % within.
    pub p99_ms: f64,
    /// Processor seconds of the load test.
    pub generator_cores: f64,
    /// What the server used, when it could be read.
    pub server: Option<ServerUse>,
}

/// A run under way, told once a second to whatever draws it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Which step it is at, counted from 0.
    pub step: usize,
    /// How many steps there are. A search for the knee adds one.
    pub steps: usize,
    /// Shoppers that are to be there now.
    pub shoppers_aimed: u64,
    /// Since the run began, seconds.
    pub elapsed_s: f64,
    /// How long it takes as planned, seconds.
    pub total_s: f64,
    /// The second that has just ended.
    pub latest: Second,
    /// Everything since the run began.
    pub totals: Counts,
}

/// What one node carries, from the steps that were valid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// Shoppers at once at which every objective still held.
    pub shoppers: u64,
    /// Requests a second there.
    pub requests_per_s: f64,
    /// Whether a step above it missed an objective. If not, the node may carry more.
    pub is_limit: bool,
    /// The universal scalability law, fitted to the steps; nothing below three valid ones.
    pub scalability: Option<Scalability>,
}

/// The universal scalability law: `X(N) = γN / (1 + σ(N − 1) + κN(N − 1))`, N in shoppers, X in requests a second. Gunther 2007.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scalability {
    /// γ: requests a second of one shopper.
    pub gamma: f64,
    /// σ: the share that waits in line, 0 to 1.
    pub sigma: f64,
    /// κ: what it costs that everybody agrees with everybody.
    pub kappa: f64,
    /// How well it fits, 0 to 1.
    pub r_squared: f64,
    /// Shoppers at which it gives the most; nothing where it never turns down.
    pub peak_shoppers: Option<f64>,
}

/// What a look into the books said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// How it was looked at: over HTTP, or in the books themselves.
    pub by: String,
    /// Receipts that buyers saw.
    pub receipts: u64,
    /// Receipts without an order.
    pub missing: u64,
    /// Orders that more than one buyer holds a receipt of, and buyers with two orders for one checkout.
    pub doubled: u64,
    /// Receipts whose total is not the order's.
    pub wrong_total: u64,
    /// Units sold beyond those that were there.
    pub oversold: u64,
    /// Times that "sold out" was said while there were units.
    pub sold_out_untrue: u64,
    /// Reservations that had not ended when they should have.
    pub reservations_open: u64,
    /// Whether the ledgers of stock and money add up; nothing when they could not be read.
    pub books_hold: Option<bool>,
    /// Each finding as a sentence.
    pub findings: Vec<String>,
}

/// Something that went wrong, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What was asked for.
    pub kind: Kind,
    /// In words.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// How a run ended. The number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every objective was reached and the books balance.
    Passed = 0,
    /// An objective was missed.
    ObjectiveMissed = 2,
    /// The load test itself was the limit.
    GeneratorSaturated = 3,
    /// The books do not balance.
    BooksDoNotBalance = 4,
    /// It was ended by hand before it was through, and until then nothing was wrong. The number is what a shell says of Ctrl-C.
    EndedByHand = 130,
}
