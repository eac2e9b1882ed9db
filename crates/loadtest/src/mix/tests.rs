//! What the shipped mixes come to, walks against their means, and what is told of mistakes. No page is asked for here.

use super::walk::Place;
use super::*;

fn mix(name: &str) -> Mix {
    Mix::find(name).expect("it comes with the program")
}

/// What is told about a change to the flash mix.
fn told(from: &str, to: &str) -> String {
    let text = SHIPPED[0].text;
    assert!(text.contains(from), "{from}");
    Mix::parse(&text.replacen(from, to, 1), "own.toml").expect_err("it is not right").to_string()
}

/// All pages of a visit.
fn visit(mix: &Mix, chance: &mut Chance) -> (Place, Vec<Kind>) {
    let begin = mix.arrive(chance);
    let mut place = begin;
    let pages = std::iter::from_fn(|| mix.next_page(&mut place, chance)).collect();
    (begin, pages)
}

#[test]
fn every_shipped_mix_is_right_and_has_the_name_of_its_file() {
    for name in Mix::shipped() {
        assert_eq!(mix(name).name, name);
    }
}

#[test]
fn the_flash_mix_has_the_figures_of_the_sale_it_is_made_after() {
    let flash = mix("flash");
    assert!((flash.orders_per_visit() - 0.0255).abs() < 1e-12, "{}", flash.orders_per_visit());
    assert!((flash.units_per_order() - 2.0).abs() < 1e-12, "buyers put one to three products into the cart");
    assert!((flash.order_after_s() / flash.think_mean_s() - 17.0).abs() < 0.02, "home, 11 pages, 2, product, cart and checkout");
    assert!((9.7..10.1).contains(&flash.pages_mean()), "{}", flash.pages_mean());
    for (persona, pages) in flash.personas.iter().zip([8.5, 10.0, 14.0, 20.0]) {
        assert!((persona.pages_mean() - pages).abs() < 0.02, "{}: {}", persona.name, persona.pages_mean());
    }
    assert!((260.0..290.0).contains(&flash.visit_mean_s()), "{}", flash.visit_mean_s());
    assert!((0.1..0.25).contains(&flash.dynamic_share()), "{}", flash.dynamic_share());
}

/// Checks pages a hundred visits-shares against the specification's, in the order of its table, the rarest left out.
fn check_tpcw(name: &str, per_cent: [f64; 7], error: f64) {
    let mix = mix(name);
    let persona = &mix.personas[0];
    let kinds = [Kind::Home, Kind::Collection, Kind::Product, Kind::Search, Kind::CartChange, Kind::Checkout, Kind::Pay];
    for (kind, share) in kinds.into_iter().zip(per_cent) {
        let found = persona.mean_of(kind) / mix.pages_mean() * 100.0;
        let share = if kind == Kind::CartChange { share - persona.mean_of(Kind::Cart) / mix.pages_mean() * 100.0 } else { share };
        assert!((found - share).abs() < error, "{name} {kind:?}: {found} %, not {share} %");
    }
    // 15 minutes of seven seconds, cut at 60: 900 / 7 · (1 − e⁻⁴).
    assert!((mix.pages_mean() - 126.2).abs() < 0.3, "{name}: {}", mix.pages_mean());
}

#[test]
fn tpcw_has_the_shares_of_its_specification() {
    check_tpcw("tpcw-browsing", [29.0, 22.0, 21.19, 11.0, 2.0, 1.57, 0.69], 0.01);
    check_tpcw("tpcw-shopping", [16.0, 10.0, 17.19, 17.0, 11.6, 5.6, 1.2], 0.01);
    check_tpcw("tpcw-ordering", [9.12, 0.92, 13.09, 13.08, 13.53, 25.59, 10.18], 0.2);
}

#[test]
fn walks_are_as_long_and_buy_as_often_as_the_means_say() {
    for (name, visits) in [("flash", 100_000), ("tpcw-shopping", 5_000)] {
        let mix = mix(name);
        let mut chance = Chance::new(5);
        let (mut pages, mut squares, mut orders) = (0.0, 0.0, 0.0);
        for _ in 0..visits {
            let (_, seen) = visit(&mix, &mut chance);
            pages += seen.len() as f64;
            squares += (seen.len() * seen.len()) as f64;
            orders += seen.iter().filter(|kind| **kind == Kind::Pay).count() as f64;
        }
        let count = f64::from(visits);
        let error = 5.0 * ((squares / count - (pages / count).powi(2)) / count).sqrt();
        assert!((pages / count - mix.pages_mean()).abs() < error, "{name}: {} pages, seed 5", pages / count);
        assert!((orders / count / mix.orders_per_visit() - 1.0).abs() < 0.1, "{name}: {} orders, seed 5", orders / count);
    }
}

#[test]
fn a_persona_buys_always_or_never() {
    let flash = mix("flash");
    let mut chance = Chance::new(9);
    for _ in 0..20_000 {
        let (place, seen) = visit(&flash, &mut chance);
        let is_buyer = flash.personas[place.persona()].name == "buyer";
        assert_eq!(seen.contains(&Kind::Pay), is_buyer, "{seen:?}, seed 9");
    }
}

#[test]
fn whoever_is_met_midway_has_on_average_as_much_before_them_as_the_theory_of_renewal_says() {
    // Of a visit of n pages that is met at one of them, (n − 1) / 2 are still to come on average, and n is met in proportion to
    // n: E[n (n − 1)] / (2 E[n]).
    for name in ["flash", "tpcw-browsing", "tpcw-ordering"] {
        let mix = mix(name);
        let mut chance = Chance::new(13);
        let (mut pages, mut expected) = (0.0, 0.0);
        for _ in 0..40_000 {
            let seen = visit(&mix, &mut chance).1.len() as f64;
            expected += seen * (seen - 1.0);
            pages += seen;
        }
        let expected = expected / (2.0 * pages);
        let mut left = 0.0;
        for _ in 0..40_000 {
            let mut place = mix.midway(&mut chance).place;
            left += std::iter::from_fn(|| mix.next_page(&mut place, &mut chance)).count() as f64;
        }
        let left = left / 40_000.0;
        let error = expected * 0.02;
        assert!((expected - error..expected + error).contains(&left), "{name}: {left}, not {expected}, seed 13");
    }
}

#[test]
fn a_stage_that_is_always_as_long_is_met_at_each_of_its_paths_as_often() {
    let stage = Stage { least: 4, most: 4, mean: None, paths: vec![Path { weight: 1.0, pages: vec![Kind::Home] }] };
    let mix =
        Mix { personas: vec![Persona { stages: vec![stage], share: 1.0, ..mix("flash").personas[0].clone() }], ..mix("flash") };
    let mut chance = Chance::new(17);
    let mut met = [0_u32; 4];
    for _ in 0..40_000 {
        let mut place = mix.midway(&mut chance).place;
        met[std::iter::from_fn(|| mix.next_page(&mut place, &mut chance)).count()] += 1;
    }
    assert!(met.iter().all(|count| (9_500..10_500).contains(count)), "{met:?}, seed 17");
}

#[test]
fn a_sleeping_shopper_keeps_their_place_in_eight_bytes_at_most() {
    assert!(size_of::<Place>() <= 8);
}

#[test]
fn acceleration_shortens_thinking_and_nothing_else() {
    let slow = mix("flash");
    let fast = Mix { acceleration: 10.0, ..slow.clone() };
    assert_eq!(fast.pages_mean(), slow.pages_mean());
    assert!((fast.visit_mean_s() * 10.0 / slow.visit_mean_s() - 1.0).abs() < 1e-12);
    assert_eq!(fast.think_s(&mut Chance::new(1)) * 10.0, slow.think_s(&mut Chance::new(1)));
}

#[test]
fn a_mistake_is_told_with_the_file_the_field_and_what_is_allowed() {
    for (from, to, parts) in [
        ("share = 0.62", "share = 0.63", ["own.toml", "the shares of all personas together is 1.01", "has to be 1"]),
        ("share = 0.62", "share = 1.62", ["own.toml", "share of persona \"window\" is 1.62", "from 0 to 1"]),
        ("share = 0.62", "shar = 0.62", ["own.toml", "unknown field `shar`", "`share`"]),
        ("sigma = 1.0", "sigma = -1.0", ["own.toml", "think.sigma is -1", "from 0 to 5"]),
        ("sigma = 1.0", "sigma = 1.0\nmean = 3", ["own.toml", "unknown field `mean`", "`median_s`"]),
        ("\"lognormal\"", "\"normal\"", ["own.toml", "unknown variant `normal`", "`exponential`"]),
        ("pages = [\"home\"]", "pages = [\"start\"]", ["own.toml", "unknown variant `start`", "`home`"]),
        (
            "\"checkout\", \"pay\"",
            "\"pay\"",
            ["own.toml", "pages of path 1 in stage 4 of persona \"buyer\"", "right after \"checkout\""],
        ),
        ("[\"product\", \"cart-change\"]", "[\"cart-change\"]", ["own.toml", "stage 3", "after \"product\""]),
        ("mean = 7.5", "mean = 0.5", ["own.toml", "mean in stage 2 of persona \"window\" is 0.5", "1 or more"]),
        ("most = 60", "most = 0", ["own.toml", "most in stage 2", "1 or more"]),
        ("acceleration = 1.0", "acceleration = 0.0", ["own.toml", "acceleration is 0", "above 0"]),
        ("retry_sold_out = 0.15", "retry_sold_out = 15", ["own.toml", "retry_sold_out is 15", "from 0 to 1"]),
    ] {
        let told = told(from, to);
        assert!(parts.iter().all(|part| told.contains(part)), "{told}");
    }
    let told = Mix::find("flush").expect_err("there is no such mix").to_string();
    assert!(told.contains("flush") && told.contains("flash, tpcw-browsing"), "{told}");
}
