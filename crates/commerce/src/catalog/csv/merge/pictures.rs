//! Which of the file's pictures the product already has.

use super::super::{Field, PictureDraft};
use crate::catalog::Picture;

/// The pictures of a product while a draft is merged into it.
pub(super) struct Gallery {
    pictures: Vec<Picture>,
    /// For each picture that was there before, its new index, if it is still there.
    moved: Vec<Option<u32>>,
}

impl Gallery {
    /// The file's pictures, where it names any; those already known keep their stored files.
    pub fn merge(current: &[Picture], from_file: &Field<Vec<PictureDraft>>) -> Self {
        let mut moved = vec![None; current.len()];
        let drafts = match from_file {
            Field::Absent => {
                let moved = (0..current.len()).map(|index| u32::try_from(index).ok()).collect();
                return Self { pictures: current.to_vec(), moved };
            }
            Field::Cleared => &[][..],
            Field::Set(drafts) => drafts,
        };
        let mut pictures = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let known = (0..current.len()).find(|index| moved[*index].is_none() && shows(&current[*index], &draft.url));
            let mut picture = known.map_or_else(|| at_source(&draft.url), |index| current[index].clone());
            picture.alt = draft.alt.or_clear(&picture.alt);
            if let Some(index) = known {
                moved[index] = u32::try_from(pictures.len()).ok();
            }
            pictures.push(picture);
        }
        Self { pictures, moved }
    }

    /// The new index of a picture that was there before.
    pub fn moved(&self, index: u32) -> Option<u32> {
        self.moved.get(index as usize).copied().flatten()
    }

    /// The index of the picture at this address, which is added when it is not there.
    pub fn index_of(&mut self, url: &str) -> Option<u32> {
        let known = self.pictures.iter().position(|picture| shows(picture, url));
        let index = known.unwrap_or_else(|| {
            self.pictures.push(at_source(url));
            self.pictures.len() - 1
        });
        u32::try_from(index).ok()
    }

    pub fn into_pictures(self) -> Vec<Picture> {
        self.pictures
    }
}

/// Whether an address leads to the picture: to its source, or to the shop's own copy (`/media/17/...`).
fn shows(picture: &Picture, url: &str) -> bool {
    if !picture.source_url.is_empty() && picture.source_url == url {
        return true;
    }
    picture.media.is_some_and(|media| {
        let after = url.split_once("/media/").map(|(_, after)| after.split(['/', '?', '#']).next().unwrap_or(after));
        after == Some(media.to_string().as_str())
    })
}

fn at_source(url: &str) -> Picture {
    Picture { media: None, source_url: url.to_owned(), alt: String::new(), width: 0, height: 0 }
}
