//! Every setting of the program, once: its name, what it is for, and what it is without being set.
//!
//! Flag, environment variable and key in the file follow from the name: `smtp_url` is `--smtp-url`, `DOORBUSTER_SMTP_URL` and
//! `smtp_url = "..."`. A secret can also be in a file of its own, which `DOORBUSTER_SMTP_URL_FILE` names.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name: the key in the file.
    pub key: &'static str,
    /// What stands for its value in `--help`.
    pub placeholder: &'static str,
    /// What it is when nobody sets it; empty: nothing.
    pub default: &'static str,
    /// One or two sentences for `--help` and for `doorbuster config`.
    pub doc: &'static str,
    /// Where it is shown.
    pub shown: Shown,
}

/// Where a setting is shown, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Everywhere, `-h` included.
    Always,
    /// In `--help` and by `doorbuster config`.
    InDetail,
    /// As `InDetail`, its value as `***`.
    Masked,
}

const fn setting(
    key: &'static str,
    placeholder: &'static str,
    default: &'static str,
    shown: Shown,
    doc: &'static str,
) -> Setting {
    Setting { key, placeholder, default, doc, shown }
}

/// All of them, in the order in which they are shown.
pub const SETTINGS: [Setting; 29] = [
    setting(
        "data",
        "FOLDER",
        "doorbuster-data",
        Shown::Always,
        "Folder for everything that is kept: the SQLite database, the secret key, mail written to files. Made when absent.",
    ),
    setting(
        "database_url",
        "URL",
        "",
        Shown::Masked,
        "PostgreSQL 15 or later to use instead of the SQLite file: postgres://user:password@host:5432/name.",
    ),
    setting(
        "listen",
        "ADDRESS",
        "127.0.0.1:8080",
        Shown::Always,
        "Address and port to listen on. Port 0 takes any free port; 0.0.0.0:8080 is reachable from outside.",
    ),
    setting(
        "metrics_listen",
        "ADDRESS",
        "",
        Shown::InDetail,
        "Address and port for whoever runs the server, such as 127.0.0.1:9090: /metrics for Prometheus, /healthz and /readyz. Keep shoppers from it. \
         Without it, there is none.",
    ),
    setting(
        "public_scheme",
        "http|https",
        "http",
        Shown::InDetail,
        "How visitors reach the shops: https when a proxy in front speaks TLS. Cookies are marked secure then. Always https with \
         tls_certificate or tls_folder.",
    ),
    setting(
        "public_port",
        "PORT",
        "",
        Shown::InDetail,
        "Port in links sent by mail. Without it: the port listened on for http, none for https.",
    ),
    setting(
        "tls_certificate",
        "FILE",
        "",
        Shown::InDetail,
        "Certificate with its chain, in PEM: the server speaks TLS then. Read again when it changes, and at SIGHUP.",
    ),
    setting("tls_key", "FILE", "", Shown::InDetail, "The private key that belongs to tls_certificate, in PEM."),
    setting(
        "tls_folder",
        "FOLDER",
        "",
        Shown::InDetail,
        "Certificates of the shops' own domains: NAME.crt or NAME.pem, each beside its NAME.key. Which one a visitor is shown is \
         decided by the domains in it. Read again when they change, and at SIGHUP.",
    ),
    setting(
        "trusted_proxies",
        "ADDRESSES",
        "",
        Shown::InDetail,
        "Proxies in front that are believed when they say who the visitor is (X-Forwarded-For; Forwarded where that is not sent): \
         addresses and networks such as 10.0.0.0/8, separated by commas.",
    ),
    setting(
        "proxy_protocol",
        "off|required",
        "off",
        Shown::InDetail,
        "Whether every connection begins with the PROXY protocol, version 1 or 2; only trusted_proxies may connect then.",
    ),
    setting(
        "secret_key",
        "TEXT",
        "",
        Shown::Masked,
        "Secret that signs links and payment references, at least 32 characters, the same on every node. Without it, one is \
         made and kept in secret.key in the data folder; with PostgreSQL it has to be set.",
    ),
    setting("payment_provider", "sandbox", "sandbox", Shown::InDetail, "Who takes the money: sandbox takes test cards only."),
    setting(
        "payment_patience_seconds",
        "SECONDS",
        "4",
        Shown::InDetail,
        "How long a checkout waits for the payment provider before it shows a page that waits; 1 to 60.",
    ),
    setting(
        "loadtest_shoppers_max",
        "COUNT",
        "0",
        Shown::InDetail,
        "How many shoppers a seller may send into a copy of the shop, to see what it carries; 0 to 1000000. With 0 sellers may not. \
         Tests run on the server that serves the shops, one at a time, behind their visitors. In `doorbuster demo` it is 2000.",
    ),
    setting(
        "smtp_url",
        "URL",
        "",
        Shown::Masked,
        "Mail server: smtp://user:password@host:587 (STARTTLS), smtps://user:password@host (TLS) or smtp+plain://host:25. \
         Without it, mail is written to files.",
    ),
    setting(
        "mail_folder",
        "FOLDER",
        "",
        Shown::InDetail,
        "Where mail is written when there is no mail server. Without it: mail in the data folder.",
    ),
    setting(
        "mail_from",
        "ADDRESS",
        "shop@localhost.localdomain",
        Shown::InDetail,
        "Sender of a shop's mail when the shop's settings name no address.",
    ),
    setting(
        "log",
        "FILTER",
        "info",
        Shown::Always,
        "What is logged: error, warn, info, debug, trace, or by module such as info,db=debug.",
    ),
    setting("log_format", "text|json", "text", Shown::InDetail, "How it is logged, to standard error: text or json."),
    setting(
        "http_threads",
        "COUNT",
        "",
        Shown::InDetail,
        "Threads that accept connections and answer what is in memory, 1 to 256. Without it: one for each processor core.",
    ),
    setting(
        "connections_max",
        "COUNT",
        "16000",
        Shown::InDetail,
        "Open connections of visitors at once, 1 to 1000000. When there are more, idle ones are closed or the new ones wait.",
    ),
    setting(
        "connections_per_address_max",
        "COUNT",
        "512",
        Shown::InDetail,
        "Open connections of one address at once, 1 to 1000000; more are closed. This machine itself has no limit.",
    ),
    setting(
        "idle_seconds",
        "SECONDS",
        "75",
        Shown::InDetail,
        "How long a connection on which nothing happens is kept open, 5 to 3600.",
    ),
    setting(
        "database_connections",
        "COUNT",
        "4",
        Shown::InDetail,
        "Connections to the database, 1 to 64. SQLite uses them for reading.",
    ),
    setting(
        "order_queue_max",
        "COUNT",
        "4096",
        Shown::InDetail,
        "Orders that may wait to be written, 1 to 100000; the next one is told to try again.",
    ),
    setting("order_batch_max", "COUNT", "256", Shown::InDetail, "Orders written in one transaction, 1 to 10000."),
    setting(
        "drain_notice_seconds",
        "SECONDS",
        "0",
        Shown::InDetail,
        "How long the program goes on as before once it is told to stop, while /readyz says that it will; 0 to 300. Behind a load \
         balancer: longer than that takes to notice.",
    ),
    setting(
        "drain_seconds",
        "SECONDS",
        "10",
        Shown::InDetail,
        "How long started requests may take to finish when the program stops; 0 to 300.",
    ),
];

/// The setting with this name.
pub fn setting_named(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

impl Setting {
    /// `smtp-url`, as in `--smtp-url`.
    pub fn flag(&self) -> &'static str {
        static FLAGS: LazyLock<HashMap<&str, String>> =
            LazyLock::new(|| SETTINGS.iter().map(|setting| (setting.key, setting.key.replace('_', "-"))).collect());
        &FLAGS[self.key]
    }

    /// `DOORBUSTER_SMTP_URL`.
    pub fn variable(&self) -> String {
        format!("DOORBUSTER_{}", self.key.to_uppercase())
    }

    /// `DOORBUSTER_SMTP_URL_FILE`: secrets only, so that they need not stand in an environment that others can read.
    pub fn file_variable(&self) -> Option<String> {
        (self.shown == Shown::Masked).then(|| format!("{}_FILE", self.variable()))
    }
}

/// The name closest to a misspelled one, if any is close: at most two letters changed, added or left out, or three in long ones.
pub fn nearest_key(misspelled: &str) -> Option<&'static str> {
    let spelled = misspelled.to_lowercase().replace('-', "_");
    let allowed = if spelled.len() > 10 { 3 } else { 2 };
    SETTINGS
        .iter()
        .map(|setting| (edits(&spelled, setting.key), setting.key))
        .min()
        .filter(|(edits, _)| *edits <= allowed)
        .map(|(_, key)| key)
}

/// Letters to change, add or leave out to get from one word to the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (above, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (at, wanted) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *wanted);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(row[at + 1] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_setting_finds_its_neighbor() {
        for (misspelled, nearest) in [
            ("listn", Some("listen")),
            ("smtp-url", Some("smtp_url")),
            ("conections_max", Some("connections_max")),
            ("order_que_max", Some("order_queue_max")),
            ("color", None),
        ] {
            assert_eq!(nearest_key(misspelled), nearest, "{misspelled}");
        }
    }

    #[test]
    fn settings_are_named_and_told_alike() {
        for setting in &SETTINGS {
            assert!(setting.key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", setting.key);
            assert!(setting.doc.ends_with('.'), "{} is not told in sentences", setting.key);
        }
    }
}
