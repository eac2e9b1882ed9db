//! A large shop in memory: how long it takes to read it, to follow a change and to make a list, and how much memory it takes.
//!
//! `cargo bench -p web --bench snapshot` prints a table for each database: 10,000 products with 10 variants each. `-- sqlite` or
//! `-- postgres` measures only that; `-- into FOLDER` makes the shop in an SQLite folder and ends, for `doorbuster serve`. A
//! number is how many variants each product has.

use commerce::catalog::{Collection, CollectionKind, CollectionRule, Product, RuleCondition, RuleField, RuleRelation};
use commerce::{CollectionId, Currency, FlashSaleId, ShopId, Timestamp, VariantId};
use db::catalog::{ImportMode, ImportRequest};
use db::shops::{Door, NewShop};
use db::{Db, OpenOptions, Target, testing};
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::time::{Duration, Instant};
use web::search::SearchIndex;
use web::snapshot::browse::{self, BrowseQuery};
use web::snapshot::{Availability, Change, Moment, Snapshot, load};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PRODUCTS: usize = 10_000;
const VARIANTS: usize = 10;
const REPETITIONS: usize = 9;
const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let variants = words.iter().find_map(|word| word.parse().ok()).unwrap_or(VARIANTS);
    let into = words.iter().position(|word| word == "into").and_then(|at| words.get(at + 1));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if let Some(folder) = into {
            let db = Db::open(&Target::Folder(folder.into()), &OpenOptions::default()).await.expect("the folder can be written");
            open_shop(&db, variants).await;
            return;
        }
        let only: Vec<&str> =
            ["sqlite", "postgres"].into_iter().filter(|engine| words.iter().any(|word| word == engine)).collect();
        for engine in if only.is_empty() { vec!["sqlite", "postgres"] } else { only } {
            let test = if engine == "sqlite" { testing::sqlite().await } else { testing::postgres().await };
            measure(&test.db, variants).await;
        }
    });
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn clock() -> Instant {
    Instant::now()
}

#[allow(clippy::print_stdout, reason = "the table is what it is for")]
fn tell(what: &str, took: Duration) {
    println!("{what:<72} {:>10.3} ms   {:>6.1} MiB resident", took.as_secs_f64() * 1_000.0, resident_mib());
}

/// Of this process; zero where the system does not tell.
fn resident_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1_024.0
}

async fn measure(db: &Db, variants: usize) {
    tell(&format!("{}: before", db.engine()), Duration::ZERO);
    let began = clock();
    let shop = open_shop(db, variants).await;
    tell("import", began.elapsed());
    let availability = db::order_writer::Availability::default();
    let began = clock();
    let read = load::snapshot(db, &availability, shop, None).await.expect("the database answers");
    let mut snapshot = read.expect("the shop is there");
    tell("read whole", began.elapsed());
    let began = clock();
    let index = SearchIndex::build(snapshot.products.clone()).expect("memory can be had");
    tell("search index", began.elapsed());
    for (what, change) in CHANGES {
        let (mut took, mut indexing) = (Vec::new(), Vec::new());
        for round in 0..REPETITIONS {
            change(db, shop, &snapshot, round as i64).await;
            let began = clock();
            let read = load::snapshot(db, &availability, shop, Some(&snapshot)).await.expect("the database answers");
            let new = read.expect("the shop is there");
            let told = Change::between(&snapshot, &new);
            took.push(began.elapsed());
            assert_eq!(matches!(told, Change::Terms(_)), what == "price", "{what}");
            let began = clock();
            assert!(index.update(&new.products).expect("memory can be had"));
            indexing.push(began.elapsed());
            snapshot = new;
        }
        tell(&format!("{what} changed"), median(took));
        tell(&format!("{what} changed: search index"), median(indexing));
    }
    lists(&Left { shop, published: &availability }, &snapshot);
}

fn lists(left: &Left<'_>, snapshot: &Snapshot) {
    let moment = Moment { snapshot, availability: left, now: NOW, early_access: &[] };
    for address in [
        "",
        "sort=title",
        "sort=newest",
        "sort=price-low",
        "sort=saving",
        "vendor=Maker 7",
        "option.Color=Color 3&option.Size=Size 1&vendor=Maker 7&vendor=Maker 9",
        "price_min=50&price_max=90",
        "available=1",
        "available=1&option.Color=Color 3&price_max=90&sort=price-high",
    ] {
        let pairs = address.split('&').filter_map(|pair| pair.split_once('='));
        let query = BrowseQuery::read(&pairs.map(|(key, value)| (key.into(), value.into())).collect::<Vec<_>>());
        let list = || {
            let began = clock();
            let listing = browse::list(moment, moment.places(), &query, "/collections/all");
            assert!(listing.count > 0);
            began.elapsed()
        };
        tell(&format!("list ?{address}"), median((0..REPETITIONS).map(|_| list()).collect()));
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What is left, as the order writer published it.
struct Left<'a> {
    shop: ShopId,
    published: &'a db::order_writer::Availability,
}

impl Availability for Left<'_> {
    fn available(&self, variant: VariantId) -> Option<i64> {
        self.published.get(self.shop, variant)
    }

    fn sale_left(&self, sale: FlashSaleId, variant: VariantId) -> Option<i64> {
        self.published.sale_left(self.shop, sale, variant)
    }
}

type Changing = for<'a> fn(&'a Db, ShopId, &'a Snapshot, i64) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Changes of one thing in the shop.
const CHANGES: [(&str, Changing); 3] = [
    ("price", |db, shop, snapshot, round| {
        Box::pin(async move {
            let mut product = (*snapshot.products[4_000]).clone();
            product.variants[0].price_minor = 5_000 + round;
            save(db, shop, &product).await;
        })
    }),
    ("title", |db, shop, snapshot, round| {
        Box::pin(async move {
            save(db, shop, &Product { title: format!("Other {round}"), ..(*snapshot.products[5_000]).clone() }).await;
        })
    }),
    ("setting", |db, shop, _, _| {
        Box::pin(async move { db::shops::set_door(db, shop, Door::Open).await.expect("the database answers") })
    }),
];

async fn save(db: &Db, shop: ShopId, product: &Product) {
    db::catalog::save_product(db, shop, product, NOW).await.expect("the database answers").expect("it is accepted");
}

async fn open_shop(db: &Db, variants: usize) -> ShopId {
    let new = NewShop {
        handle: "large".into(),
        name: "Large".into(),
        currency: Currency::from_code("EUR").expect("the euro exists"),
        time_zone: "Europe/Berlin".into(),
        domains: vec!["large.localhost".into()],
    };
    let shop = db::shops::create_shop(db, &new, NOW).await.expect("the database answers").expect("the shop is fine");
    let file = catalog(variants);
    let request = ImportRequest {
        open: &move || Ok(Box::new(Cursor::new(file.clone())) as Box<dyn Read + Send>),
        clean: &str::to_owned,
        progress: &mut |_| {},
        mode: ImportMode::Write,
        actor: "ines@large.example",
        now: NOW.plus_minutes(-60),
    };
    let report = db::catalog::import(db, shop, request).await.expect("the file is accepted");
    assert_eq!(report.created, PRODUCTS, "{:?}", report.errors.listed.first());
    for number in 0..20 {
        let condition = RuleCondition { field: RuleField::Tag, relation: RuleRelation::Equals, value: format!("tag {number}") };
        let rule = CollectionRule { any: false, conditions: vec![condition] };
        let group = collection(number, CollectionKind::Rule { rule });
        db::catalog::save_collection(db, shop, &group).await.expect("the database answers").expect("it is accepted");
    }
    shop
}

fn collection(number: i64, kind: CollectionKind) -> Collection {
    Collection {
        id: CollectionId(number + 1),
        handle: format!("group-{number}"),
        title: format!("Group {number}"),
        description_html: String::new(),
        picture: None,
        seo_title: String::new(),
        seo_description: String::new(),
        published: true,
        position: number,
        kind,
    }
}

/// The shop as a file, a row for each variant.
fn catalog(variants: usize) -> Vec<u8> {
    let mut file = String::from(
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
         Variant Barcode,Variant Price,Variant Compare At Price,Variant Inventory Tracker,Variant Inventory Qty,Image Src,Status\n",
    );
    for number in 0..PRODUCTS {
        let text =
            format!("<p>Thing {number} is made by hand. {}</p>", "It lasts, it can be mended, and it looks well. ".repeat(8));
        for variant in 0..variants {
            let about = match variant {
                0 => format!(
                    "Thing {number},{text:?},Maker {},Kind {},\"tag {}, tag {}\",TRUE",
                    number % 97,
                    number % 31,
                    number % 20,
                    number % 7
                ),
                _ => ",,,,,".into(),
            };
            let (color, size) = (variant / 2 + number % 3, variant % 2);
            let price = 20 + (number * 7 + variant) % 90;
            let _ = writeln!(
                file,
                "thing-{number},{about},Color,Color {color},Size,Size {size},SKU-{number}-{variant},,{price}.00,{}.00,shopify,{},\
                 https://pictures.example/{number}-{}.jpg,active",
                price + 10 * (variant % 3),
                variant * 3 % 8,
                variant % 3
            );
        }
    }
    file.into_bytes()
}
