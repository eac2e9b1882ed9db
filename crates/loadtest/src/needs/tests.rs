//! The arithmetic on a machine with known limits. Only the last test looks at the machine that it runs on.

use super::*;
use crate::plan::Wishes;

/// The machine that the figures of the documents are measured on.
const SYSTEM: System = System { files_max: 20_000, ports: 28_232, memory_free: 24 << 30 };

const POOLED: Setting =
    Setting { connections: Connections::Pooled, answer_s: 0.5, assets_per_visit: 20.0, shop: Whereabouts::Here };
const STICKY: Setting = Setting { connections: Connections::Sticky, ..POOLED };

fn plan(name: &str) -> Plan {
    Plan::find(name).expect("it comes with the program")
}

fn flash() -> Mix {
    Mix::find("flash").expect("it comes with the program")
}

fn needs(name: &str, setting: Setting) -> Needs {
    Needs::of(&plan(name), &flash(), setting, &SYSTEM)
}

/// Checks what is told when the system has less.
fn check_short(needs: &Needs, system: System, parts: &[&str]) {
    let short = needs.check(&system).expect_err("something is short").to_string();
    assert!(parts.iter().all(|part| short.contains(part)), "{short}");
}

#[test]
fn who_is_held_asks_once_in_a_think_time() {
    let needs = needs("steps", POOLED);
    let mix = flash();
    let top = needs.steps[9];
    assert_eq!(top.shoppers, 150_000.0);
    assert!((top.pages_per_s - 150_000.0 / mix.think_mean_s()).abs() < 1e-6);
    assert!((top.arrivals_per_s - 150_000.0 / mix.visit_mean_s()).abs() < 1e-6, "{top:?}");
    assert!((top.orders_per_s / top.arrivals_per_s - 0.0255).abs() < 1e-9, "{top:?}");
    // A page is about one request, a tenth more is followed, and 20 of a visit are its pictures.
    let per_page = top.requests_per_s / top.pages_per_s;
    assert!((3.0..3.3).contains(&per_page), "{per_page}");
}

#[test]
fn a_pool_holds_what_is_under_way_and_never_more_than_the_shoppers() {
    let needs = needs("steps", POOLED);
    let top = needs.steps[9];
    assert_eq!(top.sockets, (top.requests_per_s * 0.5).ceil() as u64);
    assert_eq!((needs.processes, needs.addresses), (1, 1));
    let slow = Needs::of(&plan("steps"), &flash(), Setting { answer_s: 1e9, ..POOLED }, &SYSTEM);
    assert_eq!(slow.sockets, 150_000);
}

#[test]
fn a_socket_for_each_shopper_takes_processes_and_addresses() {
    let sticky = needs("steps", STICKY);
    // 150,000 / 19,936 and 150,000 / 28,232, rounded up; the same for 100,000.
    assert_eq!((sticky.sockets, sticky.processes, sticky.addresses), (150_000, 8, 6));
    let plan = plan("steps").wishing(Wishes { to: Some(100_000), step_seconds: None }).expect("it makes sense");
    let fewer = Needs::of(&plan, &flash(), STICKY, &SYSTEM);
    assert_eq!((fewer.sockets, fewer.processes, fewer.addresses), (100_000, 6, 4));
    assert!(sticky.check(&SYSTEM).is_ok());
}

#[test]
fn a_drop_is_as_many_arrivals_as_land_in_a_second() {
    let drop = needs("drop", POOLED).steps[0];
    assert!((drop.arrivals_per_s - 30_000.0).abs() < 1e-6 && drop.pages_per_s == drop.arrivals_per_s, "{drop:?}");
    assert!((148_000.0..=150_000.0).contains(&drop.shoppers), "{drop:?}");
    let bought_per_s = drop.shoppers / flash().visit_mean_s() * 0.0255;
    assert!((drop.orders_per_s / bought_per_s - 1.0).abs() < 1e-9, "{drop:?}");
}

#[test]
fn acceleration_lets_few_shoppers_do_the_work_of_many() {
    let fast = Needs::of(&plan("constant"), &Mix { acceleration: 10.0, ..flash() }, POOLED, &SYSTEM);
    let slow = needs("constant", POOLED);
    assert_eq!(fast.steps[0].shoppers, slow.steps[0].shoppers);
    assert!((fast.steps[0].requests_per_s / slow.steps[0].requests_per_s - 10.0).abs() < 1e-9);
}

#[test]
fn a_run_that_lacks_something_is_refused_with_the_arithmetic_and_what_to_do() {
    let sticky = |setting: Setting, system: &System| Needs::of(&plan("steps"), &flash(), setting, system);
    let few_files = System { files_max: 1_024, ..SYSTEM };
    let parts = ["Files: 150,000 sockets, 960 for each process (1,024 files", "are 157 processes", "ulimit -n", "--to"];
    check_short(&sticky(STICKY, &few_files), few_files, &parts);
    let elsewhere = Setting { shop: Whereabouts::Elsewhere, ..STICKY };
    let parts =
        ["Ports: 150,000 sockets, 28,232 ports", "are 6 source addresses", "1 address of this machine", "ip_local_port_range"];
    check_short(&sticky(elsewhere, &SYSTEM), SYSTEM, &parts);
    let small = System { memory_free: 1 << 30, ..SYSTEM };
    check_short(
        &sticky(STICKY, &small),
        small,
        &["Memory: shoppers of 671 bytes and both ends of 150,000", "1 GiB are free", "--sticky"],
    );
    let nothing = System { files_max: 10, ports: 0, memory_free: 0 };
    let short = sticky(STICKY, &nothing).check(&nothing).expect_err("all is short");
    assert_eq!(short.reasons.len(), 3);
}

#[test]
fn only_a_shop_on_this_machine_takes_memory_for_the_other_ends() {
    let here = needs("steps", STICKY);
    let elsewhere = needs("steps", Setting { shop: Whereabouts::Elsewhere, ..STICKY });
    assert_eq!((here.memory, elsewhere.memory_of_shop), (elsewhere.memory, 0));
    assert_eq!(here.memory_of_shop, 150_000 * 4_096);
}

#[test]
fn the_explanation_says_every_number_that_the_arithmetic_found_and_what_it_means() {
    for (name, setting) in [("steps", POOLED), ("steps", STICKY), ("sale", POOLED), ("drop", STICKY)] {
        let (plan, mix) = (plan(name), Mix { acceleration: 2.0, ..flash() });
        let needs = Needs::of(&plan, &mix, setting, &SYSTEM);
        let text = needs.explain(&plan, &mix, &SYSTEM);
        for step in &needs.steps {
            let row = [grouped(step.shoppers.round() as u64), told(step.requests_per_s), grouped(step.sockets)];
            assert!(text.lines().any(|line| row.iter().all(|cell| line.split_whitespace().any(|word| word == cell))), "{text}");
        }
        let users = "some 7,300 concurrent users there";
        for part in ["2.55 %", users, "Accelerated: shoppers think 2 times", &grouped(needs.sockets)] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(text.contains("Compressed: 24 h of the sale are played in 30 min, so 48 times"), name == "sale", "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 110), "{text}");
    }
}

#[test]
fn this_system_can_be_read() {
    let system = System::read().expect("it is Linux");
    assert!(system.files_max > 0 && system.ports > 0 && system.memory_free > 0, "{system:?}");
}
