//! Load tests: asked for, run one at a time, and kept with their reports; on both engines.

use crate::shops::{NOW, juniper_roasters, make_juniper_roasters};
use commerce::{FlashSaleId, ShopId};
use db::load_tests::{
    self, KEPT_MAX, LoadTestId, LoadTestPlan, Occupied, REPORT_BYTES_MAX, Rehearsal, Stage, TestProgress, TestReport, TestState,
    TestVerdict, Wanted,
};
use db::shops::NewShop;
use db::{Db, Error, testing};

const INES: &str = "ines@juniper.example";
const WANTED: Wanted = Wanted { plan: LoadTestPlan::Drop, shoppers: 500, step_seconds: 30 };

async fn ask(db: &Db, shop: ShopId) -> LoadTestId {
    load_tests::ask(db, shop, WANTED, INES, NOW).await.expect("the database works").expect("nobody tests")
}

async fn begun(db: &Db, shop: ShopId) -> LoadTestId {
    let id = ask(db, shop).await;
    assert!(load_tests::begin(db, shop, id, NOW).await.expect("the database works"));
    id
}

async fn make_neighbor(db: &Db) -> ShopId {
    let new = NewShop { handle: "neighbor".into(), domains: Vec::new(), ..juniper_roasters() };
    db::shops::create_shop(db, &new, NOW).await.expect("the database works").expect("the shop is accepted")
}

fn report(page: &str) -> TestReport {
    TestReport { verdict: TestVerdict::Held, said: "It held.".into(), page: page.into(), data: b"{}".to_vec() }
}

async fn state(db: &Db, shop: ShopId) -> TestState {
    load_tests::list(db, shop).await.expect("the database works").remove(0).state
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_asked_for_run_and_kept_with_its_report() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        assert_eq!(load_tests::next_asked(db).await.expect(test.engine), None);
        let id = ask(db, shop).await;
        assert_eq!(state(db, shop).await, TestState::Asked);
        assert_eq!(load_tests::next_asked(db).await.expect(test.engine), Some((shop, id, WANTED)));
        assert!(load_tests::begin(db, shop, id, NOW).await.expect(test.engine));
        assert!(!load_tests::begin(db, shop, id, NOW).await.expect(test.engine), "it is claimed once");
        assert_eq!(load_tests::next_asked(db).await.expect(test.engine), None);

        let progress = TestProgress { stage: Stage::Visiting, shoppers: 42, p99_ms: 12.5, ..TestProgress::at(Stage::Visiting) };
        assert!(load_tests::tell(db, shop, id, &progress, NOW).await.expect(test.engine));
        assert_eq!(state(db, shop).await, TestState::Running { progress, is_stopping: false }, "{}", test.engine);
        assert!(!load_tests::delete(db, shop, id).await.expect(test.engine), "a running test is not forgotten");

        load_tests::finish(db, shop, id, &report("<p>It held.</p>"), NOW.plus_minutes(3)).await.expect(test.engine);
        let kept = load_tests::list(db, shop).await.expect(test.engine).remove(0);
        assert_eq!((kept.wanted, kept.asked_by.as_str(), kept.asked_at), (WANTED, INES, NOW));
        let (verdict, said) = (TestVerdict::Held, "It held.".to_owned());
        assert_eq!(kept.state, TestState::Finished { at: NOW.plus_minutes(3), verdict, said }, "{}", test.engine);
        assert_eq!(load_tests::report_page(db, shop, id).await.expect(test.engine).as_deref(), Some(&b"<p>It held.</p>"[..]));
        assert_eq!(load_tests::report_data(db, shop, id).await.expect(test.engine).as_deref(), Some(&b"{}"[..]));

        assert!(load_tests::delete(db, shop, id).await.expect(test.engine));
        assert!(!load_tests::delete(db, shop, id).await.expect(test.engine));
        assert_eq!(load_tests::report_page(db, shop, id).await.expect(test.engine), None, "{}: the report goes too", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_is_a_test_that_knows_its_sale() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let friday = Rehearsal { sale: FlashSaleId(7), sale_name: "Friday".into(), marketing_plan: "name = \"Friday\"".into() };
        let asked = load_tests::ask_rehearsal(db, shop, &friday, 500, INES, NOW).await.expect(test.engine);
        let id = asked.expect("nobody tests");
        assert!(load_tests::ask(db, shop, WANTED, INES, NOW).await.expect(test.engine).is_err(), "it takes its turn with tests");
        assert_eq!(load_tests::rehearsal(db, shop, id).await.expect(test.engine).as_ref(), Some(&friday));
        assert_eq!(load_tests::rehearsal(db, make_neighbor(db).await, id).await.expect(test.engine), None);
        let plan = load_tests::last_marketing_plan(db, shop, FlashSaleId(7)).await.expect(test.engine);
        assert_eq!(plan, Some(friday.marketing_plan));
        assert_eq!(load_tests::last_marketing_plan(db, shop, FlashSaleId(8)).await.expect(test.engine), None);
        assert!(load_tests::begin(db, shop, id, NOW).await.expect(test.engine));
        load_tests::finish(db, shop, id, &report("<p>Go.</p>"), NOW).await.expect(test.engine);
        let kept = load_tests::list(db, shop).await.expect(test.engine).remove(0);
        assert_eq!((kept.rehearsed.as_deref(), kept.wanted.shoppers), (Some("Friday"), 500), "{}", test.engine);
        assert!(load_tests::delete(db, shop, id).await.expect(test.engine));
        assert_eq!(load_tests::rehearsal(db, shop, id).await.expect(test.engine), None, "{}: it goes with the test", test.engine);
        let id = ask(db, shop).await;
        assert_eq!(load_tests::rehearsal(db, shop, id).await.expect(test.engine), None, "a plain test rehearses nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_test_at_a_time_and_only_its_own_shop_is_told_whose() {
    for test in testing::databases().await {
        let db = &test.db;
        let (juniper, neighbor) = (make_juniper_roasters(db).await, make_neighbor(db).await);
        let id = ask(db, juniper).await;
        let again = |shop, now| load_tests::ask(db, shop, WANTED, "quentin@quillmere.example", now);
        let own = Occupied::ByThisShop { asked_by: INES.into(), asked_at: NOW };
        assert_eq!(again(juniper, NOW).await.expect(test.engine), Err(own));
        assert_eq!(again(neighbor, NOW).await.expect(test.engine), Err(Occupied::ByAnother { asked_at: NOW }));
        load_tests::begin(db, juniper, id, NOW).await.expect(test.engine);
        assert!(again(neighbor, NOW).await.expect(test.engine).is_err());
        assert!(!load_tests::ask_to_stop(db, neighbor, id, NOW).await.expect(test.engine), "not the neighbor's to stop");
        load_tests::fail(db, juniper, id, "The disk is full.", NOW).await.expect(test.engine);
        assert_eq!(state(db, juniper).await, TestState::Failed { at: NOW, said: "The disk is full.".into() });
        assert!(again(neighbor, NOW).await.expect(test.engine).is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_that_is_told_to_stop_hears_of_it_with_its_next_word() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let waiting = ask(db, shop).await;
        assert!(load_tests::ask_to_stop(db, shop, waiting, NOW).await.expect(test.engine));
        assert!(matches!(state(db, shop).await, TestState::Failed { .. }), "{}: one that waits is over at once", test.engine);
        assert!(!load_tests::begin(db, shop, waiting, NOW).await.expect(test.engine));

        let running = begun(db, shop).await;
        let progress = TestProgress::at(Stage::Visiting);
        assert!(load_tests::tell(db, shop, running, &progress, NOW).await.expect(test.engine));
        assert!(load_tests::ask_to_stop(db, shop, running, NOW).await.expect(test.engine));
        assert!(!load_tests::tell(db, shop, running, &progress, NOW).await.expect(test.engine));
        assert_eq!(state(db, shop).await, TestState::Running { progress, is_stopping: true }, "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_whose_server_fell_silent_is_given_up_and_makes_room() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let lost = begun(db, shop).await;
        assert_eq!(load_tests::give_up_silent(db, NOW.plus_seconds(59)).await.expect(test.engine), 0);
        let later = NOW.plus_seconds(60);
        assert_eq!(load_tests::give_up_silent(db, later).await.expect(test.engine), 1);
        assert!(matches!(state(db, shop).await, TestState::Failed { at, .. } if at == later), "{}", test.engine);
        let progress = TestProgress::at(Stage::Visiting);
        assert!(!load_tests::tell(db, shop, lost, &progress, later).await.expect(test.engine), "it is told to end");
        load_tests::finish(db, shop, lost, &report("late"), later).await.expect(test.engine);
        assert_eq!(load_tests::report_page(db, shop, lost).await.expect(test.engine), None, "what comes too late is not kept");
        ask(db, shop).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_tests_are_kept_and_a_report_has_its_bound() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = make_juniper_roasters(db).await;
        let mut ids = Vec::new();
        for _ in 0..KEPT_MAX + 2 {
            let id = begun(db, shop).await;
            load_tests::finish(db, shop, id, &report("page"), NOW).await.expect(test.engine);
            ids.insert(0, id);
        }
        let kept: Vec<LoadTestId> = load_tests::list(db, shop).await.expect(test.engine).iter().map(|test| test.id).collect();
        assert_eq!(kept, ids[..KEPT_MAX], "{}", test.engine);
        assert_eq!(load_tests::report_page(db, shop, ids[KEPT_MAX]).await.expect(test.engine), None);
        let id = begun(db, shop).await;
        let refused = load_tests::finish(db, shop, id, &report(&"x".repeat(REPORT_BYTES_MAX + 1)), NOW).await;
        assert!(matches!(refused, Err(Error::Unsuitable(_))), "{}: {refused:?}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_ask_in_the_same_instant_one_gets_a_test() {
    for test in testing::databases().await {
        let db = &test.db;
        let (juniper, neighbor) = (make_juniper_roasters(db).await, make_neighbor(db).await);
        let asking: Vec<_> = (0..16)
            .map(|number| {
                let (db, shop) = (db.clone(), if number % 2 == 0 { juniper } else { neighbor });
                tokio::spawn(async move { load_tests::ask(&db, shop, WANTED, INES, NOW).await })
            })
            .collect();
        let mut had = 0;
        for asked in asking {
            had += usize::from(asked.await.expect("it ends").expect(test.engine).is_ok());
        }
        assert_eq!(had, 1, "{}", test.engine);
    }
}
