//! The press: prints editions and keeps them true.
//!
//! A new catalog version or an instant on the calendar is a new edition, which takes over the pages that show nothing of a
//! changed price; what is on the calendar is printed beforehand and counts
//! from its instant on, by every reader's own clock. When units are sold, the pages that show them are printed anew, at most once
//! a second however many orders there are. Pages that visitors ask for come first; the rest is printed when somebody asks.

use super::address::key_in;
use super::asked::{Asked, Recorder};
use super::boundaries::next_boundary;
use super::page::{BODY_BYTES_MAX, FrozenPage, Printed, is_shared};
use super::{Edition, Editions, kept};
use crate::app::ShopInMemory;
use crate::error::Error;
use crate::site::Site;
use crate::snapshot::Change;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use commerce::sale::FlashSalePhase;
use commerce::{ShopId, Timestamp};
use db::order_writer::Movement;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tracing::{debug, warn};

/// How often the press looks at what has changed.
const ROUND_INTERVAL: Duration = Duration::from_millis(100);
/// How often pages are printed anew because units were sold, microseconds.
const MOVES_MICROS: i64 = 1_000_000;
/// How long before an instant on the calendar its edition is printed.
const AHEAD_MICROS: i64 = 30_000_000;
/// How long visitors see the old edition while the first pages of a new one are printed.
const FIRST_PAGES_TIME: Duration = Duration::from_millis(250);
/// How long one shop's pages are printed, beyond the first ones of an edition, before the next shop has its turn: whatever a shop
/// has on its calendar, the others' pages follow what they sell.
const TURN_TIME: Duration = Duration::from_millis(50);
/// The most pages of an edition that are printed before somebody asks for them.
const EAGER_PAGES_MAX: usize = 1_000;
/// How often an edition is kept on the disk, microseconds.
const KEEP_MICROS: i64 = 10_000_000;
/// How long `/now.json` is good for, microseconds.
const NOW_GOOD_MICROS: i64 = 1_000_000;

/// How much the press keeps, and where.
#[derive(Clone, Debug)]
pub struct PressLimits {
    /// Bytes of pages of all shops together.
    pub bytes_max: usize,
    /// Folder for the last editions; `None`: they are gone when the program ends.
    pub folder: Option<PathBuf>,
}

impl Default for PressLimits {
    /// Some five thousand pages of 10 KB in two codings.
    fn default() -> Self {
        Self { bytes_max: 64 << 20, folder: None }
    }
}

/// Tells a handler that it makes a page for everybody, and from what.
#[derive(Clone)]
pub struct Printing {
    /// The shop.
    pub shop: Arc<ShopInMemory>,
    /// The instant that the page shows.
    pub now: Timestamp,
    /// Writes down what the page shows.
    pub recorder: Arc<Recorder>,
}

/// Prints the editions of all shops.
pub struct Press {
    site: Site,
    limits: PressLimits,
    shops: HashMap<ShopId, AtPress>,
    moves_taken: Option<Timestamp>,
}

/// What the press knows of a shop.
#[derive(Default)]
struct AtPress {
    /// The shop as it was printed last.
    printed: Option<Arc<ShopInMemory>>,
    /// Pages of the current edition that are still to be printed.
    to_print: VecDeque<String>,
    /// And of the next one.
    to_print_ahead: VecDeque<String>,
    /// What was kept on the disk.
    kept: Option<Kept>,
}

/// An edition as it was kept on the disk.
struct Kept {
    edition: Weak<Edition>,
    pages: usize,
    at: Timestamp,
}

impl Press {
    /// A press for all shops of a site.
    pub fn new(site: Site, limits: PressLimits) -> Self {
        Self { site, limits, shops: HashMap::new(), moves_taken: None }
    }

    /// Prints until `shutdown` is ready.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let now = self.site.app().now();
            self.round(now).await;
            tokio::select! {
                () = &mut shutdown => break,
                () = tokio::time::sleep(ROUND_INTERVAL) => {}
            }
        }
        // Whatever was kept last is older than what visitors see.
        self.shops.values_mut().for_each(|at_press| at_press.kept = None);
        for shop in self.site.app().shops() {
            self.keep(&shop, self.site.app().now()).await;
        }
    }

    /// Looks at every shop once and prints what is due at `now`.
    pub async fn round(&mut self, now: Timestamp) {
        let is_due = self.moves_taken.is_none_or(|taken| !(0..MOVES_MICROS).contains(&now.micros_since(taken)));
        let movement = is_due.then(|| {
            self.moves_taken = Some(now);
            self.site.app().writer().availability().take_moved()
        });
        let shops = self.site.app().shops();
        self.shops.retain(|id, _| shops.iter().any(|shop| shop.snapshot.shop.id == *id));
        let lacks = |shop: &&Arc<ShopInMemory>| shop.snapshot.shop.open && has_no_pages(shop);
        let in_sale = |shop: &&Arc<ShopInMemory>| shop.snapshot.sales.iter().any(|sale| sale.phase(now) == FlashSalePhase::Open);
        self.site.app().health().set_editions_missing(shops.iter().filter(lacks).filter(in_sale).count());
        let held: usize = shops.iter().map(|shop| bytes_held(shop)).sum();
        // Each shop may fill its equal part, and what the others leave.
        let bytes_max_of = |shop: &ShopInMemory, bytes_max: usize| {
            let left = bytes_max.saturating_sub(held.saturating_sub(bytes_held(shop)));
            left.max(bytes_max / shops.len())
        };
        for shop in &shops {
            let bytes_max = bytes_max_of(shop, self.limits.bytes_max);
            if !shop.snapshot.shop.open {
                shop.editions.store(None);
                continue;
            }
            if !self.shops.contains_key(&shop.snapshot.shop.id) {
                self.recall(shop, now, bytes_max).await;
            }
            if shop.editions.load().is_none() {
                self.open(shop, now, bytes_max);
            }
        }
        for shop in shops.iter().filter(|shop| shop.snapshot.shop.open) {
            let bytes_max = bytes_max_of(shop, self.limits.bytes_max);
            self.renew(shop, now, bytes_max).await;
            if let Some(movement) = &movement {
                self.follow(shop, movement, now, bytes_max).await;
            }
            self.print_ahead(shop, now, bytes_max).await;
            self.print_rest(shop, now).await;
            self.keep(shop, now).await;
        }
    }

    /// What the program had printed before it ended last.
    async fn recall(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp, bytes_max: usize) {
        let id = shop.snapshot.shop.id;
        self.shops.insert(id, AtPress::default());
        let Some(folder) = self.limits.folder.clone() else { return };
        let origin = self.site.app().address_of(&shop.snapshot.shop, "");
        let recalled = tokio::task::spawn_blocking(move || kept::recall(&folder, &origin, id, now, bytes_max)).await;
        if let Ok(Some(editions)) = recalled {
            shop.editions.store(Some(Arc::new(editions)));
        }
    }

    /// An edition without pages, for a shop that has none: whoever asks before its pages are printed makes them for everybody.
    fn open(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp, bytes_max: usize) {
        let snapshot = &shop.snapshot;
        let current = Arc::new(Edition::new(snapshot.version, now, next_boundary(snapshot, now), bytes_max));
        shop.editions.store(Some(Arc::new(Editions { current, next: None })));
        let to_print = self.hot_keys(shop, Vec::new());
        let at_press = self.shops.entry(snapshot.shop.id).or_default();
        (at_press.printed, at_press.to_print) = (Some(Arc::clone(shop)), to_print);
    }

    /// Keeps an edition that is another than the one kept, now and then.
    async fn keep(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp) {
        let (Some(folder), Some(editions)) = (self.limits.folder.clone(), shop.editions.load_full()) else { return };
        let id = shop.snapshot.shop.id;
        let at_press = self.shops.entry(id).or_default();
        if at_press.kept.as_ref().is_some_and(|kept| (0..KEEP_MICROS).contains(&now.micros_since(kept.at))) {
            return;
        }
        let current =
            Kept { edition: Arc::downgrade(&editions.current), pages: editions.current.that_are_asked_for().len(), at: now };
        let is_kept = |kept: &Kept| kept.edition.ptr_eq(&current.edition) && kept.pages == current.pages;
        let is_same = at_press.kept.as_ref().is_some_and(is_kept);
        at_press.kept = Some(current);
        if is_same {
            return;
        }
        let origin = self.site.app().address_of(&shop.snapshot.shop, "");
        let keeping = move || kept::keep(&folder, &origin, id, &editions.current);
        if let Ok(Err(error)) = tokio::task::spawn_blocking(keeping).await {
            warn!(shop.id = %id, %error, "The edition could not be kept for the next start: {error}");
        }
    }

    /// A new edition where the one that visitors see has become another shop's or another hour's.
    async fn renew(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp, bytes_max: usize) {
        let editions = shop.editions.load_full();
        let version = shop.snapshot.version;
        let counting = editions.as_ref().and_then(|editions| editions.at(now)).filter(|edition| edition.version == version);
        let Some(counting) = counting else {
            let printed = self.shops.entry(shop.snapshot.shop.id).or_default().printed.replace(Arc::clone(shop));
            if let Some(outdated) = editions.as_ref().and_then(|editions| editions.at(now))
                && let Some(Change::Terms(variants)) = printed.map(|before| Change::between(&before.snapshot, &shop.snapshot))
            {
                let moved = Asked { variants, ..Asked::default() };
                let current = self.reprint(shop, outdated, &moved, now, bytes_max).await;
                shop.editions.store(Some(Arc::new(Editions { current, next: None })));
                return;
            }
            let touched = editions.as_ref().map(|editions| touched_keys(&editions.current)).unwrap_or_default();
            let edition = Arc::new(Edition::new(version, now, next_boundary(&shop.snapshot, now), bytes_max));
            let mut to_print = self.hot_keys(shop, touched);
            self.print(shop, &edition, &mut to_print, FIRST_PAGES_TIME).await;
            shop.editions.store(Some(Arc::new(Editions { current: edition, next: None })));
            self.shops.entry(shop.snapshot.shop.id).or_default().to_print = to_print;
            return;
        };
        counting.hold_at_most(bytes_max);
        // What was the next edition counts now: the one before it is not needed any more.
        if editions.as_ref().is_some_and(|editions| !Arc::ptr_eq(counting, &editions.current)) {
            shop.editions.store(Some(Arc::new(Editions { current: Arc::clone(counting), next: None })));
            let at_press = self.shops.entry(shop.snapshot.shop.id).or_default();
            at_press.to_print = std::mem::take(&mut at_press.to_print_ahead);
        }
    }

    /// Prints anew what shows something that has moved.
    async fn follow(&mut self, shop: &Arc<ShopInMemory>, movement: &Movement, now: Timestamp, bytes_max: usize) {
        let moved = shown_differently(shop, movement);
        let Some(editions) = shop.editions.load_full().filter(|_| !moved.is_empty()) else { return };
        let current = self.reprint(shop, &editions.current, &moved, now, bytes_max).await;
        let next = match &editions.next {
            Some(next) => {
                let next = self.reprint(shop, next, &moved, next.from, bytes_max).await;
                next.count_as_asked_for();
                Some(next)
            }
            None => None,
        };
        shop.editions.store(Some(Arc::new(Editions { current, next })));
    }

    /// The same edition, with those pages replaced that show what has moved: printed anew where somebody asks for them, left out
    /// where nobody does.
    async fn reprint(
        &self,
        shop: &Arc<ShopInMemory>,
        edition: &Arc<Edition>,
        moved: &Asked,
        now: Timestamp,
        bytes_max: usize,
    ) -> Arc<Edition> {
        edition.note_move();
        let touched = edition.that_showed(moved);
        let version = shop.snapshot.version;
        if touched.is_empty() && edition.version == version {
            return Arc::clone(edition);
        }
        let renewed = Arc::new(Edition::new(version, now, edition.until, bytes_max));
        for (key, page) in edition.that_did_not_show(moved) {
            renewed.put(&key, page);
        }
        let mut to_print: VecDeque<String> =
            touched.into_iter().filter(|(_, page)| page.was_touched()).map(|(key, _)| key.into()).collect();
        self.print(shop, &renewed, &mut to_print, FIRST_PAGES_TIME).await;
        renewed
    }

    /// The edition of the next instant on the calendar: its first pages at once, the others turn by turn. What is sold meanwhile
    /// is followed on all of them.
    async fn print_ahead(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp, bytes_max: usize) {
        let Some(editions) = shop.editions.load_full() else { return };
        let id = shop.snapshot.shop.id;
        if let Some(next) = &editions.next {
            let mut to_print = std::mem::take(&mut self.shops.entry(id).or_default().to_print_ahead);
            if !to_print.is_empty() {
                self.print(shop, next, &mut to_print, TURN_TIME).await;
                next.count_as_asked_for();
                self.shops.entry(id).or_default().to_print_ahead = to_print;
            }
            return;
        }
        let due = |until: &Timestamp| until.micros_since(now) <= AHEAD_MICROS;
        let Some(instant) = editions.current.until.filter(due) else { return };
        let until = next_boundary(&shop.snapshot, instant);
        let next = Arc::new(Edition::new(shop.snapshot.version, instant, until, bytes_max));
        let mut to_print = self.hot_keys(shop, touched_keys(&editions.current));
        self.print(shop, &next, &mut to_print, FIRST_PAGES_TIME).await;
        next.count_as_asked_for();
        debug!(shop.id = %id, pages = next.len(), left = to_print.len(), "Printed ahead");
        shop.editions.store(Some(Arc::new(Editions { current: Arc::clone(&editions.current), next: Some(next) })));
        self.shops.entry(id).or_default().to_print_ahead = to_print;
    }

    async fn print_rest(&mut self, shop: &Arc<ShopInMemory>, now: Timestamp) {
        let Some(at_press) = self.shops.get_mut(&shop.snapshot.shop.id).filter(|at_press| !at_press.to_print.is_empty()) else {
            return;
        };
        let mut to_print = std::mem::take(&mut at_press.to_print);
        let editions = shop.editions.load_full();
        let Some(edition) = editions.as_ref().and_then(|editions| editions.at(now)) else { return };
        let time = if edition.is_empty() { FIRST_PAGES_TIME } else { TURN_TIME };
        to_print.retain(|key| edition.page(key, now).is_none());
        self.print(shop, edition, &mut to_print, time).await;
        self.shops.entry(shop.snapshot.shop.id).or_default().to_print = to_print;
    }

    /// Prints from the front of a list until it is done or the time is up.
    async fn print(&self, shop: &Arc<ShopInMemory>, edition: &Edition, keys: &mut VecDeque<String>, time: Duration) {
        let printing = async {
            while let Some(key) = keys.front() {
                if let (_, Some(page)) = self.site.print(shop, key, edition.from).await {
                    edition.put(key, page);
                }
                keys.pop_front();
                tokio::task::yield_now().await;
            }
        };
        // What is left stays in the list.
        let _ = tokio::time::timeout(time, printing).await;
    }

    /// What is printed before anybody asks: what everybody looks at first, and what visitors have asked for lately.
    fn hot_keys(&self, shop: &ShopInMemory, touched: Vec<String>) -> VecDeque<String> {
        let snapshot = &shop.snapshot;
        let mut keys: VecDeque<String> = ["/", "/collections", "/collections/all"].map(String::from).into();
        keys.extend(snapshot.sales.iter().map(|sale| key_in("/sales/", &sale.handle)));
        keys.extend(touched);
        keys.extend(snapshot.collections.iter().map(|collection| key_in("/collections/", &collection.handle)));
        keys.extend(snapshot.pages.iter().map(|page| key_in("/pages/", &page.handle)));
        let items = snapshot.sales.iter().flat_map(|sale| &sale.items).filter_map(|item| snapshot.variant(item.variant));
        keys.extend(items.map(|(product, _)| key_in("/products/", &product.handle)));
        let mut seen = BTreeSet::new();
        keys.retain(|key| seen.insert(key.clone()));
        keys.truncate(EAGER_PAGES_MAX);
        keys
    }
}

impl Site {
    /// Makes a page for everybody as it is at `now`, and freezes it if it is the same for everyone and there is such a page.
    pub async fn print(&self, shop: &Arc<ShopInMemory>, key: &str, now: Timestamp) -> (Response, Option<Arc<FrozenPage>>) {
        let recorder = Arc::new(Recorder::default());
        let printing = Printing { shop: Arc::clone(shop), now, recorder: Arc::clone(&recorder) };
        let mut request = Request::new(Body::empty());
        match key.parse() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(_) => return (Error::NotFound.into_response(), None),
        }
        request.extensions_mut().insert(printing);
        let response = self.route(request).await;
        if response.status() != StatusCode::OK || !is_shared(response.headers()) {
            return (response, None);
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = axum::body::to_bytes(body, BODY_BYTES_MAX).await else {
            return (Error::Internal(format!("the page {key} is too large to be frozen")).into_response(), None);
        };
        let good_until = (key == "/now.json").then(|| Timestamp(now.0 + NOW_GOOD_MICROS));
        let headers = parts.headers.clone();
        let printed = Printed { headers, body: body.clone(), at: now, asked: recorder.take(), good_until };
        (Response::from_parts(parts, Body::from(body)), Some(Arc::new(FrozenPage::freeze(printed))))
    }
}

fn has_no_pages(shop: &ShopInMemory) -> bool {
    shop.editions.load().as_ref().is_none_or(|editions| editions.current.is_empty())
}

fn bytes_held(shop: &ShopInMemory) -> usize {
    shop.editions.load().as_ref().map_or(0, |editions| editions.current.bytes())
}

fn touched_keys(edition: &Edition) -> Vec<String> {
    edition.that_are_asked_for().into_iter().map(|(key, _)| key.into()).collect()
}

/// What of this shop looks different on a page than before the movement. A figure above everything that pages tell apart may move
/// as it likes.
fn shown_differently(shop: &ShopInMemory, movement: &Movement) -> Asked {
    let snapshot = &shop.snapshot;
    let id = snapshot.shop.id;
    let checkout = &snapshot.shop.checkout;
    let told_apart_max = checkout.low_stock_from.max(i64::from(checkout.quantity_per_line_max)) + 1;
    let shown = |left: Option<i64>| left.map(|left| left.clamp(0, told_apart_max));
    let mut asked = Asked { is_everything: movement.is_cut_short, ..Asked::default() };
    for moved in movement.variants.iter().filter(|moved| moved.key.0 == id && shown(moved.before) != shown(moved.now)) {
        asked.variants.insert(moved.key.1);
    }
    for moved in movement.sales.iter().filter(|moved| moved.key.0 == id) {
        asked.sales.insert(moved.key.1);
        if shown(moved.before) != shown(moved.now) {
            asked.variants.insert(moved.key.2);
        }
    }
    asked
}
