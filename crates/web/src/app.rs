//! What all handlers share: database, order writer, payment provider, clock, and every shop in memory.

use crate::admin::DeskMemory;
use crate::crowd::{Crowd, Crowds, ShopCrowd};
use crate::edition::Editions;
use crate::edition::asked::Recorder;
use crate::gate::keeper::KeeperSettings;
use crate::gate::{Gate, WorkClock};
use crate::health::Health;
use crate::metrics::{Metrics, ShopMetrics};
use crate::sale_record::SaleRecorder;
use crate::search::Search;
use crate::signature::Signer;
use crate::snapshot::{Availability, Snapshot, load};
use crate::storefront::BusyPages;
use crate::storefront::picture_cache::{PictureCache, PictureCacheSettings};
use arc_swap::{ArcSwap, ArcSwapOption};
use commerce::shop::Shop;
use commerce::{FlashSaleId, ShopId, Timestamp, VariantId};
use db::news::News;
use db::order_writer::Clock;
use db::{Db, OrderWriter};
use outbound::payment::PaymentProvider;
use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::MissedTickBehavior;
use tracing::{error, info};

/// How often the database is asked whether a shop has changed.
const RELOAD_INTERVAL: Duration = Duration::from_millis(500);

/// What the server is made from.
pub struct AppParts {
    /// The database.
    pub db: Db,
    /// The one door for orders.
    pub writer: OrderWriter,
    /// Who takes the money.
    pub payments: PaymentProvider,
    /// The clock.
    pub clock: Clock,
    /// How long the current thread has been at work.
    pub work_clock: WorkClock,
    /// How many requests may be inside and in line.
    pub gate: KeeperSettings,
    /// Makes keys in addresses.
    pub signer: Signer,
    /// Whether visitors come by `https`, here or at a proxy in front.
    pub scheme: Scheme,
    /// Port in addresses, where it is not the scheme's own.
    pub public_port: Option<u16>,
    /// How long a checkout waits for the provider before it shows the page that waits.
    pub payment_patience: Duration,
    /// Shoppers of a seller's load test at most; 0: sellers may not test.
    pub loadtest_shoppers_max: u32,
    /// Where mail is kept as files; `None`: a mail server takes it.
    pub mail_folder: Option<PathBuf>,
}

/// How visitors reach the shops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Plain, as on one's own machine.
    Http,
    /// Encrypted: cookies are marked secure, addresses begin with `https`.
    Https,
}

impl Scheme {
    /// As in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// The state of the server. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    parts: AppParts,
    shops: ArcSwap<Shops>,
    /// Held by whoever loads shops: two at once would read the same twice.
    loading: Mutex<()>,
    desk_memory: DeskMemory,
    pictures: PictureCache,
    health: Health,
    gate: Gate,
    metrics: Metrics,
    busy_pages: BusyPages,
    crowds: Crowds,
    sale_recorder: SaleRecorder,
}

#[derive(Default)]
struct Shops {
    by_host: HashMap<String, Arc<ShopInMemory>>,
    by_id: HashMap<ShopId, Arc<ShopInMemory>>,
}

/// A shop as handlers see it.
pub struct ShopInMemory {
    /// What it sells.
    pub snapshot: Snapshot,
    /// Its pages as printed; goes from one snapshot to the next. `None`: nothing is printed.
    pub editions: Arc<ArcSwapOption<Editions>>,
    /// What is counted about it.
    pub metrics: Arc<ShopMetrics>,
    /// Who is in it. The same value whatever becomes of the snapshot.
    pub crowd: Arc<ShopCrowd>,
    /// Where its products are found by words; goes from one snapshot to the next, too.
    pub search: Arc<Search>,
}

impl App {
    /// Loads every shop.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start(parts: AppParts) -> db::Result<Self> {
        let pictures = PictureCache::new(PictureCacheSettings::default());
        let node = parts.db.ids().next((parts.clock)());
        let inner = Inner {
            shops: ArcSwap::default(),
            loading: Mutex::default(),
            desk_memory: DeskMemory::default(),
            pictures,
            health: Health::default(),
            gate: Gate::new(parts.gate, parts.clock.clone(), parts.work_clock),
            metrics: Metrics::new((parts.clock)()),
            busy_pages: BusyPages::default(),
            crowds: Crowds::new(node, parts.signer.clone()),
            sale_recorder: SaleRecorder::new(node, (parts.clock)()),
            parts,
        };
        let app = Self(Arc::new(inner));
        app.reload_changed().await?;
        Ok(app)
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.parts.db
    }

    /// The one door for orders.
    pub fn writer(&self) -> &OrderWriter {
        &self.0.parts.writer
    }

    /// Who takes the money.
    pub fn payments(&self) -> &PaymentProvider {
        &self.0.parts.payments
    }

    /// Whether this node should be sent visitors.
    pub fn health(&self) -> &Health {
        &self.0.health
    }

    /// What the desk remembers between two requests.
    pub(crate) fn desk_memory(&self) -> &DeskMemory {
        &self.0.desk_memory
    }

    /// The bytes of pictures that were asked for lately.
    pub(crate) fn pictures(&self) -> &PictureCache {
        &self.0.pictures
    }

    /// Who may go in.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The pages for when it is too busy.
    pub(crate) fn busy_pages(&self) -> &BusyPages {
        &self.0.busy_pages
    }

    /// What counts the crowds of all shops.
    pub(crate) fn crowds(&self) -> &Crowds {
        &self.0.crowds
    }

    /// What keeps the minutes of sales.
    pub(crate) fn sale_recorder(&self) -> &SaleRecorder {
        &self.0.sale_recorder
    }

    /// How many people are in a shop, on all nodes; nobody where there is no shop.
    pub fn crowd(&self, shop: ShopId) -> Crowd {
        self.shop(shop).map(|shop| shop.crowd.now()).unwrap_or_default()
    }

    /// Makes keys in addresses.
    pub fn signer(&self) -> &Signer {
        &self.0.parts.signer
    }

    /// How visitors reach the shops.
    pub fn scheme(&self) -> Scheme {
        self.0.parts.scheme
    }

    /// Port in addresses, where it is not the scheme's own.
    pub fn public_port(&self) -> Option<u16> {
        self.0.parts.public_port
    }

    /// The one address of a path of a shop, under the name that it uses itself.
    pub fn address_of(&self, shop: &Shop, path: &str) -> String {
        let name = shop.domains.first().map_or("localhost", String::as_str);
        let port = self.public_port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{name}{port}{path}", self.scheme().as_str())
    }

    /// How long a checkout waits for the provider before it shows the page that waits.
    pub fn payment_patience(&self) -> Duration {
        self.0.parts.payment_patience
    }

    /// Shoppers of a seller's load test at most; 0: sellers may not test.
    pub fn loadtest_shoppers_max(&self) -> u32 {
        self.0.parts.loadtest_shoppers_max
    }

    /// Where mail is kept as files; `None`: a mail server takes it.
    pub fn mail_folder(&self) -> Option<&Path> {
        self.0.parts.mail_folder.as_deref()
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        (self.0.parts.clock)()
    }

    /// The clock itself, for what outlives a request.
    pub fn clock(&self) -> Clock {
        self.0.parts.clock.clone()
    }

    /// The shop that answers under this `Host`, with or without a port.
    pub fn shop_at(&self, host: &str) -> Option<Arc<ShopInMemory>> {
        let (name, _) = name_and_port(host)?;
        let shops = self.0.shops.load();
        match shops.by_host.get(name) {
            Some(shop) => Some(Arc::clone(shop)),
            None => shops.by_host.get(name.to_ascii_lowercase().trim_end_matches('.')).cloned(),
        }
    }

    /// The shop of this id.
    pub fn shop(&self, id: ShopId) -> Option<Arc<ShopInMemory>> {
        self.0.shops.load().by_id.get(&id).cloned()
    }

    /// Every shop, by id.
    pub fn shops(&self) -> Vec<Arc<ShopInMemory>> {
        let mut shops: Vec<_> = self.0.shops.load().by_id.values().cloned().collect();
        shops.sort_unstable_by_key(|shop| shop.snapshot.shop.id);
        shops
    }

    /// What is left in a shop, as last published by the order writer.
    pub fn availability(&self, shop: ShopId) -> ShopAvailability {
        ShopAvailability { shop, published: Arc::clone(self.writer().availability()), recorder: None }
    }

    /// After how many seconds whoever found no room had better come back. Spread, so that they do not all come back at once.
    pub fn wait_seconds(&self) -> u64 {
        self.spread(self.writer().wait_seconds())
    }

    /// A wait of at least so many seconds and at most half as many again, so that not all come back at once.
    pub(crate) fn spread(&self, wait: u64) -> u64 {
        /// Steps of the golden ratio, in 32 bits: any few of them in a row lie evenly (Weyl's sequence), and are no system call.
        static STEP: AtomicU32 = AtomicU32::new(0);
        let share = u64::from(STEP.fetch_add(0x9E37_79B9, Ordering::Relaxed));
        wait + (wait.max(4) * share).div_ceil(2 * u64::from(u32::MAX))
    }

    /// Reads anew what is left of that which was said to be sold out.
    ///
    /// # Errors
    /// When the database fails; what was published stays.
    pub async fn refresh_availability(&self) -> db::Result<()> {
        db::order_writer::refresh_availability(self.db(), self.writer().availability(), self.now()).await
    }

    /// Loads what has changed in shops whose catalog version has moved, and forgets those that are gone.
    ///
    /// # Errors
    /// When the database fails; what was in memory stays.
    pub async fn reload_changed(&self) -> db::Result<()> {
        let _loading = self.0.loading.lock().await;
        let versions = load::versions(self.db()).await?;
        self.health().database_answered(self.now());
        let known = self.0.shops.load_full();
        let is_current = |id: &ShopId, version: i64| known.by_id.get(id).is_some_and(|shop| shop.snapshot.version == version);
        if versions.len() == known.by_id.len() && versions.iter().all(|(id, version)| is_current(id, *version)) {
            return Ok(());
        }
        let mut by_id = HashMap::with_capacity(versions.len());
        for (id, version) in versions {
            let shop = match known.by_id.get(&id) {
                Some(shop) if shop.snapshot.version == version => Arc::clone(shop),
                before => match self.load_shop(id, before).await? {
                    Some(shop) => shop,
                    None => continue,
                },
            };
            by_id.insert(id, shop);
        }
        let domains = |shop: &Arc<ShopInMemory>| shop.snapshot.shop.domains.clone();
        let by_host =
            by_id.values().flat_map(|shop| domains(shop).into_iter().map(move |host| (host, Arc::clone(shop)))).collect();
        self.0.shops.store(Arc::new(Shops { by_host, by_id }));
        Ok(())
    }

    async fn load_shop(&self, id: ShopId, before: Option<&Arc<ShopInMemory>>) -> db::Result<Option<Arc<ShopInMemory>>> {
        let before = before.map(Arc::as_ref);
        let availability = self.writer().availability();
        let read = load::snapshot(self.db(), availability, id, before.map(|shop| &shop.snapshot)).await?;
        let Some(snapshot) = read else { return Ok(None) };
        let products = snapshot.products.len();
        info!(shop.id = %id, version = snapshot.version, products, "Loaded shop {}", snapshot.shop.handle);
        let editions = before.map(|before| Arc::clone(&before.editions)).unwrap_or_default();
        let crowd = before.map(|before| Arc::clone(&before.crowd));
        let crowd = crowd.unwrap_or_else(|| Arc::new(self.0.crowds.of_shop(id, self.now())));
        let search = before.map_or_else(|| Search::new(id), |before| Arc::clone(&before.search));
        if !before.is_some_and(|before| before.snapshot.reads_like(&snapshot)) {
            search.follow(snapshot.products.clone());
        }
        let metrics = before.map_or_else(|| self.metrics().of_new_shop(), |before| Arc::clone(&before.metrics));
        Ok(Some(Arc::new(ShopInMemory { snapshot, editions, metrics, crowd, search })))
    }

    /// Watches for changes until `shutdown` is ready: those that are told, and those that are found by looking.
    pub async fn watch(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut news = self.db().listen();
        let mut look = tokio::time::interval(RELOAD_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut shutdown => return,
                told = news.next() => match told {
                    News::Availability(moved) => {
                        self.writer().availability().hear(&moved);
                        continue;
                    }
                    News::CatalogMoved { .. } => {}
                },
                _ = look.tick() => {}
            }
            if let Err(reason) = self.reload_changed().await {
                error!(error = %reason, "Shops could not be loaded: {reason}");
            }
            if let Err(reason) = self.refresh_availability().await {
                error!(error = %reason, "What is left could not be read: {reason}");
            }
        }
    }
}

/// What is left in one shop.
pub struct ShopAvailability {
    shop: ShopId,
    published: Arc<db::order_writer::Availability>,
    /// Writes down what is asked, where it matters.
    recorder: Option<Arc<Recorder>>,
}

impl ShopAvailability {
    /// The same, with somebody who writes down what is asked.
    pub(crate) fn recorded_by(self, recorder: Arc<Recorder>) -> Self {
        Self { recorder: Some(recorder), ..self }
    }

    /// Notes that what is made shows something of every product.
    pub(crate) fn note_everything(&self) {
        if let Some(recorder) = &self.recorder {
            recorder.everything();
        }
    }

    /// Notes that what is made shows how much of a sale is taken.
    pub(crate) fn note_sale(&self, sale: FlashSaleId) {
        if let Some(recorder) = &self.recorder {
            recorder.sale(sale);
        }
    }
}

impl Availability for ShopAvailability {
    fn available(&self, variant: VariantId) -> Option<i64> {
        if let Some(recorder) = &self.recorder {
            recorder.variant(variant);
        }
        self.published.get(self.shop, variant)
    }

    fn sale_left(&self, sale: FlashSaleId, variant: VariantId) -> Option<i64> {
        self.published.sale_left(self.shop, sale, variant)
    }
}

/// The name in a `Host` header, without its port; IPv6 addresses keep their brackets.
pub fn without_port(host: &str) -> &str {
    name_and_port(host).map_or(host, |(name, _)| name)
}

/// The name in a `Host` header and its port with the colon, or nothing where the port is left out. `None` when what stands in
/// the port's place is no port: nobody is served under such a host, so it never comes back in an address.
pub fn name_and_port(host: &str) -> Option<(&str, &str)> {
    let Some(colon) = host.rfind(':').filter(|colon| !host[*colon..].contains(']')) else { return Some((host, "")) };
    let (name, port) = host.split_at(colon);
    match &port[1..] {
        "" => Some((name, "")),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok() => Some((name, port)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_no_part_of_a_name() {
        for (host, name, port) in [
            ("a.example", "a.example", ""),
            ("a.example:80", "a.example", ":80"),
            ("a.example:", "a.example", ""),
            ("[::1]:80", "[::1]", ":80"),
            ("[::1]", "[::1]", ""),
        ] {
            assert_eq!(name_and_port(host), Some((name, port)));
            assert_eq!(without_port(host), name);
        }
    }

    #[test]
    fn what_is_no_port_makes_a_host_unknown() {
        for host in ["a.example:x", "a.example:80/evil", "a.example:+80", "a.example:65536", "a.example:80\"", "a.example: 80"] {
            assert_eq!(name_and_port(host), None, "{host}");
        }
    }
}
