//! What the system has: files, ports, memory. Numbers are read from Linux's own texts.

use std::io;

/// What a process may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct System {
    /// Files that one process may open, sockets among them (`ulimit -n`).
    pub files_max: u64,
    /// Ports for connections from one address to one server.
    pub ports: u64,
    /// Memory that is free, bytes.
    pub memory_free: u64,
}

impl System {
    /// Looks at this machine.
    ///
    /// # Errors
    /// When one of the files of `/proc` cannot be read or is not understood.
    pub fn read() -> io::Result<Self> {
        let ports = "/proc/sys/net/ipv4/ip_local_port_range";
        let known = |path: &str, read: fn(&str) -> Option<u64>| {
            let text = std::fs::read_to_string(path)?;
            read(&text).ok_or_else(|| io::Error::other(format!("{path} is not as expected: {text}")))
        };
        let free = known("/proc/meminfo", memory_free)?;
        // A container may have less than the machine.
        let bound = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
        let used = std::fs::read_to_string("/sys/fs/cgroup/memory.current").ok();
        let left = container_left(bound.as_deref(), used.as_deref()).unwrap_or(u64::MAX);
        let files_max = known("/proc/self/limits", files_max)?;
        Ok(Self { files_max, ports: known(ports, ports_of)?, memory_free: free.min(left) })
    }
}

fn files_max(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(u64::MAX),
        soft => soft.parse().ok(),
    }
}

fn ports_of(range: &str) -> Option<u64> {
    let mut ends = range.split_whitespace().map(str::parse::<u64>);
    let (first, last) = (ends.next()?.ok()?, ends.next()?.ok()?);
    (last >= first).then(|| last - first + 1)
}

fn memory_free(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? << 10)
}

fn container_left(bound: Option<&str>, used: Option<&str>) -> Option<u64> {
    let bound: u64 = bound?.trim().parse().ok()?;
    let used: u64 = used?.trim().parse().ok()?;
    Some(bound.saturating_sub(used))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_its_limits() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max processes             95847                95847                processes \n\
                      Max open files            20000                524288               files     \n";
        assert_eq!((files_max(limits), files_max("Max open files  unlimited  unlimited  files")), (Some(20_000), Some(u64::MAX)));
        assert_eq!((ports_of("32768\t60999\n"), ports_of("5 4"), ports_of("")), (Some(28_232), None, None));
        assert_eq!(memory_free("MemTotal: 5 kB\nMemAvailable:    2048 kB\n"), Some(2 << 20));
        assert_eq!(container_left(Some("1000\n"), Some("400\n")), Some(600));
        assert_eq!((container_left(Some("max\n"), Some("400\n")), container_left(None, None)), (None, None));
    }
}
