//! What nodes keep of a sale, and what its books add up to, on both engines.

use crate::verify::juniper::{BAG, FILTER, Juniper, NOON, adjust};
use commerce::checkout::StockChange;
use commerce::{FlashSaleId, Timestamp};
use db::sale_forecasts::{SaleForecast, keep_forecast, keep_lesson, lessons, load_forecast, replace_forecast};
use db::sale_record::{self, Between, ByHand, Gone, Holds, KEPT_DAYS, MissedMinute, ServedMinute};
use db::testing;

const SALE: FlashSaleId = FlashSaleId(1);
const DAY: Between = Between { from: NOON, until: NOON.plus_minutes(24 * 60) };

fn served(begins_at: Timestamp, node: i64, requests: i64) -> ServedMinute {
    ServedMinute { begins_at, node, requests, failed: 1, shed: 2, answers: vec![3, 4], neighbors: Vec::new() }
}

fn missed(begins_at: Timestamp, node: i64, asked: i64) -> MissedMinute {
    MissedMinute { begins_at, node, variant: FILTER, asked, units: asked * 2 }
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_of_every_node_are_kept_once_and_only_for_their_shop() {
    for test in testing::databases().await {
        let db = &test.db;
        let (juniper, neighbor) = (Juniper::open(db, "juniper").await.shop, Juniper::open(db, "neighbor").await.shop);
        let (first, second) = (served(NOON, 1, 10), served(NOON, 2, 20));
        let after = served(DAY.until, 1, 5);
        let all = [(juniper, first.clone()), (juniper, second.clone()), (juniper, after), (neighbor, served(NOON, 1, 7))];
        sale_record::keep(db, &all, &[(juniper, missed(NOON, 1, 3))]).await.expect(test.engine);
        let again = ServedMinute { requests: 11, ..first };
        sale_record::keep(db, &[(juniper, again.clone())], &[(juniper, missed(NOON, 1, 4))]).await.expect(test.engine);
        let kept = sale_record::served_minutes(db, juniper, DAY).await.expect(test.engine);
        assert_eq!(kept, [again, second], "{}: what is kept again replaces, and the end is not part of it", test.engine);
        let kept = sale_record::missed_minutes(db, juniper, DAY).await.expect(test.engine);
        assert_eq!(kept, [missed(NOON, 1, 4)], "{}", test.engine);
        assert!(sale_record::missed_minutes(db, neighbor, DAY).await.expect(test.engine).is_empty(), "{}", test.engine);

        sale_record::forget(db, NOON.plus_seconds(KEPT_DAYS * 86_400)).await.expect(test.engine);
        assert_eq!(sale_record::served_minutes(db, juniper, DAY).await.expect(test.engine).len(), 2, "{}", test.engine);
        sale_record::forget(db, NOON.plus_seconds(KEPT_DAYS * 86_400 + 1)).await.expect(test.engine);
        assert!(sale_record::served_minutes(db, juniper, DAY).await.expect(test.engine).is_empty(), "{}", test.engine);
        assert!(sale_record::missed_minutes(db, juniper, DAY).await.expect(test.engine).is_empty(), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_orders_is_added_up_by_the_second_and_nothing_of_a_neighbor() {
    for test in testing::databases().await {
        let db = &test.db;
        let mut juniper = Juniper::open(db, "juniper").await;
        let neighbor = Juniper::open(db, "neighbor").await;
        juniper.live_through_a_day().await;
        let shop = juniper.shop;
        let seconds = sale_record::orders_by_second(db, shop, DAY).await.expect(test.engine);
        let later = NOON.seconds() + 11 * 60;
        let counted: Vec<(i64, i64)> = seconds.iter().map(|second| (second.second, second.orders)).collect();
        assert_eq!(counted, [(NOON.seconds(), 1), (later, 2)], "{}", test.engine);
        assert!(seconds.iter().all(|second| second.charged_minor > 0), "{}", test.engine);
        let sold = sale_record::sold_by_second(db, shop, SALE, DAY).await.expect(test.engine);
        let sold: Vec<_> = sold.iter().map(|sold| (sold.second, sold.variant, sold.units)).collect();
        assert_eq!(sold, [(NOON.seconds(), FILTER, 1), (later, FILTER, 4)], "{}", test.engine);
        let afterwards = sale_record::afterwards(db, shop, DAY).await.expect(test.engine);
        assert!(afterwards.canceled == 1 && afterwards.refunded_minor > 0, "{}: {afterwards:?}", test.engine);

        let before = Between { from: NOON.plus_minutes(-60), until: NOON };
        assert!(sale_record::orders_by_second(db, shop, before).await.expect(test.engine).is_empty(), "{}", test.engine);
        assert!(sale_record::orders_by_second(db, neighbor.shop, DAY).await.expect(test.engine).is_empty(), "{}", test.engine);
        assert_eq!(sale_record::afterwards(db, neighbor.shop, DAY).await.expect(test.engine), Default::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_end_when_their_time_has_run_out_tidied_or_not() {
    for test in testing::databases().await {
        let mut juniper = Juniper::open(&test.db, "juniper").await;
        juniper.live_through_a_day().await;
        let holds = async |now| sale_record::holds(&test.db, juniper.shop, DAY, now).await.expect(test.engine);
        let at_once = holds(juniper.now).await;
        assert_eq!((at_once.active, at_once.released), (1, 1), "{}: {at_once:?}", test.engine);
        let later = holds(juniper.now.plus_minutes(60)).await;
        assert_eq!(later, Holds { active: 0, expired: at_once.expired + 1, ..at_once }, "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_tells_when_it_was_gone_and_whether_some_came_back() {
    for test in testing::databases().await {
        let db = &test.db;
        let mut juniper = Juniper::open(db, "juniper").await;
        juniper.live_through_a_day().await;
        let told = sale_record::gone(db, juniper.shop, &[FILTER, BAG], DAY).await.expect(test.engine);
        let filters = Gone { variant: FILTER, first_at: Some(NOON), at_end_since: None };
        assert_eq!(told, [filters, Gone { variant: BAG, first_at: None, at_end_since: None }], "{}", test.engine);

        // Ines counts anew and finds no more than what is held and sold.
        juniper.now = juniper.now.plus_minutes(1);
        let line = db::stock::load_stock(db, juniper.shop, FILTER).await.expect(test.engine).expect("it is counted");
        let on_hand = line.item.reserved + line.item.allocated;
        juniper.ask(adjust(FILTER, StockChange::Set { on_hand })).await;
        let told = sale_record::gone(db, juniper.shop, &[FILTER], DAY).await.expect(test.engine);
        assert_eq!(told, [Gone { at_end_since: Some(juniper.now), ..filters }], "{}", test.engine);
        let hour = Between { from: NOON, until: juniper.now };
        let told = sale_record::gone(db, juniper.shop, &[FILTER], hour).await.expect(test.engine);
        assert_eq!(told, [filters], "{}: what comes later does not count", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_by_hand_is_counted_and_what_shoppers_did_is_not() {
    for test in testing::databases().await {
        let db = &test.db;
        let mut juniper = Juniper::open(db, "juniper").await;
        juniper.buy("ben-0", &[(BAG, 1)]).await;
        let by_hand = async |from: Timestamp, juniper: &Juniper<'_>| {
            let asked = Between { from, ..DAY };
            sale_record::by_hand(db, juniper.shop, SALE, &[BAG, FILTER], asked).await.expect(test.engine)
        };
        let counted = ByHand { stock_changes: 1, canceled: 0, refunds: 0, sale_changed: true };
        assert_eq!(by_hand(NOON, &juniper).await, counted, "{}: what came in, and the sale itself", test.engine);
        juniper.now = NOON.plus_minutes(1);
        assert_eq!(by_hand(juniper.now, &juniper).await, ByHand::default(), "{}", test.engine);
        juniper.live_through_a_day().await;
        let told = by_hand(NOON.plus_minutes(1), &juniper).await;
        assert!(told.canceled == 1 && told.refunds >= 1 && told.stock_changes == 0, "{}: {told:?}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_expected_is_kept_with_its_sale_and_what_it_taught_with_the_shop() {
    for test in testing::databases().await {
        let db = &test.db;
        let (juniper, neighbor) = (Juniper::open(db, "juniper").await.shop, Juniper::open(db, "neighbor").await.shop);
        let planned = SaleForecast { plan: "name = 'a'".into(), forecast: "{}".into(), lesson: None };
        keep_forecast(db, juniper, SALE, &planned, NOON).await.expect(test.engine);
        assert!(lessons(db, juniper).await.expect(test.engine).is_empty(), "{}", test.engine);
        let learned = SaleForecast { lesson: Some("[1]".into()), ..planned };
        keep_forecast(db, juniper, SALE, &learned, NOON.plus_minutes(1)).await.expect(test.engine);
        assert_eq!(load_forecast(db, juniper, SALE).await.expect(test.engine), Some(learned), "{}", test.engine);
        assert_eq!(lessons(db, juniper).await.expect(test.engine), [(SALE, "[1]".to_owned())], "{}", test.engine);
        assert_eq!(load_forecast(db, neighbor, SALE).await.expect(test.engine), None, "{}", test.engine);
        assert!(lessons(db, neighbor).await.expect(test.engine).is_empty(), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_was_changed_meanwhile_is_not_replaced_and_teaches_nothing() {
    for test in testing::databases().await {
        let db = &test.db;
        let shop = Juniper::open(db, "juniper").await.shop;
        let plan = |plan: &str| SaleForecast { plan: plan.into(), forecast: "{}".into(), lesson: None };
        let replace = async |text: &str, was: Option<&str>| {
            replace_forecast(db, shop, SALE, &plan(text), was, NOON).await.expect(test.engine)
        };
        assert!(replace("a", None).await, "{}: nothing was kept", test.engine);
        assert!(!replace("b", None).await, "{}: something is", test.engine);
        assert!(!replace("b", Some("c")).await && replace("b", Some("a")).await, "{}", test.engine);
        let learn = async |was: &str| keep_lesson(db, shop, SALE, was, "[1]").await.expect(test.engine);
        assert!(!learn("a").await && lessons(db, shop).await.expect(test.engine).is_empty(), "{}", test.engine);
        assert!(learn("b").await, "{}", test.engine);
        let kept = SaleForecast { lesson: Some("[1]".into()), ..plan("b") };
        assert_eq!(load_forecast(db, shop, SALE).await.expect(test.engine), Some(kept), "{}", test.engine);
    }
}
