//! What nodes tell each other of a crowd, and the minutes that are kept.

use commerce::sale::{BeforeOpening, FlashSale, FlashSaleStatus};
use commerce::{Currency, FlashSaleId, ShopId, Timestamp};
use db::crowd::*;
use db::shops::NewShop;
use db::{Db, testing};

const NOON: Timestamp = Timestamp::from_seconds(1_795_780_800);

async fn open_shop(db: &Db, handle: &str) -> ShopId {
    let new = NewShop {
        handle: handle.into(),
        name: handle.into(),
        currency: Currency::from_code("EUR").expect("the euro exists"),
        time_zone: "Europe/Berlin".into(),
        domains: Vec::new(),
    };
    db::shops::create_shop(db, &new, NOON).await.expect("the database answers").expect("the shop is fine")
}

fn minute(begins_at: Timestamp, active: i64, sessions: i64) -> CrowdMinute {
    CrowdMinute { begins_at, active, sessions, visits: Some(active / 2), robot_pages: 1 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_what_others_told_last_and_nothing_of_its_own() {
    for test in testing::databases().await {
        let (juniper, neighbor) = (open_shop(&test.db, "juniper").await, open_shop(&test.db, "neighbor").await);
        let told = |shop, node, slot, mark: u8| NodeMarks { shop, day: 20_784, node, slot, marks: vec![mark; 5_000] };
        let (first, second) = (told(juniper, 1, 10, 7), told(juniper, 2, 10, 8));
        let (again, of_neighbor) = (told(juniper, 1, 11, 9), told(neighbor, 1, 10, 5));
        tell_marks(&test.db, &[first, of_neighbor.clone()]).await.expect(test.engine);
        tell_marks(&test.db, std::slice::from_ref(&second)).await.expect(test.engine);
        tell_marks(&test.db, std::slice::from_ref(&again)).await.expect(test.engine);

        let all = vec![again.clone(), of_neighbor.clone()];
        assert_eq!(hear_marks(&test.db, 2, 10, None, 9).await.expect(test.engine), all, "{}", test.engine);
        assert_eq!(hear_marks(&test.db, 2, 11, None, 9).await.expect(test.engine), all[..1], "{}", test.engine);
        assert_eq!(hear_marks(&test.db, 2, 10, None, 1).await.expect(test.engine), all[..1], "{}", test.engine);
        let after = Some((again.shop, again.day, again.node));
        let rest = hear_marks(&test.db, 2, 10, after, 9).await.expect(test.engine);
        assert_eq!(rest, [of_neighbor], "{}", test.engine);

        forget_crowds(&test.db, NOON, 11).await.expect(test.engine);
        assert_eq!(hear_marks(&test.db, 3, 0, None, 9).await.expect(test.engine), [again], "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_nodes_that_differ_the_higher_number_of_people_stays_and_robots_add_up() {
    for test in testing::databases().await {
        let shop = open_shop(&test.db, "juniper").await;
        let until = NOON.plus_minutes(60);
        assert_eq!(crowd_peaks(&test.db, shop, NOON, until).await.expect(test.engine), None);
        let (second, third) = (NOON.plus_minutes(1), NOON.plus_minutes(2));
        for minutes in [[minute(NOON, 10, 20), minute(second, 9, 50)], [minute(NOON, 12, 19), minute(third, 12, 49)]] {
            keep_minutes(&test.db, &minutes.map(|minute| (shop, minute))).await.expect(test.engine);
        }
        let kept = crowd_minutes(&test.db, shop, NOON, until).await.expect(test.engine);
        let both = CrowdMinute { robot_pages: 2, ..minute(NOON, 12, 20) };
        assert_eq!(kept, [both, minute(second, 9, 50), minute(third, 12, 49)], "{}", test.engine);
        assert_eq!(crowd_minutes(&test.db, shop, second, third).await.expect(test.engine).len(), 1, "{}", test.engine);
        let peaks = crowd_peaks(&test.db, shop, NOON, until).await.expect(test.engine);
        assert_eq!(peaks, Some(CrowdPeaks { active: (12, NOON), sessions: (50, second) }), "{}", test.engine);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_are_kept_for_two_weeks_and_those_of_a_sale_for_good() {
    for test in testing::databases().await {
        let shop = open_shop(&test.db, "juniper").await;
        let sale = FlashSale {
            id: FlashSaleId(1),
            handle: "winter".into(),
            name: "Winter Clearance".into(),
            teaser: String::new(),
            picture: None,
            early_access_at: Some(NOON),
            opens_at: NOON.plus_minutes(60),
            closes_at: NOON.plus_minutes(120),
            before_opening: BeforeOpening::NotForSale,
            status: FlashSaleStatus::Scheduled,
            items: Vec::new(),
        };
        db::flash_sales::save_flash_sale(&test.db, shop, &sale, NOON).await.expect(test.engine).expect("the sale is fine");
        let minutes = [-1, 0, 179, 180, 20_160].map(|after| (shop, minute(NOON.plus_minutes(after), 1, 1)));
        keep_minutes(&test.db, &minutes).await.expect(test.engine);
        let now = NOON.plus_minutes(14 * 1_440 + 20_160);
        forget_crowds(&test.db, now, 0).await.expect(test.engine);
        let kept = crowd_minutes(&test.db, shop, Timestamp(0), now).await.expect(test.engine);
        let kept: Vec<i64> = kept.iter().map(|minute| minute.begins_at.micros_since(NOON) / 60_000_000).collect();
        assert_eq!(kept, [0, 179, 20_160], "{}: from early access to an hour after the end", test.engine);
    }
}
