//! TLS as new visitors speak it: each connection begins with a whole handshake, and the certificate is looked at unless nobody
//! wants that. HTTP/1.1 is spoken inside.

use crate::way::{Scheme, Trust, Way};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::io;
use std::sync::Arc;

/// Begins connections to one server.
#[derive(Clone, Debug)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Tls {
    /// What this way needs; nothing where it goes without TLS.
    ///
    /// # Errors
    /// When the host is no name that a certificate can have.
    pub fn to(way: &Way) -> io::Result<Option<Self>> {
        let Scheme::Https(trust) = way.scheme else { return Ok(None) };
        let name = ServerName::try_from(way.name().to_owned()).map_err(io::Error::other)?;
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(io::Error::other)?;
        let builder = match trust {
            Trust::Known => {
                let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
                builder.with_root_certificates(roots)
            }
            Trust::Any => builder.dangerous().with_custom_certificate_verifier(Arc::new(Whatever(provider))),
        };
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Whoever comes is new: a server that has to be quick for a crowd has to be so with whole handshakes.
        config.resumption = Resumption::disabled();
        Ok(Some(Self { config: Arc::new(config), name }))
    }

    /// The client's side of a connection that is to be opened.
    ///
    /// # Errors
    /// When there is no randomness for it.
    pub fn begin(&self) -> io::Result<Box<ClientConnection>> {
        let mut session = ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(io::Error::other)?;
        // A request is kept until the handshake is over, however long it is.
        session.set_buffer_limit(None);
        Ok(Box::new(session))
    }
}

/// Takes any certificate, as long as the server has its key.
#[derive(Debug)]
struct Whatever(Arc<CryptoProvider>);

impl ServerCertVerifier for Whatever {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
