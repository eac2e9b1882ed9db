//! What a server on this machine uses, read from outside: from `/proc`, where there is one.

use super::measure::resident;
use crate::report::data::ServerUse;
use std::fs;
use std::net::SocketAddr;

/// The state of a listening socket in `/proc/net/tcp`.
const LISTENING: &str = "0A";

/// Watches a process.
#[derive(Debug)]
pub struct ServerMeter {
    process: u32,
    used_s: f64,
}

impl ServerMeter {
    /// Counts from now on; nothing when there is no such process, or it may not be looked at.
    pub fn begin(process: u32) -> Option<Self> {
        Some(Self { process, used_s: processor_s(process)? })
    }

    /// What it used in the last so many seconds; nothing when it is gone.
    pub fn since_last(&mut self, seconds: f64) -> Option<ServerUse> {
        let used_s = processor_s(self.process)?;
        let cores = (used_s - std::mem::replace(&mut self.used_s, used_s)) / seconds;
        let memory = resident(&fs::read_to_string(format!("/proc/{}/statm", self.process)).ok()?)?;
        Some(ServerUse { cores, memory })
    }
}

/// Processor seconds of a process since it began.
fn processor_s(process: u32) -> Option<f64> {
    used_s(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

fn used_s(stat: &str) -> Option<f64> {
    // The name may hold anything, so fields are counted from behind its bracket: it is the second.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The process on this machine that listens at this address, if it can be found.
pub fn listening_process(server: SocketAddr) -> Option<u32> {
    if !server.ip().is_loopback() {
        return None;
    }
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let inodes: Vec<String> = tables
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|text| listening_inodes(&text, server.port()))
        .collect();
    let sockets: Vec<String> = inodes.iter().map(|inode| format!("socket:[{inode}]")).collect();
    let processes = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    processes.into_iter().find(|process| {
        let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        let mut leads_to = files.filter_map(|file| fs::read_link(file.path()).ok());
        leads_to.any(|to| sockets.iter().any(|socket| to.as_os_str() == socket.as_str()))
    })
}

/// The inodes of the sockets that listen at this port.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let ends = format!(":{port:04X}");
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    rows.filter_map(|row| match row[..] {
        [_, local, _, LISTENING, _, _, _, _, _, inode, ..] if local.ends_with(&ends) => Some(inode.to_owned()),
        _ => None,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_process_that_listens_is_found_and_measured() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        assert_eq!(listening_process(address), Some(std::process::id()));
        drop(listener);
        assert_eq!(listening_process(address), None);
        let mut meter = ServerMeter::begin(std::process::id()).expect("it runs");
        assert!(meter.since_last(1.0).is_some_and(|used| used.memory > 0 && used.cores >= 0.0));
        assert!(ServerMeter::begin(u32::MAX).is_none());
    }

    #[test]
    fn a_process_may_be_called_anything() {
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        let stat = "7 (a) S 1 (b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 1 0 100 1000 25";
        assert_eq!(used_s(stat), Some(300.0 / ticks));
        assert_eq!(used_s("7 (a"), None);
    }
}
