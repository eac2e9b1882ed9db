//! Descriptors: a number for each open connection and file.

/// Makes room for so many in the process's table, as far as the system allows so many.
///
/// Linux doubles the table when it is full, and in a process with several threads it waits each time until all processors have
/// looked up from what they do (`synchronize_rcu` in `expand_fdtable`, Linux 6.18, `fs/file.c`). The thread that accepts a crowd
/// would stand still meanwhile: 11 to 19 ms each time with 4,000 connections of wrk (`strace -T`).
pub fn make_room(count: usize) {
    #[cfg(unix)]
    if let Ok(nothing) = std::fs::File::open("/dev/null") {
        // Above what the process may open, any number is refused.
        let counts =
            std::iter::successors(Some(i32::try_from(count).unwrap_or(i32::MAX)), |count| (*count > 1).then_some(count / 2));
        let _ = counts.map(|count| rustix::io::fcntl_dupfd_cloexec(&nothing, count)).find(Result::is_ok);
    }
    #[cfg(not(unix))]
    let _ = count;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_a_crowd_before_it_comes() {
        make_room(900);
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells it");
        let size = status.lines().find_map(|line| line.strip_prefix("FDSize:")?.trim().parse::<usize>().ok());
        assert!(size >= Some(900), "{size:?}");
    }

    #[test]
    fn more_than_the_system_allows_is_as_much_as_it_allows() {
        make_room(usize::MAX);
        make_room(i32::MAX as usize);
    }
}
