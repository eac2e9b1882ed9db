//! What the editors of collections and sales show of their two lists: a page of what is chosen, and a page of what can be
//! added. Where both stand is in the address, and in hidden fields of the forms, so that saving leads back to the same view.

use super::desk::Pages;
use super::form::Form;
use super::seat::escaped;
use std::ops::Range;

/// Which part of both lists is shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// What is looked for.
    pub find: String,
    /// The page of what was found; `None`: nothing was asked for.
    pub found: Option<usize>,
    /// The page of what is chosen.
    pub page: usize,
}

impl Shown {
    /// From an address or from the hidden fields of a form.
    pub fn of(form: &Form) -> Self {
        let page = |name: &str| form.typed(name).trim().parse().unwrap_or(1).clamp(1, Pages::NUMBER_MAX);
        let find = form.typed("find").trim().to_owned();
        let is_asked = !find.is_empty() || form.has("find") && !form.has("found") || !form.typed("found").is_empty();
        Self { found: is_asked.then(|| page("found")), page: page("page"), find }
    }

    /// The same view at this path.
    pub fn address(&self, path: &str) -> String {
        let mut parts = Vec::new();
        if self.page > 1 {
            parts.push(format!("page={}", self.page));
        }
        if let Some(found) = self.found {
            parts.push(format!("find={}&found={found}", escaped(&self.find)));
        }
        if parts.is_empty() { path.to_owned() } else { format!("{path}?{}", parts.join("&")) }
    }

    /// Which of `total` chosen rows are shown, and the pages around them.
    pub fn chosen(&self, total: usize, path: &str) -> (Range<usize>, Pages) {
        let pages = Pages::of(total, self.page, |page| Self { page, ..self.clone() }.address(path));
        (pages.offset()..pages.to, pages)
    }

    /// The pages around what was found.
    pub fn pages_found(&self, total: usize, path: &str) -> Pages {
        let found = self.found.unwrap_or(1);
        Pages::of(total, found, |found| Self { found: Some(found), ..self.clone() }.address(path) + "#find")
    }

    /// The page of what was found, as a query counts: from 1.
    pub fn found_number(&self) -> Option<u32> {
        self.found.map(|page| u32::try_from(page).expect("clamped far below"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_is_found_again_by_its_address() {
        for (fields, address) in [
            (vec![], "/x"),
            (vec![("page", "2")], "/x?page=2"),
            (vec![("page", "x"), ("found", "")], "/x"),
            (vec![("find", "")], "/x?find=&found=1"),
            (vec![("find", ""), ("found", "")], "/x"),
            (vec![("find", " oak tray"), ("found", "3"), ("page", "-1")], "/x?find=oak%20tray&found=3"),
        ] {
            let pairs = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(Shown::of(&Form::received(pairs)).address("/x"), address, "{fields:?}");
        }
        let (rows, pages) = Shown { page: 2, ..Shown::default() }.chosen(70, "/x");
        assert_eq!((rows, pages.previous.as_deref(), pages.next), (50..70, Some("/x"), None));
    }
}
