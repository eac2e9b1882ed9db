//! Durable orders per second through the order writer, without HTTP, beside one order per transaction on PostgreSQL.
//!
//! `cargo bench -p db --bench orders` prints a table: one hot variant, each buyer reserves and pays in turn, fsync on. The
//! reference is a guarded update of the same row, one insert, one commit, from the same number of connections.
//! `-- sqlite`, `-- postgres` or `-- single` measures only that, a number only so many buyers.

use commerce::cart::CartLine;
use commerce::checkout::{Command, Outcome, ReserveCart, StockChange};
use commerce::customer::{Address, Contact};
use commerce::payment::ProviderVerdict;
use commerce::{ShopId, Timestamp, VariantId};
use db::order_writer::{OrderWriter, WriterOptions};
use db::{Db, OpenOptions, Target, params, platform_sql, sql, testing};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SHOP: ShopId = ShopId(1);
const VARIANT: VariantId = VariantId(1);
const BUYERS: [usize; 4] = [1, 64, 256, 1_024];
const SECONDS: u64 = 3;
const REPETITIONS: usize = 3;

#[allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn main() {
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| only.iter().all(|word| word.parse::<usize>().is_ok()) || only.iter().any(|word| word == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let folder = testing::fresh_folder("bench");
        let sqlite = wanted("sqlite").then(|| Target::Folder(folder.clone()));
        let cluster = || Target::Postgres(testing::durable_postgres_url());
        let (postgres, single) = (wanted("postgres").then(cluster), wanted("single").then(cluster));
        let mut rows = Vec::new();
        let crowds = only.iter().find_map(|word| word.parse().ok()).map_or_else(|| BUYERS.to_vec(), |buyers| vec![buyers]);
        for buyers in crowds {
            let mut measured = [Vec::new(), Vec::new(), Vec::new()];
            for _ in 0..REPETITIONS {
                if let Some(target) = &sqlite {
                    measured[0].push(orders_per_second(target, buyers).await);
                }
                if let Some(target) = &postgres {
                    measured[1].push(orders_per_second(target, buyers).await);
                }
                if let Some(target) = &single {
                    measured[2].push(single_orders_per_second(target, buyers).await);
                }
            }
            rows.push((buyers, measured.map(median)));
        }
        report(&rows);
        let _ = std::fs::remove_dir_all(folder);
    });
}

#[allow(clippy::print_stdout, reason = "the table is what this program is for")]
fn report(rows: &[(usize, [f64; 3])]) {
    println!("| buyers | SQLite, orders/s | PostgreSQL, orders/s | one order per transaction, PostgreSQL | ratio |");
    println!("| --- | --- | --- | --- | --- |");
    for (buyers, [sqlite, ours, reference]) in rows {
        println!("| {buyers} | {sqlite:.0} | {ours:.0} | {reference:.0} | {:.1} / {:.1} |", sqlite / reference, ours / reference);
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Every run makes its ids as a process of its own, and a minute later than the one before.
fn next_process() -> u16 {
    static PROCESS: AtomicI64 = AtomicI64::new(1);
    u16::try_from(PROCESS.fetch_add(1, Ordering::Relaxed)).expect("few runs")
}

async fn orders_per_second(target: &Target, buyers: usize) -> f64 {
    let process = next_process();
    let db = Db::open(target, &OpenOptions { process, connections: 4 }).await.expect("the database opens");
    prepare(&db).await;
    let clock = Arc::new(AtomicI64::new(Timestamp::from_seconds(1_800_000_000 + i64::from(process) * 60).0));
    let (writer, _) =
        OrderWriter::start(db, Arc::new(move || Timestamp(clock.fetch_add(1, Ordering::Relaxed))), WriterOptions::default());
    let received = Command::AdjustStock {
        variant: VARIANT,
        change: StockChange::Receive { quantity: 1_000_000 },
        reason: String::new(),
        actor: "bench".into(),
    };
    writer.submit(SHOP, received).await.expect("goods come in");
    let until = now() + Duration::from_secs(SECONDS);
    let checkouts = Arc::new(AtomicI64::new(0));
    let mut crowd = tokio::task::JoinSet::new();
    for _ in 0..buyers {
        let (writer, checkouts) = (writer.clone(), Arc::clone(&checkouts));
        crowd.spawn(async move {
            let mut sold = 0_u64;
            while now() < until {
                buy(&writer, format!("{process}-{:09}", checkouts.fetch_add(1, Ordering::Relaxed))).await;
                sold += 1;
            }
            sold
        });
    }
    let sold: u64 = crowd.join_all().await.into_iter().sum();
    sold as f64 / SECONDS as f64
}

async fn buy(writer: &OrderWriter, checkout_id: String) {
    let cart = ReserveCart {
        content_hash: checkout_id.clone(),
        contact: Contact { email: format!("{checkout_id}@example.org"), phone: String::new() },
        checkout_id,
        lines: vec![CartLine { variant: VARIANT, quantity: 1 }],
        coupon: String::new(),
        address: Address { name: "Ada".into(), country: "DE".into(), ..Address::default() },
        shipping_method: String::new(),
        provider: "sandbox".into(),
        payment_reference: "card".into(),
        early_access: Vec::new(),
        total_seen_minor: None,
        visitor: String::new(),
    };
    let held = writer.submit(SHOP, Command::Reserve(Box::new(cart))).await.expect("a hold");
    let Outcome::Reserved { payment, amount, .. } = held else { panic!("{held:?}") };
    let verdict = ProviderVerdict::Captured { amount_minor: amount.amount_minor, currency: "EUR".into() };
    let settled = writer.submit(SHOP, Command::Settle { payment, reference: "r".into(), verdict }).await.expect("an order");
    assert!(matches!(settled, Outcome::Placed { .. }), "{settled:?}");
}

/// The shop, once per database.
async fn prepare(db: &Db) {
    let there = platform_sql!("SELECT shop_id FROM shops");
    if !db.query_platform(there, &[]).await.expect("shops").is_empty() {
        return;
    }
    let shop = platform_sql!(
        "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
         VALUES ($1, 'juniper', 'Juniper Roasters', 'EUR', 'Europe/Berlin', 1, 0, 0)"
    );
    db.execute_platform(shop, &params![SHOP]).await.expect("a shop");
    for statement in [
        sql!(
            "INSERT INTO products (shop_id, product_id, handle, title, description_html, vendor, product_type, category, tags,
                 status, published_at, seo_title, seo_description, options, extra, search_text, created_at, updated_at)
             VALUES ($1, 1, 'beans', 'Beans', '', '', '', '', '[]', 'active', 0, '', '', '[]', '[]', '', 0, 0)"
        ),
        sql!(
            "INSERT INTO variants (shop_id, variant_id, product_id, position, option_values, sku, barcode, price_minor,
                 weight_grams, weight_unit, taxable, tax_code, requires_shipping, stock_tracked, stock_policy, extra)
             VALUES ($1, 1, 1, 1, '[]', '', '', 1000, 0, 'g', 1, '', 0, 1, 'deny', '[]')"
        ),
        sql!(
            "INSERT INTO stock_items (shop_id, variant_id, on_hand, reserved, allocated, oversell, movements, updated_at)
             VALUES ($1, 1, 0, 0, 0, 0, 0, 0)"
        ),
        sql!("INSERT INTO shop_counters (shop_id, name, value) VALUES ($1, 'plain_stock', 100000000)"),
    ] {
        db.execute(SHOP, statement, &[]).await.expect("the shop's rows");
    }
}

/// What an engineer would otherwise do: per order one transaction that takes a unit and writes a row.
async fn single_orders_per_second(target: &Target, buyers: usize) -> f64 {
    let process = next_process();
    prepare(&Db::open(target, &OpenOptions::default()).await.expect("it opens")).await;
    let db = Db::open(target, &OpenOptions { process, connections: buyers.clamp(2, 64) }).await.expect("it opens");
    let until = now() + Duration::from_secs(SECONDS);
    let mut crowd = tokio::task::JoinSet::new();
    for buyer in 0..buyers {
        let db = db.clone();
        crowd.spawn(async move {
            let take =
                sql!("UPDATE shop_counters SET value = value - 1 WHERE shop_id = $1 AND name = 'plain_stock' AND value >= 1");
            let write = sql!(
                "INSERT INTO ledger_entries (shop_id, entry_id, debit, credit, amount_minor, currency, cause, at)
                 VALUES ($1, $2, 'plain', 'sales', 1000, 'EUR', $3, 0)"
            );
            let mut sold = 0_u64;
            while now() < until {
                let mut tx = db.begin().await.expect("a transaction");
                tx.execute(SHOP, take, &[]).await.expect("a unit");
                let id = db.ids().next(Timestamp::from_seconds(1_900_000_000 + i64::from(process) * 60));
                tx.execute(SHOP, write, &params![id, format!("buyer {buyer}")]).await.expect("a row");
                tx.commit().await.expect("durable");
                sold += 1;
            }
            sold
        });
    }
    let sold: u64 = crowd.join_all().await.into_iter().sum();
    sold as f64 / SECONDS as f64
}
