//! Reports as the desk hands them out: a page that is complete in itself, and the same as data. Neither is part of the desk.

use super::seat::private;
use crate::error::Error;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// A page that needs nothing else.
pub(super) fn page(html: String) -> Result<Response, Error> {
    let policy = HeaderValue::from_str(&policy_of(&html)).map_err(|error| Error::Internal(error.to_string()))?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, policy)];
    Ok(private((headers, html).into_response()))
}

/// JSON to be saved under this name, which is plain ASCII.
pub(super) fn data(name: &str, json: Vec<u8>) -> Result<Response, Error> {
    let name = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let name = name.map_err(|error| Error::Internal(error.to_string()))?;
    let kind = HeaderValue::from_static("application/json");
    Ok(private(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], json).into_response()))
}

/// What the page of a report may do: show its own styles and run its own script, each known by its hash, and nothing else. It is
/// no part of the desk: a script in it could not reach the desk's cookies.
fn policy_of(page: &str) -> String {
    let (styles, scripts) = (hashes(page, "style"), hashes(page, "script"));
    format!(
        "default-src 'none'; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; sandbox allow-scripts"
    )
}

/// The hashes of all elements of this name, or that there are none.
fn hashes(page: &str, element: &str) -> String {
    let (opening, closing) = (format!("<{element}>"), format!("</{element}>"));
    let bodies = page.split(&opening).skip(1).filter_map(|rest| rest.split_once(&closing).map(|(body, _)| body));
    let hashes: Vec<String> =
        bodies.map(|body| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(body.as_bytes())))).collect();
    if hashes.is_empty() { "'none'".into() } else { hashes.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_may_run_its_own_script_and_no_other() {
        let page = "<style>a{}</style><p>&lt;script&gt;</p><script>one()</script><style>b{}</style>";
        let policy = policy_of(page);
        let hash = |body: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(body)));
        assert!(policy.contains(&format!("style-src {} {};", hash("a{}"), hash("b{}"))), "{policy}");
        assert!(policy.contains(&format!("script-src {};", hash("one()"))), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(policy_of("<p>").contains("script-src 'none'"));
    }
}
