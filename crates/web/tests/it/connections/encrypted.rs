//! TLS: each shop's own certificate, new ones without a restart, HTTP/2 where the client offers it.

use super::HOST;
use super::door::Door;
use crate::world::World;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use web::serve::{CertificateFiles, CertificatePair, Certificates, Entrance, ServeLimits};

type Made = CertifiedKey<KeyPair>;

/// Puts a new certificate for these domains into a folder.
fn make(folder: &Path, name: &str, domains: &[&str]) -> Made {
    let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
    let made = generate_simple_self_signed(domains).expect("a certificate can be made");
    std::fs::write(folder.join(format!("{name}.key")), made.signing_key.serialize_pem()).expect("the folder can be written");
    std::fs::write(folder.join(format!("{name}.crt")), made.cert.pem()).expect("the folder can be written");
    made
}

fn files(folder: &Path) -> CertificateFiles {
    let of = |end| folder.join(format!("default.{end}"));
    CertificateFiles {
        default: Some(CertificatePair { certificate: of("crt"), key: of("key") }),
        folder: Some(folder.join("shops")),
    }
}

/// A server with certificates in a fresh folder, which it is told about.
fn open(world: &World, folder: &Path, quiet: Duration) -> (Door, Arc<Certificates>) {
    let certificates = Arc::new(Certificates::load(files(folder)).expect("the certificates are sound"));
    let limits = ServeLimits { quiet, ..ServeLimits::default() };
    let entrance = Entrance { limits, certificates: Some(Arc::clone(&certificates)), ..Entrance::default() };
    (Door::open(world, entrance), certificates)
}

fn fresh_folder() -> PathBuf {
    let folder = db::testing::fresh_folder("certificates");
    std::fs::create_dir(folder.join("shops")).expect("the folder can be written");
    folder
}

fn connect(address: SocketAddr, domain: &str, trusted: &Made, offer: &[&[u8]]) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.cert.der().clone()).expect("it is a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the versions are known")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = offer.iter().map(|name| name.to_vec()).collect();
    let name = ServerName::try_from(domain.to_owned()).expect("a domain");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client can be made");
    StreamOwned::new(client, TcpStream::connect(address).expect("the server accepts"))
}

/// A page, asked for on a connection that stays open. The certificate has to be the one that is trusted.
fn get(stream: &mut StreamOwned<ClientConnection, TcpStream>) -> std::io::Result<String> {
    stream.write_all(format!("GET /favicon.svg HTTP/1.1\r\n{HOST}").as_bytes())?;
    let (mut heard, mut buffer) = (String::new(), [0; 4_096]);
    while !heard.trim_end().ends_with("</svg>") {
        match stream.read(&mut buffer)? {
            0 => break,
            length => heard.push_str(&String::from_utf8_lossy(&buffer[..length])),
        }
    }
    Ok(heard.lines().next().unwrap_or_default().to_owned())
}

#[track_caller]
fn check(address: SocketAddr, domain: &str, trusted: &Made) {
    let answer = get(&mut connect(address, domain, trusted, &[b"http/1.1"]));
    assert_eq!(answer.expect("the certificate is the one that is trusted"), "HTTP/1.1 200 OK", "{domain}");
}

#[test]
fn each_domain_is_shown_its_own_certificate() {
    let (world, folder) = (World::start("sqlite"), fresh_folder());
    let default = make(&folder, "default", &["platform.example"]);
    let juniper = make(&folder.join("shops"), "juniper", &["juniper.example", "www.juniper.example"]);
    let quillmere = make(&folder.join("shops"), "quillmere", &["*.quillmere.example"]);
    let (door, _) = open(&world, &folder, Duration::from_millis(500));
    check(door.address, "platform.example", &default);
    check(door.address, "juniper.example", &juniper);
    check(door.address, "WWW.juniper.example", &juniper);
    check(door.address, "shop.quillmere.example", &quillmere);
    let wrong = get(&mut connect(door.address, "juniper.example", &default, &[])).expect_err("it is another's certificate");
    assert!(wrong.to_string().contains("certificate"), "{wrong}");
}

#[test]
fn a_new_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let (world, folder) = (World::start("sqlite"), fresh_folder());
    make(&folder, "default", &["platform.example"]);
    let (door, certificates) = open(&world, &folder, Duration::from_millis(500));
    let juniper = make(&folder.join("shops"), "juniper", &["juniper.example"]);
    certificates.reload_changed();
    check(door.address, "juniper.example", &juniper);
    for broken in ["", "no certificate", &make(&folder, "other", &["juniper.example"]).cert.pem()] {
        std::fs::write(folder.join("shops/juniper.crt"), broken).expect("the folder can be written");
        certificates.reload_changed();
        check(door.address, "juniper.example", &juniper);
    }
    let renewed = make(&folder.join("shops"), "juniper", &["juniper.example"]);
    certificates.reload_changed();
    check(door.address, "juniper.example", &renewed);
    std::fs::remove_file(folder.join("default.crt")).expect("it was there");
    assert!(Certificates::load(files(&folder)).is_err(), "a server does not start without its certificate");
}

#[test]
fn an_encrypted_connection_answers_again_after_it_was_parked() {
    let (world, folder) = (World::start("sqlite"), fresh_folder());
    let default = make(&folder, "default", &["juniper.localhost"]);
    let (door, _) = open(&world, &folder, Duration::ZERO);
    let mut stream = connect(door.address, "juniper.localhost", &default, &[b"http/1.1"]);
    for _ in 0..5 {
        assert_eq!(get(&mut stream).expect("the connection is open"), "HTTP/1.1 200 OK");
    }
}

#[test]
fn http2_is_spoken_with_whoever_offers_it() {
    let (world, folder) = (World::start("sqlite"), fresh_folder());
    let default = make(&folder, "default", &["juniper.localhost"]);
    let (door, _) = open(&world, &folder, Duration::from_millis(500));
    let mut stream = connect(door.address, "juniper.localhost", &default, &[b"h2", b"http/1.1"]);
    // The preface, an empty SETTINGS frame, and the beginning of the server's own.
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").expect("the connection is open");
    let mut frame = [0; 9];
    stream.read_exact(&mut frame).expect("the server answers");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(frame[3], 4, "a SETTINGS frame");
}

#[test]
fn whoever_never_shakes_hands_is_let_go() {
    let (world, folder) = (World::start("sqlite"), fresh_folder());
    make(&folder, "default", &["juniper.localhost"]);
    let certificates = Some(Arc::new(Certificates::load(files(&folder)).expect("the certificate is sound")));
    let limits = ServeLimits { header_timeout: Duration::from_secs(1), ..ServeLimits::default() };
    let door = Door::open(&world, Entrance { limits, certificates, ..Entrance::default() });
    for hello in [&b"\x16\x03\x01"[..], b"GET / HTTP/1.1\r\n\r\n"] {
        let mut stream = TcpStream::connect(door.address).expect("the server accepts");
        stream.write_all(hello).expect("the connection is open");
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard);
        assert!(!heard.starts_with(b"HTTP"), "nobody is answered in the clear");
    }
}
