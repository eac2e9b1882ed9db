//! Where, when and with what something was measured.

use std::process::Command;

/// The time, to the minute.
pub fn date() -> String {
    said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])
}

/// The machine in a few words.
pub fn machine() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let after_colon = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_once(':').map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let model = after_colon(&read("/proc/cpuinfo"), "model name");
    let memory = after_colon(&read("/proc/meminfo"), "MemTotal");
    let gibibytes = memory.split(' ').next().and_then(|kibibytes| kibibytes.parse::<f64>().ok()).unwrap_or(0.0) / 1_048_576.0;
    // What follows the version is the name of somebody's build.
    let kernel = said("uname", &["-sr"]);
    let kernel = kernel.split('-').next().unwrap_or_default();
    format!("{cores} cores of {model}, {gibibytes:.0} GiB, {kernel}")
}

/// The version of PostgreSQL.
pub fn postgres() -> String {
    said("psql", &["--version"]).split_whitespace().nth(2).unwrap_or("?").to_owned()
}

/// What a program prints when it is asked; empty when it is not there.
pub fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
