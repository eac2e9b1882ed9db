//! The CSV reader and writer seen from outside: real catalogs, mistakes in files, and the way out and back.

mod catalogs;
mod mistakes;
mod round_trip;

use super::{Checked, FileError, MergeSettings, Merged, ProductDraft, ProductErrors, ProductReader, check, merge};
use crate::catalog::Product;
use crate::{Currency, Timestamp};

/// What a file yields.
type Outcome = Vec<Result<ProductDraft, ProductErrors>>;

fn euro() -> Currency {
    Currency::from_code("EUR").expect("a known code")
}

/// Both passes over a file.
fn read(bytes: &[u8]) -> Result<(Checked, Outcome), FileError> {
    let checked = check(bytes)?;
    let outcome = ProductReader::new(bytes, checked.clone(), euro())?.collect();
    Ok((checked, outcome))
}

/// The drafts of a file in which nothing is wrong.
fn drafts(text: &str) -> Vec<ProductDraft> {
    let (_, outcome) = read(text.as_bytes()).expect("a file that can be read");
    outcome.into_iter().collect::<Result<_, _>>().expect("products without mistakes")
}

/// Merges a draft, with ids counted from `first_id`.
fn merged(draft: &ProductDraft, existing: Option<&Product>, first_id: i64) -> Merged {
    let mut id = first_id;
    let mut next_id = || {
        id += 1;
        id
    };
    let settings = MergeSettings { currency: euro(), clean: &str::to_owned, now: Timestamp::from_seconds(1_700_000_000) };
    merge(draft, existing, &settings, &mut next_id).expect("a draft that fits")
}
