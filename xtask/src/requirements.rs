//! What tests and benchmarks need beyond Rust: PostgreSQL's server programs, Chromium with its driver, axe-core, strace,
//! HAProxy, nginx, Varnish; pgbench, Redis, wrk, h2load, valgrind; and the right to mount a file system.
//!
//! On Debian and Ubuntu, as root, they are installed. Elsewhere nothing is touched: the reader is told what to install.

use crate::command;
use std::path::{Path, PathBuf};

/// The oldest PostgreSQL that is tested and promised.
const POSTGRESQL_MAJOR_MIN: u32 = 15;
const APT_TRIES: u32 = 3;
const AXE: &str = "target/axe/node_modules/axe-core/axe.min.js";

/// One thing that must be there.
struct Requirement {
    /// As a reader would look it up.
    name: &'static str,
    /// Debian's packages that bring it; empty: none does.
    packages: &'static [&'static str],
    present: fn() -> bool,
}

const POSTGRESQL: Requirement = Requirement {
    name: "PostgreSQL 15 or later with its server programs (initdb, pg_ctl)",
    packages: &["postgresql"],
    present: postgresql_is_there,
};

const STRACE: Requirement = Requirement {
    name: "strace, which makes a disk fail",
    packages: &["strace"],
    present: || command::on_path(&["strace"]).is_some(),
};

const MOUNTING: Requirement = Requirement {
    name: "root on Linux with the right to mount, for a disk that is soon full",
    packages: &[],
    present: a_disk_can_be_mounted,
};

/// For every test.
const OF_TESTS: [Requirement; 6] = [
    POSTGRESQL,
    Requirement {
        name: "Chromium or Chrome",
        packages: &["chromium"],
        present: || command::on_path(&["chromium", "chromium-browser", "google-chrome"]).is_some(),
    },
    Requirement {
        name: "chromedriver of the same version",
        packages: &["chromium-driver"],
        present: || command::on_path(&["chromedriver"]).is_some(),
    },
    STRACE,
    MOUNTING,
    Requirement {
        name: "HAProxy, nginx and Varnish, which stand in front of nodes",
        packages: &["haproxy", "nginx", "varnish"],
        present: || ["haproxy", "nginx", "varnishd"].iter().all(|program| command::on_path(&[program]).is_some()),
    },
];

/// For the torture tests.
const OF_TORTURE: [Requirement; 3] = [POSTGRESQL, STRACE, MOUNTING];

/// For the benchmarks: those that we are held against. pgbench comes with PostgreSQL's server programs.
const OF_BENCHMARKS: [Requirement; 2] = [
    POSTGRESQL,
    Requirement {
        name: "Redis with redis-benchmark",
        packages: &["redis-server", "redis-tools"],
        present: || ["redis-server", "redis-benchmark", "redis-cli"].iter().all(|program| command::on_path(&[program]).is_some()),
    },
];

const TASKSET: Requirement = Requirement {
    name: "taskset and a second core",
    packages: &["util-linux"],
    present: || {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        cores > 1 && command::on_path(&["taskset"]).is_some()
    },
};

/// For the benchmark of pages: who serves beside us, and who asks.
const OF_PAGES: [Requirement; 5] = [
    TASKSET,
    Requirement {
        name: "nginx with gzip_static",
        packages: &["nginx-light"],
        present: || command::on_path(&["nginx"]).is_some() || Path::new("/usr/sbin/nginx").is_file(),
    },
    Requirement { name: "wrk", packages: &["wrk"], present: || command::on_path(&["wrk"]).is_some() },
    Requirement { name: "h2load", packages: &["nghttp2-client"], present: || command::on_path(&["h2load"]).is_some() },
    Requirement { name: "valgrind", packages: &["valgrind"], present: || command::on_path(&["valgrind"]).is_some() },
];

/// Makes sure that everything is there that the tests need, installing what it may.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare() -> Result<(), String> {
    have(&OF_TESTS, "test")?;
    install_axe()
}

/// As [`prepare`], for the torture tests.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare_to_torture() -> Result<(), String> {
    have(&OF_TORTURE, "torture")
}

/// As [`prepare`], for the benchmarks.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare_to_measure() -> Result<(), String> {
    have(&OF_BENCHMARKS, "bench")
}

/// As [`prepare`], for the benchmark of pages.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare_to_measure_pages() -> Result<(), String> {
    have(&OF_PAGES, "bench pages")
}

/// As [`prepare`], for the benchmarks whose clients are our own.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare_to_measure_crowds() -> Result<(), String> {
    have(&[TASKSET], "bench")
}

/// As [`prepare`], for the benchmark of nodes that die and freeze.
///
/// # Errors
/// What is missing, and how to install it.
pub fn prepare_to_measure_nodes() -> Result<(), String> {
    have(&[POSTGRESQL], "bench nodes")
}

/// Makes sure that an overload can be measured.
///
/// # Errors
/// What is missing.
pub fn prepare_to_measure_overload() -> Result<(), String> {
    let slow = Requirement {
        name: "slowhttptest",
        packages: &["slowhttptest"],
        present: || command::on_path(&["slowhttptest"]).is_some(),
    };
    have(&[TASKSET, slow], "bench")
}

fn have(requirements: &[Requirement], command: &str) -> Result<(), String> {
    let find_missing = || requirements.iter().filter(|requirement| !(requirement.present)()).collect::<Vec<_>>();
    let missing = find_missing();
    let packages: Vec<&str> = missing.iter().flat_map(|requirement| requirement.packages).copied().collect();
    if !packages.is_empty() && may_use_apt() {
        apt_install(&packages)?;
    }
    let missing = find_missing();
    if missing.is_empty() { Ok(()) } else { Err(advice(&missing, command)) }
}

fn advice(missing: &[&Requirement], command: &str) -> String {
    let mut text = format!("`cargo xtask {command}` needs what is not here:\n");
    for requirement in missing {
        text += &match requirement.packages {
            [] => format!("  {}\n", requirement.name),
            packages => format!("  {}   (Debian: apt-get install {})\n", requirement.name, packages.join(" ")),
        };
    }
    text + "Provide that and run it again. As root on Debian or Ubuntu it installs packages by itself."
}

/// The page checker is a script, fetched once into the target folder.
fn install_axe() -> Result<(), String> {
    if command::root().join(AXE).is_file() {
        return Ok(());
    }
    if command::on_path(&["npm"]).is_none() {
        return Err("The tests need npm (Node.js) to fetch axe-core, which checks the pages for accessibility.".to_owned());
    }
    command::run("npm", &["install", "--prefix", "target/axe", "--no-audit", "--no-fund", "axe-core@4"], &[])
}

fn postgresql_is_there() -> bool {
    postgresql_folders().iter().any(|folder| {
        let version = command::output(&folder.join("initdb"), &["--version"]);
        folder.join("pg_ctl").is_file() && version.and_then(|text| major_version(&text)) >= Some(POSTGRESQL_MAJOR_MIN)
    })
}

/// Debian keeps the server programs off the `PATH`; others have them on it.
fn postgresql_folders() -> Vec<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let on_path = command::on_path(&["initdb"]).and_then(|file| file.parent().map(Path::to_owned));
    debian.chain(on_path).collect()
}

/// `15` from `initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)`.
fn major_version(text: &str) -> Option<u32> {
    let (_, version) = text.split_once(") ")?;
    version.split(['.', ' ']).next()?.parse().ok()
}

/// Tries it where nobody else sees it; it is gone with the process.
fn a_disk_can_be_mounted() -> bool {
    command::output(Path::new("unshare"), &["--mount", "mount", "-t", "tmpfs", "doorbuster-test", "/tmp"]).is_some()
}

fn may_use_apt() -> bool {
    let root = command::output(Path::new("id"), &["-u"]).as_deref() == Some("0");
    root && command::on_path(&["apt-get"]).is_some()
}

fn apt_install(packages: &[&str]) -> Result<(), String> {
    const QUIET: [(&str, &str); 1] = [("DEBIAN_FRONTEND", "noninteractive")];
    let install = [&["install", "--yes", "--no-install-recommends"], packages].concat();
    let mut outcome = Ok(());
    for _ in 0..APT_TRIES {
        outcome = command::run("apt-get", &["update"], &QUIET).and_then(|()| command::run("apt-get", &install, &QUIET));
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_read_from_what_initdb_says() {
        assert_eq!(major_version("initdb (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major_version("initdb (PostgreSQL) 18.1"), Some(18));
        assert_eq!(major_version("initdb (PostgreSQL) 19beta1"), None);
        assert_eq!(major_version("not a version"), None);
    }

    #[test]
    fn whoever_lacks_something_is_told_its_name_and_its_package() {
        let text = advice(&[&OF_TESTS[2]], "test");
        assert!(text.contains("chromedriver of the same version   (Debian: apt-get install chromium-driver)"), "{text}");
    }

    #[test]
    fn whoever_may_not_mount_is_told_so_and_of_no_package() {
        let text = advice(&[&MOUNTING], "test");
        assert!(text.contains("  root on Linux with the right to mount, for a disk that is soon full\n"), "{text}");
    }
}
