//! Pages by key, in bounded memory. Many read at once; who writes, writes a part.
//!
//! When a part is full, pages that nobody has asked for since the last time go first (the clock algorithm, Corbató 1968).

use super::FrozenPage;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Parts with a lock each.
const PARTS: usize = 16;
/// What a page costs beside its bytes: its headers, the entry. An estimate.
const OVERHEAD_BYTES: usize = 2_600;

#[derive(Debug)]
pub(super) struct Shelf {
    parts: [RwLock<Part>; PARTS],
    bytes_max: AtomicUsize,
}

#[derive(Debug, Default)]
struct Part {
    pages: HashMap<Box<str>, Arc<FrozenPage>>,
    bytes: usize,
}

impl Shelf {
    pub fn new(bytes_max: usize) -> Self {
        Self { parts: std::array::from_fn(|_| RwLock::default()), bytes_max: AtomicUsize::new(bytes_max) }
    }

    pub fn get(&self, key: &str) -> Option<Arc<FrozenPage>> {
        let page = read(self.part_of(key)).pages.get(key).cloned()?;
        page.touch();
        Some(page)
    }

    /// Puts a page in if it is `still_true` once nobody else can look. One that is larger than its part of the shelf is left out.
    pub fn insert(&self, key: &str, page: Arc<FrozenPage>, still_true: impl FnOnce() -> bool) {
        let (bytes, bytes_max) = (cost_of(key, &page), self.bytes_max.load(Ordering::Relaxed) / PARTS);
        let mut part = write(self.part_of(key));
        if bytes > bytes_max || !still_true() {
            return;
        }
        if let Some(before) = part.pages.remove(key) {
            part.bytes -= cost_of(key, &before);
        }
        part.make_room(bytes_max - bytes);
        part.bytes += bytes;
        part.pages.insert(key.into(), page);
    }

    /// From now on so many bytes are held at most.
    pub fn hold_at_most(&self, bytes_max: usize) {
        if self.bytes_max.swap(bytes_max, Ordering::Relaxed) > bytes_max {
            self.parts.iter().for_each(|part| write(part).make_room(bytes_max / PARTS));
        }
    }

    /// The pages of which this is true.
    pub fn collect(&self, is_wanted: impl Fn(&FrozenPage) -> bool) -> Vec<(Box<str>, Arc<FrozenPage>)> {
        let of_part = |part: &RwLock<Part>| -> Vec<(Box<str>, Arc<FrozenPage>)> {
            let part = read(part);
            let wanted = part.pages.iter().filter(|(_, page)| is_wanted(page));
            wanted.map(|(key, page)| (key.clone(), Arc::clone(page))).collect()
        };
        self.parts.iter().flat_map(of_part).collect()
    }

    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| read(part).pages.len()).sum()
    }

    pub fn bytes(&self) -> usize {
        self.parts.iter().map(|part| read(part).bytes).sum()
    }

    fn part_of(&self, key: &str) -> &RwLock<Part> {
        let folded = key.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)));
        &self.parts[folded % PARTS]
    }
}

impl Part {
    /// Throws pages out until at most `bytes_max` are held: those that were not asked for since the last time, then any.
    fn make_room(&mut self, bytes_max: usize) {
        for _ in 0..2 {
            if self.bytes <= bytes_max {
                return;
            }
            let mut excess = self.bytes - bytes_max;
            let bytes = &mut self.bytes;
            self.pages.retain(|key, page| {
                let stays = excess == 0 || page.was_touched();
                if !stays {
                    let cost = cost_of(key, page);
                    *bytes -= cost;
                    excess = excess.saturating_sub(cost);
                }
                stays
            });
        }
    }
}

fn cost_of(key: &str, page: &FrozenPage) -> usize {
    key.len() + page.bytes() + OVERHEAD_BYTES
}

fn read(part: &RwLock<Part>) -> RwLockReadGuard<'_, Part> {
    part.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(part: &RwLock<Part>) -> RwLockWriteGuard<'_, Part> {
    part.write().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::page::testing::page_of;

    #[test]
    fn what_nobody_asks_for_makes_room_and_the_bound_holds() {
        let shelf = Shelf::new(PARTS * 20_000);
        let favorite = "/products/favorite";
        shelf.insert(favorite, page_of("favorite"), || true);
        for number in 0..1_000 {
            shelf.insert(&format!("/products/{number}"), page_of("some page"), || true);
            assert!(shelf.get(favorite).is_some(), "after {number}");
            assert!(shelf.bytes() <= PARTS * 20_000);
        }
        assert!((PARTS..1_000).contains(&shelf.len()), "{}", shelf.len());
        let counted: usize = shelf.collect(|_| true).iter().map(|(key, page)| cost_of(key, page)).sum();
        assert_eq!(shelf.bytes(), counted);
    }

    #[test]
    fn what_is_not_true_any_more_or_too_large_is_not_kept() {
        let shelf = Shelf::new(PARTS * 20_000);
        shelf.insert("/", page_of("home"), || false);
        shelf.insert("/large", page_of(&noise(50_000)), || true);
        assert_eq!((shelf.len(), shelf.bytes()), (0, 0));
        shelf.insert("/", page_of("home"), || true);
        shelf.insert("/", page_of("home again"), || true);
        assert_eq!(shelf.len(), 1);
    }

    /// Text that cannot be compressed to less than half.
    fn noise(length: usize) -> String {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'0' + (state >> 58) as u8)
        };
        (0..length).map(|_| next()).collect()
    }
}
