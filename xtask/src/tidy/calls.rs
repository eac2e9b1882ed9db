//! Calls that break a promise. `clippy.toml` bans those that clippy can see; these are also seen inside macros and by eye.

use super::source::Source;
use super::{File, Finding, Tree};

/// A call and what to do instead.
struct Ban {
    call: &'static str,
    instead: &'static str,
    /// Folders in which it is fine.
    except: &'static [&'static str],
    /// Whether tests may.
    tests: Tests,
}

#[derive(PartialEq)]
enum Tests {
    May,
    MayNot,
}

const CLOCK: &str = "the time is an argument named `now`; only crates/doorbuster reads the clock";
const CLOCK_READERS: &[&str] = &["crates/doorbuster/", "xtask/"];

const BANS: [Ban; 11] = [
    Ban { call: "SystemTime::now", instead: CLOCK, except: CLOCK_READERS, tests: Tests::May },
    Ban { call: "Instant::now", instead: CLOCK, except: CLOCK_READERS, tests: Tests::May },
    Ban { call: "Zoned::now", instead: CLOCK, except: CLOCK_READERS, tests: Tests::May },
    Ban {
        call: "unbounded_channel",
        instead: "everything has a limit: use a bounded channel",
        except: &[],
        tests: Tests::MayNot,
    },
    Ban { call: ".unwrap()", instead: "handle it, or `expect(\"why it cannot fail\")`", except: &[], tests: Tests::May },
    Ban { call: "todo!", instead: "finish it, or leave it out", except: &[], tests: Tests::MayNot },
    Ban { call: "unimplemented!", instead: "finish it, or leave it out", except: &[], tests: Tests::MayNot },
    Ban { call: "dbg!", instead: "use tracing, or leave it out", except: &[], tests: Tests::MayNot },
    Ban { call: "thread::sleep", instead: "wait for the thing itself", except: &[], tests: Tests::MayNot },
    Ban { call: "#[ignore", instead: "a test runs or is not there", except: &[], tests: Tests::MayNot },
    Ban { call: ", ignore)]", instead: "a test runs or is not there", except: &[], tests: Tests::MayNot },
];

/// No banned call anywhere in the code.
pub fn banned(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(banned_in).collect()
}

fn banned_in(file: &File) -> Vec<Finding> {
    let source = Source::read(&file.text);
    let test_lines = source.test_lines();
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(source.lines()) {
        let in_test = file.is_test() || test_lines.iter().any(|lines| lines.contains(&number));
        let broken = BANS.iter().filter(|ban| {
            line.contains(ban.call)
                && !(in_test && ban.tests == Tests::May)
                && !ban.except.iter().any(|folder| file.path.starts_with(folder))
        });
        findings.extend(broken.map(|ban| file.finding(number, format!("`{}`: {}", ban.call, ban.instead))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        banned(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn every_ban_finds_its_call() {
        for ban in BANS {
            assert_eq!(count("crates/commerce/src/cart.rs", &format!("fn a() {{ {} }}", ban.call)), 1, "{}", ban.call);
        }
    }

    #[test]
    fn a_call_in_a_comment_or_a_string_is_no_call() {
        assert_eq!(count("crates/commerce/src/cart.rs", "// todo!\nfn a() { say(\"dbg!\") }"), 0);
    }

    #[test]
    fn only_the_doorbuster_crate_reads_the_clock() {
        assert_eq!(count("crates/doorbuster/src/main.rs", "fn a() { Instant::now() }"), 0);
        assert_eq!(count("crates/web/src/lib.rs", "fn a() { Instant::now() }"), 1);
    }

    #[test]
    fn tests_may_unwrap_and_may_not_be_ignored() {
        let tests = "#[cfg(test)]\nmod tests {\n    #[ignore]\n    fn a() { b.unwrap() }\n}\nfn c() { d.unwrap() }\n";
        assert_eq!(count("crates/web/src/lib.rs", tests), 2);
        assert_eq!(count("crates/web/tests/it/cart.rs", "fn a() { b.unwrap() }"), 0);
        assert_eq!(count("crates/web/tests/it/cart.rs", "#[cfg_attr(windows, ignore)]\nfn a() {}"), 1);
    }
}
