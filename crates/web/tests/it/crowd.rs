//! The crowd as it is counted: browsers on real sockets, two nodes, and what the seller reads about it.

use crate::admin::ines;
use crate::node::Node;
use crate::world::{Browser, MORNING, World, worlds};
use commerce::Timestamp;
use web::App;
use web::crowd::{Crowd, count_round};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A browser that no other test visitor has.
fn visitor(world: &World, number: usize) -> Browser {
    let mut browser = world.browser();
    browser.headers.push(("user-agent", format!("{FIREFOX} {number}")));
    browser
}

/// Lets the nodes count one after the other, when each has told what it has seen.
fn count(world: &World, apps: &[&App], now: Timestamp) {
    world.move_clock_to(now);
    for now in [now, now.plus_seconds(2)] {
        for app in apps {
            world.with(count_round(app, now)).expect("the database answers");
        }
    }
}

fn crowd(active: u64, sessions: u64) -> Crowd {
    Crowd { active, sessions }
}

#[test]
fn who_looks_at_pages_is_counted_and_who_fetches_files_or_is_a_robot_is_not() {
    for world in worlds() {
        count(&world, &[&world.app], MORNING);
        assert_eq!(world.app.crowd(world.juniper), crowd(0, 0));
        for number in 0..3 {
            let mut visitor = visitor(&world, number);
            visitor.get("/").expect(200, &[]);
            visitor.get("/products/blanket").expect(200, &[]);
        }
        for path in ["/now.json", "/theme.css", "/robots.txt", "/assets/shop.js", "/admin", "/wp-login.php"] {
            visitor(&world, 7).get(path);
        }
        let mut robot = world.browser();
        robot.headers.push(("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)".into()));
        robot.get("/").expect(200, &[]);
        count(&world, &[&world.app], MORNING.plus_seconds(15));
        assert_eq!(world.app.crowd(world.juniper), crowd(3, 3), "{}", world.engine);
        let juniper = world.app.shop(world.juniper).expect("the shop is there");
        assert_eq!(juniper.crowd.robot_pages(), 1, "{}", world.engine);
        let quillmere = world.app.shop_at("quillmere.localhost").expect("the shop is there");
        assert_eq!(quillmere.crowd.now(), crowd(0, 0), "{}", world.engine);
    }
}

#[test]
fn a_visitor_of_two_nodes_is_one_and_both_nodes_say_so() {
    for world in worlds() {
        let second = Node::beside(&world);
        let nodes = [&world.app, &second.app];
        count(&world, &nodes, MORNING);
        for number in 0..6 {
            let mut here = visitor(&world, number);
            if number < 4 {
                here.get("/").expect(200, &[]);
            }
            if number >= 2 {
                second.browser(&here).get("/").expect(200, &[]);
            }
        }
        count(&world, &nodes, MORNING.plus_seconds(15));
        for app in nodes {
            assert_eq!(app.crowd(world.juniper), crowd(6, 6), "{}", world.engine);
        }
        // A node that is started anew knows who is here.
        let third = Node::beside(&world);
        count(&world, &[&third.app], MORNING.plus_seconds(30));
        assert_eq!(third.app.crowd(world.juniper), crowd(6, 6), "{}", world.engine);
        for minute in 1..8 {
            count(&world, &[&third.app], MORNING.plus_minutes(minute));
        }
        assert_eq!(third.app.crowd(world.juniper), crowd(0, 6), "{}", world.engine);
    }
}

#[test]
fn a_change_of_the_catalog_forgets_nobody() {
    for world in worlds() {
        visitor(&world, 1).get("/").expect(200, &[]);
        world.close_shop();
        count(&world, &[&world.app], MORNING);
        assert_eq!(world.app.crowd(world.juniper), crowd(1, 1), "{}", world.engine);
    }
}

#[test]
fn the_seller_reads_how_many_are_here_and_how_many_there_were() {
    for world in worlds() {
        let mut ines = ines(&world);
        ines.get("/admin").expect(200, &["now: 0 active, 0 sessions"]);
        assert!(!ines.get("/admin").body.contains("crowd-title"), "there is nothing to draw");
        for number in 0..3 {
            visitor(&world, number).get("/").expect(200, &[]);
        }
        count(&world, &[&world.app], MORNING);
        count(&world, &[&world.app], MORNING.plus_seconds(62));
        let page = ines.get("/admin");
        page.expect(200, &["now: 3 active, 3 sessions", "crowd-title", "half an hour after their last page"]);
        assert!(page.body.contains(">3</td>"), "{}", page.body);
    }
}
