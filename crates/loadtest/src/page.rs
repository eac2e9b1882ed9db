//! Reads the little that a shopper needs from a page: what its forms carry unseen.

use memchr::memmem;

/// The value of the first hidden field with this name. Nothing when there is none, or when its value holds anything that HTML
/// writes as an entity: names of checkouts and numbers of variants never do.
pub fn hidden_value<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = page;
    while let Some(at) = memmem::find(rest.as_bytes(), b"<input") {
        let tag = &rest[at..];
        let end = memchr::memchr(b'>', tag.as_bytes())?;
        let (tag, after) = tag.split_at(end);
        if attribute(tag, "type") == Some("hidden") && attribute(tag, "name") == Some(name) {
            return attribute(tag, "value").filter(|value| !value.contains('&'));
        }
        rest = after;
    }
    None
}

/// `pay` from `value="pay"`.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = tag;
    loop {
        let at = memmem::find(rest.as_bytes(), name.as_bytes())?;
        let (before, found) = rest.split_at(at);
        let after = &found[name.len()..];
        let begins = before.ends_with(|letter: char| letter.is_ascii_whitespace());
        match after.strip_prefix("=\"") {
            Some(value) if begins => return value.split('"').next(),
            _ => rest = after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "<form><input name=\"email\" type=\"email\" value=\"ada@example.org\">\n\
        <input type=\"hidden\" name=\"checkout_id\" value=\"AZq0-_\">\n\
        <input data-name=\"x\" name=\"variant\"\n  value=\"17\" type=\"hidden\" data-variant-field>\n\
        <input type=\"hidden\" name=\"note\" value=\"a &amp; b\"><input type=\"hidden\" name=\"cut\" value=\"1\"";

    #[test]
    fn hidden_fields_are_found_wherever_their_name_stands() {
        for (name, expected) in [
            ("checkout_id", Some("AZq0-_")),
            ("variant", Some("17")),
            ("email", None),
            ("note", None),
            ("cut", None),
            ("coupon", None),
        ] {
            assert_eq!(hidden_value(FORM, name), expected, "{name}");
        }
    }
}
