//! The settings of the program, checked and typed. The list of them is in `table`, their order of precedence in `source`.

mod print;
mod secret;
mod source;
mod table;

pub use source::{Origin, SettingFlags, Sourced};

use db::Target;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use web::app::Scheme;
use web::serve::{CertificateFiles, CertificatePair, Proxies, ProxyProtocol};

/// Why the settings cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The settings file.
    #[error("the settings file {} cannot be used: {detail}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A value.
    #[error("the setting `{key}` (from {origin}) cannot be “{value}”: {detail}")]
    Value {
        /// Which setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// By whom.
        origin: Origin,
        /// What it can be.
        detail: String,
    },
    /// A secret that was to be read from a file.
    #[error("the setting `{key}` cannot be read from the file that {variable} names: {detail}")]
    SecretFile {
        /// Which setting.
        key: &'static str,
        /// The variable.
        variable: String,
        /// What is wrong with the file.
        detail: String,
    },
    /// A secret given twice.
    #[error("{plain} and {file} are both set; set only one of them")]
    SecretTwice {
        /// The variable that holds it.
        plain: String,
        /// The variable that names its file.
        file: String,
    },
    /// No secret key.
    #[error("{0}")]
    SecretKey(String),
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object per line.
    Json,
}

/// How mail leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailRoute {
    /// To this mail server.
    Smtp(String),
    /// Into this folder.
    Folder(PathBuf),
}

/// Every setting.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder for everything that is kept.
    pub data: PathBuf,
    /// Which database.
    pub target: Target,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where operators read figures; `None`: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// How visitors reach the shops.
    pub scheme: Scheme,
    /// Certificates, where the server speaks TLS itself.
    pub certificates: Option<CertificateFiles>,
    /// Proxies in front.
    pub proxies: Proxies,
    /// Port in links sent by mail, where it is not the usual one.
    pub public_port: Option<u16>,
    /// How long a checkout waits for the payment provider.
    pub payment_patience: Duration,
    /// Shoppers of a seller's load test at most; 0: sellers may not test.
    pub loadtest_shoppers_max: u32,
    /// How mail leaves.
    pub mail: MailRoute,
    /// Sender of mail of a shop without an address.
    pub mail_from: String,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// Threads that accept connections and answer from memory.
    pub http_threads: usize,
    /// Open connections of visitors at once.
    pub connections_max: usize,
    /// Open connections of one address at once.
    pub connections_per_address_max: usize,
    /// How long a connection on which nothing happens is kept.
    pub idle: Duration,
    /// Connections to the database.
    pub database_connections: usize,
    /// Orders that may wait to be written.
    pub order_queue_max: usize,
    /// Orders written in one transaction.
    pub order_batch_max: usize,
    /// How long visitors are still taken once the program is told to stop.
    pub drain_notice: Duration,
    /// How long started requests may take when the program stops.
    pub drain: Duration,
    secret_key: Option<String>,
    sources: Vec<Sourced>,
}

impl Settings {
    /// Gathers and checks the settings of this process.
    ///
    /// # Errors
    /// When a source cannot be read or a value makes no sense.
    pub fn load(flags: &SettingFlags) -> Result<Self, SettingsError> {
        Self::from_sources(flags.gather(|name| std::env::var(name).ok())?)
    }

    fn from_sources(sources: Vec<Sourced>) -> Result<Self, SettingsError> {
        let read = Reader { sources: &sources };
        let data = PathBuf::from(read.text("data"));
        let database = read.text("database_url");
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme));
        if !database.is_empty() && !is_postgres {
            return Err(read.wrong("database_url", "write it like postgres://user:password@host:5432/name"));
        }
        let certificates = read.certificates()?;
        let scheme = read.choice("public_scheme", &[("http", Scheme::Http), ("https", Scheme::Https)])?;
        let scheme = if certificates.is_some() { Scheme::Https } else { scheme };
        let listen: SocketAddr = read.parsed("listen", "write an address and a port, such as 127.0.0.1:8080 or [::1]:8080")?;
        let metrics_listen = match read.text("metrics_listen") {
            "" => None,
            _ => Some(read.parsed("metrics_listen", "write an address and a port, such as 127.0.0.1:9090")?),
        };
        let smtp = read.text("smtp_url");
        let mail_folder = read.text("mail_folder");
        let mail = match (smtp.is_empty(), mail_folder.is_empty()) {
            (false, _) => MailRoute::Smtp(smtp.into()),
            (true, false) => MailRoute::Folder(mail_folder.into()),
            (true, true) => MailRoute::Folder(data.join("mail")),
        };
        if !commerce::customer::is_email(read.text("mail_from")) {
            return Err(read.wrong("mail_from", "it has to be an e-mail address"));
        }
        read.choice("payment_provider", &[("sandbox", ())])?;
        let public_port = match read.text("public_port") {
            "" => None,
            _ => Some(read.number("public_port", 1, 65_535)? as u16),
        };
        let http_threads = match read.text("http_threads") {
            "" => std::thread::available_parallelism().map_or(1, usize::from),
            _ => read.number("http_threads", 1, 256)? as usize,
        };
        Ok(Self {
            target: if is_postgres { Target::Postgres(database.into()) } else { Target::Folder(data.clone()) },
            listen,
            metrics_listen,
            scheme,
            certificates,
            proxies: read.proxies()?,
            public_port,
            payment_patience: Duration::from_secs(read.number("payment_patience_seconds", 1, 60)?),
            loadtest_shoppers_max: read.number("loadtest_shoppers_max", 0, 1_000_000)? as u32,
            mail,
            mail_from: read.text("mail_from").into(),
            log: read.text("log").into(),
            log_format: read.choice("log_format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
            http_threads,
            connections_max: read.number("connections_max", 1, 1_000_000)? as usize,
            connections_per_address_max: read.number("connections_per_address_max", 1, 1_000_000)? as usize,
            idle: Duration::from_secs(read.number("idle_seconds", 5, 3_600)?),
            database_connections: read.number("database_connections", 1, 64)? as usize,
            order_queue_max: read.number("order_queue_max", 1, 100_000)? as usize,
            order_batch_max: read.number("order_batch_max", 1, 10_000)? as usize,
            drain_notice: Duration::from_secs(read.number("drain_notice_seconds", 0, 300)?),
            drain: Duration::from_secs(read.number("drain_seconds", 0, 300)?),
            secret_key: Some(read.text("secret_key").to_owned()).filter(|key| !key.is_empty()),
            data,
            sources,
        })
    }

    /// The secret key's bytes; made and kept in the data folder when it is not set and the database is a file.
    ///
    /// # Errors
    /// When it is too short, missing, or its file cannot be used.
    pub fn secret_key(&self) -> Result<Vec<u8>, SettingsError> {
        match (&self.secret_key, &self.target) {
            (Some(key), _) => secret::check(key),
            (None, Target::Folder(folder)) => secret::read_or_make(folder),
            (None, Target::Postgres(_)) => Err(SettingsError::SecretKey(
                "with PostgreSQL every node needs the same secret key: set DOORBUSTER_SECRET_KEY to at least 32 random \
                 characters, for example the output of `openssl rand -hex 32`"
                    .into(),
            )),
        }
    }

    /// The key that a backup has to carry: the one made by the program. One that was given as a setting is its giver's to keep.
    pub fn key_for_backup(&self) -> Option<String> {
        match (&self.secret_key, &self.target) {
            (None, Target::Folder(folder)) => secret::read_if_made(folder),
            _ => None,
        }
    }

    /// Takes over the key that came with a backup. `false` when there is another one already, which stays.
    ///
    /// # Errors
    /// When its file cannot be written.
    pub fn take_over_key(&self, key: &str) -> std::io::Result<bool> {
        match (&self.secret_key, &self.target) {
            (None, Target::Folder(folder)) => match secret::read_if_made(folder) {
                Some(present) => Ok(present == key),
                None => secret::keep(folder, key).map(|()| true),
            },
            (Some(given), _) => Ok(given == key),
            (None, Target::Postgres(_)) => Ok(false),
        }
    }

    /// Who set it, in words: `--data`, `DOORBUSTER_DATA`, the settings file, or that it is the default.
    pub fn told_by(&self, key: &str) -> String {
        match &(Reader { sources: &self.sources }).sourced(key).origin {
            Origin::Default => "the default".into(),
            origin => origin.to_string(),
        }
    }

    /// Whether nobody has set it.
    pub fn is_default(&self, key: &str) -> bool {
        (Reader { sources: &self.sources }).sourced(key).origin == Origin::Default
    }

    /// The settings as a file, each with its origin, secrets masked.
    pub fn to_toml(&self) -> String {
        print::to_toml(&self.sources)
    }
}

/// Reads values by name.
struct Reader<'a> {
    sources: &'a [Sourced],
}

impl Reader<'_> {
    fn sourced(&self, key: &str) -> &Sourced {
        self.sources.iter().find(|sourced| sourced.key == key).expect("every setting is in the table")
    }

    fn text(&self, key: &str) -> &str {
        &self.sourced(key).value
    }

    fn wrong(&self, key: &'static str, detail: &str) -> SettingsError {
        let sourced = self.sourced(key);
        let value = print::shown_value(sourced);
        SettingsError::Value { key, value, origin: sourced.origin.clone(), detail: detail.into() }
    }

    fn parsed<T: FromStr>(&self, key: &'static str, detail: &str) -> Result<T, SettingsError> {
        self.text(key).trim().parse().map_err(|_| self.wrong(key, detail))
    }

    fn certificates(&self) -> Result<Option<CertificateFiles>, SettingsError> {
        let path = |key| Some(PathBuf::from(self.text(key))).filter(|path| !path.as_os_str().is_empty());
        let default = match (path("tls_certificate"), path("tls_key")) {
            (Some(certificate), Some(key)) => Some(CertificatePair { certificate, key }),
            (None, None) => None,
            (Some(_), None) => return Err(self.wrong("tls_certificate", "it needs its key: set tls_key as well")),
            (None, Some(_)) => return Err(self.wrong("tls_key", "it needs its certificate: set tls_certificate as well")),
        };
        let files = CertificateFiles { default, folder: path("tls_folder") };
        Ok(Some(files).filter(|files| *files != CertificateFiles::default()))
    }

    fn proxies(&self) -> Result<Proxies, SettingsError> {
        let names = self.text("trusted_proxies").split(',').map(str::trim).filter(|name| !name.is_empty());
        let trusted = names
            .map(network_of)
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| self.wrong("trusted_proxies", "write addresses and networks, such as 10.0.0.7, 192.168.0.0/16"))?;
        let choices = [("off", ProxyProtocol::Off), ("required", ProxyProtocol::Required)];
        let protocol = self.choice("proxy_protocol", &choices)?;
        if protocol == ProxyProtocol::Required && trusted.is_empty() {
            return Err(self.wrong("proxy_protocol", "nobody could connect: name the proxies in trusted_proxies"));
        }
        Ok(Proxies { trusted, protocol })
    }

    fn number(&self, key: &'static str, least: u64, most: u64) -> Result<u64, SettingsError> {
        let detail = format!("it has to be a whole number from {least} to {most}");
        let number: u64 = self.parsed(key, &detail)?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(self.wrong(key, &detail)) }
    }

    fn choice<T: Copy>(&self, key: &'static str, choices: &[(&str, T)]) -> Result<T, SettingsError> {
        let found = choices.iter().find(|(name, _)| *name == self.text(key)).map(|(_, value)| *value);
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        found.ok_or_else(|| self.wrong(key, &format!("it has to be {}", names.join(" or "))))
    }
}

/// A network, or an address as a network of one.
fn network_of(name: &str) -> Option<IpNet> {
    name.parse().ok().or_else(|| name.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn load(values: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let values: HashMap<String, String> =
            values.iter().map(|(key, value)| (format!("DOORBUSTER_{key}"), (*value).to_owned())).collect();
        let mut flags = SettingFlags::default();
        flags.or_set("data", "/nonexistent");
        Settings::from_sources(flags.gather(|name| values.get(name).cloned())?)
    }

    #[test]
    fn the_defaults_make_sense() {
        let settings = load(&[]).expect("defaults are sound");
        assert_eq!(settings.target, Target::Folder("/nonexistent".into()));
        assert_eq!(settings.mail, MailRoute::Folder("/nonexistent/mail".into()));
        assert_eq!(settings.scheme, Scheme::Http);
        assert_eq!(settings.loadtest_shoppers_max, 0, "a seller's load test needs the operator's word");
        assert!(settings.is_default("loadtest_shoppers_max"));
    }

    #[test]
    fn values_that_make_no_sense_are_told_with_their_origin() {
        for (key, value) in [
            ("LISTEN", "8080"),
            ("METRICS_LISTEN", "9090"),
            ("DATABASE_URL", "mysql://x"),
            ("ORDER_BATCH_MAX", "0"),
            ("ORDER_BATCH_MAX", "many"),
            ("LOG_FORMAT", "xml"),
            ("PUBLIC_SCHEME", "ftp"),
            ("PUBLIC_PORT", "70000"),
            ("LOADTEST_SHOPPERS_MAX", "-1"),
            ("MAIL_FROM", "nobody"),
            ("TLS_CERTIFICATE", "shop.crt"),
            ("TLS_KEY", "shop.key"),
            ("TRUSTED_PROXIES", "10.0.0.0/33"),
            ("PROXY_PROTOCOL", "required"),
        ] {
            let error = load(&[(key, value)]).expect_err(key).to_string();
            assert!(error.contains(&format!("DOORBUSTER_{key}")), "{error}");
        }
        let error = load(&[("DATABASE_URL", "mysql://ines:hunter2@host")]).expect_err("another database").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_server_with_a_certificate_is_reached_by_https() {
        let settings = load(&[("TLS_CERTIFICATE", "shop.crt"), ("TLS_KEY", "shop.key")]).expect("sound");
        assert_eq!(settings.scheme, Scheme::Https);
        let settings = load(&[("TLS_FOLDER", "certificates")]).expect("sound");
        assert_eq!(settings.scheme, Scheme::Https);
    }

    #[test]
    fn proxies_are_addresses_and_networks() {
        let settings = load(&[("TRUSTED_PROXIES", "10.0.0.7, 2001:db8::/32,"), ("PROXY_PROTOCOL", "required")]).expect("sound");
        let trusts = |address: &str| settings.proxies.trusts(address.parse().expect("an address"));
        assert!(trusts("10.0.0.7") && trusts("2001:db8::9") && !trusts("10.0.0.8"));
    }

    #[test]
    fn with_postgresql_the_secret_key_has_to_be_set_and_long() {
        let postgres = ("DATABASE_URL", "postgres://localhost/shop");
        assert!(load(&[postgres]).expect("sound").secret_key().is_err());
        assert!(load(&[postgres, ("SECRET_KEY", "short")]).expect("sound").secret_key().is_err());
        let key = "0123456789abcdef0123456789abcdef";
        assert_eq!(load(&[postgres, ("SECRET_KEY", key)]).expect("sound").secret_key().ok(), Some(key.into()));
    }

    #[test]
    fn a_secret_can_be_in_a_file_but_not_in_two_places() {
        let path = std::env::temp_dir().join(format!("doorbuster-secret-file-{}", std::process::id()));
        std::fs::write(&path, "smtp://ines:hunter2@mail\n").expect("the temporary folder can be written");
        let file = ("SMTP_URL_FILE", path.to_str().expect("a plain path"));
        let settings = load(&[file]).expect("sound");
        assert_eq!(settings.mail, MailRoute::Smtp("smtp://ines:hunter2@mail".into()));
        let text = settings.to_toml();
        assert!(text.contains(&format!("smtp_url = \"***\"  # DOORBUSTER_SMTP_URL_FILE: {}", file.1)), "{text}");
        let twice = load(&[file, ("SMTP_URL", "smtp://mail")]).expect_err("twice").to_string();
        assert_eq!(twice, "DOORBUSTER_SMTP_URL and DOORBUSTER_SMTP_URL_FILE are both set; set only one of them");
        std::fs::write(&path, " \n").expect("written");
        assert!(load(&[file]).expect_err("empty").to_string().contains("is empty"));
        std::fs::remove_file(&path).expect("it is there");
        let missing = load(&[file]).expect_err("missing").to_string();
        assert!(missing.contains("`smtp_url`") && missing.contains("DOORBUSTER_SMTP_URL_FILE"), "{missing}");
        assert!(load(&[("LISTEN_FILE", "/nonexistent")]).is_ok(), "only secrets have files");
    }

    #[test]
    fn settings_are_printed_with_their_origin_and_without_secrets() {
        let text = load(&[("SMTP_URL", "smtp://ines:hunter2@mail"), ("LOG", "a\"b")]).expect("sound").to_toml();
        assert!(text.contains("smtp_url = \"***\"  # DOORBUSTER_SMTP_URL"), "{text}");
        assert!(text.contains("# database_url = \"\"  # default"), "{text}");
        assert!(!text.contains("hunter2"));
        let table: toml::Table = text.parse().expect("it is a settings file");
        assert_eq!(table["log"].as_str(), Some("a\"b"));
    }
}
