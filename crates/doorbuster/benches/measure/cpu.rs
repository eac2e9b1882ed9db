//! Processor time of processes, as Linux counts it in `/proc`. Elsewhere it is not known and counts as none.

/// Ticks of the counters in `/proc/PID/stat` per second, on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Fields of `/proc/PID/stat`, counted from the one behind the command's name.
const PARENT: usize = 1;
const OWN: [usize; 2] = [11, 12];
const OF_ENDED_CHILDREN: [usize; 2] = [13, 14];

/// Processor time of a process so far, seconds.
pub fn of_process(pid: u32) -> f64 {
    fields(&pid.to_string()).map_or(0.0, |fields| seconds(&fields, &OWN))
}

/// Of this process.
pub fn own() -> f64 {
    of_process(std::process::id())
}

/// Of the children of this process that have ended and were waited for.
pub fn of_own_ended_children() -> f64 {
    fields("self").map_or(0.0, |fields| seconds(&fields, &OF_ENDED_CHILDREN))
}

/// Of a process and all its children, also those that have ended.
pub fn of_family(pid: u32) -> f64 {
    let everybody = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let family = everybody.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let number: u32 = name.parse().ok()?;
        let fields = fields(&name)?;
        (number == pid || fields[PARENT] == u64::from(pid)).then_some(fields)
    });
    family.map(|fields| seconds(&fields, &OWN) + seconds(&fields, &OF_ENDED_CHILDREN)).sum()
}

fn seconds(fields: &[u64], which: &[usize]) -> f64 {
    which.iter().map(|field| fields[*field]).sum::<u64>() as f64 / TICKS_PER_SECOND
}

/// The numbers behind the command's name, which is in parentheses and may hold anything.
fn fields(process: &str) -> Option<Vec<u64>> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, numbers) = text.rsplit_once(") ")?;
    let fields: Vec<u64> = numbers.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect();
    (fields.len() > OF_ENDED_CHILDREN[1]).then_some(fields)
}
