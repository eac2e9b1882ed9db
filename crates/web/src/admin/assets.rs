//! The desk's stylesheet, scripts and icons, embedded in the program. One stylesheet per component in `assets/desk/css`, sent as
//! one file in the order of their numbers.

use super::seat::At;
use crate::error::Error;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use forecast::report::html::{CHART_SCRIPT, CHART_STYLE};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

#[derive(rust_embed::RustEmbed)]
#[folder = "assets/desk"]
struct Files;

/// One file as it is sent.
pub struct Asset {
    /// MIME type.
    pub content_type: &'static str,
    /// The bytes.
    pub body: Vec<u8>,
}

/// Every file that is sent. Charts bring their style and script with them.
const NAMES: [&str; 7] = ["desk.css", "desk.js", "htmx.js", "icons.svg", "charts.css", "charts.js", "plan.js"];

static STYLESHEET: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().filter(|name| name.starts_with("css/")).collect();
    names.sort();
    names.iter().flat_map(|name| embedded(name)).collect()
});

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for name in NAMES {
        hash.update(find(name).map(|asset| asset.body).unwrap_or_default());
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Changes whenever one of the files does; part of their addresses, so that browsers may keep them for ever.
pub fn version() -> &'static str {
    &VERSION
}

/// `GET /admin/assets/{name}`; browsers may keep it for ever, because its address changes with it.
pub async fn asset(At(name): At<String>) -> Result<Response, Error> {
    let asset = find(&name).ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, asset.content_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.body).into_response())
}

/// The file behind `/admin/assets/{name}`.
pub fn find(name: &str) -> Option<Asset> {
    let (content_type, body) = match name {
        "desk.css" => ("text/css; charset=utf-8", STYLESHEET.clone()),
        "desk.js" => ("text/javascript; charset=utf-8", embedded("desk.js")),
        "htmx.js" => ("text/javascript; charset=utf-8", embedded("vendor/htmx-4.0.1.min.js")),
        "charts.css" => ("text/css; charset=utf-8", CHART_STYLE.as_bytes().to_vec()),
        "charts.js" => ("text/javascript; charset=utf-8", CHART_SCRIPT.as_bytes().to_vec()),
        "plan.js" => ("text/javascript; charset=utf-8", embedded("plan.js")),
        "icons.svg" => ("image/svg+xml", embedded("icons.svg")),
        _ => return None,
    };
    Some(Asset { content_type, body })
}

fn embedded(name: &str) -> Vec<u8> {
    Files::get(name).map(|file| file.data.into_owned()).expect("the desk's own files are embedded")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_desk_is_found_and_others_are_not() {
        for name in NAMES {
            assert!(!find(name).expect(name).body.is_empty());
        }
        assert!(find("../Cargo.toml").is_none());
        assert_eq!(version().len(), 12);
    }
}
