//! Starting the demonstration once, twice, and much later.

use super::catalog::DemoWindow;
use super::seed::seed;
use super::{juniper, quillmere};
use commerce::sale::{FlashSalePhase, Offer, offer};
use commerce::{ShopId, Timestamp};
use db::Db;
use db::testing::databases;

const START: Timestamp = Timestamp::from_seconds(1_800_000_000);

async fn shop(db: &Db, handle: &str) -> ShopId {
    db::shops::shop_by_handle(db, handle).await.expect("the database answers").expect("the shop is there")
}

async fn phases(db: &Db, now: Timestamp) -> Vec<(DemoWindow, FlashSalePhase)> {
    let shop = shop(db, quillmere::HANDLE).await;
    let sales = db::flash_sales::list_flash_sales(db, shop).await.expect("the database answers");
    let windows = sales.iter().filter_map(|sale| Some((quillmere::window_of(&sale.handle)?, sale.phase(now))));
    windows.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_changes_nothing_and_the_books_add_up() {
    for database in databases().await {
        let db = &database.db;
        seed(db, START).await.expect("an empty database takes the demonstration");
        let before = db::shops::catalog_versions(db).await.expect("the database answers");
        seed(db, START.plus_minutes(1)).await.expect("the demonstration starts again");
        assert_eq!(db::shops::catalog_versions(db).await.expect("the database answers"), before);
        for (handle, products) in [(quillmere::HANDLE, 60), (juniper::HANDLE, 12)] {
            let shop = shop(db, handle).await;
            assert_eq!(db::catalog::load_products(db, shop).await.expect("the database answers").len(), products);
            assert!(db::verify::verify_shop(db, shop, START.plus_minutes(2)).await.expect("the books can be read").holds());
            assert_eq!(db::sellers::list_sellers(db, shop).await.expect("the database answers").len(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_after_weeks_finds_one_sale_open_and_one_about_to_open() {
    for database in databases().await {
        let db = &database.db;
        seed(db, START).await.expect("an empty database takes the demonstration");
        for now in [START, START.plus_minutes(45), START.plus_minutes(60 * 24 * 30)] {
            let next = seed(db, now).await.expect("the demonstration starts again").expect("a sale is about to open");
            let wait = next.opens_at.micros_since(now) / 60_000_000;
            assert!((1..=20).contains(&wait), "{wait} minutes");
            let phases = phases(db, now).await;
            assert!(phases.contains(&(DemoWindow::Open, FlashSalePhase::Open)));
            assert!(phases.contains(&(DemoWindow::OpensSoon, FlashSalePhase::Upcoming)));
            assert!(phases.contains(&(DemoWindow::Ended, FlashSalePhase::Ended)));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_to_open_is_not_for_sale_yet() {
    for database in databases().await {
        let db = &database.db;
        seed(db, START).await.expect("an empty database takes the demonstration");
        let shop = shop(db, quillmere::HANDLE).await;
        let sales = db::flash_sales::list_flash_sales(db, shop).await.expect("the database answers");
        let product =
            db::catalog::find_product(db, shop, "almanac-bag").await.expect("the database answers").expect("it is there");
        let variant = product.variants[0].id;
        assert!(matches!(offer(&sales, &[], variant, START), Offer::NotOpenYet(..)));
        assert!(matches!(offer(&sales, &[], variant, START.plus_minutes(21)), Offer::Sale(..)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shops_own_templates_still_fit_the_pages() {
    let databases = databases().await;
    let db = &databases[0].db;
    seed(db, START).await.expect("an empty database takes the demonstration");
    let id = shop(db, juniper::HANDLE).await;
    let shop = db::shops::load_shop(db, id).await.expect("the database answers").expect("it is there");
    let files = db::themes::list_theme_files(db, id).await.expect("the database answers");
    assert!(!files.is_empty());
    for file in files {
        web::theme::check_template(&shop, &file.path, &file.body, &[]).expect("the template renders every sample");
    }
}
