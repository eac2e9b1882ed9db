//! The product's editor as a browser would send it back.

use crate::shopper::Shopper;

/// An editor's page, and where its form is sent.
pub struct Editor {
    pub path: String,
    pub body: String,
}

/// Opens the editor of a product, found by its sku.
///
/// # Errors
/// When the desk does not show it.
pub fn editor_of(seller: &mut Shopper, product: usize) -> Result<Editor, String> {
    let list = seller.get(&format!("/admin/products?q=B-{product}-0")).map_err(|error| error.to_string())?;
    let path = list.body.split("href=\"").filter_map(|rest| rest.split('"').next()).find(|link| is_editor(link));
    let path = path.ok_or_else(|| format!("the desk does not list the product {product}"))?.to_owned();
    let body = seller.get(&path).map_err(|error| error.to_string())?.body;
    Ok(Editor { path, body })
}

fn is_editor(link: &str) -> bool {
    link.strip_prefix("/admin/products/").is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The fields of the page's form for the product, as they stand.
pub fn fields(page: &str) -> Vec<(String, String)> {
    let form = page.split_once("id=\"product\"").map_or("", |(_, rest)| rest);
    let form = form.split("</form>").next().unwrap_or_default();
    form.split('<').filter_map(|tag| field(tag, form)).collect()
}

/// A field, unless the tag is none or a browser would not send it.
fn field(tag: &str, form: &str) -> Option<(String, String)> {
    let attribute = |name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(plain(rest.split('"').next()?))
    };
    let name = attribute("name")?;
    let attributes = tag.split('>').next()?;
    if tag.starts_with("input") {
        let is_ticked = !tag.contains("type=\"checkbox\"") && !tag.contains("type=\"radio\"") || attributes.contains(" checked");
        return is_ticked.then(|| (name, attribute("value").unwrap_or_default()));
    }
    if tag.starts_with("textarea") {
        return Some((name, plain(tag.split_once('>')?.1)));
    }
    if tag.starts_with("select") {
        let (_, select) = form.split_once(tag)?;
        let chosen = select.split("</select>").next()?.split("<option").find(|option| option.contains(" selected"));
        let value = chosen.and_then(|option| option.split_once("value=\"")?.1.split('"').next());
        return Some((name, plain(value.unwrap_or_default())));
    }
    None
}

fn plain(text: &str) -> String {
    let entities =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, sign)| text.replace(entity, sign))
}
