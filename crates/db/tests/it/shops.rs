//! Shops, their domains and settings, on both engines.

use commerce::shop::{Branding, CheckoutSettings};
use commerce::{Currency, ShopId, Timestamp};
use db::shops::{self, Door, NewShop, Settings, ShopRefusal};
use db::{Db, testing};

pub const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);

pub fn juniper_roasters() -> NewShop {
    NewShop {
        handle: "juniper".into(),
        name: "Juniper Roasters".into(),
        currency: Currency::from_code("EUR").expect("a known code"),
        time_zone: "Europe/Berlin".into(),
        domains: vec!["Juniper.Example".into()],
    }
}

/// Juniper Roasters in a fresh database.
pub async fn make_juniper_roasters(db: &Db) -> ShopId {
    shops::create_shop(db, &juniper_roasters(), NOW).await.expect("the database works").expect("the shop is accepted")
}

async fn version(db: &Db, shop: ShopId) -> i64 {
    let versions = shops::catalog_versions(db).await.expect("the database works");
    versions.into_iter().find(|(known, _)| *known == shop).expect("the shop is there").1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_shop_has_the_standard_settings_and_keeps_changed_ones() {
    for test in testing::databases().await {
        let db = &test.db;
        let id = make_juniper_roasters(db).await;
        let shop = shops::load_shop(db, id).await.expect(test.engine).expect("it was made");
        assert_eq!((shop.handle.as_str(), shop.currency.code(), shop.open), ("juniper", "EUR", true));
        assert_eq!((shop.domains.clone(), shop.branding), (vec!["juniper.example".to_owned()], Branding::default()));

        let before = version(db, id).await;
        let branding = Branding { tagline: "Roasted “slowly”, 100 % by hand".into(), ..Branding::default() };
        shops::save_settings(db, id, &Settings::Branding(branding.clone()), NOW).await.expect(test.engine);
        let checkout = CheckoutSettings { reservation_minutes: 3, ..CheckoutSettings::default() };
        shops::save_settings(db, id, &Settings::Checkout(checkout.clone()), NOW).await.expect(test.engine);
        shops::save_settings(db, id, &Settings::Checkout(checkout.clone()), NOW).await.expect(test.engine);
        shops::set_door(db, id, Door::Closed).await.expect(test.engine);
        let changed = shops::save_general(db, id, " Juniper ", "Europe/Paris").await.expect(test.engine);
        assert_eq!(changed, Ok(()));
        let shop = shops::load_shop(db, id).await.expect(test.engine).expect("it is there");
        assert_eq!((shop.branding.clone(), shop.checkout.clone(), shop.open), (branding, checkout, false));
        assert_eq!((shop.name.as_str(), shop.time_zone.as_str()), ("Juniper", "Europe/Paris"));
        assert_eq!(version(db, id).await, before + 5, "{}: each change is noticed by the other nodes", test.engine);
        assert_eq!(shops::list_shops(db).await.expect(test.engine), [shop]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_and_a_domain_belong_to_one_shop_only() {
    for test in testing::databases().await {
        let db = &test.db;
        let juniper = make_juniper_roasters(db).await;
        let create = |handle: &str, host: &str| {
            let mut new = juniper_roasters();
            (new.handle, new.domains) = (handle.into(), vec![host.into()]);
            async move { shops::create_shop(db, &new, NOW).await.expect("the database works") }
        };
        assert_eq!(create("juniper", "a.example").await, Err(ShopRefusal::HandleTaken("juniper".into())));
        let taken = ShopRefusal::HostTaken("juniper.example".into());
        assert_eq!(create("other", "JUNIPER.example:443").await, Err(taken.clone()));
        assert_eq!(create("No", "b.example").await, Err(ShopRefusal::BadHandle("No".into())));
        assert_eq!(create("other", "b/c").await, Err(ShopRefusal::BadHost("b/c".into())));
        assert_eq!(shops::list_shops(db).await.expect(test.engine).len(), 1, "a refused shop leaves nothing behind");

        let other = create("other", "other.example").await.expect("accepted");
        assert_eq!(shops::add_domain(db, other, "juniper.example").await.expect(test.engine), Err(taken));
        assert_eq!(shops::add_domain(db, juniper, "www.juniper.example").await.expect(test.engine), Ok(()));
        assert_eq!(shops::add_domain(db, juniper, "www.juniper.example").await.expect(test.engine), Ok(()));
        let moved = shops::make_domain_canonical(db, juniper, "WWW.juniper.example").await.expect(test.engine);
        assert_eq!(moved, Ok(()));
        let shop = shops::load_shop(db, juniper).await.expect(test.engine).expect("it is there");
        assert_eq!(shop.domains, ["www.juniper.example", "juniper.example"]);
        assert_eq!(shops::remove_domain(db, juniper, "www.juniper.example").await.expect(test.engine), Ok(()));
        let gone = shops::remove_domain(db, juniper, "other.example").await.expect(test.engine);
        assert_eq!(gone, Err(ShopRefusal::NoSuchDomain("other.example".into())));
        assert_eq!(shops::shop_by_handle(db, "other").await.expect(test.engine), Some(other));
    }
}
