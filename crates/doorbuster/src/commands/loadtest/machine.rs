//! The machine that makes the shoppers, and the time of day, as reports write them.

use commerce::Timestamp;
use loadtest::report::data::Machine;
use std::fs;

/// The machine that this runs on; what the system does not tell is empty.
pub fn this_machine() -> Machine {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX));
    Machine {
        processor: processor(&read("/proc/cpuinfo")),
        cores,
        memory: memory(&read("/proc/meminfo")),
        system: format!("{} {}", std::env::consts::OS, read("/proc/sys/kernel/osrelease").trim()).trim().to_owned(),
    }
}

/// RFC 3339 in UTC, to the second.
pub fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).map_or_else(|_| String::new(), |at| at.to_string())
}

fn processor(cpuinfo: &str) -> String {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(':')).map_or_else(String::new, |(_, name)| name.trim().to_owned())
}

fn memory(meminfo: &str) -> u64 {
    let kilobytes = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0_u64) << 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_described_by_what_the_system_tells() {
        assert_eq!(processor("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz");
        assert_eq!((processor(""), memory("")), (String::new(), 0));
        assert_eq!(memory("MemTotal:       24683456 kB\nMemFree: 1 kB\n"), 24_683_456 << 10);
        assert_eq!(written(Timestamp(1_764_162_000_123_456)), "2025-11-26T13:00:00Z");
    }
}
