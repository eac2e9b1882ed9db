//! The tantivy index of one shop: title before maker, kind and tags, before the description; misspelled words and beginnings of
//! words are understood.

use super::{FOUND_MAX, Found, WORDS_MAX};
use crate::snapshot::Snapshot;
use commerce::ProductId;
use commerce::catalog::{Product, Variant};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, INDEXED, IndexRecordOption, STORED, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, TokenStream};
use tantivy::{Index, IndexReader, IndexWriter, TantivyDocument, TantivyError, Term};

/// Memory for building or changing one index, the least that is accepted; given back when that is done.
const BUILD_BYTES: usize = 15_000_000;
/// When more than one in so many products was replaced since the index was built, it is built anew: what was replaced still takes
/// its place.
const REPLACED_SHARE: usize = 4;
const TOKENIZER: &str = "words";

/// A searchable copy of a shop's products.
pub struct SearchIndex {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    held: Mutex<Held>,
}

/// What the index holds.
struct Held {
    products: Vec<Arc<Product>>,
    /// Products replaced or taken out since it was built.
    replaced: usize,
}

#[derive(Clone, Copy)]
struct Fields {
    id: Field,
    title: Field,
    labels: Field,
    description: Field,
}

impl SearchIndex {
    /// Builds the index of these products. Takes a while: call it on a thread that may block.
    ///
    /// # Errors
    /// When memory or threads cannot be had.
    pub fn build(products: Vec<Arc<Product>>) -> Result<Self, TantivyError> {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(IndexRecordOption::WithFreqs);
        let text = TextOptions::default().set_indexing_options(indexing);
        let fields = Fields {
            id: schema.add_i64_field("id", STORED | INDEXED),
            title: schema.add_text_field("title", text.clone()),
            labels: schema.add_text_field("labels", text.clone()),
            description: schema.add_text_field("description", text),
        };
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register(TOKENIZER, analyzer());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, BUILD_BYTES)?;
        for product in &products {
            writer.add_document(document(fields, product))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(tantivy::ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields, held: Mutex::new(Held { products, replaced: 0 }) })
    }

    /// Makes the index hold these products in place of those it holds. `false`: too much is different, build a new one. Blocks,
    /// searches do not wait.
    ///
    /// # Errors
    /// When memory or threads cannot be had; the index then finds what it found before.
    pub fn update(&self, products: &[Arc<Product>]) -> Result<bool, TantivyError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let (gone, come) = difference(&held.products, products);
        if !gone.is_empty() || !come.is_empty() {
            held.replaced += gone.len().max(come.len());
            if held.replaced * REPLACED_SHARE > products.len() {
                return Ok(false);
            }
            let mut writer: IndexWriter = self.index.writer_with_num_threads(1, BUILD_BYTES)?;
            for id in gone {
                writer.delete_term(Term::from_field_i64(self.fields.id, id.0));
            }
            for product in come {
                writer.add_document(document(self.fields, product))?;
            }
            writer.commit()?;
            writer.wait_merging_threads()?;
            self.reader.reload()?;
        }
        held.products = products.to_vec();
        Ok(true)
    }

    /// Finds products by words, best match first. All words must be met; when that finds nothing, any of them.
    pub fn find(&self, snapshot: &Snapshot, words: &str) -> Found {
        let words = tokens(words);
        if words.is_empty() {
            return Found::default();
        }
        // A search that fails finds nothing: the page still shows, and the failure is in the log.
        self.try_find(snapshot, &words).unwrap_or_else(|error| {
            tracing::error!(%error, "A search failed");
            Found::default()
        })
    }

    fn try_find(&self, snapshot: &Snapshot, words: &[String]) -> Result<Found, TantivyError> {
        let exact = self.top(words, Occur::Must, Reading::AsWritten)?;
        if !exact.is_empty() {
            return Ok(Found { products: exact, ..Found::default() });
        }
        for occur in [Occur::Must, Occur::Should] {
            let near = self.top(words, occur, Reading::Misspelled)?;
            if !near.is_empty() {
                let corrected = corrected(snapshot, &near, words);
                return Ok(Found { products: near, corrected, is_partial: occur == Occur::Should });
            }
        }
        Ok(Found::default())
    }

    fn top(&self, words: &[String], occur: Occur, reading: Reading) -> Result<Vec<ProductId>, TantivyError> {
        let clauses = words.iter().map(|word| (occur, self.word_query(word, reading))).collect();
        let searcher = self.reader.searcher();
        let hits = searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(FOUND_MAX).order_by_score())?;
        let id_of = |address| {
            let document: TantivyDocument = searcher.doc(address)?;
            Ok(document.get_first(self.fields.id).and_then(|value| value.as_i64()).map(ProductId))
        };
        let ids: Result<Vec<Option<ProductId>>, TantivyError> = hits.into_iter().map(|(_, address)| id_of(address)).collect();
        Ok(ids?.into_iter().flatten().collect())
    }

    fn word_query(&self, word: &str, reading: Reading) -> Box<dyn Query> {
        let Fields { title, labels, description, .. } = self.fields;
        let mut ways: Vec<Box<dyn Query>> = Vec::new();
        for (field, weight) in [(title, 6.0), (labels, 3.0), (description, 1.0)] {
            let term = Term::from_field_text(field, word);
            let exact = TermQuery::new(term.clone(), IndexRecordOption::WithFreqs);
            ways.push(Box::new(BoostQuery::new(Box::new(exact), weight)));
            // Every text has words that begin with any letter.
            if field == title || word.chars().nth(1).is_some() {
                let beginning = FuzzyTermQuery::new_prefix(term.clone(), 0, true);
                ways.push(Box::new(BoostQuery::new(Box::new(beginning), weight * 0.4)));
            }
            let distance = reading.distance(word);
            if distance > 0 {
                let near = FuzzyTermQuery::new(term.clone(), distance, true);
                ways.push(Box::new(BoostQuery::new(Box::new(near), weight * 0.2)));
                let near_beginning = FuzzyTermQuery::new_prefix(term, distance.min(1), true);
                ways.push(Box::new(BoostQuery::new(Box::new(near_beginning), weight * 0.1)));
            }
        }
        Box::new(DisjunctionMaxQuery::new(ways))
    }
}

/// How words are read.
#[derive(Clone, Copy)]
enum Reading {
    AsWritten,
    Misspelled,
}

impl Reading {
    /// Letters that may be wrong: none in short words, two in long ones.
    fn distance(self, word: &str) -> u8 {
        match (self, word.chars().count()) {
            (Self::AsWritten, _) | (_, 0..=3) => 0,
            (Self::Misspelled, 4..=7) => 1,
            (Self::Misspelled, _) => 2,
        }
    }
}

/// The products that have to leave an index and those that have to come into it. One that reads otherwise than before does both.
fn difference<'a>(held: &[Arc<Product>], wanted: &'a [Arc<Product>]) -> (Vec<ProductId>, Vec<&'a Product>) {
    let mut left: HashMap<ProductId, &Arc<Product>> = held.iter().map(|product| (product.id, product)).collect();
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for product in wanted {
        match left.remove(&product.id) {
            Some(known) if Arc::ptr_eq(known, product) || reads_alike(known, product) => {}
            known => {
                gone.extend(known.map(|known| known.id));
                come.push(&**product);
            }
        }
    }
    gone.extend(left.into_keys());
    (gone, come)
}

/// Whether [`document`] makes the same of both.
fn reads_alike(one: &Product, two: &Product) -> bool {
    let of_variants = |one: &Variant, two: &Variant| one.sku == two.sku && one.option_values == two.option_values;
    (&one.title, &one.vendor, &one.product_type, &one.tags) == (&two.title, &two.vendor, &two.product_type, &two.tags)
        && one.description_html == two.description_html
        && one.variants.len() == two.variants.len()
        && one.variants.iter().zip(&two.variants).all(|(one, two)| of_variants(one, two))
}

fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(60))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

fn tokens(text: &str) -> Vec<String> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while words.len() < WORDS_MAX && stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

fn document(fields: Fields, product: &Product) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_i64(fields.id, product.id.0);
    document.add_text(fields.title, &product.title);
    document.add_text(fields.labels, &product.vendor);
    document.add_text(fields.labels, &product.product_type);
    for tag in &product.tags {
        document.add_text(fields.labels, tag);
    }
    for variant in &product.variants {
        document.add_text(fields.labels, &variant.sku);
        document.add_text(fields.labels, variant.option_values.join(" "));
    }
    document.add_text(fields.description, crate::storefront::plain_text(&product.description_html, 20_000));
    document
}

/// The words as the best match writes them, where they differ from what was typed.
fn corrected(snapshot: &Snapshot, found: &[ProductId], words: &[String]) -> String {
    let Some(best) = found.first().and_then(|id| snapshot.product_of_id(*id)) else { return String::new() };
    let known = tokens_of_product(best);
    let nearest = |word: &String| {
        let near = known.iter().map(|candidate| (edits(word, candidate), candidate)).min();
        near.filter(|(distance, _)| *distance <= 2).map_or_else(|| word.clone(), |(_, candidate)| candidate.clone())
    };
    let corrected: Vec<String> = words.iter().map(nearest).collect();
    if corrected == words { String::new() } else { corrected.join(" ") }
}

fn tokens_of_product(product: &Product) -> Vec<String> {
    let mut analyzer = analyzer();
    let text = super::text_of(product);
    let mut stream = analyzer.token_stream(&text);
    let mut words = Vec::new();
    while stream.advance() {
        words.push(stream.token().text.clone());
    }
    words
}

/// Letters to change, add or take away to make one word the other.
fn edits(one: &str, two: &str) -> usize {
    let two: Vec<char> = two.chars().collect();
    let mut row: Vec<usize> = (0..=two.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, other) in two.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::substring_search;
    use crate::snapshot::testing::{Dice, any_product, any_shop, juniper};

    fn check(words: &str, handles: &[&str], corrected: &str) {
        let snapshot = juniper();
        let found = SearchIndex::build(snapshot.products.clone()).expect("memory can be had").find(&snapshot, words);
        let title = |id: &ProductId| snapshot.product_of_id(*id).expect("a product of the shop").handle.clone();
        let found_handles: Vec<String> = found.products.iter().map(title).collect();
        assert_eq!(found_handles, handles, "{words}");
        assert_eq!(found.corrected, corrected, "{words}");
    }

    #[test]
    fn words_are_found_whole_begun_and_misspelled() {
        check("blanket", &["blanket"], "");
        check("BLANKÉT", &["blanket"], "");
        check("blan", &["blanket"], "");
        check("merino blnket", &["blanket"], "merino blanket");
        check("tote ink", &["tote"], "");
        check("SKU-2", &["tote"], "");
        check("zebra", &[], "");
        check("b", &["blanket"], "");
        check("q", &[], "");
        check("", &[], "");
        check("\u{0}💥 !!", &[], "");
        check(&"a ".repeat(5_000), &[], "");
    }

    #[test]
    fn where_nothing_has_all_of_the_words_it_is_said_that_these_have_some() {
        let snapshot = juniper();
        let index = SearchIndex::build(snapshot.products.clone()).expect("memory can be had");
        let [all, some] = ["merino blanket", "zebra blanket"].map(|words| index.find(&snapshot, words));
        assert_eq!((all.products.len(), all.is_partial), (1, false));
        assert_eq!((some.products, some.is_partial), (all.products, true));
    }

    #[test]
    fn an_index_that_follows_changes_finds_what_a_new_one_finds() {
        let dice = &mut Dice(3);
        let mut products = any_shop(dice, 40).products;
        let index = SearchIndex::build(products.clone()).expect("memory can be had");
        let mut rebuilt = 0;
        for round in 0..30 {
            let place = dice.below(products.len());
            match dice.below(4) {
                0 if products.len() > 30 => _ = products.remove(place),
                1 => products.push(Arc::new(any_product(dice, 1_000 + round))),
                2 => Arc::make_mut(&mut products[place]).variants[0].price_minor = 1,
                _ => Arc::make_mut(&mut products[place]).title = format!("Teapot {round}"),
            }
            if !index.update(&products).expect("memory can be had") {
                rebuilt += 1;
                continue;
            }
            let fresh = SearchIndex::build(products.clone()).expect("memory can be had");
            for words in ["teapot", "thing", "maker 3", "kind", "value 2", &format!("teapot {round}")] {
                let found = |index: &SearchIndex| {
                    let ids = index.top(&tokens(words), Occur::Must, Reading::AsWritten).expect("it can be searched");
                    ids.into_iter().collect::<std::collections::BTreeSet<_>>()
                };
                assert_eq!(found(&index), found(&fresh), "round {round}: {words}");
            }
        }
        assert!(rebuilt > 0, "an index that was replaced bit by bit is built anew in the end");
    }

    #[test]
    fn without_an_index_words_are_still_found() {
        let snapshot = juniper();
        assert_eq!(substring_search(&snapshot, "merino BLAN").products, [snapshot.products[1].id]);
        assert!(substring_search(&snapshot, "  ").products.is_empty());
    }
}
