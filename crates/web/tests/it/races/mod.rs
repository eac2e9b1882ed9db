//! Races: shoppers, sellers, provider and clock at the same thing at the same instant, over HTTP, on both databases.
//!
//! Each test tries its race a few times; `cargo xtask races --times 1000` tries it often. One server lives through all rounds of
//! a test; a round brings its own stock, customers and coupons. What is at stake differs from round to round by a seed that is
//! printed and can be given back (`RACES_SEED`). Every test ends with the proof.

mod limits;
mod payments;
mod stock;

use crate::world::{Answer, Browser, World, worlds};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use commerce::VariantId;
use commerce::cart::Cart;
use commerce::checkout::{Command, StockChange};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Rounds where nobody asks for more.
const ROUNDS: u32 = 12;

/// A card that wants to be confirmed.
pub const ASKS: &str = "4000 0025 0000 3155";

/// Runs a race again and again on each database, then proves the books.
pub fn race(round: impl Fn(&World, &mut Dice)) {
    let rounds = std::env::var("RACES").ok().and_then(|times| times.parse().ok()).unwrap_or(ROUNDS);
    let seed =
        std::env::var("RACES_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| RandomState::new().hash_one(0));
    for world in worlds() {
        let mut dice = Dice::new(seed);
        for number in 0..rounds {
            eprintln!("{}: round {number}, RACES_SEED={seed}", world.engine);
            round(&world, &mut dice);
        }
        world.verify();
    }
}

/// Chance that can be had again: xorshift.
pub struct Dice(u64);

impl Dice {
    /// The same seed throws the same.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// From `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        least + self.0 % (most - least + 1)
    }
}

/// A number that nobody has had before in this process.
pub fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A checkout page's name.
pub fn checkout_id() -> String {
    URL_SAFE_NO_PAD.encode(u128::from(unique()).to_be_bytes())
}

/// An address that counts as one customer.
pub fn email() -> String {
    format!("ada@house{}.example", unique())
}

/// A cart's cookie; a variant may stand on two lines.
pub fn cart(lines: &[(VariantId, u32)]) -> String {
    let one = |line: &(VariantId, u32)| {
        let mut cart = Cart::default();
        cart.add(line.0, line.1, 50, 1_000);
        cart.encode()
    };
    lines.iter().map(one).collect::<Vec<_>>().join(".")
}

/// A browser with this in its cart.
pub fn shopper(world: &World, lines: &[(VariantId, u32)]) -> Browser {
    let mut browser = world.browser();
    browser.cookies.insert("cart".into(), cart(lines));
    browser
}

/// Fills the page in and pays.
pub fn pay(browser: &mut Browser, checkout_id: &str, email: &str, changes: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("checkout_id", checkout_id),
        ("email", email),
        ("name", "Ada Lovelace"),
        ("country", "DE"),
        ("line1", "Lindenstraße 4"),
        ("postal_code", "10969"),
        ("city", "Berlin"),
        ("shipping_method", "standard"),
        ("card_number", "4242 4242 4242 4242"),
        ("card_expiry", "12/30"),
        ("card_cvc", "123"),
        ("intent", "pay"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    browser.post("/checkout", &fields)
}

/// Whether the answer, or the page that waits behind it, leads to a receipt. Anything but a receipt or a refusal is a fault.
#[track_caller]
pub fn has_order(browser: &mut Browser, mut answer: Answer) -> bool {
    for _ in 0..50 {
        if answer.status == 303 && answer.location().starts_with("/orders/") {
            return true;
        }
        if answer.status == 303 && answer.location().starts_with("/checkout/pending/") {
            answer = browser.get(answer.location());
        } else {
            break;
        }
    }
    assert!(matches!(answer.status, 200 | 303 | 402 | 409 | 422), "{}: {}", answer.status, answer.body);
    false
}

/// Does all of it at once, in threads; what came of it in the same order.
pub fn at_once<T: Send>(works: Vec<Box<dyn FnOnce() -> T + Send + '_>>) -> Vec<T> {
    let start = std::sync::Barrier::new(works.len());
    std::thread::scope(|scope| {
        let running: Vec<_> = works
            .into_iter()
            .map(|work| {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    work()
                })
            })
            .collect();
        running.into_iter().map(|one| one.join().expect("a racer finishes")).collect()
    })
}

impl World {
    /// Makes exactly `left` units available.
    pub fn leave(&self, variant: VariantId, left: i64) {
        let available = self.app.writer().availability().get(self.juniper, variant).expect("it is counted");
        let change = StockChange::Add { delta: left - available };
        let command = Command::AdjustStock { variant, change, reason: "counted".into(), actor: "ines@juniper.example".into() };
        self.with(self.app.writer().submit(self.juniper, command)).expect("the writer answers");
    }

    /// How many orders there are.
    pub fn orders(&self) -> i64 {
        let filter = db::orders::OrderFilter::default();
        self.with(db::orders::list_orders(self.db(), self.juniper, &filter, 1, 1)).expect("the database answers").1
    }
}
