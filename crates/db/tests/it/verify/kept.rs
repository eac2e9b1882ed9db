//! The last proof of each shop: kept, one at a time, asked for again when its time has come.

use super::juniper::{BAG, Juniper, NOON};
use db::proofs::{begin_proof, load_proof, prove, shops_to_prove};
use db::verify::{Invariant, Progress};
use db::{sql, testing};

#[tokio::test(flavor = "multi_thread")]
async fn the_last_proof_is_kept_with_its_counts_and_the_first_row_that_breaks() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let neighbor = Juniper::open(&test.db, "neighbor").await;
        juniper.buy("ada-1", &[(BAG, 1)]).await;
        assert_eq!(load_proof(&test.db, juniper.shop, NOON).await.expect(test.engine), None);

        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        let proof = prove(&test.db, juniper.shop, NOON, &Progress::default(), || NOON).await.expect(test.engine).expect("a shop");
        assert!(proof.holds && proof.claims.len() == Invariant::ALL.len());
        let kept = load_proof(&test.db, juniper.shop, NOON).await.expect(test.engine).expect("it is kept");
        assert_eq!((kept.last, kept.running_since), (Some(proof), None), "{}", test.engine);
        assert_eq!(load_proof(&test.db, neighbor.shop, NOON).await.expect(test.engine), None, "nobody else's");

        let spoil = sql!("UPDATE stock_items SET on_hand = on_hand + 1 WHERE shop_id = $1 AND variant_id = 1");
        test.db.execute(juniper.shop, spoil, &[]).await.expect(test.engine);
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        prove(&test.db, juniper.shop, NOON, &Progress::default(), || NOON).await.expect(test.engine);
        let last = load_proof(&test.db, juniper.shop, NOON).await.expect(test.engine).and_then(|kept| kept.last).expect("kept");
        let broken: Vec<_> = last.claims.iter().filter_map(|claim| claim.first_broken.as_ref()).collect();
        assert!(!last.holds && broken.len() == 1, "{}", test.engine);
        assert_eq!((broken[0].row.as_str(), broken[0].variant), ("variant 1", Some(BAG)), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_proved_by_one_at_a_time_until_that_one_is_silent() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        let soon = NOON.plus_seconds(59);
        assert!(!begin_proof(&test.db, juniper.shop, soon).await.expect(test.engine), "{}", test.engine);
        let kept = load_proof(&test.db, juniper.shop, soon).await.expect(test.engine).expect("it runs");
        assert_eq!((kept.running_since, kept.last), (Some(NOON), None), "{}", test.engine);
        let later = NOON.plus_seconds(60);
        let kept = load_proof(&test.db, juniper.shop, later).await.expect(test.engine).expect("it ran");
        assert_eq!(kept.running_since, None, "{}: whoever ran it has stopped", test.engine);
        assert!(begin_proof(&test.db, juniper.shop, later).await.expect(test.engine), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_comes_back_after_another_has_begun_changes_nothing() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        let later = NOON.plus_seconds(60);
        assert!(begin_proof(&test.db, juniper.shop, later).await.expect(test.engine));
        prove(&test.db, juniper.shop, NOON, &Progress::default(), || NOON).await.expect(test.engine);
        let given_up = Progress::default();
        given_up.give_up();
        prove(&test.db, juniper.shop, NOON, &given_up, || NOON).await.expect_err("it is given up");
        let kept = load_proof(&test.db, juniper.shop, later).await.expect(test.engine).expect("it runs");
        let seen = (kept.last, kept.running_since, kept.failure.as_str());
        assert_eq!(seen, (None, Some(later), ""), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_is_given_up_says_so_and_the_next_may_begin() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        let progress = Progress::default();
        progress.give_up();
        prove(&test.db, juniper.shop, NOON, &progress, || NOON).await.expect_err("it is given up");
        let kept = load_proof(&test.db, juniper.shop, NOON).await.expect(test.engine).expect("it is noted");
        assert!(kept.failure.contains("given up") && kept.running_since.is_none() && kept.last.is_none(), "{kept:?}");
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn books_are_due_once_a_day_and_after_a_sale() {
    for test in testing::databases().await {
        let juniper = Juniper::open(&test.db, "juniper").await;
        let due = |minutes: i64| {
            let now = NOON.plus_minutes(minutes);
            shops_to_prove(&test.db, now.plus_minutes(-48 * 60), now.plus_minutes(-20))
        };
        assert_eq!(due(0).await.expect(test.engine), [juniper.shop], "{}: never proved", test.engine);
        assert!(begin_proof(&test.db, juniper.shop, NOON).await.expect(test.engine));
        // The sale of the filters closes after a day.
        for (minutes, expected) in [(60, false), (24 * 60 + 20, false), (24 * 60 + 21, true), (48 * 60 + 1, true)] {
            assert_eq!(!due(minutes).await.expect(test.engine).is_empty(), expected, "{}: {minutes} minutes", test.engine);
        }
    }
}
