//! Sellers and their sessions, on both engines.

use crate::shops::{NOW, juniper_roasters, make_juniper_roasters};
use commerce::{SellerId, ShopId};
use db::sellers::{self, NewSeller, SellerRefusal, SellerRole};
use db::{Db, sessions, shops, testing};

fn ines() -> NewSeller {
    NewSeller {
        email: "Ines@Juniper.example".into(),
        name: "Ines".into(),
        role: SellerRole::Owner,
        password_hash: "$argon2id$first".into(),
    }
}

async fn make(db: &Db, shop: ShopId, new: &NewSeller) -> SellerId {
    sellers::create_seller(db, shop, new, NOW).await.expect("the database works").expect("accepted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_belongs_to_one_seller_of_one_shop_until_it_ends() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let mut second = juniper_roasters();
        (second.handle, second.domains) = ("other".into(), Vec::new());
        let other = shops::create_shop(db, &second, NOW).await.expect(test.engine).expect("accepted");
        let seller = make(db, shop, &ines()).await;
        let expires_at = NOW.plus_minutes(60);
        sessions::create_session(db, shop, seller, "hash of a secret", NOW, expires_at).await.expect(test.engine);

        let who =
            |shop, at| async move { sessions::seller_of_session(db, shop, "hash of a secret", at).await.expect("it works") };
        assert_eq!(who(shop, NOW).await.map(|seller| seller.email), Some("ines@juniper.example".into()));
        assert_eq!(who(shop, expires_at).await, None, "{}: the last instant is too late", test.engine);
        assert_eq!(who(other, NOW).await, None, "{}: the shop next door does not know her", test.engine);
        assert_eq!(sessions::delete_expired_sessions(db, NOW).await.expect(test.engine), 0);
        assert_eq!(sessions::delete_expired_sessions(db, expires_at).await.expect(test.engine), 1);

        sessions::create_session(db, shop, seller, "hash of a secret", NOW, expires_at).await.expect(test.engine);
        let changed = sellers::set_password_hash(db, shop, seller, "$argon2id$second").await.expect(test.engine);
        assert_eq!(changed, Ok(()));
        assert_eq!(who(shop, NOW).await, None, "{}: a new password signs out everywhere", test.engine);
        let (found, hash) = sellers::seller_by_email(db, shop, " INES@juniper.example").await.expect(test.engine).expect("known");
        assert_eq!((found.id, hash.as_str()), (seller, "$argon2id$second"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_never_loses_its_last_owner() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let seller = make(db, shop, &ines()).await;
        let again = sellers::create_seller(db, shop, &ines(), NOW).await.expect(test.engine);
        assert_eq!(again, Err(SellerRefusal::EmailTaken("ines@juniper.example".into())));
        assert_eq!(sellers::delete_seller(db, shop, seller).await.expect(test.engine), Err(SellerRefusal::LastOwner));
        let demoted = sellers::set_role(db, shop, seller, SellerRole::Staff).await.expect(test.engine);
        assert_eq!(demoted, Err(SellerRefusal::LastOwner));
        let helper = NewSeller { email: "jo@juniper.example".into(), role: SellerRole::Staff, ..ines() };
        let helper = make(db, shop, &helper).await;
        assert_eq!(sellers::delete_seller(db, shop, seller).await.expect(test.engine), Err(SellerRefusal::LastOwner));
        assert_eq!(sellers::set_role(db, shop, helper, SellerRole::Owner).await.expect(test.engine), Ok(()));
        assert_eq!(sellers::delete_seller(db, shop, seller).await.expect(test.engine), Ok(()));
        assert_eq!(sellers::delete_seller(db, shop, seller).await.expect(test.engine), Err(SellerRefusal::Unknown));
        let left = sellers::list_sellers(db, shop).await.expect(test.engine);
        assert_eq!(left.iter().map(|seller| seller.id).collect::<Vec<_>>(), [helper]);
    }
}
