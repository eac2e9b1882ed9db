//! Lists of products: filter, sort, count facets, cut into pages. Plain functions over the snapshot at one instant.

use super::facets::{Facets, KIND, OPTION, VENDOR};
use super::{Moment, Place};
use crate::storefront::views::{FacetValueView, FacetView, PaginationView, SortView};
use commerce::Money;
use commerce::catalog::Product;
use commerce::shop::Link;
use std::cmp::Reverse;
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
                VENDOR | KIND => query.choose(key, text),
                _ if key.starts_with(OPTION) && key.len() < 200 => query.choose(key, text),
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

/// Filters, sorts, counts and cuts. `places` come in the featured order.
///
/// Only what the query asks of a product is looked at: a plain list never sees a price or a count of stock, except for the
/// products on its page.
pub fn list<'a>(moment: Moment<'a>, places: impl IntoIterator<Item = Place>, query: &BrowseQuery, path: &str) -> Listing<'a> {
    let snapshot = moment.snapshot;
    let (price_min, price_max, price_error) = price_range(query, |text| Money::parse(text, snapshot.shop.currency));
    let needs_prices = price_min.is_some() || price_max.is_some() || matches!(query.sort, "price-low" | "price-high" | "saving");
    let prices = needs_prices.then(|| snapshot.prices(moment));
    let passes_rest = |place: Place| {
        let lowest = prices.as_ref().map_or(0, |prices| prices.lowest_minor[place as usize]);
        price_min.is_none_or(|min| lowest >= min)
            && price_max.is_none_or(|max| lowest <= max)
            && (!query.available_only || snapshot.at(place).variants.iter().any(|variant| moment.terms(variant).buyable()))
    };
    let facets = &snapshot.index.facets;
    let mut tally = Tally::new(facets, &query.chosen);
    let visible = moment.places();
    let mut kept: Vec<Place> = places.into_iter().filter(|place| visible.contains(place)).collect();
    kept.retain(|&place| tally.take(place, passes_rest));
    match (query.sort, prices) {
        ("newest", _) => kept.sort_unstable(),
        ("title", _) => kept.sort_by_key(|place| snapshot.index.title_rank(*place)),
        ("price-low", Some(prices)) => kept.sort_by_key(|place| prices.lowest_minor[*place as usize]),
        ("price-high", Some(prices)) => kept.sort_by_key(|place| Reverse(prices.lowest_minor[*place as usize])),
        ("saving", Some(prices)) => kept.sort_by_key(|place| Reverse(prices.percents[*place as usize])),
        _ => {}
    }
    let pages = kept.len().div_ceil(PAGE_PRODUCTS).max(1);
    let page = query.page.min(pages);
    let of_page = kept.iter().skip((page - 1) * PAGE_PRODUCTS).take(PAGE_PRODUCTS);
    Listing {
        count: kept.len(),
        products: of_page.map(|place| snapshot.at(*place)).collect(),
        facets: facet_views(&tally, query),
        sorts: SORTS.iter().map(|(key, label)| SortView { key, label, chosen: *key == query.sort }).collect(),
        chips: chips(query, path, &snapshot.shop.currency.symbol()),
        pagination: pagination(query, path, page, pages),
        price_error,
    }
}

/// Compares products with the chosen values and counts the values they have.
struct Tally<'a> {
    facets: &'a Facets,
    /// For each value of the shop the choice it satisfies, as a bit; zero: none.
    satisfies: Vec<u64>,
    /// For each value of the shop the bit of the choice in its field; zero: none.
    choice_of: Vec<u64>,
    /// A bit for each field in which something was chosen. There are at most [`CHOICES_MAX`].
    all: u64,
    counts: Vec<u32>,
}

impl<'a> Tally<'a> {
    fn new(facets: &'a Facets, chosen: &BTreeMap<String, BTreeSet<String>>) -> Self {
        let none = || vec![0; facets.len()];
        let mut tally = Self { facets, satisfies: none(), choice_of: none(), all: 0, counts: vec![0; facets.len()] };
        for (number, (name, wanted)) in chosen.iter().enumerate() {
            let bit = 1 << number;
            tally.all |= bit;
            let Some(field) = facets.field(name) else { continue };
            facets.values_of(field).for_each(|value| tally.choice_of[value] = bit);
            wanted.iter().filter_map(|text| facets.value(field, text)).for_each(|value| tally.satisfies[value as usize] = bit);
        }
        tally
    }

    /// Whether a product has all that was chosen and passes the rest, too. Counts its values.
    fn take(&mut self, place: Place, passes_rest: impl Fn(Place) -> bool) -> bool {
        let values = self.facets.of_place(place);
        let satisfied = values.iter().fold(0, |bits, &value| bits | self.satisfies[value as usize]);
        let failed = self.all & !satisfied;
        if failed.count_ones() > 1 || !passes_rest(place) {
            return false;
        }
        // A facet counts what would be there if only its own choice were different.
        for &value in values {
            self.counts[value as usize] += u32::from(failed == 0 || self.choice_of[value as usize] == failed);
        }
        failed == 0
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

fn facet_views(tally: &Tally<'_>, query: &BrowseQuery) -> Vec<FacetView> {
    let mut counted: Vec<(&str, Vec<(&str, usize)>)> = Vec::new();
    let values = tally.facets.values().zip(&tally.counts).filter(|(_, count)| **count > 0);
    let mut last = None;
    for ((field, text), count) in values {
        if last.replace(field) != Some(field) {
            counted.push((tally.facets.field_name(field), Vec::new()));
        }
        let (_, values) = counted.last_mut().expect("one was just put there");
        values.push((text, *count as usize));
    }
    let mut views: Vec<(usize, FacetView)> =
        counted.into_iter().filter_map(|(field, values)| facet_view(field, values, query.chosen.get(field))).collect();
    // Axes of options that most products share come first; maker and kind after them.
    views.sort_by_key(|(count, facet)| (!facet.field.starts_with(OPTION), Reverse(*count)));
    let mut options = 0;
    views.retain(|(_, facet)| {
        options += usize::from(facet.field.starts_with(OPTION));
        !facet.field.starts_with(OPTION) || options <= OPTION_FACETS_MAX
    });
    let mut views: Vec<FacetView> = views.into_iter().map(|(_, facet)| facet).collect();
    views.iter_mut().take(2).for_each(|facet| facet.open = true);
    views
}

/// A facet, and how often its values were counted. `None`: there is nothing to choose.
fn facet_view<'a>(
    field: &str,
    mut values: Vec<(&'a str, usize)>,
    chosen: Option<&'a BTreeSet<String>>,
) -> Option<(usize, FacetView)> {
    let is_chosen = |value: &str| chosen.is_some_and(|chosen| chosen.contains(value));
    let missing = chosen.into_iter().flatten().filter(|value| values.iter().all(|(known, _)| known != value));
    let missing: Vec<(&str, usize)> = missing.map(|value| (value.as_str(), 0)).collect();
    values.extend(missing);
    if values.len() < 2 && chosen.is_none() {
        return None;
    }
    values
        .sort_by(|&(one, one_count), &(two, two_count)| (is_chosen(two), two_count, one).cmp(&(is_chosen(one), one_count, two)));
    values.truncate(FACET_VALUES_MAX);
    let title = match field {
        VENDOR => "Maker",
        KIND => "Kind",
        option => option.trim_start_matches(OPTION),
    };
    let count = values.iter().map(|(_, count)| count).sum();
    let values = values.into_iter().map(|(value, count)| FacetValueView { chosen: is_chosen(value), value: value.into(), count });
    Some((count, FacetView { title: title.into(), open: chosen.is_some(), field: field.into(), values: values.collect() }))
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
mod tests;
