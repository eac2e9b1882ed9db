//! How many servers a line needs: of payments, of workers, of connections to a database.
//!
//! `load` is the offered load in erlangs: arrivals a second times the seconds that one is served.

use crate::normal;

/// The share of arrivals that find all servers taken and go away, 0 to 1: Erlang B for `load` of 0 or more.
///
/// By the recursion `B(n) = aB(n − 1) / (n + aB(n − 1))`, `B(0) = 1`, which does not overflow (Erlang 1917; Cooper, "Introduction
/// to Queueing Theory", 1981, chapter 3).
pub fn blocked(load: f64, servers: u32) -> f64 {
    (1..=servers).fold(1.0, |blocked, server| load * blocked / (f64::from(server) + load * blocked))
}

/// The share of arrivals that wait, 0 to 1: Erlang C, `B / (1 − ρ(1 − B))` (Cooper 1981, chapter 3). All wait when the load is no
/// less than the servers.
pub fn waiting(load: f64, servers: u32) -> f64 {
    let busy = load / f64::from(servers);
    if busy >= 1.0 || servers == 0 {
        return 1.0;
    }
    let blocked = blocked(load, servers);
    blocked / (1.0 - busy * (1.0 - blocked))
}

/// The wait, seconds, that a share of arrivals does not exceed; endless when the servers cannot keep up.
///
/// First come, first served with exponential service: `P(W > t) = C·exp(−(cμ − λ)t)` (Cooper 1981, chapter 3), so that the
/// quantile is `ln(C / (1 − p)) / (cμ − λ)`, and nothing when fewer than `1 − p` wait at all.
pub fn wait_s(load: f64, servers: u32, served_in_s: f64, share: f64) -> f64 {
    let spare = f64::from(servers) - load;
    if spare <= 0.0 {
        return f64::INFINITY;
    }
    ((waiting(load, servers) / (1.0 - share)).ln() * served_in_s / spare).max(0.0)
}

/// Servers for a load with so much to spare, in square roots of it: `c = a + β√a`, rounded up, one at least (Halfin and Whitt,
/// "Heavy-traffic limits for queues with many exponential servers", Operations Research 29, 1981).
pub fn servers(load: f64, beta: f64) -> u32 {
    (load + beta * load.sqrt()).ceil().max(1.0) as u32
}

/// The share of arrivals that wait at this β, above 0, when the servers are many: `1 / (1 + βΦ(β)/φ(β))` (Halfin and Whitt 1981).
pub fn waiting_at(beta: f64) -> f64 {
    1.0 / (1.0 + beta * normal::below(beta) / normal::density(beta))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{found}, not {expected}");
    }

    #[test]
    fn blocking_and_waiting_are_those_of_the_sums_in_exact_fractions() {
        for (load, servers, blocking, wait) in [
            (1.0, 1, 0.5, 1.0),
            (0.5, 2, 1.0 / 13.0, 0.1),
            (10.0, 12, 0.119_739_188_444_825_15, 0.449_388_224_298_270_86),
            (100.0, 110, 0.027_463_448_449_822_916, 0.237_007_500_285_052_74),
        ] {
            check(blocked(load, servers), blocking);
            check(waiting(load, servers), wait);
        }
    }

    #[test]
    fn no_servers_serve_nobody_and_no_load_waits_for_nobody() {
        assert_eq!((blocked(3.0, 0), waiting(3.0, 0), waiting(5.0, 5)), (1.0, 1.0, 1.0));
        assert_eq!((blocked(0.0, 3), waiting(0.0, 3)), (0.0, 0.0));
        assert!(blocked(1e6, 1_000_000).is_finite());
    }

    #[test]
    fn a_single_servers_wait_is_the_textbooks() {
        // M/M/1 at ρ = 0.8, μ = 10 a second: P(W > t) = 0.8·exp(−2t).
        check(wait_s(0.8, 1, 0.1, 0.9), 8.0_f64.ln() / 2.0);
        check(wait_s(0.8, 1, 0.1, 0.2), 0.0);
        assert_eq!(wait_s(0.8, 1, 0.1, 0.1), 0.0);
        // Twelve servers at ten erlangs, 0.2 seconds each, with scipy's Erlang C.
        check(wait_s(10.0, 12, 0.2, 0.99), 0.380_530_206_325_026);
        assert_eq!(wait_s(2.0, 2, 0.1, 0.5), f64::INFINITY);
    }

    #[test]
    fn square_roots_of_the_load_keep_waiting_where_halfin_and_whitt_say() {
        for (beta, share) in [(1.0, 0.223_361_274_798), (1.5, 0.084_690_394_494), (2.0, 0.026_881_362_429)] {
            assert!((waiting_at(beta) - share).abs() < 1e-11, "{beta}: {}", waiting_at(beta));
            // It is the limit of many servers.
            let servers = servers(1e6, beta);
            assert!((waiting(1e6, servers) / waiting_at(beta) - 1.0).abs() < 0.02, "{beta}: {}", waiting(1e6, servers));
        }
        assert_eq!((servers(100.0, 1.0), servers(0.0, 2.0), servers(99.9, 0.0)), (110, 1, 100));
    }
}
