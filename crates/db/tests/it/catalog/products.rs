//! Products: saved, loaded, listed, taken out.

use super::{NOW, tote, variant, version};
use crate::shops::make_juniper_roasters;
use commerce::ShopId;
use commerce::catalog::{ProductStatus, StockPolicy};
use db::catalog::*;
use db::{Db, params, sql, testing};

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_product_is_loaded_as_it_was() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let mut product = tote(db);
        let before = version(db, shop).await;
        assert_eq!(save_product(db, shop, &product, NOW).await.expect(test.engine), Ok(()));
        assert_eq!(version(db, shop).await, before + 1);
        assert_eq!(load_products(db, shop).await.expect(test.engine), [product.clone()]);
        assert_eq!(find_product(db, shop, "tote-ria").await.expect(test.engine).as_ref(), Some(&product));

        product.title = "Tote “Rio”".into();
        product.variants.swap(0, 1);
        product.variants.remove(1);
        product.variants.push(variant(db, "Moss"));
        product.pictures.clear();
        product.variants.iter_mut().for_each(|variant| variant.picture = None);
        assert_eq!(save_product(db, shop, &product, NOW).await.expect(test.engine), Ok(()));
        assert_eq!(load_product(db, shop, product.id).await.expect(test.engine), Some(product.clone()), "{}", test.engine);
        assert_eq!(load_product(db, ShopId(1), product.id).await.expect(test.engine), None, "another shop has no such product");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_belongs_to_one_product_of_the_shop() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        save_product(db, shop, &tote(db), NOW).await.expect(test.engine).expect("the first is accepted");
        let refusal = save_product(db, shop, &tote(db), NOW).await.expect(test.engine).expect_err("the second is refused");
        assert_eq!(refusal, ProductRefusal::HandleTaken { handle: "tote-ria".into(), title: "Tote “Ria”".into() });
        let unfit = commerce::catalog::Product { handle: "Tote Ria".into(), ..tote(db) };
        assert!(save_product(db, shop, &unfit, NOW).await.expect(test.engine).is_err());
        assert_eq!(load_products(db, shop).await.expect(test.engine).len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_that_is_claimed_beyond_the_count_cannot_become_deny() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let mut product = tote(db);
        product.variants[0].stock_policy = StockPolicy::Continue;
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        claim(db, shop, product.variants[0].id.0, 3).await;
        product.variants[0].stock_policy = StockPolicy::Deny;
        let refusal = save_product(db, shop, &product, NOW).await.expect(test.engine).expect_err("it is refused");
        assert_eq!(refusal, ProductRefusal::MoreClaimedThanOnHand { variant: "Sand".into(), claimed: 3, on_hand: 0 });
    }
}

async fn claim(db: &Db, shop: ShopId, variant: i64, allocated: i64) {
    let claim = sql!("UPDATE stock_items SET allocated = $3 WHERE shop_id = $1 AND variant_id = $2");
    db.execute(shop, claim, &params![variant, allocated]).await.expect("the database works");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_finds_products_by_words_vendor_and_status() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        for number in 0..5 {
            let mut product = tote(db);
            product.handle = format!("tote-{number}");
            product.title = format!("Tote No. {number} 100%_WOOL");
            product.status = if number == 4 { ProductStatus::Draft } else { ProductStatus::Active };
            product.updated_at = NOW.plus_seconds(number);
            save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        }
        let list = async |words: &str, vendor: &str, status, page| {
            let filter = ProductFilter { words: words.into(), vendor: vendor.into(), status, page, per_page: 2 };
            list_products(db, shop, &filter).await.expect(test.engine)
        };
        let page = list("", "", None, 0).await;
        assert_eq!((page.total, page.products.len(), page.products[0].handle.as_str()), (5, 2, "tote-4"));
        assert_eq!((page.products[0].variants, page.products[0].price_minor_min, page.products[0].on_hand), (2, 12_900, 0));
        assert_eq!(page.products[0].picture_url, "https://juniper.example/tote.jpg");
        assert_eq!(list("", "", None, 2).await.products.len(), 1);
        for (words, vendor, status, total) in [
            ("wool TOTE", "Ria", None, 5),
            ("ria-sand", "", None, 5),
            ("tote no. 3 100%", "", None, 1),
            ("0%_w", "", None, 5),
            ("0x_w", "", None, 0),
            ("", "Rio", None, 0),
            ("", "", Some(ProductStatus::Draft), 1),
        ] {
            assert_eq!(list(words, vendor, status, 0).await.total, total, "{}: {words} {vendor}", test.engine);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_deleted_only_when_nothing_knows_it() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let product = tote(db);
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        assert!(archive_product(db, shop, product.id, NOW).await.expect(test.engine));
        let loaded = load_product(db, shop, product.id).await.expect(test.engine).expect("it is still there");
        assert_eq!(loaded.status, ProductStatus::Archived);
        assert_eq!(delete_product(db, ShopId(1), product.id, NOW).await.expect(test.engine), Removed::NotFound);
        assert_eq!(delete_product(db, shop, product.id, NOW).await.expect(test.engine), Removed::Deleted);
        assert_eq!(load_products(db, shop).await.expect(test.engine), []);
    }
}
