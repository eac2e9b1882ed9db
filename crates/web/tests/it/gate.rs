//! The gate before a real server: what is refused, in whose look, and who is not refused.
//!
//! The gate is filled from within, by work that ends when the test says so; everybody else comes by their socket.

use crate::world::{Answer, Browser, MORNING, VOUCHER, World, worlds};
use commerce::ShopId;
use std::io::Write;
use std::net::TcpStream;
use std::sync::{Arc, Barrier};
use tokio::task::JoinHandle;
use web::gate::class::Route;

/// Handlers of one shop that are at work until they are dropped.
struct Crowd(Vec<JoinHandle<()>>);

impl Crowd {
    /// Takes all workers of the machine and keeps them: the gate's own view of handlers that compute.
    fn at_work(world: &World, shop: ShopId, route: Route) -> Self {
        Self::of(world, shop, route, 2)
    }

    fn of(world: &World, shop: ShopId, route: Route, count: usize) -> Self {
        let before = world.app.gate().figures().at_work;
        let crowd = (0..count).map(|_| {
            let gate = world.app.gate().clone();
            world.spawn(async move {
                // Held, not polled: whoever computes is at work until it ends.
                let held = gate.hold(shop, route).await;
                std::future::pending::<()>().await;
                drop(held);
            })
        });
        let crowd = Self(crowd.collect());
        while world.app.gate().figures().at_work < before + count {
            std::thread::yield_now();
        }
        crowd
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

fn shop_at(world: &World, host: &str) -> ShopId {
    world.app.shop_at(host).expect("the shop answers").snapshot.shop.id
}

/// Until nothing is inside and nobody waits.
fn wait_until_empty(world: &World) {
    loop {
        let figures = world.app.gate().figures();
        if (figures.at_work, figures.in_house, figures.waiting.iter().sum::<usize>()) == (0, 0, 0) {
            return;
        }
        std::thread::yield_now();
    }
}

fn seconds(answer: &Answer, header: &str) -> u64 {
    answer.header(header).parse().unwrap_or_else(|_| panic!("{header}: {:?}", answer.headers))
}

fn buy(browser: &mut Browser, checkout_id: &str) -> Answer {
    browser.post("/checkout", &[("checkout_id", checkout_id), ("email", "ada@example.org")])
}

#[test]
fn whoever_cannot_be_served_reads_it_in_the_shops_own_look_and_is_served_later() {
    for world in worlds() {
        let mut ada = world.browser();
        let crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        let page = ada.get("/search?q=tote");
        page.expect(503, &["A lot is going on", "tries again by itself", "Juniper Roasters", "Coffee and the things around it"]);
        assert!((2..=45).contains(&seconds(&page, "retry-after")));
        assert_eq!(page.header("refresh"), page.header("retry-after"), "the browser asks again by itself");
        assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), ("no-store", "nosniff"));
        let form = ada.post("/cart/add", &[("variant", &VOUCHER.to_string())]);
        form.expect(503, &["That did not get through", "Nothing was changed", "Juniper Roasters"]);
        assert_eq!(form.header("refresh"), "", "a form is never sent again by itself");
        assert!(seconds(&form, "retry-after") >= 2);
        drop(crowd);
        wait_until_empty(&world);
        ada.get("/search?q=tote").expect(200, &["Tote"]);
        ada.post("/cart/add", &[("variant", &VOUCHER.to_string())]).location();
    }
}

#[test]
fn whoever_finds_the_line_full_hears_it_although_every_worker_is_at_something_else() {
    for world in worlds() {
        let crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        // Drawn once beforehand, as the page of a shop that was busy before.
        world.browser().get("/search?q=tote").expect(503, &[]);
        let line: Vec<_> = std::iter::from_fn(|| world.app.gate().knock(world.juniper, Route::Search).ok()).collect();
        let occupied = Arc::new(Barrier::new(world.workers() + 1));
        for _ in 0..world.workers() {
            let occupied = Arc::clone(&occupied);
            world.spawn(async move {
                // Once when all have begun, and once when they may end.
                occupied.wait();
                occupied.wait();
            });
        }
        occupied.wait();
        world.browser().get("/search?q=tote").expect(503, &["A lot is going on"]);
        occupied.wait();
        drop((line, crowd));
        wait_until_empty(&world);
    }
}

#[test]
fn whoever_pays_waits_for_a_place_while_others_are_sent_away() {
    for world in worlds() {
        let mut ada = world.browser();
        ada.post("/cart/add", &[("variant", &VOUCHER.to_string())]).location();
        let checkout_id = ada.get("/checkout").field("checkout_id");
        let crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        std::thread::scope(|scope| {
            let paying = scope.spawn(|| buy(&mut ada.clone(), &checkout_id));
            while world.app.gate().figures().waiting.iter().sum::<usize>() == 0 {
                std::thread::yield_now();
            }
            world.browser().get("/search?q=tote").expect(503, &["A lot is going on"]);
            drop(crowd);
            assert!(paying.join().expect("it is answered").location().starts_with("/orders/"));
        });
        assert_eq!(world.order_numbers().len(), 1);
        world.verify();
    }
}

#[test]
fn handlers_that_hang_in_one_shop_shut_nobody_out_of_another() {
    for world in worlds() {
        let quillmere = shop_at(&world, "quillmere.localhost");
        let hanging: Vec<JoinHandle<()>> = (0..200)
            .map(|_| {
                let gate = world.app.gate().clone();
                world.spawn(async move {
                    drop(gate.pass(quillmere, Route::Search, std::future::pending::<()>()).await);
                })
            })
            .collect();
        while world.app.gate().figures().in_house < 3 {
            std::thread::yield_now();
        }
        for _ in 0..5 {
            world.browser().get("/search?q=tote").expect(200, &["Tote"]);
            world.browser().get("/cart").expect(200, &[]);
        }
        hanging.iter().for_each(JoinHandle::abort);
        wait_until_empty(&world);
    }
}

#[test]
fn a_seller_reaches_the_desk_while_the_shop_is_stormed() {
    for world in worlds() {
        let mut ines = crate::admin::ines(&world);
        let _crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        world.browser().get("/search?q=tote").expect(503, &[]);
        ines.get("/admin/flash-sales/1").expect(200, &["Winter Clearance"]);
        ines.post("/admin/flash-sales/1/cancel", &[]).location();
    }
}

#[test]
fn whoever_hangs_up_in_line_leaves_nothing_behind() {
    for world in worlds() {
        let crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        // Whoever pays waits the longest.
        let waiting: Vec<TcpStream> = (0..8)
            .map(|_| {
                let mut stream = TcpStream::connect(world.address).expect("the server accepts");
                stream.write_all(b"GET /orders/1001 HTTP/1.1\r\nHost: juniper.localhost\r\n\r\n").expect("it is open");
                stream
            })
            .collect();
        while world.app.gate().figures().waiting.iter().sum::<usize>() < 8 {
            std::thread::yield_now();
        }
        drop(waiting);
        while world.app.gate().figures().waiting.iter().sum::<usize>() > 0 {
            std::thread::yield_now();
        }
        assert_eq!(world.app.gate().figures().at_work, 2);
        drop(crowd);
        wait_until_empty(&world);
        world.browser().get("/search?q=tote").expect(200, &["Tote"]);
    }
}

#[test]
fn what_happened_is_counted_by_what_was_asked_and_what_came_of_it() {
    for world in worlds() {
        let mut ada = world.browser();
        ada.get("/search?q=tote").expect(200, &[]);
        ada.get("/orders/4711").expect(404, &[]);
        ada.get("/theme.css").expect(200, &[]);
        let crowd = Crowd::at_work(&world, world.juniper, Route::Page);
        ada.get("/search?q=tote").expect(503, &[]);
        let text = web::metrics::text(&world.app).expect("it can be written");
        for line in [
            "doorbuster_requests_total{shop=\"juniper\",class=\"browse\",outcome=\"answered\"} 1",
            "doorbuster_requests_total{shop=\"juniper\",class=\"browse\",outcome=\"shed\"} 1",
            "doorbuster_requests_total{shop=\"juniper\",class=\"pay\",outcome=\"refused\"} 1",
            "doorbuster_requests_total{shop=\"juniper\",class=\"free\",outcome=\"answered\"} 1",
            "doorbuster_answer_seconds_count{shop=\"juniper\"} 2",
            "doorbuster_gate_at_work 2",
            "doorbuster_build_info{version=\"",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        drop(crowd);
        let hour = world.app.shop(world.juniper).expect("it is there").metrics.hour(MORNING);
        let now = hour.last().expect("sixty minutes");
        assert_eq!((now.requests, now.shed), (4, 1));
    }
}

/// The names of metrics in a text.
fn metric_names(text: &str) -> std::collections::BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("doorbuster_") || word.starts_with("process_")).map(str::to_owned).collect()
}

#[test]
fn dashboard_and_alert_rules_ask_for_nothing_that_is_not_counted() {
    let world = World::start("sqlite");
    world.browser().get("/search?q=tote").expect(200, &[]);
    let counted = metric_names(&web::metrics::text(&world.app).expect("it can be written"));
    for file in
        [include_str!("../../../../deploy/grafana/doorbuster.json"), include_str!("../../../../deploy/prometheus/alerts.yml")]
    {
        let asked = metric_names(file);
        assert!(asked.len() > 5, "{asked:?}");
        let unknown: Vec<&String> = asked.difference(&counted).collect();
        assert!(unknown.is_empty(), "{unknown:?} is asked for and not counted");
    }
}

/// What the format asks of every line: a name that was announced, labels in quotes, a number; and the end said.
#[test]
fn figures_are_in_the_format_that_they_claim() {
    let world = World::start("sqlite");
    world.browser().get("/search?q=tote").expect(200, &[]);
    let text = web::metrics::text(&world.app).expect("it can be written");
    assert!(text.ends_with("# EOF\n"));
    let mut announced: Vec<(&str, &str)> = Vec::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (kind, name, rest) = (words.next(), words.next().expect("a name"), words.next().expect("something"));
            match kind {
                Some("TYPE") => announced.push((name, rest)),
                Some("UNIT") => assert!(name.ends_with(rest), "{line}"),
                Some("HELP") => assert!(rest.len() > 10, "{line}"),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a name and a number");
        value.parse::<f64>().unwrap_or_else(|_| panic!("{line}"));
        let name = series.split('{').next().expect("there is a first part");
        let (family, kind) = announced.last().expect("announced");
        let suffixes: &[&str] = match *kind {
            "counter" => &["_total"],
            "histogram" => &["_bucket", "_sum", "_count"],
            "gauge" => &[""],
            _ => panic!("{line}"),
        };
        assert!(suffixes.iter().any(|suffix| name == format!("{family}{suffix}")), "{line} after {family}");
    }
    let mut names: Vec<&str> = announced.iter().map(|(name, _)| *name).collect();
    assert!(names.len() > 15);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), announced.len(), "each is announced once");
}

#[test]
fn operators_read_figures_and_health_on_a_listener_of_their_own_and_shoppers_do_not() {
    let world = World::start("sqlite");
    let listener = world.with(async { tokio::net::TcpListener::bind("127.0.0.1:0").await }).expect("a port is free");
    let mut operator = world.browser();
    operator.address = listener.local_addr().expect("a bound socket has an address");
    world.spawn(web::metrics::serve_operators(listener, world.app.clone()));
    let figures = operator.get("/metrics");
    figures.expect(200, &["# TYPE doorbuster_gate_limit gauge", "# EOF"]);
    assert!(figures.header("content-type").starts_with("application/openmetrics-text"));
    operator.get("/healthz").expect(200, &["alive"]);
    operator.get("/").expect(404, &[]);
    world.browser().get("/metrics").expect(404, &["Juniper Roasters"]);
}
