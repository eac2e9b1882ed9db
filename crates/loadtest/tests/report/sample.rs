//! A run as it could have been: a shop that is a queue with one server (M/M/1), so latency is `service / (1 - utilization)` until
//! it is full, and grows with the backlog from then on. Six steps are held, one is missed, and the search for the knee fails
//! because the test itself was the limit.

use loadtest::report::data::*;

/// Shoppers at which the shop of the sample is full.
const FULL_AT: f64 = 41_000.0;
/// Requests a second of one shopper: a page each 28 seconds, with what belongs to it.
const REQUESTS_OF_A_SHOPPER: f64 = 0.094;
/// Time to make a page in an empty shop, milliseconds.
const SERVICE_MS: f64 = 6.0;
const RAMP_S: f64 = 30.0;
const HOLD_S: f64 = 120.0;
const IGNORED_S: f64 = 20.0;
const STEPS: [(u64, Verdict); 7] = [
    (1_000, Verdict::Passed),
    (2_000, Verdict::Passed),
    (5_000, Verdict::Passed),
    (10_000, Verdict::Passed),
    (20_000, Verdict::Passed),
    (50_000, Verdict::Missed),
    (31_600, Verdict::Invalid),
];

/// How the run was made.
#[derive(Clone, Copy)]
pub struct Made {
    /// How much longer a page takes than it should.
    pub slowness: f64,
    /// What the scatter of the seconds comes from.
    pub seed: u64,
}

/// The run.
pub fn run() -> Run {
    run_of(Made { slowness: 1.0, seed: 42 })
}

/// The run of a slower or faster shop.
pub fn run_of(made: Made) -> Run {
    let mut chance = Chance(made.seed);
    let steps: Vec<Step> = STEPS.iter().enumerate().map(|(at, &(shoppers, verdict))| step(made, at, shoppers, verdict)).collect();
    let series: Vec<Second> = steps.iter().flat_map(|step| seconds(made, step, &mut chance)).collect();
    Run {
        schema: SCHEMA,
        target: "http://juniper.localhost:8080".into(),
        began: "2026-11-26T18:00:00Z".into(),
        seconds: series.len() as f64,
        seed: made.seed,
        plan: "steps".into(),
        mix: "flash".into(),
        acceleration: 1.0,
        connections: Connections::Pooled,
        workers: 1,
        machines: vec![Machine { processor: "Example EX-2".into(), cores: 2, memory: 24 << 30, system: "Linux 6.12".into() }],
        objectives: Objectives::default(),
        steps,
        series,
        capacity: Some(Capacity {
            shoppers: 20_000,
            requests_per_s: requests_per_s(20_000.0),
            is_limit: true,
            scalability: Some(Scalability {
                gamma: 0.094,
                sigma: 0.000_001_9,
                kappa: 4.1e-11,
                r_squared: 0.994,
                peak_shoppers: Some(156_000.0),
            }),
        }),
        audit: Some(Audit {
            by: "each receipt’s page was read again".into(),
            receipts: 2_481,
            books_hold: Some(true),
            findings: vec!["Every one of 2,481 receipts is in the shop once, with the total that its customer saw.".into()],
            ..Audit::default()
        }),
        failures: vec![
            Failure { kind: Kind::Search, what: "no answer within 10 s".into(), count: 3_214 },
            Failure { kind: Kind::Pay, what: "the connection was closed before the answer".into(), count: 57 },
        ],
        interrupted: None,
        outcome: Outcome::ObjectiveMissed,
    }
}

/// How full the shop is, 0 to 1 and more.
fn utilization(shoppers: f64) -> f64 {
    shoppers / FULL_AT
}

/// Mean time of a page, milliseconds.
fn mean_ms(made: Made, shoppers: f64) -> f64 {
    let full = utilization(shoppers);
    let queued = if full < 0.97 { SERVICE_MS / (1.0 - full) } else { SERVICE_MS / 0.03 + (full - 0.97) * 950.0 };
    made.slowness * queued
}

/// Times in a queue with one server are distributed exponentially: the share `q` is within `-ln(1 - q)` means.
fn latency(mean_ms: f64, count: u64) -> Latency {
    let within = |share: f64| -(1.0 - share).ln() * mean_ms;
    Latency {
        count,
        p50_ms: within(0.5),
        p95_ms: within(0.95),
        p99_ms: within(0.99),
        p999_ms: within(0.999),
        max_ms: within(0.999_99),
    }
}

fn step(made: Made, at: usize, shoppers: u64, verdict: Verdict) -> Step {
    let counted_s = HOLD_S - IGNORED_S;
    let mean = mean_ms(made, shoppers as f64);
    let is_over = shoppers as f64 > FULL_AT;
    let requests = (requests_per_s(shoppers as f64) * counted_s) as u64;
    let counts = Counts {
        requests,
        errors: if is_over { requests / 130 } else { 0 },
        refused: if is_over { requests / 18 } else { 0 },
        visits: requests / 26,
        orders: requests / 1_020,
        sold_out: requests / 41_000,
        bytes: requests * 11_300,
        seconds: counted_s,
    };
    let response = latency(mean, requests / 3);
    let is_invalid = verdict == Verdict::Invalid;
    Step {
        shoppers,
        is_search: is_invalid,
        began_at_s: at as f64 * (RAMP_S + HOLD_S),
        ramp_s: RAMP_S,
        hold_s: HOLD_S,
        ignored_s: IGNORED_S,
        shoppers_reached: shoppers,
        sockets: 24 + (requests_per_s(shoppers as f64) * mean / 1_000.0) as u64,
        counts,
        response,
        service: latency(mean * 0.92, requests / 3),
        kinds: Kind::ALL.iter().enumerate().map(|(at, &kind)| of_kind(kind, at, &counts, mean)).collect(),
        generator: Generator {
            lag_p99_ms: if is_invalid { 38.0 } else { 0.6 + shoppers as f64 / 40_000.0 },
            busiest: if is_invalid { 0.93 } else { 0.02 + shoppers as f64 / 90_000.0 },
            cores: if is_invalid { 0.93 } else { 0.02 + shoppers as f64 / 90_000.0 },
            dropped: if is_invalid { 212 } else { 0 },
            memory: (18 << 20) + shoppers * 520,
        },
        server: Some(ServerUse { cores: 1.9 * utilization(shoppers as f64).min(1.0), memory: (92 << 20) + shoppers * 900 }),
        verdict,
        reasons: reasons(verdict, &response),
    }
}

fn reasons(verdict: Verdict, response: &Latency) -> Vec<String> {
    match verdict {
        Verdict::Missed => vec![
            format!("99 % of all pages took up to {:.0} ms; less than 1,000 ms is wanted.", response.p99_ms),
            "0.77 % of all requests failed; less than 0.1 % is wanted.".into(),
        ],
        Verdict::Invalid => {
            vec!["Requests were sent up to 38 ms late; with more than 10 ms the numbers are the test’s own.".into()]
        }
        Verdict::Passed | Verdict::Unfinished => Vec::new(),
    }
}

fn of_kind(kind: Kind, at: usize, counts: &Counts, mean: f64) -> OfKind {
    const SHARES: [u64; 12] = [90, 110, 160, 40, 12, 10, 8, 4, 4, 22, 60, 480];
    const WEIGHTS: [f64; 12] = [0.5, 0.7, 0.6, 2.2, 1.6, 1.4, 1.8, 2.1, 1.2, 0.4, 0.3, 0.3];
    let requests = counts.requests * SHARES[at] / 1_000;
    let errors = counts.errors * SHARES[at] / 1_000;
    let mean = mean * WEIGHTS[at];
    OfKind { kind, requests, errors, response: latency(mean, requests), service: latency(mean * 0.92, requests) }
}

/// The shop answers no more than it can.
fn requests_per_s(shoppers: f64) -> f64 {
    let full = utilization(shoppers);
    shoppers.min(FULL_AT) * REQUESTS_OF_A_SHOPPER / (1.0 + 0.04 * full)
}

fn seconds(made: Made, step: &Step, chance: &mut Chance) -> Vec<Second> {
    let before = if step.began_at_s > 0.0 { step.shoppers as f64 * 0.45 } else { 0.0 };
    (0..(RAMP_S + HOLD_S) as u32)
        .map(|at| {
            let came = (f64::from(at) / RAMP_S).min(1.0);
            let shoppers = before + (step.shoppers as f64 - before) * came;
            let mean = mean_ms(made, shoppers) * chance.around(0.12);
            let page = latency(mean, 1);
            let requests = requests_per_s(shoppers) * chance.around(0.05);
            let is_over = shoppers > FULL_AT;
            Second {
                at_s: step.began_at_s + f64::from(at),
                shoppers: shoppers as u64,
                sockets: 24 + (requests * mean / 1_000.0) as u64,
                requests: requests as u64,
                errors: if is_over { requests as u64 / 130 } else { 0 },
                refused: if is_over { requests as u64 / 18 } else { 0 },
                visits: (requests / 9.9) as u64,
                orders: (requests / 1_020.0 + chance.next()) as u64,
                p50_ms: page.p50_ms,
                p95_ms: page.p95_ms,
                p99_ms: page.p99_ms * chance.around(0.2),
                generator_cores: step.generator.cores * came * chance.around(0.1),
                server: step.server.map(|server| ServerUse { cores: server.cores * came * chance.around(0.06), ..server }),
            }
        })
        .collect()
}

/// xorshift64: the same seed scatters the same way.
struct Chance(u64);

impl Chance {
    /// 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// 1, give or take.
    fn around(&mut self, scatter: f64) -> f64 {
        1.0 + scatter * (self.next() + self.next() - 1.0)
    }
}
