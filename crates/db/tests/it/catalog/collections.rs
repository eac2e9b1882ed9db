//! Collections: by hand and by rule.

use super::{NOW, tote};
use crate::shops::make_juniper_roasters;
use commerce::catalog::{Collection, CollectionKind, CollectionRule, RuleCondition, RuleField, RuleRelation};
use commerce::{CollectionId, ProductId};
use db::catalog::*;
use db::testing;

fn collection(id: i64, handle: &str, kind: CollectionKind) -> Collection {
    Collection {
        id: CollectionId(id),
        handle: handle.into(),
        title: "Totes".into(),
        description_html: "<p>All of them</p>".into(),
        picture: None,
        seo_title: String::new(),
        seo_description: String::new(),
        published: true,
        position: id,
        kind,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn collections_keep_their_order_their_rule_and_their_products() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let product = tote(db);
        save_product(db, shop, &product, NOW).await.expect(test.engine).expect("it is accepted");
        let rule = CollectionRule {
            any: true,
            conditions: vec![RuleCondition { field: RuleField::Tag, relation: RuleRelation::Equals, value: "felt".into() }],
        };
        let by_rule = collection(2, "felt", CollectionKind::Rule { rule });
        let mut by_hand = collection(1, "totes", CollectionKind::Manual { products: vec![ProductId(7), product.id] });
        for collection in [&by_rule, &by_hand] {
            save_collection(db, shop, collection).await.expect(test.engine).expect("it is accepted");
        }
        by_hand.kind = CollectionKind::Manual { products: vec![product.id] };
        assert_eq!(load_collections(db, shop).await.expect(test.engine), [by_hand.clone(), by_rule]);

        let second = collection(3, "totes", CollectionKind::Manual { products: vec![] });
        let refusal = save_collection(db, shop, &second).await.expect(test.engine).expect_err("the handle is taken");
        assert!(refusal.to_string().contains("already the handle of “Totes”"));
        assert!(delete_collection(db, shop, CollectionId(1)).await.expect(test.engine));
        assert!(!delete_collection(db, shop, CollectionId(1)).await.expect(test.engine));
        assert_eq!(load_collections(db, shop).await.expect(test.engine).len(), 1);
    }
}
