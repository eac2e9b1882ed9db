//! What the operating system knows of this process. Where it does not say, nothing is printed.

/// Resident memory, bytes.
pub fn resident_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// Open files, sockets among them.
pub fn open_files() -> Option<u64> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as u64)
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_memory_and_files() {
        assert!(super::resident_memory().expect("the system says it") > 1 << 20);
        assert!(super::open_files().expect("the system says it") >= 3);
    }
}
