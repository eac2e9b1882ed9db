//! The load test at the desk: asked for, watched, stopped, and read about; and nobody else's.

use super::{hire, ines, signed_in};
use crate::world::{Browser, MORNING, World, worlds};
use db::load_tests::{self, LoadTestId, Stage, TestProgress, TestReport, TestState, TestVerdict};
use db::sellers::SellerRole;

const PAGE: &str = "<!DOCTYPE html><style>p{}</style><p>Your shop held 20 shoppers.</p><script>one()</script>";

fn start(browser: &mut Browser, shoppers: &str) -> crate::world::Answer {
    browser.post("/admin/load-test", &[("shoppers", shoppers), ("plan", "drop"), ("step_seconds", "10")])
}

/// The test that waits, taken by whoever runs it.
fn begun(world: &World) -> LoadTestId {
    let (_, id, _) = world.with(load_tests::next_asked(world.db())).expect("the database answers").expect("one was asked for");
    assert!(world.with(load_tests::begin(world.db(), world.juniper, id, MORNING)).expect("the database answers"));
    id
}

fn tell(world: &World, id: LoadTestId, progress: TestProgress) -> bool {
    world.with(load_tests::tell(world.db(), world.juniper, id, &progress, MORNING)).expect("the database answers")
}

/// A test of Juniper Roasters that has ended with a report.
pub fn kept(world: &World) -> LoadTestId {
    start(&mut signed_in(world, "juniper.localhost", "ines@juniper.example"), "20").location();
    let id = begun(world);
    let (verdict, said) = (TestVerdict::Held, "Your shop held 20 shoppers at once.".to_owned());
    let report = TestReport { verdict, said, page: PAGE.into(), data: b"{\"schema\":1}".to_vec() };
    world.with(load_tests::finish(world.db(), world.juniper, id, &report, MORNING)).expect("the database answers");
    id
}

#[test]
fn a_seller_starts_a_test_and_watches_it() {
    for world in worlds() {
        let mut ines = ines(&world);
        let page = ines.get("/admin/load-test");
        page.expect(200, &["Start the test", "From 1 to 500", "No customer, no order and no seller is in the copy."]);
        assert!(!page.body.contains("hx-trigger=\"every"), "nothing runs, so nothing is asked again and again");
        assert_eq!(start(&mut ines, "20").location(), "/admin/load-test");
        let waiting = ines.get("/admin/load-test");
        waiting.expect(200, &["20 shoppers at once, for 10 s", "It begins in a moment.", "http-equiv=\"refresh\"", "every 1s"]);
        let id = begun(&world);
        ines.get("/admin/load-test").expect(200, &["Your shop is being copied."]);
        let visiting = TestProgress {
            elapsed_s: 15.0,
            total_s: 60.0,
            shoppers: 1_900,
            requests_per_s: 412,
            orders: 31,
            ..TestProgress::at(Stage::Visiting)
        };
        assert!(tell(&world, id, TestProgress { p50_ms: 1.26, p99_ms: 41.3, ..visiting }));
        ines.get("/admin/load-test")
            .expect(200, &["value=\"25\"", "1,900", "412", "41\u{a0}ms", "half within 1.3\u{a0}ms", "About 45 seconds left."]);
        assert!(tell(&world, id, TestProgress::at(Stage::Proving)));
        ines.get("/admin/load-test").expect(200, &["The books of the copy are being proved."]);
    }
}

#[test]
fn a_running_test_is_stopped_by_a_button() {
    for world in worlds() {
        let mut ines = ines(&world);
        start(&mut ines, "20").location();
        let id = begun(&world);
        ines.post(&format!("/admin/load-test/{id}/stop"), &[]).location();
        ines.get("/admin/load-test").expect(200, &["The test stops.", "disabled"]);
        assert!(!tell(&world, id, TestProgress::at(Stage::Visiting)), "whoever runs it hears of it");
    }
}

#[test]
fn a_second_start_says_who_is_testing_and_of_a_neighbor_only_that() {
    for world in worlds() {
        let mut ines = ines(&world);
        start(&mut ines, "20").location();
        assert_eq!(start(&mut ines, "20").location(), "/admin/load-test", "whoever clicks twice has what they want");
        hire(&world, "juniper.localhost", "ivo@juniper.example", SellerRole::Staff);
        let refused = start(&mut signed_in(&world, "juniper.localhost", "ivo@juniper.example"), "20");
        refused.expect(422, &["A test of your shop is running already: ines@juniper.example started it at 10:00."]);
        let tests = world.with(load_tests::list(world.db(), world.juniper)).expect("the database answers");
        assert_eq!((tests.len(), &tests[0].state), (1, &TestState::Asked), "{}: a double click is one test", world.engine);
        hire(&world, "quillmere.localhost", "quentin@quillmere.example", SellerRole::Owner);
        // It is told by the clock of whoever asks: Quillmere is in New York.
        let mut quentin = signed_in(&world, "quillmere.localhost", "quentin@quillmere.example");
        let refused = start(&mut quentin, "20");
        refused.expect(422, &["Another shop on this server has been testing since 04:00", "No test was started."]);
        assert!(!refused.body.contains("ines") && !refused.body.to_lowercase().contains("juniper"), "{}", refused.body);
    }
}

#[test]
fn what_is_typed_wrong_starts_nothing_and_is_told_beside_its_field() {
    for world in worlds() {
        let mut ines = ines(&world);
        for (shoppers, words) in
            [("501", "from 1 to 500"), ("0", "from 1 to 500"), ("", "Please type a number."), ("many", "a whole number")]
        {
            start(&mut ines, shoppers).expect(422, &[words, "No test was started."]);
        }
        let odd = [("shoppers", "20"), ("plan", "http://10.0.0.7/"), ("step_seconds", "86400"), ("target", "http://10.0.0.7/")];
        ines.post("/admin/load-test", &odd).expect(422, &["Please choose one of the entries.", "from 5 to 300"]);
        assert_eq!(world.with(load_tests::next_asked(world.db())).expect("the database answers"), None, "{}", world.engine);
    }
}

#[test]
fn a_kept_report_is_read_downloaded_and_deleted() {
    for world in worlds() {
        let mut ines = ines(&world);
        let id = kept(&world);
        ines.get("/admin/load-test").expect(200, &["Held", "Your shop held 20 shoppers at once.", &format!("{id}/report.json")]);
        let page = ines.get(&format!("/admin/load-test/{id}/report"));
        page.expect(200, &[PAGE]);
        let policy = page.header("content-security-policy");
        for words in ["default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "sandbox allow-scripts"] {
            assert!(policy.contains(words), "{words} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && page.header("cache-control") == "no-store", "{policy}");
        let data = ines.get(&format!("/admin/load-test/{id}/report.json"));
        data.expect(200, &["{\"schema\":1}"]);
        assert_eq!(data.header("content-type"), "application/json");
        assert!(data.header("content-disposition").starts_with("attachment"));

        ines.get(&format!("/admin/load-test/{id}/delete")).expect(200, &["Delete this test?"]);
        ines.post(&format!("/admin/load-test/{id}/delete"), &[]).location();
        ines.get(&format!("/admin/load-test/{id}/report")).expect(404, &[]);
    }
}

#[test]
fn a_test_that_could_not_be_run_says_why() {
    for world in worlds() {
        let mut ines = ines(&world);
        start(&mut ines, "20").location();
        let id = begun(&world);
        let said = "There is no room for a copy: No space left on device.";
        world.with(load_tests::fail(world.db(), world.juniper, id, said, MORNING)).expect("the database answers");
        let page = ines.get("/admin/load-test");
        page.expect(200, &["Failed", said, "Start the test"]);
        assert!(!page.body.contains(&format!("{id}/report")), "{}", page.body);
    }
}
