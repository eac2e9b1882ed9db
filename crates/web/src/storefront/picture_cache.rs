//! The bytes of pictures in memory, so that a crowd that looks at one sale reads each picture from the database once.
//!
//! Nothing here can be stale: a changed picture has another id. Which shop has which picture, the caller knows; the key holds
//! the shop, so that one shop's picture is never another's. Nor does one shop push out another's: room is made on the fullest
//! shelf.

use axum::body::Bytes;
use commerce::{MediaId, ShopId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct PictureCacheSettings {
    /// Bytes of pictures kept at most. The pages a crowd looks at show a few hundred files of 10 to 150 KB; 64 MB hold them
    /// twice over and are little beside the shops themselves.
    pub bytes_max: usize,
}

impl Default for PictureCacheSettings {
    fn default() -> Self {
        Self { bytes_max: 64 << 20 }
    }
}

/// One file of one picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PictureKey {
    /// Whose.
    pub shop: ShopId,
    /// Which picture.
    pub media: MediaId,
    /// In which of its stored widths, pixels.
    pub width: u32,
}

/// A file as it is served. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFile {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: Bytes,
}

/// A picture may take this part of the cache, and no more.
const PART_OF_ONE_FILE: usize = 4;

/// Pictures asked for lately: of each shop a shelf. When there is no room, the picture goes that was not asked for the
/// longest, on the shelf that holds the most: a shop alone has all of the room, and one that holds an equal part or less
/// keeps it while any other holds more.
#[derive(Debug)]
pub struct PictureCache {
    bytes_max: usize,
    shelves: Mutex<Shelves>,
}

#[derive(Debug, Default)]
struct Shelves {
    by_shop: HashMap<ShopId, Shelf>,
    bytes: usize,
    /// Counts how often anything was asked for: the order of use.
    uses: u64,
}

#[derive(Debug, Default)]
struct Shelf {
    files: HashMap<(MediaId, u32), (u64, PictureFile)>,
    by_use: BTreeMap<u64, (MediaId, u32)>,
    bytes: usize,
}

impl PictureCache {
    /// An empty one.
    pub fn new(settings: PictureCacheSettings) -> Self {
        Self { bytes_max: settings.bytes_max, shelves: Mutex::default() }
    }

    /// The file, when it is here.
    pub fn get(&self, key: PictureKey) -> Option<PictureFile> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.uses += 1;
        let now = shelves.uses;
        let Shelf { files, by_use, .. } = shelves.by_shop.get_mut(&key.shop)?;
        let (used, file) = files.get_mut(&(key.media, key.width))?;
        by_use.remove(&std::mem::replace(used, now));
        by_use.insert(now, (key.media, key.width));
        Some(file.clone())
    }

    /// Keeps a file, unless it alone would push out too many others.
    pub fn keep(&self, key: PictureKey, file: PictureFile) {
        if file.body.len() > self.bytes_max / PART_OF_ONE_FILE {
            return;
        }
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.put(key, file);
        while shelves.bytes > self.bytes_max {
            shelves.make_room();
        }
    }

    /// How many bytes are kept of each shop.
    pub fn bytes_by_shop(&self) -> HashMap<ShopId, usize> {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.by_shop.iter().map(|(shop, shelf)| (*shop, shelf.bytes)).collect()
    }
}

impl Shelves {
    fn put(&mut self, key: PictureKey, file: PictureFile) {
        self.uses += 1;
        let shelf = self.by_shop.entry(key.shop).or_default();
        let bytes = file.body.len();
        let known = shelf.files.insert((key.media, key.width), (self.uses, file));
        shelf.by_use.insert(self.uses, (key.media, key.width));
        let replaced = known.map_or(0, |(used, known)| {
            shelf.by_use.remove(&used);
            known.body.len()
        });
        shelf.bytes = shelf.bytes + bytes - replaced;
        self.bytes = self.bytes + bytes - replaced;
    }

    fn make_room(&mut self) {
        let fullest = self.by_shop.iter_mut().max_by_key(|(_, shelf)| shelf.bytes);
        let (shop, shelf) = fullest.expect("where there are bytes, there is a shelf");
        let (_, oldest) = shelf.by_use.pop_first().expect("the fullest shelf holds something");
        let (_, file) = shelf.files.remove(&oldest).expect("what is in use is on the shelf");
        shelf.bytes -= file.body.len();
        self.bytes -= file.body.len();
        if shelf.files.is_empty() {
            let shop = *shop;
            self.by_shop.remove(&shop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(shop: i64, media: i64) -> PictureKey {
        PictureKey { shop: ShopId(shop), media: MediaId(media), width: 640 }
    }

    fn file(bytes: usize) -> PictureFile {
        PictureFile { content_type: "image/jpeg", body: vec![7_u8; bytes].into() }
    }

    fn bytes_of(cache: &PictureCache, shop: i64) -> usize {
        cache.bytes_by_shop().get(&ShopId(shop)).copied().unwrap_or(0)
    }

    #[test]
    fn a_picture_is_found_again_and_only_in_its_own_shop() {
        let cache = PictureCache::new(PictureCacheSettings { bytes_max: 100 });
        cache.keep(key(1, 1), file(10));
        assert_eq!(cache.get(key(1, 1)), Some(file(10)));
        assert_eq!(cache.get(key(2, 1)), None);
        assert_eq!(cache.get(PictureKey { width: 320, ..key(1, 1) }), None);
    }

    #[test]
    fn the_bytes_kept_never_pass_the_limit_and_what_is_asked_for_stays() {
        let cache = PictureCache::new(PictureCacheSettings { bytes_max: 100 });
        for media in 1..=200 {
            cache.keep(key(1, media), file(9));
            assert!(cache.get(key(1, 1)).is_some(), "the picture everyone looks at is gone after {media}");
            let shelves = cache.shelves.lock().expect("nobody panicked");
            let shelf = &shelves.by_shop[&ShopId(1)];
            let kept: usize = shelf.files.values().map(|(_, file)| file.body.len()).sum();
            assert!(kept <= 100 && kept == shelf.bytes && kept == shelves.bytes, "{kept} bytes are kept");
            assert_eq!(shelf.by_use.len(), shelf.files.len());
        }
        assert_eq!(cache.get(key(1, 2)), None, "what nobody asks for is forgotten");
        cache.keep(key(1, 900), file(26));
        assert_eq!(cache.get(key(1, 900)), None, "a file that would push out too many others is not kept");
        cache.keep(key(1, 1), file(20));
        assert_eq!(cache.get(key(1, 1)), Some(file(20)));
    }

    #[test]
    fn a_crowd_next_door_pushes_nothing_out_of_a_shop_within_its_share() {
        let cache = PictureCache::new(PictureCacheSettings { bytes_max: 1_000 });
        (1..=200).for_each(|media| cache.keep(key(9, media), file(10)));
        assert_eq!(bytes_of(&cache, 9), 1_000, "alone, all of it");
        (1..=25).for_each(|media| cache.keep(key(1, media), file(10)));
        for media in 1_000..3_000 {
            cache.keep(key(9, media), file(10));
        }
        assert_eq!((bytes_of(&cache, 1), bytes_of(&cache, 9)), (250, 750));
        assert!((1..=25).all(|media| cache.get(key(1, media)).is_some()));
    }
}
