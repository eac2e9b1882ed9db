//! One frozen page: its bytes in the codings that browsers ask for, and the headers that go with them.

use super::asked::Asked;
use crate::serve::protect;
use crate::theme::assets::short_hash;
use crate::theme::format_instant;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use commerce::Timestamp;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Brotli's quality: within a few percent of the smallest, at a tenth of the time of the highest levels.
const BROTLI_QUALITY: u32 = 5;
/// Brotli's window, bits: 256 KiB, more than any page.
const BROTLI_WINDOW_BITS: u32 = 18;
/// The largest page that is frozen, bytes before compression.
pub(super) const BODY_BYTES_MAX: usize = 8 << 20;

/// A page as it is sent.
#[derive(Debug)]
pub struct FrozenPage {
    brotli: Coded,
    gzip: Coded,
    /// Of the bytes without any coding.
    plain_etag: HeaderValue,
    /// What it shows that can move.
    pub asked: Asked,
    /// After this instant it has to be made anew; `None`: only when something has moved.
    pub good_until: Option<Timestamp>,
    touched: AtomicBool,
}

/// A page in one coding.
#[derive(Debug)]
struct Coded {
    body: Bytes,
    headers: HeaderMap,
}

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// `br`
    Brotli,
    /// `gzip`
    Gzip,
    /// As they are.
    Plain,
}

/// What a page is made from.
pub struct Printed {
    /// Its headers, as the handler has set them.
    pub headers: HeaderMap,
    /// Its bytes.
    pub body: Bytes,
    /// When it was made.
    pub at: Timestamp,
    /// What was asked while it was made.
    pub asked: Asked,
    /// See [`FrozenPage::good_until`].
    pub good_until: Option<Timestamp>,
}

/// A page as it is kept: what its codings have in common, and their bytes.
pub(super) struct Packed {
    pub headers: HeaderMap,
    /// Of the bytes without any coding.
    pub hash: String,
    pub brotli: Bytes,
    pub gzip: Bytes,
}

impl FrozenPage {
    /// Compresses a page.
    pub fn freeze(printed: Printed) -> Self {
        let Printed { mut headers, body, at, asked, good_until } = printed;
        let hash = short_hash(&body);
        protect(&mut headers);
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::LAST_MODIFIED, http_date(at));
        let packed = Packed { headers, brotli: brotli(&body).into(), gzip: gzip(&body).into(), hash };
        Self::assemble(packed, asked, good_until)
    }

    /// A page from its parts.
    pub(super) fn assemble(packed: Packed, asked: Asked, good_until: Option<Timestamp>) -> Self {
        let Packed { headers, hash, brotli, gzip } = packed;
        let coded = |coding: &'static str, body: Bytes| {
            let mut headers = headers.clone();
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            headers.insert(header::ETAG, etag(&format!("{hash}-{coding}")));
            Coded { body, headers }
        };
        Self {
            brotli: coded("br", brotli),
            gzip: coded("gzip", gzip),
            plain_etag: etag(&hash),
            asked,
            good_until,
            touched: AtomicBool::new(false),
        }
    }

    /// Its parts, as [`Self::assemble`] takes them.
    pub(super) fn pack(&self) -> Packed {
        let mut headers = self.gzip.headers.clone();
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::ETAG);
        let hash = self.plain_etag.to_str().expect("it was made of visible ASCII").trim_matches('"').to_owned();
        Packed { headers, hash, brotli: self.brotli.body.clone(), gzip: self.gzip.body.clone() }
    }

    /// The answer to a request with these headers.
    pub fn answer(&self, request: &HeaderMap) -> Response<Bytes> {
        let coding = Coding::wanted(request.get(header::ACCEPT_ENCODING));
        let etag = match coding {
            Coding::Brotli | Coding::Gzip => &self.coded(coding).headers[header::ETAG],
            Coding::Plain => &self.plain_etag,
        };
        if request.get(header::IF_NONE_MATCH).is_some_and(|known| is_among(etag, known)) {
            return self.not_modified(etag);
        }
        self.in_coding(coding)
    }

    /// The whole page, whatever the visitor has of it.
    pub fn in_coding(&self, coding: Coding) -> Response<Bytes> {
        let coded = self.coded(coding);
        let mut response = Response::new(if coding == Coding::Plain { self.plain() } else { coded.body.clone() });
        let headers = response.headers_mut();
        headers.clone_from(&coded.headers);
        if coding == Coding::Plain {
            headers.remove(header::CONTENT_ENCODING);
            headers.insert(header::ETAG, self.plain_etag.clone());
        }
        response
    }

    /// As it is kept; in place of the plain bytes those from which they are made.
    const fn coded(&self, coding: Coding) -> &Coded {
        match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip | Coding::Plain => &self.gzip,
        }
    }

    fn not_modified(&self, etag: &HeaderValue) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        let headers = response.headers_mut();
        headers.clone_from(&self.gzip.headers);
        headers.insert(header::ETAG, etag.clone());
        headers.remove(header::CONTENT_ENCODING);
        headers.remove(header::CONTENT_TYPE);
        response
    }

    /// Its bytes without any coding.
    pub fn plain(&self) -> Bytes {
        let mut plain = Vec::with_capacity(self.gzip.body.len() * 6);
        GzDecoder::new(&*self.gzip.body).read_to_end(&mut plain).expect("what was compressed here can be read here");
        plain.into()
    }

    /// Its bytes as `br` and as `gzip`.
    pub fn files(&self) -> [(&'static str, &Bytes); 2] {
        [("br", &self.brotli.body), ("gz", &self.gzip.body)]
    }

    /// Bytes that it holds, without its headers.
    pub fn bytes(&self) -> usize {
        self.brotli.body.len() + self.gzip.body.len()
    }

    /// Notes that somebody has asked for it.
    pub(super) fn touch(&self) {
        // Looked at first, because a write would take the line from every other processor.
        if !self.touched.load(Ordering::Relaxed) {
            self.touched.store(true, Ordering::Relaxed);
        }
    }

    /// Whether somebody has asked for it since this was last asked.
    pub(super) fn was_touched(&self) -> bool {
        self.touched.swap(false, Ordering::Relaxed)
    }

    /// Whether somebody has asked for it.
    pub(super) fn is_touched(&self) -> bool {
        self.touched.load(Ordering::Relaxed)
    }
}

/// An answer that was in memory. What a crowd asks for is looked at where it is kept; anything else is a copy.
#[derive(Debug)]
pub enum FromMemory {
    /// A whole page in a coding in which it is kept.
    Kept(Arc<FrozenPage>, Coding),
    /// Anything else.
    Made(Response<Bytes>),
}

impl FromMemory {
    /// The answer of this page to a request with these headers.
    pub fn of(page: Arc<FrozenPage>, request: &HeaderMap) -> Self {
        let coding = Coding::wanted(request.get(header::ACCEPT_ENCODING));
        if coding == Coding::Plain || request.contains_key(header::IF_NONE_MATCH) {
            return Self::Made(page.answer(request));
        }
        Self::Kept(page, coding)
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Kept(..) => StatusCode::OK,
            Self::Made(response) => response.status(),
        }
    }

    /// Its headers, without those that belong to the connection.
    pub fn headers(&self) -> &HeaderMap {
        match self {
            Self::Kept(page, coding) => &page.coded(*coding).headers,
            Self::Made(response) => response.headers(),
        }
    }

    /// Its bytes.
    pub fn body(&self) -> &Bytes {
        match self {
            Self::Kept(page, coding) => &page.coded(*coding).body,
            Self::Made(response) => response.body(),
        }
    }

    /// As a response of its own.
    pub fn into_response(self) -> Response<Bytes> {
        match self {
            Self::Kept(page, coding) => page.in_coding(coding),
            Self::Made(response) => response,
        }
    }
}

impl Coding {
    /// The best coding that an `Accept-Encoding` allows (RFC 9110, section 12.5.3). Without the header bytes travel as they are.
    pub fn wanted(accepted: Option<&HeaderValue>) -> Self {
        let Some(accepted) = accepted.and_then(|accepted| accepted.to_str().ok()) else { return Self::Plain };
        let (mut brotli, mut gzip, mut any) = (None, None, None);
        for one in accepted.split(',') {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let is_refused = weight.split_once('=').is_some_and(|(q, value)| {
                q.trim().eq_ignore_ascii_case("q") && value.trim().parse::<f32>().is_ok_and(|weight| weight == 0.0)
            });
            match name.trim() {
                name if name.eq_ignore_ascii_case("br") => brotli = Some(!is_refused),
                name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => gzip = Some(!is_refused),
                "*" => any = Some(!is_refused),
                _ => {}
            }
        }
        match (brotli.or(any), gzip.or(any)) {
            (Some(true), _) => Self::Brotli,
            (_, Some(true)) => Self::Gzip,
            _ => Self::Plain,
        }
    }
}

/// Whether an ETag is among those that a visitor has, as `If-None-Match` compares them.
pub(crate) fn is_among(etag: &HeaderValue, known: &HeaderValue) -> bool {
    let is_it = |one: &str| one == "*" || one.trim_start_matches("W/").as_bytes() == etag.as_bytes();
    known.to_str().is_ok_and(|known| known.split(',').any(|one| is_it(one.trim())))
}

fn etag(text: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{text}\"")).expect("letters, digits and a hyphen are visible ASCII")
}

/// An instant as headers write it (RFC 9110, section 5.6.7).
pub(crate) fn http_date(at: Timestamp) -> HeaderValue {
    let text = format_instant(at, &TimeZone::UTC, "%a, %d %b %Y %H:%M:%S GMT");
    HeaderValue::from_str(&text).expect("a date is visible ASCII")
}

fn brotli(body: &[u8]) -> Vec<u8> {
    let mut coded = Vec::with_capacity(body.len() / 4);
    let mut writer = brotli::CompressorWriter::new(&mut coded, 4_096, BROTLI_QUALITY, BROTLI_WINDOW_BITS);
    writer.write_all(body).expect("memory takes everything");
    drop(writer);
    coded
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::new(6));
    writer.write_all(body).expect("memory takes everything");
    writer.finish().expect("memory takes everything")
}

/// What a handler answers with a header that says so is the same for everyone.
pub(super) fn is_shared(headers: &HeaderMap) -> bool {
    headers.get(header::CACHE_CONTROL).is_some_and(|control| control.as_bytes().starts_with(b"public"))
        && !headers.contains_key(HeaderName::from_static("set-cookie"))
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use std::sync::Arc;

    pub fn page_of(text: &str) -> Arc<FrozenPage> {
        Arc::new(FrozenPage::freeze(Printed {
            headers: HeaderMap::new(),
            body: Bytes::from(text.to_owned()),
            at: Timestamp(0),
            asked: Asked::default(),
            good_until: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::testing::page_of;
    use super::*;

    fn asking(name: HeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().expect("a header value"));
        headers
    }

    #[test]
    fn the_best_coding_that_is_accepted_is_sent() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", Coding::Brotli),
            ("gzip, deflate", Coding::Gzip),
            ("GZIP", Coding::Gzip),
            ("br;q=0, gzip;q=0.5", Coding::Gzip),
            ("br;q=0.000,*", Coding::Gzip),
            ("*", Coding::Brotli),
            ("*;q=0", Coding::Plain),
            ("identity", Coding::Plain),
            ("", Coding::Plain),
            ("gzip; q=0", Coding::Plain),
        ] {
            assert_eq!(Coding::wanted(Some(&HeaderValue::from_static(accepted))), expected, "{accepted}");
        }
        assert_eq!(Coding::wanted(None), Coding::Plain);
    }

    #[test]
    fn every_coding_holds_the_same_page_under_a_name_of_its_own() {
        let text = "Linen tote. ".repeat(500);
        let page = page_of(&text);
        let answers = ["br", "gzip", "identity"].map(|coding| page.answer(&asking(header::ACCEPT_ENCODING, coding)));
        let [brotli, gzip, plain] = &answers;
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&**brotli.body(), 4_096).read_to_end(&mut unpacked).expect("brotli");
        assert_eq!(unpacked, text.as_bytes());
        unpacked.clear();
        GzDecoder::new(&**gzip.body()).read_to_end(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, text.as_bytes());
        assert_eq!(plain.body(), text.as_bytes());
        assert!(plain.headers().get(header::CONTENT_ENCODING).is_none());
        let etags: std::collections::BTreeSet<_> = answers.iter().map(|answer| &answer.headers()[header::ETAG]).collect();
        assert_eq!(etags.len(), 3, "a strong ETag names the bytes, not the page: {etags:?}");
        for (answer, coding) in answers.iter().zip(["br", "gzip", "identity"]) {
            let mut again = asking(header::IF_NONE_MATCH, answer.headers()[header::ETAG].to_str().expect("text"));
            again.insert(header::ACCEPT_ENCODING, coding.parse().expect("a header value"));
            let not_modified = page.answer(&again);
            assert_eq!((not_modified.status(), not_modified.body().len()), (StatusCode::NOT_MODIFIED, 0), "{coding}");
            assert_eq!(not_modified.headers()[header::ETAG], answer.headers()[header::ETAG]);
        }
        let other = asking(header::IF_NONE_MATCH, "\"other\", W/\"more\"");
        assert_eq!(page.answer(&other).status(), StatusCode::OK);
    }
}
