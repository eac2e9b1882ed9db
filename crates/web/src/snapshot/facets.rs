//! What lists of products are filtered by (maker, kind, options), as small numbers: each value of the shop once, and for each
//! product the numbers of its values.

use super::index::Place;
use commerce::catalog::Product;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A field in addresses and facets.
pub(super) const VENDOR: &str = "vendor";
/// Another.
pub(super) const KIND: &str = "type";
/// What the fields of options begin with.
pub(super) const OPTION: &str = "option.";
/// No value.
const NONE: u32 = u32::MAX;

/// The values of a shop's products. Fields and values are sorted, so that their numbers are, too.
#[derive(Debug, Default)]
pub(super) struct Facets {
    fields: Box<[Box<str>]>,
    /// Field and text.
    values: Box<[(u32, Box<str>)]>,
    /// Where in `of_products` the values of a place begin; one more than there are products.
    starts: Box<[u32]>,
    of_products: Box<[u32]>,
    vendors: Box<[u32]>,
    kinds: Box<[u32]>,
}

/// A field before its name is written out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Field<'a> {
    Vendor,
    Kind,
    Option(&'a str),
}

impl Field<'_> {
    fn name(self) -> String {
        match self {
            Self::Vendor => VENDOR.into(),
            Self::Kind => KIND.into(),
            Self::Option(name) => format!("{OPTION}{name}"),
        }
    }
}

impl Facets {
    pub(super) fn new(products: &[Arc<Product>]) -> Self {
        let mut numbers: HashMap<(Field<'_>, &str), u32> = HashMap::new();
        let (mut starts, mut of_products) = (vec![0], Vec::new());
        for product in products {
            each_value(product, |field, value| {
                let next = index_u32(numbers.len());
                of_products.push(*numbers.entry((field, value)).or_insert(next));
            });
            starts.push(index_u32(of_products.len()));
        }
        let (fields, values, renumbered) = sorted(&numbers);
        of_products.iter_mut().for_each(|number| *number = renumbered[*number as usize]);
        let mut facets = Self { fields, values, starts: starts.into(), of_products: of_products.into(), ..Self::default() };
        facets.vendors = facets.column(VENDOR, products.len());
        facets.kinds = facets.column(KIND, products.len());
        facets
    }

    /// For each place its value of a field of which a product has one at most.
    fn column(&self, field: &str, products: usize) -> Box<[u32]> {
        let Some(field) = self.field(field) else { return vec![NONE; products].into() };
        let own = |at| self.of_place(at).iter().copied().find(|value| self.field_of(*value) == field).unwrap_or(NONE);
        (0..index_u32(products)).map(own).collect()
    }

    /// The number of a field.
    pub(super) fn field(&self, name: &str) -> Option<u32> {
        self.fields.binary_search_by(|known| (**known).cmp(name)).ok().map(index_u32)
    }

    pub(super) fn field_name(&self, field: u32) -> &str {
        &self.fields[field as usize]
    }

    /// The number of a value.
    pub(super) fn value(&self, field: u32, text: &str) -> Option<u32> {
        self.values.binary_search_by(|(of, known)| (*of, &**known).cmp(&(field, text))).ok().map(index_u32)
    }

    /// The numbers of a field's values.
    pub(super) fn values_of(&self, field: u32) -> Range<usize> {
        self.values.partition_point(|(of, _)| *of < field)..self.values.partition_point(|(of, _)| *of <= field)
    }

    /// The field of a value.
    pub(super) fn field_of(&self, value: u32) -> u32 {
        self.values[value as usize].0
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Every value with its number, by field and text.
    pub(super) fn values(&self) -> impl Iterator<Item = (u32, &str)> {
        self.values.iter().map(|(field, text)| (*field, &**text))
    }

    /// The values of a product. One that two axes of the same name share is there twice.
    pub(super) fn of_place(&self, place: Place) -> &[u32] {
        let at = place as usize;
        &self.of_products[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    /// Whether two products are of the same kind; those without one are of none.
    pub(super) fn same_kind(&self, one: Place, two: Place) -> bool {
        let (one, two) = (self.kinds[one as usize], self.kinds[two as usize]);
        one == two && one != NONE
    }

    /// Whether two products have the same maker; those without one have none.
    pub(super) fn same_vendor(&self, one: Place, two: Place) -> bool {
        let (one, two) = (self.vendors[one as usize], self.vendors[two as usize]);
        one == two && one != NONE
    }
}

fn each_value<'a>(product: &'a Product, mut take: impl FnMut(Field<'a>, &'a str)) {
    if !product.vendor.is_empty() {
        take(Field::Vendor, &product.vendor);
    }
    if !product.product_type.is_empty() {
        take(Field::Kind, &product.product_type);
    }
    for axis in product.options.iter().filter(|axis| axis.name != "Title") {
        for (number, value) in axis.values.iter().enumerate() {
            if !axis.values[..number].contains(value) {
                take(Field::Option(&axis.name), value);
            }
        }
    }
}

/// Fields and values in their order, and for each number given on the way the one it has now.
#[allow(clippy::type_complexity, reason = "three lists that are taken apart at once")]
fn sorted(numbers: &HashMap<(Field<'_>, &str), u32>) -> (Box<[Box<str>]>, Box<[(u32, Box<str>)]>, Vec<u32>) {
    let mut fields: Vec<Box<str>> = Vec::new();
    let mut named: HashMap<Field<'_>, Box<str>> = HashMap::new();
    for (field, _) in numbers.keys() {
        named.entry(*field).or_insert_with(|| field.name().into());
    }
    fields.extend(named.values().cloned());
    fields.sort_unstable();
    let number_of: HashMap<Field<'_>, u32> = named
        .iter()
        .map(|(field, name)| (*field, index_u32(fields.binary_search(name).expect("all names are among them"))))
        .collect();
    let mut values: Vec<(u32, &str, u32)> =
        numbers.iter().map(|((field, text), number)| (number_of[field], *text, *number)).collect();
    values.sort_unstable();
    let mut renumbered = vec![0; values.len()];
    for (now, (_, _, before)) in values.iter().enumerate() {
        renumbered[*before as usize] = index_u32(now);
    }
    (fields.into(), values.into_iter().map(|(field, text, _)| (field, text.into())).collect(), renumbered)
}

fn index_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a shop in memory has fewer than 2^32 values")
}
