//! Names: rooms that would hold anything, and words that have another spelling here.

use super::source::Source;
use super::{File, Finding, Tree};

/// Names that say nothing of what is inside.
const EMPTY: [&str; 12] =
    ["util", "utils", "common", "helper", "helpers", "service", "services", "manager", "managers", "core", "misc", "shared"];

/// A word and the one to use.
const WORDS: [(&str, &str); 15] = [
    ("store", "shop or db"),
    ("stores", "shops"),
    ("storefronts", "shops"),
    ("merchant", "seller"),
    ("tenant", "shop"),
    ("colour", "color"),
    ("colours", "colors"),
    ("catalogue", "catalog"),
    ("catalogues", "catalogs"),
    ("cancelled", "canceled"),
    ("cancelling", "canceling"),
    ("fulfilment", "fulfillment"),
    ("grey", "gray"),
    ("licence", "license"),
    ("favourite", "favorite"),
];

/// Names of libraries that we did not choose.
const FOREIGN: [&str; 1] = ["RootCertStore"];

/// No file, folder or module has an empty name, and none spells a word another way.
pub fn of_files(tree: &Tree) -> Vec<Finding> {
    let ours = tree.paths.iter().filter(|path| path.starts_with("crates/") || path.starts_with("xtask/"));
    let named = ours.flat_map(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.split('.').next().unwrap_or(name);
        says(stem).map(|says| Finding { path: path.clone(), line: 0, says })
    });
    named.chain(tree.rust().flat_map(modules)).collect()
}

fn says(name: &str) -> Option<String> {
    if EMPTY.contains(&name) {
        return Some(format!("`{name}` says nothing: find the noun"));
    }
    words(name).iter().find_map(|word| spelling(word))
}

fn modules(file: &File) -> Vec<Finding> {
    let lines = Source::read(&file.text).lines();
    let module = |line: &str| {
        let (_, rest) = line.split_once("mod ")?;
        let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
        EMPTY.contains(&name).then(|| format!("`mod {name}` says nothing: find the noun"))
    };
    (1..).zip(&lines).filter_map(|(number, line)| module(line).map(|says| file.finding(number, says))).collect()
}

/// One spelling for one thing in every identifier of the code.
pub fn of_identifiers(tree: &Tree) -> Vec<Finding> {
    tree.rust().flat_map(identifiers).collect()
}

fn identifiers(file: &File) -> Vec<Finding> {
    let source = Source::read(&file.text);
    let lines: Vec<Vec<char>> = source.lines().iter().map(|line| line.chars().collect()).collect();
    let is_call = |line: usize, at: usize, length: usize| {
        let line = &lines[line - 1];
        at > 0 && line[at - 1] == '.' && line.get(at + length) == Some(&'(')
    };
    source
        .identifiers()
        .into_iter()
        // `value.store(…)` is the verb of atomics and of swapped pointers.
        .filter(|(line, at, name)| !(FOREIGN.contains(&name.as_str()) || name == "store" && is_call(*line, *at, name.len())))
        .filter_map(|(line, _, name)| {
            let spelling = words(&name).iter().find_map(|word| spelling(word))?;
            Some(file.finding(line, format!("`{name}`: {spelling}")))
        })
        .collect()
}

fn spelling(word: &str) -> Option<String> {
    WORDS.iter().find(|(wrong, _)| *wrong == word).map(|(wrong, right)| format!("say {right}, not {wrong}"))
}

/// `CustomerId` and `customer_id` are the words `customer` and `id`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        let is_new = !letter.is_alphanumeric() || letter.is_uppercase();
        if is_new && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifiers(text: &str) -> usize {
        of_identifiers(&Tree::of(&[("crates/web/src/lib.rs", text)])).len()
    }

    #[test]
    fn an_empty_name_is_found_in_files_folders_and_modules() {
        for path in ["crates/web/src/util.rs", "crates/core", "crates/web/src/services/mod.rs"] {
            let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
            let found = of_files(&Tree::of(&[(path, "//! A."), (folder, "")]));
            assert_eq!(found.len(), 1, "{path}");
        }
        assert_eq!(of_files(&Tree::of(&[("crates/web/src/lib.rs", "mod cart;\npub mod helpers {\n}\n")])).len(), 1);
        assert_eq!(of_files(&Tree::of(&[("crates/web/src/cart.rs", "mod corn;")])).len(), 0);
    }

    #[test]
    fn every_word_of_the_list_is_found_in_any_case() {
        for (word, _) in WORDS {
            let upper = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
            assert_eq!(identifiers(&format!("fn {word}_id(a: {upper}Id) {{}}")), 2, "{word}");
        }
        assert_eq!(of_files(&Tree::of(&[("crates/web/templates/store_page.html", "")])).len(), 1);
    }

    #[test]
    fn verbs_and_sentences_are_left_alone() {
        assert_eq!(identifiers("fn stored(a: Restored) { flag.store(true); storefront(\"the store\") } // store"), 0);
        assert_eq!(identifiers("fn a() { store(b) }"), 1);
    }
}
