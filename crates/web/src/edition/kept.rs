//! The last edition on the disk: a server that starts again in the middle of a crowd answers it from the first moment, while
//! the press prints anew what has changed meanwhile.
//!
//! A kept edition is a convenience. One that cannot be read or belongs to another build is passed over.

use super::asked::Asked;
use super::page::{FrozenPage, Packed};
use super::{Edition, Editions};
use crate::theme::assets;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use commerce::{ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of pages that are kept of a shop: what a crowd looks at first.
const BYTES_MAX: usize = 8 << 20;
/// The largest list of pages that is read, bytes.
const LIST_BYTES_MAX: u64 = 64 << 20;

#[derive(Serialize, Deserialize)]
struct List {
    /// What has to be the same for the pages to be right.
    made_by: String,
    version: i64,
    from: Timestamp,
    until: Option<Timestamp>,
    pages: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    key: String,
    headers: Vec<(String, String)>,
    hash: String,
    asked: Asked,
    brotli_bytes: usize,
    gzip_bytes: usize,
}

/// Pages name the stylesheet and the script that they were made with, and carry `origin`: where visitors come to.
fn made_by(origin: &str) -> String {
    format!("{} {} {} {origin}", env!("CARGO_PKG_VERSION"), assets::stylesheet_url(), assets::script_url())
}

fn place(folder: &Path, shop: ShopId) -> PathBuf {
    folder.join(format!("{shop}.edition"))
}

/// Writes the pages that visitors ask for. Under its name there is always a whole file.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn keep(folder: &Path, origin: &str, shop: ShopId, edition: &Edition) -> io::Result<()> {
    let (mut entries, mut bytes) = (Vec::new(), Vec::new());
    for (key, page) in edition.that_are_asked_for() {
        if bytes.len() + page.bytes() > BYTES_MAX || page.good_until.is_some() {
            continue;
        }
        let Packed { headers, hash, brotli, gzip } = page.pack();
        let text = |(name, value): (&HeaderName, &HeaderValue)| Some((name.to_string(), value.to_str().ok()?.to_owned()));
        entries.push(Entry {
            key: key.into(),
            headers: headers.iter().filter_map(text).collect(),
            hash,
            asked: page.asked.clone(),
            brotli_bytes: brotli.len(),
            gzip_bytes: gzip.len(),
        });
        bytes.extend_from_slice(&brotli);
        bytes.extend_from_slice(&gzip);
    }
    let list =
        List { made_by: made_by(origin), version: edition.version, from: edition.from, until: edition.until, pages: entries };
    let list = serde_json::to_vec(&list)?;
    std::fs::create_dir_all(folder)?;
    let whole = place(folder, shop);
    let partial = whole.with_extension("partial");
    let mut file = io::BufWriter::new(std::fs::File::create(&partial)?);
    file.write_all(&(list.len() as u64).to_le_bytes())?;
    file.write_all(&list)?;
    file.write_all(&bytes)?;
    file.into_inner().map_err(io::IntoInnerError::into_error)?;
    std::fs::rename(partial, whole)
}

/// What was kept of a shop, if it is there and still right at `now` as far as the calendar goes.
pub(super) fn recall(folder: &Path, origin: &str, shop: ShopId, now: Timestamp, bytes_max: usize) -> Option<Editions> {
    let mut file = io::BufReader::new(std::fs::File::open(place(folder, shop)).ok()?);
    let mut length = [0_u8; 8];
    file.read_exact(&mut length).ok()?;
    let length = u64::from_le_bytes(length);
    if length > LIST_BYTES_MAX {
        return None;
    }
    let mut list = Vec::new();
    file.by_ref().take(length).read_to_end(&mut list).ok()?;
    let list: List = serde_json::from_slice(&list).ok()?;
    if list.made_by != made_by(origin) || list.until.is_some_and(|until| now >= until) || now < list.from {
        return None;
    }
    let edition = Edition::new(list.version, list.from, list.until, bytes_max);
    for entry in list.pages {
        if entry.brotli_bytes.saturating_add(entry.gzip_bytes) > BYTES_MAX {
            return None;
        }
        let mut read = |length: usize| {
            let mut bytes = vec![0_u8; length];
            file.read_exact(&mut bytes).ok().map(|()| Bytes::from(bytes))
        };
        let (brotli, gzip) = (read(entry.brotli_bytes)?, read(entry.gzip_bytes)?);
        let mut headers = HeaderMap::new();
        for (name, value) in entry.headers {
            headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
        }
        let page = FrozenPage::assemble(Packed { headers, hash: entry.hash, brotli, gzip }, entry.asked, None);
        page.touch();
        edition.put(&entry.key, Arc::new(page));
    }
    Some(Editions { current: Arc::new(edition), next: None })
}

#[cfg(test)]
mod tests {
    use super::super::page::testing::page_of;
    use super::*;

    const SHOP: ShopId = ShopId(7);
    const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);
    const ORIGIN: &str = "http://:8080";

    fn kept(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("doorbuster-editions-{name}-{}", std::process::id()));
        let edition = Edition::new(3, NOW, Some(NOW.plus_minutes(1)), 1 << 20);
        for (key, text) in [("/", "home"), ("/products/tote", "a tote"), ("/products/board", "nobody asks for it")] {
            edition.put(key, page_of(text));
        }
        for key in ["/", "/products/tote"] {
            assert!(edition.page(key, NOW).is_some());
        }
        keep(&folder, ORIGIN, SHOP, &edition).expect("the temporary folder can be written");
        folder
    }

    #[test]
    fn what_visitors_asked_for_is_there_again_byte_for_byte() {
        let folder = kept("whole");
        let editions = recall(&folder, ORIGIN, SHOP, NOW, 1 << 20).expect("it was kept");
        let edition = editions.at(NOW).expect("it counts");
        assert_eq!((edition.version, edition.len()), (3, 2));
        for (key, text) in [("/", "home"), ("/products/tote", "a tote")] {
            let (page, before) = (edition.page(key, NOW).expect(key), page_of(text));
            let (answer, expected) = (page.answer(&HeaderMap::new()), before.answer(&HeaderMap::new()));
            assert_eq!((answer.body(), answer.headers()), (expected.body(), expected.headers()));
            assert_eq!(page.files(), before.files());
        }
        std::fs::remove_dir_all(folder).ok();
    }

    #[test]
    fn what_is_not_right_any_more_or_broken_is_passed_over() {
        let folder = kept("broken");
        let recalled = |shop, now, origin| recall(&folder, origin, shop, now, 1 << 20).is_some();
        assert!(recalled(SHOP, NOW, ORIGIN));
        assert!(!recalled(ShopId(8), NOW, ORIGIN), "another shop");
        assert!(!recalled(SHOP, NOW.plus_minutes(1), ORIGIN), "a sale has opened since");
        assert!(!recalled(SHOP, NOW, "https://"), "another origin");
        let file = place(&folder, SHOP);
        let whole = std::fs::read(&file).expect("it is there");
        for length in [0, 7, 8, 100, whole.len() - 1] {
            std::fs::write(&file, &whole[..length]).expect("it can be written");
            assert!(!recalled(SHOP, NOW, ORIGIN), "{length} bytes of it");
        }
        let mut garbage = whole;
        garbage[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        std::fs::write(&file, &garbage).expect("it can be written");
        assert!(!recalled(SHOP, NOW, ORIGIN));
        std::fs::remove_dir_all(folder).ok();
    }
}
