//! Files that sellers upload: read within limits, pictures made into sizes and kept.

use super::form::Form;
use super::seat::Seat;
use crate::error::Error;
use crate::pictures;
use axum::extract::Multipart;
use commerce::MediaId;
use db::catalog::{NewMedia, NewMediaSize};

/// Pictures offered to choose from, the latest.
const PICTURES_OFFERED: u32 = 200;

/// One uploaded file.
pub(super) struct Upload {
    pub file_name: String,
    pub body: Vec<u8>,
}

/// The files of one field. Refused in words when there is none, too many, or one is too large.
pub(super) async fn receive(mut body: Multipart, field: &str, bytes_max: usize, files_max: usize) -> Result<Vec<Upload>, String> {
    let unreadable = |_| String::from("The upload broke off or is too large. Please try again.");
    let mut uploads = Vec::new();
    while let Some(mut part) = body.next_field().await.map_err(unreadable)? {
        if part.name() != Some(field) || part.file_name().is_none_or(str::is_empty) {
            continue;
        }
        let file_name: String = part.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(120).collect();
        if uploads.len() >= files_max {
            return Err(format!("Please upload at most {files_max} files at once."));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > bytes_max {
                return Err(format!("{file_name} is larger than {} MB.", bytes_max >> 20));
            }
            bytes.extend_from_slice(&chunk);
        }
        uploads.push(Upload { file_name, body: bytes });
    }
    if uploads.is_empty() { Err("Please choose a file.".into()) } else { Ok(uploads) }
}

/// Makes the sizes of a picture and keeps them; gives its id, width and height, or says what is wrong with it.
pub(super) async fn keep_picture(
    seat: &Seat,
    file_name: String,
    body: Vec<u8>,
) -> Result<Result<(MediaId, u32, u32), String>, Error> {
    let prepared = match pictures::prepare(body).await {
        Ok(prepared) => prepared,
        Err(problem) => return Ok(Err(problem.to_string())),
    };
    let (width, height) = (prepared.width, prepared.height);
    let sizes = prepared.sizes.into_iter();
    let media = NewMedia {
        file_name,
        content_hash: prepared.content_hash,
        width,
        height,
        sizes: sizes
            .map(|size| NewMediaSize { width: size.width, content_type: size.content_type.to_owned(), body: size.body })
            .collect(),
    };
    let id = db::catalog::insert_media(seat.db(), seat.shop(), &media, seat.now()).await?;
    Ok(Ok((id, width, height)))
}

/// Where a picture is shown from.
pub(super) fn picture_path(media: MediaId, width: u32) -> String {
    format!("/media/{media}/{width}.jpg")
}

/// Choices for a picture: none, the latest of the shop's media, and those that `form` has chosen already.
pub(super) async fn picture_choices(seat: &Seat, form: &Form, fields: &[&str]) -> Result<Vec<(String, String)>, Error> {
    let mut media = db::catalog::list_media(seat.db(), seat.shop(), None, PICTURES_OFFERED).await?;
    for chosen in fields.iter().filter_map(|field| form.typed(field).parse::<MediaId>().ok()) {
        if !media.iter().any(|known| known.id == chosen) {
            media.extend(db::catalog::load_media(seat.db(), seat.shop(), chosen).await?);
        }
    }
    let shown = |media: db::catalog::Media| format!("{} ({} × {})", media.file_name, media.width, media.height);
    let mut choices = vec![(String::new(), "None".to_owned())];
    choices.extend(media.into_iter().map(|media| (media.id.to_string(), shown(media))));
    Ok(choices)
}

/// The picture chosen in a form, if it is one of the shop's.
pub(super) async fn chosen_picture(seat: &Seat, form: &mut Form, field: &str) -> Result<Option<MediaId>, Error> {
    let typed = form.typed(field).to_owned();
    if typed.is_empty() {
        return Ok(None);
    }
    let media = match typed.parse() {
        Ok(id) => db::catalog::load_media(seat.db(), seat.shop(), id).await?,
        Err(_) => None,
    };
    if media.is_none() {
        form.refuse(field, "Please choose one of the pictures.");
    }
    Ok(media.map(|media| media.id))
}
