//! Lists as they were made before there was an index: every product is looked at for every list. What [`super::list`] gives has
//! to be the same.

use crate::snapshot::Terms;
use crate::snapshot::browse::*;
use commerce::catalog::Product;

/// A product with what filters and sorting ask of it.
struct Row<'a> {
    product: &'a Product,
    lowest_minor: i64,
    percent: i64,
    buyable: bool,
    /// Values of each field, to be compared with what was chosen.
    values: Vec<(String, BTreeSet<String>)>,
}

pub(super) fn list<'a>(
    moment: Moment<'a>,
    products: impl Iterator<Item = &'a Product>,
    query: &BrowseQuery,
    path: &str,
) -> Listing<'a> {
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
            .map(|terms| crate::snapshot::moment::percent_off(terms.price_minor, terms.was_price_minor))
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
