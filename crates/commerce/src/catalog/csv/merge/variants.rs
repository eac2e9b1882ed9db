//! Which variant of the shop each row of a file means, and what it becomes.

use super::super::{Field, MergeError, ProductDraft, VARIANTS_MAX, VariantDraft};
use super::pictures::Gallery;
use super::{Counted, with_extra};
use crate::VariantId;
use crate::catalog::{OptionAxis, Product, Variant};
use std::collections::{HashMap, HashSet};

/// Puts the draft's variants and options into `product`, which still has its own. Returns the counts of the file.
pub(super) fn merge(
    product: &mut Product,
    draft: &ProductDraft,
    gallery: &mut Gallery,
    next_id: &mut dyn FnMut() -> i64,
) -> Result<Vec<Counted>, MergeError> {
    for variant in &mut product.variants {
        variant.picture = variant.picture.and_then(|index| gallery.moved(index));
    }
    let drafts = match (draft.variants.is_empty(), product.variants.is_empty()) {
        (true, false) => return Ok(Vec::new()),
        (true, true) => vec![VariantDraft { line: draft.line, ..VariantDraft::default() }],
        (false, _) => draft.variants.clone(),
    };
    let names = option_names(product, draft);
    let targets = targets(product, draft, &drafts)?;
    let values_before: Vec<HashSet<String>> = (0..product.options.len()).map(|axis| used_values(product, axis)).collect();

    let mut quantities = Vec::new();
    for (variant_draft, target) in drafts.iter().zip(targets) {
        let index = target.unwrap_or_else(|| {
            product.variants.push(Variant::new(VariantId(next_id()), 0));
            product.variants.len() - 1
        });
        let variant = &mut product.variants[index];
        fill(variant, variant_draft, gallery, draft.option_names.is_absent());
        if let Field::Set(quantity) = variant_draft.quantity {
            quantities.push(Counted { variant: variant.id, quantity, line: variant_draft.line });
        }
    }
    check(product)?;
    product.options = axes(product, names, &values_before);
    Ok(quantities)
}

/// The names of the axes afterwards: the file's, where it has option columns.
fn option_names(product: &Product, draft: &ProductDraft) -> Vec<String> {
    match &draft.option_names {
        Field::Absent => product.options.iter().map(|axis| axis.name.clone()).collect(),
        Field::Cleared => Vec::new(),
        Field::Set(names) => names.clone(),
    }
}

/// For each row, the index of the variant it means; `None`: a new one.
fn targets(product: &Product, draft: &ProductDraft, drafts: &[VariantDraft]) -> Result<Vec<Option<usize>>, MergeError> {
    let by_options = !draft.option_names.is_absent();
    let axes_in_file = draft.option_names.set().map_or(0, Vec::len);
    let same_axes = by_options && axes_in_file == product.options.len();
    let only_variant = product.variants.len() == 1 && drafts.len() == 1;

    let mut targets = vec![None; drafts.len()];
    if only_variant && (!by_options || product.options.is_empty() && axes_in_file == 0) {
        targets[0] = Some(0);
        return Ok(targets);
    }
    if same_axes {
        let known: HashMap<&[String], usize> =
            product.variants.iter().enumerate().map(|(index, variant)| (variant.option_values.as_slice(), index)).collect();
        for (target, variant) in targets.iter_mut().zip(drafts) {
            *target = known.get(variant.option_values.as_slice()).copied();
        }
    }
    match_skus(product, drafts, &mut targets);
    if product.variants.is_empty() {
        return if by_options || drafts.len() == 1 { Ok(targets) } else { Err(unknown(draft, &drafts[0])) };
    }
    let all_found = targets.iter().flatten().count() == product.variants.len();
    if by_options && !same_axes && !all_found {
        return Err(MergeError::OptionsDiffer {
            in_file: draft.option_names.set().map_or_else(String::new, |names| names.join(" / ")),
            in_shop: product.options.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>().join(" / "),
        });
    }
    match targets.iter().position(Option::is_none) {
        Some(row) if !by_options => Err(unknown(draft, &drafts[row])),
        _ => Ok(targets),
    }
}

/// Finds by stock code what was not found by options. A code that several variants share finds none.
fn match_skus(product: &Product, drafts: &[VariantDraft], targets: &mut [Option<usize>]) {
    let mut taken: HashSet<usize> = targets.iter().flatten().copied().collect();
    let mut by_sku: HashMap<&str, Option<usize>> = HashMap::new();
    for (index, variant) in product.variants.iter().enumerate().filter(|(_, variant)| !variant.sku.is_empty()) {
        by_sku.entry(&variant.sku).and_modify(|found| *found = None).or_insert(Some(index));
    }
    for (target, draft) in targets.iter_mut().zip(drafts).filter(|(target, _)| target.is_none()) {
        let found = draft.sku.set().and_then(|sku| by_sku.get(sku.as_str()).copied().flatten());
        *target = found.filter(|index| taken.insert(*index));
    }
}

fn unknown(draft: &ProductDraft, variant: &VariantDraft) -> MergeError {
    MergeError::VariantUnknown { handle: draft.handle.clone(), sku: variant.sku.set().cloned().unwrap_or_default() }
}

fn fill(variant: &mut Variant, draft: &VariantDraft, gallery: &mut Gallery, keep_options: bool) {
    let picture = match &draft.picture {
        Field::Absent => variant.picture,
        Field::Cleared => None,
        Field::Set(url) => gallery.index_of(url),
    };
    *variant = Variant {
        id: variant.id,
        option_values: if keep_options { variant.option_values.clone() } else { draft.option_values.clone() },
        sku: draft.sku.or_clear(&variant.sku),
        barcode: draft.barcode.or_clear(&variant.barcode),
        price_minor: draft.price_minor.or_keep(&variant.price_minor),
        was_price_minor: optional(&draft.was_price_minor, variant.was_price_minor),
        cost_minor: optional(&draft.cost_minor, variant.cost_minor),
        weight_grams: draft.weight_grams.or_clear(&variant.weight_grams),
        weight_unit: draft.weight_unit.or_keep(&variant.weight_unit),
        taxable: draft.taxable.or_clear(&variant.taxable),
        tax_code: draft.tax_code.or_clear(&variant.tax_code),
        requires_shipping: draft.requires_shipping.or_clear(&variant.requires_shipping),
        stock_tracked: draft.stock_tracked.or_clear(&variant.stock_tracked),
        stock_policy: draft.stock_policy.or_clear(&variant.stock_policy),
        picture,
        extra: with_extra(&variant.extra, &draft.extra),
    };
}

fn optional(field: &Field<i64>, current: Option<i64>) -> Option<i64> {
    match field {
        Field::Absent => current,
        Field::Cleared => None,
        Field::Set(value) => Some(*value),
    }
}

fn check(product: &Product) -> Result<(), MergeError> {
    let count = product.variants.len();
    if count > VARIANTS_MAX {
        return Err(MergeError::TooManyVariants { count, max: VARIANTS_MAX });
    }
    let mut seen = HashSet::new();
    match product.variants.iter().find(|variant| !seen.insert(&variant.option_values)) {
        Some(variant) => Err(MergeError::SameVariant { title: variant.title() }),
        None => Ok(()),
    }
}

/// The axes with their values: known ones in their order, without those the import took out of use, then new ones.
fn axes(product: &Product, names: Vec<String>, values_before: &[HashSet<String>]) -> Vec<OptionAxis> {
    let same_axes = names.len() == product.options.len();
    let axis = |(index, name): (usize, String)| {
        let used = used_values(product, index);
        let known = product.options.get(index).filter(|_| same_axes).map_or(&[][..], |axis| axis.values.as_slice());
        let stays = |value: &&String| used.contains(*value) || !values_before[index].contains(*value);
        let mut values: Vec<String> = known.iter().filter(stays).cloned().collect();
        let mut listed: HashSet<String> = values.iter().cloned().collect();
        for variant in &product.variants {
            let value = &variant.option_values[index];
            if listed.insert(value.clone()) {
                values.push(value.clone());
            }
        }
        OptionAxis { name, values }
    };
    names.into_iter().enumerate().map(axis).collect()
}

fn used_values(product: &Product, axis: usize) -> HashSet<String> {
    product.variants.iter().filter_map(|variant| variant.option_values.get(axis)).cloned().collect()
}
