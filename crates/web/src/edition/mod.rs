//! Editions: all that is the same for everyone in a shop, as it stands at one instant, rendered and compressed.
//!
//! A request that finds its page here touches no template, no database and no lock that anybody waits for. A page gets here
//! in two ways: the [`press`] prints it, or the first visitor who asks for it leaves it for those who come after. What is
//! printed is what a handler answers: there is no second way of making a page.
//!
//! Read in this order: `address` (which requests can find a page), `page` (one page in its codings), `shelf` (pages in
//! bounded memory), `asked` (what a page shows that can move), `press` (what prints), `boundaries` (when the clock alone
//! changes what pages show), `whole` (all of it as files), `kept` (the last one on
//! the disk).

pub mod address;
pub mod asked;
mod boundaries;
mod kept;
pub mod page;
pub mod press;
mod shelf;
pub mod whole;

pub(crate) use page::http_date;
pub use page::{Coding, FromMemory, FrozenPage, Printed};
pub use press::Press;

use asked::Asked;
use commerce::Timestamp;
use shelf::Shelf;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// First touches of one edition under way at once; beyond them pages are made without being waited for.
const FIRST_TOUCHES_MAX: usize = 1_024;

/// What visitors of a shop get: the edition that counts now, and the next one where it was printed ahead. One pointer.
#[derive(Debug)]
pub struct Editions {
    current: Arc<Edition>,
    next: Option<Arc<Edition>>,
}

impl Editions {
    /// The edition that counts at `now`; `None` while none does.
    pub fn at(&self, now: Timestamp) -> Option<&Arc<Edition>> {
        let next = self.next.as_ref().filter(|next| now >= next.from);
        Some(next.unwrap_or(&self.current)).filter(|edition| edition.until.is_none_or(|until| now < until))
    }

    /// Bytes that the pages of both hold.
    pub fn bytes(&self) -> usize {
        self.next.iter().chain([&self.current]).map(|edition| edition.bytes()).sum()
    }
}

/// The pages of a shop at one instant.
#[derive(Debug)]
pub struct Edition {
    /// The catalog version that it shows.
    pub version: i64,
    /// The instant for which it was printed.
    pub from: Timestamp,
    /// When the clock makes it untrue; `None`: never.
    pub until: Option<Timestamp>,
    pages: Shelf,
    /// How often something has moved that pages may show.
    moves: AtomicU64,
    first_touches: Mutex<HashMap<Box<str>, watch::Receiver<()>>>,
}

/// Whoever asks for a page that is not printed yet.
pub enum FirstTouch {
    /// Makes it. What others wait for is over when this is dropped.
    Makes(Making),
    /// Has waited for somebody who made it, or found too many at it.
    Waited,
}

/// A page that is being made for an edition.
pub struct Making {
    edition: Arc<Edition>,
    key: Box<str>,
    moves: u64,
    _others_wait: watch::Sender<()>,
}

impl Edition {
    /// An edition without pages, which may keep so many bytes of them.
    pub fn new(version: i64, from: Timestamp, until: Option<Timestamp>, bytes_max: usize) -> Self {
        Self { version, from, until, pages: Shelf::new(bytes_max), moves: AtomicU64::new(0), first_touches: Mutex::default() }
    }

    /// The page of a key, if it is printed and still good at `now`.
    pub fn page(&self, key: &str, now: Timestamp) -> Option<Arc<FrozenPage>> {
        self.pages.get(key).filter(|page| page.good_until.is_none_or(|until| now < until))
    }

    /// How many pages it holds.
    pub fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether nothing is printed yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that its pages hold.
    pub fn bytes(&self) -> usize {
        self.pages.bytes()
    }

    /// Takes the making of a page upon itself, or waits for whoever has.
    pub async fn touch_first(self: &Arc<Self>, key: &str) -> FirstTouch {
        let mut theirs = {
            let mut touches = self.first_touches.lock().unwrap_or_else(PoisonError::into_inner);
            match touches.get(key) {
                Some(theirs) => theirs.clone(),
                None if touches.len() >= FIRST_TOUCHES_MAX => return FirstTouch::Waited,
                None => {
                    let (others_wait, theirs) = watch::channel(());
                    touches.insert(key.into(), theirs);
                    let moves = self.moves.load(Ordering::Acquire);
                    return FirstTouch::Makes(Making {
                        edition: Arc::clone(self),
                        key: key.into(),
                        moves,
                        _others_wait: others_wait,
                    });
                }
            }
        };
        // An error is the end of the making, too.
        let _ = theirs.changed().await;
        FirstTouch::Waited
    }

    /// Puts a page in, whatever has moved.
    fn put(&self, key: &str, page: Arc<FrozenPage>) {
        self.pages.insert(key, page, || true);
    }

    /// Notes that something has moved: what is being made now is not kept, because it may show how things stood before.
    fn note_move(&self) {
        self.moves.fetch_add(1, Ordering::AcqRel);
    }

    /// From now on it holds so many bytes of pages at most.
    fn hold_at_most(&self, bytes_max: usize) {
        self.pages.hold_at_most(bytes_max);
    }

    /// Counts every page as asked for: nobody can have asked for those of an edition that is printed ahead, and all are wanted.
    fn count_as_asked_for(&self) {
        self.pages.collect(|page| {
            page.touch();
            false
        });
    }

    /// The keys and pages that somebody has asked for.
    fn that_are_asked_for(&self) -> Vec<(Box<str>, Arc<FrozenPage>)> {
        self.pages.collect(FrozenPage::is_touched)
    }

    /// The keys and pages that showed nothing of `moved`.
    fn that_did_not_show(&self, moved: &Asked) -> Vec<(Box<str>, Arc<FrozenPage>)> {
        self.pages.collect(|page| !page.asked.meets(moved))
    }

    /// The keys and pages that showed any of `moved`.
    fn that_showed(&self, moved: &Asked) -> Vec<(Box<str>, Arc<FrozenPage>)> {
        self.pages.collect(|page| page.asked.meets(moved))
    }
}

impl Making {
    /// The page, for everyone who comes after.
    pub fn keep(self, page: &Arc<FrozenPage>) {
        let (edition, moves) = (&self.edition, self.moves);
        edition.pages.insert(&self.key, Arc::clone(page), || edition.moves.load(Ordering::Acquire) == moves);
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.edition.first_touches.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::page::testing::page_of;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_770_000);

    fn edition() -> Arc<Edition> {
        Arc::new(Edition::new(1, NOW, None, 16 << 20))
    }

    #[tokio::test]
    async fn a_crowd_that_asks_for_the_same_page_has_it_made_once() {
        let edition = edition();
        let FirstTouch::Makes(making) = edition.touch_first("/").await else { panic!("nobody makes it yet") };
        let others: Vec<_> = (0..50)
            .map(|_| {
                let edition = Arc::clone(&edition);
                tokio::spawn(async move { matches!(edition.touch_first("/").await, FirstTouch::Waited) })
            })
            .collect();
        tokio::task::yield_now().await;
        making.keep(&page_of("home"));
        for other in others {
            assert!(other.await.expect("it does not panic"), "two made the same page");
        }
        assert!(edition.page("/", NOW).is_some());
    }

    #[tokio::test]
    async fn whoever_gives_up_making_a_page_leaves_it_to_the_next() {
        let edition = edition();
        let FirstTouch::Makes(making) = edition.touch_first("/").await else { panic!("nobody makes it yet") };
        let other = tokio::spawn({
            let edition = Arc::clone(&edition);
            async move { edition.touch_first("/").await }
        });
        tokio::task::yield_now().await;
        drop(making);
        assert!(matches!(other.await.expect("it does not panic"), FirstTouch::Waited));
        assert!(matches!(edition.touch_first("/").await, FirstTouch::Makes(_)));
    }

    #[tokio::test]
    async fn a_page_is_not_kept_when_something_has_moved_while_it_was_made() {
        let edition = edition();
        let FirstTouch::Makes(making) = edition.touch_first("/").await else { panic!("nobody makes it yet") };
        edition.note_move();
        making.keep(&page_of("as it was"));
        assert!(edition.page("/", NOW).is_none());
    }

    #[test]
    fn the_next_edition_counts_from_its_instant_on() {
        let instant = NOW.plus_minutes(1);
        let current = Arc::new(Edition::new(1, NOW, Some(instant), 1 << 20));
        let next = Arc::new(Edition::new(1, instant, Some(instant.plus_minutes(1)), 1 << 20));
        let editions = Editions { current: Arc::clone(&current), next: Some(Arc::clone(&next)) };
        let at = |micros| editions.at(Timestamp(instant.0 + micros)).map(|edition| edition.from);
        assert_eq!(at(-1), Some(NOW));
        assert_eq!(at(0), Some(instant));
        assert_eq!(at(60_000_000), None);
        let alone = Editions { current, next: None };
        assert!(alone.at(instant).is_none());
    }
}
