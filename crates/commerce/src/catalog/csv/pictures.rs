//! The pictures of a product, gathered from all its rows.

use super::cells::Cells;
use super::columns::Column;
use super::{ALT_CHARS_MAX, Field, PICTURES_MAX, PictureDraft, URL_BYTES_MAX};

/// A picture and where it wants to stand.
pub(super) struct PlacedPicture {
    position: u32,
    picture: PictureDraft,
}

/// Takes the picture of a row, if it has one. The same address twice is one picture: its first row counts.
pub(super) fn take(cells: &mut Cells<'_>, pictures: &mut Vec<PlacedPicture>) {
    let Field::Set(url) = address(cells, Column::PictureUrl) else { return };
    if pictures.iter().any(|placed| placed.picture.url == url) {
        return;
    }
    let position = position(cells);
    let alt = cells.limited(Column::PictureAlt, ALT_CHARS_MAX);
    pictures.push(PlacedPicture { position, picture: PictureDraft { url, alt } });
    if pictures.len() == PICTURES_MAX + 1 {
        cells.error(Column::PictureUrl, format!("is one picture more than the {PICTURES_MAX} a product can have: remove some"));
    }
}

/// All pictures in the order of their positions, those without one last.
pub(super) fn in_order(mut pictures: Vec<PlacedPicture>, has_column: bool) -> Field<Vec<PictureDraft>> {
    pictures.sort_by_key(|placed| placed.position);
    match (has_column, pictures.is_empty()) {
        (false, _) => Field::Absent,
        (true, true) => Field::Cleared,
        (true, false) => Field::Set(pictures.into_iter().map(|placed| placed.picture).collect()),
    }
}

/// The address in a cell.
pub(super) fn address(cells: &mut Cells<'_>, column: Column) -> Field<String> {
    let url = match cells.text(column) {
        None => return Field::Absent,
        Some("") => return Field::Cleared,
        Some(url) => url.to_owned(),
    };
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let is_address = matches!(scheme.as_str(), "http" | "https") && !url.contains(|c: char| c.is_whitespace() || c.is_control());
    if !is_address {
        cells.error(column, format!("“{url}” is not the address of a picture: write one that begins with https://"));
        return Field::Absent;
    }
    if url.len() > URL_BYTES_MAX {
        cells.error(column, format!("is an address of more than {URL_BYTES_MAX} bytes: use a shorter one"));
        return Field::Absent;
    }
    Field::Set(url)
}

fn position(cells: &mut Cells<'_>) -> u32 {
    let text = cells.text(Column::PicturePosition).unwrap_or("").to_owned();
    if text.is_empty() {
        return u32::MAX;
    }
    text.parse().unwrap_or_else(|_| {
        cells
            .error(Column::PicturePosition, format!("“{text}” is not a position: write 1 for the first picture, 2 for the next"));
        u32::MAX
    })
}
