//! Reads the little that a shopper needs from a page: what its forms carry unseen, where it leads, and what it makes a browser
//! fetch.
//!
//! This is no parser of HTML: it looks for tags as the shop's own templates write them, with quoted attributes.

use memchr::memmem;

/// The value of the first hidden field with this name. Nothing when there is none, or when its value holds anything that HTML
/// writes as an entity: names of checkouts and numbers of variants never do.
pub fn hidden_value<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let is_wanted = |tag: &&str| attribute(tag, "type") == Some("hidden") && attribute(tag, "name") == Some(name);
    let tag = tags(page, "<input").find(is_wanted)?;
    attribute(tag, "value").filter(|value| !value.contains('&'))
}

/// The price that a product's page asks, as its reader sees it. Nothing where the page shows none.
pub fn price_shown(page: &str) -> Option<&str> {
    let (_, line) = page.split_once("data-price-line")?;
    let (_, price) = line.split_once("data-price>")?;
    price.split('<').next().map(str::trim).filter(|price| !price.is_empty())
}

/// The value of the chosen one of these radio buttons.
pub fn chosen_value<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let is_chosen = |tag: &&str| attribute(tag, "name") == Some(name) && tag.contains(" checked");
    attribute(tags(page, "<input").find(is_chosen)?, "value")
}

/// The form that is sent to this address, up to its end.
pub fn form<'a>(page: &'a str, action: &str) -> Option<&'a str> {
    let tag = tags(page, "<form").find(|tag| attribute(tag, "action") == Some(action))?;
    let begin = tag.as_ptr() as usize - page.as_ptr() as usize;
    let form = &page[begin..];
    Some(memmem::find(form.as_bytes(), b"</form>").map_or(form, |end| &form[..end]))
}

/// The tags that begin like this, each without its end.
pub fn tags<'a>(page: &'a str, begins: &'static str) -> impl Iterator<Item = &'a str> {
    let mut rest = page;
    std::iter::from_fn(move || {
        let at = memmem::find(rest.as_bytes(), begins.as_bytes())?;
        let tag = &rest[at..];
        let (tag, after) = tag.split_at(memchr::memchr(b'>', tag.as_bytes())?);
        rest = after;
        Some(tag)
    })
}

/// `pay` from `value="pay"`.
pub fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
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

/// What the page alerts its reader to, in plain words; nothing when it alerts to nothing.
pub fn alert(page: &str) -> Option<String> {
    let at = memmem::find(page.as_bytes(), b"role=\"alert\"")?;
    let (_, after) = page[at..].split_once('>')?;
    let end = after.find("</p>").unwrap_or(after.len());
    Some(words(&after[..end]))
}

/// What a page says in a line: its alert, or its first heading, or its beginning.
pub fn told(page: &str) -> String {
    let heading = || page.split_once("<h1").and_then(|(_, rest)| rest.split_once('>')).map(|(_, rest)| rest);
    let heading = || heading().and_then(|rest| rest.split_once("</h1>")).map(|(text, _)| words(text));
    alert(page).or_else(heading).unwrap_or_else(|| words(page))
}

/// The text between tags, at most a line of it.
fn words(html: &str) -> String {
    let text = html.split('<').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once('>').map_or("", |(_, text)| text),
    });
    let text = text.collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "<form><input name=\"email\" type=\"email\" value=\"ada@example.org\">\n\
        <input type=\"hidden\" name=\"checkout_id\" value=\"AZq0-_\">\n\
        <input data-name=\"x\" name=\"variant\"\n  value=\"17\" type=\"hidden\" data-variant-field>\n\
        <input type=\"hidden\" name=\"note\" value=\"a &amp; b\"><input type=\"hidden\" name=\"cut\" value=\"1\"";

    #[test]
    fn the_price_of_a_product_is_told_apart_from_those_of_cards_and_from_the_one_before() {
        let page = "<p><span data-price>€9.00</span></p><p class=\"buy-price\" data-price-line><span class=\"price\">\
                    <span class=\"price-now\" data-price>€1,299.00</span> <s data-was>€1,500.00</s></span></p>";
        assert_eq!(price_shown(page), Some("€1,299.00"));
        assert_eq!(price_shown("<h1>Gone</h1>"), None);
    }

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

    #[test]
    fn a_form_is_found_by_its_address_and_ends_where_it_ends() {
        let page = "<form action=\"/search\"><input name=\"q\"></form><form class=\"buy\" action=\"/cart/add\"><button disabled>\
            Sold out</button></form><button>";
        assert_eq!(form(page, "/cart/add"), Some("<form class=\"buy\" action=\"/cart/add\"><button disabled>Sold out</button>"));
        assert_eq!(form(page, "/cart"), None);
    }

    #[test]
    fn the_chosen_way_of_delivery_is_the_checked_one() {
        let page =
            "<input type=\"radio\" name=\"way\" value=\"slow\"><input type=\"radio\" name=\"way\" value=\"fast\" checked data-x>";
        assert_eq!((chosen_value(page, "way"), chosen_value(page, "other")), (Some("fast"), None));
    }

    #[test]
    fn a_page_is_told_by_its_alert_its_heading_or_its_beginning() {
        for (page, expected) in [
            ("<h1>Cart</h1><div role=\"alert\"><p>Tote is <b>sold out</b>.</p><p>More</p></div>", "Tote is sold out ."),
            ("<p>before</p><h1 class=\"x\">Nothing\n here</h1><p>after</p>", "Nothing here"),
            ("upstream connect error", "upstream connect error"),
        ] {
            assert_eq!(told(page), expected);
        }
    }
}
