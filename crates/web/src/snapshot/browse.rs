//! Lists of products: filter, sort, count facets, cut into pages. Plain functions over the snapshot at one instant.

use super::{Moment, Terms};
use crate::storefront::views::{FacetValueView, FacetView, PaginationView, SortView};
use commerce::Money;
use commerce::catalog::Product;
use commerce::shop::Link;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Products on one page.
pub const PAGE_PRODUCTS: usize = 24;
/// The most filter values one address may carry; what is beyond is passed over.
const CHOICES_MAX: usize = 60;
/// The most values shown of one facet.
const FACET_VALUES_MAX: usize = 60;
/// The most axes of options shown as facets.
const OPTION_FACETS_MAX: usize = 6;

/// Ways to sort: key in the address, label.
const SORTS: [(&str, &str); 6] = [
    ("featured", "Featured"),
    ("newest", "Newest first"),
    ("price-low", "Price, low to high"),
    ("price-high", "Price, high to low"),
    ("saving", "Biggest saving"),
    ("title", "Name, A to Z"),
];

/// What an address asks of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowseQuery {
    /// Key of the way to sort.
    pub sort: &'static str,
    /// Only what can be bought now.
    pub available_only: bool,
    /// As typed.
    pub price_min: String,
    /// As typed.
    pub price_max: String,
    /// From 1.
    pub page: usize,
    /// Chosen values by field: `vendor`, `type`, `option.Color`.
    pub chosen: BTreeMap<String, BTreeSet<String>>,
    /// Words searched for; empty: none.
    pub words: String,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listing<'a> {
    /// The products of this page.
    pub products: Vec<&'a Product>,
    /// Products on all pages.
    pub count: usize,
    /// What can be filtered by.
    pub facets: Vec<FacetView>,
    /// Ways to sort.
    pub sorts: Vec<SortView>,
    /// Each filter in force, with the address without it.
    pub chips: Vec<Link>,
    /// Pages.
    pub pagination: PaginationView,
    /// What is wrong with the typed prices; may be empty.
    pub price_error: String,
}

impl BrowseQuery {
    /// Reads the pairs of an address. What it does not know is passed over, so that campaign labels do no harm.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut query = Self { sort: SORTS[0].0, page: 1, ..Self::default() };
        for (key, value) in pairs {
            let text = value.trim();
            match key.as_str() {
                _ if text.is_empty() => {}
                "sort" => query.sort = SORTS.iter().find(|(key, _)| *key == text).map_or(SORTS[0].0, |(key, _)| key),
                "available" => query.available_only = text == "1",
                "price_min" => query.price_min = text.chars().take(20).collect(),
                "price_max" => query.price_max = text.chars().take(20).collect(),
                "page" => query.page = text.parse().unwrap_or(1).max(1),
                "q" => query.words = text.chars().take(200).collect(),
                "vendor" | "type" => query.choose(key, text),
                _ if key.starts_with("option.") && key.len() < 200 => query.choose(key, text),
                _ => {}
            }
        }
        query
    }

    fn choose(&mut self, field: &str, value: &str) {
        if self.chosen.values().map(BTreeSet::len).sum::<usize>() < CHOICES_MAX {
            self.chosen.entry(field.into()).or_default().insert(value.into());
        }
    }

    /// The address of this list below `path`.
    pub fn url(&self, path: &str) -> String {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        let page = self.page.to_string();
        if !self.words.is_empty() {
            pairs.push(("q", &self.words));
        }
        if self.sort != SORTS[0].0 {
            pairs.push(("sort", self.sort));
        }
        if self.available_only {
            pairs.push(("available", "1"));
        }
        for (key, value) in [("price_min", &self.price_min), ("price_max", &self.price_max)] {
            if !value.is_empty() {
                pairs.push((key, value));
            }
        }
        pairs.extend(self.chosen.iter().flat_map(|(field, values)| values.iter().map(|value| (field.as_str(), value.as_str()))));
        if self.page > 1 {
            pairs.push(("page", &page));
        }
        let mut url = path.to_owned();
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            let _ = write!(url, "{}{}={}", if index == 0 { '?' } else { '&' }, percent_encode(key), percent_encode(value));
        }
        url
    }

    /// Whether anything narrows the list.
    pub fn is_filtered(&self) -> bool {
        self.available_only || !self.price_min.is_empty() || !self.price_max.is_empty() || !self.chosen.is_empty()
    }

    /// The same list without filters.
    pub fn without_filters(&self) -> Self {
        Self { sort: self.sort, words: self.words.clone(), page: 1, ..Self::default() }
    }
}

/// Every byte that is not a letter, digit or one of `-_.~` as `%XX`.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A product with what filters and sorting ask of it.
struct Row<'a> {
    product: &'a Product,
    lowest_minor: i64,
    percent: i64,
    buyable: bool,
    /// Values of each field, to be compared with what was chosen.
    values: Vec<(String, BTreeSet<String>)>,
}

/// Filters, sorts, counts and cuts. `products` come in the featured order.
pub fn list<'a>(moment: Moment<'a>, products: impl Iterator<Item = &'a Product>, query: &BrowseQuery, path: &str) -> Listing<'a> {
    let currency = moment.snapshot.shop.currency;
    let (price_min, price_max, price_error) = price_range(query, |text| Money::parse(text, currency));
    let rows: Vec<Row<'_>> =
        products.filter(|product| product.is_visible(moment.now)).map(|product| row(moment, product)).collect();
    let in_range = |row: &Row<'_>| {
        price_min.is_none_or(|min| row.lowest_minor >= min) && price_max.is_none_or(|max| row.lowest_minor <= max)
    };
    let passes_rest = |row: &Row<'_>| (!query.available_only || row.buyable) && in_range(row);
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut kept: Vec<&Row<'_>> = Vec::new();
    for row in rows.iter().filter(|row| passes_rest(row)) {
        let failed: Vec<&String> =
            query.chosen.iter().filter(|(field, wanted)| !row.has(field, wanted)).map(|(field, _)| field).collect();
        // A facet counts what would be there if only its own choice were different.
        for (field, values) in &row.values {
            if failed.is_empty() || failed == [field] {
                let of_field = counts.entry(field.clone()).or_default();
                values.iter().for_each(|value| *of_field.entry(value.clone()).or_default() += 1);
            }
        }
        if failed.is_empty() {
            kept.push(row);
        }
    }
    sort(&mut kept, query.sort);
    let pages = kept.len().div_ceil(PAGE_PRODUCTS).max(1);
    let page = query.page.min(pages);
    Listing {
        count: kept.len(),
        products: kept.iter().skip((page - 1) * PAGE_PRODUCTS).take(PAGE_PRODUCTS).map(|row| row.product).collect(),
        facets: facets(counts, query),
        sorts: SORTS.iter().map(|(key, label)| SortView { key, label, chosen: *key == query.sort }).collect(),
        chips: chips(query, path, &moment.snapshot.shop.currency.symbol()),
        pagination: pagination(query, path, page, pages),
        price_error,
    }
}

fn row<'a>(moment: Moment<'a>, product: &'a Product) -> Row<'a> {
    let terms: Vec<Terms> = product.variants.iter().map(|variant| moment.terms(variant)).collect();
    let one = |text: &str| BTreeSet::from([text.to_owned()]);
    let mut values = Vec::new();
    if !product.vendor.is_empty() {
        values.push(("vendor".to_owned(), one(&product.vendor)));
    }
    if !product.product_type.is_empty() {
        values.push(("type".to_owned(), one(&product.product_type)));
    }
    for axis in product.options.iter().filter(|axis| axis.name != "Title") {
        values.push((format!("option.{}", axis.name), axis.values.iter().cloned().collect()));
    }
    Row {
        product,
        lowest_minor: terms.iter().map(|terms| terms.price_minor).min().unwrap_or(0),
        percent: terms
            .iter()
            .map(|terms| super::moment::percent_off(terms.price_minor, terms.was_price_minor))
            .max()
            .unwrap_or(0),
        buyable: terms.iter().any(Terms::buyable),
        values,
    }
}

impl Row<'_> {
    fn has(&self, field: &str, wanted: &BTreeSet<String>) -> bool {
        self.values.iter().any(|(own, values)| own == field && !values.is_disjoint(wanted))
    }
}

fn price_range<E: std::fmt::Display>(
    query: &BrowseQuery,
    parse: impl Fn(&str) -> Result<Money, E>,
) -> (Option<i64>, Option<i64>, String) {
    let mut error = String::new();
    let mut read = |text: &str| match parse(&text.replace(',', ".")) {
        _ if text.is_empty() => None,
        Ok(money) => Some(money.amount_minor),
        Err(reason) => {
            error = reason.to_string();
            None
        }
    };
    let (min, max) = (read(&query.price_min), read(&query.price_max));
    if let (Some(low), Some(high)) = (min, max)
        && low > high
    {
        error = "The lowest price is higher than the highest".into();
        return (None, None, error);
    }
    (min, max, error)
}

fn sort(rows: &mut [&Row<'_>], key: &str) {
    match key {
        "newest" => rows.sort_by_key(|row| std::cmp::Reverse((row.product.published_at, row.product.id))),
        "price-low" => rows.sort_by_key(|row| row.lowest_minor),
        "price-high" => rows.sort_by_key(|row| std::cmp::Reverse(row.lowest_minor)),
        "saving" => rows.sort_by_key(|row| std::cmp::Reverse(row.percent)),
        "title" => rows.sort_by_cached_key(|row| row.product.title.to_lowercase()),
        _ => {}
    }
}

fn facets(counts: BTreeMap<String, BTreeMap<String, usize>>, query: &BrowseQuery) -> Vec<FacetView> {
    let mut facets = Vec::new();
    for (field, mut values) in counts {
        let chosen = query.chosen.get(&field);
        for value in chosen.into_iter().flatten() {
            values.entry(value.clone()).or_insert(0);
        }
        if values.len() < 2 && chosen.is_none() {
            continue;
        }
        let title = match field.as_str() {
            "vendor" => "Maker".into(),
            "type" => "Kind".into(),
            option => option.trim_start_matches("option.").to_owned(),
        };
        let mut values: Vec<FacetValueView> = values
            .into_iter()
            .map(|(value, count)| FacetValueView { chosen: chosen.is_some_and(|chosen| chosen.contains(&value)), value, count })
            .collect();
        values.sort_by(|one, two| (two.chosen, two.count, &one.value).cmp(&(one.chosen, one.count, &two.value)));
        values.truncate(FACET_VALUES_MAX);
        facets.push((
            values.iter().map(|value| value.count).sum::<usize>(),
            FacetView { title, open: chosen.is_some(), field, values },
        ));
    }
    // Axes of options that most products share come first; maker and kind after them.
    facets.sort_by_key(|(count, facet)| (!facet.field.starts_with("option."), std::cmp::Reverse(*count)));
    let mut options = 0;
    facets.retain(|(_, facet)| {
        options += usize::from(facet.field.starts_with("option."));
        !facet.field.starts_with("option.") || options <= OPTION_FACETS_MAX
    });
    let mut facets: Vec<FacetView> = facets.into_iter().map(|(_, facet)| facet).collect();
    facets.iter_mut().take(2).for_each(|facet| facet.open = true);
    facets
}

fn chips(query: &BrowseQuery, path: &str, symbol: &str) -> Vec<Link> {
    let mut chips = Vec::new();
    let first_page = BrowseQuery { page: 1, ..query.clone() };
    let mut add = |label: String, rest: BrowseQuery| chips.push(Link { label, url: rest.url(path) });
    if query.available_only {
        add("In stock".into(), BrowseQuery { available_only: false, ..first_page.clone() });
    }
    for (field, values) in &query.chosen {
        for value in values {
            let mut rest = first_page.clone();
            if let Some(kept) = rest.chosen.get_mut(field) {
                kept.remove(value);
            }
            rest.chosen.retain(|_, values| !values.is_empty());
            add(value.clone(), rest);
        }
    }
    if !query.price_min.is_empty() {
        add(format!("From {symbol}{}", query.price_min), BrowseQuery { price_min: String::new(), ..first_page.clone() });
    }
    if !query.price_max.is_empty() {
        add(format!("Up to {symbol}{}", query.price_max), BrowseQuery { price_max: String::new(), ..first_page });
    }
    chips
}

fn pagination(query: &BrowseQuery, path: &str, page: usize, pages: usize) -> PaginationView {
    let url = |page: usize| BrowseQuery { page, ..query.clone() }.url(path);
    let worth_naming = |number: usize| number == 1 || number == pages || number.abs_diff(page) <= 1;
    let mut links: Vec<Link> = Vec::new();
    for number in (1..=pages).filter(|number| worth_naming(*number)) {
        let before = links.last().and_then(|link| link.label.parse::<usize>().ok());
        if before.is_some_and(|before| before + 1 < number) {
            links.push(Link { label: "…".into(), url: String::new() });
        }
        links.push(Link { label: number.to_string(), url: if number == page { String::new() } else { url(number) } });
    }
    PaginationView {
        page,
        pages,
        previous_url: if page > 1 { url(page - 1) } else { String::new() },
        next_url: if page < pages { url(page + 1) } else { String::new() },
        links,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::{NOW, Shelf, juniper};

    fn pairs(address: &[(&str, &str)]) -> Vec<(String, String)> {
        address.iter().map(|&(key, value)| (key.into(), value.into())).collect()
    }

    fn handles(address: &[(&str, &str)]) -> Vec<String> {
        let (snapshot, shelf) = (juniper(), Shelf::of(&[(1, 9), (2, 0), (3, 0)]));
        let moment = Moment { snapshot: &snapshot, availability: &shelf, now: NOW.plus_minutes(60), early_access: &[] };
        let listing = list(moment, moment.products(), &BrowseQuery::read(&pairs(address)), "/collections/all");
        assert_eq!(listing.count, listing.products.len());
        listing.products.iter().map(|product| product.handle.clone()).collect()
    }

    #[test]
    fn filters_and_sorting_find_what_they_say() {
        for (address, expected) in [
            (vec![], vec!["tote", "blanket"]),
            (vec![("sort", "price-low")], vec!["blanket", "tote"]),
            (vec![("sort", "title")], vec!["blanket", "tote"]),
            (vec![("sort", "no such thing")], vec!["tote", "blanket"]),
            (vec![("available", "1")], vec!["blanket"]),
            (vec![("vendor", "Juniper")], vec!["blanket"]),
            (vec![("vendor", "Juniper"), ("vendor", "Atelier Nord")], vec!["tote", "blanket"]),
            (vec![("option.Color", "Ink")], vec!["tote"]),
            (vec![("option.Color", "Ink"), ("vendor", "Juniper")], vec![]),
            (vec![("price_min", "100")], vec!["tote"]),
            (vec![("price_max", "99,00")], vec!["blanket"]),
            (vec![("price_max", "cheap")], vec!["tote", "blanket"]),
            (vec![("page", "99999999999999999999")], vec!["tote", "blanket"]),
            (vec![("utm_source", "mail"), ("\0", "\0")], vec!["tote", "blanket"]),
        ] {
            assert_eq!(handles(&address), expected, "{address:?}");
        }
    }

    #[test]
    fn a_facet_counts_what_its_own_other_choices_would_give() {
        let (snapshot, shelf) = (juniper(), Shelf::of(&[(1, 9), (2, 1), (3, 1)]));
        let moment = Moment { snapshot: &snapshot, availability: &shelf, now: NOW, early_access: &[] };
        let query = BrowseQuery::read(&pairs(&[("vendor", "Juniper")]));
        let listing = list(moment, moment.products(), &query, "/collections/all");
        let makers = listing.facets.iter().find(|facet| facet.field == "vendor").expect("there are two makers");
        let counts: Vec<(&str, usize)> = makers.values.iter().map(|value| (value.value.as_str(), value.count)).collect();
        assert_eq!(counts, [("Juniper", 1), ("Atelier Nord", 1)]);
        assert_eq!(listing.chips[0].url, "/collections/all");
    }

    #[test]
    fn addresses_survive_being_read_and_written() {
        let query = BrowseQuery::read(&pairs(&[("option.Farbe & Größe", "Größe/“L”"), ("page", "2"), ("sort", "title")]));
        let url = query.url("/collections/all");
        assert_eq!(
            url,
            "/collections/all?sort=title&option.Farbe%20%26%20Gr%C3%B6%C3%9Fe=Gr%C3%B6%C3%9Fe%2F%E2%80%9CL%E2%80%9D&page=2"
        );
    }
}
