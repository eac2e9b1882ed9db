//! What is on record about changes of the catalog, and that whoever follows the record misses nothing.

use super::{NOW, tote, version};
use crate::shops::make_juniper_roasters;
use commerce::ProductId;
use commerce::catalog::Product;
use db::catalog::*;
use db::shops::{Door, set_door};
use db::{Db, params, sql, testing};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What changed after a version, as one instant of the database tells it, and the version of that instant.
async fn since(db: &Db, shop: commerce::ShopId, since: i64) -> (i64, Option<CatalogChanges>) {
    let mut tx = db.begin_read().await.expect("a connection is free");
    let version = catalog_version_in(&mut tx, shop).await.expect("the database works").expect("the shop is there");
    let changes = catalog_changes_in(&mut tx, shop, since, version).await.expect("the database works");
    tx.rollback().await;
    (version, changes)
}

fn of_products(products: &[ProductId]) -> Option<CatalogChanges> {
    Some(CatalogChanges { products: products.iter().copied().collect(), surroundings: false })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_is_on_record_with_what_it_touched() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let product = tote(db);
        let start = version(db, shop).await;
        assert_eq!(since(db, shop, start).await.1, of_products(&[]), "{}", test.engine);
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        assert_eq!(since(db, shop, start).await.1, of_products(&[product.id]), "{}", test.engine);
        let saved = version(db, shop).await;
        set_door(db, shop, Door::Closed).await.expect(test.engine);
        let of_door = CatalogChanges { products: BTreeSet::new(), surroundings: true };
        assert_eq!(since(db, shop, saved).await.1, Some(of_door.clone()), "{}", test.engine);
        let both = CatalogChanges { products: BTreeSet::from([product.id]), ..of_door };
        assert_eq!(since(db, shop, start).await.1, Some(both), "{}", test.engine);
        let closed = version(db, shop).await;
        assert_eq!(delete_product(db, shop, product.id, NOW).await.expect(test.engine), Removed::Deleted);
        assert_eq!(since(db, shop, closed).await.1, of_products(&[product.id]), "{}: what is gone is on record", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_record_has_a_gap_nothing_is_known() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let start = version(db, shop).await;
        assert_eq!(since(db, shop, start + 1).await.1, None, "{}: the database was replaced by an older one", test.engine);
        // A program that keeps no record moves the version, one that does moves it again.
        let silent = sql!("UPDATE shops SET catalog_version = catalog_version + $2 WHERE shop_id = $1");
        db.execute(shop, silent, &params![1]).await.expect(test.engine);
        assert_eq!(since(db, shop, start).await.1, None, "{}", test.engine);
        set_door(db, shop, Door::Closed).await.expect(test.engine);
        assert_eq!(since(db, shop, start).await.1, None, "{}", test.engine);
        assert!(since(db, shop, start + 1).await.1.is_some(), "{}", test.engine);
        // What was long ago is forgotten.
        db.execute(shop, silent, &params![1_000]).await.expect(test.engine);
        set_door(db, shop, Door::Open).await.expect(test.engine);
        let kept = sql!("SELECT COUNT(*) FROM catalog_changes WHERE shop_id = $1");
        assert_eq!(db.query(shop, kept, &[]).await.expect(test.engine)[0].get::<i64>(0), 1, "{}", test.engine);
        assert_eq!(since(db, shop, start + 2).await.1, None, "{}", test.engine);
    }
}

/// Follows the record while others write, as a node does.
struct Follower {
    version: i64,
    titles: BTreeMap<ProductId, String>,
}

impl Follower {
    async fn look(&mut self, db: &Db, shop: commerce::ShopId) {
        let mut tx = db.begin_read().await.expect("a connection is free");
        let version = catalog_version_in(&mut tx, shop).await.expect("the database works").expect("the shop is there");
        let changes = catalog_changes_in(&mut tx, shop, self.version, version).await.expect("the database works");
        let ids: Vec<ProductId> = changes.expect("all is on record").products.into_iter().collect();
        let found = load_each_in(&mut tx, shop, &ids).await.expect("the database works");
        tx.rollback().await;
        ids.iter().for_each(|id| _ = self.titles.remove(id));
        self.titles.extend(found.into_iter().map(|product| (product.id, product.title)));
        self.version = version;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_the_record_while_others_write_misses_nothing() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let mut follower = Follower { version: version(db, shop).await, titles: BTreeMap::new() };
        let at_work = Arc::new(AtomicUsize::new(4));
        for writer in 0..4 {
            let (db, at_work) = (db.clone(), Arc::clone(&at_work));
            tokio::spawn(async move {
                let products: Vec<Product> =
                    (0..3).map(|number| Product { handle: format!("tote-{writer}-{number}"), ..tote(&db) }).collect();
                for round in 0..8 {
                    for product in &products {
                        let product = Product { title: format!("Tote {round}"), ..product.clone() };
                        save_product(&db, shop, &product, NOW).await.expect("the database works").expect("it is accepted");
                    }
                }
                let removed = delete_product(&db, shop, products[0].id, NOW).await.expect("the database works");
                assert_eq!(removed, Removed::Deleted);
                at_work.fetch_sub(1, Ordering::Release);
            });
        }
        while at_work.load(Ordering::Acquire) > 0 {
            follower.look(db, shop).await;
            tokio::task::yield_now().await;
        }
        follower.look(db, shop).await;
        let all = load_products(db, shop).await.expect(test.engine);
        let all: BTreeMap<ProductId, String> = all.into_iter().map(|product| (product.id, product.title)).collect();
        assert_eq!(all.len(), 8, "{}", test.engine);
        assert_eq!(follower.titles, all, "{}", test.engine);
    }
}
