//! Certificates for TLS: one for everybody and a folder with those of the shops' own domains. Files that change are read again
//! while the server runs; one that cannot be used leaves the certificate in force that was there before.

use super::watched::Wire;
use arc_swap::ArcSwap;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;
use tracing::{info, warn};
use webpki::EndEntityCert;

/// Pairs in the folder; more are not read.
const PAIRS_MAX: usize = 10_000;
/// The largest file, bytes: a chain has some kilobytes.
const FILE_BYTES_MAX: u64 = 256 << 10;

/// What a client may speak over TLS, the best first.
const PROTOCOLS: [&[u8]; 2] = [HTTP2, b"http/1.1"];
/// HTTP/2, as it is called in the handshake.
pub(super) const HTTP2: &[u8] = b"h2";

/// A certificate with the chain up to its issuer, and its key, both in PEM.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CertificatePair {
    /// The certificate and its chain.
    pub certificate: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// Where certificates are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The one for clients that ask for none of the others.
    pub default: Option<CertificatePair>,
    /// Others: `NAME.crt` or `NAME.pem`, each beside its `NAME.key`. The domains are read from the certificate.
    pub folder: Option<PathBuf>,
}

/// Certificates in force.
#[derive(Debug)]
pub struct Certificates {
    files: CertificateFiles,
    read: Mutex<HashMap<CertificatePair, Read>>,
    known: Arc<Known>,
    acceptor: AcceptorOf,
}

/// A pair as it was found the last time.
#[derive(Debug)]
struct Read {
    stamp: Stamp,
    /// None when it could never be used.
    certified: Option<Arc<CertifiedKey>>,
}

/// Time and length of both files: they are read again when it differs.
type Stamp = [Option<(SystemTime, u64)>; 2];

struct AcceptorOf(TlsAcceptor);

impl std::fmt::Debug for AcceptorOf {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("TlsAcceptor")
    }
}

impl Certificates {
    /// Reads them. Of the folder, what cannot be used is told and left out.
    ///
    /// # Errors
    /// When there is none, or the default one cannot be used; says why, in words.
    pub fn load(files: CertificateFiles) -> Result<Self, String> {
        if let Some(pair) = &files.default {
            read_pair(pair)?;
        }
        let known = Arc::new(Known::default());
        let acceptor = AcceptorOf(TlsAcceptor::from(Arc::new(config(Arc::clone(&known)).map_err(|error| error.to_string())?)));
        let certificates = Self { files, read: Mutex::default(), known, acceptor };
        certificates.reload_changed();
        if certificates.known.0.load().default.is_none() {
            return Err(format!("there is no usable certificate in {}", certificates.folder_name()));
        }
        Ok(certificates)
    }

    /// Reads what has changed since the last time. A pair that cannot be used leaves the one in force that was there before.
    pub fn reload_changed(&self) {
        // A panic half way leaves pairs that are read again.
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs = self.pairs();
        let before = read.len();
        read.retain(|pair, _| pairs.contains(pair));
        let mut has_changed = read.len() != before;
        for pair in &pairs {
            let stamp = [stamp(&pair.certificate), stamp(&pair.key)];
            let old = read.get(pair);
            if old.is_some_and(|old| old.stamp == stamp) {
                continue;
            }
            let mut certified = old.and_then(|old| old.certified.clone());
            match read_pair(pair) {
                Ok(new) => {
                    info!(certificate = %pair.certificate.display(), "A certificate was read");
                    (certified, has_changed) = (Some(Arc::new(new)), true);
                }
                Err(error) => warn!(
                    "A certificate cannot be used: {error}. {} Put a certificate with its chain and the key that belongs to it \
                     there, both in PEM; they are read again when the files change, or at SIGHUP",
                    if certified.is_some() { "The one before it stays in force." } else { "It is left out." }
                ),
            }
            read.insert(pair.clone(), Read { stamp, certified });
        }
        if has_changed {
            let in_order = pairs.iter().filter_map(|pair| read.get(pair)?.certified.clone());
            self.known.0.store(Arc::new(Table::of(in_order)));
        }
    }

    pub(super) const fn acceptor(&self) -> &TlsAcceptor {
        &self.acceptor.0
    }

    /// The default pair first, then the folder's by name.
    fn pairs(&self) -> Vec<CertificatePair> {
        let entries = self.files.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
        let mut certificates: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|end| end == "crt" || end == "pem"))
            .collect();
        certificates.sort_unstable();
        certificates.truncate(PAIRS_MAX);
        let in_folder =
            certificates.into_iter().map(|certificate| CertificatePair { key: certificate.with_extension("key"), certificate });
        self.files.default.clone().into_iter().chain(in_folder).collect()
    }

    fn folder_name(&self) -> String {
        self.files.folder.as_ref().map_or_else(|| "the settings".into(), |folder| folder.display().to_string())
    }
}

fn config(known: Arc<Known>) -> Result<ServerConfig, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(known);
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
    // Clients that come back keep what is needed for a short handshake; nothing is kept here.
    config.ticketer = ring::Ticketer::new()?;
    Ok(config)
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn read_pair(pair: &CertificatePair) -> Result<CertifiedKey, String> {
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    for path in [&pair.certificate, &pair.key] {
        let length = fs::metadata(path).map_err(|error| told(path, &error))?.len();
        if length > FILE_BYTES_MAX {
            return Err(told(path, &format!("{length} bytes are more than a certificate or a key has")));
        }
    }
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&pair.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| told(&pair.certificate, &error))?;
    if chain.is_empty() {
        return Err(told(&pair.certificate, &"there is no certificate in it"));
    }
    let key = PrivateKeyDer::from_pem_file(&pair.key).map_err(|error| told(&pair.key, &error))?;
    let provider: CryptoProvider = ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map_err(|error| told(&pair.certificate, &error))
}

/// What a handshake asks.
#[derive(Debug, Default)]
struct Known(ArcSwap<Table>);

#[derive(Debug, Default)]
struct Table {
    by_domain: HashMap<String, Arc<CertifiedKey>>,
    default: Option<Arc<CertifiedKey>>,
}

impl Table {
    /// The first that names a domain is the one for it, and the first of all is everybody else's.
    fn of(certificates: impl Iterator<Item = Arc<CertifiedKey>>) -> Self {
        let mut table = Self::default();
        for certified in certificates {
            if let Ok(end) = certified.end_entity_cert()
                && let Ok(parsed) = EndEntityCert::try_from(end)
            {
                for domain in parsed.valid_dns_names() {
                    table.by_domain.entry(domain.to_ascii_lowercase()).or_insert_with(|| Arc::clone(&certified));
                }
            }
            table.default.get_or_insert(certified);
        }
        table
    }

    fn find(&self, domain: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let named = domain.and_then(|domain| {
            let domain = domain.to_ascii_lowercase();
            let wildcard = || self.by_domain.get(&format!("*.{}", domain.split_once('.')?.1));
            self.by_domain.get(&domain).or_else(wildcard)
        });
        named.or(self.default.as_ref()).cloned()
    }
}

impl ResolvesServerCert for Known {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load().find(hello.server_name())
    }
}

impl Wire for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}
