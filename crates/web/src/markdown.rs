//! Text that sellers write, made into HTML that is safe to show: Markdown for info pages, HTML for descriptions.

use pulldown_cmark::{Options, Parser, html};

/// Cleaned HTML of a Markdown text. HTML inside the text is kept as far as [`clean_html`] keeps it.
pub fn to_html(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut rendered = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut rendered, Parser::new_ext(markdown, options));
    clean_html(&rendered)
}

/// Leaves text, heads, lists, tables, pictures and links; takes scripts, styles, forms, frames and event attributes away.
pub fn clean_html(html: &str) -> String {
    ammonia::Builder::default()
        .link_rel(Some("noopener nofollow"))
        .url_relative(ammonia::UrlRelative::PassThrough)
        .url_schemes(["https", "http", "mailto", "tel"].into())
        .add_generic_attributes(["id"])
        .id_prefix(Some("text-"))
        .clean(html)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        assert_eq!(
            to_html("# Shipping\n\nWe send **daily**.").trim(),
            "<h1>Shipping</h1>\n<p>We send <strong>daily</strong>.</p>"
        );
        assert!(to_html("| a | b |\n|---|---|\n| 1 | 2 |").contains("<td>1</td>"));
    }

    #[test]
    fn nothing_a_browser_would_run_survives() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "[x](javascript:alert(1))",
            "<iframe src=//example.org></iframe>",
            "<form action=//example.org><input name=a></form>",
            "<svg onload=alert(1)>",
            "<p style=\"position:fixed\">x</p>",
            "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
            "<base href=//example.org>",
            "<meta http-equiv=refresh content=0>",
        ] {
            let cleaned = to_html(hostile).to_lowercase();
            for trace in
                ["<script", "onerror=", "onload=", "javascript:", "<iframe", "<form", "<input", "style=", "<base", "<meta"]
            {
                let quoted = cleaned.replace("&lt;", "");
                assert!(!quoted.contains(trace), "{hostile} left {trace} in {cleaned}");
            }
        }
    }
}
