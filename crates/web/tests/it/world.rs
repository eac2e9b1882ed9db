//! The world the tests play in: the shop Juniper Roasters and its neighbour Quillmere behind one server, a clock that only moves
//! when told, and a browser that keeps cookies and follows no redirect by itself.

use crate::node::open_doors;
use commerce::catalog::{Collection, CollectionKind, OptionAxis, Product, ProductStatus, Variant};
use commerce::checkout::{Command, StockChange};
use commerce::pricing::{Coupon, CouponKind};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::shop::{Branding, CheckoutSettings, Link, ShippingMethod, ShippingSettings, ShippingZone, TaxRate, TaxSettings};
use commerce::{CollectionId, CouponId, Currency, FlashSaleId, PageId, ProductId, ShopId, Timestamp, VariantId};
use db::OrderWriter;
use db::order_writer::{Books, Clock, Decided, Request, WriterOptions};
use db::shops::{Door, NewShop, Settings};
use db::testing::TestDb;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use web::App;
use web::edition::press::{Press, PressLimits};

/// Friday, 27 November 2026, 09:00 UTC. The sale opens an hour later and lasts an hour.
pub const MORNING: Timestamp = Timestamp::from_seconds(1_795_770_000);

pub const TOTE_SAND: VariantId = VariantId(21);
pub const TOTE_INK: VariantId = VariantId(22);
pub const BLANKET: VariantId = VariantId(11);
pub const BOARD: VariantId = VariantId(31);
pub const VOUCHER: VariantId = VariantId(41);

/// A running server over one database.
pub struct World {
    /// Which database, for messages.
    pub engine: &'static str,
    pub juniper: ShopId,
    pub app: App,
    pub address: SocketAddr,
    clock: Arc<AtomicI64>,
    gate: Gate,
    press: Mutex<Press>,
    runtime: Option<Runtime>,
    database: Option<TestDb>,
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
        self.database.take();
    }
}

/// One world for each database.
pub fn worlds() -> impl Iterator<Item = World> {
    ["sqlite", "postgres"].into_iter().map(World::start)
}

impl World {
    pub fn start(engine: &'static str) -> Self {
        Self::start_with(engine, WriterOptions::default())
    }

    pub fn start_with(engine: &'static str, options: WriterOptions) -> Self {
        let runtime = Runtime::new().expect("threads can be had");
        let clock = Arc::new(AtomicI64::new(MORNING.0));
        let gate = Gate::default();
        let books_gate = gate.clone();
        let (database, app, juniper, address) = runtime.block_on(async {
            let database = if engine == "sqlite" { db::testing::sqlite().await } else { db::testing::postgres().await };
            let hands = Arc::clone(&clock);
            let clock: Clock = Arc::new(move || Timestamp(hands.load(Ordering::Relaxed)));
            let books = GatedBooks { db: database.db.clone(), gate: books_gate };
            let (writer, work) = OrderWriter::over(books, Arc::clone(&clock), options);
            tokio::spawn(work.run());
            let juniper = open_juniper(&database.db, &writer).await;
            open_quillmere(&database.db).await;
            let (app, address) = open_doors(database.db.clone(), writer, clock).await;
            (database, app, juniper, address)
        });
        let press = Mutex::new(Press::new(web::Site::new(app.clone()), PressLimits::default()));
        Self { engine, juniper, app, address, clock, gate, press, runtime: Some(runtime), database: Some(database) }
    }

    /// Runs something against the database.
    pub fn with<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.as_ref().expect("the world still turns").block_on(work)
    }

    /// Starts something that goes on by itself.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
        self.runtime.as_ref().expect("the world still turns").spawn(work)
    }

    /// Threads that work on what is spawned.
    pub fn workers(&self) -> usize {
        self.runtime.as_ref().expect("the world still turns").metrics().num_workers()
    }

    pub fn db(&self) -> &db::Db {
        self.app.db()
    }

    pub fn move_clock_to(&self, now: Timestamp) {
        self.clock.store(now.0, Ordering::Relaxed);
    }

    /// Lets the server see what changed in the database.
    pub fn reload(&self) {
        self.with(self.app.reload_changed()).expect("the shops can be loaded");
    }

    /// Lets the press look once at what is due.
    pub fn print(&self) {
        let now = self.app.now();
        self.with(self.press.lock().expect("no test has panicked in it").round(now));
    }

    pub fn close_shop(&self) {
        self.with(db::shops::set_door(self.db(), self.juniper, Door::Closed)).expect("the database answers");
        self.reload();
    }

    /// Makes the order writer wait until the guard is dropped.
    pub fn stall_writer(&self) -> impl Drop + use<> {
        self.with(self.gate.clone().write_owned())
    }

    /// Every unit and every cent adds up.
    #[track_caller]
    pub fn verify(&self) {
        let proof = self.with(db::verify::verify(self.db(), self.app.now())).expect("the books can be read");
        assert!(proof.holds(), "{}: {proof}", self.engine);
    }

    pub fn set_stock(&self, variant: VariantId, on_hand: i64) {
        self.with(set_stock(self.app.writer(), self.juniper, variant, on_hand));
    }

    /// A new browser at Juniper Roasters.
    pub fn browser(&self) -> Browser {
        self.browser_at("juniper.localhost")
    }

    pub fn browser_at(&self, host: &str) -> Browser {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Browser { agent: config.into(), address: self.address, host: host.into(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// Every order number in the shop, smallest first.
    pub fn order_numbers(&self) -> Vec<i64> {
        let filter = db::orders::OrderFilter::default();
        let (orders, _) =
            self.with(db::orders::list_orders(self.db(), self.juniper, &filter, 1, 100)).expect("the database answers");
        let mut numbers: Vec<i64> = orders.iter().map(|order| order.number).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Shut by whoever writes to it.
type Gate = Arc<tokio::sync::RwLock<()>>;

/// The database behind a gate, so that a test can make the order writer wait.
struct GatedBooks {
    db: db::Db,
    gate: Gate,
}

impl Books for GatedBooks {
    type Open = <db::Db as Books>::Open;

    async fn decide(&self, requests: &[&Request], now: Timestamp) -> db::Result<Decided<Self::Open>> {
        let _open = self.gate.read().await;
        self.db.decide(requests, now).await
    }

    async fn commit(&self, open: Self::Open) -> db::Result<()> {
        Books::commit(&self.db, open).await
    }

    async fn end_in_doubt(&self) {
        self.db.end_in_doubt().await;
    }
}

/// What a visitor gets.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// The address a redirect leads to.
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header("location")
    }

    /// The value of the input field with this name.
    pub fn field(&self, name: &str) -> String {
        let start = self.body.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name}"));
        let rest = &self.body[start..];
        let value = rest.split_once("value=\"").unwrap_or_else(|| panic!("field {name} has no value")).1;
        value.split('"').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn expect(&self, status: u16, texts: &[&str]) {
        assert_eq!(self.status, status, "{}", self.body);
        for text in texts {
            assert!(self.body.contains(text), "“{text}” is not on the page:\n{}", self.body);
        }
    }
}

/// Keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Browser {
    agent: ureq::Agent,
    pub address: SocketAddr,
    pub host: String,
    pub cookies: BTreeMap<String, String>,
    pub headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub fn get(&mut self, path: &str) -> Answer {
        let mut request = self.agent.get(format!("http://{}{path}", self.address)).header("host", &self.host);
        for (name, value) in self.all_headers() {
            request = request.header(name, value);
        }
        let response = request.call().unwrap_or_else(|error| panic!("{path}: {error}"));
        self.took(response)
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.post_raw(path, body.join("&").as_bytes())
    }

    pub fn post_raw(&mut self, path: &str, body: &[u8]) -> Answer {
        self.post_typed(path, "application/x-www-form-urlencoded", body)
    }

    pub fn post_typed(&mut self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let url = format!("http://{}{path}", self.address);
        let mut request = self.agent.post(url).header("host", &self.host).header("sec-fetch-site", "same-origin");
        request = request.header("content-type", content_type);
        for (name, value) in self.all_headers() {
            request = request.header(name, value);
        }
        let response = request.send(body).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.took(response)
    }

    /// A form as another site would make the browser send it: nothing says that it comes from here.
    pub fn post_without_site(&mut self, path: &str, body: &str) -> Answer {
        let mut request = self.agent.post(format!("http://{}{path}", self.address)).header("host", &self.host);
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in self.all_headers() {
            request = request.header(name, value);
        }
        let response = request.send(body.as_bytes()).unwrap_or_else(|error| panic!("{path}: {error}"));
        self.took(response)
    }

    fn all_headers(&self) -> Vec<(&'static str, String)> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = self.headers.clone();
        if !cookies.is_empty() {
            headers.push(("cookie", cookies.join("; ")));
        }
        headers
    }

    fn took(&mut self, mut response: ureq::http::Response<ureq::Body>) -> Answer {
        let text = |value: &ureq::http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        for (_, line) in headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (pair, rest) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').expect("a cookie has a name");
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.into(), value.into());
            }
        }
        let body = response.body_mut().read_to_vec().expect("the answer arrives whole");
        Answer { status: response.status().as_u16(), headers, body: String::from_utf8_lossy(&body).replace("&#x2f;", "/") }
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

async fn open_juniper(db: &db::Db, writer: &OrderWriter) -> ShopId {
    let new = NewShop {
        handle: "juniper".into(),
        name: "Juniper Roasters".into(),
        currency: Currency::from_code("EUR").expect("the euro exists"),
        time_zone: "Europe/Berlin".into(),
        domains: vec!["juniper.localhost".into()],
    };
    let shop = db::shops::create_shop(db, &new, MORNING).await.expect("the database answers").expect("the shop is fine");
    for settings in settings() {
        db::shops::save_settings(db, shop, &settings, MORNING).await.expect("the database answers");
    }
    for product in products() {
        db::catalog::save_product(db, shop, &product, MORNING).await.expect("the database answers").expect("the product is fine");
    }
    for (variant, on_hand) in [(TOTE_SAND, 5), (BLANKET, 10), (BOARD, 1)] {
        set_stock(writer, shop, variant, on_hand).await;
    }
    open_shelves(db, shop).await;
    db::shops::set_door(db, shop, Door::Open).await.expect("the database answers");
    shop
}

/// Collection, sale, coupon and page.
async fn open_shelves(db: &db::Db, shop: ShopId) {
    let collection = Collection {
        id: CollectionId(1),
        handle: "home".into(),
        title: "For the home".into(),
        description_html: "<p>Wool and wood.</p>".into(),
        picture: None,
        seo_title: String::new(),
        seo_description: String::new(),
        published: true,
        position: 1,
        kind: CollectionKind::Manual { products: vec![ProductId(1), ProductId(3)] },
    };
    db::catalog::save_collection(db, shop, &collection).await.expect("the database answers").expect("the collection is fine");
    let sale = FlashSale {
        id: FlashSaleId(1),
        handle: "winter".into(),
        name: "Winter Clearance".into(),
        teaser: "One hour, one blanket.".into(),
        picture: None,
        early_access_at: None,
        opens_at: MORNING.plus_minutes(60),
        closes_at: MORNING.plus_minutes(120),
        before_opening: BeforeOpening::NotForSale,
        status: FlashSaleStatus::Scheduled,
        items: vec![FlashSaleItem {
            variant: BLANKET,
            price_minor: 9_900,
            quantity_offered: Some(4),
            quantity_per_customer_max: Some(2),
            quantity_claimed: 0,
        }],
    };
    db::flash_sales::save_flash_sale(db, shop, &sale, MORNING).await.expect("the database answers").expect("the sale is fine");
    let coupon = Coupon {
        id: CouponId(1),
        code: "WELCOME10".into(),
        kind: CouponKind::Percent { ppm: 100_000 },
        minimum_minor: 0,
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses_per_customer_max: None,
        uses_claimed: 0,
        active: true,
    };
    db::coupons::save_coupon(db, shop, &coupon).await.expect("the database answers").expect("the coupon is fine");
    let page = db::pages::InfoPage {
        id: PageId(1),
        handle: "shipping".into(),
        title: "Shipping & returns".into(),
        body_markdown: String::new(),
        body_html: "<p>We pack within a day.</p>".into(),
        seo_description: String::new(),
        published: true,
        position: 1,
        updated_at: MORNING,
    };
    db::pages::save_page(db, shop, &page, MORNING).await.expect("the database answers").expect("the page is fine");
}

async fn open_quillmere(db: &db::Db) {
    let new = NewShop {
        handle: "quillmere".into(),
        name: "Quillmere".into(),
        currency: Currency::from_code("USD").expect("the dollar exists"),
        time_zone: "America/New_York".into(),
        domains: vec!["quillmere.localhost".into()],
    };
    let shop = db::shops::create_shop(db, &new, MORNING).await.expect("the database answers").expect("the shop is fine");
    db::shops::set_door(db, shop, Door::Open).await.expect("the database answers");
}

async fn set_stock(writer: &OrderWriter, shop: ShopId, variant: VariantId, on_hand: i64) {
    let command = Command::AdjustStock {
        variant,
        change: StockChange::Set { on_hand },
        reason: "counted".into(),
        actor: "ines@juniper.example".into(),
    };
    writer.submit(shop, command).await.expect("the writer answers");
}

fn settings() -> Vec<Settings> {
    let method = |key: &str, name: &str, price_minor| ShippingMethod {
        key: key.into(),
        name: name.into(),
        price_minor,
        weight_grams_min: None,
        weight_grams_max: None,
        total_minor_min: None,
        total_minor_max: None,
    };
    let zone = ShippingZone {
        name: "Europe".into(),
        countries: vec!["DE".into(), "FR".into(), "IE".into()],
        methods: vec![method("standard", "Standard, 2 to 4 days", 490), method("express", "Express, tomorrow", 1_490)],
    };
    let rate = TaxRate {
        name: "VAT".into(),
        countries: vec!["*".into()],
        region: String::new(),
        rate_ppm: 190_000,
        taxes_shipping: true,
    };
    let branding = Branding {
        tagline: "Coffee and the things around it".into(),
        announcement: "Free returns for 30 days".into(),
        header_links: vec![Link { label: "Home goods".into(), url: "/collections/home".into() }],
        hero_title: "Objects for slow mornings".into(),
        ..Branding::default()
    };
    vec![
        Settings::Shipping(ShippingSettings { zones: vec![zone] }),
        Settings::Tax(TaxSettings { prices_include_tax: true, rates: vec![rate] }),
        Settings::Branding(branding),
        Settings::Checkout(CheckoutSettings::default()),
    ]
}

fn products() -> Vec<Product> {
    let mut tote =
        product(2, "tote", "Tote “Ria”", vec![variant(TOTE_SAND, 12_900, &["Sand"]), variant(TOTE_INK, 12_900, &["Ink"])]);
    tote.options = vec![OptionAxis { name: "Color".into(), values: vec!["Sand".into(), "Ink".into()] }];
    tote.vendor = "Atelier Nord".into();
    tote.variants[0].was_price_minor = Some(21_500);
    let mut voucher = product(4, "voucher", "Tasting voucher", vec![variant(VOUCHER, 0, &[])]);
    voucher.variants[0].requires_shipping = false;
    voucher.variants[0].stock_tracked = false;
    let blanket = product(1, "blanket", "Merino blanket", vec![variant(BLANKET, 18_900, &[])]);
    let board = product(3, "walnut-board", "Walnut board <script>", vec![variant(BOARD, 6_800, &[])]);
    let mut draft = product(5, "secret", "Secret sample", vec![variant(VariantId(51), 100, &[])]);
    draft.status = ProductStatus::Draft;
    vec![blanket, tote, board, voucher, draft]
}

fn product(id: i64, handle: &str, title: &str, variants: Vec<Variant>) -> Product {
    let long_ago = MORNING.plus_minutes(-60 * 24 * 60 + id);
    Product {
        description_html: "<p>Made to last.</p>".into(),
        vendor: "Juniper".into(),
        product_type: "Home".into(),
        tags: vec!["wool".into()],
        ..Product::new(ProductId(id), handle, title, variants, long_ago)
    }
}

fn variant(id: VariantId, price_minor: i64, option_values: &[&str]) -> Variant {
    Variant {
        option_values: option_values.iter().map(|&value| value.into()).collect(),
        sku: format!("SKU-{id}"),
        weight_grams: 400,
        ..Variant::new(id, price_minor)
    }
}
