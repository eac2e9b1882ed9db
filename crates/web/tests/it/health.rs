//! What a load balancer asks: whether the process lives, and whether it should be sent visitors.

use crate::world::{Answer, MORNING, World, worlds};
use db::nodes::NodeId;

fn ask(world: &World, path: &str) -> Answer {
    world.browser_at("whatever.example").get(path)
}

fn readiness(world: &World) -> (u16, serde_json::Value) {
    let answer = ask(world, "/readyz");
    (answer.status, serde_json::from_str(&answer.body).expect("it is JSON"))
}

#[test]
fn both_are_answered_under_any_host_and_kept_nowhere() {
    for world in worlds() {
        world.close_shop();
        for path in ["/healthz", "/readyz"] {
            let answer = ask(&world, path);
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
            let header = |name: &str| answer.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            assert_eq!((header("cache-control"), header("set-cookie")), (Some("no-store"), None), "{path}");
        }
        assert_eq!(ask(&world, "/healthz/more").status, 404, "nothing else is");
        assert_eq!(world.browser_at("whatever.example").post("/readyz", &[]).status, 404);
    }
}

#[test]
fn a_node_says_who_it_is_and_what_it_can_do() {
    for world in worlds() {
        let health = world.app.health();
        health.introduce(NodeId(7_300_000_000_000_000_001), "0.1.0");
        let expected = serde_json::json!({
            "ready": true, "why_not": [], "node": "7300000000000000001", "version": "0.1.0", "capacity": 0
        });
        assert_eq!(readiness(&world), (200, expected), "nothing was asked of it yet");
        assert_eq!(world.browser().get("/cart").status, 200);
        let (_, says) = readiness(&world);
        assert!(says["capacity"].as_u64().is_some_and(|capacity| capacity > 0), "{says}");
    }
}

#[test]
fn a_node_is_not_ready_without_its_database_or_its_editions_or_when_it_is_about_to_stop() {
    for world in worlds() {
        let why_not = |world: &World| {
            let (status, says) = readiness(world);
            assert_eq!((status == 200, status == 503), (says["ready"] == true, says["ready"] == false), "{says}");
            says["why_not"].as_array().expect("a list").iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(why_not(&world), "");
        world.move_clock_to(MORNING.plus_seconds(4));
        assert_eq!(why_not(&world), "\"the database does not answer\"", "{}", world.engine);
        world.reload();
        assert_eq!(why_not(&world), "", "{}: it answers again", world.engine);
        world.app.health().set_editions_missing(2);
        assert_eq!(why_not(&world), "\"editions of live sales are not in memory yet\"");
        world.app.health().set_editions_missing(0);
        world.app.health().drain();
        assert_eq!(why_not(&world), "\"it is about to stop\"");
        assert_eq!(ask(&world, "/healthz").status, 200, "it lives until it has stopped");
    }
}
