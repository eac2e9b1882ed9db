//! What a seller keeps at the desk beside the catalog: flash sales, coupons, pages, theme files; on both engines.

use crate::shops::{NOW, make_juniper_roasters};
use commerce::pricing::{Coupon, CouponKind};
use commerce::sale::{BeforeOpening, FlashSale, FlashSaleItem, FlashSaleStatus};
use commerce::{CouponId, FlashSaleId, PageId, ShopId, Timestamp, VariantId};
use db::flash_sales::{self, SaveSaleRefusal};
use db::pages::{self, InfoPage, PageRefusal};
use db::{Db, coupons, params, sql, testing, themes};

/// Two variants, 1 and 2, of one product.
async fn make_variants(db: &Db, shop: ShopId) {
    let product = sql!(
        "INSERT INTO products VALUES ($1, 1, 'ria', 'Ria', '', '', '', '', '[]', 'active', 0, '', '', '[]', '[]', '', 0, 0)"
    );
    db.execute(shop, product, &[]).await.expect("a product");
    for variant in [VariantId(1), VariantId(2)] {
        let row = sql!(
            "INSERT INTO variants
             VALUES ($1, $2, 1, 0, '[]', '', '', 100, NULL, NULL, 0, 'g', 1, '', 1, 1, 'deny', NULL, '[]', 0)"
        );
        db.execute(shop, row, &params![variant]).await.expect("a variant");
    }
}

fn item(variant: i64, price_minor: i64) -> FlashSaleItem {
    FlashSaleItem {
        variant: VariantId(variant),
        price_minor,
        quantity_offered: Some(5),
        quantity_per_customer_max: None,
        quantity_claimed: 0,
    }
}

fn winter_sale() -> FlashSale {
    FlashSale {
        id: FlashSaleId(9),
        handle: "winter".into(),
        name: "Winter sale".into(),
        teaser: "Warm and cheap".into(),
        picture: None,
        early_access_at: Some(NOW),
        opens_at: NOW.plus_minutes(60),
        closes_at: NOW.plus_minutes(120),
        before_opening: BeforeOpening::OrdinaryPrice,
        status: FlashSaleStatus::Draft,
        items: vec![item(2, 80), item(1, 70)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_kept_with_its_items_and_their_claims() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        make_variants(db, shop).await;
        let save = |sale: FlashSale| async move { flash_sales::save_flash_sale(db, shop, &sale, NOW).await.expect("it works") };
        assert_eq!(save(winter_sale()).await, Ok(()));
        let loaded = flash_sales::load_flash_sale(db, shop, FlashSaleId(9)).await.expect(test.engine);
        assert_eq!(loaded, Some(winter_sale()), "{}", test.engine);

        let claim = sql!("UPDATE flash_sale_items SET quantity_claimed = 3 WHERE shop_id = $1 AND variant_id = 2");
        db.execute(shop, claim, &[]).await.expect(test.engine);
        let mut changed = winter_sale();
        (changed.items, changed.name) = (vec![item(2, 60)], "Deep winter".into());
        assert_eq!(save(changed.clone()).await, Ok(()));
        changed.items[0].quantity_claimed = 3;
        assert_eq!(flash_sales::list_flash_sales(db, shop).await.expect(test.engine), [changed.clone()], "{}", test.engine);

        changed.items = vec![item(1, 70)];
        assert_eq!(save(changed.clone()).await, Err(SaveSaleRefusal::ItemClaimed(VariantId(2))));
        changed.items = vec![item(2, 60), item(77, 1)];
        assert_eq!(save(changed).await, Err(SaveSaleRefusal::UnknownVariant(VariantId(77))));
        let twin = FlashSale { id: FlashSaleId(10), items: Vec::new(), ..winter_sale() };
        assert_eq!(save(twin).await, Err(SaveSaleRefusal::HandleTaken("winter".into())));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_draft_without_claims_can_be_removed() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        make_variants(db, shop).await;
        flash_sales::save_flash_sale(db, shop, &winter_sale(), NOW).await.expect(test.engine).expect("saved");
        let set = |status| flash_sales::set_flash_sale_status(db, shop, FlashSaleId(9), status, NOW);
        assert!(set(FlashSaleStatus::Scheduled).await.expect(test.engine));
        let remove = || async { flash_sales::delete_flash_sale(db, shop, FlashSaleId(9)).await.expect("it works") };
        assert_eq!(remove().await, Err(SaveSaleRefusal::NotADraft));
        assert!(set(FlashSaleStatus::Draft).await.expect(test.engine));
        assert_eq!(remove().await, Ok(()));
        assert_eq!(remove().await, Ok(()), "removing it twice changes nothing");
        assert_eq!(flash_sales::load_flash_sale(db, shop, FlashSaleId(9)).await.expect(test.engine), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_coupon_keeps_its_uses_when_it_is_changed() {
    let welcome = Coupon {
        id: CouponId(4),
        code: " welcome ".into(),
        kind: CouponKind::Percent { ppm: 100_000 },
        minimum_minor: 0,
        starts_at: None,
        ends_at: Some(NOW),
        uses_max: Some(100),
        uses_per_customer_max: None,
        uses_claimed: 55,
        active: true,
    };
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        assert_eq!(coupons::save_coupon(db, shop, &welcome).await.expect(test.engine), Ok(()));
        let found = coupons::coupon_by_code(db, shop, "Welcome").await.expect(test.engine).expect("known");
        assert_eq!(found, Coupon { code: "WELCOME".into(), uses_claimed: 0, ..welcome.clone() });
        let twin = Coupon { id: CouponId(5), ..welcome.clone() };
        let refused = coupons::save_coupon(db, shop, &twin).await.expect(test.engine);
        assert_eq!(refused, Err(coupons::SaveCouponRefusal::CodeTaken("WELCOME".into())));

        let used = sql!("UPDATE coupons SET uses_claimed = 2 WHERE shop_id = $1");
        db.execute(shop, used, &[]).await.expect(test.engine);
        let switched_off = Coupon { active: false, ..welcome.clone() };
        coupons::save_coupon(db, shop, &switched_off).await.expect(test.engine).expect("saved");
        let listed = coupons::list_coupons(db, shop).await.expect(test.engine);
        assert_eq!((listed[0].uses_claimed, listed[0].active), (2, false));
        let removed = coupons::delete_coupon(db, shop, CouponId(4)).await.expect(test.engine);
        assert_eq!(removed, Err(coupons::SaveCouponRefusal::InUse));
        assert_eq!(coupons::delete_coupon(db, shop, CouponId(5)).await.expect(test.engine), Ok(false));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_theme_files_are_kept_and_removed() {
    let about = InfoPage {
        id: PageId(3),
        handle: "about".into(),
        title: "About".into(),
        body_markdown: "*Hello*".into(),
        body_html: "<em>Hello</em>".into(),
        seo_description: String::new(),
        published: true,
        position: 1,
        updated_at: Timestamp(0),
    };
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        assert_eq!(pages::save_page(db, shop, &about, NOW).await.expect(test.engine), Ok(()));
        let kept = InfoPage { updated_at: NOW, ..about.clone() };
        assert_eq!(pages::list_pages(db, shop).await.expect(test.engine), std::slice::from_ref(&kept));
        assert_eq!(pages::load_page(db, shop, PageId(3)).await.expect(test.engine), Some(kept));
        let twin = InfoPage { id: PageId(4), ..about.clone() };
        let refused = pages::save_page(db, shop, &twin, NOW).await.expect(test.engine);
        assert_eq!(refused, Err(PageRefusal::HandleTaken("about".into())));
        assert!(pages::delete_page(db, shop, PageId(3)).await.expect(test.engine));
        assert!(!pages::delete_page(db, shop, PageId(3)).await.expect(test.engine));

        for body in ["one", "two"] {
            themes::save_theme_file(db, shop, "info.html", body, NOW).await.expect(test.engine);
        }
        let files = themes::list_theme_files(db, shop).await.expect(test.engine);
        assert_eq!((files.len(), files[0].body.as_str()), (1, "two"));
        assert!(themes::delete_theme_file(db, shop, "info.html").await.expect(test.engine));
        assert_eq!(themes::load_theme_file(db, shop, "info.html").await.expect(test.engine), None);
    }
}
