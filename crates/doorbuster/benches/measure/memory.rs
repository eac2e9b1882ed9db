//! Resident memory of processes, as Linux tells it in `/proc`. Elsewhere it is not known and counts as none.

/// Of a process, bytes.
pub fn of_process(pid: u32) -> u64 {
    told(pid, "VmRSS:")
}

/// At most so far, bytes.
pub fn peak_of_process(pid: u32) -> u64 {
    told(pid, "VmHWM:")
}

fn told(pid: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}
