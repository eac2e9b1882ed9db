//! A shopper: a small record, the next thing that it wants, and what it makes of the answer.
//!
//! Nothing here knows a socket or a clock. A shopper says what it does next ([`Doing`]); whoever drives it sends the request and
//! wakes it. What all shoppers of one thread have in common is the [`Market`]. Buying is in [`buying`].

mod buying;
mod memory;
mod shop;

pub(crate) use memory::unpacked;
pub use memory::{ASSETS_MAX, Memory};
pub use shop::{PageNumber, Popularity, Shop, Unknown};

use crate::audit::Entry;
use crate::cookies::Cookies;
use crate::mix::Mix;
use crate::mix::walk::Place;
use crate::page;
use crate::report::data::Kind;
use crate::request::Requests;
use crate::response::Response;
use crate::way::Way;
use buying::Basket;
use forecast::chance::Chance;
use memory::Said;

/// How often somebody who is told to come back later does so.
const PATIENCE_TIMES: u8 = 5;
/// After how long somebody comes back who was not told when, seconds.
const COME_BACK_S: f64 = 5.0;
/// How long a page's script waits between two looks at what moves, seconds at least and at most: as the shop's own does.
const LOOK_AGAIN_S: (f64, f64) = (4.0, 6.0);
/// The same on average.
pub const LOOK_AGAIN_MEAN_S: f64 = 5.0;
/// How many products somebody looks at for one that can be bought.
const OFFERS_MAX: u8 = 5;

/// What somebody who has no basket sends.
static NO_COOKIES: Cookies = Cookies::new();

/// One visit.
#[derive(Debug)]
pub struct Shopper {
    chance: Chance,
    basket: Option<Box<Basket>>,
    cached: [u64; ASSETS_MAX / 64],
    /// When the next page is wanted, microseconds of the run.
    wanted_us: u64,
    /// The name of the visit: no other has it.
    number: u32,
    page: PageNumber,
    product: PageNumber,
    place: Place,
    asset_at: u16,
    errand: Errand,
    tries: u8,
    offers: u8,
    comes_back: bool,
    looks_again: bool,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errand {
    /// A page that everybody gets.
    Page,
    /// A product is put into the cart.
    Add,
    /// The cart, asked for or led to.
    Cart,
    /// The checkout's page.
    Checkout,
    /// The checkout's page again, with an address: now it says what delivery costs.
    Deliver,
    /// The checkout's form with a card.
    Pay,
    /// The page that waits for the bank.
    Pending,
    /// The receipt.
    Receipt,
    /// What moves.
    Now,
    /// A style sheet, a script, a picture.
    Asset,
}

/// What a shopper does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Doing {
    /// Sends the request that [`Market::write`] writes.
    Ask,
    /// Looks at what there is until this instant, microseconds of the run.
    Look {
        /// When.
        until_us: u64,
    },
    /// Leaves.
    Leave,
}

/// What a shopper thinks of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opinion {
    /// It is what was asked for.
    Fine,
    /// Come back later.
    Refused,
    /// It is not.
    Failed(String),
}

/// Where and when an answer was got, microseconds of the run.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When the request was sent.
    pub sent_us: u64,
    /// When the answer was there.
    pub now_us: u64,
}

/// What all shoppers of a thread have in common.
#[derive(Debug)]
pub struct Market {
    mix: Mix,
    shop: Shop,
    popularity: Popularity,
    memory: Memory,
    requests: Requests,
    /// What buyers were told, since it was last taken.
    pub told: Told,
    /// The instant 0 of the run, milliseconds since 1970 UTC.
    began_ms: i64,
    /// A name for the run, so that no two runs have the same visitors.
    run: String,
}

/// What buyers were told.
#[derive(Debug, Default)]
pub struct Told {
    /// Receipts that were read.
    pub orders: u64,
    /// Times that something was sold out.
    pub sold_out: u64,
    /// The same for the audit.
    pub entries: Vec<Entry>,
}

/// What a market begins with.
#[derive(Debug)]
pub struct Opening<'a> {
    /// Who comes.
    pub mix: Mix,
    /// Where they go.
    pub shop: Shop,
    /// How it is reached.
    pub way: &'a Way,
    /// The instant 0 of the run, milliseconds since 1970 UTC.
    pub began_ms: i64,
    /// A name that no other thread of any run has; letters, digits and hyphens.
    pub run: String,
}

impl Market {
    /// Where shoppers may come to.
    pub fn open(opening: Opening<'_>) -> Self {
        let Opening { mix, shop, way, began_ms, run } = opening;
        let popularity = Popularity::new(shop.range(Kind::Product).len(), mix.product_exponent);
        let requests = Requests::to(way).compressed();
        Self { mix, shop, popularity, memory: Memory::default(), requests, told: Told::default(), began_ms, run }
    }

    /// Somebody lands. Their first page is wanted at once: [`Shopper::wake`].
    pub fn arrive(&self, number: u32, mut chance: Chance) -> Shopper {
        let place = self.mix.arrive(&mut chance);
        Shopper::new(number, place, chance)
    }

    /// Somebody who has been there for a while, and when they want their next page.
    pub fn midway(&self, number: u32, mut chance: Chance, now_us: u64) -> (Shopper, Doing) {
        let midway = self.mix.midway(&mut chance);
        let mut shopper = Shopper::new(number, midway.place, chance);
        shopper.wanted_us = later(now_us, midway.wakes_in_s);
        let until_us = shopper.wanted_us;
        (shopper, Doing::Look { until_us })
    }

    /// Writes what the shopper asks for; the bytes are good until the next request is written.
    pub fn write(&mut self, shopper: &Shopper) -> &[u8] {
        let cookies = shopper.basket.as_ref().map_or(&NO_COOKIES, |basket| &basket.cookies);
        match shopper.errand {
            Errand::Page => self.requests.get(self.shop.path(shopper.page), cookies),
            Errand::Now => self.requests.get("/now.json", &NO_COOKIES),
            Errand::Asset => {
                let asset = self.asset(shopper).map_or("/favicon.ico", |number| self.memory.asset(number));
                let asset = asset.to_owned();
                self.requests.asset(&asset);
            }
            _ => self.write_purchase(shopper),
        }
        self.requests.bytes()
    }

    /// What the shopper's request is for.
    pub fn kind(&self, shopper: &Shopper) -> Kind {
        match shopper.errand {
            Errand::Page => self.shop.kind(shopper.page),
            Errand::Add => Kind::CartChange,
            Errand::Cart => Kind::Cart,
            Errand::Checkout | Errand::Deliver | Errand::Pending => Kind::Checkout,
            Errand::Pay => Kind::Pay,
            Errand::Receipt => Kind::Receipt,
            Errand::Now => Kind::Now,
            Errand::Asset => Kind::Asset,
        }
    }

    /// The next asset of its page that the shopper does not have.
    fn asset(&self, shopper: &Shopper) -> Option<u16> {
        let said = self.memory.last(shopper.page)?;
        said.assets.get(usize::from(shopper.asset_at)).copied()
    }

    fn time_ms(&self, at_us: u64) -> i64 {
        self.began_ms + i64::try_from(at_us / 1_000).unwrap_or(i64::MAX)
    }
}

impl Shopper {
    fn new(number: u32, place: Place, chance: Chance) -> Self {
        Self {
            chance,
            basket: None,
            cached: [0; ASSETS_MAX / 64],
            wanted_us: 0,
            number,
            page: 0,
            product: 0,
            place,
            asset_at: 0,
            errand: Errand::Page,
            tries: 0,
            offers: 0,
            comes_back: false,
            looks_again: false,
        }
    }

    /// Their time has come: they come back, or want their next page, or their page's script looks at what moves.
    pub fn wake(&mut self, market: &mut Market, now_us: u64) -> Doing {
        if std::mem::take(&mut self.comes_back) {
            return Doing::Ask;
        }
        if now_us < self.wanted_us {
            self.errand = Errand::Now;
            return Doing::Ask;
        }
        self.tries = 0;
        self.looks_again = false;
        self.next_page(market, now_us)
    }

    fn next_page(&mut self, market: &mut Market, now_us: u64) -> Doing {
        loop {
            let before = self.place;
            let Some(kind) = market.mix.next_page(&mut self.place, &mut self.chance) else { return Doing::Leave };
            match kind {
                Kind::Product => self.choose_product(market),
                Kind::Home | Kind::Collection | Kind::Search | Kind::Info => {
                    let range = market.shop.range(kind);
                    self.page = range.start + (self.chance.share() * range.len() as f64) as u32;
                    self.errand = Errand::Page;
                }
                // What the mix has in a path behind something that could not be had is left out.
                _ => match self.next_purchase(market, kind, before, now_us) {
                    Some(doing) => return doing,
                    None => continue,
                },
            }
            return Doing::Ask;
        }
    }

    fn choose_product(&mut self, market: &Market) {
        self.product = market.shop.range(Kind::Product).start + market.popularity.drawn(&mut self.chance);
        self.page = self.product;
        self.errand = Errand::Page;
    }

    /// An answer has come.
    pub fn answered(&mut self, market: &mut Market, response: &Response<'_>, moment: Moment) -> (Opinion, Doing) {
        if matches!(response.status, 429 | 503) {
            return (Opinion::Refused, self.refused(market, response, moment.now_us));
        }
        match self.errand {
            Errand::Now => (fine_if_found(response), self.look(moment.now_us)),
            Errand::Asset => {
                self.asset_at += 1;
                (fine_if_found(response), self.fetch_or_look(market, moment.now_us))
            }
            Errand::Page => match self.read_page(market, response, moment) {
                Ok(()) => (Opinion::Fine, self.got_page(market, moment.now_us)),
                Err(why) => (Opinion::Failed(why), Doing::Leave),
            },
            _ => match self.answered_purchase(market, response, moment) {
                Ok(doing) => (Opinion::Fine, doing),
                Err(why) => (Opinion::Failed(why), Doing::Leave),
            },
        }
    }

    /// No answer has come, or a broken one.
    pub fn unanswered(&mut self, market: &mut Market, now_us: u64) -> Doing {
        match self.errand {
            Errand::Now => self.look(now_us),
            Errand::Asset => {
                self.asset_at += 1;
                self.fetch_or_look(market, now_us)
            }
            _ => Doing::Leave,
        }
    }

    fn refused(&mut self, market: &mut Market, response: &Response<'_>, now_us: u64) -> Doing {
        if matches!(self.errand, Errand::Now | Errand::Asset) {
            return self.unanswered(market, now_us);
        }
        self.tries += 1;
        if self.tries >= PATIENCE_TIMES {
            return Doing::Leave;
        }
        let told_s = response.headers("retry-after").next().and_then(|seconds| seconds.parse::<u32>().ok());
        self.come_back(now_us, told_s.map_or(COME_BACK_S, |seconds| f64::from(seconds.max(1))))
    }

    /// Asks for the same thing again after a while.
    fn come_back(&mut self, now_us: u64, in_s: f64) -> Doing {
        self.comes_back = true;
        Doing::Look { until_us: later(now_us, in_s) }
    }

    fn read_page(&mut self, market: &mut Market, response: &Response<'_>, moment: Moment) -> Result<(), String> {
        let said = said_by(market, self.page, response)?;
        market.memory.see(self.page, moment);
        if market.shop.kind(self.page) == Kind::Product && said.offer.is_none() {
            return Err("the product's page has no form to put it into the cart".into());
        }
        self.looks_again = said.asks_now;
        Ok(())
    }

    fn got_page(&mut self, market: &mut Market, now_us: u64) -> Doing {
        self.wanted_us = later(now_us, market.mix.think_s(&mut self.chance));
        self.asset_at = 0;
        self.fetch_or_look(market, now_us)
    }

    /// Fetches what the page needs and the browser does not have yet, one after the other.
    fn fetch_or_look(&mut self, market: &Market, now_us: u64) -> Doing {
        while let Some(number) = market.asset(self) {
            let (word, bit) = (usize::from(number) % ASSETS_MAX / 64, 1 << (number % 64));
            if self.cached[word] & bit == 0 {
                self.cached[word] |= bit;
                self.errand = Errand::Asset;
                return Doing::Ask;
            }
            self.asset_at += 1;
        }
        self.look(now_us)
    }

    fn look(&mut self, now_us: u64) -> Doing {
        let mut until_us = self.wanted_us.max(now_us);
        if self.looks_again {
            let (least_s, most_s) = LOOK_AGAIN_S;
            until_us = until_us.min(later(now_us, least_s + (most_s - least_s) * self.chance.share()));
        }
        Doing::Look { until_us }
    }
}

/// What a page said, if it is one.
fn said_by(market: &mut Market, page: PageNumber, response: &Response<'_>) -> Result<std::rc::Rc<Said>, String> {
    let header = |name| response.headers(name).next().unwrap_or_default();
    let etag = header("etag");
    if response.status == 200
        && let Some(said) = market.memory.recall(page, etag)
    {
        return Ok(said);
    }
    let text = html(response)?;
    if response.status != 200 {
        return Err(format!("{}: {}", response.status, page::told(&text)));
    }
    if let Some(alert) = page::alert(&text) {
        return Err(format!("the page says: {alert}"));
    }
    Ok(market.memory.read(page, etag, &text))
}

/// The document as text, when it is HTML.
fn html<'a>(response: &'a Response<'_>) -> Result<std::borrow::Cow<'a, str>, String> {
    let header = |name| response.headers(name).next().unwrap_or_default();
    let kind = header("content-type");
    if !kind.starts_with("text/html") {
        let kind = if kind.is_empty() { "no type" } else { kind };
        return Err(format!("{}: a page was asked for and {kind} came", response.status));
    }
    unpacked(&response.body, header("content-encoding")).ok_or_else(|| "the page cannot be unpacked".into())
}

fn fine_if_found(response: &Response<'_>) -> Opinion {
    if response.status == 200 { Opinion::Fine } else { Opinion::Failed(format!("status {}", response.status)) }
}

/// So many seconds later.
fn later(now_us: u64, seconds: f64) -> u64 {
    now_us + (seconds * 1e6) as u64
}

#[cfg(test)]
mod tests;
