//! Stylesheets, script and pictures of the theme: embedded, joined once at start, served under names that carry their hash.

use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Files;

/// A file as it is served.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its media type.
    pub content_type: &'static str,
}

struct Assets {
    by_name: HashMap<String, Asset>,
    stylesheet: String,
    script: String,
}

/// Stylesheets in the order in which they count, one per component.
const STYLESHEETS: [&str; 14] = [
    "base",
    "type",
    "layout",
    "buttons",
    "forms",
    "header",
    "footer",
    "cards",
    "countdown",
    "hero",
    "browse",
    "product",
    "cart",
    "checkout",
];

static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let css: String = STYLESHEETS.iter().map(|name| text(&format!("css/{name}.css"))).collect::<Vec<_>>().join("\n");
    let script = text("shop.js");
    let mut by_name = HashMap::new();
    let mut add = |stem: &str, extension: &str, content_type, body: Vec<u8>| {
        let name = format!("{stem}-{}.{extension}", short_hash(&body));
        by_name.insert(name.clone(), Asset { body, content_type });
        name
    };
    let stylesheet = add("shop", "css", "text/css; charset=utf-8", css.into_bytes());
    let script = add("shop", "js", "text/javascript; charset=utf-8", script.into_bytes());
    Assets { by_name, stylesheet, script }
});

/// Address of the stylesheet.
pub fn stylesheet_url() -> String {
    format!("/assets/{}", ASSETS.stylesheet)
}

/// Address of the script.
pub fn script_url() -> String {
    format!("/assets/{}", ASSETS.script)
}

/// A file by the name that carries its hash: safe to keep for ever.
pub fn hashed(name: &str) -> Option<&'static Asset> {
    ASSETS.by_name.get(name)
}

/// A file by its plain path below `assets`, for the few that have a fixed address.
pub fn plain(path: &str) -> Option<Vec<u8>> {
    Files::get(path).map(|file| file.data.into_owned())
}

/// The first 16 hex digits of the SHA-256 of some bytes.
pub fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn text(path: &str) -> String {
    let file = Files::get(path).unwrap_or_else(|| panic!("assets/{path} is part of the program"));
    String::from_utf8(file.data.into_owned()).expect("stylesheets and scripts are UTF-8")
}
