//! What the generator itself uses, as the system counts it.

/// Processor time of the thread that asks.
pub(super) struct Processor {
    last_s: f64,
}

impl Processor {
    /// Counts from now on.
    pub fn begin() -> Self {
        Self { last_s: thread_s() }
    }

    /// Processor seconds since it was last asked.
    pub fn since_last_s(&mut self) -> f64 {
        let now_s = thread_s();
        now_s - std::mem::replace(&mut self.last_s, now_s)
    }
}

fn thread_s() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Resident memory of this process, bytes; 0 where the system does not tell.
pub(super) fn own_memory() -> u64 {
    std::fs::read_to_string("/proc/self/statm").ok().and_then(|text| resident(&text)).unwrap_or(0)
}

/// The resident bytes of a `statm`.
pub(super) fn resident(statm: &str) -> Option<u64> {
    let pages: u64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_the_second_number_in_pages() {
        assert_eq!(resident("1000 25 3 4 0 6 0\n"), Some(25 * rustix::param::page_size() as u64));
        assert_eq!(resident(""), None);
        assert!(own_memory() > 0);
    }
}
