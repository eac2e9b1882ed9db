//! Import and export: what goes in comes out, what comes out changes nothing when it goes in again.

use super::{NOW, tote, version};
use crate::shops::make_juniper_roasters;
use commerce::ShopId;
use commerce::catalog::csv::{Dialect, FileError};
use db::catalog::*;
use db::{Db, params, sql, testing};
use std::io::Read;

const CLASSIC: &str = include_str!("../../../../../testdata/online-retail-catalogue.shopify.csv");
const NEW: &str = include_str!("../../../../../testdata/online-retail-200.shopify-2025.csv");
const VENDURE: &str = include_str!("../../../../../testdata/vendure-demo-products.csv");

async fn run(db: &Db, shop: ShopId, file: &str, mode: ImportMode) -> Result<ImportReport, ImportError> {
    let bytes = file.as_bytes().to_vec();
    let open = move || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn Read + Send>);
    let mut last = None;
    let mut progress = |progress: ImportProgress| last = Some(progress);
    let request = ImportRequest {
        open: &open,
        clean: &|html| html.replace("<script>", ""),
        progress: &mut progress,
        mode,
        actor: "ines@juniper.example",
        now: NOW,
    };
    let report = import(db, shop, request).await?;
    assert!(last.is_none_or(|last| last.products_done == last.products_total));
    Ok(report)
}

async fn imported(db: &Db, shop: ShopId, file: &str) -> ImportReport {
    run(db, shop, file, ImportMode::Write).await.expect("the file is accepted")
}

async fn exported(db: &Db, shop: ShopId, dialect: Dialect) -> String {
    let mut out = Vec::new();
    export(db, shop, dialect, &mut out).await.expect("memory takes everything");
    String::from_utf8(out).expect("CSV is UTF-8")
}

fn counts(report: &ImportReport) -> (usize, usize, usize, usize) {
    (report.created, report.updated, report.unchanged, report.left_out)
}

async fn on_hand(db: &Db, shop: ShopId, sku: &str) -> (i64, i64) {
    let read = sql!(
        "SELECT s.on_hand, s.movements FROM stock_items s JOIN variants v ON v.shop_id = s.shop_id AND v.variant_id = s.variant_id
         WHERE s.shop_id = $1 AND v.sku = $2 AND v.removed = 0"
    );
    let row = db.query_opt(shop, read, &params![sku]).await.expect("the database works").expect("there is such a variant");
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_catalog_is_imported_whole_and_changes_nothing_when_it_comes_back() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        assert_eq!(counts(&imported(db, shop, CLASSIC).await), (3_282, 0, 0, 0), "{}", test.engine);
        let proof = db::verify::verify_shop(db, shop, NOW).await.expect(test.engine);
        assert!(proof.holds(), "the ledger explains every count: {proof:#?}");
        let products = load_products(db, shop).await.expect(test.engine);
        assert_eq!(products.iter().map(|product| product.variants.len()).sum::<usize>(), 3_791);
        assert_eq!(on_hand(db, shop, "10002").await, (71, 1));

        let before = version(db, shop).await;
        for (file, unchanged) in [(CLASSIC, 3_282), (NEW, 200)] {
            let again = imported(db, shop, file).await;
            assert_eq!(counts(&again), (0, 0, unchanged, 0), "{}: {:#?}", test.engine, again.differences.listed.first());
        }
        for dialect in [Dialect::Classic, Dialect::New] {
            let file = exported(db, shop, dialect).await;
            let again = imported(db, shop, &file).await;
            assert_eq!(counts(&again), (0, 0, 3_282, 0), "{}: {:#?}", test.engine, again.differences.listed.first());
        }
        assert_eq!(version(db, shop).await, before, "nothing changed, so nobody reloads");
        assert_eq!(load_products(db, shop).await.expect(test.engine), products);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_by_export_and_import_is_the_same_shop() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        assert_eq!(counts(&imported(db, shop, VENDURE).await), (54, 0, 0, 0));
        save_product(db, shop, &tote(db), NOW).await.expect(test.engine).expect("it is accepted");
        let file = exported(db, shop, Dialect::Classic).await;
        let copy = db::shops::NewShop { handle: "copy".into(), domains: vec![], ..crate::shops::juniper_roasters() };
        let copy = db::shops::create_shop(db, &copy, NOW).await.expect(test.engine).expect("it is accepted");
        assert_eq!(counts(&imported(db, copy, &file).await), (55, 0, 0, 0));
        assert_eq!(exported(db, copy, Dialect::Classic).await, file, "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_everything_and_changes_nothing() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let report = run(db, shop, NEW, ImportMode::DryRun).await.expect("the file is accepted");
        assert_eq!((counts(&report), report.differences.total()), ((200, 0, 0, 0), 200));
        assert_eq!(load_products(db, shop).await.expect(test.engine), []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_broken_as_a_whole_changes_nothing() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let broken = format!("{CLASSIC}\"never closed");
        let refused = run(db, shop, &broken, ImportMode::Write).await.expect_err("the file is refused");
        assert!(matches!(refused, ImportError::File(FileError::OpenQuote { line: 3_793 })), "{refused:?}");
        assert_eq!(load_products(db, shop).await.expect(test.engine), []);
        let nowhere = run(db, ShopId(1), NEW, ImportMode::Write).await;
        assert!(matches!(nowhere, Err(ImportError::NoShop)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_field_by_field_and_a_mistake_leaves_out_one_product() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let header =
            "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n";
        let first = format!("{header}cup,Cup,<script><p>Hi</p>,Ria,C-1,shopify,5,9.50\npot,Pot,,Ria,P-1,shopify,2,30\n");
        assert_eq!(counts(&imported(db, shop, &first).await), (2, 0, 0, 0));
        assert_eq!((on_hand(db, shop, "C-1").await, on_hand(db, shop, "P-1").await), ((5, 1), (2, 1)));

        let second = format!("{header}cup,Cup,<p>Hi</p>,,C-1,shopify,7,8.50\npot,Pot,,Ria,P-1,shopify,many,29\nlid,Lid,,,,,,3\n");
        let report = imported(db, shop, &second).await;
        assert_eq!((counts(&report), report.recounted), ((1, 1, 0, 1), 1));
        let told: Vec<String> = report.differences.listed[0].changes.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["vendor: Ria -> (empty)", "C-1 price: 9.50 -> 8.50", "C-1 on hand: 5 -> 7"]);
        assert_eq!(report.errors.listed[0].line, 3);
        let pot = find_product(db, shop, "pot").await.expect(test.engine).expect("it is still there");
        assert_eq!(pot.variants[0].price_minor, 3_000, "a product is never half imported");
        let cup = find_product(db, shop, "cup").await.expect(test.engine).expect("it is there");
        assert_eq!(cup.description_html, "<p>Hi</p>");
        let ledger = sql!(
            "SELECT kind, on_hand_delta, reason FROM stock_movements WHERE shop_id = $1 AND variant_id = $2 ORDER BY sequence"
        );
        let ledger = db.query(shop, ledger, &params![cup.variants[0].id]).await.expect(test.engine);
        let ledger: Vec<(String, i64, String)> = ledger.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        assert_eq!(ledger, [("initial".into(), 5, String::new()), ("adjustment".into(), 2, "import".into())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_count_below_what_is_claimed_leaves_the_product_out() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let file = |quantity: i64, policy: &str| {
            format!(
                "Handle,Title,SKU,Inventory tracker,Inventory quantity,Continue selling when out of stock,Price\n\
                 cup,Cup,C-1,shopify,{quantity},{policy},9\n"
            )
        };
        imported(db, shop, &file(5, "deny")).await;
        let claim = sql!("UPDATE stock_items SET reserved = 1, allocated = 2 WHERE shop_id = $1");
        db.execute(shop, claim, &[]).await.expect(test.engine);
        let report = imported(db, shop, &file(2, "deny")).await;
        assert_eq!(counts(&report), (0, 0, 0, 1));
        assert!(report.errors.listed[0].to_string().contains("fewer than the 3"), "{:?}", report.errors.listed);
        assert_eq!(on_hand(db, shop, "C-1").await.0, 5);
        assert_eq!(counts(&imported(db, shop, &file(2, "continue")).await), (0, 1, 0, 0));
        assert_eq!(on_hand(db, shop, "C-1").await.0, 2);
        assert_eq!(counts(&imported(db, shop, &file(2, "deny")).await), (0, 0, 0, 1));
    }
}

#[test]
fn an_import_can_be_run_by_a_handler() {
    fn is_send<T: Send>(_: T) {}
    fn check(
        db: Db,
        open: &(dyn Fn() -> std::io::Result<Box<dyn Read + Send>> + Sync),
        progress: &mut (dyn FnMut(ImportProgress) + Send),
    ) {
        let request =
            ImportRequest { open, clean: &|html| html.to_owned(), progress, mode: ImportMode::Write, actor: "", now: NOW };
        is_send(import(&db, ShopId(1), request));
    }
    let _ = check;
}
