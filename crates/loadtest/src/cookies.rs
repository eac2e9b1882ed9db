//! A shopper's cookies, as the one line that is sent back. There are few, and there may be a hundred thousand shoppers.
//!
//! Paths, domains and ages are not looked at, except that a cookie that has no value or no age left is gone.

/// The cookies of one shopper with one shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cookies {
    line: String,
}

impl Cookies {
    /// None yet.
    pub const fn new() -> Self {
        Self { line: String::new() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.line.is_empty()
    }

    /// The value of the header `cookie`.
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.line.clear();
    }

    /// Does what a header `set-cookie` says.
    pub fn set(&mut self, header: &str) {
        let (pair, attributes) = header.split_once(';').unwrap_or((header, ""));
        let Some((name, value)) = pair.trim().split_once('=') else { return };
        self.forget(name);
        let is_over = attributes.split(';').any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0"));
        if value.is_empty() || is_over {
            return;
        }
        if !self.line.is_empty() {
            self.line.push_str("; ");
        }
        self.line.push_str(pair.trim());
    }

    /// Forgets one.
    pub fn forget(&mut self, name: &str) {
        let is_other = |pair: &&str| pair.split_once('=').is_none_or(|(own, _)| own != name);
        let pairs = || self.line.split("; ").filter(|pair| !pair.is_empty());
        if pairs().all(|pair| is_other(&pair)) {
            return;
        }
        self.line = pairs().filter(is_other).collect::<Vec<_>>().join("; ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[&str], expected: &str) {
        let mut cookies = Cookies::default();
        headers.iter().for_each(|header| cookies.set(header));
        assert_eq!(cookies.as_str(), expected, "{headers:?}");
    }

    #[test]
    fn cookies_are_kept_replaced_and_forgotten() {
        check(&["cart=9_1; Path=/; HttpOnly", "cart_units=1; Path=/"], "cart=9_1; cart_units=1");
        check(&["cart=9_1", "cart_units=1", "cart=9_2; Max-Age=60"], "cart_units=1; cart=9_2");
        check(&["cart=9_1", "cart_units=1", "cart=; Path=/; Max-Age=0"], "cart_units=1");
        check(&["cart=9_1", "cart=gone; max-age=0"], "");
        check(&["no pair at all"], "");
    }
}
