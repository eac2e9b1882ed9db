//! The bytes of pictures in memory, so that a crowd that looks at one sale reads each picture from the database once.
//!
//! Nothing here can be stale: a changed picture has another id. Which shop has which picture, the caller knows; the key holds the
//! shop, so that one shop's picture is never another's.

use axum::body::Bytes;
use commerce::{MediaId, ShopId};
use std::collections::HashMap;
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

/// Pictures asked for lately. Two halves: what is asked for goes to the young one; when that is full, it becomes the old one and
/// what was old and not asked for again is forgotten.
#[derive(Debug)]
pub struct PictureCache {
    half_bytes_max: usize,
    halves: Mutex<Halves>,
}

#[derive(Debug, Default)]
struct Halves {
    young: HashMap<PictureKey, PictureFile>,
    young_bytes: usize,
    old: HashMap<PictureKey, PictureFile>,
}

impl PictureCache {
    /// An empty one.
    pub fn new(settings: PictureCacheSettings) -> Self {
        Self { half_bytes_max: settings.bytes_max / 2, halves: Mutex::default() }
    }

    /// The file, when it is here.
    pub fn get(&self, key: PictureKey) -> Option<PictureFile> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = halves.young.get(&key) {
            return Some(file.clone());
        }
        let file = halves.old.remove(&key)?;
        halves.keep(key, file.clone(), self.half_bytes_max);
        Some(file)
    }

    /// Keeps a file, unless it alone would push out half of the others.
    pub fn keep(&self, key: PictureKey, file: PictureFile) {
        if file.body.len() <= self.half_bytes_max {
            self.halves.lock().unwrap_or_else(PoisonError::into_inner).keep(key, file, self.half_bytes_max);
        }
    }
}

impl Halves {
    fn keep(&mut self, key: PictureKey, file: PictureFile, half_bytes_max: usize) {
        if self.young_bytes + file.body.len() > half_bytes_max {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += file.body.len();
        if let Some(known) = self.young.insert(key, file) {
            self.young_bytes -= known.body.len();
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
            let halves = cache.halves.lock().expect("nobody panicked");
            let kept: usize = halves.young.values().chain(halves.old.values()).map(|file| file.body.len()).sum();
            let young: usize = halves.young.values().map(|file| file.body.len()).sum();
            assert!(kept <= 100 && young == halves.young_bytes, "{kept} bytes are kept, {young} of them young");
        }
        assert_eq!(cache.get(key(1, 2)), None, "what nobody asks for is forgotten");
        cache.keep(key(1, 900), file(51));
        assert_eq!(cache.get(key(1, 900)), None, "a file that would push out half of the others is not kept");
    }
}
