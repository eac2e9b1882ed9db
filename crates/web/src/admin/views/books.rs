//! The books: the last proof, chapter by chapter.

use commerce::Timestamp;
use serde::Serialize;

/// The books of the shop.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Books {
    /// Since when a proof runs.
    pub running_since: Option<Timestamp>,
    /// About how many rows the running one has read, in groups of three.
    pub pages_read: Option<String>,
    /// Why the latest one did not come to its end.
    pub failure: String,
    /// The last one that did.
    pub last: Option<BookProof>,
}

/// The last proof.
#[derive(Clone, Debug, Serialize)]
pub struct BookProof {
    /// Whether everything is right.
    pub holds: bool,
    /// When.
    pub proved_at: Timestamp,
    /// How long it took.
    pub took: String,
    /// How many rows it looked at.
    pub rows: String,
    /// How many claims it proved or refuted.
    pub claims_count: usize,
    /// How many it refuted.
    pub broken_count: usize,
    /// Stock, orders, money, limits.
    pub chapters: Vec<BookChapter>,
}

/// Claims about one thing.
#[derive(Clone, Debug, Serialize)]
pub struct BookChapter {
    /// What about.
    pub title: &'static str,
    /// In one sentence.
    pub lead: &'static str,
    /// The claims.
    pub claims: Vec<BookClaim>,
}

/// One claim.
#[derive(Clone, Debug, Serialize)]
pub struct BookClaim {
    /// The short name, as `doorbuster verify` prints it.
    pub id: &'static str,
    /// What is claimed.
    pub sentence: &'static str,
    /// What was counted.
    pub counted: String,
    /// Whether it is true.
    pub holds: bool,
    /// The first row that says otherwise.
    pub breach: Option<Breach>,
}

/// A row that is not right.
#[derive(Clone, Debug, Serialize)]
pub struct Breach {
    /// Which.
    pub row: String,
    /// How, with the numbers.
    pub detail: String,
    /// Where to look at it.
    pub path: Option<String>,
    /// How many more there are.
    pub more: u64,
    /// What to do.
    pub advice: &'static str,
}

/// The books on the first page.
#[derive(Clone, Debug, Serialize)]
pub struct BooksCard {
    /// Whether everything is right.
    pub holds: bool,
    /// When the last proof was.
    pub proved_at: Timestamp,
    /// How many rows it looked at.
    pub rows: String,
}
