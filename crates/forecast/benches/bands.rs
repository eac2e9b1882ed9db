//! How long a forecast with its bands takes: `cargo bench -p forecast --bench bands`.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use forecast::plan::{DECEMBER, NOVEMBER};
use forecast::{MarketingPlan, forecast};
use std::time::Instant;

/// How often each is measured; the median is printed.
const ROUNDS: usize = 5;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
fn main() {
    for text in [NOVEMBER, DECEMBER] {
        let plan = MarketingPlan::parse(text, "golden.toml").expect("it is right");
        let mut took_ms: Vec<f64> = (0..ROUNDS as u64)
            .map(|seed| {
                let began = Instant::now();
                std::hint::black_box(forecast(&plan, seed));
                began.elapsed().as_secs_f64() * 1_000.0
            })
            .collect();
        took_ms.sort_by(f64::total_cmp);
        println!("{}: {} minutes in {:.0} ms", plan.name, plan.minutes(), took_ms[ROUNDS / 2]);
    }
}
